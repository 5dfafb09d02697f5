//! `[stage.<name>.minimum]` and `[stage.<name>.forbidden]`: a team's own minimum versions, and
//! packages that may not be there.

use super::{Rule, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    pattern::Packages,
    when::{When, rule},
    words,
};
use hallmark_evidence::{Kind, Package};

rule! {
    /// A team's own minimum versions.
    pub struct MinimumRule {
        /// What each package, where it is there, has to be: `pkg:deb/debian/openssl >= 3.0.18`.
        #[serde(deserialize_with = "with_ranges")]
        pub packages: Vec<Packages>,
    }
}

rule! {
    /// Packages that may not be there.
    pub struct ForbiddenRule {
        /// Which: `pkg:npm/event-stream`, `pkg:pypi/* < 1`.
        pub packages: Vec<Packages>,
    }
}

/// A minimum without a version asks for nothing.
fn with_ranges<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Packages>, D::Error> {
    let all: Vec<Packages> = serde::Deserialize::deserialize(deserializer)?;
    match all.iter().find(|one| !one.has_range()) {
        Some(one) => Err(serde::de::Error::custom(format!(
            "“{one}” names no version: write “{one} >= 1.2.3”"
        ))),
        None => Ok(all),
    }
}

impl Rule for MinimumRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Sbom)
    }

    fn in_words(&self) -> String {
        format!(
            "Where they are there: {}",
            words::listed(&texts(&self.packages))
        )
    }

    fn judge(&self, view: &View<'_>) -> Check {
        judge(
            view,
            "minimum-versions",
            "Packages are at the team's versions",
            |package| {
                let mut asked = self.packages.iter().filter(|one| one.names(package));
                asked.find_map(|one| match one.holds(package) {
                    Some(true) => None,
                    Some(false) => Some(format!("{} is not as asked for ({one})", named(package))),
                    None => Some(format!("{} cannot be compared ({one})", named(package))),
                })
            },
        )
    }
}

impl Rule for ForbiddenRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Sbom)
    }

    fn in_words(&self) -> String {
        format!(
            "None of these is in the image: {}",
            words::listed(&texts(&self.packages))
        )
    }

    fn judge(&self, view: &View<'_>) -> Check {
        judge(
            view,
            "none-forbidden",
            "No forbidden package is there",
            |package| {
                let mut asked = self.packages.iter().filter(|one| one.names(package));
                asked.find_map(|one| match one.holds(package) {
                    Some(false) => None,
                    Some(true) => Some(format!("{} is forbidden ({one})", named(package))),
                    None => Some(format!(
                        "{} cannot be compared, and may be forbidden ({one})",
                        named(package)
                    )),
                })
            },
        )
    }
}

/// A check of every package of every SBOM that counts; `wrong` says what is wrong with one.
pub(super) fn judge(
    view: &View<'_>,
    rule: &str,
    title: &str,
    wrong: impl Fn(&Package) -> Option<String>,
) -> Check {
    let read = view.of_kind(Kind::Sbom);
    if read.is_empty() {
        let reason = format!(
            "{}, so nobody knows what it holds.",
            view.nothing_of(Kind::Sbom)
        );
        return view.check(rule, title, Fail, reason, &read);
    }
    let boms = view.once(Kind::Sbom);
    let packages: Vec<&Package> = boms
        .iter()
        .filter_map(|item| item.report.packages.as_ref())
        .flatten()
        .collect();
    let mut found: Vec<String> = packages
        .iter()
        .filter_map(|package| wrong(package))
        .collect();
    found.sort();
    found.dedup();
    let (verdict, reason) = match (packages.len(), found.len()) {
        (0, _) => (
            Fail,
            "The SBOM lists no packages, so nobody knows what the image holds.".to_owned(),
        ),
        (all, 0) => (
            Pass,
            format!(
                "{} looked at, nothing to object to.",
                words::counted(all as u64, "package was", "packages were")
            ),
        ),
        (_, count) => (Fail, format!("{}.", words::first_of(&found, count as u64))),
    };
    view.check(rule, title, verdict, reason, &read)
}

/// “openssl 3.0.17-1”.
pub(super) fn named(package: &Package) -> String {
    let version = package.version.as_deref().unwrap_or("of no known version");
    words::shown(&format!("{} {version}", package.name), 100)
}

fn texts(all: &[Packages]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}
