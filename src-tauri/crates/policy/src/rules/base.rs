//! `[stage.<name>.base]`: what the image is built on is golden, and not too old.

use super::{Rule, ages::too_old, view::View};
use crate::{
    Base, Check,
    CheckVerdict::{Fail, Pass},
    when::{When, rule},
    words,
};

rule! {
    /// What the image is built on.
    pub struct BaseRule {
        /// Whether it has to be golden.
        #[serde(default = "yes")]
        pub golden: bool,
        /// How old it may be, days of 24 hours.
        #[serde(default)]
        pub max_age_days: Option<u32>,
    }
}

fn yes() -> bool {
    true
}

impl Rule for BaseRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        let age = self
            .max_age_days
            .map(|days| format!("at most {} old", words::counted(days.into(), "day", "days")));
        let parts: Vec<String> = self
            .golden
            .then(|| "golden".to_owned())
            .into_iter()
            .chain(age)
            .collect();
        match parts.is_empty() {
            true => "The image says what it is built on".to_owned(),
            false => format!("The image that it is built on is {}", words::listed(&parts)),
        }
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let (rule, title) = ("base-golden", "The base image is as asked for");
        let bases = &view.facts.about.bases;
        if bases.is_empty() {
            let reason = "The image does not say what it is built on: neither its provenance nor \
                          org.opencontainers.image.base.digest names it.";
            return view.check(rule, title, Fail, reason, &[]);
        }
        let wrong: Vec<String> = bases
            .iter()
            .filter_map(|base| self.wrong(base, view))
            .collect();
        let (verdict, reason) = match wrong.len() {
            0 => {
                let names: Vec<String> = bases.iter().map(named).collect();
                let golden = if self.golden { ", which is golden" } else { "" };
                (
                    Pass,
                    format!(
                        "It is built on {}{golden}.",
                        words::first_of(&names, names.len() as u64)
                    ),
                )
            }
            count => (Fail, format!("{}.", words::first_of(&wrong, count as u64))),
        };
        let mut check = view.check(rule, title, verdict, reason, &[]);
        check.evidence = bases.iter().map(|base| base.digest.clone()).collect();
        check
    }
}

impl BaseRule {
    fn wrong(&self, base: &Base, view: &View<'_>) -> Option<String> {
        let name = named(base);
        if self.golden && !base.golden {
            return Some(format!(
                "It is built on {name}, which is not golden as far as this workspace knows"
            ));
        }
        let limit = self.max_age_days?;
        match base.created {
            None => Some(format!(
                "It is built on {name}, of which it is not known when it was built"
            )),
            created => {
                let why = too_old(created, view.facts.now, limit)?;
                Some(format!(
                    "It is built on {name}, which {why}; the limit is {limit}"
                ))
            }
        }
    }
}

fn named(base: &Base) -> String {
    let digest = base.digest.to_string();
    let digest = digest.get(..19).unwrap_or(&digest);
    match &base.name {
        Some(name) => format!("{} ({digest}…)", words::shown(name, 80)),
        None => format!("{digest}…"),
    }
}
