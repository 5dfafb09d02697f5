//! The default policy on whole images, and how checks come together.

use crate::fixture::*;
use hallmark_policy::{CheckVerdict, Facts, Policy, Verdict, evaluate};

fn golden() -> Policy {
    Policy::golden_default()
}

#[test]
fn a_tested_and_patched_image_may_go_golden() {
    let all = [
        tests("unit.xml", "pppps").by(ci()),
        scan("scan.json", 20, &["CRITICAL -", "LOW 2"]).by(ci()),
    ];
    let found = judge(&golden(), &all);
    assert_eq!(found.verdict, Verdict::Pass, "{:#?}", found.checks);
    let rules: Vec<&str> = found
        .checks
        .iter()
        .map(|check| check.rule.as_str())
        .collect();
    assert_eq!(
        rules,
        [
            "evidence-bound",
            "tests-present",
            "scan-present",
            "platforms-covered",
            "tests-pass",
            "scan-fresh",
            "no-fixable-high"
        ]
    );
}

#[test]
fn the_bad_candidates_may_not_and_each_says_why() {
    let good_tests = || tests("unit.xml", "pp");
    let good_scan = || scan("scan.json", 1, &[]);
    for (attached, rules) in [
        (
            vec![tests("unit.xml", "pf"), good_scan()],
            vec!["tests-pass"],
        ),
        (
            vec![good_tests(), scan("s.json", 1, &["CRITICAL 2"])],
            vec!["no-fixable-high"],
        ),
        (
            vec![good_tests(), scan("s.json", 24 * 30, &[])],
            vec!["scan-fresh"],
        ),
        (
            vec![good_tests(), good_scan().of_another_image()],
            vec![
                "evidence-bound",
                "scan-present",
                "platforms-covered",
                "scan-fresh",
                "no-fixable-high",
            ],
        ),
    ] {
        let found = judge(&golden(), &attached);
        assert_eq!(found.verdict, Verdict::Fail);
        let failing = found
            .checks
            .iter()
            .filter(|check| check.verdict == CheckVerdict::Fail);
        let failing: Vec<&str> = failing.map(|check| check.rule.as_str()).collect();
        assert_eq!(failing, rules);
    }
}

#[test]
fn failing_checks_come_first_then_warnings_and_the_figures_add_up() {
    let all = [
        tests("unit.xml", "f"),
        scan("other.json", 1, &[]).of_another_image(),
        scan("scan.json", 1, &[]),
    ];
    let found = judge(&golden(), &all);
    let verdicts: Vec<CheckVerdict> = found.checks.iter().map(|check| check.verdict).collect();
    assert!(verdicts.is_sorted(), "{verdicts:?}");
    assert_eq!(verdicts[..2], [CheckVerdict::Fail, CheckVerdict::Warn]);
    let each = [
        CheckVerdict::Fail,
        CheckVerdict::Warn,
        CheckVerdict::Waived,
        CheckVerdict::Pass,
    ];
    let sum: usize = each.iter().map(|verdict| found.count(*verdict)).sum();
    assert_eq!(sum, found.checks.len());
}

#[test]
fn a_warning_alone_is_a_warning() {
    let all = [
        tests("unit.xml", "p"),
        scan("scan.json", 1, &[]),
        scan("other.json", 1, &[]).of_another_image(),
    ];
    assert_eq!(judge(&golden(), &all).verdict, Verdict::Warn);
}

#[test]
fn dev_asks_for_nothing_and_qa_for_tests() {
    let stage = |stage, attached: &[Attached]| {
        let mut evaluation = None;
        for one in attached {
            let item = hallmark_policy::Item {
                digest: &one.digest,
                name: &one.name,
                report: &one.report,
                binding: one.binding.clone(),
                superseded: false,
                voucher: one.voucher.clone(),
            };
            let facts = Facts {
                stage,
                platforms: vec![None],
                evidence: vec![item],
                about: hallmark_policy::About::default(),
                now: now(),
            };
            evaluation = Some(evaluate(&golden(), &facts).verdict);
        }
        let nothing = Facts {
            stage,
            platforms: vec![None],
            evidence: vec![],
            about: hallmark_policy::About::default(),
            now: now(),
        };
        evaluation.unwrap_or_else(|| evaluate(&golden(), &nothing).verdict)
    };
    assert_eq!(stage("dev", &[]), Verdict::Pass);
    assert_eq!(stage("qa", &[]), Verdict::Fail);
    assert_eq!(stage("qa", &[tests("unit.xml", "p")]), Verdict::Pass);
    assert_eq!(stage("qa", &[tests("unit.xml", "f")]), Verdict::Fail);
}

#[test]
fn a_stage_the_policy_lacks_is_refused() {
    let facts = Facts {
        stage: "canary",
        platforms: vec![],
        evidence: vec![],
        about: hallmark_policy::About::default(),
        now: now(),
    };
    let found = evaluate(&golden(), &facts);
    assert_eq!(found.verdict, Verdict::Fail);
    let reason = "The policy has no rules for the stage “canary”; add [stage.canary].";
    assert_check(&found, "stage-known", CheckVerdict::Fail, reason);
}

#[test]
fn foreign_names_stay_in_one_line_and_short() {
    let mut report = tests("unit.xml", "f");
    report.report.tests.as_mut().unwrap().cases[0].name = format!("a\nb\u{7}{}", "x".repeat(5000));
    let found = judge(&golden(), &[report]);
    let reason = &check(&found, "tests-pass").reason;
    assert!(
        reason.len() < 300 && !reason.contains(char::is_control),
        "{reason}"
    );
}
