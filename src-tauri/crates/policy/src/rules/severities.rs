//! `[stage.<name>.severities]`: how many findings of each severity there may be, and none that is
//! known to be exploited.

use super::{
    Rule,
    scan::{counting, described},
    view::View,
};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass},
    Percent,
    when::{When, rule},
    words,
};
use hallmark_evidence::{Finding, Kind, Severity};

rule! {
    /// The most findings of each severity; what is left out has no limit.
    pub struct SeveritiesRule {
        /// The most Critical ones.
        #[serde(default)]
        pub critical: Option<u64>,
        /// The most High ones.
        #[serde(default)]
        pub high: Option<u64>,
        /// The most Medium ones.
        #[serde(default)]
        pub medium: Option<u64>,
        /// The most Low ones.
        #[serde(default)]
        pub low: Option<u64>,
        /// The most of no severity that is known.
        #[serde(default)]
        pub unknown: Option<u64>,
        /// Whether those alone count that have a fix.
        #[serde(default)]
        pub fixable_only: bool,
        /// The most that are known to be exploited (KEV), where the scan says so.
        #[serde(default)]
        pub exploited: Option<u64>,
        /// From which likelihood of being exploited within 30 days on (EPSS) none may be there,
        /// percent, where the scan says it.
        #[serde(default)]
        pub epss_percent: Option<Percent>,
    }
}

impl SeveritiesRule {
    fn limits(&self) -> impl Iterator<Item = (Severity, u64)> {
        let all = [
            (Severity::Critical, self.critical),
            (Severity::High, self.high),
            (Severity::Medium, self.medium),
            (Severity::Low, self.low),
            (Severity::Unknown, self.unknown),
        ];
        all.into_iter()
            .filter_map(|(severity, limit)| Some((severity, limit?)))
    }

    fn likely(&self, finding: &Finding) -> bool {
        let limit = self.epss_percent.map(|percent| percent.get() * 10_000);
        matches!((limit, finding.epss), (Some(limit), Some(epss)) if epss >= limit)
    }

    /// What is too much, each with the findings.
    fn exceeded<'f>(&self, findings: &[&'f Finding]) -> Vec<(String, Vec<&'f Finding>)> {
        let mut wrong = Vec::new();
        for (severity, limit) in self.limits() {
            let those = some(findings, |f| f.severity == severity);
            wrong.push((limit, format!("{} {severity}", those.len()), those));
        }
        if let Some(limit) = self.exploited {
            let those = some(findings, |f| f.exploited);
            let what = format!("{} known to be exploited", those.len());
            wrong.push((limit, what, those));
        }
        if let Some(percent) = self.epss_percent {
            let those = some(findings, |f| self.likely(f));
            let what = format!(
                "{} with an EPSS of {} % or more",
                those.len(),
                percent.get()
            );
            wrong.push((0, what, those));
        }
        let too_many = wrong
            .into_iter()
            .filter(|(limit, _, those)| those.len() as u64 > *limit);
        let told = |(limit, what, those)| match limit {
            0 => (format!("{what}, none is allowed"), those),
            1 => (format!("{what}, 1 is allowed"), those),
            limit => (format!("{what}, {limit} are allowed"), those),
        };
        too_many.map(told).collect()
    }
}

fn some<'f>(findings: &[&'f Finding], wanted: impl Fn(&Finding) -> bool) -> Vec<&'f Finding> {
    findings
        .iter()
        .copied()
        .filter(|finding| wanted(finding))
        .collect()
}

impl Rule for SeveritiesRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Vulnerabilities)
    }

    fn in_words(&self) -> String {
        let mut parts: Vec<String> = self
            .limits()
            .map(|(severity, limit)| format!("{limit} {severity}"))
            .collect();
        parts.extend(
            self.exploited
                .map(|limit| format!("{limit} known to be exploited")),
        );
        parts.extend(
            self.epss_percent
                .map(|p| format!("none with an EPSS of {} % or more", p.get())),
        );
        let which = if self.fixable_only {
            "fixable findings"
        } else {
            "findings"
        };
        format!("At most these {which}: {}", words::listed(&parts))
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let (rule, title) = ("findings-few", "There are no more findings than allowed");
        let read = view.of_kind(Kind::Vulnerabilities);
        if read.is_empty() {
            let reason = format!(
                "{}, so nobody knows what it holds.",
                view.nothing_of(Kind::Vulnerabilities)
            );
            return view.check(rule, title, Fail, reason, &read);
        }
        let (all, aside) = counting(view);
        let counted = |f: &&Finding| f.fixed.is_some() || !self.fixable_only;
        let findings: Vec<&Finding> = all.into_iter().filter(counted).collect();
        let wrong = self.exceeded(&findings);
        let (verdict, reason) = match wrong.is_empty() {
            true => {
                let all = words::counted(findings.len() as u64, "finding", "findings");
                (Pass, format!("{all} counted, within what is allowed."))
            }
            false => {
                let each: Vec<String> = wrong
                    .iter()
                    .map(|(what, those)| {
                        let named: Vec<String> =
                            those.iter().take(3).map(|f| described(f)).collect();
                        format!("{what}: {}", words::first_of(&named, those.len() as u64))
                    })
                    .collect();
                (Fail, format!("{}.", each.join(". ")))
            }
        };
        view.check(rule, title, verdict, reason + &aside, &read)
    }
}
