//! Which format a text is in, by what it holds and never by its name.
//!
//! Looks no further into a file than it takes to be sure; a file that is damaged before
//! that is called damaged, not unknown.

use crate::{
    Format,
    error::Problem,
    json::{Text, Whole},
    place, text, xml,
};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::{collections::BTreeMap, fmt};

/// The format of `text`.
pub(crate) fn recognise(text: &str) -> Result<Format, Problem> {
    match text.trim_start().as_bytes().first() {
        Some(b'<') => by_root(text),
        Some(b'{' | b'[') => by_members(text),
        _ => by_lines(text),
    }
}

fn by_root(text: &str) -> Result<Format, Problem> {
    let root = xml::root(text)?;
    match root.as_str() {
        "testsuites" | "testsuite" | "testrun" => Ok(Format::Junit),
        "test-run" | "test-results" | "test-suite" => Ok(Format::Nunit),
        "assemblies" | "assembly" => Ok(Format::Xunit),
        "TestRun" => Ok(Format::Trx),
        "bom" => Ok(Format::Cyclonedx),
        "html" | "HTML" => Err(unknown("it is a web page, perhaps a login or error page")),
        other => {
            let name = text::short(other, 60);
            Err(unknown(format!("its XML begins with <{name}>")))
        }
    }
}

fn by_lines(text: &str) -> Result<Format, Problem> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    for line in lines.take(20) {
        if line.starts_with("SPDXVersion:") {
            return Ok(Format::Spdx);
        }
        if line.starts_with("TAP version ") || is_tap(line) {
            return Ok(Format::Tap);
        }
        if !line.starts_with('#') {
            break;
        }
    }
    let first = text::short(text.trim_start().lines().next().unwrap_or_default(), 40);
    Err(unknown(format!("it begins with “{}”", first.trim_end())))
}

fn is_tap(line: &str) -> bool {
    let word = line.strip_prefix("not ").unwrap_or(line);
    let plan = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    word == "ok" || word.starts_with("ok ") || line.strip_prefix("1..").is_some_and(plan)
}

fn unknown(what: impl Into<String>) -> Problem {
    Problem::Unknown(what.into())
}

fn by_members(text: &str) -> Result<Format, Problem> {
    let mut seen = Members::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let end = seen.deserialize_top(&mut json);
    if let Some(format) = seen.format() {
        return Ok(format);
    }
    // A stream of JSON lines is taken by its first line; so what follows is not looked at.
    end.map_err(|error| place::json_problem(text, &error))?;
    Err(unknown(seen.words()))
}

/// The members of a document's outermost object, or of its first element.
#[derive(Default)]
struct Members {
    is_array: bool,
    names: BTreeMap<String, String>,
}

/// As many names as are looked at; no known format needs more to be told.
const MAX_NAMES: usize = 200;
/// The members whose text tells formats apart.
const TELLING: [&str; 9] = [
    "$schema",
    "@context",
    "_type",
    "bomFormat",
    "mediaType",
    "payloadType",
    "reportFormat",
    "spdxVersion",
    "version",
];

impl Members {
    fn deserialize_top<'de, D: Deserializer<'de>>(&mut self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(Top(self))
    }

    fn note(&mut self, name: &str, value: &str) {
        if self.names.len() < MAX_NAMES {
            let value = text::short(value, 200);
            self.names.insert(text::short(name, 60), value);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    fn any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    fn holds(&self, name: &str, part: &str) -> bool {
        self.names
            .get(name)
            .is_some_and(|value| value.contains(part))
    }

    fn format(&self) -> Option<Format> {
        let found = self
            .scan()
            .or_else(|| self.bill())
            .or_else(|| self.signed());
        found.or_else(|| self.test_results())
    }

    fn scan(&self) -> Option<Format> {
        const TRIVY: [&str; 7] = [
            "Trivy",
            "ReportID",
            "CreatedAt",
            "ArtifactName",
            "ArtifactType",
            "Metadata",
            "Results",
        ];
        if self.is_array {
            return self.has("Target").then_some(Format::TrivyJson);
        }
        if self.has("SchemaVersion") && self.any(&TRIVY)
            || self.has("ArtifactName") && self.has("Results")
        {
            Some(Format::TrivyJson)
        } else if self.has("matches") && self.any(&["descriptor", "source", "distro"]) {
            Some(Format::GrypeJson)
        } else if self.holds("$schema", "sarif") || self.has("runs") && self.holds("version", "2.")
        {
            Some(Format::Sarif)
        } else {
            None
        }
    }

    fn bill(&self) -> Option<Format> {
        if self.holds("bomFormat", "CycloneDX") || self.holds("$schema", "cyclonedx.org") {
            Some(Format::Cyclonedx)
        } else if self.has("spdxVersion") || self.holds("@context", "spdx.org") {
            Some(Format::Spdx)
        } else if self.holds("@context", "openvex") {
            Some(Format::Openvex)
        } else {
            None
        }
    }

    fn signed(&self) -> Option<Format> {
        if self.holds("_type", "https://in-toto.io/Statement") {
            Some(Format::InToto)
        } else if self.has("payloadType") && self.any(&["payload", "signatures"]) {
            Some(Format::Dsse)
        } else if self.holds("mediaType", "dev.sigstore.bundle")
            || self.has("verificationMaterial") && self.any(&["dsseEnvelope", "messageSignature"])
        {
            Some(Format::SigstoreBundle)
        } else {
            None
        }
    }

    fn test_results(&self) -> Option<Format> {
        if self.holds("reportFormat", "CTRF") || self.has("results.summary") {
            Some(Format::Ctrf)
        } else if self.has("stats") && self.any(&["passes", "failures"]) {
            Some(Format::MochaJson)
        } else if self.has("Action") && self.any(&["Package", "Time", "ImportPath"]) {
            Some(Format::GoTestJson)
        } else if self.has("protocolVersion") && self.any(&["runnerVersion", "type"]) {
            Some(Format::DartJson)
        } else {
            None
        }
    }

    fn words(&self) -> String {
        let names: Vec<&str> = self.names.keys().take(6).map(String::as_str).collect();
        let what = if self.is_array {
            "a JSON array"
        } else {
            "JSON"
        };
        match names.is_empty() {
            true => format!("it is {what} without members"),
            false => format!("it is {what} with {}", names.join(", ")),
        }
    }
}

/// The outermost value; stops with an error, which the caller overlooks, once it is sure.
struct Top<'m>(&'m mut Members);

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Whole(name)) = map.next_key()? {
            if TELLING.contains(&&*name) {
                let value: Text<'_> = map.next_value()?;
                self.0.note(&name, value.as_str());
            } else if name == "results" {
                self.0.note("results", "");
                map.next_value_seed(Names(self.0, "results."))?;
            } else {
                map.next_value::<IgnoredAny>()?;
                self.0.note(&name, "");
            }
            if self.0.format().is_some() {
                return Err(A::Error::custom("recognised"));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        self.0.is_array = true;
        seq.next_element_seed(Names(self.0, ""))?;
        if self.0.format().is_some() {
            return Err(A::Error::custom("recognised"));
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// The member names of an inner value, noted with a prefix; a value without any is passed.
struct Names<'m>(&'m mut Members, &'static str);

impl<'de> DeserializeSeed<'de> for Names<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Names<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Whole(name)) = map.next_key()? {
            self.0.note(&format!("{}{name}", self.1), "");
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
