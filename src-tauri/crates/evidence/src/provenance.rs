//! How and where an image was built, by its provenance's own account.

use crate::Shared;
use hallmark_image::Digest;
use jiff::Timestamp;
use serde::Serialize;

/// What a provenance says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Provenance {
    /// Who built it.
    pub builder: Option<Shared>,
    /// How, by the id of the sort of build.
    pub build_type: Option<Shared>,
    /// The repository it was built from.
    pub source: Option<Shared>,
    /// The commit of that repository.
    pub commit: Option<Shared>,
    /// What was run there: a workflow, a Dockerfile.
    pub entry_point: Option<Shared>,
    /// The run, by the builder's own name for it.
    pub invocation: Option<Shared>,
    /// When the build began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// All that went into it, the images it was built on among it.
    pub materials: Vec<Material>,
}

/// One thing that went into a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Material {
    /// Its name: a URI, often a package URL.
    pub uri: Shared,
    /// Its digest, where it is one of those that name images and files.
    pub digest: Option<Digest>,
    /// Whether it is an image.
    pub is_image: bool,
}

impl Provenance {
    /// The images that it was built on or with.
    pub fn images(&self) -> impl Iterator<Item = &Material> {
        self.materials.iter().filter(|material| material.is_image)
    }
}
