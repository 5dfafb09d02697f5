//! Test results in every format but JUnit: the figures, the rows and what is said about them.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Kind, Report, TestCase, Verdict, parse};
use std::{fs, path::Path};

fn read(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    parse(name, &fs::read(path.join(name)).unwrap()).unwrap()
}

fn case<'r>(report: &'r Report, name: &str) -> &'r TestCase {
    let cases = &report.tests.as_ref().unwrap().cases;
    cases.iter().find(|case| case.name == name).unwrap()
}

/// Total, passed, failed, errored, skipped, and the seconds.
fn assert_figures(name: &str, format: &str, figures: [u64; 5], seconds: f64) {
    let report = read(name);
    assert_eq!(
        (report.format.name(), report.kind),
        (format, Kind::Tests),
        "{name}"
    );
    let sum = report.tests.unwrap().summary;
    let found = [sum.total, sum.passed, sum.failed, sum.errored, sum.skipped];
    assert_eq!(found, figures, "{name}");
    let off = (sum.duration_s - seconds).abs();
    assert!(off < 1e-9, "{name} took {}", sum.duration_s);
}

#[test]
fn every_format_has_its_figures() {
    assert_figures("nunit/nunit3.xml", "nunit", [7, 2, 1, 2, 2], 3.0);
    assert_figures("nunit/nunit25.xml", "nunit", [4, 1, 2, 0, 1], 1.5);
    assert_figures("nunit/totals.xml", "nunit", [9, 4, 2, 0, 3], 1.0);
    assert_figures("xunit/v1.xml", "xunit", [2, 1, 1, 0, 0], 0.5);
    assert_figures("xunit/v2.xml", "xunit", [3, 1, 1, 0, 1], 0.75);
    assert_figures("xunit/v3.xml", "xunit", [7, 4, 1, 0, 2], 1.5);
    assert_figures("trx/results.trx", "trx", [7, 2, 2, 2, 1], 2.5);
    assert_figures("trx/aborted.trx", "trx", [1, 1, 0, 0, 0], 0.0);
    assert_figures("ctrf/report.json", "ctrf", [5, 2, 1, 0, 2], 3.5);
    assert_figures("ctrf/totals.json", "ctrf", [4, 2, 1, 0, 1], 1.5);
    assert_figures("tap/flat.tap", "tap", [6, 2, 1, 1, 2], 0.0125);
    assert_figures("tap/subtests.tap", "tap", [5, 3, 2, 0, 0], 0.0015);
    assert_figures("tap/perl.tap", "tap", [3, 2, 0, 1, 0], 0.0);
    assert_figures("go-test/run.json", "go-test-json", [6, 1, 2, 2, 1], 1.5);
    assert_figures("mocha/report.json", "mocha-json", [5, 2, 1, 1, 1], 0.75);
    assert_figures("dart/run.json", "dart-json", [5, 1, 1, 2, 1], 2.0);
}

/// A report, its tool, the tool's version, and when it was made.
type Made = (
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
    Option<&'static str>,
);

const MADE: [Made; 10] = [
    (
        "nunit/nunit3.xml",
        Some("nunit"),
        Some("3.17.0.0"),
        Some("2026-11-02T08:15:03Z"),
    ),
    (
        "nunit/nunit25.xml",
        Some("nunit"),
        Some("2.5.10.11092"),
        Some("2026-11-02T08:15:03Z"),
    ),
    (
        "xunit/v1.xml",
        Some("xUnit.net"),
        Some("1.9.2.1705"),
        Some("2026-11-02T08:15:03Z"),
    ),
    (
        "xunit/v3.xml",
        Some("xUnit.net v3"),
        Some("1.0.0"),
        Some("2026-11-02T08:15:05.5Z"),
    ),
    (
        "trx/results.trx",
        None,
        None,
        Some("2026-11-02T08:15:02.5Z"),
    ),
    (
        "ctrf/report.json",
        Some("playwright"),
        Some("1.50.0"),
        Some("2026-11-02T08:15:03.5Z"),
    ),
    ("tap/flat.tap", None, None, None),
    (
        "go-test/run.json",
        Some("go test"),
        None,
        Some("2026-11-02T08:15:03Z"),
    ),
    (
        "mocha/report.json",
        Some("mocha"),
        None,
        Some("2026-11-02T08:15:03Z"),
    ),
    ("dart/run.json", Some("dart test"), Some("1.25.0"), None),
];

#[test]
fn the_tool_and_the_time_are_read_where_the_report_has_them() {
    for (name, tool, version, time) in MADE {
        let report = read(name);
        let found = report.tool.as_ref();
        assert_eq!(found.map(|tool| tool.name.as_str()), tool, "{name}");
        assert_eq!(
            found.and_then(|tool| tool.version.as_deref()),
            version,
            "{name}"
        );
        let time = time.map(|time| time.parse().unwrap());
        assert_eq!(report.produced_at, time, "{name}");
    }
}

/// A report, a test that failed, its message, its trace, and its line in the report.
type Failure = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    u64,
);

const FAILURES: [Failure; 8] = [
    (
        "nunit/nunit3.xml",
        "Removes",
        "Expected: 1\n  But was:  2",
        Some("at Shop.CartTests.Removes() in CartTests.cs:line 12"),
        11,
    ),
    (
        "nunit/nunit25.xml",
        "Shop.Prices.Discounts",
        "wrong",
        Some("at Prices.cs"),
        9,
    ),
    (
        "xunit/v2.xml",
        "Shop.CartTests.Removes",
        "Assert.Equal() Failure",
        Some("at Shop.CartTests.Removes() in CartTests.cs:line 7"),
        11,
    ),
    (
        "trx/results.trx",
        "Removes",
        "Assert.AreEqual failed.",
        Some("at Shop.CartTests.Removes()"),
        8,
    ),
    (
        "ctrf/report.json",
        "removes",
        "expected 1",
        Some("at cart.spec.ts:9"),
        10,
    ),
    (
        "go-test/run.json",
        "TestRemove/last",
        "cart_test.go:12: got 2, want 1",
        Some("=== RUN   TestRemove/last\n    cart_test.go:12: got 2, want 1"),
        6,
    ),
    (
        "mocha/report.json",
        "removes",
        "expected 1",
        Some("AssertionError: expected 1\n    at cart.js:9"),
        5,
    ),
    (
        "dart/run.json",
        "cart removes",
        "Expected: 1\n  Actual: 2",
        Some("test/cart_test.dart 10:3  main"),
        7,
    ),
];

#[test]
fn a_failure_keeps_its_message_its_trace_and_its_place() {
    for (name, test, message, detail, line) in FAILURES {
        let report = read(name);
        let failed = case(&report, test);
        assert_eq!(failed.verdict, Verdict::Failed, "{name}");
        assert_eq!(failed.message.as_deref(), Some(message), "{name}");
        assert_eq!(failed.detail.as_deref(), detail, "{name}");
        assert_eq!(failed.line, Some(line), "{name}");
    }
}

#[test]
fn a_skipped_test_says_why() {
    for (name, test, why) in [
        ("nunit/nunit3.xml", "Waits", "until <v2>"),
        ("xunit/v2.xml", "Shop.CartTests.Waits", "until v2"),
        ("trx/results.trx", "Waits", "until v2"),
        ("tap/flat.tap", "waits", "until v2"),
        ("go-test/run.json", "TestWait", "cart_test.go:20: until v2"),
        ("dart/run.json", "cart waits", "Skip: until v2"),
    ] {
        let report = read(name);
        let skipped = case(&report, test);
        assert_eq!(skipped.verdict, Verdict::Skipped, "{name}");
        assert_eq!(skipped.message.as_deref(), Some(why), "{name}");
    }
}

#[test]
fn a_test_stands_in_its_suite_and_its_class() {
    for (name, test, suite, class) in [
        (
            "nunit/nunit3.xml",
            "Adds",
            "CartTests",
            Some("Shop.CartTests"),
        ),
        (
            "xunit/v2.xml",
            "Shop.CartTests.Adds",
            "Test collection for Shop.CartTests",
            Some("Shop.CartTests"),
        ),
        (
            "trx/results.trx",
            "Adds",
            "shop.tests.dll",
            Some("Shop.CartTests"),
        ),
        ("ctrf/report.json", "adds", "cart > unit", None),
        ("ctrf/report.json", "retries", "cart", None),
        ("tap/subtests.tap", "deep", "cart > inner", None),
        ("tap/perl.tap", "rounds", "prices", None),
        ("go-test/run.json", "TestAdd", "example.com/shop", None),
        ("mocha/report.json", "adds", "cart", None),
        ("dart/run.json", "cart adds", "test/cart_test.dart", None),
    ] {
        let report = read(name);
        let found = case(&report, test);
        assert_eq!(
            (found.suite.as_str(), found.class.as_deref()),
            (suite, class),
            "{name}"
        );
        assert!(
            report.tests.as_ref().unwrap().suites.contains(&found.suite),
            "{name}"
        );
    }
}

#[test]
fn what_did_not_end_did_not_pass() {
    for (name, test) in [
        ("go-test/run.json", "TestHang"),
        ("dart/run.json", "cart hangs"),
    ] {
        let report = read(name);
        let found = case(&report, test);
        assert_eq!(found.verdict, Verdict::Errored);
        assert_eq!(found.message.as_deref(), Some("it did not finish"));
    }
}

#[test]
fn a_package_that_does_not_build_is_an_error_with_what_the_compiler_said() {
    let report = read("go-test/run.json");
    let broken = case(&report, "[build failed]");
    assert_eq!(
        (broken.suite.as_str(), broken.verdict),
        ("example.com/broken", Verdict::Errored)
    );
    assert_eq!(
        broken.message.as_deref(),
        Some("broken.go:3:1: syntax error")
    );
    assert_eq!(
        report.warnings,
        ["1 line is no event of the test run; passed over"]
    );
}

#[test]
fn a_subtests_point_is_no_test_unless_it_alone_fails() {
    let report = read("tap/subtests.tap");
    let names: Vec<_> = report
        .tests
        .as_ref()
        .unwrap()
        .cases
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(names, ["adds", "deep", "empty", "fine", "teardown"]);
    assert_eq!(case(&report, "teardown").verdict, Verdict::Failed);
    assert_eq!(report.warnings, [""; 0]);
}

#[test]
fn what_a_plan_promises_and_what_ends_early_is_an_error() {
    let report = read("tap/flat.tap");
    assert_eq!(
        report.warnings,
        ["the plan says 6 tests, but 5 ran; the others are counted as errors"]
    );
    let report = read("tap/perl.tap");
    assert_eq!(
        case(&report, "Bail out!").message.as_deref(),
        Some("no database")
    );
}

#[test]
fn a_hook_that_fails_is_an_error_and_no_test_is_told_twice() {
    let report = read("mocha/report.json");
    let hook = case(&report, "\"before each\" hook for \"ships\"");
    assert_eq!(
        (hook.suite.as_str(), hook.verdict),
        ("order", Verdict::Errored)
    );
    assert_eq!(report.tests.unwrap().cases.len(), 5);
}

#[test]
fn a_failure_outside_of_any_test_is_mentioned() {
    for (name, warning) in [
        (
            "xunit/v2.xml",
            "the suite “/src/Shop.Tests.dll” reports a failure outside of any case: Shop.Fixture disk full",
        ),
        (
            "trx/aborted.trx",
            "a suite without a name reports a failure outside of any case: The host crashed",
        ),
    ] {
        assert_eq!(read(name).warnings, [warning], "{name}");
    }
}

#[test]
fn totals_count_only_where_no_case_is_listed_and_that_is_said() {
    for (name, warnings) in [
        (
            "nunit/totals.xml",
            vec!["the suite “only totals” lists no cases; its own totals are counted"],
        ),
        (
            "xunit/v3.xml",
            vec!["the suite “Totals.Tests” lists no cases; its own totals are counted"],
        ),
        (
            "ctrf/totals.json",
            vec![
                "a suite without a name lists no cases; its own totals are counted",
                "CTRF version 2.0.0 is not known; it is read as version 1",
            ],
        ),
        (
            "ctrf/report.json",
            vec![
                "1 test has a status that is neither passed nor failed; counted as skipped",
                "1 test failed at first and passed when run again",
            ],
        ),
    ] {
        assert_eq!(read(name).warnings, warnings, "{name}");
    }
}

#[test]
fn a_stream_that_ends_in_the_middle_of_a_line_is_cut_short() {
    for text in [
        "{\"Action\":\"start\",\"Package\":\"p\"}\n{\"Action\":\"pa",
        "{\"protocolVersion\":\"0.1.1\",\"type\":\"start\"}\n{\"type\":\"do",
    ] {
        let error = parse("cut", text.as_bytes()).unwrap_err().to_string();
        assert!(
            error.starts_with("cut: line 2, ") && error.contains("cut short"),
            "{error}"
        );
    }
}

#[test]
fn a_run_that_was_cut_off_between_two_lines_is_mentioned() {
    for text in [
        "{\"Action\":\"start\",\"Package\":\"p\"}\n{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"A\"}\n",
        "{\"protocolVersion\":\"0.1.1\",\"type\":\"start\"}\n{\"type\":\"testStart\",\"test\":{\"id\":1}}\n",
    ] {
        let report = parse("cut", text.as_bytes()).unwrap();
        assert!(
            report.warnings[0].starts_with("the run did not end"),
            "{:?}",
            report.warnings
        );
    }
}
