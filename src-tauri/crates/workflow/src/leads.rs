//! Reading what hangs on an image: reports, and statements of ours and of others' tools, one a
//! layer.

use crate::{
    act::{Act, Signed, Signer},
    attached::{Found, Hung, Lead, ReportFile, TITLE, speaks_of_the_bytes},
    desk::Desk,
    dto::Via,
    error::Result,
    trust::Trust,
};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Manifest, Repository, media_type};

/// Media types and artifact types under which reports are attached.
const REPORTS: [&str; 15] = [
    "application/junit+xml",
    "application/xml",
    "text/xml",
    "application/json",
    "application/sarif+json",
    "application/vnd.cyclonedx+json",
    "application/vnd.cyclonedx+xml",
    "application/vnd.cyclonedx",
    "text/spdx",
    "text/spdx+json",
    "application/vnd.goharbor.harbor.sbom.v1",
    // BuildKit's statements; nobody signed them, and the index's digest covers them.
    media_type::IN_TOTO,
    "application/spdx+json",
    "application/vnd.openvex+json",
    "application/vnd.aquasec.trivy.report+json",
];
/// How the types of Sigstore's bundles begin.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle";
/// Annotations of a layer that name its predicate, by BuildKit and by cosign.
const PREDICATES: [&str; 2] = ["in-toto.io/predicate-type", "predicateType"];
impl Desk {
    /// What a lead turns out to be.
    pub(crate) async fn look_at(
        &self,
        repository: &Repository,
        lead: Lead,
        trust: &Trust,
    ) -> Result<Vec<Found>> {
        let at = repository.at(lead.descriptor.digest.clone());
        match self.client().manifest(&at).await {
            Ok(manifest) => self.read_lead(repository, &lead, &manifest, trust).await,
            Err(error) if speaks_of_the_bytes(error.kind()) => {
                Ok(vec![Found::Distrusted(format!(
                    "{} is listed as attached to {} and cannot be believed: {error}",
                    lead.descriptor.digest.short(),
                    lead.subject.short()
                ))])
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What each layer of an attached manifest is, where it is of a kind that is read.
    async fn read_lead(
        &self,
        repository: &Repository,
        lead: &Lead,
        manifest: &Manifest,
        trust: &Trust,
    ) -> Result<Vec<Found>> {
        let listed = matches!(lead.via, Via::Referrers | Via::FallbackTag);
        let own = manifest.subject().map(|own| &own.digest);
        if listed && own != Some(&lead.subject) {
            return Ok(vec![Found::Distrusted(format!(
                "{} is listed as attached to {} and says it is not",
                manifest.digest().short(),
                lead.subject.short()
            ))]);
        }
        let mut found = Vec::new();
        for layer in manifest.layers() {
            let carried = carried(manifest, layer);
            found.extend(match carried {
                Carried::Bundle => self.read_bundle(repository, lead, layer, trust).await?,
                Carried::Envelope => {
                    self.read_attestation(repository, lead, layer, trust)
                        .await?
                }
                Carried::Report => vec![lead.report(manifest, layer, None)],
                Carried::Other => Vec::new(),
            });
        }
        Ok(found)
    }

    /// A bundle: a statement of ours, or evidence that somebody else's tool signed.
    async fn read_bundle(
        &self,
        repository: &Repository,
        lead: &Lead,
        layer: &Descriptor,
        trust: &Trust,
    ) -> Result<Vec<Found>> {
        let subject = &lead.subject;
        let bytes = match self.statement_bytes(repository, lead, layer).await? {
            Ok(bytes) => bytes,
            Err(why) => return Ok(vec![why]),
        };
        Ok(match Signed::from_bundle(&bytes, subject, trust) {
            Ok(signed) => {
                let foreign = matches!(signed.act, Act::Foreign);
                let signer = Some(signed.signer.clone());
                let report = foreign.then(|| lead.signed_report(layer, signer, &signed));
                let hung = Hung {
                    subject: subject.clone(),
                    signed,
                };
                report
                    .into_iter()
                    .chain([Found::Statement(Box::new(hung))])
                    .collect()
            }
            Err(why) => vec![doubted(subject, &why)],
        })
    }

    /// An envelope as cosign's `.att` holds them, one a layer.
    async fn read_attestation(
        &self,
        repository: &Repository,
        lead: &Lead,
        layer: &Descriptor,
        trust: &Trust,
    ) -> Result<Vec<Found>> {
        let bytes = match self.statement_bytes(repository, lead, layer).await? {
            Ok(bytes) => bytes,
            Err(why) => return Ok(vec![why]),
        };
        Ok(match Signed::from_dsse(&bytes, &lead.subject, trust) {
            Ok(signed) => {
                let signer = Some(signed.signer.clone());
                vec![lead.signed_report(layer, signer, &signed)]
            }
            Err(why) => vec![doubted(&lead.subject, &why)],
        })
    }

    /// The bytes of a statement, or why they cannot be read.
    async fn statement_bytes(
        &self,
        repository: &Repository,
        lead: &Lead,
        layer: &Descriptor,
    ) -> Result<std::result::Result<Bytes, Found>> {
        match self.content.blob(&self.client(), repository, layer).await {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(error) if speaks_of_the_bytes(error.kind()) => {
                let why = format!(
                    "a statement attached to {} cannot be read: {error}",
                    lead.subject.short()
                );
                Ok(Err(Found::Distrusted(why)))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What a layer of an attached manifest carries.
enum Carried {
    Bundle,
    Envelope,
    Report,
    Other,
}

fn carried(manifest: &Manifest, layer: &Descriptor) -> Carried {
    let own = layer.media_type.as_str();
    let kind = manifest.artifact_type().unwrap_or(own);
    if kind.starts_with(BUNDLE) || own.starts_with(BUNDLE) {
        Carried::Bundle
    } else if own == media_type::DSSE {
        Carried::Envelope
    } else if REPORTS.contains(&own) || REPORTS.contains(&kind) {
        Carried::Report
    } else {
        Carried::Other
    }
}

impl Lead {
    /// The layer as a report.
    fn report(&self, manifest: &Manifest, layer: &Descriptor, signer: Option<Signer>) -> Found {
        let titles = [
            layer.annotations.get(TITLE),
            manifest.annotations().get(TITLE),
        ];
        let predicate = PREDICATES
            .iter()
            .find_map(|one| layer.annotations.get(*one));
        let name = titles.into_iter().flatten().next().cloned();
        let name = name.or_else(|| predicate.map(|predicate| short_type(predicate).to_owned()));
        Found::Report(Box::new(ReportFile {
            subject: self.subject.clone(),
            content: layer.clone(),
            name: name.unwrap_or_else(|| layer.digest.short().to_owned()),
            via: self.via,
            signer,
        }))
    }

    /// A statement that is itself the report, by what it says it is.
    fn signed_report(&self, layer: &Descriptor, signer: Option<Signer>, signed: &Signed) -> Found {
        Found::Report(Box::new(ReportFile {
            subject: self.subject.clone(),
            content: layer.clone(),
            name: short_type(&signed.predicate_type).to_owned(),
            via: self.via,
            signer,
        }))
    }
}

/// A predicate's type without its scheme: `slsa.dev/provenance/v1`.
fn short_type(predicate: &str) -> &str {
    predicate.strip_prefix("https://").unwrap_or(predicate)
}

fn doubted(subject: &Digest, why: &str) -> Found {
    Found::Distrusted(format!(
        "a statement attached to {}: {why}",
        subject.short()
    ))
}
