//! Versions 2.2 and 2.3 as JSON.

use super::document::{Document, RawPackage};
use crate::{
    Report,
    error::Problem,
    json::{self, List, Nested, Object, Text, each},
    place::Lines,
    text::{MAX_NAME, short},
};
use serde::{Deserialize, de::MapAccess};

/// Reads the whole document.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawDocument {
        lines: Lines::new(text),
        document: Document::default(),
    };
    json::read(text, &mut raw)?;
    let known = |version: &str| matches!(version, "" | "SPDX-2.2" | "SPDX-2.3");
    Ok(raw.document.report(known))
}

/// Whether the document has the members of version 3 rather than those of version 2.
pub(super) fn is_version_3(text: &str) -> bool {
    #[derive(Default)]
    struct Kind(bool);

    impl<'de> Object<'de> for Kind {
        const NAMES: &'static [&'static str] = &["@context", "@graph", "spdxVersion"];

        fn member<A: MapAccess<'de>>(&mut self, name: &str, _: &mut A) -> Result<(), A::Error> {
            self.0 = name != "spdxVersion";
            // Nothing more is needed; the error ends the reading.
            Err(serde::de::Error::custom("known"))
        }
    }

    let mut kind = Kind::default();
    json::read(text, &mut kind).is_err() && kind.0
}

/// The outermost object.
struct RawDocument<'a> {
    lines: Lines<'a>,
    document: Document,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct CreationInfo<'a> {
    #[serde(borrow)]
    created: Text<'a>,
    #[serde(borrow)]
    creators: List<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct JsonPackage<'a> {
    #[serde(borrow, rename = "SPDXID")]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    version_info: Text<'a>,
    #[serde(borrow)]
    license_declared: Text<'a>,
    #[serde(borrow)]
    license_concluded: Text<'a>,
    #[serde(borrow)]
    external_refs: List<ExternalRef<'a>>,
    #[serde(borrow)]
    primary_package_purpose: Text<'a>,
    #[serde(borrow)]
    checksums: List<Checksum<'a>>,
    #[serde(borrow)]
    annotations: List<Annotation<'a>>,
    #[serde(borrow)]
    attribution_texts: List<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ExternalRef<'a> {
    #[serde(borrow)]
    reference_type: Text<'a>,
    #[serde(borrow)]
    reference_locator: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Checksum<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(borrow)]
    checksum_value: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Annotation<'a> {
    #[serde(borrow)]
    comment: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Relationship<'a> {
    #[serde(borrow)]
    spdx_element_id: Text<'a>,
    #[serde(borrow)]
    relationship_type: Text<'a>,
    #[serde(borrow)]
    related_spdx_element: Text<'a>,
}

impl<'de> Object<'de> for RawDocument<'de> {
    const NAMES: &'static [&'static str] = &[
        "spdxVersion",
        "name",
        "creationInfo",
        "documentDescribes",
        "packages",
        "relationships",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let document = &mut self.document;
        match name {
            "spdxVersion" => document.version = short(map.next_value::<Text<'_>>()?.as_str(), 40),
            "name" => document.name = short(map.next_value::<Text<'_>>()?.as_str(), MAX_NAME),
            "creationInfo" => {
                let info: CreationInfo<'_> = map.next_value::<Nested<_>>()?.0;
                document.created = short(info.created.as_str(), 100);
                info.creators
                    .0
                    .iter()
                    .for_each(|one| document.creator(one.as_str()));
            }
            "documentDescribes" => {
                let ids: List<Text<'_>> = map.next_value()?;
                ids.0.iter().for_each(|id| document.describes(id.as_str()));
            }
            "relationships" => map.next_value_seed(each(|raw: Relationship<'de>| {
                relate(document, &raw);
                Ok(())
            }))?,
            _ => {
                let lines = &mut self.lines;
                map.next_value_seed(each(|raw: JsonPackage<'de>| add(document, lines, &raw)))?;
            }
        }
        Ok(())
    }
}

fn relate(document: &mut Document, raw: &Relationship<'_>) {
    let (one, other) = (
        raw.spdx_element_id.as_str(),
        raw.related_spdx_element.as_str(),
    );
    match raw.relationship_type.as_str() {
        "DESCRIBES" if one == "SPDXRef-DOCUMENT" => document.describes(other),
        "DESCRIBED_BY" if other == "SPDXRef-DOCUMENT" => document.describes(one),
        _ => {}
    }
}

fn add(
    document: &mut Document,
    lines: &mut Lines<'_>,
    raw: &JsonPackage<'_>,
) -> Result<(), &'static str> {
    let mut purls = raw.external_refs.0.iter();
    let purl = purls.find(|one| one.reference_type.as_str().ends_with("purl"));
    let mut checksums = raw.checksums.0.iter();
    let sha256 = checksums.find(|one| one.algorithm.as_str() == "SHA256");
    let annotations = raw.annotations.0.iter().map(|note| note.comment.as_str());
    let notes = annotations.chain(raw.attribution_texts.0.iter().map(Text::as_str));
    document.add(&RawPackage {
        id: raw.id.as_str(),
        name: raw.name.as_str(),
        version: raw.version_info.as_str(),
        purl: purl.map_or("", |one| one.reference_locator.as_str()),
        purpose: raw.primary_package_purpose.as_str(),
        licences: [
            raw.license_declared.as_str(),
            raw.license_concluded.as_str(),
        ],
        sha256: sha256.map_or("", |one| one.checksum_value.as_str()),
        notes: notes.collect(),
        line: lines.line_of_part(raw.name.as_str()),
    })
}
