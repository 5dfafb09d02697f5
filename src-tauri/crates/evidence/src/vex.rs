//! What a VEX document says of vulnerabilities: which apply, and which do not.

use crate::{Shared, json::LIMIT};
use serde::Serialize;

/// One vulnerability in some products, and where it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VexStatement {
    /// The vulnerability's id, such as `CVE-2026-20771`.
    pub id: Shared,
    /// Its other names.
    pub aliases: Vec<Shared>,
    /// The products it speaks of, as package URLs or other names.
    pub products: Vec<Shared>,
    /// The parts of these products that it is about, where it says so.
    pub parts: Vec<Shared>,
    /// Where it stands.
    pub status: VexStatus,
    /// Why it does not apply, in the standard's word, such as `component_not_present`.
    pub justification: Option<Shared>,
    /// Why it does not apply, or what to do, in the author's words.
    pub words: Option<Shared>,
    /// The line in the report where it stands, from 1.
    pub line: Option<u64>,
}

/// Where a vulnerability stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VexStatus {
    /// It does not apply.
    NotAffected,
    /// It applies.
    Affected,
    /// It applied, and is fixed.
    Fixed,
    /// Nobody knows yet; also what a report says in a word that is not known.
    UnderInvestigation,
}

impl VexStatus {
    /// Reads the word of OpenVEX or of CycloneDX.
    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "not_affected" | "false_positive" => Self::NotAffected,
            "affected" | "exploitable" => Self::Affected,
            "fixed" | "resolved" | "resolved_with_pedigree" => Self::Fixed,
            _ => Self::UnderInvestigation,
        }
    }
}

/// Keeps a statement.
pub(crate) fn add(
    statements: &mut Vec<VexStatement>,
    statement: VexStatement,
) -> Result<(), &'static str> {
    if statements.len() >= LIMIT {
        return Err("statements");
    }
    statements.push(statement);
    Ok(())
}
