//! A practice registry in this process, and workspaces whose secrets are in a passphrase
//! file, so that no keyring of the machine is touched.

use futures::future::BoxFuture;
use hallmark_credentials::Login;
use hallmark_image::{Host, Platform};
use hallmark_practice::{
    Access, Config, Registry, Running,
    samples::{SampleImage, Story, Team, seed, team},
};
use hallmark_registry::{Client, Endpoint, Logins, Target};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub const PASSPHRASE: &str = "canary-passphrase-7f3a";

/// A registry that answers while programs run beside it.
pub struct Stand {
    pub registry: Running,
    runtime: Runtime,
    folder: TempDir,
}

/// Logs in nowhere.
struct Nobody;

impl Logins for Nobody {
    fn login<'a>(&'a self, _: &'a Host) -> BoxFuture<'a, Result<Option<Login>, String>> {
        Box::pin(async { Ok(None) })
    }
}

/// What a program said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// One person's workspace.
pub struct Desk {
    home: PathBuf,
}

impl Stand {
    pub fn open() -> Self {
        Self::with(Access::Open)
    }

    pub fn with(access: Access) -> Self {
        let runtime = Runtime::new().unwrap();
        let config = Config {
            access,
            ..Config::default()
        };
        let registry = runtime.block_on(Registry::start(config)).unwrap();
        Self {
            registry,
            runtime,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Puts the sample team's images on the shelves, as they were so many hours ago.
    pub fn seed(&self, hours_ago: i64) -> Team {
        let then = Timestamp::now() - SignedDuration::from_hours(hours_ago);
        let team = team(then);
        self.runtime.block_on(seed(&self.registry, &team)).unwrap();
        team
    }

    pub fn desk(&self, name: &str) -> Desk {
        Desk {
            home: self.folder.path().join(name),
        }
    }

    /// `host/repository` of a sample.
    pub fn repository(&self, image: &SampleImage) -> String {
        format!("{}/{}", self.registry.host(), image.repository)
    }

    /// `host/repository@digest` of a sample.
    pub fn image(&self, image: &SampleImage) -> String {
        format!("{}@{}", self.repository(image), image.manifest.digest())
    }

    /// Places a tag on a sample, as somebody else with a registry client would.
    pub fn tag(&self, image: &SampleImage, tag: &str) {
        let client = Client::new(vec![Endpoint::new(self.registry.host())], Arc::new(Nobody));
        let repository = self.repository(image).parse().unwrap();
        let tag = tag.parse().unwrap();
        let put = async {
            client?
                .put_manifest(&repository, Target::Tag(&tag), &image.manifest)
                .await
        };
        self.runtime.block_on(put).unwrap();
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Attaches a sample's reports, platform by platform.
    pub fn attach(&self, desk: &Desk, image: &SampleImage, more: &[&str]) -> Vec<Said> {
        let folder = self.path().join(image.manifest.digest().short());
        std::fs::create_dir_all(&folder).unwrap();
        let mut platforms: Vec<_> = image
            .reports
            .iter()
            .map(|report| &report.platform)
            .collect();
        platforms.dedup();
        let attach = |platform: &Option<Platform>| {
            let mut words = vec!["evidence".into(), "attach".into(), self.image(image)];
            for report in image
                .reports
                .iter()
                .filter(|report| &report.platform == platform)
            {
                let file = folder.join(&report.name);
                std::fs::write(&file, &report.bytes).unwrap();
                words.push(file.display().to_string());
            }
            if let Some(platform) = platform {
                words.extend(["--platform".into(), platform.to_string()]);
            }
            words.extend(more.iter().map(|word| (*word).to_owned()));
            desk.json(&words.iter().map(String::as_str).collect::<Vec<_>>())
        };
        platforms.into_iter().map(attach).collect()
    }
}

impl Desk {
    pub fn run(&self, words: &[&str]) -> Said {
        self.run_with(words, "")
    }

    pub fn json(&self, words: &[&str]) -> Said {
        self.run(&[words, &["--json"]].concat())
    }

    pub fn run_with(&self, words: &[&str], stdin: &str) -> Said {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hallmark"))
            .args(words)
            .env_clear()
            .env("HOME", &self.home)
            .env("HALLMARK_HOME", &self.home)
            .env("HALLMARK_NAME", "ines")
            .env("HALLMARK_PASSPHRASE", PASSPHRASE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(stdin.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap().into()
    }

    pub fn home(&self) -> &Path {
        &self.home
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// The one document on standard output.
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The same, where the program ended with `code` and was silent on standard error.
    pub fn answered(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{self:#?}");
        assert_eq!(self.err, "", "{self:#?}");
        self.document()
    }

    /// The one error on standard error, where standard output got nothing.
    pub fn failed(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{self:#?}");
        assert_eq!(self.out, "", "{self:#?}");
        let document: Value = serde_json::from_str(&self.err).unwrap();
        let error = &document["error"];
        assert_eq!(members(&document), ["error"]);
        assert_eq!(members(error), ["code", "message", "hint"]);
        error.clone()
    }
}

/// The names of an object's members.
pub fn members(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

/// Asserts that an object has these members.
pub fn has(value: &Value, names: &[&str]) {
    let missing: Vec<_> = names
        .iter()
        .filter(|name| value.get(name).is_none())
        .collect();
    assert!(missing.is_empty(), "{missing:?} missing in {value:#}");
}

/// The sample that tells this story.
pub fn story(team: &Team, story: Story) -> &SampleImage {
    team.images
        .iter()
        .find(|image| image.story == story)
        .expect("every story has an image")
}
