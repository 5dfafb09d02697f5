//! The ground floor: the names and bytes of container images.
//!
//! References, digests, platforms and manifests are parsed once, here, into types that
//! cannot hold a bad value. Manifests keep the exact bytes they came as, and nothing in this
//! crate knows a network, a disk or a clock.

mod descriptor;
mod digest;
mod manifest;
pub mod media_type;
mod platform;
mod reference;

pub use descriptor::Descriptor;
pub use digest::{Algorithm, Digest, DigestError, Hasher};
pub use manifest::{Artifact, Kind, MAX_MANIFEST_BYTES, Manifest, ManifestError};
pub use oci_spec::image::ImageConfiguration;
pub use platform::{Platform, PlatformError};
pub use reference::{Host, Reference, ReferenceError, Repository, RepositoryName, Tag};
