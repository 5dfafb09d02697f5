//! No login ever comes to another server than the one it is for, wherever a registry sends whoever
//! asks: to other servers for its bytes, its uploads, its lists, its tokens, its layers. Those
//! servers write down what they are asked and fail the test where a credential came; that
//! they were asked at all is looked at, so that they could have failed.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    asked::Welcome,
    detour::Detour,
    distribution::Distribution,
    ground::Ground,
    images::Candidate,
    proxy::{Door, Proxy},
    shelf::Shelf,
    surgeon::Surgeon,
};
use hallmark_practice::{Access, Config, Limits, User};
use std::{fs, path::PathBuf};

const PASSWORD: &str = "the password of ines";

fn folder(ground: &Ground, name: &str) -> PathBuf {
    let folder = ground.servers().join(name);
    fs::create_dir(&folder).unwrap();
    folder
}

/// A server that may be asked without a login alone.
fn foreign(behind: &str) -> Proxy {
    let proxy = Proxy::start(Door::open(), behind, Welcome::Nobody, None);
    proxy.take(Detour::lending("ines", PASSWORD));
    proxy
}

fn times(proxy: &Proxy, method: &str, kind: &str) -> usize {
    let asked = proxy.asked().into_iter();
    asked
        .filter(|one| one.method == method && one.kind() == kind && one.status < 400)
        .count()
}

#[test]
fn where_another_server_holds_the_bytes_it_gives_and_takes_them_without_a_login() {
    let ground = Ground::new();
    let users = [("ines", PASSWORD)];
    let home = Distribution::with_passwords(&folder(&ground, "home"), &users);
    let bytes = foreign(&home.bare);
    home.front().take(Detour::to(&bytes.host));
    let ines = ground.person("ines");
    ines.login(&home.host, PASSWORD, &[]).answer(0);

    let candidate = Candidate::new(&home.host, 0);
    Surgeon::login(&home.host, "ines", PASSWORD, None).push(&candidate);
    ines.prepare(&candidate, &ground.files());
    ines.promote(&candidate.exact());
    ines.ok(&["inspect", &candidate.exact()]);
    let digest = hallmark_image::Digest::sha256(&candidate.sample.reports[0].bytes).to_string();
    let got = ines.run(&["evidence", "get", &candidate.exact(), &digest]);
    assert_eq!(
        got.out,
        candidate.sample.reports[0].bytes,
        "{}",
        got.whole()
    );

    assert!(times(&bytes, "PUT", "upload") > candidate.sample.blobs.len());
    assert!(times(&bytes, "GET", "blob") > 0, "{}", bytes.tally());

    let other = Distribution::with_passwords(&folder(&ground, "other"), &[("otto", "of otto")]);
    let words = [
        "login",
        &other.host,
        "-u",
        "otto",
        "--password-stdin",
        "--json",
    ];
    ines.tell(&words, b"of otto").answer(0);
    bytes.forget();
    let golden = format!("{}:golden", candidate.repository());
    for to in [&other.host, &home.host] {
        ines.ok(&["copy", &golden, &format!("{to}/prod/api:1"), "--referrers"]);
    }
    let (sent, read) = (
        times(other.front(), "PUT", "upload"),
        times(&bytes, "GET", "blob"),
    );
    assert!(
        sent > candidate.sample.blobs.len(),
        "{}",
        other.front().tally()
    );
    assert_eq!(
        sent, read,
        "what the other registry got, the bytes' server gave"
    );
    let asked = home.front().asked();
    assert!(
        asked.iter().any(|one| one.credential.is_some()),
        "it was logged in"
    );
}

#[test]
fn a_list_that_goes_on_at_another_server_ends_there() {
    let ground = Ground::new();
    let config = Config {
        access: Access::Basic(vec![User::new("ines", PASSWORD)]),
        limits: Limits {
            page: 1,
            ..Limits::default()
        },
        ..Config::default()
    };
    let shelf = Shelf::open(&ground, config);
    let welcome = Welcome::Users(vec!["ines".to_owned()]);
    let home = Proxy::start(Door::open(), &shelf.host(), welcome, None);
    let lists = foreign(&shelf.host());
    home.take(Detour::to(&lists.host));
    let surgeon = Surgeon::login(&shelf.host(), "ines", PASSWORD, None);
    let ines = ground.person("ines");
    ines.login(&home.host, PASSWORD, &[]).answer(0);
    let mut candidate = Candidate::new(shelf.host(), 0);
    surgeon.push(&candidate);
    surgeon.tag(
        &candidate.repository(),
        "second",
        &candidate.sample.manifest,
    );
    ines.ok(&["images", &home.host, "--limit", "1"]);

    candidate.host.clone_from(&home.host);
    let said = ines.json(&["images", &candidate.repository()]);
    said.fails(
        3,
        "registry-protocol",
        &["goes on at another server", "not followed"],
    );
    assert_eq!(lists.tally(), "0 in all");
}

#[test]
fn tokens_of_another_server_are_not_asked_for_before_it_is_confirmed() {
    let ground = Ground::new();
    let users = [("ines", PASSWORD)];
    let issuer = Distribution::with_tokens(&folder(&ground, "issuer"), &users);
    let home = issuer.beside(&folder(&ground, "home"));
    let ines = ground.person("ines");
    let said = ines.login(&home.host, PASSWORD, &[]);
    said.fails(3, "realm-needs-confirmation", &[&issuer.host]);
    ines.json(&["images", &home.host]).failure(3);
    assert_eq!(issuer.front().tally(), "0 in all");
    let origin = format!("http://{}", issuer.host);
    ines.login(&home.host, PASSWORD, &["--confirm-realm", &origin])
        .answer(0);
    assert!(times(issuer.front(), "GET", "token") > 0);
}
