//! The engine's images: listed, looked at, named, removed.

use crate::{
    containers::Listed,
    engine::Engine,
    error::{Error, ErrorKind, Result},
};
use bollard::{
    models::{ImageDeleteResponseItem, ImageInspect, ImageManifestSummaryKindEnum, ImageSummary},
    query_parameters::{
        ListImagesOptionsBuilder, PruneImagesOptionsBuilder, RemoveImageOptionsBuilder,
        TagImageOptionsBuilder,
    },
};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What an engine calls a name that is none.
const NONE: &str = "<none>";

/// An image in an engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalImage {
    /// The engine's id. In the classic store it is the config's digest, in containerd's the
    /// manifest's or index's.
    pub id: String,
    /// Names with a tag, as the engine writes them: `cart:1.5`, `host/cart:1.5`.
    pub names: Vec<String>,
    /// Where registries know it: `repository@digest`.
    pub digests: Vec<String>,
    /// Bytes, shared layers counted in full.
    pub size: u64,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Names of the containers made of it, running or not.
    pub used_by: Vec<String>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its platforms, where the engine says so: containerd's store does.
    pub platforms: Vec<String>,
}

/// One image in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageDetail {
    /// The engine's id.
    pub id: String,
    /// Names with a tag.
    pub names: Vec<String>,
    /// Where registries know it.
    pub digests: Vec<String>,
    /// Bytes.
    pub size: u64,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// `linux/amd64`, with the variant where there is one.
    pub platform: String,
    /// What runs first.
    pub entrypoint: Vec<String>,
    /// What it is given.
    pub command: Vec<String>,
    /// The user; empty is root.
    pub user: String,
    /// `8080/tcp`.
    pub ports: Vec<String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// The test of its health check; empty is none.
    pub healthcheck: Vec<String>,
    /// Digests of its layers, uncompressed.
    pub layers: Vec<String>,
}

/// What went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Names taken away.
    pub untagged: Vec<String>,
    /// Images and layers deleted, by id.
    pub deleted: Vec<String>,
    /// Bytes freed, where the engine says so.
    pub bytes: u64,
}

impl Engine {
    /// Every image, the newest first.
    ///
    /// # Errors
    /// Where the engine does not answer.
    pub async fn images(&self) -> Result<Vec<LocalImage>> {
        // Digests come in any case; Podman 4.3 answers with nothing at all where they are asked for.
        let options = ListImagesOptionsBuilder::new().all(false);
        // Only newer engines know that list; an older one would refuse the whole question.
        let options = options.manifests(self.speaks(1, 47)).build();
        let (images, containers) = tokio::join!(
            self.docker().list_images(Some(options)),
            self.containers(None, false)
        );
        let users = users(containers?);
        let mut images: Vec<LocalImage> = images?
            .into_iter()
            .map(|summary| listed(summary, &users))
            .collect();
        images.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        Ok(images)
    }

    /// One image, by a name or an id.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where the engine has none of that name.
    pub async fn image(&self, name: &str) -> Result<ImageDetail> {
        let found = self.docker().inspect_image(&escaped(name)).await;
        found.map(detail).map_err(|error| {
            let error = Error::from(error);
            match error.kind() {
                ErrorKind::NotFound => Error::new(
                    ErrorKind::NotFound,
                    format!("the engine has no image {name}"),
                    "Build or pull it first; hallmark images shows what is there.",
                ),
                _ => error,
            }
        })
    }

    /// Adds a name to an image; takes none away from it.
    ///
    /// # Errors
    /// Where there is no such image, or the name is none.
    pub async fn tag(&self, image: &str, repository: &str, tag: &str) -> Result<()> {
        let options = TagImageOptionsBuilder::new().repo(repository).tag(tag);
        self.docker()
            .tag_image(&escaped(image), Some(options.build()))
            .await?;
        Ok(())
    }

    /// Takes one name from an image that has others.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] where it is the last one: that would remove the image, which is
    /// another question.
    pub async fn untag(&self, name: &str) -> Result<Removed> {
        let image = self.image(name).await?;
        if image.names.len() < 2 {
            return Err(Error::new(
                ErrorKind::InUse,
                format!("{name} is the only name of that image: taking it away removes the image"),
                "Remove the image, or give it another name first.",
            ));
        }
        self.remove(name, false).await
    }

    /// Removes an image by its id, with all its names; or takes a name from it, and removes it
    /// where that was the last one.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] where a container was made of it; `force` allows that for containers
    /// that do not run.
    pub async fn remove(&self, name: &str, force: bool) -> Result<Removed> {
        let options = RemoveImageOptionsBuilder::new().force(force).build();
        let gone = self
            .docker()
            .remove_image(&escaped(name), Some(options), None)
            .await
            .map_err(|error| {
                let error = Error::from(error);
                match error.kind() {
                    ErrorKind::InUse => Error::new(
                        ErrorKind::InUse,
                        format!("{name} is still used: {error}"),
                        "Remove its containers first, or its other names.",
                    ),
                    _ => error,
                }
            })?;
        Ok(removed(gone, 0))
    }

    /// Removes images that no container uses: those without a name, or all.
    ///
    /// # Errors
    /// Where the engine does not answer.
    pub async fn prune_images(&self, all: bool) -> Result<Removed> {
        let only_unnamed = if all { "false" } else { "true" };
        let filters = HashMap::from([("dangling", vec![only_unnamed])]);
        let options = PruneImagesOptionsBuilder::new().filters(&filters).build();
        let gone = match self.docker().prune_images(Some(options)).await {
            Ok(gone) => gone,
            Err(error) => {
                let error = Error::from(error);
                // Podman 4.3 adds a filter of its own to this one, and then refuses both.
                return match all && error.message().contains("\"dangling\" filter") {
                    true => self.remove_unused().await,
                    false => Err(error),
                };
            }
        };
        let bytes = gone.space_reclaimed.and_then(|bytes| bytes.try_into().ok());
        Ok(removed(
            gone.images_deleted.unwrap_or_default(),
            bytes.unwrap_or_default(),
        ))
    }

    /// Every image that no container uses, one by one.
    async fn remove_unused(&self) -> Result<Removed> {
        let mut all = Removed::default();
        for image in self.images().await? {
            if !image.used_by.is_empty() {
                continue;
            }
            match self.remove(&image.id, true).await {
                Ok(gone) => {
                    all.untagged.extend(image.names);
                    all.deleted.extend(gone.deleted);
                    all.bytes += image.size;
                }
                // Another is built on it, or it went with one before.
                Err(error) if matches!(error.kind(), ErrorKind::InUse | ErrorKind::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }
}

/// A name as a part of a path. A repository's slashes stay: the engine's router wants them so.
fn escaped(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:@._-".contains(&byte);
    name.bytes().fold(String::new(), |mut text, byte| {
        use std::fmt::Write as _;
        match plain(byte) {
            true => text.push(char::from(byte)),
            false => drop(write!(text, "%{byte:02X}")),
        }
        text
    })
}

/// The containers of each image, by its id.
fn users(containers: Vec<Listed>) -> HashMap<String, Vec<String>> {
    let mut users: HashMap<String, Vec<String>> = HashMap::new();
    for container in containers {
        let name = container.names.first();
        let name = name.map(|name| name.trim_start_matches('/').to_owned());
        let name = name.unwrap_or(container.id);
        if let Some(image) = container.image_id {
            users.entry(image).or_default().push(name);
        }
    }
    users
}

fn listed(summary: ImageSummary, users: &HashMap<String, Vec<String>>) -> LocalImage {
    let mut platforms = BTreeSet::new();
    let mut used_by = users.get(&summary.id).cloned().unwrap_or_default();
    for manifest in summary.manifests.into_iter().flatten() {
        // An attestation is no platform that runs.
        let is_image = manifest.kind == Some(ImageManifestSummaryKindEnum::IMAGE);
        let Some(data) = manifest.image_data.filter(|_| is_image) else {
            continue;
        };
        if manifest.available {
            platforms.insert(platform(
                data.platform.os.as_deref(),
                data.platform.architecture.as_deref(),
                data.platform.variant.as_deref(),
            ));
        }
        used_by.extend(users.get(&manifest.id).into_iter().flatten().cloned());
    }
    used_by.sort();
    used_by.dedup();
    LocalImage {
        names: named(summary.repo_tags),
        digests: known(summary.repo_digests),
        size: summary.size.try_into().unwrap_or_default(),
        created: moment(summary.created),
        labels: summary.labels.into_iter().collect(),
        platforms: platforms
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect(),
        used_by,
        id: summary.id,
    }
}

fn named(tags: Vec<String>) -> Vec<String> {
    let mut names = tags;
    names.retain(|name| !name.contains(NONE));
    names.sort();
    names.dedup();
    names
}

/// An image that only ever had a digest's name stands there as `<none>@…` too.
fn known(digests: Vec<String>) -> Vec<String> {
    named(digests)
}

/// Seconds since 1970; engines say 0 or less where nobody said when.
fn moment(seconds: i64) -> Option<Timestamp> {
    (seconds > 0)
        .then(|| Timestamp::from_second(seconds).ok())
        .flatten()
}

fn platform(os: Option<&str>, architecture: Option<&str>, variant: Option<&str>) -> String {
    let parts = [os, architecture, variant];
    let parts: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    parts.join("/")
}

fn detail(found: ImageInspect) -> ImageDetail {
    let config = found.config.unwrap_or_default();
    let created = found.created.map(|at| at.timestamp());
    let test = config
        .healthcheck
        .and_then(|check| check.test)
        .unwrap_or_default();
    let none = test.first().is_some_and(|word| word == "NONE");
    let mut ports = config.exposed_ports.unwrap_or_default();
    ports.sort();
    ImageDetail {
        id: found.id.unwrap_or_default(),
        names: named(found.repo_tags.unwrap_or_default()),
        digests: known(found.repo_digests.unwrap_or_default()),
        size: found
            .size
            .and_then(|size| size.try_into().ok())
            .unwrap_or_default(),
        created: created.and_then(moment),
        platform: platform(
            found.os.as_deref(),
            found.architecture.as_deref(),
            found.variant.as_deref(),
        ),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
        user: config.user.unwrap_or_default(),
        ports,
        environment: config.env.unwrap_or_default(),
        labels: config.labels.unwrap_or_default().into_iter().collect(),
        healthcheck: if none { Vec::new() } else { test },
        layers: found.root_fs.and_then(|fs| fs.layers).unwrap_or_default(),
    }
}

fn removed(items: Vec<ImageDeleteResponseItem>, bytes: u64) -> Removed {
    let mut gone = Removed {
        bytes,
        ..Removed::default()
    };
    for item in items {
        gone.untagged.extend(item.untagged);
        gone.deleted.extend(item.deleted);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_place_in_the_path() {
        assert_eq!(
            escaped("host:5000/a/b:1.2@sha256:ab"),
            "host:5000/a/b:1.2@sha256:ab"
        );
        assert_eq!(escaped("a?force=1#x %"), "a%3Fforce%3D1%23x%20%25");
    }

    /// As Docker's classic store lists them.
    #[test]
    fn the_classic_store_has_names_digests_and_users() {
        let json = r#"{"Containers":-1,"Created":1767225600,"Id":"sha256:aa","Labels":null,"ParentId":"",
            "RepoDigests":["r.io/shop/cart@sha256:bb","<none>@<none>"],
            "RepoTags":["r.io/shop/cart:1.5","cart:dev","<none>:<none>"],"SharedSize":-1,"Size":1234}"#;
        let json = json.replace("\"Labels\":null", "\"Labels\":{\"a\":\"b\"}");
        let summary: ImageSummary = serde_json::from_str(&json).unwrap();
        let container: Listed =
            serde_json::from_str(r#"{"Id":"c1","Names":["/web"],"ImageID":"sha256:aa"}"#).unwrap();
        let image = listed(summary, &users(vec![container]));
        assert_eq!(image.names, ["cart:dev", "r.io/shop/cart:1.5"]);
        assert_eq!(image.digests, ["r.io/shop/cart@sha256:bb"]);
        assert_eq!(image.used_by, ["web"]);
        assert_eq!(image.created.unwrap().to_string(), "2026-01-01T00:00:00Z");
    }

    /// As containerd's store lists an index that a build attested.
    #[test]
    fn containerds_store_tells_platforms_and_leaves_attestations_out() {
        let json = r#"{"Containers":1,"Created":1767225600,"Id":"sha256:index","Labels":{},"ParentId":"",
            "RepoDigests":["cart@sha256:index"],"RepoTags":["cart:1"],"SharedSize":-1,"Size":99,
            "Manifests":[
              {"ID":"sha256:m1","Descriptor":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:m1","size":5},
               "Available":true,"Size":{"Content":1,"Total":2},"Kind":"image",
               "ImageData":{"Platform":{"architecture":"arm64","os":"linux","variant":"v8"},"Containers":[],"Size":{"Unpacked":1}}},
              {"ID":"sha256:m2","Descriptor":{"digest":"sha256:m2","size":5},"Available":true,
               "Size":{"Content":1,"Total":2},"Kind":"attestation","AttestationData":{"For":"sha256:m1"}}]}"#;
        let summary: ImageSummary = serde_json::from_str(json).unwrap();
        let container: Listed =
            serde_json::from_str(r#"{"Id":"c1","Names":["/web"],"ImageID":"sha256:m1"}"#).unwrap();
        let image = listed(summary, &users(vec![container]));
        assert_eq!(image.platforms, ["linux/arm64/v8"]);
        assert_eq!(image.used_by, ["web"]);
        assert_eq!(image.digests, ["cart@sha256:index"]);
    }

    #[test]
    fn a_switched_off_health_check_is_none() {
        let json = r#"{"Id":"sha256:a","Created":"2026-01-01T00:00:00Z","Os":"linux","Architecture":"amd64",
            "Size":5,"Config":{"Healthcheck":{"Test":["NONE"]},"User":"1000","Cmd":["run"]},
            "RootFS":{"Type":"layers","Layers":["sha256:l"]}}"#;
        let image = detail(serde_json::from_str(json).unwrap());
        assert!(image.healthcheck.is_empty());
        assert_eq!(image.platform, "linux/amd64");
        assert_eq!(image.layers, ["sha256:l"]);
    }
}
