//! What Docker and Podman know, taken over; and a login of ours, handed to Docker.

use crate::{
    desk::Desk,
    dto::{
        AskHandOver, AskImport, HandOverPlan, ImportPreview, Imported, KnownLogin, LoginRequest,
    },
    error::{Code, Error, Result},
    login::host,
    registry_file::RegistryFile,
};
use hallmark_credentials::{
    Login,
    docker::{Destination, DockerError, HandedOver, Known, Unusable},
};
use hallmark_image::Host;

impl Desk {
    /// What Docker and Podman know, with what can be taken and what cannot, and why.
    pub async fn import_preview(&self) -> ImportPreview {
        let (known, unusable) = self.docker().known().await;
        let here = self.file().registries;
        let row = |known: Known| KnownLogin {
            here: here.iter().any(|own| own.host == known.host),
            host: known.host.to_string(),
            place: known.source.to_string(),
            problem: match &known.username {
                Ok(Some(_)) => None,
                Ok(None) => Some("No login is kept for it.".to_owned()),
                Err(error) => Some(sentence(error)),
            },
            username: known.username.ok().flatten(),
        };
        ImportPreview {
            logins: known.into_iter().map(row).collect(),
            problems: unusable.iter().map(in_words).collect(),
            place: self.vault().place().to_string(),
        }
    }

    /// Takes over what was chosen: each login is tried first, and one that fails keeps none of
    /// the others from being taken.
    ///
    /// # Errors
    /// [`Code::BadInput`] for a host that is none.
    pub async fn import(&self, ask: AskImport) -> Result<Vec<Imported>> {
        let mut done = Vec::new();
        for name in &ask.hosts {
            let host = host(name)?;
            let taken = self.take_over(&host, ask.copy).await;
            done.push(Imported {
                host: host.to_string(),
                done: taken.is_ok(),
                message: taken.unwrap_or_else(|error| error.message),
            });
        }
        Ok(done)
    }

    async fn take_over(&self, host: &Host, copy: bool) -> Result<String> {
        let known = self.registry_file(host);
        let text = |path: &Option<std::path::PathBuf>| {
            path.as_ref().map(|path| path.display().to_string())
        };
        // How a registry that is here already is reached stays as it is.
        let mut ask = LoginRequest {
            host: host.to_string(),
            from_docker: !copy,
            plain_http: known.as_ref().is_some_and(|known| known.plain_http),
            ca: known.as_ref().and_then(|known| text(&known.ca)),
            client_cert: known.as_ref().and_then(|known| text(&known.client_cert)),
            proxy: known.as_ref().and_then(|known| known.proxy.clone()),
            repository: known.and_then(|known| known.repository.map(|name| name.to_string())),
            ..LoginRequest::default()
        };
        if copy {
            let found = self.docker().login(host).await?;
            let (login, _) = found.ok_or_else(|| {
                Error::new(Code::NotFound, format!("no login is kept for {host}"))
            })?;
            let Login::Password { username, password } = login else {
                return Err(Error::new(
                    Code::BadInput,
                    format!("Docker has an identity token for {host}, which only Docker renews"),
                )
                .hint("Use it as Docker has it, or log in here."));
            };
            ask.username = Some(username);
            ask.password = Some(password.expose().clone());
        }
        Ok(self.login(ask).await?.message)
    }

    /// Where the login of a registry would go that is handed to Docker.
    ///
    /// # Errors
    /// [`Code::BadInput`] where there is nothing to hand over; what keeps Docker's
    /// configuration from being read.
    pub fn hand_over_plan(&self, name: &str) -> Result<HandOverPlan> {
        let host = host(name)?;
        let known = self.to_hand_over(&host)?;
        let over = self.docker().destination(&host)?;
        let (helper, set) = match (over.destination, known.helper.clone()) {
            (Destination::Helper { name, set }, own) => {
                let same = own.as_ref().is_none_or(|own| *own == name);
                (Some(own.unwrap_or(name)), set && same)
            }
            (Destination::File, own) => (own, false),
        };
        Ok(HandOverPlan {
            host: host.to_string(),
            file: over.file.display().to_string(),
            helper,
            set,
            also: also(&known),
        })
    }

    /// Hands the login of a registry to Docker, so that `docker push` works with it.
    ///
    /// # Errors
    /// [`Code::BadInput`] where there is nothing to hand over; [`Code::HelperFailed`] where it
    /// could not be kept. Docker's configuration is then as it was.
    pub async fn hand_over(&self, ask: AskHandOver) -> Result<HandOverPlan> {
        let host = host(&ask.host)?;
        let known = self.to_hand_over(&host)?;
        let over = match &known.helper {
            Some(helper) => self.docker().use_helper(&host, helper)?,
            None => {
                let login = self.kept_login(&known).await?;
                let login = login.ok_or_else(|| nothing_to_hand_over(&host))?;
                self.docker()
                    .hand_over(&host, &login, ask.plain_sight)
                    .await?
            }
        };
        let HandedOver { destination, file } = over;
        let helper = match destination {
            Destination::Helper { name, .. } => Some(name),
            Destination::File => None,
        };
        self.note("login", format!("the login of {host} handed to Docker"))
            .await?;
        Ok(HandOverPlan {
            host: host.to_string(),
            file: file.display().to_string(),
            helper,
            set: true,
            also: also(&known),
        })
    }

    fn to_hand_over(&self, host: &Host) -> Result<RegistryFile> {
        let known = self.registry_file(host).ok_or_else(|| {
            Error::new(
                Code::NotFound,
                format!("{host} is not among the registries here"),
            )
        })?;
        if known.from_docker {
            let words = format!("the login of {host} is Docker's already");
            return Err(Error::new(Code::BadInput, words));
        }
        match known.username.is_some() || known.helper.is_some() {
            true => Ok(known),
            false => Err(nothing_to_hand_over(host)),
        }
    }
}

fn nothing_to_hand_over(host: &Host) -> Error {
    let words = format!("{host} is used without a login: there is nothing to hand over");
    Error::new(Code::BadInput, words)
}

/// Docker reads certificates from a folder of the system's, which is its administrator's.
fn also(known: &RegistryFile) -> Option<String> {
    let host = &known.host;
    let folder = format!("/etc/docker/certs.d/{host}/");
    if known.client_cert.is_some() {
        return Some(format!(
            "Docker also needs the client certificate and its key, as client.cert and client.key in {folder}."
        ));
    }
    if known.ca.is_some() && !host.is_loopback() {
        return Some(format!(
            "Docker also needs the certificate authority, as {folder}ca.crt."
        ));
    }
    (known.plain_http && !host.is_loopback()).then(|| {
        format!(
            "Docker also needs {host} among its insecure-registries, in /etc/docker/daemon.json."
        )
    })
}

fn in_words(unusable: &Unusable) -> String {
    match unusable {
        Unusable::File(error) => sentence(error),
        Unusable::Name { name, file } => format!(
            "“{}” in {} is for one repository, or names no registry.",
            name.chars()
                .filter(|c| !c.is_control())
                .take(120)
                .collect::<String>(),
            file.display()
        ),
    }
}

fn sentence(error: &DockerError) -> String {
    let error = Error::from(error.clone());
    match error.hint {
        Some(hint) => format!("{}. {hint}", error.message),
        None => format!("{}.", error.message),
    }
}
