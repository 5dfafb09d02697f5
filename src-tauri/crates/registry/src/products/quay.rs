//! Quay's API: `/api/v1/repository`, namespace by namespace.
//!
//! It is opened by an OAuth token alone, whose login is named `$oauthtoken`; to everybody else,
//! robots among them, it shows what is public.

use super::{Api, Found, Mark, Named, bytes, number, readable};
use crate::{Error, FoundTag};
use hallmark_image::RepositoryName;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// The most tags that Quay gives at once.
const PAGE: &str = "100";
/// The most pages of one namespace.
const PAGES: usize = 1000;

#[derive(Deserialize)]
struct Repositories {
    repositories: Vec<Value>,
    next_page: Option<String>,
}

#[derive(Deserialize)]
struct Repository {
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
struct Me {
    username: String,
    organizations: Option<Vec<Named>>,
}

#[derive(Deserialize)]
struct Tags {
    tags: Vec<Value>,
    has_additional: Option<bool>,
}

#[derive(Deserialize)]
struct Tagged {
    name: String,
    manifest_digest: Option<String>,
    size: Option<i64>,
    start_ts: Option<i64>,
}

/// The repositories of the namespaces of this login.
pub(super) async fn repositories(api: &Api<'_>) -> Result<Found<RepositoryName>, Error> {
    let mut items = Vec::new();
    for namespace in namespaces(api).await? {
        items.extend(of_namespace(api, &namespace).await?);
    }
    Ok(Found { items, next: None })
}

async fn namespaces(api: &Api<'_>) -> Result<Vec<String>, Error> {
    if api.is_signed_in() {
        let what = "who is logged in (/api/v1/user/)";
        let me = api.get::<Me>("/api/v1/user/", &[], what).await?.body;
        let organisations = me.organizations.unwrap_or_default().into_iter();
        let all = std::iter::once(me.username).chain(organisations.map(|one| one.name));
        return Ok(all.collect());
    }
    // A robot is named after the namespace it works in: `payments+ci`.
    match api.user.as_deref().and_then(|user| user.split('+').next()) {
        Some(namespace) => Ok(vec![namespace.to_owned()]),
        None => Err(api.wants_login(
            "Quay lists the repositories of a namespace only, and nobody is logged in.",
        )),
    }
}

async fn of_namespace(api: &Api<'_>, namespace: &str) -> Result<Vec<RepositoryName>, Error> {
    let what = "its repositories (/api/v1/repository)";
    let mut all = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PAGES {
        let mut query = vec![("namespace", namespace)];
        query.extend(next.as_deref().map(|mark| ("next_page", mark)));
        let page = api
            .get::<Repositories>("/api/v1/repository", &query, what)
            .await?
            .body;
        let names = readable::<Repository>(page.repositories).into_iter();
        all.extend(names.filter_map(|one| format!("{}/{}", one.namespace, one.name).parse().ok()));
        match page.next_page {
            Some(mark) if Some(&mark) != next.as_ref() => next = Some(mark),
            _ => break,
        }
    }
    Ok(all)
}

/// A page of the tags that stand now.
pub(super) async fn tags(
    api: &Api<'_>,
    repository: &RepositoryName,
    mark: Mark<'_>,
) -> Result<Found<FoundTag>, Error> {
    let page = number(mark);
    let at = page.to_string();
    let path = format!("/api/v1/repository/{repository}/tag/");
    let query = [
        ("onlyActiveTags", "true"),
        ("limit", PAGE),
        ("page", at.as_str()),
    ];
    let what = format!("the tags of {repository}");
    let reply = api.get::<Tags>(&path, &query, &what).await?.body;
    let more = reply.has_additional == Some(true) && !reply.tags.is_empty();
    Ok(Found {
        items: readable(reply.tags).into_iter().filter_map(found).collect(),
        next: more.then(|| (page + 1).to_string()),
    })
}

fn found(tagged: Tagged) -> Option<FoundTag> {
    Some(FoundTag {
        digest: tagged
            .manifest_digest
            .and_then(|digest| digest.parse().ok()),
        size: bytes(tagged.size).filter(|size| *size > 0),
        pushed: tagged
            .start_ts
            .and_then(|seconds| Timestamp::from_second(seconds).ok()),
        ..FoundTag::named(tagged.name.parse().ok()?)
    })
}
