//! One test case of either version.

use crate::{
    TestCase, Verdict,
    text::{MAX_NAME, short, some},
    time, xml,
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// A case that is being read.
pub(super) struct Case {
    pub(super) row: TestCase,
    result: String,
    label: String,
    executed: bool,
    success: Option<bool>,
    /// It has a failure, whatever its attributes say.
    pub(super) failed: bool,
}

impl Case {
    pub(super) fn new(element: &BytesStart<'_>, suite: &str, line: u64) -> Result<Self, AttrError> {
        let mut case = Self {
            row: TestCase {
                suite: suite.to_owned(),
                line: Some(line),
                ..TestCase::default()
            },
            result: String::new(),
            label: String::new(),
            executed: true,
            success: None,
            failed: false,
        };
        xml::attributes(element, |key, value| match key {
            "name" => case.row.name = short(&value, MAX_NAME),
            "classname" => case.row.class = some(&value, MAX_NAME),
            "duration" | "time" => case.row.duration_s = time::seconds(&value),
            "result" => case.result = short(&value, MAX_NAME),
            "label" => case.label = short(&value, MAX_NAME),
            "executed" => case.executed = !value.eq_ignore_ascii_case("false"),
            "success" => case.success = Some(!value.eq_ignore_ascii_case("false")),
            _ => {}
        })?;
        Ok(case)
    }

    /// The case with its verdict; only one that did not pass keeps its message.
    pub(super) fn finish(self) -> TestCase {
        let verdict = self.verdict();
        let mut row = TestCase {
            verdict,
            ..self.row
        };
        if row.verdict == Verdict::Passed {
            (row.message, row.detail) = (None, None);
        }
        row
    }

    fn verdict(&self) -> Verdict {
        if !self.executed {
            return Verdict::Skipped;
        }
        match (self.result.as_str(), self.label.as_str(), self.success) {
            ("Failed", "Error" | "Invalid" | "Cancelled", _) => Verdict::Errored,
            ("Failed" | "Failure", ..) => Verdict::Failed,
            ("Error" | "Cancelled" | "NotRunnable" | "Invalid", ..) => Verdict::Errored,
            ("Skipped" | "Ignored" | "Inconclusive" | "Explicit", ..) => Verdict::Skipped,
            ("", _, Some(false)) => Verdict::Failed,
            _ if self.failed => Verdict::Failed,
            _ => Verdict::Passed,
        }
    }
}
