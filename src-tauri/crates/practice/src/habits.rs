//! The habits in which registries differ, one by one. The default is a registry that does all
//! of distribution-spec 1.1 and nothing beyond it; a persona is a set of them.

use std::time::Duration;

/// How a registry goes about things.
#[derive(Clone, Debug)]
pub struct Habits {
    /// The path under which tokens are had.
    pub token_path: &'static str,
    /// The name of the service in a challenge.
    pub service: &'static str,
    /// Tokens are had from another origin, the annexe.
    pub tokens_apart: bool,
    /// Blobs are downloaded from the annexe, where a redirect with a signature leads.
    pub blobs_apart: bool,
    /// Uploads go on at the annexe, under a `Location` with a signature.
    pub uploads_apart: bool,
    /// Who may list the repositories.
    pub catalog: Catalog,
    /// A name of one part is nobody's: `nginx` is `library/nginx`.
    pub library_names: bool,
    /// A tag can be deleted without the manifest that it names.
    pub delete_tags: bool,
    /// A manifest whose last tag moves away stays, and is still had by its digest.
    pub keeps_untagged: bool,
    /// `?tag=` on a manifest's PUT is honoured, and echoed in `OCI-Tag`. Otherwise it is passed
    /// over, and answered 201 all the same.
    pub echo_tags: bool,
    /// A blob is mounted where that can be done. Otherwise a mount is answered with 202 and an
    /// upload session.
    pub mounts: bool,
    /// Answers to a finished upload and to a manifest's PUT say where it is now.
    pub locations: bool,
    /// A tag that is there is not moved.
    pub immutable: Option<Immutable>,
    /// Requests are counted, and refused beyond a number.
    pub rate_limit: Option<RateLimit>,
    /// Bodies come in small pieces.
    pub drip: Option<Drip>,
    /// An SBOM hangs itself on every image that is pushed.
    pub sbom_accessory: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            token_path: "/token",
            service: "hallmark-practice",
            tokens_apart: false,
            blobs_apart: false,
            uploads_apart: false,
            catalog: Catalog::Everybody,
            library_names: false,
            delete_tags: true,
            keeps_untagged: true,
            echo_tags: false,
            mounts: true,
            locations: true,
            immutable: None,
            rate_limit: None,
            drip: None,
            sbom_accessory: false,
        }
    }
}

impl Habits {
    /// Whether there is a second origin at all.
    pub(crate) fn has_annexe(&self) -> bool {
        self.tokens_apart || self.blobs_apart || self.uploads_apart
    }
}

/// Who may list the repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Catalog {
    /// Whoever is let in.
    Everybody,
    /// Administrators only.
    Administrators,
    /// Nobody.
    Nobody,
}

/// Whose words are used for a tag that may not be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Immutable {
    /// Amazon ECR: 400 `TAG_INVALID`; the same image once more is refused as well.
    Ecr,
    /// Harbor: 412 `PRECONDITION`.
    Harbor,
    /// Azure: 405 `REGISTRY_DISALLOWED_OPERATION`.
    Acr,
    /// Google Artifact Registry: 400 `MANIFEST_INVALID`.
    ArtifactRegistry,
}

/// How many requests are taken, and in which headers that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests that are taken in a window.
    pub allowed: u32,
    /// How long a window is, from its first request on.
    pub window: Duration,
    /// Whose headers.
    pub style: LimitStyle,
}

/// What counts, and in which headers it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitStyle {
    /// Docker Hub: the GET of a manifest counts, a HEAD does not; `ratelimit-limit: 100;w=21600`
    /// and `ratelimit-remaining`, and no `Retry-After`.
    DockerHub,
    /// GitLab: everything counts; `RateLimit-Limit`, `-Remaining`, `-Reset` and `Retry-After`.
    GitLab,
}

/// How slowly a body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drip {
    /// Sent at once, bytes.
    pub piece: usize,
    /// Between two pieces, by tokio's clock.
    pub pause: Duration,
}
