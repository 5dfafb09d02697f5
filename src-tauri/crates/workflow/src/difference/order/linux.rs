//! The orders of Linux distributions: dpkg, rpm, apk.

use super::{digits, run};
use std::cmp::Ordering;

/// `epoch:rest`, where the epoch is a number.
fn epoch(text: &str) -> (u64, &str) {
    let split = text.split_once(':');
    let split = split.and_then(|(epoch, rest)| Some((epoch.parse().ok()?, rest)));
    split.unwrap_or((0, text))
}

/// The version, and the revision or release behind the last dash.
fn revision(text: &str) -> (&str, &str) {
    text.rsplit_once('-').unwrap_or((text, ""))
}

/// Debian policy 5.6.12.
pub(super) fn dpkg(a: &str, b: &str) -> Ordering {
    let ((epoch_a, a), (epoch_b, b)) = (epoch(a), epoch(b));
    let ((a, revision_a), (b, revision_b)) = (revision(a), revision(b));
    epoch_a
        .cmp(&epoch_b)
        .then_with(|| debian(a, b))
        .then_with(|| debian(revision_a, revision_b))
}

fn debian(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (word_a, rest_a) = run(a, |byte| !byte.is_ascii_digit());
        let (word_b, rest_b) = run(b, |byte| !byte.is_ascii_digit());
        let (number_a, rest_a) = run(rest_a, |byte| byte.is_ascii_digit());
        let (number_b, rest_b) = run(rest_b, |byte| byte.is_ascii_digit());
        let order = words(word_a, word_b).then_with(|| digits(number_a, number_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

/// A tilde stands before the end, the end before letters, letters before all else.
fn words(a: &str, b: &str) -> Ordering {
    let weight = |byte: Option<u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(letter),
        Some(other) => i32::from(other) + 256,
    };
    let weights = |text: &str, at: usize| weight(text.as_bytes().get(at).copied());
    (0..a.len().max(b.len()))
        .map(|at| weights(a, at).cmp(&weights(b, at)))
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

/// rpm's `rpmVersionCompare`.
pub(super) fn rpm(a: &str, b: &str) -> Ordering {
    let ((epoch_a, a), (epoch_b, b)) = (epoch(a), epoch(b));
    let ((a, release_a), (b, release_b)) = (revision(a), revision(b));
    epoch_a
        .cmp(&epoch_b)
        .then_with(|| segments(a, b))
        .then_with(|| segments(release_a, release_b))
}

fn segments(mut a: &str, mut b: &str) -> Ordering {
    let between = |byte: u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'~' | b'^');
    loop {
        (a, b) = (run(a, between).1, run(b, between).1);
        if let Some(order) = marked(&mut a, &mut b, b'~', Ordering::Less) {
            match order {
                Ordering::Equal => continue,
                order => return order,
            }
        }
        if let Some(order) = caret(&mut a, &mut b) {
            match order {
                Ordering::Equal => continue,
                order => return order,
            }
        }
        if a.is_empty() || b.is_empty() {
            return a.len().cmp(&b.len());
        }
        let order = segment(&mut a, &mut b);
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Where one of them begins with `sign`, the order that it makes; equal where both do.
fn marked(a: &mut &str, b: &mut &str, sign: u8, with: Ordering) -> Option<Ordering> {
    match (
        a.as_bytes().first() == Some(&sign),
        b.as_bytes().first() == Some(&sign),
    ) {
        (true, true) => {
            (*a, *b) = (&a[1..], &b[1..]);
            Some(Ordering::Equal)
        }
        (true, false) => Some(with),
        (false, true) => Some(with.reverse()),
        (false, false) => None,
    }
}

/// A caret stands behind the end, and before anything else.
fn caret(a: &mut &str, b: &mut &str) -> Option<Ordering> {
    let ended = a.is_empty() || b.is_empty();
    let with = if ended {
        Ordering::Greater
    } else {
        Ordering::Less
    };
    marked(a, b, b'^', with)
}

/// Takes a segment of each, of the sort that `a` begins with; a number is newer than letters.
fn segment(a: &mut &str, b: &mut &str) -> Ordering {
    let numeric = a.as_bytes()[0].is_ascii_digit();
    let wanted = |byte: u8| match numeric {
        true => byte.is_ascii_digit(),
        false => byte.is_ascii_alphabetic(),
    };
    let ((one, rest_a), (other, rest_b)) = (run(a, wanted), run(b, wanted));
    (*a, *b) = (rest_a, rest_b);
    match (other.is_empty(), numeric) {
        (true, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, true) => digits(one, other),
        (false, false) => one.cmp(other),
    }
}

/// The suffixes of Alpine's versions, in order; none stands between `_rc` and `_cvs`.
const BEFORE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const BEHIND: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];

/// apk-tools' order (man 5 apk-package): numbers, a letter, suffixes, the revision.
pub(super) fn apk(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Apk::read(a)?, Apk::read(b)?);
    let numbers = a.numbers.iter().zip(&b.numbers);
    let numbers = numbers
        .map(|(a, b)| digits(a, b))
        .find(|order| *order != Ordering::Equal)
        .unwrap_or_else(|| a.numbers.len().cmp(&b.numbers.len()));
    Some(
        numbers
            .then_with(|| a.letter.cmp(&b.letter))
            .then_with(|| suffixes(&a.suffixes, &b.suffixes))
            .then_with(|| digits(a.revision, b.revision)),
    )
}

struct Apk<'a> {
    numbers: Vec<&'a str>,
    letter: Option<u8>,
    suffixes: Vec<(i32, &'a str)>,
    revision: &'a str,
}

impl<'a> Apk<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let text = text.split('~').next()?;
        let (text, revision) = text.rsplit_once("-r").unwrap_or((text, ""));
        let mut parts = text.split('_');
        let (numbers, letter) = match parts.next()? {
            plain if plain.ends_with(|last: char| last.is_ascii_lowercase()) => {
                let (numbers, letter) = plain.split_at(plain.len() - 1);
                (numbers, letter.bytes().next())
            }
            plain => (plain, None),
        };
        let numbers: Vec<&str> = numbers.split('.').collect();
        let number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let suffixes = parts.map(suffix).collect::<Option<Vec<_>>>()?;
        numbers.iter().all(|part| number(&part)).then_some(Self {
            numbers,
            letter,
            suffixes,
            revision,
        })
    }
}

fn suffix(text: &str) -> Option<(i32, &str)> {
    let (word, number) = run(text, |byte| byte.is_ascii_lowercase());
    let at = |list: &[&str]| list.iter().position(|known| *known == word);
    let before = at(&BEFORE)
        .and_then(|at| i32::try_from(at).ok())
        .map(|at| at - 4);
    let behind = at(&BEHIND)
        .and_then(|at| i32::try_from(at).ok())
        .map(|at| at + 1);
    Some((before.or(behind)?, number))
}

fn suffixes(a: &[(i32, &str)], b: &[(i32, &str)]) -> Ordering {
    (0..a.len().max(b.len()))
        .map(|at| {
            let (rank_a, number_a) = a.get(at).copied().unwrap_or_default();
            let (rank_b, number_b) = b.get(at).copied().unwrap_or_default();
            rank_a.cmp(&rank_b).then_with(|| digits(number_a, number_b))
        })
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}
