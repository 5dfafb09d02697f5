//! Figures and lists in words, the same in every check.

use hallmark_evidence::Kind;

/// As many names as a sentence lists before it says “and 4 more”.
const NAMED: usize = 3;

/// “1 test”, “3 tests”.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// “a”, “a and b”, “a, b and c”.
pub(crate) fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}

/// The first names, and how many are left out: “a; b; c; and 4 more”.
pub(crate) fn first_of<T: AsRef<str>>(items: &[T], total: u64) -> String {
    let named: Vec<&str> = items.iter().take(NAMED).map(AsRef::as_ref).collect();
    let more = total.saturating_sub(named.len() as u64);
    match more {
        0 => named.join("; "),
        _ => format!("{}; and {more} more", named.join("; ")),
    }
}

/// A foreign text, cut to what a sentence can hold, in one line.
pub(crate) fn shown(text: &str, limit: usize) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match line.char_indices().nth(limit) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// A sentence begins with a large letter; a platform or a file keeps its own.
pub(crate) fn sentence(text: &str) -> String {
    match text.strip_prefix("the ") {
        Some(rest) => format!("The {rest}"),
        None => text.to_owned(),
    }
}

/// With a large letter at the start.
pub(crate) fn upper(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), rest.as_str())
}

/// The kind in a rule's id.
pub(crate) fn slug(kind: Kind) -> &'static str {
    match kind {
        Kind::Vulnerabilities => "scan",
        other => other.name(),
    }
}

/// The kind in a sentence: “no scan”.
pub(crate) fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Vulnerabilities => "scan",
        other => other.words(),
    }
}
