//! Every rule of a stage, judged.
//!
//! Only evidence of this very image counts, only the newest, and never with a broken
//! signature; what does not count is named, so that nobody looks for it in vain.

mod attached;
mod scan;
mod signed;
mod test_results;
mod view;

use crate::{Check, CheckVerdict, Evaluation, Facts, Policy, StageRules, Waived};
use hallmark_evidence::Kind;
use view::View;

/// Judges the stage's rules on the facts; the checks come failing first.
pub fn evaluate(policy: &Policy, facts: &Facts<'_>) -> Evaluation {
    evaluate_with(policy, facts, &[])
}

/// The same, with the waivers that are in force.
pub fn evaluate_with(policy: &Policy, facts: &Facts<'_>, waived: &[Waived]) -> Evaluation {
    let view = View::new(facts, waived);
    if !policy.has_stage(facts.stage) {
        return Evaluation::of(vec![unknown_stage(&view)]);
    }
    let rules = policy.stage(facts.stage);
    let required = required_kinds(&rules);
    let mut checks = Vec::new();
    checks.extend(attached::bound(&view, &required));
    checks.extend(attached::signatures(&view));
    checks.extend(
        rules
            .evidence
            .iter()
            .map(|kind| attached::present(&view, *kind)),
    );
    checks.extend(attached::covered(&view, &required));
    checks.extend(
        rules
            .tests
            .iter()
            .flat_map(|tests| test_results::judge(&view, tests)),
    );
    checks.extend(rules.scan.iter().flat_map(|scan| scan::judge(&view, scan)));
    checks.extend(rules.signed.iter().map(|rule| signed::judge(&view, rule)));
    Evaluation::of(checks)
}

/// What the stage asks for, be it by a list or by a rule about it.
fn required_kinds(rules: &StageRules) -> Vec<Kind> {
    let mut kinds = rules.evidence.clone();
    kinds.extend(rules.tests.is_some().then_some(Kind::Tests));
    kinds.extend(rules.scan.is_some().then_some(Kind::Vulnerabilities));
    kinds.extend(rules.signed.iter().map(|rule| rule.kind));
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn unknown_stage(view: &View<'_>) -> Check {
    let stage = crate::words::shown(view.facts.stage, 60);
    let reason = format!("The policy has no rules for the stage “{stage}”; add [stage.{stage}].");
    let title = "The policy has rules for this stage";
    view.check("stage-known", title, CheckVerdict::Fail, reason, &[])
}
