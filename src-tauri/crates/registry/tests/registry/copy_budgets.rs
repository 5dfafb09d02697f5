//! How many requests a copy costs, exactly.

use crate::{
    copy_images::{copy, multi, open_registry, registry, repository, seen, tag},
    setting::{PASSWORD, ada, client, nobody},
};
use hallmark_image::Tag;
use hallmark_practice::{
    Access, Running, User,
    faults::{Effect, Fault, Hold},
};
use hallmark_registry::{Copied, CopyJob};
use std::time::Duration;
use tokio::time::timeout;

/// Copies the multi-platform image from `team/dev` to `team/api`, with cold clients.
async fn from_dev(from: &Running, to: &Running, tags: &[&str], name: &str) -> Copied {
    let source = repository(&from.host(), "team/dev");
    multi().push(&client(ada()), &source, "v1").await;
    from.forget_requests();
    to.forget_requests();
    again(from, to, tags, name).await
}

async fn again(from: &Running, to: &Running, tags: &[&str], name: &str) -> Copied {
    let source = repository(&from.host(), "team/dev").tagged(tag("v1"));
    let target = repository(&to.host(), name);
    let tags: Vec<Tag> = tags.iter().map(|text| tag(text)).collect();
    let job = CopyJob::new(source, target.clone()).tagged(tags.clone());
    let client = client(ada());
    let copied = copy(&client, &job).await.unwrap();
    assert_eq!(copied.requests, client.requests());
    for tag in &tags {
        let found = client.resolve_tag(&target, tag).await.unwrap().unwrap();
        assert_eq!(found.digest, copied.digest);
    }
    copied
}

fn bearer() -> Access {
    Access::bearer(vec![User::new("ada", PASSWORD)])
}

#[tokio::test]
async fn a_retag_in_one_repository_is_three_requests_and_bearer_two_more() {
    for (access, requests) in [(Access::Open, 3), (bearer(), 5)] {
        let home = registry(access, true).await;
        let copied = from_dev(&home, &home, &["golden"], "team/dev").await;
        assert_eq!(copied.requests, requests, "{:?}", seen(&home));
        assert_eq!((copied.blobs, copied.mounted, copied.manifests), (0, 0, 1));
    }
}

#[tokio::test]
async fn five_tags_are_seven_requests_and_three_where_the_registry_echoes_them() {
    let tags = ["a", "b", "c", "d", "e"];
    let home = open_registry().await;
    let copied = from_dev(&home, &home, &tags, "team/dev").await;
    assert_eq!(copied.requests, 7, "{:?}", seen(&home));
    assert_eq!(copied.tags.len(), 5);
    home.inject(Fault::on("PUT", "", Effect::EchoOciTag));
    let copied = again(&home, &home, &["f", "g", "h", "i", "j"], "team/dev").await;
    assert_eq!(copied.requests, 3, "{:?}", seen(&home));
}

#[tokio::test]
async fn only_echoed_tags_are_trusted() {
    let home = open_registry().await;
    home.inject(Fault::on("PUT", "?tag=", Effect::EchoOciTag));
    let echo = Effect::SetHeader("OCI-Tag".into(), "b".into());
    home.inject(Fault::on("PUT", "?tag=", echo));
    from_dev(&home, &home, &["a", "b", "c"], "team/dev").await;
    let put = |tag: &str| {
        let wanted = format!("PUT /v2/team/dev/manifests/{tag} 201");
        seen(&home).iter().filter(|line| **line == wanted).count()
    };
    assert_eq!([put("a"), put("b"), put("c")], [1, 0, 1]);
}

#[tokio::test]
async fn across_repositories_everything_is_mounted() {
    for (access, requests) in [(Access::Open, 36), (bearer(), 38)] {
        let home = registry(access, true).await;
        let copied = from_dev(&home, &home, &["golden"], "team/prod").await;
        assert_eq!(copied.requests, requests, "{:#?}", seen(&home));
        assert_eq!((copied.blobs, copied.manifests), (24, 5));
        assert_eq!(
            copied.mounted,
            multi().blobs.iter().map(|b| b.len() as u64).sum::<u64>()
        );
        assert!(
            multi()
                .is_whole(&client(ada()), &repository(&home.host(), "team/prod"))
                .await
        );
    }
}

#[tokio::test]
async fn across_registries_a_blob_is_three_requests_and_a_manifest_two() {
    for (access, requests) in [(Access::Open, 84), (bearer(), 88)] {
        let (from, to) = (
            registry(access.clone(), true).await,
            registry(access, true).await,
        );
        let copied = from_dev(&from, &to, &["golden"], "team/prod").await;
        assert_eq!(
            copied.requests,
            requests,
            "{:#?} {:#?}",
            seen(&from),
            seen(&to)
        );
        assert_eq!((copied.blobs, copied.manifests, copied.mounted), (24, 5, 0));
        assert!(
            multi()
                .is_whole(&client(ada()), &repository(&to.host(), "team/prod"))
                .await
        );
    }
}

#[tokio::test]
async fn the_same_again_is_two_requests_and_asks_for_no_blob() {
    for name in ["team/dev-again", "team/prod"] {
        let (from, to) = (open_registry().await, open_registry().await);
        from_dev(&from, &to, &["golden"], name).await;
        to.forget_requests();
        let copied = again(&from, &to, &["golden"], name).await;
        assert_eq!(copied.requests, 2);
        assert!(!seen(&to).iter().any(|line| line.contains("/blobs/")));
    }
}

#[tokio::test]
async fn a_copy_that_was_cut_goes_on_without_more_requests_than_it_lacks() {
    let (from, to) = (open_registry().await, open_registry().await);
    to.inject(Fault::on("PUT", "/manifests/", Effect::status(403)));
    let source = repository(&from.host(), "team/dev");
    multi().push(&client(nobody()), &source, "v1").await;
    let target = repository(&to.host(), "team/prod");
    let job = CopyJob::new(source.tagged(tag("v1")), target).tagged([tag("golden")]);
    copy(&client(nobody()), &job).await.unwrap_err();
    to.behave();
    let copied = copy(&client(nobody()), &job).await.unwrap();
    // Those that were there are one POST each, those that lacked two requests more.
    let lacked = copied.blobs;
    assert_eq!(copied.requests, 1 + 1 + 4 + 24 + 2 * lacked + 5 + 1);
    assert!(copied.already > 0, "{copied:?}");
}

#[tokio::test]
async fn a_manifest_that_is_known_is_not_asked_for() {
    let home = open_registry().await;
    let source = repository(&home.host(), "team/dev");
    let image = multi();
    image.push(&client(nobody()), &source, "v1").await;
    let job = CopyJob::new(source.at(image.index.digest().clone()), source.clone())
        .knowing(image.index.clone())
        .tagged([tag("golden")]);
    let copied = copy(&client(nobody()), &job).await.unwrap();
    assert_eq!(copied.requests, 2);
}

#[tokio::test]
async fn where_nobody_logs_in_one_registry_is_asked_for_image_and_tag_side_by_side() {
    let home = open_registry().await;
    let source = repository(&home.host(), "team/dev");
    multi().push(&client(nobody()), &source, "v1").await;
    let (image, tagged) = (Hold::new(), Hold::new());
    let holding = |method, path, hold: &Hold| {
        home.inject(Fault::on(method, path, Effect::Hold(hold.clone())).once());
    };
    holding("GET", "/team/dev/manifests/v1", &image);
    holding("HEAD", "/team/prod/manifests/golden", &tagged);
    let target = repository(&home.host(), "team/prod");
    let job = CopyJob::new(source.tagged(tag("v1")), target).tagged([tag("golden")]);
    let client = client(nobody());
    let both = async {
        image.arrived().await;
        let second = timeout(Duration::from_secs(10), tagged.arrived()).await;
        second.expect("the tag is looked at while the image is held");
        image.release();
        tagged.release();
    };
    let (copied, ()) = tokio::join!(copy(&client, &job), both);
    assert_eq!(copied.unwrap().requests, 36);
}

#[tokio::test]
async fn one_token_serves_both_repositories_and_a_lost_one_is_had_once_more() {
    let home = registry(bearer(), true).await;
    let copied = from_dev(&home, &home, &["golden"], "team/prod").await;
    let tokens = |home: &Running| {
        home.requests()
            .iter()
            .filter(|seen| seen.path == "/token")
            .count()
    };
    assert_eq!((copied.requests, tokens(&home)), (38, 1));
    let asked = home
        .requests()
        .into_iter()
        .find(|seen| seen.path == "/token")
        .unwrap()
        .query;
    assert!(
        asked.contains("team%2Fdev%3Apull&") || asked.ends_with("team%2Fdev%3Apull"),
        "{asked}"
    );
    assert!(asked.contains("team%2Fprod%3Apull%2Cpush"), "{asked}");
}
