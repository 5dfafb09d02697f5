// The helpers of these tests are shell scripts.
#![cfg(unix)]

use super::super::DockerLogins;
use super::*;
use std::fs;
use tempfile::TempDir;

/// A folder with a `config.json` and helpers that are real programs.
struct Machine(TempDir);

impl Machine {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.json"), config).unwrap();
        Self(folder)
    }

    fn helper(self, name: &str, script: &str) -> Self {
        let path = self.0.path().join(format!("docker-credential-{name}"));
        // Written by another process: while this one has a script open for writing, a helper
        // that another test starts just then would inherit it and make it unrunnable.
        let written = std::process::Command::new("sh")
            .args([
                "-c",
                r#"printf '#!/bin/sh\n%s\n' "$1" > "$0" && chmod 755 "$0""#,
            ])
            .arg(&path)
            .arg(script)
            .status();
        assert!(written.unwrap().success());
        self
    }

    fn logins(&self) -> DockerLogins {
        let search_path = format!("{}:/usr/bin:/bin", self.0.path().display());
        DockerLogins::at(vec![self.0.path().join("config.json")]).helpers_in(search_path.into())
    }

    async fn login(&self, host: &str) -> Result<Option<String>, DockerError> {
        let found = self.logins().login(&host.parse().unwrap()).await?;
        Ok(found.map(|(login, source)| match login {
            Login::Password { username, password } => {
                format!("{username}/{} from {:?}", password.expose(), source.helper)
            }
            Login::IdentityToken { username, token } => {
                format!(
                    "{username} token {} from {:?}",
                    token.expose(),
                    source.helper
                )
            }
        }))
    }
}

/// Answers with what it was given, so that a test sees the protocol's every byte.
const ECHO: &str =
    r#"printf '{"ServerURL":"x","Username":"%s","Secret":"[%s]"}' "$1" "$(cat; printf .)""#;
const EMPTY_HANDED: &str =
    r#"cat >/dev/null; echo "credentials not found in native keychain"; exit 1"#;

#[tokio::test]
async fn a_helper_is_given_get_and_the_raw_name_and_its_answer_is_the_login() {
    let machine = Machine::new(r#"{"credHelpers":{"r.io:5000":"echo"}}"#).helper("echo", ECHO);
    let found = machine.login("r.io:5000").await.unwrap();
    assert_eq!(
        found.as_deref(),
        Some(r#"get/[r.io:5000.] from Some("echo")"#)
    );
}

#[tokio::test]
async fn docker_hub_is_asked_for_by_dockers_name_and_then_by_podmans() {
    let machine = Machine::new(r#"{"credsStore":"echo"}"#).helper("echo", ECHO);
    let found = machine.login("docker.io").await.unwrap().unwrap();
    assert!(found.contains("[https://index.docker.io/v1/.]"), "{found}");
    let podmans = r#"test "$(cat)" = docker.io && printf '{"Username":"a","Secret":"b"}' && exit
        echo "credentials not found in native keychain"; exit 1"#;
    let machine = Machine::new(r#"{"credsStore":"podmans"}"#).helper("podmans", podmans);
    let found = machine.login("docker.io").await.unwrap();
    assert_eq!(found.as_deref(), Some(r#"a/b from Some("podmans")"#));
}

#[tokio::test]
async fn a_token_is_told_from_a_password() {
    let script = r#"printf '{"Username":"<token>","Secret":"t"}'"#;
    let machine = Machine::new(r#"{"credsStore":"t"}"#).helper("t", script);
    let found = machine.login("r.io").await.unwrap();
    assert_eq!(found.as_deref(), Some(r#"<token> token t from Some("t")"#));
}

#[tokio::test]
async fn a_store_without_the_login_leaves_the_files_own_entry_for_that_host() {
    let config = r#"{"credsStore":"no","auths":{"r.io":{"auth":"YWRhOnB3"}}}"#;
    let machine = Machine::new(config).helper("no", EMPTY_HANDED);
    let found = machine.login("r.io").await.unwrap();
    assert_eq!(found.as_deref(), Some("ada/pw from None"));
    assert_eq!(machine.login("q.io").await.unwrap(), None);
}

#[tokio::test]
async fn a_helper_of_the_hosts_own_is_the_only_one_asked() {
    let config =
        r#"{"credHelpers":{"r.io":"no"},"credsStore":"echo","auths":{"r.io":{"auth":"YWRhOnB3"}}}"#;
    let machine = Machine::new(config)
        .helper("no", EMPTY_HANDED)
        .helper("echo", ECHO);
    assert_eq!(machine.login("r.io").await.unwrap(), None);
}

#[tokio::test]
async fn no_failure_of_a_helper_leads_to_another_login() {
    // CVE-2021-41092: a helper that cannot run sent the password to Docker Hub.
    let auths = r#""auths":{"r.io":{"auth":"YWRhOnB3"},"https://index.docker.io/v1/":{"auth":"aHViOmh1Yg=="}}"#;
    for (name, script) in [
        ("dies", "exit 3"),
        ("speaks", "echo 'no display'; exit 1"),
        ("lies", "echo '[]'"),
        ("rambles", "head -c 100000 /dev/zero"),
        ("absent", ""),
        ("../evil", ""),
    ] {
        let config = format!(r#"{{"credsStore":"{name}",{auths}}}"#);
        let mut machine = Machine::new(&config);
        if !script.is_empty() {
            machine = machine.helper(name, script);
        }
        let error = machine.login("r.io").await.unwrap_err();
        assert_eq!(
            name == "absent",
            matches!(error, DockerError::NoHelper { .. })
        );
        assert_eq!(
            name == "../evil",
            matches!(error, DockerError::BadHelperName)
        );
        assert_eq!(name == "speaks", error.to_string().contains("(no display)"));
    }
}

#[tokio::test]
async fn a_failing_file_or_helper_keeps_later_files_from_being_asked() {
    let first = Machine::new(r#"{"credsStore":"absent"}"#);
    let second = Machine::new(r#"{"auths":{"r.io":{"auth":"YWRhOnB3"}}}"#);
    let path = |machine: &Machine| machine.0.path().join("config.json");
    let host: Host = "r.io".parse().unwrap();
    let both = DockerLogins::at(vec![path(&first), path(&second)]);
    assert!(both.login(&host).await.is_err());
    let (_, source) = DockerLogins::at(vec![path(&second)])
        .login(&host)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(source.to_string(), path(&second).display().to_string());
}

/// Opens a pipe that nobody writes to, and so blocks for ever without sleeping.
const HANGS: &str =
    r#"echo $$ > "${0%/*}/pid"; mkfifo "${0%/*}/never"; read -r line < "${0%/*}/never""#;

#[tokio::test]
async fn a_helper_that_never_answers_is_given_up() {
    let machine = Machine::new("{}").helper("hangs", HANGS);
    let mut helpers = machine.logins().helpers;
    helpers.timeout = Duration::from_millis(50);
    let host = "r.io".parse().unwrap();
    let result = helpers.get("hangs", &host).await;
    assert!(matches!(result, Err(DockerError::HelperTimedOut { .. })));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_helper_ends_when_nobody_waits_for_it_any_more() {
    let machine = Machine::new(r#"{"credsStore":"hangs"}"#).helper("hangs", HANGS);
    let logins = machine.logins();
    let asked = tokio::spawn(async move { logins.login(&Host::docker_hub()).await.is_ok() });
    let pid = || fs::read_to_string(machine.0.path().join("pid")).unwrap_or_default();
    let until = async |met: &dyn Fn() -> bool| {
        while !met() {
            tokio::task::yield_now().await;
        }
    };
    let ended = time::timeout(Duration::from_secs(20), async {
        until(&|| pid().ends_with('\n')).await;
        asked.abort();
        until(&|| !Path::new("/proc").join(pid().trim()).exists()).await;
    });
    ended.await.unwrap();
}

#[tokio::test]
async fn a_secret_in_an_answer_that_cannot_be_used_is_not_told() {
    for script in [
        r#"printf '{"Username":"a","Secret":"canary"}'; exit 1"#,
        r#"echo canary >&2; exit 1"#,
        r#"printf '{"Username":"a","Secret":["canary"]}'"#,
        "printf canary",
    ] {
        let machine = Machine::new(r#"{"credsStore":"odd"}"#).helper("odd", script);
        let error = machine.login("r.io").await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(
            shown.contains("docker-credential-odd") && !shown.contains("canary"),
            "{shown}"
        );
    }
}
