//! Ruby's order (Gem::Version): words before numbers, and noughts at the end say nothing.

use super::{Number, run};
use std::cmp::Ordering;

/// A segment; a missing one is nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment<'a> {
    Word(&'a str),
    Number(Number<'a>),
}

#[derive(Debug)]
pub(super) struct Version<'a>(Vec<Segment<'a>>);

impl<'a> Version<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let known = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let begins = text.starts_with(|c: char| c.is_ascii_digit());
        if !begins || !text.chars().all(known) {
            return None;
        }
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let (run, after) = match first {
                '.' => (None, &rest[1..]),
                '-' => (Some(Segment::Word("pre")), &rest[1..]),
                c if c.is_ascii_digit() => {
                    let (number, after) = run(rest, |c| c.is_ascii_digit());
                    (Some(Segment::Number(Number(number))), after)
                }
                _ => {
                    let (word, after) = run(rest, |c| c.is_ascii_alphabetic());
                    (Some(Segment::Word(word)), after)
                }
            };
            if matches!(run, Some(Segment::Word(_))) && !has_word(&segments) {
                trim(&mut segments);
            }
            segments.extend(run);
            rest = after;
        }
        trim(&mut segments);
        Some(Self(segments))
    }

    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let longer = self.0.len().max(other.0.len());
        let at = |version: &Self, index: usize| {
            let segment = version.0.get(index).copied();
            segment.unwrap_or(Segment::Number(Number("")))
        };
        let each = (0..longer).map(|index| at(self, index).cmp(&at(other, index)));
        each.fold(Ordering::Equal, Ordering::then)
    }
}

fn has_word(segments: &[Segment<'_>]) -> bool {
    segments
        .iter()
        .any(|segment| matches!(segment, Segment::Word(_)))
}

/// Noughts at the end go.
fn trim(segments: &mut Vec<Segment<'_>>) {
    while segments.last() == Some(&Segment::Number(Number(""))) {
        segments.pop();
    }
}
