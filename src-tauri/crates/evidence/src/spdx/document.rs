//! What all forms have in common, once they are read.

use crate::{
    Format, Kind, Package, Report, Shared, Subject, Tool, purl,
    report::digest_of,
    sbom,
    shared::Pool,
    text::{MAX_NAME, short, some},
    time,
};
use hallmark_image::Digest;
use std::collections::HashSet;

/// The most packages that may be the image itself.
const MAX_IMAGES: usize = 100;

/// What was read so far.
#[derive(Default)]
pub(super) struct Document {
    pub(super) pool: Pool,
    pub(super) version: String,
    pub(super) name: String,
    pub(super) created: String,
    pub(super) tool: Option<Tool>,
    packages: Vec<Package>,
    images: Vec<Image>,
    /// The ids of what the document describes.
    described: HashSet<String>,
}

/// A package in the words of its form, before it is one of ours.
#[derive(Default)]
pub(super) struct RawPackage<'r> {
    pub(super) id: &'r str,
    pub(super) name: &'r str,
    pub(super) version: &'r str,
    pub(super) purl: &'r str,
    pub(super) purpose: &'r str,
    pub(super) licences: [&'r str; 2],
    /// The SHA-256 checksum, in hexadecimal.
    pub(super) sha256: &'r str,
    /// What tools note beside a package: Trivy's image id and digests.
    pub(super) notes: Vec<&'r str>,
    pub(super) line: Option<u64>,
}

/// A package that may be the image itself.
struct Image {
    id: String,
    subject: Subject,
}

impl Document {
    pub(super) fn add(&mut self, raw: &RawPackage<'_>) -> Result<(), &'static str> {
        if let Some(image) = image(raw).filter(|_| self.images.len() < MAX_IMAGES) {
            self.images.push(image);
        }
        let pool = &mut self.pool;
        let licence = raw.licences.into_iter().find(|text| is_said(text));
        let package = Package {
            name: pool.name(raw.name),
            version: pool.some(raw.version),
            purl: Pool::once(raw.purl),
            sort: pool.some(&raw.purpose.to_ascii_lowercase()),
            licences: licence
                .and_then(|text| pool.some(text))
                .into_iter()
                .collect(),
            line: raw.line,
        };
        sbom::add(&mut self.packages, package)
    }

    /// The document is about this element.
    pub(super) fn describes(&mut self, id: &str) {
        if self.described.len() < crate::json::LIMIT {
            self.described.insert(short(id, MAX_NAME));
        }
    }

    /// How many packages there are.
    pub(super) fn len(&self) -> usize {
        self.packages.len()
    }

    /// Adds a licence to a package.
    pub(super) fn licence(&mut self, at: usize, licence: Shared) {
        let known = &mut self.packages[at].licences;
        if !known.contains(&licence) {
            known.push(licence);
        }
    }

    /// `Tool: syft-1.9.0`, as the creators of version 2 are named.
    pub(super) fn creator(&mut self, creator: &str) {
        let Some(tool) = creator.trim().strip_prefix("Tool:") else {
            return;
        };
        let tool = tool.trim();
        let (name, version) = match tool.rsplit_once('-') {
            Some((name, version)) if version.starts_with(is_version_start) => (name, version),
            _ => (tool, ""),
        };
        self.tool = self.tool.take().or_else(|| Tool::named(name, version));
    }

    pub(super) fn report(self, is_known: impl Fn(&str) -> bool) -> Report {
        let new = !is_known(&self.version);
        let new = new.then(|| {
            let version = short(&self.version, 40);
            format!("{version} is not known; it is read as the nearest version that is")
        });
        let none = self
            .packages
            .is_empty()
            .then(|| sbom::NO_PACKAGES.to_owned());
        let named = Subject {
            name: some(&self.name, MAX_NAME),
            ..Subject::default()
        };
        let described = |image: &Image| self.described.contains(&image.id);
        let image = self.images.into_iter().find(described);
        let subject = image.map_or(named, |image| image.subject);
        Report {
            tool: self.tool,
            subject: subject.known(),
            produced_at: time::timestamp(&self.created),
            packages: Some(self.packages),
            warnings: new.into_iter().chain(none).collect(),
            ..Report::new(Format::Spdx, Kind::Sbom)
        }
    }
}

fn is_version_start(c: char) -> bool {
    c.is_ascii_digit() || c == 'v' || c == '('
}

/// Whether a licence is given at all.
fn is_said(licence: &str) -> bool {
    !matches!(licence.trim(), "" | "NOASSERTION" | "NONE")
}

/// What a package says of an image, if it is one.
fn image(raw: &RawPackage<'_>) -> Option<Image> {
    let parts = purl::parse(raw.purl).filter(purl::Purl::is_image);
    if parts.is_none() && !raw.purpose.eq_ignore_ascii_case("CONTAINER") {
        return None;
    }
    let mut subject = Subject {
        name: some(raw.name, MAX_NAME),
        platform: parts.as_ref().and_then(purl::Purl::platform),
        ..Subject::default()
    };
    subject.add(parts.and_then(|parts| parts.digest()));
    let by_version: Option<Digest> = raw.version.parse().ok();
    subject.add(by_version);
    let checksum = format!("sha256:{}", raw.sha256.to_ascii_lowercase());
    subject.add(checksum.parse().ok());
    for note in &raw.notes {
        match note.split_once(": ") {
            Some(("ImageID", id)) => subject.image_id = id.trim().parse().ok(),
            Some(("RepoDigest", reference)) => subject.add(digest_of(reference.trim())),
            _ => {}
        }
    }
    Some(Image {
        id: short(raw.id, MAX_NAME),
        subject,
    })
}
