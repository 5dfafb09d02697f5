//! What a connection is made with: a client certificate, a proxy. Each for its registry alone.

use crate::{
    server::{Reply, Server},
    setting::{ada, api, client_of, nobody, surroundings},
    tls::{Authority, acceptor, acceptor_for_clients_of},
};
use futures::future::BoxFuture;
use hallmark_credentials::{HostSecret, Login, SecretString};
use hallmark_image::Host;
use hallmark_registry::{Client, Endpoint, ErrorKind, Logins, Proxy};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

const TAGS: &str = r#"{"tags":["v1"]}"#;

/// Keeps one secret for every registry.
struct Keeps(HostSecret, String);

impl Logins for Keeps {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn secret<'a>(
        &'a self,
        _: &'a Host,
        which: HostSecret,
    ) -> BoxFuture<'a, Result<Option<SecretString>, String>> {
        let found = (which == self.0).then(|| SecretString::new(self.1.clone()));
        Box::pin(async { Ok(found) })
    }
}

fn within(endpoint: Endpoint, logins: impl Logins) -> Client {
    Client::within(surroundings(&[]), vec![endpoint], Arc::new(logins)).unwrap()
}

/// A registry that lets in whom the authority `people` has signed.
async fn strict(ours: &Authority, people: &Authority) -> Server {
    Server::start_tls(acceptor_for_clients_of(ours, people), |_| Reply::json(TAGS)).await
}

fn trusting(authority: &Authority, home: &Server) -> Endpoint {
    Endpoint {
        ca_pem: Some(authority.pem()),
        ..Endpoint::new(home.host())
    }
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_it_is_asked_for_and_the_test_says_so() {
    let (ours, people) = (Authority::named("ours"), Authority::named("people"));
    let home = strict(&ours, &people).await;
    let (certificate, key) = people.person("ada");
    let endpoint = Endpoint {
        client_cert_pem: Some(certificate.into_bytes()),
        ..trusting(&ours, &home)
    };
    let client = within(endpoint, Keeps(HostSecret::ClientKey, key));
    assert_eq!(client.all_tags(&api(home.host())).await.unwrap().len(), 1);
    let checked = client.check_login(&home.host(), None).await.unwrap();
    let tls = checked.connection.tls.unwrap();
    assert_eq!((tls.version, tls.issuer.as_str()), ("TLS 1.3", "ours"));
    assert_eq!(tls.subject, "127.0.0.1");
    assert!(tls.client_certificate_shown && tls.valid_until > tls.valid_from);
}

#[tokio::test]
async fn without_a_client_certificate_the_sentence_says_that_one_is_wanted() {
    let (ours, people) = (Authority::named("ours"), Authority::named("people"));
    let home = strict(&ours, &people).await;
    let failed = client_of(trusting(&ours, &home), nobody())
        .all_tags(&api(home.host()))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::ClientCertificate, "{failed}");
    assert!(
        failed.message().contains("wants a client certificate"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_client_certificate_of_somebody_elses_is_not_taken_and_said_so() {
    let (ours, people) = (Authority::named("ours"), Authority::named("people"));
    let home = strict(&ours, &people).await;
    let (certificate, key) = Authority::named("strangers").person("eve");
    let endpoint = Endpoint {
        client_cert_pem: Some(certificate.into_bytes()),
        ..trusting(&ours, &home)
    };
    let client = within(endpoint, Keeps(HostSecret::ClientKey, key));
    let failed = client.all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::ClientCertificate, "{failed}");
    assert!(failed.message().contains("does not take"), "{failed}");
}

#[tokio::test]
async fn a_key_of_another_certificate_is_said_before_anything_is_sent() {
    let (ours, people) = (Authority::named("ours"), Authority::named("people"));
    let home = strict(&ours, &people).await;
    let ((certificate, _), (_, key)) = (people.person("ada"), people.person("bob"));
    let endpoint = Endpoint {
        client_cert_pem: Some(certificate.into_bytes()),
        ..trusting(&ours, &home)
    };
    let client = within(endpoint, Keeps(HostSecret::ClientKey, key));
    let failed = client.all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::ClientCertificate);
    assert!(failed.message().contains("another certificate"), "{failed}");
    assert!(home.seen().is_empty());
}

/// The certificate is the registry's login as much as a password is.
#[tokio::test]
async fn no_other_server_is_shown_the_client_certificate() {
    let (ours, people) = (Authority::named("ours"), Authority::named("people"));
    let other = strict(&ours, &people).await;
    let elsewhere = format!("https://{}/blob", other.host());
    let home = Server::start_tls(acceptor(&ours), move |_| {
        Reply::new(307).header("Location", elsewhere.clone())
    })
    .await;
    let (certificate, key) = people.person("ada");
    let endpoint = Endpoint {
        client_cert_pem: Some(certificate.into_bytes()),
        ..trusting(&ours, &home)
    };
    let client = within(endpoint, Keeps(HostSecret::ClientKey, key));
    let failed = client.all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::ClientCertificate, "{failed}");
    assert!(other.seen().is_empty());
}

/// A proxy that tunnels, and writes down what it was asked; with `login` only for who has it.
async fn proxy(login: Option<&'static str>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(tunnel(stream, login, Arc::clone(&log)));
        }
    });
    (port, asked)
}

async fn tunnel(stream: TcpStream, login: Option<&str>, log: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    log.lock().unwrap().push(head.clone());
    let known = login.is_none_or(|login| head.contains(&format!("Basic {login}\r\n")));
    if !known {
        let _ = stream
            .write_all(b"HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
            .await;
        return;
    }
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let Ok(mut far) = TcpStream::connect(&target).await else {
        let _ = stream.write_all(b"HTTP/1.1 502 No\r\n\r\n").await;
        return;
    };
    let _ = stream.write_all(b"HTTP/1.1 200 Yes\r\n\r\n").await;
    let _ = copy_bidirectional(&mut stream, &mut far).await;
}

fn by(port: u16, user: &str, endpoint: Endpoint) -> Endpoint {
    let (proxy, _) = Proxy::parse(&format!("http://{user}127.0.0.1:{port}")).unwrap();
    Endpoint {
        proxy: Some(proxy),
        ..endpoint
    }
}

#[tokio::test]
async fn the_proxy_of_a_registry_sees_where_to_and_nothing_of_what_is_said() {
    let ours = Authority::named("ours");
    let home = Server::start_tls(acceptor(&ours), |seen| match seen.authorization() {
        None => Reply::challenge("Basic realm=\"r\""),
        Some(_) => Reply::json(TAGS),
    })
    .await;
    let (port, asked) = proxy(None).await;
    let client = client_of(by(port, "", trusting(&ours, &home)), ada());
    client.all_tags(&api(home.host())).await.unwrap();
    let connection = client
        .check_login(&home.host(), Some(&crate::setting::password()))
        .await
        .unwrap()
        .connection;
    assert_eq!(
        connection.proxy.unwrap(),
        format!("http://127.0.0.1:{port}")
    );
    assert_eq!(connection.tls.unwrap().issuer, "ours");
    let asked = asked.lock().unwrap().clone();
    assert!(!asked.is_empty());
    for head in asked {
        assert!(
            head.starts_with(&format!("CONNECT {} ", home.host())),
            "{head}"
        );
        assert!(!head.to_lowercase().contains("authorization"), "{head}");
    }
}

#[tokio::test]
async fn a_proxys_password_comes_from_where_secrets_are_kept() {
    let ours = Authority::named("ours");
    let home = Server::start_tls(acceptor(&ours), |_| Reply::json(TAGS)).await;
    // ada:open
    let (port, _) = proxy(Some("YWRhOm9wZW4=")).await;
    let endpoint = by(port, "ada@", trusting(&ours, &home));
    let right = within(
        endpoint.clone(),
        Keeps(HostSecret::ProxyPassword, "open".into()),
    );
    right.all_tags(&api(home.host())).await.unwrap();
    let wrong = within(endpoint, Keeps(HostSecret::ProxyPassword, "shut".into()));
    let failed = wrong.all_tags(&api(home.host())).await.unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Proxy, "{failed}");
    assert!(!failed.to_string().contains("shut"), "{failed}");
}

#[tokio::test]
async fn a_proxy_that_makes_no_connection_is_named() {
    let ours = Authority::named("ours");
    let home = Server::start_tls(acceptor(&ours), |_| Reply::json(TAGS)).await;
    let endpoint = trusting(&ours, &home);
    drop(home);
    let (port, _) = proxy(None).await;
    let host = endpoint.host.clone();
    let failed = client_of(by(port, "", endpoint), nobody())
        .all_tags(&api(host))
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Proxy, "{failed}");
    assert!(failed.message().contains(&port.to_string()), "{failed}");
}

/// The far side of a proxy is out of sight; literals and names known here are looked at.
#[tokio::test]
async fn a_redirect_behind_a_proxy_may_not_lead_to_a_private_address_either() {
    for target in [
        "https://169.254.169.254/latest",
        "https://metadata.example/x",
    ] {
        let ours = Authority::named("ours");
        let home = Server::start_tls(acceptor(&ours), move |_| {
            Reply::new(307).header("Location", target)
        })
        .await;
        let (port, asked) = proxy(None).await;
        let names = surroundings(&[("metadata.example", "169.254.169.254")]);
        let endpoint = by(port, "", trusting(&ours, &home));
        let client = Client::within(names, vec![endpoint], nobody()).unwrap();
        let failed = client.all_tags(&api(home.host())).await.unwrap_err();
        assert_eq!(failed.kind(), &ErrorKind::Refused, "{failed}");
        let own = format!("CONNECT {} ", home.host());
        let asked = asked.lock().unwrap().clone();
        assert!(asked.iter().all(|head| head.starts_with(&own)), "{asked:?}");
    }
}

/// What DNS here does not know is the proxy's to find.
#[tokio::test]
async fn a_name_that_only_the_proxy_knows_is_left_to_it() {
    let ours = Authority::named("ours");
    let home = Server::start_tls(acceptor(&ours), |_| {
        Reply::new(307).header("Location", "https://inside.example/blob")
    })
    .await;
    let (port, asked) = proxy(None).await;
    let client = client_of(by(port, "", trusting(&ours, &home)), nobody());
    let failed = client.all_tags(&api(home.host())).await.unwrap_err();
    // Our proxy does not know it either.
    assert_eq!(failed.kind(), &ErrorKind::Proxy, "{failed}");
    let asked = asked.lock().unwrap().clone();
    assert!(
        asked.iter().any(|head| head.contains("inside.example:443")),
        "{asked:?}"
    );
}
