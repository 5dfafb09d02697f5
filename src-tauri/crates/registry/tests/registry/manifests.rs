//! Manifests: the digest asked for decides, and nothing ambiguous gets through.

use crate::{
    server::{Reply, Server},
    setting::{api, client, image, nobody},
};
use hallmark_image::{Digest, Manifest, media_type};
use hallmark_registry::{ErrorKind, Target};

fn manifest_reply(body: &str) -> Reply {
    Reply::new(200)
        .header("Content-Type", media_type::OCI_MANIFEST)
        .body(body)
}

#[tokio::test]
async fn other_bytes_than_the_digest_names_are_refused_whatever_the_header_says() {
    let wanted = Digest::sha256(image("wanted"));
    let said = wanted.to_string();
    let home = Server::start(move |_| {
        manifest_reply(&image("other")).header("Docker-Content-Digest", said.clone())
    })
    .await;
    let reference = api(home.host()).at(wanted);
    let failed = client(nobody()).manifest(&reference).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::DigestMismatch);
}

#[tokio::test]
async fn a_header_that_lies_about_a_tag_is_noticed() {
    let lie = Digest::sha256("lie").to_string();
    let home = Server::start(move |_| {
        manifest_reply(&image("a")).header("Docker-Content-Digest", lie.clone())
    })
    .await;
    let reference = api(home.host()).tagged("v1".parse().unwrap());
    let failed = client(nobody()).manifest(&reference).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::DigestMismatch);
}

#[tokio::test]
async fn resolving_a_digest_gives_that_digest_or_an_error() {
    let lie = Digest::sha256("lie").to_string();
    let home = Server::start(move |_| {
        manifest_reply(&image("a")).header("Docker-Content-Digest", lie.clone())
    })
    .await;
    let reference = api(home.host()).at(Digest::sha256(image("a")));
    let failed = client(nobody()).resolve(&reference).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::DigestMismatch);
}

#[tokio::test]
async fn where_both_tag_and_digest_are_named_the_digest_is_asked_for() {
    let digest = Digest::sha256(image("a"));
    let home = Server::start(|_| manifest_reply(&image("a"))).await;
    let mut reference = api(home.host()).at(digest.clone());
    reference.tag = Some("v1".parse().unwrap());
    let found = client(nobody()).resolve(&reference).await.unwrap();
    assert_eq!(found.digest, digest);
    assert_eq!(
        home.count("HEAD", &format!("/v2/team/api/manifests/{digest}")),
        1
    );
}

#[tokio::test]
async fn a_digest_in_a_header_is_never_taken_for_a_path() {
    for lie in ["sha256:../../../etc/passwd", "sha256:AB", "", "md5:1"] {
        let home = Server::start(move |_| {
            manifest_reply(&image("a")).header("Docker-Content-Digest", lie)
        })
        .await;
        let reference = api(home.host()).tagged("v1".parse().unwrap());
        let found = client(nobody()).resolve(&reference).await.unwrap();
        assert_eq!(found.digest, Digest::sha256(image("a")), "{lie}");
        assert_eq!(found.size, image("a").len() as u64);
        let asked: Vec<_> = home.seen().iter().map(|seen| seen.target.clone()).collect();
        assert_eq!(asked, ["/v2/team/api/manifests/v1"; 2]);
    }
}

#[tokio::test]
async fn a_manifest_that_could_be_two_images_is_refused() {
    let both = image("a").replacen("\"layers\"", "\"manifests\":[],\"layers\"", 1);
    let home = Server::start(move |_| manifest_reply(&both)).await;
    let reference = api(home.host()).tagged("v1".parse().unwrap());
    let failed = client(nobody()).manifest(&reference).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::BadManifest);
}

#[tokio::test]
async fn a_manifest_that_is_something_else_than_its_content_type_is_refused() {
    for said in [media_type::OCI_INDEX, media_type::DOCKER_MANIFEST] {
        let home = Server::start(move |_| {
            Reply::new(200)
                .header("Content-Type", said)
                .body(image("a"))
        })
        .await;
        let reference = api(home.host()).tagged("v1".parse().unwrap());
        let failed = client(nobody()).manifest(&reference).await.unwrap_err();
        assert_eq!(failed.kind(), &ErrorKind::BadManifest, "{said}");
    }
}

#[tokio::test]
async fn a_manifest_is_asked_for_once_by_digest_and_each_time_by_tag() {
    let home = Server::start(|_| manifest_reply(&image("a"))).await;
    let (client, api) = (client(nobody()), api(home.host()));
    let tagged = api.tagged("v1".parse().unwrap());
    let first = client.manifest(&tagged).await.unwrap();
    client.manifest(&tagged).await.unwrap();
    let again = client
        .manifest(&api.at(first.digest().clone()))
        .await
        .unwrap();
    assert_eq!(again.bytes(), image("a").as_bytes());
    assert_eq!(client.requests(), 2);
}

#[tokio::test]
async fn an_answer_without_location_is_no_reason_to_panic() {
    let home = Server::start(|_| Reply::new(201)).await;
    let manifest = Manifest::parse(image("a"), None).unwrap();
    let placed = client(nobody())
        .put_manifest(&api(home.host()), Target::Digest, &manifest)
        .await
        .unwrap();
    assert!(!placed.subject_acknowledged);
    let put = &home.seen()[0];
    assert_eq!(put.body, image("a").as_bytes());
    assert_eq!(put.header("content-type"), Some(media_type::OCI_MANIFEST));
    assert!(put.target.ends_with(&manifest.digest().to_string()));
}

#[tokio::test]
async fn an_upload_without_location_is_an_error_with_a_sentence() {
    let home = Server::start(|seen| match seen.method.as_str() {
        "POST" => Reply::new(202),
        _ => Reply::new(404),
    })
    .await;
    let failed = client(nobody())
        .push_blob(&api(home.host()), "x".into())
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Protocol);
}

#[tokio::test]
async fn a_registry_that_took_the_bytes_for_others_is_noticed() {
    let lie = Digest::sha256("lie").to_string();
    let home =
        Server::start(move |_| Reply::new(201).header("Docker-Content-Digest", lie.clone())).await;
    let manifest = Manifest::parse(image("a"), None).unwrap();
    let tag = "golden".parse().unwrap();
    let failed = client(nobody())
        .put_manifest(&api(home.host()), Target::Tag(&tag), &manifest)
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::DigestMismatch);
}

#[tokio::test]
async fn a_tag_that_is_not_there_is_none_and_a_broken_registry_is_not() {
    let home = Server::start(|seen| match seen.path() {
        "/v2/team/api/manifests/gone" => Reply::new(404),
        _ => Reply::new(400),
    })
    .await;
    let (client, api) = (client(nobody()), api(home.host()));
    let gone = client.resolve_tag(&api, &"gone".parse().unwrap()).await;
    assert_eq!(gone.unwrap(), None);
    let broken = client.resolve_tag(&api, &"broken".parse().unwrap()).await;
    assert_eq!(broken.unwrap_err().kind(), &ErrorKind::Protocol);
}
