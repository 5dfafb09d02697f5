//! The workspace document: read, believed only where it descends from the one trusted first,
//! and never older than one already seen.

use crate::{
    act::{Act, Signed},
    desk::{Desk, held},
    dto::DocumentInfo,
    error::{Code, Error, Result},
    home::TeamFile,
    pipeline::{self, Pipelines},
    team::workspace_tag,
    trust::Trust,
};
use bytes::Bytes;
use hallmark_attest::{Envelope, predicate as p};
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Repository, media_type};
use hallmark_policy::Policy;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The largest workspace document that is read, bytes.
const MAX_DOCUMENT: u64 = 8 * 1024 * 1024;
/// How many versions a machine that was away may have missed.
const MAX_VERSIONS: usize = 1000;
/// The state key of the newest document this machine has seen.
const SEEN: &str = "team.document";

/// The workspace document in force.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) manifest: Digest,
    pub(crate) signed: Signed,
    pub(crate) says: p::Workspace,
    pub(crate) trust: Trust,
    pub(crate) policy: Policy,
    pub(crate) pipelines: Pipelines,
}

/// What this machine remembers of the newest document it saw.
#[derive(Serialize, Deserialize)]
struct Seen {
    manifest: Digest,
    version: u64,
    envelope: String,
}

impl Document {
    /// Reads a document on its own: its own members must include an owner who signed it.
    pub(crate) fn read(manifest: &Digest, envelope: &Envelope) -> Result<Self> {
        let wrong = |why: String| {
            Error::new(
                Code::WrongSignature,
                format!("the workspace document {}: {why}", manifest.short()),
            )
        };
        let unsigned = Signed::from_envelope(envelope, &Trust::nobody()).map_err(wrong)?;
        let Act::Workspace(says) = unsigned.act else {
            return Err(wrong("it is not a workspace document".into()));
        };
        let trust = Trust::of_document(&says)?;
        let signed = Signed::from_envelope(envelope, &trust).map_err(wrong)?;
        if signed.member().is_none() {
            return Err(wrong(signed.distrust().unwrap_or_default()).hint(
                "Somebody without a member's key wrote it. Ask an owner; nothing was changed here.",
            ));
        }
        if !trust.owns(signed.key_id()) {
            return Err(wrong(format!(
                "{} signed it, who is no owner in it",
                signed.member().unwrap_or_default()
            )));
        }
        let policy = Policy::parse(&says.policy)
            .map_err(|error| Error::new(Code::BadInput, format!("the team's policy: {error}")))?;
        let pipelines = pipeline::read(&says.pipelines).map_err(|problems| {
            let words = pipeline::first_problem(&problems, "the team's pipelines");
            Error::new(Code::BadInput, words)
        })?;
        Ok(Self {
            manifest: manifest.clone(),
            signed,
            says,
            trust,
            policy,
            pipelines,
        })
    }

    /// Whether `self` may follow `before`: one version on, signed by an owner of the one before.
    fn follows(&self, before: &Self) -> Result<()> {
        let in_order = self.says.version == before.says.version + 1
            && self.says.replaces.as_ref() == Some(&before.manifest)
            && self.says.origin.workspace == before.says.origin.workspace;
        if !in_order {
            return Err(rolled_back(&format!(
                "version {} ({}) does not follow version {} ({})",
                self.says.version,
                self.manifest.short(),
                before.says.version,
                before.manifest.short()
            )));
        }
        if !before.trust.owns(self.signed.key_id()) {
            return Err(Error::new(
                Code::WrongSignature,
                format!(
                    "version {} of the workspace document is signed by {}, who was no owner in version {}",
                    self.says.version,
                    self.signed.member().unwrap_or("nobody known"),
                    before.says.version
                ),
            )
            .hint("Nothing was changed here. Ask the owners who wrote it."));
        }
        Ok(())
    }

    pub(crate) fn info(&self) -> DocumentInfo {
        DocumentInfo {
            digest: self.manifest.to_string(),
            version: self.says.version,
            signed_by: self.signed.member().unwrap_or_default().to_owned(),
        }
    }

    fn seen(&self) -> Seen {
        Seen {
            manifest: self.manifest.clone(),
            version: self.says.version,
            envelope: String::from_utf8_lossy(&self.signed.json).into_owned(),
        }
    }
}

fn rolled_back(why: &str) -> Error {
    Error::new(Code::WorkspaceRolledBack, format!("the workspace document was rolled back or replaced: {why}"))
        .hint("This machine keeps the newer rules and does nothing until an owner puts the newest document back (tag “workspace”).")
}

impl Desk {
    /// The document in force, re-read: it is never older than what this machine has seen.
    pub(crate) async fn document(&self) -> Result<Arc<Document>> {
        let team = self.team_file()?;
        let known = self.known_document().await?;
        let current = self
            .tag_digest(&team.repository, &workspace_tag()?)
            .await?
            .ok_or_else(|| {
                Error::new(
                    Code::NotFound,
                    format!("{} has no workspace document any more", team.repository),
                )
                .hint("Ask an owner to put the tag “workspace” back.")
            })?;
        if let Some(known) = known.filter(|known| known.manifest == current) {
            return Ok(known);
        }
        let document = Arc::new(self.descend(&team, current).await?);
        self.remember(&document).await?;
        Ok(document)
    }

    /// The newest document this machine has seen, without asking anybody.
    pub(crate) async fn known_document(&self) -> Result<Option<Arc<Document>>> {
        if let Some(document) = held(&self.team).clone() {
            return Ok(Some(document));
        }
        let Some(text) = self.history.get_state(SEEN).await? else {
            return Ok(None);
        };
        let corrupt = |why: String| {
            Error::new(
                Code::DatabaseCorrupt,
                format!("the remembered workspace document cannot be read: {why}"),
            )
        };
        let seen: Seen = serde_json::from_str(&text).map_err(|error| corrupt(error.to_string()))?;
        let envelope = Envelope::parse(seen.envelope.as_bytes())
            .map_err(|error| corrupt(error.to_string()))?;
        let document = Arc::new(Document::read(&seen.manifest, &envelope)?);
        *held(&self.team) = Some(document.clone());
        Ok(Some(document))
    }

    pub(crate) async fn remember(&self, document: &Arc<Document>) -> Result<()> {
        let seen = serde_json::to_string(&document.seen()).map_err(Error::internal)?;
        self.history.set_state(SEEN, &seen).await?;
        let subject = document_subject(&document.says.origin.workspace);
        if let Some(entry) = document.signed.entry(&subject) {
            self.record(vec![entry]).await?;
        }
        *held(&self.team) = Some(document.clone());
        Ok(())
    }

    /// The document at `current`, once every step from the one we know is found right.
    async fn descend(&self, team: &TeamFile, current: Digest) -> Result<Document> {
        let known = match self.known_document().await? {
            Some(known) => (*known).clone(),
            None => self.read_document(&team.repository, &team.root).await?,
        };
        let newest = self.read_document(&team.repository, &current).await?;
        let mut newer = vec![newest.clone()];
        while newer
            .last()
            .is_some_and(|last| last.says.version > known.says.version + 1)
        {
            let before = newer.last().and_then(|last| last.says.replaces.clone());
            let Some(before) = before.filter(|_| newer.len() < MAX_VERSIONS) else {
                break;
            };
            newer.push(self.read_document(&team.repository, &before).await?);
        }
        if newest.manifest == known.manifest {
            return Ok(newest);
        }
        if newest.says.version <= known.says.version {
            return Err(rolled_back(&format!(
                "the registry has version {}, this machine has seen version {}",
                newest.says.version, known.says.version
            )));
        }
        let mut before = known;
        for next in newer.into_iter().rev() {
            next.follows(&before)?;
            before = next;
        }
        Ok(before)
    }

    pub(crate) async fn read_document(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<Document> {
        let envelope = self
            .read_envelope(repository, digest, media_type::HALLMARK_WORKSPACE)
            .await?;
        Document::read(digest, &envelope)
    }

    /// The envelope that is the one layer of an artifact of ours.
    pub(crate) async fn read_envelope(
        &self,
        repository: &Repository,
        digest: &Digest,
        artifact_type: &str,
    ) -> Result<Envelope> {
        let client = self.client();
        let manifest = client.manifest(&repository.at(digest.clone())).await?;
        let layer = manifest
            .layers()
            .first()
            .filter(|_| manifest.artifact_type() == Some(artifact_type));
        let Some(layer) = layer.filter(|layer| layer.size <= MAX_DOCUMENT) else {
            return Err(Error::new(
                Code::RegistryProtocol,
                format!(
                    "{repository}@{} is not what its tag promises ({artifact_type})",
                    digest.short()
                ),
            ));
        };
        let bytes = self.content.blob(&client, repository, layer).await?;
        Envelope::parse(&bytes).map_err(|error| Error::new(Code::WrongSignature, error.to_string()))
    }

    /// Pushes an artifact of ours whose one layer is `envelope`.
    pub(crate) async fn push_envelope(
        &self,
        repository: &Repository,
        artifact_type: &str,
        envelope: &Envelope,
    ) -> Result<Manifest> {
        let json = envelope.to_json();
        let layer = Descriptor::of(media_type::DSSE, &json);
        let manifest = Artifact::new(artifact_type, vec![layer])
            .build()
            .map_err(Error::internal)?;
        let client = self.client();
        client.will_push(repository)?;
        client.push_blob(repository, json.into()).await?;
        client
            .push_blob(repository, Bytes::from_static(b"{}"))
            .await?;
        Ok(manifest)
    }
}

/// What a workspace document speaks of: the workspace, by the digest of its identifier.
pub(crate) fn document_subject(id: &str) -> Digest {
    Digest::sha256(id)
}
