//! The walk through the document: which element is what, given those around it.

use super::{
    MAX_CASES, MAX_DEPTH,
    case::{Case, Outcome},
    collector::Collector,
    suite::Suite,
};
use crate::{
    error::Problem,
    place::{self, Lines},
    xml,
};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

/// Walks through `text` and hands every suite and case to `collector`.
pub(super) fn walk(text: &str, collector: &mut Collector) -> Result<(), Problem> {
    let mut walk = Walk {
        text,
        reader: xml::reader(text),
        lines: Lines::new(text),
        open: Vec::new(),
        finished: false,
        collector,
    };
    while walk.step()? {}
    Ok(())
}

/// An element that was begun and not yet ended.
enum Frame {
    Suite(Suite),
    Case(Case),
    Outcome(Outcome),
    Property,
    Other,
}

struct Open {
    frame: Frame,
    start: usize,
}

struct Walk<'a, 'c> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    lines: Lines<'a>,
    open: Vec<Open>,
    finished: bool,
    collector: &'c mut Collector,
}

impl Walk<'_, '_> {
    /// Takes the next event; false at the end.
    fn step(&mut self) -> Result<bool, Problem> {
        let start = self.position();
        let event = self.reader.read_event();
        match event {
            Ok(Event::Start(element)) => self.begin(&element, start)?,
            Ok(Event::End(_)) => self.end()?,
            Ok(Event::Text(text)) => self.text(&text, start)?,
            Ok(Event::CData(text)) => self.text(&text, start)?,
            Ok(Event::GeneralRef(name)) => self.reference(&name),
            Ok(Event::Eof) => return self.finish(),
            Ok(_) => {}
            Err(error) => {
                let at = self.reader.error_position();
                return Err(xml::problem(self.text, at, &error));
            }
        }
        Ok(true)
    }

    fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(self.text.len())
    }

    fn begin(&mut self, element: &BytesStart<'_>, start: usize) -> Result<(), Problem> {
        if self.finished {
            let reason = "the report has ended and another begins; were two files joined?";
            return Err(xml::damaged(self.text, start as u64, reason));
        }
        if self.open.len() >= MAX_DEPTH {
            let place = place::at(self.text, start);
            return Err(Problem::TooDeep {
                place,
                limit: MAX_DEPTH,
            });
        }
        let line = self.lines.line_of(start);
        let frame = self
            .frame(element, line)
            .map_err(|error| xml::damaged(self.text, start as u64, &error.to_string()))?;
        if matches!(frame, Frame::Case(_)) && self.collector.tests.cases.len() >= MAX_CASES {
            return Err(Problem::TooMany {
                limit: MAX_CASES,
                what: "tests",
            });
        }
        self.open.push(Open { frame, start });
        Ok(())
    }

    /// What an element is depends on the one around it.
    fn frame(
        &mut self,
        element: &BytesStart<'_>,
        line: u64,
    ) -> Result<Frame, quick_xml::events::attributes::AttrError> {
        let name = element.local_name();
        let name: &str = name.as_ref();
        let around = self.open.last().map(|open| &open.frame);
        Ok(match (around, name) {
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

    fn end(&mut self) -> Result<(), Problem> {
        let Some(ended) = self.open.pop() else {
            return Ok(());
        };
        self.finished = self.open.is_empty();
        let parent = self.open.last_mut().map(|open| &mut open.frame);
        match (ended.frame, parent) {
            (Frame::Outcome(outcome), Some(Frame::Case(case))) => case.take(outcome),
            (Frame::Outcome(outcome), Some(Frame::Suite(suite))) => {
                self.collector.outside_of_cases(suite, &outcome);
            }
            (Frame::Case(case), _) => self.end_case(case),
            (Frame::Suite(suite), Some(Frame::Suite(parent))) => {
                self.collector.end_suite(suite, Some(parent));
            }
            (Frame::Suite(suite), _) => self.collector.end_suite(suite, None),
            _ => {}
        }
        Ok(())
    }

    fn end_case(&mut self, case: Case) {
        let suite = self
            .open
            .iter_mut()
            .rev()
            .find_map(|open| match &mut open.frame {
                Frame::Suite(suite) => Some(suite),
                _ => None,
            });
        if let Some(suite) = suite {
            self.collector.end_case(case, suite);
        }
    }

    fn text(&mut self, text: &str, start: usize) -> Result<(), Problem> {
        if self.finished && !text.trim().is_empty() {
            let reason = "the report has ended and other text follows";
            return Err(xml::damaged(self.text, start as u64, reason));
        }
        if let Some(outcome) = self.outcome() {
            outcome.push(text);
        }
        Ok(())
    }

    /// A reference in text: XML's own become their character, others stay what they are.
    fn reference(&mut self, name: &str) {
        if let Some(outcome) = self.outcome() {
            match xml::resolve(name) {
                Some(character) => outcome.push(character.encode_utf8(&mut [0; 4])),
                None => outcome.push(&format!("&{name};")),
            }
        }
    }

    /// The outcome that text belongs to, also from within elements of its own.
    fn outcome(&mut self) -> Option<&mut Outcome> {
        let inside = self.open.iter_mut().rev().map(|open| &mut open.frame);
        let mut inside = inside.skip_while(|frame| matches!(frame, Frame::Other));
        match inside.next() {
            Some(Frame::Outcome(outcome)) => Some(outcome),
            _ => None,
        }
    }

    fn finish(&self) -> Result<bool, Problem> {
        let Some(open) = self.open.last() else {
            return Ok(false);
        };
        let tag = &self.text[open.start..];
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>');
        let tag = crate::text::short(&tag[..tag.find(ends).unwrap_or(tag.len())], 60);
        let line = place::at(self.text, open.start).line;
        let reason = format!("{tag}> of line {line} is never closed");
        Err(xml::cut_short(self.text, &reason))
    }
}
