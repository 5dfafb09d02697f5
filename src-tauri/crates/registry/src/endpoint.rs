//! One registry as the user added it: how to reach it, and what to trust there.
//!
//! It holds no secrets; a login is asked for when the registry wants one, the key of a client
//! certificate and a proxy's password when the first connection is made.

use crate::{RegistryKind, proxy::Proxy};
use futures::future::BoxFuture;
use hallmark_credentials::{HostSecret, Login, SecretString};
use hallmark_image::Host;

/// How a registry is reached.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The registry, as references name it.
    pub host: Host,
    /// Speak plain http, because the user asked for it.
    pub plain_http: bool,
    /// Certificate authorities to trust for this registry besides the system's, PEM.
    pub ca_pem: Option<Vec<u8>>,
    /// Origins (`https://auth.example.com`) that the user confirmed as this registry's token
    /// servers.
    pub confirmed_realms: Vec<String>,
    /// Which product it is, where the user said so.
    pub kind: Option<RegistryKind>,
    /// The origin of the product's own API, where the user said that it is not the registry's.
    pub api: Option<String>,
    /// The certificate, with its chain, to show where the registry asks for one, PEM. Its key
    /// is a secret: [`Logins::secret`].
    pub client_cert_pem: Option<Vec<u8>>,
    /// The proxy to go through; none is ever taken from the environment.
    pub proxy: Option<Proxy>,
}

impl Endpoint {
    /// `host` over https; on loopback over plain http, unless a CA is given.
    pub fn new(host: Host) -> Self {
        Self {
            host,
            plain_http: false,
            ca_pem: None,
            confirmed_realms: Vec::new(),
            kind: None,
            api: None,
            client_cert_pem: None,
            proxy: None,
        }
    }

    /// Which product it is: as the user said, else as its name tells.
    pub fn kind(&self) -> RegistryKind {
        self.kind.unwrap_or_else(|| RegistryKind::guess(&self.host))
    }

    /// Whether plain http is spoken: where asked for, and on loopback without a CA.
    pub fn speaks_plain_http(&self) -> bool {
        self.plain_http || (self.host.is_loopback() && self.ca_pem.is_none())
    }
}

/// Where logins come from; asked only when a registry wants one.
pub trait Logins: Send + Sync + 'static {
    /// The login for `host`, or none. An error stops the request: another registry's login
    /// is never tried in its place.
    fn login<'a>(&'a self, host: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>>;

    /// Whether there may be a login for `host`; looks nowhere for it.
    fn may_have(&self, _host: &Host) -> bool {
        true
    }

    /// A secret of `host` beside its login, or none.
    fn secret<'a>(
        &'a self,
        _host: &'a Host,
        _which: HostSecret,
    ) -> BoxFuture<'a, Result<Option<SecretString>, String>> {
        Box::pin(async { Ok(None) })
    }
}

/// Nobody is logged in anywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct Anonymous;

impl Logins for Anonymous {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn may_have(&self, _: &Host) -> bool {
        false
    }
}
