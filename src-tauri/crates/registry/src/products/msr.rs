//! The API of Mirantis Secure Registry, once Docker Trusted Registry: `/api/v0/repositories`.

use super::{Api, Found, Mark, bytes, readable};
use crate::{Error, FoundTag};
use hallmark_image::{Platform, RepositoryName};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

const PAGE: &str = "100";
/// Where the next page begins, as the answer before says.
const NEXT: &str = "x-next-page-start";

#[derive(Deserialize)]
struct Repositories {
    repositories: Option<Vec<Value>>,
}

#[derive(Deserialize)]
struct Repository {
    namespace: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tagged {
    name: String,
    digest: Option<String>,
    updated_at: Option<String>,
    manifest: Option<Manifest>,
}

#[derive(Deserialize)]
struct Manifest {
    os: Option<String>,
    architecture: Option<String>,
    size: Option<i64>,
}

/// A page of repositories.
pub(super) async fn repositories(
    api: &Api<'_>,
    mark: Mark<'_>,
) -> Result<Found<RepositoryName>, Error> {
    let what = "its repositories (/api/v0/repositories)";
    let query = query(mark);
    let reply = api
        .get::<Repositories>("/api/v0/repositories", &query, what)
        .await?;
    let entries = readable::<Repository>(reply.body.repositories.unwrap_or_default());
    let name = |one: Repository| format!("{}/{}", one.namespace, one.name).parse().ok();
    Ok(Found {
        items: entries.into_iter().filter_map(name).collect(),
        next: next(&reply.headers, mark),
    })
}

/// A page of tags.
pub(super) async fn tags(
    api: &Api<'_>,
    repository: &RepositoryName,
    mark: Mark<'_>,
) -> Result<Found<FoundTag>, Error> {
    let path = format!("/api/v0/repositories/{repository}/tags");
    let what = format!("the tags of {repository}");
    let reply = api.get::<Vec<Value>>(&path, &query(mark), &what).await?;
    Ok(Found {
        items: readable(reply.body).into_iter().filter_map(found).collect(),
        next: next(&reply.headers, mark),
    })
}

fn query<'a>(mark: Mark<'a>) -> Vec<(&'static str, &'a str)> {
    let mut query = vec![("pageSize", PAGE)];
    query.extend(mark.map(|mark| ("pageStart", mark)));
    query
}

/// The next mark; one that stays where it was would never end.
fn next(headers: &HeaderMap, mark: Mark<'_>) -> Option<String> {
    let next = headers.get(NEXT)?.to_str().ok()?;
    (!next.is_empty() && Some(next) != mark).then(|| next.to_owned())
}

fn found(tagged: Tagged) -> Option<FoundTag> {
    let manifest = tagged.manifest;
    let size = manifest.as_ref().and_then(|manifest| bytes(manifest.size));
    let machine = manifest.and_then(|manifest| manifest.os.zip(manifest.architecture));
    Some(FoundTag {
        tag: tagged.name.parse().ok()?,
        digest: tagged.digest.and_then(|digest| digest.parse().ok()),
        size: size.filter(|size| *size > 0),
        pushed: tagged.updated_at.and_then(|time| time.parse().ok()),
        platforms: machine
            .filter(|(os, _)| !os.is_empty())
            .map(|(os, architecture)| Platform::new(os, architecture))
            .into_iter()
            .collect(),
    })
}
