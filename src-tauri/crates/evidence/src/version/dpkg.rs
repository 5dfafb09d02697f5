//! Debian's order (deb-version(7)): `[epoch:]upstream[-revision]`, a tilde before everything,
//! even before the end.

use super::{by_number, run};
use std::cmp::Ordering;

pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parts(a)?, parts(b)?);
    let epochs = by_number(a.0, b.0);
    Some(
        epochs
            .then_with(|| part(a.1, b.1))
            .then_with(|| part(a.2, b.2)),
    )
}

/// Epoch, upstream version and revision.
fn parts(version: &str) -> Option<(&str, &str, &str)> {
    let known = |c: char| c.is_ascii_alphanumeric() || ".+-:~_".contains(c);
    if version.is_empty() || !version.chars().all(known) {
        return None;
    }
    let (epoch, rest) = version.split_once(':').unwrap_or(("", version));
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    let fits = epoch.bytes().all(|byte| byte.is_ascii_digit());
    let begins = upstream.starts_with(|c: char| c.is_ascii_alphanumeric());
    (fits && begins).then_some((epoch, upstream, revision))
}

/// Turn by turn, what is no digit by its letters and what is one by its number.
fn part(mut a: &str, mut b: &str) -> Ordering {
    while !a.is_empty() || !b.is_empty() {
        let (text_a, rest_a) = run(a, |c| !c.is_ascii_digit());
        let (text_b, rest_b) = run(b, |c| !c.is_ascii_digit());
        let (number_a, rest_a) = run(rest_a, |c| c.is_ascii_digit());
        let (number_b, rest_b) = run(rest_b, |c| c.is_ascii_digit());
        let order = letters(text_a, text_b).then_with(|| by_number(number_a, number_b));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn letters(a: &str, b: &str) -> Ordering {
    let longer = a.len().max(b.len());
    let weights = |text: &str| {
        let bytes: Vec<i32> = text.bytes().map(weight).collect();
        let end = std::iter::repeat_n(0, longer - bytes.len());
        bytes.into_iter().chain(end).collect::<Vec<_>>()
    };
    weights(a).cmp(&weights(b))
}

/// A tilde before the end, the end before letters, letters before all else.
fn weight(byte: u8) -> i32 {
    match byte {
        b'~' => -1,
        letter if letter.is_ascii_alphabetic() => i32::from(letter),
        other => i32::from(other) + 256,
    }
}
