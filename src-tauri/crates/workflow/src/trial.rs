//! A login as it is tried: everything a person gave, read once, before anything is kept.
//!
//! What was not given anew (a password, a key) is taken from what is kept for the registry.

use crate::{
    desk::Desk,
    dto::{ConnectionInfo, LoginRequest, LoginRights, LoginTest, May},
    error::{Code, Error, Result},
    kinds,
    login::host,
    pem::{read_certificates, read_key},
    registry_file::RegistryFile,
};
use futures::future::BoxFuture;
use hallmark_credentials::{HostSecret, Login, SecretString};
use hallmark_image::{Host, Repository, RepositoryName};
use hallmark_registry::{
    Checked, Client, Endpoint, Logins, Proxy, RegistryKind, Right, Rights, TlsFacts,
};
use jiff::{SignedDuration, Timestamp};
use std::{path::Path, sync::Arc};

/// A login to be tried.
pub(crate) struct Trial {
    /// What would be kept of it that is no secret; paths are still to be set.
    pub(crate) file: RegistryFile,
    pub(crate) login: Option<Login>,
    /// The login is ours to keep, and not a helper's or Docker's.
    pub(crate) ours: bool,
    pub(crate) ca: Option<Vec<u8>>,
    pub(crate) client_cert: Option<Vec<u8>>,
    pub(crate) client_key: Option<SecretString>,
    pub(crate) proxy_password: Option<SecretString>,
}

/// This login and these secrets, for the one registry that is tried.
struct Tried {
    login: Option<Login>,
    client_key: Option<SecretString>,
    proxy_password: Option<SecretString>,
}

impl Logins for Tried {
    fn login<'a>(
        &'a self,
        _: &'a Host,
    ) -> BoxFuture<'a, std::result::Result<Option<Login>, String>> {
        Box::pin(async { Ok(self.login.clone()) })
    }

    fn secret<'a>(
        &'a self,
        _: &'a Host,
        which: HostSecret,
    ) -> BoxFuture<'a, std::result::Result<Option<SecretString>, String>> {
        let secret = match which {
            HostSecret::ClientKey => &self.client_key,
            HostSecret::ProxyPassword => &self.proxy_password,
        };
        Box::pin(async { Ok(secret.clone()) })
    }
}

impl Trial {
    /// Reads what was asked for.
    ///
    /// # Errors
    /// [`Code::BadInput`] for what cannot be read; whatever keeps a stored secret from it.
    pub(crate) async fn of(desk: &Desk, ask: LoginRequest) -> Result<Self> {
        let host = host(&ask.host)?;
        let known = desk.registry_file(&host);
        let (proxy, given) = proxy_of(ask.proxy.as_deref())?;
        let client_key = match &ask.client_key {
            Some(path) => Some(read_key(Path::new(path))?),
            None => None,
        };
        let mut trial = Self {
            ca: desk.pem(
                ask.ca.as_deref(),
                known.as_ref().and_then(|k| k.ca.as_deref()),
            )?,
            client_cert: desk.pem(
                ask.client_cert.as_deref(),
                known.as_ref().and_then(|k| k.client_cert.as_deref()),
            )?,
            file: file_of(&host, &ask, known.as_ref(), proxy.as_ref())?,
            login: None,
            ours: ask.helper.is_none() && !ask.from_docker,
            client_key,
            proxy_password: given,
        };
        trial.fill(desk, known.as_ref()).await?;
        trial.login = trial.login_of(desk, &ask, known.as_ref()).await?;
        trial.file.expires = trial.expiry(desk.now(), &ask, known.as_ref());
        Ok(trial)
    }

    /// A registry as it is kept.
    pub(crate) async fn kept(desk: &Desk, host: &Host) -> Result<Self> {
        let known = desk.registry_file(host);
        let file = known
            .clone()
            .unwrap_or_else(|| RegistryFile::new(host.clone()));
        let read = |path: &Path| read_certificates(&desk.home.path().join(path));
        let mut trial = Self {
            ca: file.ca.as_deref().map(read).transpose()?,
            client_cert: file.client_cert.as_deref().map(read).transpose()?,
            login: desk.kept_login(&file).await?,
            ours: file.helper.is_none() && !file.from_docker,
            file,
            client_key: None,
            proxy_password: None,
        };
        trial.fill(desk, known.as_ref()).await?;
        Ok(trial)
    }

    /// Takes from what is kept what was not given anew.
    async fn fill(&mut self, desk: &Desk, known: Option<&RegistryFile>) -> Result<()> {
        let (vault, host) = (desk.vault(), self.file.host.clone());
        let kept_key = known.is_some_and(|known| known.client_cert.is_some());
        if self.client_cert.is_some() && self.client_key.is_none() && kept_key {
            self.client_key = vault.host_secret(&host, HostSecret::ClientKey).await?;
        }
        let same_proxy = known.is_some_and(|known| known.proxy == self.file.proxy);
        if self.file.proxy.is_some() && self.proxy_password.is_none() && same_proxy {
            self.proxy_password = vault.host_secret(&host, HostSecret::ProxyPassword).await?;
        }
        Ok(())
    }

    /// The login to try: the helper's or Docker's, the password given, else the one kept.
    async fn login_of(
        &self,
        desk: &Desk,
        ask: &LoginRequest,
        known: Option<&RegistryFile>,
    ) -> Result<Option<Login>> {
        if !self.ours {
            let login = desk.kept_login(&self.file).await?;
            return login
                .map(Some)
                .ok_or_else(|| dockers_has_none(&self.file.host));
        }
        let Some(username) = self.file.username.clone() else {
            return Ok(None);
        };
        if let Some(password) = ask.password.clone().filter(|password| !password.is_empty()) {
            return Ok(Some(Login::Password {
                username,
                password: SecretString::new(password),
            }));
        }
        let kept = match known {
            Some(known) if known.username.is_some() => desk.vault().login(&known.host).await?,
            _ => None,
        };
        match kept {
            Some(kept) if kept.username() == username => Ok(Some(kept)),
            _ => Err(Error::new(
                Code::BadInput,
                format!("a password or token for {username} is missing"),
            )),
        }
    }

    /// When the token ends: as it says itself, else as its kind is known to.
    fn expiry(
        &self,
        now: Timestamp,
        ask: &LoginRequest,
        known: Option<&RegistryFile>,
    ) -> Option<Timestamp> {
        let login = self.login.as_ref().filter(|_| self.ours)?;
        if ask.password.as_deref().is_none_or(str::is_empty) {
            return known.and_then(|known| known.expires);
        }
        let own = login.ends().and_then(|ends| Timestamp::try_from(ends).ok());
        own.or_else(|| {
            let life = kinds::life(self.file.kind(), login.username())?;
            now.checked_add(SignedDuration::try_from(life).ok()?).ok()
        })
    }

    /// Who logs in, for the record.
    pub(crate) fn who(&self) -> String {
        let name = self.login.as_ref().map_or("anonymous", Login::username);
        match (&self.file.helper, self.file.from_docker) {
            (Some(helper), _) => format!("{name}, as docker-credential-{helper} has it,"),
            (None, true) => format!("{name}, as Docker has it,"),
            (None, false) => name.to_owned(),
        }
    }

    /// Tries it, without keeping anything.
    ///
    /// # Errors
    /// A code of its own for each way in which it fails.
    pub(crate) async fn run(&self, desk: &Desk) -> Result<LoginTest> {
        let client = self.client()?;
        let host = &self.file.host;
        let login = self.login.as_ref();
        let checked = client.check_login(host, login).await?;
        let rights = match &self.file.repository {
            Some(name) => Some(rights(&client, host, name, login).await?),
            None => None,
        };
        let username = login.map(|login| login.username().to_owned());
        let ends = login.and_then(Login::ends);
        Ok(LoginTest {
            host: host.to_string(),
            message: self.words(&checked, rights.as_ref()),
            secret_place: login.map(|_| self.place(desk)),
            username,
            connection: connection(&self.file, &checked),
            rights,
            expires: self
                .file
                .expires
                .or_else(|| Timestamp::try_from(ends?).ok()),
        })
    }

    /// Where the secret is, or will be once this has worked.
    fn place(&self, desk: &Desk) -> String {
        match (&self.file.helper, self.file.from_docker) {
            (Some(helper), _) => format!("docker-credential-{helper}"),
            (None, true) => "Docker's or Podman's own login".to_owned(),
            (None, false) => desk.vault().place().to_string(),
        }
    }

    fn words(&self, checked: &Checked, rights: Option<&LoginRights>) -> String {
        let begins = match (&self.login, checked.recognised) {
            (None, _) => "The registry answers without a login",
            (Some(_), true) => "The login works",
            (Some(_), false) => "The registry lets everybody in, and did not object to the login",
        };
        match rights {
            None => format!("{begins}."),
            Some(rights) => format!("{begins}. {}", rights.in_words()),
        }
    }

    fn client(&self) -> Result<Client> {
        let mut endpoint = Endpoint::new(self.file.host.clone());
        endpoint.plain_http |= self.file.plain_http;
        endpoint.ca_pem.clone_from(&self.ca);
        endpoint.kind = self.file.kind;
        endpoint
            .confirmed_realms
            .clone_from(&self.file.confirmed_realms);
        endpoint.client_cert_pem.clone_from(&self.client_cert);
        endpoint.proxy = proxy_of(self.file.proxy.as_deref())?.0;
        let tried = Tried {
            login: self.login.clone(),
            client_key: self.client_key.clone(),
            proxy_password: self.proxy_password.clone(),
        };
        Ok(Client::new(vec![endpoint], Arc::new(tried))?)
    }
}

impl LoginRights {
    /// “In team/api it may pull and may not push.”
    pub fn in_words(&self) -> String {
        let right = |what: &str, may: May| match may {
            May::Yes => format!("may {what}"),
            May::No => format!("may not {what}"),
            May::Unknown => format!("the registry did not tell whether it may {what}"),
        };
        let (pull, push) = (right("pull", self.pull), right("push", self.push));
        let but = if self.pull == self.push { "and" } else { "but" };
        format!("In {} it {pull} {but} {push}.", self.repository)
    }
}

async fn rights(
    client: &Client,
    host: &Host,
    name: &RepositoryName,
    login: Option<&Login>,
) -> Result<LoginRights> {
    let repository = Repository {
        host: host.clone(),
        name: name.clone(),
    };
    let Rights { pull, push } = client.rights(&repository, login).await?;
    let may = |right: &Right| match right {
        Right::Yes => May::Yes,
        Right::No => May::No,
        Right::Unknown(_) => May::Unknown,
    };
    let (may_pull, may_push) = (may(&pull), may(&push));
    let why = [pull, push].into_iter().find_map(|right| match right {
        Right::Unknown(why) => Some(why),
        _ => None,
    });
    Ok(LoginRights {
        repository: name.to_string(),
        pull: may_pull,
        push: may_push,
        why,
    })
}

fn connection(file: &RegistryFile, checked: &Checked) -> ConnectionInfo {
    let tls = checked.connection.tls.as_ref();
    let through = checked.connection.proxy.as_ref();
    let through = through.map_or_else(String::new, |proxy| format!(", through the proxy {proxy}"));
    let words = match tls {
        Some(tls) => format!("{}{through}.", tls_words(tls)),
        None if file.speaks_plain_http() => format!("Plain http, without encryption{through}."),
        None => format!("https{through}."),
    };
    ConnectionInfo {
        words,
        tls: tls.map(|tls| tls.version.to_owned()),
        subject: tls.map(|tls| tls.subject.clone()),
        issuer: tls.map(|tls| tls.issuer.clone()),
        valid_from: tls.map(|tls| tls.valid_from),
        valid_until: tls.map(|tls| tls.valid_until),
        client_certificate: tls.is_some_and(|tls| tls.client_certificate_shown),
        proxy: checked.connection.proxy.clone(),
    }
}

fn tls_words(tls: &TlsFacts) -> String {
    let shown = match tls.client_certificate_shown {
        true => ", and your client certificate was shown",
        false => "",
    };
    format!(
        "{} with the certificate of {}, made by {}, valid until {}{shown}",
        tls.version,
        tls.subject,
        tls.issuer,
        tls.valid_until.strftime("%Y-%m-%d")
    )
}

fn file_of(
    host: &Host,
    ask: &LoginRequest,
    known: Option<&RegistryFile>,
    proxy: Option<&Proxy>,
) -> Result<RegistryFile> {
    let repository = ask.repository.as_deref().filter(|name| !name.is_empty());
    let repository = repository.map(str::parse).transpose();
    let mut realms = known.map_or_else(Vec::new, |known| known.confirmed_realms.clone());
    realms.extend(
        ask.confirm_realm
            .clone()
            .filter(|realm| !realms.contains(realm)),
    );
    let ours = ask.helper.is_none() && !ask.from_docker;
    let username = ask.username.clone().filter(|name| ours && !name.is_empty());
    // What the name tells is not written down; what is kept stays unless another was chosen.
    let kind = ask.kind.or_else(|| known.and_then(|known| known.kind));
    Ok(RegistryFile {
        username,
        plain_http: ask.plain_http,
        confirmed_realms: realms,
        kind: kind.filter(|kind| *kind != RegistryKind::guess(host)),
        api: known.and_then(|known| known.api.clone()),
        from_docker: ask.from_docker && ask.helper.is_none(),
        helper: ask.helper.clone(),
        proxy: proxy.map(ToString::to_string),
        repository: repository.map_err(Error::bad_input)?,
        ..RegistryFile::new(host.clone())
    })
}

pub(crate) fn proxy_of(text: Option<&str>) -> Result<(Option<Proxy>, Option<SecretString>)> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok((None, None));
    };
    let (proxy, password) = Proxy::parse(text).map_err(Error::bad_input)?;
    Ok((Some(proxy), password))
}

fn dockers_has_none(host: &Host) -> Error {
    Error::new(
        Code::NotFound,
        format!("Docker and Podman have no login for {host}"),
    )
    .hint("Log in with `hallmark login` or `docker login`.")
}
