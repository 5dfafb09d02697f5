//! Somebody with the right to push who is no friend: removes what hangs on an image, forges it,
//! moves tags. It goes by the registry's own protocol, with and without the referrers API.

use crate::{images::Candidate, multi::Sample};
use bytes::Bytes;
use futures::future::BoxFuture;
use hallmark_attest::{Bundle, PublicKey, SigningKey, Statement};
use hallmark_credentials::{Login, SecretString};
use hallmark_image::{Artifact, Descriptor, Digest, Host, Manifest, Repository, Tag, media_type};
use hallmark_registry::{
    Anonymous, Attachment, Client, Copied, CopyJob, Endpoint, Logins, Quiet, ReferrersSource,
    Target,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Somebody with the right to push.
pub struct Surgeon {
    runtime: Runtime,
    client: Client,
}

/// A statement that hangs on an image.
#[derive(Clone, Debug)]
pub struct Hanging {
    /// What it hangs on.
    pub subject: Digest,
    /// The artifact's manifest.
    pub manifest: Manifest,
    /// The bundle.
    pub bundle: Bytes,
    /// The statement inside.
    pub statement: Statement<Value>,
    /// The statement's name: the digest of its bytes.
    pub name: Digest,
}

struct One(Login);

impl Logins for One {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        Box::pin(async { Ok(Some(self.0.clone())) })
    }
}

impl Surgeon {
    /// Without a login.
    pub fn anonymous(host: &str) -> Self {
        Self::with(Endpoint::new(host.parse().unwrap()), Arc::new(Anonymous))
    }

    /// With a login, and a CA where there is one.
    pub fn login(host: &str, user: &str, password: &str, ca: Option<&str>) -> Self {
        let mut endpoint = Endpoint::new(host.parse().unwrap());
        endpoint.ca_pem = ca.map(|pem| pem.as_bytes().to_vec());
        let login = Login::Password {
            username: user.to_owned(),
            password: SecretString::new(password.to_owned()),
        };
        Self::with(endpoint, Arc::new(One(login)))
    }

    fn with(endpoint: Endpoint, logins: Arc<dyn Logins>) -> Self {
        Self {
            runtime: Runtime::new().unwrap(),
            client: Client::new(vec![endpoint], logins).unwrap(),
        }
    }

    /// Pushes a candidate under its own tag.
    pub fn push(&self, candidate: &Candidate) {
        let sample = Sample {
            manifest: candidate.sample.manifest.clone(),
            children: candidate.sample.children.clone(),
            blobs: candidate.sample.blobs.clone(),
        };
        self.stock(&candidate.repository(), &candidate.tag(), &sample);
    }

    /// Pushes an image under a tag.
    pub fn stock(&self, repository: &str, tag: &str, sample: &Sample) {
        let at = place(repository);
        self.runtime.block_on(async {
            for blob in &sample.blobs {
                self.client.push_blob(&at, blob.clone()).await.unwrap();
            }
            for child in &sample.children {
                let put = self.client.put_manifest(&at, Target::Digest, child);
                put.await.unwrap();
            }
        });
        self.tag(repository, tag, &sample.manifest);
    }

    /// Copies as `job` says.
    pub fn copy(&self, job: &CopyJob) -> Copied {
        self.runtime
            .block_on(self.client.copy(job, &Quiet))
            .unwrap()
    }

    /// Places a tag.
    pub fn tag(&self, repository: &str, tag: &str, manifest: &Manifest) {
        let (repository, tag) = (place(repository), tag.parse::<Tag>().unwrap());
        let put = self
            .client
            .put_manifest(&repository, Target::Tag(&tag), manifest);
        self.runtime.block_on(put).unwrap();
    }

    /// What a tag names.
    pub fn names(&self, repository: &str, tag: &str) -> Option<Digest> {
        let (repository, tag) = (place(repository), tag.parse().unwrap());
        let resolved = self
            .runtime
            .block_on(self.client.resolve_tag(&repository, &tag));
        resolved.unwrap().map(|descriptor| descriptor.digest)
    }

    /// Every tag.
    pub fn tags(&self, repository: &str) -> Vec<String> {
        let tags = self
            .runtime
            .block_on(self.client.all_tags(&place(repository)));
        tags.unwrap().iter().map(ToString::to_string).collect()
    }

    /// The manifest that a tag names.
    pub fn manifest(&self, repository: &str, tag: &str) -> Manifest {
        let reference = place(repository).tagged(tag.parse().unwrap());
        self.runtime
            .block_on(self.client.manifest(&reference))
            .unwrap()
    }

    /// The first layer of the artifact that a tag names.
    pub fn layer(&self, repository: &str, tag: &str) -> Bytes {
        let manifest = self.manifest(repository, tag);
        let place = place(repository);
        let blob = self.client.blob(&place, &manifest.layers()[0], 1 << 24);
        self.runtime.block_on(blob).unwrap()
    }

    /// Every statement that hangs on the index or on one of its platforms.
    pub fn hanging(&self, candidate: &Candidate) -> Vec<Hanging> {
        let children = candidate.sample.children.iter().map(Manifest::digest);
        let subjects = children.chain([candidate.digest()]);
        subjects
            .flat_map(|subject| self.hanging_on(candidate, subject))
            .collect()
    }

    /// Those whose predicate type ends with `kind`.
    pub fn of_kind(&self, candidate: &Candidate, kind: &str) -> Vec<Hanging> {
        let mut all = self.hanging(candidate);
        all.retain(|one| one.statement.predicate_type.ends_with(kind));
        all
    }

    fn hanging_on(&self, candidate: &Candidate, subject: &Digest) -> Vec<Hanging> {
        let place = candidate.place();
        let read = async {
            let listed = self.client.referrers(&place, subject).await.unwrap();
            let mut hanging = Vec::new();
            for descriptor in listed.descriptors {
                let reference = place.at(descriptor.digest);
                let manifest = self.client.manifest(&reference).await.unwrap();
                if manifest.artifact_type() != Some(media_type::SIGSTORE_BUNDLE) {
                    continue;
                }
                let layer = &manifest.layers()[0];
                let bundle = self.client.blob(&place, layer, 1 << 24).await.unwrap();
                let envelope = Bundle::parse(&bundle).unwrap().envelope;
                hanging.push(Hanging {
                    subject: subject.clone(),
                    name: envelope.statement_digest(),
                    statement: Statement::read(&envelope).unwrap(),
                    manifest,
                    bundle,
                });
            }
            hanging
        };
        self.runtime.block_on(read)
    }

    /// Deletes an image, whatever hangs on it.
    pub fn delete(&self, candidate: &Candidate) {
        let place = candidate.place();
        let manifests = self.sample_manifests(candidate);
        self.runtime.block_on(async {
            for digest in manifests {
                self.client.delete_manifest(&place, &digest).await.unwrap();
            }
        });
    }

    fn sample_manifests(&self, candidate: &Candidate) -> Vec<Digest> {
        let children = candidate.sample.children.iter();
        let all = children.chain([&candidate.sample.manifest]);
        all.map(|manifest| manifest.digest().clone()).collect()
    }

    /// Takes away everything that hangs on the index: statements and reports.
    pub fn strip(&self, candidate: &Candidate) {
        let place = candidate.place();
        let listed = self.client.referrers(&place, candidate.digest());
        let listed = self.runtime.block_on(listed).unwrap();
        for descriptor in listed.descriptors {
            self.remove_artifact(candidate, candidate.digest(), &descriptor.digest);
        }
    }

    /// Takes a statement away.
    pub fn remove(&self, candidate: &Candidate, statement: &Hanging) {
        self.remove_artifact(candidate, &statement.subject, statement.manifest.digest());
    }

    fn remove_artifact(&self, candidate: &Candidate, subject: &Digest, artifact: &Digest) {
        let place = candidate.place();
        let source = self.runtime.block_on(async {
            let listed = self.client.referrers(&place, subject).await.unwrap();
            self.client.delete_manifest(&place, artifact).await.unwrap();
            listed.source
        });
        if source == ReferrersSource::FallbackTag {
            self.unlist(&candidate.repository(), subject, artifact);
        }
    }

    /// Rewrites the fallback index without one entry.
    fn unlist(&self, repository: &str, subject: &Digest, artifact: &Digest) {
        let tag = fallback_tag(subject);
        let listed = self.manifest(repository, &tag);
        let kept = listed
            .children()
            .iter()
            .filter(|child| child.digest != *artifact);
        let index = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_INDEX,
            "manifests": kept.collect::<Vec<_>>(),
        });
        self.tag(
            repository,
            &tag,
            &Manifest::parse(index.to_string(), None).unwrap(),
        );
    }

    /// Deletes the fallback index itself, by its digest, as distribution 2.8 allows.
    pub fn delete_list(&self, candidate: &Candidate) {
        let repository = candidate.repository();
        let list = self
            .names(&repository, &fallback_tag(candidate.digest()))
            .unwrap();
        let place = candidate.place();
        let deleted = self.client.delete_manifest(&place, &list);
        self.runtime.block_on(deleted).unwrap();
    }

    /// Hangs a bundle on an image, as ours hang.
    pub fn hang(&self, candidate: &Candidate, subject: &Descriptor, bundle: Vec<u8>) -> Digest {
        let layer = Descriptor::of(media_type::SIGSTORE_BUNDLE, &bundle);
        let manifest = Artifact::new(media_type::SIGSTORE_BUNDLE, vec![layer])
            .about(subject)
            .annotated("dev.sigstore.bundle.content", "dsse-envelope")
            .build()
            .unwrap();
        let digest = manifest.digest().clone();
        let attachments = [Attachment {
            manifest,
            blobs: vec![bundle.into()],
        }];
        let place = candidate.place();
        let attached = self.client.attach(&place, &subject.digest, &attachments);
        self.runtime.block_on(attached).unwrap();
        digest
    }

    /// Hangs a report on the index, as CI would that knows nothing of Hallmark.
    pub fn hang_report(&self, candidate: &Candidate, name: &str, bytes: Bytes) {
        let mut layer = Descriptor::of(media_type::JSON, &bytes);
        let title = "org.opencontainers.image.title".to_owned();
        layer.annotations.insert(title, name.to_owned());
        let artifact = Artifact::new(media_type::JSON, vec![layer]);
        let subject = candidate.sample.manifest.descriptor();
        let attachments = [Attachment {
            manifest: artifact.about(&subject).build().unwrap(),
            blobs: vec![bytes],
        }];
        let place = candidate.place();
        let attached = self.client.attach(&place, &subject.digest, &attachments);
        self.runtime.block_on(attached).unwrap();
    }

    /// Puts an artifact of ours, such as a workspace document, under a tag.
    pub fn place_envelope(&self, repository: &str, tag: &str, kind: &str, envelope: Vec<u8>) {
        let layer = Descriptor::of(media_type::DSSE, &envelope);
        let manifest = Artifact::new(kind, vec![layer]).build().unwrap();
        let put = async {
            let repository = place(repository);
            for blob in [Bytes::from(envelope), Bytes::from_static(b"{}")] {
                self.client.push_blob(&repository, blob).await.unwrap();
            }
        };
        self.runtime.block_on(put);
        self.tag(repository, tag, &manifest);
    }
}

impl Hanging {
    /// What it hangs on.
    pub fn subject(&self) -> Descriptor {
        self.manifest.subject().cloned().unwrap()
    }

    /// The same bundle around a payload in which one letter of the author's words was changed.
    pub fn changed(&self) -> (Vec<u8>, Digest) {
        let mut bundle = Bundle::parse(&self.bundle).unwrap();
        let text = String::from_utf8(bundle.envelope.payload.clone()).unwrap();
        let changed = text.replacen("\"author\":\"", "\"author\":\"X", 1);
        assert_ne!(changed, text, "no author in {text}");
        bundle.envelope.payload = changed.into_bytes();
        let name = bundle.envelope.statement_digest();
        let mut json: Value = serde_json::from_slice(&self.bundle).unwrap();
        json["dsseEnvelope"] = serde_json::from_slice(&bundle.envelope.to_json()).unwrap();
        (json.to_string().into_bytes(), name)
    }

    /// The same statement, signed by somebody whom nobody knows.
    pub fn by_a_stranger(&self) -> (Vec<u8>, PublicKey) {
        let key = SigningKey::generate();
        let envelope = self.statement.sign(&key).unwrap();
        (Bundle::write(&envelope, &key.public()), key.public())
    }
}

fn place(repository: &str) -> Repository {
    repository.parse::<Repository>().unwrap()
}

/// Distribution-spec 1.1, "Referrers Tag Schema".
fn fallback_tag(subject: &Digest) -> String {
    subject.to_string().replace(':', "-")
}

/// A new private key as PEM (PKCS#8).
pub fn new_key() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let der = SigningKey::generate().to_pkcs8_der();
    let body = STANDARD.encode(&*der);
    let lines: Vec<&str> = (0..body.len())
        .step_by(64)
        .map(|at| &body[at..body.len().min(at + 64)])
        .collect();
    let label = "PRIVATE KEY";
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}
