//! Hands that push, attach, copy and look, and `skopeo` as the witness.

use bytes::Bytes;
use hallmark_flows::{
    distribution::Distribution, ground::Ground, process::installed, shelf::Shelf,
};
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Repository, Tag};
use hallmark_practice::Config;
use hallmark_registry::{
    Anonymous, Attachment, Client, Copied, CopyJob, Quiet, ReferrersSource, Target,
};
use std::{path::Path, process::Command, sync::Arc};
use tokio::runtime::Runtime;

/// Both kinds of registry.
pub struct Place {
    pub real: Distribution,
    pub practice: Shelf,
    pub ground: Ground,
}

impl Place {
    pub fn open() -> Self {
        let ground = Ground::new();
        Self {
            real: Distribution::open(&ground.servers()),
            practice: Shelf::open(&ground, Config::default()),
            ground,
        }
    }

    /// A second registry without the API.
    pub fn other(&self) -> Distribution {
        let folder = self.ground.servers().join("other");
        std::fs::create_dir_all(&folder).unwrap();
        Distribution::open(&folder)
    }
}

pub fn place(host: &str, name: &str) -> Repository {
    format!("{host}/{name}").parse().unwrap()
}

pub fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

/// A client that knows nothing yet.
pub struct Hands {
    runtime: Runtime,
    client: Client,
}

impl Hands {
    pub fn new() -> Self {
        Self {
            runtime: Runtime::new().unwrap(),
            client: Client::new(Vec::new(), Arc::new(Anonymous)).unwrap(),
        }
    }

    pub fn push(&self, at: &Repository, blobs: &[Bytes]) {
        for blob in blobs {
            let pushed = self.client.push_blob(at, blob.clone());
            self.runtime.block_on(pushed).unwrap();
        }
    }

    pub fn put(&self, at: &Repository, tag: Option<&str>, manifest: &Manifest) {
        let tag: Option<Tag> = tag.map(|tag| tag.parse().unwrap());
        let target = tag.as_ref().map_or(Target::Digest, Target::Tag);
        let placed = self.client.put_manifest(at, target, manifest);
        self.runtime.block_on(placed).unwrap();
    }

    /// Attaches an artifact that says `words`.
    pub fn attach(&self, at: &Repository, subject: &Manifest, words: &str) -> Manifest {
        let bytes = Bytes::from(words.to_owned());
        let layer = Descriptor::of("text/plain", &bytes);
        let artifact = Artifact::new("application/x.words", vec![layer]);
        let manifest = artifact.about(&subject.descriptor()).build().unwrap();
        let attachment = Attachment {
            manifest: manifest.clone(),
            blobs: vec![bytes],
        };
        let attachments = [attachment];
        let attached = self.client.attach(at, subject.digest(), &attachments);
        self.runtime.block_on(attached).unwrap();
        manifest
    }

    pub fn attached(&self, at: &Repository, subject: &Manifest) -> (Vec<Digest>, ReferrersSource) {
        let listed = self.client.referrers(at, subject.digest());
        let listed = self.runtime.block_on(listed).unwrap();
        let digests = listed.descriptors.into_iter().map(|found| found.digest);
        (digests.collect(), listed.source)
    }

    pub fn named(&self, at: &Repository, name: &str) -> Option<Digest> {
        let name = tag(name);
        let found = self.client.resolve_tag(at, &name);
        let found = self.runtime.block_on(found).unwrap();
        found.map(|found| found.digest)
    }

    pub fn copy(&self, job: &CopyJob) -> Copied {
        self.runtime
            .block_on(self.client.copy(job, &Quiet))
            .unwrap()
    }
}

/// The bytes that a name stands for, as skopeo reads them.
pub fn raw(name: &str) -> Vec<u8> {
    skopeo(&["inspect", "--raw", "--tls-verify=false", name])
}

/// Copies with skopeo, every byte as it is.
pub fn skopeo_copy(from: &str, to: &str) {
    skopeo(&[
        "copy",
        "--all",
        "--preserve-digests",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
        from,
        to,
    ]);
}

pub fn layout_name(folder: &Path, tag: &str) -> String {
    format!("oci:{}:{tag}", folder.display())
}

fn skopeo(words: &[&str]) -> Vec<u8> {
    installed("skopeo", "skopeo");
    let output = Command::new("skopeo")
        .arg("--insecure-policy")
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
    output.stdout
}
