//! The registries that people have, each as a set of habits, so that a client can be tried
//! against all of them on one machine. Only tests play.
//!
//! What each does was read in its documentation and its source; distribution 2.8 was asked
//! itself (`tests/personas.rs` says what).

use crate::{
    Access, Config, User,
    habits::{Catalog, Habits, Immutable, LimitStyle, RateLimit},
};
use std::time::Duration;

/// Which registry is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Persona {
    /// None but the practice registry itself.
    #[default]
    Practice,
    /// CNCF Distribution 2.8 (`registry:2`): no referrers API, a tag cannot be deleted.
    Distribution28,
    /// Docker Hub: tokens and blobs on other origins, library names, no catalogue, pull limits.
    DockerHub,
    /// Mirantis Secure Registry, once Docker Trusted Registry: tokens at `/auth/token` of the
    /// same origin, usually behind a private certificate authority (give it as `Config::tls`).
    Msr,
    /// Harbor: catalogue for administrators only, referrers API, an SBOM on every image.
    Harbor,
    /// Quay.
    Quay,
    /// GitLab: tokens on another origin, no catalogue, rate limits.
    GitLab,
    /// Amazon ECR: blobs from a storage of their own, tags that do not move.
    Ecr,
    /// Azure Container Registry: tags that are locked.
    Acr,
    /// Google Artifact Registry: tags that do not move.
    ArtifactRegistry,
    /// A registry that honours `?tag=` and echoes `OCI-Tag`.
    TagEcho,
}

impl Persona {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Practice,
        Self::Distribution28,
        Self::DockerHub,
        Self::Msr,
        Self::Harbor,
        Self::Quay,
        Self::GitLab,
        Self::Ecr,
        Self::Acr,
        Self::ArtifactRegistry,
        Self::TagEcho,
    ];

    /// How it goes about things.
    pub fn habits(self) -> Habits {
        let usual = Habits::default();
        match self {
            Self::Practice => usual,
            Self::TagEcho => Habits {
                echo_tags: true,
                ..usual
            },
            Self::Distribution28 => Habits {
                delete_tags: false,
                ..usual
            },
            Self::Msr => Habits {
                token_path: "/auth/token",
                catalog: Catalog::Administrators,
                delete_tags: false,
                ..usual
            },
            Self::Harbor => Habits {
                token_path: "/service/token",
                service: "harbor-registry",
                catalog: Catalog::Administrators,
                sbom_accessory: true,
                ..usual
            },
            Self::Quay => Habits {
                token_path: "/v2/auth",
                ..usual
            },
            Self::DockerHub | Self::GitLab => self.hosted(),
            Self::Ecr | Self::Acr | Self::ArtifactRegistry => self.of_a_cloud(),
        }
    }

    fn hosted(self) -> Habits {
        let limit = |allowed, seconds, style| {
            Some(RateLimit {
                allowed,
                window: Duration::from_secs(seconds),
                style,
            })
        };
        let apart = Habits {
            tokens_apart: true,
            blobs_apart: true,
            catalog: Catalog::Nobody,
            ..Habits::default()
        };
        match self {
            Self::DockerHub => Habits {
                service: "registry.docker.io",
                library_names: true,
                rate_limit: limit(100, 6 * 3600, LimitStyle::DockerHub),
                ..apart
            },
            _ => Habits {
                token_path: "/jwt/auth",
                service: "container_registry",
                rate_limit: limit(2000, 60, LimitStyle::GitLab),
                ..apart
            },
        }
    }

    fn of_a_cloud(self) -> Habits {
        let (token_path, immutable) = match self {
            Self::Ecr => ("/token", Immutable::Ecr),
            Self::Acr => ("/oauth2/token", Immutable::Acr),
            _ => ("/v2/token", Immutable::ArtifactRegistry),
        };
        Habits {
            token_path,
            blobs_apart: true,
            immutable: Some(immutable),
            catalog: match self {
                Self::ArtifactRegistry => Catalog::Nobody,
                _ => Catalog::Everybody,
            },
            ..Habits::default()
        }
    }

    /// Whether it has the referrers API.
    fn has_referrers(self) -> bool {
        !matches!(self, Self::Distribution28 | Self::Msr | Self::GitLab)
    }

    /// Who may come in: ECR takes its password on every request, the others give tokens.
    fn access(self, users: Vec<User>) -> Access {
        match self {
            _ if users.is_empty() => Access::Open,
            Self::Ecr | Self::Distribution28 => Access::Basic(users),
            Self::DockerHub | Self::Quay => Access::Bearer {
                users,
                anonymous_pull: true,
                lifetime: Duration::from_secs(300),
            },
            _ => Access::bearer(users),
        }
    }
}

impl Config {
    /// That registry, in memory, for these users; open where there are none.
    pub fn playing(persona: Persona, users: Vec<User>) -> Self {
        Self {
            access: persona.access(users),
            referrers: persona.has_referrers(),
            habits: persona.habits(),
            persona,
            ..Self::default()
        }
    }
}
