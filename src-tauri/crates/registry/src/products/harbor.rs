//! Harbor's API: `/api/v2.0/projects`, their repositories, and a repository's artifacts.

use super::{Api, Found, Mark, Named, bytes, number, readable};
use crate::{Error, FoundTag};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Digest, Platform, RepositoryName};
use serde::Deserialize;
use serde_json::Value;

/// The most that Harbor gives at once.
const PAGE: usize = 100;
/// Projects that are opened for one page of repositories.
const PROJECTS: usize = 20;
/// The most pages of one project.
const PAGES: u64 = 1000;
const AT_ONCE: usize = 4;

#[derive(Deserialize)]
struct Artifact {
    digest: Option<String>,
    size: Option<i64>,
    push_time: Option<String>,
    tags: Option<Vec<Tagged>>,
    references: Option<Vec<Reference>>,
    extra_attrs: Option<Attributes>,
}

#[derive(Deserialize)]
struct Tagged {
    name: String,
    push_time: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Attributes {
    os: Option<String>,
    architecture: Option<String>,
}

/// Whether it is Harbor that is asked: it says so to everybody.
pub(super) async fn is_there(api: &Api<'_>) -> bool {
    let asked = api
        .get::<Value>("/api/v2.0/systeminfo", &[], "what it is")
        .await;
    asked.is_ok_and(|reply| reply.body.get("auth_mode").is_some())
}

/// The repositories of some projects.
pub(super) async fn repositories(
    api: &Api<'_>,
    mark: Mark<'_>,
) -> Result<Found<RepositoryName>, Error> {
    let page = number(mark);
    let (at, size) = (page.to_string(), PROJECTS.to_string());
    let what = "its projects (/api/v2.0/projects)";
    let reply = api
        .get::<Vec<Value>>(
            "/api/v2.0/projects",
            &[("page", &at), ("page_size", &size)],
            what,
        )
        .await?;
    let next = Api::following(page, reply.body.len(), PROJECTS);
    let projects = readable::<Named>(reply.body);
    let lists: Vec<Vec<RepositoryName>> = stream::iter(projects)
        .filter_map(|project| async move { project.name.parse::<RepositoryName>().ok() })
        .map(|project| of_project(api, project))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(Found {
        items: lists.into_iter().flatten().collect(),
        next,
    })
}

async fn of_project(api: &Api<'_>, project: RepositoryName) -> Result<Vec<RepositoryName>, Error> {
    let path = format!("/api/v2.0/projects/{project}/repositories");
    let what = format!("the repositories of the project {project}");
    let mut all = Vec::new();
    for page in 1..=PAGES {
        let (at, size) = (page.to_string(), PAGE.to_string());
        let query = [("page", at.as_str()), ("page_size", &size)];
        let entries = api.get::<Vec<Value>>(&path, &query, &what).await?.body;
        let count = entries.len();
        let names = readable::<Named>(entries).into_iter();
        all.extend(names.filter_map(|named| named.name.parse().ok()));
        if count < PAGE {
            break;
        }
    }
    Ok(all)
}

/// The tags of a page of artifacts.
pub(super) async fn tags(
    api: &Api<'_>,
    repository: &RepositoryName,
    mark: Mark<'_>,
) -> Result<Found<FoundTag>, Error> {
    let page = number(mark);
    let (project, name) = repository
        .as_str()
        .split_once('/')
        .unwrap_or(("library", repository.as_str()));
    // A slash in the name is encoded twice, as Harbor's own pages do.
    let name = name.replace('/', "%252F");
    let path = format!("/api/v2.0/projects/{project}/repositories/{name}/artifacts");
    let (at, size) = (page.to_string(), PAGE.to_string());
    let query = [
        ("page", at.as_str()),
        ("page_size", &size),
        ("with_tag", "true"),
    ];
    let what = format!("the artifacts of {repository}");
    let entries = api.get::<Vec<Value>>(&path, &query, &what).await?.body;
    let next = Api::following(page, entries.len(), PAGE);
    Ok(Found {
        items: readable(entries).into_iter().flat_map(tags_of).collect(),
        next,
    })
}

fn tags_of(artifact: Artifact) -> Vec<FoundTag> {
    let digest: Option<Digest> = artifact.digest.as_deref().and_then(|d| d.parse().ok());
    let mut platforms: Vec<Platform> = artifact
        .references
        .into_iter()
        .flatten()
        .filter_map(|reference| reference.platform)
        .filter(|platform| !platform.is_unknown() && !platform.os.is_empty())
        .collect();
    if let Some((os, architecture)) = artifact.extra_attrs.and_then(|a| a.os.zip(a.architecture))
        && platforms.is_empty()
    {
        platforms.push(Platform::new(os, architecture));
    }
    let pushed = artifact.push_time;
    let found = |tagged: Tagged| {
        Some(FoundTag {
            tag: tagged.name.parse().ok()?,
            digest: digest.clone(),
            size: bytes(artifact.size),
            pushed: tagged
                .push_time
                .as_ref()
                .or(pushed.as_ref())
                .and_then(|time| time.parse().ok()),
            platforms: platforms.clone(),
        })
    };
    let tags = artifact.tags.unwrap_or_default();
    tags.into_iter().filter_map(found).collect()
}
