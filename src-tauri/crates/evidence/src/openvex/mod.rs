//! OpenVEX documents, of version 0.0 to 0.2 (openvex.dev/ns).
//!
//! The older form names products and vulnerabilities by text alone, the newer one by objects.

use crate::{
    Format, Kind, Report, Shared, Subject, Tool, VexStatement, VexStatus,
    error::Problem,
    json::{self, List, Nested, Object, Text, each},
    place::Lines,
    purl,
    shared::Pool,
    text::short,
    time, vex,
};
use hallmark_image::Digest;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::fmt;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawDocument {
        lines: Lines::new(text),
        pool: Pool::default(),
        context: Text::default(),
        timestamp: Text::default(),
        updated: Text::default(),
        tooling: Text::default(),
        statements: Vec::new(),
        images: Subject::default(),
    };
    json::read(text, &mut raw)?;
    Ok(raw.report())
}

/// The outermost object.
struct RawDocument<'a> {
    lines: Lines<'a>,
    pool: Pool,
    context: Text<'a>,
    timestamp: Text<'a>,
    updated: Text<'a>,
    tooling: Text<'a>,
    statements: Vec<VexStatement>,
    /// The images among the products.
    images: Subject,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawStatement<'a> {
    #[serde(borrow)]
    vulnerability: Named<'a>,
    #[serde(borrow)]
    vulnerability_description: Text<'a>,
    #[serde(borrow)]
    products: List<Named<'a>>,
    #[serde(borrow)]
    subcomponents: List<Named<'a>>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    justification: Text<'a>,
    #[serde(borrow)]
    impact_statement: Text<'a>,
    #[serde(borrow)]
    action_statement: Text<'a>,
    #[serde(borrow)]
    status_notes: Text<'a>,
}

/// A vulnerability or a product: an object, or nothing but its name.
#[derive(Default)]
struct Named<'a> {
    text: Text<'a>,
    object: RawNamed<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawNamed<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, rename = "@id")]
    id: Text<'a>,
    #[serde(borrow)]
    aliases: List<Text<'a>>,
    #[serde(borrow)]
    identifiers: Nested<Identifiers<'a>>,
    #[serde(borrow)]
    hashes: Nested<Hashes<'a>>,
    #[serde(borrow)]
    subcomponents: List<Named<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Identifiers<'a> {
    #[serde(borrow)]
    purl: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Hashes<'a> {
    #[serde(borrow, rename = "sha-256", alias = "sha256")]
    sha_256: Text<'a>,
}

impl Named<'_> {
    /// The name of a vulnerability, or the best of a product's names.
    fn name(&self) -> &str {
        let object = &self.object;
        let names = [&object.name, &object.identifiers.purl, &object.id];
        names
            .into_iter()
            .find_map(Text::get)
            .unwrap_or(self.text.as_str())
    }

    fn digest(&self) -> Option<Digest> {
        let names = [
            self.object.id.as_str(),
            self.object.identifiers.purl.as_str(),
            self.text.as_str(),
        ];
        let by_name = names
            .into_iter()
            .find_map(|name| purl::parse(name)?.digest());
        let hash = self.object.hashes.sha_256.get();
        by_name.or_else(|| format!("sha256:{}", hash?).parse().ok())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Named<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(NamedVisitor)
    }
}

struct NamedVisitor;

impl<'de> Visitor<'de> for NamedVisitor {
    type Value = Named<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a name")
    }

    fn visit_unit<E: Error>(self) -> Result<Named<'de>, E> {
        Ok(Named::default())
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Named<'de>, E> {
        Ok(Named {
            text: Text::borrowed(name),
            object: RawNamed::default(),
        })
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Named<'de>, E> {
        Ok(Named {
            text: Text::owned(name),
            object: RawNamed::default(),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Named<'de>, A::Error> {
        Ok(Named {
            text: Text::default(),
            object: RawNamed::deserialize(MapAccessDeserializer::new(map))?,
        })
    }
}

impl<'de> Object<'de> for RawDocument<'de> {
    const NAMES: &'static [&'static str] = &[
        "@context",
        "timestamp",
        "last_updated",
        "tooling",
        "statements",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "@context" => self.context = map.next_value()?,
            "timestamp" => self.timestamp = map.next_value()?,
            "last_updated" => self.updated = map.next_value()?,
            "tooling" => self.tooling = map.next_value()?,
            _ => map.next_value_seed(each(|raw: RawStatement<'de>| self.add(&raw)))?,
        }
        Ok(())
    }
}

impl RawDocument<'_> {
    fn add(&mut self, raw: &RawStatement<'_>) -> Result<(), &'static str> {
        for product in &raw.products.0 {
            self.images.add(product.digest());
        }
        let inner = raw
            .products
            .0
            .iter()
            .flat_map(|product| &product.object.subcomponents.0);
        let parts: Vec<&Named<'_>> = raw.subcomponents.0.iter().chain(inner).collect();
        let words = [
            &raw.impact_statement,
            &raw.action_statement,
            &raw.status_notes,
        ];
        let words = words.into_iter().find_map(Text::get);
        let words = words.or(raw.vulnerability_description.get());
        let line = self.lines.line_of_part(raw.status.as_str());
        let pool = &mut self.pool;
        let aliases = raw.vulnerability.object.aliases.0.iter();
        let statement = VexStatement {
            id: pool.name(raw.vulnerability.name()),
            aliases: aliases
                .filter_map(|alias| pool.some(alias.as_str()))
                .collect(),
            products: names(pool, raw.products.0.iter()),
            parts: names(pool, parts.into_iter()),
            status: VexStatus::from_word(raw.status.as_str()),
            justification: pool.some(raw.justification.as_str()),
            words: words.and_then(|text| pool.some(text)),
            line,
        };
        vex::add(&mut self.statements, statement)
    }

    fn report(self) -> Report {
        let version = self
            .context
            .as_str()
            .rsplit("ns")
            .next()
            .unwrap_or_default();
        let known = matches!(
            version,
            "" | "/" | "/v0.0.0" | "/v0.0.1" | "/v0.0.2" | "/v0.2.0"
        );
        let new = (!known).then(|| {
            let version = short(version.trim_start_matches('/'), 40);
            format!("OpenVEX version {version} is not known; it is read as version 0.2.0")
        });
        let none = self.statements.is_empty();
        let none = none.then(|| "the document says nothing of any vulnerability".to_owned());
        let updated = time::timestamp(self.updated.as_str());
        Report {
            tool: Tool::named(self.tooling.as_str(), ""),
            subject: self.images.known(),
            produced_at: updated.or_else(|| time::timestamp(self.timestamp.as_str())),
            vex: Some(self.statements),
            warnings: new.into_iter().chain(none).collect(),
            ..Report::new(Format::Openvex, Kind::Vex)
        }
    }
}

fn names<'n, 'a: 'n>(pool: &mut Pool, named: impl Iterator<Item = &'n Named<'a>>) -> Vec<Shared> {
    named.filter_map(|named| pool.some(named.name())).collect()
}
