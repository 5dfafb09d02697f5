//! Token servers as they are: by GET, by POST, with words of their own for what has expired.

use crate::{
    server::{Reply, Seen, Server},
    setting::{Ada, PASSWORD, ada, api, client, password},
};
use hallmark_credentials::{Login, SecretString};
use hallmark_registry::{Client, ErrorKind};

const TAGS: &str = r#"{"tags":["v1"]}"#;

fn bearer(seen: &Seen, path: &str) -> Reply {
    let own = seen.header("host").unwrap();
    Reply::challenge(format!("Bearer realm=\"http://{own}{path}\",service=\"s\""))
}

fn posting(seen: &Seen, refused: u16) -> Reply {
    match (seen.path(), seen.method.as_str(), seen.authorization()) {
        ("/token", "GET", _) => Reply::new(refused),
        ("/token", ..) => Reply::json(r#"{"access_token":"t","refresh_token":"canary-refresh"}"#),
        (_, _, Some("Bearer t")) => Reply::json(TAGS),
        _ => bearer(seen, "/token"),
    }
}

#[tokio::test]
async fn where_get_is_refused_the_password_is_posted_and_from_then_on_at_once() {
    for refused in [404, 405] {
        let home = Server::start(move |seen| posting(seen, refused)).await;
        let (client, api) = (client(ada()), api(home.host()));
        client.all_tags(&api).await.unwrap();
        let other = hallmark_image::Repository {
            name: "team/web".parse().unwrap(),
            ..api
        };
        client.all_tags(&other).await.unwrap();
        assert_eq!(home.count("GET", "/token"), 1);
        assert_eq!(home.count("POST", "/token"), 2);
        let posted = home.seen().into_iter().find(|seen| seen.method == "POST");
        let posted = posted.unwrap();
        let body = String::from_utf8_lossy(&posted.body).into_owned();
        assert!(body.contains("grant_type=password&username=ada"), "{body}");
        assert!(body.contains(&format!("password={PASSWORD}")), "{body}");
        // A token that outlives the login is neither asked for nor kept.
        assert!(!body.contains("offline"), "{body}");
        assert_eq!(posted.target, "/token");
    }
}

#[tokio::test]
async fn mirantis_token_server_on_the_same_origin_needs_no_confirmation() {
    let home = Server::start(|seen| match (seen.path(), seen.authorization()) {
        ("/auth/token", _) => Reply::json(r#"{"token":"t"}"#),
        (_, Some("Bearer t")) => Reply::json(TAGS),
        _ => bearer(seen, "/auth/token"),
    })
    .await;
    client(ada()).all_tags(&api(home.host())).await.unwrap();
    assert_eq!(home.count("GET", "/auth/token"), 1);
}

async fn refused_by(status: u16, body: &'static str, login: Login) -> ErrorKind {
    let home = Server::start(move |seen| match seen.path() {
        "/token" => Reply::new(status).body(body),
        _ => bearer(seen, "/token"),
    })
    .await;
    let client: Client = client(Ada::with(Ok(Some(login.clone()))));
    let failed = client.check_login(&home.host(), Some(&login)).await;
    failed.unwrap_err().kind().clone()
}

#[tokio::test]
async fn an_identity_token_that_is_no_longer_taken_has_expired() {
    let token = Login::IdentityToken {
        username: "<token>".into(),
        token: SecretString::new("old".into()),
    };
    let kind = refused_by(400, r#"{"error":"invalid_grant"}"#, token).await;
    assert_eq!(kind, ErrorKind::TokenExpired);
}

#[tokio::test]
async fn a_token_server_that_denies_a_mere_greeting_refuses_the_login() {
    // GitHub says 403 to a wrong token.
    let body = r#"{"errors":[{"code":"DENIED","message":"denied"}]}"#;
    let kind = refused_by(403, body, password()).await;
    assert_eq!(kind, ErrorKind::WrongPassword);
}

#[tokio::test]
async fn amazons_words_for_an_expired_token_are_understood() {
    let home = Server::start(|seen| match seen.authorization() {
        None => Reply::challenge("Basic realm=\"ecr\""),
        Some(_) => Reply::new(403).body(
            r#"{"errors":[{"code":"DENIED","message":"Your authorization token has expired. Reauthenticate and try again."}]}"#,
        ),
    })
    .await;
    let failed = client(ada())
        .check_login(&home.host(), Some(&password()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::TokenExpired);
    assert!(failed.message().contains("“ada”"), "{failed}");
}
