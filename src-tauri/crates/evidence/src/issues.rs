//! Findings that are about something else than vulnerabilities: of linters, of code and
//! configuration scanners.

use crate::{Shared, json::LIMIT};
use serde::Serialize;

/// One place where a rule is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Issue {
    /// The rule's id.
    pub rule: Shared,
    /// How grave it is, by the tool's account.
    pub level: IssueLevel,
    /// What is wrong.
    pub message: Option<Shared>,
    /// The file, and line if known, as `src/main.rs:12`.
    pub source: Option<Shared>,
    /// Whether it was set aside in the report itself.
    pub suppressed: bool,
    /// The line in the report where it stands, from 1.
    pub line: Option<u64>,
}

/// How grave an issue is; ordered, `Error` is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IssueLevel {
    /// No problem, or none that is known.
    None,
    /// Worth knowing.
    Note,
    /// Probably wrong.
    Warning,
    /// Wrong.
    Error,
}

impl IssueLevel {
    /// Reads SARIF's word (SARIF 2.1.0, 3.27.10), where it is one.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        match word {
            "error" => Some(Self::Error),
            "warning" => Some(Self::Warning),
            "note" => Some(Self::Note),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Keeps an issue.
pub(crate) fn add(issues: &mut Vec<Issue>, issue: Issue) -> Result<(), &'static str> {
    if issues.len() >= LIMIT {
        return Err("findings");
    }
    issues.push(issue);
    Ok(())
}
