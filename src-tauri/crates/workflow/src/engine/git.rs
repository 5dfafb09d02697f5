//! The labels that a checkout gives an image: where it comes from, and of which revision.
//!
//! Asked of `git` itself, which knows worktrees, packed refs and every configuration. What a
//! checkout may make git run is switched off: a folder is built here that somebody else may
//! have written.

use crate::dto::NameValue;
use jiff::Timestamp;
use std::{path::Path, process::Stdio, time::Duration};
use tokio::process::Command;

/// How long git may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest label from git, bytes.
const LONGEST: usize = 1024;

/// What git says of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checkout {
    pub(crate) revision: Option<String>,
    pub(crate) source: Option<String>,
    /// A tag on just this revision.
    pub(crate) version: Option<String>,
    /// Whether files differ from the revision.
    pub(crate) changed: bool,
}

impl Checkout {
    /// What git says of `folder`; nothing where it is no checkout, or there is no git.
    pub(crate) async fn of(folder: &Path) -> Self {
        let Some(revision) = git(folder, &["rev-parse", "--verify", "HEAD"]).await else {
            return Self::default();
        };
        let (remote, version, status) = tokio::join!(
            git(folder, &["remote", "get-url", "origin"]),
            git(folder, &["describe", "--tags", "--exact-match", "HEAD"]),
            git(
                folder,
                &[
                    "status",
                    "--porcelain",
                    "--untracked-files=normal",
                    "--",
                    "."
                ]
            ),
        );
        Self {
            revision: Some(revision),
            source: remote.as_deref().and_then(page_of),
            version: version.map(|tag| without_v(&tag)),
            changed: status.is_some_and(|files| !files.is_empty()),
        }
    }

    /// The labels, by the names of the image specification.
    pub(crate) fn labels(&self, now: Timestamp) -> Vec<NameValue> {
        let created = self
            .revision
            .as_ref()
            .map(|_| now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        let each = [
            ("created", created),
            ("revision", self.revision.clone()),
            ("source", self.source.clone()),
            ("version", self.version.clone()),
        ];
        each.into_iter()
            .filter_map(|(name, value)| {
                Some(NameValue {
                    name: format!("org.opencontainers.image.{name}"),
                    value: value?,
                })
            })
            .collect()
    }
}

async fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args([
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.hooksPath=/dev/null",
        ])
        .arg("--no-optional-locks")
        .args(arguments)
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    let output = output.ok()?.ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    output
        .status
        .success()
        .then(|| text.chars().take(LONGEST).collect())
}

/// The page of a remote, without a login that somebody left in it.
fn page_of(remote: &str) -> Option<String> {
    let remote = remote.trim().trim_end_matches('/');
    let remote = remote.strip_suffix(".git").unwrap_or(remote);
    if let Ok(mut url) = url::Url::parse(remote) {
        return match url.scheme() {
            "https" | "http" | "ssh" | "git" => {
                // Whoever built it has no business in the label, nor has a token.
                url.set_username("").ok()?;
                url.set_password(None).ok()?;
                let host = url.host_str()?;
                Some(format!("https://{host}{}", url.path()))
            }
            _ => None,
        };
    }
    // `git@host:team/repository`, as ssh has it.
    let (who, path) = remote.split_once(':')?;
    let host = who.rsplit('@').next()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    let is_host = !host.is_empty() && host.chars().all(plain) && !path.starts_with('\\');
    is_host.then(|| format!("https://{host}/{}", path.trim_start_matches('/')))
}

fn without_v(tag: &str) -> String {
    let bare = tag.strip_prefix('v').unwrap_or(tag);
    match bare.starts_with(|c: char| c.is_ascii_digit()) {
        true => bare.to_owned(),
        false => tag.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remote_becomes_its_page_and_keeps_no_login() {
        for (remote, page) in [
            (
                "https://github.com/shop/cart.git",
                Some("https://github.com/shop/cart"),
            ),
            (
                "https://me:token@git.example.com/shop/cart",
                Some("https://git.example.com/shop/cart"),
            ),
            (
                "git@github.com:shop/cart.git",
                Some("https://github.com/shop/cart"),
            ),
            (
                "ssh://git@git.example.com:2222/shop/cart.git",
                Some("https://git.example.com/shop/cart"),
            ),
            ("/srv/git/cart.git", None),
            ("file:///srv/git/cart.git", None),
            ("", None),
        ] {
            assert_eq!(page_of(remote).as_deref(), page, "{remote}");
        }
    }

    #[tokio::test]
    async fn a_checkout_gives_labels_and_a_plain_folder_gives_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Checkout::of(folder.path()).await, Checkout::default());
        let run = |arguments: &[&str]| {
            let done = std::process::Command::new("git")
                .arg("-C")
                .arg(folder.path())
                .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
                .args(arguments)
                .output()
                .unwrap();
            assert!(done.status.success(), "{arguments:?}: {done:?}");
        };
        run(&["init", "-q"]);
        run(&[
            "remote",
            "add",
            "origin",
            "https://ada:secret@git.example.com/shop/cart.git",
        ]);
        std::fs::write(folder.path().join("Dockerfile"), "FROM scratch\n").unwrap();
        run(&["add", "."]);
        run(&["commit", "-q", "-m", "Begin"]);
        run(&["tag", "v1.5.0"]);
        let clean = Checkout::of(folder.path()).await;
        assert!(!clean.changed);
        assert_eq!(clean.version.as_deref(), Some("1.5.0"));
        let labels = clean.labels("2026-11-26T10:00:00Z".parse().unwrap());
        let names: Vec<&str> = labels
            .iter()
            .map(|label| label.name.rsplit('.').next().unwrap())
            .collect();
        assert_eq!(names, ["created", "revision", "source", "version"]);
        assert_eq!(labels[2].value, "https://git.example.com/shop/cart");
        std::fs::write(folder.path().join("new"), "").unwrap();
        assert!(Checkout::of(folder.path()).await.changed);
    }
}
