//! Each persona goes about things as the registry that it plays.
//!
//! Distribution 2.8 was asked itself: a tag's DELETE is 400 `DIGEST_INVALID`, the referrers API
//! is 404, and `?tag=` is passed over. The others are as their documentation and their users
//! have them.

#![allow(clippy::unwrap_used)]

mod common;

use common::{LAYER, Wire, artifact, attached, code, header, start};
use hallmark_image::{Descriptor, Digest, Manifest, media_type};
use hallmark_practice::{
    Config, Persona, User,
    habits::{Drip, Habits, Immutable},
};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const LAYER_PATH: &str = "/v2/team/api/blobs/";

async fn playing(persona: Persona) -> Wire {
    start(Config::playing(persona, Vec::new())).await
}

async fn with_users(persona: Persona) -> Wire {
    let users = vec![
        User::new("mara", "word"),
        User::new("root", "word").administrator(),
    ];
    start(Config::playing(persona, users)).await
}

async fn with_habits(habits: Habits) -> Wire {
    let config = Config {
        habits,
        ..Config::default()
    };
    start(config).await
}

/// A token of `user` from wherever the challenge sends to.
async fn token(wire: &Wire, scope: &str, user: &str) -> String {
    let refused = wire.send("GET", "/v2/").await;
    let challenge = header(&refused, "www-authenticate").unwrap().to_owned();
    let realm = challenge.split('"').nth(1).unwrap();
    let request = wire.http.get(format!("{realm}?scope={scope}"));
    let answer = request.basic_auth(user, Some("word")).send().await.unwrap();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    answer["token"].as_str().unwrap().to_owned()
}

async fn with_token(wire: &Wire, method: &str, path: &str, token: &str) -> Response {
    let request = wire.request(method, path).bearer_auth(token);
    request.send().await.unwrap()
}

#[tokio::test]
async fn distribution_2_8_deletes_no_tag_has_no_referrers_and_passes_tags_in_a_query_over() {
    let wire = playing(Persona::Distribution28).await;
    let manifest = artifact("one");
    wire.push("a", "v1", &manifest).await;
    let deleted = wire.send("DELETE", "/v2/a/manifests/v1").await;
    assert_eq!(deleted.status(), StatusCode::BAD_REQUEST);
    assert_eq!(code(deleted).await, "DIGEST_INVALID");
    let digest = manifest.digest();
    let listed = wire.send("GET", &format!("/v2/a/referrers/{digest}")).await;
    assert_eq!(listed.status(), StatusCode::NOT_FOUND);
    let put = wire
        .put_manifest("a", &format!("{digest}?tag=b"), &manifest)
        .await;
    assert_eq!(put.status(), StatusCode::CREATED);
    assert_eq!(header(&put, "oci-tag"), None);
    let tagged = wire.send("HEAD", "/v2/a/manifests/b").await;
    assert_eq!(tagged.status(), StatusCode::NOT_FOUND);
    let deleted = wire
        .send("DELETE", &format!("/v2/a/manifests/{digest}"))
        .await;
    assert_eq!(deleted.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn tags_in_a_query_are_echoed_by_the_one_that_honours_them() {
    let wire = playing(Persona::TagEcho).await;
    let manifest = artifact("one");
    wire.push("a", "v1", &manifest).await;
    let target = format!("{}?tag=b&tag=c", manifest.digest());
    let put = wire.put_manifest("a", &target, &manifest).await;
    let echoed: Vec<_> = put.headers().get_all("oci-tag").iter().collect();
    assert_eq!(echoed, ["b", "c"]);
}

#[tokio::test]
async fn docker_hub_has_its_tokens_and_blobs_elsewhere_and_no_catalogue() {
    let wire = with_users(Persona::DockerHub).await;
    let annexe = wire.running.annexe().unwrap().to_owned();
    let refused = wire.send("GET", "/v2/library/nginx/tags/list").await;
    let expected = format!(
        "Bearer realm=\"{annexe}/token\",service=\"registry.docker.io\",scope=\"repository:library/nginx:pull\""
    );
    assert_eq!(
        header(&refused, "www-authenticate"),
        Some(expected.as_str())
    );
    let all = "repository:team/api:pull,push&scope=registry:catalog:*&scope=repository:nginx:pull";
    let token = token(&wire, all, "mara").await;
    for path in ["/v2/_catalog", "/v2/nginx/tags/list"] {
        let refused = with_token(&wire, "GET", path, &token).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{path}");
    }
    let digest = Digest::sha256(LAYER);
    let push = format!("/v2/team/api/blobs/uploads/?digest={digest}");
    let push = wire.request("POST", &push).bearer_auth(&token);
    push.body(LAYER.to_vec()).send().await.unwrap();
    let sent = with_token(&wire, "GET", &format!("{LAYER_PATH}{digest}"), &token).await;
    assert_eq!(sent.status(), StatusCode::TEMPORARY_REDIRECT);
    let there = header(&sent, "location").unwrap().to_owned();
    assert!(there.starts_with(&annexe), "{there}");
    let got = wire.http.get(&there).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), LAYER);
    let shown = wire.http.get(&there).bearer_auth(&token).send().await;
    assert_eq!(shown.unwrap().status(), StatusCode::BAD_REQUEST);
    let unsigned = there.split('?').next().unwrap();
    let unsigned = wire.http.get(unsigned).send().await.unwrap();
    assert_eq!(unsigned.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn docker_hub_counts_the_get_of_a_manifest_and_no_head() {
    let mut config = Config::playing(Persona::DockerHub, Vec::new());
    if let Some(limit) = &mut config.habits.rate_limit {
        limit.allowed = 2;
    }
    let wire = start(config).await;
    wire.push("team/api", "v1", &artifact("one")).await;
    let mut left = Vec::new();
    for method in ["HEAD", "GET", "HEAD", "GET", "HEAD"] {
        let answer = wire.send(method, "/v2/team/api/manifests/v1").await;
        assert_eq!(answer.status(), StatusCode::OK);
        let remaining = header(&answer, "ratelimit-remaining").unwrap().to_owned();
        left.push(remaining);
    }
    assert_eq!(
        left,
        [
            "2;w=21600",
            "1;w=21600",
            "1;w=21600",
            "0;w=21600",
            "0;w=21600"
        ]
    );
    let refused = wire.send("GET", "/v2/team/api/manifests/v1").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&refused, "ratelimit-limit"), Some("2;w=21600"));
    assert_eq!(header(&refused, "retry-after"), None);
    assert_eq!(code(refused).await, "TOOMANYREQUESTS");
}

#[tokio::test]
async fn gitlab_counts_everything_and_says_when_it_ends() {
    let mut config = Config::playing(Persona::GitLab, Vec::new());
    if let Some(limit) = &mut config.habits.rate_limit {
        limit.allowed = 1;
    }
    let wire = start(config).await;
    assert_eq!(wire.send("GET", "/v2/").await.status(), StatusCode::OK);
    let refused = wire.send("GET", "/v2/").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = header(&refused, "retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(header(&refused, "ratelimit-reset").is_some());
}

#[tokio::test]
async fn msr_and_the_others_have_their_tokens_at_their_own_paths() {
    for (persona, path) in [
        (Persona::Msr, "/auth/token"),
        (Persona::Harbor, "/service/token"),
        (Persona::Quay, "/v2/auth"),
        (Persona::Acr, "/oauth2/token"),
        (Persona::ArtifactRegistry, "/v2/token"),
    ] {
        let wire = with_users(persona).await;
        let refused = wire.send("GET", "/v2/").await;
        let realm = format!("Bearer realm=\"{}\"", wire.url(path));
        let said = header(&refused, "www-authenticate").unwrap();
        assert!(said.starts_with(&realm), "{said}");
        let token = token(&wire, "repository:a:pull", "mara").await;
        let greeted = with_token(&wire, "GET", "/v2/", &token).await;
        assert_eq!(greeted.status(), StatusCode::OK, "{persona:?}");
    }
}

#[tokio::test]
async fn harbor_and_msr_list_their_repositories_for_administrators_only() {
    for persona in [Persona::Harbor, Persona::Msr] {
        let wire = with_users(persona).await;
        for (user, status) in [("mara", 401), ("root", 200)] {
            let token = token(&wire, "registry:catalog:*", user).await;
            let listed = with_token(&wire, "GET", "/v2/_catalog", &token).await;
            assert_eq!(listed.status(), status, "{persona:?} {user}");
        }
    }
}

#[tokio::test]
async fn harbor_hangs_an_sbom_on_every_image_and_on_nothing_else() {
    let wire = playing(Persona::Harbor).await;
    let config = wire.push_blob("a", b"{}").await;
    let image = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": Descriptor::new(media_type::OCI_CONFIG, config, 2),
        "layers": [],
    });
    let image = Manifest::parse(image.to_string(), None).unwrap();
    wire.put_manifest("a", "v1", &image).await;
    let signature = attached("application/x", "signature", Some(&image));
    wire.push("a", signature.digest().to_string().as_str(), &signature)
        .await;
    let path = |of: &Manifest| format!("/v2/a/referrers/{}", of.digest());
    let found = wire.json(&path(&image)).await;
    let mut types: Vec<&str> = found["manifests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["artifactType"].as_str().unwrap())
        .collect();
    types.sort_unstable();
    assert_eq!(
        types,
        ["application/vnd.goharbor.harbor.sbom.v1", "application/x"]
    );
    let found = wire.json(&path(&signature)).await;
    assert_eq!(found["manifests"], json!([]));
}

#[tokio::test]
async fn a_tag_that_does_not_move_is_refused_in_each_ones_own_words() {
    for (immutable, status, said, same_again) in [
        (Immutable::Ecr, 400, "TAG_INVALID", false),
        (Immutable::Harbor, 412, "PRECONDITION", true),
        (Immutable::Acr, 405, "REGISTRY_DISALLOWED_OPERATION", true),
        (Immutable::ArtifactRegistry, 400, "MANIFEST_INVALID", true),
    ] {
        let wire = with_habits(Habits {
            immutable: Some(immutable),
            ..Habits::default()
        })
        .await;
        let one = artifact("one");
        assert_eq!(
            wire.push("a", "v1", &one).await.status(),
            StatusCode::CREATED
        );
        let again = wire.put_manifest("a", "v1", &one).await;
        assert_eq!(again.status().is_success(), same_again, "{immutable:?}");
        let two = artifact("two");
        let moved = wire.put_manifest("a", "v1", &two).await;
        assert_eq!(moved.status(), status, "{immutable:?}");
        assert_eq!(code(moved).await, said);
        let other = wire.put_manifest("a", "v2", &two).await;
        assert_eq!(other.status(), StatusCode::CREATED);
        let found = wire.send("HEAD", "/v2/a/manifests/v1").await;
        let digest = one.digest().to_string();
        assert_eq!(
            header(&found, "docker-content-digest"),
            Some(digest.as_str())
        );
    }
}

#[tokio::test]
async fn an_upload_goes_on_at_the_annexe_and_its_end_need_not_say_where_it_is() {
    let wire = with_habits(Habits {
        uploads_apart: true,
        locations: false,
        mounts: false,
        ..Habits::default()
    })
    .await;
    let digest = Digest::sha256(LAYER);
    let begun = wire
        .send(
            "POST",
            &format!("/v2/a/blobs/uploads/?mount={digest}&from=b"),
        )
        .await;
    assert_eq!(begun.status(), StatusCode::ACCEPTED);
    let place = header(&begun, "location").unwrap().to_owned();
    assert!(place.starts_with(wire.running.annexe().unwrap()), "{place}");
    let put = wire.http.put(format!("{place}&digest={digest}"));
    let put = put.body(LAYER.to_vec()).send().await.unwrap();
    assert_eq!(put.status(), StatusCode::CREATED);
    assert_eq!(header(&put, "location"), None);
    let there = wire.send("HEAD", &format!("/v2/a/blobs/{digest}")).await;
    assert_eq!(there.status(), StatusCode::OK);
    let put = wire.push("a", "v1", &artifact("one")).await;
    assert_eq!(header(&put, "location"), None);
}

#[tokio::test]
async fn a_manifest_without_a_tag_is_forgotten_by_the_one_that_does_so() {
    let wire = with_habits(Habits {
        keeps_untagged: false,
        ..Habits::default()
    })
    .await;
    let [one, two] = ["one", "two"].map(artifact);
    wire.push("a", "v1", &one).await;
    wire.put_manifest("a", "kept", &one).await;
    let path = format!("/v2/a/manifests/{}", one.digest());
    wire.put_manifest("a", "v1", &two).await;
    assert_eq!(wire.send("HEAD", &path).await.status(), StatusCode::OK);
    wire.put_manifest("a", "kept", &two).await;
    assert_eq!(
        wire.send("HEAD", &path).await.status(),
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_comes_drop_by_drop() {
    let wire = with_habits(Habits {
        drip: Some(Drip {
            piece: 5,
            pause: Duration::from_secs(7),
        }),
        ..Habits::default()
    })
    .await;
    let digest = wire.push_blob("a", LAYER).await;
    let began = tokio::time::Instant::now();
    let mut slow = wire.send("GET", &format!("/v2/a/blobs/{digest}")).await;
    let mut pieces = Vec::new();
    while let Some(piece) = slow.chunk().await.unwrap() {
        pieces.push(piece);
    }
    assert_eq!(pieces.concat(), LAYER);
    assert_eq!(pieces.len(), LAYER.len() / 5);
    assert_eq!(began.elapsed().as_secs(), 7 * 4);
}
