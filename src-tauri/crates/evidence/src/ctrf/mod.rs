//! Common Test Report Format, JSON (ctrf.io, specification 0 and 1).
//!
//! Times are in milliseconds. A test's last status is its verdict; that it was tried before
//! is mentioned.

use crate::{
    Format, Kind, Report, TestCase, Tool, Verdict,
    error::Problem,
    json::{self, Flag, Inner, List, Nested, Number, Object, Text, each},
    place::Lines,
    rows::{Claim, Rows},
    text::{MAX_DETAIL, MAX_MESSAGE, MAX_NAME, counted, short, some},
    time,
};
use serde::{Deserialize, de::MapAccess};

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawReport {
        results: Results::new(text),
        version: Text::default(),
        timestamp: Text::default(),
    };
    json::read(text, &mut raw)?;
    Ok(raw.report())
}

/// The outermost object.
struct RawReport<'a> {
    version: Text<'a>,
    timestamp: Text<'a>,
    results: Results<'a>,
}

impl<'de> Object<'de> for RawReport<'de> {
    const NAMES: &'static [&'static str] = &["specVersion", "timestamp", "results"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "specVersion" => self.version = map.next_value()?,
            "timestamp" => self.timestamp = map.next_value()?,
            _ => map.next_value_seed(Inner(&mut self.results))?,
        }
        Ok(())
    }
}

/// What was tested, by what, and how it went.
struct Results<'a> {
    lines: Lines<'a>,
    rows: Rows,
    tool: RawTool<'a>,
    summary: RawSummary,
    others: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawTool<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawSummary {
    tests: Number,
    failed: Number,
    pending: Number,
    skipped: Number,
    other: Number,
    start: Number,
    stop: Number,
    duration: Number,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct RawTest<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    raw_status: Text<'a>,
    duration: Number,
    #[serde(borrow)]
    suite: List<Text<'a>>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    trace: Text<'a>,
    #[serde(borrow)]
    file_path: Text<'a>,
    line: Number,
    flaky: Flag,
}

impl<'de> Object<'de> for Results<'de> {
    const NAMES: &'static [&'static str] = &["tool", "summary", "tests"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "tool" => self.tool = map.next_value::<Nested<_>>()?.0,
            "summary" => self.summary = map.next_value::<Nested<_>>()?.0,
            _ => map.next_value_seed(each(|raw: RawTest<'de>| self.add(&raw)))?,
        }
        Ok(())
    }
}

impl<'a> Results<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            lines: Lines::new(text),
            rows: Rows::default(),
            tool: RawTool::default(),
            summary: RawSummary::default(),
            others: 0,
        }
    }

    fn add(&mut self, raw: &RawTest<'_>) -> Result<(), &'static str> {
        let verdict = match raw.status.as_str() {
            "passed" => Verdict::Passed,
            "failed" => Verdict::Failed,
            "skipped" | "pending" => Verdict::Skipped,
            _ => {
                self.others += 1;
                Verdict::Skipped
            }
        };
        if raw.flaky.0 && verdict == Verdict::Passed {
            self.rows.flaky();
        }
        let path: Vec<&str> = raw.suite.0.iter().map(Text::as_str).collect();
        let bad = verdict != Verdict::Passed;
        let status = raw.raw_status.get().or(raw.status.get());
        let other = status.filter(|_| raw.status.as_str() == "other");
        let message = raw.message.get().or(other).filter(|_| bad);
        let row = TestCase {
            suite: short(&path.join(" > "), MAX_NAME),
            name: short(raw.name.as_str(), MAX_NAME),
            verdict,
            duration_s: raw.duration.millis(),
            message: message.and_then(|text| some(text, MAX_MESSAGE)),
            detail: some(raw.trace.as_str(), MAX_DETAIL).filter(|_| bad),
            line: self.lines.line_of_part(raw.name.as_str()),
            source: some(raw.file_path.as_str(), MAX_NAME).map(|file| at(file, raw.line)),
            ..TestCase::default()
        };
        self.rows.add(row).map_err(|_| "tests")
    }
}

fn at(file: String, line: Number) -> String {
    match line.count() {
        Some(line) => format!("{file}:{line}"),
        None => file,
    }
}

impl RawSummary {
    fn claim(&self) -> Claim {
        let count = |number: Number| number.count().unwrap_or(0);
        let idle = [self.pending, self.skipped, self.other];
        Claim {
            tests: count(self.tests),
            failed: count(self.failed),
            errored: 0,
            skipped: idle.into_iter().map(count).fold(0, u64::saturating_add),
        }
    }

    /// What the run took, seconds.
    fn seconds(&self) -> Option<f64> {
        let span = || Some(self.stop.0? - self.start.0?).filter(|millis| *millis > 0.0);
        self.duration
            .millis()
            .or(span().map(|millis| millis / 1000.0))
    }
}

impl RawReport<'_> {
    fn report(self) -> Report {
        let Results {
            mut rows,
            summary,
            tool,
            others,
            ..
        } = self.results;
        let claim = summary.claim();
        if rows.summary().total == 0 && !claim.is_nothing() {
            rows.claim("", claim);
        } else if claim.failed > 0 && rows.summary().failed == 0 {
            rows.unshown("", claim.failed);
        }
        if others > 0 {
            let tests = counted(others, "test has", "tests have");
            rows.warn(format!(
                "{tests} a status that is neither passed nor failed; counted as skipped"
            ));
        }
        let version = self.version.as_str();
        let known = version.is_empty() || version.starts_with("0.") || version.starts_with("1.");
        if !known {
            let version = short(version, 40);
            rows.warn(format!(
                "CTRF version {version} is not known; it is read as version 1"
            ));
        }
        let seconds = summary.seconds().or_else(|| rows.seconds());
        let (tests, warnings) = rows.finish(seconds);
        let stop = || time::epoch_millis(summary.stop.0?);
        Report {
            tool: Tool::named(tool.name.as_str(), tool.version.as_str()),
            produced_at: time::timestamp(self.timestamp.as_str()).or_else(stop),
            tests: Some(tests),
            warnings,
            ..Report::new(Format::Ctrf, Kind::Tests)
        }
    }
}
