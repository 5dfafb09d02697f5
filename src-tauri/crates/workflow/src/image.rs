//! An image as a reviewer means it: the digest its tag names, with every platform.

use crate::{
    desk::Desk,
    error::{Code, Error, Result},
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_evidence::{ImageIdentity, PlatformImage};
use hallmark_image::{
    Digest, DigestError, ImageConfiguration, Manifest, Platform, Reference, ReferenceError,
    Repository, Tag,
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// How many requests of one use case are under way at once.
pub(crate) const PARALLEL: usize = 8;
/// The label with an image's version.
pub(crate) const VERSION: &str = "org.opencontainers.image.version";
/// The largest configuration that is read, bytes.
const MAX_CONFIG: u64 = 8 * 1024 * 1024;

/// An image with everything that is read of it.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) repository: Repository,
    pub(crate) tag: Option<Tag>,
    pub(crate) manifest: Manifest,
    pub(crate) platforms: Vec<PlatformOf>,
}

/// One platform of an image.
#[derive(Clone, Debug)]
pub(crate) struct PlatformOf {
    pub(crate) platform: Option<Platform>,
    pub(crate) manifest: Manifest,
    pub(crate) config: Option<ImageConfiguration>,
}

impl Image {
    pub(crate) fn digest(&self) -> &Digest {
        self.manifest.digest()
    }

    /// `host/repository@digest`.
    pub(crate) fn name(&self) -> String {
        self.repository.at(self.digest().clone()).to_string()
    }

    /// The image itself and the manifest of each platform: what evidence may hang on.
    pub(crate) fn subjects(&self) -> BTreeSet<Digest> {
        let children = self.platforms.iter().map(|of| of.manifest.digest().clone());
        children.chain([self.digest().clone()]).collect()
    }

    /// What evidence may be bound to.
    pub(crate) fn identity(&self) -> ImageIdentity {
        let platform = |of: &PlatformOf| PlatformImage {
            platform: of.platform.clone(),
            manifest: of.manifest.digest().clone(),
            config: of.manifest.config().map(|config| config.digest.clone()),
        };
        ImageIdentity {
            digest: self.digest().clone(),
            platforms: self.platforms.iter().map(platform).collect(),
        }
    }

    /// A label of the first platform that has it, or an annotation of the index.
    pub(crate) fn label(&self, name: &str) -> Option<String> {
        self.platforms
            .iter()
            .find_map(|of| of.labels().get(name).cloned())
            .or_else(|| self.manifest.annotations().get(name).cloned())
            .filter(|value| !value.is_empty())
    }

    /// When the first platform was built.
    pub(crate) fn created(&self) -> Option<Timestamp> {
        self.platforms.iter().find_map(PlatformOf::created)
    }

    /// Bytes of everything it needs, each blob once.
    pub(crate) fn size(&self) -> u64 {
        let mut seen = BTreeSet::new();
        let manifests = self.platforms.iter().map(|of| of.manifest.descriptor());
        let blobs = self.platforms.iter().flat_map(|of| {
            of.manifest
                .config()
                .into_iter()
                .chain(of.manifest.layers())
                .cloned()
        });
        manifests
            .chain([self.manifest.descriptor()])
            .chain(blobs)
            .filter(|descriptor| seen.insert(descriptor.digest.clone()))
            .map(|descriptor| descriptor.size)
            .sum()
    }
}

impl PlatformOf {
    pub(crate) fn name(&self) -> String {
        self.platform
            .as_ref()
            .map_or_else(|| "its one platform".to_owned(), ToString::to_string)
    }

    pub(crate) fn labels(&self) -> BTreeMap<String, String> {
        let labels = self
            .config
            .as_ref()
            .and_then(|config| config.labels_of_config());
        labels
            .into_iter()
            .flatten()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect()
    }

    pub(crate) fn created(&self) -> Option<Timestamp> {
        self.config.as_ref()?.created().as_ref()?.parse().ok()
    }
}

impl Desk {
    /// Reads what a person named.
    pub(crate) async fn image(&self, reference: &Reference) -> Result<Image> {
        let client = self.client();
        let manifest = client.manifest(reference).await?;
        let repository = reference.repository.clone();
        if manifest.artifact_type().is_some() {
            return Err(Error::new(
                Code::BadInput,
                format!("{reference} is no image but an artifact attached to one"),
            ));
        }
        let children: Vec<_> = match manifest.config() {
            Some(_) => vec![(manifest.descriptor(), None)],
            None => manifest
                .images()
                .map(|(child, platform)| (child.clone(), platform.cloned()))
                .collect(),
        };
        let platforms = stream::iter(children)
            .map(|(child, platform)| self.platform(&repository, child.digest, platform))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(Image {
            repository,
            tag: reference.tag.clone(),
            manifest,
            platforms,
        })
    }

    async fn platform(
        &self,
        repository: &Repository,
        digest: Digest,
        named: Option<Platform>,
    ) -> Result<PlatformOf> {
        let client = self.client();
        let manifest = client.manifest(&repository.at(digest)).await?;
        let config = match manifest.config() {
            Some(config) if config.size <= MAX_CONFIG => {
                let bytes = self.content.blob(&client, repository, config).await?;
                ImageConfiguration::from_reader(&bytes[..]).ok()
            }
            _ => None,
        };
        let built_for = config.as_ref().map(|config| {
            Platform::new(config.os().to_string(), config.architecture().to_string())
        });
        Ok(PlatformOf {
            platform: named.or(built_for),
            manifest,
            config,
        })
    }

    /// The digest a tag names now.
    pub(crate) async fn tag_digest(
        &self,
        repository: &Repository,
        tag: &Tag,
    ) -> Result<Option<Digest>> {
        Ok(self
            .client()
            .resolve_tag(repository, tag)
            .await?
            .map(|descriptor| descriptor.digest))
    }

    /// The same for a tag that was just put on `digest`. Where it seems to be elsewhere it is
    /// looked at once more: an answer that was wrong once is no sign that somebody moved it.
    pub(crate) async fn tag_after_put(
        &self,
        repository: &Repository,
        tag: &Tag,
        digest: &Digest,
    ) -> Result<Option<Digest>> {
        match self.tag_digest(repository, tag).await? {
            Some(found) if found == *digest => Ok(Some(found)),
            _ => self.tag_digest(repository, tag).await,
        }
    }
}

/// An image's name as a person gave it.
pub(crate) fn reference(text: &str) -> Result<Reference> {
    text.parse().map_err(Error::bad_input::<ReferenceError>)
}

/// A repository's name as a person gave it.
pub(crate) fn repository(text: &str) -> Result<Repository> {
    text.parse().map_err(Error::bad_input::<ReferenceError>)
}

/// A digest as a person gave it.
pub(crate) fn digest(text: &str) -> Result<Digest> {
    text.parse().map_err(Error::bad_input::<DigestError>)
}

/// A tag that Hallmark made itself.
pub(crate) fn own_tag(text: &str) -> Result<Tag> {
    text.parse().map_err(Error::internal::<ReferenceError>)
}
