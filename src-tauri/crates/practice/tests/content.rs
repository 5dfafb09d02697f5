//! Blobs and manifests over the wire, by the words of distribution-spec 1.1.

#![allow(clippy::unwrap_used)]

mod common;

use common::{LAYER, artifact, attached, code, header, index_of, start};
use hallmark_image::{Algorithm, Digest, media_type};
use hallmark_practice::{Config, Limits, Storage};
use reqwest::StatusCode;

#[tokio::test]
async fn the_base_says_that_it_is_a_registry() {
    let wire = start(Config::default()).await;
    let response = wire.send("GET", "/v2/").await;
    assert_eq!(response.status(), StatusCode::OK);
    let version = header(&response, "docker-distribution-api-version");
    assert_eq!(version, Some("registry/2.0"));
}

#[tokio::test]
async fn a_blob_pushed_in_one_request_comes_back_as_it_was() {
    for storage in both() {
        let wire = start(config(storage.0)).await;
        let digest = wire.push_blob("a/b", LAYER).await;
        let path = format!("/v2/a/b/blobs/{digest}");
        let head = wire.send("HEAD", &path).await;
        assert_eq!(header(&head, "content-length"), Some("20"));
        let got = wire.send("GET", &path).await;
        assert_eq!(
            header(&got, "docker-content-digest"),
            Some(digest.to_string().as_str())
        );
        assert_eq!(got.bytes().await.unwrap(), LAYER);
    }
}

#[tokio::test]
async fn a_blob_pushed_in_chunks_is_put_together() {
    for storage in both() {
        let wire = start(config(storage.0)).await;
        let begun = wire.send("POST", "/v2/a/blobs/uploads/").await;
        assert_eq!(begun.status(), StatusCode::ACCEPTED);
        let session = header(&begun, "location").unwrap().to_owned();
        for (range, part) in [("0-9", &LAYER[..10]), ("10-13", &LAYER[10..14])] {
            let request = wire.request("PATCH", &session).body(part.to_vec());
            let response = request.header("content-range", range).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::ACCEPTED, "{range}");
        }
        let status = wire.send("GET", &session).await;
        assert_eq!(status.status(), StatusCode::NO_CONTENT);
        assert_eq!(header(&status, "range"), Some("0-13"));
        let digest = Digest::of(Algorithm::Sha512, LAYER);
        let request = wire.request("PUT", &format!("{session}&digest={digest}"));
        let done = request.body(LAYER[14..].to_vec()).send().await.unwrap();
        assert_eq!(done.status(), StatusCode::CREATED);
        let got = wire.send("GET", header(&done, "location").unwrap()).await;
        assert_eq!(got.bytes().await.unwrap(), LAYER);
    }
}

#[tokio::test]
async fn a_chunk_out_of_order_is_refused_and_the_session_goes_on() {
    let wire = start(Config::default()).await;
    let begun = wire.send("POST", "/v2/a/blobs/uploads/").await;
    let session = header(&begun, "location").unwrap().to_owned();
    let request = wire.request("PATCH", &session).body("late");
    let response = request.header("content-range", "5-8").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let digest = Digest::sha256("early");
    let request = wire.request("PUT", &format!("{session}&digest={digest}"));
    let done = request.body("early").send().await.unwrap();
    assert_eq!(done.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn bytes_of_another_digest_are_refused_and_not_kept() {
    for storage in both() {
        let wire = start(config(storage.0)).await;
        let digest = Digest::sha256("what was promised");
        let path = format!("/v2/a/blobs/uploads/?digest={digest}");
        let request = wire.request("POST", &path).body("what was sent");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert_eq!(code(response).await, "DIGEST_INVALID");
        let got = wire.send("GET", &format!("/v2/a/blobs/{digest}")).await;
        assert_eq!(got.status(), StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_cancelled_upload_is_gone() {
    let wire = start(Config::default()).await;
    let begun = wire.send("POST", "/v2/a/blobs/uploads/").await;
    let session = header(&begun, "location").unwrap().to_owned();
    let other = session.replace("/v2/a/", "/v2/b/");
    assert_eq!(
        code(wire.send("GET", &other).await).await,
        "BLOB_UPLOAD_UNKNOWN",
        "a session belongs to its repository"
    );
    let ended = wire.send("DELETE", &session).await;
    assert_eq!(ended.status(), StatusCode::NO_CONTENT);
    let again = wire.send("PATCH", &session).await;
    assert_eq!(code(again).await, "BLOB_UPLOAD_UNKNOWN");
}

#[tokio::test]
async fn a_blob_is_mounted_where_it_is_and_uploaded_where_it_is_not() {
    let wire = start(Config::default()).await;
    let digest = wire.push_blob("from", LAYER).await;
    let path = format!("/v2/to/blobs/{digest}");
    let unseen = wire.send("HEAD", &path).await.status();
    assert_eq!(unseen, StatusCode::NOT_FOUND, "blobs are per repository");
    let mount = format!("/v2/to/blobs/uploads/?mount={digest}&from=from");
    assert_eq!(
        wire.send("POST", &mount).await.status(),
        StatusCode::CREATED
    );
    assert_eq!(wire.send("HEAD", &path).await.status(), StatusCode::OK);
    let mount = format!("/v2/to/blobs/uploads/?mount={digest}&from=elsewhere");
    let declined = wire.send("POST", &mount).await;
    assert_eq!(declined.status(), StatusCode::ACCEPTED);
    assert!(header(&declined, "location").is_some());
}

#[tokio::test]
async fn a_part_of_a_blob_can_be_asked_for() {
    for storage in both() {
        let wire = start(config(storage.0)).await;
        let digest = wire.push_blob("a", LAYER).await;
        let request = wire.request("GET", &format!("/v2/a/blobs/{digest}"));
        let got = request.header("range", "bytes=2-6").send().await.unwrap();
        assert_eq!(got.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(header(&got, "content-range"), Some("bytes 2-6/20"));
        assert_eq!(got.bytes().await.unwrap(), LAYER[2..7]);
    }
}

#[tokio::test]
async fn a_manifest_keeps_its_bytes_and_its_content_type() {
    for storage in both() {
        let wire = start(config(storage.0)).await;
        let manifest = artifact("one");
        let pushed = wire.push("a", "v1", &manifest).await;
        assert_eq!(pushed.status(), StatusCode::CREATED);
        for target in ["v1".to_owned(), manifest.digest().to_string()] {
            let path = format!("/v2/a/manifests/{target}");
            let head = wire.send("HEAD", &path).await;
            assert_eq!(
                header(&head, "content-length"),
                Some(manifest.bytes().len().to_string().as_str())
            );
            let got = wire.send("GET", &path).await;
            assert_eq!(header(&got, "content-type"), Some(media_type::OCI_MANIFEST));
            assert_eq!(
                header(&got, "docker-content-digest"),
                Some(manifest.digest().to_string().as_str())
            );
            assert_eq!(got.bytes().await.unwrap(), manifest.bytes());
        }
    }
}

#[tokio::test]
async fn a_manifest_that_is_not_what_it_says_is_refused() {
    let wire = start(Config::default()).await;
    let (manifest, other) = (artifact("one"), artifact("two"));
    wire.push("a", "v1", &manifest).await;
    let target = other.digest().to_string();
    let lie = wire.put_manifest("a", &target, &manifest).await;
    assert_eq!(code(lie).await, "DIGEST_INVALID");
    let request = wire.request("PUT", "/v2/a/manifests/v2").body("{}");
    let untyped = request.send().await.unwrap();
    assert_eq!(code(untyped).await, "MANIFEST_INVALID");
    let request = wire.request("PUT", "/v2/a/manifests/v2");
    let typed = request.header("content-type", media_type::OCI_INDEX);
    let bytes = manifest.bytes().to_vec();
    let mistyped = typed.body(bytes).send().await.unwrap();
    assert_eq!(code(mistyped).await, "MANIFEST_INVALID");
}

#[tokio::test]
async fn a_manifest_needs_everything_it_lists_but_not_its_subject() {
    let wire = start(Config::default()).await;
    let manifest = artifact("one");
    let early = wire.put_manifest("a", "v1", &manifest).await;
    assert_eq!(code(early).await, "MANIFEST_BLOB_UNKNOWN");
    wire.push_blob("a", b"{}").await;
    wire.push_blob("a", LAYER).await;
    let index = index_of(&manifest);
    let childless = wire.put_manifest("a", "v1", &index).await;
    assert_eq!(code(childless).await, "MANIFEST_BLOB_UNKNOWN");
    let of_nothing = attached("application/vnd.test", "x", Some(&artifact("never pushed")));
    let response = wire.put_manifest("a", "x", &of_nothing).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    wire.put_manifest("a", "v1", &manifest).await;
    let response = wire.put_manifest("a", "v1", &index).await;
    assert_eq!(response.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let limits = Limits {
        blob: 10,
        manifest: 100,
        page: 10,
    };
    let wire = start(Config {
        limits,
        ..Config::default()
    })
    .await;
    let digest = Digest::sha256(LAYER);
    let path = format!("/v2/a/blobs/uploads/?digest={digest}");
    let response = wire.request("POST", &path).body(LAYER.to_vec());
    assert_eq!(
        response.send().await.unwrap().status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let response = wire.put_manifest("a", "v1", &artifact("long")).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn deleting_a_tag_leaves_the_manifest_and_deleting_that_takes_its_tags() {
    let wire = start(Config::default()).await;
    let manifest = artifact("one");
    let by_digest = format!("/v2/a/manifests/{}", manifest.digest());
    wire.push("a", "v1", &manifest).await;
    wire.put_manifest("a", "v2", &manifest).await;
    let deleted = wire.send("DELETE", "/v2/a/manifests/v1").await;
    assert_eq!(deleted.status(), StatusCode::ACCEPTED);
    assert_eq!(wire.json("/v2/a/tags/list").await["tags"][0], "v2");
    assert_eq!(wire.send("HEAD", &by_digest).await.status(), StatusCode::OK);
    let deleted = wire.send("DELETE", &by_digest).await;
    assert_eq!(deleted.status(), StatusCode::ACCEPTED);
    let gone = wire.send("GET", "/v2/a/manifests/v2").await;
    assert_eq!(code(gone).await, "MANIFEST_UNKNOWN");
    let digest = Digest::sha256(LAYER);
    let blob = format!("/v2/a/blobs/{digest}");
    let deleted = wire.send("DELETE", &blob).await;
    assert_eq!(deleted.status(), StatusCode::ACCEPTED);
    assert_eq!(code(wire.send("GET", &blob).await).await, "BLOB_UNKNOWN");
}

#[tokio::test]
async fn a_registry_that_deletes_nothing_says_so() {
    let config = Config {
        delete: false,
        ..Config::default()
    };
    let wire = start(config).await;
    wire.push("a", "v1", &artifact("one")).await;
    let response = wire.send("DELETE", "/v2/a/manifests/v1").await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(code(response).await, "UNSUPPORTED");
}

#[tokio::test]
async fn a_restart_finds_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = || config(Storage::Folder(folder.path().to_owned()));
    let wire = start(at()).await;
    let image = artifact("image");
    let note = attached("application/vnd.test.note", "note", Some(&image));
    wire.push("payments/api", "v1", &image).await;
    let target = note.digest().to_string();
    wire.put_manifest("payments/api", &target, &note).await;
    let unfinished = wire.send("POST", "/v2/payments/api/blobs/uploads/").await;
    let session = header(&unfinished, "location").unwrap().to_owned();
    let port = wire.running.host().port();
    wire.running.stop().await;

    let wire = start(Config { port, ..at() }).await;
    assert_eq!(wire.running.host().port(), port, "the port is free again");
    let got = wire.send("GET", "/v2/payments/api/manifests/v1").await;
    assert_eq!(got.bytes().await.unwrap(), image.bytes());
    let referrers = format!("/v2/payments/api/referrers/{}", image.digest());
    let listed = wire.json(&referrers).await;
    assert_eq!(listed["manifests"][0]["digest"], target);
    assert_eq!(listed["manifests"][0]["annotations"]["salt"], "note");
    let blob = format!("/v2/payments/api/blobs/{}", Digest::sha256(LAYER));
    let got = wire.send("GET", &blob).await;
    assert_eq!(got.bytes().await.unwrap(), LAYER);
    let session = wire.send("GET", &session).await;
    assert_eq!(code(session).await, "BLOB_UPLOAD_UNKNOWN");
}

#[tokio::test]
async fn nothing_but_whole_files_is_left_in_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let wire = start(config(Storage::Folder(folder.path().to_owned()))).await;
    wire.push("a", "v1", &artifact("one")).await;
    let digest = Digest::sha256("promised");
    let path = format!("/v2/a/blobs/uploads/?digest={digest}");
    let wrong = wire.request("POST", &path).body("something else");
    wrong.send().await.unwrap();
    let uploads = std::fs::read_dir(folder.path().join("uploads")).unwrap();
    assert_eq!(uploads.count(), 0, "a refused upload leaves a file behind");
    let shelf = std::fs::read_dir(folder.path().join("repositories/a")).unwrap();
    assert_eq!(shelf.count(), 1, "a temporary file is left behind");
}

fn config(storage: Storage) -> Config {
    Config {
        storage,
        ..Config::default()
    }
}

/// Memory, and a folder that goes when it is dropped.
fn both() -> [(Storage, Option<tempfile::TempDir>); 2] {
    let folder = tempfile::tempdir().unwrap();
    let storage = Storage::Folder(folder.path().to_owned());
    [(Storage::Memory, None), (storage, Some(folder))]
}
