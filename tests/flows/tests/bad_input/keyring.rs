//! A keyring that is missing or locked, and a passphrase that is wrong.

use crate::Desk;
use hallmark_flows::person::Person;
use hallmark_practice::{Access, Config, User};
use std::time::{Duration, Instant};

const PASSWORD: &str = "canary-keyring-password";

fn guarded() -> Desk {
    let users = vec![User::new("ines", PASSWORD)];
    let desk = Desk::unstocked(Config {
        access: Access::Basic(users),
        ..Config::default()
    });
    desk.ines.ok(&["key", "show"]);
    desk
}

/// Everything that needs a secret.
fn acts(desk: &Desk, person: &Person, code: &str, words: &[&str]) {
    let host = desk.shelf.host();
    person.login(&host, PASSWORD, &[]).fails(3, code, words);
    person.json(&["key", "show"]).fails(3, code, words);
    let image = desk.candidate.exact();
    let approve = ["approve", &image, "--stage", "golden", "-m", "fine"];
    person.json(&approve).fails(3, code, words);
}

#[test]
fn without_a_session_bus_the_keyring_is_missing_and_nothing_is_kept() {
    let desk = guarded();
    let before = desk.ines.holdings();
    let alone = desk.ines.clone().without_a_bus();
    let began = Instant::now();
    acts(
        &desk,
        &alone,
        "keyring-missing",
        &["keyring", "GNOME Keyring"],
    );
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "it is told at once"
    );
    assert_eq!(alone.kinds(), before.0, "what needs no secret still works");
    assert_eq!(desk.ines.holdings(), before);
    desk.ines.login(&desk.shelf.host(), PASSWORD, &[]).answer(0);
    desk.ines.ok(&["registries", "test", &desk.shelf.host()]);
}

#[test]
fn a_locked_keyring_is_told_and_its_secrets_are_there_when_it_is_unlocked() {
    let mut desk = guarded();
    let key = desk.ines.ok(&["key", "show"])["key_id"].clone();
    let before = desk.ines.holdings();
    desk.ground.session.lock();
    acts(&desk, &desk.ines, "keyring-locked", &["keyring", "nlock"]);
    desk.ground.session.unlock();
    assert_eq!(desk.ines.holdings(), before);
    assert_eq!(
        desk.ines.ok(&["key", "show"])["key_id"],
        key,
        "the same key"
    );
}

#[test]
fn a_wrong_passphrase_opens_nothing_and_harms_nothing() {
    let desk = guarded();
    let right = desk
        .ground
        .person("mara")
        .with("HALLMARK_PASSPHRASE", "the right one");
    let key = right.ok(&["key", "show"])["key_id"].clone();
    let wrong = right.clone().with("HALLMARK_PASSPHRASE", "another one");
    let said = wrong.json(&["key", "show"]);
    said.fails(3, "keyring-broken", &["passphrase"]);
    assert_eq!(right.ok(&["key", "show"])["key_id"], key);
}
