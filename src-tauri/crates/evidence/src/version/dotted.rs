//! Semantic versions (semver.org 2.0.0), read with any count of numbers: `v1.2`, `1.22.3-rc.1`,
//! `1.2.3.4`. What stands behind a plus does not count.

use super::{Number, run};
use std::cmp::Ordering;

#[derive(Debug)]
pub(super) struct Version<'a> {
    numbers: Vec<Number<'a>>,
    /// Its identifiers; a version without any is later than one with.
    before: Option<Vec<Identifier<'a>>>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    Number(Number<'a>),
    Word(&'a str),
}

impl<'a> Version<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let text = text.strip_prefix(['v', 'V', '=']).unwrap_or(text);
        let (text, _) = text.split_once('+').unwrap_or((text, ""));
        let (numbers, rest) = run(text, |c| c.is_ascii_digit() || c == '.');
        let numeric = |part: &str| !part.is_empty();
        if !numbers.split('.').all(numeric) {
            return None;
        }
        let mut numbers: Vec<Number<'_>> = numbers.split('.').map(Number).collect();
        while numbers.last() == Some(&Number("")) && numbers.len() > 1 {
            numbers.pop();
        }
        Some(Self {
            numbers,
            before: identifiers(rest)?,
        })
    }
}

/// What stands behind a hyphen, or directly behind the number as in Go's `1.22rc1`.
fn identifiers(rest: &str) -> Option<Option<Vec<Identifier<'_>>>> {
    if rest.is_empty() {
        return Some(None);
    }
    let known = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let words = match rest.strip_prefix('-') {
        Some(words) => words.split('.').map(identifier).collect(),
        None => {
            let (word, number) = run(rest, |c| c.is_ascii_alphabetic());
            let number = Some(number).filter(|number| !number.is_empty());
            Some(Identifier::Word(word))
                .into_iter()
                .chain(number.map(identifier))
                .collect()
        }
    };
    rest.chars().all(known).then_some(Some(words))
}

fn identifier(text: &str) -> Identifier<'_> {
    match !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Identifier::Number(Number(text)),
        false => Identifier::Word(text),
    }
}

impl Version<'_> {
    pub(super) fn cmp(&self, other: &Self) -> Ordering {
        let numbers = self.numbers.cmp(&other.numbers);
        numbers.then_with(|| match (&self.before, &other.before) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(mine), Some(theirs)) => mine.cmp(theirs),
        })
    }
}
