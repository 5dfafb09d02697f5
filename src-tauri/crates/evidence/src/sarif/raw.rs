//! The members of SARIF that are read; all others are passed over.

use crate::json::{List, Nested, Number, Text};
use serde::Deserialize;

/// The tool of a run.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawTool<'a> {
    #[serde(borrow)]
    pub(super) driver: Nested<Driver<'a>>,
    #[serde(borrow)]
    pub(super) extensions: List<Driver<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Driver<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) semantic_version: Text<'a>,
    #[serde(borrow)]
    pub(super) rules: List<RawRule<'a>, 200_000>,
}

/// What a result is an instance of.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RawRule<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) short_description: Nested<Message<'a>>,
    #[serde(borrow)]
    pub(super) full_description: Nested<Message<'a>>,
    #[serde(borrow)]
    pub(super) help: Nested<Message<'a>>,
    #[serde(borrow)]
    pub(super) help_uri: Text<'a>,
    #[serde(borrow)]
    pub(super) default_configuration: Nested<Configuration<'a>>,
    #[serde(borrow)]
    pub(super) properties: Nested<Properties<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Configuration<'a> {
    #[serde(borrow)]
    pub(super) level: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) text: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Properties<'a> {
    #[serde(rename = "security-severity")]
    pub(super) security_severity: Number,
    #[serde(borrow)]
    pub(super) tags: List<Text<'a>>,
    #[serde(borrow, alias = "purl")]
    pub(super) purls: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) fixed_version: Text<'a>,
}

/// One result.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RawResult<'a> {
    #[serde(borrow)]
    pub(super) rule_id: Text<'a>,
    pub(super) rule_index: Number,
    #[serde(borrow)]
    pub(super) rule: Nested<RuleReference<'a>>,
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) level: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Nested<Message<'a>>,
    #[serde(borrow)]
    pub(super) locations: List<Location<'a>>,
    #[serde(borrow)]
    pub(super) suppressions: List<Suppression<'a>>,
    #[serde(borrow)]
    pub(super) properties: Nested<Properties<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RuleReference<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    pub(super) index: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Suppression<'a> {
    #[serde(borrow)]
    pub(super) status: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Location<'a> {
    #[serde(borrow)]
    pub(super) physical_location: Nested<Physical<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Physical<'a> {
    #[serde(borrow)]
    pub(super) artifact_location: Nested<Artifact<'a>>,
    pub(super) region: Nested<Region>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Artifact<'a> {
    #[serde(borrow)]
    pub(super) uri: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: Number,
}

/// What Trivy says of the image in a run.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RunProperties<'a> {
    #[serde(borrow)]
    pub(super) image_name: Text<'a>,
    #[serde(borrow)]
    pub(super) repo_digests: List<Text<'a>>,
    #[serde(borrow, rename = "imageID")]
    pub(super) image_id: Text<'a>,
}

/// When the tool ran.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Invocation<'a> {
    #[serde(borrow)]
    pub(super) start_time_utc: Text<'a>,
    #[serde(borrow)]
    pub(super) end_time_utc: Text<'a>,
}
