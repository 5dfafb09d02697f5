//! The ground that the tests stand on: a registry in this process, small images, reports, and
//! desks with a key, a keyring in memory and a clock that is set by hand.

pub use crate::{
    person::{Person, Team, ask_promote, decide},
    reports::{junit, scan_of, trivy},
};
use futures::future::BoxFuture;
use hallmark_credentials::{Login, Memory, SecretString};
use hallmark_image::{Descriptor, Digest, Host, Manifest, Platform, Repository, Tag, media_type};
use hallmark_practice::{Access, Config, Registry, Running, Seen};
use hallmark_registry::{Attachment, Client, Endpoint, Logins, Target};
use hallmark_workflow::{
    Clock, RegistryFile,
    dto::{EvidenceInfo, Review, Role},
    error::{Code, Error, Result},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::{Arc, Mutex};

/// The names of the two platforms that every image has.
pub const AMD64: &str = "linux/amd64";
pub const ARM64: &str = "linux/arm64";

/// One clock for everybody.
#[derive(Clone)]
pub struct Watch(Arc<Mutex<Timestamp>>);

impl Watch {
    /// Puts the hands where they are wanted.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap() = now;
    }
}

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

impl Watch {
    pub fn pass(&self, time: SignedDuration) {
        *self.0.lock().unwrap() += time;
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

    /// With a registry that lets in only these.
    pub async fn guarded(access: Access) -> Self {
        let config = Config {
            access,
            ..Config::default()
        };
        Self::with(config).await
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
        self.clock.pass(time);
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
            let layers = [format!("{architecture} {version}")];
            let labels = json!({"org.opencontainers.image.version": version});
            let child = self.child(&repository, architecture, &layers, &labels);
            children.push(child.await);
        }
        self.index(repository, tag, children).await
    }

    /// Pushes an image that is built on another one, and says so or not.
    pub async fn push_on(&self, name: &str, tag: &str, base: &Pushed, says_so: bool) -> Pushed {
        let repository = self.repository(name);
        let version = base.tag.as_str();
        let mut labels = json!({"org.opencontainers.image.version": tag});
        if says_so {
            labels["org.opencontainers.image.base.digest"] = json!(base.digest());
        }
        let mut children = Vec::new();
        for architecture in ["amd64", "arm64"] {
            let own = format!("{architecture} {name}");
            let layers = match says_so {
                // Squashed, so that only its word tells.
                true => vec![own],
                false => vec![format!("{architecture} {version}"), own],
            };
            let child = self.child(&repository, architecture, &layers, &labels);
            children.push(child.await);
        }
        self.index(repository, tag, children).await
    }

    async fn index(&self, repository: Repository, tag: &str, children: Vec<Manifest>) -> Pushed {
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

    async fn child(
        &self,
        repository: &Repository,
        architecture: &str,
        layers: &[String],
        labels: &serde_json::Value,
    ) -> Manifest {
        let ids: Vec<Digest> = layers.iter().map(Digest::sha256).collect();
        let config = json!({
            "os": "linux", "architecture": architecture, "created": "2026-11-22T08:00:00Z",
            "config": {"Labels": labels},
            "rootfs": {"type": "layers", "diff_ids": ids},
        })
        .to_string();
        let layer = |text: &String| Descriptor::of(media_type::OCI_LAYER_GZIP, text.as_bytes());
        let manifest = json!({
            "schemaVersion": 2, "mediaType": media_type::OCI_MANIFEST,
            "config": Descriptor::of(media_type::OCI_CONFIG, config.as_bytes()),
            "layers": layers.iter().map(layer).collect::<Vec<_>>(),
        });
        for blob in layers.iter().cloned().chain([config]) {
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
    pub async fn hang(
        &self,
        image: &Pushed,
        subject: &Descriptor,
        name: &str,
        bytes: &str,
    ) -> Manifest {
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
            manifest: manifest.clone(),
            blobs: vec![bytes.to_owned().into()],
        }];
        let attach = self
            .client
            .attach(&image.repository, &subject.digest, &attachments);
        attach.await.unwrap();
        manifest
    }

    /// Points many tags at an image at once.
    pub async fn plant_tags(&self, image: &Pushed, tags: &[String]) {
        let tags = tags.iter().map(|tag| tag.parse().unwrap()).collect();
        let planted = self
            .registry
            .plant_tags(&image.repository.name, image.digest(), tags);
        planted.await.unwrap();
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

pub fn registry_file(host: Host) -> RegistryFile {
    RegistryFile {
        plain_http: true,
        ..RegistryFile::new(host)
    }
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
