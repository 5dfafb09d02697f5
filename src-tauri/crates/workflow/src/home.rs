//! The folder of a workspace: which file is where, and the file people may edit by hand.
//!
//! `workspace.toml` is read into [`WorkspaceFile`] and written back so that what a person
//! wrote beside it, comments included, stays. No secret is ever in this folder, but for the
//! passphrase file that a person chose in words.

use crate::{
    comments::merge,
    dto::{Appearance, HomeScreen, Role, SecretStore, WorkspaceKind},
    error::{Code, Error, Result},
    pipeline::{self, PipelineFile},
    registry_file::RegistryFile,
};
use hallmark_image::{Digest, Host, Repository};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use toml_edit::DocumentMut;

/// The files of a workspace.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// The folder, made where there is none.
    ///
    /// # Errors
    /// [`Code::File`] where it cannot be made.
    pub fn at(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder.join("ca")).map_err(|error| cannot("make", folder, &error))?;
        let folder = folder
            .canonicalize()
            .map_err(|error| cannot("open", folder, &error))?;
        Ok(Self(folder))
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn workspace_file(&self) -> PathBuf {
        self.0.join("workspace.toml")
    }

    pub(crate) fn policy_file(&self) -> PathBuf {
        self.0.join("policy.toml")
    }

    pub(crate) fn history_file(&self) -> PathBuf {
        self.0.join("history.db")
    }

    pub(crate) fn passphrase_file(&self) -> PathBuf {
        self.0.join("secrets.age")
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    pub(crate) fn jobs(&self) -> PathBuf {
        self.0.join("jobs")
    }

    pub(crate) fn window_lock(&self) -> PathBuf {
        self.0.join("window.lock")
    }

    pub(crate) fn ca_file(&self, host: &Host) -> PathBuf {
        self.certificate(host, "pem")
    }

    pub(crate) fn client_cert_file(&self, host: &Host) -> PathBuf {
        self.certificate(host, "client.pem")
    }

    fn certificate(&self, host: &Host, ending: &str) -> PathBuf {
        let name = host.as_str().replace([':', '[', ']'], "_");
        self.0.join("ca").join(format!("{name}.{ending}"))
    }
}

/// `workspace.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceFile {
    /// Kept for life; keyring items carry it.
    pub id: String,
    /// For people.
    pub name: String,
    /// Solo, team or practice.
    pub kind: WorkspaceKind,
    /// The engine that was chosen: a Docker context, or an address. Else Docker's own choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// Who sits here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub me: Option<MeFile>,
    /// Where secrets live.
    #[serde(default)]
    pub secrets: SecretsFile,
    /// How the window looks.
    #[serde(default)]
    pub window: WindowFile,
    /// The team's workspace repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<TeamFile>,
    /// Registries that were added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub registries: Vec<RegistryFile>,
    /// Other people whose keys are trusted, where there is no team's document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<MemberFile>,
    /// Pipelines, where the default one does not serve.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pipelines: Vec<PipelineFile>,
    /// Other programs that are told what happens here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<crate::hear::WebhookFile>,
}

/// Who sits here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeFile {
    /// The name.
    pub name: String,
    /// The public half of the key; the other half is in the keyring.
    pub public_key: String,
}

/// Where secrets live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretsFile {
    /// The store.
    pub store: SecretStore,
}

/// How the window looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowFile {
    /// The screen to begin with.
    pub home_screen: HomeScreen,
    /// Light or dark.
    pub appearance: Appearance,
}

/// The team's workspace repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamFile {
    /// `host/repository`.
    pub repository: Repository,
    /// The document that was trusted when it was joined; all later ones descend from it.
    pub root: Digest,
}

/// A person whose key is trusted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberFile {
    /// The name.
    pub name: String,
    /// The public key, PEM.
    pub key: String,
    /// What they may do.
    pub roles: Vec<Role>,
}

impl WorkspaceFile {
    fn fresh(id: String) -> Self {
        Self {
            id,
            name: "Solo".into(),
            kind: WorkspaceKind::Solo,
            me: None,
            secrets: SecretsFile::default(),
            window: WindowFile::default(),
            team: None,
            engine: None,
            registries: Vec::new(),
            members: Vec::new(),
            pipelines: Vec::new(),
            webhooks: Vec::new(),
        }
    }

    /// Reads the file; an empty folder becomes a solo workspace.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming file, line and reason; [`Code::File`].
    pub fn load(home: &Home) -> Result<Self> {
        let path = home.workspace_file();
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let file = Self::fresh(uuid::Uuid::new_v4().to_string());
                file.save(home)?;
                Ok(file)
            }
            Err(error) => Err(cannot("read", &path, &error)),
        }
    }

    pub(crate) fn parse(path: &Path, text: &str) -> Result<Self> {
        let file: Self = toml::from_str(text).map_err(|error| {
            Error::new(
                Code::BadInput,
                format!("{} cannot be read: {error}", path.display()),
            )
            .hint("Mend the line, or move the file away to begin anew.")
        })?;
        pipeline::parse(&file.pipelines).map_err(|problems| {
            let problems = pipeline::at_lines(problems, text);
            let name = path.display().to_string();
            Error::new(Code::BadInput, pipeline::first_problem(&problems, &name))
                .hint("Mend the line. Until then nothing is judged and nothing is promoted.")
        })?;
        Ok(file)
    }

    /// Writes the file in one step, leaving what a person wrote beside it.
    ///
    /// # Errors
    /// [`Code::File`].
    pub fn save(&self, home: &Home) -> Result<()> {
        let path = home.workspace_file();
        let before = fs::read_to_string(&path).unwrap_or_default();
        write_whole(&path, self.merged_into(&before)?.as_bytes())
    }

    fn merged_into(&self, before: &str) -> Result<String> {
        let internal =
            |error: &dyn std::fmt::Display| Error::new(Code::Internal, error.to_string());
        let wanted: DocumentMut = toml::to_string(self)
            .map_err(|e| internal(&e))?
            .parse()
            .map_err(|e| internal(&e))?;
        let Ok(mut document) = before.parse::<DocumentMut>() else {
            return Ok(wanted.to_string());
        };
        merge(document.as_table_mut(), wanted.as_table());
        Ok(document.to_string())
    }
}

/// Writes a file so that it is there whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let partial = path.with_extension(format!("{}.part", std::process::id()));
    let write = || {
        let mut file = fs::File::create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&partial);
        cannot("write", path, &error)
    })
}

/// A file that could not be read or written.
pub(crate) fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Code::File,
        format!("cannot {what} {}: {error}", path.display()),
    )
    .hint("Check that the folder exists, that you may write there, and that the disk has room.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path()).unwrap();
        (folder, home)
    }

    #[test]
    fn an_empty_folder_becomes_a_solo_workspace_that_keeps_its_id() {
        let (_folder, home) = home();
        let first = WorkspaceFile::load(&home).unwrap();
        assert_eq!(first.kind, WorkspaceKind::Solo);
        assert_eq!(WorkspaceFile::load(&home).unwrap(), first);
    }

    #[test]
    fn what_a_person_wrote_beside_it_stays() {
        let (_folder, home) = home();
        let mut file = WorkspaceFile::load(&home).unwrap();
        let text = fs::read_to_string(home.workspace_file()).unwrap();
        fs::write(home.workspace_file(), format!("# ours since May\n{text}")).unwrap();
        file.name = "Payments".into();
        file.save(&home).unwrap();
        let text = fs::read_to_string(home.workspace_file()).unwrap();
        assert!(text.starts_with("# ours since May"), "{text}");
        assert_eq!(WorkspaceFile::load(&home).unwrap().name, "Payments");
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let (_folder, home) = home();
        fs::write(home.workspace_file(), "id = 1\nname = \"x\"").unwrap();
        let error = WorkspaceFile::load(&home).unwrap_err();
        assert_eq!(error.code, Code::BadInput);
        assert!(error.message.contains("line 1"), "{error}");
    }
}
