//! The media types Hallmark reads and writes, by the names their specifications give them.

/// OCI image manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// OCI image index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// OCI image configuration.
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// OCI layer, tar and gzip.
pub const OCI_LAYER_GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// OCI layer, plain tar.
pub const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// The empty JSON object, `{}`, as a configuration (OCI image-spec, "Guidance for an Empty Descriptor").
pub const OCI_EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// Docker image manifest, schema 2.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// Docker manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// Docker image configuration.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
/// Sigstore bundle, version 0.3.
pub const SIGSTORE_BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// DSSE envelope.
pub const DSSE: &str = "application/vnd.dsse.envelope.v1+json";
/// DSSE payload type of an in-toto statement.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";
/// A JUnit XML report.
pub const JUNIT: &str = "application/junit+xml";
/// A JSON document whose format its content tells.
pub const JSON: &str = "application/json";
/// Hallmark's signed workspace document.
pub const HALLMARK_WORKSPACE: &str = "application/vnd.hallmark.workspace.v1+json";
/// Hallmark's review request.
pub const HALLMARK_REQUEST: &str = "application/vnd.hallmark.request.v1+json";
/// Hallmark's list of adopted images.
pub const HALLMARK_ADOPTION: &str = "application/vnd.hallmark.adoption.v1+json";
/// The anchor that all waivers of a repository hang on.
pub const HALLMARK_WAIVERS: &str = "application/vnd.hallmark.waivers.v1+json";

/// What is asked for when a manifest is fetched, most specific first.
pub const MANIFESTS: [&str; 4] = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST];

/// Whether `media_type` is an index: a list of manifests.
pub fn is_index(media_type: &str) -> bool {
    matches!(media_type, OCI_INDEX | DOCKER_LIST)
}

/// Whether `media_type` is one image's (or artifact's) manifest.
pub fn is_manifest(media_type: &str) -> bool {
    matches!(media_type, OCI_MANIFEST | DOCKER_MANIFEST)
}

/// A Content-Type header without its parameters, in lower case.
pub fn essence(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}
