//! xUnit.net's XML, of versions 1, 2 and 3.
//!
//! Assemblies hold collections (classes, in version 1), and these hold tests. What an
//! assembly lists under `errors` broke outside of any test, and is told apart.

mod case;

use crate::{
    Format, Kind, Report, Tool,
    error::Problem,
    rows::{Claim, Rows},
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short},
    time,
    xml::{self, Stop, Visit},
};
use case::Case;
use jiff::Timestamp;
use quick_xml::events::{BytesStart, attributes::AttrError};

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut walk = Walk::default();
    xml::walk(text, &mut walk)?;
    Ok(walk.report())
}

/// An assembly that is being read.
#[derive(Default)]
struct Assembly {
    name: String,
    framework: String,
    seconds: Option<f64>,
    finished: Option<Timestamp>,
    date: String,
    time_of_day: String,
    claim: Claim,
    /// How many cases there were before it.
    before: u64,
    /// How many of these did not pass.
    not_passing_before: u64,
}

/// An element that was begun and not yet ended.
enum Frame {
    Assembly(Box<Assembly>),
    Collection(String),
    Case(Box<Case>),
    /// An error outside of any case, by its name.
    Error(String),
    Failure,
    Message(Bounded<MAX_MESSAGE>),
    Trace(Bounded<MAX_DETAIL>),
    Other,
}

#[derive(Default)]
struct Walk {
    open: Vec<Frame>,
    rows: Rows,
    framework: String,
    produced_at: Option<Timestamp>,
    seconds: Option<f64>,
}

impl Visit for Walk {
    fn begin(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop> {
        let frame = self.frame(element, line)?;
        self.open.push(frame);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        match self.open.pop() {
            Some(Frame::Case(case)) => self.rows.add(case.finish())?,
            Some(Frame::Assembly(assembly)) => self.end_assembly(*assembly),
            Some(Frame::Message(text)) => self.say(text.some(), None),
            Some(Frame::Trace(text)) => self.say(None, text.some()),
            Some(Frame::Error(what)) => {
                let assembly = self.assembly();
                self.rows.outside(&assembly, Some(&what));
            }
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
            (_, "assembly") => Frame::Assembly(Box::new(self.begin_assembly(element)?)),
            (None, _) => {
                self.root(element)?;
                Frame::Other
            }
            (Some(Frame::Assembly(_)), "collection" | "class") => {
                Frame::Collection(attribute(element, "name")?)
            }
            (Some(Frame::Collection(suite)), "test") => {
                Frame::Case(Box::new(Case::new(element, suite, line)?))
            }
            (Some(Frame::Other), "error") => Frame::Error(attribute(element, "name")?),
            (Some(Frame::Case(_) | Frame::Error(_)), "failure") => Frame::Failure,
            (Some(Frame::Failure), "message") => Frame::Message(Bounded::default()),
            (Some(Frame::Failure), "stack-trace") => Frame::Trace(Bounded::default()),
            (Some(Frame::Case(_)), "reason") => Frame::Message(Bounded::default()),
            // Version 1 puts the reason's text one element deeper.
            (Some(Frame::Message(_)), "message") => Frame::Message(Bounded::default()),
            _ => Frame::Other,
        })
    }

    /// Version 3 says on the outermost element when it was written.
    fn root(&mut self, element: &BytesStart<'_>) -> Result<(), AttrError> {
        xml::attributes(element, |key, value| {
            if matches!(key, "finish-rtf" | "timestamp") {
                self.produced_at = self.produced_at.max(time::timestamp(&value));
            }
        })
    }

    fn begin_assembly(&self, element: &BytesStart<'_>) -> Result<Assembly, AttrError> {
        let so_far = self.rows.summary();
        let mut assembly = Assembly {
            before: so_far.total,
            not_passing_before: so_far.not_passing(),
            ..Assembly::default()
        };
        xml::attributes(element, |key, value| assembly.attribute(key, &value))?;
        Ok(assembly)
    }

    fn end_assembly(&mut self, assembly: Assembly) {
        let sum = self.rows.summary();
        let claim = assembly.claim;
        if sum.total == assembly.before && !claim.is_nothing() {
            self.rows.claim(&assembly.name, claim);
        } else if sum.not_passing() == assembly.not_passing_before && claim.failed > 0 {
            self.rows.unshown(&assembly.name, claim.failed);
        }
        self.produced_at = self.produced_at.max(assembly.produced_at());
        if let Some(seconds) = assembly.seconds {
            *self.seconds.get_or_insert(0.0) += seconds;
        }
        if self.framework.is_empty() {
            self.framework = assembly.framework;
        }
    }

    fn assembly(&self) -> String {
        let name = self.open.iter().rev().find_map(|frame| match frame {
            Frame::Assembly(assembly) => Some(assembly.name.clone()),
            _ => None,
        });
        name.unwrap_or_default()
    }

    /// A message or a trace belongs to the case or the error around it.
    fn say(&mut self, message: Option<String>, detail: Option<String>) {
        let around = self.open.iter_mut().rev();
        let mut around =
            around.skip_while(|frame| matches!(frame, Frame::Failure | Frame::Message(_)));
        match around.next() {
            Some(Frame::Case(case)) => {
                case.row.message = message.or(case.row.message.take());
                case.row.detail = detail.or(case.row.detail.take());
            }
            Some(Frame::Error(what)) => {
                if let Some(message) = message {
                    *what = format!("{what} {message}").trim().to_owned();
                }
            }
            _ => {}
        }
    }

    fn report(self) -> Report {
        let seconds = self.seconds.or_else(|| self.rows.seconds());
        let (tests, warnings) = self.rows.finish(seconds);
        Report {
            tool: Some(tool(&self.framework)),
            produced_at: self.produced_at,
            tests: Some(tests),
            warnings,
            ..Report::new(Format::Xunit, Kind::Tests)
        }
    }
}

impl Assembly {
    fn attribute(&mut self, key: &str, value: &str) {
        let count = || time::count(value).unwrap_or(0);
        match key {
            "name" => self.name = short(value, MAX_NAME),
            "test-framework" => self.framework = short(value, MAX_NAME),
            "time" => self.seconds = time::seconds(value),
            "finish-rtf" => self.finished = time::timestamp(value),
            "run-date" => self.date = short(value, 40),
            "run-time" => self.time_of_day = short(value, 40),
            "total" => self.claim.tests = count(),
            "failed" => self.claim.failed = count(),
            "errors" => self.claim.errored = count(),
            "skipped" | "not-run" => {
                self.claim.skipped = self.claim.skipped.saturating_add(count());
            }
            _ => {}
        }
    }

    fn produced_at(&self) -> Option<Timestamp> {
        let apart = || time::timestamp(&format!("{} {}", self.date, self.time_of_day));
        self.finished.or_else(apart)
    }
}

/// `xUnit.net 2.4.1`, or another framework that writes the same, as Fixie does.
fn tool(framework: &str) -> Tool {
    let (name, version) = framework.rsplit_once(' ').unwrap_or((framework, ""));
    let known = Tool::named(name, version);
    known.unwrap_or(Tool {
        name: "xUnit.net".to_owned(),
        version: None,
    })
}

fn attribute(element: &BytesStart<'_>, wanted: &str) -> Result<String, AttrError> {
    let mut found = String::new();
    xml::attributes(element, |key, value| {
        if key == wanted {
            found = short(&value, MAX_NAME);
        }
    })?;
    Ok(found)
}
