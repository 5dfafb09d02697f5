//! What arrives is what was asked for, or nothing; and a passing trouble passes.

use crate::{
    copy_images::{
        copy, image_of, image_with, multi, open_registry, put, registry, repository, seen, tag,
    },
    setting::{PASSWORD, ada, client, nobody},
};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Manifest, Reference, Repository, media_type};
use hallmark_practice::{
    Access, Running, User,
    faults::{Effect, Fault, Hold},
};
use hallmark_registry::{CopyJob, ErrorKind};

/// An image of one layer, at `team/dev`.
struct One {
    from: Running,
    to: Running,
    layer: Descriptor,
    manifest: Manifest,
}

impl One {
    async fn start() -> Self {
        let (from, to) = (open_registry().await, open_registry().await);
        Self::on(from, to).await
    }

    async fn on(from: Running, to: Running) -> Self {
        let blobs = [Bytes::from_static(b"{}"), Bytes::from(vec![b'l'; 200_000])];
        let manifest = image_of(&blobs);
        let source = repository(&from.host(), "team/dev");
        let client = client(ada());
        for blob in blobs {
            client.push_blob(&source, blob).await.unwrap();
        }
        put(&client, &source, &manifest).await;
        from.forget_requests();
        to.forget_requests();
        Self {
            from,
            to,
            layer: manifest.layers()[0].clone(),
            manifest,
        }
    }

    fn source(&self) -> Reference {
        let source = repository(&self.from.host(), "team/dev");
        source.at(self.manifest.digest().clone())
    }

    fn target(&self) -> Repository {
        repository(&self.to.host(), "team/prod")
    }

    fn job(&self) -> CopyJob {
        CopyJob::new(self.source(), self.target()).tagged([tag("golden")])
    }

    /// The target has neither the layer nor the tag, and the session was given up.
    async fn nothing_arrived(&self) {
        let client = client(nobody());
        let blob = client.blob(&self.target(), &self.layer, 1_000_000).await;
        assert_eq!(blob.unwrap_err().kind(), &ErrorKind::NotFound);
        let golden = client.resolve_tag(&self.target(), &tag("golden")).await;
        assert_eq!(golden.unwrap(), None);
        let ended = |status: u16| {
            let requests = self.to.requests();
            let of_sessions = requests.iter().filter(|seen| {
                seen.method == "DELETE" && seen.path.contains("/uploads/") && seen.status == status
            });
            of_sessions.count()
        };
        assert!(ended(204) >= 1, "{:#?}", seen(&self.to));
    }
}

#[tokio::test]
async fn other_bytes_never_arrive_and_are_named() {
    for effect in [
        Effect::WrongBytes,
        Effect::OtherBody(Bytes::from(vec![b'l'; 200_001])),
        Effect::OtherBody(Bytes::from(vec![b'l'; 100])),
        Effect::OtherBody(Bytes::new()),
    ] {
        let one = One::start().await;
        let path = one.layer.digest.to_string();
        one.from.inject(Fault::on("GET", &path, effect.clone()));
        let error = copy(&client(nobody()), &one.job()).await.unwrap_err();
        assert_eq!(
            error.kind(),
            &ErrorKind::DigestMismatch,
            "{effect:?}: {error}"
        );
        assert!(
            error.message().contains(one.layer.digest.short()),
            "{error}"
        );
        one.nothing_arrived().await;
    }
}

#[tokio::test]
async fn a_body_that_is_cut_is_fetched_again_from_its_beginning() {
    for effect in [
        Effect::TruncateBody,
        Effect::CloseBeforeBody,
        Effect::CloseUnanswered,
    ] {
        let one = One::start().await;
        let path = one.layer.digest.to_string();
        one.from
            .inject(Fault::on("GET", &path, effect.clone()).times(2));
        let copied = copy(&client(nobody()), &one.job()).await.unwrap();
        assert_eq!(copied.blobs, 2, "{effect:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_always_cut_is_given_up_and_named() {
    let one = One::start().await;
    let path = one.layer.digest.to_string();
    one.from
        .inject(Fault::on("GET", &path, Effect::TruncateBody));
    let error = copy(&client(nobody()), &one.job()).await.unwrap_err();
    assert!(
        error.message().contains(one.layer.digest.short()),
        "{error}"
    );
    let gets = one
        .from
        .requests()
        .into_iter()
        .filter(|seen| seen.path.ends_with(&path));
    assert_eq!(gets.count(), 4);
    one.nothing_arrived().await;
}

#[tokio::test]
async fn an_upload_that_fails_for_a_moment_is_made_again_as_a_whole() {
    for status in [429, 500, 502, 503, 504] {
        let one = One::start().await;
        one.to
            .inject(Fault::on("PUT", "/uploads/", Effect::status(status)).once());
        one.to
            .inject(Fault::on("POST", "/uploads/", Effect::status(status)).once());
        copy(&client(nobody()), &one.job()).await.unwrap();
    }
    let one = One::start().await;
    one.to
        .inject(Fault::on("PUT", "/uploads/", Effect::CloseUnanswered).once());
    copy(&client(nobody()), &one.job()).await.unwrap();
}

#[tokio::test]
async fn a_rate_limit_that_lasts_is_told_with_its_end() {
    let one = One::start().await;
    let limit = Effect::Status {
        status: 429,
        headers: vec![("Retry-After".into(), "3600".into())],
        body: Bytes::new(),
    };
    one.to.inject(Fault::on("POST", "/uploads/", limit));
    let error = copy(&client(nobody()), &one.job()).await.unwrap_err();
    assert!(
        error.message().contains("until 2026-11-23 11:00:00 UTC"),
        "{error}"
    );
}

#[tokio::test]
async fn a_mount_that_is_declined_goes_on_as_an_upload_in_its_session() {
    let home = open_registry().await;
    let source = repository(&home.host(), "team/dev");
    multi().push(&client(nobody()), &source, "v1").await;
    home.inject(Fault::on("POST", "mount=", Effect::Mount202));
    home.forget_requests();
    let target = repository(&home.host(), "team/prod");
    let job = CopyJob::new(source.tagged(tag("v1")), target.clone()).tagged([tag("golden")]);
    let copied = copy(&client(nobody()), &job).await.unwrap();
    assert_eq!((copied.mounted, copied.blobs), (0, 24));
    assert_eq!(copied.requests, 36 + 2 * 24);
    assert!(multi().is_whole(&client(nobody()), &target).await);
}

#[tokio::test]
async fn a_registry_that_knows_no_mounts_is_pushed_to() {
    let one = One::start().await;
    one.to
        .inject(Fault::on("POST", "mount=", Effect::status(400)));
    let copied = copy(&client(nobody()), &one.job()).await.unwrap();
    assert_eq!(copied.blobs, 2);
}

#[tokio::test]
async fn an_upload_without_a_place_to_go_is_an_error() {
    let one = One::start().await;
    one.to.inject(Fault::on(
        "POST",
        "/uploads/",
        Effect::DropHeader("location".into()),
    ));
    let error = copy(&client(nobody()), &one.job()).await.unwrap_err();
    assert!(error.message().contains("without saying where"), "{error}");
}

#[tokio::test]
async fn a_token_that_ends_on_the_way_is_had_anew_and_the_body_begins_again() {
    let bearer = || Access::bearer(vec![User::new("ada", PASSWORD)]);
    let (from, to) = (
        registry(bearer(), true).await,
        registry(bearer(), true).await,
    );
    let one = One::on(from, to).await;
    let hold = Hold::new();
    let path = one.layer.digest.to_string();
    one.from
        .inject(Fault::on("GET", &path, Effect::Hold(hold.clone())).once());
    let (client, job) = (client(ada()), one.job());
    let (copied, ()) = tokio::join!(copy(&client, &job), async {
        // Both sessions are open: what follows is the PUT of a body.
        hold.arrived().await;
        one.to.expire_tokens();
        one.from.expire_tokens();
        hold.release();
    });
    assert_eq!(copied.unwrap().blobs, 2);
    let refused = one
        .to
        .requests()
        .into_iter()
        .filter(|seen| seen.status == 401);
    assert!(refused.count() >= 2);
}

#[tokio::test]
async fn a_source_that_is_another_image_by_now_is_not_copied() {
    let one = One::start().await;
    let job = one.job().expecting(Digest::sha256("another"));
    let error = copy(&client(nobody()), &job).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::DigestMismatch, "{error}");
    assert!(!one.to.requests().iter().any(|seen| seen.method != "HEAD"));
}

#[tokio::test]
async fn a_tag_that_names_something_else_afterwards_is_told() {
    let one = One::start().await;
    let lie = Effect::DigestLie(Digest::sha256("somebody else's"));
    one.to
        .inject(Fault::on("HEAD", "manifests/golden", lie).skip(1));
    let error = copy(&client(nobody()), &one.job()).await.unwrap_err();
    // The first look finds nothing, and nothing has no header to lie in.
    assert_eq!(error.kind(), &ErrorKind::DigestMismatch, "{error}");
    assert!(error.hint().contains("Somebody else"), "{error}");
}

#[tokio::test]
async fn a_foreign_layer_is_copied_where_it_is_and_named_where_it_is_not() {
    let (from, to) = (open_registry().await, open_registry().await);
    let client = client(nobody());
    let source = repository(&from.host(), "team/dev");
    let (config, here) = (Bytes::from_static(b"{}"), Bytes::from_static(b"here"));
    let elsewhere = open_registry().await;
    let foreign = |bytes: &[u8]| {
        let mut layer = Descriptor::of(media_type::OCI_LAYER_GZIP, bytes);
        layer.urls = vec![format!("http://{}/v2/x", elsewhere.host())];
        layer
    };
    client.push_blob(&source, config.clone()).await.unwrap();
    client.push_blob(&source, here.clone()).await.unwrap();
    let image = image_with(&config, &[foreign(&here), foreign(b"not here")]);
    put(&client, &source, &image).await;
    let target = repository(&to.host(), "team/prod");
    let job = CopyJob::new(source.at(image.digest().clone()), target.clone());
    let copied = copy(&client, &job).await.unwrap();
    assert_eq!(copied.missing.len(), 1);
    assert_eq!(copied.missing[0].digest, Some(Digest::sha256("not here")));
    let found = client.blob(&target, &foreign(&here), 100).await.unwrap();
    assert_eq!(found, here);
    assert_eq!(elsewhere.requests(), []);
}

#[tokio::test]
async fn schema_one_is_refused_with_a_sentence() {
    let (from, to) = (open_registry().await, open_registry().await);
    let source = repository(&from.host(), "team/old");
    let signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    let old = r#"{"schemaVersion":1,"name":"team/old","tag":"1","fsLayers":[]}"#;
    from.plant_manifest(&source.name, Some(tag("1")), signed, old)
        .await
        .unwrap();
    let target = repository(&to.host(), "team/prod");
    let job = CopyJob::new(source.tagged(tag("1")), target).tagged([tag("1")]);
    let error = copy(&client(nobody()), &job).await.unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::Unsupported);
    assert!(error.message().contains("schema 1"), "{error}");
}

#[tokio::test]
async fn a_blob_that_platforms_share_moves_once_and_bytes_are_told_exactly() {
    let one = One::start().await;
    let source = repository(&one.from.host(), "team/dev");
    let twice = crate::copy_images::index_of(&[
        one.manifest.descriptor().on("linux/amd64".parse().unwrap()),
        one.manifest.descriptor().on("linux/arm64".parse().unwrap()),
    ]);
    put(&client(nobody()), &source, &twice).await;
    let job = CopyJob::new(source.at(twice.digest().clone()), one.target());
    let copied = copy(&client(nobody()), &job).await.unwrap();
    let manifests = (twice.bytes().len() + one.manifest.bytes().len()) as u64;
    assert_eq!((copied.blobs, copied.manifests), (2, 2));
    assert_eq!(copied.bytes, 2 + 200_000 + manifests);
}
