//! The engine's images: listed with what they are to the golden ones, named and removed.

use super::{names::Name, standing::Golden};
use crate::{
    desk::Desk,
    dto::{
        AskLocalImages, AskPrune, AskRemoveImage, AskTagImage, LocalImage, LocalImageInfo,
        LocalImages, NameValue, PrunePlan, RemovedImages,
    },
    error::{Code, Error, Result},
    surroundings::Work,
};
use hallmark_engine as docker;

/// Images of one answer.
const PAGE: u64 = 60;

impl Desk {
    /// A page of the engine's images, the newest first.
    ///
    /// # Errors
    /// Why the engine does not answer.
    pub async fn local_images(&self, ask: AskLocalImages) -> Result<LocalImages> {
        let all = self.docker_engine().await?.images().await?;
        let marks = self.marks().await?;
        let golden = Golden::of(&marks);
        let unnamed = all.iter().filter(|image| image.names.is_empty()).count() as u64;
        let bytes = all.iter().map(|image| image.size).sum();
        let words = ask.text.trim().to_lowercase();
        let found: Vec<LocalImage> = all
            .into_iter()
            .filter(|image| ask.unnamed || !image.names.is_empty() || !words.is_empty())
            .filter(|image| says(image, &words))
            .map(|image| row(image, &golden))
            .collect();
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Ok(LocalImages {
            total: found.len() as u64,
            rows: found
                .into_iter()
                .skip(at(ask.offset))
                .take(at(ask.limit.clamp(1, PAGE)))
                .collect(),
            unnamed,
            bytes,
        })
    }

    /// One image of the engine in full.
    ///
    /// # Errors
    /// [`Code::NotFound`] where the engine has none of that name.
    pub async fn local_image(&self, name: &str) -> Result<LocalImageInfo> {
        let engine = self.docker_engine().await?;
        let (detail, all) = tokio::try_join!(engine.image(name), engine.images())?;
        let marks = self.marks().await?;
        let golden = Golden::of(&marks);
        let used_by = all.into_iter().find(|image| image.id == detail.id);
        let used_by = used_by.map(|image| image.used_by).unwrap_or_default();
        Ok(LocalImageInfo {
            image: LocalImage {
                golden: golden.standing(&detail.digests),
                id: detail.id,
                names: detail.names,
                digests: detail.digests,
                size: detail.size,
                created: detail.created,
                used_by,
                platform: Some(detail.platform).filter(|name| !name.is_empty()),
            },
            entrypoint: detail.entrypoint,
            command: detail.command,
            user: detail.user,
            ports: detail.ports,
            environment: detail.environment,
            labels: detail
                .labels
                .into_iter()
                .map(|(name, value)| NameValue { name, value })
                .collect(),
            healthcheck: !detail.healthcheck.is_empty(),
            layers: detail.layers.len() as u64,
        })
    }

    /// Adds names to an image of the engine. All are read first; if one is none, none is added.
    ///
    /// # Errors
    /// [`Code::BadInput`] for a name that is none; [`Code::NotFound`] where there is no such image.
    pub async fn tag_image(&self, ask: AskTagImage) -> Result<LocalImageInfo> {
        let names = ask.names.iter().map(|name| Name::read(name));
        let names = names.collect::<Result<Vec<_>>>()?;
        if names.is_empty() {
            return Err(Error::new(Code::BadInput, "no name is given"));
        }
        let engine = self.docker_engine().await?;
        let id = engine.image(&ask.image).await?.id;
        for name in &names {
            engine.tag(&id, &name.repository, &name.tag).await?;
        }
        self.local_image(&id).await
    }

    /// Takes a name from an image, or removes it by its id with all its names.
    ///
    /// # Errors
    /// [`Code::ImageInUse`] where a container was made of it.
    pub async fn remove_image(&self, ask: AskRemoveImage) -> Result<RemovedImages> {
        let engine = self.docker_engine().await?;
        let image = engine.image(&ask.image).await?;
        // An id with several names wants force at the engine, which would also allow containers.
        let by_id = image.id == ask.image && image.names.len() > 1;
        if !by_id {
            return Ok(gone(engine.remove(&ask.image, ask.force).await?));
        }
        let used = engine
            .images()
            .await?
            .into_iter()
            .find(|one| one.id == image.id);
        let used = used.map(|one| one.used_by).unwrap_or_default();
        if !used.is_empty() && !ask.force {
            return Err(Error::new(
                Code::ImageInUse,
                format!("containers were made of it: {}", used.join(", ")),
            )
            .hint("Remove those containers first."));
        }
        let mut all = RemovedImages::default();
        for name in &image.names {
            let one = gone(engine.remove(name, ask.force).await?);
            all.names.extend(one.names);
            all.images.extend(one.images);
        }
        Ok(all)
    }

    /// What a prune would take.
    ///
    /// # Errors
    /// Why the engine does not answer.
    pub async fn prune_plan(&self, ask: AskPrune) -> Result<PrunePlan> {
        let all = self.docker_engine().await?.images().await?;
        let marks = self.marks().await?;
        let golden = Golden::of(&marks);
        let goes: Vec<LocalImage> = all
            .into_iter()
            .filter(|image| image.used_by.is_empty())
            .filter(|image| ask.all || image.names.is_empty())
            .map(|image| row(image, &golden))
            .collect();
        Ok(PrunePlan {
            total: goes.len() as u64,
            bytes: goes.iter().map(|image| image.size).sum(),
            golden: goes.iter().filter(|image| !image.golden.is_empty()).count() as u64,
            images: goes.into_iter().take(60).collect(),
        })
    }

    /// Removes images that no container uses.
    ///
    /// # Errors
    /// Why the engine does not answer.
    pub async fn prune(&self, ask: AskPrune, work: &Work) -> Result<RemovedImages> {
        work.step("Removing images that nothing uses", 0, None)?;
        Ok(gone(
            self.docker_engine().await?.prune_images(ask.all).await?,
        ))
    }
}

fn says(image: &docker::LocalImage, words: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(words);
    words.is_empty()
        || has(&image.id)
        || image.names.iter().any(|name| has(name))
        || image.digests.iter().any(|name| has(name))
        || image
            .labels
            .iter()
            .any(|(name, value)| has(name) || has(value))
}

fn row(image: docker::LocalImage, golden: &Golden<'_>) -> LocalImage {
    LocalImage {
        golden: golden.standing(&image.digests),
        id: image.id,
        names: image.names,
        digests: image.digests,
        size: image.size,
        created: image.created,
        used_by: image.used_by,
        platform: Some(image.platforms.join(", ")).filter(|name| !name.is_empty()),
    }
}

fn gone(removed: docker::Removed) -> RemovedImages {
    RemovedImages {
        names: removed.untagged,
        images: removed.deleted,
        bytes: removed.bytes,
    }
}
