//! From what happened on the wire to a sentence for a person.
//!
//! Foreign words are cut, freed of control characters, and cleaned of every secret that was
//! sent, before they stand in a message.

use crate::{
    Error, ErrorKind,
    auth::{Grant, secret_of},
    connect::Failure,
    home::Home,
    immutable, retry,
    unreached::{proxy_refused, tls_answered},
    wire::Answer,
};
use hallmark_credentials::{Login, SecretString};
use http::StatusCode;
use jiff::Timestamp;
use oci_client::errors::{OciEnvelope, OciErrorCode};

/// What a request was about, for its errors.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// “the tag 1.2 of team/api”.
    pub(crate) what: String,
    /// Whether it was to change something.
    pub(crate) writes: bool,
    /// Whether it was to move a tag.
    pub(crate) moves: bool,
}

/// The registry answered with an error.
pub(crate) fn status(home: &Home, about: &About, answer: &Answer) -> Error {
    let grant = answer.grant.as_ref();
    let secrets = grant.map(Grant::secrets).unwrap_or_default();
    let said = Said::by(answer, secrets);
    let error = match answer.status {
        StatusCode::BAD_REQUEST if home.is_plain() && said.text.contains("HTTPS") => {
            tls_answered(home)
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if said.of_expiry() => {
            expired(home, grant.and_then(Grant::user))
        }
        _ if about.moves && immutable::says_so(answer) => immutable::refused(home, &about.what),
        StatusCode::UNAUTHORIZED => unauthorized(home, about, grant),
        StatusCode::FORBIDDEN => forbidden(home, about, grant.and_then(Grant::user)),
        StatusCode::NOT_FOUND => not_found(home, about, &said),
        StatusCode::TOO_MANY_REQUESTS => limited(home, answer),
        StatusCode::PROXY_AUTHENTICATION_REQUIRED if home.endpoint.proxy.is_some() => {
            proxy_refused(home, &Failure::ProxyLogin)
        }
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
            unsupported(home, about, &said)
        }
        StatusCode::PAYLOAD_TOO_LARGE => too_large(home, about),
        _ if said.codes.contains(&OciErrorCode::Unsupported) => unsupported(home, about, &said),
        _ if said.codes.contains(&OciErrorCode::Denied) => {
            forbidden(home, about, grant.and_then(Grant::user))
        }
        _ => failed(home, about, answer, &said),
    };
    with_pause(home, answer, error.with_codes(said.codes)).of_writing(about.writes)
}

/// Says of an error whether it may pass by itself.
fn with_pause(home: &Home, answer: &Answer, error: Error) -> Error {
    if !retry::is_passing(answer.status) {
        return error;
    }
    let now = (home.shared.surroundings.clock)();
    error.passing(retry::asked_pause(answer, now))
}

/// Whom a token was asked for.
pub(crate) struct Asking<'a> {
    pub(crate) login: Option<&'a Login>,
    /// No right in particular was asked for: a refusal is of the login itself.
    pub(crate) greeting: bool,
}

/// The token server answered with an error.
pub(crate) fn token_refused(home: &Home, answer: &Answer, asking: &Asking<'_>) -> Error {
    let secrets: Vec<SecretString> = asking.login.map(secret_of).into_iter().collect();
    let said = Said::by(answer, &secrets);
    let about = About {
        what: "a token".into(),
        writes: false,
        moves: false,
    };
    let user = asking.login.map(Login::username);
    let identity = matches!(asking.login, Some(Login::IdentityToken { .. }));
    let error = match (answer.status, user) {
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST, Some(_))
            if said.of_expiry() =>
        {
            expired(home, user)
        }
        // OAuth2 says 400 and invalid_grant for a token that is no longer good.
        (StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST, Some(_)) if identity => {
            expired(home, user)
        }
        (StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST, Some(user)) => {
            wrong_password(home, user)
        }
        (StatusCode::FORBIDDEN, Some(user)) if asking.greeting => wrong_password(home, user),
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => login_needed(home, &about),
        (StatusCode::FORBIDDEN, user) => forbidden(home, &about, user),
        (StatusCode::TOO_MANY_REQUESTS, _) => limited(home, answer),
        _ => failed(home, &about, answer, &said),
    };
    with_pause(home, answer, error.with_codes(said.codes))
}

/// The login was good once.
fn expired(home: &Home, user: Option<&str>) -> Error {
    let host = home.host();
    let whose = user.filter(|user| !user.is_empty() && *user != "<token>");
    let whose = whose.map_or_else(String::new, |user| format!(" of “{}”", clean(user, &[])));
    Error::new(
        ErrorKind::TokenExpired,
        host,
        format!("The token{whose} for {host} has expired, or was taken back."),
        "Make a new token where this one was made, and log in again.",
    )
}

fn unauthorized(home: &Home, about: &About, grant: Option<&Grant>) -> Error {
    match grant {
        Some(grant) => match grant.user() {
            Some(user) if grant.is_basic() => wrong_password(home, user),
            // The token server took the password: what lacks is the right.
            Some(user) => forbidden(home, about, Some(user)),
            None => login_needed(home, about),
        },
        None => login_needed(home, about),
    }
}

fn wrong_password(home: &Home, user: &str) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::WrongPassword,
        host,
        format!(
            "{host} refused the user name or password of “{}”.",
            clean(user, &[])
        ),
        "Check both and log in again; an access token may have expired.",
    )
}

fn login_needed(home: &Home, about: &About) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::LoginNeeded,
        host,
        format!(
            "{host} wants a login for {}, or it does not exist.",
            about.what
        ),
        "Log in to the registry, and check the name.",
    )
}

fn forbidden(home: &Home, about: &About, user: Option<&str>) -> Error {
    let host = home.host();
    let Some(user) = user else {
        return login_needed(home, about);
    };
    let user = clean(user, &[]);
    let (message, hint) = if about.writes {
        (
            format!(
                "“{user}” may not push to {host}: it refused {}.",
                about.what
            ),
            "Ask whoever runs the registry for the right to push there, or log in as somebody \
             who has it.",
        )
    } else {
        (
            format!("“{user}” may not read {} on {host}.", about.what),
            "Ask whoever runs the registry for the right to read it, or log in as somebody who \
             has it.",
        )
    };
    Error::new(ErrorKind::Forbidden, host, message, hint)
}

fn not_found(home: &Home, about: &About, said: &Said) -> Error {
    let host = home.host();
    let message = if said.codes.contains(&OciErrorCode::NameUnknown) {
        format!(
            "{host} knows no such repository: {} was not found.",
            about.what
        )
    } else {
        format!("{host} does not have {}.", about.what)
    };
    Error::new(
        ErrorKind::NotFound,
        host,
        message,
        "Check the name; it may also have been deleted, or be hidden from this login.",
    )
}

/// Too many requests, until the time that the registry gave.
pub(crate) fn limited(home: &Home, answer: &Answer) -> Error {
    let host = home.host();
    let now = (home.shared.surroundings.clock)();
    let until = retry::asked_pause(answer, now).and_then(|pause| {
        let pause = jiff::SignedDuration::try_from(pause).ok()?;
        now.checked_add(pause).ok()
    });
    let when = until.map_or_else(
        || "for now".to_owned(),
        |until| format!("until {}", minute(until)),
    );
    Error::new(
        ErrorKind::RateLimited { until },
        host,
        format!("{host} takes no more requests {when}: too many were made."),
        "Try again then; with a login the limit is often higher.",
    )
}

fn minute(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

fn unsupported(home: &Home, about: &About, said: &Said) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::Unsupported,
        host,
        format!(
            "{host} cannot do this for {}{}.",
            about.what,
            said.in_brackets()
        ),
        "Ask whoever runs the registry whether it can be switched on.",
    )
}

fn too_large(home: &Home, about: &About) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::TooLarge,
        host,
        format!("{host} does not take {}: it is too large.", about.what),
        "Ask whoever runs the registry, or the proxy before it, to raise the limit.",
    )
}

fn failed(home: &Home, about: &About, answer: &Answer, said: &Said) -> Error {
    let host = home.host();
    let status = answer.status.as_u16();
    let hint = if answer.status.is_server_error() {
        "Try again in a while; if it stays, ask whoever runs the registry."
    } else {
        "Ask whoever runs the registry what it did not like."
    };
    Error::new(
        ErrorKind::Protocol,
        host,
        format!(
            "{host} answered {status} for {}{}.",
            about.what,
            said.in_brackets()
        ),
        hint,
    )
}

/// What the body of an error says.
struct Said {
    codes: Vec<OciErrorCode>,
    text: String,
}

impl Said {
    fn by(answer: &Answer, secrets: &[SecretString]) -> Self {
        match serde_json::from_slice::<OciEnvelope>(&answer.body) {
            Ok(envelope) => {
                let words: Vec<String> = envelope
                    .errors
                    .iter()
                    .map(|error| error.message.clone())
                    .filter(|message| !message.is_empty())
                    .take(3)
                    .collect();
                Self {
                    codes: envelope
                        .errors
                        .into_iter()
                        .map(|error| error.code)
                        .collect(),
                    text: clean(&words.join("; "), secrets),
                }
            }
            Err(_) => Self {
                codes: Vec::new(),
                text: clean(&String::from_utf8_lossy(&answer.body), secrets),
            },
        }
    }

    /// Amazon ECR and some others tell an expired login from a wrong one only in words.
    fn of_expiry(&self) -> bool {
        let text = self.text.to_ascii_lowercase();
        text.contains("token") && text.contains("expired")
    }

    fn in_brackets(&self) -> String {
        if self.text.is_empty() || self.text.starts_with('<') {
            return String::new();
        }
        format!(" (it said “{}”)", self.text)
    }
}

/// Foreign text as it may stand in a message.
pub(crate) fn clean(text: &str, secrets: &[SecretString]) -> String {
    let without_secrets = secrets
        .iter()
        .filter(|secret| !secret.expose().is_empty())
        .fold(text.to_owned(), |text, secret| {
            text.replace(secret.expose().as_str(), "…hidden…")
        });
    without_secrets
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control() && !is_direction(*c))
        .take(240)
        .collect()
}

/// Characters that turn the direction of text around them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_lose_secrets_controls_and_length() {
        let secret = [SecretString::new("canary".into())];
        let words = format!("bad\u{1b}[31m token canary\n\u{202e}{}", "x".repeat(500));
        let shown = clean(&words, &secret);
        assert!(shown.starts_with("bad[31m token …hidden… xxx"), "{shown}");
        assert_eq!(shown.chars().count(), 240);
    }
}
