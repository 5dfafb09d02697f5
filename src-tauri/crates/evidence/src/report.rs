//! The one model that every report is read into.
//!
//! Names and texts in it are the report's own: foreign text, to be shown and never obeyed.

use crate::{Format, Kind, Tests, Vulnerabilities};
use hallmark_image::{Digest, Platform};
use jiff::Timestamp;
use serde::Serialize;

/// A report that was read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// How it is written.
    pub format: Format,
    /// What it speaks of.
    pub kind: Kind,
    /// The tool that wrote it, where it says so.
    pub tool: Option<Tool>,
    /// What it was made about, where it says so.
    pub subject: Option<Subject>,
    /// When it was made, by its own account. A time without a zone is taken as UTC.
    pub produced_at: Option<Timestamp>,
    /// Test results, in a report of tests.
    pub tests: Option<Tests>,
    /// Findings, in a vulnerability scan.
    pub vulnerabilities: Option<Vulnerabilities>,
    /// What a person should know before trusting the figures.
    pub warnings: Vec<String>,
}

/// The tool that wrote a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its name, such as `trivy`.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// What a report says that it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The name the tool was given; often a reference, sometimes a path.
    pub name: Option<String>,
    /// The manifest digest, where the report names exactly one.
    pub digest: Option<Digest>,
    /// The image's id: its config digest, with most engines.
    pub image_id: Option<Digest>,
    /// The manifest or index digests the engine knew the image by.
    pub repo_digests: Vec<Digest>,
    /// The platform that was looked at.
    pub platform: Option<Platform>,
}
