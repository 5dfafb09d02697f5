//! The event stream of `dart test --reporter json` and of `flutter test --machine`.
//!
//! What loads a file is hidden and no test, unless it fails. A test that never ends did not
//! pass.

use crate::{
    Format, Kind, Report, TestCase, Tool, Verdict,
    error::Problem,
    events,
    json::{Flag, Number, Text},
    rows::{self, Rows},
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short, some},
};
use serde::Deserialize;
use std::collections::HashMap;

/// Reads the whole stream.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut run = Run::default();
    let others = events::read(text, |event: Event<'_>, line| run.take(&event, line))?;
    run.report(others)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Event<'a> {
    #[serde(borrow, rename = "type")]
    sort: Text<'a>,
    time: Number,
    #[serde(borrow)]
    runner_version: Text<'a>,
    #[serde(borrow)]
    suite: Option<Suite<'a>>,
    #[serde(borrow)]
    test: Option<Test<'a>>,
    #[serde(rename = "testID")]
    test_id: Number,
    #[serde(borrow)]
    result: Text<'a>,
    #[serde(borrow)]
    error: Text<'a>,
    #[serde(borrow)]
    stack_trace: Text<'a>,
    #[serde(borrow)]
    message_type: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    skipped: Flag,
    hidden: Flag,
    #[serde(borrow)]
    success: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Suite<'a> {
    id: Number,
    #[serde(borrow)]
    path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Test<'a> {
    id: Number,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(rename = "suiteID")]
    suite_id: Number,
    line: Number,
    #[serde(borrow)]
    url: Text<'a>,
}

/// A test that has begun.
struct Running {
    row: TestCase,
    began: Option<f64>,
    message: Option<String>,
    detail: Bounded<MAX_DETAIL>,
}

/// A number as a key; numbers that are none share one.
type Id = Option<u64>;

#[derive(Default)]
struct Run {
    rows: Rows,
    version: Option<String>,
    suites: HashMap<Id, String>,
    running: HashMap<Id, Running>,
    seconds: Option<f64>,
    done: bool,
    failed: bool,
}

impl Run {
    fn take(&mut self, event: &Event<'_>, line: u64) -> Result<(), Problem> {
        rows::limit(self.running.len() + self.suites.len())?;
        match event.sort.as_str() {
            "start" => self.version = some(event.runner_version.as_str(), MAX_NAME),
            "suite" => {
                if let Some(suite) = &event.suite {
                    let path = short(suite.path.as_str(), MAX_NAME);
                    self.suites.insert(suite.id.count(), path);
                }
            }
            "testStart" => self.begin(event, line),
            "error" => self.error(event),
            "print" if event.message_type.as_str() == "skip" => self.skip(event),
            "testDone" => return self.end(event),
            "done" => {
                self.done = true;
                self.failed = event.success.as_str() == "false";
                self.seconds = event.time.millis();
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, event: &Event<'_>, line: u64) {
        let Some(test) = &event.test else {
            return;
        };
        let suite = self.suites.get(&test.suite_id.count());
        let source = some(test.url.as_str(), MAX_NAME);
        let row = TestCase {
            suite: suite.cloned().unwrap_or_default(),
            name: short(test.name.as_str(), MAX_NAME),
            line: Some(line),
            source: source.map(|file| match test.line.count() {
                Some(at) => format!("{file}:{at}"),
                None => file,
            }),
            ..TestCase::default()
        };
        let running = Running {
            row,
            began: event.time.0,
            message: None,
            detail: Bounded::default(),
        };
        self.running.insert(test.id.count(), running);
    }

    fn error(&mut self, event: &Event<'_>) {
        if let Some(test) = self.running.get_mut(&event.test_id.count()) {
            let message = some(event.error.as_str(), MAX_MESSAGE);
            test.message = test.message.take().or(message);
            test.detail.push(event.stack_trace.as_str());
        }
    }

    fn skip(&mut self, event: &Event<'_>) {
        if let Some(test) = self.running.get_mut(&event.test_id.count()) {
            test.message = some(event.message.as_str(), MAX_MESSAGE);
        }
    }

    fn end(&mut self, event: &Event<'_>) -> Result<(), Problem> {
        let Some(test) = self.running.remove(&event.test_id.count()) else {
            return Ok(());
        };
        let verdict = match event.result.as_str() {
            "success" if event.skipped.0 => Verdict::Skipped,
            "success" => Verdict::Passed,
            "failure" => Verdict::Failed,
            _ => Verdict::Errored,
        };
        if event.hidden.0 && verdict == Verdict::Passed {
            return Ok(());
        }
        let took = event
            .time
            .0
            .zip(test.began)
            .map(|(end, began)| (end - began) / 1000.0);
        let bad = verdict != Verdict::Passed;
        self.rows.add(TestCase {
            verdict,
            duration_s: took.filter(|seconds| *seconds >= 0.0),
            message: test.message.filter(|_| bad),
            detail: test.detail.some().filter(|_| bad),
            ..test.row
        })
    }

    fn report(mut self, others: Option<String>) -> Result<Report, Problem> {
        let mut unfinished: Vec<Running> = self.running.into_values().collect();
        unfinished.sort_by_key(|test| test.row.line);
        for test in unfinished {
            self.rows.add(TestCase {
                verdict: Verdict::Errored,
                message: test.message.or(Some("it did not finish".to_owned())),
                detail: test.detail.some(),
                ..test.row
            })?;
        }
        if !self.done {
            let cut = "the run did not end; what came after is not in the report";
            self.rows.warn(cut.to_owned());
        } else if self.failed && self.rows.summary().not_passing() == 0 {
            self.rows.outside("", Some("the run failed as a whole"));
        }
        others.into_iter().for_each(|others| self.rows.warn(others));
        let seconds = self.seconds.or_else(|| self.rows.seconds());
        let (tests, warnings) = self.rows.finish(seconds);
        Ok(Report {
            tool: Some(Tool {
                name: "dart test".to_owned(),
                version: self.version,
            }),
            tests: Some(tests),
            warnings,
            ..Report::new(Format::DartJson, Kind::Tests)
        })
    }
}
