//! Who gets in: Basic, Bearer with its tokens, TLS, and nobody through a foreign name.

#![allow(clippy::unwrap_used)]

mod common;

use common::{LAYER, Wire, artifact, code, header, start};
use hallmark_image::Digest;
use hallmark_practice::{Access, Clock, Config, Tls, User};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

fn users() -> Vec<User> {
    vec![
        User::new("mara", "writes"),
        User::new("rita", "reads").read_only(),
    ]
}

fn with(access: Access) -> Config {
    Config {
        access,
        ..Config::default()
    }
}

async fn basic(wire: &Wire, method: &str, path: &str, user: (&str, &str)) -> Response {
    let request = wire.request(method, path);
    let request = request.basic_auth(user.0, Some(user.1));
    request.send().await.unwrap()
}

async fn bearer(wire: &Wire, method: &str, path: &str, token: &str) -> Response {
    let request = wire.request(method, path).bearer_auth(token);
    request.send().await.unwrap()
}

async fn body(response: Response) -> Value {
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

/// Asks the token end point for `scope`.
async fn token(wire: &Wire, scope: &str, user: (&str, &str)) -> String {
    let path = format!("/token?service=hallmark-practice&scope={scope}");
    let answer = body(basic(wire, "GET", &path, user).await).await;
    answer["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn basic_asks_for_a_login_and_takes_the_right_one() {
    let wire = start(with(Access::Basic(users()))).await;
    let response = wire.send("GET", "/v2/").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        header(&response, "www-authenticate"),
        Some("Basic realm=\"Hallmark practice\"")
    );
    assert_eq!(code(response).await, "UNAUTHORIZED");
    for (user, status) in [
        (("mara", "writes"), 200),
        (("mara", "reads"), 401),
        (("nobody", "writes"), 401),
    ] {
        let response = basic(&wire, "GET", "/v2/", user).await;
        assert_eq!(response.status(), status, "{user:?}");
    }
}

#[tokio::test]
async fn somebody_read_only_may_not_push_or_delete() {
    let wire = start(with(Access::Basic(users()))).await;
    let response = basic(&wire, "POST", "/v2/a/blobs/uploads/", ("rita", "reads")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(code(response).await, "DENIED");
    let response = basic(&wire, "GET", "/v2/_catalog", ("rita", "reads")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let response = basic(&wire, "POST", "/v2/a/blobs/uploads/", ("mara", "writes")).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
}

#[tokio::test]
async fn a_challenge_names_its_own_token_end_point_and_the_scope() {
    let wire = start(with(Access::bearer(users()))).await;
    let response = wire.send("POST", "/v2/a/b/blobs/uploads/").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let expected = format!(
        "Bearer realm=\"{}\",service=\"hallmark-practice\",scope=\"repository:a/b:pull,push\"",
        wire.url("/token")
    );
    assert_eq!(
        header(&response, "www-authenticate"),
        Some(expected.as_str())
    );
}

#[tokio::test]
async fn a_token_is_good_for_its_scopes_and_no_more() {
    let wire = start(with(Access::bearer(users()))).await;
    let path = "/v2/a/blobs/uploads/";
    let push = token(&wire, "repository:a:pull,push", ("mara", "writes")).await;
    assert_eq!(
        bearer(&wire, "POST", path, &push).await.status(),
        StatusCode::ACCEPTED
    );
    let other = bearer(&wire, "POST", "/v2/b/blobs/uploads/", &push).await;
    let challenge = header(&other, "www-authenticate").unwrap().to_owned();
    assert_eq!(other.status(), StatusCode::UNAUTHORIZED);
    assert!(
        challenge.contains("insufficient_scope") && challenge.contains("repository:b:pull,push")
    );
    let delete = bearer(&wire, "DELETE", "/v2/a/manifests/v1", &push).await;
    assert_eq!(delete.status(), StatusCode::UNAUTHORIZED);
    let reader = token(&wire, "repository:a:pull,push", ("rita", "reads")).await;
    assert_eq!(
        bearer(&wire, "POST", path, &reader).await.status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        bearer(&wire, "GET", "/v2/", &reader).await.status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn one_token_can_carry_several_scopes() {
    let wire = start(with(Access::bearer(users()))).await;
    let scopes = "repository:a:pull,push&scope=repository:b:pull,push+registry:catalog:*";
    let token = token(&wire, scopes, ("mara", "writes")).await;
    for (method, path, status) in [
        ("POST", "/v2/a/blobs/uploads/", 202),
        ("POST", "/v2/b/blobs/uploads/", 202),
        ("GET", "/v2/_catalog", 200),
    ] {
        let response = bearer(&wire, method, path, &token).await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_mount_without_the_right_to_its_source_becomes_an_upload() {
    let wire = start(with(Access::bearer(users()))).await;
    let both = "repository:from:pull,push&scope=repository:to:pull,push";
    let both = token(&wire, both, ("mara", "writes")).await;
    let digest = Digest::sha256(LAYER);
    let path = format!("/v2/from/blobs/uploads/?digest={digest}");
    let request = wire.request("POST", &path).bearer_auth(&both);
    request.body(LAYER.to_vec()).send().await.unwrap();
    let mount = format!("/v2/to/blobs/uploads/?mount={digest}&from=from");
    let only = token(&wire, "repository:to:pull,push", ("mara", "writes")).await;
    let declined = bearer(&wire, "POST", &mount, &only).await;
    assert_eq!(declined.status(), StatusCode::ACCEPTED);
    let mounted = bearer(&wire, "POST", &mount, &both).await;
    assert_eq!(mounted.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn anonymous_pull_reads_and_does_not_write() {
    let access = Access::Bearer {
        users: users(),
        anonymous_pull: true,
        lifetime: Duration::from_secs(60),
    };
    let wire = start(with(access)).await;
    let path = "/token?scope=repository:a:pull,push";
    let answer = body(wire.send("GET", path).await).await;
    let token = answer["token"].as_str().unwrap();
    assert_eq!(answer["scope"], "repository:a:pull");
    let read = bearer(&wire, "GET", "/v2/a/tags/list", token).await;
    assert_eq!(code(read).await, "NAME_UNKNOWN", "let in, nothing there");
    let write = bearer(&wire, "POST", "/v2/a/blobs/uploads/", token).await;
    assert_eq!(write.status(), StatusCode::UNAUTHORIZED);
    let closed = start(with(Access::bearer(users()))).await;
    let refused = closed.send("GET", path).await;
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over() {
    let seconds = Arc::new(AtomicI64::new(0));
    let read = Arc::clone(&seconds);
    let start_of_time = Timestamp::UNIX_EPOCH;
    let config = Config {
        clock: Clock::new(move || {
            start_of_time + SignedDuration::from_secs(read.load(Ordering::SeqCst))
        }),
        ..with(Access::bearer(users()))
    };
    let wire = start(config).await;
    let token = token(&wire, "repository:a:pull", ("mara", "writes")).await;
    seconds.store(299, Ordering::SeqCst);
    let before = bearer(&wire, "GET", "/v2/", &token).await;
    assert_eq!(before.status(), StatusCode::OK);
    seconds.store(300, Ordering::SeqCst);
    let after = bearer(&wire, "GET", "/v2/", &token).await;
    assert_eq!(after.status(), StatusCode::UNAUTHORIZED);
    assert!(
        header(&after, "www-authenticate")
            .unwrap()
            .contains("invalid_token")
    );
}

#[tokio::test]
async fn oauth2_gives_an_identity_token_that_logs_in_again() {
    let wire = start(with(Access::bearer(users()))).await;
    let post = |form: String| {
        let request = wire.request("POST", "/token").body(form);
        request.send()
    };
    let form = "grant_type=password&username=mara&password=writes&access_type=offline\
                &service=hallmark-practice&client_id=test&scope=repository:a:pull";
    let answer = body(post(form.to_owned()).await.unwrap()).await;
    let refresh = answer["refresh_token"].as_str().unwrap().to_owned();
    wire.running.expire_tokens();
    let form = format!("grant_type=refresh_token&refresh_token={refresh}&scope=repository:a:pull");
    let answer = body(post(form).await.unwrap()).await;
    let token = answer["access_token"].as_str().unwrap();
    let response = bearer(&wire, "GET", "/v2/", token).await;
    assert_eq!(response.status(), StatusCode::OK);
    for wrong in [
        "grant_type=password&username=mara&password=wrong",
        "grant_type=refresh_token&refresh_token=wrong",
        "scope=repository:a:pull",
    ] {
        let response = post(wrong.to_owned()).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{wrong}");
    }
}

#[tokio::test]
async fn tls_is_spoken_with_the_certificate_given() {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let tls = Tls {
        cert_pem: made.cert.pem(),
        key_pem: made.signing_key.serialize_pem(),
    };
    let mut wire = start(Config {
        tls: Some(tls),
        ..with(Access::bearer(users()))
    })
    .await;
    wire.scheme = "https";
    wire.http
        .get(wire.url("/v2/"))
        .send()
        .await
        .expect_err("nobody vouches for that certificate");
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    wire.http = reqwest::Client::builder()
        .tls_certs_only([trusted])
        .build()
        .unwrap();
    let response = wire.send("GET", "/v2/").await;
    let realm = format!("realm=\"{}\"", wire.url("/token"));
    assert!(
        header(&response, "www-authenticate")
            .unwrap()
            .contains(&realm)
    );
}

#[tokio::test]
async fn a_request_under_a_foreign_name_gets_nothing() {
    let wire = start(Config::default()).await;
    wire.push("a", "v1", &artifact("one")).await;
    for (host, status) in [("evil.example.com", 403), ("localhost:1", 200)] {
        let request = wire.request("GET", "/v2/a/manifests/v1");
        let response = request.header("host", host).send().await.unwrap();
        assert_eq!(response.status(), status, "{host}");
    }
}

#[tokio::test]
async fn the_log_knows_the_scheme_and_never_the_credential() {
    let wire = start(with(Access::bearer(users()))).await;
    let token = token(&wire, "repository:a:pull", ("mara", "writes")).await;
    bearer(&wire, "GET", "/v2/a/tags/list?n=1", &token).await;
    let seen = wire.running.requests();
    let schemes: Vec<_> = seen
        .iter()
        .map(|seen| seen.authorization_scheme.as_deref())
        .collect();
    assert_eq!(schemes, [Some("Basic"), Some("Bearer")]);
    assert_eq!(
        (seen[1].path.as_str(), seen[1].query.as_str()),
        ("/v2/a/tags/list", "n=1")
    );
    assert_eq!(seen[1].status, 404);
    let everything = format!("{:?} {seen:?}", wire.running);
    for secret in ["writes", token.as_str(), "bWFyYTp3cml0ZXM="] {
        assert!(!everything.contains(secret), "{secret} is in the log");
    }
    wire.running.forget_requests();
    assert_eq!(wire.running.requests(), []);
}
