//! The JSON form.

use super::{
    bom::Bom,
    raw::{Metadata, RawComponent, RawVulnerability},
};
use crate::{
    Report,
    error::Problem,
    json::{self, Inner, Nested, Object, Text, each, too_many},
    place::Lines,
};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Reads the whole document.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawBom {
        lines: Lines::new(text),
        version: Text::default(),
        metadata: Metadata::default(),
        bom: Bom::default(),
    };
    json::read(text, &mut raw)?;
    Ok(raw.bom.report(raw.version.as_str(), &raw.metadata))
}

/// The outermost object.
struct RawBom<'a> {
    lines: Lines<'a>,
    version: Text<'a>,
    metadata: Metadata<'a>,
    bom: Bom,
}

impl<'de> Object<'de> for RawBom<'de> {
    const NAMES: &'static [&'static str] =
        &["specVersion", "metadata", "components", "vulnerabilities"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let (bom, lines) = (&mut self.bom, &mut self.lines);
        match name {
            "specVersion" => self.version = map.next_value()?,
            "metadata" => self.metadata = map.next_value::<Nested<_>>()?.0,
            "components" => map.next_value_seed(Components { bom, lines })?,
            _ => map.next_value_seed(each(|raw: RawVulnerability<'de>| {
                let line = lines.line_of_part(raw.id.as_str());
                bom.vulnerability(&raw, line)
            }))?,
        }
        Ok(())
    }
}

/// An array of components, each of which may hold another.
struct Components<'s, 'a> {
    bom: &'s mut Bom,
    lines: &'s mut Lines<'a>,
}

impl<'de> DeserializeSeed<'de> for Components<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Components<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or null")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { bom, lines } = self;
        loop {
            let mut one = Component {
                bom: &mut *bom,
                lines: &mut *lines,
                at: None,
                line: None,
                raw: RawComponent::default(),
            };
            match seq.next_element_seed(Inner(&mut one))? {
                Some(()) => one.finish().map_err(too_many)?,
                None => return Ok(()),
            }
        }
    }
}

/// One component.
struct Component<'s, 'a> {
    bom: &'s mut Bom,
    lines: &'s mut Lines<'a>,
    /// Its place among the packages, once it is known.
    at: Option<usize>,
    line: Option<u64>,
    raw: RawComponent<'a>,
}

impl<'de> Object<'de> for Component<'_, 'de> {
    const NAMES: &'static [&'static str] = &[
        "bom-ref",
        "type",
        "group",
        "name",
        "version",
        "purl",
        "licenses",
        "components",
    ];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let raw = &mut self.raw;
        match name {
            "bom-ref" => raw.reference = map.next_value()?,
            "type" => raw.sort = map.next_value()?,
            "group" => raw.group = map.next_value()?,
            "name" => {
                raw.name = map.next_value()?;
                self.line = self.lines.line_of_part(raw.name.as_str());
            }
            "version" => raw.version = map.next_value()?,
            "purl" => raw.purl = map.next_value()?,
            "licenses" => raw.licences = map.next_value()?,
            _ => {
                self.place().map_err(too_many)?;
                let (bom, lines) = (&mut *self.bom, &mut *self.lines);
                map.next_value_seed(Components { bom, lines })?;
            }
        }
        Ok(())
    }
}

impl Component<'_, '_> {
    fn place(&mut self) -> Result<usize, &'static str> {
        match self.at {
            Some(at) => Ok(at),
            None => {
                let at = self.bom.begin()?;
                self.at = Some(at);
                Ok(at)
            }
        }
    }

    fn finish(mut self) -> Result<(), &'static str> {
        self.bom.has_components = true;
        let at = self.place()?;
        self.bom.end(at, &self.raw, self.line);
        Ok(())
    }
}
