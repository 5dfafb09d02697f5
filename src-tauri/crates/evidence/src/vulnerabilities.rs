//! Findings of a vulnerability scan, and the figures.

use crate::{Shared, json::LIMIT};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a vulnerability scan holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Vulnerabilities {
    /// The figures.
    pub summary: VulnSummary,
    /// The findings in the report's order, the suppressed ones among them.
    pub findings: Vec<Finding>,
    /// Whether packages were looked at at all. Without this, no finding means nothing.
    pub scanned: bool,
    /// The sorts of packages that were looked at, such as `os-pkgs`, each once, sorted.
    pub classes: Vec<String>,
}

impl Vulnerabilities {
    /// Counts and keeps a finding.
    pub(crate) fn add(&mut self, finding: Finding) -> Result<(), &'static str> {
        if self.findings.len() >= LIMIT {
            return Err("findings");
        }
        self.summary.count(&finding);
        self.findings.push(finding);
        Ok(())
    }
}

/// The figures of a scan. Suppressed findings are in `suppressed` and nowhere else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VulnSummary {
    /// All findings that are not suppressed: the sum of the five severities.
    pub total: u64,
    /// Of severity Critical.
    pub critical: u64,
    /// Of severity High.
    pub high: u64,
    /// Of severity Medium.
    pub medium: u64,
    /// Of severity Low, or negligible.
    pub low: u64,
    /// Of no severity that is known.
    pub unknown: u64,
    /// Those with a fixed version.
    pub fixable: u64,
    /// Those that a VEX document or an ignore file set aside in the scan itself.
    pub suppressed: u64,
}

impl VulnSummary {
    pub(crate) fn count(&mut self, finding: &Finding) {
        if finding.suppressed {
            self.suppressed += 1;
            return;
        }
        self.total += 1;
        self.fixable += u64::from(finding.fixed.is_some());
        match finding.severity {
            Severity::Critical => self.critical += 1,
            Severity::High => self.high += 1,
            Severity::Medium => self.medium += 1,
            Severity::Low => self.low += 1,
            Severity::Unknown => self.unknown += 1,
        }
    }
}

/// One vulnerability in one package. Texts that many findings have in common are kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The advisory's id, such as `CVE-2026-20771`.
    pub id: Shared,
    /// Its other names, such as the CVE of a GHSA.
    pub aliases: Box<[Shared]>,
    /// How bad it is, by the scanner's account.
    pub severity: Severity,
    /// Who says so: the advisory's publisher.
    pub source: Option<Shared>,
    /// The package's name.
    pub package: Shared,
    /// The version in the image.
    pub installed: Shared,
    /// The version, or versions, in which it is fixed.
    pub fixed: Option<Shared>,
    /// The advisory in a line.
    pub title: Option<Shared>,
    /// The part of the image: a lock file, or the system's packages.
    pub target: Option<Shared>,
    /// The scanner's status: `affected`, `fixed`, `will_not_fix`; `not_affected` and the
    /// like where it is suppressed.
    pub status: Option<Shared>,
    /// Where to read more. Foreign: shown, and opened only by a person.
    pub url: Option<Shared>,
    /// Whether a VEX document or an ignore file set it aside in the scan itself.
    pub suppressed: bool,
    /// The package URL.
    pub purl: Option<Shared>,
    /// Whether it is known to be exploited, by the scanner's account.
    pub exploited: bool,
    /// How likely it is to be exploited within 30 days (EPSS), in millionths.
    pub epss: Option<u32>,
    /// When the advisory was published.
    pub published: Option<Date>,
    /// Since when there is a fix.
    pub fixed_since: Option<Date>,
    /// The line in the report where it stands, from 1.
    pub line: Option<u32>,
}

/// How bad a finding is; ordered, `Critical` is the greatest.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// None that is known.
    #[default]
    Unknown,
    /// Low, or negligible.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl Severity {
    /// Reads a scanner's word, in any case; what it does not know is `Unknown`.
    pub fn from_word(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" | "negligible" => Self::Low,
            _ => Self::Unknown,
        }
    }

    /// The severity of a CVSS base score, by the words of the CVSS specification.
    pub(crate) fn of_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::Unknown,
        }
    }

    /// The lower-case name, as in a rule's id.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "Unknown",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        })
    }
}
