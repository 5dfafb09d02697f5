//! JUnit XML as each tool writes it: the figures, the rows and what is said about them.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Report, TestCase, Verdict, parse};
use std::{fs, path::Path};

fn read(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/junit");
    parse(name, &fs::read(path.join(name)).unwrap()).unwrap()
}

fn case<'r>(report: &'r Report, name: &str) -> &'r TestCase {
    let cases = &report.tests.as_ref().unwrap().cases;
    cases.iter().find(|case| case.name == name).unwrap()
}

/// Total, passed, failed, errored, skipped, and the seconds.
fn assert_figures(name: &str, figures: [u64; 5], seconds: f64) {
    let sum = read(name).tests.unwrap().summary;
    let found = [sum.total, sum.passed, sum.failed, sum.errored, sum.skipped];
    assert_eq!(found, figures, "{name}");
    assert!(
        (sum.duration_s - seconds).abs() < 1e-9,
        "{name} took {}",
        sum.duration_s
    );
}

#[test]
fn every_dialect_has_its_figures() {
    assert_figures("pytest.xml", [5, 1, 1, 1, 2], 0.412);
    assert_figures("surefire.xml", [4, 2, 1, 0, 1], 1234.5);
    assert_figures("gradle.xml", [2, 1, 1, 0, 0], 0.042);
    assert_figures("jest.xml", [3, 2, 1, 0, 0], 0.75);
    assert_figures("mocha.xml", [2, 0, 1, 0, 1], 0.05);
    assert_figures("bazel.xml", [1, 0, 0, 1, 0], 3.0);
    assert_figures("gtest.xml", [4, 1, 1, 0, 2], 0.015);
    assert_figures("nextest.xml", [3, 2, 1, 0, 0], 1.0);
    assert_figures("go.xml", [3, 1, 1, 0, 1], 0.003);
    assert_figures("nested.xml", [3, 1, 2, 0, 0], 2.0);
    assert_figures("totals.xml", [9, 3, 3, 2, 1], 4.5);
}

#[test]
fn the_tool_is_named_where_it_left_a_mark() {
    for (name, tool) in [
        ("pytest.xml", Some("pytest")),
        ("surefire.xml", Some("surefire")),
        ("gradle.xml", None),
        ("jest.xml", Some("jest")),
        ("mocha.xml", Some("mocha")),
        ("gtest.xml", Some("gtest")),
        ("nextest.xml", Some("nextest")),
        ("go.xml", Some("go test")),
    ] {
        assert_eq!(
            read(name).tool.map(|tool| tool.name).as_deref(),
            tool,
            "{name}"
        );
    }
    assert_eq!(
        read("go.xml").tool.unwrap().version.unwrap(),
        "go1.25.3 linux/amd64"
    );
}

#[test]
fn the_newest_suite_dates_the_report_with_its_zone_or_as_utc() {
    for (name, time) in [
        ("pytest.xml", Some("2026-11-02T08:15:03.125Z")),
        ("gradle.xml", Some("2026-11-02T08:15:03Z")),
        ("jest.xml", Some("2026-11-02T08:15:09Z")),
        ("mocha.xml", Some("2026-11-02T08:15:04Z")),
        ("bazel.xml", None),
    ] {
        let time = time.map(|time| time.parse().unwrap());
        assert_eq!(read(name).produced_at, time, "{name}");
    }
}

#[test]
fn a_failure_keeps_its_message_its_trace_and_its_places() {
    let report = read("pytest.xml");
    let failed = case(&report, "test_discount");
    assert_eq!(failed.verdict, Verdict::Failed);
    assert_eq!(failed.suite, "pytest");
    assert_eq!(failed.class.as_deref(), Some("tests.test_cart.TestCart"));
    assert_eq!(
        failed.message.as_deref(),
        Some("AssertionError: assert 90 == 95\n +  where 90 = total()")
    );
    assert!(
        failed
            .detail
            .as_deref()
            .unwrap()
            .contains(">       assert cart.total() == 95")
    );
    assert_eq!(failed.line, Some(4));
    assert_eq!(failed.source.as_deref(), Some("tests/test_cart.py:24"));
    assert_eq!(failed.duration_s, Some(0.101));
}

#[test]
fn a_failure_and_an_error_of_one_case_are_one_verdict() {
    let report = read("pytest.xml");
    let both = case(&report, "test_migrate");
    assert_eq!(both.verdict, Verdict::Errored);
    assert_eq!(
        both.message.as_deref(),
        Some("failed on teardown with \"OSError\"")
    );
    assert_eq!(both.detail.as_deref(), Some("disk full"));
}

#[test]
fn a_test_that_passed_when_run_again_passes_and_is_mentioned() {
    for name in ["surefire.xml", "nextest.xml"] {
        let report = read(name);
        let again = "1 test failed at first and passed when run again";
        assert_eq!(report.warnings, [again], "{name}");
    }
    let report = read("surefire.xml");
    assert_eq!(case(&report, "refunds").message, None);
    let failed = case(&report, "declines");
    assert_eq!(
        failed.verdict,
        Verdict::Failed,
        "an error of the rerun is not the verdict"
    );
    assert!(
        failed
            .detail
            .as_deref()
            .unwrap()
            .starts_with("java.lang.AssertionError")
    );
}

#[test]
fn without_a_message_the_first_line_of_the_trace_speaks() {
    let report = read("jest.xml");
    let failed = case(&report, "cart removes");
    assert_eq!(
        failed.message.as_deref(),
        Some("Error: expect(received).toBe(expected)")
    );
}

#[test]
fn what_stands_in_output_is_no_test() {
    assert_eq!(read("gradle.xml").tests.unwrap().cases.len(), 2);
}

#[test]
fn entities_stay_text_and_nothing_is_fetched() {
    let report = read("nested.xml");
    let cases = &report.tests.as_ref().unwrap().cases;
    assert_eq!(cases[0].name, "of &company; and &secret; & co");
    assert_eq!(cases[1].detail.as_deref(), Some("&secret;"));
    assert_eq!(cases[0].suite, "inner");
    assert_eq!(cases[2].suite, "outer");
}

#[test]
fn a_suite_without_cases_counts_by_its_totals_with_a_warning() {
    let report = read("totals.xml");
    let tests = report.tests.unwrap();
    assert_eq!(tests.suites, ["listed", "only totals"]);
    assert_eq!(tests.cases.len(), 2);
    assert_eq!(
        report.warnings,
        ["the suite “only totals” lists no cases; its own totals are counted"]
    );
}

#[test]
fn what_the_strict_writer_writes_is_read() {
    use quick_junit::{NonSuccessKind, Report as Written, TestCase, TestCaseStatus, TestSuite};
    let mut failed = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failed.set_message("it is <not> \"so\"");
    failed.set_description("trace & more");
    let mut suite = TestSuite::new("unit");
    suite.add_test_case(TestCase::new("good", TestCaseStatus::success()));
    suite.add_test_case(TestCase::new("bad", failed));
    suite.add_test_case(TestCase::new("idle", TestCaseStatus::skipped()));
    let mut written = Written::new("nextest-run");
    written.add_test_suite(suite);
    let report = parse("unit.xml", written.to_string().unwrap().as_bytes()).unwrap();
    let verdicts: Vec<Verdict> = report
        .tests
        .as_ref()
        .unwrap()
        .cases
        .iter()
        .map(|c| c.verdict)
        .collect();
    assert_eq!(
        verdicts,
        [Verdict::Passed, Verdict::Failed, Verdict::Skipped]
    );
    assert_eq!(
        case(&report, "bad").message.as_deref(),
        Some("it is <not> \"so\"")
    );
}
