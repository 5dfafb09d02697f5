//! Connections: one HTTP client for a registry itself, one for wherever it sends us.
//!
//! Neither follows a redirect, uses a proxy or unpacks a body by itself. What fails in a
//! connection is sorted here into the few things a person can do something about.

use crate::{
    Endpoint, Error, ErrorKind,
    guard::{Blocked, Guard, GuardedResolver, OpenResolver},
    surroundings::Surroundings,
};
use hallmark_image::Host;
use reqwest::{Certificate, ClientBuilder, redirect::Policy};
use std::{error::Error as StdError, sync::Arc};

const USER_AGENT: &str = concat!("hallmark/", env!("CARGO_PKG_VERSION"));

/// Reads an endpoint's certificate authorities.
pub(crate) fn authorities(endpoint: &Endpoint) -> Result<Vec<Certificate>, Error> {
    let Some(pem) = &endpoint.ca_pem else {
        return Ok(Vec::new());
    };
    match Certificate::from_pem_bundle(pem) {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Error::new(
            ErrorKind::TlsUntrusted,
            &endpoint.host,
            format!(
                "The certificate authority given for {} cannot be read.",
                endpoint.host
            ),
            "Give a PEM file that begins with “-----BEGIN CERTIFICATE-----”.",
        )),
    }
}

/// The client for the registry itself: any address, because the user named it.
pub(crate) fn direct(
    endpoint: &Endpoint,
    surroundings: &Surroundings,
) -> Result<reqwest::Client, Error> {
    let resolver = OpenResolver(Arc::clone(&surroundings.resolver));
    let builder = base(surroundings).dns_resolver(resolver);
    // A plain registry must work on a machine without any root certificates.
    let builder = if endpoint.speaks_plain_http() {
        builder.tls_certs_only(authorities(endpoint)?)
    } else {
        builder.tls_certs_merge(authorities(endpoint)?)
    };
    built(builder, &endpoint.host)
}

/// The client for every other server: guarded addresses.
pub(crate) fn guarded(
    endpoint: &Endpoint,
    surroundings: &Surroundings,
    guard: Guard,
) -> Result<reqwest::Client, Error> {
    let builder = base(surroundings)
        .dns_resolver(GuardedResolver(guard))
        .tls_certs_merge(authorities(endpoint)?);
    built(builder, &endpoint.host)
}

fn base(surroundings: &Surroundings) -> ClientBuilder {
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .referer(false)
        // A proxy would connect in our place, and the address guard would look at the proxy.
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(surroundings.patience.connect)
}

fn built(builder: ClientBuilder, host: &Host) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| {
        Error::new(
            ErrorKind::TlsUntrusted,
            host,
            format!(
                "No secure connection can be prepared: {}.",
                innermost(&error)
            ),
            "Install the system's root certificates (on Debian: ca-certificates), or give the \
             registry's own certificate authority.",
        )
    })
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Blocked(Blocked),
    Untrusted(String),
    /// TLS was spoken, something else answered.
    PlainAnswered,
    /// Plain http was spoken, TLS answered.
    TlsAnswered,
    Timeout,
    Unreachable(String),
    Broken(String),
}

impl Failure {
    /// Whether the same request may well work a moment later.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unreachable(_) | Self::Broken(_))
    }
}

/// Sorts a failure of the HTTP client.
pub(crate) fn sort(error: &reqwest::Error) -> Failure {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(current) = cause {
        if let Some(found) = known_cause(current) {
            return found;
        }
        cause = next_cause(current);
    }
    if error.is_timeout() {
        Failure::Timeout
    } else if error.is_connect() {
        Failure::Unreachable(innermost(error))
    } else {
        Failure::Broken(innermost(error))
    }
}

fn known_cause(error: &(dyn StdError + 'static)) -> Option<Failure> {
    if let Some(blocked) = error.downcast_ref::<Blocked>() {
        return Some(Failure::Blocked(blocked.clone()));
    }
    match error.downcast_ref::<rustls::Error>() {
        Some(rustls::Error::InvalidCertificate(why)) => Some(Failure::Untrusted(words(why))),
        Some(rustls::Error::InvalidMessage(_)) => Some(Failure::PlainAnswered),
        Some(other) => Some(Failure::Unreachable(format!("TLS failed, {other}"))),
        // hyper has no public type for it: a TLS alert is no HTTP version.
        None if error.to_string().starts_with("invalid HTTP version") => Some(Failure::TlsAnswered),
        None => None,
    }
}

fn words(error: &rustls::CertificateError) -> String {
    use rustls::CertificateError as C;
    match error {
        C::UnknownIssuer => "nobody that this machine trusts has signed it".into(),
        C::Expired | C::ExpiredContext { .. } => "it has expired".into(),
        C::NotValidYet | C::NotValidYetContext { .. } => "it is not valid yet".into(),
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "it was made for another name".into()
        }
        C::BadSignature => "its signature is wrong".into(),
        C::Revoked => "it was revoked".into(),
        other => format!("{other}"),
    }
}

/// `io::Error` hides what it wraps from `source`.
fn next_cause<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    if let Some(inner) = error
        .downcast_ref::<std::io::Error>()
        .and_then(|e| e.get_ref())
    {
        return Some(inner);
    }
    error.source()
}

/// The last cause's own words; the outer ones hold the URL with its query.
fn innermost(error: &reqwest::Error) -> String {
    let mut current: &(dyn StdError + 'static) = error;
    while let Some(next) = next_cause(current) {
        current = next;
    }
    if current.is::<reqwest::Error>() {
        return "the request could not be sent".into();
    }
    current.to_string().chars().take(200).collect()
}
