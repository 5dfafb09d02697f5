//! From what happened on the wire to a sentence for a person.
//!
//! Foreign words are cut, freed of control characters, and cleaned of every secret that was
//! sent, before they stand in a message.

use crate::{
    Error, ErrorKind, auth::Grant, connect::Failure, guard::Blocked, home::Home, retry,
    wire::Answer,
};
use hallmark_credentials::SecretString;
use http::StatusCode;
use jiff::Timestamp;
use oci_client::errors::{OciEnvelope, OciErrorCode};
use url::Url;

/// What a request was about, for its errors.
#[derive(Clone, Debug)]
pub(crate) struct About {
    /// “the tag 1.2 of team/api”.
    pub(crate) what: String,
    /// Whether it was to change something.
    pub(crate) writes: bool,
}

/// No answer came from `url`.
pub(crate) fn failure(home: &Home, url: &Url, failure: Failure) -> Error {
    let host = home.host();
    let server = if home.is_at(url) {
        host.to_string()
    } else {
        let other = url.origin().ascii_serialization();
        format!("{other}, where {host} sent this request,")
    };
    let passes = failure.passes();
    let (kind, message, hint) = match failure {
        Failure::Blocked(Blocked::NoSuchHost(name)) => (
            ErrorKind::NoSuchHost,
            format!("There is no host named {name}."),
            "Check the spelling, and your network or VPN.",
        ),
        Failure::Blocked(blocked) => return refused(home, &blocked),
        Failure::Untrusted(why) => (
            ErrorKind::TlsUntrusted,
            format!("The certificate of {server} is not trusted: {why}."),
            "If the registry is your own, add its certificate authority (--ca FILE); otherwise \
             do not go on, and ask whoever runs it.",
        ),
        Failure::PlainAnswered => (
            ErrorKind::PlainHttpExpected,
            format!("{server} speaks plain http, and https was expected."),
            "If it is meant to be without encryption, add it again with --plain-http.",
        ),
        Failure::TlsAnswered => return tls_answered(home),
        Failure::Timeout => (
            ErrorKind::Timeout,
            format!("{server} has not answered, or sent nothing more, for too long."),
            "Try again; if it stays, check your network and ask whoever runs the registry.",
        ),
        Failure::Unreachable(why) => (
            ErrorKind::Unreachable,
            format!("{server} cannot be reached: {}.", clean(&why, &[])),
            "Check that it is running, its port, and your network or VPN.",
        ),
        Failure::Broken(why) => (
            ErrorKind::Unreachable,
            format!("The connection to {server} broke: {}.", clean(&why, &[])),
            "Try again; if it stays, ask whoever runs the registry.",
        ),
    };
    let error = Error::new(kind, host, message, hint);
    if passes { error.passing(None) } else { error }
}

/// One of our guards said no.
pub(crate) fn refused(home: &Home, blocked: &Blocked) -> Error {
    let host = home.host();
    let hint = match blocked {
        Blocked::Downgrade(_) => {
            "It was not followed; ask whoever runs the registry to set its outside address \
             (http.host, X-Forwarded-Proto)."
        }
        _ => {
            "It was not followed; if this is how the registry is meant to work, ask whoever runs \
             it to use an address that is reached from outside."
        }
    };
    Error::new(
        ErrorKind::Refused,
        host,
        format!("{host} sent this request to a place that was refused: {blocked}."),
        hint,
    )
}

fn tls_answered(home: &Home) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::PlainHttpExpected,
        host,
        format!("{host} speaks https, and plain http was tried."),
        "Add it again without --plain-http; on this machine, with its certificate authority \
         (--ca FILE).",
    )
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
        StatusCode::UNAUTHORIZED => unauthorized(home, about, grant),
        StatusCode::FORBIDDEN => forbidden(home, about, grant.and_then(Grant::user)),
        StatusCode::NOT_FOUND => not_found(home, about, &said),
        StatusCode::TOO_MANY_REQUESTS => limited(home, answer),
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
    with_pause(home, answer, error.with_codes(said.codes))
}

/// Says of an error whether it may pass by itself.
fn with_pause(home: &Home, answer: &Answer, error: Error) -> Error {
    if !retry::is_passing(answer.status) {
        return error;
    }
    let now = (home.shared.surroundings.clock)();
    error.passing(retry::asked_pause(answer, now))
}

/// The token server answered with an error.
pub(crate) fn token_refused(
    home: &Home,
    answer: &Answer,
    user: Option<&str>,
    secrets: &[SecretString],
) -> Error {
    let said = Said::by(answer, secrets);
    let about = About {
        what: "a token".into(),
        writes: false,
    };
    let error = match (answer.status, user) {
        // OAuth2 says 400 and invalid_grant for a token that is no longer good.
        (StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST, Some(user)) => {
            wrong_password(home, user)
        }
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, None) => login_needed(home, &about),
        (StatusCode::FORBIDDEN, user) => forbidden(home, &about, user),
        (StatusCode::TOO_MANY_REQUESTS, _) => limited(home, answer),
        _ => failed(home, &about, answer, &said),
    };
    with_pause(home, answer, error.with_codes(said.codes))
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
