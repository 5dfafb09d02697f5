//! Lists of repositories and tags, in pages (distribution-spec, "Listing Tags"; `_catalog`).
//!
//! Some registries ignore where a page shall begin or how long it shall be; what was there before
//! is left out. Names that are none are left out too.

use crate::{
    Client, Error, ErrorKind, RegistryKind,
    auth::Scopes,
    home::Home,
    link,
    listed::{Cursor, FoundTag, Listed, Place},
    products,
    transport::Call,
};
use hallmark_image::{Host, Repository, RepositoryName, Tag};
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

impl Client {
    /// A page of repositories, of about `limit`, from the beginning or where a page before said.
    ///
    /// # Errors
    /// `Unsupported`, `Forbidden` or `LoginNeeded` where the registry does not list them:
    /// a name can still be typed.
    pub async fn repositories(
        &self,
        host: &Host,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Listed<RepositoryName>, Error> {
        repositories(&*self.home(host)?, from, limit).await
    }

    /// A page of tags, of about `limit`, from the beginning or where a page before said.
    ///
    /// # Errors
    /// `NotFound` where there is no such repository.
    pub async fn tags(
        &self,
        repository: &Repository,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Listed<FoundTag>, Error> {
        let home = self.home(&repository.host)?;
        tags(&home, &repository.name, from, limit).await
    }
}

/// One page of the registry's repositories: by the distribution API, or by the product's own
/// where that is refused.
async fn repositories(
    home: &Home,
    from: Option<Cursor>,
    limit: usize,
) -> Result<Listed<RepositoryName>, Error> {
    if let Some(Cursor(Place::Product(product, mark))) = &from {
        return products::repositories(home, *product, Some(mark)).await;
    }
    // Docker Hub has no list for clients, however one asks.
    if home.endpoint.kind() == RegistryKind::Hub {
        return products::repositories(home, RegistryKind::Hub, None).await;
    }
    let list = List {
        url: home.at("/v2/_catalog"),
        scopes: Scopes::catalog(),
        what: "the list of its repositories".into(),
    };
    match page(home, &list, from.as_ref(), limit).await {
        Err(error) if is_refusal(&error) => match products::recognise(home).await {
            Some(product) => products::repositories(home, product, None).await,
            None => Err(no_catalog(home, &error)),
        },
        outcome => outcome,
    }
}

/// One page of a repository's tags: by the distribution API, or by the product's own where that
/// is refused. Docker Hub's own comes first: it tells digests and dates, and counts no pulls.
async fn tags(
    home: &Home,
    repository: &RepositoryName,
    from: Option<Cursor>,
    limit: usize,
) -> Result<Listed<FoundTag>, Error> {
    if let Some(Cursor(Place::Product(product, mark))) = &from {
        return products::tags(home, *product, repository, Some(mark)).await;
    }
    if from.is_none()
        && home.endpoint.kind() == RegistryKind::Hub
        && let Ok(listed) = products::tags(home, RegistryKind::Hub, repository, None).await
    {
        return Ok(listed);
    }
    match protocol_tags(home, repository, from.as_ref(), limit).await {
        Ok(listed) => Ok(listed.map(FoundTag::named)),
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Unsupported) => {
            let Some(product) = products::recognise(home).await else {
                return Err(error);
            };
            let own = products::tags(home, product, repository, None).await;
            own.map_err(|_| error)
        }
        Err(error) => Err(error),
    }
}

/// One page of a repository's tags by the distribution API alone.
pub(crate) async fn protocol_tags(
    home: &Home,
    repository: &RepositoryName,
    from: Option<&Cursor>,
    limit: usize,
) -> Result<Listed<Tag>, Error> {
    page(home, &tag_list(home, repository), from, limit).await
}

/// What the registry says where it will not list: somebody else may.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Forbidden
            | ErrorKind::LoginNeeded
            | ErrorKind::NotFound
            | ErrorKind::Unsupported
    )
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

/// Pages are read until there is something that was not there before.
async fn page<T: FromStr + ToString>(
    home: &Home,
    list: &List,
    from: Option<&Cursor>,
    limit: usize,
) -> Result<Listed<T>, Error> {
    let (after, mut url) = match from.map(|Cursor(place)| place) {
        Some(Place::Link(url)) => (None, url.clone()),
        Some(Place::After(name)) => (Some(name), starting(&list.url, Some(name), limit)),
        _ => (None, starting(&list.url, None, limit)),
    };
    for _ in 0..PAGES {
        let (mut items, next) = read::<T>(home, list, url).await?;
        // A registry that ignores `last` sends what was there before, too.
        let known =
            after.and_then(|after| items.iter().position(|item| item.to_string() == *after));
        if let Some(at) = known {
            items.drain(..=at);
        }
        match next {
            Some(next) if items.is_empty() => url = next,
            next => {
                return Ok(Listed {
                    items,
                    next: next.map(|url| Cursor(Place::Link(url))),
                    by: None,
                });
            }
        }
    }
    Err(endless(home, list))
}

fn starting(url: &Url, after: Option<&String>, limit: usize) -> Url {
    let mut url = url.clone();
    url.query_pairs_mut()
        .append_pair("n", &limit.max(1).to_string());
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
fn no_catalog(home: &Home, error: &Error) -> Error {
    let host = home.host();
    let elsewhere = match home.endpoint.kind() {
        RegistryKind::Ghcr => {
            Some("GitHub lists packages at api.github.com alone, with another token")
        }
        RegistryKind::Ecr => Some("Amazon lists repositories through its own signed API alone"),
        RegistryKind::GoogleArtifactRegistry => {
            Some("Google lists repositories through its own API alone")
        }
        _ => None,
    };
    let refused = matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::LoginNeeded);
    let message = match elsewhere {
        Some(elsewhere) => format!("{host} does not list its repositories: {elsewhere}."),
        None if refused => format!(
            "{host} does not let this login list its repositories: the right registry:catalog is \
             missing."
        ),
        None => format!("{host} cannot list its repositories: it has no _catalog."),
    };
    let kind = match error.kind() {
        kind @ (ErrorKind::Forbidden | ErrorKind::LoginNeeded) => kind.clone(),
        _ => ErrorKind::Unsupported,
    };
    let hint = "Type a repository's name, or ask whoever runs the registry.";
    error.clone().reworded(kind, message, hint)
}
