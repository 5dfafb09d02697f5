//! What one stage asks for.

use crate::MoreRules;
use hallmark_evidence::{Kind, Severity};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The rules of one stage. What is left out is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StageRules {
    /// How many people have to approve; nought means that nobody has to.
    pub approvals: u32,
    /// The earlier stages the image has to have been promoted to.
    pub requires: Vec<String>,
    /// The kinds of evidence that have to exist, for every platform.
    pub evidence: Vec<Kind>,
    /// The kinds whose every counting report has to be signed, and by whom.
    pub signed: Vec<SignedRule>,
    /// What test reports have to show.
    pub tests: Option<TestRules>,
    /// What scans have to show.
    pub scan: Option<ScanRules>,
    /// The rules that stand in a file each.
    pub more: MoreRules,
}

impl StageRules {
    /// The rules as a person would say them, a sentence each.
    pub fn in_words(&self) -> Vec<String> {
        let mut words = vec![match self.approvals {
            0 => "Nobody has to approve.".to_owned(),
            1 => "One person has to approve.".to_owned(),
            people => format!("{people} people have to approve."),
        }];
        words.extend(
            self.requires
                .iter()
                .map(|stage| format!("It was promoted to {stage} before.")),
        );
        words.extend(
            self.evidence
                .iter()
                .map(|kind| format!("A {} covers every platform.", kind.words())),
        );
        words.extend(self.signed.iter().map(SignedRule::in_words));
        words.extend(self.tests.as_ref().map(TestRules::in_words));
        words.extend(self.scan.as_ref().map(ScanRules::in_words));
        words.extend(self.more.in_words());
        words
    }
}

impl SignedRule {
    fn in_words(&self) -> String {
        let by = match &self.by {
            Signer::Anyone => "a member".to_owned(),
            Signer::Role(role) => format!("a member with the role {role}"),
            Signer::Member(name) => name.clone(),
        };
        format!("Every {} is signed by {by}.", self.kind.words())
    }
}

impl TestRules {
    fn in_words(&self) -> String {
        let skipped = match self.skipped {
            Level::Allow => "skipped ones are allowed",
            Level::Warn => "skipped ones are a warning",
            Level::Refuse => "none is skipped",
        };
        format!("All tests pass; {skipped}.")
    }
}

impl ScanRules {
    fn in_words(&self) -> String {
        let vex = match self.unsigned_vex {
            true => " VEX documents count whoever signed them.",
            false => "",
        };
        format!(
            "The scan is not older than {} days, and no finding of severity {} or above has a fix.{vex}",
            self.max_age_days, self.refuse_fixable
        )
    }
}

/// One kind of evidence that has to be signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRule {
    /// The kind.
    pub kind: Kind,
    /// By whom; left out: by any member.
    #[serde(default)]
    pub by: Signer,
}

/// Who has to have signed: `member`, `role:ci` or `member:ci@payments`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Signer {
    /// Any member of the workspace.
    #[default]
    Anyone,
    /// A member with this role.
    Role(String),
    /// This member.
    Member(String),
}

/// What test reports have to show. All tests have to pass; that has no switch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TestRules {
    /// What a skipped test means.
    pub skipped: Level,
}

/// How seriously something is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Allowed, and said.
    #[default]
    Allow,
    /// Allowed with a warning.
    Warn,
    /// Refused.
    Refuse,
}

/// What scans have to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScanRules {
    /// The oldest a scan may be, days of 24 hours; at least one.
    #[serde(deserialize_with = "at_least_one")]
    pub max_age_days: u32,
    /// The least severity of a fixable finding that is refused.
    pub refuse_fixable: Severity,
    /// Whether a VEX document counts that no member signed.
    pub unsigned_vex: bool,
}

impl Default for ScanRules {
    fn default() -> Self {
        Self {
            max_age_days: 7,
            refuse_fixable: Severity::High,
            unsigned_vex: false,
        }
    }
}

/// Nought days would refuse every scan, however new.
fn at_least_one<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    match u32::deserialize(deserializer)? {
        0 => Err(serde::de::Error::custom("max_age_days has to be 1 or more")),
        days => Ok(days),
    }
}

impl FromStr for Signer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "member" => Ok(Self::Anyone),
            Some(("role", name)) if !name.is_empty() => Ok(Self::Role(name.to_owned())),
            Some(("member", name)) if !name.is_empty() => Ok(Self::Member(name.to_owned())),
            _ => Err(format!(
                "“{text}” names no signer: write \"member\", \"role:ci\" or \"member:<name>\""
            )),
        }
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("member"),
            Self::Role(name) => write!(f, "role:{name}"),
            Self::Member(name) => write!(f, "member:{name}"),
        }
    }
}

impl Serialize for Signer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod words {
    use crate::Policy;

    #[test]
    fn the_default_golden_rules_can_be_read_aloud() {
        let rules = Policy::golden_default().stage("golden").in_words();
        assert_eq!(
            rules,
            [
                "One person has to approve.",
                "A test report covers every platform.",
                "A vulnerability scan covers every platform.",
                "All tests pass; skipped ones are allowed.",
                "The scan is not older than 7 days, and no finding of severity High or above has a fix.",
            ]
        );
    }
}
