//! What each kind of registry asks of somebody who logs in: facts for the window and the
//! command alike, and nowhere else.

use crate::{dto::RegistryKindInfo, error::Result};
use hallmark_registry::RegistryKind as Kind;
use std::time::Duration;

/// Every kind, in the order in which it is offered.
pub fn kinds() -> Vec<RegistryKindInfo> {
    [
        Kind::Hub,
        Kind::Msr,
        Kind::Harbor,
        Kind::Quay,
        Kind::Ghcr,
        Kind::Gitlab,
        Kind::Ecr,
        Kind::Acr,
        Kind::GoogleArtifactRegistry,
        Kind::Jfrog,
        Kind::Nexus,
        Kind::Private,
    ]
    .into_iter()
    .map(of)
    .collect()
}

/// What is known of one kind.
pub fn of(kind: Kind) -> RegistryKindInfo {
    match kind {
        Kind::Hub => hub(),
        Kind::Msr => msr(),
        Kind::Harbor => harbor(),
        Kind::Quay => quay(),
        Kind::Ghcr => ghcr(),
        Kind::Gitlab => gitlab(),
        Kind::Ecr => ecr(),
        Kind::Acr => acr(),
        Kind::GoogleArtifactRegistry => google(),
        Kind::Jfrog => jfrog(),
        Kind::Nexus => nexus(),
        Kind::Private => private(),
    }
}

/// The kind that a host's name tells.
///
/// # Errors
/// [`Code::BadInput`](crate::error::Code::BadInput) for a host that is none.
pub fn guess(host: &str) -> Result<RegistryKindInfo> {
    Ok(of(Kind::guess(&crate::login::host(host)?)))
}

/// How long the secrets of a kind are good that do not say so themselves.
pub(crate) fn life(kind: Kind, username: &str) -> Option<Duration> {
    let hours = match (kind, username) {
        (Kind::Ecr, "AWS") => 12,
        (Kind::GoogleArtifactRegistry, "oauth2accesstoken") => 1,
        _ => return None,
    };
    Some(Duration::from_secs(hours * 3600))
}

fn info(kind: Kind, name: &str, host: &str) -> RegistryKindInfo {
    RegistryKindInfo {
        kind,
        name: name.to_owned(),
        host: None,
        placeholder: host.to_owned(),
        user_label: "Name".to_owned(),
        username: None,
        secret_label: "Password or token".to_owned(),
        advice: String::new(),
        token_url: None,
        helper: None,
    }
}

fn hub() -> RegistryKindInfo {
    RegistryKindInfo {
        host: Some("docker.io".into()),
        user_label: "Docker ID".into(),
        secret_label: "Personal access token".into(),
        advice: "Make a personal access token with the right to read and write. With two-factor login the password does not work.".into(),
        token_url: Some("https://app.docker.com/settings/personal-access-tokens".into()),
        ..info(Kind::Hub, "Docker Hub", "docker.io")
    }
}

fn msr() -> RegistryKindInfo {
    RegistryKindInfo {
        secret_label: "Access token".into(),
        advice: "Make an access token in your profile there, under Access Tokens. Its certificate mostly comes from the house’s own authority.".into(),
        ..info(Kind::Msr, "Mirantis Secure Registry (Docker Trusted Registry)", "msr.example.com")
    }
}

fn harbor() -> RegistryKindInfo {
    RegistryKindInfo {
        user_label: "Name or robot account".into(),
        secret_label: "CLI secret or robot secret".into(),
        advice: "Make a robot account in the project, its name begins with robot$; or take the CLI secret from your user profile. With single sign-on the password does not work.".into(),
        token_url: Some("https://{host}/harbor/projects".into()),
        ..info(Kind::Harbor, "Harbor", "harbor.example.com")
    }
}

fn quay() -> RegistryKindInfo {
    RegistryKindInfo {
        user_label: "Robot account or name".into(),
        secret_label: "Robot token or encrypted password".into(),
        advice: "Make a robot account, its name is team+robot; or take the encrypted password from your account settings.".into(),
        token_url: Some("https://{host}/user/?tab=settings".into()),
        ..info(Kind::Quay, "Quay", "quay.io")
    }
}

fn ghcr() -> RegistryKindInfo {
    RegistryKindInfo {
        host: Some("ghcr.io".into()),
        user_label: "GitHub name".into(),
        secret_label: "Personal access token (classic)".into(),
        advice: "Make a classic personal access token with read:packages and write:packages. GitHub takes no password here, and no fine-grained token.".into(),
        token_url: Some("https://github.com/settings/tokens/new?scopes=write:packages,read:packages".into()),
        ..info(Kind::Ghcr, "GitHub", "ghcr.io")
    }
}

fn gitlab() -> RegistryKindInfo {
    RegistryKindInfo {
        user_label: "Name or deploy token’s name".into(),
        secret_label: "Access or deploy token".into(),
        advice: "Make a deploy token of the project, or a personal access token, with read_registry and write_registry. With two-factor login the password does not work.".into(),
        token_url: Some("https://gitlab.com/-/user_settings/personal_access_tokens".into()),
        ..info(Kind::Gitlab, "GitLab", "registry.gitlab.com")
    }
}

fn ecr() -> RegistryKindInfo {
    RegistryKindInfo {
        username: Some("AWS".into()),
        secret_label: "Password of the AWS command".into(),
        advice: "The name is AWS, the password is what “aws ecr get-login-password” prints; it ends after 12 hours. The helper ecr-login makes new ones by itself.".into(),
        helper: Some("ecr-login".into()),
        ..info(Kind::Ecr, "Amazon ECR", "123456789012.dkr.ecr.eu-central-1.amazonaws.com")
    }
}

fn acr() -> RegistryKindInfo {
    RegistryKindInfo {
        user_label: "Token’s or service principal’s name".into(),
        secret_label: "Its password".into(),
        advice: "Make a token for the repositories in the Azure portal, or use a service principal. The account’s own password does not work.".into(),
        token_url: Some("https://portal.azure.com/#browse/Microsoft.ContainerRegistry%2Fregistries".into()),
        helper: Some("acr-env".into()),
        ..info(Kind::Acr, "Azure", "team.azurecr.io")
    }
}

fn google() -> RegistryKindInfo {
    RegistryKindInfo {
        username: Some("_json_key".into()),
        secret_label: "Key file’s text, or access token".into(),
        advice: "The name is _json_key with the text of a service account’s key, or oauth2accesstoken with what “gcloud auth print-access-token” prints, which ends after an hour. The helper gcloud makes new ones by itself.".into(),
        token_url: Some("https://console.cloud.google.com/iam-admin/serviceaccounts".into()),
        helper: Some("gcloud".into()),
        ..info(Kind::GoogleArtifactRegistry, "Google Artifact Registry", "europe-docker.pkg.dev")
    }
}

fn jfrog() -> RegistryKindInfo {
    RegistryKindInfo {
        secret_label: "Identity token".into(),
        advice: "Make an identity token in your profile there, under Edit Profile. With single sign-on the password does not work.".into(),
        token_url: Some("https://{host}/ui/user_profile".into()),
        ..info(Kind::Jfrog, "JFrog Artifactory", "team.jfrog.io")
    }
}

fn nexus() -> RegistryKindInfo {
    RegistryKindInfo {
        user_label: "Name or user token’s name code".into(),
        secret_label: "Password or pass code".into(),
        advice: "Take a user token from your profile there, or your name and password. Its Docker repositories mostly have a port of their own.".into(),
        ..info(Kind::Nexus, "Sonatype Nexus", "nexus.example.com:8082")
    }
}

fn private() -> RegistryKindInfo {
    RegistryKindInfo {
        advice: "Whoever runs it gives out names and passwords, or tokens.".into(),
        ..info(
            Kind::Private,
            "A private registry",
            "registry.example.com, or localhost:5000",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_image::Host;

    #[test]
    fn every_kind_says_what_to_make_and_links_lead_to_https_alone() {
        let all = kinds();
        assert_eq!(all.len(), 12);
        for kind in &all {
            assert!(!kind.advice.is_empty(), "{}", kind.name);
            let url = kind.token_url.as_deref().unwrap_or("https://x");
            assert!(url.starts_with("https://"), "{url}");
        }
    }

    #[test]
    fn a_kind_with_a_fixed_host_is_what_that_host_tells() {
        for kind in kinds().iter().filter(|kind| kind.host.is_some()) {
            let host: Host = kind.host.as_deref().unwrap().parse().unwrap();
            assert_eq!(Kind::guess(&host), kind.kind);
        }
    }

    #[test]
    fn secrets_that_end_soon_and_do_not_say_so_have_their_life() {
        assert_eq!(life(Kind::Ecr, "AWS").unwrap().as_secs(), 43_200);
        assert_eq!(life(Kind::GoogleArtifactRegistry, "_json_key"), None);
        assert_eq!(life(Kind::Private, "ada"), None);
    }
}
