//! The Test Anything Protocol, versions 12 to 14 (testanything.org).
//!
//! A subtest's points are counted, and the point that sums them up is not, unless it fails
//! where none of them does. A point that the plan promises and that never comes broke.

mod line;

use crate::{
    Format, Kind, Report, TestCase, Verdict,
    error::Problem,
    rows::Rows,
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, counted, short, some},
};
use line::{Line, Point};

/// Reads the whole stream.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut stream = Stream::default();
    for (line, number) in text.lines().zip(1..) {
        stream.take(line, number)?;
    }
    stream.report()
}

/// The most levels of subtests; deeper ones are taken as of this level.
const MAX_LEVELS: usize = 64;

/// What is known of one level of subtests.
#[derive(Default)]
struct Level {
    name: String,
    planned: Option<u64>,
    points: u64,
    not_passing: bool,
}

#[derive(Default)]
struct Stream {
    rows: Rows,
    levels: Vec<Level>,
    /// The last point, which what follows is about.
    last: Option<(TestCase, Said)>,
    /// Within a block of YAML, with this indentation.
    yaml: Option<usize>,
    bailed_out: bool,
    version: Option<u64>,
}

/// What is said of a point in the lines after it.
#[derive(Default)]
struct Said {
    text: Bounded<MAX_DETAIL>,
    message: Option<String>,
    seconds: Option<f64>,
}

impl Stream {
    fn take(&mut self, line: &str, number: u64) -> Result<(), Problem> {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let words = line.trim();
        match self.yaml {
            Some(yaml) if indent >= yaml || words.is_empty() => {
                self.in_yaml(words, indent, yaml);
                return Ok(());
            }
            _ => self.yaml = None,
        }
        let level = (indent / 4).min(MAX_LEVELS);
        match Line::of(words) {
            Line::Version(version) => self.version = self.version.or(Some(version)),
            Line::Plan(count) => self.plan(level, count)?,
            Line::Point(point) => self.point(level, &point, number)?,
            Line::BailOut(why) => self.bail_out(why, number)?,
            Line::Subtest(name) => self.begin(level, name)?,
            Line::Yaml if self.last.is_some() => self.yaml = Some(indent),
            Line::Comment(text) => self.say(text),
            Line::Yaml | Line::Other => {}
        }
        Ok(())
    }

    fn in_yaml(&mut self, words: &str, indent: usize, yaml: usize) {
        if words == "..." && indent <= yaml {
            self.yaml = None;
            return;
        }
        let Some((_, said)) = &mut self.last else {
            return;
        };
        let value = |name: &str| words.strip_prefix(name)?.strip_prefix(':').map(unquoted);
        if let Some(message) = value("message").or_else(|| value("error")) {
            let message = some(message, MAX_MESSAGE).filter(|text| !text.starts_with(['|', '>']));
            said.message = said.message.take().or(message);
        }
        if let Some(millis) = value("duration_ms") {
            let millis: Option<f64> = millis.parse().ok();
            said.seconds = millis.map(|millis| millis / 1000.0);
        }
        said.text.push(words);
        said.text.push("\n");
    }

    fn say(&mut self, text: &str) {
        if let Some((_, said)) = &mut self.last {
            said.text.push(text);
            said.text.push("\n");
        }
    }

    /// The level of a subtest that is named before it begins.
    fn begin(&mut self, level: usize, name: &str) -> Result<(), Problem> {
        self.settle()?;
        // It stands at the level of its point or, with Perl's writers, of the points within.
        let inner = match level {
            0 => 1,
            level if self.levels.len() > level => level + 1,
            level => level,
        };
        let inner = inner.min(MAX_LEVELS);
        self.open(inner);
        self.levels[inner].name = short(name, MAX_NAME);
        Ok(())
    }

    fn open(&mut self, level: usize) {
        while self.levels.len() <= level {
            self.levels.push(Level::default());
        }
    }

    fn plan(&mut self, level: usize, count: u64) -> Result<(), Problem> {
        self.settle()?;
        self.open(level);
        self.levels[level].planned = Some(count);
        Ok(())
    }

    fn point(&mut self, level: usize, point: &Point<'_>, number: u64) -> Result<(), Problem> {
        self.settle()?;
        let within = self.close(level)?;
        self.open(level);
        let verdict = point.verdict();
        let bad = verdict == Verdict::Failed;
        let this = &mut self.levels[level];
        this.points += 1;
        this.not_passing |= bad || within.as_ref().is_some_and(|inner| inner.not_passing);
        let is_sum = within.is_some_and(|inner| inner.points > 0 && (!bad || inner.not_passing));
        if is_sum {
            return Ok(());
        }
        let row = TestCase {
            suite: self.suite(),
            name: short(point.description, MAX_NAME),
            verdict,
            message: point.reason.and_then(|why| some(why, MAX_MESSAGE)),
            line: Some(number),
            ..TestCase::default()
        };
        self.last = Some((row, Said::default()));
        Ok(())
    }

    /// The names of the subtests around.
    fn suite(&self) -> String {
        let names = self.levels.iter().map(|level| level.name.as_str());
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        short(&names.join(" > "), MAX_NAME)
    }

    /// Ends every level below this one, and gives the one just below it.
    fn close(&mut self, level: usize) -> Result<Option<Level>, Problem> {
        let mut ended = None;
        while self.levels.len() > level + 1 {
            let inner = self.levels.pop().map(|inner| self.missing(inner));
            let inner = inner.transpose()?;
            let bad = inner.as_ref().is_some_and(|inner| inner.not_passing);
            if let Some(outer) = self.levels.last_mut() {
                outer.not_passing |= bad;
            }
            ended = inner;
        }
        Ok(ended)
    }

    /// Points that the plan promises and that never came broke.
    fn missing(&mut self, mut level: Level) -> Result<Level, Problem> {
        let missing = level.planned.unwrap_or(0).saturating_sub(level.points);
        if missing > 0 {
            level.not_passing = true;
            self.rows.count([0, 0, missing, 0]);
            let planned = counted(level.planned.unwrap_or(0), "test", "tests");
            let points = level.points;
            self.rows.warn(format!(
                "the plan says {planned}, but {points} ran; the others are counted as errors"
            ));
        } else if level.planned.is_some_and(|planned| planned < level.points) {
            let planned = counted(level.planned.unwrap_or(0), "test", "tests");
            let points = level.points;
            self.rows
                .warn(format!("the plan says {planned}, but {points} ran"));
        }
        Ok(level)
    }

    fn bail_out(&mut self, why: &str, number: u64) -> Result<(), Problem> {
        self.settle()?;
        self.bailed_out = true;
        self.rows.add(TestCase {
            name: "Bail out!".to_owned(),
            verdict: Verdict::Errored,
            message: some(why, MAX_MESSAGE),
            line: Some(number),
            ..TestCase::default()
        })
    }

    /// Keeps the last point with all that was said of it.
    fn settle(&mut self) -> Result<(), Problem> {
        let Some((row, said)) = self.last.take() else {
            return Ok(());
        };
        let bad = row.verdict != Verdict::Passed;
        let detail = said.text.some().filter(|_| bad);
        let first = || {
            detail
                .as_deref()
                .and_then(|text| some(text.lines().next()?, MAX_MESSAGE))
        };
        let message = row.message.clone().or(said.message.clone()).or_else(first);
        self.rows.add(TestCase {
            duration_s: said
                .seconds
                .filter(|seconds| *seconds >= 0.0 && seconds.is_finite()),
            message: message.filter(|_| bad),
            detail: detail.clone(),
            ..row
        })
    }

    fn report(mut self) -> Result<Report, Problem> {
        self.settle()?;
        self.close(0)?;
        // Who bailed out has said why the rest is missing.
        if let Some(top) = self.levels.pop().filter(|_| !self.bailed_out) {
            self.missing(top)?;
        }
        if let Some(version) = self.version.filter(|version| !(12..=14).contains(version)) {
            self.rows.warn(format!(
                "TAP version {version} is not known; it is read as version 14"
            ));
        }
        let seconds = self.rows.seconds();
        let (tests, warnings) = self.rows.finish(seconds);
        Ok(Report {
            tests: Some(tests),
            warnings,
            ..Report::new(Format::Tap, Kind::Tests)
        })
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let quoted = |mark| value.strip_prefix(mark)?.strip_suffix(mark);
    quoted('\'').or_else(|| quoted('"')).unwrap_or(value)
}
