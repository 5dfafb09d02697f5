//! Images of a size that a test chooses, with layers that nothing can compress: an index of
//! four platforms, as most teams publish one, and an image with a single layer.

use crate::{distribution::Distribution, surgeon::Surgeon};
use bytes::Bytes;
use hallmark_image::{Algorithm, Descriptor, Digest, Hasher, Manifest, Platform, media_type};
use serde_json::{Value, json};
use std::{fs, io::Write, path::Path};

const PLATFORMS: [&str; 4] = ["amd64", "arm64", "ppc64le", "s390x"];
/// Layers of each platform; with their configurations they are 24 blobs.
const LAYERS: u64 = 5;

/// How much of a large blob is made at once, bytes.
const CHUNK: usize = 8 * 1024 * 1024;

/// An image with all that it lists.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What a tag names.
    pub manifest: Manifest,
    /// What an index lists.
    pub children: Vec<Manifest>,
    /// Configurations and layers.
    pub blobs: Vec<Bytes>,
}

/// An index of four platforms: 5 manifests and 24 blobs. Another `seed` is another image.
pub fn multi(seed: u64, layer: usize) -> Sample {
    let (mut children, mut blobs, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    for (at, architecture) in (0..).zip(PLATFORMS) {
        let first = (seed * 4 + at) * LAYERS;
        let layers = (first..first + LAYERS).map(|seed| noise(seed, layer));
        let one = single(architecture, layers.collect());
        let platform = Platform::new("linux", architecture);
        listed.push(one.manifest.descriptor().on(platform));
        children.push(one.manifest);
        blobs.extend(one.blobs);
    }
    let index = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_INDEX,
        "manifests": listed,
    });
    Sample {
        manifest: Manifest::parse(index.to_string(), None).unwrap(),
        children,
        blobs,
    }
}

/// An image with these layers.
pub fn single(architecture: &str, layers: Vec<Bytes>) -> Sample {
    let descriptors: Vec<_> = layers
        .iter()
        .map(|layer| Descriptor::of(media_type::OCI_LAYER_GZIP, layer))
        .collect();
    let config = config(architecture, &descriptors);
    let manifest = image(
        &Descriptor::of(media_type::OCI_CONFIG, &config),
        &descriptors,
    );
    Sample {
        manifest,
        children: Vec::new(),
        blobs: [vec![config], layers].concat(),
    }
}

/// Puts an image of one blob into `repository`, under the tag `v1`: of so many bytes, made in
/// `folder` and moved to where the registry keeps its blobs.
pub fn large(registry: &Distribution, repository: &str, bytes: u64, folder: &Path) {
    let mut hasher = Hasher::new(Algorithm::Sha256);
    let path = folder.join("large");
    let mut file = fs::File::create(&path).unwrap();
    let mut left = bytes;
    while left > 0 {
        let piece = noise(left, CHUNK.min(usize::try_from(left).unwrap()));
        hasher.update(&piece);
        file.write_all(&piece).unwrap();
        left -= piece.len() as u64;
    }
    let layer = Descriptor::new(media_type::OCI_LAYER_GZIP, hasher.finish(), bytes);
    registry.shelve(repository, &layer.digest, &path);
    let layers = [layer];
    let config = config("amd64", &layers);
    let sample = Sample {
        manifest: image(&Descriptor::of(media_type::OCI_CONFIG, &config), &layers),
        children: Vec::new(),
        blobs: vec![config],
    };
    let place = format!("{}/{repository}", registry.bare);
    Surgeon::anonymous(&registry.bare).stock(&place, "v1", &sample);
}

/// The configuration of an image with these layers.
fn config(architecture: &str, layers: &[Descriptor]) -> Bytes {
    let ids: Vec<&Digest> = layers.iter().map(|layer| &layer.digest).collect();
    let config: Value = json!({
        "architecture": architecture,
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ids},
    });
    config.to_string().into()
}

/// The manifest of an image with this configuration and these layers.
pub fn image(config: &Descriptor, layers: &[Descriptor]) -> Manifest {
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": config,
        "layers": layers,
    });
    Manifest::parse(manifest.to_string(), None).unwrap()
}

/// Bytes as if by chance (SplitMix64), always the same for a seed.
pub fn noise(seed: u64, length: usize) -> Bytes {
    let mut state = seed.wrapping_mul(0x2545_F491_4F6C_DD1D);
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).to_le_bytes()
    };
    let words = length.div_ceil(8);
    let mut bytes: Vec<u8> = (0..words).flat_map(|_| next()).collect();
    bytes.truncate(length);
    bytes.into()
}
