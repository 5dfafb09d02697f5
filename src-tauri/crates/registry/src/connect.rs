//! Connections: one HTTP client for a registry itself, one for wherever it sends us.
//!
//! Neither follows a redirect, takes a proxy from the environment or unpacks a body by itself.
//! What fails in a connection is sorted here into the few things a person can do something
//! about.

use crate::{
    Endpoint, Error, ErrorKind,
    guard::{Blocked, Guard, GuardedResolver, OpenResolver},
    proxy::Proxy,
    surroundings::Surroundings,
    tls,
};
use hallmark_credentials::SecretString;
use hallmark_image::Host;
use reqwest::{ClientBuilder, redirect::Policy};
use std::{error::Error as StdError, sync::Arc};

const USER_AGENT: &str = concat!("hallmark/", env!("CARGO_PKG_VERSION"));

/// The secrets that a connection needs, fetched when the first one is made.
#[derive(Default)]
pub(crate) struct Keys {
    /// Of the client certificate, PEM.
    pub(crate) client: Option<SecretString>,
    /// At the proxy.
    pub(crate) proxy: Option<SecretString>,
}

/// The client for the registry itself, which TLS knows as `name`: any address, because the
/// user named it.
pub(crate) fn direct(
    endpoint: &Endpoint,
    surroundings: &Surroundings,
    keys: &Keys,
    name: &str,
    seen: &tls::Seen,
) -> Result<reqwest::Client, Error> {
    let resolver = OpenResolver(Arc::clone(&surroundings.resolver));
    let builder = base(endpoint, surroundings, keys)?.dns_resolver(resolver);
    let builder = match (endpoint.speaks_plain_http(), &endpoint.proxy) {
        // A plain registry must work on a machine without any root certificates.
        (true, None) => builder.tls_certs_only([]),
        (true, Some(_)) => builder.tls_backend_preconfigured(tls::foreign(endpoint)?),
        (false, proxy) => {
            alone_with_certificate(endpoint, proxy.as_ref())?;
            let config = tls::own(endpoint, keys.client.as_ref(), name, seen)?;
            builder.tls_backend_preconfigured(config)
        }
    };
    built(builder, &endpoint.host)
}

/// The HTTP client would show the certificate to a proxy that speaks TLS itself.
fn alone_with_certificate(endpoint: &Endpoint, proxy: Option<&Proxy>) -> Result<(), Error> {
    if endpoint.client_cert_pem.is_none() || !proxy.is_some_and(Proxy::speaks_tls) {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        &endpoint.host,
        "A client certificate and an https proxy do not go together: the proxy could ask for the \
         certificate, which is for the registry alone.",
        "Use the proxy's http address; what goes to the registry is encrypted all the same.",
    ))
}

/// The client for every other server: guarded addresses, and no client certificate. Through a
/// proxy the connection is the proxy's, which the user named; [`Guard::check_behind_proxy`]
/// then looks as far as it can see.
pub(crate) fn guarded(
    endpoint: &Endpoint,
    surroundings: &Surroundings,
    keys: &Keys,
    guard: Guard,
) -> Result<reqwest::Client, Error> {
    let builder =
        base(endpoint, surroundings, keys)?.tls_backend_preconfigured(tls::foreign(endpoint)?);
    let builder = match &endpoint.proxy {
        Some(_) => builder.dns_resolver(OpenResolver(Arc::clone(&surroundings.resolver))),
        None => builder.dns_resolver(GuardedResolver(guard)),
    };
    built(builder, &endpoint.host)
}

fn base(
    endpoint: &Endpoint,
    surroundings: &Surroundings,
    keys: &Keys,
) -> Result<ClientBuilder, Error> {
    let builder = reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(Policy::none())
        .referer(false)
        // None of the environment: a proxy is named for a registry, or there is none.
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(surroundings.patience.connect);
    match &endpoint.proxy {
        None => Ok(builder),
        Some(proxy) => {
            let mut through = reqwest::Proxy::all(proxy.origin())
                .map_err(|error| unprepared(&endpoint.host, &error))?;
            if let Some(name) = proxy.username() {
                let password = keys.proxy.as_ref().map_or("", |secret| secret.expose());
                through = through.basic_auth(&name, password);
            }
            Ok(builder.proxy(through))
        }
    }
}

fn built(builder: ClientBuilder, host: &Host) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|error| unprepared(host, &error))
}

fn unprepared(host: &Host, error: &reqwest::Error) -> Error {
    Error::new(
        ErrorKind::TlsUntrusted,
        host,
        format!("No connection can be prepared: {}.", innermost(error)),
        "Look at the registry's certificate authority, client certificate and proxy.",
    )
}

/// Why no answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    Blocked(Blocked),
    Untrusted(String),
    /// The server wants a client certificate, or another one.
    CertificateWanted,
    /// The proxy wants a login, or another one.
    ProxyLogin,
    /// The proxy did not make the connection.
    ProxyRefused,
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
        Some(rustls::Error::AlertReceived(alert)) if is_about_our_certificate(*alert) => {
            Some(Failure::CertificateWanted)
        }
        Some(other) => Some(Failure::Unreachable(format!("TLS failed, {other}"))),
        // hyper has no public type for it: a TLS alert is no HTTP version.
        None if error.to_string().starts_with("invalid HTTP version") => Some(Failure::TlsAnswered),
        None => proxy_said(&error.to_string()),
    }
}

/// hyper has no public type for what a proxy says either.
fn proxy_said(text: &str) -> Option<Failure> {
    match text.strip_prefix("tunnel error: ")? {
        "proxy authorization required" => Some(Failure::ProxyLogin),
        "unsuccessful" | "unexpected end of file" | "proxy response headers too long" => {
            Some(Failure::ProxyRefused)
        }
        _ => None,
    }
}

/// What servers say who miss, or do not take, a client certificate (RFC 8446, section 6.2).
fn is_about_our_certificate(alert: rustls::AlertDescription) -> bool {
    use rustls::AlertDescription as A;
    matches!(
        alert,
        A::CertificateRequired
            | A::BadCertificate
            | A::UnsupportedCertificate
            | A::CertificateRevoked
            | A::CertificateExpired
            | A::CertificateUnknown
            | A::UnknownCA
            | A::AccessDenied
    )
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
