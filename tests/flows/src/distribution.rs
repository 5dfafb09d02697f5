//! Debian's `docker-registry`: distribution 2.8 on a free port, with storage in the test's folder.
//! Without TLS it stands behind a proxy, which writes down what was asked and fails the test
//! where credentials came that had no business there.

use crate::{
    asked::Welcome,
    certificates::Certificate,
    process::{Beside, free_port, installed, listens, server},
    proxy::{Door, Proxy},
    tokens::Tokens,
};
use hallmark_image::Digest;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How often another free port is tried.
const ATTEMPTS: usize = 5;

/// A `docker-registry` that runs.
#[derive(Debug)]
pub struct Distribution {
    /// `127.0.0.1:port`, where it is to be asked.
    pub host: String,
    /// Its own address, past the proxy.
    pub bare: String,
    front: Option<Proxy>,
    storage: PathBuf,
    _process: Beside,
}

impl Distribution {
    /// With TLS, and these users by htpasswd.
    pub fn guarded(folder: &Path, certificate: &Certificate, users: &[(&str, &str)]) -> Self {
        fs::write(folder.join("registry.pem"), &certificate.pem).unwrap();
        fs::write(folder.join("registry.key"), &certificate.key).unwrap();
        let path = |name: &str| folder.join(name).display().to_string();
        let tls = format!(
            "  tls: {{certificate: {}, key: {}}}\n",
            path("registry.pem"),
            path("registry.key"),
        );
        let guard = tls + &password_file(folder, users);
        Self::bare(folder, &folder.join("storage"), &guard)
    }

    /// Over plain http, for anybody.
    pub fn open(folder: &Path) -> Self {
        let storage = folder.join("storage");
        Self::fronted(folder, &storage, "", Welcome::Nobody, Door::open(), None)
    }

    /// A second one on the same shelves that anybody may read, over plain http.
    pub fn open_door(&self, folder: &Path) -> Self {
        Self::fronted(
            folder,
            &self.storage,
            "",
            Welcome::Nobody,
            Door::open(),
            None,
        )
    }

    /// Over plain http, for these users by name and password.
    pub fn with_passwords(folder: &Path, users: &[(&str, &str)]) -> Self {
        let (guard, welcome) = (password_file(folder, users), Welcome::Users(names(users)));
        let storage = folder.join("storage");
        Self::fronted(folder, &storage, &guard, welcome, Door::open(), None)
    }

    /// Over plain http, by signed tokens, which the same address hands out to these users.
    pub fn with_tokens(folder: &Path, users: &[(&str, &str)]) -> Self {
        let (door, tokens) = (Door::open(), Tokens::new(users));
        let guard = tokens.guard(&door.host(), &folder.join("tokens.pem"));
        let welcome = Welcome::Tokens(names(users));
        let storage = folder.join("storage");
        Self::fronted(folder, &storage, &guard, welcome, door, Some(tokens))
    }

    /// Puts a file on the shelves as a blob of a repository, as the registry itself would keep it:
    /// a very large one is there at once.
    pub fn shelve(&self, repository: &str, digest: &Digest, file: &Path) {
        let root = self.storage.join("docker/registry/v2");
        let hex = digest.hex();
        let blob = root.join("blobs/sha256").join(&hex[..2]).join(hex);
        let link = root
            .join("repositories")
            .join(repository)
            .join("_layers/sha256")
            .join(hex);
        fs::create_dir_all(&blob).unwrap();
        fs::create_dir_all(&link).unwrap();
        fs::rename(file, blob.join("data")).unwrap();
        fs::write(link.join("link"), digest.to_string()).unwrap();
    }

    /// Ends it and takes away what it kept.
    pub fn clear(self) {
        let storage = self.storage.clone();
        drop(self);
        fs::remove_dir_all(storage).unwrap();
    }

    /// Another registry, whose tokens this one hands out.
    pub fn beside(&self, folder: &Path) -> Self {
        let tokens = self.front().tokens().expect("it hands out tokens");
        let guard = tokens.guard(&self.host, &folder.join("tokens.pem"));
        let (storage, welcome) = (folder.join("storage"), Welcome::Tokens(Vec::new()));
        Self::fronted(folder, &storage, &guard, welcome, Door::open(), None)
    }

    /// What stands before it and writes down what is asked.
    ///
    /// # Panics
    /// Where it speaks TLS itself.
    pub fn front(&self) -> &Proxy {
        self.front.as_ref().expect("nothing stands before its TLS")
    }

    fn fronted(
        folder: &Path,
        storage: &Path,
        guard: &str,
        welcome: Welcome,
        door: Door,
        tokens: Option<Tokens>,
    ) -> Self {
        let bare = Self::bare(folder, storage, guard);
        let front = Proxy::start(door, &bare.host, welcome, tokens);
        Self {
            host: front.host.clone(),
            front: Some(front),
            ..bare
        }
    }

    fn bare(folder: &Path, storage: &Path, guard: &str) -> Self {
        installed("docker-registry", "docker-registry");
        fs::create_dir_all(storage).unwrap();
        let started = (0..ATTEMPTS).find_map(|_| try_start(folder, storage, guard));
        let (port, process) = started.unwrap_or_else(|| {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            panic!("docker-registry does not start: {log}");
        });
        let host = format!("127.0.0.1:{port}");
        Self {
            bare: host.clone(),
            host,
            front: None,
            storage: storage.to_owned(),
            _process: process,
        }
    }
}

/// Somebody else may take the port in between; then it ends, and another one is tried.
fn try_start(folder: &Path, storage: &Path, guard: &str) -> Option<(u16, Beside)> {
    let port = free_port();
    let config = folder.join(format!("config-{port}.yml"));
    let text = format!(
        "version: 0.1\nlog: {{level: error}}\nstorage:\n  filesystem: {{rootdirectory: {}}}\n  \
         delete: {{enabled: true}}\nhttp:\n  addr: 127.0.0.1:{port}\n{guard}",
        storage.display()
    );
    fs::write(&config, text).unwrap();
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut command = server("docker-registry");
    command
        .arg("serve")
        .arg(&config)
        .env("OTEL_TRACES_EXPORTER", "none")
        .stdout(Stdio::null())
        .stderr(log);
    let mut process = Beside::start(&mut command).expect("setpriv is part of util-linux");
    process.until("its port", || listens(port)).ok()?;
    Some((port, process))
}

fn names(users: &[(&str, &str)]) -> Vec<String> {
    users.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// Writes these users down; gives what the configuration says of it.
fn password_file(folder: &Path, users: &[(&str, &str)]) -> String {
    let lines: String = users
        .iter()
        .map(|(name, word)| htpasswd(name, word))
        .collect();
    let file = folder.join("htpasswd");
    fs::write(&file, lines).unwrap();
    format!(
        "auth:\n  htpasswd: {{realm: flows, path: {}}}\n",
        file.display()
    )
}

/// One line of a password file, with bcrypt; the password is handed over on standard input.
fn htpasswd(name: &str, password: &str) -> String {
    installed("htpasswd", "apache2-utils");
    let mut child = Command::new("htpasswd")
        .args(["-niB", "-C", "5", name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(password.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned() + "\n"
}
