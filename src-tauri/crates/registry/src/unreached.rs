//! What is said where no answer came: no connection, one that is not trusted, or one that a
//! guard of ours refused.

use crate::{Error, ErrorKind, connect::Failure, explain::clean, guard::Blocked, home::Home};
use url::Url;

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
        Failure::CertificateWanted => return certificate_wanted(home, &server),
        Failure::ProxyLogin | Failure::ProxyRefused => return proxy_refused(home, &failure),
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
            format!(
                "{server} cannot be reached{}: {}.",
                through(home),
                clean(&why, &[])
            ),
            match home.endpoint.proxy {
                Some(_) => "Check the proxy's address, and that it and the registry are running.",
                None => "Check that it is running, its port, and your network or VPN.",
            },
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

fn through(home: &Home) -> String {
    let proxy = home.endpoint.proxy.as_ref();
    proxy.map_or_else(String::new, |proxy| format!(" through the proxy {proxy}"))
}

fn certificate_wanted(home: &Home, server: &str) -> Error {
    let (message, hint) = match &home.endpoint.client_cert_pem {
        Some(_) => (
            format!("{server} does not take the client certificate that it was shown."),
            "Check that it has not expired and that the registry knows who signed it.",
        ),
        None => (
            format!("{server} wants a client certificate."),
            "Give the certificate and its key (--client-cert FILE --client-key FILE).",
        ),
    };
    Error::new(ErrorKind::ClientCertificate, home.host(), message, hint)
}

/// The proxy said no.
pub(crate) fn proxy_refused(home: &Home, failure: &Failure) -> Error {
    let proxy = home.endpoint.proxy.as_ref();
    let proxy = proxy.map(ToString::to_string).unwrap_or_default();
    let host = home.host();
    let (message, hint) = match failure {
        Failure::ProxyLogin => (
            format!("The proxy {proxy} wants a name and a password, or others than it was given."),
            "Give them in its address, as http://NAME:PASSWORD@HOST:PORT; the password is kept as \
             a secret.",
        ),
        _ => (
            format!("The proxy {proxy} makes no connection to {host}."),
            "Check the registry's name and port; the proxy may also forbid it, or not find it.",
        ),
    };
    Error::new(ErrorKind::Proxy, host, message, hint)
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

/// TLS answered to plain http.
pub(crate) fn tls_answered(home: &Home) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::PlainHttpExpected,
        host,
        format!("{host} speaks https, and plain http was tried."),
        "Add it again without --plain-http; on this machine, with its certificate authority \
         (--ca FILE).",
    )
}
