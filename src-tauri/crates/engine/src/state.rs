//! How an engine does: asked quickly, and never for ever.

use crate::{
    address::Address,
    engine::Engine,
    error::{Error, ErrorKind, Result},
};
use bollard::models::SystemVersion;
use std::time::Duration;

/// Which program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Docker Engine.
    Docker,
    /// Podman, with the API of Docker's.
    Podman,
}

/// Where an engine keeps images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// Docker's own store. An image's id is its config's digest, and differs from what a registry
    /// calls it.
    Classic,
    /// containerd. An image's id is the digest a registry knows it by.
    Containerd,
}

/// An engine that answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Which program.
    pub product: Product,
    /// Its version.
    pub version: String,
    /// The API that is spoken with it.
    pub api: String,
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
    /// Where it keeps images.
    pub storage: Storage,
    /// Whether it builds with BuildKit.
    pub buildkit: bool,
    /// Whether it runs without root.
    pub rootless: bool,
    /// The machine's name for itself.
    pub name: String,
    /// Registries it speaks plain http with, as it was set up.
    pub insecure: Vec<String>,
}

/// How an engine does.
#[derive(Clone, Debug)]
pub enum State {
    /// It answers.
    Running(Box<(Engine, Facts)>),
    /// It is there and does not answer yet.
    Starting(Error),
    /// Nothing listens.
    Missing(Error),
    /// This user may not speak to it.
    NoRight(Error),
    /// It is too old.
    TooOld(Error),
    /// It does not work.
    Broken(Error),
}

impl State {
    /// Looks how the engine at `address` does, and gives up after `patience`.
    ///
    /// One that takes the connection and says nothing in time counts as starting: that is what
    /// Docker Desktop's socket does while its machine boots, and a daemon while it loads.
    pub async fn of(address: Address, patience: Duration) -> Self {
        let looked = tokio::time::timeout(patience, async {
            let engine = Engine::connect(address.clone()).await?;
            let facts = engine.facts().await?;
            Ok((engine, facts))
        });
        match looked.await {
            Ok(Ok(found)) => Self::Running(Box::new(found)),
            Ok(Err(error)) => Self::failed(error),
            Err(_) => Self::Starting(Error::new(
                ErrorKind::Timeout,
                format!("the engine at {address} is there and does not answer yet"),
                "It may still be starting. If it stays so, restart it.",
            )),
        }
    }

    fn failed(error: Error) -> Self {
        match error.kind() {
            ErrorKind::NoEngine => Self::Missing(error),
            ErrorKind::NoRight => Self::NoRight(error),
            ErrorKind::TooOld => Self::TooOld(error),
            // Connected, and cut off before an answer: a proxy in front of one that boots.
            ErrorKind::Lost => Self::Starting(error),
            _ => Self::Broken(error),
        }
    }

    /// The engine, where it answers.
    ///
    /// # Errors
    /// Why it does not.
    pub fn engine(self) -> Result<Engine> {
        match self {
            Self::Running(found) => Ok(found.0),
            Self::Starting(error)
            | Self::Missing(error)
            | Self::NoRight(error)
            | Self::TooOld(error)
            | Self::Broken(error) => Err(error),
        }
    }
}

fn names_podman(version: &SystemVersion) -> bool {
    let parts = version.components.as_deref().unwrap_or_default();
    parts.iter().any(|part| part.name.contains("Podman"))
}

impl Engine {
    /// What the engine is.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn facts(&self) -> Result<Facts> {
        let docker = self.docker();
        let (info, version, builder) =
            tokio::join!(docker.info(), docker.version(), self.builder());
        let (info, version) = (info?, version?);
        let podman = names_podman(&version);
        let security = info.security_options.unwrap_or_default();
        let driver = info.driver_status.unwrap_or_default();
        let in_containerd = driver
            .iter()
            .flatten()
            .any(|text| text.contains("io.containerd.snapshotter"));
        let insecure = info.registry_config.and_then(|config| config.index_configs);
        let insecure = insecure.into_iter().flatten();
        Ok(Facts {
            product: if podman {
                Product::Podman
            } else {
                Product::Docker
            },
            version: version.version.unwrap_or_default(),
            api: docker.client_version().to_string(),
            os: info.os_type.unwrap_or_default(),
            architecture: machine(&info.architecture.unwrap_or_default()),
            storage: if in_containerd {
                Storage::Containerd
            } else {
                Storage::Classic
            },
            buildkit: builder.unwrap_or(false) && !podman,
            rootless: security
                .iter()
                .any(|option| option.contains("name=rootless")),
            name: info.name.unwrap_or_default(),
            insecure: insecure
                .filter(|(_, index)| index.secure == Some(false))
                .map(|(name, _)| name)
                .collect(),
        })
    }

    /// Whether the engine can build with BuildKit.
    ///
    /// Docker's own has one on Linux since 18.09. `Builder-Version` of `GET /_ping` only says which
    /// builder is the default, and was 1 until Docker 23; Podman has none, and says that it is
    /// Podman.
    pub(crate) async fn builder(&self) -> Result<bool> {
        let request = http::Request::get(self.path("/_ping"))
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .map_err(|error| Error::new(ErrorKind::BadInput, error.to_string(), ""))?;
        let answer = self.wire().ask(request).await?;
        let said = |name: &str| answer.headers().get(name).map(http::HeaderValue::as_bytes);
        let podman = said("libpod-api-version").is_some();
        let linux = said("ostype").is_some_and(|os| os == b"linux");
        let by_default = said("builder-version") == Some(b"2");
        Ok(!podman && (linux || by_default))
    }
}

/// What the kernel calls a machine, in the words of images.
fn machine(kernel: &str) -> String {
    match kernel {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "armv7l" | "armv6l" => "arm",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use tokio::net::UnixListener;

    async fn look(address: Address) -> State {
        State::of(address, Duration::from_millis(300)).await
    }

    #[tokio::test]
    async fn missing_differs_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("docker.sock");
        let missing = look(Address::Unix(path.clone())).await;
        let State::Missing(error) = missing else {
            panic!("{missing:?}");
        };
        assert!(error.message().contains("docker.sock"), "{error}");
        assert!(
            error.hint().unwrap().contains("systemctl start docker"),
            "{error:?}"
        );

        let silent = UnixListener::bind(&path).unwrap();
        let starting = look(Address::Unix(path.clone())).await;
        assert!(matches!(starting, State::Starting(_)), "{starting:?}");
        drop(silent);

        // The socket's file is still there, and nobody listens.
        let stopped = look(Address::Unix(path)).await;
        assert!(matches!(stopped, State::Missing(_)), "{stopped:?}");
    }

    #[tokio::test]
    async fn an_engine_that_is_too_old_or_no_engine_says_so() {
        for (body, wanted) in [
            (r#"{"ApiVersion":"1.30","Version":"17.06"}"#, "TooOld"),
            ("<html>", "Broken"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("docker.sock");
            serve(&path, body);
            let state = look(Address::Unix(path)).await;
            assert!(format!("{state:?}").starts_with(wanted), "{state:?}");
        }
    }

    fn serve(path: &PathBuf, body: &'static str) {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let listener = UnixListener::bind(path).unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
    }
}
