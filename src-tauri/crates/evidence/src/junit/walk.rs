//! Which element is what, given those around it.

use super::{
    case::{Case, Outcome},
    collector::Collector,
    suite::Suite,
};
use crate::{
    error::Problem,
    xml::{Stop, Visit},
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// An element that was begun and not yet ended.
enum Frame {
    Suite(Suite),
    Case(Case),
    Outcome(Outcome),
    Property,
    Other,
}

/// Hands every suite and case to its collector.
#[derive(Default)]
pub(super) struct Walk {
    open: Vec<Frame>,
    pub(super) collector: Collector,
}

impl Visit for Walk {
    fn begin(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop> {
        let frame = self.frame(element, line)?;
        self.open.push(frame);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let Some(ended) = self.open.pop() else {
            return Ok(());
        };
        match (ended, self.open.last_mut()) {
            (Frame::Outcome(outcome), Some(Frame::Case(case))) => case.take(outcome),
            (Frame::Outcome(outcome), Some(Frame::Suite(suite))) => {
                self.collector.outside_of_cases(suite, &outcome);
            }
            (Frame::Case(case), _) => self.end_case(case)?,
            (Frame::Suite(suite), Some(Frame::Suite(parent))) => {
                self.collector.end_suite(suite, Some(parent));
            }
            (Frame::Suite(suite), _) => self.collector.end_suite(suite, None),
            _ => {}
        }
        Ok(())
    }

    /// Text belongs to the outcome around it, also from within elements of its own.
    fn text(&mut self, text: &str) {
        let inside = self.open.iter_mut().rev();
        let mut inside = inside.skip_while(|frame| matches!(frame, Frame::Other));
        if let Some(Frame::Outcome(outcome)) = inside.next() {
            outcome.detail.push(text);
        }
    }
}

impl Walk {
    /// What an element is depends on the one around it.
    fn frame(&mut self, element: &BytesStart<'_>, line: u64) -> Result<Frame, AttrError> {
        let name = element.local_name();
        let name: &str = name.as_ref();
        Ok(match (self.open.last(), name) {
            (None, _) => Frame::Suite(Suite::root(element, &mut self.collector.dialect)?),
            (Some(Frame::Suite(_)), "testsuite" | "testsuites") => {
                Frame::Suite(Suite::inner(element)?)
            }
            (Some(Frame::Suite(suite)), "testcase") => {
                Frame::Case(Case::new(element, suite, line)?)
            }
            (Some(Frame::Case(case)), "testcase") => {
                let suite = Suite::named(&case.row.suite);
                Frame::Case(Case::new(element, &suite, line)?)
            }
            (Some(Frame::Case(_) | Frame::Suite(_)), _) => match Outcome::new(name, element)? {
                Some(outcome) => Frame::Outcome(outcome),
                None if name == "properties" => Frame::Property,
                None => Frame::Other,
            },
            (Some(Frame::Property), "property") => {
                self.collector.dialect.property(element)?;
                Frame::Other
            }
            _ => Frame::Other,
        })
    }

    fn end_case(&mut self, case: Case) -> Result<(), Problem> {
        let suite = self.open.iter_mut().rev().find_map(|frame| match frame {
            Frame::Suite(suite) => Some(suite),
            _ => None,
        });
        match suite {
            Some(suite) => self.collector.end_case(case, suite),
            None => Ok(()),
        }
    }
}
