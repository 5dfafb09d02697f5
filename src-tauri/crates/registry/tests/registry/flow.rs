//! The whole client against the practice registry, which is a real one.

use crate::setting::{Ada, PASSWORD, ada, api, client, image, nobody};
use bytes::Bytes;
use hallmark_image::{Artifact, Descriptor, Manifest, media_type};
use hallmark_practice::{Access, Config, Registry, Running, User};
use hallmark_registry::{Attachment, Client, ErrorKind, ReferrersSource, Target};
use std::sync::Arc;

async fn start(access: Access, referrers: bool) -> Running {
    let config = Config {
        access,
        referrers,
        ..Config::default()
    };
    Registry::start(config).await.unwrap()
}

fn users() -> Vec<User> {
    vec![User::new("ada", PASSWORD)]
}

/// Pushes, tags, attaches, lists, fetches and deletes.
async fn work(client: &Client, registry: &Running, source: ReferrersSource) {
    let api = api(registry.host());
    let config = Bytes::from_static(b"config");
    client.push_blob(&api, config.clone()).await.unwrap();
    let manifest = Manifest::parse(image("config"), None).unwrap();
    let tag = "v1".parse().unwrap();
    client
        .put_manifest(&api, Target::Tag(&tag), &manifest)
        .await
        .unwrap();
    let resolved = client.resolve_tag(&api, &tag).await.unwrap().unwrap();
    assert_eq!(resolved, manifest.descriptor());
    let fetched = client
        .manifest(&api.at(resolved.digest.clone()))
        .await
        .unwrap();
    assert_eq!(fetched.bytes(), manifest.bytes());
    let blob = client
        .blob(&api, fetched.config().unwrap(), 1000)
        .await
        .unwrap();
    assert_eq!(blob, config);

    let report = Bytes::from(vec![b'r'; 300_000]);
    let layer = Descriptor::of("application/junit+xml", &report);
    let artifact = Artifact::new(media_type::SIGSTORE_BUNDLE, vec![layer.clone()])
        .about(&resolved)
        .build()
        .unwrap();
    let attachment = Attachment {
        manifest: artifact.clone(),
        blobs: vec![report.clone()],
    };
    client
        .attach(&api, &resolved.digest, &[attachment])
        .await
        .unwrap();
    let found = client.referrers(&api, &resolved.digest).await.unwrap();
    assert_eq!(found.source, source);
    assert_eq!(found.descriptors[0].digest, *artifact.digest());
    assert_eq!(client.blob(&api, &layer, 1_000_000).await.unwrap(), report);

    assert!(client.all_tags(&api).await.unwrap().contains(&tag));
    let repositories = client
        .repositories(&registry.host(), None, 10)
        .await
        .unwrap();
    assert_eq!(repositories.items, std::slice::from_ref(&api.name));
    client
        .delete_manifest(&api, &resolved.digest)
        .await
        .unwrap();
    assert_eq!(client.resolve_tag(&api, &tag).await.unwrap(), None);
    assert_eq!(client.requests(), registry.requests().len() as u64);
}

#[tokio::test]
async fn everything_works_on_an_open_registry_with_and_without_referrers() {
    for (referrers, source) in [
        (true, ReferrersSource::Api),
        (false, ReferrersSource::FallbackTag),
    ] {
        let registry = start(Access::Open, referrers).await;
        work(&client(nobody()), &registry, source).await;
        registry.stop().await;
    }
}

#[tokio::test]
async fn everything_works_with_basic_and_with_bearer_login() {
    for access in [Access::Basic(users()), Access::bearer(users())] {
        let registry = start(access, true).await;
        work(&client(ada()), &registry, ReferrersSource::Api).await;
        registry.stop().await;
    }
}

#[tokio::test]
async fn without_the_right_to_push_the_sentence_says_so() {
    let readers = vec![User::new("ada", PASSWORD).read_only()];
    for access in [Access::Basic(readers.clone()), Access::bearer(readers)] {
        let registry = start(access, true).await;
        let refused = client(ada())
            .push_blob(&api(registry.host()), Bytes::from_static(b"x"))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), &ErrorKind::Forbidden, "{refused}");
        assert!(
            refused.message().contains("“ada” may not push"),
            "{refused}"
        );
        registry.stop().await;
    }
}

#[tokio::test]
async fn logins_are_tried_before_they_are_kept() {
    for access in [Access::Basic(users()), Access::bearer(users())] {
        let registry = start(access, true).await;
        let nobody: Arc<Ada> = nobody();
        let client = client(nobody);
        let host = registry.host();
        client
            .check_login(&host, Some(&crate::setting::password()))
            .await
            .unwrap();
        let wrong = hallmark_credentials::Login::Password {
            username: "ada".into(),
            password: hallmark_credentials::SecretString::new("wrong".into()),
        };
        let refused = client.check_login(&host, Some(&wrong)).await.unwrap_err();
        assert_eq!(refused.kind(), &ErrorKind::WrongPassword, "{refused}");
        registry.stop().await;
    }
}
