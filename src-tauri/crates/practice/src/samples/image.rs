//! Builds a sample image: real layers, configurations and manifests for two platforms, small
//! enough to make on the spot and whole enough for any tool to copy and run a scan on.

use super::packages::{Ecosystem, Month, Package};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hallmark_image::{Descriptor, Digest, Manifest, ManifestError, Platform, media_type};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{io, io::Write};

/// What an image is made of.
pub(super) struct Recipe {
    pub(super) repository: &'static str,
    pub(super) tag: &'static str,
    pub(super) title: &'static str,
    pub(super) base: &'static str,
    pub(super) month: Month,
    /// Packages of the operating system, the base layer.
    pub(super) system: &'static [Package],
    /// Packages of the application; none for a base image.
    pub(super) application: &'static [Package],
    pub(super) command: &'static [&'static str],
    pub(super) created: Timestamp,
}

/// A built image.
pub(super) struct Built {
    pub(super) index: Manifest,
    pub(super) variants: Vec<Variant>,
}

/// The image of one platform.
pub(super) struct Variant {
    pub(super) platform: Platform,
    pub(super) manifest: Manifest,
    pub(super) config: Value,
    pub(super) config_bytes: Bytes,
    pub(super) layers: Vec<Layer>,
}

/// One layer, packed.
pub(super) struct Layer {
    pub(super) packed: Bytes,
    /// Digest of the tar before packing (image-spec, "Layer DiffID").
    pub(super) diff_id: Digest,
    made_by: String,
}

/// Why a sample cannot be built: a mistake in this crate, which its tests would show.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error(transparent)]
    Layer(#[from] io::Error),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Recipe {
    /// Where its source lives.
    pub(super) fn source(&self) -> String {
        format!("https://git.example.com/{}", self.repository)
    }

    /// The commit it was built from: made up, and always the same.
    fn revision(&self) -> String {
        let named = format!("{}:{}", self.repository, self.tag);
        Digest::sha256(named).hex()[..40].to_owned()
    }

    fn labels(&self) -> Value {
        json!({
            "org.opencontainers.image.base.name": self.base,
            "org.opencontainers.image.created": self.created.to_string(),
            "org.opencontainers.image.revision": self.revision(),
            "org.opencontainers.image.source": self.source(),
            "org.opencontainers.image.title": self.title,
            "org.opencontainers.image.version": self.tag,
        })
    }

    /// Every package with its version.
    pub(super) fn packages(&self) -> impl Iterator<Item = &'static Package> {
        self.system.iter().chain(self.application)
    }

    /// Builds it for linux/amd64 and linux/arm64.
    pub(super) fn build(&self) -> Result<Built, BuildError> {
        let variants = ["amd64", "arm64"]
            .into_iter()
            .map(|architecture| self.variant(architecture))
            .collect::<Result<Vec<_>, _>>()?;
        let children: Vec<Descriptor> = variants
            .iter()
            .map(|variant| variant.manifest.descriptor().on(variant.platform.clone()))
            .collect();
        let index = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_INDEX,
            "manifests": children,
            "annotations": self.labels(),
        });
        Ok(Built {
            index: Manifest::parse(index.to_string(), None)?,
            variants,
        })
    }

    fn variant(&self, architecture: &str) -> Result<Variant, BuildError> {
        let layers = self.layers(architecture)?;
        let config = self.config(architecture, &layers);
        let config_bytes = Bytes::from(config.to_string());
        let packed = |layer: &Layer| Descriptor::of(media_type::OCI_LAYER_GZIP, &layer.packed);
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": media_type::OCI_MANIFEST,
            "config": Descriptor::of(media_type::OCI_CONFIG, &config_bytes),
            "layers": layers.iter().map(packed).collect::<Vec<_>>(),
        });
        Ok(Variant {
            platform: Platform::new("linux", architecture),
            manifest: Manifest::parse(manifest.to_string(), None)?,
            config,
            config_bytes,
            layers,
        })
    }

    fn config(&self, architecture: &str, layers: &[Layer]) -> Value {
        let created = self.created.to_string();
        let mut history: Vec<Value> = layers
            .iter()
            .map(|layer| json!({ "created": created, "created_by": layer.made_by }))
            .collect();
        let command = format!("CMD {}", json!(self.command));
        history.push(json!({ "created": created, "created_by": command, "empty_layer": true }));
        let diff_ids: Vec<&Digest> = layers.iter().map(|layer| &layer.diff_id).collect();
        json!({
            "created": created,
            "architecture": architecture,
            "os": "linux",
            "config": {
                "User": "10001",
                "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                "Cmd": self.command,
                "WorkingDir": "/srv",
                "Labels": self.labels(),
            },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
            "history": history,
        })
    }

    fn layers(&self, architecture: &str) -> io::Result<Vec<Layer>> {
        let mut system = files_of_debian();
        let status = dpkg_status(self.system, self.month, architecture);
        system.push(("var/lib/dpkg/status".to_owned(), status));
        let made_by = format!("RUN apt-get -y upgrade # base {}", self.base);
        let mut layers = vec![layer(&system, made_by, self.created)?];
        if !self.application.is_empty() {
            let installed: Vec<(String, String)> = self
                .application
                .iter()
                .map(|package| metadata(package, self.month))
                .collect();
            let made_by = "COPY --from=build /srv /srv".to_owned();
            layers.push(layer(&installed, made_by, self.created)?);
        }
        let version = vec![("srv/VERSION".to_owned(), format!("{}\n", self.tag))];
        let made_by = "COPY VERSION /srv/VERSION".to_owned();
        layers.push(layer(&version, made_by, self.created)?);
        Ok(layers)
    }
}

impl Built {
    /// Configurations and layers, each once.
    pub(super) fn blobs(&self) -> Vec<Bytes> {
        let mut blobs: Vec<Bytes> = Vec::new();
        for variant in &self.variants {
            let layers = variant.layers.iter().map(|layer| &layer.packed);
            for blob in std::iter::once(&variant.config_bytes).chain(layers) {
                if !blobs.contains(blob) {
                    blobs.push(blob.clone());
                }
            }
        }
        blobs
    }
}

fn files_of_debian() -> Vec<(String, String)> {
    let release = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\n\
                   VERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n";
    vec![
        ("etc/debian_version".to_owned(), "12.12\n".to_owned()),
        ("etc/os-release".to_owned(), release.to_owned()),
    ]
}

fn dpkg_status(packages: &[Package], month: Month, architecture: &str) -> String {
    let entry = |package: &Package| {
        format!(
            "Package: {}\nStatus: install ok installed\nArchitecture: {architecture}\n\
             Version: {}\n\n",
            package.name,
            package.version(month)
        )
    };
    packages.iter().map(entry).collect()
}

/// The file by which a package manager, or a scanner, knows a package.
fn metadata(package: &Package, month: Month) -> (String, String) {
    let (name, version) = (package.name, package.version(month));
    match package.ecosystem {
        Ecosystem::Node => (
            format!("srv/node_modules/{name}/package.json"),
            json!({ "name": name, "version": version }).to_string(),
        ),
        Ecosystem::Debian | Ecosystem::Python => (
            format!("srv/lib/python3.11/site-packages/{name}-{version}.dist-info/METADATA"),
            format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
        ),
    }
}

fn layer(files: &[(String, String)], made_by: String, created: Timestamp) -> io::Result<Layer> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(created.as_second().unsigned_abs());
        archive.append_data(&mut header, path, content.as_bytes())?;
    }
    let plain = archive.into_inner()?;
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(&plain)?;
    Ok(Layer {
        packed: packer.finish()?.into(),
        diff_id: Digest::sha256(&plain),
        made_by,
    })
}
