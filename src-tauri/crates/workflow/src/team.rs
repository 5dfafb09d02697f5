//! The team, through the registry: the signed workspace document, and who may change it.
//!
//! Tag `workspace` is the document in force; every version names the one before and keeps a
//! tag of its own, so that the way back to the version that was trusted first stays readable.
//! An older document than one already seen is refused.

use crate::{
    act::{Act, Signed},
    desk::{Desk, held},
    dto::{AskInit, AskJoin, AskMember, DocumentInfo, Team, WorkspaceKind},
    error::{Code, Error, Result},
    home::{PipelineFile, TeamFile},
    image::reference,
    trust::{Trust, read_key, role_name},
};
use hallmark_attest::{Envelope, predicate as p};
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Repository, Tag, media_type};
use hallmark_policy::Policy;
use hallmark_registry::{Attachment, Target};
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
    pub(crate) pipelines: Vec<PipelineFile>,
}

/// What this machine remembers of the newest document it saw.
#[derive(Serialize, Deserialize)]
struct Seen {
    manifest: Digest,
    version: u64,
    envelope: String,
}

#[derive(Default, Deserialize)]
struct Pipelines {
    #[serde(default)]
    pipelines: Vec<PipelineFile>,
}

impl Document {
    /// Reads a document on its own: its own members must include an owner who signed it.
    fn read(manifest: Digest, envelope: &Envelope) -> Result<Self> {
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
        let policy = Policy::parse(&says.policy)
            .map_err(|error| Error::new(Code::BadInput, format!("the team's policy: {error}")))?;
        let pipelines: Pipelines = toml::from_str(&says.pipelines).map_err(|error| {
            Error::new(Code::BadInput, format!("the team's pipelines: {error}"))
        })?;
        Ok(Self {
            manifest,
            signed,
            says,
            trust,
            policy,
            pipelines: pipelines.pipelines,
        })
    }

    /// Whether `self` may follow `before`: one version on, signed by an owner of the one before.
    fn follows(&self, before: &Self) -> Result<()> {
        let in_order = self.says.version == before.says.version + 1
            && self.says.replaces.as_ref() == Some(&before.manifest)
            && self.says.origin.workspace == before.says.origin.workspace;
        if !in_order {
            return Err(rolled_back(format!(
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

fn rolled_back(why: String) -> Error {
    Error::new(Code::WorkspaceRolledBack, format!("the workspace document was rolled back or replaced: {why}"))
        .hint("This machine keeps the newer rules and does nothing until an owner puts the newest document back (tag “workspace”).")
}

fn workspace_tag() -> Result<Tag> {
    tag("workspace")
}

fn tag(text: &str) -> Result<Tag> {
    text.parse()
        .map_err(|error: hallmark_image::ReferenceError| {
            Error::new(Code::Internal, error.to_string())
        })
}

impl Desk {
    /// The workspace's identifier: the team's, where there is one.
    pub(crate) async fn workspace_id(&self) -> Result<String> {
        let file = self.file();
        match file.kind {
            WorkspaceKind::Team => Ok(self.document().await?.says.origin.workspace.clone()),
            _ => Ok(file.id),
        }
    }

    /// The team's repository, where there is a team.
    pub(crate) fn team_repository(&self) -> Option<Repository> {
        self.file().team.map(|team| team.repository)
    }

    fn team_file(&self) -> Result<TeamFile> {
        self.file().team.ok_or_else(|| {
            Error::new(Code::NotFound, "this workspace has no team")
                .hint("Make one with `hallmark workspace init`, or join one with `hallmark workspace join`.")
        })
    }

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
        let document = Arc::new(Document::read(seen.manifest, &envelope)?);
        *held(&self.team) = Some(document.clone());
        Ok(Some(document))
    }

    async fn remember(&self, document: &Arc<Document>) -> Result<()> {
        let seen = serde_json::to_string(&document.seen())
            .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
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
            return Err(rolled_back(format!(
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

    async fn read_document(&self, repository: &Repository, digest: &Digest) -> Result<Document> {
        let envelope = self
            .read_envelope(repository, digest, media_type::HALLMARK_WORKSPACE)
            .await?;
        Document::read(digest.clone(), &envelope)
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

    /// Makes a team's workspace: this person its first owner, these rules its first rules.
    ///
    /// # Errors
    /// [`Code::Conflict`] where the repository has one already.
    pub async fn workspace_init(&self, ask: AskInit) -> Result<Team> {
        let repository = crate::image::repository(&ask.repository)?;
        if self.file().team.is_some() {
            return Err(
                Error::new(Code::Conflict, "this workspace belongs to a team already")
                    .hint("Use another folder (--workspace DIR) for another team."),
            );
        }
        if self
            .tag_digest(&repository, &workspace_tag()?)
            .await?
            .is_some()
        {
            return Err(Error::new(
                Code::Conflict,
                format!("{repository} holds a workspace already"),
            )
            .hint(format!(
                "Join it with `hallmark workspace join {repository}`."
            )));
        }
        let key = self.ensure_key(None).await?;
        let me = self.my_name().await?;
        let id = self.file().id;
        let name = ask.name.unwrap_or_else(|| {
            repository
                .name
                .as_str()
                .split('/')
                .next()
                .unwrap_or("team")
                .to_owned()
        });
        let member = p::Member {
            name: me,
            key: key.to_pem(),
            roles: vec!["owner".into(), "approver".into()],
        };
        let file = self.file();
        let mut members = vec![member];
        members.extend(file.members.iter().map(|member| {
            p::Member {
                name: member.name.clone(),
                key: member.key.clone(),
                roles: member
                    .roles
                    .iter()
                    .map(|role| role_name(*role).to_owned())
                    .collect(),
            }
        }));
        let policy = self.policy().await?.text().to_owned();
        let pipelines = pipelines_text(&file.pipelines)?;
        let root = self
            .place_document(&repository, &id, None, |origin| p::Workspace {
                origin,
                name: name.clone(),
                version: 1,
                replaces: None,
                members,
                policy,
                pipelines,
            })
            .await?;
        self.enter_team(&repository, root, &name).await
    }

    /// Joins a team's workspace. What it trusts from then on descends from the document it finds.
    ///
    /// # Errors
    /// Where there is none, or a digest was named and another document is in force.
    pub async fn workspace_join(&self, ask: AskJoin) -> Result<Team> {
        if self.file().team.is_some() {
            return Err(
                Error::new(Code::Conflict, "this workspace belongs to a team already")
                    .hint("Use another folder (--workspace DIR) for another team."),
            );
        }
        let named = reference(&ask.reference)?;
        let repository = named.repository.clone();
        let found = self
            .tag_digest(&repository, &workspace_tag()?)
            .await?
            .ok_or_else(|| {
                Error::new(Code::NotFound, format!("{repository} holds no workspace"))
                    .hint("Check the name, or make one with `hallmark workspace init`.")
            })?;
        let root = named.digest.clone().unwrap_or_else(|| found.clone());
        let document = self.read_document(&repository, &root).await?;
        self.ensure_key(None).await?;
        let name = document.says.name.clone();
        let mut team = self.enter_team(&repository, root, &name).await?;
        if named.digest.is_none() {
            team.warnings.push(format!(
                "This document was trusted as it was found. Compare key {} with its owner, or join {repository}@{found}.",
                team.key_id
            ));
        }
        Ok(team)
    }

    async fn enter_team(&self, repository: &Repository, root: Digest, name: &str) -> Result<Team> {
        let joined = self.change(|file| {
            file.kind = WorkspaceKind::Team;
            file.name = name.to_owned();
            file.team = Some(TeamFile {
                repository: repository.clone(),
                root,
            });
        });
        joined?;
        match self.team().await {
            Ok(team) => Ok(team),
            Err(error) => {
                self.change(|file| {
                    file.kind = WorkspaceKind::Solo;
                    file.team = None;
                })?;
                Err(error)
            }
        }
    }

    /// The team's workspace as it stands.
    ///
    /// # Errors
    /// Where this workspace has no team, or its document cannot be believed.
    pub async fn team(&self) -> Result<Team> {
        let repository = self.team_file()?.repository;
        let document = self.document().await?;
        let me = self.my_key()?.map(|key| key.id().to_string());
        let unknown = me.filter(|id| document.trust.name_of(id).is_none());
        Ok(Team {
            id: document.says.origin.workspace.clone(),
            name: document.says.name.clone(),
            repository: repository.to_string(),
            digest: document.manifest.to_string(),
            version: document.says.version,
            signed_by: document.signed.member().unwrap_or_default().to_owned(),
            key_id: document.signed.key_id().to_owned(),
            members: document.trust.members(),
            warnings: unknown
                .map(|id| format!("Your key {id} is not among the members yet: an owner has to add it (`hallmark member add NAME --key FILE --role ROLE`)."))
                .into_iter()
                .collect(),
        })
    }

    /// Adds a member, or changes the roles of one.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for anybody but an owner; [`Code::Conflict`] where somebody changed the document meanwhile.
    pub async fn member_add(&self, ask: AskMember) -> Result<Team> {
        let key = read_key(&ask.name, &ask.key)?;
        let repository = self.team_file()?.repository;
        let before = self.document().await?;
        let me = self
            .my_key()?
            .map(|key| key.id().to_string())
            .unwrap_or_default();
        if !before.trust.owns(&me) {
            return Err(Error::new(
                Code::NotAllowed,
                "only an owner may change the members of this workspace",
            ));
        }
        let mut members = before.says.members.clone();
        let other = members
            .iter()
            .any(|m| m.name == ask.name && m.key.trim() != key.to_pem().trim());
        if other {
            return Err(Error::new(
                Code::Conflict,
                format!("{} is a member already, with another key", ask.name),
            ));
        }
        let same_key = before.trust.name_of(key.id().as_str());
        if let Some(owner) = same_key.filter(|owner| *owner != ask.name) {
            return Err(Error::new(
                Code::Conflict,
                format!("this key is already the one of {owner}"),
            ));
        }
        members.retain(|member| member.name != ask.name);
        members.push(p::Member {
            name: ask.name.clone(),
            key: key.to_pem(),
            roles: ask
                .roles
                .iter()
                .map(|role| role_name(*role).to_owned())
                .collect(),
        });
        let says = before.says.clone();
        self.place_document(
            &repository,
            &says.origin.workspace.clone(),
            Some(&before.manifest),
            |origin| p::Workspace {
                origin,
                members,
                version: says.version + 1,
                replaces: Some(before.manifest.clone()),
                ..says
            },
        )
        .await?;
        self.team().await
    }

    /// Writes a version: its own tag first, then the one in force, which must still be `before`.
    async fn place_document(
        &self,
        repository: &Repository,
        id: &str,
        before: Option<&Digest>,
        says: impl FnOnce(p::Origin) -> p::Workspace,
    ) -> Result<Digest> {
        let scribe = self.scribe_in(id).await?;
        let origin = scribe.origin();
        let says = says(origin);
        let version = says.version;
        let envelope = scribe.envelope(
            &repository.to_string(),
            &document_subject(id),
            p::WORKSPACE,
            &says,
        )?;
        let manifest = self
            .push_envelope(repository, media_type::HALLMARK_WORKSPACE, &envelope)
            .await?;
        let client = self.client();
        client
            .put_manifest(
                repository,
                Target::Tag(&tag(&format!("workspace-{version}"))?),
                &manifest,
            )
            .await?;
        let current = self.tag_digest(repository, &workspace_tag()?).await?;
        if current.as_ref() != before {
            return Err(Error::new(
                Code::Conflict,
                "somebody else changed the workspace document in the same moment",
            )
            .hint("Look at it again with `hallmark workspace show`, then repeat."));
        }
        client
            .put_manifest(repository, Target::Tag(&workspace_tag()?), &manifest)
            .await?;
        let after = self.tag_digest(repository, &workspace_tag()?).await?;
        if after.as_ref() != Some(manifest.digest()) {
            return Err(Error::new(
                Code::Conflict,
                "somebody else changed the workspace document right after",
            )
            .hint("Look at it again with `hallmark workspace show`, then repeat."));
        }
        let document = Document::read(manifest.digest().clone(), &envelope)?;
        self.remember(&Arc::new(document)).await?;
        Ok(manifest.digest().clone())
    }

    /// Pushes an artifact of ours whose one layer is `envelope`.
    pub(crate) async fn push_envelope(
        &self,
        repository: &Repository,
        artifact_type: &str,
        envelope: &Envelope,
    ) -> Result<Manifest> {
        let manifest = envelope_artifact(artifact_type, envelope)?;
        let client = self.client();
        for blob in &manifest.blobs {
            client.push_blob(repository, blob.clone()).await?;
        }
        client
            .push_blob(repository, bytes::Bytes::from_static(b"{}"))
            .await?;
        Ok(manifest.manifest)
    }
}

fn envelope_artifact(artifact_type: &str, envelope: &Envelope) -> Result<Attachment> {
    let json = envelope.to_json();
    let layer = Descriptor::of(media_type::DSSE, &json);
    let manifest = Artifact::new(artifact_type, vec![layer])
        .build()
        .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
    Ok(Attachment {
        manifest,
        blobs: vec![json.into()],
    })
}

/// What a workspace document speaks of: the workspace, by the digest of its identifier.
pub(crate) fn document_subject(id: &str) -> Digest {
    Digest::sha256(id)
}

fn pipelines_text(pipelines: &[PipelineFile]) -> Result<String> {
    #[derive(Serialize)]
    struct Text<'a> {
        pipelines: &'a [PipelineFile],
    }
    if pipelines.is_empty() {
        return Ok(String::new());
    }
    toml::to_string(&Text { pipelines })
        .map_err(|error| Error::new(Code::Internal, error.to_string()))
}
