//! One result.

use crate::{
    TestCase, Verdict,
    text::{MAX_NAME, short, some},
    time, xml,
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// A result that is being read.
pub(super) struct TestResult {
    pub(super) row: TestCase,
    /// It holds the results of its parts.
    pub(super) has_inner: bool,
    id: String,
    times: [Option<jiff::Timestamp>; 2],
    outcome: Option<String>,
}

/// Whether an element is a result of any kind of test.
pub(super) fn is_result(name: &str) -> bool {
    let kinds = [
        "UnitTestResult",
        "TestResult",
        "TestResultAggregation",
        "GenericTestResult",
        "ManualTestResult",
        "WebTestResult",
        "LoadTestResult",
    ];
    kinds.contains(&name)
}

impl TestResult {
    pub(super) fn new(element: &BytesStart<'_>, line: u64) -> Result<Self, AttrError> {
        let mut result = Self {
            row: TestCase {
                line: Some(line),
                ..TestCase::default()
            },
            has_inner: false,
            id: String::new(),
            times: [None; 2],
            outcome: None,
        };
        xml::attributes(element, |key, value| match key {
            "testName" => result.row.name = short(&value, MAX_NAME),
            "testId" => result.id = short(&value, MAX_NAME),
            "duration" => result.row.duration_s = time::clock(&value),
            "startTime" => result.times[0] = time::timestamp(&value),
            "endTime" => result.times[1] = time::timestamp(&value),
            "outcome" => result.outcome = some(&value, MAX_NAME),
            _ => {}
        })?;
        Ok(result)
    }

    /// The row and its test's id; only one that did not pass keeps its message.
    pub(super) fn finish(self) -> (TestCase, String) {
        let verdict = verdict(self.outcome.as_deref());
        let mut row = TestCase {
            verdict,
            ..self.row
        };
        if row.verdict == Verdict::Passed {
            (row.message, row.detail) = (None, None);
        }
        if let ([Some(start), Some(end)], None) = (self.times, row.duration_s) {
            let seconds = end.duration_since(start).as_secs_f64();
            row.duration_s = Some(seconds).filter(|seconds| *seconds >= 0.0);
        }
        (row, self.id)
    }
}

/// The schema's outcomes; one that is left out stands for the first of them, an error.
fn verdict(outcome: Option<&str>) -> Verdict {
    match outcome {
        Some("Passed" | "PassedButRunAborted" | "Completed" | "Warning") => Verdict::Passed,
        Some("Failed") => Verdict::Failed,
        None | Some("Error" | "Timeout" | "Aborted" | "Disconnected") => Verdict::Errored,
        Some(_) => Verdict::Skipped,
    }
}
