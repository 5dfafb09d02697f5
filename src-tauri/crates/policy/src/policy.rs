//! A policy's text, read and checked as a whole.
//!
//! The text itself is kept: its digest is what a decision names, and a person's comments
//! survive.

use crate::{PolicyError, ScanRules, SignedRule, StageRules, TestRules};
use hallmark_evidence::Kind;
use hallmark_image::Digest;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

const GOLDEN: &str = include_str!("golden.toml");
const VERSION: u32 = 1;
const MAX_POLICY_BYTES: usize = 1024 * 1024;

/// A policy that was read and found right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    text: String,
    stages: BTreeMap<String, StageRules>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: Spanned<u32>,
    #[serde(default)]
    stage: BTreeMap<String, RawStage>,
}

/// A stage as it is written, with the places that are checked later.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawStage {
    approvals: u32,
    requires: Vec<Spanned<String>>,
    evidence: Vec<Kind>,
    signed: Vec<SignedRule>,
    tests: Option<TestRules>,
    scan: Option<ScanRules>,
}

impl Policy {
    /// Reads a policy.
    ///
    /// # Errors
    /// Names line, column and reason of the first thing that is wrong: no TOML, an unknown
    /// key or value, a version this program does not know, or a rule that contradicts itself.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.len() > MAX_POLICY_BYTES {
            return Err(PolicyError::at(text, 0, "the policy is larger than 1 MiB"));
        }
        let document: Document = toml::from_str(text).map_err(|error| refused(text, &error))?;
        check_version(text, &document.version)?;
        check_requires(text, &document.stage)?;
        let stages = document.stage.into_iter();
        Ok(Self {
            text: text.to_owned(),
            stages: stages.map(|(name, raw)| (name, raw.rules())).collect(),
        })
    }

    /// The policy a new workspace begins with.
    pub fn golden_default() -> Self {
        // The text is part of the program and a test reads it, so this cannot be the empty
        // policy; and even that one would refuse every stage.
        Self::parse(GOLDEN).unwrap_or_else(|_| Self {
            text: GOLDEN.to_owned(),
            stages: BTreeMap::new(),
        })
    }

    /// The text, exactly as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The digest of the text: the policy's name in a decision.
    pub fn digest(&self) -> Digest {
        Digest::sha256(&self.text)
    }

    /// Whether the policy has rules for the stage.
    pub fn has_stage(&self, name: &str) -> bool {
        self.stages.contains_key(name)
    }

    /// The names of the stages, sorted.
    pub fn stages(&self) -> impl Iterator<Item = &str> {
        self.stages.keys().map(String::as_str)
    }

    /// The stage's rules. For a stage that the policy lacks, one approval and nothing else;
    /// [`evaluate`](crate::evaluate) refuses it.
    pub fn stage(&self, name: &str) -> StageRules {
        self.stages.get(name).cloned().unwrap_or(StageRules {
            approvals: 1,
            ..StageRules::default()
        })
    }
}

fn refused(text: &str, error: &toml::de::Error) -> PolicyError {
    let at = error.span().map_or(0, |span| span.start);
    PolicyError::at(text, at, error.message())
}

fn check_version(text: &str, version: &Spanned<u32>) -> Result<(), PolicyError> {
    match *version.get_ref() {
        VERSION => Ok(()),
        other => {
            let reason = format!("version {other} is not known; this program reads version 1");
            Err(PolicyError::at(text, version.span().start, reason))
        }
    }
}

/// Every stage that is required has to exist, and none may wait for itself.
fn check_requires(text: &str, stages: &BTreeMap<String, RawStage>) -> Result<(), PolicyError> {
    for (name, stage) in stages {
        for earlier in &stage.requires {
            let reason = match stages.contains_key(earlier.get_ref()) {
                false => format!("no stage is named “{}”", earlier.get_ref()),
                true if waits_for(stages, earlier.get_ref(), name) => {
                    format!("the stage “{name}” would wait for itself")
                }
                true => continue,
            };
            return Err(PolicyError::at(text, earlier.span().start, reason));
        }
    }
    Ok(())
}

/// Whether `stage` is `other`, or requires it at some remove.
fn waits_for(stages: &BTreeMap<String, RawStage>, stage: &str, other: &str) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next = vec![stage];
    while let Some(name) = next.pop() {
        if name == other {
            return true;
        }
        if seen.insert(name) {
            let rules = stages.get(name).into_iter();
            next.extend(
                rules
                    .flat_map(|rules| &rules.requires)
                    .map(|r| r.get_ref().as_str()),
            );
        }
    }
    false
}

impl RawStage {
    fn rules(self) -> StageRules {
        StageRules {
            approvals: self.approvals,
            requires: self.requires.into_iter().map(Spanned::into_inner).collect(),
            evidence: self.evidence,
            signed: self.signed,
            tests: self.tests,
            scan: self.scan,
        }
    }
}
