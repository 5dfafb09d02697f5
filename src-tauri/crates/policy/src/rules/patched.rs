//! `[stage.<name>.patched]`: no fix has been available for longer than a number of days.

use super::{
    Rule,
    scan::{counting, described},
    view::View,
};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass, Warn},
    when::{When, rule},
    words,
};
use hallmark_evidence::{Finding, Kind, Severity};
use jiff::{civil::Date, tz::TimeZone};

rule! {
    /// How long a fix may have been available.
    pub struct PatchedRule {
        /// Days.
        pub within_days: u32,
        /// The least severity that counts.
        #[serde(default)]
        pub severity: Severity,
    }
}

impl PatchedRule {
    /// Days left until the first of these findings has had a fix for too long; negative where that
    /// is past. Nothing where none of them says since when it has a fix.
    pub fn days_left(&self, findings: &[&Finding], today: Date) -> Option<i64> {
        findings
            .iter()
            .filter(|finding| !finding.suppressed && finding.severity >= self.severity)
            .filter(|finding| finding.fixed.is_some())
            .filter_map(|finding| Some(age(today, finding.fixed_since?)))
            .map(|age| i64::from(self.within_days).saturating_sub(age))
            .min()
    }
}

impl Rule for PatchedRule {
    fn when(&self) -> When {
        self.when()
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Vulnerabilities)
    }

    fn in_words(&self) -> String {
        let days = words::counted(self.within_days.into(), "day", "days");
        match self.severity {
            Severity::Unknown => format!("Fixes are taken in within {days}"),
            least => {
                format!("Fixes of findings of severity {least} or above are taken in within {days}")
            }
        }
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let days = words::counted(self.within_days.into(), "day", "days");
        let (rule, title) = (
            "patched-in-time",
            format!("Fixes are taken in within {days}"),
        );
        let read = view.of_kind(Kind::Vulnerabilities);
        if read.is_empty() {
            let reason = format!(
                "{}, so nobody knows what could be fixed.",
                view.nothing_of(Kind::Vulnerabilities)
            );
            return view.check(rule, title, Fail, reason, &read);
        }
        let today = TimeZone::UTC.to_datetime(view.facts.now).date();
        let (all, aside) = counting(view);
        let counts = |f: &&Finding| f.fixed.is_some() && f.severity >= self.severity;
        let open: Vec<&Finding> = all.into_iter().filter(counts).collect();
        let mut late: Vec<(i64, &Finding)> = open
            .iter()
            .filter_map(|f| Some((age(today, f.fixed_since?), *f)))
            .collect();
        let undated = open.len() - late.len();
        late.retain(|(age, _)| *age > i64::from(self.within_days));
        late.sort_by_key(|(age, finding)| (-age, finding.id.clone()));
        let (verdict, reason) = match (late.as_slice(), undated) {
            ([], 0) => (Pass, fine(open.len())),
            ([], undated) => (Warn, format!("{}.", untold(undated))),
            (late, undated) => {
                let each: Vec<String> = late
                    .iter()
                    .take(3)
                    .map(|(age, f)| format!("{}, for {age} days", described(f)))
                    .collect();
                let each = words::first_of(&each, late.len() as u64);
                let fixes = words::counted(late.len() as u64, "fix has", "fixes have");
                let rest = if undated > 0 {
                    format!(" {}.", untold(undated))
                } else {
                    String::new()
                };
                (
                    Fail,
                    format!("{fixes} been available for longer than {days}: {each}.{rest}"),
                )
            }
        };
        view.check(rule, title, verdict, reason + &aside, &read)
    }
}

fn age(today: Date, since: Date) -> i64 {
    let span = today.since(since).map(|span| i64::from(span.get_days()));
    span.unwrap_or(i64::MAX)
}

fn fine(open: usize) -> String {
    match open {
        0 => "No finding that counts has a fix.".to_owned(),
        open => format!(
            "{} newer than the limit.",
            words::counted(open as u64, "fix is", "fixes are")
        ),
    }
}

fn untold(undated: usize) -> String {
    let fixes = words::counted(undated as u64, "fixable finding", "fixable findings");
    format!(
        "Of {fixes} the scan does not say since when there is a fix, so that it cannot be told how long"
    )
}
