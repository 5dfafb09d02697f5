//! TLS with a private certificate authority, and what follows from being https.

use crate::{
    server::{Reply, Server},
    setting::{ada, api, client_of, nobody},
};
use hallmark_image::Descriptor;
use hallmark_registry::{Client, Endpoint, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::sync::Arc;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject},
        server::{WantsServerCert, WebPkiClientVerifier},
    },
};

/// A certificate authority of nobody's.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// Authorities of one name would be taken for one another.
    pub fn named(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    pub fn pem(&self) -> Vec<u8> {
        self.pem.clone().into_bytes()
    }

    /// Somebody's certificate and its key, PEM.
    pub fn person(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

/// A server's side of TLS, for 127.0.0.1, signed by `authority`.
pub fn acceptor(authority: &Authority) -> TlsAcceptor {
    accepting(authority, |builder| builder.with_no_client_auth())
}

/// The same, for nobody but those whom `people` has signed.
pub fn acceptor_for_clients_of(authority: &Authority, people: &Authority) -> TlsAcceptor {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(people.pem.as_bytes()).unwrap();
    roots.add(root).unwrap();
    let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
    let verifier = verifier.unwrap();
    accepting(authority, |builder| {
        builder.with_client_cert_verifier(verifier)
    })
}

fn accepting(
    authority: &Authority,
    clients: impl FnOnce(
        ConfigBuilder<ServerConfig, WantsVerifier>,
    ) -> ConfigBuilder<ServerConfig, WantsServerCert>,
) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "127.0.0.1");
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = clients(ServerConfig::builder())
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

fn trusting(authority: &Authority, home: &Server) -> Endpoint {
    Endpoint {
        ca_pem: Some(authority.pem()),
        ..Endpoint::new(home.host())
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_for_the_registry_it_was_given_for() {
    let authority = Authority::named("ours");
    let home = Server::start_tls(acceptor(&authority), |_| Reply::json(r#"{"tags":["v1"]}"#)).await;
    let client = client_of(trusting(&authority, &home), nobody());
    assert_eq!(client.all_tags(&api(home.host())).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_https_registry_may_not_send_its_logins_to_plain_http() {
    let authority = Authority::named("ours");
    let other = Server::start(|_| Reply::json(r#"{"token":"t"}"#)).await;
    let challenge = format!("Bearer realm=\"{}/token\"", other.origin());
    let home = Server::start_tls(acceptor(&authority), move |_| {
        Reply::challenge(challenge.clone())
    })
    .await;
    let endpoint = Endpoint {
        confirmed_realms: vec![other.origin()],
        ..trusting(&authority, &home)
    };
    let failed = client_of(endpoint, ada()).all_tags(&api(home.host())).await;
    assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Refused);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn an_https_registry_may_not_redirect_or_upload_to_plain_http() {
    let authority = Authority::named("ours");
    let other = Server::start(|_| Reply::new(200).body("x")).await;
    let elsewhere = other.origin();
    let home = Server::start_tls(acceptor(&authority), move |seen| {
        match seen.method.as_str() {
            "GET" => Reply::new(302).header("Location", elsewhere.clone()),
            "POST" => Reply::new(202).header("Location", elsewhere.clone()),
            _ => Reply::new(404),
        }
    })
    .await;
    let client = client_of(trusting(&authority, &home), nobody());
    let blob = Descriptor::of("x/y", b"x");
    let fetched = client.blob(&api(home.host()), &blob, 10).await;
    assert_eq!(fetched.unwrap_err().kind(), &ErrorKind::Refused);
    let pushed = client.push_blob(&api(home.host()), "x".into()).await;
    assert_eq!(pushed.unwrap_err().kind(), &ErrorKind::Refused);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn what_is_no_certificate_is_refused_when_the_client_is_made() {
    for pem in [
        "",
        "nonsense",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let endpoint = Endpoint {
            ca_pem: Some(pem.as_bytes().to_vec()),
            ..Endpoint::new("registry.example".parse().unwrap())
        };
        let made = Client::new(vec![endpoint], nobody());
        let refused = match made {
            // DER inside is first looked at when a connection is prepared.
            Ok(client) => client
                .all_tags(&api("registry.example".parse().unwrap()))
                .await
                .map(|_| ()),
            Err(error) => Err(error),
        };
        assert_eq!(
            refused.unwrap_err().kind(),
            &ErrorKind::TlsUntrusted,
            "{pem}"
        );
    }
}
