//! Which product a registry is, where that makes a difference.
//!
//! All of them speak the distribution protocol; they differ in how one logs in, in what they
//! list, and in the interface of their own beside it.

use hallmark_image::Host;
use serde::{Deserialize, Serialize};

/// The products that people have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegistryKind {
    /// Docker Hub.
    Hub,
    /// Mirantis Secure Registry, once Docker Trusted Registry.
    Msr,
    /// Harbor.
    Harbor,
    /// Quay, as quay.io or in the house.
    Quay,
    /// GitHub's container registry.
    Ghcr,
    /// GitLab's container registry.
    Gitlab,
    /// Amazon Elastic Container Registry.
    Ecr,
    /// Azure Container Registry.
    Acr,
    /// Google Artifact Registry.
    GoogleArtifactRegistry,
    /// JFrog Artifactory.
    Jfrog,
    /// Sonatype Nexus.
    Nexus,
    /// A registry of one's own: distribution, zot and the like.
    Private,
}

impl RegistryKind {
    /// What a host's name tells; [`Private`](Self::Private) where it tells nothing.
    pub fn guess(host: &Host) -> Self {
        let name = host.as_str().split(':').next().unwrap_or_default();
        let under = |domain: &str| {
            name.strip_suffix(domain)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let amazon = under("amazonaws.com") || under("amazonaws.com.cn");
        match name {
            _ if host.is_docker_hub() => Self::Hub,
            "ghcr.io" => Self::Ghcr,
            "quay.io" => Self::Quay,
            "registry.gitlab.com" => Self::Gitlab,
            "public.ecr.aws" => Self::Ecr,
            "gcr.io" => Self::GoogleArtifactRegistry,
            _ if amazon && name.contains(".dkr.ecr") => Self::Ecr,
            _ if under("azurecr.io") || under("azurecr.cn") => Self::Acr,
            _ if under("gcr.io") || name.ends_with("-docker.pkg.dev") => {
                Self::GoogleArtifactRegistry
            }
            _ if under("jfrog.io") => Self::Jfrog,
            _ => Self::Private,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_known_host_tells_its_product_and_a_look_alike_does_not() {
        for (host, kind) in [
            ("docker.io", RegistryKind::Hub),
            ("ghcr.io", RegistryKind::Ghcr),
            ("quay.io", RegistryKind::Quay),
            ("registry.gitlab.com", RegistryKind::Gitlab),
            (
                "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
                RegistryKind::Ecr,
            ),
            ("public.ecr.aws", RegistryKind::Ecr),
            ("payments.azurecr.io", RegistryKind::Acr),
            (
                "europe-west3-docker.pkg.dev",
                RegistryKind::GoogleArtifactRegistry,
            ),
            ("eu.gcr.io", RegistryKind::GoogleArtifactRegistry),
            ("payments.jfrog.io", RegistryKind::Jfrog),
            ("registry.example.com:5000", RegistryKind::Private),
            ("notazurecr.io", RegistryKind::Private),
            ("ghcr.io.example.com", RegistryKind::Private),
        ] {
            assert_eq!(RegistryKind::guess(&host.parse().unwrap()), kind, "{host}");
        }
    }

    #[test]
    fn its_name_in_a_file_is_plain() {
        let text = serde_json::to_string(&RegistryKind::GoogleArtifactRegistry).unwrap();
        assert_eq!(text, "\"google-artifact-registry\"");
    }
}
