//! Logging in: rights told apart, helpers and Docker's logins, and what is kept where.

use crate::{
    ground::{Ground, assert_refused},
    person::Person,
};
use hallmark_credentials::Memory;
use hallmark_image::Host;
use hallmark_practice::{Access, Config, Registry, User};
use hallmark_workflow::{
    Desk, Surroundings,
    dto::{AskHandOver, AskImport, LoginRequest, May},
    error::Code,
};
use jiff::SignedDuration;
use std::{fs, path::Path, sync::Arc};

const PASSWORD: &str = "canary-pass";

fn users() -> Vec<User> {
    vec![
        User::new("wim", PASSWORD),
        User::new("rita", PASSWORD).read_only(),
    ]
}

async fn sit(ground: &Ground, name: &'static str) -> Person {
    let (folder, keyring) = (tempfile::tempdir().unwrap(), Arc::new(Memory::new()));
    Person::sit(ground, name, folder, keyring).await
}

fn ask(host: &Host, name: &str) -> LoginRequest {
    LoginRequest {
        host: host.to_string(),
        username: Some(name.into()),
        password: Some(PASSWORD.into()),
        plain_http: true,
        ..LoginRequest::default()
    }
}

#[tokio::test]
async fn a_login_that_may_only_pull_is_kept_and_says_so() {
    for access in [Access::Basic(users()), Access::bearer(users())] {
        let ground = Ground::guarded(access).await;
        let person = sit(&ground, "rita").await;
        let host = ground.registry.host();
        for (name, push) in [("rita", May::No), ("wim", May::Yes)] {
            let asked = LoginRequest {
                repository: Some("shop/api".into()),
                ..ask(&host, name)
            };
            let rights = person.desk.login(asked).await.unwrap().rights.unwrap();
            assert_eq!(rights.push, push, "{name}: {rights:?}");
        }
        // A test afterwards asks for the same rights of the login that is kept.
        let tested = person.desk.test_registry(host.as_str()).await.unwrap();
        assert!(tested.message.ends_with("may push."), "{}", tested.message);
    }
}

#[tokio::test]
async fn editing_keeps_the_secret_and_what_is_not_shown() {
    let ground = Ground::guarded(Access::Basic(users())).await;
    let person = sit(&ground, "wim").await;
    let host = ground.registry.host();
    person.desk.login(ask(&host, "wim")).await.unwrap();
    let edited = LoginRequest {
        password: None,
        repository: Some("shop/api".into()),
        ..ask(&host, "wim")
    };
    person.desk.login(edited).await.unwrap();
    let info = registry(&person.desk, &host);
    assert_eq!(info.repository.as_deref(), Some("shop/api"));
    person.desk.test_registry(host.as_str()).await.unwrap();
    let other = LoginRequest {
        password: None,
        ..ask(&host, "rita")
    };
    assert_refused(person.desk.login(other).await, Code::BadInput, "rita");
}

fn registry(desk: &Desk, host: &Host) -> hallmark_workflow::dto::RegistryInfo {
    let all = desk.registries();
    all.into_iter()
        .find(|one| one.host == host.as_str())
        .unwrap()
}

#[tokio::test]
async fn a_refused_login_whose_token_has_ended_is_said_to_have_expired() {
    // The token server knows no JSON Web Token as a password: it lets this one in by name.
    let ends = "2026-11-23T12:00:00Z";
    let seconds = ends.parse::<jiff::Timestamp>().unwrap().as_second();
    let claims = base64(&format!("{{\"exp\":{seconds}}}"));
    let token = format!("e30.{claims}.c2ln");
    let ground = Ground::guarded(Access::Basic(vec![User::new("wim", &token)])).await;
    let person = sit(&ground, "wim").await;
    let host = ground.registry.host();
    let asked = LoginRequest {
        password: Some(token),
        ..ask(&host, "wim")
    };
    person.desk.login(asked).await.unwrap();
    let info = registry(&person.desk, &host);
    assert_eq!(info.expires.unwrap().to_string(), ends);

    // Somebody takes it back; before its end that is a wrong password, after it an expired one.
    let port = host.as_str().rsplit(':').next().unwrap().parse().unwrap();
    let Ground {
        registry, clock, ..
    } = ground;
    registry.stop().await;
    let access = Access::Basic(vec![User::new("wim", "another")]);
    let config = Config {
        access,
        port: Some(port),
        ..Config::default()
    };
    let _again = Registry::start(config).await.unwrap();
    let refused = person.desk.test_registry(host.as_str()).await;
    assert_refused(refused, Code::WrongPassword, "refused");
    clock.pass(SignedDuration::from_hours(3));
    let refused = person.desk.test_registry(host.as_str()).await;
    assert_refused(refused, Code::TokenExpired, "2026-11-23 12:00 UTC");
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for at in 0..=three.len() {
            let six = (bits >> (18 - 6 * at)) & 63;
            out.push(char::from(LETTERS[six as usize]));
        }
    }
    out
}

#[cfg(unix)]
mod with_docker {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    /// A desk whose environment leads to a Docker configuration and to helpers of the test's.
    struct Beside {
        ground: Ground,
        folder: TempDir,
        desk: Desk,
        host: Host,
    }

    impl Beside {
        async fn new() -> Self {
            let ground = Ground::guarded(Access::Basic(users())).await;
            let host = ground.registry.host();
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("docker")).unwrap();
            let (docker, search) = (
                folder.path().join("docker").display().to_string(),
                folder.path().display().to_string(),
            );
            let around = Surroundings {
                clock: Arc::new(ground.clock.clone()),
                env: Arc::new(move |name| match name {
                    "DOCKER_CONFIG" => Some(docker.clone()),
                    "PATH" => Some(search.clone()),
                    _ => None,
                }),
                keyring: Arc::new(Memory::new()),
                patience: hallmark_workflow::Patience::default(),
            };
            let desk = Desk::open(&folder.path().join("home"), around)
                .await
                .unwrap();
            Self {
                ground,
                folder,
                desk,
                host,
            }
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.folder.path().join(name)
        }

        fn docker_knows(&self, text: &str) {
            let text = text.replace("HOST", self.host.as_str());
            fs::write(self.path("docker/config.json"), text).unwrap();
        }

        fn helper(&self, name: &str, script: &str) {
            let file = self.path(&format!("docker-credential-{name}"));
            fs::write(&file, format!("#!/bin/sh\nPATH=/bin:/usr/bin\n{script}\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// wim and the password, as `docker login` writes them.
    const AUTHS: &str = r#"{"auths": {"HOST": {"auth": "d2ltOmNhbmFyeS1wYXNz"}, "bad.example": {"auth": "?"}, "quay.io/team": {"auth": "eDp5"}}}"#;
    const GIVES: &str = r#"cat >/dev/null; printf '{"Username":"wim","Secret":"canary-pass"}'"#;

    #[tokio::test]
    async fn what_docker_knows_is_shown_first_and_then_copied_or_used_from_there() {
        let beside = Beside::new().await;
        beside.docker_knows(AUTHS);
        let preview = beside.desk.import_preview().await;
        let found: Vec<_> = preview
            .logins
            .iter()
            .map(|one| {
                (
                    one.host.as_str(),
                    one.username.as_deref(),
                    one.problem.is_some(),
                )
            })
            .collect();
        let own = (beside.host.as_str(), Some("wim"), false);
        assert_eq!(found, [own, ("bad.example", None, true)]);
        assert!(preview.problems[0].contains("quay.io/team"), "{preview:?}");
        assert!(!format!("{preview:?}").contains(PASSWORD));
        for copy in [false, true] {
            let hosts = vec![beside.host.to_string(), "bad.example".into()];
            let taken = beside.desk.import(AskImport { hosts, copy }).await.unwrap();
            assert!(taken[0].done && !taken[1].done, "{taken:?}");
            let info = registry(&beside.desk, &beside.host);
            assert_eq!(info.from_docker.is_none(), copy);
            assert_eq!(info.username.is_some(), copy);
        }
        // The copy is ours: Docker's may go.
        beside.docker_knows("{}");
        beside
            .desk
            .test_registry(beside.host.as_str())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_helper_is_asked_whenever_a_login_is_needed_and_none_is_tried_in_its_place() {
        let beside = Beside::new().await;
        beside.docker_knows(AUTHS);
        beside.helper("cloud", GIVES);
        let asked = LoginRequest {
            username: None,
            password: None,
            helper: Some("cloud".into()),
            ..ask(&beside.host, "")
        };
        let found = beside.desk.login(asked.clone()).await.unwrap();
        assert_eq!(found.username.as_deref(), Some("wim"));
        assert_eq!(
            found.secret_place.as_deref(),
            Some("docker-credential-cloud")
        );
        // It fails: Docker's own login for the very host is not used instead.
        beside.helper("cloud", "echo 'the session has ended'; exit 1");
        let refused = beside.desk.test_registry(beside.host.as_str()).await;
        assert_refused(refused, Code::HelperFailed, "the session has ended");
        beside.ground.registry.forget_requests();
        let image = format!("{}/shop/api:1.0", beside.host);
        assert!(beside.desk.inspect(&image).await.is_err());
        let sent = beside.ground.registry.requests();
        assert!(
            sent.iter().all(|seen| seen.authorization_scheme.is_none()),
            "{sent:?}"
        );
    }

    #[tokio::test]
    async fn a_login_is_handed_to_docker_only_where_it_can_keep_it() {
        let beside = Beside::new().await;
        beside.desk.login(ask(&beside.host, "wim")).await.unwrap();
        let over = |plain_sight| AskHandOver {
            host: beside.host.to_string(),
            plain_sight,
        };
        let refused = beside.desk.hand_over(over(false)).await;
        assert_refused(refused, Code::HelperFailed, "no credential helper");
        let keeper = r#"folder=$(dirname "$0"); case "$1" in store) cat > "$folder/kept";; get) cat >/dev/null; cat "$folder/kept";; esac"#;
        beside.helper("secretservice", keeper);
        let plan = beside.desk.hand_over_plan(beside.host.as_str()).unwrap();
        assert_eq!(
            (plan.helper.as_deref(), plan.set),
            (Some("secretservice"), false)
        );
        beside.desk.hand_over(over(false)).await.unwrap();
        let kept = fs::read_to_string(beside.path("kept")).unwrap();
        assert!(kept.contains(r#""Username":"wim""#), "{kept}");
        nowhere_in(PASSWORD, &beside.path("docker"));
        nowhere_in(PASSWORD, &beside.path("home"));
    }

    fn nowhere_in(secret: &str, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                nowhere_in(secret, &entry.path());
                continue;
            }
            let bytes = fs::read(entry.path()).unwrap();
            let found = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{} holds a secret", entry.path().display());
        }
    }
}
