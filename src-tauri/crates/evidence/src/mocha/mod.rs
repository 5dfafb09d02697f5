//! The report of Mocha's JSON reporter.
//!
//! Every test stands in `tests` and again in one of `passes`, `failures` and `pending`,
//! which say how it went. A hook that failed stands in `failures` alone, and broke.

use crate::{
    Format, Kind, Report, TestCase, Tool, Verdict,
    error::Problem,
    json::{self, Nested, Number, Object, Text, each},
    place::Lines,
    rows::{Claim, Rows},
    text::{MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short, some},
    time,
};
use serde::{Deserialize, de::MapAccess};
use std::collections::HashMap;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawReport {
        lines: Lines::new(text),
        stats: Stats::default(),
        tests: Vec::new(),
        passes: Vec::new(),
        failures: Vec::new(),
        pending: Vec::new(),
    };
    json::read(text, &mut raw)?;
    raw.report()
}

/// The outermost object.
struct RawReport<'a> {
    lines: Lines<'a>,
    stats: Stats<'a>,
    tests: Vec<TestCase>,
    passes: Vec<TestCase>,
    failures: Vec<TestCase>,
    pending: Vec<TestCase>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Stats<'a> {
    tests: Number,
    failures: Number,
    pending: Number,
    duration: Number,
    #[serde(borrow)]
    start: Text<'a>,
    #[serde(borrow)]
    end: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawTest<'a> {
    #[serde(borrow)]
    title: Text<'a>,
    #[serde(borrow)]
    full_title: Text<'a>,
    #[serde(borrow)]
    file: Text<'a>,
    duration: Number,
    #[serde(borrow)]
    err: Option<RawError<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawError<'a> {
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    stack: Text<'a>,
}

impl<'de> Object<'de> for RawReport<'de> {
    const NAMES: &'static [&'static str] = &["stats", "tests", "passes", "failures", "pending"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let (list, verdict) = match name {
            "stats" => {
                self.stats = map.next_value::<Nested<_>>()?.0;
                return Ok(());
            }
            "tests" => (&mut self.tests, None),
            "passes" => (&mut self.passes, Some(Verdict::Passed)),
            "failures" => (&mut self.failures, Some(Verdict::Failed)),
            _ => (&mut self.pending, Some(Verdict::Skipped)),
        };
        let lines = &mut self.lines;
        map.next_value_seed(each(|raw: RawTest<'de>| {
            if list.len() >= json::LIMIT {
                return Err("tests");
            }
            list.push(row(&raw, verdict, lines));
            Ok(())
        }))
    }
}

fn row(raw: &RawTest<'_>, verdict: Option<Verdict>, lines: &mut Lines<'_>) -> TestCase {
    let title = raw.title.as_str();
    let suite = raw.full_title.as_str().strip_suffix(title);
    let error = raw.err.as_ref();
    let message = error.and_then(|err| some(err.message.as_str(), MAX_MESSAGE));
    let detail = error.and_then(|err| some(err.stack.as_str(), MAX_DETAIL));
    let broke = error.is_some() && (message.is_some() || detail.is_some());
    let by_error = if broke {
        Verdict::Failed
    } else {
        Verdict::Passed
    };
    let is_hook = title.starts_with('"') && title.contains("\" hook");
    let verdict = match verdict.unwrap_or(by_error) {
        Verdict::Failed if is_hook => Verdict::Errored,
        verdict => verdict,
    };
    TestCase {
        suite: short(suite.unwrap_or_default().trim(), MAX_NAME),
        name: short(title, MAX_NAME),
        verdict,
        duration_s: raw.duration.millis(),
        message,
        detail,
        line: lines.line_of_part(title),
        source: some(raw.file.as_str(), MAX_NAME),
        ..TestCase::default()
    }
}

type Key = (Option<String>, String, String);

fn key(row: &TestCase) -> Key {
    (row.source.clone(), row.suite.clone(), row.name.clone())
}

impl RawReport<'_> {
    /// The tests in their order, each as the lists that follow say that it went, and what
    /// stands in these lists alone.
    fn rows(&mut self) -> Result<Rows, Problem> {
        let mut told: HashMap<Key, Vec<TestCase>> = HashMap::new();
        let lists = [&mut self.passes, &mut self.pending, &mut self.failures];
        for row in lists.into_iter().flat_map(std::mem::take) {
            told.entry(key(&row)).or_default().push(row);
        }
        let mut rows = Rows::default();
        for test in std::mem::take(&mut self.tests) {
            let known = told.get_mut(&key(&test)).and_then(Vec::pop);
            rows.add(known.map_or_else(
                || test.clone(),
                |known| TestCase {
                    line: test.line,
                    ..known
                },
            ))?;
        }
        let mut left: Vec<TestCase> = told.into_values().flatten().collect();
        left.sort_by(|a, b| a.line.cmp(&b.line).then_with(|| a.name.cmp(&b.name)));
        left.into_iter().try_for_each(|row| rows.add(row))?;
        Ok(rows)
    }

    fn report(mut self) -> Result<Report, Problem> {
        let mut rows = self.rows()?;
        let count = |number: Number| number.count().unwrap_or(0);
        let claim = Claim {
            tests: count(self.stats.tests),
            failed: count(self.stats.failures),
            errored: 0,
            skipped: count(self.stats.pending),
        };
        if rows.summary().total == 0 && !claim.is_nothing() {
            rows.claim("", claim);
        } else if claim.failed > 0 && rows.summary().not_passing() == 0 {
            rows.unshown("", claim.failed);
        }
        let seconds = self.stats.duration.millis().or_else(|| rows.seconds());
        let (tests, warnings) = rows.finish(seconds);
        let end = time::timestamp(self.stats.end.as_str());
        Ok(Report {
            tool: Tool::named("mocha", ""),
            produced_at: end.or_else(|| time::timestamp(self.stats.start.as_str())),
            tests: Some(tests),
            warnings,
            ..Report::new(Format::MochaJson, Kind::Tests)
        })
    }
}
