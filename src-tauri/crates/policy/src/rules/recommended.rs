//! `[stage.<name>.recommended]`: what is installed is at the version that the scan recommends, the
//! fixed one.

use super::{Rule, scan::counting, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    when::{When, rule},
    words,
};
use hallmark_evidence::{
    Finding, Kind, Severity,
    version::{Ecosystem, least_above},
};
use std::collections::BTreeMap;

rule! {
    /// Dependencies are at the version that the scan recommends.
    pub struct RecommendedRule {
        /// The least severity that counts.
        #[serde(default)]
        pub severity: Severity,
    }
}

/// What a package should be at: the latest of the versions that fix its findings.
type Wanted<'f> = BTreeMap<(&'f str, &'f str), &'f str>;

impl Rule for RecommendedRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Vulnerabilities)
    }

    fn in_words(&self) -> String {
        match self.severity {
            Severity::Unknown => {
                "Every package is at the version that the scan recommends".to_owned()
            }
            least => format!(
                "Every package with a finding of severity {least} or above is at the version that the scan recommends"
            ),
        }
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let (rule, title) = (
            "at-recommended-version",
            "Every package is at its recommended version",
        );
        let read = view.of_kind(Kind::Vulnerabilities);
        if read.is_empty() {
            let reason = format!(
                "{}, so nobody knows what is recommended.",
                view.nothing_of(Kind::Vulnerabilities)
            );
            return view.check(rule, title, Fail, reason, &read);
        }
        let mut wanted = Wanted::new();
        let (all, aside) = counting(view);
        let grave = |finding: &&Finding| finding.severity >= self.severity;
        for finding in all.into_iter().filter(grave) {
            want(&mut wanted, finding);
        }
        let (verdict, reason) = match wanted.len() {
            0 => (
                Pass,
                "The scan recommends no other version of anything.".to_owned(),
            ),
            count => {
                let each = wanted
                    .iter()
                    .take(3)
                    .map(|((package, installed), version)| {
                        let part = |text: &str| words::shown(text, 80);
                        format!(
                            "{} {} should be {}",
                            part(package),
                            part(installed),
                            part(version)
                        )
                    });
                let each: Vec<String> = each.collect();
                (Fail, format!("{}.", words::first_of(&each, count as u64)))
            }
        };
        view.check(rule, title, verdict, reason + &aside, &read)
    }
}

/// Adds what a finding asks for. A version that cannot be compared is taken at the scan's word.
fn want<'f>(wanted: &mut Wanted<'f>, finding: &'f Finding) {
    let Some(fixed) = finding.fixed.as_deref() else {
        return;
    };
    let ecosystem = finding.purl.as_deref().and_then(Ecosystem::of_purl);
    let version = match ecosystem {
        Some(ecosystem) if is_version(ecosystem, &finding.installed) => {
            match least_above(ecosystem, &finding.installed, fixed) {
                Some(version) => version,
                None if fixed.split(',').all(|one| is_version(ecosystem, one)) => return,
                None => fixed,
            }
        }
        _ => fixed,
    };
    let known = wanted
        .entry((&*finding.package, &*finding.installed))
        .or_insert(version);
    let later = ecosystem.and_then(|ecosystem| ecosystem.compare(version, known));
    if later.is_some_and(std::cmp::Ordering::is_gt) {
        *known = version;
    }
}

fn is_version(ecosystem: Ecosystem, text: &str) -> bool {
    ecosystem.compare(text, text).is_some()
}
