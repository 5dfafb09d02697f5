//! `https://in-toto.io/attestation/test-result/v0.1`: names of tests, and how each went.

use super::unknown;
use crate::{
    Kind, Report, TestCase, Verdict,
    error::Problem,
    json::{self, Object, Text, each},
    place::Lines,
    rows::Rows,
    text::{MAX_NAME, counted, short},
};
use serde::de::MapAccess;

/// Reads the predicate.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = Raw {
        lines: Lines::new(text),
        result: Text::default(),
        warned: 0,
        rows: Rows::default(),
    };
    json::read(text, &mut raw)?;
    Ok(raw.report())
}

struct Raw<'a> {
    lines: Lines<'a>,
    result: Text<'a>,
    warned: u64,
    rows: Rows,
}

impl<'de> Object<'de> for Raw<'de> {
    const NAMES: &'static [&'static str] = &["result", "passedTests", "warnedTests", "failedTests"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == "result" {
            self.result = map.next_value()?;
            return Ok(());
        }
        let verdict = match name {
            "failedTests" => Verdict::Failed,
            _ => Verdict::Passed,
        };
        let warned = name == "warnedTests";
        map.next_value_seed(each(|test: Text<'de>| {
            self.warned += u64::from(warned);
            let line = self.lines.line_of_part(test.as_str());
            let row = TestCase {
                name: short(test.as_str(), MAX_NAME),
                verdict,
                line,
                ..TestCase::default()
            };
            self.rows.add(row).map_err(|_| "tests")
        }))
    }
}

impl Raw<'_> {
    fn report(mut self) -> Report {
        if self.warned > 0 {
            let tests = counted(self.warned, "test", "tests");
            self.rows.warn(format!("{tests} passed with warnings"));
        }
        if self.result.as_str() == "FAILED" && self.rows.summary().failed == 0 {
            self.rows.count([0, 0, 1, 0]);
            let unnamed = "the run failed, and no test is named that did; counted as an error";
            self.rows.warn(unnamed.to_owned());
        }
        let (tests, warnings) = self.rows.finish(None);
        Report {
            kind: Kind::Tests,
            tests: Some(tests),
            warnings,
            ..unknown()
        }
    }
}
