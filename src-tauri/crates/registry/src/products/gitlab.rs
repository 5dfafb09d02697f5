//! GitLab's API: `/api/v4/projects`, and the registry repositories of each.

use super::{Api, Found, Mark, Named, number, readable};
use crate::{Error, ErrorKind, FoundTag};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::RepositoryName;
use serde::Deserialize;
use serde_json::Value;

/// The most that GitLab gives at once.
const PAGE: usize = 100;
/// Projects that are opened for one page of repositories.
const PROJECTS: usize = 20;
/// The most pages of one project.
const PAGES: u64 = 100;
const AT_ONCE: usize = 4;

#[derive(Deserialize)]
struct Project {
    id: u64,
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
    path: String,
}

/// The repositories of some of the projects that this login is a member of.
pub(super) async fn repositories(
    api: &Api<'_>,
    mark: Mark<'_>,
) -> Result<Found<RepositoryName>, Error> {
    if !api.is_signed_in() {
        return Err(
            api.wants_login("GitLab lists the projects of a member only, and nobody is logged in.")
        );
    }
    let page = number(mark);
    let (at, size) = (page.to_string(), PROJECTS.to_string());
    let query = [
        ("membership", "true"),
        ("simple", "true"),
        ("order_by", "id"),
        ("page", at.as_str()),
        ("per_page", &size),
    ];
    let what = "its projects (/api/v4/projects; the token needs the scope read_api)";
    let entries = api
        .get::<Vec<Value>>("/api/v4/projects", &query, what)
        .await?
        .body;
    let next = Api::following(page, entries.len(), PROJECTS);
    let lists: Vec<Vec<Repository>> = stream::iter(readable::<Project>(entries))
        .map(|project| async move { of_project(api, &project.id.to_string()).await })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let names = lists.into_iter().flatten();
    Ok(Found {
        items: names.filter_map(|one| one.path.parse().ok()).collect(),
        next,
    })
}

/// Every registry repository of a project; none where its registry is switched off.
async fn of_project(api: &Api<'_>, project: &str) -> Result<Vec<Repository>, Error> {
    let path = format!("/api/v4/projects/{project}/registry/repositories");
    let what = "the registry repositories of a project";
    let mut all = Vec::new();
    for page in 1..=PAGES {
        let (at, size) = (page.to_string(), PAGE.to_string());
        let query = [("page", at.as_str()), ("per_page", &size)];
        let entries = match api.get::<Vec<Value>>(&path, &query, what).await {
            Ok(reply) => reply.body,
            Err(error) if is_off(&error) => break,
            Err(error) => return Err(error),
        };
        let count = entries.len();
        all.extend(readable::<Repository>(entries));
        if count < PAGE {
            break;
        }
    }
    Ok(all)
}

fn is_off(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden)
}

/// A page of tags; of each only the name is told.
pub(super) async fn tags(
    api: &Api<'_>,
    repository: &RepositoryName,
    mark: Mark<'_>,
) -> Result<Found<FoundTag>, Error> {
    let page = number(mark);
    let Some((project, id)) = find(api, repository).await? else {
        return Err(api.has_none());
    };
    let path = format!("/api/v4/projects/{project}/registry/repositories/{id}/tags");
    let (at, size) = (page.to_string(), PAGE.to_string());
    let query = [("page", at.as_str()), ("per_page", &size)];
    let what = format!("the tags of {repository}");
    let entries = api.get::<Vec<Value>>(&path, &query, &what).await?.body;
    let next = Api::following(page, entries.len(), PAGE);
    let names = readable::<Named>(entries).into_iter();
    Ok(Found {
        items: names
            .filter_map(|named| Some(FoundTag::named(named.name.parse().ok()?)))
            .collect(),
        next,
    })
}

/// A repository is its project's path, with up to two names more behind it.
async fn find(api: &Api<'_>, repository: &RepositoryName) -> Result<Option<(String, u64)>, Error> {
    let parts: Vec<&str> = repository.as_str().split('/').collect();
    for length in (2..=parts.len()).rev().take(3) {
        let project = parts[..length].join("%2F");
        let repositories = of_project(api, &project).await?;
        let found = repositories
            .iter()
            .find(|one| one.path == repository.as_str());
        if let Some(found) = found {
            return Ok(Some((project, found.id)));
        }
    }
    Ok(None)
}
