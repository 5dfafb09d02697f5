//! The names that Docker and Podman store one registry under.
//!
//! Names with a scheme lose it and their path; names without one and with a path belong to a
//! repository (containers-auth.json(5), "Format") and never stand for the whole host.

use hallmark_image::Host;

/// Docker's name for Docker Hub (docker/cli, `registry.IndexServer`).
const HUB: &str = "https://index.docker.io/v1/";

/// What a helper is asked for, in this order: Docker's name first, then Podman's.
pub(super) fn asked_for(host: &Host) -> Vec<&str> {
    if host.is_docker_hub() {
        vec![HUB, host.as_str()]
    } else {
        vec![host.as_str()]
    }
}

/// What Docker stores it under.
pub(super) fn stored_as(host: &Host) -> &str {
    if host.is_docker_hub() {
        HUB
    } else {
        host.as_str()
    }
}

/// The registry that a name in a file stands for, if it stands for a whole one.
pub(super) fn host_of(name: &str) -> Option<Host> {
    let bare = name
        .strip_prefix("https://")
        .or_else(|| name.strip_prefix("http://"));
    let (host, path) = match bare.unwrap_or(name).split_once('/') {
        Some((host, path)) => (host, path.trim_end_matches('/')),
        None => (bare.unwrap_or(name), ""),
    };
    let host: Host = host.parse().ok()?;
    // Very old files have Docker Hub's name with its version and without a scheme.
    let old_hub = host.is_docker_hub() && path == "v1";
    (bare.is_some() || path.is_empty() || old_hub).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_way_to_write_a_registry_leads_to_its_host() {
        for (name, host) in [
            ("https://index.docker.io/v1/", "docker.io"),
            ("index.docker.io/v1/", "docker.io"),
            ("docker.io", "docker.io"),
            ("https://registry-1.docker.io", "docker.io"),
            ("https://r.example.com", "r.example.com"),
            ("https://r.example.com/v2/", "r.example.com"),
            ("http://r.example.com:5000", "r.example.com:5000"),
            ("r.example.com:5000", "r.example.com:5000"),
            ("R.example.com/", "r.example.com"),
        ] {
            assert_eq!(host_of(name), Some(host.parse().unwrap()), "{name}");
        }
    }

    #[test]
    fn a_login_for_one_repository_is_none_for_its_host() {
        for name in [
            "quay.io/team",
            "quay.io/team/app",
            "quay.io/v1",
            "",
            "https://",
            "a b",
        ] {
            assert_eq!(host_of(name), None, "{name}");
        }
    }

    #[test]
    fn helpers_know_docker_hub_by_dockers_name_and_by_podmans() {
        assert_eq!(asked_for(&Host::docker_hub()), [HUB, "docker.io"]);
        assert_eq!(asked_for(&"r.io:1".parse().unwrap()), ["r.io:1"]);
    }

    proptest! {
        #[test]
        fn no_name_makes_it_panic(name: String) {
            let _ = host_of(&name);
        }
    }
}
