//! One test.

use crate::{
    TestCase, Verdict,
    text::{MAX_NAME, short, some},
    time, xml,
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// A test that is being read.
pub(super) struct Case {
    pub(super) row: TestCase,
}

impl Case {
    pub(super) fn new(element: &BytesStart<'_>, suite: &str, line: u64) -> Result<Self, AttrError> {
        let mut row = TestCase {
            suite: suite.to_owned(),
            line: Some(line),
            ..TestCase::default()
        };
        let (mut file, mut at) = (None, None);
        xml::attributes(element, |key, value| match key {
            "name" => row.name = short(&value, MAX_NAME),
            "type" => row.class = some(&value, MAX_NAME),
            "time" => row.duration_s = time::seconds(&value),
            "result" => row.verdict = verdict(&value),
            "source-file" => file = some(&value, MAX_NAME),
            "source-line" => at = time::count(&value),
            _ => {}
        })?;
        row.source = file.map(|file| match at {
            Some(at) => format!("{file}:{at}"),
            None => file,
        });
        Ok(Self { row })
    }

    /// The test; only one that did not pass keeps its message.
    pub(super) fn finish(self) -> TestCase {
        let mut row = self.row;
        if row.verdict == Verdict::Passed {
            (row.message, row.detail) = (None, None);
        }
        row
    }
}

fn verdict(result: &str) -> Verdict {
    match result {
        "Fail" => Verdict::Failed,
        "Skip" | "NotRun" => Verdict::Skipped,
        "Error" => Verdict::Errored,
        _ => Verdict::Passed,
    }
}
