//! Trying a login before it is kept.
//!
//! It runs as a registry of its own with nothing but this login, so that no token and no
//! password from before can make a wrong one look right.

use crate::{
    Error, ErrorKind, Logins,
    auth::{Grant, Scopes},
    home::{Home, Shared},
    transport::Call,
};
use futures::future::BoxFuture;
use hallmark_credentials::Login;
use hallmark_image::Host;
use http::Method;
use std::sync::Arc;

struct Only(Option<Login>);

impl Logins for Only {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        let login = self.0.clone();
        Box::pin(async move { Ok(login) })
    }
}

/// GET `/v2/` with this login and no other.
pub(crate) async fn login(home: &Home, login: Option<&Login>) -> Result<(), Error> {
    let shared = Shared {
        logins: Arc::new(Only(login.cloned())),
        ..home.shared.clone()
    };
    let alone = Home::new(home.endpoint.clone(), shared)?;
    let greeting = || Call::new(Method::GET, alone.root(), Scopes::none(), "its API (/v2/)");
    let answer = greeting().send(&alone).await;
    let answer = answer.map_err(|error| no_registry(&alone, error))?;
    if answer.grant.is_some() {
        return Ok(());
    }
    // Nobody was asked for a login: show it all the same, a registry that lets everybody
    // read may still know a wrong password.
    match login.and_then(Grant::basic) {
        Some(grant) => greeting().with(grant).send(&alone).await.map(|_| ()),
        None => Ok(()),
    }
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
