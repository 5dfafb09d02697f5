//! The orders of languages' packages: semantic versions, and Python's (PEP 440).

use super::{digits, run};
use std::cmp::Ordering;

/// semver.org, point 11; Go's `v` and `+incompatible` change nothing.
pub(super) fn semver(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Semver::read(a)?, Semver::read(b)?);
    let numbers = a.numbers.iter().zip(b.numbers);
    let numbers = numbers.map(|(a, b)| digits(a, b));
    let numbers = first(numbers);
    Some(numbers.then_with(|| match (a.before, b.before) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => identifiers(a, b),
    }))
}

struct Semver<'a> {
    numbers: [&'a str; 3],
    before: Option<&'a str>,
}

impl<'a> Semver<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next()?;
        let (numbers, before) = match text.split_once('-') {
            Some((numbers, before)) => (numbers, Some(before)),
            None => (text, None),
        };
        let mut parts = numbers.split('.');
        let mut number = || {
            let part = parts.next()?;
            (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).then_some(part)
        };
        let numbers = [number()?, number()?, number()?];
        parts.next().is_none().then_some(Self { numbers, before })
    }
}

/// What stands before a release: numbers before words, and the shorter list first.
fn identifiers(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (one, other) = (a.split('.'), b.split('.'));
    let each = one
        .clone()
        .zip(other.clone())
        .map(|(a, b)| match (number(a), number(b)) {
            (true, true) => digits(a, b),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => a.cmp(b),
        });
    first(each).then_with(|| one.count().cmp(&other.count()))
}

fn first(mut orders: impl Iterator<Item = Ordering>) -> Ordering {
    orders
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

/// PEP 440, "Summary of permitted suffixes and relative ordering".
pub(super) fn pypi(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let (a, b) = (Python::read(&a)?, Python::read(&b)?);
    let released = (0..a.release.len().max(b.release.len())).map(|at| {
        let part = |of: &Python<'_>| of.release.get(at).map_or("", |part| *part).to_owned();
        digits(&part(&a), &part(&b))
    });
    let order = digits(a.epoch, b.epoch).then_with(|| first(released));
    Some(
        order
            .then_with(|| a.phase().cmp(&b.phase()))
            .then_with(|| digits(a.before.1, b.before.1))
            .then_with(|| counted(a.post, b.post, Ordering::Greater))
            .then_with(|| counted(a.dev, b.dev, Ordering::Less))
            .then_with(|| local(a.local, b.local)),
    )
}

/// The parts of a version. `before` is the pre-release: its rank, and its number.
#[derive(Default)]
struct Python<'a> {
    epoch: &'a str,
    release: Vec<&'a str>,
    before: (u8, &'a str),
    post: Option<&'a str>,
    dev: Option<&'a str>,
    local: &'a str,
}

/// No pre-release.
const RELEASE: u8 = 4;

impl<'a> Python<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let (text, local) = text.split_once('+').unwrap_or((text, ""));
        let (epoch, text) = text.split_once('!').unwrap_or(("", text));
        let (release, mut rest) = run(text, |byte| byte.is_ascii_digit() || byte == b'.');
        let release: Vec<&str> = release.trim_end_matches('.').split('.').collect();
        let mut read = Self {
            epoch,
            release,
            local,
            before: (RELEASE, ""),
            ..Self::default()
        };
        if read.release.iter().any(|part| part.is_empty()) {
            return None;
        }
        while !rest.is_empty() {
            rest = read.suffix(rest)?;
        }
        Some(read)
    }

    /// Takes one suffix, such as `rc1`, `.post2`, `-1`.
    fn suffix(&mut self, text: &'a str) -> Option<&'a str> {
        let between = |byte: u8| matches!(byte, b'.' | b'-' | b'_');
        let (dash, rest) = run(text, between);
        let (word, rest) = run(rest, |byte| byte.is_ascii_alphabetic());
        let (number, rest) = run(run(rest, between).1, |byte| byte.is_ascii_digit());
        match word {
            "a" | "alpha" => self.before = (1, number),
            "b" | "beta" => self.before = (2, number),
            "c" | "rc" | "pre" | "preview" => self.before = (3, number),
            "post" | "rev" | "r" => self.post = Some(number),
            "dev" => self.dev = Some(number),
            "" if dash == "-" && !number.is_empty() => self.post = Some(number),
            _ => return None,
        }
        Some(rest)
    }

    /// A development release of nothing else stands before every pre-release.
    fn phase(&self) -> u8 {
        match (self.before.0, self.post, self.dev) {
            (RELEASE, None, Some(_)) => 0,
            (rank, ..) => rank,
        }
    }
}

/// Whoever has it is greater or less than who has not; else the number decides.
fn counted(a: Option<&str>, b: Option<&str>, with: Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => digits(a, b),
        (Some(_), None) => with,
        (None, Some(_)) => with.reverse(),
        (None, None) => Ordering::Equal,
    }
}

/// Local labels: none before any, words before numbers, the shorter list first.
fn local(a: &str, b: &str) -> Ordering {
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let split = |byte: char| matches!(byte, '.' | '-' | '_');
    let (one, other) = (a.split(split), b.split(split));
    let each = one
        .clone()
        .zip(other.clone())
        .map(|(a, b)| match (number(a), number(b)) {
            (true, true) => digits(a, b),
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => a.cmp(b),
        });
    a.is_empty()
        .cmp(&b.is_empty())
        .reverse()
        .then_with(|| first(each))
        .then_with(|| one.count().cmp(&other.count()))
}
