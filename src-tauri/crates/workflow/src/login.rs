//! Logins: tried before they are kept, kept in the keyring, never shown again.

use crate::{
    desk::{Desk, Look, held},
    dto::{LoginRequest, LoginTest, Reach, RegistryInfo, RegistryState},
    error::{Code, Error, Result},
    home::{RegistryFile, cannot, write_whole},
};
use hallmark_credentials::{Login, SecretString, docker::DockerLogins};
use hallmark_image::Host;
use hallmark_registry::{Client, Endpoint, Logins};
use std::{fs, path::Path, sync::Arc};

/// The largest CA file that is read, bytes.
const MAX_CA: u64 = 1024 * 1024;

/// A login that is being tried.
struct Tried(Option<Login>);

impl Logins for Tried {
    fn login<'a>(
        &'a self,
        _: &'a Host,
    ) -> futures::future::BoxFuture<'a, std::result::Result<Option<Login>, String>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

impl Desk {
    /// Tries a login, and keeps it where it works.
    ///
    /// # Errors
    /// A code of its own for each way in which it fails; nothing is kept then.
    pub async fn login(&self, ask: LoginRequest) -> Result<LoginTest> {
        let host = host(&ask.host)?;
        let known = self.registry_file(&host);
        let ca = match &ask.ca {
            Some(path)
                if known
                    .as_ref()
                    .is_some_and(|k| k.ca.as_deref() == Some(Path::new(path))) =>
            {
                Some(read_ca(&self.home.path().join(path))?)
            }
            Some(path) => Some(read_ca(Path::new(path))?),
            None => None,
        };
        let (kind, api) = known
            .as_ref()
            .map_or((None, None), |known| (known.kind, known.api.clone()));
        let mut realms = known
            .map(|known| known.confirmed_realms)
            .unwrap_or_default();
        realms.extend(
            ask.confirm_realm
                .clone()
                .filter(|realm| !realms.contains(realm)),
        );
        let login = self.login_of(&host, &ask).await?;
        try_login(
            &host,
            login.as_ref(),
            ca.as_deref(),
            ask.plain_http,
            &realms,
        )
        .await?;
        if let Some(login) = &login {
            self.vault().store_login(&host, login).await?;
        } else {
            self.vault().remove_login(&host).await?;
        }
        let file = RegistryFile {
            host: host.clone(),
            username: ask.username.clone().filter(|name| !name.is_empty()),
            plain_http: ask.plain_http,
            ca: self.keep_ca(&host, ca)?,
            confirmed_realms: realms,
            kind,
            api,
            from_docker: false,
        };
        self.keep_registry(file)?;
        self.client().forget_login(&host)?;
        self.reached(&host, Ok(()));
        let who = ask.username.as_deref().unwrap_or("anonymous");
        self.note("login", format!("{who} at {host}")).await?;
        Ok(self.tested(&host, "Logged in."))
    }

    /// Uses the login that Docker or Podman has, as it is whenever it is needed.
    ///
    /// # Errors
    /// [`Code::NotFound`] where they have none; otherwise as [`login`](Self::login).
    pub async fn login_from_docker(
        &self,
        name: &str,
        ca: Option<String>,
        plain_http: bool,
    ) -> Result<LoginTest> {
        let host = host(name)?;
        let ca = ca.map(|path| read_ca(Path::new(&path))).transpose()?;
        let found = self
            .docker()
            .login(&host)
            .await
            .map_err(|error| Error::new(Code::LoginNeeded, error.to_string()))?;
        let Some((login, _)) = found else {
            return Err(Error::new(
                Code::NotFound,
                format!("Docker and Podman have no login for {host}"),
            )
            .hint("Log in with `hallmark login` or `docker login`."));
        };
        try_login(&host, Some(&login), ca.as_deref(), plain_http, &[]).await?;
        self.keep_registry(RegistryFile {
            host: host.clone(),
            username: None,
            plain_http,
            ca: self.keep_ca(&host, ca)?,
            confirmed_realms: Vec::new(),
            kind: None,
            api: None,
            from_docker: true,
        })?;
        self.reached(&host, Ok(()));
        self.note(
            "login",
            format!("{} at {host}, as Docker has it", login.username()),
        )
        .await?;
        Ok(self.tested(&host, "Docker's login works, and is used from now on."))
    }

    fn docker(&self) -> DockerLogins {
        DockerLogins::from_env(&*self.around.env)
    }

    /// Tries the login that is kept.
    ///
    /// # Errors
    /// As [`login`](Self::login).
    pub async fn test_registry(&self, name: &str) -> Result<LoginTest> {
        let host = host(name)?;
        let known = self.registry_file(&host);
        let login = match &known {
            Some(known) if known.from_docker => {
                let found = self.docker().login(&host).await;
                found
                    .map_err(|error| Error::new(Code::LoginNeeded, error.to_string()))?
                    .map(|(login, _)| login)
            }
            Some(known) if known.username.is_some() => self.vault().login(&host).await?,
            _ => None,
        };
        let tested = self
            .client()
            .check_login(&host, login.as_ref())
            .await
            .map_err(Error::from);
        self.reached(&host, tested.clone());
        tested?;
        let words = if login.is_some() {
            "The login works."
        } else {
            "The registry answers without a login."
        };
        Ok(self.tested(&host, words))
    }

    /// Forgets a registry and its login.
    ///
    /// # Errors
    /// Where the keyring or the workspace file cannot be written.
    pub async fn logout(&self, name: &str) -> Result<Vec<RegistryInfo>> {
        let host = host(name)?;
        self.vault().remove_login(&host).await?;
        // Work that is under way holds this very client; no token of it may be used again.
        self.client().forget_login(&host)?;
        let known = self.registry_file(&host).is_some();
        self.change(|file| file.registries.retain(|own| own.host != host))?;
        held(&self.reached).remove(&host);
        if !known {
            return Err(Error::new(
                Code::NotFound,
                format!("{host} is not among the registries here"),
            ));
        }
        self.note("logout", host.to_string()).await?;
        Ok(self.registries())
    }

    /// The registries that were added.
    pub fn registries(&self) -> Vec<RegistryInfo> {
        let place = self.vault().place().to_string();
        let info = |own: &RegistryFile| RegistryInfo {
            host: own.host.to_string(),
            username: own.username.clone(),
            secret_place: own.username.as_ref().map(|_| place.clone()),
            plain_http: own.plain_http || (own.host.is_loopback() && own.ca.is_none()),
            ca: own.ca.as_ref().map(|ca| ca.display().to_string()),
            confirmed_realms: own.confirmed_realms.clone(),
            from_docker: own
                .from_docker
                .then(|| "Docker's or Podman's own login".to_owned()),
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

    fn reached(&self, host: &Host, result: Result<()>) {
        let problem = result.err().map(|error| error.message);
        let look = Look {
            state: problem.as_ref().map_or(Reach::Ok, |_| Reach::Failing),
            problem,
            at: self.now(),
        };
        held(&self.reached).insert(host.clone(), look);
    }

    fn registry_file(&self, host: &Host) -> Option<RegistryFile> {
        self.file()
            .registries
            .into_iter()
            .find(|own| own.host == *host)
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

    fn keep_ca(&self, host: &Host, ca: Option<Vec<u8>>) -> Result<Option<std::path::PathBuf>> {
        let Some(pem) = ca else { return Ok(None) };
        let path = self.home.ca_file(host);
        write_whole(&path, &pem)?;
        Ok(path.strip_prefix(self.home.path()).ok().map(Path::to_owned))
    }

    fn tested(&self, host: &Host, words: &str) -> LoginTest {
        let known = self.registry_file(host);
        let username = known.and_then(|known| known.username);
        LoginTest {
            host: host.to_string(),
            secret_place: username.as_ref().map(|_| self.vault().place().to_string()),
            username,
            message: words.to_owned(),
        }
    }

    /// The login to try: the password given, else the one that is kept.
    async fn login_of(&self, host: &Host, ask: &LoginRequest) -> Result<Option<Login>> {
        let Some(username) = ask.username.clone().filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        match ask.password.clone().filter(|password| !password.is_empty()) {
            Some(password) => Ok(Some(Login::Password {
                username,
                password: SecretString::new(password),
            })),
            None => match self.vault().login(host).await? {
                Some(kept) if kept.username() == username => Ok(Some(kept)),
                _ => Err(Error::new(
                    Code::BadInput,
                    format!("a password or token for {username} is missing"),
                )),
            },
        }
    }
}

async fn try_login(
    host: &Host,
    login: Option<&Login>,
    ca: Option<&[u8]>,
    plain_http: bool,
    realms: &[String],
) -> Result<()> {
    let mut endpoint = Endpoint::new(host.clone());
    endpoint.plain_http |= plain_http;
    endpoint.ca_pem = ca.map(<[u8]>::to_vec);
    endpoint.confirmed_realms = realms.to_vec();
    let client = Client::new(vec![endpoint], Arc::new(Tried(login.cloned())))?;
    Ok(client.check_login(host, login).await?)
}

fn read_ca(path: &Path) -> Result<Vec<u8>> {
    let bad = |error: &std::io::Error| Error {
        code: Code::BadInput,
        ..cannot("read", path, error)
    };
    let size = fs::metadata(path).map_err(|error| bad(&error))?.len();
    let pem = if size <= MAX_CA {
        fs::read(path).map_err(|error| bad(&error))?
    } else {
        Vec::new()
    };
    if !pem
        .windows(27)
        .any(|window| window == b"-----BEGIN CERTIFICATE-----")
    {
        return Err(Error::new(Code::BadInput, format!("{} holds no certificate in PEM", path.display()))
            .hint("It must be the file of the certificate authority, beginning with -----BEGIN CERTIFICATE-----."));
    }
    Ok(pem)
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
