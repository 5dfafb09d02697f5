//! TRX, the results that Visual Studio and `dotnet test` write.
//!
//! Results name their tests by id, and what class a test is of stands elsewhere, before or
//! after. A data-driven or an ordered test holds its results within it: these are counted,
//! and not it.

mod result;

use crate::{
    Format, Kind, Report,
    error::Problem,
    rows::{self, Claim, Rows},
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short, some},
    time,
    xml::{self, Stop, Visit},
};
use jiff::Timestamp;
use quick_xml::events::{BytesStart, attributes::AttrError};
use result::TestResult;
use std::collections::HashMap;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut walk = Walk::default();
    xml::walk(text, &mut walk)?;
    Ok(walk.report())
}

/// An element that was begun and not yet ended.
enum Frame {
    Result(Box<TestResult>),
    /// A test's definition, by its id.
    Definition(String),
    Summary,
    RunInfo,
    ErrorInfo,
    Message(Bounded<MAX_MESSAGE>),
    Trace(Bounded<MAX_DETAIL>),
    Other,
}

/// What a test's definition says of it.
#[derive(Default)]
struct Definition {
    class: Option<String>,
    storage: Option<String>,
}

#[derive(Default)]
struct Walk {
    open: Vec<Frame>,
    rows: Rows,
    /// The test's id for each row.
    ids: Vec<String>,
    definitions: HashMap<String, Definition>,
    start: Option<Timestamp>,
    finish: Option<Timestamp>,
    claim: Claim,
    /// The run as a whole is said to have failed.
    failed: bool,
    /// What the run says of itself.
    said: Option<String>,
}

impl Visit for Walk {
    fn begin(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop> {
        rows::limit(self.definitions.len())?;
        let frame = self.frame(element, line)?;
        self.open.push(frame);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        match self.open.pop() {
            Some(Frame::Result(result)) => self.end_result(*result)?,
            Some(Frame::Message(text)) => self.say(text.some(), None),
            Some(Frame::Trace(text)) => self.say(None, text.some()),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        match self.open.last_mut() {
            Some(Frame::Message(inner)) => inner.push(text),
            Some(Frame::Trace(inner)) => inner.push(text),
            _ => {}
        }
    }
}

impl Walk {
    fn frame(&mut self, element: &BytesStart<'_>, line: u64) -> Result<Frame, AttrError> {
        let name = element.local_name();
        let name: &str = name.as_ref();
        Ok(match (self.open.last(), name) {
            (_, "Times") => self.times(element)?,
            (_, "ResultSummary") => self.summary(element)?,
            (Some(Frame::Summary), "Counters") => self.counters(element)?,
            (_, "UnitTest" | "OrderedTest" | "ManualTest" | "GenericTest") => {
                self.definition(element)?
            }
            (Some(Frame::Definition(id)), "TestMethod") => {
                let id = id.clone();
                self.method(&id, element)?
            }
            (_, name) if result::is_result(name) => {
                if let Some(Frame::Result(outer)) = self.result_mut() {
                    outer.has_inner = true;
                }
                Frame::Result(Box::new(TestResult::new(element, line)?))
            }
            (_, "RunInfo") => Frame::RunInfo,
            (Some(Frame::RunInfo), "Text") => Frame::Message(Bounded::default()),
            (_, "ErrorInfo") => Frame::ErrorInfo,
            (Some(Frame::ErrorInfo), "Message") => Frame::Message(Bounded::default()),
            (Some(Frame::ErrorInfo), "StackTrace") => Frame::Trace(Bounded::default()),
            _ => Frame::Other,
        })
    }

    fn result_mut(&mut self) -> Option<&mut Frame> {
        let mut around = self.open.iter_mut().rev();
        around.find(|frame| matches!(frame, Frame::Result(_)))
    }

    fn times(&mut self, element: &BytesStart<'_>) -> Result<Frame, AttrError> {
        xml::attributes(element, |key, value| match key {
            "start" => self.start = time::timestamp(&value),
            "finish" => self.finish = time::timestamp(&value),
            _ => {}
        })?;
        Ok(Frame::Other)
    }

    fn summary(&mut self, element: &BytesStart<'_>) -> Result<Frame, AttrError> {
        xml::attributes(element, |key, value| {
            if key == "outcome" {
                let bad = ["Failed", "Error", "Timeout", "Aborted"];
                self.failed = bad.contains(&&*value);
            }
        })?;
        Ok(Frame::Summary)
    }

    fn counters(&mut self, element: &BytesStart<'_>) -> Result<Frame, AttrError> {
        let claim = &mut self.claim;
        xml::attributes(element, |key, value| {
            let count = time::count(&value).unwrap_or(0);
            let sum = match key {
                "total" => &mut claim.tests,
                "failed" => &mut claim.failed,
                "error" | "timeout" | "aborted" | "disconnected" => &mut claim.errored,
                "notExecuted" | "notRunnable" | "inconclusive" | "pending" | "inProgress" => {
                    &mut claim.skipped
                }
                _ => return,
            };
            *sum = sum.saturating_add(count);
        })?;
        Ok(Frame::Other)
    }

    fn definition(&mut self, element: &BytesStart<'_>) -> Result<Frame, AttrError> {
        let (mut id, mut definition) = (String::new(), Definition::default());
        xml::attributes(element, |key, value| match key {
            "id" => id = short(&value, MAX_NAME),
            "storage" => definition.storage = some(file_name(&value), MAX_NAME),
            _ => {}
        })?;
        self.definitions.insert(id.clone(), definition);
        Ok(Frame::Definition(id))
    }

    fn method(&mut self, id: &str, element: &BytesStart<'_>) -> Result<Frame, AttrError> {
        let definition = self.definitions.entry(id.to_owned()).or_default();
        xml::attributes(element, |key, value| {
            if key == "className" {
                // What follows the comma is the assembly's version.
                let class = value.split(',').next().unwrap_or_default();
                definition.class = some(class, MAX_NAME);
            }
        })?;
        Ok(Frame::Other)
    }

    /// A message or a trace belongs to the result around it, or to the run.
    fn say(&mut self, message: Option<String>, detail: Option<String>) {
        if let Some(Frame::Result(result)) = self.result_mut() {
            result.row.message = message.or(result.row.message.take());
            result.row.detail = detail.or(result.row.detail.take());
        } else if matches!(self.open.last(), Some(Frame::RunInfo)) {
            self.said = self.said.take().or(message);
        }
    }

    fn end_result(&mut self, result: TestResult) -> Result<(), Problem> {
        if result.has_inner {
            return Ok(());
        }
        let (row, id) = result.finish();
        self.ids.push(id);
        self.rows.add(row)
    }

    /// Tells each row its class and its suite, now that all definitions are known.
    fn settle(&mut self) {
        let mut names = Vec::new();
        for (row, id) in self.rows.cases_mut().iter_mut().zip(&self.ids) {
            let Some(definition) = self.definitions.get(id) else {
                continue;
            };
            row.class.clone_from(&definition.class);
            if let Some(storage) = &definition.storage {
                row.suite.clone_from(storage);
                names.push(storage.clone());
            }
            let of_class = row.class.as_deref().and_then(|class| {
                row.name
                    .strip_prefix(class)
                    .and_then(|rest| rest.strip_prefix('.'))
            });
            if let Some(method) = of_class {
                row.name = method.to_owned();
            }
        }
        self.rows.rename(&names);
    }

    fn report(mut self) -> Report {
        self.settle();
        let sum = self.rows.summary();
        if sum.total == 0 && !self.claim.is_nothing() {
            self.rows.claim("", self.claim);
        } else if self.claim.not_passing() > 0 && sum.not_passing() == 0 {
            self.rows.unshown("", self.claim.not_passing());
        } else if self.failed && sum.not_passing() == 0 {
            let said = self.said.as_deref();
            self.rows
                .outside("", said.or(Some("the run failed as a whole")));
        }
        let took = self.start.zip(self.finish);
        let took = took.map(|(start, finish)| finish.duration_since(start).as_secs_f64());
        let took = took.filter(|seconds| *seconds >= 0.0);
        let seconds = took.or_else(|| self.rows.seconds());
        let (tests, warnings) = self.rows.finish(seconds);
        Report {
            produced_at: self.finish.or(self.start),
            tests: Some(tests),
            warnings,
            ..Report::new(Format::Trx, Kind::Tests)
        }
    }
}

/// The last part of a path of either kind.
fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
