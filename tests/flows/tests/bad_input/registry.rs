//! Registries that are not there, speak otherwise, lack something, lie or lose things.

use crate::Desk;
use bytes::Bytes;
use hallmark_flows::{certificates::Authority, ground::word};
use hallmark_image::Digest;
use hallmark_practice::{
    Config, Tls,
    faults::{Effect, Fault},
};

#[test]
fn a_host_that_does_not_exist_is_said_to() {
    let desk = Desk::open();
    desk.loses_nothing(|ines| {
        let words = ["no host named nowhere.invalid", "Check the spelling"];
        let login = ["login", "nowhere.invalid", "--anonymous"];
        ines.json(&login).fails(3, "no-such-host", &words);
        let image = "nowhere.invalid/team/api:1";
        for act in [
            vec!["inspect", image],
            vec!["review", image],
            vec!["approve", image, "--stage", "golden", "-m", "fine"],
            vec!["verify", image, "--stage", "golden"],
        ] {
            ines.json(&act).fails(3, "no-such-host", &words);
        }
    });
}

#[test]
fn a_port_where_nobody_listens_is_unreachable() {
    let desk = Desk::open();
    desk.loses_nothing(|ines| {
        let host = format!("127.0.0.1:{}", hallmark_flows::process::free_port());
        let said = ines.json(&["login", &host, "--anonymous"]);
        said.fails(
            3,
            "unreachable",
            &["cannot be reached", "Check that it is running"],
        );
    });
}

#[test]
fn plain_http_where_https_was_expected_is_said_and_so_is_the_reverse() {
    let desk = Desk::open();
    let authority = Authority::new("Payments internal CA");
    let ca = word(&desk.ground.file("ca.pem", &authority.pem));
    let host = desk.shelf.host();
    desk.loses_nothing(|ines| {
        let said = ines.json(&["login", &host, "--anonymous", "--ca", &ca]);
        said.fails(
            3,
            "plain-http",
            &["speaks plain http, and https was expected", "--plain-http"],
        );
    });
    let certificate = authority.certify();
    let guarded = Desk::guarded(Tls {
        cert_pem: certificate.pem,
        key_pem: certificate.key,
    });
    let host = guarded.host();
    for more in [&["--plain-http"][..], &[]] {
        let said = desk
            .ines
            .json(&[&["login", &host, "--anonymous"], more].concat());
        said.fails(
            3,
            "plain-http",
            &["speaks https, and plain http was tried", "--ca FILE"],
        );
    }
    desk.ines.ok(&["login", &host, "--anonymous", "--ca", &ca]);
    let said = desk
        .ines
        .json(&["login", &host, "--anonymous", "--ca", "/nowhere.pem"]);
    said.fails(2, "bad-input", &["/nowhere.pem"]);
    let no_ca = word(&desk.ground.file("no.pem", "not a certificate"));
    let said = desk
        .ines
        .json(&["login", &host, "--anonymous", "--ca", &no_ca]);
    said.fails(
        2,
        "bad-input",
        &["no certificate in PEM", "BEGIN CERTIFICATE"],
    );
}

#[test]
fn a_registry_without_referrers_serves_through_the_fallback_tag() {
    let desk = Desk::with(Config {
        referrers: false,
        ..Config::default()
    });
    desk.ines.prepare(&desk.candidate, &desk.ground.files());
    assert_eq!(desk.promote().answer(0)["outcome"], "promoted");
    let golden = ["verify", &desk.candidate.exact(), "--stage", "golden"];
    desk.ines.ok(&golden);
}

#[test]
fn a_registry_that_takes_neither_referrers_nor_the_fallback_tag_is_said_and_nothing_is_recorded() {
    let desk = Desk::with(Config {
        referrers: false,
        ..Config::default()
    });
    let report = word(
        &desk
            .ground
            .file("junit.xml", &desk.candidate.sample.reports[0].bytes),
    );
    desk.loses_nothing(|ines| {
        desk.shelf
            .fault(Fault::on("PUT", "/manifests/sha256-", Effect::status(405)));
        let said = ines.json(&["evidence", "attach", &desk.candidate.exact(), &report]);
        said.fails(3, "registry-protocol", &["cannot do this", "switched on"]);
    });
}

#[test]
fn a_tag_that_vanished_is_not_found_and_what_was_approved_is_still_known_by_its_digest() {
    let desk = Desk::open();
    let ines = &desk.ines;
    ines.attach(&desk.candidate, &desk.ground.files());
    ines.request(&desk.candidate.tagged());
    let gone = format!("{}:gone", desk.candidate.repository());
    desk.loses_nothing(|ines| {
        for act in [
            vec!["inspect", &gone],
            vec!["review", &gone],
            vec!["status", &gone],
            vec!["approve", &gone, "--stage", "golden", "-m", "fine"],
            vec!["promote", &gone, "--stage", "golden"],
        ] {
            ines.json(&act)
                .fails(3, "not-found", &["gone", "Check the name"]);
        }
    });
    ines.approve(&desk.candidate.exact());
    assert_eq!(desk.promote().answer(0)["outcome"], "promoted");
}

#[test]
fn a_golden_tag_that_vanished_since_the_approval_is_a_conflict() {
    let desk = Desk::approved();
    desk.promote().answer(0);
    let next = hallmark_flows::images::Candidate::new(desk.shelf.host(), 24);
    desk.shelf.surgeon().push(&next);
    desk.ines.prepare(&next, &desk.ground.files());
    desk.shelf.surgeon().delete(&desk.candidate);
    assert_eq!(desk.shelf.names(&next, "golden"), None);
    let said = desk
        .ines
        .json(&["promote", &next.exact(), "--stage", "golden"])
        .answer(1);
    assert_eq!(said["outcome"], "conflict", "{said:#}");
    assert!(
        said["message"].to_string().contains("names nothing now"),
        "{said:#}"
    );
}

#[test]
fn a_manifest_that_lies_about_its_digest_is_refused_by_every_act() {
    let desk = Desk::approved();
    let path = format!("/manifests/{}", desk.candidate.digest());
    let same_length = desk.candidate.sample.manifest.bytes().to_vec();
    let swapped = String::from_utf8(same_length)
        .unwrap()
        .replace("amd64", "amd63");
    for effect in [Effect::WrongBytes, Effect::OtherBody(Bytes::from(swapped))] {
        desk.loses_nothing(|ines| {
            desk.shelf.fault(Fault::on("GET", &path, effect.clone()));
            let image = desk.candidate.exact();
            for act in [
                vec!["inspect", &image],
                vec!["review", &image],
                vec!["promote", &image, "--stage", "golden"],
                vec!["verify", &image, "--stage", "golden"],
            ] {
                ines.json(&act).fails(3, "registry-protocol", &["digest"]);
            }
        });
        assert_eq!(
            desk.shelf.names(&desk.candidate, "golden"),
            None,
            "{effect:?}"
        );
    }
    assert_eq!(desk.promote().answer(0)["outcome"], "promoted");
}

#[test]
fn the_bytes_that_were_asked_for_beat_a_header_that_lies() {
    let desk = Desk::approved();
    let path = format!("/manifests/{}", desk.candidate.digest());
    let lie = Effect::DigestLie(Digest::sha256(b"another image"));
    desk.shelf.fault(Fault::on("GET", &path, lie));
    let seen = desk.ines.ok(&["inspect", &desk.candidate.exact()]);
    assert_eq!(seen["digest"], desk.candidate.digest().to_string());
}

#[test]
fn a_tag_whose_header_names_another_digest_is_refused() {
    let desk = Desk::approved();
    let path = format!("/manifests/{}", desk.candidate.tag());
    let lie = Effect::DigestLie(Digest::sha256(b"another image"));
    desk.loses_nothing(|ines| {
        desk.shelf.fault(Fault::anywhere(&path, lie.clone()));
        let said = ines.json(&["inspect", &desk.candidate.tagged()]);
        said.fails(3, "registry-protocol", &["digest"]);
    });
}
