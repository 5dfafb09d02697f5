//! Lists of repositories and tags, in pages (distribution-spec, "Listing Tags"; `_catalog`).
//!
//! Some registries ignore where a page shall begin or how long it shall be; what comes is
//! cut to what was asked for. Names that are none are left out.

use crate::{Error, ErrorKind, Page, auth::Scopes, home::Home, link, transport::Call};
use hallmark_image::{RepositoryName, Tag};
use http::Method;
use serde::Deserialize;
use std::{collections::HashSet, str::FromStr};
use url::Url;

/// The most that is read of one page, bytes.
const PAGE_LIMIT: u64 = 4 * 1024 * 1024;
/// The most pages that are read of one list.
const PAGES: usize = 1000;
/// The most items that one list may have.
const ITEMS: usize = 200_000;
/// How many items are asked for where everything is wanted.
const AT_ONCE: usize = 1000;

#[derive(Deserialize)]
struct Wire {
    #[serde(alias = "repositories")]
    tags: Option<Vec<String>>,
}

/// A list of the registry's.
struct List {
    url: Url,
    scopes: Scopes,
    what: String,
}

/// One page of the registry's repositories.
pub(crate) async fn repositories(
    home: &Home,
    after: Option<&RepositoryName>,
    limit: usize,
) -> Result<Page<RepositoryName>, Error> {
    let list = List {
        url: home.at("/v2/_catalog"),
        scopes: Scopes::catalog(),
        what: "the list of its repositories".into(),
    };
    let after = after.map(RepositoryName::as_str);
    let page = page(home, &list, after, limit).await;
    page.map_err(|error| no_catalog(home, error))
}

/// One page of a repository's tags.
pub(crate) async fn tags(
    home: &Home,
    repository: &RepositoryName,
    after: Option<&Tag>,
    limit: usize,
) -> Result<Page<Tag>, Error> {
    let list = tag_list(home, repository);
    page(home, &list, after.map(Tag::as_str), limit).await
}

/// All of a repository's tags.
pub(crate) async fn all_tags(home: &Home, repository: &RepositoryName) -> Result<Vec<Tag>, Error> {
    let list = tag_list(home, repository);
    let mut tags = Vec::new();
    let mut seen = HashSet::new();
    let mut visited = HashSet::new();
    let mut url = starting(&list.url, None, AT_ONCE);
    for _ in 0..PAGES {
        visited.insert(url.clone());
        let (items, following) = read::<Tag>(home, &list, url).await?;
        tags.extend(items.into_iter().filter(|tag| seen.insert(tag.clone())));
        match following {
            None => return Ok(tags),
            Some(next) if visited.contains(&next) || tags.len() > ITEMS => break,
            Some(next) => url = next,
        }
    }
    Err(endless(home, &list))
}

fn tag_list(home: &Home, repository: &RepositoryName) -> List {
    List {
        url: home.in_repository(repository, "tags/list"),
        scopes: home.pulling(repository),
        what: format!("the tags of {repository}"),
    }
}

/// Pages are read until there is something after `after`.
async fn page<T: FromStr + ToString>(
    home: &Home,
    list: &List,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<T>, Error> {
    let limit = limit.max(1);
    let mut url = starting(&list.url, after, limit);
    for _ in 0..PAGES {
        let (mut items, next) = read::<T>(home, list, url).await?;
        // A registry that ignores `last` sends what was there before, too.
        let known = after.and_then(|after| items.iter().position(|item| item.to_string() == after));
        if let Some(at) = known {
            items.drain(..=at);
        }
        match next {
            Some(next) if items.is_empty() => url = next,
            next => {
                let more = items.len() > limit || next.is_some();
                items.truncate(limit);
                return Ok(Page { items, next: more });
            }
        }
    }
    Err(endless(home, list))
}

fn starting(url: &Url, after: Option<&str>, limit: usize) -> Url {
    let mut url = url.clone();
    url.query_pairs_mut().append_pair("n", &limit.to_string());
    if let Some(after) = after {
        url.query_pairs_mut().append_pair("last", after);
    }
    url
}

async fn read<T: FromStr>(
    home: &Home,
    list: &List,
    url: Url,
) -> Result<(Vec<T>, Option<Url>), Error> {
    let call = Call::new(Method::GET, url, list.scopes.clone(), &list.what);
    let answer = call.reading(PAGE_LIMIT).send(home).await?;
    let next = link::next(home, &answer)?;
    let wire: Wire = serde_json::from_slice(&answer.body).map_err(|_| unreadable(home, list))?;
    let names = wire.tags.unwrap_or_default();
    Ok((
        names.iter().filter_map(|name| name.parse().ok()).collect(),
        next,
    ))
}

fn unreadable(home: &Home, list: &List) -> Error {
    Error::new(
        ErrorKind::Protocol,
        home.host(),
        format!(
            "{} gave {} in a form that cannot be read.",
            home.host(),
            list.what
        ),
        "Check that this is a registry's address, and not that of its web pages.",
    )
}

fn endless(home: &Home, list: &List) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        home.host(),
        format!("{} gave {} without an end.", home.host(), list.what),
        "Name what you look for instead of listing it.",
    )
}

/// Many registries do not list repositories for everybody; a name can still be typed.
fn no_catalog(home: &Home, error: Error) -> Error {
    let host = home.host();
    let message = match error.kind() {
        _ if host.is_docker_hub() => "Docker Hub does not list repositories to clients.".to_owned(),
        ErrorKind::Forbidden | ErrorKind::LoginNeeded => format!(
            "{host} does not let this login list its repositories: the right registry:catalog is \
             missing."
        ),
        ErrorKind::NotFound | ErrorKind::Unsupported => {
            format!("{host} cannot list its repositories: it has no _catalog.")
        }
        _ => return error,
    };
    let kind = match error.kind() {
        kind @ (ErrorKind::Forbidden | ErrorKind::LoginNeeded) => kind.clone(),
        _ => ErrorKind::Unsupported,
    };
    let hint = "Type a repository's name, or ask whoever runs the registry.";
    error.clone().reworded(kind, message, hint)
}
