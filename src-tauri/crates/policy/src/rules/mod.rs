//! Every rule of a stage, judged.
//!
//! Only evidence of this very image counts, only the newest, and never with a broken
//! signature; what does not count is named, so that nobody looks for it in vain.

mod ages;
mod attached;
mod base;
mod facts_in_json;
mod image;
mod licences;
mod manual;
mod more;
mod packages;
mod patched;
mod recommended;
mod rego;
mod scan;
mod severities;
mod signed;
mod test_amount;
mod test_results;
mod view;

use crate::{Check, CheckVerdict, Evaluation, Facts, Policy, StageRules, Waived, when::When};
use hallmark_evidence::Kind;
use view::View;

pub use self::{
    ages::{EvidenceAgeRule, ImageAgeRule},
    base::BaseRule,
    image::{LabelsRule, UserRule},
    licences::LicencesRule,
    manual::ManualRule,
    more::MoreRules,
    packages::{ForbiddenRule, MinimumRule},
    patched::PatchedRule,
    recommended::RecommendedRule,
    rego::RegoRule,
    severities::SeveritiesRule,
    test_amount::{Percent, TestAmountRule},
};

/// A rule that stands in a table of its own.
trait Rule {
    /// How it is taken.
    fn when(&self) -> When;

    /// The rule in words, without how it is taken.
    fn in_words(&self) -> String;

    /// The kind of evidence that it reads, and that every platform has to have.
    fn kind(&self) -> Option<Kind> {
        None
    }

    /// All that it reads so.
    fn kinds(&self) -> Vec<Kind> {
        self.kind().into_iter().collect()
    }

    /// Its check, as if it blocked today.
    fn judge(&self, view: &View<'_>) -> Check;
}

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
    let required = required_kinds(&rules, facts);
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
    checks.extend(rules.more.judge(&view));
    Evaluation::of(checks)
}

/// What the stage asks for, be it by a list or by a rule about it.
fn required_kinds(rules: &StageRules, facts: &Facts<'_>) -> Vec<Kind> {
    let mut kinds = rules.evidence.clone();
    kinds.extend(rules.tests.is_some().then_some(Kind::Tests));
    kinds.extend(rules.scan.is_some().then_some(Kind::Vulnerabilities));
    kinds.extend(rules.signed.iter().map(|rule| rule.kind));
    kinds.extend(rules.more.kinds(facts.now));
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
