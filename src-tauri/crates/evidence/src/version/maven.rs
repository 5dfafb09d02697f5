//! Maven's order (maven.apache.org/pom.html, “Version Order Specification”).

use super::{Number, run};

/// A part; what comes first in this list is earlier where versions differ in what follows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    /// `alpha`, `beta`, `milestone`, `rc`, `snapshot`.
    Before(u8),
    /// The version ends.
    End,
    /// `sp`, a service pack.
    ServicePack,
    /// A word of no meaning here.
    Word(String),
    /// A number behind a hyphen, or behind a word.
    Hyphen(Number<'a>),
    /// A number behind a point.
    Point(Number<'a>),
}

/// A piece as it is written, and whether a point stands before it.
struct Piece<'a> {
    text: &'a str,
    point: bool,
    /// Whether a digit follows it directly.
    then_digit: bool,
}

/// The parts of a version, which order it.
pub(super) fn key(version: &str) -> Option<Vec<Part<'_>>> {
    let known = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
    let digits = version.contains(|c: char| c.is_ascii_alphanumeric());
    if !digits || !version.chars().all(known) {
        return None;
    }
    let mut parts = Vec::new();
    for piece in pieces(version) {
        let part = piece.part();
        let begins_anew = !matches!(part, Some(Part::Point(_)));
        if begins_anew {
            trim(&mut parts);
        }
        parts.extend(part);
    }
    trim(&mut parts);
    parts.push(Part::End);
    Some(parts)
}

/// Noughts at the end of a run of numbers say nothing.
fn trim(parts: &mut Vec<Part<'_>>) {
    let nought = |part: Option<&Part<'_>>| match part {
        Some(Part::Point(number) | Part::Hyphen(number)) => *number == Number(""),
        _ => false,
    };
    while nought(parts.last()) {
        parts.pop();
    }
}

fn pieces(version: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut rest, mut point) = (version, true);
    loop {
        let digits = rest.starts_with(|c: char| c.is_ascii_digit());
        let (text, after) = match digits {
            true => run(rest, |c| c.is_ascii_digit()),
            false => run(rest, |c| c.is_ascii_alphabetic()),
        };
        let separator = after.chars().next().filter(|c| !c.is_ascii_alphanumeric());
        let text_or_nought = if text.is_empty() { "0" } else { text };
        pieces.push(Piece {
            text: text_or_nought,
            point,
            then_digit: separator.is_none() && !after.is_empty() && !digits,
        });
        if after.is_empty() {
            return pieces;
        }
        point = separator == Some('.');
        rest = &after[separator.map_or(0, char::len_utf8)..];
    }
}

impl<'a> Piece<'a> {
    /// Nothing for a word that says that this is the release.
    fn part(&self) -> Option<Part<'a>> {
        if self.text.starts_with(|c: char| c.is_ascii_digit()) {
            let number = Number(self.text);
            return Some(match self.point {
                true => Part::Point(number),
                false => Part::Hyphen(number),
            });
        }
        let word = self.text.to_ascii_lowercase();
        Some(match (word.as_str(), self.then_digit) {
            ("alpha", _) | ("a", true) => Part::Before(0),
            ("beta", _) | ("b", true) => Part::Before(1),
            ("milestone", _) | ("m", true) => Part::Before(2),
            ("rc" | "cr", _) => Part::Before(3),
            ("snapshot", _) => Part::Before(4),
            ("final" | "ga" | "release", _) => return None,
            ("sp", _) => Part::ServicePack,
            _ => Part::Word(word),
        })
    }
}
