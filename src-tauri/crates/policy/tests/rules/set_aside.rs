//! Findings that are waived, or cleared by a VEX document.

use crate::fixture::*;
use hallmark_policy::{
    CheckVerdict::{Fail, Pass, Waived as IsWaived},
    Evaluation, Verdict, Voucher, Waived,
};

const RULES: &str = "scan = { max_age_days = 7, refuse_fixable = \"high\" }";
const PATCHED: &str = "no-fixable-high";

fn waiver(finding: &str) -> Waived {
    Waived {
        finding: finding.into(),
        package: "openssl".into(),
        words: "waived by ines until 24 Dec 2026".into(),
    }
}

fn waived(findings: &[&str], waivers: &[Waived]) -> Evaluation {
    let scan = scan("scan.json", 1, findings);
    judge_waived(&policy(RULES), &["linux/amd64"], &[scan], waivers)
}

fn with_vex(rules: &str, document: Attached) -> Evaluation {
    let scan = scan("scan.json", 1, &["HIGH 3.0.18"]);
    judge(&policy(rules), &[scan, document])
}

#[test]
fn a_waived_finding_is_waived_and_not_passed() {
    let found = waived(&["HIGH 3.0.18"], &[waiver("CVE-2026-0")]);
    let reason =
        "1 waived by ines until 24 Dec 2026: CVE-2026-0 in openssl 3.0.17-1, fixed in 3.0.18.";
    assert_check(&found, PATCHED, IsWaived, reason);
    assert_eq!(found.verdict, Verdict::Pass);
    let counted = [Pass, IsWaived].map(|verdict| found.count(verdict));
    assert_eq!(counted.iter().sum::<usize>(), found.checks.len());
    assert_eq!(found.count(IsWaived), 1, "a waived check is no passing one");
}

#[test]
fn what_no_waiver_covers_fails_and_the_waived_ones_are_said() {
    let found = waived(&["HIGH 3.0.18", "CRITICAL 3.0.18"], &[waiver("CVE-2026-0")]);
    let reason = "1 fixable Critical: CVE-2026-1 in openssl 3.0.17-1, fixed in 3.0.18. \
                  Beside that, 1 waived by ines until 24 Dec 2026: \
                  CVE-2026-0 in openssl 3.0.17-1, fixed in 3.0.18.";
    assert_check(&found, PATCHED, Fail, reason);
}

#[test]
fn a_waiver_without_its_finding_changes_nothing() {
    let found = waived(&["LOW 3.0.18"], &[waiver("CVE-2026-0")]);
    let reason = "None of 1 finding is High or above and can be fixed.";
    assert_check(&found, PATCHED, Pass, reason);
}

#[test]
fn vex_that_a_member_signed_clears_a_finding_and_is_named() {
    let found = with_vex(RULES, vex("v.json", "not_affected", "openssl").by(ci()));
    let reason = "1 not affected, says v.json, signed by ci@payments: \
                  CVE-2026-0 in openssl 3.0.17-1, fixed in 3.0.18.";
    assert_check(&found, PATCHED, Pass, reason);
    assert_eq!(
        check(&found, PATCHED).evidence.len(),
        2,
        "scan and document"
    );
}

#[test]
fn vex_of_nobody_or_of_a_stranger_clears_nothing() {
    let stranger = Voucher::SignedUnknown {
        key_id: "77aa".into(),
    };
    for voucher in [Voucher::Unsigned, stranger, Voucher::BadSignature] {
        let found = with_vex(RULES, vex("v.json", "not_affected", "openssl").by(voucher));
        assert_eq!(check(&found, PATCHED).verdict, Fail);
    }
}

#[test]
fn a_policy_may_take_anybodys_vex_but_never_a_broken_signature() {
    let rules = "scan = { max_age_days = 7, refuse_fixable = \"high\", unsigned_vex = true }";
    let found = with_vex(rules, vex("v.json", "not_affected", "openssl"));
    assert_eq!(check(&found, PATCHED).verdict, Pass);
    let broken = vex("v.json", "not_affected", "openssl").by(Voucher::BadSignature);
    assert_eq!(check(&with_vex(rules, broken), PATCHED).verdict, Fail);
}

#[test]
fn vex_of_another_package_another_image_or_another_word_clears_nothing() {
    for document in [
        vex("v.json", "not_affected", "zlib").by(ci()),
        vex("v.json", "affected", "openssl").by(ci()),
        vex("v.json", "under_investigation", "openssl").by(ci()),
        vex("v.json", "not_affected", "openssl")
            .by(ci())
            .of_another_image(),
    ] {
        assert_eq!(check(&with_vex(RULES, document), PATCHED).verdict, Fail);
    }
}

#[test]
fn two_documents_that_disagree_clear_nothing() {
    let scan = scan("scan.json", 1, &["HIGH 3.0.18"]);
    let says = |name, status| vex(name, status, "openssl").by(ci());
    let found = judge(
        &policy(RULES),
        &[
            scan,
            says("a.json", "not_affected"),
            says("b.json", "affected"),
        ],
    );
    assert_eq!(check(&found, PATCHED).verdict, Fail);
}
