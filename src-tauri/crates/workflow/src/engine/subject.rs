//! The image that a scan or a smoke test is about: in the engine, in a registry, or in both.

use super::names::as_engine;
use crate::{
    desk::Desk,
    dto::Attached,
    error::{Code, Error, Result},
    image::{Image, reference},
};
use bytes::Bytes;
use hallmark_engine::{Engine, ErrorKind, ImageDetail};
use hallmark_image::{Digest, Platform, Reference};

/// An image that something is found out about.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The engine's id of it.
    pub(crate) id: String,
    /// The platform that the engine has.
    pub(crate) platform: Option<Platform>,
    /// Where a registry knows it, by its digest.
    pub(crate) known: Option<Reference>,
}

impl Subject {
    /// `host/repository@digest` where a registry knows it, else the engine's id.
    pub(crate) fn name(&self) -> String {
        match &self.known {
            Some(known) => known.to_string(),
            None => self.id.clone(),
        }
    }

    pub(crate) fn digest(&self) -> Option<&Digest> {
        self.known.as_ref()?.digest.as_ref()
    }

    /// What is attached hangs on an image in a registry.
    pub(crate) fn must_be_known(&self) -> Result<&Reference> {
        self.known.as_ref().ok_or_else(|| {
            Error::new(
                Code::BadInput,
                "this image is in the engine alone: no registry has it, so nothing can be attached",
            )
            .hint("Push it first.")
        })
    }

    /// That the engine's image is the one the registry has: an engine only remembers a name for it.
    fn must_be(&self, image: &Image) -> Result<()> {
        let identity = image.identity();
        let is_it = |digest: &Digest| digest.to_string() == self.id;
        let known = self.id.is_empty()
            || is_it(&identity.digest)
            || identity
                .platforms
                .iter()
                .any(|of| is_it(&of.manifest) || of.config.as_ref().is_some_and(is_it));
        if known {
            return Ok(());
        }
        let words = format!(
            "the engine's image {} is not what the registry has as {}: nothing was attached",
            self.id, identity.digest
        );
        Err(Error::new(Code::EvidenceForAnother, words).hint("Push the image, and try again."))
    }

    fn of(detail: &ImageDetail, asked: Option<&Reference>) -> Self {
        let known = detail
            .digests
            .iter()
            .filter_map(|name| name.parse::<Reference>().ok());
        let known: Vec<Reference> = known.collect();
        let same =
            |known: &&Reference| asked.is_some_and(|asked| asked.repository == known.repository);
        Self {
            id: detail.id.clone(),
            platform: detail.platform.parse().ok(),
            known: known.iter().find(same).or(known.first()).cloned(),
        }
    }
}

impl Desk {
    /// The image of that name in the engine. One that is only in a registry is pulled by its
    /// digest, where `pull` says so.
    pub(crate) async fn subject(&self, engine: &Engine, name: &str, pull: bool) -> Result<Subject> {
        let asked = reference(name).ok();
        match engine.image(name).await {
            Ok(detail) => return Ok(Subject::of(&detail, asked.as_ref())),
            Err(error) if *error.kind() == ErrorKind::NotFound && pull => {}
            Err(error) => return Err(error.into()),
        }
        let asked = reference(name)?;
        let digest = self.client().resolve(&asked).await?.digest;
        let known = asked.repository.at(digest.clone());
        let repository = as_engine(&known);
        let login = self.engine_login(&known.repository.host).await?;
        engine
            .pull(
                &repository,
                &digest.to_string(),
                None,
                login.as_ref(),
                |_| (),
            )
            .await?;
        let detail = engine.image(&format!("{repository}@{digest}")).await?;
        Ok(Subject {
            known: Some(known),
            ..Subject::of(&detail, Some(&asked))
        })
    }

    /// The subject as registries know it: an engine's memory of a name is no registry's word, and
    /// Podman remembers names that none has.
    pub(crate) async fn confirmed(&self, subject: Subject) -> Result<Subject> {
        let Some(known) = &subject.known else {
            return Ok(subject);
        };
        match self.client().resolve(known).await {
            Ok(_) => Ok(subject),
            Err(error) => match Error::from(error) {
                // No such host is no such image too: Podman puts docker.io before every name.
                error if error.code == Code::NotFound => Ok(Subject {
                    known: None,
                    ..subject
                }),
                error => Err(error),
            },
        }
    }

    /// Attaches a report that was made here of a subject: to the platform that was looked at, where
    /// the image has several.
    pub(crate) async fn attach_made(
        &self,
        subject: &Subject,
        name: &str,
        bytes: Bytes,
    ) -> Result<Attached> {
        let known = subject.must_be_known()?;
        self.will_write(&known.repository)?;
        let image: Image = self.image(known).await?;
        subject.must_be(&image)?;
        let several = image.platforms.len() > 1;
        let platform = subject.platform.as_ref().filter(|_| several);
        self.attach_report(&image, name, bytes, platform).await
    }
}
