//! The result of each rule, and of all together.

use hallmark_image::Digest;
use serde::Serialize;

/// A stage's rules, judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Evaluation {
    /// Fail if any check fails, else warn if any warns, else pass.
    pub verdict: Verdict,
    /// The checks, failing first, then warnings, then the others.
    pub checks: Vec<Check>,
}

/// What all checks come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every rule is met.
    Pass,
    /// Every rule is met; something should be looked at.
    Warn,
    /// A rule is not met: the stage is refused.
    Fail,
}

/// One rule's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The rule's stable id, such as `tests-pass`.
    pub rule: String,
    /// The rule in words.
    pub title: String,
    /// The result.
    pub verdict: CheckVerdict,
    /// Why, in a sentence with the figures.
    pub reason: String,
    /// The reports that were read for it, by the digest of their bytes.
    pub evidence: Vec<Digest>,
    /// Who vouches for those, each in words, once.
    pub vouched: Vec<String>,
}

/// What one rule comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckVerdict {
    /// Not met.
    Fail,
    /// Met, with something to look at.
    Warn,
    /// Not met, and accepted by a waiver.
    Waived,
    /// Met.
    Pass,
}

impl Evaluation {
    /// Orders the checks and adds them up.
    pub(crate) fn of(mut checks: Vec<Check>) -> Self {
        checks.sort_by_key(|check| check.verdict);
        let verdict = match checks.first().map(|check| check.verdict) {
            Some(CheckVerdict::Fail) => Verdict::Fail,
            Some(CheckVerdict::Warn) => Verdict::Warn,
            _ => Verdict::Pass,
        };
        Self { verdict, checks }
    }

    /// How many checks have this verdict.
    pub fn count(&self, verdict: CheckVerdict) -> usize {
        let all = self.checks.iter();
        all.filter(|check| check.verdict == verdict).count()
    }
}
