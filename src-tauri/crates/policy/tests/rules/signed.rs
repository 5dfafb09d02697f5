//! The rules about signatures.

use crate::fixture::*;
use hallmark_policy::{
    CheckVerdict::{Fail, Pass},
    Voucher,
};

const ANYONE: &str = "signed = [{ kind = \"tests\" }]";
const ROLE: &str = "signed = [{ kind = \"tests\", by = \"role:ci\" }]";
const MEMBER: &str = "signed = [{ kind = \"tests\", by = \"member:ci@payments\" }]";
const RULE: &str = "tests-signed";

fn stranger() -> Voucher {
    Voucher::SignedUnknown {
        key_id: "00ff".to_owned(),
    }
}

fn developer() -> Voucher {
    Voucher::Signed {
        member: "dora".to_owned(),
        key_id: "abcdef0123".to_owned(),
        role: vec!["requester".to_owned()],
    }
}

#[test]
fn a_report_signed_as_asked_passes() {
    for (rules, who) in [
        (ANYONE, "a member"),
        (ROLE, "a member with the role ci"),
        (MEMBER, "ci@payments"),
    ] {
        let found = judge(&policy(rules), &[tests("unit.xml", "p").by(ci())]);
        assert_check(&found, RULE, Pass, &format!("1 report signed by {who}."));
    }
}

#[test]
fn a_report_signed_by_another_or_by_nobody_fails() {
    let found = judge(&policy(ANYONE), &[tests("unit.xml", "p")]);
    let reason = "unit.xml is unsigned, attached by nobody known; \
                  a signature by a member is asked for.";
    assert_check(&found, RULE, Fail, reason);
    let found = judge(&policy(ANYONE), &[tests("unit.xml", "p").by(stranger())]);
    let reason = "unit.xml is signed with key 00ff…, which belongs to no member; \
                  a signature by a member is asked for.";
    assert_check(&found, RULE, Fail, reason);
    for rules in [ROLE, MEMBER] {
        let found = judge(&policy(rules), &[tests("unit.xml", "p").by(developer())]);
        let check = check(&found, RULE);
        assert_eq!(check.verdict, Fail);
        assert!(
            check.reason.contains("signed by dora, key abcdef01…"),
            "{}",
            check.reason
        );
    }
}

#[test]
fn every_counting_report_of_the_kind_has_to_be_signed() {
    let all = [tests("unit.xml", "p").by(ci()), tests("load.xml", "pp")];
    let found = judge(&policy(ANYONE), &all);
    assert!(
        check(&found, RULE)
            .reason
            .to_lowercase()
            .starts_with("load.xml is unsigned")
    );
    let all = [
        tests("unit.xml", "p").by(ci()),
        tests("load.xml", "pp").superseded(),
    ];
    assert_eq!(check(&judge(&policy(ANYONE), &all), RULE).verdict, Pass);
}

#[test]
fn the_same_bytes_once_more_without_a_signature_do_no_harm() {
    let all = [tests("unit.xml", "p"), tests("unit.xml", "p").by(ci())];
    assert_eq!(check(&judge(&policy(ANYONE), &all), RULE).verdict, Pass);
}

#[test]
fn without_a_report_nothing_is_signed() {
    let found = judge(&policy(ANYONE), &[]);
    assert_check(
        &found,
        RULE,
        Fail,
        "No test report is attached to this image.",
    );
    let found = judge(
        &policy(ANYONE),
        &[tests("unit.xml", "p").by(Voucher::BadSignature)],
    );
    let reason = "No test report counts for this image: unit.xml has a broken signature.";
    assert_check(&found, RULE, Fail, reason);
}
