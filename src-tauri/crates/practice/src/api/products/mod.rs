//! The lists of the products' own APIs, as far as a client asks for them: for registries whose
//! catalogue is refused. Only tests play.

mod gitlab;
mod harbor;
mod hub;
mod msr;
mod quay;

use crate::{
    annexe::At,
    app::{App, Call},
    persona::Persona,
    problem::Problem,
    store::Shelf,
};
use axum::{body::Body, response::Response};
use hallmark_image::{Digest, RepositoryName, Tag};
use serde_json::Value;
use std::collections::BTreeSet;

/// Whether a product's own API is meant, and stands at that origin.
pub(crate) fn serves(persona: Persona, call: &Call) -> bool {
    let path = call.parts.uri.path();
    let under = |prefix: &str| path.starts_with(prefix);
    match (persona, call.at) {
        (Persona::DockerHub, At::Annexe) => {
            under("/v2/auth/token") || under("/v2/user/") || under("/v2/namespaces/")
        }
        (Persona::GitLab, At::Annexe) => under("/api/v4/"),
        (Persona::Harbor, At::Home) => under("/api/v2.0/"),
        (Persona::Msr, At::Home) => under("/api/v0/"),
        (Persona::Quay, At::Home) => under("/api/v1/"),
        _ => false,
    }
}

/// Answers for the product's own API.
pub(crate) async fn answer(app: &App, call: &Call, body: Body) -> Result<Response, Problem> {
    let path = call.parts.uri.path().trim_matches('/').to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    match app.persona {
        Persona::DockerHub => hub::answer(app, call, &parts, body).await,
        Persona::GitLab => gitlab::answer(app, call, &parts),
        Persona::Harbor => harbor::answer(app, call, &parts),
        Persona::Msr => msr::answer(app, call, &parts),
        Persona::Quay => quay::answer(app, call, &parts),
        _ => Err(Problem::not_found()),
    }
}

fn json(value: &Value) -> Response {
    super::json("application/json", value)
}

/// The first part of every repository's name, once each.
fn namespaces(app: &App) -> BTreeSet<String> {
    let first = |name: &RepositoryName| name.as_str().split('/').next().map(str::to_owned);
    app.store.repositories().iter().filter_map(first).collect()
}

/// The repositories whose names begin with that part.
fn of_namespace(app: &App, namespace: &str) -> Vec<RepositoryName> {
    let mut names = app.store.repositories();
    names.retain(|name| name.as_str().split('/').next() == Some(namespace));
    names
}

/// A repository that is there.
fn shelf(app: &App, name: &str) -> Result<std::sync::Arc<Shelf>, Problem> {
    let name: RepositoryName = name.parse().map_err(|_| Problem::not_found())?;
    app.store.shelf(&name).ok_or_else(Problem::not_found)
}

/// A tag with what it names and how many bytes its manifest has.
fn tags(shelf: &Shelf) -> Vec<(Tag, Digest, u64)> {
    let entry = |(tag, digest): (&Tag, &Digest)| {
        let size = shelf.manifests.get(digest).map(|kept| kept.descriptor.size);
        (tag.clone(), digest.clone(), size.unwrap_or_default())
    };
    shelf.tags.iter().map(entry).collect()
}

/// The page that `page` and the parameter `size` ask for, and whether there are more.
fn page<T>(call: &Call, size: &str, most: usize, all: Vec<T>) -> (Vec<T>, bool) {
    let number = |name| call.query.get(name).and_then(|text| text.parse().ok());
    let size = number(size).unwrap_or(10_usize).clamp(1, most);
    let from = (number("page").unwrap_or(1_usize).max(1) - 1) * size;
    let more = all.len() > from + size;
    (all.into_iter().skip(from).take(size).collect(), more)
}
