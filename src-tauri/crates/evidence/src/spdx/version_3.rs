//! Version 3.0 as JSON-LD: a graph of elements that name each other.
//!
//! Packages are elements of the type `software_Package` and of those derived from it. Their
//! licences stand in relationships to other elements.

use super::document::{Document, RawPackage};
use crate::{
    Report, Shared, Tool,
    error::Problem,
    json::{self, LIMIT, List, Object, Text, each},
    place::Lines,
    text::{MAX_NAME, short},
};
use serde::{Deserialize, de::MapAccess};
use std::collections::HashMap;

/// Reads the whole document.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = Graph {
        lines: Lines::new(text),
        document: Document::default(),
        packages: HashMap::new(),
        licences: HashMap::new(),
        licensed: Vec::new(),
    };
    json::read(text, &mut raw)?;
    raw.settle();
    let known = |version: &str| version.is_empty() || version.starts_with("3.0");
    Ok(raw.document.report(known))
}

/// The outermost object.
struct Graph<'a> {
    lines: Lines<'a>,
    document: Document,
    /// Where each package stands.
    packages: HashMap<Shared, usize>,
    /// The expression of each licence.
    licences: HashMap<Shared, Shared>,
    /// Which package has which licence.
    licensed: Vec<(Shared, Shared)>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Element<'a> {
    #[serde(borrow, rename = "type", alias = "@type")]
    sort: Text<'a>,
    #[serde(borrow, alias = "@id")]
    spdx_id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    created: Text<'a>,
    #[serde(borrow)]
    spec_version: Text<'a>,
    #[serde(borrow)]
    root_element: List<Text<'a>>,
    #[serde(borrow, rename = "software_packageVersion")]
    version: Text<'a>,
    #[serde(borrow, rename = "software_packageUrl")]
    purl: Text<'a>,
    #[serde(borrow, rename = "software_primaryPurpose")]
    purpose: Text<'a>,
    #[serde(borrow)]
    external_identifier: List<Identifier<'a>>,
    #[serde(borrow)]
    verified_using: List<Hash<'a>>,
    #[serde(borrow, rename = "simplelicensing_licenseExpression")]
    expression: Text<'a>,
    #[serde(borrow)]
    relationship_type: Text<'a>,
    #[serde(borrow)]
    from: Text<'a>,
    #[serde(borrow)]
    to: List<Text<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Identifier<'a> {
    #[serde(borrow)]
    external_identifier_type: Text<'a>,
    #[serde(borrow)]
    identifier: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Hash<'a> {
    #[serde(borrow)]
    algorithm: Text<'a>,
    #[serde(borrow)]
    hash_value: Text<'a>,
}

impl<'de> Object<'de> for Graph<'de> {
    const NAMES: &'static [&'static str] = &["@graph"];

    fn member<A: MapAccess<'de>>(&mut self, _: &str, map: &mut A) -> Result<(), A::Error> {
        map.next_value_seed(each(|element: Element<'de>| self.add(&element)))
    }
}

impl Graph<'_> {
    fn add(&mut self, element: &Element<'_>) -> Result<(), &'static str> {
        let document = &mut self.document;
        match element.sort.as_str() {
            sort if sort.ends_with("Package") => return self.package(element),
            "CreationInfo" if document.created.is_empty() => {
                document.created = short(element.created.as_str(), 100);
                document.version = short(element.spec_version.as_str(), 40);
            }
            "SpdxDocument" => {
                document.name = short(element.name.as_str(), MAX_NAME);
                element
                    .root_element
                    .0
                    .iter()
                    .for_each(|id| document.describes(id.as_str()));
            }
            "software_Sbom" | "Bom" => {
                element
                    .root_element
                    .0
                    .iter()
                    .for_each(|id| document.describes(id.as_str()));
            }
            "Tool" if document.tool.is_none() => {
                document.tool = Tool::named(element.name.as_str(), "");
            }
            "Relationship" => return self.relate(element),
            _ => self.licence(element)?,
        }
        Ok(())
    }

    fn package(&mut self, element: &Element<'_>) -> Result<(), &'static str> {
        let mut others = element.external_identifier.0.iter();
        let other = others.find(|one| one.external_identifier_type.as_str() == "packageUrl");
        let purl = element
            .purl
            .get()
            .or(other.and_then(|one| one.identifier.get()));
        let mut hashes = element.verified_using.0.iter();
        let sha256 = hashes.find(|one| one.algorithm.as_str() == "sha256");
        let at = self.document.len();
        self.document.add(&RawPackage {
            id: element.spdx_id.as_str(),
            name: element.name.as_str(),
            version: element.version.as_str(),
            purl: purl.unwrap_or_default(),
            purpose: element.purpose.as_str(),
            sha256: sha256.map_or("", |one| one.hash_value.as_str()),
            line: self.lines.line_of_part(element.name.as_str()),
            ..RawPackage::default()
        })?;
        let id = self.document.pool.name(element.spdx_id.as_str());
        self.packages.insert(id, at);
        Ok(())
    }

    fn licence(&mut self, element: &Element<'_>) -> Result<(), &'static str> {
        if let Some(expression) = element.expression.get().or(element.name.get()) {
            let is_licence =
                !element.expression.is_empty() || element.sort.as_str().contains("icens");
            if is_licence {
                limit(self.licences.len())?;
                let pool = &mut self.document.pool;
                let id = pool.name(element.spdx_id.as_str());
                let expression = pool.name(expression);
                self.licences.insert(id, expression);
            }
        }
        Ok(())
    }

    fn relate(&mut self, element: &Element<'_>) -> Result<(), &'static str> {
        let sort = element.relationship_type.as_str();
        if sort == "hasDeclaredLicense" || sort == "hasConcludedLicense" {
            limit(self.licensed.len())?;
            let pool = &mut self.document.pool;
            let from = pool.name(element.from.as_str());
            for to in &element.to.0 {
                self.licensed.push((from.clone(), pool.name(to.as_str())));
            }
        }
        Ok(())
    }

    /// Tells each package its licences, now that all elements are known.
    fn settle(&mut self) {
        for (package, licence) in std::mem::take(&mut self.licensed) {
            let at = self.packages.get(&package);
            let expression = self.licences.get(&licence);
            if let (Some(at), Some(expression)) = (at, expression) {
                self.document.licence(*at, expression.clone());
            }
        }
    }
}

/// As many licences as packages.
fn limit(so_far: usize) -> Result<(), &'static str> {
    (so_far < LIMIT).then_some(()).ok_or("packages")
}
