//! Copies that lost something, changed something, or let something pass.

use crate::{
    copy_images::{
        Multi, attach, attached, copy, image_with, multi, open_registry, put, repository, tag,
    },
    server::{Reply, Server},
    setting::{client, nobody},
};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Manifest, Repository, media_type};
use hallmark_practice::Running;
use hallmark_registry::{Client, Copied, CopyJob, ErrorKind, Target};
use serde_json::json;

/// Two registries, a repository on each, and a client.
struct Way {
    from: Running,
    to: Running,
    source: Repository,
    target: Repository,
    client: Client,
}

impl Way {
    async fn new() -> Self {
        let (from, to) = (open_registry().await, open_registry().await);
        Self {
            source: repository(&from.host(), "team/dev"),
            target: repository(&to.host(), "team/prod"),
            client: client(nobody()),
            from,
            to,
        }
    }

    /// Copies `team/dev:v1` to `team/prod:golden` with all that is attached.
    async fn copy(&self) -> Result<Copied, hallmark_registry::Error> {
        let job = CopyJob::new(self.source.tagged(tag("v1")), self.target.clone())
            .tagged([tag("golden")])
            .with_attached();
        copy(&client(nobody()), &job).await
    }

    async fn image(&self) -> Multi {
        let image = multi();
        image.push(&self.client, &self.source, "v1").await;
        image
    }

    async fn place(&self, manifest: &Manifest) {
        let v1 = tag("v1");
        let put = self
            .client
            .put_manifest(&self.source, Target::Tag(&v1), manifest);
        put.await.unwrap();
    }

    async fn golden(&self) -> Option<Digest> {
        let found = client(nobody())
            .resolve_tag(&self.target, &tag("golden"))
            .await;
        found.unwrap().map(|found| found.digest)
    }
}

#[tokio::test]
async fn the_address_that_a_foreign_layer_names_is_not_followed() {
    let way = Way::new().await;
    let other = Server::start(|_| Reply::new(200).body("layer")).await;
    let config = Bytes::from_static(b"{}");
    way.client
        .push_blob(&way.source, config.clone())
        .await
        .unwrap();
    let mut layer = Descriptor::of(
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        b"layer",
    );
    layer.urls = vec![format!("{}/layer", other.origin())];
    way.place(&image_with(&config, std::slice::from_ref(&layer)))
        .await;
    let copied = way.copy().await.unwrap();
    assert_eq!(copied.missing[0].digest, Some(layer.digest));
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_layer_that_is_listed_twice_is_verified_all_the_same() {
    let way = Way::new().await;
    let config = Bytes::from_static(b"{}");
    way.client
        .push_blob(&way.source, config.clone())
        .await
        .unwrap();
    let layer = Descriptor::of(media_type::OCI_LAYER_GZIP, b"right");
    way.from
        .plant_blob(&way.source.name, &layer.digest, "wrong")
        .await
        .unwrap();
    let image = image_with(&config, &[layer.clone(), layer.clone(), layer.clone()]);
    way.place(&image).await;
    let failed = way.copy().await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::DigestMismatch, "{failed}");
    assert_eq!(way.golden().await, None);
    let there = client(nobody()).blob(&way.target, &layer, 100).await;
    assert_eq!(there.unwrap_err().kind(), &ErrorKind::NotFound);
}

#[tokio::test]
async fn what_is_attached_to_a_child_arrives_with_the_index() {
    let way = Way::new().await;
    let image = way.image().await;
    let mut hung = Vec::new();
    for subject in image.children.iter().chain([&image.index]) {
        let words = format!("signature of {}", subject.digest());
        hung.push((
            subject.digest(),
            attach(&way.client, &way.source, subject, &words).await,
        ));
    }
    let copied = way.copy().await.unwrap();
    assert_eq!(copied.missing, []);
    for (subject, signature) in hung {
        let found = attached(&client(nobody()), &way.target, subject).await;
        assert_eq!(found, [signature.digest().clone()]);
    }
}

#[tokio::test]
async fn what_is_attached_is_placed_after_its_image_and_before_the_tag() {
    let way = Way::new().await;
    let image = way.image().await;
    let signature = attach(&way.client, &way.source, &image.index, "signature").await;
    way.copy().await.unwrap();
    let seen = way.to.requests();
    let put = |name: &str| {
        let path = format!("/v2/team/prod/manifests/{name}");
        seen.iter()
            .position(|seen| seen.method == "PUT" && seen.path == path)
    };
    let order = [
        put(image.index.digest().to_string().as_str()),
        put(signature.digest().to_string().as_str()),
        put("golden"),
    ];
    assert!(order.iter().all(Option::is_some), "{seen:#?}");
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn cosigns_tags_arrive_with_the_image() {
    let way = Way::new().await;
    let image = way.image().await;
    let config = Bytes::from_static(b"{}");
    way.client
        .push_blob(&way.source, config.clone())
        .await
        .unwrap();
    let signature = image_with(&config, &[]);
    let name = tag(&format!("sha256-{}.sig", image.index.digest().hex()));
    way.client
        .put_manifest(&way.source, Target::Tag(&name), &signature)
        .await
        .unwrap();
    way.copy().await.unwrap();
    let found = client(nobody()).resolve_tag(&way.target, &name).await;
    assert_eq!(found.unwrap().unwrap().digest, *signature.digest());
}

#[tokio::test]
async fn bytes_of_an_unusual_form_arrive_as_they_are() {
    let way = Way::new().await;
    let config = Bytes::from_static(b"{}");
    way.client
        .push_blob(&way.source, config.clone())
        .await
        .unwrap();
    let usual = json!({
        "x-unknown": {"z": 1, "a": [1.50, "\u{e9}"]},
        "layers": [],
        "config": Descriptor::of(media_type::OCI_CONFIG, &config),
        "mediaType": media_type::OCI_MANIFEST,
        "schemaVersion": 2,
    });
    let text = serde_json::to_string_pretty(&usual).unwrap();
    let child = Manifest::parse(format!("\n{}\t\n", text.replace("  ", "\t")), None).unwrap();
    put(&way.client, &way.source, &child).await;
    let index = format!(
        "{{ \"manifests\":[ {} ],\r\n\"schemaVersion\":2,\"mediaType\":\"{}\"}}\n",
        serde_json::to_string(&child.descriptor()).unwrap(),
        media_type::OCI_INDEX,
    );
    let index = Manifest::parse(index, None).unwrap();
    way.place(&index).await;
    let copied = way.copy().await.unwrap();
    assert_eq!(copied.digest, *index.digest());
    assert_eq!(way.golden().await.as_ref(), Some(index.digest()));
    for manifest in [&index, &child] {
        let there = way.target.at(manifest.digest().clone());
        let found = client(nobody()).manifest(&there).await.unwrap();
        assert_eq!(found.bytes(), manifest.bytes());
    }
}
