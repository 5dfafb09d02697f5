//! Lists through a product's own API: what is asked of whom, and where the login may go.

use crate::{
    server::{Reply, Seen, Server},
    setting::{BASIC, ada, api, client, client_of, image, nobody, surroundings},
};
use hallmark_image::{Host, media_type::OCI_MANIFEST};
use hallmark_practice::{Config, Persona, Registry, Running, Seen as Noted, User, habits::Catalog};
use hallmark_registry::{Client, Endpoint, ErrorKind, RegistryKind};

fn refuse() -> Reply {
    Reply::new(403).body(r#"{"errors":[{"code":"DENIED","message":"no"}]}"#)
}

fn of_kind(host: Host, kind: RegistryKind) -> Endpoint {
    Endpoint {
        kind: Some(kind),
        ..Endpoint::new(host)
    }
}

async fn names(client: &Client, host: &Host) -> Vec<String> {
    let mut names = Vec::new();
    let mut from = None;
    loop {
        let page = client.repositories(host, from, 100).await.unwrap();
        names.extend(page.items.iter().map(ToString::to_string));
        from = page.next;
        if from.is_none() {
            return names;
        }
    }
}

/// Harbor, whose catalogue is for administrators.
fn harbor(seen: &Seen) -> Reply {
    if seen.authorization() != Some(BASIC) {
        return Reply::challenge("Basic realm=\"harbor\"");
    }
    match seen.path() {
        "/v2/_catalog" => refuse(),
        "/api/v2.0/systeminfo" => Reply::json(r#"{"auth_mode":"db_auth"}"#),
        "/api/v2.0/projects" => Reply::json(r#"[{"name":"payments"},{"name":"../x"}]"#),
        "/api/v2.0/projects/payments/repositories" => {
            Reply::json(r#"[{"name":"payments/api"},{"name":"payments/deep/er"}]"#)
        }
        "/api/v2.0/projects/payments/repositories/deep%252Fer/artifacts" => Reply::json(
            r#"[{"digest":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
               "size":7,"push_time":"2026-11-20T10:00:00Z","tags":[{"name":"1.0"},{"name":"bad name"}],
               "references":[{"platform":{"os":"linux","architecture":"arm64"}}]},{"digest":7}]"#,
        ),
        _ => Reply::new(404),
    }
}

#[tokio::test]
async fn harbor_lists_its_projects_where_the_catalogue_is_refused() {
    let home = Server::start(harbor).await;
    let client = client_of(of_kind(home.host(), RegistryKind::Harbor), ada());
    let found = names(&client, &home.host()).await;
    assert_eq!(found, ["payments/api", "payments/deep/er"]);
}

#[tokio::test]
async fn harbors_artifacts_tell_digest_size_date_and_platforms() {
    let home = Server::start(|seen| match seen.path() {
        path if path.ends_with("tags/list") && seen.authorization().is_some() => refuse(),
        _ => harbor(seen),
    })
    .await;
    let client = client_of(of_kind(home.host(), RegistryKind::Harbor), ada());
    let repository = format!("{}/payments/deep/er", home.host()).parse().unwrap();
    let page = client.tags(&repository, None, 100).await.unwrap();
    assert_eq!(page.by, Some(RegistryKind::Harbor));
    let [tag] = page.items.as_slice() else {
        panic!("{:?}", page.items);
    };
    assert_eq!((tag.tag.as_str(), tag.size), ("1.0", Some(7)));
    assert_eq!(tag.pushed.unwrap().to_string(), "2026-11-20T10:00:00Z");
    assert_eq!(tag.platforms[0].to_string(), "linux/arm64");
    assert!(tag.digest.is_some());
}

/// Mirantis Secure Registry behind tokens: recognised by where they are had.
fn msr(seen: &Seen) -> Reply {
    let origin = format!("http://{}", seen.header("host").unwrap_or_default());
    match (seen.path(), seen.target.contains("pageStart=next")) {
        ("/auth/token", _) => Reply::json(r#"{"token":"t"}"#),
        ("/api/v0/repositories", false) if seen.authorization() == Some(BASIC) => {
            Reply::json(r#"{"repositories":[{"namespace":"payments","name":"api"}]}"#)
                .header("X-Next-Page-Start", "next")
        }
        ("/api/v0/repositories", true) if seen.authorization() == Some(BASIC) => {
            Reply::json(r#"{"repositories":[{"namespace":"payments","name":"worker"}]}"#)
                .header("X-Next-Page-Start", "")
        }
        (path, _) if path.starts_with("/v2/") && seen.authorization() == Some("Bearer t") => {
            refuse()
        }
        _ => Reply::challenge(format!(
            "Bearer realm=\"{origin}/auth/token\",service=\"msr\""
        )),
    }
}

#[tokio::test]
async fn msr_is_recognised_by_its_token_server_and_listed_page_by_page() {
    let home = Server::start(msr).await;
    let client = client(ada());
    let found = names(&client, &home.host()).await;
    assert_eq!(found, ["payments/api", "payments/worker"]);
}

/// Docker Hub's API, on a host of its own.
fn hub(seen: &Seen) -> Reply {
    let token = seen.authorization() == Some("Bearer hub-token");
    match (seen.method.as_str(), seen.path()) {
        ("POST", "/v2/auth/token") => {
            let body: serde_json::Value = serde_json::from_slice(&seen.body).unwrap();
            assert_eq!(body["identifier"], "ada");
            Reply::json(r#"{"access_token":"hub-token"}"#)
        }
        ("GET", "/v2/user/orgs") if token => {
            Reply::json(r#"{"results":[{"orgname":"payments"}],"next":null}"#)
        }
        ("GET", "/v2/namespaces/ada/repositories") if token => {
            Reply::json(r#"{"results":[{"name":"own"}],"next":null}"#)
        }
        ("GET", "/v2/namespaces/payments/repositories") if token => {
            let first = seen.target.contains("page=1&");
            let next = if first {
                "\"https://evil.example/2\""
            } else {
                "null"
            };
            let name = if first { "api" } else { "worker" };
            Reply::json(format!(
                r#"{{"results":[{{"name":"{name}"}}],"next":{next}}}"#
            ))
        }
        ("GET", "/v2/namespaces/library/repositories") => {
            Reply::json(r#"{"results":[{"name":"nginx"}],"next":null}"#)
        }
        _ => Reply::new(404),
    }
}

#[tokio::test]
async fn docker_hub_lists_the_person_and_the_organisations_with_a_token_of_its_api() {
    let elsewhere = Server::start(hub).await;
    let home = Server::start(|_| Reply::new(404)).await;
    let endpoint = Endpoint {
        api: Some(elsewhere.origin()),
        ..of_kind(home.host(), RegistryKind::Hub)
    };
    let client = client_of(endpoint.clone(), ada());
    let found = names(&client, &home.host()).await;
    assert_eq!(found, ["ada/own", "payments/api", "payments/worker"]);
    names(&client, &home.host()).await;
    assert_eq!(
        elsewhere.count("POST", "/v2/auth/token"),
        1,
        "one token serves"
    );
    let official = names(&client_of(endpoint, nobody()), &home.host()).await;
    assert_eq!(official, ["library/nginx"]);
}

#[tokio::test]
async fn no_login_goes_to_an_api_that_nobody_named() {
    for kind in [RegistryKind::Hub, RegistryKind::Gitlab] {
        let home = Server::start(|_| refuse()).await;
        let client = client_of(of_kind(home.host(), kind), ada());
        let failed = client.repositories(&home.host(), None, 10).await;
        assert_eq!(
            failed.unwrap_err().kind(),
            &ErrorKind::Unsupported,
            "{kind:?}"
        );
        assert!(
            home.seen()
                .iter()
                .all(|seen| seen.authorization().is_none())
        );
    }
}

#[tokio::test]
async fn a_products_api_that_sends_us_on_is_not_followed() {
    let thief = Server::start(|_| Reply::json("[]")).await;
    let target = format!("{}/api/v2.0/projects", thief.origin());
    let home = Server::start(move |seen| match seen.path() {
        "/api/v2.0/projects" => Reply::new(302).header("Location", target.clone()),
        _ => refuse(),
    })
    .await;
    let client = client_of(of_kind(home.host(), RegistryKind::Harbor), ada());
    let failed = client
        .repositories(&home.host(), None, 10)
        .await
        .unwrap_err();
    assert_eq!(failed.kind(), &ErrorKind::Refused);
    assert!(thief.seen().is_empty());
}

#[tokio::test]
async fn an_api_at_an_inner_address_is_refused() {
    let home = Server::start(|_| refuse()).await;
    for inner in ["http://169.254.169.254", "http://inner.example"] {
        let endpoint = Endpoint {
            api: Some(inner.into()),
            ..of_kind(home.host(), RegistryKind::Hub)
        };
        let around = surroundings(&[("inner.example", "10.0.0.1")]);
        let client = Client::within(around, vec![endpoint], ada()).unwrap();
        let failed = client.repositories(&home.host(), None, 10).await;
        assert_eq!(failed.unwrap_err().kind(), &ErrorKind::Refused, "{inner}");
    }
}

#[tokio::test]
async fn quay_shows_a_robots_namespace_without_a_login_to_its_api() {
    let home = Server::start(|seen| match seen.path() {
        "/api/v1/repository" => {
            assert_eq!(seen.authorization(), None);
            assert!(seen.target.contains("namespace=ada"));
            Reply::json(r#"{"repositories":[{"namespace":"ada","name":"api"}]}"#)
        }
        _ => refuse(),
    })
    .await;
    let client = client_of(of_kind(home.host(), RegistryKind::Quay), ada());
    assert_eq!(names(&client, &home.host()).await, ["ada/api"]);
}

/// GitLab: its API is where its tokens come from.
fn gitlab(seen: &Seen) -> Reply {
    let signed_in = seen.authorization() == Some("Bearer canary-password");
    match seen.path() {
        "/jwt/auth" => Reply::json(r#"{"token":"t"}"#),
        "/api/v4/projects" if signed_in => Reply::json(r#"[{"id":7},{"id":8}]"#),
        "/api/v4/projects/7/registry/repositories" if signed_in => {
            Reply::json(r#"[{"id":1,"path":"payments/api"},{"id":2,"path":"payments/api/debug"}]"#)
        }
        _ => Reply::new(404),
    }
}

#[tokio::test]
async fn gitlab_is_asked_at_its_token_server_once_the_user_confirmed_that() {
    let web = Server::start(gitlab).await;
    let realm = format!(
        "Bearer realm=\"{}/jwt/auth\",service=\"container_registry\"",
        web.origin()
    );
    let home = Server::start(move |seen| match seen.authorization() {
        Some("Bearer t") => refuse(),
        _ => Reply::challenge(realm.clone()),
    })
    .await;
    let endpoint = Endpoint {
        confirmed_realms: vec![web.origin()],
        ..Endpoint::new(home.host())
    };
    let client = client_of(endpoint, ada());
    let found = names(&client, &home.host()).await;
    assert_eq!(found, ["payments/api", "payments/api/debug"]);
    let unconfirmed = client_of(Endpoint::new(home.host()), ada());
    let failed = unconfirmed.repositories(&home.host(), None, 10).await;
    let kind = failed.unwrap_err().kind().clone();
    assert!(
        matches!(kind, ErrorKind::RealmNeedsConfirmation { .. }),
        "{kind:?}"
    );
}

#[tokio::test]
async fn a_tag_alone_is_deleted_and_a_registry_that_cannot_says_so() {
    let home = Server::start(|seen| match seen.path() {
        "/v2/team/api/manifests/1.0" => Reply::new(202),
        "/v2/team/api/manifests/2.0" => {
            Reply::new(400).body(r#"{"errors":[{"code":"DIGEST_INVALID","message":"no"}]}"#)
        }
        _ => Reply::new(405).body(r#"{"errors":[{"code":"UNSUPPORTED","message":"no"}]}"#),
    })
    .await;
    let (client, api) = (client(nobody()), api(home.host()));
    client
        .delete_tag(&api, &"1.0".parse().unwrap())
        .await
        .unwrap();
    for tag in ["2.0", "3.0"] {
        let failed = client
            .delete_tag(&api, &tag.parse().unwrap())
            .await
            .unwrap_err();
        assert_eq!(failed.kind(), &ErrorKind::Unsupported, "{tag}");
        assert!(failed.message().contains("only whole images"), "{failed}");
    }
}

/// The practice registry in the part of that product, with repositories.
async fn playing(persona: Persona, names: &[&str]) -> Running {
    let ada = User::new("ada", "canary-password");
    let mut playing = Config::playing(persona, vec![ada]);
    playing.habits.catalog = Catalog::Nobody;
    let registry = Registry::start(playing).await.unwrap();
    for name in names {
        let tag = Some("1.0".parse().unwrap());
        let manifest = image(name);
        let name = name.parse().unwrap();
        let planted = registry.plant_manifest(&name, tag, OCI_MANIFEST, manifest);
        planted.await.unwrap();
    }
    registry
}

#[tokio::test]
async fn every_product_that_lists_by_itself_is_listed_and_its_tags_too() {
    for (persona, kind) in [
        (Persona::DockerHub, RegistryKind::Hub),
        (Persona::Msr, RegistryKind::Msr),
        (Persona::Harbor, RegistryKind::Harbor),
        (Persona::GitLab, RegistryKind::Gitlab),
    ] {
        let registry = playing(persona, &["payments/api", "payments/worker"]).await;
        let apart: Vec<String> = registry.annexe().map(str::to_owned).into_iter().collect();
        let endpoint = Endpoint {
            kind: (kind == RegistryKind::Hub).then_some(kind),
            api: apart.first().cloned().filter(|_| kind == RegistryKind::Hub),
            confirmed_realms: apart,
            ..Endpoint::new(registry.host())
        };
        let client = client_of(endpoint, ada());
        let page = client
            .repositories(&registry.host(), None, 100)
            .await
            .unwrap();
        let found: Vec<&str> = page.items.iter().map(|name| name.as_str()).collect();
        assert_eq!(found, ["payments/api", "payments/worker"], "{kind:?}");
        assert_eq!(page.by, Some(kind));
        let api = format!("{}/payments/api", registry.host()).parse().unwrap();
        let tags = client.tags(&api, None, 100).await.unwrap();
        assert_eq!(tags.items[0].tag.as_str(), "1.0", "{kind:?}");
        let basic_apart = |seen: &Noted| {
            seen.apart
                && seen.authorization_scheme.as_deref() == Some("Basic")
                && !seen.path.ends_with("/token")
                && seen.path != "/jwt/auth"
        };
        assert!(!registry.requests().iter().any(basic_apart), "{kind:?}");
    }
}

#[tokio::test]
async fn quay_lists_the_namespace_of_who_is_logged_in_to_its_end() {
    let names = ["ada/api", "ada/web", "ada/worker", "payments/api"];
    let registry = playing(Persona::Quay, &names).await;
    let client = client_of(of_kind(registry.host(), RegistryKind::Quay), ada());
    assert_eq!(self::names(&client, &registry.host()).await, &names[..3]);
}
