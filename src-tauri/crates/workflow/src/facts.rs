//! What is known of an image by its digest: read once from its registry, kept for good.
//!
//! A digest's content never changes, so neither do these. The layers are kept apart: they are
//! long, and only asked for where something is revoked.

use crate::{
    desk::Desk,
    error::{Error, Result},
    image::{Image, PlatformOf, VERSION},
};
use hallmark_image::{Digest, Repository};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, BTreeSet};

/// The label with an image's title.
const TITLE: &str = "org.opencontainers.image.title";
/// The annotation or label with the digest of the image that this one is built on.
const BASE: &str = "org.opencontainers.image.base.digest";
/// Where facts are kept.
const FACTS: &str = "facts:";
/// Where layers are kept.
const LAYERS: &str = "layers:";

/// What a person looks for an image by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImageFacts {
    pub(crate) version: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) created: Option<Timestamp>,
    pub(crate) platforms: Vec<String>,
    pub(crate) size: u64,
}

/// What an image is made of and built on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Make {
    /// The digest itself and those of its platforms.
    pub(crate) own: BTreeSet<Digest>,
    /// What it says that it is built on.
    pub(crate) base: BTreeSet<Digest>,
    /// The layers of each platform.
    pub(crate) layers: Vec<Vec<Digest>>,
}

impl Image {
    pub(crate) fn facts(&self) -> ImageFacts {
        ImageFacts {
            version: self.label(VERSION),
            title: self.label(TITLE),
            created: self.created(),
            platforms: self.platforms.iter().map(PlatformOf::name).collect(),
            size: self.size(),
        }
    }

    pub(crate) fn make(&self) -> Make {
        let annotated = |manifest: &hallmark_image::Manifest| {
            let base = manifest.annotations().get(BASE)?;
            base.parse::<Digest>().ok()
        };
        let labelled = |of: &PlatformOf| of.labels().get(BASE)?.parse::<Digest>().ok();
        let own = annotated(&self.manifest);
        let each = self.platforms.iter();
        let base = each.flat_map(|of| [annotated(&of.manifest), labelled(of)]);
        let layers = |of: &PlatformOf| {
            let layers = of.manifest.layers().iter();
            layers.map(|layer| layer.digest.clone()).collect()
        };
        Make {
            own: self.subjects(),
            base: own.into_iter().chain(base.flatten()).collect(),
            layers: self.platforms.iter().map(layers).collect(),
        }
    }
}

impl Desk {
    /// What is known of an image, asked of its registry where it was never read.
    pub(crate) async fn facts(
        &self,
        repository: &Repository,
        digest: &Digest,
    ) -> Result<ImageFacts> {
        match self.kept_fact(FACTS, digest).await? {
            Some(facts) => Ok(facts),
            None => {
                let image = self.image(&repository.at(digest.clone())).await?;
                self.keep_facts(&image).await
            }
        }
    }

    /// What is known of an image without asking its registry.
    pub(crate) async fn known_facts(&self, digest: &Digest) -> Result<Option<ImageFacts>> {
        self.kept_fact(FACTS, digest).await
    }

    /// What an image is made of, asked of its registry where it was never read.
    pub(crate) async fn make(&self, repository: &Repository, digest: &Digest) -> Result<Make> {
        if let Some(make) = self.kept_fact(LAYERS, digest).await? {
            return Ok(make);
        }
        let image = self.image(&repository.at(digest.clone())).await?;
        let make = image.make();
        self.keep_fact(LAYERS, digest, &make).await?;
        Ok(make)
    }

    /// Keeps what an image that was read says.
    pub(crate) async fn keep_facts(&self, image: &Image) -> Result<ImageFacts> {
        let facts = image.facts();
        self.keep_fact(FACTS, image.digest(), &facts).await?;
        Ok(facts)
    }

    /// Everything that is kept, by digest.
    pub(crate) async fn all_facts(&self) -> Result<BTreeMap<String, ImageFacts>> {
        let kept = self.history.states(FACTS).await?;
        let read = |(key, text): (String, String)| {
            let digest = key.strip_prefix(FACTS)?.to_owned();
            Some((digest, serde_json::from_str(&text).ok()?))
        };
        Ok(kept.into_iter().filter_map(read).collect())
    }

    async fn kept_fact<T: DeserializeOwned>(
        &self,
        what: &str,
        digest: &Digest,
    ) -> Result<Option<T>> {
        let text = self.history.get_state(&format!("{what}{digest}")).await?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    async fn keep_fact<T: Serialize>(&self, what: &str, digest: &Digest, value: &T) -> Result<()> {
        let text = serde_json::to_string(value).map_err(Error::internal)?;
        let key = format!("{what}{digest}");
        Ok(self.history.set_state(&key, &text).await?)
    }
}
