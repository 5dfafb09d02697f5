//! Rules about tests: all pass, and what a skipped one means.

use super::view::View;
use crate::{Check, CheckVerdict, Item, Level, TestRules, words};
use hallmark_evidence::{Kind, TestCase, TestSummary, Verdict};

/// The checks of `[stage.<name>.tests]`.
pub(super) fn judge(view: &View<'_>, rules: &TestRules) -> Vec<Check> {
    let mut checks = vec![pass(view)];
    checks.extend((rules.skipped != Level::Allow).then(|| skipped(view, rules.skipped)));
    checks
}

fn pass(view: &View<'_>) -> Check {
    let (rule, title) = ("tests-pass", "All tests pass");
    let read = view.of_kind(Kind::Tests);
    if read.is_empty() {
        let reason = format!(
            "{}, so no test is known to pass.",
            view.nothing_of(Kind::Tests)
        );
        return view.check(rule, title, CheckVerdict::Fail, reason, &read);
    }
    let reports = view.once(Kind::Tests);
    let sum = sum(&reports);
    let (verdict, reason) = if sum.not_passing() > 0 {
        (CheckVerdict::Fail, failing(&reports, &sum))
    } else if sum.passed == 0 {
        let tests = words::counted(sum.total, "test was", "tests were");
        let reason = format!("{tests} skipped and none was run, so nothing was tested.");
        (CheckVerdict::Fail, reason)
    } else {
        (CheckVerdict::Pass, passing(&sum))
    };
    view.check(rule, title, verdict, reason, &read)
}

fn skipped(view: &View<'_>, level: Level) -> Check {
    let (rule, title) = ("tests-not-skipped", "No test is skipped");
    let read = view.of_kind(Kind::Tests);
    if read.is_empty() {
        let reason = format!(
            "{}, so nobody knows what was skipped.",
            view.nothing_of(Kind::Tests)
        );
        return view.check(rule, title, CheckVerdict::Fail, reason, &read);
    }
    let reports = view.once(Kind::Tests);
    let sum = sum(&reports);
    let verdict = match (sum.skipped, level) {
        (0, _) => CheckVerdict::Pass,
        (_, Level::Refuse) => CheckVerdict::Fail,
        _ => CheckVerdict::Warn,
    };
    let tests = words::counted(sum.total, "test", "tests");
    let reason = match sum.skipped {
        0 => format!("None of {tests} is skipped."),
        count => {
            let are = if count == 1 { "is" } else { "are" };
            let names = names(&reports, count, |verdict| verdict == Verdict::Skipped);
            format!("{count} of {tests} {are} skipped{names}.")
        }
    };
    view.check(rule, title, verdict, reason, &read)
}

pub(super) fn sum(reports: &[&Item<'_>]) -> TestSummary {
    let mut sum = TestSummary::default();
    for tests in reports.iter().filter_map(|item| item.report.tests.as_ref()) {
        let one = tests.summary;
        sum.total = sum.total.saturating_add(one.total);
        sum.passed = sum.passed.saturating_add(one.passed);
        sum.failed = sum.failed.saturating_add(one.failed);
        sum.errored = sum.errored.saturating_add(one.errored);
        sum.skipped = sum.skipped.saturating_add(one.skipped);
    }
    sum
}

fn passing(sum: &TestSummary) -> String {
    match (sum.total, sum.skipped) {
        (1, 0) => "The only test passes.".to_owned(),
        (total, 0) => format!("All {total} tests pass."),
        (total, skipped) => {
            let are = if skipped == 1 { "is" } else { "are" };
            format!(
                "{} of {total} tests pass, {skipped} {are} skipped.",
                sum.passed
            )
        }
    }
}

fn failing(reports: &[&Item<'_>], sum: &TestSummary) -> String {
    let count = sum.not_passing();
    let fail = if count == 1 { "fails" } else { "fail" };
    let tests = words::counted(sum.total, "test", "tests");
    let is_bad = |verdict| matches!(verdict, Verdict::Failed | Verdict::Errored);
    format!(
        "{count} of {tests} {fail}{}.",
        names(reports, count, is_bad)
    )
}

/// “: a; b; and 4 more”, or that the report lists none.
fn names(reports: &[&Item<'_>], count: u64, wanted: impl Fn(Verdict) -> bool) -> String {
    let tests = reports.iter().filter_map(|item| item.report.tests.as_ref());
    let cases = tests.flat_map(|tests| &tests.cases);
    let cases = cases.filter(|case| wanted(case.verdict));
    let names: Vec<String> = cases.take(10).map(name).collect();
    match names.is_empty() {
        true => "; the report does not list them".to_owned(),
        false => format!(": {}", words::first_of(&names, count)),
    }
}

fn name(case: &TestCase) -> String {
    let name = match case.name.trim() {
        "" => "a test without a name",
        name => name,
    };
    match &case.class {
        Some(class) => words::shown(&format!("{class} {name}"), 100),
        None => words::shown(name, 100),
    }
}
