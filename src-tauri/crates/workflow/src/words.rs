//! Figures and times in words, the same on every page and in every sentence.

use crate::dto::{FindingCounts, TestCounts};
use hallmark_evidence::{Report, TestSummary, VulnSummary};
use jiff::{SignedDuration, Timestamp};

/// A number with thin groups of thousands: `1 284`.
pub(crate) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 test`, `3 tests`.
pub(crate) fn count(value: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(value), if value == 1 { one } else { many })
}

/// The same words as a sentence: a capital to begin with, a full stop at the end.
pub(crate) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().collect::<String>());
    let stop = if words.ends_with(['.', '!', '?', '”']) {
        ""
    } else {
        "."
    };
    format!("{}{}{stop}", first.unwrap_or_default(), letters.as_str())
}

/// A report's figures in a line.
pub(crate) fn report(report: &Report) -> String {
    match (&report.tests, &report.vulnerabilities) {
        (Some(tests), _) => tests_line(&tests.summary),
        (_, Some(found)) if !found.scanned => "no packages were scanned".to_owned(),
        (_, Some(found)) => findings_line(&found.summary),
        _ => match &report.packages {
            Some(packages) => count(packages.len() as u64, "package", "packages"),
            None => report.kind.words().to_owned(),
        },
    }
}

pub(crate) fn tests_line(tests: &TestSummary) -> String {
    let parts = [
        (tests.passed, "passed"),
        (tests.failed, "failed"),
        (tests.errored, "ended in an error"),
        (tests.skipped, "skipped"),
    ];
    joined(&parts).unwrap_or_else(|| "no tests".to_owned())
}

pub(crate) fn findings_line(found: &VulnSummary) -> String {
    let parts = [
        (found.critical, "Critical"),
        (found.high, "High"),
        (found.medium, "Medium"),
        (found.low, "Low"),
        (found.unknown, "Unknown"),
    ];
    let severities = joined(&parts).unwrap_or_else(|| "no findings".to_owned());
    match found.fixable {
        0 if found.total > 0 => format!("{severities}; none has a fix"),
        0 => severities,
        fixable => format!("{severities}; {} with a fix", number(fixable)),
    }
}

fn joined(parts: &[(u64, &str)]) -> Option<String> {
    let some: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{} {word}", number(*n)))
        .collect();
    (!some.is_empty()).then(|| some.join(", "))
}

pub(crate) fn test_counts(tests: &TestSummary) -> TestCounts {
    TestCounts {
        total: tests.total,
        passed: tests.passed,
        failed: tests.failed,
        errored: tests.errored,
        skipped: tests.skipped,
        duration_s: tests.duration_s,
    }
}

pub(crate) fn finding_counts(found: &VulnSummary) -> FindingCounts {
    FindingCounts {
        total: found.total,
        critical: found.critical,
        high: found.high,
        medium: found.medium,
        low: found.low,
        unknown: found.unknown,
        fixable: found.fixable,
        suppressed: found.suppressed,
    }
}

/// How long ago: `11 days`, `3 hours`.
pub(crate) fn since(then: Timestamp, now: Timestamp) -> String {
    let passed: SignedDuration = now.duration_since(then);
    let (hours, minutes) = (passed.as_hours().max(0), passed.as_mins().max(0));
    let words = |n: i64, one, many| count(n.unsigned_abs(), one, many);
    match (hours / 24, hours, minutes) {
        (days, ..) if days > 0 => words(days, "day", "days"),
        (_, hours, _) if hours > 0 => words(hours, "hour", "hours"),
        (_, _, minutes) if minutes > 0 => words(minutes, "minute", "minutes"),
        _ => "a moment".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(number(1_284), "1\u{202f}284");
        assert_eq!(number(284), "284");
        assert_eq!(number(1_000_000), "1\u{202f}000\u{202f}000");
    }

    #[test]
    fn a_span_is_told_in_its_largest_unit() {
        let then: Timestamp = "2026-11-12T00:00:00Z".parse().unwrap();
        for (now, words) in [
            ("2026-11-23T01:00:00Z", "11 days"),
            ("2026-11-12T03:59:00Z", "3 hours"),
            ("2026-11-12T00:01:00Z", "1 minute"),
            ("2026-11-12T00:00:20Z", "a moment"),
            ("2026-11-11T00:00:00Z", "a moment"),
        ] {
            assert_eq!(since(then, now.parse().unwrap()), words);
        }
    }

    #[test]
    fn figures_that_are_nothing_are_left_out() {
        let tests = TestSummary {
            total: 9,
            passed: 3,
            failed: 0,
            errored: 0,
            skipped: 6,
            duration_s: 1.0,
        };
        assert_eq!(tests_line(&tests), "3 passed, 6 skipped");
        let found = VulnSummary {
            total: 2,
            medium: 2,
            ..VulnSummary::default()
        };
        assert_eq!(findings_line(&found), "2 Medium; none has a fix");
    }
}
