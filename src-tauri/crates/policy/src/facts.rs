//! What a policy is judged on: the image's platforms and the evidence that was found.

use crate::Voucher;
use hallmark_evidence::{Kind, ManualCheck, Report};
use hallmark_image::{Digest, Platform};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Everything that is known when a stage's rules are judged.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The stage, such as `golden`.
    pub stage: &'a str,
    /// The image's platforms; one, perhaps unnamed, for a plain manifest.
    pub platforms: Vec<Option<Platform>>,
    /// Every piece of evidence that was found, also what counts for nothing.
    pub evidence: Vec<Item<'a>>,
    /// What the image says of itself.
    pub about: About,
    /// The time of the judgement.
    pub now: Timestamp,
}

/// What an image says of itself, and what is known of what it is built on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// When it was built.
    pub created: Option<Timestamp>,
    /// The configuration of each platform, in the order of [`Facts::platforms`].
    pub configs: Vec<ImageConfig>,
    /// The images that it is built on, by its annotations, labels and provenance.
    pub bases: Vec<Base>,
}

/// The configuration of one platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The user it runs as; empty: root.
    pub user: String,
}

/// An image that another is built on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// Its digest.
    pub digest: Digest,
    /// Its name, where one is given.
    pub name: Option<String>,
    /// Whether it is golden as far as this workspace knows, and not revoked.
    pub golden: bool,
    /// When it was built, where that is known.
    pub created: Option<Timestamp>,
}

/// One piece of evidence.
#[derive(Clone, Debug)]
pub struct Item<'a> {
    /// The digest of the report's bytes.
    pub digest: &'a Digest,
    /// The file's name, for sentences.
    pub name: &'a str,
    /// The report.
    pub report: &'a Report,
    /// What of the image it covers.
    pub binding: Covers,
    /// Whether a newer report stands in its place.
    pub superseded: bool,
    /// Who vouches for it.
    pub voucher: Voucher,
}

/// What of an image a piece of evidence covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The whole image, all platforms.
    All,
    /// These platforms, as indexes into [`Facts::platforms`].
    Platforms(Vec<usize>),
    /// Another image: it counts for nothing.
    Other,
}

impl Item<'_> {
    /// Whether it counts: of a part of this image, not superseded, and no broken signature.
    pub fn counts(&self) -> bool {
        let is_other = self.binding == Covers::Other || self.covers_nothing();
        !is_other && !self.superseded && !self.voucher.is_broken()
    }

    /// What a person ticked, where this is a manual check.
    pub(crate) fn manual(&self) -> Option<&ManualCheck> {
        self.report.statement.as_ref()?.manual.as_ref()
    }

    /// Whether it names the image and a platform that the image lacks.
    pub(crate) fn covers_nothing(&self) -> bool {
        matches!(&self.binding, Covers::Platforms(none) if none.is_empty())
    }

    /// Whether it covers the platform at this index.
    pub fn covers(&self, platform: usize) -> bool {
        match &self.binding {
            Covers::All => true,
            Covers::Platforms(indexes) => indexes.contains(&platform),
            Covers::Other => false,
        }
    }

    /// Whether it says anything of its kind: a test report with a case that ran or was
    /// skipped, a scan that looked at packages.
    pub fn has_substance(&self) -> bool {
        match self.report.kind {
            Kind::Tests => self
                .report
                .tests
                .as_ref()
                .is_some_and(|t| t.summary.total > 0),
            Kind::Vulnerabilities => self
                .report
                .vulnerabilities
                .as_ref()
                .is_some_and(|scan| scan.scanned),
            _ => true,
        }
    }
}
