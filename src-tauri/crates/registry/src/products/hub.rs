//! Docker Hub's API at `hub.docker.com`: namespaces, their repositories, and tags.

use super::{Api, Found, Mark, Named, bytes, number, readable};
use crate::{Error, FoundTag};
use hallmark_image::{Platform, RepositoryName};
use serde::Deserialize;
use serde_json::Value;

/// The most that Docker Hub gives at once.
const PAGE: usize = 100;
/// The most pages of one namespace.
const PAGES: u64 = 1000;
/// What somebody without a login sees: the official images.
const OFFICIAL: &str = "library";

#[derive(Deserialize)]
struct Page {
    results: Vec<Value>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Organisation {
    orgname: String,
}

#[derive(Deserialize)]
struct Tagged {
    name: String,
    digest: Option<String>,
    full_size: Option<i64>,
    tag_last_pushed: Option<String>,
    last_updated: Option<String>,
    images: Option<Vec<Value>>,
}

/// The repositories of the person and of their organisations; else the official ones.
pub(super) async fn repositories(api: &Api<'_>) -> Result<Found<RepositoryName>, Error> {
    let mut items = Vec::new();
    for namespace in namespaces(api).await? {
        items.extend(of_namespace(api, &namespace).await?);
    }
    Ok(Found { items, next: None })
}

async fn namespaces(api: &Api<'_>) -> Result<Vec<RepositoryName>, Error> {
    if !api.is_signed_in() {
        return Ok(OFFICIAL.parse().into_iter().collect());
    }
    let own = api.user.as_deref().unwrap_or_default().to_lowercase();
    let query = [("page_size", "100")];
    let reply = api
        .get::<Page>("/v2/user/orgs", &query, "the organisations of this login")
        .await?;
    let organisations = readable::<Organisation>(reply.body.results);
    let mut names: Vec<RepositoryName> = own.parse().into_iter().collect();
    names.extend(
        organisations
            .iter()
            .filter_map(|one| one.orgname.parse().ok()),
    );
    names.dedup();
    Ok(names)
}

async fn of_namespace(
    api: &Api<'_>,
    namespace: &RepositoryName,
) -> Result<Vec<RepositoryName>, Error> {
    let path = format!("/v2/namespaces/{namespace}/repositories");
    let what = format!("the repositories of {namespace}");
    let mut all = Vec::new();
    for number in 1..=PAGES {
        let (at, size) = (number.to_string(), PAGE.to_string());
        let query = [("page", at.as_str()), ("page_size", &size)];
        let page = api.get::<Page>(&path, &query, &what).await?.body;
        let names = readable::<Named>(page.results).into_iter();
        all.extend(names.filter_map(|named| format!("{namespace}/{}", named.name).parse().ok()));
        // Where the next page is, is counted here: its address is Docker Hub's own business.
        if page.next.is_none() {
            break;
        }
    }
    Ok(all)
}

/// A page of tags, those pushed last first.
pub(super) async fn tags(
    api: &Api<'_>,
    repository: &RepositoryName,
    mark: Mark<'_>,
) -> Result<Found<FoundTag>, Error> {
    let page = number(mark);
    let (namespace, name) = repository
        .as_str()
        .split_once('/')
        .unwrap_or((OFFICIAL, repository.as_str()));
    let path = format!("/v2/namespaces/{namespace}/repositories/{name}/tags");
    let (at, size) = (page.to_string(), PAGE.to_string());
    let query = [("page", at.as_str()), ("page_size", &size)];
    let what = format!("the tags of {repository}");
    let reply = api.get::<Page>(&path, &query, &what).await?.body;
    let next = reply.next.map(|_| (page + 1).to_string());
    let tags = readable::<Tagged>(reply.results).into_iter();
    Ok(Found {
        items: tags.filter_map(found).collect(),
        next,
    })
}

fn found(tagged: Tagged) -> Option<FoundTag> {
    let pushed = tagged.tag_last_pushed.or(tagged.last_updated);
    let platforms = readable::<Platform>(tagged.images.unwrap_or_default());
    Some(FoundTag {
        tag: tagged.name.parse().ok()?,
        digest: tagged.digest.and_then(|digest| digest.parse().ok()),
        size: bytes(tagged.full_size),
        pushed: pushed.and_then(|time| time.parse().ok()),
        platforms: platforms
            .into_iter()
            .filter(|platform| !platform.is_unknown() && !platform.os.is_empty())
            .collect(),
    })
}
