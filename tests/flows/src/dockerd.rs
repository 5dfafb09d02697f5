//! A Docker daemon of the test's own, and Docker's command that talks to it. It runs in
//! namespaces of its own, as root or as anybody: it sees nothing of a Docker that is installed
//! for real, leaves no mount behind, and is gone with everything it started when dropped.
//! Podman's service speaks the same API, and stands in its place where a test says so.

use crate::{
    process::{Beside, installed, server},
    said::Said,
};
use std::{
    fs,
    io::{Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// Its own `/etc/docker`, with the CAs it trusts, and nobody else's sockets below `/run`.
const SCRIPT: &str = r#"
mount --bind "$1/etc" /etc/docker && mount -t tmpfs tmpfs /run && exec dockerd \
    --config-file "$1/etc/daemon.json" --data-root "$1/data" --exec-root "$1/exec" \
    --pidfile "$1/pid" --host "unix://$1/docker.sock" --group 0 --storage-driver vfs \
    --bridge none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false
"#;

/// Podman's service, with folders of its own. `runc` runs where cgroups are of both versions too.
const PODMAN: &str = r#"
mount --bind "$1/etc" /etc/docker && mount -t tmpfs tmpfs /run && exec podman \
    --root "$1/data" --runroot "$1/exec" --tmpdir "$1/libpod" --storage-driver vfs \
    --cgroup-manager cgroupfs --events-backend file --runtime runc \
    system service --time 0 "unix://$1/docker.sock"
"#;

/// Docker's command takes the desktop's keyring where its configuration names no login at all.
const CONFIG: &str = r#"{"auths": {"unused.invalid": {}}}"#;

/// Whose engine it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    /// Docker's.
    Docker,
    /// Podman's.
    Podman,
}

/// A Docker daemon that runs, or Podman's service.
#[derive(Debug)]
pub struct Dockerd {
    /// Whose it is.
    pub make: Make,
    folder: PathBuf,
    process: Beside,
}

impl Dockerd {
    /// Starts one that keeps everything in `folder`. It speaks plain http with loopback, as
    /// Docker does by itself.
    pub fn start(folder: &Path) -> Self {
        Self::of(Make::Docker, folder)
    }

    /// Starts one of that make. Its command is Docker's in any case.
    pub fn of(make: Make, folder: &Path) -> Self {
        installed("docker", "docker.io");
        match make {
            Make::Docker => installed("dockerd", "docker.io"),
            Make::Podman => installed("podman", "podman"),
        }
        fs::create_dir_all(folder.join("etc/certs.d")).unwrap();
        fs::write(folder.join("etc/daemon.json"), "{}").unwrap();
        fs::create_dir_all(folder.join(".docker")).unwrap();
        fs::write(folder.join(".docker/config.json"), CONFIG).unwrap();
        Self {
            make,
            folder: folder.to_owned(),
            process: begun(make, folder),
        }
    }

    /// SIGKILL, as a machine that loses its power.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was killed.
    pub fn again(&mut self) {
        let _ = fs::remove_file(self.folder.join("pid"));
        self.process = begun(self.make, &self.folder);
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    /// An image of that name with busybox, its shell and its tools.
    #[track_caller]
    pub fn busybox(&self, name: &str) {
        let made = self.docker(
            &[],
            &["import", "-c", "ENV PATH=/bin", "-", name],
            &kitchen(),
        );
        assert_eq!(made.code, Some(0), "{}", made.whole());
    }

    /// Trusts a registry whose certificate is by this CA.
    pub fn trust(&self, host: &str, ca: &str) {
        let folder = self.folder.join("etc/certs.d").join(host);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("ca.crt"), ca).unwrap();
    }

    /// What Docker's command, or anything else that asks Docker, needs to find it.
    pub fn env(&self) -> (String, String) {
        let socket = self.folder.join("docker.sock");
        ("DOCKER_HOST".into(), format!("unix://{}", socket.display()))
    }

    /// Types a command of Docker's and hands it `input`. Its home is the daemon's folder and its
    /// logins are kept there, unless `env` says otherwise.
    pub fn docker(&self, env: &[(String, String)], words: &[&str], input: &[u8]) -> Said {
        let mut child = Command::new("docker")
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.folder)
            .envs(env.iter().cloned())
            .envs([self.env()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It may end without reading; how it ended is what counts.
        let _ = child.stdin.take().unwrap().write_all(input);
        Said::by(words, child.wait_with_output().unwrap())
    }

    /// An image of one layer with one file, under that name.
    #[track_caller]
    pub fn image(&self, name: &str, content: &str) {
        let made = self.docker(&[], &["import", "-", name], &archive(content));
        assert_eq!(made.code, Some(0), "{}", made.whole());
    }
}

fn begun(make: Make, folder: &Path) -> Beside {
    let log = fs::File::create(folder.join("log")).unwrap();
    let mut process = Beside::start(daemon(make, folder).stderr(log)).expect("setpriv starts");
    let socket = folder.join("docker.sock");
    let answers = || pings(&socket).unwrap_or(false);
    if let Err(status) = process.until("its socket", answers) {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("{make:?} does not start ({status}): {log}");
    }
    process
}

/// Whether it answers: one that still loads takes a connection and drops it.
fn pings(socket: &Path) -> std::io::Result<bool> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.1 200"))
}

/// Busybox under the names that tests use.
fn kitchen() -> Vec<u8> {
    const BUSYBOX: &str = "/bin/busybox";
    const TOOLS: [&str; 12] = [
        "sh", "sleep", "cat", "echo", "touch", "dd", "httpd", "id", "ls", "true", "false", "yes",
    ];
    installed("busybox", "busybox-static");
    let bytes = fs::read(BUSYBOX).unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    // A folder that is not named gets a mode that keeps everybody out but a root with all its
    // rights.
    let mut header = tar::Header::new_ustar();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_size(0);
    header.set_mode(0o755);
    let nothing: &[u8] = &[];
    archive.append_data(&mut header, "bin/", nothing).unwrap();
    // Where a root without its rights may write.
    header.set_mode(0o1777);
    archive.append_data(&mut header, "tmp/", nothing).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o755);
    archive
        .append_data(&mut header, "bin/busybox", bytes.as_slice())
        .unwrap();
    for tool in TOOLS {
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        header.set_mode(0o777);
        archive
            .append_link(&mut header, format!("bin/{tool}"), "busybox")
            .unwrap();
    }
    archive.into_inner().unwrap()
}

/// In namespaces of its own, which need no root where users may have them. What it started ends
/// with it.
fn daemon(make: Make, folder: &Path) -> Command {
    let script = match make {
        Make::Docker => SCRIPT,
        Make::Podman => PODMAN,
    };
    let mut command = server("unshare");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command
        .args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"])
        .args(["sh", "-c", script, "engine"])
        .arg(folder)
        .env("HOME", folder)
        // Podman's monitor leaves a file where it stands.
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// A tar archive with one file.
fn archive(content: &str) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    let bytes = content.as_bytes();
    archive.append_data(&mut header, "file", bytes).unwrap();
    archive.into_inner().unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{certificates::Authority, distribution::Distribution, surgeon::Surgeon};

    #[test]
    fn docker_pushes_over_plain_http_and_to_a_registry_of_a_private_ca_after_docker_login() {
        let folder = tempfile::tempdir().unwrap();
        let named = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir(&path).unwrap();
            path
        };
        let authority = Authority::new("Internal CA");
        let open = Distribution::open(&named("open"));
        let users = [("ines", "a password")];
        let guarded = Distribution::guarded(&named("guarded"), &authority.certify(), &users);
        let docker = Dockerd::start(&named("docker"));
        docker.trust(&guarded.host, &authority.pem);
        let words = ["login", "-u", "ines", "--password-stdin", &guarded.host];
        let done = docker.docker(&[], &words, b"a password");
        assert_eq!(done.code, Some(0), "{}", done.whole());
        let ca = Some(authority.pem.as_str());
        let inspectors = [
            (&open.host, Surgeon::anonymous(&open.host)),
            (
                &guarded.host,
                Surgeon::login(&guarded.host, "ines", "a password", ca),
            ),
        ];
        for (host, inspector) in inspectors {
            let image = format!("{host}/payments/api:1");
            docker.image(&image, "content");
            let pushed = docker.docker(&[], &["push", &image], b"");
            assert_eq!(pushed.code, Some(0), "{}", pushed.whole());
            let named = inspector
                .names(&format!("{host}/payments/api"), "1")
                .unwrap();
            assert!(
                pushed.text().contains(&named.to_string()),
                "{}",
                pushed.whole()
            );
        }
    }
}
