//! Lists through a product's own API, where the distribution API gives none.
//!
//! A login goes to the registry's own origin, to the one that the user named as this product's
//! API, to a token server that the user confirmed, and to the one pair that is common knowledge
//! (Docker Hub). It never follows a redirect there.

mod api;
mod gitlab;
mod harbor;
mod hub;
mod msr;
mod quay;

use crate::{
    Error, RegistryKind,
    home::Home,
    listed::{Cursor, FoundTag, Listed, Place},
};
use api::Api;
use hallmark_image::RepositoryName;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

/// Where the next page is, as the product itself names it.
type Mark<'a> = Option<&'a str>;

/// What one call of a product gave.
struct Found<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> Found<T> {
    fn by(self, product: RegistryKind) -> Listed<T> {
        Listed {
            items: self.items,
            next: self.next.map(|mark| Cursor(Place::Product(product, mark))),
            by: Some(product),
        }
    }
}

/// A page of the repositories that this login may see.
pub(crate) async fn repositories(
    home: &Home,
    product: RegistryKind,
    mark: Mark<'_>,
) -> Result<Listed<RepositoryName>, Error> {
    let api = Api::of(home, product).await?;
    let found = match product {
        RegistryKind::Hub => hub::repositories(&api).await,
        RegistryKind::Msr => msr::repositories(&api, mark).await,
        RegistryKind::Harbor => harbor::repositories(&api, mark).await,
        RegistryKind::Quay => quay::repositories(&api).await,
        RegistryKind::Gitlab => gitlab::repositories(&api, mark).await,
        _ => Err(api.has_none()),
    };
    Ok(found?.by(product))
}

/// A page of a repository's tags, with what the product says of each.
pub(crate) async fn tags(
    home: &Home,
    product: RegistryKind,
    repository: &RepositoryName,
    mark: Mark<'_>,
) -> Result<Listed<FoundTag>, Error> {
    let api = Api::of(home, product).await?;
    let found = match product {
        RegistryKind::Hub => hub::tags(&api, repository, mark).await,
        RegistryKind::Msr => msr::tags(&api, repository, mark).await,
        RegistryKind::Harbor => harbor::tags(&api, repository, mark).await,
        RegistryKind::Quay => quay::tags(&api, repository, mark).await,
        RegistryKind::Gitlab => gitlab::tags(&api, repository, mark).await,
        _ => Err(api.has_none()),
    };
    Ok(found?.by(product))
}

/// Whether a product has an API that lists, and that is known here.
fn lists(product: RegistryKind) -> bool {
    use RegistryKind as K;
    matches!(product, K::Hub | K::Msr | K::Harbor | K::Quay | K::Gitlab)
}

/// Which product refused its catalogue: as configured or by its name, else by the path of its
/// token server, else as Harbor says of itself to everybody.
pub(crate) async fn recognise(home: &Home) -> Option<RegistryKind> {
    let known = home.endpoint.kind();
    if lists(known) || known != RegistryKind::Private {
        return Some(known).filter(|known| lists(*known));
    }
    if let Some(realm) = home.auth.realm().and_then(|realm| Url::parse(&realm).ok()) {
        return match realm.path() {
            "/auth/token" => Some(RegistryKind::Msr),
            "/service/token" => Some(RegistryKind::Harbor),
            "/jwt/auth" => Some(RegistryKind::Gitlab),
            "/v2/auth" => Some(RegistryKind::Quay),
            _ => None,
        };
    }
    harbor::is_there(&Api::anonymous(home))
        .await
        .then_some(RegistryKind::Harbor)
}

/// Entries that can be read; one that cannot never hides the others.
fn readable<T: DeserializeOwned>(entries: Vec<Value>) -> Vec<T> {
    entries
        .into_iter()
        .filter_map(|entry| serde_json::from_value(entry).ok())
        .collect()
}

/// A size as a product tells it, where it makes sense.
fn bytes(size: Option<i64>) -> Option<u64> {
    size.and_then(|size| u64::try_from(size).ok())
}

/// The number of a page; the first is 1.
fn number(mark: Mark<'_>) -> u64 {
    mark.and_then(|mark| mark.parse().ok()).unwrap_or(1)
}

/// `{"name": …}`, of which nothing else is read.
#[derive(Deserialize)]
struct Named {
    name: String,
}
