//! One image looked at closely: what it is made of, how it was built, what it runs, and what
//! hangs on it.

use crate::{
    desk::Desk,
    dto::{BuildStep, Healthcheck, Inspection, PlatformInspection},
    error::{Code, Error, Result},
    image::{Image, PlatformOf, reference},
};
use hallmark_image::{Descriptor, Digest, ImageConfiguration, Reference};
use serde::Deserialize;

/// What Docker writes into a configuration beyond the image specification.
#[derive(Default, Deserialize)]
struct Beyond {
    #[serde(default)]
    config: Option<Extras>,
}

#[derive(Default, Deserialize)]
struct Extras {
    #[serde(rename = "Healthcheck")]
    healthcheck: Option<Check>,
}

/// Times in nanoseconds.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Check {
    test: Option<Vec<String>>,
    interval: Option<u64>,
    timeout: Option<u64>,
    retries: Option<u64>,
}

impl Desk {
    /// The image that a name means now. A tag is looked at by HEAD, which counts as no pull; its
    /// manifest is asked for once.
    async fn image_named(&self, named: Reference) -> Result<Image> {
        if named.digest.is_some() {
            return self.image(&named).await;
        }
        let digest = self.client().resolve(&named).await?.digest;
        let exact = Reference {
            digest: Some(digest.clone()),
            ..named.clone()
        };
        match self.image(&exact).await {
            Err(error) if error.code == Code::NotFound => Err(contradicts(&named, &digest)),
            read => read,
        }
    }

    /// Everything that is known of one image.
    ///
    /// # Errors
    /// Where it is not there, or cannot be read.
    pub async fn inspect(&self, name: &str) -> Result<Inspection> {
        let image = self.image_named(reference(name)?).await?;
        let trust = self.known_trust().await?;
        let (referrers, warnings) = self.hanging(&image, &trust).await?;
        let life = self.lifecycle(&image.repository).await?;
        let badges = match &image.tag {
            Some(tag) => life.of_tag(tag, image.digest()),
            None => life.of_image(image.digest()),
        };
        Ok(Inspection {
            image: image.name(),
            digest: image.digest().to_string(),
            media_type: image.manifest.media_type().to_owned(),
            size: image.size(),
            platforms: image
                .platforms
                .iter()
                .map(|of| self.platform_of(of))
                .collect(),
            annotations: image.manifest.annotations().clone(),
            referrers,
            warnings,
            badges,
        })
    }

    fn platform_of(&self, of: &PlatformOf) -> PlatformInspection {
        let config = of
            .config
            .as_ref()
            .and_then(|config| config.config().as_ref());
        let list = |list: Option<&Vec<String>>| list.cloned().unwrap_or_default();
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        let layers = of.manifest.layers();
        let blobs = of.manifest.config().into_iter().chain(layers);
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
            user: text(config.and_then(|config| config.user().clone())),
            entrypoint: list(config.and_then(|config| config.entrypoint().as_ref())),
            cmd: list(config.and_then(|config| config.cmd().as_ref())),
            ports: list(config.and_then(|config| config.exposed_ports().as_ref())),
            env: list(config.and_then(|config| config.env().as_ref())),
            workdir: text(config.and_then(|config| config.working_dir().clone())),
            volumes: list(config.and_then(|config| config.volumes().as_ref())),
            stop_signal: text(config.and_then(|config| config.stop_signal().clone())),
            healthcheck: self.healthcheck(of),
            size: of.manifest.bytes().len() as u64 + blobs.map(|blob| blob.size).sum::<u64>(),
            layers: layers.to_vec(),
            history: of
                .config
                .as_ref()
                .map(|config| steps(config, layers))
                .unwrap_or_default(),
        }
    }

    /// Read from the configuration's own bytes: the specification has no place for it.
    fn healthcheck(&self, of: &PlatformOf) -> Option<Healthcheck> {
        let bytes = self.content.find(&of.manifest.config()?.digest)?;
        let read: Beyond = serde_json::from_slice(&bytes).unwrap_or_default();
        let check = read.config?.healthcheck?;
        let seconds = |nanoseconds: Option<u64>| {
            nanoseconds
                .map(|time| time / 1_000_000_000)
                .filter(|time| *time > 0)
        };
        Some(Healthcheck {
            test: check.test.unwrap_or_default(),
            interval: seconds(check.interval),
            timeout: seconds(check.timeout),
            retries: check.retries.filter(|times| *times > 0),
        })
    }
}

/// A registry that names a digest for a tag and does not have it.
fn contradicts(named: &Reference, digest: &Digest) -> Error {
    Error::new(
        Code::RegistryProtocol,
        format!(
            "{} says that {named} has the digest {}…, and does not have it",
            named.repository.host,
            digest.short()
        ),
    )
    .hint(
        "Nothing of it was shown; ask whoever runs the registry, or name the image by its digest.",
    )
}

/// The steps of the history, each with the layer that it made. Layers of which no step tells
/// stand at the end, so that none is missing.
pub(crate) fn steps(config: &ImageConfiguration, layers: &[Descriptor]) -> Vec<BuildStep> {
    let mut rest = layers.iter();
    let with = |layer: Option<&Descriptor>| {
        let digest = layer.map(|layer| layer.digest.to_string());
        (digest, layer.map(|layer| layer.size))
    };
    let mut steps: Vec<BuildStep> = config
        .history()
        .iter()
        .flatten()
        .map(|step| {
            let empty = step.empty_layer().unwrap_or_default();
            let (layer, size) = with(if empty { None } else { rest.next() });
            BuildStep {
                created_by: step.created_by().clone(),
                created: step.created().as_ref().and_then(|time| time.parse().ok()),
                comment: step.comment().clone().filter(|text| !text.is_empty()),
                layer,
                size,
            }
        })
        .collect();
    steps.extend(rest.map(|layer| {
        let (layer, size) = with(Some(layer));
        BuildStep {
            created_by: None,
            created: None,
            comment: None,
            layer,
            size,
        }
    }));
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(history: &serde_json::Value) -> ImageConfiguration {
        let text = serde_json::json!({
            "os": "linux", "architecture": "amd64", "history": history,
            "rootfs": {"type": "layers", "diff_ids": []},
        });
        ImageConfiguration::from_reader(text.to_string().as_bytes()).unwrap()
    }

    fn layers(count: usize) -> Vec<Descriptor> {
        let layer = |n: usize| Descriptor::of("layer", format!("{n}").as_bytes());
        (0..count).map(layer).collect()
    }

    #[test]
    fn each_step_has_the_layer_it_made_and_one_that_changed_nothing_has_none() {
        let history = serde_json::json!([
            {"created_by": "ADD rootfs"}, {"created_by": "ENV A=1", "empty_layer": true},
            {"created_by": "RUN make", "comment": "buildkit"},
        ]);
        let layers = layers(2);
        let steps = steps(&config(&history), &layers);
        let made: Vec<Option<String>> = steps.iter().map(|step| step.layer.clone()).collect();
        let digest = |n: usize| Some(layers[n].digest.to_string());
        assert_eq!(made, [digest(0), None, digest(1)]);
        assert_eq!(steps[2].comment.as_deref(), Some("buildkit"));
    }

    #[test]
    fn layers_that_the_history_does_not_tell_of_are_there_all_the_same() {
        let steps = steps(&config(&serde_json::json!([])), &layers(3));
        assert_eq!(steps.iter().filter(|step| step.layer.is_some()).count(), 3);
    }
}
