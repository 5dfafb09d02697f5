//! Push and pull: `docker push`, `docker pull`, followed layer by layer.

use crate::{
    engine::Engine,
    error::{Error, ErrorKind, Result, said},
    json_lines::JsonLines,
    layers::{Layers, Line},
    login::{EngineLogin, auth_header},
};
use bytes::Bytes;
use http_body_util::Empty;
use serde::Deserialize;
use std::future::Future;

/// What a push put into the registry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Pushed {
    /// The tag that names it there.
    #[serde(default)]
    pub tag: String,
    /// The digest of the manifest or index.
    pub digest: String,
    /// Its bytes.
    #[serde(default)]
    pub size: u64,
}

/// What a pull brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PulledImage {
    /// The digest the registry names it by, where the engine said so.
    pub digest: Option<String>,
}

impl Engine {
    /// Pushes a name that a local image has, and tells `watch` how its layers do. Dropping the
    /// future stops the push: the engine ends it with the connection, and the tag is set last.
    ///
    /// `plain_http` is the word of a person that the registry speaks it; Podman has to be told,
    /// Docker knows by its own configuration and by loopback.
    ///
    /// # Errors
    /// In the engine's words, told apart: no login, no right, an untrusted certificate, a registry
    /// that is full or broke off. An answer that ends without a digest is never a success.
    pub async fn push(
        &self,
        repository: &str,
        tag: &str,
        login: Option<&EngineLogin>,
        plain_http: bool,
        mut watch: impl FnMut(&Layers),
    ) -> Result<Pushed> {
        let mut path = format!("/images/{repository}/push?tag={}", query(tag));
        if plain_http {
            path.push_str("&tlsVerify=false");
        }
        let mut lines = self
            .long(&path, login)
            .await
            .map_err(|e| at(&e, repository))?;
        let mut layers = Layers::default();
        let mut pushed: Option<Pushed> = None;
        while let Some(line) = lines.next::<Line>().await? {
            if let Some(words) = line.failure() {
                return Err(at(&refused(words), repository));
            }
            if layers.take(&line) {
                watch(&layers);
            }
            if let Some(aux) = line.aux {
                pushed = serde_json::from_value(aux).ok().or(pushed);
            } else if let Some(named) = line.status.as_deref().and_then(digest_line) {
                // Podman says it in words only.
                pushed = pushed.or(Some(named));
            }
        }
        pushed.ok_or_else(|| {
            Error::new(
                ErrorKind::Lost,
                format!("the push of {repository}:{tag} broke off before the registry had it"),
                "Push again: what is there already is not sent twice.",
            )
        })
    }

    /// Pulls an image by tag or digest, and tells `watch` how its layers do.
    ///
    /// # Errors
    /// In the engine's words, told apart.
    pub async fn pull(
        &self,
        repository: &str,
        reference: &str,
        platform: Option<&str>,
        login: Option<&EngineLogin>,
        mut watch: impl FnMut(&Layers),
    ) -> Result<PulledImage> {
        let mut path = format!(
            "/images/create?fromImage={}&tag={}",
            query(repository),
            query(reference)
        );
        if let Some(platform) = platform {
            path.push_str(&format!("&platform={}", query(platform)));
        }
        let mut lines = self
            .long(&path, login)
            .await
            .map_err(|e| at(&e, repository))?;
        let mut layers = Layers::default();
        let mut pulled = PulledImage::default();
        let mut ended = false;
        while let Some(line) = lines.next::<Line>().await? {
            if let Some(words) = line.failure() {
                return Err(at(&said(words), repository));
            }
            if layers.take(&line) {
                watch(&layers);
            }
            let status = line.status.as_deref().unwrap_or_default();
            if let Some(digest) = status.strip_prefix("Digest: ") {
                pulled.digest = Some(digest.trim().to_owned());
            }
            // Docker ends so; Podman ends with the image's id alone.
            ended |= status.starts_with("Status: ") || line.id.is_some();
        }
        if ended && pulled.digest.is_none() {
            pulled.digest = self.pulled_digest(repository, reference).await?;
        }
        match ended {
            true => Ok(pulled),
            false => Err(Error::new(
                ErrorKind::Lost,
                format!("the pull of {repository} broke off"),
                "Pull again: what is here already is not fetched twice.",
            )),
        }
    }

    /// Podman does not say what it brought; the image it has now does.
    async fn pulled_digest(&self, repository: &str, reference: &str) -> Result<Option<String>> {
        if reference.starts_with("sha256:") {
            return Ok(Some(reference.to_owned()));
        }
        let image = self.image(&format!("{repository}:{reference}")).await?;
        let own = |name: &String| {
            let (of, digest) = name.split_once('@')?;
            (of == repository).then(|| digest.to_owned())
        };
        Ok(image.digests.iter().find_map(own))
    }

    async fn long(&self, path: &str, login: Option<&EngineLogin>) -> Result<JsonLines> {
        let request = http::Request::post(self.path(path))
            .header("x-registry-auth", auth_header(login))
            .body(Empty::<Bytes>::new())
            .map_err(|error| Error::new(ErrorKind::BadInput, error.to_string(), ""))?;
        Ok(JsonLines::of(self.wire().ask(request).await?.into_body()))
    }

    /// Stops what the future does once `stop` is there.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub async fn until<T>(
        work: impl Future<Output = Result<T>>,
        stop: impl Future<Output = ()>,
    ) -> Result<T> {
        tokio::select! {
            done = work => done,
            () = stop => Err(Error::cancelled()),
        }
    }
}

/// A value in a query.
fn query(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The failure, with the registry it was at: hints name the very file and login.
fn at(error: &Error, repository: &str) -> Error {
    let host = host_of(repository);
    match error.kind() {
        ErrorKind::LoginNeeded { .. } => Error::new(
            ErrorKind::LoginNeeded {
                host: Some(host.to_owned()),
            },
            error.message(),
            format!("Log in to {host}, then try again."),
        ),
        ErrorKind::RegistryUntrusted => Error::new(
            ErrorKind::RegistryUntrusted,
            error.message(),
            format!(
                "Put the authority's certificate where the engine looks for it: \
                 /etc/docker/certs.d/{host}/ca.crt on the engine's machine. No restart is needed."
            ),
        ),
        _ if error.message().contains("HTTP response to HTTPS client") => Error::new(
            ErrorKind::RegistryFailed,
            error.message(),
            format!(
                "{host} speaks plain http, and the engine has to be told so: Podman by \
                 `insecure = true` under `[[registry]] location = \"{host}\"` in \
                 /etc/containers/registries.conf, Docker by `insecure-registries` in \
                 /etc/docker/daemon.json."
            ),
        ),
        _ => error.clone(),
    }
}

/// The registry in a repository's name, as engines read it.
fn host_of(repository: &str) -> &str {
    match repository.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => host,
        _ => "docker.io",
    }
}

/// What a registry says to a push: other words than an engine's own.
fn refused(words: &str) -> Error {
    let by_words = said(words);
    if *by_words.kind() != ErrorKind::Protocol {
        return by_words;
    }
    let low = words.to_lowercase();
    let full = ["insufficient storage", "507", "quota"]
        .iter()
        .any(|part| low.contains(part));
    let hint = match full {
        true => {
            "The registry is full: ask who runs it for room, or delete what is not needed there."
        }
        false => {
            "Push again: what is there already is not sent twice. If it fails again, look at \
                  the registry's log."
        }
    };
    Error::new(
        ErrorKind::RegistryFailed,
        format!("the registry did not take it: {words}"),
        hint,
    )
}

/// `1.5: digest: sha256:… size: 528`.
fn digest_line(status: &str) -> Option<Pushed> {
    let (tag, rest) = status.split_once(": digest: ")?;
    let (digest, size) = rest.split_once(" size: ")?;
    digest.starts_with("sha256:").then(|| Pushed {
        tag: tag.to_owned(),
        digest: digest.trim().to_owned(),
        size: size.trim().parse().unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrys_host_is_told_as_engines_tell_it() {
        for (repository, host) in [
            ("cart", "docker.io"),
            ("shop/cart", "docker.io"),
            ("localhost/cart", "localhost"),
            ("r.io/cart", "r.io"),
            ("127.0.0.1:5000/a/b", "127.0.0.1:5000"),
        ] {
            assert_eq!(host_of(repository), host, "{repository}");
        }
    }

    #[test]
    fn what_a_registry_refuses_is_told_apart() {
        assert_eq!(
            *refused("blob upload unknown").kind(),
            ErrorKind::RegistryFailed
        );
        let full = refused("received unexpected HTTP status: 507 Insufficient Storage");
        assert!(full.hint().unwrap().contains("full"), "{full:?}");
        let untrusted = at(
            &refused("x509: certificate signed by unknown authority"),
            "r.io:5000/a",
        );
        assert!(
            untrusted
                .hint()
                .unwrap()
                .contains("/etc/docker/certs.d/r.io:5000/ca.crt"),
            "{untrusted:?}"
        );
        let login = at(&refused("no basic auth credentials"), "r.io/a");
        assert_eq!(
            *login.kind(),
            ErrorKind::LoginNeeded {
                host: Some("r.io".to_owned())
            }
        );
    }

    #[test]
    fn podmans_words_name_the_digest_too() {
        let pushed = digest_line("1.5: digest: sha256:ab size: 528").unwrap();
        assert_eq!((pushed.digest.as_str(), pushed.size), ("sha256:ab", 528));
        assert_eq!(digest_line("Pushing"), None);
    }
}
