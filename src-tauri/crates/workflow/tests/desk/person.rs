//! Somebody at a desk, with the words they use.

use crate::{
    ground::{Ground, Pushed},
    reports::{junit, trivy},
};
use hallmark_credentials::Backend;
use hallmark_image::{Digest, Repository};
use hallmark_workflow::{
    Desk, Home, MemberFile, Patience, PipelineFile, StageFile, Surroundings, Work, WorkspaceFile,
    dto,
    dto::{
        AskAttach, AskPromote, AskRequest, AskReview, AskRollback, Attached, Decide, Decided,
        Promotion, Requested, Review, Role,
    },
    error::Result,
};
use std::{path::Path, sync::Arc};
use tempfile::TempDir;

/// The members of a team.
pub struct Team {
    pub owner: Person,
    pub approver: Person,
    pub developer: Person,
    pub ci: Person,
    pub auditor: Person,
}

impl Team {
    /// An image with reports from the build machine, asked for by the developer.
    pub async fn asked(&self, ground: &Ground, tag: &str) -> Pushed {
        let image = ground.push("shop/api", tag).await;
        self.ci.evidence(&image).await;
        ground.tick();
        self.developer.request(&image).await.unwrap();
        ground.tick();
        image
    }
}

/// Somebody at a desk.
pub struct Person {
    pub name: &'static str,
    pub desk: Desk,
    pub key: String,
    pub key_id: String,
    around: Surroundings,
    folder: TempDir,
}

impl Person {
    pub async fn sit(
        ground: &Ground,
        name: &'static str,
        folder: TempDir,
        keyring: Arc<dyn Backend>,
    ) -> Self {
        let around = Surroundings {
            clock: Arc::new(ground.clock.clone()),
            env: Arc::new(|_| None),
            keyring,
            patience: Patience::default(),
        };
        let desk = Desk::open(folder.path(), around.clone()).await.unwrap();
        let key = desk.key_show(Some(name)).await.unwrap();
        Self {
            name,
            desk,
            key: key.public_key,
            key_id: key.key_id,
            around,
            folder,
        }
    }

    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    pub fn surroundings(&self) -> Surroundings {
        self.around.clone()
    }

    /// The desk as it is found after the process died: opened anew in the same folder.
    pub async fn again(self) -> Self {
        let Self {
            name,
            desk,
            key,
            key_id,
            around,
            folder,
        } = self;
        drop(desk);
        let desk = Desk::open(folder.path(), around.clone()).await.unwrap();
        Self {
            name,
            desk,
            key,
            key_id,
            around,
            folder,
        }
    }

    /// Closes the desk, and leaves its folder behind.
    pub fn leaves(self) -> TempDir {
        self.folder
    }

    /// The same with the workspace's file changed by hand.
    pub async fn edited(self, change: impl FnOnce(&mut WorkspaceFile)) -> Self {
        let home = Home::at(self.home()).unwrap();
        let mut file = WorkspaceFile::load(&home).unwrap();
        change(&mut file);
        file.save(&home).unwrap();
        self.again().await
    }

    /// The same, knowing the keys of others.
    pub async fn knowing(self, others: &[(&Person, Role)]) -> Self {
        let members: Vec<MemberFile> = others
            .iter()
            .map(|(person, role)| MemberFile {
                name: person.name.to_owned(),
                key: person.key.clone(),
                roles: vec![*role],
            })
            .collect();
        self.edited(|file| file.members = members).await
    }

    /// The same with these tags of golden.
    pub async fn with_tags(self, tags: &[&str]) -> Self {
        let golden = stage("golden", None, tags);
        self.with_stages("*", vec![golden]).await
    }

    /// The same with these stages of some repositories.
    pub async fn with_stages(self, repositories: &str, stages: Vec<StageFile>) -> Self {
        let pipeline = PipelineFile {
            repositories: repositories.into(),
            candidates: None,
            stages,
        };
        self.edited(|file| file.pipelines = vec![pipeline]).await
    }

    /// Writes the policy people edit.
    pub fn policy(&self, golden: &str) {
        let text = format!("version = 1\n[stage.golden]\n{golden}\n");
        self.policy_text(&text);
    }

    pub fn policy_text(&self, text: &str) {
        std::fs::write(self.home().join("policy.toml"), text).unwrap();
    }

    pub async fn init(&self, repository: &Repository) {
        let ask = dto::AskInit {
            repository: repository.to_string(),
            name: Some("Shop".into()),
        };
        self.desk.workspace_init(ask).await.unwrap();
    }

    pub async fn add(&self, person: &Person, role: Role) -> Result<dto::Team> {
        let ask = dto::AskMember {
            name: person.name.to_owned(),
            key: person.key.clone(),
            roles: vec![role],
        };
        self.desk.member_add(ask).await
    }

    pub async fn join(&self, reference: impl ToString) -> Result<dto::Team> {
        let ask = dto::AskJoin {
            reference: reference.to_string(),
        };
        self.desk.workspace_join(ask).await
    }

    /// Attaches one file.
    pub async fn attach(&self, image: &Pushed, name: &str, bytes: &str) -> Result<Attached> {
        self.attach_files(image, &[(name, bytes)], None).await
    }

    pub async fn attach_files(
        &self,
        image: &Pushed,
        files: &[(&str, &str)],
        because: Option<&str>,
    ) -> Result<Attached> {
        let folder = tempfile::tempdir().unwrap();
        let write = |(name, bytes): &(&str, &str)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path.display().to_string()
        };
        let ask = AskAttach {
            image: image.exact(),
            files: files.iter().map(write).collect(),
            platform: None,
            because: because.map(str::to_owned),
        };
        self.desk.attach(ask, &Work::quiet()).await
    }

    /// Attaches what the golden policy asks for: tests, and a scan of each platform.
    pub async fn evidence(&self, image: &Pushed) {
        let at = self.around.clock.now();
        let scans = [0, 1].map(|platform| trivy(image, platform, at, &[]));
        let files = [
            ("junit.xml", junit(at, &["adds", "subtracts"], &[])),
            ("trivy-amd64.json", scans[0].clone()),
            ("trivy-arm64.json", scans[1].clone()),
        ];
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(name, text)| (*name, text.as_str()))
            .collect();
        self.attach_files(image, &files, None).await.unwrap();
    }

    pub async fn request(&self, image: &Pushed) -> Result<Requested> {
        let ask = AskRequest {
            image: image.tagged(),
            stage: "golden".into(),
            message: "the refund rounding is mended".into(),
            run: None,
            ticket: None,
            supersedes: None,
        };
        self.desk.request(ask).await
    }

    pub async fn review(&self, image: &Pushed) -> Review {
        self.review_of(&image.exact()).await
    }

    pub async fn review_of(&self, image: &str) -> Review {
        let ask = AskReview {
            image: image.to_owned(),
            stage: Some("golden".into()),
        };
        self.desk.review(ask).await.unwrap()
    }

    pub async fn approve(&self, image: &Pushed) -> Result<Decided> {
        self.desk
            .approve(decide(&image.exact(), false), &Work::quiet())
            .await
    }

    pub async fn request_changes(&self, image: &Pushed) -> Result<Decided> {
        self.desk
            .request_changes(decide(&image.exact(), false))
            .await
    }

    pub async fn withdraw(&self, image: &Pushed) -> Result<Decided> {
        self.desk.withdraw(decide(&image.exact(), false)).await
    }

    pub async fn comment(&self, image: &Pushed) -> Result<Decided> {
        self.desk.comment(decide(&image.exact(), false)).await
    }

    pub async fn promote(&self, image: &Pushed) -> Promotion {
        self.promote_to(image, "golden").await.unwrap()
    }

    pub async fn promote_to(&self, image: &Pushed, stage: &str) -> Result<Promotion> {
        self.desk
            .promote(ask_promote(&image.exact(), stage), &Work::quiet())
            .await
    }

    /// Approves and promotes an image.
    pub async fn make_golden(&self, ground: &Ground, image: &Pushed) -> Promotion {
        ground.tick();
        self.approve(image).await.unwrap();
        ground.tick();
        let promotion = self.promote(image).await;
        assert_eq!(
            promotion.outcome,
            dto::Outcome::Promoted,
            "{}",
            promotion.message
        );
        ground.tick();
        promotion
    }

    pub async fn roll_back(&self, image: &Pushed, to: Option<&Digest>) -> Result<Promotion> {
        let ask = AskRollback {
            repository: image.repository.to_string(),
            stage: "golden".into(),
            to: to.map(ToString::to_string),
            message: "payouts fail at night".into(),
            dry_run: false,
        };
        self.desk.rollback(ask, &Work::quiet()).await
    }

    pub async fn revoke(&self, image: &Pushed) -> Result<dto::Revocation> {
        let ask = dto::AskRevoke {
            image: image.exact(),
            message: "the signing key leaked".into(),
            dry_run: false,
        };
        self.desk.revoke(ask, &Work::quiet()).await
    }

    /// Waives `CVE-2026-1` of zlib1g until a day.
    pub async fn waive(&self, image: &Pushed, until: &str) -> Result<dto::WaiverInfo> {
        self.waive_for(image, until, false).await
    }

    pub async fn waive_for(
        &self,
        image: &Pushed,
        until: &str,
        repository: bool,
    ) -> Result<dto::WaiverInfo> {
        let ask = dto::AskWaive {
            image: image.exact(),
            finding: "CVE-2026-1".into(),
            package: "zlib1g".into(),
            until: until.parse().unwrap(),
            message: "the code is not reached".into(),
            repository,
        };
        self.desk.waive(ask).await
    }

    pub async fn is_golden(&self, image: &Pushed) -> bool {
        let verified = self.desk.verify(&image.exact(), "golden", None).await;
        verified.unwrap().golden
    }

    /// The kinds of entries of the history, oldest first.
    pub async fn kinds(&self) -> Vec<String> {
        let page = self.desk.history_page(Default::default()).await.unwrap();
        page.entries
            .iter()
            .rev()
            .map(|entry| entry.kind.clone())
            .collect()
    }
}

/// A stage of a pipeline.
pub fn stage(name: &str, target: Option<String>, tags: &[&str]) -> StageFile {
    StageFile {
        name: name.to_owned(),
        target,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        after: None,
        immutable: false,
    }
}

pub fn ask_promote(image: &str, stage: &str) -> AskPromote {
    AskPromote {
        image: image.to_owned(),
        stage: stage.to_owned(),
        dry_run: false,
    }
}

pub fn decide(image: &str, promote: bool) -> Decide {
    Decide {
        image: image.to_owned(),
        stage: "golden".into(),
        message: "looked at every check".into(),
        seen: None,
        seen_golden: None,
        promote,
    }
}
