//! One registry as a session: its base URL, its connections, and what was learnt of its login.
//!
//! Its origin (scheme, host, port) is what credentials are bound to. A job that makes many
//! requests sees the session through a [`Home`] of its own, which counts them and asks for one
//! token that serves for all.

use crate::{
    Endpoint, Error, ErrorKind, Logins, RegistryKind,
    auth::{Auth, Scopes},
    connect::{self, Keys},
    guard::Guard,
    surroundings::Surroundings,
    tls,
};
use hallmark_credentials::{HostSecret, SecretString};
use hallmark_image::{Host, RepositoryName};
use std::{
    collections::HashSet,
    ops::Deref,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::OnceCell;
use url::{Origin, Url};

const HUB_API: &str = "registry-1.docker.io";
const HUB_REALM: &str = "https://auth.docker.io";

/// What all registries of a client share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) surroundings: Surroundings,
    pub(crate) logins: Arc<dyn Logins>,
    pub(crate) requests: Arc<AtomicU64>,
}

/// A registry that is being spoken to, as one caller sees it.
#[derive(Clone)]
pub(crate) struct Home {
    session: Arc<Session>,
    /// What every token of this caller is to be good for, besides what a request needs.
    scopes: Scopes,
    /// Counts this caller's requests.
    counter: Arc<AtomicU64>,
}

impl Deref for Home {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// What all callers of a registry share.
pub(crate) struct Session {
    pub(crate) endpoint: Endpoint,
    pub(crate) shared: Shared,
    pub(crate) guard: Guard,
    pub(crate) auth: Auth,
    /// Held while a fallback index is read, merged and written.
    pub(crate) writing: tokio::sync::Mutex<()>,
    /// Whether one PUT places several tags there, once that is known.
    pub(crate) echoes_tags: OnceLock<bool>,
    writers: Mutex<HashSet<RepositoryName>>,
    base: Url,
    direct: OnceCell<reqwest::Client>,
    guarded: OnceCell<reqwest::Client>,
    seen: tls::Seen,
}

impl Home {
    pub(crate) fn new(endpoint: Endpoint, shared: Shared) -> Result<Self, Error> {
        tls::authorities(&endpoint)?;
        let base = base_url(&endpoint)?;
        let session = Session {
            guard: Guard::new(bare_name(&base), Arc::clone(&shared.surroundings.resolver)),
            auth: Auth::default(),
            writing: tokio::sync::Mutex::default(),
            echoes_tags: OnceLock::new(),
            writers: Mutex::default(),
            direct: OnceCell::new(),
            guarded: OnceCell::new(),
            seen: tls::Seen::default(),
            endpoint,
            shared,
            base,
        };
        Ok(Self {
            session: Arc::new(session),
            scopes: Scopes::none(),
            counter: Arc::default(),
        })
    }

    /// The same registry for a job that wants one token for all of `scopes`, its requests
    /// counted by `counter`.
    pub(crate) fn for_job(&self, scopes: Scopes, counter: Arc<AtomicU64>) -> Self {
        Self {
            session: Arc::clone(&self.session),
            scopes,
            counter,
        }
    }

    /// Whether both are one registry, with one login.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.session, &other.session)
    }

    pub(crate) fn count_request(&self) {
        self.counter.fetch_add(1, Ordering::Relaxed);
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// What to ask a token for in order to read in `name`.
    pub(crate) fn pulling(&self, name: &RepositoryName) -> Scopes {
        let needed = if self.is_written(name) {
            Scopes::push(name)
        } else {
            Scopes::pull(name)
        };
        needed.and(&self.scopes)
    }

    /// What to ask a token for in order to write in `name`.
    pub(crate) fn pushing(&self, name: &RepositoryName) -> Scopes {
        Scopes::push(name).and(&self.scopes)
    }
}

impl Session {
    /// The registry as references name it.
    pub(crate) fn host(&self) -> &Host {
        &self.endpoint.host
    }

    /// Whether the registry is spoken to without TLS.
    pub(crate) fn is_plain(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// Whether `url` is this very registry: scheme, host and port.
    pub(crate) fn is_at(&self, url: &Url) -> bool {
        self.base.origin() == url.origin()
    }

    /// Whether the user, or common knowledge, lets this registry's logins go to `origin`.
    pub(crate) fn trusts_realm(&self, origin: &Origin) -> bool {
        let origin = origin.ascii_serialization();
        let known = self.host().is_docker_hub() && origin == HUB_REALM;
        known
            || self.endpoint.confirmed_realms.iter().any(|confirmed| {
                Url::parse(confirmed)
                    .is_ok_and(|confirmed| confirmed.origin().ascii_serialization() == origin)
            })
    }

    /// Whether its token server is known to want name and password by POST.
    pub(crate) fn takes_oauth2(&self) -> bool {
        self.endpoint.kind() == RegistryKind::Acr
    }

    /// From now on one token shall serve for reading and writing in `name`.
    pub(crate) fn will_push(&self, name: &RepositoryName) {
        let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.insert(name.clone());
    }

    fn is_written(&self, name: &RepositoryName) -> bool {
        let writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
        writers.contains(name)
    }

    /// `/v2/` itself.
    pub(crate) fn root(&self) -> Url {
        self.at("/v2/")
    }

    /// A path of the API below a repository. Names, tags and digests are safe in a path by
    /// their types.
    pub(crate) fn in_repository(&self, name: &RepositoryName, rest: &str) -> Url {
        self.at(&format!("/v2/{name}/{rest}"))
    }

    /// A path of the API.
    pub(crate) fn at(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// What TLS has seen of the registry; none where it was not spoken yet.
    pub(crate) fn tls(&self) -> Option<tls::TlsFacts> {
        self.seen.facts()
    }

    /// The HTTP client: our own for the registry itself, the guarded one for everywhere else.
    pub(crate) async fn http(&self, away: bool) -> Result<reqwest::Client, Error> {
        let (endpoint, surroundings) = (&self.endpoint, &self.shared.surroundings);
        // A keyring that was locked may be open at the next request: failures are not kept.
        if away {
            let made = self.guarded.get_or_try_init(|| async {
                let keys = self.keys(false).await?;
                connect::guarded(endpoint, surroundings, &keys, self.guard.clone())
            });
            return made.await.cloned();
        }
        let made = self.direct.get_or_try_init(|| async {
            let keys = self.keys(true).await?;
            let name = bare_name(&self.base);
            connect::direct(endpoint, surroundings, &keys, name, &self.seen)
        });
        made.await.cloned()
    }

    /// The secrets that connections need; the client certificate is the registry's own.
    async fn keys(&self, own: bool) -> Result<Keys, Error> {
        let client = own && self.endpoint.client_cert_pem.is_some();
        let proxy = self.endpoint.proxy.as_ref();
        let proxy = proxy.is_some_and(|proxy| proxy.username().is_some());
        Ok(Keys {
            client: self.secret(client, HostSecret::ClientKey).await?,
            proxy: self.secret(proxy, HostSecret::ProxyPassword).await?,
        })
    }

    async fn secret(&self, wanted: bool, which: HostSecret) -> Result<Option<SecretString>, Error> {
        if !wanted {
            return Ok(None);
        }
        let host = self.host();
        let kept = self.shared.logins.secret(host, which).await;
        kept.map_err(|why| {
            Error::new(
                ErrorKind::Logins,
                host,
                format!("What the connection to {host} needs could not be read: {why}"),
                "Make the place where secrets are kept available and try again.",
            )
        })
    }
}

/// A URL's host without the brackets of an IPv6 address.
fn bare_name(url: &Url) -> &str {
    let name = url.host_str().unwrap_or_default();
    name.trim_start_matches('[').trim_end_matches(']')
}

fn base_url(endpoint: &Endpoint) -> Result<Url, Error> {
    let scheme = if endpoint.speaks_plain_http() {
        "http"
    } else {
        "https"
    };
    let host = if endpoint.host.is_docker_hub() {
        HUB_API
    } else {
        endpoint.host.as_str()
    };
    Url::parse(&format!("{scheme}://{host}/")).map_err(|_| {
        Error::new(
            ErrorKind::NoSuchHost,
            &endpoint.host,
            format!("“{host}” cannot be the address of a server."),
            "Check the spelling of the registry's name.",
        )
    })
}
