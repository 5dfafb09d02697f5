//! What stands beside an image in a repository: its referrers and cosign's tags.
//!
//! One page of tags tells at once which of the tags `sha256-…` there are. Where a repository
//! has more tags than fit on it, each is asked for by its name instead.

use super::Spot;
use crate::{
    Error, ErrorKind, listing,
    manifests::{self, Name},
    referrers,
};
use hallmark_image::{Descriptor, Digest, Manifest, Tag};
use std::collections::HashSet;
use tokio::sync::OnceCell;

/// How many tags are read to know which there are.
const PAGE: usize = 1000;
/// What cosign appends to `sha256-<hex>` (cosign, "Signature Specification").
const SUFFIXES: [&str; 3] = ["sig", "att", "sbom"];

/// What is attached to one manifest.
pub(super) struct Attached {
    /// Each once.
    pub(super) referrers: Vec<Descriptor>,
    /// Those of cosign's tags that are there, or may be.
    pub(super) tags: Vec<Tag>,
}

/// What is known of a repository's ways to attach.
#[derive(Debug, Default)]
pub(super) struct Sides {
    /// All its tags; None where there are too many.
    tags: OnceCell<Option<HashSet<Tag>>>,
    /// Whether the registry has the referrers API.
    api: OnceCell<bool>,
}

impl Sides {
    /// What is attached to `subject`.
    pub(super) async fn attached(&self, spot: &Spot, subject: &Digest) -> Result<Attached, Error> {
        let known = self.tags.get_or_try_init(|| tags(spot)).await?.as_ref();
        let may_be = |tag: &Tag| known.is_none_or(|known| known.contains(tag));
        let mut found = self.by_api(spot, subject).await?;
        let has_api = found.is_some();
        let fallback = referrers::fallback_tag(subject);
        // Where the registry lists by itself, a fallback tag is a remainder of older days.
        let look = match known {
            Some(_) => fallback.as_ref().is_some_and(may_be),
            None => !has_api,
        };
        if look && let Some(index) = referrers::fallback(&spot.home, &spot.name, subject).await? {
            let listed = found.get_or_insert_default();
            listed.extend(index.children().iter().cloned());
        }
        let tags = side_tags(subject).into_iter().filter(may_be).collect();
        Ok(Attached {
            referrers: referrers::once_each(found.unwrap_or_default()),
            tags,
        })
    }

    /// None where the registry has no such API, which is found out once.
    async fn by_api(
        &self,
        spot: &Spot,
        subject: &Digest,
    ) -> Result<Option<Vec<Descriptor>>, Error> {
        let ask = || referrers::by_api(&spot.home, &spot.name, subject);
        let mut first = None;
        let has_api = self
            .api
            .get_or_try_init(|| async {
                first = ask().await?;
                Ok(first.is_some())
            })
            .await?;
        match (first, has_api) {
            (Some(found), _) => Ok(Some(found)),
            (None, false) => Ok(None),
            (None, true) => ask().await?.map(Some).ok_or_else(|| silent(spot, subject)),
        }
    }
}

async fn tags(spot: &Spot) -> Result<Option<HashSet<Tag>>, Error> {
    match listing::protocol_tags(&spot.home, &spot.name, None, PAGE).await {
        Ok(page) if page.next.is_some() => Ok(None),
        Ok(page) => Ok(Some(page.items.into_iter().collect())),
        // It does not tell; each tag is asked for.
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::Unsupported | ErrorKind::Forbidden
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// `sha256-<hex>.sig` and its kind.
pub(super) fn side_tags(subject: &Digest) -> Vec<Tag> {
    let stem = format!("{}-{}", subject.algorithm().name(), subject.hex());
    SUFFIXES
        .iter()
        .filter_map(|suffix| format!("{stem}.{suffix}").parse().ok())
        .collect()
}

/// A manifest at a tag, if there is one.
pub(super) async fn at_tag(spot: &Spot, tag: &Tag) -> Result<Option<Manifest>, Error> {
    match manifests::fetch(&spot.home, &spot.name, &Name::Tag(tag)).await {
        Ok(manifest) => Ok(Some(manifest)),
        Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn silent(spot: &Spot, subject: &Digest) -> Error {
    let host = spot.home.host();
    Error::new(
        ErrorKind::Protocol,
        host,
        format!(
            "{host} lists what is attached to other images, and would not for {}… of {}.",
            subject.short(),
            spot.name
        ),
        "Try again; if it stays, ask whoever runs the registry.",
    )
}
