//! Tokens from a token server: by GET with name and password or anonymously, by OAuth2 POST
//! with an identity token, or with name and password where GET is not taken (distribution,
//! "Token Authentication Specification" and "OAuth2 Token Authentication").
//!
//! Redirects of a token server are not followed, with or without a login.

use super::{challenge::Challenge, grant::Grant, realm, scope::Scopes};
use crate::{
    Error, ErrorKind,
    explain::{self, Asking},
    home::Home,
    retry,
    wire::{Answer, Limit, Outgoing, exchange},
};
use bytes::Bytes;
use hallmark_credentials::{Login, SecretString};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use serde::Deserialize;
use std::time::Duration;
use url::{Url, form_urlencoded};

/// The most that is read of a token server's answer, bytes.
const LIMIT: u64 = 64 * 1024;
/// How long a token is good that does not say so (the specification's own value).
const DEFAULT_LIFE: u64 = 60;
const LONGEST_LIFE: u64 = 24 * 3600;

/// A fresh token and how long it may be used.
pub(crate) struct Fresh {
    pub(crate) grant: Grant,
    pub(crate) life: Duration,
}

#[derive(Deserialize)]
struct Wire {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

/// Asks the token server that `challenge` names.
pub(crate) async fn fetch(
    home: &Home,
    challenge: &Challenge,
    scopes: &Scopes,
    login: Option<&Login>,
) -> Result<Fresh, Error> {
    let Challenge::Bearer {
        realm,
        service,
        scope,
    } = challenge
    else {
        return Err(unusable(home));
    };
    let url = realm::check(home, realm)?;
    let mut wanted = scopes.texts();
    if let Some(scope) = scope.clone().filter(|scope| !wanted.contains(scope)) {
        wanted.push(scope);
    }
    let asked = Asked {
        url,
        service: service.as_deref(),
        scopes: &wanted,
    };
    let answer = ask(home, &asked, login).await?;
    let asking = Asking {
        login,
        greeting: wanted.is_empty(),
    };
    read(home, &answer, &asking)
}

/// What is asked of which token server.
struct Asked<'a> {
    url: Url,
    service: Option<&'a str>,
    scopes: &'a [String],
}

async fn ask(home: &Home, asked: &Asked<'_>, login: Option<&Login>) -> Result<Answer, Error> {
    let Some(login) = login else {
        return send(home, by_get(asked, None)).await;
    };
    let grant = match login {
        Login::Password { .. } if !(home.auth.posts() || home.takes_oauth2()) => {
            Grant::basic(login)
        }
        _ => return send(home, by_post(asked, login)).await,
    };
    let answer = send(home, by_get(asked, grant)).await?;
    if !matches!(
        answer.status,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED
    ) {
        return Ok(answer);
    }
    home.auth.learn_to_post();
    send(home, by_post(asked, login)).await
}

async fn send(home: &Home, out: Outgoing) -> Result<Answer, Error> {
    let away = !home.is_at(&out.url);
    let surroundings = &home.shared.surroundings;
    let safe = out.method == Method::GET;
    retry::repeat(surroundings, safe, || exchange(home, away, out.clone())).await
}

fn by_get(asked: &Asked<'_>, grant: Option<Grant>) -> Outgoing {
    let mut url = asked.url.clone();
    {
        let mut query = url.query_pairs_mut();
        if let Some(service) = asked.service {
            query.append_pair("service", service);
        }
        for scope in asked.scopes {
            query.append_pair("scope", scope);
        }
    }
    let mut headers = HeaderMap::new();
    if let Some(grant) = grant {
        headers.insert(AUTHORIZATION, grant.header());
    }
    Outgoing {
        method: Method::GET,
        url,
        headers,
        body: None,
        limit: Limit::Whole(LIMIT),
    }
}

/// No `access_type=offline`: a token that outlives the login is not wanted.
fn by_post(asked: &Asked<'_>, login: &Login) -> Outgoing {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("service", asked.service.unwrap_or_default())
        .append_pair("client_id", "hallmark")
        .append_pair("scope", &asked.scopes.join(" "));
    match login {
        Login::IdentityToken { token, .. } => form
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", token.expose()),
        Login::Password { username, password } => form
            .append_pair("grant_type", "password")
            .append_pair("username", username)
            .append_pair("password", password.expose()),
    };
    let content_type = HeaderValue::from_static("application/x-www-form-urlencoded");
    Outgoing {
        method: Method::POST,
        url: asked.url.clone(),
        headers: HeaderMap::from_iter([(CONTENT_TYPE, content_type)]),
        body: Some(Bytes::from(form.finish()).into()),
        limit: Limit::Whole(LIMIT),
    }
}

fn read(home: &Home, answer: &Answer, asking: &Asking<'_>) -> Result<Fresh, Error> {
    let user = asking.login.map(|login| login.username().to_owned());
    match answer.status.as_u16() {
        200..=299 => {}
        300..=399 => return Err(redirected(home)),
        _ => return Err(explain::token_refused(home, answer, asking)),
    }
    let wire: Wire = serde_json::from_slice(&answer.body).map_err(|_| unusable(home))?;
    let text = wire
        .token
        .filter(|token| !token.is_empty())
        .or(wire.access_token)
        .filter(|token| !token.is_empty())
        .map(SecretString::new)
        .ok_or_else(|| unusable(home))?;
    let life = wire.expires_in.unwrap_or(DEFAULT_LIFE).min(LONGEST_LIFE);
    Ok(Fresh {
        grant: Grant::bearer(text.expose(), user).ok_or_else(|| unusable(home))?,
        // A tenth is left, so that no token expires on its way.
        life: Duration::from_millis(life * 900),
    })
}

fn redirected(home: &Home) -> Error {
    Error::new(
        ErrorKind::Refused,
        home.host(),
        format!(
            "The token server of {} sends logins on to another address.",
            home.host()
        ),
        "It was not followed; ask whoever runs the registry to name the right token server.",
    )
}

fn unusable(home: &Home) -> Error {
    Error::new(
        ErrorKind::Protocol,
        home.host(),
        format!(
            "The token server of {} gave an answer without a usable token.",
            home.host()
        ),
        "Try again; if it stays, ask whoever runs the registry.",
    )
}
