//! Logging in: tried before it is kept, and no secret in any output or plain file.

use crate::stand::{Desk, PASSPHRASE, Stand};
use hallmark_practice::{Access, User};
use std::path::Path;

const PASSWORD: &str = "canary-password-19c2";

fn stand() -> (Stand, Desk, String) {
    let stand = Stand::with(Access::Basic(vec![User::new("ada", PASSWORD)]));
    stand.seed(0);
    let (desk, host) = (stand.desk("ada"), stand.registry.host().to_string());
    (stand, desk, host)
}

#[test]
fn a_login_is_tried_before_it_is_kept() {
    let (_stand, desk, host) = stand();
    let login = ["login", &host, "-u", "ada", "--password-stdin", "--json"];
    let wrong = desk.run_with(&login, "wrong\n").failed(3);
    assert_eq!(wrong["code"], "wrong-password");
    assert_eq!(
        desk.json(&["registries"]).answered(0),
        serde_json::json!([])
    );
    assert_eq!(
        desk.json(&["images", &host]).failed(3)["code"],
        "login-needed"
    );

    let said = desk.run_with(&login, &format!("{PASSWORD}\n"));
    assert_eq!(said.answered(0)["username"], "ada");
    let registries = desk.json(&["registries"]).answered(0);
    assert_eq!(
        (&registries[0]["host"], &registries[0]["username"]),
        (&host.as_str().into(), &"ada".into())
    );
    desk.json(&["registries", "test", &host]).answered(0);
    let images = desk.json(&["images", &host]).answered(0);
    assert!(
        images["items"]
            .as_array()
            .unwrap()
            .contains(&"payments/api".into()),
        "{images}"
    );
    let tags = desk
        .json(&["images", &format!("{host}/payments/api")])
        .answered(0);
    assert!(
        tags["items"].as_array().unwrap().contains(&"2.8.1".into()),
        "{tags}"
    );

    secrets_are_nowhere_in(desk.home());
    desk.json(&["logout", &host]).answered(0);
    assert_eq!(
        desk.json(&["images", &host]).failed(3)["code"],
        "login-needed"
    );
}

#[test]
fn a_password_is_asked_for_on_a_terminal_only() {
    let (_stand, desk, host) = stand();
    let failed = desk.json(&["login", &host, "-u", "ada"]).failed(2);
    assert!(
        failed["hint"]
            .as_str()
            .unwrap()
            .contains("--password-stdin"),
        "{failed}"
    );
    let empty = desk.run_with(
        &["login", &host, "-u", "ada", "--password-stdin", "--json"],
        "\n",
    );
    assert_eq!(empty.failed(2)["code"], "bad-input");
}

#[test]
fn the_login_that_docker_has_may_be_used() {
    let (_stand, desk, host) = stand();
    let login = ["login", &host, "--from-docker"];
    assert_eq!(desk.json(&login).failed(3)["code"], "not-found");
    let docker = desk.home().join(".docker");
    std::fs::create_dir_all(&docker).unwrap();
    // ada and her password, as `docker login` writes them.
    let auth = "YWRhOmNhbmFyeS1wYXNzd29yZC0xOWMy";
    let config = serde_json::json!({"auths": {(host.as_str()): {"auth": auth}}});
    std::fs::write(docker.join("config.json"), config.to_string()).unwrap();
    desk.json(&login).answered(0);
    desk.json(&["images", &host]).answered(0);
}

/// Searches every file of a workspace for the password and the passphrase.
fn secrets_are_nowhere_in(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            secrets_are_nowhere_in(&entry.path());
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        for secret in [PASSWORD, PASSPHRASE] {
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{} holds a secret", entry.path().display());
        }
    }
}
