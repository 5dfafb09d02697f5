//! What a person reads: each failure its own sentence, with what to do.

use crate::{
    server::{Reply, Server},
    setting::{ada, api, client, client_of, nobody},
    tls::{Authority, acceptor},
};
use hallmark_image::{Manifest, media_type};
use hallmark_registry::{Endpoint, Error, ErrorKind, Target};
use std::collections::HashSet;
use tokio::net::TcpListener;

async fn wrong_password() -> Error {
    let home = Server::start(|_| Reply::challenge("Basic realm=\"r\"")).await;
    client(ada()).all_tags(&api(home.host())).await.unwrap_err()
}

async fn not_trusted() -> Error {
    let (right, wrong) = (Authority::named("theirs"), Authority::named("ours"));
    let home = Server::start_tls(acceptor(&right), |_| Reply::json("{}")).await;
    let endpoint = Endpoint {
        ca_pem: Some(wrong.pem()),
        ..Endpoint::new(home.host())
    };
    let client = client_of(endpoint, nobody());
    client.all_tags(&api(home.host())).await.unwrap_err()
}

async fn unreachable() -> Error {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string().parse().unwrap();
    drop(listener);
    client(nobody()).all_tags(&api(host)).await.unwrap_err()
}

async fn no_such_host() -> Error {
    let host = "registry.invalid".parse().unwrap();
    client(nobody()).all_tags(&api(host)).await.unwrap_err()
}

async fn limited() -> Error {
    let home = Server::start(|_| Reply::new(429).header("Retry-After", "3600")).await;
    client(ada()).all_tags(&api(home.host())).await.unwrap_err()
}

async fn no_push() -> Error {
    let home = Server::start(|seen| match seen.authorization() {
        None => Reply::challenge("Basic realm=\"r\""),
        Some(_) => Reply::new(403),
    })
    .await;
    client(ada())
        .push_blob(&api(home.host()), "x".into())
        .await
        .unwrap_err()
}

async fn plain_instead_of_tls() -> Error {
    let home = Server::start(|_| Reply::json("{}")).await;
    let endpoint = Endpoint {
        ca_pem: Some(Authority::named("ours").pem()),
        ..Endpoint::new(home.host())
    };
    let client = client_of(endpoint, nobody());
    client.all_tags(&api(home.host())).await.unwrap_err()
}

async fn tls_instead_of_plain() -> Error {
    let home = Server::start_tls(acceptor(&Authority::named("ours")), |_| Reply::json("{}")).await;
    client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn each_failure_has_its_kind_and_its_own_sentence() {
    let until = Some("2026-11-23T11:00:00Z".parse().unwrap());
    let failures = [
        (
            wrong_password().await,
            ErrorKind::WrongPassword,
            "user name or password of “ada”",
        ),
        (
            not_trusted().await,
            ErrorKind::TlsUntrusted,
            "nobody that this machine trusts",
        ),
        (
            unreachable().await,
            ErrorKind::Unreachable,
            "cannot be reached",
        ),
        (
            no_such_host().await,
            ErrorKind::NoSuchHost,
            "no host named registry.invalid",
        ),
        (
            limited().await,
            ErrorKind::RateLimited { until },
            "2026-11-23 11:00:00 UTC",
        ),
        (no_push().await, ErrorKind::Forbidden, "“ada” may not push"),
        (
            plain_instead_of_tls().await,
            ErrorKind::PlainHttpExpected,
            "speaks plain http",
        ),
        (
            tls_instead_of_plain().await,
            ErrorKind::PlainHttpExpected,
            "speaks https",
        ),
    ];
    let mut hints = HashSet::new();
    for (failed, kind, words) in &failures {
        assert_eq!(failed.kind(), kind, "{failed}");
        assert!(failed.message().contains(words), "{failed}");
        assert!(
            hints.insert(failed.hint().to_owned()),
            "said twice: {failed}"
        );
    }
}

#[tokio::test]
async fn a_tls_server_that_explains_itself_over_plain_http_is_understood() {
    let home = Server::start(|_| {
        Reply::new(400).body("Client sent an HTTP request to an HTTPS server.\n")
    })
    .await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::PlainHttpExpected);
}

#[tokio::test]
async fn a_web_page_in_an_error_is_not_shown() {
    let home = Server::start(|_| Reply::new(400).body("<html><body>nginx</body></html>")).await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert!(!failed.to_string().contains("html"), "{failed}");
}

#[tokio::test]
async fn an_address_without_an_api_is_said_to_be_no_registry() {
    let home = Server::start(|_| Reply::new(404)).await;
    let failed = client(nobody())
        .check_login(&home.host(), None)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Unsupported);
    assert!(failed.message().contains("is no registry"), "{failed}");
}

#[tokio::test]
async fn a_tag_that_a_registry_lets_nobody_move_is_understood_in_every_registrys_words() {
    for (status, body) in [
        (
            400,
            r#"{"errors":[{"code":"TAG_INVALID","message":"The image tag 'prod' already exists in the 'api' repository and cannot be overwritten because the tag is immutable."}]}"#,
        ),
        (
            412,
            r#"{"errors":[{"code":"PRECONDITION","message":"Failed to process request due to 'api:prod' configured as immutable."}]}"#,
        ),
        (
            403,
            r#"{"errors":[{"code":"DENIED","message":"cannot update tag prod. The repository has enabled tag immutability"}]}"#,
        ),
        (
            405,
            "The operation is disallowed on this registry, repository or image.",
        ),
        (409, ""),
    ] {
        let home = Server::start(move |_| Reply::new(status).body(body)).await;
        let manifest = serde_json::json!({"schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": []});
        let manifest = Manifest::parse(manifest.to_string(), None).unwrap();
        let (client, repository) = (client(nobody()), api(home.host()));
        let tag = "prod".parse().unwrap();
        let put = client.put_manifest(&repository, Target::Tag(&tag), &manifest);
        let failed = put.await.unwrap_err();
        assert_eq!(failed.kind(), &ErrorKind::TagImmutable, "{status} {failed}");
        assert!(failed.message().contains("the tag prod"), "{failed}");
        // By its digest alone nothing is moved, so the same words mean something else.
        let by_digest = client.put_manifest(&repository, Target::Digest, &manifest);
        assert_ne!(
            by_digest.await.unwrap_err().kind(),
            &ErrorKind::TagImmutable
        );
    }
}
