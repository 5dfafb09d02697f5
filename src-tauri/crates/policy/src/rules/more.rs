//! The rules of a stage that stand in a table of their own, together.

use super::{
    BaseRule, EvidenceAgeRule, ForbiddenRule, ImageAgeRule, LabelsRule, LicencesRule, ManualRule,
    MinimumRule, PatchedRule, RecommendedRule, RegoRule, Rule, SeveritiesRule, TestAmountRule,
    UserRule, view::View,
};
use crate::Check;
use hallmark_evidence::Kind;
use jiff::Timestamp;
use serde::Serialize;

/// The rules that are asked for, of those that stand in a table of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MoreRules {
    /// How many tests, and which.
    pub test_amount: Option<TestAmountRule>,
    /// How many findings of each severity.
    pub severities: Option<SeveritiesRule>,
    /// How long a fix may have been available.
    pub patched: Option<PatchedRule>,
    /// Dependencies at their recommended version.
    pub recommended: Option<RecommendedRule>,
    /// A team's own minimum versions.
    pub minimum: Option<MinimumRule>,
    /// Packages that may not be there.
    pub forbidden: Option<ForbiddenRule>,
    /// Licences.
    pub licences: Option<LicencesRule>,
    /// The age of evidence.
    pub evidence_age: Option<EvidenceAgeRule>,
    /// The age of the image.
    pub image_age: Option<ImageAgeRule>,
    /// What the image is built on.
    pub base: Option<BaseRule>,
    /// Labels.
    pub labels: Option<LabelsRule>,
    /// The user that the image runs as.
    pub user: Option<UserRule>,
    /// What people tick.
    pub manual: Vec<ManualRule>,
    /// Rules of the team's own.
    pub rego: Vec<RegoRule>,
}

impl MoreRules {
    fn each(&self) -> Vec<&dyn Rule> {
        let rules = [
            self.test_amount.as_ref().map(|rule| rule as &dyn Rule),
            self.severities.as_ref().map(|rule| rule as &dyn Rule),
            self.patched.as_ref().map(|rule| rule as &dyn Rule),
            self.recommended.as_ref().map(|rule| rule as &dyn Rule),
            self.minimum.as_ref().map(|rule| rule as &dyn Rule),
            self.forbidden.as_ref().map(|rule| rule as &dyn Rule),
            self.licences.as_ref().map(|rule| rule as &dyn Rule),
            self.evidence_age.as_ref().map(|rule| rule as &dyn Rule),
            self.image_age.as_ref().map(|rule| rule as &dyn Rule),
            self.base.as_ref().map(|rule| rule as &dyn Rule),
            self.labels.as_ref().map(|rule| rule as &dyn Rule),
            self.user.as_ref().map(|rule| rule as &dyn Rule),
        ];
        let ticked = self.manual.iter().map(|rule| rule as &dyn Rule);
        let own = self.rego.iter().map(|rule| rule as &dyn Rule);
        rules
            .into_iter()
            .flatten()
            .chain(ticked)
            .chain(own)
            .collect()
    }

    pub(crate) fn in_words(&self) -> Vec<String> {
        let words = |rule: &dyn Rule| rule.when().in_words(&rule.in_words());
        self.each().into_iter().map(words).collect()
    }

    /// What has to be there for every platform by a rule that blocks now.
    pub(super) fn kinds(&self, now: Timestamp) -> Vec<Kind> {
        let each = self.each().into_iter();
        each.filter(|rule| rule.when().blocks(now))
            .flat_map(Rule::kinds)
            .collect()
    }

    pub(super) fn judge(&self, view: &View<'_>) -> Vec<Check> {
        let now = view.facts.now;
        let check = |rule: &dyn Rule| rule.when().applied(rule.judge(view), now);
        self.each().into_iter().map(check).collect()
    }
}
