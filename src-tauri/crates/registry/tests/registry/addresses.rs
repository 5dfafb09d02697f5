//! Addresses that a registry may not send the client to.

use crate::{
    server::{Reply, Server},
    setting::{ada, api, client, nobody, surroundings},
};
use hallmark_image::Descriptor;
use hallmark_registry::{Client, Endpoint, ErrorKind};

const INNER: [&str; 5] = [
    "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/",
    "http://0.0.0.0:1/",
    "http://[::]:1/",
    "http://[::ffff:192.168.0.1]/",
];

#[tokio::test]
async fn a_redirect_to_an_inner_address_is_refused() {
    for inner in INNER {
        let home = Server::start(move |_| Reply::new(302).header("Location", inner)).await;
        let blob = Descriptor::of("x/y", b"x");
        let failed = client(nobody()).blob(&api(home.host()), &blob, 10).await;
        assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Refused, "{inner}");
    }
}

#[tokio::test]
async fn an_upload_to_an_inner_address_is_refused() {
    for inner in INNER {
        let home = Server::start(move |seen| match seen.method.as_str() {
            "POST" => Reply::new(202).header("Location", inner),
            _ => Reply::new(404),
        })
        .await;
        let failed = client(ada()).push_blob(&api(home.host()), "x".into()).await;
        assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Refused, "{inner}");
    }
}

#[tokio::test]
async fn a_name_for_an_inner_address_is_refused_even_as_a_confirmed_token_server() {
    let challenge = "Bearer realm=\"http://inner.example:1/token\"";
    let home = Server::start(move |_| Reply::challenge(challenge)).await;
    let endpoint = Endpoint {
        confirmed_realms: vec!["http://inner.example:1".into()],
        ..Endpoint::new(home.host())
    };
    for address in ["10.1.2.3", "169.254.169.254", "0.0.0.0", "fd00::1"] {
        let surroundings = surroundings(&[("inner.example", address)]);
        let client = Client::within(surroundings, vec![endpoint.clone()], ada()).unwrap();
        let failed = client.all_tags(&api(home.host())).await.unwrap_err();
        assert_eq!(failed.kind(), &ErrorKind::Refused, "{address}");
    }
}

#[tokio::test]
async fn the_registry_itself_may_be_anywhere() {
    let home = Server::start(|_| Reply::json(r#"{"tags":[]}"#)).await;
    let host = format!("registry.example:{}", home.port()).parse().unwrap();
    let endpoint = Endpoint {
        plain_http: true,
        ..Endpoint::new(host)
    };
    let surroundings = surroundings(&[("registry.example", "127.0.0.1")]);
    let client = Client::within(surroundings, vec![endpoint.clone()], nobody()).unwrap();
    client.all_tags(&api(endpoint.host)).await.unwrap();
}
