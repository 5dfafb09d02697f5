//! A stage as it is written, before the parts of a policy are put together.

use crate::{
    BaseRule, EvidenceAgeRule, ForbiddenRule, ImageAgeRule, LabelsRule, LicencesRule, ManualRule,
    MinimumRule, MoreRules, PatchedRule, RecommendedRule, RegoRule, ScanRules, SeveritiesRule,
    SignedRule, StageRules, TestAmountRule, TestRules, UserRule,
};
use hallmark_evidence::Kind;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The stages of a policy, by name.
pub(crate) type Stages = BTreeMap<String, RawStage>;

/// `[[for]]`: what some repositories have instead of what is asked of all.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overlay {
    /// Which, as host and path; `*` stands for anything.
    pub(crate) repositories: Vec<String>,
    /// What they have.
    #[serde(default)]
    pub(crate) stage: Stages,
}

/// A stage as it is written. What is left out is not asked for, or is as it is for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawStage {
    approvals: Option<u32>,
    pub(crate) requires: Option<Vec<Spanned<String>>>,
    evidence: Option<Vec<Kind>>,
    signed: Option<Vec<SignedRule>>,
    tests: Option<TestRules>,
    scan: Option<ScanRules>,
    test_amount: Option<TestAmountRule>,
    severities: Option<SeveritiesRule>,
    patched: Option<PatchedRule>,
    recommended: Option<RecommendedRule>,
    minimum: Option<MinimumRule>,
    forbidden: Option<ForbiddenRule>,
    licences: Option<LicencesRule>,
    evidence_age: Option<EvidenceAgeRule>,
    image_age: Option<ImageAgeRule>,
    base: Option<BaseRule>,
    labels: Option<LabelsRule>,
    user: Option<UserRule>,
    manual: Option<Vec<ManualRule>>,
    rego: Option<Vec<RegoRule>>,
}

impl RawStage {
    /// Each key as it is here, else as it is in `base`.
    fn over(self, base: &Self) -> Self {
        Self {
            approvals: self.approvals.or(base.approvals),
            requires: self.requires.or_else(|| base.requires.clone()),
            evidence: self.evidence.or_else(|| base.evidence.clone()),
            signed: self.signed.or_else(|| base.signed.clone()),
            tests: self.tests.or_else(|| base.tests.clone()),
            scan: self.scan.or_else(|| base.scan.clone()),
            test_amount: self.test_amount.or_else(|| base.test_amount.clone()),
            severities: self.severities.or_else(|| base.severities.clone()),
            patched: self.patched.or_else(|| base.patched.clone()),
            recommended: self.recommended.or_else(|| base.recommended.clone()),
            minimum: self.minimum.or_else(|| base.minimum.clone()),
            forbidden: self.forbidden.or_else(|| base.forbidden.clone()),
            licences: self.licences.or_else(|| base.licences.clone()),
            evidence_age: self.evidence_age.or_else(|| base.evidence_age.clone()),
            image_age: self.image_age.or_else(|| base.image_age.clone()),
            base: self.base.or_else(|| base.base.clone()),
            labels: self.labels.or_else(|| base.labels.clone()),
            user: self.user.or_else(|| base.user.clone()),
            manual: self.manual.or_else(|| base.manual.clone()),
            rego: self.rego.or_else(|| base.rego.clone()),
        }
    }

    pub(crate) fn requires(&self) -> &[Spanned<String>] {
        self.requires.as_deref().unwrap_or_default()
    }

    /// The rules of the team's own that are written here.
    pub(crate) fn own(&self) -> &[RegoRule] {
        self.rego.as_deref().unwrap_or_default()
    }

    pub(crate) fn rules(self) -> StageRules {
        let requires = self.requires.unwrap_or_default();
        StageRules {
            approvals: self.approvals.unwrap_or_default(),
            requires: requires.into_iter().map(Spanned::into_inner).collect(),
            evidence: self.evidence.unwrap_or_default(),
            signed: self.signed.unwrap_or_default(),
            tests: self.tests,
            scan: self.scan,
            more: MoreRules {
                test_amount: self.test_amount,
                severities: self.severities,
                patched: self.patched,
                recommended: self.recommended,
                minimum: self.minimum,
                forbidden: self.forbidden,
                licences: self.licences,
                evidence_age: self.evidence_age,
                image_age: self.image_age,
                base: self.base,
                labels: self.labels,
                user: self.user,
                manual: self.manual.unwrap_or_default(),
                rego: self.rego.unwrap_or_default(),
            },
        }
    }
}

/// The stages with what an overlay has instead.
pub(crate) fn overlaid(stages: &Stages, overlay: &Overlay) -> Stages {
    let mut all = stages.clone();
    for (name, stage) in &overlay.stage {
        let base = all.remove(name).unwrap_or_default();
        all.insert(name.clone(), stage.clone().over(&base));
    }
    all
}
