//! Who may do what: Basic on every request, or tokens (distribution's "Token Authentication").
//! Passwords and tokens are compared by their hashes and never written anywhere.

use crate::{
    Access, Clock, Config, User,
    annexe::Annexe,
    habits::Catalog,
    problem::Problem,
    route::{Need, Query},
    scope::{Scope, may_list},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hallmark_image::Digest;
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Stands at the door.
#[derive(Debug)]
pub(crate) struct Door {
    access: Access,
    clock: Clock,
    issued: Mutex<Issued>,
    catalog: Catalog,
    service: &'static str,
    token_path: &'static str,
    /// The origin that tokens are had from, where it is another.
    tokens_apart: Option<String>,
}

/// What was handed out, by hash.
#[derive(Debug, Default)]
struct Issued {
    tokens: HashMap<Digest, Grant>,
    refresh: HashMap<Digest, String>,
    /// Tokens of a product's own API.
    #[cfg(feature = "faults")]
    product: HashMap<Digest, String>,
}

/// What a token is good for.
#[derive(Clone, Debug)]
struct Grant {
    scopes: Vec<Scope>,
    ends: Timestamp,
}

/// The name of a credential's scheme, the only part of it that is ever kept.
pub(crate) fn scheme(headers: &HeaderMap) -> Option<String> {
    Some(credential(headers)?.0.to_owned())
}

fn credential(headers: &HeaderMap) -> Option<(&str, &str)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.trim().split_once(' ')
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = credential(headers)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// The hash of a bearer token.
#[cfg(feature = "faults")]
fn bearer(headers: &HeaderMap) -> Option<Digest> {
    let (scheme, token) = credential(headers)?;
    let bearer = scheme.eq_ignore_ascii_case("bearer");
    bearer.then(|| Digest::sha256(token.trim()))
}

/// Compares hashes, so that the time it takes says nothing of the password.
fn login<'a>(users: &'a [User], name: &str, password: &str) -> Option<&'a User> {
    users.iter().find(|user| {
        user.name == name && Digest::sha256(&user.password) == Digest::sha256(password)
    })
}

impl Door {
    pub(crate) fn new(config: &Config, annexe: Option<&Annexe>) -> Self {
        let habits = &config.habits;
        let annexe = annexe.filter(|_| habits.tokens_apart);
        Self {
            access: config.access.clone(),
            clock: config.clock.clone(),
            issued: Mutex::default(),
            catalog: habits.catalog,
            service: habits.service,
            token_path: habits.token_path,
            tokens_apart: annexe.map(|annexe| annexe.origin().to_owned()),
        }
    }

    /// Lets a request in that has every right of `needs`; `origin` is where `/token` is found.
    /// Returns those of the optional ones that it lacks.
    pub(crate) fn admit(
        &self,
        headers: &HeaderMap,
        needs: &[Need],
        origin: &str,
    ) -> Result<Vec<Need>, Problem> {
        match &self.access {
            Access::Open if self.catalog != Catalog::Everybody && lists(needs) => {
                Err(Problem::denied("the repositories are not listed here"))
            }
            Access::Open => Ok(Vec::new()),
            Access::Basic(users) => {
                let user = basic(headers).and_then(|(name, word)| login(users, &name, &word));
                admit_user(user, needs, self.catalog)
            }
            Access::Bearer { .. } => self.admit_bearer(headers, needs, origin),
        }
    }

    fn admit_bearer(
        &self,
        headers: &HeaderMap,
        needs: &[Need],
        origin: &str,
    ) -> Result<Vec<Need>, Problem> {
        let token = credential(headers)
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| Digest::sha256(token.trim()));
        let Some(token) = token else {
            return Err(self.challenge(needs, origin, None));
        };
        let grant = self.issued().tokens.get(&token).cloned();
        let Some(grant) = grant.filter(|grant| grant.ends > self.clock.now()) else {
            return Err(self.challenge(needs, origin, Some("invalid_token")));
        };
        let lacking: Vec<&Need> = needs.iter().filter(|need| !grant.gives(need)).collect();
        if lacking.iter().any(|need| !need.optional) {
            return Err(self.insufficient(needs, origin));
        }
        Ok(lacking.into_iter().cloned().collect())
    }

    /// The refusal of a token that does not reach so far.
    pub(crate) fn insufficient(&self, needs: &[Need], origin: &str) -> Problem {
        self.challenge(needs, origin, Some("insufficient_scope"))
    }

    fn challenge(&self, needs: &[Need], origin: &str, error: Option<&str>) -> Problem {
        let origin = self.tokens_apart.as_deref().unwrap_or(origin);
        let (path, service) = (self.token_path, self.service);
        let mut words = format!("Bearer realm=\"{origin}{path}\",service=\"{service}\"");
        if !needs.is_empty() {
            let scopes: Vec<String> = needs.iter().map(Need::to_string).collect();
            words.push_str(&format!(",scope=\"{}\"", scopes.join(" ")));
        }
        if let Some(error) = error {
            words.push_str(&format!(",error=\"{error}\""));
        }
        Problem::unauthorized(&words)
    }

    /// Answers `GET /token` and, with a `form`, the OAuth2 `POST /token`.
    pub(crate) fn token(
        &self,
        headers: &HeaderMap,
        query: &Query,
        form: Option<&Query>,
    ) -> Result<Value, Problem> {
        let Access::Bearer {
            users,
            anonymous_pull,
            lifetime,
        } = &self.access
        else {
            return Err(Problem::not_found());
        };
        let asked = form.unwrap_or(query);
        let user = match form {
            Some(form) => Some(self.oauth_user(users, form)?),
            None => match basic(headers) {
                Some((name, word)) => Some(login(users, &name, &word).ok_or_else(wrong_login)?),
                None if *anonymous_pull => None,
                None => return Err(wrong_login()),
            },
        };
        let scopes = asked
            .all("scope")
            .flat_map(|scopes| scopes.split(' '))
            .filter_map(Scope::parse)
            .filter_map(|scope| scope.allowed(user, self.catalog))
            .collect();
        let wants_refresh = asked.get("offline_token") == Some("true")
            || asked.get("access_type") == Some("offline")
            || asked.get("grant_type") == Some("refresh_token");
        Ok(self.issue(user.filter(|_| wants_refresh), scopes, *lifetime))
    }

    fn oauth_user<'a>(&self, users: &'a [User], form: &Query) -> Result<&'a User, Problem> {
        let field = |name| form.get(name).unwrap_or_default();
        let user = match form.get("grant_type") {
            Some("password") => login(users, field("username"), field("password")),
            Some("refresh_token") => {
                let refresh = Digest::sha256(field("refresh_token"));
                let name = self.issued().refresh.get(&refresh).cloned();
                name.and_then(|name| users.iter().find(|user| user.name == name))
            }
            _ => None,
        };
        user.ok_or_else(wrong_login)
    }

    fn issue(&self, refresh: Option<&User>, scopes: Vec<Scope>, lifetime: Duration) -> Value {
        let now = self.clock.now();
        let token = secret();
        let words: Vec<String> = scopes.iter().map(Scope::words).collect();
        let lives = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
        let ends = now.checked_add(lives).unwrap_or(Timestamp::MAX);
        let mut issued = self.issued();
        issued.tokens.retain(|_, grant| grant.ends > now);
        issued
            .tokens
            .insert(Digest::sha256(&token), Grant { scopes, ends });
        let mut answer = json!({
            "token": token,
            "access_token": token,
            "expires_in": lifetime.as_secs(),
            "issued_at": now.to_string(),
            "scope": words.join(" "),
        });
        if let Some(user) = refresh {
            let refresh = secret();
            issued
                .refresh
                .insert(Digest::sha256(&refresh), user.name.clone());
            answer["refresh_token"] = refresh.into();
        }
        answer
    }

    fn issued(&self) -> std::sync::MutexGuard<'_, Issued> {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "faults")]
impl Door {
    fn users(&self) -> &[User] {
        match &self.access {
            Access::Open => &[],
            Access::Basic(users) | Access::Bearer { users, .. } => users,
        }
    }

    /// Who shows their name and password with the request.
    pub(crate) fn basic_user(&self, headers: &HeaderMap) -> Option<&User> {
        let (name, password) = basic(headers)?;
        login(self.users(), &name, &password)
    }

    /// Whose token it is: of somebody whose password is a token, as products give them out.
    pub(crate) fn bearer_user(&self, headers: &HeaderMap) -> Option<&User> {
        let token = bearer(headers)?;
        let same = |user: &&User| Digest::sha256(&user.password) == token;
        self.users().iter().find(same)
    }

    /// A token of the product's own API, for a name and password.
    pub(crate) fn product_token(&self, name: &str, password: &str) -> Option<String> {
        let user = login(self.users(), name, password)?;
        let token = secret();
        let mut issued = self.issued();
        issued
            .product
            .insert(Digest::sha256(&token), user.name.clone());
        Some(token)
    }

    /// Whom such a token was given to.
    pub(crate) fn product_user(&self, headers: &HeaderMap) -> Option<String> {
        let token = bearer(headers)?;
        self.issued().product.get(&token).cloned()
    }

    /// Ends every access token; identity tokens stay.
    pub(crate) fn expire_tokens(&self) {
        self.issued().tokens.clear();
    }

    /// An identity token for that user, as a login elsewhere would have left behind.
    pub(crate) fn identity_token(&self, user: &str) -> String {
        let token = secret();
        self.issued()
            .refresh
            .insert(Digest::sha256(&token), user.to_owned());
        token
    }
}

impl Grant {
    fn gives(&self, need: &Need) -> bool {
        need.actions
            .iter()
            .all(|action| self.scopes.iter().any(|scope| scope.covers(need, action)))
    }
}

fn secret() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

fn admit_user(user: Option<&User>, needs: &[Need], catalog: Catalog) -> Result<Vec<Need>, Problem> {
    let Some(user) = user else {
        return Err(Problem::unauthorized("Basic realm=\"Hallmark practice\""));
    };
    if user.read_only && !needs.iter().all(Need::is_reading) {
        return Err(Problem::denied(
            "this login may pull, but not push or delete",
        ));
    }
    if lists(needs) && !may_list(user, catalog) {
        return Err(Problem::denied("this login may not list the repositories"));
    }
    Ok(Vec::new())
}

fn wrong_login() -> Problem {
    Problem::unauthorized("Basic realm=\"Hallmark practice\"")
}

fn lists(needs: &[Need]) -> bool {
    needs.iter().any(|need| need.kind == "registry")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_password_nor_token_is_printed() {
        let config = Config {
            access: Access::bearer(vec![User::new("mara", "canary-word")]),
            ..Config::default()
        };
        let door = Door::new(&config, None);
        let answer = door.issue(None, Vec::new(), Duration::from_secs(60));
        let printed = format!("{door:?}");
        assert!(!printed.contains("canary-word"));
        assert!(!printed.contains(answer["token"].as_str().unwrap()));
    }
}
