//! The ground that the tests stand on: a registry in this process, small images, reports, and
//! desks with a key, a keyring in memory and a clock that is set by hand.

use futures::future::BoxFuture;
use hallmark_credentials::{Backend, Login, Memory, SecretString};
use hallmark_image::{Descriptor, Digest, Host, Manifest, Platform, Repository, Tag, media_type};
use hallmark_practice::{Config, Registry, Running, Seen};
use hallmark_registry::{Attachment, Client, Endpoint, Logins, Target};
use hallmark_workflow::{
    Clock, Desk, Home, MemberFile, PipelineFile, RegistryFile, StageFile, Surroundings, Work,
    WorkspaceFile,
    dto::{
        AskAttach, AskPromote, AskRequest, AskReview, AskRollback, Attached, Decide, Decided,
        EvidenceInfo, Promotion, Requested, Review, Role,
    },
    error::{Code, Error, Result},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

/// The names of the two platforms that every image has.
pub const AMD64: &str = "linux/amd64";
pub const ARM64: &str = "linux/arm64";

/// One clock for everybody.
#[derive(Clone)]
pub struct Watch(Arc<Mutex<Timestamp>>);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// A registry, a clock, and an administrator's client.
pub struct Ground {
    pub registry: Running,
    pub clock: Watch,
    pub client: Client,
}

/// An image that was pushed.
#[derive(Clone)]
pub struct Pushed {
    pub repository: Repository,
    pub tag: Tag,
    pub manifest: Manifest,
    pub children: Vec<Manifest>,
}

impl Pushed {
    pub fn tagged(&self) -> String {
        self.repository.tagged(self.tag.clone()).to_string()
    }

    pub fn exact(&self) -> String {
        self.repository.at(self.digest().clone()).to_string()
    }

    pub fn digest(&self) -> &Digest {
        self.manifest.digest()
    }
}

struct Nobody;

impl Logins for Nobody {
    fn login<'a>(
        &'a self,
        _: &'a Host,
    ) -> BoxFuture<'a, std::result::Result<Option<Login>, String>> {
        Box::pin(async { Ok(None) })
    }
}

struct Known(Login);

impl Logins for Known {
    fn login<'a>(
        &'a self,
        _: &'a Host,
    ) -> BoxFuture<'a, std::result::Result<Option<Login>, String>> {
        Box::pin(async { Ok(Some(self.0.clone())) })
    }
}

impl Ground {
    pub async fn new() -> Self {
        Self::with(Config::default()).await
    }

    pub async fn with(config: Config) -> Self {
        let registry = Registry::start(config).await.unwrap();
        let endpoint = Endpoint::new(registry.host());
        Self {
            client: Client::new(vec![endpoint], Arc::new(Nobody)).unwrap(),
            registry,
            clock: Watch(Arc::new(Mutex::new(
                "2026-11-23T10:00:00Z".parse().unwrap(),
            ))),
        }
    }

    /// The same, with the administrator logged in.
    pub fn logged_in(self, name: &str, password: &str) -> Self {
        let endpoint = Endpoint::new(self.registry.host());
        let login = Known(Login::Password {
            username: name.to_owned(),
            password: SecretString::new(password.to_owned()),
        });
        let client = Client::new(vec![endpoint], Arc::new(login)).unwrap();
        Self { client, ..self }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass: a minute, so that acts have an order.
    pub fn tick(&self) {
        self.pass(SignedDuration::from_mins(1));
    }

    pub fn pass(&self, time: SignedDuration) {
        *self.clock.0.lock().unwrap() += time;
    }

    pub fn repository(&self, name: &str) -> Repository {
        format!("{}/{name}", self.registry.host()).parse().unwrap()
    }

    /// Pushes an image for two platforms.
    pub async fn push(&self, name: &str, tag: &str) -> Pushed {
        self.push_as(name, tag, tag).await
    }

    /// Pushes an image for two platforms whose label says `version`.
    pub async fn push_as(&self, name: &str, tag: &str, version: &str) -> Pushed {
        let repository = self.repository(name);
        let mut children = Vec::new();
        for architecture in ["amd64", "arm64"] {
            children.push(self.child(&repository, architecture, version).await);
        }
        let platforms = ["amd64", "arm64"].map(|name| Platform::new("linux", name));
        let listed: Vec<Descriptor> = children
            .iter()
            .zip(platforms)
            .map(|(child, platform)| child.descriptor().on(platform))
            .collect();
        let index =
            json!({"schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": listed});
        let pushed = Pushed {
            manifest: Manifest::parse(index.to_string(), None).unwrap(),
            tag: tag.parse().unwrap(),
            repository,
            children,
        };
        self.place(&pushed, tag).await;
        pushed
    }

    async fn child(&self, repository: &Repository, architecture: &str, version: &str) -> Manifest {
        let layer = format!("{architecture} {version}");
        let config = json!({
            "os": "linux", "architecture": architecture, "created": "2026-11-22T08:00:00Z",
            "config": {"Labels": {"org.opencontainers.image.version": version}},
            "rootfs": {"type": "layers", "diff_ids": [Digest::sha256(&layer)]},
        })
        .to_string();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
            "config": Descriptor::of(media_type::OCI_CONFIG, config.as_bytes()),
            "layers": [Descriptor::of(media_type::OCI_LAYER_GZIP, layer.as_bytes())],
        });
        for blob in [config, layer] {
            self.client
                .push_blob(repository, blob.into())
                .await
                .unwrap();
        }
        let manifest = Manifest::parse(manifest.to_string(), None).unwrap();
        let put = self
            .client
            .put_manifest(repository, Target::Digest, &manifest);
        put.await.unwrap();
        manifest
    }

    /// Moves a tag by hand, as `docker push` does.
    pub async fn place(&self, image: &Pushed, tag: &str) {
        let tag = tag.parse().unwrap();
        let put = self
            .client
            .put_manifest(&image.repository, Target::Tag(&tag), &image.manifest);
        put.await.unwrap();
    }

    /// Where a tag points.
    pub async fn at(&self, name: &str, tag: &str) -> Option<Digest> {
        let tag = tag.parse().unwrap();
        let found = self.client.resolve_tag(&self.repository(name), &tag).await;
        found.unwrap().map(|found| found.digest)
    }

    /// Attaches a file as `oras attach` does: nobody checks, nobody signs.
    pub async fn hang(&self, image: &Pushed, subject: &Descriptor, name: &str, bytes: &str) {
        let kind = if name.ends_with(".xml") {
            media_type::JUNIT
        } else {
            media_type::JSON
        };
        let layer = Descriptor::of(kind, bytes.as_bytes());
        let manifest = hallmark_image::Artifact::new(kind, vec![layer])
            .about(subject)
            .annotated("org.opencontainers.image.title", name)
            .build()
            .unwrap();
        let attachments = [Attachment {
            manifest,
            blobs: vec![bytes.to_owned().into()],
        }];
        let attach = self
            .client
            .attach(&image.repository, &subject.digest, &attachments);
        attach.await.unwrap();
    }

    /// Requests that would change something.
    pub fn writes(&self) -> Vec<Seen> {
        let mut seen = self.registry.requests();
        seen.retain(|seen| !matches!(seen.method.as_str(), "GET" | "HEAD"));
        seen
    }

    /// Somebody at a desk of their own, with a key of their own.
    pub async fn person(&self, name: &'static str) -> Person {
        let folder = tempfile::tempdir().unwrap();
        Person::sit(self, name, folder, Arc::new(Memory::new())).await
    }

    /// A solo workspace, at work: a person, and an image with reports that pass.
    pub async fn solo(&self) -> (Person, Pushed) {
        let person = self.person("ines").await;
        let image = self.push("shop/api", "1.0").await;
        person.evidence(&image).await;
        (person, image)
    }

    /// A team of an owner and an approver, a requester, a build machine and an auditor.
    pub async fn team(&self) -> Team {
        let owner = self.person("olga").await;
        owner.init(&self.repository("shop/hallmark")).await;
        let mut team = Team {
            approver: self.person("ines").await,
            developer: self.person("mara").await,
            ci: self.person("ci@shop").await,
            auditor: self.person("tom").await,
            owner,
        };
        for (person, role) in [
            (&team.approver, Role::Approver),
            (&team.developer, Role::Requester),
            (&team.ci, Role::Ci),
            (&team.auditor, Role::Auditor),
        ] {
            team.owner.add(person, role).await.unwrap();
        }
        for person in [
            &mut team.approver,
            &mut team.developer,
            &mut team.ci,
            &mut team.auditor,
        ] {
            person
                .join(&self.repository("shop/hallmark"))
                .await
                .unwrap();
        }
        team
    }
}

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
    async fn sit(
        ground: &Ground,
        name: &'static str,
        folder: TempDir,
        keyring: Arc<dyn Backend>,
    ) -> Self {
        let around = Surroundings {
            clock: Arc::new(ground.clock.clone()),
            env: Arc::new(|_| None),
            keyring,
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
        let stage = StageFile {
            name: "golden".into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        };
        let pipeline = PipelineFile {
            repositories: "*".into(),
            candidates: None,
            stages: vec![stage],
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
        let ask = hallmark_workflow::dto::AskInit {
            repository: repository.to_string(),
            name: Some("Shop".into()),
        };
        self.desk.workspace_init(ask).await.unwrap();
    }

    pub async fn add(&self, person: &Person, role: Role) -> Result<hallmark_workflow::dto::Team> {
        let ask = hallmark_workflow::dto::AskMember {
            name: person.name.to_owned(),
            key: person.key.clone(),
            roles: vec![role],
        };
        self.desk.member_add(ask).await
    }

    pub async fn join(&self, reference: impl ToString) -> Result<hallmark_workflow::dto::Team> {
        let ask = hallmark_workflow::dto::AskJoin {
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
            hallmark_workflow::dto::Outcome::Promoted,
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

pub fn registry_file(host: Host) -> RegistryFile {
    RegistryFile {
        host,
        username: None,
        plain_http: true,
        ca: None,
        confirmed_realms: Vec::new(),
        from_docker: false,
    }
}

/// A test report in which `failing` fail and the others pass.
pub fn junit(at: Timestamp, passing: &[&str], failing: &[&str]) -> String {
    let pass = |name: &&str| format!(r#"<testcase classname="unit" name="{name}" time="0.1"/>"#);
    let fail = |name: &&str| {
        format!(
            r#"<testcase classname="unit" name="{name}" time="0.1"><failure message="no"/></testcase>"#
        )
    };
    let cases: String = passing
        .iter()
        .map(pass)
        .chain(failing.iter().map(fail))
        .collect();
    format!(
        r#"<testsuites><testsuite name="unit" timestamp="{at}">{cases}</testsuite></testsuites>"#
    )
}

/// A scan of one platform; each finding is an identifier, a severity, and the fixed version.
pub fn trivy(
    image: &Pushed,
    platform: usize,
    at: Timestamp,
    findings: &[(&str, &str, &str)],
) -> String {
    let config = image.children[platform].config().unwrap().digest.clone();
    scan_of(&image.exact(), &config, at, findings)
}

/// The same, of whatever image.
pub fn scan_of(
    name: &str,
    config: &Digest,
    at: Timestamp,
    findings: &[(&str, &str, &str)],
) -> String {
    let found = |(id, severity, fixed): &(&str, &str, &str)| json!({"VulnerabilityID": id, "PkgName": "zlib1g", "InstalledVersion": "1.2", "FixedVersion": fixed, "Severity": severity});
    let found: Vec<Value> = findings.iter().map(found).collect();
    json!({
        "SchemaVersion": 2, "Trivy": {"Version": "0.67.2"}, "CreatedAt": at.to_string(),
        "ArtifactName": name, "ArtifactType": "container_image",
        "Metadata": {"ImageID": config, "RepoDigests": [name]},
        "Results": [{"Target": "debian", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}],
    })
    .to_string()
}

/// The evidence of that name.
pub fn named<'a>(review: &'a Review, name: &str) -> &'a EvidenceInfo {
    let found = review.evidence.iter().find(|one| one.name == name);
    found.unwrap_or_else(|| panic!("{name} is not there: {:?}", review.evidence))
}

/// The reason of a check.
pub fn reason<'a>(review: &'a Review, rule: &str) -> &'a str {
    let found = review.checks.iter().find(|check| check.rule == rule);
    &found
        .unwrap_or_else(|| panic!("no {rule}: {:?}", review.checks))
        .reason
}

/// That something was refused with this code, in these words.
pub fn assert_refused<T: std::fmt::Debug>(result: Result<T>, code: Code, words: &str) {
    let error: Error = result.expect_err("it was not refused");
    assert_eq!(error.code, code, "{error}");
    assert!(error.message.contains(words), "{error}");
}
