//! The team, through the registry: the signed workspace document, and who may change it.
//!
//! Tag `workspace` is the document in force; every version names the one before and keeps a
//! tag of its own, so that the way back to the version that was trusted first stays readable.
//! An older document than one already seen is refused.

use crate::{
    desk::Desk,
    document::{Document, document_subject},
    dto::{AskInit, AskJoin, AskMember, Team, WorkspaceKind},
    error::{Code, Error, Result},
    home::TeamFile,
    image::{own_tag, reference, repository},
    layout,
    trust::{read_key, role_name},
};
use hallmark_attest::{PublicKey, predicate as p};
use hallmark_image::{Digest, Manifest, Repository, Tag, media_type};
use hallmark_registry::Target;
use std::sync::Arc;

/// The tag of the document in force.
pub(crate) fn workspace_tag() -> Result<Tag> {
    own_tag("workspace")
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

    pub(crate) fn team_file(&self) -> Result<TeamFile> {
        self.file().team.ok_or_else(|| {
            Error::new(Code::NotFound, "this workspace has no team")
                .hint("Make one with `hallmark workspace init`, or join one with `hallmark workspace join`.")
        })
    }

    /// Makes a team's workspace: this person its first owner, these rules its first rules.
    ///
    /// # Errors
    /// [`Code::Conflict`] where the repository has one already.
    pub async fn workspace_init(&self, ask: AskInit) -> Result<Team> {
        self.no_team_yet()?;
        let repository = repository(&ask.repository)?;
        let there = self.tag_digest(&repository, &workspace_tag()?).await?;
        if there.is_some() {
            return Err(Error::new(
                Code::Conflict,
                format!("{repository} holds a workspace already"),
            )
            .hint(format!(
                "Join it with `hallmark workspace join {repository}`."
            )));
        }
        let file = self.file();
        let pipelines = layout::extract(&self.workspace_text()?)?;
        let members = self.first_members().await?;
        let policy = self.policy().await?.text().to_owned();
        let name = ask.name.unwrap_or_else(|| first_part(&repository));
        let root = self
            .place_document(&repository, &file.id, None, |origin| p::Workspace {
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

    fn no_team_yet(&self) -> Result<()> {
        if self.file().team.is_none() {
            return Ok(());
        }
        Err(
            Error::new(Code::Conflict, "this workspace belongs to a team already")
                .hint("Use another folder (--workspace DIR) for another team."),
        )
    }

    /// This person as the first owner, and the people they trusted so far.
    async fn first_members(&self) -> Result<Vec<p::Member>> {
        let key = self.ensure_key(None).await?;
        let me = p::Member {
            name: self.my_name().await?,
            key: key.to_pem(),
            roles: vec!["owner".into(), "approver".into()],
        };
        let others = self.file().members.into_iter().map(|known| p::Member {
            roles: known
                .roles
                .iter()
                .map(|r| role_name(*r).to_owned())
                .collect(),
            name: known.name,
            key: known.key,
        });
        Ok([me].into_iter().chain(others).collect())
    }

    /// Joins a team's workspace. What it trusts from then on descends from the document it finds.
    ///
    /// # Errors
    /// Where there is none, or a digest was named and another document is in force.
    pub async fn workspace_join(&self, ask: AskJoin) -> Result<Team> {
        self.no_team_yet()?;
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
        let before = self.document().await?;
        self.may_change(&before)?;
        let members = with_member(&before, &ask, &key)?;
        self.next_document(&before, |says| says.members = members)
            .await?;
        self.team().await
    }

    /// Writes the version after `before`, changed like this.
    pub(crate) async fn next_document(
        &self,
        before: &Document,
        change: impl FnOnce(&mut p::Workspace),
    ) -> Result<()> {
        let repository = self.team_file()?.repository;
        let mut says = before.says.clone();
        change(&mut says);
        let id = says.origin.workspace.clone();
        self.place_document(&repository, &id, Some(&before.manifest), |origin| {
            p::Workspace {
                origin,
                version: says.version + 1,
                replaces: Some(before.manifest.clone()),
                ..says
            }
        })
        .await?;
        Ok(())
    }

    /// Writes a version: under a tag of its own first, then as the one in force, if that is still `before`.
    async fn place_document(
        &self,
        repository: &Repository,
        id: &str,
        before: Option<&Digest>,
        says: impl FnOnce(p::Origin) -> p::Workspace,
    ) -> Result<Digest> {
        let scribe = self.scribe_in(id).await?;
        let says = says(scribe.origin());
        let subject = document_subject(id);
        let envelope = scribe.envelope(&repository.to_string(), &subject, p::WORKSPACE, &says)?;
        let manifest = self
            .push_envelope(repository, media_type::HALLMARK_WORKSPACE, &envelope)
            .await?;
        self.put_document(repository, before, says.version, &manifest)
            .await?;
        let document = Document::read(manifest.digest(), &envelope)?;
        self.remember(&Arc::new(document)).await?;
        Ok(manifest.digest().clone())
    }

    async fn put_document(
        &self,
        repository: &Repository,
        before: Option<&Digest>,
        version: u64,
        manifest: &Manifest,
    ) -> Result<()> {
        let client = self.client();
        // With the digest in its name, two who write the same version at once keep both.
        let own = own_tag(&format!(
            "workspace-{version}-{}",
            manifest.digest().short()
        ))?;
        client
            .put_manifest(repository, Target::Tag(&own), manifest)
            .await?;
        let tag = workspace_tag()?;
        let current = self.tag_digest(repository, &tag).await?;
        if current.as_ref() != before {
            return Err(overtaken("in the same moment"));
        }
        client
            .put_manifest(repository, Target::Tag(&tag), manifest)
            .await?;
        let after = self.tag_digest(repository, &tag).await?;
        if after.as_ref() != Some(manifest.digest()) {
            return Err(overtaken("right after"));
        }
        Ok(())
    }
}

fn overtaken(when: &str) -> Error {
    Error::new(
        Code::Conflict,
        format!("somebody else changed the workspace document {when}"),
    )
    .hint("Look at it again with `hallmark workspace show`, then repeat.")
}

/// The members of `before`, with this one added or given other roles.
fn with_member(before: &Document, ask: &AskMember, key: &PublicKey) -> Result<Vec<p::Member>> {
    let mut members = before.says.members.clone();
    let other_key = |m: &p::Member| m.name == ask.name && m.key.trim() != key.to_pem().trim();
    if members.iter().any(other_key) {
        return Err(Error::new(
            Code::Conflict,
            format!("{} is a member already, with another key", ask.name),
        ));
    }
    let owner = before.trust.name_of(key.id().as_str());
    if let Some(owner) = owner.filter(|owner| *owner != ask.name) {
        return Err(Error::new(
            Code::Conflict,
            format!("this key is already the one of {owner}"),
        ));
    }
    members.retain(|member| member.name != ask.name);
    let roles = ask.roles.iter().map(|role| role_name(*role).to_owned());
    members.push(p::Member {
        name: ask.name.clone(),
        key: key.to_pem(),
        roles: roles.collect(),
    });
    Ok(members)
}

/// The first part of a repository's name, for a workspace that nobody named.
fn first_part(repository: &Repository) -> String {
    let name = repository.name.as_str();
    name.split('/').next().unwrap_or(name).to_owned()
}
