//! What hangs on an image: statements and reports, fetched, hashed and checked.
//!
//! Evidence for the index hangs on the index, evidence for one platform on that platform's
//! manifest. What cannot be believed is named in a sentence; what cannot be fetched is an
//! error, because a list that is silently short would show less than there is.

use crate::{
    act::Signed,
    desk::{Desk, Parsed, held},
    error::{Code, Error, Result},
    image::{Image, PARALLEL},
    trust::Trust,
};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Descriptor, Digest, Manifest, Repository};
use hallmark_registry::ErrorKind;
use std::{collections::BTreeSet, sync::Arc};

/// Media types and artifact types under which reports are attached.
const REPORTS: [&str; 9] = [
    "application/junit+xml",
    "application/xml",
    "text/xml",
    "application/json",
    "application/sarif+json",
    "application/vnd.cyclonedx+json",
    "application/spdx+json",
    "application/vnd.openvex+json",
    "application/vnd.aquasec.trivy.report+json",
];
/// How many reports are kept in memory.
const KEPT_REPORTS: usize = 64;
/// The annotation with a file's name.
pub(crate) const TITLE: &str = "org.opencontainers.image.title";

/// Everything that hangs on an image.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attached {
    pub(crate) statements: Vec<Hung>,
    pub(crate) reports: Vec<ReportFile>,
    pub(crate) distrusted: Vec<String>,
    /// Every referrer's digest, for comparing before and after.
    pub(crate) referrers: BTreeSet<Digest>,
}

/// A statement and what it hangs on.
#[derive(Clone, Debug)]
pub(crate) struct Hung {
    pub(crate) subject: Digest,
    pub(crate) signed: Signed,
}

/// A report and what it hangs on.
#[derive(Clone, Debug)]
pub(crate) struct ReportFile {
    pub(crate) subject: Digest,
    pub(crate) content: Descriptor,
    pub(crate) name: String,
}

/// What a referrer turned out to be.
enum Found {
    Statement(Box<Hung>),
    Report(Box<ReportFile>),
    Distrusted(String),
    Other,
}

impl Attached {
    /// Statements that verified with a member's key.
    pub(crate) fn trusted(&self) -> impl Iterator<Item = &Signed> {
        self.statements
            .iter()
            .map(|hung| &hung.signed)
            .filter(|signed| signed.member().is_some())
    }

    /// Takes in what is said of the same image elsewhere; reports count where the candidate is.
    fn hear_from(&mut self, elsewhere: Self) {
        self.statements.extend(elsewhere.statements);
        self.distrusted.extend(elsewhere.distrusted);
        self.referrers.extend(elsewhere.referrers);
    }
}

impl Desk {
    /// What hangs on the image and on each of its platforms.
    pub(crate) async fn attached(&self, image: &Image, trust: &Trust) -> Result<Attached> {
        self.attached_to(&image.repository, image.subjects(), trust)
            .await
    }

    /// The same, with what is said of the image at the place it goes to. A rollback there is
    /// known here by no other way. What cannot be read there is given back, as the reason.
    pub(crate) async fn attached_on_the_way(
        &self,
        image: &Image,
        target: &Repository,
        trust: &Trust,
    ) -> Result<(Attached, Option<Error>)> {
        let mut attached = self.attached(image, trust).await?;
        if *target == image.repository {
            return Ok((attached, None));
        }
        let itself = BTreeSet::from([image.digest().clone()]);
        let there = self.attached_beside(target, itself, &attached.referrers, trust);
        match there.await {
            Ok(there) => attached.hear_from(there),
            Err(error) if error.code == Code::NotFound => (),
            Err(error) => return Ok((attached, Some(error))),
        }
        Ok((attached, None))
    }

    pub(crate) async fn attached_to(
        &self,
        repository: &Repository,
        subjects: BTreeSet<Digest>,
        trust: &Trust,
    ) -> Result<Attached> {
        let nothing = BTreeSet::new();
        self.attached_beside(repository, subjects, &nothing, trust)
            .await
    }

    /// The same, without reading again what is `known` from elsewhere.
    pub(crate) async fn attached_beside(
        &self,
        repository: &Repository,
        subjects: BTreeSet<Digest>,
        known: &BTreeSet<Digest>,
        trust: &Trust,
    ) -> Result<Attached> {
        let lists: Vec<Vec<(Digest, Descriptor)>> = stream::iter(subjects)
            .map(|subject| self.referrers_of(repository, subject))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let all: Vec<(Digest, Descriptor)> = lists.into_iter().flatten().collect();
        let referrers = all
            .iter()
            .map(|(_, referrer)| referrer.digest.clone())
            .collect();
        let new = all
            .into_iter()
            .filter(|(_, referrer)| !known.contains(&referrer.digest));
        let found: Vec<Found> = stream::iter(new)
            .map(|(subject, referrer)| self.look_at(repository, subject, referrer, trust))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(sorted(found, referrers))
    }

    /// The digest of everything that hangs on the image and its platforms now, in `repository`.
    pub(crate) async fn hanging_on(
        &self,
        image: &Image,
        repository: &Repository,
    ) -> Result<BTreeSet<Digest>> {
        let lists: Vec<Vec<(Digest, Descriptor)>> = stream::iter(image.subjects())
            .map(|subject| self.referrers_of(repository, subject))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let all = lists.into_iter().flatten();
        Ok(all.map(|(_, referrer)| referrer.digest).collect())
    }

    async fn referrers_of(
        &self,
        repository: &Repository,
        subject: Digest,
    ) -> Result<Vec<(Digest, Descriptor)>> {
        let referrers = self.client().referrers(repository, &subject).await?;
        Ok(referrers
            .descriptors
            .into_iter()
            .map(|referrer| (subject.clone(), referrer))
            .collect())
    }

    async fn look_at(
        &self,
        repository: &Repository,
        subject: Digest,
        referrer: Descriptor,
        trust: &Trust,
    ) -> Result<Found> {
        match self.fetch(repository, &referrer).await {
            Ok(None) => Ok(Found::Other),
            Ok(Some((manifest, content))) => {
                self.read_referrer(repository, subject, &manifest, content, trust)
                    .await
            }
            Err(error) if speaks_of_the_bytes(error.kind()) => Ok(Found::Distrusted(format!(
                "{} is listed as attached to {} and cannot be believed: {error}",
                referrer.digest.short(),
                subject.short()
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// The referrer's manifest, and its one layer's descriptor, where it is of a kind we read.
    async fn fetch(
        &self,
        repository: &Repository,
        referrer: &Descriptor,
    ) -> std::result::Result<Option<(Manifest, Descriptor)>, hallmark_registry::Error> {
        let manifest = self
            .client()
            .manifest(&repository.at(referrer.digest.clone()))
            .await?;
        let layer = manifest.layers().first().cloned();
        Ok(layer.map(|layer| (manifest, layer)))
    }

    async fn read_referrer(
        &self,
        repository: &Repository,
        subject: Digest,
        manifest: &Manifest,
        content: Descriptor,
        trust: &Trust,
    ) -> Result<Found> {
        let hangs_here = manifest.subject().is_some_and(|own| own.digest == subject);
        if !hangs_here {
            return Ok(Found::Distrusted(format!(
                "{} is listed as attached to {} and says it is not",
                manifest.digest().short(),
                subject.short()
            )));
        }
        let kind = manifest.artifact_type().unwrap_or(&content.media_type);
        if kind.starts_with("application/vnd.dev.sigstore.bundle") {
            return self.read_bundle(repository, subject, &content, trust).await;
        }
        if [kind, content.media_type.as_str()]
            .iter()
            .any(|kind| REPORTS.contains(kind))
        {
            let named = content
                .annotations
                .get(TITLE)
                .or_else(|| manifest.annotations().get(TITLE));
            let name = named
                .cloned()
                .unwrap_or_else(|| content.digest.short().to_owned());
            return Ok(Found::Report(Box::new(ReportFile {
                subject,
                content,
                name,
            })));
        }
        Ok(Found::Other)
    }

    async fn read_bundle(
        &self,
        repository: &Repository,
        subject: Digest,
        content: &Descriptor,
        trust: &Trust,
    ) -> Result<Found> {
        let bytes = match self.content.blob(&self.client(), repository, content).await {
            Ok(bytes) => bytes,
            Err(error) if speaks_of_the_bytes(error.kind()) => {
                return Ok(Found::Distrusted(format!(
                    "a statement attached to {} cannot be read: {error}",
                    subject.short()
                )));
            }
            Err(error) => return Err(error.into()),
        };
        Ok(match Signed::from_bundle(&bytes, &subject, trust) {
            Ok(signed) => Found::Statement(Box::new(Hung { subject, signed })),
            Err(why) => Found::Distrusted(format!(
                "a statement attached to {}: {why}",
                subject.short()
            )),
        })
    }

    /// A report's bytes.
    pub(crate) async fn report_bytes(
        &self,
        repository: &Repository,
        file: &ReportFile,
    ) -> Result<Bytes> {
        Ok(self
            .content
            .blob(&self.client(), repository, &file.content)
            .await?)
    }

    /// A report, read; what was read once is kept for the session.
    pub(crate) async fn report(
        &self,
        repository: &Repository,
        file: &ReportFile,
    ) -> Result<Parsed> {
        if let Some(known) = held(&self.reports).get(&file.content.digest) {
            return Ok(known.clone());
        }
        let bytes = self.report_bytes(repository, file).await?;
        let name = file.name.clone();
        let parsed = tokio::task::spawn_blocking(move || hallmark_evidence::parse(&name, &bytes))
            .await
            .map_err(Error::internal)?;
        let parsed = Arc::new(parsed);
        let mut reports = held(&self.reports);
        if reports.len() >= KEPT_REPORTS {
            reports.pop_first();
        }
        reports.insert(file.content.digest.clone(), parsed.clone());
        Ok(parsed)
    }
}

/// The bytes themselves are missing or wrong, as against a network that is.
fn speaks_of_the_bytes(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::DigestMismatch
            | ErrorKind::BadManifest
            | ErrorKind::TooLarge
    )
}

fn sorted(found: Vec<Found>, referrers: BTreeSet<Digest>) -> Attached {
    let mut attached = Attached {
        referrers,
        ..Attached::default()
    };
    for one in found {
        match one {
            Found::Statement(hung) => {
                attached.distrusted.extend(hung.signed.distrust());
                attached.statements.push(*hung);
            }
            Found::Report(file) => attached.reports.push(*file),
            Found::Distrusted(why) => attached.distrusted.push(why),
            Found::Other => (),
        }
    }
    attached
}
