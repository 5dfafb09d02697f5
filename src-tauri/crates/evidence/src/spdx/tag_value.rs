//! Versions 2.2 and 2.3 as tag-value: a fact a line, with texts of several lines between
//! `<text>` and `</text>`.

use super::document::{Document, RawPackage};
use crate::{
    Report,
    error::Problem,
    json::LIMIT,
    place,
    text::{MAX_NAME, short},
};

/// Reads the whole document.
pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut document = Document::default();
    let mut package: Option<Lined<'_>> = None;
    let mut file = false;
    let mut within_text = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if within_text {
            within_text = !line.contains("</text>");
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        within_text = value.contains("<text>") && !value.contains("</text>");
        match tag {
            "PackageName" => {
                add(&mut document, package.take())?;
                package = Some(Lined::new(value, number));
                file = false;
            }
            // What follows is about a file, a snippet or a licence, and no longer a package.
            "FileName" | "SnippetSPDXID" | "LicenseID" => file = true,
            tag => {
                if let Some(package) = package.as_mut().filter(|_| !file) {
                    package.take(tag, value);
                }
            }
        }
        of_document(&mut document, tag, value);
    }
    add(&mut document, package)?;
    if within_text {
        return Err(Problem::CutShort {
            place: place::at(text, text.trim_end().len()),
            reason: "a <text> is never closed".to_owned(),
        });
    }
    let known = |version: &str| matches!(version, "" | "SPDX-2.2" | "SPDX-2.3");
    Ok(document.report(known))
}

fn of_document(document: &mut Document, tag: &str, value: &str) {
    match tag {
        "SPDXVersion" => document.version = short(value, 40),
        "DocumentName" => document.name = short(value, MAX_NAME),
        "Created" => document.created = short(value, 100),
        "Creator" => document.creator(value),
        "Relationship" => {
            let parts: Vec<&str> = value.split_whitespace().collect();
            match parts.as_slice() {
                ["SPDXRef-DOCUMENT", "DESCRIBES", other] => document.describes(other),
                [one, "DESCRIBED_BY", "SPDXRef-DOCUMENT"] => document.describes(one),
                _ => {}
            }
        }
        _ => {}
    }
}

/// A package whose lines are being read.
struct Lined<'a> {
    raw: RawPackage<'a>,
}

impl<'a> Lined<'a> {
    fn new(name: &'a str, line: u64) -> Self {
        Self {
            raw: RawPackage {
                name,
                line: Some(line),
                ..RawPackage::default()
            },
        }
    }

    fn take(&mut self, tag: &str, value: &'a str) {
        let raw = &mut self.raw;
        match tag {
            "SPDXID" => raw.id = value,
            "PackageVersion" => raw.version = value,
            "PrimaryPackagePurpose" => raw.purpose = value,
            "PackageLicenseDeclared" => raw.licences[0] = value,
            "PackageLicenseConcluded" => raw.licences[1] = value,
            "ExternalRef" => {
                let mut parts = value.split_whitespace().skip(1);
                if parts.next().is_some_and(|sort| sort.ends_with("purl")) {
                    raw.purl = parts.next().unwrap_or_default();
                }
            }
            "PackageChecksum" => {
                if let Some(sum) = value.strip_prefix("SHA256:") {
                    raw.sha256 = sum.trim();
                }
            }
            "PackageAttributionText" if raw.notes.len() < 100 => {
                let note = value.strip_prefix("<text>").unwrap_or(value);
                raw.notes.push(note.strip_suffix("</text>").unwrap_or(note));
            }
            _ => {}
        }
    }
}

fn add(document: &mut Document, package: Option<Lined<'_>>) -> Result<(), Problem> {
    let added = package.map_or(Ok(()), |package| document.add(&package.raw));
    added.map_err(|what| Problem::TooMany { limit: LIMIT, what })
}
