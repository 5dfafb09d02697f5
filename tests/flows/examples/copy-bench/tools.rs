//! The programs that copy, and how each of them is asked to.

use hallmark_flows::program::hallmark;
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A program that copies images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    Hallmark,
    Skopeo,
    Crane,
    Regctl,
    Oras,
}

/// What it is asked to do.
#[derive(Clone, Debug)]
pub enum Task {
    /// From one reference to the other, with all platforms.
    Copy(String, String),
    /// More tags for what is there.
    Tag(String, Vec<String>),
}

impl Tool {
    /// Those that are here; Hallmark always is.
    pub fn here() -> Vec<Self> {
        let all = [
            Self::Hallmark,
            Self::Skopeo,
            Self::Crane,
            Self::Regctl,
            Self::Oras,
        ];
        let is_here = |tool: &Self| *tool == Self::Hallmark || on_path(tool.name()).is_some();
        all.into_iter().filter(is_here).collect()
    }

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hallmark => "hallmark",
            Self::Skopeo => "skopeo",
            Self::Crane => "crane",
            Self::Regctl => "regctl",
            Self::Oras => "oras",
        }
    }

    /// The command, with what it keeps in `home`; None where it cannot do that with one.
    pub fn command(self, home: &Path, task: &Task) -> Option<Command> {
        let words = match task {
            Task::Copy(from, to) => self.copy(from, to),
            Task::Tag(image, tags) => self.tag(image, tags)?,
        };
        fs::create_dir_all(home).unwrap();
        let program = match self {
            Self::Hallmark => hallmark().to_owned(),
            other => on_path(other.name())?,
        };
        let mut command = Command::new(program);
        command
            .args(words)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("HOME", home)
            .env("TMPDIR", home)
            .env("HALLMARK_HOME", home);
        Some(command)
    }

    fn copy(self, from: &str, to: &str) -> Vec<String> {
        let words = match self {
            Self::Hallmark => format!("copy {from} {to} --json"),
            Self::Skopeo => format!(
                "copy --insecure-policy --all --preserve-digests --src-tls-verify=false \
                 --dest-tls-verify=false docker://{from} docker://{to}"
            ),
            Self::Crane => format!("copy --insecure {from} {to}"),
            Self::Regctl => format!("{} image copy {from} {to}", plain(&[from, to])),
            Self::Oras => format!("cp --from-plain-http --to-plain-http {from} {to}"),
        };
        split(&words)
    }

    fn tag(self, image: &str, tags: &[String]) -> Option<Vec<String>> {
        let repository = image.rsplit_once(':')?.0;
        let one = format!("{repository}:{}", tags[0]);
        match (self, tags) {
            (Self::Hallmark, [_]) => Some(self.copy(image, &one)),
            (Self::Hallmark, [_, more @ ..]) => {
                let mut words = self.copy(image, &one);
                words.extend(
                    more.iter()
                        .flat_map(|tag| ["--tag".to_owned(), tag.clone()]),
                );
                Some(words)
            }
            (Self::Crane, [tag]) => Some(split(&format!("tag --insecure {image} {tag}"))),
            (Self::Oras, tags) => Some(split(&format!(
                "tag --plain-http {image} {}",
                tags.join(" ")
            ))),
            (_, [_]) => Some(self.copy(image, &one)),
            _ => None,
        }
    }
}

/// regctl's word for plain http, for each registry.
fn plain(images: &[&str]) -> String {
    let mut hosts: Vec<&str> = images
        .iter()
        .filter_map(|image| image.split('/').next())
        .collect();
    hosts.dedup();
    let word = |host: &&str| format!("--host reg={host},tls=disabled");
    hosts.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn split(words: &str) -> Vec<String> {
    words.split_whitespace().map(str::to_owned).collect()
}

fn on_path(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    let mut found = env::split_paths(&folders).map(|folder| folder.join(program));
    found.find(|path| path.is_file())
}
