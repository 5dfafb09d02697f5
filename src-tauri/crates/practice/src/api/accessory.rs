//! The SBOM that Harbor hangs on an image by itself, where a project asks for it.

use crate::{app::App, problem::Problem, store::Kept};
use hallmark_image::{Descriptor, Manifest, ManifestError, RepositoryName, media_type};
use serde_json::json;

/// Media type of the configuration, and so the artifact type, of Harbor's own SBOM.
const SBOM: &str = "application/vnd.goharbor.harbor.sbom.v1";

/// Hangs an SBOM on an image; on what is itself attached, or is an index, it hangs none.
pub(super) async fn hang(
    app: &App,
    name: &RepositoryName,
    image: &Manifest,
) -> Result<(), Problem> {
    if image.subject().is_some() || image.config().is_none() || image.artifact_type().is_some() {
        return Ok(());
    }
    let sbom = json!({ "spdxVersion": "SPDX-2.3", "name": name, "packages": [] }).to_string();
    let config = json!({ "architecture": "", "os": "", "rootfs": { "type": "layers" } });
    let config = config.to_string();
    let accessory = accessory(image, &config, &sbom)
        .map_err(|error| Problem::manifest_invalid(error.to_string()))?;
    let blobs = vec![config, sbom].into_iter().map(|text| {
        let digest = hallmark_image::Digest::sha256(&text);
        (digest, text.into())
    });
    app.store.keep_blobs(name, blobs.collect()).await?;
    let (kept, bytes) = (Kept::of(&accessory), accessory.bytes().clone());
    Ok(app
        .store
        .keep_manifest(name, kept, bytes, Vec::new())
        .await?)
}

fn accessory(image: &Manifest, config: &str, sbom: &str) -> Result<Manifest, ManifestError> {
    let text = json!({
        "schemaVersion": 2,
        "mediaType": media_type::OCI_MANIFEST,
        "config": Descriptor::of(SBOM, config.as_bytes()),
        "layers": [Descriptor::of(media_type::OCI_LAYER_GZIP, sbom.as_bytes())],
        "subject": image.descriptor(),
    });
    Manifest::parse(text.to_string(), None)
}
