//! Foreign text made safe for a terminal, and figures and times as a person reads them.
//!
//! A tag's message, a label or a report's name comes from strangers. None of it may move the
//! cursor, recolour the screen, or turn the reading direction around.

use jiff::Timestamp;
use std::fmt::Write as _;

/// The text on one line, with every character shown that a terminal would obey.
pub fn plain(text: &str) -> String {
    escaped(text, |c| format!("\\u{{{:x}}}", u32::from(c)))
}

/// JSON in which characters that a terminal would obey are written as escapes.
///
/// In JSON they stand inside strings only, so the document's meaning stays the same.
pub fn plain_json(json: &str) -> String {
    let obeyed = |c: char| c != '\n' && is_obeyed(c);
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match obeyed(c) {
            true => _ = write!(safe, "\\u{:04x}", u32::from(c)),
            false => safe.push(c),
        }
    }
    safe
}

/// Text of several lines, each of them plain; tabs stay.
pub fn plain_lines(text: &str) -> String {
    let line = |line: &str| line.split('\t').map(plain).collect::<Vec<_>>().join("\t");
    text.split('\n')
        .map(|text| line(text.trim_end_matches('\r')))
        .collect::<Vec<_>>()
        .join("\n")
}

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => safe.push(' '),
            c if is_obeyed(c) => safe.push_str(&escape(c)),
            c => safe.push(c),
        }
    }
    safe
}

/// Control characters (C0, DEL, C1), line separators, and Unicode's invisible directions.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}'
        )
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// The first twelve digits of a digest: enough for a person, never for a comparison.
pub fn short(digest: &str) -> String {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.chars().take(12).collect()
}

/// An image or repository whose digest, if it has one, is short.
pub fn short_image(image: &str) -> String {
    match image.split_once('@') {
        Some((name, digest)) => format!("{name}@{}", short(digest)),
        None => image.to_owned(),
    }
}

/// A key's first eight digits.
pub fn short_key(key_id: &str) -> String {
    key_id.chars().take(8).collect()
}

/// A time with year and zone.
pub fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Bytes in the unit that a person would choose.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let power = (bytes.ilog10() / 3).min(4);
    // Three significant figures are shown: what f64 loses beyond 2^53 is not among them.
    let value = bytes as f64 / 1000_f64.powi(power.cast_signed());
    format!("{value:.1} {}", UNITS[power as usize - 1])
}

/// `1 file`, `3 files`.
pub fn count(value: u64, one: &str, many: &str) -> String {
    format!("{value} {}", if value == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_a_terminal_obeys_are_shown_instead() {
        assert_eq!(plain("a\u{1b}[2Jb"), "a\\u{1b}[2Jb");
        assert_eq!(plain("safe\u{202e}gpj.exe"), "safe\\u{202e}gpj.exe");
        assert_eq!(plain("\u{9b}31m"), "\\u{9b}31m");
        assert_eq!(plain("one\ntwo\tthree"), "one two three");
        assert_eq!(plain("naïve 日本 👩‍💻"), "naïve 日本 👩‍💻");
    }

    #[test]
    fn json_keeps_its_meaning_and_loses_its_control_characters() {
        let value = serde_json::json!({"m": "x\u{9b}31m\u{202e}\u{7f}\u{1b}y"});
        for text in [value.to_string(), format!("{value:#}")] {
            let safe = plain_json(&text);
            let obeyed = ['\u{9b}', '\u{202e}', '\u{7f}', '\u{1b}'];
            assert!(!safe.contains(obeyed), "{safe}");
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
                value
            );
        }
    }

    #[test]
    fn a_report_keeps_its_lines_and_tabs_and_nothing_else() {
        assert_eq!(plain_lines("a\r\n\tb\u{7}"), "a\n\tb\\u{7}");
    }

    #[test]
    fn digests_are_short_where_a_person_reads() {
        let digest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(short(digest), "e3b0c44298fc");
        assert_eq!(
            short_image(&format!("r.io/a@{digest}")),
            "r.io/a@e3b0c44298fc"
        );
        assert_eq!(short_image("r.io/a:1"), "r.io/a:1");
    }

    #[test]
    fn sizes_are_told_in_the_unit_a_person_would_choose() {
        for (bytes, words) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (12_345_678, "12.3 MB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
