//! Asking a `docker-credential-*` program (docker/docker-credential-helpers, "Usage").
//!
//! `get` takes the raw name on standard input and answers in JSON. The program is found in
//! the search path that was passed in, has a time limit, and its answer is bounded; what it
//! writes to standard error is never read.

use super::{DockerError, names};
use crate::{Login, SecretString, error::shown};
use hallmark_image::Host;
use serde::Deserialize;
use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
    time,
};
use zeroize::Zeroizing;

/// Helpers may ask a cloud, or a person.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer; tokens have a few thousand.
const MOST_BYTES: u64 = 64 << 10;
/// What helpers answer where they keep nothing (credentials/error.go of that repository).
const NOT_FOUND: &str = "credentials not found in native keychain";
/// The name with which a helper says that the secret is an identity token.
const TOKEN: &str = "<token>";

/// The credential helpers of this machine.
#[derive(Clone, Debug)]
pub(super) struct Helpers {
    search_path: OsString,
    timeout: Duration,
}

impl Default for Helpers {
    fn default() -> Self {
        Self::new(OsString::new())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Why one helper gave no login; the caller knows for which host.
#[derive(Debug)]
enum Failure {
    TimedOut,
    Because(String),
}

impl Helpers {
    pub(super) fn new(search_path: OsString) -> Self {
        Self {
            search_path,
            timeout: TIMEOUT,
        }
    }

    /// Asks `helper`, which `file` names, for the login it keeps for `host`.
    pub(super) async fn get(
        &self,
        helper: &str,
        host: &Host,
        file: &Path,
    ) -> Result<Option<Login>, DockerError> {
        let program = self.program(helper, file)?;
        let failed = |failure| match failure {
            Failure::TimedOut => DockerError::HelperTimedOut {
                helper: helper.to_owned(),
                host: host.clone(),
            },
            Failure::Because(reason) => DockerError::HelperFailed {
                helper: helper.to_owned(),
                host: host.clone(),
                reason,
            },
        };
        for name in names::asked_for(host) {
            let login = self.ask(&program, name).await.map_err(failed)?;
            if login.is_some() {
                return Ok(login);
            }
        }
        Ok(None)
    }

    fn program(&self, helper: &str, file: &Path) -> Result<PathBuf, DockerError> {
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !helper.chars().all(usable) {
            let file = file.to_owned();
            return Err(DockerError::BadHelperName { file });
        }
        let name = format!("docker-credential-{helper}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&self.search_path)
            // A relative folder would run whatever lies where the program was started.
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(&name))
            .find(|program| program.is_file())
            .ok_or_else(|| DockerError::NoHelper {
                helper: helper.to_owned(),
                file: file.to_owned(),
            })
    }

    async fn ask(&self, program: &Path, name: &str) -> Result<Option<Login>, Failure> {
        let because = |error: io::Error| Failure::Because(error.to_string());
        let child = Command::new(program)
            .arg("get")
            .env("PATH", &self.search_path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(because)?;
        let (status, answer) = time::timeout(self.timeout, converse(child, name))
            .await
            .map_err(|_| Failure::TimedOut)?
            .map_err(because)?;
        understand(status, &answer)
    }
}

/// The helper is killed where this is dropped before it ends.
async fn converse(mut child: Child, name: &str) -> io::Result<(ExitStatus, Zeroizing<Vec<u8>>)> {
    if let Some(mut input) = child.stdin.take() {
        // One that does not read closes early; what it then answers tells more.
        let _ = input.write_all(name.as_bytes()).await;
    }
    // Room for all of it: a buffer that grows leaves copies of the secret behind.
    let mut answer = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize + 1));
    if let Some(output) = child.stdout.take() {
        output.take(MOST_BYTES + 1).read_to_end(&mut answer).await?;
    }
    if answer.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("its answer is too long"));
    }
    Ok((child.wait().await?, answer))
}

fn understand(status: ExitStatus, answer: &[u8]) -> Result<Option<Login>, Failure> {
    if !status.success() {
        return not_found_or_failed(status, answer);
    }
    let answer: Answer = serde_json::from_slice(answer)
        .map_err(|_| Failure::Because("its answer is not the JSON it should be".into()))?;
    Ok(match (answer.username, SecretString::new(answer.secret)) {
        (username, secret) if username.is_empty() && secret.expose().is_empty() => None,
        (username, token) if username == TOKEN => Some(Login::IdentityToken { username, token }),
        (username, password) => Some(Login::Password { username, password }),
    })
}

/// A helper that fails writes why to standard output.
fn not_found_or_failed(status: ExitStatus, answer: &[u8]) -> Result<Option<Login>, Failure> {
    let text = String::from_utf8_lossy(answer);
    let text = text.trim();
    if text == NOT_FOUND {
        return Ok(None);
    }
    // JSON is an answer and no reason, and may hold the secret.
    Err(Failure::Because(if text.is_empty() || text.contains('{') {
        status.to_string()
    } else {
        shown(text)
    }))
}

#[cfg(test)]
#[path = "helper_tests.rs"]
mod tests;
