//! What a server was asked, as it was written down when it came: of a credential the scheme's
//! name, whose it is where that is said, and nothing else.

use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::{
    Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_LENGTH, HOST},
};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, MutexGuard},
};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query; empty where there is none.
    pub query: String,
    /// The server that was meant.
    pub host: String,
    /// What credential it carried, if any.
    pub credential: Option<Credential>,
    /// How long the body was said to be.
    pub length: Option<u64>,
    /// What it was answered; 0 while, or where, it was not.
    pub status: u16,
}

/// A credential, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// `Basic`, `Bearer`.
    pub scheme: String,
    /// Whose, where that is said.
    pub user: Option<String>,
}

/// All that a server was asked, in the order in which it came.
#[derive(Debug, Default)]
pub(crate) struct Asks(Mutex<Noted>);

/// What was forgotten is told no more, but still counts where credentials are concerned.
#[derive(Debug, Default)]
struct Noted {
    all: Vec<Asked>,
    forgotten: usize,
}

impl Asked {
    fn new<B>(request: &Request<B>) -> Self {
        let text = |name| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        Self {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            host: text(HOST).unwrap_or_default(),
            credential: text(AUTHORIZATION).map(|header| Credential::read(&header)),
            length: text(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
            status: 0,
        }
    }

    /// What it was about: a manifest, a blob, an upload, …
    pub fn kind(&self) -> &'static str {
        let mounts = self.query.contains("mount=");
        let path = self.path.trim_end_matches('/');
        match path {
            "/v2" => "api",
            "/v2/_catalog" => "catalogue",
            "/token" => "token",
            _ if path.ends_with("/tags/list") => "tags",
            _ if path.contains("/blobs/uploads") && mounts => "mount",
            _ if path.contains("/blobs/uploads") => "upload",
            _ if path.contains("/blobs/") => "blob",
            _ if path.contains("/manifests/") => "manifest",
            _ if path.contains("/referrers/") => "referrers",
            _ => "other",
        }
    }
}

impl Credential {
    fn read(header: &str) -> Self {
        let (scheme, secret) = header.split_once(' ').unwrap_or((header, ""));
        let user = || {
            let text = String::from_utf8(STANDARD.decode(secret).ok()?).ok()?;
            Some(text.split_once(':')?.0.to_owned())
        };
        let basic = scheme.eq_ignore_ascii_case("basic");
        Self {
            scheme: scheme.to_owned(),
            user: if basic { user() } else { None },
        }
    }
}

impl Asks {
    /// Writes it down; the number is for [`answered`](Self::answered).
    pub(crate) fn arrived<B>(&self, request: &Request<B>) -> usize {
        let mut noted = self.lock();
        noted.all.push(Asked::new(request));
        noted.all.len() - 1
    }

    pub(crate) fn answered(&self, number: usize, status: StatusCode) {
        self.lock().all[number].status = status.as_u16();
    }

    pub(crate) fn told(&self) -> Vec<Asked> {
        let noted = self.lock();
        noted.all[noted.forgotten..].to_vec()
    }

    pub(crate) fn forget(&self) {
        let mut noted = self.lock();
        noted.forgotten = noted.all.len();
    }

    /// A line for each kind of request, and their sum.
    pub(crate) fn tally(&self) -> String {
        let told = self.told();
        let mut kinds: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for asked in &told {
            *kinds.entry((asked.kind(), &asked.method)).or_default() += 1;
        }
        let mut text = String::new();
        for ((kind, method), count) in kinds {
            writeln!(text, "{count} {method} {kind}").unwrap();
        }
        text + &format!("{} in all", told.len())
    }

    /// Those that carried a credential which is not welcome.
    pub(crate) fn strangers(&self, welcome: &Welcome) -> Vec<Asked> {
        let stranger = |asked: &&Asked| !welcome.admits(asked);
        self.lock().all.iter().filter(stranger).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap()
    }
}

/// Whose credentials may come to a registry.
#[derive(Clone, Debug)]
pub enum Welcome {
    /// Nobody's: it is open, or foreign.
    Nobody,
    /// The names and passwords of these users.
    Users(Vec<String>),
    /// Those of these users where tokens are handed out, and everywhere else a token.
    Tokens(Vec<String>),
}

impl Welcome {
    fn admits(&self, asked: &Asked) -> bool {
        let Some(credential) = &asked.credential else {
            return true;
        };
        let known = |users: &[String]| {
            credential
                .user
                .as_ref()
                .is_some_and(|own| users.contains(own))
        };
        match self {
            Self::Nobody => false,
            Self::Users(users) => known(users),
            Self::Tokens(users) if asked.kind() == "token" => known(users),
            Self::Tokens(_) => credential.scheme == "Bearer",
        }
    }
}
