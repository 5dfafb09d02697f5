//! The members of Trivy's report that are read whole; all others are passed over.

use crate::json::{List, Text};
use serde::Deserialize;

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
    #[serde(borrow, rename = "VendorIDs")]
    pub(super) vendor_ids: List<Text<'a>>,
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
    pub(super) severity_source: Text<'a>,
    #[serde(borrow)]
    pub(super) title: Text<'a>,
    #[serde(borrow, rename = "PrimaryURL")]
    pub(super) url: Text<'a>,
    #[serde(borrow)]
    pub(super) published_date: Text<'a>,
    #[serde(borrow)]
    pub(super) pkg_identifier: Option<Identifier<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Identifier<'a> {
    #[serde(borrow, rename = "PURL")]
    pub(super) purl: Text<'a>,
}
