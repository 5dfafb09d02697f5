//! Docker's and Podman's own logins: read, and handed to Docker where a person asked for it.
//!
//! The files are `config.json` (docker/cli, `cli/config/configfile`) and `auth.json`
//! (containers-auth.json(5)); what they name is asked through the `docker-credential-*`
//! protocol. A login is only ever given for the host it was stored for, and a helper that
//! fails is an error, never a reason to look further (CVE-2021-41092).

mod config;
mod error;
mod hand_over;
mod helper;
mod known;
mod names;
mod text;

pub use error::DockerError;
pub use hand_over::{Destination, HandedOver};
pub use known::{Known, Unusable};

use crate::Login;
use config::Config;
use hallmark_image::Host;
use helper::Helpers;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

/// Where a login of Docker's or Podman's was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file that holds the login, or that names the helper.
    pub file: PathBuf,
    /// The helper that holds the login, by its name after `docker-credential-`.
    pub helper: Option<String>,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(helper) = &self.helper {
            write!(f, "docker-credential-{helper}, named in ")?;
        }
        write!(f, "{}", self.file.display())
    }
}

/// The logins that Docker and Podman keep for this person.
#[derive(Clone, Debug)]
pub struct DockerLogins {
    files: Vec<PathBuf>,
    /// Docker's own among them, there or not.
    docker: Option<PathBuf>,
    helpers: Helpers,
}

impl DockerLogins {
    /// The files that `env` leads to, in the order they are asked: Docker's, then Podman's.
    /// Helpers are looked for in `PATH`.
    pub fn from_env(env: &dyn Fn(&str) -> Option<String>) -> Self {
        let logins = Self {
            docker: docker_file(env),
            ..Self::at(files(env))
        };
        logins.helpers_in(env("PATH").map(OsString::from).unwrap_or_default())
    }

    /// Reads `paths`, in this order, and runs no helpers until [`Self::helpers_in`].
    pub fn at(paths: Vec<PathBuf>) -> Self {
        Self {
            files: paths,
            docker: None,
            helpers: Helpers::default(),
        }
    }

    /// Looks for helpers in `search_path`, which is written as `PATH` is.
    #[must_use]
    pub fn helpers_in(mut self, search_path: OsString) -> Self {
        self.helpers = Helpers::new(search_path);
        self
    }

    /// The login kept for `host`, and where it was found.
    ///
    /// # Errors
    /// Any [`DockerError`], at the first file or helper that fails; later ones are then not
    /// asked.
    pub async fn login(&self, host: &Host) -> Result<Option<(Login, Source)>, DockerError> {
        for file in &self.files {
            let Some(config) = Config::read(file)? else {
                continue;
            };
            if let Some(found) = self.login_in(file, &config, host).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The login that the credential helper of this name has for `host`: asked whenever one is
    /// needed, and nobody else is asked in its place (CVE-2021-41092).
    ///
    /// # Errors
    /// Any [`DockerError`] of the helper's.
    pub async fn helped(&self, helper: &str, host: &Host) -> Result<Option<Login>, DockerError> {
        self.helpers.get(helper, host).await
    }

    async fn login_in(
        &self,
        file: &Path,
        config: &Config,
        host: &Host,
    ) -> Result<Option<(Login, Source)>, DockerError> {
        let own = config.helper(host);
        if let Some(helper) = own.or(config.store()) {
            let found = self.helpers.get(helper, host).await?;
            // A helper set for the host is the only one to ask, as with Docker.
            if found.is_some() || own.is_some() {
                let source = Source {
                    file: file.to_owned(),
                    helper: Some(helper.to_owned()),
                };
                return Ok(found.map(|login| (login, source)));
            }
        }
        let source = Source {
            file: file.to_owned(),
            helper: None,
        };
        Ok(config.login(host, file)?.map(|login| (login, source)))
    }

    /// The hosts that the files name, each with the first place that names it. Files that
    /// cannot be read are left out here; [`Self::login`] tells of them. Whether a helper has
    /// a login for its host is only known by asking.
    pub fn hosts(&self) -> Vec<(Host, Source)> {
        let mut hosts = BTreeMap::new();
        for file in &self.files {
            let Ok(Some(config)) = Config::read(file) else {
                continue;
            };
            for (host, helper) in config.hosts() {
                let file = file.clone();
                hosts.entry(host).or_insert(Source { file, helper });
            }
        }
        hosts.into_iter().collect()
    }
}

/// docker/cli: `DOCKER_CONFIG` or `~/.docker`. containers-auth.json(5): `REGISTRY_AUTH_FILE`,
/// or the runtime folder and then the configuration folder.
fn files(env: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let mut files = vec![docker_file(env)];
    if let Some(file) = folder(env, "REGISTRY_AUTH_FILE") {
        files.push(Some(file));
    } else {
        let config = folder(env, "XDG_CONFIG_HOME").or_else(|| in_home(env, ".config"));
        let folders = [folder(env, "XDG_RUNTIME_DIR"), config];
        files.extend(folders.map(|folder| folder.map(|f| f.join("containers/auth.json"))));
    }
    files.into_iter().flatten().collect()
}

fn docker_file(env: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let docker = folder(env, "DOCKER_CONFIG").or_else(|| in_home(env, ".docker"));
    docker.map(|folder| folder.join("config.json"))
}

fn in_home(env: &dyn Fn(&str) -> Option<String>, path: &str) -> Option<PathBuf> {
    let home = folder(env, "HOME").or_else(|| folder(env, "USERPROFILE"));
    home.map(|home| home.join(path))
}

fn folder(env: &dyn Fn(&str) -> Option<String>, name: &str) -> Option<PathBuf> {
    env(name)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(variables: &[(&str, &str)]) -> Vec<String> {
        let env = |name: &str| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let text = |path: PathBuf| path.display().to_string().replace('\\', "/");
        files(&env).into_iter().map(text).collect()
    }

    #[test]
    fn the_environment_leads_to_the_files_that_docker_and_podman_use() {
        assert_eq!(
            paths(&[("HOME", "/h"), ("XDG_RUNTIME_DIR", "/run/1")]),
            [
                "/h/.docker/config.json",
                "/run/1/containers/auth.json",
                "/h/.config/containers/auth.json"
            ]
        );
        assert_eq!(
            paths(&[
                ("HOME", "/h"),
                ("DOCKER_CONFIG", "/d"),
                ("REGISTRY_AUTH_FILE", "/a.json")
            ]),
            ["/d/config.json", "/a.json"]
        );
        assert_eq!(
            paths(&[("USERPROFILE", "/u"), ("DOCKER_CONFIG", "")]),
            ["/u/.docker/config.json", "/u/.config/containers/auth.json"]
        );
        assert!(paths(&[]).is_empty());
    }
}
