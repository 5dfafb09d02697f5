//! Logins: tried before they are kept, kept in the keyring, never shown again.

use crate::{
    desk::{Desk, Look, held},
    dto::{LoginRequest, LoginTest, Reach, RegistryInfo, RegistryState},
    error::{Code, Error, Result},
    home::write_whole,
    kinds,
    registry_file::RegistryFile,
    trial::Trial,
};
use hallmark_credentials::{HostSecret, Login, docker::DockerLogins};
use hallmark_image::Host;
use std::path::{Path, PathBuf};

impl Desk {
    /// Tries a login, and keeps it where it works.
    ///
    /// # Errors
    /// A code of its own for each way in which it fails; nothing is kept then.
    pub async fn login(&self, ask: LoginRequest) -> Result<LoginTest> {
        let trial = Trial::of(self, ask).await?;
        let host = trial.file.host.clone();
        let found = self.outlived(&host, trial.run(self).await)?;
        let who = trial.who();
        self.keep(trial).await?;
        self.client().forget_login(&host)?;
        self.reached(&host, Ok(&found));
        self.note("login", format!("{who} at {host}")).await?;
        Ok(found)
    }

    /// Tries the login that is kept.
    ///
    /// # Errors
    /// As [`login`](Self::login).
    pub async fn test_registry(&self, name: &str) -> Result<LoginTest> {
        let host = host(name)?;
        let tested = match Trial::kept(self, &host).await {
            Ok(trial) => trial.run(self).await,
            Err(error) => Err(error),
        };
        let tested = self.outlived(&host, tested);
        self.reached(&host, tested.as_ref());
        tested
    }

    /// Forgets a registry and its login.
    ///
    /// # Errors
    /// Where the keyring or the workspace file cannot be written.
    pub async fn logout(&self, name: &str) -> Result<Vec<RegistryInfo>> {
        let host = host(name)?;
        let known = self.registry_file(&host);
        self.vault().remove_login(&host).await?;
        if let Some(known) = &known {
            self.forget_secrets(known).await?;
        }
        // Work that is under way holds this very client; no token of it may be used again.
        self.client().forget_login(&host)?;
        self.change(|file| file.registries.retain(|own| own.host != host))?;
        held(&self.reached).remove(&host);
        if known.is_none() {
            return Err(Error::new(
                Code::NotFound,
                format!("{host} is not among the registries here"),
            ));
        }
        self.note("logout", host.to_string()).await?;
        Ok(self.registries())
    }

    /// Only what was kept is asked for: each call may open the keyring's prompt.
    async fn forget_secrets(&self, known: &RegistryFile) -> Result<()> {
        let kept = [
            (known.client_cert.is_some(), HostSecret::ClientKey),
            (known.proxy.is_some(), HostSecret::ProxyPassword),
        ];
        for (_, which) in kept.into_iter().filter(|(kept, _)| *kept) {
            self.vault().remove_host_secret(&known.host, which).await?;
        }
        Ok(())
    }

    /// The registries that were added.
    pub fn registries(&self) -> Vec<RegistryInfo> {
        let place = self.vault().place().to_string();
        let reached = held(&self.reached);
        let text = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        let info = |own: &RegistryFile| RegistryInfo {
            host: own.host.to_string(),
            username: own.username.clone(),
            secret_place: own.username.as_ref().map(|_| place.clone()),
            plain_http: own.speaks_plain_http(),
            ca: text(&own.ca),
            confirmed_realms: own.confirmed_realms.clone(),
            from_docker: own
                .from_docker
                .then(|| "Docker's or Podman's own login".to_owned()),
            kind: own.kind(),
            kind_name: kinds::of(own.kind()).name,
            helper: own.helper.clone(),
            client_cert: text(&own.client_cert),
            proxy: own.proxy.clone(),
            repository: own.repository.as_ref().map(ToString::to_string),
            expires: own.expires,
            tested: reached.get(&own.host).and_then(|look| look.found.clone()),
        };
        self.file().registries.iter().map(info).collect()
    }

    /// What was last seen of each registry.
    pub(crate) fn registry_states(&self) -> Vec<RegistryState> {
        let reached = held(&self.reached);
        let state = |own: &RegistryFile| {
            let look = reached.get(&own.host);
            RegistryState {
                host: own.host.to_string(),
                state: look.map_or(Reach::Untried, |look| look.state),
                problem: look.and_then(|look| look.problem.clone()),
                tried_at: look.map(|look| look.at),
            }
        };
        self.file().registries.iter().map(state).collect()
    }

    fn reached(&self, host: &Host, result: Result<&LoginTest, &Error>) {
        let look = Look {
            state: result.map_or(Reach::Failing, |_| Reach::Ok),
            problem: result.err().map(|error| error.message.clone()),
            found: result.ok().cloned(),
            at: self.now(),
        };
        held(&self.reached).insert(host.clone(), look);
    }

    /// A refused login whose token is known to have ended has expired, and is not wrong.
    fn outlived<T>(&self, host: &Host, tried: Result<T>) -> Result<T> {
        tried.map_err(|error| {
            let ended = self.registry_file(host).and_then(|known| known.expires);
            match (error.code, ended) {
                (Code::WrongPassword, Some(ended)) if ended <= self.now() => {
                    let when = ended.strftime("%Y-%m-%d %H:%M UTC");
                    let words = format!("The token for {host} expired on {when}.");
                    Error::new(Code::TokenExpired, words)
                        .hint("Make a new token where this one was made, and log in again.")
                }
                _ => error,
            }
        })
    }

    pub(crate) fn docker(&self) -> DockerLogins {
        DockerLogins::from_env(&*self.around.env)
    }

    pub(crate) fn registry_file(&self, host: &Host) -> Option<RegistryFile> {
        self.file()
            .registries
            .into_iter()
            .find(|own| own.host == *host)
    }

    /// Keeps what was tried: secrets first, so that a file never names one that is not there.
    async fn keep(&self, trial: Trial) -> Result<()> {
        let (vault, mut file) = (self.vault(), trial.file);
        let host = file.host.clone();
        match &trial.login {
            Some(login) if trial.ours => vault.store_login(&host, login).await?,
            _ => drop(vault.remove_login(&host).await?),
        }
        let secrets = [
            (HostSecret::ClientKey, &trial.client_key),
            (HostSecret::ProxyPassword, &trial.proxy_password),
        ];
        for (which, secret) in secrets {
            if let Some(secret) = secret {
                vault.store_host_secret(&host, which, secret).await?;
            }
        }
        file.ca = self.keep_pem(&self.home.ca_file(&host), trial.ca)?;
        file.client_cert = self.keep_pem(&self.home.client_cert_file(&host), trial.client_cert)?;
        self.keep_registry(file)
    }

    fn keep_registry(&self, registry: RegistryFile) -> Result<()> {
        self.change(|file| {
            match file
                .registries
                .iter_mut()
                .find(|own| own.host == registry.host)
            {
                Some(own) => *own = registry,
                None => file.registries.push(registry),
            }
        })
    }

    fn keep_pem(&self, path: &Path, pem: Option<Vec<u8>>) -> Result<Option<PathBuf>> {
        let Some(pem) = pem else { return Ok(None) };
        write_whole(path, &pem)?;
        Ok(path.strip_prefix(self.home.path()).ok().map(Path::to_owned))
    }

    /// The login that a registry has now, wherever it is kept.
    ///
    /// # Errors
    /// Where it cannot be read; no other is tried in its place.
    pub(crate) async fn kept_login(&self, known: &RegistryFile) -> Result<Option<Login>> {
        let host = &known.host;
        if let Some(helper) = &known.helper {
            let login = self.docker().helped(helper, host).await?;
            return login.map(Some).ok_or_else(|| no_login_of(helper, host));
        }
        if known.from_docker {
            let found = self.docker().login(host).await?;
            return Ok(found.map(|(login, _)| login));
        }
        if known.username.is_none() {
            return Ok(None);
        }
        Ok(self.vault().login(host).await?)
    }
}

pub(crate) fn no_login_of(helper: &str, host: &Host) -> Error {
    Error::new(
        Code::HelperFailed,
        format!("docker-credential-{helper} has no login for {host}"),
    )
    .hint("Log in where the helper takes its logins from, such as `aws sso login`, and try again.")
}

/// A host as a person gave it.
pub(crate) fn host(text: &str) -> Result<Host> {
    let plain = text
        .trim()
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches('/');
    plain
        .parse()
        .map_err(|error: hallmark_image::ReferenceError| {
            Error::new(Code::BadInput, error.to_string())
        })
}
