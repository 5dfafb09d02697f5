//! Handing a login to Docker, so that `docker push` works with it.
//!
//! It goes to the credential helper that Docker is set to, or to an installed one that Docker
//! is then set to for that registry alone. Into Docker's own file, where anybody who reads the
//! file reads it, it goes only where a person said so. All else in the file stays, byte by byte.

use super::{DockerError, DockerLogins, config::Config, names, text};
use crate::{Login, SecretString};
use base64::{Engine, engine::general_purpose::STANDARD};
use hallmark_image::Host;
use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Helpers that keep what they are given, best first; others only fetch from a cloud.
const KEEPERS: [&str; 4] = ["secretservice", "osxkeychain", "wincred", "pass"];

/// Where a login would go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To this helper.
    Helper {
        /// Its name after `docker-credential-`.
        name: String,
        /// Docker is set to it already; otherwise it will be, for this registry alone.
        set: bool,
    },
    /// Into Docker's own file, in plain sight.
    File,
}

/// A login that Docker now has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// Where it went.
    pub destination: Destination,
    /// Docker's configuration.
    pub file: PathBuf,
}

impl DockerLogins {
    /// Where a login for `host` would go, and Docker's configuration file.
    ///
    /// # Errors
    /// Where that file cannot be read.
    pub fn destination(&self, host: &Host) -> Result<HandedOver, DockerError> {
        let file = self.docker.clone().ok_or(DockerError::NowhereToHandOver)?;
        let config = Config::read(&file)?.unwrap_or_default();
        let set = config.helper(host).or(config.store()).map(str::to_owned);
        let found = || self.helpers.installed(&KEEPERS).first().copied();
        let destination = match set {
            Some(name) => Destination::Helper { name, set: true },
            None => found().map_or(Destination::File, |name| Destination::Helper {
                name: name.to_owned(),
                set: false,
            }),
        };
        Ok(HandedOver { destination, file })
    }

    /// Hands `login` over; into the file itself only where `plain_sight` allows it.
    ///
    /// # Errors
    /// [`DockerError::NowhereToHandOver`] without helper and leave; whatever the helper or the
    /// file says. Docker's file is then as it was.
    pub async fn hand_over(
        &self,
        host: &Host,
        login: &Login,
        plain_sight: bool,
    ) -> Result<HandedOver, DockerError> {
        let over = self.destination(host)?;
        match &over.destination {
            Destination::Helper { name, set } => {
                self.helpers.store(name, host, login).await?;
                self.is_kept(name, host).await?;
                if !set {
                    let name = serde_json::Value::from(name.as_str()).to_string();
                    let path = ["credHelpers", names::stored_as(host)];
                    change(&over.file, &path, &SecretString::new(name))?;
                }
            }
            Destination::File if plain_sight => {
                let path = ["auths", names::stored_as(host)];
                change(&over.file, &path, &in_plain_sight(login))?;
            }
            Destination::File => return Err(DockerError::NowhereToHandOver),
        }
        Ok(over)
    }

    /// Sets Docker to ask `helper` for `host`, which needs no secret of ours.
    ///
    /// # Errors
    /// Where Docker's file cannot be read or written; it is then as it was.
    pub fn use_helper(&self, host: &Host, helper: &str) -> Result<HandedOver, DockerError> {
        let file = self.docker.clone().ok_or(DockerError::NowhereToHandOver)?;
        let name = serde_json::Value::from(helper).to_string();
        let path = ["credHelpers", names::stored_as(host)];
        change(&file, &path, &SecretString::new(name))?;
        let name = helper.to_owned();
        let destination = Destination::Helper { name, set: false };
        Ok(HandedOver { destination, file })
    }

    async fn is_kept(&self, helper: &str, host: &Host) -> Result<(), DockerError> {
        match self.helpers.get(helper, host).await? {
            Some(_) => Ok(()),
            None => Err(DockerError::NotKept {
                helper: helper.to_owned(),
                host: host.clone(),
            }),
        }
    }
}

/// docker/cli `encodeAuth`.
fn in_plain_sight(login: &Login) -> SecretString {
    let encoded = |username: &str, password: &str| {
        let pair = SecretString::new(format!("{username}:{password}"));
        SecretString::new(STANDARD.encode(pair.expose()))
    };
    SecretString::new(match login {
        Login::Password { username, password } => {
            let auth = encoded(username, password.expose());
            format!("{{\"auth\": \"{}\"}}", auth.expose())
        }
        Login::IdentityToken { username, token } => {
            let auth = encoded(username, "");
            let token =
                SecretString::new(serde_json::Value::from(token.expose().as_str()).to_string());
            format!(
                "{{\"auth\": \"{}\", \"identitytoken\": {}}}",
                auth.expose(),
                token.expose()
            )
        }
    })
}

/// Sets one member of Docker's file, in one step.
fn change(file: &Path, path: &[&str], value: &SecretString) -> Result<(), DockerError> {
    let unwritable = |error: &io::Error| DockerError::Unwritable {
        file: file.to_owned(),
        reason: error.to_string(),
    };
    // A link stays a link: what it leads to is changed.
    let real = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let before = match fs::read_to_string(&real) {
        Ok(text) => SecretString::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => SecretString::new(String::new()),
        Err(error) => return Err(unwritable(&error)),
    };
    let after = text::set(before.expose(), path, value.expose()).map(SecretString::new);
    let after = after.ok_or_else(|| DockerError::Malformed {
        file: file.to_owned(),
        line: 1,
        column: 1,
    })?;
    write_whole(&real, after.expose().as_bytes()).map_err(|error| unwritable(&error))
}

fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let partial = file.with_extension(format!("json.{}.part", std::process::id()));
    let write = || {
        let mut fresh = private().open(&partial)?;
        fresh.write_all(bytes)?;
        if let Ok(before) = fs::metadata(file) {
            fresh.set_permissions(before.permissions())?;
        }
        fresh.sync_all()?;
        fs::rename(&partial, file)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(&partial);
    })
}

/// A new file for its owner alone, as Docker makes it.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(all(test, unix))]
#[path = "hand_over_tests.rs"]
#[allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]
mod tests;
