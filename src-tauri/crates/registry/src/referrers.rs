//! What is attached to a manifest (distribution-spec 1.1, "Listing Referrers").
//!
//! The registry's API is asked first; where it has none, the fallback tag holds the list.
//! An entry that cannot be read is left out, and never hides the others.

use crate::{
    Error, ErrorKind, Referrers, ReferrersSource,
    home::Home,
    link,
    manifests::{self, Name},
    transport::Call,
    wire::Answer,
};
use hallmark_image::{
    Descriptor, Digest, MAX_MANIFEST_BYTES, Manifest, RepositoryName, Tag, media_type,
};
use http::{
    Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;
use url::Url;

/// The most pages that are read for one manifest.
const PAGES: usize = 100;

#[derive(Deserialize)]
struct Wire {
    manifests: Option<Vec<Value>>,
}

/// All that is attached to `digest`.
pub(crate) async fn list(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Referrers, Error> {
    if let Some(descriptors) = by_api(home, repository, digest).await? {
        return Ok(Referrers {
            descriptors,
            source: ReferrersSource::Api,
        });
    }
    Ok(match fallback(home, repository, digest).await? {
        Some(index) => Referrers {
            descriptors: once_each(index.children().to_vec()),
            source: ReferrersSource::FallbackTag,
        },
        None => Referrers {
            descriptors: Vec::new(),
            source: ReferrersSource::None,
        },
    })
}

/// None where the registry has no such API.
pub(crate) async fn by_api(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Option<Vec<Descriptor>>, Error> {
    let mut found = Vec::new();
    let mut url = home.in_repository(repository, &format!("referrers/{digest}"));
    for _ in 0..PAGES {
        let answer = match ask(home, repository, digest, url).await {
            Ok(answer) if is_index(&answer) => answer,
            // Some proxies answer 200 with a web page of their own.
            Ok(_) => return Ok(None),
            Err(error) if has_no_api(&error) => return Ok(None),
            Err(error) => return Err(error),
        };
        let wire: Wire =
            serde_json::from_slice(&answer.body).map_err(|_| unreadable(home, repository))?;
        let entries = wire.manifests.unwrap_or_default();
        found.extend(entries.into_iter().filter_map(descriptor));
        match link::next(home, &answer)? {
            Some(next) => url = next,
            None => return Ok(Some(once_each(found))),
        }
    }
    Err(endless(home, repository))
}

async fn ask(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
    url: Url,
) -> Result<Answer, Error> {
    let what = format!("what is attached to {} in {repository}", digest.short());
    Call::new(Method::GET, url, home.pulling(repository), what)
        .header(ACCEPT, media_type::OCI_INDEX)
        .reading(MAX_MANIFEST_BYTES as u64)
        .send(home)
        .await
}

fn has_no_api(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unsupported)
}

fn is_index(answer: &Answer) -> bool {
    answer
        .header(CONTENT_TYPE.as_str())
        .is_some_and(|text| media_type::essence(text) == media_type::OCI_INDEX)
}

fn descriptor(entry: Value) -> Option<Descriptor> {
    serde_json::from_value(entry)
        .inspect_err(|error| tracing::warn!(%error, "an attached entry cannot be read"))
        .ok()
}

pub(crate) fn once_each(descriptors: Vec<Descriptor>) -> Vec<Descriptor> {
    let mut seen = HashSet::new();
    descriptors
        .into_iter()
        .filter(|descriptor| seen.insert(descriptor.digest.clone()))
        .collect()
}

/// The tag `sha256-<hex>` that holds the list where the registry keeps none
/// ("Referrers Tag Schema": at most 64 characters of the digest).
pub(crate) fn fallback_tag(digest: &Digest) -> Option<Tag> {
    let hex = digest.hex().get(..64)?;
    format!("{}-{hex}", digest.algorithm().name()).parse().ok()
}

/// What the fallback tag points at; None where there is no such tag.
pub(crate) async fn fallback(
    home: &Home,
    repository: &RepositoryName,
    digest: &Digest,
) -> Result<Option<Manifest>, Error> {
    let Some(tag) = fallback_tag(digest) else {
        return Ok(None);
    };
    match manifests::fetch(home, repository, &Name::Tag(&tag)).await {
        Ok(manifest) if media_type::is_index(manifest.media_type()) => Ok(Some(manifest)),
        Ok(_) => Err(Error::new(
            ErrorKind::BadManifest,
            home.host(),
            format!("The tag {tag} of {repository} is no list of what is attached."),
            "It was not touched; move that image to another tag.",
        )),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn unreadable(home: &Home, repository: &RepositoryName) -> Error {
    Error::new(
        ErrorKind::Protocol,
        home.host(),
        format!(
            "{} gave a list of what is attached in {repository} that cannot be read.",
            home.host()
        ),
        "Try again; if it stays, ask whoever runs the registry.",
    )
}

fn endless(home: &Home, repository: &RepositoryName) -> Error {
    Error::new(
        ErrorKind::TooLarge,
        home.host(),
        format!(
            "{} gave a list of what is attached in {repository} without an end.",
            home.host()
        ),
        "Ask whoever runs the registry what is attached there.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_image::Algorithm;

    #[test]
    fn the_fallback_tag_is_the_digest_with_a_dash_and_fits_a_tag() {
        let digest = Digest::sha256(b"");
        let tag = fallback_tag(&digest).unwrap();
        assert_eq!(tag.as_str(), format!("sha256-{}", digest.hex()));
        let long = Digest::of(Algorithm::Sha512, b"");
        assert_eq!(fallback_tag(&long).unwrap().as_str().len(), 7 + 64);
    }
}
