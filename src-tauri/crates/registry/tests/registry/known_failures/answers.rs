//! Answers that try to get at a login, or that do not end.

use crate::{
    server::{Reply, Seen, Server},
    setting::{PASSWORD, ada, api, client, image, nobody},
};
use hallmark_image::{Descriptor, Manifest};
use hallmark_practice::{Access, Config, Registry, User, habits::Habits};
use hallmark_registry::{ErrorKind, Target};
use std::sync::atomic::{AtomicUsize, Ordering};

/// `realm`'s server as a challenge, on the registry that was asked.
fn own_realm(seen: &Seen) -> Reply {
    let own = seen.header("host").unwrap();
    Reply::challenge(format!("Bearer realm=\"http://{own}/token\",service=\"s\""))
}

#[tokio::test]
async fn a_later_challenge_is_looked_at_like_the_first() {
    for writes in [false, true] {
        let other = Server::start(|_| Reply::json(r#"{"token":"stolen"}"#)).await;
        let elsewhere = format!("Bearer realm=\"{}/token\"", other.origin());
        let answered = AtomicUsize::new(0);
        let home = Server::start(move |seen| match (seen.path(), seen.authorization()) {
            ("/token", _) => Reply::json(r#"{"token":"t"}"#),
            (_, None) => own_realm(seen),
            // Once it works; then the token is no longer good, and another server has new ones.
            _ if answered.fetch_add(1, Ordering::Relaxed) == 0 => Reply::json(r#"{"tags":[]}"#),
            _ => Reply::challenge(elsewhere.clone()),
        })
        .await;
        let (client, api) = (client(ada()), api(home.host()));
        client.all_tags(&api).await.unwrap();
        let manifest = Manifest::parse(image("a"), None).unwrap();
        let failed = match writes {
            true => {
                let put = client.put_manifest(&api, Target::Digest, &manifest);
                put.await.map(|_| ())
            }
            false => client.all_tags(&api).await.map(|_| ()),
        };
        let realm = other.origin();
        assert_eq!(
            failed.unwrap_err().kind(),
            &ErrorKind::RealmNeedsConfirmation { realm },
        );
        assert!(other.seen().is_empty());
    }
}

#[tokio::test]
async fn a_bearer_token_does_not_leave_with_a_redirect_and_is_not_had_for_who_asks_there() {
    let other = Server::start(|seen| {
        let home = seen.target.rsplit('=').next().unwrap();
        Reply::challenge(format!(
            "Bearer realm=\"http://{home}/token\",service=\"s\""
        ))
    })
    .await;
    let elsewhere = other.origin();
    let home = Server::start(move |seen| match (seen.path(), seen.authorization()) {
        ("/token", _) => Reply::json(r#"{"token":"t"}"#),
        (_, None) => own_realm(seen),
        _ => {
            let own = seen.header("host").unwrap();
            Reply::new(307).header("Location", format!("{elsewhere}/storage?home={own}"))
        }
    })
    .await;
    let (client, api) = (client(ada()), api(home.host()));
    let blob = Descriptor::of("x/y", b"x");
    // The second time there is a token from the beginning.
    for times in 1..=2 {
        let failed = client.blob(&api, &blob, 10).await;
        assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Forbidden);
        let shown = |seen: &Seen| seen.authorization().is_some();
        assert!(!other.seen().iter().any(shown));
        assert_eq!(other.seen().len(), times, "nobody asks there again");
    }
    assert_eq!(home.count("GET", "/token"), 1);
}

#[tokio::test]
async fn blobs_and_uploads_that_a_signature_opens_elsewhere_need_no_login_there() {
    for access in [
        Access::Basic(vec![User::new("ada", PASSWORD)]),
        Access::bearer(vec![User::new("ada", PASSWORD)]),
    ] {
        let config = Config {
            access,
            habits: Habits {
                blobs_apart: true,
                uploads_apart: true,
                ..Habits::default()
            },
            ..Config::default()
        };
        let registry = Registry::start(config).await.unwrap();
        let (client, api) = (client(ada()), api(registry.host()));
        client.push_blob(&api, "layer".into()).await.unwrap();
        let layer = Descriptor::of("x/y", b"layer");
        assert_eq!(client.blob(&api, &layer, 10).await.unwrap(), "layer");
        let seen = registry.requests();
        let apart: Vec<_> = seen.iter().filter(|seen| seen.apart).collect();
        assert_eq!(apart.len(), 2, "{seen:#?}");
        assert!(apart.iter().all(|seen| seen.authorization_scheme.is_none()));
    }
}

#[tokio::test]
async fn of_an_error_no_more_than_8_kib_are_read() {
    for (before, told) in [(8 * 1024 - 200, true), (8 * 1024, false)] {
        let said = r#"{"errors":[{"code":"NAME_INVALID","message":"beyond the limit"}]}"#;
        let body = format!("{}{said}", " ".repeat(before));
        let home = Server::start(move |_| Reply::new(400).body(body.clone())).await;
        let failed = client(nobody()).all_tags(&api(home.host())).await;
        let failed = failed.unwrap_err();
        let shown = failed.message().contains("beyond the limit");
        assert_eq!(shown, told, "{failed}");
    }
}
