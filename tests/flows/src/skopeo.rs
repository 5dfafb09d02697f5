//! `skopeo`, as somebody else who copies and looks at images.

use crate::{distribution::Distribution, images::Candidate, process::installed};
use base64::{Engine, engine::general_purpose::STANDARD};
use hallmark_image::Digest;
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// `skopeo` with a login of its own.
#[derive(Debug)]
pub struct Skopeo {
    folder: PathBuf,
    host: String,
}

impl Skopeo {
    /// With that login and CA; what it keeps is in `folder`.
    pub fn new(
        folder: &Path,
        registry: &Distribution,
        user: &str,
        password: &str,
        ca: &str,
    ) -> Self {
        installed("skopeo", "skopeo");
        let folder = folder.join("skopeo");
        fs::create_dir_all(folder.join("certificates")).unwrap();
        fs::write(folder.join("certificates/ca.crt"), ca).unwrap();
        let auth = STANDARD.encode(format!("{user}:{password}"));
        let logins = json!({"auths": {registry.host.as_str(): {"auth": auth}}});
        fs::write(folder.join("auth.json"), logins.to_string()).unwrap();
        Self {
            folder,
            host: registry.host.clone(),
        }
    }

    /// Copies a candidate in, under its own tag, every byte as it is.
    pub fn push(&self, candidate: &Candidate) {
        let layout = candidate.layout(&self.folder);
        let from = format!("oci:{}:{}", layout.display(), candidate.tag());
        self.copy(&from, "--dest", &format!("docker://{}", candidate.tagged()));
    }

    /// Places a tag, as anybody with the right to push can.
    pub fn tag(&self, candidate: &Candidate, tag: &str) {
        let layout = candidate.layout(&self.folder);
        let from = format!("oci:{}:{}", layout.display(), candidate.tag());
        let to = format!("docker://{}:{tag}", candidate.repository());
        self.copy(&from, "--dest", &to);
    }

    fn copy(&self, from: &str, side: &str, to: &str) {
        let mut command = self.command("copy", side);
        let output = command
            .args(["--all", "--preserve-digests", from, to])
            .output();
        done(output.unwrap());
    }

    /// The digest of what a tag names, hashed from the bytes that come.
    pub fn digest(&self, repository: &str, tag: &str) -> Digest {
        assert!(repository.starts_with(&self.host));
        let mut command = self.command("inspect", "");
        let name = format!("docker://{repository}:{tag}");
        let raw = done(command.args(["--raw", name.as_str()]).output().unwrap());
        Digest::sha256(raw)
    }

    /// The labels of the image that a tag names.
    pub fn labels(&self, repository: &str, tag: &str) -> Value {
        let mut command = self.command("inspect", "");
        let name = format!("docker://{repository}:{tag}");
        let config = done(command.args(["--config", name.as_str()]).output().unwrap());
        let config: Value = serde_json::from_slice(&config).unwrap();
        config["config"]["Labels"].clone()
    }

    fn command(&self, what: &str, side: &str) -> Command {
        let option = |name: &str| match side {
            "" => format!("--{name}"),
            side => format!("{side}-{name}"),
        };
        let mut command = Command::new("skopeo");
        command
            .args(["--insecure-policy", what])
            .args([
                option("authfile"),
                self.folder.join("auth.json").display().to_string(),
            ])
            .args([
                option("cert-dir"),
                self.folder.join("certificates").display().to_string(),
            ])
            .env("TMPDIR", &self.folder);
        command
    }
}

fn done(output: Output) -> Vec<u8> {
    assert!(output.status.success(), "{output:?}");
    output.stdout
}
