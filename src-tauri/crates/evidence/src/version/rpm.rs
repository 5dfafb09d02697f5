//! RPM's order (rpm-version(7)): `[epoch:]version[-release]`, a tilde before the end and a caret
//! just behind it; what separates parts does not count.

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

/// Epoch, version and release.
fn parts(evr: &str) -> Option<(&str, &str, &str)> {
    if !evr.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let (epoch, rest) = evr.split_once(':').unwrap_or(("", evr));
    let epoch_fits = epoch.bytes().all(|byte| byte.is_ascii_digit());
    let (version, release) = rest.split_once('-').unwrap_or((rest, ""));
    let says_something = version.contains(|c: char| c.is_ascii_alphanumeric());
    (epoch_fits && says_something).then_some((epoch, version, release))
}

fn part(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let separates = |c: char| !c.is_ascii_alphanumeric() && c != '~' && c != '^';
        (a, b) = (run(a, separates).1, run(b, separates).1);
        let order = match (a.strip_prefix('~'), b.strip_prefix('~')) {
            (Some(rest_a), Some(rest_b)) => {
                (a, b) = (rest_a, rest_b);
                continue;
            }
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
        match carets(a, b) {
            Some(order) => return order,
            None if a.starts_with('^') => {
                (a, b) = (&a[1..], &b[1..]);
                continue;
            }
            None => {}
        }
        if a.is_empty() || b.is_empty() {
            return a.len().min(1).cmp(&b.len().min(1));
        }
        let order = segment(&mut a, &mut b);
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// A caret is later than the end and earlier than anything else; nothing is said where both
/// have one, or none.
fn carets(a: &str, b: &str) -> Option<Ordering> {
    match (a.starts_with('^'), b.starts_with('^')) {
        (true, false) if b.is_empty() => Some(Ordering::Greater),
        (false, true) if a.is_empty() => Some(Ordering::Less),
        (true, false) => Some(Ordering::Less),
        (false, true) => Some(Ordering::Greater),
        _ => None,
    }
}

/// Compares the next run of digits or letters, and goes past it.
fn segment(a: &mut &str, b: &mut &str) -> Ordering {
    let numeric = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match (numeric(a), numeric(b)) {
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (both, _) => {
            let wanted = |c: char| match both {
                true => c.is_ascii_digit(),
                false => c.is_ascii_alphabetic(),
            };
            let ((first_a, rest_a), (first_b, rest_b)) = (run(a, wanted), run(b, wanted));
            (*a, *b) = (rest_a, rest_b);
            match both {
                true => by_number(first_a, first_b),
                false => first_a.cmp(first_b),
            }
        }
    }
}
