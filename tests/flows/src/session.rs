//! A session bus with a real Secret Service on it, for one test alone.

use crate::process::{Beside, installed, server};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const PACKAGES: &str = "gnome-keyring dbus";
/// A session bus that starts nothing by itself: a message to a keyring that is not there yet
/// would start a second one, without the password.
const CONFIG: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>ADDRESS</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A session bus and its keyring.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    keyring: Beside,
    _bus: Beside,
}

impl Session {
    /// Starts both, with everything they keep in `folder`; the keyring is unlocked.
    pub fn start(folder: &Path) -> Self {
        installed("dbus-daemon", PACKAGES);
        installed("gnome-keyring-daemon", PACKAGES);
        installed("dbus-send", PACKAGES);
        fs::create_dir_all(folder.join("data")).unwrap();
        let config = folder.join("bus.conf");
        fs::write(&config, CONFIG.replace("ADDRESS", &address(folder))).unwrap();
        let mut bus = server("dbus-daemon");
        bus.args(["--nofork", "--nopidfile", "--nosyslog"])
            .arg(format!("--config-file={}", config.display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut bus = Beside::start(&mut bus).expect("dbus-daemon starts");
        let socket = folder.join("bus");
        bus.until("its socket", || socket.exists())
            .expect("dbus-daemon runs");
        Self {
            folder: folder.to_owned(),
            keyring: start_keyring(folder),
            _bus: bus,
        }
    }

    /// What a program needs to find them.
    pub fn env(&self) -> Vec<(String, String)> {
        env(&self.folder)
    }

    /// Locks the keyring, as its owner would.
    pub fn lock(&self) {
        let collection = "array:objpath:/org/freedesktop/secrets/collection/login";
        let locked = secrets(&self.folder, "/org/freedesktop/secrets")
            .args(["org.freedesktop.Secret.Service.Lock", collection])
            .output()
            .unwrap();
        assert!(locked.status.success(), "{locked:?}");
    }

    /// Unlocks it again: the keyring begins anew with its password, as at the next login.
    pub fn unlock(&mut self) {
        self.keyring.kill();
        self.keyring = start_keyring(&self.folder);
    }
}

fn address(folder: &Path) -> String {
    format!("unix:path={}/bus", folder.display())
}

/// The environment of a program in the session that `folder` holds.
fn env(folder: &Path) -> Vec<(String, String)> {
    let path = |path: &Path| path.display().to_string();
    vec![
        ("DBUS_SESSION_BUS_ADDRESS".into(), address(folder)),
        ("XDG_RUNTIME_DIR".into(), path(folder)),
        ("XDG_DATA_HOME".into(), path(&folder.join("data"))),
    ]
}

fn start_keyring(folder: &Path) -> Beside {
    let mut command = Command::new("gnome-keyring-daemon");
    command
        .args(["--foreground", "--unlock", "--components=secrets"])
        .env_clear()
        .envs(env(folder))
        .env("HOME", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut keyring = Beside::start(&mut command).expect("gnome-keyring-daemon starts");
    let mut password = keyring.child().stdin.take().unwrap();
    password.write_all(b"pw").unwrap();
    drop(password);
    keyring
        .until("an unlocked collection", || is_unlocked(folder))
        .expect("gnome-keyring-daemon runs");
    keyring
}

fn secrets(folder: &Path, object: &str) -> Command {
    let mut command = Command::new("dbus-send");
    command.envs(env(folder)).args([
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        object,
    ]);
    command
}

fn is_unlocked(folder: &Path) -> bool {
    let asked = secrets(folder, "/org/freedesktop/secrets/collection/login")
        .args([
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection",
            "string:Locked",
        ])
        .output()
        .unwrap();
    String::from_utf8_lossy(&asked.stdout).contains("boolean false")
}
