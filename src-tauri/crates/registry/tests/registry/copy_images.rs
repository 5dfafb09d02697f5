//! Images to be copied, placed on a practice registry.

use bytes::Bytes;
use hallmark_image::{
    Artifact, Descriptor, Digest, Host, Manifest, Platform, Repository, Tag, media_type,
};
use hallmark_practice::{Access, Config, Registry, Running};
use hallmark_registry::{Attachment, Client, Copied, CopyJob, Error, Quiet, Target};
use serde_json::json;

/// Four platforms, 24 blobs, 5 manifests.
pub struct Multi {
    pub index: Manifest,
    pub children: Vec<Manifest>,
    pub blobs: Vec<Bytes>,
}

pub fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

pub fn repository(host: &Host, name: &str) -> Repository {
    Repository {
        host: host.clone(),
        name: name.parse().unwrap(),
    }
}

pub async fn registry(access: Access, referrers: bool) -> Running {
    let config = Config {
        access,
        referrers,
        ..Config::default()
    };
    Registry::start(config).await.unwrap()
}

pub async fn open_registry() -> Running {
    registry(Access::Open, true).await
}

pub fn multi() -> Multi {
    let mut blobs = Vec::new();
    let mut children = Vec::new();
    let mut listed = Vec::new();
    for platform in ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"] {
        let own: Vec<Bytes> = (0..6)
            .map(|number| Bytes::from(format!("{platform} {number} {}", "x".repeat(5000))))
            .collect();
        let child = image_of(&own);
        listed.push(child.descriptor().on(platform.parse::<Platform>().unwrap()));
        children.push(child);
        blobs.extend(own);
    }
    Multi {
        index: index_of(&listed),
        children,
        blobs,
    }
}

/// An image whose configuration is the first of `blobs` and whose layers are the others.
pub fn image_of(blobs: &[Bytes]) -> Manifest {
    let layers = blobs[1..]
        .iter()
        .map(|layer| Descriptor::of(media_type::OCI_LAYER_GZIP, layer));
    image_with(&blobs[0], &layers.collect::<Vec<_>>())
}

pub fn image_with(config: &Bytes, layers: &[Descriptor]) -> Manifest {
    let text = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": Descriptor::of(media_type::OCI_CONFIG, config),
        "layers": layers,
    });
    Manifest::parse(text.to_string(), None).unwrap()
}

pub fn index_of(listed: &[Descriptor]) -> Manifest {
    let text = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_INDEX,
        "manifests": listed,
    });
    Manifest::parse(text.to_string(), None).unwrap()
}

impl Multi {
    pub async fn push(&self, client: &Client, to: &Repository, at: &str) {
        for blob in &self.blobs {
            client.push_blob(to, blob.clone()).await.unwrap();
        }
        for child in &self.children {
            put(client, to, child).await;
        }
        let target = tag(at);
        let target = Target::Tag(&target);
        client.put_manifest(to, target, &self.index).await.unwrap();
    }

    /// Whether `client` finds every byte of it there.
    pub async fn is_whole(&self, client: &Client, there: &Repository) -> bool {
        let all = self.children.iter().chain([&self.index]);
        for manifest in all {
            let found = client.manifest(&there.at(manifest.digest().clone())).await;
            if found.is_err() {
                return false;
            }
        }
        for blob in &self.blobs {
            let descriptor = Descriptor::of("a/b", blob);
            if client.blob(there, &descriptor, 100_000).await.is_err() {
                return false;
            }
        }
        true
    }
}

pub async fn put(client: &Client, to: &Repository, manifest: &Manifest) {
    let placed = client.put_manifest(to, Target::Digest, manifest).await;
    placed.unwrap();
}

/// Attaches an artifact that says `words` to `subject`; its digest is returned.
pub async fn attach(client: &Client, to: &Repository, subject: &Manifest, words: &str) -> Manifest {
    let bytes = Bytes::from(words.to_owned());
    let manifest = Artifact::new("application/x", vec![Descriptor::of("text/plain", &bytes)])
        .about(&subject.descriptor())
        .build()
        .unwrap();
    let attachment = Attachment {
        manifest: manifest.clone(),
        blobs: vec![bytes],
    };
    client
        .attach(to, subject.digest(), &[attachment])
        .await
        .unwrap();
    manifest
}

pub async fn attached(client: &Client, there: &Repository, subject: &Digest) -> Vec<Digest> {
    let found = client.referrers(there, subject).await.unwrap();
    let mut digests: Vec<Digest> = found.descriptors.into_iter().map(|d| d.digest).collect();
    digests.sort();
    digests
}

pub async fn copy(client: &Client, job: &CopyJob) -> Result<Copied, Error> {
    client.copy(job, &Quiet).await
}

/// `METHOD path` of each request that a registry has seen, sorted.
pub fn seen(registry: &Running) -> Vec<String> {
    let requests = registry.requests();
    let mut seen: Vec<String> = requests
        .iter()
        .map(|seen| format!("{} {} {}", seen.method, seen.path, seen.status))
        .collect();
    seen.sort();
    seen
}
