//! Pulling and pushing are told apart by trying, and nothing is left behind.

use crate::{
    server::{Reply, Seen, Server},
    setting::{BASIC, api, client, nobody, password},
};
use hallmark_registry::{ErrorKind, Right};

fn basic_registry(seen: &Seen, push: Reply) -> Reply {
    match (seen.authorization(), seen.method.as_str()) {
        (Some(BASIC), "POST") => push,
        (Some(BASIC), "DELETE") => Reply::new(204),
        (Some(BASIC), _) => Reply::json(r#"{"tags":["v1"]}"#),
        _ => Reply::challenge("Basic realm=\"r\""),
    }
}

#[tokio::test]
async fn who_may_push_leaves_no_upload_behind() {
    let home = Server::start(|seen| {
        let begun = Reply::new(202).header("Location", "/v2/team/api/blobs/uploads/1?s=2");
        basic_registry(seen, begun)
    })
    .await;
    let rights = client(nobody())
        .rights(&api(home.host()), Some(&password()))
        .await
        .unwrap();
    assert_eq!((rights.pull, rights.push), (Right::Yes, Right::Yes));
    assert_eq!(home.count("DELETE", "/v2/team/api/blobs/uploads/1"), 1);
    assert_eq!(home.count("PUT", "/v2/team/api/blobs/uploads/1"), 0);
}

#[tokio::test]
async fn who_may_only_pull_is_told_so() {
    let home = Server::start(|seen| basic_registry(seen, Reply::new(403))).await;
    let rights = client(nobody())
        .rights(&api(home.host()), Some(&password()))
        .await
        .unwrap();
    assert_eq!((rights.pull, rights.push), (Right::Yes, Right::No));
}

#[tokio::test]
async fn a_token_without_the_right_to_push_is_told_by_trying_it() {
    let home = Server::start(|seen| {
        let own = seen.header("host").unwrap();
        match (seen.path(), seen.authorization(), seen.method.as_str()) {
            // The token server grants what it likes and says nothing of it.
            ("/token", ..) => Reply::json(r#"{"token":"t"}"#),
            (_, Some("Bearer t"), "GET") => Reply::json(r#"{"tags":[]}"#),
            _ => Reply::challenge(format!("Bearer realm=\"http://{own}/token\"")),
        }
    })
    .await;
    let rights = client(nobody())
        .rights(&api(home.host()), Some(&password()))
        .await
        .unwrap();
    assert_eq!((rights.pull, rights.push), (Right::Yes, Right::No));
    let asked = home.seen();
    let scopes: Vec<&str> = asked
        .iter()
        .filter(|seen| seen.path() == "/token")
        .map(|seen| seen.target.rsplit("%3A").next().unwrap())
        .collect();
    // A fresh one is tried once where the first was not taken.
    assert_eq!(scopes, ["pull", "pull%2Cpush", "pull%2Cpush"]);
}

#[tokio::test]
async fn a_repository_that_is_not_there_yet_is_neither_yes_nor_no() {
    let home = Server::start(|seen| match seen.method.as_str() {
        "GET" => Reply::new(404),
        _ => Reply::new(202),
    })
    .await;
    let rights = client(nobody())
        .rights(&api(home.host()), None)
        .await
        .unwrap();
    assert!(matches!(rights.pull, Right::Unknown(_)), "{rights:?}");
    assert_eq!(rights.push, Right::Yes);
}

#[tokio::test]
async fn a_wrong_password_is_no_missing_right() {
    let home = Server::start(|_| Reply::challenge("Basic realm=\"r\"")).await;
    let failed = client(nobody())
        .rights(&api(home.host()), Some(&password()))
        .await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::WrongPassword);
}
