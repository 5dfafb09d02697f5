//! Every fault does what it says, as a client sees it.

#![allow(clippy::unwrap_used)]

mod common;

use common::{LAYER, Wire, artifact, code, header, start};
use hallmark_image::{Digest, media_type};
use hallmark_practice::{
    Config,
    faults::{Effect, Fault, Hold},
};
use reqwest::StatusCode;

async fn with_image() -> Wire {
    let wire = start(Config::default()).await;
    wire.push("a", "v1", &artifact("one")).await;
    wire
}

const IMAGE: &str = "/v2/a/manifests/v1";

#[tokio::test]
async fn a_fault_strikes_the_requests_it_is_for_and_is_spent() {
    let wire = with_image().await;
    let busy = Effect::Status {
        status: 429,
        headers: vec![("Retry-After".into(), "1".into())],
        body: "slow down".into(),
    };
    wire.running
        .inject(Fault::on("GET", "/manifests/", busy).skip(1).times(2));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(wire.send("GET", IMAGE).await.status().as_u16());
    }
    assert_eq!(statuses, [200, 429, 429, 200]);
    let seen = wire.running.requests();
    assert_eq!(seen.last().map(|seen| seen.status), Some(200));
}

#[tokio::test]
async fn a_status_instead_leaves_undone_and_a_status_afterwards_has_done() {
    let wire = with_image().await;
    for (effect, tag, there) in [
        (Effect::status(500), "instead", false),
        (Effect::StatusAfterwards(500), "after", true),
        (Effect::CloseUnanswered, "closed", false),
    ] {
        wire.running
            .inject(Fault::on("PUT", "/manifests/", effect).once());
        let request = wire.request("PUT", &format!("/v2/a/manifests/{tag}"));
        let manifest = artifact("one");
        let request = request.header("content-type", manifest.media_type());
        let sent = request.body(manifest.bytes().to_vec()).send().await;
        assert!(sent.is_err() || sent.unwrap().status() == 500);
        let found = wire.send("HEAD", &format!("/v2/a/manifests/{tag}")).await;
        assert_eq!(found.status() == StatusCode::OK, there, "{tag}");
    }
}

#[tokio::test]
async fn bodies_break_lie_and_swell() {
    let wire = with_image().await;
    let digest = Digest::sha256(LAYER);
    let path = format!("/v2/a/blobs/{digest}");
    for effect in [Effect::CloseBeforeBody, Effect::TruncateBody] {
        wire.running.inject(Fault::on("GET", &path, effect).once());
        let response = wire.send("GET", &path).await;
        assert_eq!(header(&response, "content-length"), Some("20"));
        response.bytes().await.expect_err("the body is not whole");
    }
    wire.running
        .inject(Fault::on("GET", &path, Effect::WrongBytes).once());
    let wrong = wire.send("GET", &path).await.bytes().await.unwrap();
    assert_eq!(wrong.len(), LAYER.len());
    assert_ne!(wrong, LAYER);
    wire.running
        .inject(Fault::on("GET", &path, Effect::Oversized(10_000_000)).once());
    let swollen = wire.send("GET", &path).await;
    assert_eq!(header(&swollen, "content-length"), None);
    assert!(swollen.bytes().await.unwrap().len() >= 10_000_000);
    wire.running
        .inject(Fault::on("GET", &path, Effect::OtherBody("{}".into())).once());
    let other = wire.send("GET", &path).await;
    assert_eq!(other.bytes().await.unwrap(), "{}");
}

#[tokio::test]
async fn headers_lie_and_go_missing() {
    let wire = with_image().await;
    let other = Digest::sha256("another");
    let set = Effect::SetHeader("X-Thing".into(), "thing".into());
    for effect in [
        Effect::DigestLie(other.clone()),
        Effect::DropHeader("ETag".into()),
        set,
    ] {
        wire.running.inject(Fault::anywhere(IMAGE, effect));
    }
    let response = wire.send("GET", IMAGE).await;
    assert_eq!(
        header(&response, "docker-content-digest"),
        Some(other.to_string().as_str())
    );
    assert_eq!(header(&response, "etag"), None);
    assert_eq!(header(&response, "x-thing"), Some("thing"));
    wire.running.behave();
    let response = wire.send("GET", IMAGE).await;
    assert_eq!(header(&response, "x-thing"), None);
}

#[tokio::test]
async fn a_held_request_waits_until_it_is_let_go() {
    let wire = with_image().await;
    let hold = Hold::new();
    wire.running
        .inject(Fault::on("GET", IMAGE, Effect::Hold(hold.clone())).once());
    let waiting = tokio::spawn(wire.request("GET", IMAGE).send());
    hold.arrived().await;
    let seen = wire.running.requests();
    assert_eq!(seen.last().map(|seen| seen.status), Some(0));
    wire.send("DELETE", IMAGE).await;
    hold.release();
    let late = waiting.await.unwrap().unwrap();
    assert_eq!(
        late.status(),
        StatusCode::NOT_FOUND,
        "it was carried out late"
    );
}

#[tokio::test]
async fn a_stalled_body_goes_on_when_it_is_let_go() {
    let wire = with_image().await;
    let hold = Hold::new();
    let path = format!("/v2/a/blobs/{}", Digest::sha256(LAYER));
    wire.running
        .inject(Fault::on("GET", &path, Effect::StallBody(hold.clone())));
    let mut response = wire.send("GET", &path).await;
    let first = response.chunk().await.unwrap().unwrap();
    assert_eq!(first, LAYER[..10]);
    hold.arrived().await;
    hold.release();
    assert_eq!(response.chunk().await.unwrap().unwrap(), LAYER[10..]);
}

#[tokio::test]
async fn a_stopped_registry_lets_nobody_wait() {
    let wire = with_image().await;
    let hold = Hold::new();
    wire.running
        .inject(Fault::on("GET", IMAGE, Effect::Hold(hold.clone())));
    let waiting = tokio::spawn(wire.request("GET", IMAGE).send());
    hold.arrived().await;
    wire.running.stop().await;
    waiting
        .await
        .unwrap()
        .expect_err("the connection is closed");
}

#[tokio::test]
async fn tags_of_a_query_count_only_where_they_are_echoed() {
    let wire = with_image().await;
    let manifest = artifact("one");
    let target = format!("{}?tag=b&tag=c", manifest.digest());
    let ignored = wire.put_manifest("a", &target, &manifest).await;
    assert_eq!(ignored.status(), StatusCode::CREATED);
    assert_eq!(header(&ignored, "oci-tag"), None);
    let missing = wire.send("GET", "/v2/a/manifests/b").await;
    assert_eq!(code(missing).await, "MANIFEST_UNKNOWN");
    wire.running
        .inject(Fault::on("PUT", "/manifests/", Effect::EchoOciTag));
    let echoed = wire.put_manifest("a", &target, &manifest).await;
    let tags: Vec<_> = echoed.headers().get_all("oci-tag").iter().collect();
    assert_eq!(tags, ["b", "c"]);
    let found = wire.send("GET", "/v2/a/manifests/c").await;
    assert_eq!(found.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_mount_is_declined_and_a_place_moves_to_another_host() {
    let wire = with_image().await;
    let mount = format!(
        "/v2/to/blobs/uploads/?mount={}&from=a",
        Digest::sha256(LAYER)
    );
    wire.running
        .inject(Fault::on("POST", "mount=", Effect::Mount202));
    let moved = Effect::ForeignLocation("http://127.0.0.1:9".into());
    wire.running
        .inject(Fault::on("POST", "/blobs/uploads/", moved));
    let response = wire.send("POST", &mount).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let place = header(&response, "location").unwrap();
    assert!(place.starts_with("http://127.0.0.1:9/v2/to/blobs/uploads/"));
}

#[tokio::test]
async fn whatever_is_planted_is_served() {
    let wire = with_image().await;
    let name = "a".parse().unwrap();
    let hostile = r#"{"schemaVersion":2,"manifests":[],"layers":[]}"#;
    let tag = Some("hostile".parse().unwrap());
    let digest = wire
        .running
        .plant_manifest(&name, tag, media_type::OCI_INDEX, hostile)
        .await
        .unwrap();
    assert_eq!(digest, Digest::sha256(hostile));
    let got = wire.send("GET", "/v2/a/manifests/hostile").await;
    assert_eq!(header(&got, "content-type"), Some(media_type::OCI_INDEX));
    assert_eq!(got.text().await.unwrap(), hostile);
    let lie = Digest::sha256("promised");
    wire.running.plant_blob(&name, &lie, "sent").await.unwrap();
    let got = wire.send("GET", &format!("/v2/a/blobs/{lie}")).await;
    assert_eq!(got.text().await.unwrap(), "sent");
}
