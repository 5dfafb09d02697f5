//! Alpine's order (apk-package(5)): `1.2.3b_rc4~hash-r5`, parts compared one by one.

use super::{Number, run};

/// A part; what comes first in this list is earlier where versions differ in what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    /// `_alpha`, `_beta`, `_pre`, `_rc`.
    Before(u8),
    /// The version ends.
    End,
    /// `-r5`.
    Revision(Number<'a>),
    /// `~0123abc`.
    Hash(&'a str),
    /// The number of a suffix.
    Counted(Number<'a>),
    /// `_cvs`, `_svn`, `_git`, `_hg`, `_p`.
    After(u8),
    /// A letter behind the numbers.
    Letter(char),
    /// A number that begins with a nought is a fraction, and compared as a text.
    Fraction(&'a str),
    /// A number.
    Digits(Number<'a>),
}

/// The parts of a version, which order it.
pub(super) fn key(version: &str) -> Option<Vec<Part<'_>>> {
    let digit = |c: char| c.is_ascii_digit();
    let (first, mut rest) = run(version, digit);
    let mut parts = vec![Part::Digits(Number(first))];
    if first.is_empty() {
        return None;
    }
    while let Some(after) = rest.strip_prefix('.') {
        let (number, after) = run(after, digit);
        parts.push(match number.starts_with('0') {
            _ if number.is_empty() => return None,
            true => Part::Fraction(number),
            false => Part::Digits(Number(number)),
        });
        rest = after;
    }
    if let Some(letter) = rest.chars().next().filter(char::is_ascii_lowercase) {
        parts.push(Part::Letter(letter));
        rest = &rest[1..];
    }
    rest = suffixes(rest, &mut parts)?;
    if let Some(after) = rest.strip_prefix('~') {
        let (hash, after) = run(after, |c| c.is_ascii_hexdigit());
        parts.push(Part::Hash(hash));
        rest = after;
    }
    if let Some(after) = rest.strip_prefix("-r") {
        let (number, after) = run(after, digit);
        parts.push(Part::Revision(Number(number)));
        rest = after;
    }
    parts.push(Part::End);
    rest.is_empty().then_some(parts)
}

fn suffixes<'a>(mut rest: &'a str, parts: &mut Vec<Part<'a>>) -> Option<&'a str> {
    while let Some(after) = rest.strip_prefix('_') {
        let (name, after) = run(after, |c| c.is_ascii_lowercase());
        parts.push(match name {
            "alpha" => Part::Before(0),
            "beta" => Part::Before(1),
            "pre" => Part::Before(2),
            "rc" => Part::Before(3),
            "cvs" => Part::After(0),
            "svn" => Part::After(1),
            "git" => Part::After(2),
            "hg" => Part::After(3),
            "p" => Part::After(4),
            _ => return None,
        });
        let (number, after) = run(after, |c| c.is_ascii_digit());
        if !number.is_empty() {
            parts.push(Part::Counted(Number(number)));
        }
        rest = after;
    }
    Some(rest)
}
