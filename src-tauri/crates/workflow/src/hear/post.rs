//! The way out: one POST, signed, without redirects, and never longer than it may take.

use hallmark_credentials::SecretString;
use hallmark_image::Host;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use std::time::Duration;
use url::Url;

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much of a refusal is kept, bytes.
const WORDS: usize = 200;

/// The signature of a body at a time: HMAC-SHA256 over `<unix seconds>.<body>`, in hex.
pub(super) fn signature(secret: &SecretString, at: Timestamp, body: &str) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()) else {
        return String::new();
    };
    mac.update(format!("{}.", at.as_second()).as_bytes());
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().and_then(|host| host.parse::<Host>().ok());
    host.is_some_and(|host| host.is_loopback())
}

/// Whether an address may be told anything, else why not.
pub(super) fn check(text: &str, plain_http: bool) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|error| format!("that is no address: {error}"))?;
    if url.host().is_none() {
        return Err("that address has no host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address with a name and password in it is not taken".to_owned());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) || plain_http => Ok(url),
        "http" => Err(
            "plain http to another machine can be read by everybody on the way: use https, or say \
             that you want it all the same"
                .to_owned(),
        ),
        other => Err(format!("{other} is not spoken; use https")),
    }
}

/// Why a message did not arrive.
#[derive(Debug)]
pub(super) struct Unsent {
    /// A sentence.
    pub(super) why: String,
    /// Whether the receiver is there and will not take this very message; another it may.
    pub(super) refused: bool,
}

impl From<String> for Unsent {
    fn from(why: String) -> Self {
        let refused = false;
        Self { why, refused }
    }
}

/// Sends one message.
///
/// # Errors
/// [`Unsent`].
pub(super) async fn post(
    url: &Url,
    secret: Option<&SecretString>,
    event: &str,
    body: String,
    now: Timestamp,
) -> Result<(), Unsent> {
    let mut client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .user_agent(concat!("hallmark/", env!("CARGO_PKG_VERSION")));
    // Plain http is taken there because nothing leaves this machine: no proxy may carry it out.
    if is_loopback(url) {
        client = client.no_proxy();
    }
    let client = client
        .build()
        .map_err(|error| format!("no connection can be made: {error}"))?;
    let mut request = client
        .post(url.clone())
        .header("content-type", "application/json")
        .header("x-hallmark-event", event)
        .header("x-hallmark-timestamp", now.as_second().to_string());
    if let Some(secret) = secret {
        request = request.header("x-hallmark-signature-256", signature(secret, now, &body));
    }
    let answer = request.body(body).send().await;
    // The address can be a secret: it is no part of what is told.
    let answer = answer.map_err(|error| said(&error.without_url()))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    if status.is_redirection() {
        return Err(Unsent::from(format!(
            "the receiver answered {status}, another address, which is not followed"
        )));
    }
    Err(Unsent {
        why: format!("the receiver answered {status}{}", words(answer).await),
        // Bad request, too large, not that kind of content, or content it cannot process.
        refused: matches!(status.as_u16(), 400 | 413 | 415 | 422),
    })
}

fn said(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        words = inner.to_string();
        cause = inner.source();
    }
    format!("not reachable: {words}")
}

/// The first words of a refusal, as text.
async fn words(mut answer: reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(part)) = answer.chunk().await {
        bytes.extend_from_slice(&part);
        if bytes.len() >= WORDS {
            break;
        }
    }
    bytes.truncate(WORDS);
    let text = String::from_utf8_lossy(&bytes);
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text.trim() {
        "" => String::new(),
        text => format!(": {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_the_time_and_the_body() {
        let secret = SecretString::new("key".to_owned());
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        // By `printf '1700000000.{}' | openssl dgst -sha256 -hmac key`.
        assert_eq!(
            signature(&secret, at, "{}"),
            "sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        );
        let later = Timestamp::from_second(1_700_000_001).unwrap();
        assert_ne!(
            signature(&secret, at, "{}"),
            signature(&secret, later, "{}")
        );
    }

    #[test]
    fn only_addresses_that_keep_what_is_told_are_taken() {
        for good in [
            "https://hooks.example.com/x",
            "http://127.0.0.1:9/x",
            "http://[::1]/",
        ] {
            assert!(check(good, false).is_ok(), "{good}");
        }
        for bad in [
            "http://10.0.0.1/",
            "ftp://x/",
            "https://ada:word@x/",
            "nothing",
            "file:///etc/passwd",
        ] {
            assert!(check(bad, false).is_err(), "{bad}");
        }
        assert!(check("http://10.0.0.1/", true).is_ok());
    }
}
