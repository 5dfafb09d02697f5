//! The members of Trivy's report that are read; all others are passed over.

use super::results::{Findings, Results};
use crate::json::{List, Text};
use serde::Deserialize;

/// The outermost object.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawReport<'a> {
    #[serde(borrow)]
    pub(super) schema_version: Text<'a>,
    #[serde(borrow)]
    pub(super) trivy: Option<Program<'a>>,
    #[serde(borrow)]
    pub(super) created_at: Text<'a>,
    #[serde(borrow)]
    pub(super) artifact_name: Text<'a>,
    #[serde(borrow)]
    pub(super) metadata: Option<Metadata<'a>>,
    pub(super) results: Results,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Program<'a> {
    #[serde(borrow)]
    pub(super) version: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Metadata<'a> {
    #[serde(borrow, rename = "ImageID")]
    pub(super) image_id: Text<'a>,
    #[serde(borrow)]
    pub(super) repo_digests: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) image_config: Option<ImageConfig<'a>>,
}

/// The part of the image's config that Trivy repeats.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ImageConfig<'a> {
    #[serde(borrow)]
    pub(super) os: Text<'a>,
    #[serde(borrow)]
    pub(super) architecture: Text<'a>,
    #[serde(borrow)]
    pub(super) variant: Text<'a>,
}

/// One target: the system's packages, a lock file, a file with secrets.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawResult<'a> {
    #[serde(borrow)]
    pub(super) target: Text<'a>,
    #[serde(borrow)]
    pub(super) class: Text<'a>,
    pub(super) vulnerabilities: Findings,
    pub(super) secrets: Presence,
    pub(super) misconfigurations: Presence,
    #[serde(rename = "ExperimentalModifiedFindings")]
    pub(super) modified: Modified,
}

/// Suppressed findings.
#[derive(Default)]
pub(super) struct Modified(pub(super) Vec<crate::Finding>);

/// Whether a member is there and not null.
#[derive(Default)]
pub(super) struct Presence(pub(super) bool);

impl<'de> Deserialize<'de> for Presence {
    fn deserialize<D: serde::Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let value = Option::<serde::de::IgnoredAny>::deserialize(json)?;
        Ok(Self(value.is_some()))
    }
}

/// A finding that a VEX document or an ignore file changed.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawModified<'a> {
    #[serde(borrow, rename = "Type")]
    pub(super) sort: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) finding: Option<RawFinding<'a>>,
}

/// A vulnerability in a package.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct RawFinding<'a> {
    #[serde(borrow, rename = "VulnerabilityID")]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) pkg_name: Text<'a>,
    #[serde(borrow)]
    pub(super) installed_version: Text<'a>,
    #[serde(borrow)]
    pub(super) fixed_version: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    #[serde(borrow, rename = "PrimaryURL")]
    pub(super) url: Text<'a>,
    #[serde(borrow)]
    pub(super) pkg_identifier: Option<Identifier<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Identifier<'a> {
    #[serde(borrow, rename = "PURL")]
    pub(super) purl: Text<'a>,
}
