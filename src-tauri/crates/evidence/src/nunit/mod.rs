//! NUnit's XML, of version 3 and of version 2.
//!
//! The two have the same elements with other attributes: `result="Passed"` here,
//! `executed="True" success="True"` there. One verdict a case; the totals of the whole run
//! count only where it lists none.

mod case;
mod root;

use crate::{
    Format, Kind, Report, Verdict,
    error::Problem,
    rows::Rows,
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short, some},
    time,
    xml::{self, Stop, Visit},
};
use case::Case;
use quick_xml::events::{BytesStart, attributes::AttrError};
use root::Root;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut walk = Walk::default();
    xml::walk(text, &mut walk)?;
    Ok(walk.report())
}

/// A suite that is being read.
#[derive(Default)]
struct Suite {
    name: String,
    seconds: Option<f64>,
    /// Says that it failed.
    failed: bool,
    /// A case in it did not pass, or it was already said that none shows it.
    shown: bool,
    /// A failure of its own, as from a broken set-up.
    message: Option<String>,
}

/// An element that was begun and not yet ended.
enum Frame {
    Root,
    Suite(Suite),
    Case(Box<Case>),
    /// `failure` or `reason`.
    Why,
    Message(Bounded<MAX_MESSAGE>),
    Trace(Bounded<MAX_DETAIL>),
    Other,
}

#[derive(Default)]
struct Walk {
    open: Vec<Frame>,
    root: Root,
    rows: Rows,
    /// What the outermost suites say that they took, seconds.
    suites: Option<f64>,
}

impl Visit for Walk {
    fn begin(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop> {
        let frame = self.frame(element, line)?;
        self.open.push(frame);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        match self.open.pop() {
            Some(Frame::Case(case)) => self.end_case(*case)?,
            Some(Frame::Suite(suite)) => self.end_suite(&suite),
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
        if let (Some(Frame::Case(case)), "failure") = (self.open.last_mut(), name) {
            case.failed = true;
        }
        Ok(match (self.open.last(), name) {
            (None, "test-suite") => {
                self.root.read(element)?;
                Frame::Suite(suite(element)?)
            }
            (None, _) => {
                self.root.read(element)?;
                Frame::Root
            }
            (_, "environment") => {
                self.root.environment(element)?;
                Frame::Other
            }
            (_, "test-suite") => Frame::Suite(suite(element)?),
            (_, "test-case") => {
                let suite = self.suite().map_or("", |suite| &suite.name);
                Frame::Case(Box::new(Case::new(element, suite, line)?))
            }
            (Some(Frame::Case(_) | Frame::Suite(_)), "failure" | "reason") => Frame::Why,
            (Some(Frame::Why), "message") => Frame::Message(Bounded::default()),
            (Some(Frame::Why), "stack-trace") => Frame::Trace(Bounded::default()),
            _ => Frame::Other,
        })
    }

    fn suite(&self) -> Option<&Suite> {
        self.open.iter().rev().find_map(|frame| match frame {
            Frame::Suite(suite) => Some(suite),
            _ => None,
        })
    }

    fn suite_mut(&mut self) -> Option<&mut Suite> {
        self.open.iter_mut().rev().find_map(|frame| match frame {
            Frame::Suite(suite) => Some(suite),
            _ => None,
        })
    }

    /// A message or a trace belongs to the case or the suite around it.
    fn say(&mut self, message: Option<String>, detail: Option<String>) {
        let around = self.open.iter_mut().rev();
        let mut around = around.skip_while(|frame| matches!(frame, Frame::Why));
        match around.next() {
            Some(Frame::Case(case)) => {
                case.row.message = message.or(case.row.message.take());
                case.row.detail = detail.or(case.row.detail.take());
            }
            Some(Frame::Suite(suite)) => suite.message = message.or(suite.message.take()),
            _ => {}
        }
    }

    fn end_case(&mut self, case: Case) -> Result<(), Problem> {
        let row = case.finish();
        let failed = matches!(row.verdict, Verdict::Failed | Verdict::Errored);
        if let Some(suite) = self.suite_mut().filter(|_| failed) {
            suite.shown = true;
        }
        self.rows.add(row)
    }

    fn end_suite(&mut self, suite: &Suite) {
        let shown = suite.shown || suite.failed;
        if suite.failed && !suite.shown {
            self.rows.outside(&suite.name, suite.message.as_deref());
        }
        match self.suite_mut() {
            Some(outer) => outer.shown |= shown,
            None => {
                self.root.shown |= shown;
                if let Some(seconds) = suite.seconds {
                    *self.suites.get_or_insert(0.0) += seconds;
                }
            }
        }
    }

    fn report(mut self) -> Report {
        let claim = self.root.claim();
        if self.rows.summary().total == 0 && !claim.is_nothing() {
            self.rows.claim(&self.root.name, claim);
        } else if claim.not_passing() > 0 && !self.root.shown {
            self.rows.unshown(&self.root.name, claim.not_passing());
        }
        let seconds = self.suites.or(self.root.seconds);
        let seconds = seconds.or_else(|| self.rows.seconds());
        let (tests, warnings) = self.rows.finish(seconds);
        Report {
            tool: Some(self.root.tool()),
            produced_at: self.root.produced_at(),
            tests: Some(tests),
            warnings,
            ..Report::new(Format::Nunit, Kind::Tests)
        }
    }
}

fn suite(element: &BytesStart<'_>) -> Result<Suite, AttrError> {
    let mut suite = Suite::default();
    let (mut site, mut result) = (None, None);
    xml::attributes(element, |key, value| match key {
        "name" => suite.name = short(&value, MAX_NAME),
        "duration" | "time" => suite.seconds = time::seconds(&value),
        "site" => site = some(&value, MAX_NAME),
        "result" => result = some(&value, MAX_NAME),
        "success" => suite.failed = value.eq_ignore_ascii_case("false"),
        _ => {}
    })?;
    if let Some(result) = result {
        // A failure of a child is the child's to show.
        let own = matches!(site.as_deref(), None | Some("Test" | "SetUp" | "TearDown"));
        suite.failed = own && matches!(&*result, "Failed" | "Failure" | "Error");
    }
    Ok(suite)
}
