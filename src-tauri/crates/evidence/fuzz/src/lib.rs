//! What has to hold of every report, whatever bytes it was read from.

use hallmark_evidence::{Format, ParseError, Report, parse, parse_as, summary};

/// Reads bytes as what they seem to be, and checks what comes of it.
pub fn read(bytes: &[u8]) {
    check(&parse("fuzz", bytes));
}

/// Reads bytes as this format, and checks what comes of it.
pub fn read_as(format: Format, bytes: &[u8]) {
    check(&parse_as(format, "fuzz", bytes));
}

fn check(read: &Result<Report, ParseError>) {
    assert_eq!(summary("fuzz", read).error.is_some(), read.is_err());
    match read {
        Ok(report) => adds_up(report),
        Err(error) => assert!(
            error.to_string().len() < 1000,
            "a sentence is short: {error}"
        ),
    }
}

/// Every figure is the sum of its rows, and every row is within its bounds.
fn adds_up(report: &Report) {
    if let Some(tests) = &report.tests {
        let sum = tests.summary;
        let parts = [sum.passed, sum.failed, sum.errored, sum.skipped];
        assert_eq!(parts.into_iter().fold(0, u64::saturating_add), sum.total);
        assert!(sum.total >= tests.cases.len() as u64);
        assert!(sum.duration_s.is_finite() && sum.duration_s >= 0.0);
        for case in &tests.cases {
            assert!(case.name.len() <= 4096 && case.suite.len() <= 4096);
            assert!(case.message.as_deref().unwrap_or_default().len() <= 4096);
            assert!(case.detail.as_deref().unwrap_or_default().len() <= 16 * 1024);
            assert!(
                case.duration_s
                    .is_none_or(|took| took.is_finite() && took >= 0.0)
            );
            assert!(tests.suites.contains(&case.suite));
        }
    }
    if let Some(scan) = &report.vulnerabilities {
        let sum = scan.summary;
        let parts = sum.critical + sum.high + sum.medium + sum.low + sum.unknown;
        assert_eq!(parts, sum.total);
        assert_eq!(sum.total + sum.suppressed, scan.findings.len() as u64);
        assert!(sum.fixable <= sum.total);
    }
    for package in report.packages.iter().flatten() {
        assert!(package.name.len() <= 4096 && package.line != Some(0));
    }
}
