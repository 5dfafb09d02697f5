//! What is sent again, after which pause, and what never is.

use crate::{
    server::{Reply, Server},
    setting::{api, client, image, nobody, surroundings},
};
use hallmark_image::Manifest;
use hallmark_registry::{Client, ErrorKind, Target};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::time::Instant;

/// Answers `first` so many times, and then `200`.
async fn failing(times: usize, first: Reply) -> Server {
    let left = AtomicUsize::new(times);
    Server::start(move |_| {
        let fails = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1));
        match fails {
            Ok(_) => first.clone(),
            Err(_) => Reply::json(r#"{"tags":["v1"]}"#),
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn the_pause_that_a_registry_asks_for_is_kept() {
    let home = failing(1, Reply::new(429).header("Retry-After", "7")).await;
    let began = Instant::now();
    client(nobody()).all_tags(&api(home.host())).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 7);
    assert_eq!(home.seen().len(), 2);
}

#[tokio::test]
async fn a_limit_that_lasts_is_told_with_the_time_it_ends() {
    let home = failing(1, Reply::new(429).header("Retry-After", "3600")).await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    let until = Some("2026-11-23T11:00:00Z".parse().unwrap());
    assert_eq!(failed.kind(), &ErrorKind::RateLimited { until });
    assert!(
        failed.message().contains("until 2026-11-23 11:00:00 UTC"),
        "{failed}"
    );
    assert_eq!(home.seen().len(), 1);
}

#[tokio::test]
async fn reading_is_repeated_a_few_times_when_the_registry_fails() {
    let home = failing(3, Reply::new(503)).await;
    client(nobody()).all_tags(&api(home.host())).await.unwrap();
    assert_eq!(home.seen().len(), 4);
    let home = failing(4, Reply::new(503)).await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Protocol);
    assert_eq!(home.seen().len(), 4);
}

#[tokio::test]
async fn what_can_never_work_is_not_repeated() {
    for status in [400, 403, 404, 405, 501] {
        let home = failing(1, Reply::new(status)).await;
        let failed = client(nobody()).all_tags(&api(home.host())).await;
        assert!(failed.is_err(), "{status}");
        assert_eq!(home.seen().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_manifest_is_placed_again_under_its_digest_and_never_at_a_tag() {
    let manifest = Manifest::parse(image("a"), None).unwrap();
    let home = failing(1, Reply::new(503)).await;
    let (client, api) = (client(nobody()), api(home.host()));
    client
        .put_manifest(&api, Target::Digest, &manifest)
        .await
        .unwrap();
    assert_eq!(home.seen().len(), 2);

    let home = failing(1, Reply::new(503)).await;
    let api = crate::setting::api(home.host());
    let tag = "golden".parse().unwrap();
    let failed = client
        .put_manifest(&api, Target::Tag(&tag), &manifest)
        .await;
    assert!(failed.is_err());
    assert_eq!(home.seen().len(), 1);
}

#[tokio::test]
async fn uploads_and_deletions_are_not_repeated() {
    let home = Server::start(|seen| match seen.method.as_str() {
        "HEAD" => Reply::new(404),
        _ => Reply::new(503),
    })
    .await;
    let (client, api) = (client(nobody()), api(home.host()));
    assert!(client.push_blob(&api, "x".into()).await.is_err());
    assert_eq!(home.count("POST", "/v2/team/api/blobs/uploads/"), 1);
    let digest = hallmark_image::Digest::sha256("x");
    assert!(client.delete_manifest(&api, &digest).await.is_err());
    assert_eq!(
        home.count("DELETE", &format!("/v2/team/api/manifests/{digest}")),
        1
    );
}

#[tokio::test]
async fn an_upload_that_failed_is_closed() {
    let home = Server::start(|seen| match seen.method.as_str() {
        "POST" => Reply::new(202).header("Location", "/v2/team/api/blobs/uploads/1?s=2"),
        "PUT" => Reply::new(500),
        "DELETE" => Reply::new(204),
        _ => Reply::new(404),
    })
    .await;
    let failed = client(nobody())
        .push_blob(&api(home.host()), "x".into())
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Protocol);
    assert_eq!(home.count("DELETE", "/v2/team/api/blobs/uploads/1"), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_and_then_told() {
    let home = Server::start(|_| Reply::new(200).header("Content-Length", "nonsense")).await;
    let client = Client::within(surroundings(&[]), Vec::new(), nobody()).unwrap();
    let failed = client.all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Unreachable);
    assert_eq!(home.seen().len(), 4);
}
