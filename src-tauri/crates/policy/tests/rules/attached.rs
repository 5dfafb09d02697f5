//! The rules about what is attached at all.

use crate::fixture::*;
use hallmark_policy::{
    CheckVerdict::{Fail, Pass, Warn},
    Voucher,
};

const RULES: &str = "evidence = [\"tests\", \"vulnerabilities\"]";

fn both() -> [Attached; 2] {
    [tests("unit.xml", "p"), scan("scan.json", 1, &[])]
}

#[test]
fn what_is_asked_for_and_there_passes() {
    let found = judge(&policy(RULES), &both());
    assert_check(&found, "tests-present", Pass, "1 attached: unit.xml.");
    assert_check(&found, "scan-present", Pass, "1 attached: scan.json.");
    assert_check(
        &found,
        "evidence-bound",
        Pass,
        "All 2 pieces of evidence are about this image.",
    );
    assert_check(
        &found,
        "platforms-covered",
        Pass,
        "linux/amd64: test report and scan.",
    );
}

#[test]
fn what_is_asked_for_and_missing_fails() {
    let found = judge(&policy(RULES), &both()[..1]);
    assert_check(&found, "tests-present", Pass, "1 attached: unit.xml.");
    assert_check(
        &found,
        "scan-present",
        Fail,
        "No scan is attached to this image.",
    );
    assert_check(
        &found,
        "platforms-covered",
        Fail,
        "linux/amd64 has no scan.",
    );
    assert_check(
        &found,
        "evidence-bound",
        Pass,
        "The one piece of evidence is about this image.",
    );
}

#[test]
fn nothing_attached_fails_every_rule_that_asks() {
    let found = judge(&policy(RULES), &[]);
    assert_check(
        &found,
        "evidence-bound",
        Fail,
        "No evidence is attached to this image.",
    );
    let reason = "linux/amd64 has no test report and linux/amd64 has no scan.";
    assert_check(&found, "platforms-covered", Fail, reason);
    assert!(found.checks.iter().all(|check| check.verdict == Fail));
}

#[test]
fn a_scan_without_packages_is_no_scan() {
    let found = judge(
        &policy("evidence = [\"vulnerabilities\"]"),
        &[secrets("secrets.json")],
    );
    let reason = "No scan counts for this image: secrets.json looked at no packages.";
    assert_check(&found, "scan-present", Fail, reason);
}

#[test]
fn evidence_of_another_image_is_shown_and_counts_for_nothing() {
    let [unit, scanned] = both();
    let found = judge(&policy(RULES), &[unit, scanned.of_another_image()]);
    let reason = "scan.json names another image, so it counts for nothing.";
    assert_check(&found, "evidence-bound", Fail, reason);
    let reason = "No scan counts for this image: scan.json names another image.";
    assert_check(&found, "scan-present", Fail, reason);
}

#[test]
fn evidence_of_another_image_beside_what_is_needed_is_a_warning() {
    let [unit, scanned] = both();
    let all = [
        unit,
        scanned,
        scan("other.json", 1, &["CRITICAL 1"]).of_another_image(),
    ];
    let found = judge(&policy(RULES), &all);
    let reason = "other.json names another image, so it counts for nothing.";
    assert_check(&found, "evidence-bound", Warn, reason);
    assert_eq!(check(&found, "scan-present").verdict, Pass);
}

#[test]
fn evidence_of_a_platform_that_the_image_lacks_counts_for_nothing() {
    let [unit, scanned] = both();
    let found = judge(&policy(RULES), &[unit, scanned.on(&[])]);
    let reason = "No scan counts for this image: \
                  scan.json is about a platform that this image lacks.";
    assert_check(&found, "scan-present", Fail, reason);
}

#[test]
fn a_broken_signature_is_named_and_counts_for_nothing() {
    let [unit, scanned] = both();
    let found = judge(&policy(RULES), &[unit, scanned.by(Voucher::BadSignature)]);
    let reason = "The signature does not fit: scan.json. It counts for nothing; \
                  find out who changed it.";
    assert_check(&found, "signatures-intact", Warn, reason);
    let reason = "No scan counts for this image: scan.json has a broken signature.";
    assert_check(&found, "scan-present", Fail, reason);
}

#[test]
fn without_a_broken_signature_there_is_no_such_check() {
    let found = judge(&policy(RULES), &both());
    assert!(
        found
            .checks
            .iter()
            .all(|check| check.rule != "signatures-intact")
    );
}

#[test]
fn the_platform_without_evidence_is_named() {
    let [unit, scanned] = both();
    let platforms = ["linux/amd64", "linux/arm64"];
    let found = judge_on(&policy(RULES), &platforms, &[unit, scanned.on(&[0])]);
    assert_check(
        &found,
        "platforms-covered",
        Fail,
        "linux/arm64 has no scan.",
    );
    assert_eq!(check(&found, "scan-present").verdict, Pass);
    let [unit, scanned] = both();
    let more = scan("arm64.json", 1, &[]).on(&[1]);
    let found = judge_on(&policy(RULES), &platforms, &[unit, scanned.on(&[0]), more]);
    let reason = "linux/amd64 and linux/arm64: test report and scan.";
    assert_check(&found, "platforms-covered", Pass, reason);
}

#[test]
fn an_image_without_a_named_platform_is_called_the_image() {
    let found = judge_on(&policy(RULES), &[], &[]);
    let reason = "The image has no test report and the image has no scan.";
    assert_check(&found, "platforms-covered", Fail, reason);
}

#[test]
fn other_kinds_may_be_asked_for() {
    let found = judge(&policy("evidence = [\"sbom\", \"provenance\"]"), &both());
    assert_check(
        &found,
        "sbom-present",
        Fail,
        "No SBOM is attached to this image.",
    );
    assert_check(
        &found,
        "provenance-present",
        Fail,
        "No provenance is attached to this image.",
    );
}
