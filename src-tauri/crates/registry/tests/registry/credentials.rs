//! Where a login goes, and above all where it never goes.

use crate::{
    server::{Reply, Server},
    setting::{Ada, BASIC, PASSWORD, ada, api, client, client_of, nobody},
};
use hallmark_image::{Descriptor, Digest};
use hallmark_registry::{Endpoint, ErrorKind};

const BLOB: &[u8] = b"a layer";

fn blob() -> Descriptor {
    Descriptor::of("application/octet-stream", BLOB)
}

#[tokio::test]
async fn an_upload_that_goes_on_at_another_host_goes_on_without_the_login() {
    let other = Server::start(|_| Reply::new(201)).await;
    let elsewhere = format!("{}/session?state=1", other.origin());
    let home = Server::start(
        move |seen| match (seen.authorization(), seen.method.as_str()) {
            (None, _) => Reply::challenge("Basic realm=\"r\""),
            (_, "POST") => Reply::new(202).header("Location", elsewhere.clone()),
            _ => Reply::new(404),
        },
    )
    .await;
    let pushed = client(ada())
        .push_blob(&api(home.host()), BLOB.into())
        .await;
    assert_eq!(pushed.unwrap(), Digest::sha256(BLOB));
    let put = &other.seen()[0];
    assert_eq!((put.method.as_str(), put.body.as_slice()), ("PUT", BLOB));
    assert_eq!(put.authorization(), None);
    assert!(
        put.target
            .contains(&format!("state=1&digest={}", Digest::sha256(BLOB)))
    );
}

#[tokio::test]
async fn an_upload_at_home_keeps_the_login() {
    let home = Server::start(|seen| match (seen.authorization(), seen.method.as_str()) {
        (None, _) => Reply::challenge("Basic realm=\"r\""),
        (_, "POST") => Reply::new(202).header("Location", "/v2/team/api/blobs/uploads/1"),
        (_, "PUT") => Reply::new(201),
        _ => Reply::new(404),
    })
    .await;
    client(ada())
        .push_blob(&api(home.host()), BLOB.into())
        .await
        .unwrap();
    let put = home.seen().pop().unwrap();
    assert_eq!(put.authorization(), Some(BASIC));
}

#[tokio::test]
async fn a_redirect_to_another_host_is_followed_without_the_login() {
    let other = Server::start(|_| Reply::new(200).body(BLOB)).await;
    let elsewhere = format!("{}/storage?signature=1", other.origin());
    let home = Server::start(move |seen| match seen.authorization() {
        None => Reply::challenge("Basic realm=\"r\""),
        Some(_) => Reply::new(307)
            .header("Location", elsewhere.clone())
            .body(vec![b'x'; 500]),
    })
    .await;
    let bytes = client(ada()).blob(&api(home.host()), &blob(), 1000).await;
    assert_eq!(bytes.unwrap(), BLOB);
    assert_eq!(other.seen().len(), 1);
    assert_eq!(other.seen()[0].authorization(), None);
}

#[tokio::test]
async fn a_redirect_back_home_does_not_bring_the_login_back() {
    let other = Server::start(|seen| {
        let home = seen.target.rsplit('=').next().unwrap();
        Reply::new(302).header("Location", format!("http://{home}/back"))
    })
    .await;
    let elsewhere = other.origin();
    let home = Server::start(move |seen| match (seen.path(), seen.authorization()) {
        ("/back", _) => Reply::new(200).body(BLOB),
        (_, None) => Reply::challenge("Basic realm=\"r\""),
        _ => {
            let own = seen.header("host").unwrap();
            Reply::new(302).header("Location", format!("{elsewhere}/?home={own}"))
        }
    })
    .await;
    let bytes = client(ada()).blob(&api(home.host()), &blob(), 1000).await;
    assert_eq!(bytes.unwrap(), BLOB);
    let back = home.seen().pop().unwrap();
    assert_eq!((back.path(), back.authorization()), ("/back", None));
}

#[tokio::test]
async fn another_host_that_asks_for_a_login_gets_none() {
    let other = Server::start(|_| Reply::challenge("Basic realm=\"r\"")).await;
    let elsewhere = other.origin();
    let home = Server::start(move |_| Reply::new(302).header("Location", elsewhere.clone())).await;
    let logins = ada();
    let failed = client(logins.clone())
        .blob(&api(home.host()), &blob(), 1000)
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::LoginNeeded);
    assert_eq!(logins.times_asked(), 0);
    assert!(
        other
            .seen()
            .iter()
            .all(|seen| seen.authorization().is_none())
    );
}

#[tokio::test]
async fn what_changes_something_is_not_carried_elsewhere_by_a_redirect() {
    let other = Server::start(|_| Reply::new(201)).await;
    let elsewhere = other.origin();
    let home = Server::start(move |seen| match seen.method.as_str() {
        "HEAD" => Reply::new(404),
        _ => Reply::new(307).header("Location", elsewhere.clone()),
    })
    .await;
    let (client, api) = (client(ada()), api(home.host()));
    let pushed = client.push_blob(&api, BLOB.into()).await;
    assert_eq!(pushed.unwrap_err().kind(), &ErrorKind::Refused);
    let deleted = client.delete_manifest(&api, &Digest::sha256(BLOB)).await;
    assert_eq!(deleted.unwrap_err().kind(), &ErrorKind::Refused);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let home =
        Server::start(|seen| Reply::new(302).header("Location", format!("{}x", seen.target))).await;
    let failed = client(nobody())
        .blob(&api(home.host()), &blob(), 1000)
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Refused);
    assert_eq!(home.seen().len(), 6);
}

#[tokio::test]
async fn a_token_server_on_another_host_gets_nothing_until_it_is_confirmed() {
    let other = Server::start(|_| Reply::json(r#"{"token":"t"}"#)).await;
    let challenge = format!("Bearer realm=\"{}/token\",service=\"s\"", other.origin());
    let home = Server::start(move |seen| match seen.authorization() {
        Some("Bearer t") => Reply::json(r#"{"tags":["v1"]}"#),
        _ => Reply::challenge(challenge.clone()),
    })
    .await;
    let logins = ada();
    let failed = client(logins.clone())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    let realm = other.origin();
    assert_eq!(
        failed.kind(),
        &ErrorKind::RealmNeedsConfirmation {
            realm: realm.clone()
        }
    );
    assert!(failed.message().contains(&realm), "{failed}");
    assert!(other.seen().is_empty());

    let endpoint = Endpoint {
        confirmed_realms: vec![realm],
        ..Endpoint::new(home.host())
    };
    let tags = client_of(endpoint, logins)
        .all_tags(&api(home.host()))
        .await
        .unwrap();
    assert_eq!(tags.len(), 1);
    assert_eq!(other.seen()[0].authorization(), Some(BASIC));
}

#[tokio::test]
async fn a_token_server_that_redirects_is_not_followed() {
    let other = Server::start(|_| Reply::json(r#"{"token":"t"}"#)).await;
    let elsewhere = other.origin();
    let home = Server::start(move |seen| match seen.path() {
        "/token" => Reply::new(307).header("Location", elsewhere.clone()),
        _ => {
            let own = seen.header("host").unwrap();
            Reply::challenge(format!("Bearer realm=\"http://{own}/token\""))
        }
    })
    .await;
    let failed = client(ada()).all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Refused);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_realm_that_is_no_plain_web_address_is_refused() {
    for realm in [
        "file:///etc/passwd",
        "http://ada:x@127.0.0.1:1/",
        "nonsense",
        "gopher://h/",
    ] {
        let challenge = format!("Bearer realm=\"{realm}\"");
        let home = Server::start(move |_| Reply::challenge(challenge.clone())).await;
        let logins = ada();
        let failed = client(logins)
            .all_tags(&api(home.host()))
            .await
            .unwrap_err();
        assert_eq!(failed.kind(), &ErrorKind::Refused, "{realm}");
        assert_eq!(home.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_list_that_goes_on_at_another_server_is_refused() {
    let other = Server::start(|_| Reply::json(r#"{"tags":["evil"]}"#)).await;
    let link = format!("<{}/more>; rel=\"next\"", other.origin());
    let home =
        Server::start(move |_| Reply::json(r#"{"tags":["v1"]}"#).header("Link", link.clone()))
            .await;
    let failed = client(ada()).all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Refused);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn urls_inside_a_descriptor_are_never_followed() {
    let other = Server::start(|_| Reply::new(200).body(BLOB)).await;
    let home = Server::start(|_| Reply::new(404)).await;
    let mut layer = blob();
    layer.urls = vec![format!("{}/layer", other.origin())];
    let failed = client(ada())
        .blob(&api(home.host()), &layer, 1000)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::NotFound);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_keyring_that_fails_stops_the_request_and_tries_no_other_login() {
    let home = Server::start(|_| Reply::challenge("Basic realm=\"r\"")).await;
    let logins = Ada::with(Err("the keyring is locked".into()));
    let failed = client(logins)
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Logins);
    assert!(failed.message().contains("the keyring is locked"));
    assert!(
        home.seen()
            .iter()
            .all(|seen| seen.authorization().is_none())
    );
}

#[tokio::test]
async fn what_a_registry_echoes_of_a_secret_stands_in_no_message() {
    let home = Server::start(|seen| match seen.authorization() {
        None => Reply::challenge("Basic realm=\"r\""),
        Some(sent) => Reply::new(400).body(format!(
            r#"{{"errors":[{{"code":"NAME_INVALID","message":"bad {sent} of {PASSWORD}"}}]}}"#
        )),
    })
    .await;
    let failed = client(ada()).all_tags(&api(home.host())).await.unwrap_err();
    let shown = format!("{failed} {failed:?}");
    assert!(shown.contains("…hidden…"), "{shown}");
    assert!(
        !shown.contains(PASSWORD) && !shown.contains(&BASIC[6..]),
        "{shown}"
    );
}
