//! What the tests share: a client with its logins, names, and manifests.

use futures::future::BoxFuture;
use hallmark_credentials::{Login, SecretString};
use hallmark_image::{Host, Repository, media_type};
use hallmark_registry::{Client, Endpoint, Logins, Patience, Resolver, Surroundings};
use std::{
    collections::HashMap,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub const PASSWORD: &str = "canary-password";
/// `ada:canary-password`
pub const BASIC: &str = "Basic YWRhOmNhbmFyeS1wYXNzd29yZA==";

/// Logins that count how often they were asked.
pub struct Ada {
    login: Result<Option<Login>, String>,
    pub asked: AtomicUsize,
}

impl Ada {
    pub fn with(login: Result<Option<Login>, String>) -> Arc<Self> {
        Arc::new(Self {
            login,
            asked: AtomicUsize::new(0),
        })
    }

    pub fn times_asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Logins for Ada {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { self.login.clone() })
    }

    fn may_have(&self, _: &Host) -> bool {
        !matches!(self.login, Ok(None))
    }
}

pub fn password() -> Login {
    Login::Password {
        username: "ada".into(),
        password: SecretString::new(PASSWORD.into()),
    }
}

pub fn ada() -> Arc<Ada> {
    Ada::with(Ok(Some(password())))
}

pub fn nobody() -> Arc<Ada> {
    Ada::with(Ok(None))
}

/// DNS in which only these names are known.
#[derive(Default)]
pub struct Names(pub HashMap<&'static str, &'static str>);

impl Resolver for Names {
    fn lookup<'a>(&'a self, name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let found = self.0.get(name).map(|address| address.parse().unwrap());
        Box::pin(async move {
            found
                .map(|address| vec![address])
                .ok_or_else(|| io::Error::other("no"))
        })
    }
}

pub fn surroundings(names: &[(&'static str, &'static str)]) -> Surroundings {
    Surroundings {
        clock: Arc::new(|| "2026-11-23T10:00:00Z".parse().unwrap()),
        resolver: Arc::new(Names(names.iter().copied().collect())),
        patience: Patience {
            backoff: Duration::from_millis(1),
            ..Patience::default()
        },
    }
}

pub fn client(logins: Arc<Ada>) -> Client {
    Client::within(surroundings(&[]), Vec::new(), logins).unwrap()
}

pub fn client_of(endpoint: Endpoint, logins: Arc<Ada>) -> Client {
    Client::within(surroundings(&[]), vec![endpoint], logins).unwrap()
}

/// `team/api` at `host`.
pub fn api(host: Host) -> Repository {
    Repository {
        host,
        name: "team/api".parse().unwrap(),
    }
}

/// An image manifest that says `words`.
pub fn image(words: &str) -> String {
    let config = hallmark_image::Descriptor::of(media_type::OCI_CONFIG, words.as_bytes());
    let config = serde_json::to_string(&config).unwrap();
    let media_type = media_type::OCI_MANIFEST;
    format!(r#"{{"schemaVersion":2,"mediaType":"{media_type}","config":{config},"layers":[]}}"#)
}
