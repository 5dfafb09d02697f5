//! What JSON and XML have in common, once it is read: a component, a vulnerability.

use crate::json::{List, Nested, Number, Text};
use serde::Deserialize;

/// What the document is about, or the tool that wrote it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RawSubject<'a> {
    #[serde(borrow, rename = "bom-ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) purl: Text<'a>,
    #[serde(borrow)]
    pub(super) properties: List<Property<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Property<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) value: Text<'a>,
}

/// The tools: a list of them until 1.4, since then an object that holds components.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawTool<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) components: List<RawSubject<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) timestamp: Text<'a>,
    #[serde(borrow)]
    pub(super) tools: List<RawTool<'a>>,
    #[serde(borrow)]
    pub(super) component: Nested<RawSubject<'a>>,
}

/// A licence: by id or name, or an expression.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawLicence<'a> {
    #[serde(borrow)]
    pub(super) license: Nested<License<'a>>,
    #[serde(borrow)]
    pub(super) expression: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct License<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) name: Text<'a>,
}

/// A component without those nested in it.
#[derive(Default)]
pub(super) struct RawComponent<'a> {
    pub(super) reference: Text<'a>,
    pub(super) sort: Text<'a>,
    pub(super) group: Text<'a>,
    pub(super) name: Text<'a>,
    pub(super) version: Text<'a>,
    pub(super) purl: Text<'a>,
    pub(super) licences: List<RawLicence<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawVulnerability<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) source: Nested<Source<'a>>,
    #[serde(borrow)]
    pub(super) references: List<Reference<'a>>,
    #[serde(borrow)]
    pub(super) ratings: List<Rating<'a>>,
    #[serde(borrow)]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) recommendation: Text<'a>,
    #[serde(borrow)]
    pub(super) published: Text<'a>,
    #[serde(borrow)]
    pub(super) analysis: Nested<Analysis<'a>>,
    #[serde(borrow)]
    pub(super) affects: List<Affected<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) url: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Reference<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Rating<'a> {
    #[serde(borrow)]
    pub(super) source: Nested<Source<'a>>,
    pub(super) score: Number,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Analysis<'a> {
    #[serde(borrow)]
    pub(super) state: Text<'a>,
    #[serde(borrow)]
    pub(super) justification: Text<'a>,
    #[serde(borrow)]
    pub(super) detail: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Affected<'a> {
    #[serde(borrow, rename = "ref")]
    pub(super) reference: Text<'a>,
    #[serde(borrow)]
    pub(super) versions: List<Version<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Version<'a> {
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) range: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
}
