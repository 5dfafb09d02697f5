//! Lists, page by page: repositories, tags, and what is attached to a manifest.

use super::{json as answer, set};
use crate::{
    app::{App, Call},
    problem::Problem,
};
use axum::response::Response;
use hallmark_image::{Descriptor, Digest, RepositoryName, media_type};
use http::{HeaderName, StatusCode, header};
use serde_json::json;
use url::form_urlencoded;

/// One page of something sorted by its text.
struct Page<T> {
    items: Vec<T>,
    /// The query of the next page.
    next: Option<String>,
}

/// Cuts the page out that `n` and `last` ask for.
fn page<T>(
    call: &Call,
    limit: usize,
    all: impl Iterator<Item = T>,
    text: impl Fn(&T) -> String,
) -> Result<Page<T>, Problem> {
    let asked = match call.query.get("n").map(str::parse::<usize>) {
        None => limit,
        Some(Ok(asked)) => asked.min(limit),
        Some(Err(_)) => return Err(number_invalid()),
    };
    let last = call.query.get("last").unwrap_or_default();
    let mut rest = all.filter(|item| text(item).as_str() > last);
    let items: Vec<T> = rest.by_ref().take(asked).collect();
    let more = asked > 0 && rest.next().is_some();
    let next = items.last().filter(|_| more).map(|item| {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("n", &asked.to_string())
            .append_pair("last", &text(item))
            .finish()
    });
    Ok(Page { items, next })
}

fn number_invalid() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "PAGINATION_NUMBER_INVALID",
        "n is not a number of entries",
    )
}

fn link(response: &mut Response, path: &str, next: Option<&str>) {
    if let Some(query) = next {
        let value = format!("<{path}?{query}>; rel=\"next\"");
        set(response, header::LINK, &value);
    }
}

/// `GET /v2/_catalog`
pub(super) fn catalog(app: &App, call: &Call) -> Result<Response, Problem> {
    let names = app.store.repositories().into_iter();
    let page = page(call, app.limits.page, names, RepositoryName::to_string)?;
    let mut response = answer("application/json", &json!({ "repositories": page.items }));
    link(&mut response, "/v2/_catalog", page.next.as_deref());
    Ok(response)
}

/// `GET /v2/<name>/tags/list` (distribution-spec, "Listing Tags")
pub(super) fn tags(app: &App, name: &RepositoryName, call: &Call) -> Result<Response, Problem> {
    let shelf = app
        .store
        .shelf(name)
        .ok_or_else(|| Problem::name_unknown(name))?;
    let page = page(call, app.limits.page, shelf.tags.keys(), |tag| {
        tag.to_string()
    })?;
    let body = json!({ "name": name, "tags": page.items });
    let mut response = answer("application/json", &body);
    let path = format!("/v2/{name}/tags/list");
    link(&mut response, &path, page.next.as_deref());
    Ok(response)
}

/// `GET /v2/<name>/referrers/<digest>` (distribution-spec, "Listing Referrers")
pub(super) fn referrers(
    app: &App,
    name: &RepositoryName,
    subject: &Digest,
    call: &Call,
) -> Result<Response, Problem> {
    if !app.referrers {
        return Err(Problem::not_found());
    }
    let shelf = app.store.shelf(name).unwrap_or_default();
    let wanted = call.query.get("artifactType");
    let matching = shelf
        .referrers(subject)
        .filter(|found| wanted.is_none() || found.artifact_type.as_deref() == wanted);
    let page = page(call, app.limits.page, matching, |found: &&Descriptor| {
        found.digest.to_string()
    })?;
    let body = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_INDEX,
        "manifests": page.items,
    });
    let mut response = answer(media_type::OCI_INDEX, &body);
    let path = format!("/v2/{name}/referrers/{subject}");
    if let Some(wanted) = wanted {
        let filters = HeaderName::from_static("oci-filters-applied");
        set(&mut response, filters, &"artifactType");
        let next = page.next.map(|next| {
            form_urlencoded::Serializer::new(next)
                .append_pair("artifactType", wanted)
                .finish()
        });
        link(&mut response, &path, next.as_deref());
    } else {
        link(&mut response, &path, page.next.as_deref());
    }
    Ok(response)
}
