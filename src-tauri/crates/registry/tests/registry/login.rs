//! How a login is made: anonymous first, tokens kept and renewed, and tried before it is kept.

use crate::{
    server::{Reply, Seen, Server},
    setting::{Ada, BASIC, ada, api, client, nobody, password},
};
use hallmark_credentials::{Login, SecretString};
use hallmark_registry::ErrorKind;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

const TAGS: &str = r#"{"tags":["v1"]}"#;

fn bearer(seen: &Seen) -> Reply {
    let own = seen.header("host").unwrap();
    Reply::challenge(format!("Bearer realm=\"http://{own}/token\",service=\"s\""))
}

/// A registry that takes the token it gave last.
async fn token_registry(expires_in: u64) -> (Server, Arc<AtomicUsize>) {
    let given = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&given);
    let server = Server::start(move |seen| {
        if seen.path() == "/token" {
            let number = count.fetch_add(1, Ordering::Relaxed) + 1;
            return Reply::json(format!(
                r#"{{"access_token":"t{number}","expires_in":{expires_in}}}"#
            ));
        }
        let current = format!("Bearer t{}", count.load(Ordering::Relaxed));
        match seen.authorization() {
            Some(sent) if sent == current => Reply::json(TAGS),
            _ => bearer(seen),
        }
    })
    .await;
    (server, given)
}

#[tokio::test]
async fn nobody_is_asked_for_a_login_that_no_registry_wants() {
    let home = Server::start(|_| Reply::json(TAGS)).await;
    let logins = ada();
    client(logins.clone())
        .all_tags(&api(home.host()))
        .await
        .unwrap();
    assert_eq!(logins.times_asked(), 0);
    assert_eq!(home.seen()[0].authorization(), None);
}

#[tokio::test]
async fn basic_is_sent_after_it_was_asked_for_and_then_at_once() {
    let home = Server::start(|seen| match seen.authorization() {
        Some(BASIC) => Reply::json(TAGS),
        _ => Reply::challenge("Basic realm=\"r\""),
    })
    .await;
    let (logins, api) = (ada(), api(home.host()));
    let client = client(logins.clone());
    client.all_tags(&api).await.unwrap();
    client.all_tags(&api).await.unwrap();
    let sent: Vec<bool> = home
        .seen()
        .iter()
        .map(|seen| seen.authorization().is_some())
        .collect();
    assert_eq!(sent, [false, true, true]);
    assert_eq!(logins.times_asked(), 1);
    assert_eq!(client.requests(), 3);
}

#[tokio::test]
async fn a_token_is_asked_for_by_scope_and_kept() {
    let (home, given) = token_registry(300).await;
    let (client, api) = (client(ada()), api(home.host()));
    client.all_tags(&api).await.unwrap();
    client.all_tags(&api).await.unwrap();
    assert_eq!(given.load(Ordering::Relaxed), 1);
    let asked = home
        .seen()
        .into_iter()
        .find(|seen| seen.path() == "/token")
        .unwrap();
    assert_eq!(
        asked.target,
        "/token?service=s&scope=repository%3Ateam%2Fapi%3Apull"
    );
    assert_eq!(asked.authorization(), Some(BASIC));
}

#[tokio::test]
async fn one_token_serves_for_reading_and_writing_where_that_was_said_before() {
    let (home, given) = token_registry(300).await;
    let (client, api) = (client(ada()), api(home.host()));
    client.will_push(&api).unwrap();
    client.all_tags(&api).await.unwrap();
    // A HEAD that finds the blob is all that this upload needs.
    client.push_blob(&api, "x".into()).await.unwrap();
    assert_eq!(given.load(Ordering::Relaxed), 1);
    assert_eq!(client.requests(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_asked_for_again_when_it_has_expired() {
    let (home, given) = token_registry(60).await;
    let (client, api) = (client(ada()), api(home.host()));
    client.all_tags(&api).await.unwrap();
    tokio::time::advance(std::time::Duration::from_secs(61)).await;
    client.all_tags(&api).await.unwrap();
    assert_eq!(given.load(Ordering::Relaxed), 2);
    // No 401 in between: the client knew.
    assert_eq!(client.requests(), 5);
}

#[tokio::test]
async fn a_token_that_the_registry_no_longer_takes_is_renewed_once() {
    let (home, given) = token_registry(300).await;
    let (client, api) = (client(nobody()), api(home.host()));
    client.all_tags(&api).await.unwrap();
    // As if the registry had restarted with another key.
    given.fetch_add(1, Ordering::Relaxed);
    client.all_tags(&api).await.unwrap();
    assert_eq!(home.count("GET", "/token"), 2);
}

#[tokio::test]
async fn a_token_that_is_never_taken_is_asked_for_once() {
    let home = Server::start(|seen| match seen.path() {
        "/token" => Reply::json(r#"{"token":"useless"}"#),
        _ => bearer(seen),
    })
    .await;
    let failed = client(ada()).all_tags(&api(home.host())).await.unwrap_err();
    // The token server took the password: what lacks is the right.
    assert_eq!(failed.kind(), &ErrorKind::Forbidden);
    assert_eq!(home.count("GET", "/token"), 1);
    assert_eq!(home.count("GET", "/v2/team/api/tags/list"), 2);
}

#[tokio::test]
async fn without_a_login_the_token_is_asked_for_anonymously() {
    let (home, _) = token_registry(300).await;
    client(nobody()).all_tags(&api(home.host())).await.unwrap();
    let asked = home
        .seen()
        .into_iter()
        .find(|seen| seen.path() == "/token")
        .unwrap();
    assert_eq!(asked.authorization(), None);
}

#[tokio::test]
async fn ten_requests_at_once_need_one_token() {
    let (home, given) = token_registry(300).await;
    let (client, api) = (client(ada()), api(home.host()));
    let all = futures::future::join_all((0..10).map(|_| client.all_tags(&api))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(given.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn an_identity_token_is_posted_and_never_put_into_a_url() {
    let home = Server::start(|seen| match (seen.path(), seen.authorization()) {
        ("/token", _) => Reply::json(r#"{"access_token":"t"}"#),
        (_, Some("Bearer t")) => Reply::json(TAGS),
        _ => bearer(seen),
    })
    .await;
    let login = Login::IdentityToken {
        username: String::new(),
        token: SecretString::new("canary-token".into()),
    };
    let logins = Ada::with(Ok(Some(login)));
    client(logins).all_tags(&api(home.host())).await.unwrap();
    let asked = home
        .seen()
        .into_iter()
        .find(|seen| seen.path() == "/token")
        .unwrap();
    let body = String::from_utf8_lossy(&asked.body).into_owned();
    assert_eq!(
        (asked.method.as_str(), asked.target.as_str()),
        ("POST", "/token")
    );
    assert!(body.contains("grant_type=refresh_token"), "{body}");
    assert!(body.contains("refresh_token=canary-token"), "{body}");
    assert!(
        body.contains("scope=repository%3Ateam%2Fapi%3Apull"),
        "{body}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let home = Server::start(|_| Reply::challenge("Basic realm=\"r\"")).await;
    let client = client(ada());
    let failed = client.all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::WrongPassword);
    let shown: Vec<bool> = home
        .seen()
        .iter()
        .map(|seen| seen.authorization().is_some())
        .collect();
    assert_eq!(shown, [false, true]);
}

#[tokio::test]
async fn a_password_that_was_changed_is_not_sent_a_second_time() {
    let good = AtomicUsize::new(1);
    let home = Server::start(move |seen| {
        let known = seen.authorization() == Some(BASIC);
        let now = known && good.swap(0, Ordering::Relaxed) == 1;
        match now {
            true => Reply::json(TAGS),
            false => Reply::challenge("Basic realm=\"r\""),
        }
    })
    .await;
    let (client, api) = (client(ada()), api(home.host()));
    client.all_tags(&api).await.unwrap();
    let failed = client.all_tags(&api).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::WrongPassword);
    // Nothing, the good password, and the same once more.
    assert_eq!(home.seen().len(), 3);
}

#[tokio::test]
async fn a_login_is_tried_with_no_help_from_an_earlier_one() {
    let home = Server::start(|seen| match seen.authorization() {
        Some(BASIC) => Reply::json("{}"),
        _ => Reply::challenge("Basic realm=\"r\""),
    })
    .await;
    let client = client(ada());
    client
        .check_login(&home.host(), Some(&password()))
        .await
        .unwrap();
    let wrong = Login::Password {
        username: "ada".into(),
        password: SecretString::new("wrong".into()),
    };
    let failed = client
        .check_login(&home.host(), Some(&wrong))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::WrongPassword);
    let failed = client.check_login(&home.host(), None).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::LoginNeeded);
}

#[tokio::test]
async fn a_wrong_password_is_noticed_where_everybody_may_read() {
    let home = Server::start(|seen| match seen.authorization() {
        None | Some(BASIC) => Reply::json("{}"),
        _ => Reply::challenge("Basic realm=\"r\""),
    })
    .await;
    let wrong = Login::Password {
        username: "ada".into(),
        password: SecretString::new("wrong".into()),
    };
    let client = client(nobody());
    let failed = client
        .check_login(&home.host(), Some(&wrong))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::WrongPassword);
    client
        .check_login(&home.host(), Some(&password()))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_token_server_that_refuses_the_password_is_a_wrong_password() {
    let home = Server::start(|seen| match seen.path() {
        "/token" => Reply::new(401),
        _ => bearer(seen),
    })
    .await;
    let client = client(ada());
    let failed = client
        .check_login(&home.host(), Some(&password()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::WrongPassword);
    let failed = client.check_login(&home.host(), None).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::LoginNeeded);
}
