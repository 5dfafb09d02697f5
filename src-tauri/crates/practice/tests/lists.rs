//! Repositories, tags and referrers, page by page.

#![allow(clippy::unwrap_used)]

mod common;

use common::{Wire, artifact, attached, code, header, index_of, start};
use hallmark_image::media_type;
use hallmark_practice::{Config, Limits};
use reqwest::StatusCode;
use serde_json::Value;

/// Follows the links from `path`, and gathers what stands under `key`.
async fn follow(wire: &Wire, path: &str, key: &str) -> (Vec<Value>, usize) {
    let (mut gathered, mut pages) = (Vec::new(), 0);
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let response = wire.send("GET", &path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        next = header(&response, "link").map(|link| {
            let (path, rel) = link.split_once('>').unwrap();
            assert_eq!(rel, "; rel=\"next\"");
            path.trim_start_matches('<').to_owned()
        });
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        gathered.extend(body[key].as_array().unwrap().iter().cloned());
        pages += 1;
    }
    (gathered, pages)
}

fn small_pages() -> Config {
    Config {
        limits: Limits {
            page: 3,
            ..Limits::default()
        },
        ..Config::default()
    }
}

#[tokio::test]
async fn tags_are_sorted_and_paged() {
    let wire = start(Config::default()).await;
    let manifest = artifact("one");
    wire.push("a", "v5", &manifest).await;
    for tag in ["v3", "v1", "v4", "v2"] {
        wire.put_manifest("a", tag, &manifest).await;
    }
    let (tags, pages) = follow(&wire, "/v2/a/tags/list?n=2", "tags").await;
    assert_eq!(tags, ["v1", "v2", "v3", "v4", "v5"]);
    assert_eq!(pages, 3);
    let (tags, _) = follow(&wire, "/v2/a/tags/list?last=v3", "tags").await;
    assert_eq!(tags, ["v4", "v5"]);
    let (tags, pages) = follow(&wire, "/v2/a/tags/list?n=0", "tags").await;
    assert_eq!((tags.len(), pages), (0, 1));
    let wrong = wire.send("GET", "/v2/a/tags/list?n=many").await;
    assert_eq!(code(wrong).await, "PAGINATION_NUMBER_INVALID");
}

#[tokio::test]
async fn tags_of_nothing_are_unknown() {
    let wire = start(Config::default()).await;
    let response = wire.send("GET", "/v2/a/tags/list").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(code(response).await, "NAME_UNKNOWN");
}

#[tokio::test]
async fn repositories_are_listed_once_they_hold_something() {
    let wire = start(small_pages()).await;
    for name in ["web/storefront", "a", "payments/api", "payments/worker"] {
        wire.push(name, "v1", &artifact(name)).await;
    }
    wire.push_blob("only/blobs", b"x").await;
    let (names, pages) = follow(&wire, "/v2/_catalog", "repositories").await;
    assert_eq!(
        names,
        ["a", "payments/api", "payments/worker", "web/storefront"]
    );
    assert_eq!(pages, 2, "a page is no longer than the limit");
}

#[tokio::test]
async fn what_is_attached_is_listed_filtered_and_paged() {
    let wire = start(small_pages()).await;
    let image = artifact("image");
    wire.push("a", "v1", &image).await;
    for n in 0..7 {
        let kind = if n < 5 { "test/report" } else { "test/other" };
        let note = attached(kind, &n.to_string(), Some(&image));
        let pushed = wire
            .put_manifest("a", &note.digest().to_string(), &note)
            .await;
        assert_eq!(
            header(&pushed, "oci-subject"),
            Some(image.digest().to_string().as_str())
        );
    }
    let path = format!("/v2/a/referrers/{}", image.digest());
    let (all, pages) = follow(&wire, &path, "manifests").await;
    assert_eq!((all.len(), pages), (7, 3));
    let filtered = format!("{path}?artifactType=test%2Freport");
    let response = wire.send("GET", &filtered).await;
    assert_eq!(
        header(&response, "oci-filters-applied"),
        Some("artifactType")
    );
    assert_eq!(
        header(&response, "content-type"),
        Some(media_type::OCI_INDEX)
    );
    let (reports, pages) = follow(&wire, &filtered, "manifests").await;
    assert_eq!((reports.len(), pages), (5, 2));
    assert!(reports.iter().all(|r| r["artifactType"] == "test/report"));
}

#[tokio::test]
async fn nothing_attached_is_an_empty_index_even_of_the_unknown() {
    let wire = start(Config::default()).await;
    let path = format!("/v2/a/referrers/{}", artifact("unknown").digest());
    let listed = wire.json(&path).await;
    assert_eq!(listed["mediaType"], media_type::OCI_INDEX);
    assert_eq!(listed["manifests"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn what_was_attached_and_deleted_is_no_longer_listed() {
    let wire = start(Config::default()).await;
    let image = artifact("image");
    let note = attached("test/note", "x", Some(&image));
    wire.push("a", "v1", &image).await;
    wire.put_manifest("a", "note", &note).await;
    wire.send("DELETE", &format!("/v2/a/manifests/{}", note.digest()))
        .await;
    let path = format!("/v2/a/referrers/{}", image.digest());
    let listed = wire.json(&path).await;
    assert_eq!(listed["manifests"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn without_the_referrers_api_a_subject_is_taken_and_not_acknowledged() {
    let wire = start(Config {
        referrers: false,
        ..Config::default()
    })
    .await;
    let image = artifact("image");
    wire.push("a", "v1", &image).await;
    let note = attached("test/note", "x", Some(&image));
    let pushed = wire.put_manifest("a", "note", &note).await;
    assert_eq!(pushed.status(), StatusCode::CREATED);
    assert_eq!(header(&pushed, "oci-subject"), None);
    let path = format!("/v2/a/referrers/{}", image.digest());
    assert_eq!(
        wire.send("GET", &path).await.status(),
        StatusCode::NOT_FOUND
    );
    // The fallback tag is an index like any other.
    let tag = format!("sha256-{}", image.digest().hex());
    let fallback = wire.put_manifest("a", &tag, &index_of(&note)).await;
    assert_eq!(fallback.status(), StatusCode::CREATED);
}
