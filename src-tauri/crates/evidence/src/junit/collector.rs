//! The figures, the rows and the warnings of a test report, as suites and cases end.

use super::{
    case::{Case, Outcome},
    dialect::Dialect,
    suite::Suite,
};
use crate::{
    TestSummary, Tests, Verdict,
    text::{counted, short},
};
use jiff::Timestamp;
use std::collections::HashSet;

/// The most that is kept of all traces together, bytes.
const MAX_ALL_DETAILS: usize = 64 * 1024 * 1024;
/// The most warnings that are spelt out.
const MAX_WARNINGS: usize = 20;

/// What was read so far.
#[derive(Default)]
pub(super) struct Collector {
    pub(super) tests: Tests,
    pub(super) dialect: Dialect,
    pub(super) produced_at: Option<Timestamp>,
    names: HashSet<String>,
    warnings: Vec<String>,
    more_warnings: u64,
    flaky: u64,
    details: usize,
    details_dropped: bool,
}

impl Collector {
    pub(super) fn end_case(&mut self, case: Case, suite: &mut Suite) {
        let (mut row, flaky) = case.finish();
        suite.cases += 1;
        suite.add_seconds(row.duration_s);
        suite.not_passing += u64::from(matches!(row.verdict, Verdict::Failed | Verdict::Errored));
        self.flaky += u64::from(flaky);
        self.name(&row.suite);
        self.tests.summary.count(row.verdict);
        self.details += row.detail.as_deref().map_or(0, str::len);
        if self.details > MAX_ALL_DETAILS {
            self.details_dropped |= row.detail.take().is_some();
        }
        self.tests.cases.push(row);
    }

    pub(super) fn end_suite(&mut self, mut suite: Suite, parent: Option<&mut Suite>) {
        self.produced_at = self.produced_at.max(suite.timestamp);
        self.dialect.suite(&suite.name);
        if suite.own.unreadable && suite.cases == 0 {
            let suite = suite.words();
            self.warn(format!(
                "{suite} gives totals that are no numbers; they are taken as 0"
            ));
        }
        if suite.cases == 0 && !suite.claimed && !suite.own.is_nothing() {
            self.claim(&mut suite);
        } else {
            self.compare(&mut suite);
        }
        match parent {
            Some(parent) => {
                parent.cases += suite.cases;
                parent.not_passing = parent.not_passing.saturating_add(suite.not_passing);
                parent.claimed |= suite.claimed;
                parent.add_seconds(suite.duration());
            }
            None => self.tests.summary.duration_s = tidy(suite.duration().unwrap_or(0.0)),
        }
    }

    /// A suite that lists no cases: its own totals are all there is.
    fn claim(&mut self, suite: &mut Suite) {
        let own = suite.own;
        let parts = [own.failures, own.errors, own.skipped];
        let listed = parts.into_iter().fold(0, u64::saturating_add);
        let total = own.tests.max(listed);
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        let TestSummary {
            passed,
            failed,
            errored,
            skipped,
            ..
        } = &mut self.tests.summary;
        add(passed, total - listed);
        add(failed, own.failures);
        add(errored, own.errors);
        add(skipped, own.skipped);
        let sum = [*passed, *failed, *errored, *skipped];
        self.tests.summary.total = sum.into_iter().fold(0, u64::saturating_add);
        suite.claimed = true;
        suite.not_passing = own.not_passing();
        self.name(&suite.name);
        let suite = suite.words();
        self.warn(format!(
            "{suite} lists no cases; its own totals are counted"
        ));
    }

    /// A suite that claims failures which none of its cases shows deserves a look.
    fn compare(&mut self, suite: &mut Suite) {
        let claimed = suite.own.not_passing();
        if suite.not_passing == 0 && claimed > 0 && suite.cases > 0 {
            suite.not_passing = 1;
            let failures = counted(claimed, "failure or error", "failures or errors");
            let suite = suite.words();
            self.warn(format!(
                "{suite} claims {failures}, but none of its cases shows one"
            ));
        }
    }

    /// A failure that stands in a suite and not in a case, as from a broken set-up.
    pub(super) fn outside_of_cases(&mut self, suite: &mut Suite, outcome: &Outcome) {
        if matches!(outcome.sort.verdict(), Verdict::Failed | Verdict::Errored) {
            suite.not_passing += 1;
            let suite = suite.words();
            let what = outcome
                .message()
                .map(|text| format!(": {}", short(text, 200)));
            let what = what.unwrap_or_default();
            self.warn(format!(
                "{suite} reports a failure outside of any case{what}"
            ));
        }
    }

    fn name(&mut self, suite: &str) {
        if !self.names.contains(suite) {
            self.names.insert(suite.to_owned());
            self.tests.suites.push(suite.to_owned());
        }
    }

    fn warn(&mut self, warning: String) {
        match self.warnings.len() < MAX_WARNINGS {
            true => self.warnings.push(warning),
            false => self.more_warnings += 1,
        }
    }

    /// The warnings, and those about the report as a whole.
    pub(super) fn all_warnings(&mut self) -> Vec<String> {
        let mut all = std::mem::take(&mut self.warnings);
        if self.more_warnings > 0 {
            let more = counted(self.more_warnings, "more warning", "more warnings");
            all.push(format!("{more} of the same sort"));
        }
        if self.flaky > 0 {
            let tests = counted(self.flaky, "test", "tests");
            all.push(format!("{tests} failed at first and passed when run again"));
        }
        if self.details_dropped {
            all.push("the traces are longer than 64 MiB; the last ones are left out".to_owned());
        }
        if self.tests.summary.total == 0 {
            all.push("the report lists no tests".to_owned());
        }
        all
    }
}

/// To the microsecond: sums of many small times would show the rounding of each.
fn tidy(seconds: f64) -> f64 {
    let rounded = (seconds * 1e6).round() / 1e6;
    if rounded.is_finite() {
        rounded
    } else {
        seconds.min(f64::MAX)
    }
}
