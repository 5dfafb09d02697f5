//! Lists in pages, from registries that keep to the specification and from others.

use crate::{
    server::{Reply, Server},
    setting::{ada, api, client, nobody},
};
use hallmark_registry::{Cursor, ErrorKind, OciErrorCode};

#[tokio::test]
async fn all_pages_of_tags_are_read() {
    let home = Server::start(|seen| match seen.target.contains("last=") {
        false => Reply::json(r#"{"tags":["a","b"]}"#)
            .header("Link", r#"</v2/team/api/tags/list?last=b&n=2>; rel="next""#),
        true => Reply::json(r#"{"tags":["b","c"]}"#),
    })
    .await;
    let tags = client(nobody()).all_tags(&api(home.host())).await.unwrap();
    let tags: Vec<_> = tags.iter().map(|tag| tag.as_str()).collect();
    assert_eq!(tags, ["a", "b", "c"]);
}

#[tokio::test]
async fn what_was_there_before_is_left_out_where_a_registry_ignores_what_was_asked() {
    let home = Server::start(|_| Reply::json(r#"{"tags":["a","b","c","d"]}"#)).await;
    let (client, api) = (client(nobody()), api(home.host()));
    let page = client
        .tags(&api, Some(Cursor::after(&"b")), 2)
        .await
        .unwrap();
    let tags: Vec<_> = page.items.iter().map(|found| found.tag.as_str()).collect();
    assert_eq!((tags.as_slice(), page.next), (["c", "d"].as_slice(), None));
}

#[tokio::test]
async fn a_list_without_an_end_is_given_up() {
    let home = Server::start(|seen| {
        Reply::json(r#"{"tags":["a"]}"#).header("Link", format!("<{}>; rel=next", seen.target))
    })
    .await;
    let failed = client(nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::TooLarge);
}

#[tokio::test]
async fn no_tags_may_be_null_and_names_that_are_none_are_left_out() {
    let home = Server::start(|_| Reply::json(r#"{"name":"x","tags":null}"#)).await;
    assert_eq!(
        client(nobody()).all_tags(&api(home.host())).await.unwrap(),
        []
    );
    let home = Server::start(|_| Reply::json(r#"{"tags":["../x","ok","a b"]}"#)).await;
    let tags = client(nobody()).all_tags(&api(home.host())).await.unwrap();
    assert_eq!(tags, ["ok".parse().unwrap()]);
}

#[tokio::test]
async fn repositories_are_listed_in_pages() {
    let home = Server::start(|seen| match seen.target.as_str() {
        "/v2/_catalog?n=2" => Reply::json(r#"{"repositories":["a/x","b/y"]}"#)
            .header("Link", r#"</v2/_catalog?last=b%2Fy&n=2>; rel="next""#),
        "/v2/_catalog?last=b%2Fy&n=2" => Reply::json(r#"{"repositories":["c/z"]}"#),
        _ => Reply::new(404),
    })
    .await;
    let client = client(nobody());
    let first = client.repositories(&home.host(), None, 2).await.unwrap();
    assert!(first.next.is_some());
    let rest = client
        .repositories(&home.host(), first.next, 2)
        .await
        .unwrap();
    assert_eq!((rest.items[0].as_str(), rest.next), ("c/z", None));
}

#[tokio::test]
async fn a_refused_catalog_says_which_right_is_missing_and_what_to_do() {
    let denied = r#"{"errors":[{"code":"DENIED","message":"no"}]}"#;
    let home = Server::start(move |seen| match seen.authorization() {
        None => Reply::challenge("Basic realm=\"r\""),
        Some(_) => Reply::new(403).body(denied),
    })
    .await;
    let failed = client(ada())
        .repositories(&home.host(), None, 2)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Forbidden);
    assert_eq!(failed.codes(), [OciErrorCode::Denied]);
    assert!(failed.message().contains("registry:catalog"), "{failed}");
    assert!(failed.hint().contains("Type a repository"), "{failed}");

    let home = Server::start(|_| Reply::new(404)).await;
    let failed = client(ada())
        .repositories(&home.host(), None, 2)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Unsupported);
}
