//! The XML form.
//!
//! An element's text belongs to what its nearest names say: `component`, `name` is the name
//! of the innermost component, wherever else a `name` stands.

use super::{
    bom::Bom,
    raw::{Metadata, RawComponent, RawSubject, RawVulnerability},
};
use crate::{
    Report,
    error::Problem,
    json::{LIMIT, List, Nested, Number, Text},
    text::{Bounded, MAX_NAME, short},
    xml::{self, Stop, Visit},
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// Reads the whole document.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut walk = Walk::default();
    xml::walk(text, &mut walk)?;
    Ok(walk.bom.report(&walk.version, &walk.metadata))
}

/// A component, and where it stands; one that is not counted stands nowhere.
struct Open {
    at: Option<usize>,
    line: u64,
    raw: RawComponent<'static>,
}

#[derive(Default)]
struct Walk {
    /// The names of the open elements.
    path: Vec<String>,
    text: Bounded<MAX_NAME>,
    components: Vec<Open>,
    vulnerability: Option<(u64, RawVulnerability<'static>)>,
    version: String,
    metadata: Metadata<'static>,
    bom: Bom,
}

impl Visit for Walk {
    fn begin(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop> {
        let name = element.local_name();
        let name: &str = name.as_ref();
        self.text = Bounded::default();
        match (name, self.around()) {
            ("bom", _) if self.path.is_empty() => self.version = version(element)?,
            ("component", _) => self.component(element, line)?,
            ("vulnerability", "vulnerabilities") => {
                self.vulnerability = Some((line, RawVulnerability::default()));
            }
            ("property", "properties") if self.is_subject() => self.property(element)?,
            ("tool", "tools") => more(&mut self.metadata.tools),
            _ => self.list(name),
        }
        self.path.push(short(name, 60));
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        let text = std::mem::take(&mut self.text);
        let text = Text::owned(text.as_str().trim());
        let Some(name) = self.path.pop() else {
            return Ok(());
        };
        match name.as_str() {
            "component" => self.end_component()?,
            "vulnerability" => self.end_vulnerability()?,
            name => self.leaf(name, text),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        self.text.push(text);
    }
}

fn version(element: &BytesStart<'_>) -> Result<String, AttrError> {
    let mut version = String::new();
    // The version stands at the end of the namespace: `http://cyclonedx.org/schema/bom/1.6`.
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute?;
        let value = xml::unescape(&attribute.value);
        if let Some((_, found)) = value.split_once("cyclonedx.org/schema/bom/") {
            version = short(found, 40);
        }
    }
    Ok(version)
}

fn too_many(what: &'static str) -> Problem {
    Problem::TooMany { limit: LIMIT, what }
}

impl Walk {
    /// The innermost open element.
    fn around(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Within the one component that the document is about.
    fn is_subject(&self) -> bool {
        let names: Vec<&str> = self.path.iter().take(3).map(String::as_str).collect();
        names == ["bom", "metadata", "component"] && self.components.len() == 1
    }

    /// What was found in a component's files is not what it says of itself.
    fn is_aside(&self) -> bool {
        self.path.iter().any(|name| name == "evidence")
    }

    /// Components count where nothing but components is around them.
    fn is_counted(&self) -> bool {
        let mut around = self.path.iter().skip(1);
        self.around() == "components"
            && around.all(|name| matches!(name.as_str(), "components" | "component"))
    }

    fn component(&mut self, element: &BytesStart<'_>, line: u64) -> Result<(), Stop> {
        let at = match self.is_counted() {
            true => Some(self.bom.begin().map_err(too_many)?),
            false => None,
        };
        let mut raw = RawComponent::default();
        xml::attributes(element, |key, value| match key {
            "bom-ref" => raw.reference = Text::owned(&short(&value, MAX_NAME)),
            "type" => raw.sort = Text::owned(&short(&value, MAX_NAME)),
            _ => {}
        })?;
        self.components.push(Open { at, line, raw });
        Ok(())
    }

    fn end_component(&mut self) -> Result<(), Problem> {
        let Some(open) = self.components.pop() else {
            return Ok(());
        };
        let raw = open.raw;
        if let Some(at) = open.at {
            self.bom.has_components = true;
            self.bom.end(at, &raw, Some(open.line));
        } else if self.path == ["bom", "metadata"] {
            let properties = std::mem::take(&mut self.metadata.component.properties);
            self.metadata.component = Nested(RawSubject {
                reference: raw.reference,
                name: raw.name,
                version: raw.version,
                purl: raw.purl,
                properties,
            });
        } else if self.path == ["bom", "metadata", "tools", "components"] {
            more(&mut self.metadata.tools);
            last(&mut self.metadata.tools, |tool| {
                (tool.name, tool.version) = (raw.name, raw.version);
            });
        }
        Ok(())
    }

    fn property(&mut self, element: &BytesStart<'_>) -> Result<(), AttrError> {
        let properties = &mut self.metadata.component.properties;
        more(properties);
        xml::attributes(element, |key, value| {
            if key == "name" {
                let name = Text::owned(&short(&value, MAX_NAME));
                last(properties, |property| property.name = name);
            }
        })
    }

    /// Begins an element of one of a vulnerability's or a component's lists.
    fn list(&mut self, name: &str) {
        if self.is_aside() {
            return;
        }
        let around = self.path.last().map_or("", String::as_str);
        if let Some((_, bug)) = &mut self.vulnerability {
            match (around, name) {
                ("ratings", "rating") => more(&mut bug.ratings),
                ("references", "reference") => more(&mut bug.references),
                ("affects", "target") => more(&mut bug.affects),
                ("versions", "version") => last(&mut bug.affects, |one| more(&mut one.versions)),
                _ => {}
            }
        } else if let (Some(open), "licenses", "license" | "expression") =
            (self.components.last_mut(), around, name)
        {
            more(&mut open.raw.licences);
        }
    }

    fn end_vulnerability(&mut self) -> Result<(), Problem> {
        match self.vulnerability.take() {
            Some((line, raw)) => {
                let added = self.bom.vulnerability(&raw, Some(line));
                added.map_err(too_many)
            }
            None => Ok(()),
        }
    }

    /// An element with nothing but text in it.
    fn leaf(&mut self, name: &str, text: Text<'static>) {
        if self.is_aside() {
            return;
        }
        let around = self.path.last().map_or("", String::as_str);
        if let Some((_, bug)) = &mut self.vulnerability {
            let outer = self.path.iter().rev().nth(1).map_or("", String::as_str);
            return vulnerability_leaf(bug, outer, around, name, text);
        }
        match (around, name) {
            ("metadata", "timestamp") => self.metadata.timestamp = text,
            ("properties", "property") if self.is_subject() => {
                last(&mut self.metadata.component.properties, |one| {
                    one.value = text;
                });
            }
            ("tool", "name") => last(&mut self.metadata.tools, |tool| tool.name = text),
            ("tool", "version") => last(&mut self.metadata.tools, |tool| tool.version = text),
            _ => {
                if let Some(open) = self.components.last_mut() {
                    component_leaf(&mut open.raw, around, name, text);
                }
            }
        }
    }
}

/// The most elements that are kept of a list within an element.
const KEPT: usize = 10_000;

/// Begins one more element of a list.
fn more<T: Default>(list: &mut List<T>) {
    if list.0.len() < KEPT {
        list.0.push(T::default());
    }
}

/// Sets something of the element of a list that began last.
fn last<T>(list: &mut List<T>, set: impl FnOnce(&mut T)) {
    if let Some(one) = list.0.last_mut() {
        set(one);
    }
}

fn component_leaf(raw: &mut RawComponent<'static>, around: &str, name: &str, text: Text<'static>) {
    match (around, name) {
        ("component", "group") => raw.group = text,
        ("component", "name") => raw.name = text,
        ("component", "version") => raw.version = text,
        ("component", "purl") => raw.purl = text,
        ("license" | "licenses", _) => {
            last(&mut raw.licences, |licence| match name {
                "id" => licence.license.id = text,
                "name" => licence.license.name = text,
                "expression" => licence.expression = text,
                _ => {}
            });
        }
        _ => {}
    }
}

fn vulnerability_leaf(
    bug: &mut RawVulnerability<'static>,
    outer: &str,
    around: &str,
    name: &str,
    text: Text<'static>,
) {
    match (outer, around, name) {
        (_, "vulnerability", "id") => bug.id = text,
        (_, "vulnerability", "description") => bug.description = text,
        (_, "vulnerability", "recommendation") => bug.recommendation = text,
        (_, "vulnerability", "published") => bug.published = text,
        ("vulnerability", "source", "name") => bug.source.name = text,
        ("vulnerability", "source", "url") => bug.source.url = text,
        (_, "analysis", "state") => bug.analysis.state = text,
        (_, "analysis", "justification") => bug.analysis.justification = text,
        (_, "analysis", "detail") => bug.analysis.detail = text,
        (_, "reference", "id") => last(&mut bug.references, |one| one.id = text),
        ("rating", "source", "name") => last(&mut bug.ratings, |one| one.source.name = text),
        (_, "rating", "score") => last(&mut bug.ratings, |one| one.score = Number::of(&text)),
        (_, "rating", "severity") => last(&mut bug.ratings, |one| one.severity = text),
        (_, "target", "ref") => last(&mut bug.affects, |one| one.reference = text),
        ("versions", "version", _) => {
            last(&mut bug.affects, |target| {
                last(&mut target.versions, |version| match name {
                    "version" => version.version = text,
                    "range" => version.range = text,
                    "status" => version.status = text,
                    _ => {}
                });
            });
        }
        _ => {}
    }
}
