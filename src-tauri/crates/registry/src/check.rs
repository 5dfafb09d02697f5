//! Trying a login before it is kept.
//!
//! It runs as a registry of its own with nothing but this login, so that no token and no
//! password from before can make a wrong one look right.

use crate::{
    Error, ErrorKind, Logins, TlsFacts,
    auth::{Grant, Scopes},
    home::{Home, Shared},
    transport::Call,
};
use futures::future::BoxFuture;
use hallmark_credentials::{HostSecret, Login, SecretString};
use hallmark_image::Host;
use http::Method;
use std::sync::Arc;

/// A login that was tried, and how the registry was spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Whether the registry looked at the login; one that lets everybody in need not.
    pub recognised: bool,
    /// How the registry was spoken to.
    pub connection: Connection,
}

/// How a registry was spoken to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// TLS, or none for plain http.
    pub tls: Option<TlsFacts>,
    /// The proxy that it went through.
    pub proxy: Option<String>,
}

/// This login and no other; the connection's secrets stay those of the registry.
struct Only {
    login: Option<Login>,
    others: Arc<dyn Logins>,
}

impl Logins for Only {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        let login = self.login.clone();
        Box::pin(async move { Ok(login) })
    }

    fn secret<'a>(
        &'a self,
        host: &'a Host,
        which: HostSecret,
    ) -> BoxFuture<'a, Result<Option<SecretString>, String>> {
        self.others.secret(host, which)
    }
}

/// The registry with this login alone.
pub(crate) fn alone(home: &Home, login: Option<&Login>) -> Result<Home, Error> {
    let only = Only {
        login: login.cloned(),
        others: Arc::clone(&home.shared.logins),
    };
    let shared = Shared {
        logins: Arc::new(only),
        ..home.shared.clone()
    };
    Home::new(home.endpoint.clone(), shared)
}

/// GET `/v2/` with this login and no other.
pub(crate) async fn login(home: &Home, login: Option<&Login>) -> Result<Checked, Error> {
    let alone = alone(home, login)?;
    let recognised = greet(&alone, login).await?;
    let proxy = alone.endpoint.proxy.as_ref();
    Ok(Checked {
        recognised,
        connection: Connection {
            tls: alone.tls(),
            proxy: proxy.map(ToString::to_string),
        },
    })
}

async fn greet(alone: &Home, login: Option<&Login>) -> Result<bool, Error> {
    let greeting = || Call::new(Method::GET, alone.root(), Scopes::none(), "its API (/v2/)");
    let answer = greeting().send(alone).await;
    let answer = answer.map_err(|error| no_registry(alone, error))?;
    if answer.grant.is_some() {
        return Ok(login.is_some());
    }
    // Nobody was asked for a login: show it all the same, a registry that lets everybody
    // read may still know a wrong password.
    if let Some(grant) = login.and_then(Grant::basic) {
        greeting().with(grant).send(alone).await?;
    }
    Ok(false)
}

fn no_registry(home: &Home, error: Error) -> Error {
    if *error.kind() != ErrorKind::NotFound {
        return error;
    }
    let host = home.host();
    Error::new(
        ErrorKind::Unsupported,
        host,
        format!("{host} is no registry: it has no /v2/ address."),
        "Check the host and the port; the registry may be under another name than its web pages.",
    )
}
