//! What is attached: listed by the API, by the fallback tag, and written to both.

use crate::{
    server::{Reply, Seen, Server},
    setting::{api, client, image, nobody},
};
use hallmark_image::{Artifact, Descriptor, Digest, media_type};
use hallmark_registry::{Attachment, ErrorKind, ReferrersSource};
use std::sync::{Arc, Mutex};

fn subject() -> Descriptor {
    Descriptor::of(media_type::OCI_MANIFEST, image("subject").as_bytes())
}

fn attachment(words: &str) -> Attachment {
    let layer = Descriptor::of("text/plain", words.as_bytes());
    let manifest = Artifact::new("application/x", vec![layer])
        .about(&subject())
        .annotated("words", words)
        .build()
        .unwrap();
    Attachment {
        manifest,
        blobs: vec![words.to_owned().into()],
    }
}

fn index(entries: &[Descriptor]) -> String {
    let entries = serde_json::to_string(entries).unwrap();
    let media_type = media_type::OCI_INDEX;
    format!(r#"{{"schemaVersion":2,"mediaType":"{media_type}","manifests":{entries}}}"#)
}

fn index_reply(body: String) -> Reply {
    Reply::new(200)
        .header("Content-Type", media_type::OCI_INDEX)
        .body(body)
}

fn fallback_path() -> String {
    format!("/v2/team/api/manifests/sha256-{}", subject().digest.hex())
}

/// A registry without the API, as distribution 2.8: it takes everything and keeps one index.
/// `race` may change what was written.
async fn without_api(race: impl Fn(usize, String) -> String + Send + Sync + 'static) -> Server {
    let kept: Arc<Mutex<(usize, Option<String>)>> = Arc::default();
    let tag = fallback_path();
    Server::start(move |seen: &Seen| {
        let mut kept = kept.lock().unwrap();
        match (seen.method.as_str(), seen.path() == tag) {
            ("PUT", true) => {
                let written = String::from_utf8(seen.body.clone()).unwrap();
                kept.0 += 1;
                kept.1 = Some(race(kept.0, written));
                Reply::new(201)
            }
            ("GET", true) => kept.1.clone().map_or_else(|| Reply::new(404), index_reply),
            ("POST", _) => Reply::new(202).header("Location", "/v2/team/api/blobs/uploads/1"),
            ("PUT", _) => Reply::new(201),
            _ => Reply::new(404),
        }
    })
    .await
}

#[tokio::test]
async fn all_pages_of_the_api_are_read_and_doubles_left_out() {
    let [one, two] = ["one", "two"].map(|words| Descriptor::of("a/b", words.as_bytes()));
    let (first, second) = (
        index(std::slice::from_ref(&one)),
        index(&[one.clone(), two.clone()]),
    );
    let home = Server::start(move |seen| match seen.target.contains("page=2") {
        false => index_reply(first.clone())
            .header("Link", format!("<{}?page=2>; rel=\"next\"", seen.path())),
        true => index_reply(second.clone()),
    })
    .await;
    let found = client(nobody())
        .referrers(&api(home.host()), &subject().digest)
        .await
        .unwrap();
    assert_eq!(found.source, ReferrersSource::Api);
    assert_eq!(found.descriptors, [one, two]);
}

#[tokio::test]
async fn an_entry_that_cannot_be_read_does_not_hide_the_others() {
    let good = Descriptor::of("a/b", b"good");
    let body = index(std::slice::from_ref(&good)).replacen(
        '[',
        r#"[{"mediaType":"a/b","digest":"sha256:../x","size":1},"#,
        1,
    );
    let home = Server::start(move |_| index_reply(body.clone())).await;
    let found = client(nobody())
        .referrers(&api(home.host()), &subject().digest)
        .await
        .unwrap();
    assert_eq!(found.descriptors, [good]);
}

#[tokio::test]
async fn without_the_api_the_fallback_tag_is_read_and_nothing_is_nothing() {
    let one = Descriptor::of("a/b", b"one");
    let (body, tag) = (index(std::slice::from_ref(&one)), fallback_path());
    let home = Server::start(move |seen| match seen.path() == tag {
        true => index_reply(body.clone()),
        false => Reply::new(404),
    })
    .await;
    let (client, api) = (client(nobody()), api(home.host()));
    let found = client.referrers(&api, &subject().digest).await.unwrap();
    assert_eq!(
        (found.source, found.descriptors),
        (ReferrersSource::FallbackTag, vec![one])
    );
    let found = client
        .referrers(&api, &Digest::sha256("bare"))
        .await
        .unwrap();
    assert_eq!(
        (found.source, found.descriptors),
        (ReferrersSource::None, vec![])
    );
}

#[tokio::test]
async fn a_login_that_may_not_list_is_no_registry_without_the_api() {
    let home = Server::start(|_| Reply::new(403)).await;
    let failed = client(nobody())
        .referrers(&api(home.host()), &subject().digest)
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::LoginNeeded);
}

#[tokio::test]
async fn several_attachments_need_one_update_of_the_fallback_index() {
    let home = without_api(|_, written| written).await;
    let (client, api) = (client(nobody()), api(home.host()));
    let attachments = [attachment("one"), attachment("two")];
    client
        .attach(&api, &subject().digest, &attachments)
        .await
        .unwrap();
    assert_eq!(home.count("PUT", &fallback_path()), 1);
    let found = client.referrers(&api, &subject().digest).await.unwrap();
    let entry = &found.descriptors[1];
    assert_eq!(entry.digest, *attachments[1].manifest.digest());
    assert_eq!(entry.artifact_type.as_deref(), Some("application/x"));
    assert_eq!(entry.annotations["words"], "two");
    // The empty configuration and the two layers, each once.
    assert_eq!(home.count("POST", "/v2/team/api/blobs/uploads/"), 3);
}

#[tokio::test]
async fn an_entry_lost_to_another_writer_is_written_again_beside_theirs() {
    let theirs = Descriptor::of("a/b", b"theirs");
    let other = index(std::slice::from_ref(&theirs));
    let home =
        without_api(move |time, written| if time == 1 { other.clone() } else { written }).await;
    let (client, api) = (client(nobody()), api(home.host()));
    client
        .attach(&api, &subject().digest, &[attachment("ours")])
        .await
        .unwrap();
    let found = client.referrers(&api, &subject().digest).await.unwrap();
    assert_eq!(found.descriptors.len(), 2);
    assert_eq!(found.descriptors[0], theirs);
}

#[tokio::test]
async fn a_writer_that_always_wins_is_told_of() {
    let home = without_api(|_, _| index(&[])).await;
    let attached = client(nobody())
        .attach(&api(home.host()), &subject().digest, &[attachment("ours")])
        .await;
    assert_eq!(attached.unwrap_err().kind(), &ErrorKind::Protocol);
}

#[tokio::test]
async fn two_attachments_of_ours_at_once_are_both_listed() {
    let home = without_api(|_, written| written).await;
    let (client, api) = (client(nobody()), api(home.host()));
    let words = ["one", "two", "three"].map(|words| [attachment(words)]);
    let digest = subject().digest;
    let all = words
        .iter()
        .map(|attachments| client.attach(&api, &digest, attachments));
    assert!(
        futures::future::join_all(all)
            .await
            .iter()
            .all(Result::is_ok)
    );
    let found = client.referrers(&api, &digest).await.unwrap();
    assert_eq!(found.descriptors.len(), 3);
    assert_eq!(home.count("PUT", &fallback_path()), 3);
}

#[tokio::test]
async fn an_acknowledged_subject_needs_no_fallback_index() {
    let digest = subject().digest.to_string();
    let home = Server::start(move |seen| match seen.method.as_str() {
        "HEAD" => Reply::new(200),
        _ => Reply::new(201).header("OCI-Subject", digest.clone()),
    })
    .await;
    client(nobody())
        .attach(&api(home.host()), &subject().digest, &[attachment("one")])
        .await
        .unwrap();
    assert_eq!(home.count("PUT", &fallback_path()), 0);
}

#[tokio::test]
async fn an_artifact_of_another_image_is_refused_before_anything_is_sent() {
    let home = Server::start(|_| Reply::new(201)).await;
    let other = Digest::sha256("other");
    let refused = client(nobody())
        .attach(&api(home.host()), &other, &[attachment("one")])
        .await;
    assert_eq!(refused.unwrap_err().kind(), &ErrorKind::BadManifest);
    assert!(home.seen().is_empty());
}

#[tokio::test]
async fn an_image_under_the_fallback_tag_is_not_overwritten() {
    let tag = fallback_path();
    let home = Server::start(
        move |seen| match (seen.method.as_str(), seen.path() == tag) {
            ("GET", true) => Reply::new(200)
                .header("Content-Type", media_type::OCI_MANIFEST)
                .body(image("somebody's")),
            ("HEAD", _) => Reply::new(200),
            _ => Reply::new(201),
        },
    )
    .await;
    let refused = client(nobody())
        .attach(&api(home.host()), &subject().digest, &[attachment("one")])
        .await;
    assert_eq!(refused.unwrap_err().kind(), &ErrorKind::BadManifest);
    assert_eq!(home.count("PUT", &fallback_path()), 0);
}
