//! Which engine: what a person chose, else what Docker's own command would take, else Podman.
//!
//! Where somebody chose one (here, by `DOCKER_HOST` or by a context) and it is not there, no other
//! is taken in its stead: an image would be built or removed where nobody meant it.

use crate::{
    address::{Address, Tls},
    docker_context::{docker_context, docker_contexts},
    error::{Error, ErrorKind, Result},
};
use serde::Deserialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// An engine, and why it is the one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Where it listens.
    pub address: Address,
    /// Why this one: `DOCKER_HOST`, `Docker context staging`, `Docker's default socket`.
    pub because: String,
}

/// An engine that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selectable {
    /// What to choose it by.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Where it listens, or why that cannot be told.
    pub address: Result<Address>,
}

/// What an engine is found by: the environment and the home folder of who asks.
pub struct Finder<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
}

#[derive(Default, Deserialize)]
struct Config {
    #[serde(rename = "currentContext")]
    current_context: Option<String>,
}

impl<'a> Finder<'a> {
    /// A finder in this environment.
    pub fn new(env: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { env }
    }

    fn set(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    fn home(&self) -> PathBuf {
        let home = self.set("HOME").or_else(|| self.set("USERPROFILE"));
        home.map_or_else(PathBuf::new, PathBuf::from)
    }

    /// Docker's configuration folder.
    fn config(&self) -> PathBuf {
        let named = self.set("DOCKER_CONFIG").map(PathBuf::from);
        named.unwrap_or_else(|| self.home().join(".docker"))
    }

    /// The engine to work with.
    ///
    /// `chosen` is a context's name or an address, where a person chose one here.
    ///
    /// # Errors
    /// Where the choice is no address and no context.
    pub fn find(&self, chosen: Option<&str>) -> Result<Choice> {
        if let Some(chosen) = chosen {
            return Ok(Choice {
                address: self.named(chosen)?,
                because: format!("chosen here: {chosen}"),
            });
        }
        if let Some(host) = self.set("DOCKER_HOST") {
            return Ok(Choice {
                address: self.docker_host(&host)?,
                because: "DOCKER_HOST".to_owned(),
            });
        }
        let context = self
            .set("DOCKER_CONTEXT")
            .or_else(|| self.current_context());
        if let Some(name) = context.filter(|name| name != "default") {
            return Ok(Choice {
                address: docker_context(&self.config(), &name)?,
                because: format!("Docker context {name}"),
            });
        }
        let found = self
            .usual()
            .into_iter()
            .find(|choice| is_there(&choice.address));
        Ok(found.unwrap_or_else(|| Choice {
            address: default_address(),
            because: "Docker's default socket".to_owned(),
        }))
    }

    /// A context or an address.
    fn named(&self, name: &str) -> Result<Address> {
        if !name.contains("://") {
            return docker_context(&self.config(), name);
        }
        let address: Address = name.parse().map_err(|error: crate::BadAddress| {
            Error::new(
                ErrorKind::BadInput,
                error.to_string(),
                "Name a Docker context, or an address such as unix:///var/run/docker.sock.",
            )
        })?;
        Ok(address)
    }

    fn docker_host(&self, host: &str) -> Result<Address> {
        let address: Address = host.parse().map_err(|error: crate::BadAddress| {
            Error::new(
                ErrorKind::BadInput,
                format!("DOCKER_HOST: {error}"),
                "Correct it, or unset it.",
            )
        })?;
        // As Docker has it: any text switches verification on, and the folder has a default.
        if self.set("DOCKER_TLS_VERIFY").is_none() {
            return Ok(address);
        }
        let folder = self.set("DOCKER_CERT_PATH").map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| self.config());
        Ok(address.with_tls(Tls::in_folder(&folder)))
    }

    fn current_context(&self) -> Option<String> {
        let bytes = fs::read(self.config().join("config.json")).ok()?;
        let config: Config = serde_json::from_slice(&bytes).ok()?;
        config.current_context.filter(|name| !name.is_empty())
    }

    /// Where engines usually listen, Docker's before Podman's.
    fn usual(&self) -> Vec<Choice> {
        let run = self.set("XDG_RUNTIME_DIR").map(PathBuf::from);
        let in_run = |rest: &str| run.as_ref().map(|run| Address::Unix(run.join(rest)));
        let home = self.home();
        let each = [
            (Some(default_address()), "Docker's default socket"),
            (in_run("docker.sock"), "rootless Docker's socket"),
            (
                Some(Address::Unix(home.join(".docker/run/docker.sock"))),
                "Docker Desktop's socket",
            ),
            (
                Some(Address::Unix(home.join(".docker/desktop/docker.sock"))),
                "Docker Desktop's socket",
            ),
            (in_run("podman/podman.sock"), "Podman's socket"),
            (
                Some(Address::Unix(PathBuf::from("/run/podman/podman.sock"))),
                "Podman's socket of the system",
            ),
        ];
        each.into_iter()
            .filter_map(|(address, because)| {
                Some(Choice {
                    address: address?,
                    because: because.to_owned(),
                })
            })
            .collect()
    }

    /// Every engine that can be chosen by name: Docker's contexts, and sockets that are there.
    pub fn options(&self) -> Vec<Selectable> {
        let contexts = docker_contexts(&self.config())
            .into_iter()
            .map(|context| Selectable {
                title: format!("Docker context {}", context.name),
                name: context.name,
                address: context.address,
            });
        let sockets = self
            .usual()
            .into_iter()
            .filter(|choice| is_there(&choice.address));
        let sockets = sockets.map(|choice| Selectable {
            name: choice.address.to_string(),
            title: choice.because,
            address: Ok(choice.address),
        });
        contexts.chain(sockets).collect()
    }
}

fn default_address() -> Address {
    match cfg!(windows) {
        true => Address::Pipe("//./pipe/docker_engine".to_owned()),
        false => Address::Unix(PathBuf::from("/var/run/docker.sock")),
    }
}

fn is_there(address: &Address) -> bool {
    match address {
        Address::Unix(path) => path.exists(),
        Address::Pipe(name) => Path::new(name).exists(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn find(env: &[(&str, &str)], chosen: Option<&str>) -> Result<Choice> {
        let env: HashMap<String, String> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let env = move |name: &str| env.get(name).cloned();
        Finder::new(&env).find(chosen)
    }

    #[test]
    fn what_was_chosen_comes_before_what_docker_takes() {
        let home = tempfile::tempdir().unwrap();
        let meta = home.path().join(".docker/contexts/meta/aa");
        fs::create_dir_all(&meta).unwrap();
        fs::write(
            meta.join("meta.json"),
            r#"{"Name":"lab","Endpoints":{"docker":{"Host":"ssh://me@lab"}}}"#,
        )
        .unwrap();
        fs::write(
            home.path().join(".docker/config.json"),
            r#"{"currentContext":"lab"}"#,
        )
        .unwrap();
        let home = home.path().to_str().unwrap();
        let because = |env: &[(&str, &str)], chosen| find(env, chosen).unwrap().because;
        assert_eq!(because(&[("HOME", home)], None), "Docker context lab");
        assert_eq!(
            because(&[("HOME", home), ("DOCKER_HOST", "tcp://h:1")], None),
            "DOCKER_HOST"
        );
        assert_eq!(
            because(&[("HOME", home), ("DOCKER_HOST", "tcp://h:1")], Some("lab")),
            "chosen here: lab"
        );
        let other = find(&[("HOME", home), ("DOCKER_CONTEXT", "prod")], None).unwrap_err();
        assert!(other.message().contains("no context prod"), "{other}");
        let default = find(&[("HOME", home), ("DOCKER_CONTEXT", "default")], None).unwrap();
        assert!(!default.because.contains("lab"), "{default:?}");
    }

    #[test]
    fn tls_is_on_where_docker_would_have_it_on() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), "x").unwrap();
        let path = folder.path().to_str().unwrap();
        let env = [
            ("DOCKER_HOST", "tcp://h:2376"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("DOCKER_CERT_PATH", path),
        ];
        let Address::Tcp { tls: Some(tls), .. } = find(&env, None).unwrap().address else {
            panic!("no TLS");
        };
        assert_eq!(tls.ca, Some(folder.path().join("ca.pem")));
        let Address::Tcp { tls: None, .. } = find(&env[..1], None).unwrap().address else {
            panic!("TLS");
        };
    }

    #[test]
    fn podmans_socket_is_taken_where_there_is_no_other() {
        let run = tempfile::tempdir().unwrap();
        fs::create_dir_all(run.path().join("podman")).unwrap();
        let socket = run.path().join("podman/podman.sock");
        fs::write(&socket, "").unwrap();
        let env = [
            ("XDG_RUNTIME_DIR", run.path().to_str().unwrap()),
            ("HOME", "/nowhere"),
        ];
        let found = find(&env, None).unwrap();
        // Where this machine has Docker's own socket, that comes first.
        if !is_there(&default_address()) {
            assert_eq!(found.address, Address::Unix(socket));
        }
        let wrong = find(&[("DOCKER_HOST", "nonsense")], None).unwrap_err();
        assert!(wrong.message().starts_with("DOCKER_HOST: "), "{wrong}");
    }
}
