//! What tags name now, for the rows that are seen: a few requests each, side by side, and none
//! for what was scrolled past.

use crate::{
    desk::Desk,
    dto::{AskTags, TagFacts},
    error::Result,
    image::{PARALLEL, repository},
    lifecycle::Lifecycle,
    shelf::platforms_in_words,
    surroundings::Work,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Descriptor, Digest, ImageConfiguration, Manifest, Platform, Repository, Tag};
use hallmark_registry::RegistryKind;
use jiff::Timestamp;

/// The most tags that are looked up at once.
const MOST: usize = 60;

impl Desk {
    /// Looks up what tags name: the digest by HEAD, and the rest from the manifest where fetching
    /// one counts as nothing. Docker Hub counts it as a pull, so there it is left.
    ///
    /// # Errors
    /// Where the registry cannot be asked, or somebody stopped it.
    pub async fn tag_facts(&self, ask: AskTags, work: &Work) -> Result<Vec<TagFacts>> {
        let repository = repository(&ask.repository)?;
        work.step("Looking at the stages", 0, None)?;
        let life = self.lifecycle(&repository).await?;
        let tags: Vec<Tag> = ask
            .tags
            .iter()
            .filter_map(|tag| tag.parse().ok())
            .take(MOST)
            .collect();
        stream::iter(tags)
            .map(|tag| self.facts_of(&repository, tag, &life, work))
            .buffered(PARALLEL)
            .try_collect()
            .await
    }

    async fn facts_of(
        &self,
        repository: &Repository,
        tag: Tag,
        life: &Lifecycle,
        work: &Work,
    ) -> Result<TagFacts> {
        work.step("Looking at tags", 0, None)?;
        let staged = life.stages.iter().find(|stage| stage.tag == tag);
        let digest = match staged {
            Some(stage) => stage.now.clone(),
            None => self.tag_digest(repository, &tag).await?,
        };
        let mut facts = TagFacts {
            tag: tag.to_string(),
            digest: digest.as_ref().map(Digest::to_string),
            size: None,
            platforms: Vec::new(),
            created: None,
            badges: Vec::new(),
        };
        let Some(digest) = digest else {
            return Ok(facts);
        };
        facts.badges = life.of_tag(&tag, &digest);
        if let Some(manifest) = self.cheap_manifest(repository, &digest).await {
            self.fill(&mut facts, repository, &manifest);
        }
        Ok(facts)
    }

    /// The manifest, where it is here or fetching it counts as nothing.
    async fn cheap_manifest(&self, repository: &Repository, digest: &Digest) -> Option<Manifest> {
        let client = self.client();
        let known = client.known_manifest(repository, digest);
        if known.is_some() || self.kind_of(repository) == RegistryKind::Hub {
            return known;
        }
        // A row can do without it; whoever opens the image is told why it cannot be read.
        client.manifest(&repository.at(digest.clone())).await.ok()
    }

    fn fill(&self, facts: &mut TagFacts, repository: &Repository, manifest: &Manifest) {
        let Some(config) = manifest.config() else {
            let platforms = manifest.images().filter_map(|(_, platform)| platform);
            facts.platforms = platforms_in_words(platforms);
            facts.size = self.size_of_index(repository, manifest);
            return;
        };
        facts.size = Some(weight(manifest));
        if let Some((platform, created)) = self.built(config) {
            facts.platforms = platforms_in_words([&platform]);
            facts.created = created;
        }
    }

    /// Bytes of an index, where every image of it was looked at before.
    fn size_of_index(&self, repository: &Repository, index: &Manifest) -> Option<u64> {
        let client = self.client();
        let images = index.images().map(|(child, _)| {
            let manifest = client.known_manifest(repository, &child.digest)?;
            Some(weight(&manifest))
        });
        images.sum()
    }

    /// What a configuration says, where it was read before.
    fn built(&self, config: &Descriptor) -> Option<(Platform, Option<Timestamp>)> {
        let bytes = self.content.find(&config.digest)?;
        let config = ImageConfiguration::from_reader(&bytes[..]).ok()?;
        let platform = Platform::new(config.os().to_string(), config.architecture().to_string());
        let created = config.created().as_ref().and_then(|time| time.parse().ok());
        Some((platform, created))
    }

    fn kind_of(&self, repository: &Repository) -> RegistryKind {
        let host = &repository.host;
        let file = self.file();
        let known = file.registries.iter().find(|known| known.host == *host);
        let named = known.and_then(|known| known.kind);
        named.unwrap_or_else(|| RegistryKind::guess(host))
    }
}

/// Bytes of one image: manifest, configuration and layers.
fn weight(manifest: &Manifest) -> u64 {
    let blobs = manifest.config().into_iter().chain(manifest.layers());
    manifest.bytes().len() as u64 + blobs.map(|blob| blob.size).sum::<u64>()
}
