//! No secret is anywhere it has no business to be: a password and a private key, both canaries,
//! are used in every way there is, also in ways that fail, and then searched for in every form, in
//! all that was written, said or told.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    canary::{Canaries, Watch},
    ground::{Ground, word},
    images::Candidate,
    person::Person,
    said::Said,
    shelf::Shelf,
    surgeon::{Surgeon, new_key},
};
use hallmark_practice::{
    Access, Config, User,
    faults::{Effect, Fault},
};
use std::{fs, process::Stdio};

const PASSWORD: &str = "canary-0f9e8d7c-password";
const PASSPHRASE: &str = "canary-1a2b3c4d-passphrase";

/// What was used, and is searched for.
struct Secrets {
    key: String,
    canaries: Canaries,
}

impl Secrets {
    fn new() -> Self {
        let key = new_key();
        let canaries = Canaries::new()
            .password("the password", PASSWORD)
            .password("the passphrase", PASSPHRASE)
            .key("the key", &key);
        Self { key, canaries }
    }
}

/// Everything that touches a secret, at the most talkative level.
fn everything(ground: &Ground, access: Access, person: &Person, key: &str) {
    let config = Config {
        access,
        ..Config::default()
    };
    let shelf = Shelf::open(ground, config);
    let host = shelf.host();
    let person = person.clone().with("HALLMARK_LOG", "trace");
    let imported = person.tell(
        &["key", "import", "-", "--name", "ines", "--json"],
        key.as_bytes(),
    );
    imported.answer(0);
    person.ok(&["key", "show"]);
    person.run(&["key", "export"]);
    fails(&person.login(&host, &format!("{PASSWORD}-wrong"), &[]));
    let authority = hallmark_flows::certificates::Authority::new("none");
    let ca = word(&ground.file("ca.pem", authority.pem));
    fails(&person.login(&host, PASSWORD, &["--ca", &ca]));
    shelf.fault(Fault::anywhere("/v2/", Effect::status(500)));
    fails(&person.login(&host, PASSWORD, &[]));
    shelf.running().behave();
    person.login(&host, PASSWORD, &[]).answer(0);
    tell_the_story(ground, &shelf, &person);
    shelf.fault(Fault::anywhere(
        "/v2/",
        Effect::redirect(307, "http://127.0.0.1:9/"),
    ));
    fails(&person.json(&["images", &host]));
    shelf.running().behave();
    person.ok(&[
        "history",
        "export",
        "--format",
        "json",
        &exported(ground, "json"),
    ]);
    person.ok(&[
        "history",
        "export",
        "--format",
        "csv",
        &exported(ground, "csv"),
    ]);
    person.ok(&["logout", &host]);
}

/// What it logs stands among its errors, so only how it ended is looked at.
fn fails(said: &Said) {
    assert_eq!(said.code, Some(3), "{}", said.whole());
}

fn exported(ground: &Ground, format: &str) -> String {
    word(&ground.homes().join(format!("history.{format}")))
}

fn tell_the_story(ground: &Ground, shelf: &Shelf, person: &Person) {
    let surgeon = Surgeon::login(&shelf.host(), "ines", PASSWORD, None);
    let [old, new] = [24, 0].map(|hours| Candidate::new(shelf.host(), hours));
    for candidate in [&old, &new] {
        surgeon.push(candidate);
        person.prepare(candidate, &ground.files());
        person.promote(&candidate.exact());
    }
    let repository = new.repository();
    person.ok(&[
        "rollback",
        &repository,
        "--stage",
        "golden",
        "-m",
        "refunds fail",
    ]);
    person.ok(&["verify", &old.exact(), "--stage", "golden"]);
    person.ok(&["history", "verify"]);
    person.ok(&["registries"]);
    let team = format!("{}/payments/hallmark", shelf.host());
    person.ok(&["workspace", "init", &team]);
    person.ok(&["history", "rebuild"]);
}

fn nothing_leaked(ground: &Ground, canaries: &Canaries, watch: Watch) {
    let (found, seen) = watch.end();
    assert!(seen > 0, "no command's arguments were looked at");
    assert_eq!(found, [""; 0], "in arguments");
    let heard = ground.heard();
    assert!(heard.len() > 20, "{}", heard.len());
    let talk: usize = heard.iter().map(|said| said.err.len()).sum();
    assert!(talk > 10_000, "nothing was logged: {talk} bytes");
    assert_eq!(canaries.in_words(&heard), [""; 0]);
    assert_eq!(canaries.in_folders(&ground.ours()), [""; 0]);
}

#[test]
fn with_the_keyring_and_basic_login_no_secret_is_found_anywhere() {
    let (ground, secrets) = (Ground::new(), Secrets::new());
    let watch = Watch::begin(&secrets.canaries, "evidence\0attach");
    let access = Access::Basic(vec![User::new("ines", PASSWORD)]);
    everything(&ground, access, &ground.person("ines"), &secrets.key);
    nothing_leaked(&ground, &secrets.canaries, watch);
}

#[test]
fn with_a_passphrase_file_and_token_login_no_secret_is_found_anywhere() {
    let (ground, secrets) = (Ground::new(), Secrets::new());
    let watch = Watch::begin(&secrets.canaries, "evidence\0attach");
    let access = Access::bearer(vec![User::new("ines", PASSWORD)]);
    let person = ground
        .person("ines")
        .without_a_bus()
        .with("HALLMARK_PASSPHRASE", PASSPHRASE);
    everything(&ground, access, &person, &secrets.key);
    assert!(person.home().join("secrets.age").is_file(), "it was used");
    nothing_leaked(&ground, &secrets.canaries, watch);
}

#[test]
fn a_secret_that_did_leak_is_found_wherever_it_is() {
    // Not the others' password: they watch every program's arguments while this one leaks.
    const LEAKED: &str = "canary-5e6f7a8b-leaked";
    let (ground, canaries) = (Ground::new(), Canaries::new().password("it", LEAKED));
    for folder in ground.ours() {
        let file = folder.join("deep/er");
        fs::create_dir_all(&file).unwrap();
        fs::write(file.join("log"), format!("Basic {LEAKED}")).unwrap();
    }
    assert_eq!(canaries.in_folders(&ground.ours()).len(), 3);

    let person = ground.person("ines");
    person.run(&["login", "nowhere.invalid", "-u", LEAKED]);
    assert!(!canaries.in_words(&ground.heard()).is_empty());

    let mut control = std::process::Command::new("sh")
        .args(["-c", "read line", LEAKED])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let id = control.id();
    let arguments = format!("/proc/{id}/cmdline");
    // Until it is that program, it is still this one.
    while !fs::read(&arguments).unwrap().starts_with(b"sh\0") {
        std::thread::yield_now();
    }
    let watch = Watch::begin(&canaries, "read line");
    let looked = watch.looked();
    let (found, seen) = looked.end();
    drop(control.stdin.take());
    control.wait().unwrap();
    assert!(seen > 0 && !found.is_empty(), "{found:?}");
}
