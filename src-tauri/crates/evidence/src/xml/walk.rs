//! The walk through an XML document: every element with its line, in bounded depth.
//!
//! What an element means is the visitor's business; that the document is whole is this one's.

use crate::{
    error::Problem,
    place::{self, Lines},
    text, xml,
};
use quick_xml::{
    Reader,
    events::{BytesStart, Event, attributes::AttrError},
};

/// The most elements within each other; the deepest real report has a dozen.
pub(crate) const MAX_DEPTH: usize = 128;

/// What looks at a document's elements, in their order.
pub(crate) trait Visit {
    /// An element begins, on this line from 1.
    fn begin(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop>;
    /// The element that began last and has not ended yet ends.
    fn end(&mut self) -> Result<(), Problem>;
    /// Text within the innermost element, in one piece or in several.
    fn text(&mut self, text: &str);
}

/// Why a visitor stops.
pub(crate) enum Stop {
    /// The element's attributes are damaged.
    Attribute(AttrError),
    /// Something else is wrong.
    Problem(Problem),
}

impl From<AttrError> for Stop {
    fn from(error: AttrError) -> Self {
        Self::Attribute(error)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Walks through `text` and shows `visitor` every element.
pub(crate) fn walk(text: &str, visitor: &mut impl Visit) -> Result<(), Problem> {
    let mut walk = Walk {
        text,
        reader: xml::reader(text),
        lines: Lines::new(text),
        open: Vec::new(),
        finished: false,
        visitor,
    };
    while walk.step()? {}
    Ok(())
}

struct Walk<'a, 'v, V> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    lines: Lines<'a>,
    /// Where each open element starts.
    open: Vec<usize>,
    finished: bool,
    visitor: &'v mut V,
}

impl<V: Visit> Walk<'_, '_, V> {
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
        self.open.push(start);
        self.visitor
            .begin(element, line)
            .map_err(|stop| match stop {
                Stop::Problem(problem) => problem,
                Stop::Attribute(error) => xml::damaged(self.text, start as u64, &error.to_string()),
            })
    }

    fn end(&mut self) -> Result<(), Problem> {
        if self.open.pop().is_some() {
            self.finished = self.open.is_empty();
            self.visitor.end()?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str, start: usize) -> Result<(), Problem> {
        if self.finished && !text.trim().is_empty() {
            let reason = "the report has ended and other text follows";
            return Err(xml::damaged(self.text, start as u64, reason));
        }
        if !self.open.is_empty() {
            self.visitor.text(text);
        }
        Ok(())
    }

    /// A reference in text: XML's own become their character, others stay what they are.
    fn reference(&mut self, name: &str) {
        match xml::resolve(name) {
            Some(character) => self.visitor.text(character.encode_utf8(&mut [0; 4])),
            None => self.visitor.text(&format!("&{name};")),
        }
    }

    fn finish(&self) -> Result<bool, Problem> {
        let Some(start) = self.open.last() else {
            return Ok(false);
        };
        let tag = &self.text[*start..];
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '>');
        let tag = text::short(&tag[..tag.find(ends).unwrap_or(tag.len())], 60);
        let line = place::at(self.text, *start).line;
        let reason = format!("{tag}> of line {line} is never closed");
        Err(xml::cut_short(self.text, &reason))
    }
}
