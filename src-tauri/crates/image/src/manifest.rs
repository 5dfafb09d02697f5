//! Manifests and indexes, which keep the exact bytes they came as.
//!
//! A promotion moves bytes, never a re-serialised copy: the digest of a [`Manifest`] is
//! computed from what it came as, and writing it back writes that. What is read out of the
//! bytes is for looking, not for sending.

use crate::{Descriptor, Digest, DigestError, Platform, media_type};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most a manifest may weigh, bytes (distribution-spec asks registries for 4 MiB).
pub const MAX_MANIFEST_BYTES: usize = 4 * 1024 * 1024;

/// One manifest or index: its bytes, their digest, and what they say.
#[derive(Clone, Debug)]
pub struct Manifest {
    bytes: Bytes,
    digest: Digest,
    media_type: String,
    kind: Kind,
    artifact_type: Option<String>,
    subject: Option<Descriptor>,
    annotations: BTreeMap<String, String>,
}

/// What a manifest lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a manifest has one of these and most are images; a box would only cost them a step"
)]
pub enum Kind {
    /// One image or artifact.
    Image {
        /// The configuration.
        config: Descriptor,
        /// The layers, base first.
        layers: Vec<Descriptor>,
    },
    /// A list of manifests.
    Index {
        /// The children, in the order given.
        manifests: Vec<Descriptor>,
    },
}

/// Why bytes are not a manifest that can be trusted to mean one thing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Longer than [`MAX_MANIFEST_BYTES`].
    #[error("the manifest is {0} bytes long; the limit is {MAX_MANIFEST_BYTES}")]
    TooLarge(usize),
    /// Not JSON, or a field is missing or of the wrong type.
    #[error("the manifest cannot be read: {0}")]
    Json(String),
    /// Both `manifests` and `layers`: two readers could see two images (CVE-2021-41190).
    #[error(
        "the manifest has both “manifests” and “layers”: it could be read as two different images, so it is refused"
    )]
    Ambiguous,
    /// `mediaType` inside differs from the Content-Type it came with (CVE-2021-41190).
    #[error("the registry says the manifest is {outside}, the manifest itself says {inside}")]
    MediaTypeDiffers {
        /// Content-Type header.
        outside: String,
        /// `mediaType` field.
        inside: String,
    },
    /// Neither an image manifest nor an index.
    #[error("media type “{0}” is none that Hallmark can read")]
    Unsupported(String),
    /// Docker's form of before 2016: its layers are named in another way, and it is signed.
    #[error("it is an image of Docker's old form, schema 1, which Hallmark does not read")]
    SchemaOne,
    /// The bytes are not those that were asked for.
    #[error("the bytes have digest {found}, not {expected}")]
    DigestDiffers {
        /// What was asked for.
        expected: Digest,
        /// What came.
        found: Digest,
    },
}

impl From<DigestError> for ManifestError {
    fn from(error: DigestError) -> Self {
        Self::Json(error.to_string())
    }
}

/// The fields of both forms; unknown ones stay in the bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    schema_version: u32,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// Reads a manifest that came with `content_type`, if it came with one.
    ///
    /// # Errors
    /// [`ManifestError`] where the bytes are too long, cannot be read, or could mean two things.
    pub fn parse(
        bytes: impl Into<Bytes>,
        content_type: Option<&str>,
    ) -> Result<Self, ManifestError> {
        let bytes = bytes.into();
        if bytes.len() > MAX_MANIFEST_BYTES {
            return Err(ManifestError::TooLarge(bytes.len()));
        }
        let wire: Wire = serde_json::from_slice(&bytes)
            .map_err(|error| ManifestError::Json(error.to_string()))?;
        if wire.schema_version == 1 {
            return Err(ManifestError::SchemaOne);
        }
        if wire.schema_version != 2 {
            return Err(ManifestError::Unsupported(format!(
                "schema {}",
                wire.schema_version
            )));
        }
        let media_type = agreed_media_type(&wire, content_type)?;
        let kind = kind_of(&media_type, wire.config, wire.layers, wire.manifests)?;
        Ok(Self {
            digest: Digest::sha256(&bytes),
            bytes,
            media_type,
            kind,
            artifact_type: wire.artifact_type,
            subject: wire.subject,
            annotations: wire.annotations.unwrap_or_default(),
        })
    }

    /// As [`parse`](Self::parse), and the bytes must be those `expected` names.
    ///
    /// # Errors
    /// As `parse`, and [`ManifestError::DigestDiffers`].
    pub fn parse_exact(
        bytes: impl Into<Bytes>,
        content_type: Option<&str>,
        expected: &Digest,
    ) -> Result<Self, ManifestError> {
        let bytes = bytes.into();
        let found = Digest::of(expected.algorithm(), &bytes);
        if found != *expected {
            return Err(ManifestError::DigestDiffers {
                expected: expected.clone(),
                found,
            });
        }
        let mut manifest = Self::parse(bytes, content_type)?;
        manifest.digest = found;
        Ok(manifest)
    }

    /// The bytes it came as.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The digest of the bytes.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The media type, as the bytes and the registry agree on it.
    pub fn media_type(&self) -> &str {
        &self.media_type
    }

    /// What it lists.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Artifact type: the field, or for an artifact of the older form the configuration's media type.
    pub fn artifact_type(&self) -> Option<&str> {
        match (&self.artifact_type, &self.kind) {
            (Some(artifact_type), _) => Some(artifact_type),
            (None, Kind::Image { config, .. }) if !is_image_config(&config.media_type) => {
                Some(&config.media_type)
            }
            _ => None,
        }
    }

    /// The manifest this one is attached to.
    pub fn subject(&self) -> Option<&Descriptor> {
        self.subject.as_ref()
    }

    /// Annotations; foreign text.
    pub fn annotations(&self) -> &BTreeMap<String, String> {
        &self.annotations
    }

    /// The children of an index; empty for an image.
    pub fn children(&self) -> &[Descriptor] {
        match &self.kind {
            Kind::Index { manifests } => manifests,
            Kind::Image { .. } => &[],
        }
    }

    /// The configuration of an image.
    pub fn config(&self) -> Option<&Descriptor> {
        match &self.kind {
            Kind::Image { config, .. } => Some(config),
            Kind::Index { .. } => None,
        }
    }

    /// The layers of an image; empty for an index.
    pub fn layers(&self) -> &[Descriptor] {
        match &self.kind {
            Kind::Image { layers, .. } => layers,
            Kind::Index { .. } => &[],
        }
    }

    /// The images of an index with their platforms, without BuildKit's attestations.
    pub fn images(&self) -> impl Iterator<Item = (&Descriptor, Option<&Platform>)> {
        self.children()
            .iter()
            .map(|child| (child, child.platform.as_ref()))
            .filter(|(_, platform)| !platform.is_some_and(Platform::is_unknown))
    }

    /// A descriptor of this manifest.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(
            &self.media_type,
            self.digest.clone(),
            self.bytes.len() as u64,
        )
    }
}

fn is_image_config(media_type: &str) -> bool {
    matches!(
        media_type,
        media_type::OCI_CONFIG | media_type::DOCKER_CONFIG | media_type::OCI_EMPTY
    )
}

fn agreed_media_type(wire: &Wire, content_type: Option<&str>) -> Result<String, ManifestError> {
    if wire.manifests.is_some() && (wire.layers.is_some() || wire.config.is_some()) {
        return Err(ManifestError::Ambiguous);
    }
    let outside = content_type
        .map(media_type::essence)
        .filter(|outside| media_type::is_index(outside) || media_type::is_manifest(outside));
    match (outside, wire.media_type.clone()) {
        (Some(outside), Some(inside)) if outside != inside => {
            Err(ManifestError::MediaTypeDiffers { outside, inside })
        }
        (Some(agreed), _) | (None, Some(agreed)) => Ok(agreed),
        // OCI 1.0 manifests may leave both out; what they list decides.
        (None, None) if wire.manifests.is_some() => Ok(media_type::OCI_INDEX.to_owned()),
        (None, None) => Ok(media_type::OCI_MANIFEST.to_owned()),
    }
}

fn kind_of(
    media_type: &str,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
) -> Result<Kind, ManifestError> {
    let missing = |field: &str| ManifestError::Json(format!("the field “{field}” is missing"));
    if media_type::is_index(media_type) {
        let manifests = manifests.ok_or_else(|| missing("manifests"))?;
        return Ok(Kind::Index { manifests });
    }
    if !media_type::is_manifest(media_type) {
        return Err(ManifestError::Unsupported(
            media_type.chars().take(120).collect(),
        ));
    }
    Ok(Kind::Image {
        config: config.ok_or_else(|| missing("config"))?,
        layers: layers.ok_or_else(|| missing("layers"))?,
    })
}

/// An artifact's manifest to be written: the OCI 1.1 form with `artifactType` and `subject`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Artifact {
    schema_version: u32,
    media_type: &'static str,
    artifact_type: String,
    config: Descriptor,
    layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
}

impl Artifact {
    /// An artifact of `layers`, with the empty configuration.
    pub fn new(artifact_type: impl Into<String>, layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: media_type::OCI_MANIFEST,
            artifact_type: artifact_type.into(),
            config: Descriptor::empty(),
            layers,
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// Attached to `subject`.
    #[must_use]
    pub fn about(mut self, subject: &Descriptor) -> Self {
        self.subject = Some(Descriptor::new(
            &subject.media_type,
            subject.digest.clone(),
            subject.size,
        ));
        self
    }

    /// With one more annotation.
    #[must_use]
    pub fn annotated(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.annotations.insert(key.into(), value.into());
        self
    }

    /// The manifest, serialised once and for all.
    ///
    /// # Errors
    /// [`ManifestError::TooLarge`] where annotations make it longer than a manifest may be.
    pub fn build(&self) -> Result<Manifest, ManifestError> {
        let bytes =
            serde_json::to_vec(self).map_err(|error| ManifestError::Json(error.to_string()))?;
        Manifest::parse(bytes, Some(media_type::OCI_MANIFEST))
    }
}

#[cfg(test)]
mod tests;
