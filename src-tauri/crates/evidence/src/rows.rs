//! The rows of a test report, whatever it is written in: counted, bounded, and named.
//!
//! Every reader of tests hands its cases to this, so that one rule counts them all.

use crate::{
    TestCase, TestSummary, Tests,
    error::Problem,
    json::LIMIT,
    text::{counted, short},
};
use std::collections::HashSet;

/// The most that is kept of all traces together, bytes.
const MAX_ALL_DETAILS: usize = 64 * 1024 * 1024;
/// The most warnings that are spelt out.
const MAX_WARNINGS: usize = 20;

/// What was read so far.
#[derive(Default)]
pub(crate) struct Rows {
    tests: Tests,
    names: HashSet<String>,
    warnings: Vec<String>,
    more_warnings: u64,
    flaky: u64,
    details: usize,
    details_dropped: bool,
}

/// What a suite says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Claim {
    pub(crate) tests: u64,
    pub(crate) failed: u64,
    pub(crate) errored: u64,
    pub(crate) skipped: u64,
}

impl Claim {
    pub(crate) fn not_passing(&self) -> u64 {
        self.failed.saturating_add(self.errored)
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.tests == 0 && self.not_passing() == 0 && self.skipped == 0
    }
}

impl Rows {
    /// Counts and keeps a case.
    pub(crate) fn add(&mut self, mut row: TestCase) -> Result<(), Problem> {
        limit(self.tests.cases.len())?;
        self.name(&row.suite);
        self.tests.summary.count(row.verdict);
        self.details += row.detail.as_deref().map_or(0, str::len);
        if self.details > MAX_ALL_DETAILS {
            self.details_dropped |= row.detail.take().is_some();
        }
        self.tests.cases.push(row);
        Ok(())
    }

    /// A suite that lists no cases: its own totals are all there is.
    pub(crate) fn claim(&mut self, suite: &str, own: Claim) {
        let parts = [own.failed, own.errored, own.skipped];
        let listed = parts.into_iter().fold(0, u64::saturating_add);
        let passed = own.tests.max(listed) - listed;
        self.count([passed, own.failed, own.errored, own.skipped]);
        self.name(suite);
        let suite = suite_in_words(suite);
        self.warn(format!(
            "{suite} lists no cases; its own totals are counted"
        ));
    }

    /// Counts cases that nothing is known of but how many passed, failed, broke or were skipped.
    pub(crate) fn count(&mut self, [passed, failed, errored, skipped]: [u64; 4]) {
        let sum = &mut self.tests.summary;
        let add = |sum: &mut u64, more: u64| *sum = sum.saturating_add(more);
        add(&mut sum.passed, passed);
        add(&mut sum.failed, failed);
        add(&mut sum.errored, errored);
        add(&mut sum.skipped, skipped);
        let all = [sum.passed, sum.failed, sum.errored, sum.skipped];
        sum.total = all.into_iter().fold(0, u64::saturating_add);
    }

    /// Makes a suite's name known.
    pub(crate) fn name(&mut self, suite: &str) {
        if !self.names.contains(suite) {
            self.names.insert(suite.to_owned());
            self.tests.suites.push(suite.to_owned());
        }
    }

    /// Tells of a failure that stands in a suite and not in a case, as from a broken set-up.
    pub(crate) fn outside(&mut self, suite: &str, message: Option<&str>) {
        let suite = suite_in_words(suite);
        let what = message.map(|text| format!(": {}", short(text, 200)));
        let what = what.unwrap_or_default();
        self.warn(format!(
            "{suite} reports a failure outside of any case{what}"
        ));
    }

    /// Tells of a suite that claims failures which none of its cases shows.
    pub(crate) fn unshown(&mut self, suite: &str, claimed: u64) {
        let failures = counted(claimed, "failure or error", "failures or errors");
        let suite = suite_in_words(suite);
        self.warn(format!(
            "{suite} claims {failures}, but none of its cases shows one"
        ));
    }

    /// A test that failed at first and passed when it was run again.
    pub(crate) fn flaky(&mut self) {
        self.flaky += 1;
    }

    pub(crate) fn warn(&mut self, warning: String) {
        match self.warnings.len() < MAX_WARNINGS {
            true => self.warnings.push(warning),
            false => self.more_warnings += 1,
        }
    }

    /// The figures so far.
    pub(crate) fn summary(&self) -> TestSummary {
        self.tests.summary
    }

    /// The cases so far, for a reader that learns more of them later on.
    pub(crate) fn cases_mut(&mut self) -> &mut [TestCase] {
        &mut self.tests.cases
    }

    /// Names the suites anew, for a reader that learns of them later on.
    pub(crate) fn rename(&mut self, suites: &[String]) {
        let unnamed = self.tests.cases.iter().any(|case| case.suite.is_empty());
        self.names.clear();
        self.tests.suites.clear();
        unnamed.then(|| self.name(""));
        suites.iter().for_each(|suite| self.name(suite));
    }

    /// What the cases took, seconds.
    pub(crate) fn seconds(&self) -> Option<f64> {
        let each = self.tests.cases.iter().filter_map(|case| case.duration_s);
        each.reduce(|sum, one| sum + one)
    }

    /// Everything, and what to know of it; `seconds` is what the run took.
    pub(crate) fn finish(mut self, seconds: Option<f64>) -> (Tests, Vec<String>) {
        self.tests.summary.duration_s = tidy(seconds.unwrap_or(0.0));
        let mut all = self.warnings;
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
        (self.tests, all)
    }
}

/// Whether there is room for one more of what a report of tests lists.
pub(crate) fn limit(so_far: usize) -> Result<(), Problem> {
    let (limit, what) = (LIMIT, "tests");
    match so_far < limit {
        true => Ok(()),
        false => Err(Problem::TooMany { limit, what }),
    }
}

/// A suite's name in a sentence.
pub(crate) fn suite_in_words(name: &str) -> String {
    match name.trim() {
        "" => "a suite without a name".to_owned(),
        name => format!("the suite “{}”", short(name, 80)),
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
