//! Calls to a product's own API: to one origin that may have the login, without redirects.

use crate::{
    Error, ErrorKind, RegistryKind,
    auth::{self, Grant, Scopes},
    explain::{self, About, Asking},
    guard,
    home::Home,
    retry,
    transport::Call,
    wire::{Answer, Limit, Outgoing, exchange},
};
use bytes::Bytes;
use hallmark_credentials::Login;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use serde::de::DeserializeOwned;
use url::Url;

/// The most that is read of one answer, bytes.
const LIMIT: u64 = 4 * 1024 * 1024;
const HUB: &str = "https://hub.docker.com";
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A product's API, with the login for it.
pub(super) struct Api<'a> {
    pub(super) home: &'a Home,
    base: Url,
    grant: Option<Grant>,
    /// Who is logged in.
    pub(super) user: Option<String>,
}

/// An answer, read.
pub(super) struct Reply<T> {
    pub(super) body: T,
    pub(super) headers: HeaderMap,
}

impl<'a> Api<'a> {
    /// The API of that product, with this registry's login.
    pub(super) async fn of(home: &'a Home, product: RegistryKind) -> Result<Self, Error> {
        let base = origin(home, product).await?;
        let login = auth::login(home).await?;
        let mut api = Self {
            home,
            base,
            grant: None,
            user: login.as_ref().map(|login| login.username().to_owned()),
        };
        api.grant = match (&login, product) {
            (Some(login), RegistryKind::Hub) => api.sign_in(login).await?,
            (Some(Login::Password { password, .. }), RegistryKind::Gitlab) => {
                Grant::bearer(password.expose(), api.user.clone())
            }
            // Only an OAuth token, whose login has this name, opens Quay's API.
            (Some(Login::Password { username, password }), RegistryKind::Quay) => (username
                == "$oauthtoken")
                .then(|| Grant::bearer(password.expose(), api.user.clone()))
                .flatten(),
            (Some(login), _) => Grant::basic(login),
            (None, _) => None,
        };
        Ok(api)
    }

    /// The registry's own origin, without any login.
    pub(super) fn anonymous(home: &'a Home) -> Self {
        Self {
            home,
            base: home.at("/"),
            grant: None,
            user: None,
        }
    }

    /// Whether it is asked as somebody.
    pub(super) fn is_signed_in(&self) -> bool {
        self.grant.is_some()
    }

    /// Asks for `path`, whose parts are safe by their types, and reads JSON. `what` names it.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        what: &str,
    ) -> Result<Reply<T>, Error> {
        let mut url = self.base.clone();
        url.set_path(path);
        url.query_pairs_mut().extend_pairs(query);
        let mut headers = HeaderMap::from_iter([(ACCEPT, JSON)]);
        if let Some(grant) = &self.grant {
            headers.insert(AUTHORIZATION, grant.header());
        }
        let out = Outgoing {
            method: Method::GET,
            url,
            headers,
            body: None,
            limit: Limit::Whole(LIMIT),
        };
        let answer = self.send(out, what).await?;
        let body = serde_json::from_slice(&answer.body).map_err(|_| self.unreadable(what))?;
        Ok(Reply {
            body,
            headers: answer.headers,
        })
    }

    async fn send(&self, out: Outgoing, what: &str) -> Result<Answer, Error> {
        let home = self.home;
        let away = !home.is_at(&out.url);
        let surroundings = &home.shared.surroundings;
        let mut answer =
            retry::repeat(surroundings, true, || exchange(home, away, out.clone())).await?;
        answer.grant.clone_from(&self.grant);
        let about = About {
            what: what.to_owned(),
            writes: false,
            moves: false,
        };
        match answer.status.as_u16() {
            200..=299 => Ok(answer),
            300..=399 => Err(self.redirected(what)),
            _ => Err(explain::status(home, &about, &answer)),
        }
    }

    /// Docker Hub's API wants a token of its own, had for the name and password.
    async fn sign_in(&self, login: &Login) -> Result<Option<Grant>, Error> {
        let Login::Password { username, password } = login else {
            return Ok(None);
        };
        if let Some(kept) = self.home.auth.product() {
            return Ok(Some(kept));
        }
        let body = serde_json::json!({"identifier": username, "secret": password.expose()});
        let mut url = self.base.clone();
        url.set_path("/v2/auth/token");
        let out = Outgoing {
            method: Method::POST,
            url,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, JSON), (ACCEPT, JSON)]),
            body: Some(Bytes::from(body.to_string()).into()),
            limit: Limit::Whole(64 * 1024),
        };
        let away = !self.home.is_at(&out.url);
        let answer = exchange(self.home, away, out).await?;
        let grant = self.signed_in(&answer, login)?;
        self.home.auth.keep_product(&grant);
        Ok(Some(grant))
    }

    fn signed_in(&self, answer: &Answer, login: &Login) -> Result<Grant, Error> {
        #[derive(serde::Deserialize)]
        struct Token {
            access_token: String,
        }
        let user = login.username();
        match answer.status.as_u16() {
            200..=299 => {}
            300..=399 => return Err(self.redirected("a token of its API")),
            _ => {
                let asking = Asking {
                    login: Some(login),
                    greeting: true,
                };
                return Err(explain::token_refused(self.home, answer, &asking));
            }
        }
        let token = serde_json::from_slice::<Token>(&answer.body).ok();
        token
            .and_then(|token| Grant::bearer(&token.access_token, Some(user.to_owned())))
            .ok_or_else(|| self.unreadable("a token of its API"))
    }

    /// A page that a product numbers: the next one is there where this one is full.
    pub(super) fn following(page: u64, found: usize, full: usize) -> Option<String> {
        (found >= full).then(|| (page + 1).to_string())
    }

    /// Somebody has to be logged in for this list.
    pub(super) fn wants_login(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::LoginNeeded,
            self.home.host(),
            why,
            "Log in to the registry, or type a repository's name.",
        )
    }

    /// The product has no API that lists.
    pub(super) fn has_none(&self) -> Error {
        let host = self.home.host();
        Error::new(
            ErrorKind::Unsupported,
            host,
            format!("{host} has no API that lists its repositories."),
            "Type a repository's name.",
        )
    }

    fn unreadable(&self, what: &str) -> Error {
        let host = self.home.host();
        Error::new(
            ErrorKind::Protocol,
            host,
            format!("{host} gave {what} in a form that cannot be read."),
            "Type a repository's name, and ask whoever runs the registry which product it is.",
        )
    }

    fn redirected(&self, what: &str) -> Error {
        let host = self.home.host();
        Error::new(
            ErrorKind::Refused,
            host,
            format!("{host} sent the request for {what} on to another address."),
            "It was not followed, so that no login goes there; type a repository's name.",
        )
    }
}

/// Where the product's API is, and may have this registry's login.
async fn origin(home: &Home, product: RegistryKind) -> Result<Url, Error> {
    if let Some(named) = &home.endpoint.api {
        let url = Url::parse(named).ok();
        let url = url.filter(|url| guard::check_url(url, home.is_plain()).is_ok());
        return url.ok_or_else(|| unusable(home, named));
    }
    match product {
        RegistryKind::Hub if home.host().is_docker_hub() => {
            Url::parse(HUB).map_err(|_| unusable(home, HUB))
        }
        RegistryKind::Hub => Err(unnamed(home)),
        RegistryKind::Gitlab => token_server(home).await.ok_or_else(|| unnamed(home)),
        _ => Ok(home.at("/")),
    }
}

/// GitLab's API stands where its tokens come from: known where the user confirmed that server.
async fn token_server(home: &Home) -> Option<Url> {
    if home.auth.realm().is_none() {
        let greeting = Call::new(Method::GET, home.root(), Scopes::none(), "its API (/v2/)");
        // Whatever it says, its challenge is remembered.
        let _ = greeting.send(home).await;
    }
    let realm = Url::parse(&home.auth.realm()?).ok()?;
    guard::check_url(&realm, home.is_plain()).ok()?;
    (home.is_at(&realm) || home.trusts_realm(&realm.origin())).then_some(realm)
}

fn unusable(home: &Home, named: &str) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::Refused,
        host,
        format!("“{named}” cannot be the address of the API of {host}."),
        "Name an origin such as https://hub.example.com in the registry's settings.",
    )
}

fn unnamed(home: &Home) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::Unsupported,
        host,
        format!("{host} lists its repositories at another server only, and none was named."),
        "Name its API in the registry's settings, or type a repository's name.",
    )
}
