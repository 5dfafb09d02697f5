//! Bodies that are too long, or never end.

use crate::{
    server::{Reply, Server},
    setting::{api, client, nobody},
};
use hallmark_image::{Descriptor, media_type};
use hallmark_registry::ErrorKind;
use std::time::Duration;
use tokio::time::timeout;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_manifest_of_more_than_four_mib_is_not_read() {
    let home = Server::start(|_| {
        Reply::new(200)
            .header("Content-Type", media_type::OCI_MANIFEST)
            .body(vec![b' '; 4 * MIB + 1])
    })
    .await;
    let reference = api(home.host()).tagged("v1".parse().unwrap());
    let failed = client(nobody()).manifest(&reference).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::TooLarge);
}

#[tokio::test]
async fn a_token_answer_of_more_than_64_kib_is_not_read() {
    let home = Server::start(|seen| match seen.path() {
        "/token" => Reply::json(format!(r#"{{"token":"{}"}}"#, "t".repeat(64 * 1024))),
        _ => {
            let own = seen.header("host").unwrap();
            Reply::challenge(format!("Bearer realm=\"http://{own}/token\""))
        }
    })
    .await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::TooLarge);
}

#[tokio::test]
async fn of_a_long_error_the_beginning_is_read_and_a_sentence_shown() {
    let home = Server::start(|_| Reply::new(400).body(vec![b'e'; 20 * MIB])).await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Protocol);
    assert!(
        failed.to_string().len() < 600,
        "{}",
        failed.to_string().len()
    );
}

#[tokio::test]
async fn a_blob_is_refused_for_its_size_before_it_is_asked_for() {
    let home = Server::start(|_| Reply::new(200)).await;
    let blob = Descriptor::of("x/y", b"eleven bytes");
    let failed = client(nobody())
        .blob(&api(home.host()), &blob, 11)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::TooLarge);
    assert!(home.seen().is_empty());
}

#[tokio::test]
async fn a_blob_that_is_longer_than_its_descriptor_says_is_other_bytes() {
    let home = Server::start(|_| Reply::new(200).body(vec![b'x'; MIB])).await;
    let blob = Descriptor::of("x/y", b"x");
    let failed = client(nobody())
        .blob(&api(home.host()), &blob, 10)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::DigestMismatch);
}

#[tokio::test]
async fn a_blob_of_the_right_length_with_other_bytes_is_refused() {
    let home = Server::start(|_| Reply::new(200).body("lies")).await;
    let blob = Descriptor::of("x/y", b"true");
    let failed = client(nobody())
        .blob(&api(home.host()), &blob, 10)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::DigestMismatch);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_makes_no_progress_is_given_up() {
    let home = Server::start(|_| Reply::json(r#"{"tags""#).stalling()).await;
    let began = tokio::time::Instant::now();
    let (client, api) = (client(nobody()), api(home.host()));
    // Without an end of its own this would wait for ever.
    let ended = timeout(Duration::from_secs(600), client.all_tags(&api)).await;
    let failed = ended.expect("it was not given up").unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Timeout);
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(home.seen().len(), 1);
}
