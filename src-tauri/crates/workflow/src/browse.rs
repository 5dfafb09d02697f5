//! Browsing: repositories, tags, and one image looked at closely.

use crate::{
    desk::Desk,
    dto::{AskNames, Inspection, Names, PlatformInspection, ReferrerInfo},
    error::{Error, Result},
    image::{PlatformOf, reference},
    login::host,
};
use hallmark_image::{Descriptor, ReferenceError};
use hallmark_registry::Page;
use std::str::FromStr;

/// Names in one page.
const PAGE: usize = 200;

impl Desk {
    /// A page of the repositories of a registry.
    ///
    /// # Errors
    /// Where the registry refuses the list, or cannot be reached.
    pub async fn repositories(&self, ask: AskNames) -> Result<Names> {
        let after = after(&ask)?;
        let page = self
            .client()
            .repositories(&host(&ask.of)?, after.as_ref(), PAGE)
            .await?;
        Ok(names(&page))
    }

    /// A page of the tags of a repository.
    ///
    /// # Errors
    /// Where the repository is not there, or the registry cannot be reached.
    pub async fn tags(&self, ask: AskNames) -> Result<Names> {
        let after = after(&ask)?;
        let page = self
            .client()
            .tags(&crate::image::repository(&ask.of)?, after.as_ref(), PAGE)
            .await?;
        Ok(names(&page))
    }

    /// Everything that is known of one image.
    ///
    /// # Errors
    /// Where it is not there, or cannot be read.
    pub async fn inspect(&self, name: &str) -> Result<Inspection> {
        let image = self.image(&reference(name)?).await?;
        let referrers = self
            .client()
            .referrers(&image.repository, image.digest())
            .await?;
        Ok(Inspection {
            image: image.name(),
            digest: image.digest().to_string(),
            media_type: image.manifest.media_type().to_owned(),
            size: image.size(),
            platforms: image.platforms.iter().map(platform).collect(),
            annotations: image.manifest.annotations().clone(),
            referrers: referrers.descriptors.into_iter().map(referrer).collect(),
        })
    }
}

/// Where the page before ended.
fn after<T: FromStr<Err = ReferenceError>>(ask: &AskNames) -> Result<Option<T>> {
    let after = ask.after.as_deref().map(str::parse).transpose();
    after.map_err(Error::bad_input)
}

fn names<T: ToString>(page: &Page<T>) -> Names {
    let items: Vec<String> = page.items.iter().map(ToString::to_string).collect();
    Names {
        next: items.last().filter(|_| page.next).cloned(),
        items,
    }
}

fn platform(of: &PlatformOf) -> PlatformInspection {
    let config = of
        .config
        .as_ref()
        .and_then(|config| config.config().as_ref());
    let list = |list: Option<&Vec<String>>| list.cloned().unwrap_or_default();
    PlatformInspection {
        platform: of.name(),
        digest: of.manifest.digest().to_string(),
        config: of
            .manifest
            .config()
            .map(|config| config.digest.to_string())
            .unwrap_or_default(),
        created: of.created(),
        labels: of.labels(),
        user: config
            .and_then(|config| config.user().clone())
            .filter(|user| !user.is_empty()),
        entrypoint: list(config.and_then(|config| config.entrypoint().as_ref())),
        cmd: list(config.and_then(|config| config.cmd().as_ref())),
        ports: list(config.and_then(|config| config.exposed_ports().as_ref())),
        layers: of.manifest.layers().to_vec(),
    }
}

fn referrer(descriptor: Descriptor) -> ReferrerInfo {
    ReferrerInfo {
        digest: descriptor.digest.to_string(),
        artifact_type: descriptor.artifact_type,
        size: descriptor.size,
        annotations: descriptor.annotations,
    }
}
