//! `[stage.<name>.labels]` and `[stage.<name>.user]`: what the image's own configuration says.

use super::{Rule, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    when::{When, rule},
    words,
};

rule! {
    /// Labels that have to be there.
    pub struct LabelsRule {
        /// Which, such as `org.opencontainers.image.source`.
        pub required: Vec<String>,
    }
}

rule! {
    /// The user that the image runs as.
    pub struct UserRule {
        /// Whether it may not be root.
        #[serde(default = "yes")]
        pub not_root: bool,
    }
}

fn yes() -> bool {
    true
}

impl Rule for LabelsRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        format!(
            "The image carries the labels {}",
            words::listed(&self.required)
        )
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let (rule, title) = ("labels-present", "The labels are there");
        let configs = &view.facts.about.configs;
        if configs.is_empty() {
            return view.check(
                rule,
                title,
                Fail,
                "The image has no configuration that could be read.",
                &[],
            );
        }
        let mut wrong = Vec::new();
        for name in &self.required {
            let lacks = |labels: &crate::ImageConfig| {
                labels
                    .labels
                    .get(name)
                    .is_none_or(|value| value.trim().is_empty())
            };
            let platforms: Vec<&str> = configs
                .iter()
                .zip(&view.platforms)
                .filter(|(config, _)| lacks(config))
                .map(|(_, platform)| platform.as_str())
                .collect();
            if !platforms.is_empty() {
                wrong.push(format!(
                    "{} lacks {}",
                    words::listed(&platforms),
                    words::shown(name, 80)
                ));
            }
        }
        let (verdict, reason) = match wrong.len() {
            0 => (
                Pass,
                format!(
                    "{} there.",
                    words::counted(self.required.len() as u64, "label is", "labels are")
                ),
            ),
            count => (
                Fail,
                format!(
                    "{}.",
                    words::sentence(&words::first_of(&wrong, count as u64))
                ),
            ),
        };
        view.check(rule, title, verdict, reason, &[])
    }
}

impl Rule for UserRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        match self.not_root {
            true => "The image does not run as root".to_owned(),
            false => "The image may run as root".to_owned(),
        }
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let (rule, title) = ("not-root", "It does not run as root");
        let configs = &view.facts.about.configs;
        if configs.is_empty() {
            return view.check(
                rule,
                title,
                Fail,
                "The image has no configuration that could be read.",
                &[],
            );
        }
        let named = configs.iter().zip(&view.platforms);
        let roots: Vec<String> = named
            .filter(|(config, _)| self.not_root && is_root(&config.user))
            .map(|(config, platform)| match config.user.trim() {
                "" => format!("{platform} names no user, so it runs as root"),
                user => format!("{platform} runs as {}", words::shown(user, 40)),
            })
            .collect();
        let users: Vec<String> = configs
            .iter()
            .map(|config| words::shown(&config.user, 40))
            .collect();
        let (verdict, reason) = match roots.len() {
            0 => (
                Pass,
                format!(
                    "It runs as {}.",
                    words::first_of(&users, users.len() as u64)
                ),
            ),
            count => (
                Fail,
                format!(
                    "{}.",
                    words::sentence(&words::first_of(&roots, count as u64))
                ),
            ),
        };
        view.check(rule, title, verdict, reason, &[])
    }
}

/// The user without the group: none, root, or the number nought.
fn is_root(user: &str) -> bool {
    let name = user.trim().split(':').next().unwrap_or_default();
    let nought = !name.is_empty() && name.bytes().all(|byte| byte == b'0');
    name.is_empty() || name == "root" || nought
}
