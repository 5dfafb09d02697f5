//! Test results: suites, cases, one verdict a case, and the figures.

use serde::Serialize;

/// What a test report holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Tests {
    /// The figures; `total` is the sum of the four others.
    pub summary: TestSummary,
    /// The names of the suites, each once, in the report's order.
    pub suites: Vec<String>,
    /// The cases in the report's order. Fewer than `summary.total` where a suite gave only
    /// its own totals; a warning says so.
    pub cases: Vec<TestCase>,
}

/// The figures of a test report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct TestSummary {
    /// All cases.
    pub total: u64,
    /// Cases that passed, be it on a later try.
    pub passed: u64,
    /// Cases whose expectation was not met.
    pub failed: u64,
    /// Cases that broke.
    pub errored: u64,
    /// Cases that were not run.
    pub skipped: u64,
    /// What the suites say they took, else the sum of the cases; seconds.
    pub duration_s: f64,
}

impl TestSummary {
    /// Cases that failed or broke.
    pub fn not_passing(&self) -> u64 {
        self.failed.saturating_add(self.errored)
    }

    pub(crate) fn count(&mut self, verdict: Verdict) {
        let sum = match verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Failed => &mut self.failed,
            Verdict::Errored => &mut self.errored,
            Verdict::Skipped => &mut self.skipped,
        };
        // Totals that a report only claims may have come up to the limit before.
        *sum = sum.saturating_add(1);
        self.total = self.total.saturating_add(1);
    }
}

/// One test.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TestCase {
    /// The innermost suite's name; empty where it has none.
    pub suite: String,
    /// The class, module or file the test stands in.
    pub class: Option<String>,
    /// The test's name.
    pub name: String,
    /// The one verdict.
    pub verdict: Verdict,
    /// How long it took, seconds.
    pub duration_s: Option<f64>,
    /// Why it did not pass: at most 4 KiB.
    pub message: Option<String>,
    /// The trace or log of the failure: at most 16 KiB.
    pub detail: Option<String>,
    /// The line in the report where the case begins, from 1.
    pub line: Option<u64>,
    /// The source file, and line if known, as `tests/test_a.py:12`.
    pub source: Option<String>,
}

/// How a test went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It passed.
    #[default]
    Passed,
    /// It was not run.
    Skipped,
    /// Its expectation was not met.
    Failed,
    /// It broke; outweighs a failure of the same case.
    Errored,
}
