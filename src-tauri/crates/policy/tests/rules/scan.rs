//! The rules about scans.

use crate::fixture::*;
use hallmark_policy::CheckVerdict::{Fail, Pass};

const RULES: &str = "scan = { max_age_days = 7, refuse_fixable = \"high\" }";
const FRESH: &str = "scan-fresh";
const PATCHED: &str = "no-fixable-high";

fn fresh(hours: i64) -> (hallmark_policy::CheckVerdict, String) {
    let found = judge(&policy(RULES), &[scan("scan.json", hours, &[])]);
    let check = check(&found, FRESH);
    (check.verdict, check.reason.clone())
}

#[test]
fn a_recent_scan_is_fresh() {
    assert_eq!(
        fresh(0),
        (Pass, "The scan is less than an hour old.".into())
    );
    assert_eq!(fresh(5), (Pass, "The scan is 5 hours old.".into()));
    assert_eq!(fresh(24 * 7), (Pass, "The scan is 7 days old.".into()));
}

#[test]
fn an_old_scan_says_how_old_and_what_the_limit_is() {
    assert_eq!(
        fresh(24 * 9),
        (Fail, "The scan is 9 days old, the limit is 7.".into())
    );
    let hour_over = "The scan is 7 days and 1 hour old, the limit is 7.";
    assert_eq!(fresh(24 * 7 + 1), (Fail, hour_over.into()));
    let found = judge(
        &policy(RULES),
        &[scan_at("s.json", "2026-11-16T11:59:00Z", &[])],
    );
    let reason = "The scan is a little over 7 days old, the limit is 7.";
    assert_check(&found, FRESH, Fail, reason);
}

#[test]
fn a_clock_a_little_ahead_is_forgiven_and_the_future_is_not() {
    let found = judge(
        &policy(RULES),
        &[scan_at("s.json", "2026-11-23T12:03:00Z", &[])],
    );
    assert_check(&found, FRESH, Pass, "The scan is less than an hour old.");
    let found = judge(
        &policy(RULES),
        &[scan_at("s.json", "2026-12-24T00:00:00Z", &[])],
    );
    let reason = "The scan is dated in the future, 2026-12-24T00:00:00Z; \
                  check the clock of the machine that made it.";
    assert_check(&found, FRESH, Fail, reason);
}

#[test]
fn a_scan_without_a_date_is_not_fresh() {
    let found = judge(&policy(RULES), &[scan_at("s.json", "yesterday", &[])]);
    assert_check(
        &found,
        FRESH,
        Fail,
        "The scan does not say when it was made.",
    );
}

#[test]
fn every_platform_needs_a_fresh_scan_and_the_newest_of_each_counts() {
    let platforms = ["linux/amd64", "linux/arm64"];
    let all = [
        scan("amd64.json", 24, &[]).on(&[0]),
        scan("arm64.json", 24 * 9, &[]).on(&[1]),
    ];
    let found = judge_on(&policy(RULES), &platforms, &all);
    let reason = "linux/arm64: the scan is 9 days old, the limit is 7.";
    assert_check(&found, FRESH, Fail, reason);
    let found = judge_on(&policy(RULES), &platforms, &all[..1]);
    assert_check(&found, FRESH, Fail, "linux/arm64: there is no scan.");
    let newer = scan("again.json", 2, &[]).on(&[1]);
    let [amd64, arm64] = all;
    let found = judge_on(&policy(RULES), &platforms, &[amd64, arm64, newer]);
    let reason = "linux/amd64: the scan is 1 day old; linux/arm64: the scan is 2 hours old.";
    assert_check(&found, FRESH, Pass, reason);
}

#[test]
fn without_a_scan_nothing_is_fresh_nor_patched() {
    let reason = "No scan is attached to this image.";
    assert_check(&judge(&policy(RULES), &[]), FRESH, Fail, reason);
    let reason = "No scan is attached to this image, so nobody knows what it holds.";
    assert_check(&judge(&policy(RULES), &[]), PATCHED, Fail, reason);
    let found = judge(&policy(RULES), &[secrets("secrets.json")]);
    let reason = "No scan counts for this image: secrets.json looked at no packages, \
                  so nobody knows what it holds.";
    assert_check(&found, PATCHED, Fail, reason);
}

#[test]
fn a_fixable_high_is_named_with_its_package_and_its_fix() {
    let found = judge(
        &policy(RULES),
        &[scan("s.json", 1, &["HIGH 3.0.18-1", "LOW 9"])],
    );
    let reason = "1 fixable High: CVE-2026-0 in openssl 3.0.17-1, fixed in 3.0.18-1.";
    assert_check(&found, PATCHED, Fail, reason);
}

#[test]
fn the_gravest_come_first_and_the_rest_are_counted() {
    let findings = ["HIGH 1", "CRITICAL 2", "HIGH 3", "CRITICAL 4", "MEDIUM 5"];
    let found = judge(&policy(RULES), &[scan("s.json", 1, &findings)]);
    let reason = "2 fixable Critical and 2 fixable High: \
                  CVE-2026-1 in openssl 3.0.17-1, fixed in 2; \
                  CVE-2026-3 in openssl 3.0.17-1, fixed in 4; \
                  CVE-2026-0 in openssl 3.0.17-1, fixed in 1; and 1 more.";
    assert_check(&found, PATCHED, Fail, reason);
}

#[test]
fn what_cannot_be_fixed_or_is_less_grave_passes() {
    let found = judge(
        &policy(RULES),
        &[scan("s.json", 1, &["CRITICAL -", "MEDIUM 3"])],
    );
    assert_check(
        &found,
        PATCHED,
        Pass,
        "None of 2 findings is High or above and can be fixed.",
    );
    let found = judge(&policy(RULES), &[scan("s.json", 1, &[])]);
    assert_check(&found, PATCHED, Pass, "No finding at all.");
}

#[test]
fn the_threshold_is_the_policys() {
    let strict = policy("scan = { refuse_fixable = \"medium\" }");
    let found = judge(&strict, &[scan("s.json", 1, &["MEDIUM 3"])]);
    let reason = "1 fixable Medium: CVE-2026-0 in openssl 3.0.17-1, fixed in 3.";
    assert_check(&found, "no-fixable-medium", Fail, reason);
    let lax = policy("scan = { refuse_fixable = \"critical\" }");
    let found = judge(&lax, &[scan("s.json", 1, &["HIGH 3"])]);
    let reason = "None of 1 finding is Critical and can be fixed.";
    assert_check(&found, "no-fixable-critical", Pass, reason);
}

#[test]
fn one_finding_on_two_platforms_is_one_finding() {
    let all = [
        scan("amd64.json", 1, &["HIGH 2"]).on(&[0]),
        scan("arm64.json", 1, &["HIGH 2"]).on(&[1]),
    ];
    let found = judge_on(&policy(RULES), &["linux/amd64", "linux/arm64"], &all);
    let reason = "1 fixable High: CVE-2026-0 in openssl 3.0.17-1, fixed in 2.";
    assert_check(&found, PATCHED, Fail, reason);
    assert_eq!(check(&found, PATCHED).evidence.len(), 2);
}

#[test]
fn what_one_scan_suppresses_and_another_finds_is_found() {
    let mut quiet = scan("quiet.json", 1, &["HIGH 2"]);
    quiet.report.vulnerabilities.as_mut().unwrap().findings[0].suppressed = true;
    let found = judge(&policy(RULES), &[quiet]);
    let reason = "No finding at all; 1 more is suppressed in the scan itself.";
    assert_check(&found, PATCHED, Pass, reason);
    let mut quiet = scan("quiet.json", 1, &["HIGH 2"]);
    quiet.report.vulnerabilities.as_mut().unwrap().findings[0].suppressed = true;
    let found = judge(&policy(RULES), &[quiet, scan("loud.json", 1, &["HIGH 2"])]);
    assert_eq!(check(&found, PATCHED).verdict, Fail);
}
