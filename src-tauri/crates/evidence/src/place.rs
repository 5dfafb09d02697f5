//! Where in a text something stands.

use crate::error::{Place, Problem};

/// Counts lines as a reader moves forward, without ever counting one twice.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a str,
    counted_to: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            text,
            counted_to: 0,
            line: 1,
        }
    }

    /// The line, from 1, of a part that was borrowed from the text; none if it was not. Parts
    /// are asked for in their order.
    pub(crate) fn line_of_part(&mut self, part: &str) -> Option<u64> {
        let byte = offset(self.text, part)?;
        Some(self.line_of(byte))
    }

    /// The same as a finding keeps it: no report has more lines than fit.
    pub(crate) fn row_of_part(&mut self, part: &str) -> Option<u32> {
        u32::try_from(self.line_of_part(part)?).ok()
    }

    /// The line, from 1, of a byte that is not before the last one asked for.
    pub(crate) fn line_of(&mut self, byte: usize) -> u64 {
        let byte = byte.clamp(self.counted_to, self.text.len());
        let passed = &self.text.as_bytes()[self.counted_to..byte];
        self.line += newlines(passed);
        self.counted_to = byte;
        self.line
    }
}

/// Where a part that was borrowed from a text begins in it; none if it was not.
pub(crate) fn offset(text: &str, part: &str) -> Option<usize> {
    let offset = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    (offset < text.len()).then_some(offset)
}

/// How many lines end in these bytes. Counted in pieces whose sums fit into a byte, which is
/// many times as fast as one long sum.
fn newlines(bytes: &[u8]) -> u64 {
    let piece = |piece: &[u8]| piece.iter().map(|b| u8::from(*b == b'\n')).sum::<u8>();
    bytes
        .chunks(u8::MAX.into())
        .map(|part| u64::from(piece(part)))
        .sum()
}

/// The line, from 1, of a part that was borrowed from a text.
pub(crate) fn line_of_part(text: &str, part: &str) -> Option<u64> {
    Lines::new(text).line_of_part(part)
}

/// The place of a byte.
pub(crate) fn at(text: &str, byte: usize) -> Place {
    let before = &text.as_bytes()[..byte.min(text.len())];
    let line_start = before
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    Place {
        line: newlines(before) + 1,
        column: (before.len() - line_start) as u64 + 1,
    }
}

/// How an error begins that says that there are too many of something.
pub(crate) const TOO_MANY: &str = "too many ";

/// What a report may have too many of.
const MANY: [&str; 4] = ["findings", "tests", "packages", "statements"];

/// What serde_json says, in our words and with our places.
pub(crate) fn json_problem(text: &str, error: &serde_json::Error) -> Problem {
    if error.is_eof() {
        return Problem::CutShort {
            place: at(text, text.len()),
            reason: "the JSON ends before its last bracket".to_owned(),
        };
    }
    let place = Place {
        line: error.line() as u64,
        column: error.column() as u64,
    };
    let whole = error.to_string();
    let many = whole.strip_prefix(TOO_MANY);
    let many = many.and_then(|rest| MANY.into_iter().find(|what| rest.starts_with(what)));
    if let Some(what) = many {
        let limit = crate::json::LIMIT;
        return Problem::TooMany { limit, what };
    }
    if is_too_deep(error) {
        let limit = MAX_DEPTH;
        return Problem::TooDeep { place, limit };
    }
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    let reason = whole.strip_suffix(&suffix).unwrap_or(&whole);
    Problem::Json {
        place,
        reason: crate::text::short(reason, 200),
    }
}

/// The most values within each other: as many as serde_json takes.
pub(crate) const MAX_DEPTH: usize = 127;

/// Whether the values are within each other too often.
pub(crate) fn is_too_deep(error: &serde_json::Error) -> bool {
    error.is_syntax() && error.to_string().starts_with("recursion limit exceeded")
}
