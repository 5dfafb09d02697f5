//! TLS of one registry: whom it trusts, which certificate it shows where one is asked for, and
//! what was seen of the registry's own.
//!
//! What is noted was verified in that very handshake. The client certificate is for the
//! registry alone: no other server is ever shown it.

use crate::{Endpoint, Error, ErrorKind};
use hallmark_credentials::SecretString;
use hallmark_image::Host;
use jiff::Timestamp;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::{
        ResolvesClientCert,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    sign::CertifiedKey,
};
use rustls_platform_verifier::Verifier;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, prelude::FromDer, x509::X509Name,
};

/// The registry's certificate, as the last whole handshake verified it. Its texts are foreign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFacts {
    /// “TLS 1.3” or “TLS 1.2”.
    pub version: &'static str,
    /// Whom the certificate was made for.
    pub subject: String,
    /// Who made it.
    pub issuer: String,
    /// From when on it is valid.
    pub valid_from: Timestamp,
    /// Until when it is valid.
    pub valid_until: Timestamp,
    /// Whether the registry asked for a client certificate and was shown one.
    pub client_certificate_shown: bool,
}

/// What handshakes with the registry itself left to see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(Arc<Mutex<Noted>>);

#[derive(Debug, Default)]
struct Noted {
    certificate: Option<CertificateDer<'static>>,
    version: &'static str,
    shown: bool,
}

impl Seen {
    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In words; none where TLS was not spoken yet.
    pub(crate) fn facts(&self) -> Option<TlsFacts> {
        let noted = self.noted();
        let certificate = noted.certificate.as_ref()?;
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        let time = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).unwrap_or_default()
        };
        Some(TlsFacts {
            version: noted.version,
            subject: name_of(parsed.subject()).unwrap_or_else(|| alternative(&parsed)),
            issuer: name_of(parsed.issuer()).unwrap_or_default(),
            valid_from: time(parsed.validity().not_before),
            valid_until: time(parsed.validity().not_after),
            client_certificate_shown: noted.shown,
        })
    }
}

fn name_of(name: &X509Name<'_>) -> Option<String> {
    let common = name.iter_common_name().next();
    let common = common.and_then(|name| name.as_str().ok().map(str::to_owned));
    let whole = || Some(name.to_string()).filter(|text| !text.is_empty());
    common.or_else(whole).map(|text| shown(&text))
}

/// The names that a certificate without a subject is for.
fn alternative(certificate: &X509Certificate<'_>) -> String {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return String::new();
    };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes)
                .ok()
                .map(|b| std::net::Ipv4Addr::from(b).to_string()),
            _ => <[u8; 16]>::try_from(*bytes)
                .ok()
                .map(|b| std::net::Ipv6Addr::from(b).to_string()),
        },
        _ => None,
    };
    let all: Vec<String> = names.value.general_names.iter().filter_map(text).collect();
    shown(&all.join(", "))
}

fn shown(text: &str) -> String {
    crate::explain::clean(text, &[])
}

/// For the registry itself: notes what it sees, and shows the client certificate where asked.
pub(crate) fn own(
    endpoint: &Endpoint,
    key: Option<&SecretString>,
    name: &str,
    seen: &Seen,
) -> Result<ClientConfig, Error> {
    let host = &endpoint.host;
    let identity = identity(endpoint, key)?;
    let verifier = Noting {
        inner: verifier(endpoint)?,
        of: ServerName::try_from(name.to_owned()).ok(),
        seen: seen.clone(),
    };
    let config = builder(host)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let config = match identity {
        Some(identity) => config.with_client_cert_resolver(Arc::new(Showing {
            identity: Arc::new(identity),
            seen: seen.clone(),
        })),
        None => config.with_no_client_auth(),
    };
    Ok(speaking_http(config))
}

/// For every other server: the same trust, and no client certificate.
pub(crate) fn foreign(endpoint: &Endpoint) -> Result<ClientConfig, Error> {
    let config = builder(&endpoint.host)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier(endpoint)?))
        .with_no_client_auth();
    Ok(speaking_http(config))
}

fn speaking_http(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config
}

fn builder(
    host: &Host,
) -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, Error> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| unprepared(host, &error))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The system's authorities, and those given for this registry.
fn verifier(endpoint: &Endpoint) -> Result<Verifier, Error> {
    let extra = authorities(endpoint)?;
    let made = if extra.is_empty() {
        Verifier::new(provider())
    } else {
        Verifier::new_with_extra_roots(extra, provider())
    };
    made.map_err(|error| unprepared(&endpoint.host, &error))
}

fn unprepared(host: &Host, error: &rustls::Error) -> Error {
    Error::new(
        ErrorKind::TlsUntrusted,
        host,
        format!("No secure connection can be prepared: {error}."),
        "Install the system's root certificates (on Debian: ca-certificates), or give the \
         registry's own certificate authority.",
    )
}

/// Reads an endpoint's certificate authorities.
pub(crate) fn authorities(endpoint: &Endpoint) -> Result<Vec<CertificateDer<'static>>, Error> {
    let Some(pem) = &endpoint.ca_pem else {
        return Ok(Vec::new());
    };
    let found = certificates(pem);
    let mut roots = RootCertStore::empty();
    if !found.is_empty() && found.iter().all(|one| roots.add(one.clone()).is_ok()) {
        return Ok(found);
    }
    Err(Error::new(
        ErrorKind::TlsUntrusted,
        &endpoint.host,
        format!(
            "The certificate authority given for {} cannot be read.",
            endpoint.host
        ),
        "Give a PEM file that begins with “-----BEGIN CERTIFICATE-----”.",
    ))
}

fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.unwrap_or_default()
}

/// The client certificate with its key; both, or an error that says which is wrong.
fn identity(
    endpoint: &Endpoint,
    key: Option<&SecretString>,
) -> Result<Option<CertifiedKey>, Error> {
    let Some(pem) = &endpoint.client_cert_pem else {
        return Ok(None);
    };
    let wrong = |why: &str| {
        Error::new(
            ErrorKind::ClientCertificate,
            &endpoint.host,
            format!(
                "The client certificate for {} cannot be used: {why}.",
                endpoint.host
            ),
            "Give the certificate and its private key, both as PEM and without a passphrase.",
        )
    };
    let key = key.ok_or_else(|| wrong("its private key is missing"))?;
    let chain = certificates(pem);
    if chain.is_empty() {
        return Err(wrong("its file holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
        .map_err(|_| wrong("the file of its key holds no private key that can be read"))?;
    CertifiedKey::from_der(chain, key, &provider())
        .map(Some)
        .map_err(|_| wrong("the private key belongs to another certificate"))
}

/// Verifies as the system does, and notes what was verified of the registry itself.
#[derive(Debug)]
struct Noting {
    inner: Verifier,
    of: Option<ServerName<'static>>,
    seen: Seen,
}

impl Noting {
    /// A proxy's handshake goes through here as well; only the registry's certificate counts.
    fn note(&self, certificate: &CertificateDer<'_>, version: &'static str) {
        let mut noted = self.seen.noted();
        if noted.certificate.as_deref() == Some(&**certificate) {
            noted.version = version;
        }
    }
}

impl ServerCertVerifier for Noting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        if self.of.as_ref() == Some(server_name) {
            self.seen.noted().certificate = Some(end_entity.clone().into_owned());
        }
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let valid = self.inner.verify_tls12_signature(message, cert, dss)?;
        self.note(cert, "TLS 1.2");
        Ok(valid)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let valid = self.inner.verify_tls13_signature(message, cert, dss)?;
        self.note(cert, "TLS 1.3");
        Ok(valid)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Shows the client certificate, and notes that it was asked for.
#[derive(Debug)]
struct Showing {
    identity: Arc<CertifiedKey>,
    seen: Seen,
}

impl ResolvesClientCert for Showing {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.seen.noted().shown = true;
        Some(Arc::clone(&self.identity))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
