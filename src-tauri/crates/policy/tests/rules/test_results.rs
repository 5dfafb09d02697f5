//! The rules about tests.

use crate::fixture::*;
use hallmark_policy::CheckVerdict::{Fail, Pass, Warn};

const RULES: &str = "tests = {}";
const RULE: &str = "tests-pass";

#[test]
fn tests_that_all_pass_pass() {
    let found = judge(&policy(RULES), &[tests("unit.xml", "ppp")]);
    assert_check(&found, RULE, Pass, "All 3 tests pass.");
    let found = judge(&policy(RULES), &[tests("unit.xml", "p")]);
    assert_check(&found, RULE, Pass, "The only test passes.");
}

#[test]
fn skipped_tests_are_said() {
    let found = judge(&policy(RULES), &[tests("unit.xml", "pps")]);
    assert_check(&found, RULE, Pass, "2 of 3 tests pass, 1 is skipped.");
}

#[test]
fn tests_that_fail_are_counted_and_the_first_are_named() {
    let found = judge(&policy(RULES), &[tests("unit.xml", "pf")]);
    assert_check(&found, RULE, Fail, "1 of 2 tests fails: cart t1.");
    let found = judge(&policy(RULES), &[tests("unit.xml", "pffpef")]);
    assert_check(
        &found,
        RULE,
        Fail,
        "4 of 6 tests fail: cart t1; cart t2; cart t4; and 1 more.",
    );
}

#[test]
fn all_counting_reports_are_added_up() {
    let all = [tests("unit.xml", "pp"), tests("load.xml", "pf")];
    assert_check(
        &judge(&policy(RULES), &all),
        RULE,
        Fail,
        "1 of 4 tests fails: cart t1.",
    );
}

#[test]
fn the_same_bytes_attached_twice_are_counted_once() {
    let all = [tests("unit.xml", "pp"), tests("unit.xml", "pp").by(ci())];
    let found = judge(&policy(RULES), &all);
    assert_check(&found, RULE, Pass, "All 2 tests pass.");
    let check = check(&found, RULE);
    assert_eq!(check.evidence.len(), 1);
    assert_eq!(
        check.vouched,
        [
            "unsigned, attached by nobody known",
            "signed by ci@payments, key 4f2a77c1…; in no transparency log"
        ]
    );
}

#[test]
fn a_suites_own_totals_are_judged_too() {
    let mut report = tests("unit.xml", "p");
    let text = b"<testsuite name='s' tests='9' failures='2'/>";
    report.report = hallmark_evidence::parse("totals.xml", text).unwrap();
    let reason = "2 of 9 tests fail; the report does not list them.";
    assert_check(&judge(&policy(RULES), &[report]), RULE, Fail, reason);
}

#[test]
fn only_skipped_tests_are_no_tests() {
    let found = judge(&policy(RULES), &[tests("unit.xml", "ss")]);
    let reason = "2 tests were skipped and none was run, so nothing was tested.";
    assert_check(&found, RULE, Fail, reason);
}

#[test]
fn without_a_report_no_test_is_known_to_pass() {
    let reason = "No test report is attached to this image, so no test is known to pass.";
    assert_check(&judge(&policy(RULES), &[]), RULE, Fail, reason);
    let found = judge(&policy(RULES), &[tests("none.xml", "")]);
    let reason = "No test report counts for this image: none.xml lists no tests, \
                  so no test is known to pass.";
    assert_check(&found, RULE, Fail, reason);
}

#[test]
fn a_superseded_report_counts_for_nothing() {
    let all = [tests("old.xml", "ff").superseded(), tests("new.xml", "pp")];
    assert_check(
        &judge(&policy(RULES), &all),
        RULE,
        Pass,
        "All 2 tests pass.",
    );
}

#[test]
fn a_skipped_test_is_allowed_warned_of_or_refused() {
    let rule = "tests-not-skipped";
    let report = || [tests("unit.xml", "psp")];
    let none = judge(&policy(RULES), &report());
    assert!(
        none.checks.iter().all(|check| check.rule != rule),
        "allowed: no such check"
    );
    let reason = "1 of 3 tests is skipped: cart t1.";
    let found = judge(&policy("tests = { skipped = \"warn\" }"), &report());
    assert_check(&found, rule, Warn, reason);
    let refuse = policy("tests = { skipped = \"refuse\" }");
    assert_check(&judge(&refuse, &report()), rule, Fail, reason);
    let found = judge(&refuse, &[tests("unit.xml", "pp")]);
    assert_check(&found, rule, Pass, "None of 2 tests is skipped.");
    let reason = "No test report is attached to this image, so nobody knows what was skipped.";
    assert_check(&judge(&refuse, &[]), rule, Fail, reason);
}
