//! Scanners: Trivy and Grype, where they are installed, run as programs of their own.
//!
//! Their report is kept byte for byte. A login reaches them in the environment and never on the
//! command line, where every user of the machine can read it.

use crate::error::{Error, ErrorKind, Result, clean};
use std::{
    collections::VecDeque,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader},
    process::{Child, ChildStderr, Command},
};
use zeroize::Zeroizing;

/// The longest report that is taken, bytes.
const LONGEST: u64 = 500 << 20;
/// Lines of standard error that are kept for an error.
const LINES: usize = 6;
/// The longest line that is kept, bytes.
const LINE: u64 = 4 << 10;
/// How long a scanner may take to say its version.
const VERSION: Duration = Duration::from_secs(15);

/// Which scanner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScannerKind {
    /// Trivy.
    Trivy,
    /// Grype.
    Grype,
}

impl ScannerKind {
    /// Its name, which is its program's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trivy => "trivy",
            Self::Grype => "grype",
        }
    }
}

/// A scanner that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanner {
    /// Which one.
    pub kind: ScannerKind,
    /// Its program.
    pub path: PathBuf,
}

/// What to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An image in a registry, by its digest.
    Remote(String),
    /// An image in an engine, by its id, and where the engine listens.
    Local(String, String),
}

/// A login for the registry of what is scanned.
#[derive(Clone)]
pub struct ScanLogin {
    /// The registry.
    pub host: String,
    /// The name.
    pub username: String,
    /// The password.
    pub password: Zeroizing<String>,
}

impl ScanLogin {
    /// A login by name and password.
    pub fn new(host: &str, username: &str, password: &str) -> Self {
        Self {
            host: host.to_owned(),
            username: username.to_owned(),
            password: Zeroizing::new(password.to_owned()),
        }
    }
}

impl std::fmt::Debug for ScanLogin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScanLogin")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

/// How a registry is reached.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// The login.
    pub login: Option<ScanLogin>,
    /// Plain http.
    pub plain_http: bool,
    /// A private authority, in PEM.
    pub ca: Option<PathBuf>,
}

/// Where none is installed, what to do.
pub const HOW_TO_GET_ONE: &str = "Install Trivy (https://trivy.dev/latest/getting-started/installation/) \
     or Grype (https://github.com/anchore/grype#installation), or drop a scanner's report on the image.";

impl Scanner {
    /// The scanners of these folders (`PATH`), Trivy first.
    pub fn find(path: &OsString) -> Vec<Self> {
        let kinds = [ScannerKind::Trivy, ScannerKind::Grype];
        kinds
            .into_iter()
            .filter_map(|kind| {
                let folders = std::env::split_paths(path);
                let ending = std::env::consts::EXE_SUFFIX;
                let mut files =
                    folders.map(|folder| folder.join(format!("{}{ending}", kind.name())));
                let path = files.find(|file| is_program(file))?;
                Some(Self { kind, path })
            })
            .collect()
    }

    /// Its version, where it says so in time.
    pub async fn version(&self) -> Option<String> {
        let mut command = Command::new(&self.path);
        command
            .arg("--version")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let output = tokio::time::timeout(VERSION, command.output())
            .await
            .ok()?
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let word = text
            .split_whitespace()
            .find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
        Some(word.chars().take(40).collect())
    }

    /// Scans, and returns the report's exact bytes. `watch` hears what the scanner says meanwhile.
    /// Dropping the future ends the scanner with all that it started.
    ///
    /// # Errors
    /// [`ErrorKind::Program`] with the scanner's last words, where it fails, prints no report or
    /// one that is too long; [`ErrorKind::Timeout`].
    pub async fn scan(
        &self,
        subject: &Subject,
        reach: &Reach,
        patience: Duration,
        mut watch: impl FnMut(&str),
    ) -> Result<Vec<u8>> {
        let mut child = self.start(subject, reach)?;
        let (Some(out), Some(err)) = (child.0.stdout.take(), child.0.stderr.take()) else {
            return Err(Error::new(
                ErrorKind::Program,
                "the scanner has no output",
                "",
            ));
        };
        let read = async {
            let mut report = Vec::new();
            let read = out.take(LONGEST + 1).read_to_end(&mut report).await;
            read.map(|_| report)
        };
        let both = async {
            let (report, last) = tokio::join!(read, listen(err, &mut watch));
            (report, last, child.0.wait().await)
        };
        let done = tokio::time::timeout(patience, both).await;
        let Ok((report, last, status)) = done else {
            let words = format!(
                "{} took longer than {} s",
                self.kind.name(),
                patience.as_secs()
            );
            return Err(Error::new(
                ErrorKind::Timeout,
                words,
                "It may be fetching its database. Run it once by hand, then try again.",
            ));
        };
        let judged = match (report, status) {
            (_, Ok(status)) if !status.success() => {
                Err(format!("{} failed ({status})", self.kind.name()))
            }
            (_, Err(error)) => Err(format!("{} was lost: {error}", self.kind.name())),
            (Err(error), _) => Err(format!("its report cannot be read: {error}")),
            (Ok(report), _) if report.len() as u64 > LONGEST => {
                Err(format!("its report is longer than {} MB", LONGEST >> 20))
            }
            (Ok(report), _) if report.iter().all(u8::is_ascii_whitespace) => {
                Err(format!("{} printed no report", self.kind.name()))
            }
            (Ok(report), _) => Ok(report),
        };
        judged.map_err(|why| {
            let words = match last.is_empty() {
                true => why,
                false => format!("{why}: {}", last.join(" | ")),
            };
            let hint = format!("Run {} by hand to see more.", self.kind.name());
            Error::new(ErrorKind::Program, words, hint)
        })
    }

    fn start(&self, subject: &Subject, reach: &Reach) -> Result<Group> {
        let started = self.command(subject, reach).spawn();
        started.map(Group).map_err(|error| {
            let words = format!("{} cannot be started: {error}", self.path.display());
            let hint = "Look whether it is there and may be run.";
            Error::new(ErrorKind::Program, words, hint)
        })
    }

    fn command(&self, subject: &Subject, reach: &Reach) -> Command {
        let mut command = Command::new(&self.path);
        match (self.kind, subject) {
            (ScannerKind::Trivy, Subject::Remote(image)) => {
                command.args(["image", "--format", "json", "--image-src", "remote"]);
                if reach.plain_http {
                    command.arg("--insecure");
                }
                command.args(["--", image]);
            }
            (ScannerKind::Trivy, Subject::Local(id, host)) => {
                command.args(["image", "--format", "json", "--image-src", "docker,podman"]);
                command.args(["--", id]).env("DOCKER_HOST", host);
            }
            (ScannerKind::Grype, Subject::Remote(image)) => {
                command.args(["-o", "json", "--", &format!("registry:{image}")]);
                if reach.plain_http {
                    command.env("GRYPE_REGISTRY_INSECURE_USE_HTTP", "true");
                }
            }
            (ScannerKind::Grype, Subject::Local(id, host)) => {
                command.args(["-o", "json", "--", &format!("docker:{id}")]);
                command.env("DOCKER_HOST", host);
            }
        }
        if let Some(login) = &reach.login {
            let names = match self.kind {
                ScannerKind::Trivy => ["TRIVY_USERNAME", "TRIVY_PASSWORD"],
                ScannerKind::Grype => {
                    command.env("GRYPE_REGISTRY_AUTH_AUTHORITY", &login.host);
                    [
                        "GRYPE_REGISTRY_AUTH_USERNAME",
                        "GRYPE_REGISTRY_AUTH_PASSWORD",
                    ]
                }
            };
            command
                .env(names[0], &login.username)
                .env(names[1], login.password.as_str());
        }
        if let Some(ca) = &reach.ca {
            // Go programs take it in place of the system's own.
            command
                .env("SSL_CERT_FILE", ca)
                .env("GRYPE_REGISTRY_CA_CERT", ca);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        command
    }
}

/// Passes on what a scanner says, and keeps the last lines of it.
async fn listen(said: ChildStderr, watch: &mut impl FnMut(&str)) -> Vec<String> {
    let mut last: VecDeque<String> = VecDeque::new();
    let mut lines = BufReader::new(said);
    loop {
        let mut line = Vec::new();
        let read = (&mut lines).take(LINE).read_until(b'\n', &mut line).await;
        if !read.is_ok_and(|count| count > 0) {
            return last.into();
        }
        let line = clean(&String::from_utf8_lossy(&line));
        if line.is_empty() {
            continue;
        }
        watch(&line);
        last.push_back(line);
        if last.len() > LINES {
            last.pop_front();
        }
    }
}

/// A program with what it started; all of it ends with this.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.0.id()
            && let Some(group) = i32::try_from(id)
                .ok()
                .and_then(rustix::process::Pid::from_raw)
        {
            // It ended by itself where this fails.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.start_kill();
    }
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata()
        .is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt as _};

    const LONG: Duration = Duration::from_secs(20);

    /// A program in the scanner's place that does what the script says.
    fn stand_in(name: &str, script: &str) -> (tempfile::TempDir, Scanner) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let found = Scanner::find(&folder.path().as_os_str().to_owned());
        assert_eq!(found.len(), 1);
        (folder, found.into_iter().next().unwrap())
    }

    fn remote() -> Subject {
        Subject::Remote("r.io/a@sha256:00".to_owned())
    }

    fn with_login() -> Reach {
        Reach {
            login: Some(ScanLogin {
                host: "r.io".into(),
                username: "ada".into(),
                password: Zeroizing::new("hunter2".into()),
            }),
            ..Reach::default()
        }
    }

    #[tokio::test]
    async fn a_report_is_kept_byte_for_byte_and_the_login_is_in_the_environment_alone() {
        let script = r#"echo "begin $TRIVY_USERNAME" >&2; printf '{"args":"%s","known":"%s"}\n ' "$*" "$TRIVY_PASSWORD""#;
        let (_folder, scanner) = stand_in("trivy", script);
        let mut said = Vec::new();
        let report = scanner
            .scan(&remote(), &with_login(), LONG, |line| {
                said.push(line.to_owned());
            })
            .await
            .unwrap();
        let text = String::from_utf8(report).unwrap();
        assert!(text.ends_with("\n "), "{text:?}");
        assert!(
            text.contains("image --format json") && text.contains("r.io/a@sha256:00"),
            "{text}"
        );
        assert!(text.contains("\"known\":\"hunter2\""), "{text}");
        assert!(
            !text.split("known").next().unwrap().contains("hunter2"),
            "{text}"
        );
        assert_eq!(said, ["begin ada"]);
    }

    #[tokio::test]
    async fn what_goes_wrong_is_told_in_the_scanners_last_words() {
        for (script, words) in [
            ("echo no database >&2; exit 3", "no database"),
            ("exit 0", "printed no report"),
            ("echo one >&2; kill -9 $$", "one"),
        ] {
            let (_folder, scanner) = stand_in("grype", script);
            let error = scanner
                .scan(&remote(), &Reach::default(), LONG, |_| ())
                .await
                .unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::Program);
            assert!(error.message().contains(words), "{error}");
        }
    }

    #[tokio::test]
    async fn one_that_hangs_ends_with_all_that_it_started() {
        let (folder, scanner) = stand_in("grype", "sleep 4712 & echo $! > \"$0.pid\"; wait");
        let error = scanner
            .scan(
                &remote(),
                &Reach::default(),
                Duration::from_millis(300),
                |_| (),
            )
            .await
            .unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Timeout);
        let pid = fs::read_to_string(folder.path().join("grype.pid")).unwrap();
        let alive = || {
            let state = fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
            state.is_ok_and(|state| !state.contains(") Z "))
        };
        while alive() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_version_is_read_from_what_it_says_first() {
        let (_folder, scanner) = stand_in("trivy", "echo Version: 0.58.1; echo more 9");
        assert_eq!(scanner.version().await.as_deref(), Some("0.58.1"));
    }
}
