//! The OS keyring against a real Secret Service.
//!
//! Each test starts itself anew in a D-Bus session of its own, with a home of its own, so
//! that it neither needs nor touches the keyring of whoever runs it.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_credentials::{
    Backend, Login, OsKeyring, Place, SecretBytes, SecretString, StoreError, Vault,
};
use hallmark_image::Host;
use std::{
    env,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// Set in the process that a test starts of itself.
const INSIDE: &str = "HALLMARK_TEST_INSIDE";
const INSTALL: &str = "is missing: apt-get install gnome-keyring dbus libsecret-tools";
const SERVICE: &str = "io.github.hallmark.Hallmark";
const CANARY: &str = "canary-Zx81-password";

/// Starts the keyring with its default collection unlocked, then runs the rest.
const UNLOCKED: &str = r#"printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" "$@""#;

/// Runs the test `name` again, in a session and with a home of its own.
fn in_a_session(name: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "sh", "-c", UNLOCKED])
        .arg(env::current_exe().unwrap());
    again(&mut command, name, home.path());
}

/// Runs the test `name` again, in a home where no session bus is and none can be started.
fn without_a_session(name: &str) {
    let home = tempfile::tempdir().unwrap();
    again(
        &mut Command::new(env::current_exe().unwrap()),
        name,
        home.path(),
    );
}

fn again(command: &mut Command, name: &str, home: &Path) {
    let output = command
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, home)
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env(
            "DBUS_SESSION_BUS_ADDRESS",
            format!("unix:path={}/bus", home.display()),
        )
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("GNOME_KEYRING_CONTROL")
        .output()
        .unwrap_or_else(|error| panic!("{:?} {INSTALL} ({error})", command.get_program()));
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let no_keyring = said.contains("gnome-keyring-daemon: ") && said.contains("not found");
    assert!(!no_keyring, "gnome-keyring-daemon {INSTALL}\n{said}");
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

fn inside() -> bool {
    env::var_os(INSIDE).is_some()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

fn vault(workspace: &str) -> Vault {
    Vault::new(workspace, Arc::new(OsKeyring::new()), Vault::TIMEOUT)
}

fn host(text: &str) -> Host {
    text.parse().unwrap()
}

fn password() -> Login {
    Login::Password {
        username: "ada".into(),
        password: SecretString::new(CANARY.into()),
    }
}

fn secret_tool(args: &[&str], input: &str) -> Output {
    let mut child = Command::new("secret-tool")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("secret-tool {INSTALL} ({error})"));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn lookup(account: &str) -> String {
    let args = ["lookup", "service", SERVICE, "username", account];
    String::from_utf8(secret_tool(&args, "").stdout).unwrap()
}

#[test]
fn logins_and_the_key_come_back_and_other_programs_see_them() {
    if !inside() {
        return in_a_session("logins_and_the_key_come_back_and_other_programs_see_them");
    }
    let (one, two) = (vault("one"), vault("two"));
    // Bytes that are no UTF-8, as a key's are.
    let key = SecretBytes::new((0..=255).collect());
    run(async {
        assert_eq!(
            one.probe().await,
            Ok(Place::OsKeyring("Secret Service".into()))
        );
        one.store_login(&host("r.io:5000"), &password())
            .await
            .unwrap();
        one.store_signing_key(&key).await.unwrap();
        let Some(Login::Password { username, password }) =
            one.login(&host("r.io:5000")).await.unwrap()
        else {
            panic!("no password came back");
        };
        assert_eq!(
            (username.as_str(), password.expose().as_str()),
            ("ada", CANARY)
        );
        let found = one.signing_key().await.unwrap().unwrap();
        assert_eq!(found.expose(), key.expose());

        assert!(two.login(&host("r.io:5000")).await.unwrap().is_none());
        assert!(two.signing_key().await.unwrap().is_none());
        assert!(!two.remove_login(&host("r.io:5000")).await.unwrap());
    });
    assert!(lookup("one/login/r.io:5000").contains(CANARY));
    assert!(lookup("one/signing-key").starts_with("base64:AAEC"));
    assert_eq!(lookup("two/login/r.io:5000"), "");
    run(async {
        assert!(one.remove_login(&host("r.io:5000")).await.unwrap());
        assert!(!one.remove_login(&host("r.io:5000")).await.unwrap());
        assert!(one.login(&host("r.io:5000")).await.unwrap().is_none());
    });
    assert_eq!(lookup("one/login/r.io:5000"), "");
}

#[test]
fn a_login_is_replaced_and_twins_of_another_program_are_told_and_removed() {
    if !inside() {
        return in_a_session(
            "a_login_is_replaced_and_twins_of_another_program_are_told_and_removed",
        );
    }
    let vault = vault("w");
    let account = "w/login/r.io";
    let twin = [
        "store",
        "--label=t",
        "service",
        SERVICE,
        "username",
        account,
        "x",
        "y",
    ];
    run(async {
        vault.store_login(&host("r.io"), &password()).await.unwrap();
        assert!(secret_tool(&twin, "canary").status.success());
        let error = vault.login(&host("r.io")).await.unwrap_err();
        assert!(error.to_string().contains("more than once"), "{error}");
        vault.store_login(&host("r.io"), &password()).await.unwrap();
        assert!(vault.login(&host("r.io")).await.unwrap().is_some());
        assert!(secret_tool(&twin, "canary").status.success());
        assert!(vault.remove_login(&host("r.io")).await.unwrap());
        assert!(vault.login(&host("r.io")).await.unwrap().is_none());
    });
}

/// Locks the default collection as its owner would. (`secret-tool lock` of Debian 12 crashes.)
fn lock() {
    let locked = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
        ])
        .args([
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
        ])
        .arg("array:objpath:/org/freedesktop/secrets/collection/login")
        .output()
        .unwrap_or_else(|error| panic!("dbus-send {INSTALL} ({error})"));
    assert!(locked.status.success(), "{locked:?}");
}

#[test]
fn a_locked_keyring_that_nobody_unlocks_is_told_in_time() {
    if !inside() {
        return in_a_session("a_locked_keyring_that_nobody_unlocks_is_told_in_time");
    }
    let vault = Vault::new("w", Arc::new(OsKeyring::new()), Duration::from_secs(1));
    run(async {
        vault.store_login(&host("r.io"), &password()).await.unwrap();
        lock();
        for error in [
            vault.login(&host("r.io")).await.unwrap_err(),
            vault.probe().await.unwrap_err(),
        ] {
            assert!(
                matches!(error, StoreError::Locked | StoreError::TimedOut),
                "{error}"
            );
            assert!(error.can_retry());
            assert!(!error.to_string().contains(CANARY));
        }
    });
}

#[test]
fn without_a_session_bus_the_keyring_is_missing_within_a_second() {
    if !inside() {
        return without_a_session("without_a_session_bus_the_keyring_is_missing_within_a_second");
    }
    let before = Instant::now();
    let error = run(vault("w").probe()).unwrap_err();
    assert!(matches!(error, StoreError::Missing(_)), "{error}");
    assert!(error.to_string().contains("GNOME Keyring"), "{error}");
    assert!(before.elapsed() < Duration::from_secs(1));
}

/// Ends a program that the test started.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A session bus at the address that this process was given; returns once it listens.
fn start_bus() -> Running {
    let address = env::var("DBUS_SESSION_BUS_ADDRESS").unwrap();
    let mut child = Command::new("dbus-daemon")
        .args(["--session", "--nofork", "--print-address"])
        .arg(format!("--address={address}"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("dbus-daemon {INSTALL} ({error})"));
    let mut line = String::new();
    let output = child.stdout.take().unwrap();
    BufReader::new(output).read_line(&mut line).unwrap();
    assert!(line.starts_with("unix:"), "{line}");
    Running(child)
}

#[test]
fn a_keyring_that_appears_after_a_failed_start_is_found_by_retrying() {
    if !inside() {
        return without_a_session(
            "a_keyring_that_appears_after_a_failed_start_is_found_by_retrying",
        );
    }
    let backend = OsKeyring::new();
    assert!(matches!(backend.get("w/x"), Err(StoreError::Missing(_))));
    let _bus = start_bus();
    let unlocked = Command::new("sh")
        .args(["-c", UNLOCKED, "true"])
        .status()
        .unwrap();
    assert!(unlocked.success(), "gnome-keyring-daemon {INSTALL}");
    let secret = SecretBytes::new(b"base64:not".to_vec());
    backend.set("w/x", &secret).unwrap();
    assert_eq!(
        backend.get("w/x").unwrap().unwrap().expose(),
        secret.expose()
    );
    assert!(backend.delete("w/x").unwrap());
}

/// Collects every log line of every crate.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn at_the_most_talkative_level_no_log_line_holds_a_secret() {
    if !inside() {
        return in_a_session("at_the_most_talkative_level_no_log_line_holds_a_secret");
    }
    let lines = Lines::default();
    let writer = lines.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let vault = vault("w");
    let twin = [
        "store",
        "--label=t",
        "service",
        SERVICE,
        "username",
        "w/login/r.io",
        "x",
        "y",
    ];
    run(async {
        vault.store_login(&host("r.io"), &password()).await.unwrap();
        assert!(vault.login(&host("r.io")).await.unwrap().is_some());
        assert!(secret_tool(&twin, CANARY).status.success());
        assert!(vault.login(&host("r.io")).await.is_err());
        assert!(vault.remove_login(&host("r.io")).await.unwrap());
    });
    let bytes = lines.0.lock().unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("a keyring call failed"), "nothing was logged");
    assert!(
        text.contains("zbus"),
        "the transport's lines are not among them"
    );
    assert!(!text.contains(CANARY));
}
