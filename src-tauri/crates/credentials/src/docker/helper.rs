//! Asking a `docker-credential-*` program (docker/docker-credential-helpers, "Usage").
//!
//! `get` takes the raw name on standard input and answers in JSON; `store` takes JSON. The program is found in
//! the search path that was passed in, has a time limit, and its answer is bounded; what it
//! writes to standard error is never read.

use super::{DockerError, names};
use crate::{Login, SecretBytes, SecretString, error::shown};
use hallmark_image::Host;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
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

    /// Asks `helper` for the login it keeps for `host`.
    pub(super) async fn get(
        &self,
        helper: &str,
        host: &Host,
    ) -> Result<Option<Login>, DockerError> {
        let program = self.program(helper)?;
        for name in names::asked_for(host) {
            let asked = self.run(&program, "get", name.as_bytes()).await;
            let login = asked.and_then(|(status, answer)| understand(status, &answer));
            match login.map_err(|failure| failed(failure, helper, host))? {
                None => {}
                found => return Ok(found),
            }
        }
        Ok(None)
    }

    /// Hands `login` to `helper`, under Docker's name for `host`.
    pub(super) async fn store(
        &self,
        helper: &str,
        host: &Host,
        login: &Login,
    ) -> Result<(), DockerError> {
        let program = self.program(helper)?;
        let told = stored_form(host, login);
        let stored = self.run(&program, "store", told.expose()).await;
        let done = stored.and_then(|(status, answer)| match status.success() {
            true => Ok(()),
            false => not_found_or_failed(status, &answer).map(|_| ()),
        });
        done.map_err(|failure| failed(failure, helper, host))
    }

    /// The names of what `helper` keeps; none where it does not tell.
    pub(super) async fn list(&self, helper: &str) -> Vec<String> {
        let Ok(program) = self.program(helper) else {
            return Vec::new();
        };
        let Ok((status, answer)) = self.run(&program, "list", b"").await else {
            return Vec::new();
        };
        let names = serde_json::from_slice::<BTreeMap<String, String>>(&answer);
        let names = names.ok().filter(|_| status.success());
        names.unwrap_or_default().into_keys().collect()
    }

    /// Those of `wanted` that are installed.
    pub(super) fn installed<'a>(&self, wanted: &[&'a str]) -> Vec<&'a str> {
        let found = |name: &&&'a str| self.program(name).is_ok();
        wanted.iter().filter(found).copied().collect()
    }

    fn program(&self, helper: &str) -> Result<PathBuf, DockerError> {
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if helper.is_empty() || !helper.chars().all(usable) {
            return Err(DockerError::BadHelperName);
        }
        let name = format!("docker-credential-{helper}{}", env::consts::EXE_SUFFIX);
        env::split_paths(&self.search_path)
            // A relative folder would run whatever lies where the program was started.
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(&name))
            .find(|program| program.is_file())
            .ok_or_else(|| DockerError::NoHelper {
                helper: helper.to_owned(),
            })
    }

    async fn run(
        &self,
        program: &Path,
        verb: &str,
        input: &[u8],
    ) -> Result<(ExitStatus, Zeroizing<Vec<u8>>), Failure> {
        let because = |error: io::Error| Failure::Because(error.to_string());
        let child = Command::new(program)
            .arg(verb)
            .env("PATH", &self.search_path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(because)?;
        time::timeout(self.timeout, converse(child, input))
            .await
            .map_err(|_| Failure::TimedOut)?
            .map_err(because)
    }
}

fn failed(failure: Failure, helper: &str, host: &Host) -> DockerError {
    let (helper, host) = (helper.to_owned(), host.clone());
    match failure {
        Failure::TimedOut => DockerError::HelperTimedOut { helper, host },
        Failure::Because(reason) => DockerError::HelperFailed {
            helper,
            host,
            reason,
        },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Told<'a> {
    #[serde(rename = "ServerURL")]
    server_url: &'a str,
    username: &'a str,
    secret: &'a str,
}

fn stored_form(host: &Host, login: &Login) -> SecretBytes {
    let (username, secret) = match login {
        Login::Password { username, password } => (username.as_str(), password),
        Login::IdentityToken { token, .. } => (TOKEN, token),
    };
    let told = Told {
        server_url: names::stored_as(host),
        username,
        secret: secret.expose(),
    };
    // Room for the worst escaping: a buffer that grows leaves copies of the secret behind.
    let room = 128 + 6 * (host.as_str().len() + username.len() + secret.expose().len());
    let mut bytes = Vec::with_capacity(room);
    // Three texts can always be written as JSON into memory.
    let _ = serde_json::to_writer(&mut bytes, &told);
    SecretBytes::new(bytes)
}

/// The helper is killed where this is dropped before it ends.
async fn converse(mut child: Child, told: &[u8]) -> io::Result<(ExitStatus, Zeroizing<Vec<u8>>)> {
    if let Some(mut input) = child.stdin.take() {
        // One that does not read closes early; what it then answers tells more.
        let _ = input.write_all(told).await;
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
