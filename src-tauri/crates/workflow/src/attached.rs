//! What hangs on an image: statements and reports, fetched, hashed and checked.
//!
//! Evidence for the index hangs on the index, evidence for one platform on that platform's
//! manifest. What cannot be believed is named in a sentence; what cannot be fetched is an
//! error, because a list that is silently short would show less than there is.

use crate::{
    act::{Signed, Signer},
    desk::{Desk, Parsed, held},
    dto::Via,
    error::{Code, Error, Result},
    image::{Image, PARALLEL},
    trust::Trust,
};
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Descriptor, Digest, Repository};
use hallmark_registry::{ErrorKind, ReferrersSource};
use std::{collections::BTreeSet, sync::Arc};

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
    /// How it was found.
    pub(crate) via: Via,
    /// Who signed it, where it is itself what was signed.
    pub(crate) signer: Option<Signer>,
}

/// Something that may hang on an image: what to fetch, on what, and how it was found.
#[derive(Clone, Debug)]
pub(crate) struct Lead {
    pub(crate) subject: Digest,
    pub(crate) descriptor: Descriptor,
    pub(crate) via: Via,
}

/// What a referrer turned out to be.
pub(crate) enum Found {
    Statement(Box<Hung>),
    Report(Box<ReportFile>),
    Distrusted(String),
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
        let repository = &image.repository;
        let (referrers, others) = futures::try_join!(
            self.leads_to(repository, image.subjects()),
            self.other_leads(image)
        )?;
        let known = digests(&referrers);
        let leads = referrers.into_iter().chain(others).collect();
        self.follow(repository, leads, known, trust).await
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
        let mut leads = self.leads_to(repository, subjects).await?;
        let referrers = digests(&leads);
        leads.retain(|lead| !known.contains(&lead.descriptor.digest));
        self.follow(repository, leads, referrers, trust).await
    }

    /// What the registry lists of each subject.
    async fn leads_to(
        &self,
        repository: &Repository,
        subjects: BTreeSet<Digest>,
    ) -> Result<Vec<Lead>> {
        let lists: Vec<Vec<Lead>> = stream::iter(subjects)
            .map(|subject| self.referrers_of(repository, subject))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(lists.into_iter().flatten().collect())
    }

    /// Fetches and reads what the leads name.
    async fn follow(
        &self,
        repository: &Repository,
        leads: Vec<Lead>,
        referrers: BTreeSet<Digest>,
        trust: &Trust,
    ) -> Result<Attached> {
        let found: Vec<Vec<Found>> = stream::iter(leads)
            .map(|lead| self.look_at(repository, lead, trust))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(sorted(found.into_iter().flatten(), referrers))
    }

    /// The digest of everything that hangs on the image and its platforms now, in `repository`.
    pub(crate) async fn hanging_on(
        &self,
        image: &Image,
        repository: &Repository,
    ) -> Result<BTreeSet<Digest>> {
        let leads = self.leads_to(repository, image.subjects()).await?;
        Ok(digests(&leads))
    }

    async fn referrers_of(&self, repository: &Repository, subject: Digest) -> Result<Vec<Lead>> {
        let referrers = self.client().referrers(repository, &subject).await?;
        let via = match referrers.source {
            ReferrersSource::FallbackTag => Via::FallbackTag,
            _ => Via::Referrers,
        };
        let lead = |descriptor| Lead {
            subject: subject.clone(),
            descriptor,
            via,
        };
        Ok(referrers.descriptors.into_iter().map(lead).collect())
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
pub(crate) fn speaks_of_the_bytes(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NotFound
            | ErrorKind::DigestMismatch
            | ErrorKind::BadManifest
            | ErrorKind::TooLarge
    )
}

fn digests(leads: &[Lead]) -> BTreeSet<Digest> {
    leads
        .iter()
        .map(|lead| lead.descriptor.digest.clone())
        .collect()
}

fn sorted(found: impl Iterator<Item = Found>, referrers: BTreeSet<Digest>) -> Attached {
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
        }
    }
    attached
}
