//! Dockerfiles on disk: read, and saved only over what was read.

use super::names::as_engine;
use crate::{
    desk::Desk,
    dto::{
        AskDockerfile, DockerfileCheck, DockerfileDraft, DockerfileFinding, DockerfileStage,
        DockerfileTemplate, DockerfileText, SaveDockerfile,
    },
    error::{Code, Error, Result},
    home::{cannot, write_whole},
    marks::Mark,
    pipeline::GOLDEN,
};
use hallmark_engine::dockerfile::{self, Level, TEMPLATES, Template};
use hallmark_image::{Digest, Reference};
use std::{
    fs,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

/// The longest Dockerfile that is read; BuildKit takes no longer one either.
pub(crate) const LONGEST: u64 = 2 << 20;

impl Desk {
    /// A Dockerfile as it is on disk.
    ///
    /// # Errors
    /// [`Code::File`] where it cannot be read, [`Code::BadInput`] where it is no text or too long.
    pub fn dockerfile(&self, ask: &AskDockerfile) -> Result<DockerfileText> {
        let path = absolute(&ask.path)?;
        let bytes = read(&path)?;
        Ok(DockerfileText {
            path: path.display().to_string(),
            digest: bytes
                .as_deref()
                .map(|bytes| Digest::sha256(bytes).to_string()),
            text: bytes.map(|bytes| text(&path, bytes)).transpose()?,
        })
    }

    /// Saves a Dockerfile, where it still is what was read.
    ///
    /// # Errors
    /// [`Code::Conflict`] where somebody else changed it meanwhile: nothing is written then.
    pub fn dockerfile_save(&self, ask: SaveDockerfile) -> Result<DockerfileText> {
        let path = absolute(&ask.path)?;
        let now = read(&path)?.map(|bytes| Digest::sha256(&bytes).to_string());
        if now != ask.digest {
            let words = match now {
                Some(_) => format!("{} was changed by somebody else meanwhile", path.display()),
                None => format!("{} is gone", path.display()),
            };
            return Err(Error::new(Code::Conflict, words)
                .hint("Read it again and bring your changes in, or save under another name."));
        }
        if ask.text.len() as u64 > LONGEST {
            return Err(too_long(&path));
        }
        write_whole(&path, ask.text.as_bytes())?;
        Ok(DockerfileText {
            path: path.display().to_string(),
            digest: Some(Digest::sha256(ask.text.as_bytes()).to_string()),
            text: Some(ask.text),
        })
    }
}

impl Desk {
    /// What makes an image of this Dockerfile fail review. Its bases are compared with the golden
    /// images; no registry is asked.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn dockerfile_check(&self, draft: DockerfileDraft) -> Result<DockerfileCheck> {
        let marks = self.marks().await?;
        let golden: Vec<&Mark> = marks
            .all()
            .filter(|mark| mark.first && mark.stage == GOLDEN)
            .filter(|mark| !marks.is_revoked(&mark.digest))
            .collect();
        let file = dockerfile::parse(&draft.text);
        let stages: Vec<DockerfileStage> = file
            .stages
            .iter()
            .map(|stage| DockerfileStage {
                name: stage.name.clone(),
                base: stage.resolved.clone(),
                line: u64::from(stage.line),
                golden: match stage.of_stage {
                    Some(_) => None,
                    None => is_golden(&stage.resolved, &golden),
                },
            })
            .collect();
        // Labels come from git with the build, where a person leaves that on.
        let findings = dockerfile::check(&draft.text, draft.labelled);
        Ok(DockerfileCheck {
            findings: findings
                .into_iter()
                .map(|finding| DockerfileFinding {
                    line: u64::from(finding.line),
                    rule: finding.rule.to_owned(),
                    fails_review: finding.level == Level::FailsReview,
                    message: finding.message,
                    remedy: finding.remedy,
                })
                .collect(),
            stages,
            arguments: file.arguments.into_iter().map(|(name, _)| name).collect(),
        })
    }

    /// Dockerfiles to start from, each on a golden image of the team's where one fits.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn dockerfile_templates(&self) -> Result<Vec<DockerfileTemplate>> {
        let marks = self.marks().await?;
        let bases: Vec<(String, String)> = marks
            .all()
            .filter(|mark| mark.first && mark.stage == GOLDEN)
            .filter(|mark| !marks.is_revoked(&mark.digest))
            .map(|mark| {
                let reference = mark.repository.at(mark.digest.clone());
                let pinned = format!("{}@{}", as_engine(&reference), mark.digest);
                (mark.repository.name.to_string(), pinned)
            })
            .collect();
        let on = |template: &Template| {
            let golden = bases.iter().find(|(name, _)| fits(template, name));
            let golden = golden.map(|(_, pinned)| pinned.clone());
            DockerfileTemplate {
                name: template.name.to_owned(),
                text: template.on(golden.as_deref()),
                golden,
            }
        };
        Ok(TEMPLATES.iter().map(on).collect())
    }
}

/// Whether a repository's last part has one of the template's words: `base/node`, `python-3.13`.
fn fits(template: &Template, repository: &str) -> bool {
    let last = repository.rsplit('/').next().unwrap_or(repository);
    let mut words = last.split(['-', '_', '.']);
    words.any(|word| {
        let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
        template.fits.contains(&bare)
    })
}

/// Whether a base is a golden image's very digest; nothing where its repository has none.
fn is_golden(base: &str, golden: &[&Mark]) -> Option<bool> {
    let reference: Reference = base.parse().ok()?;
    let mut here = golden
        .iter()
        .filter(|mark| mark.repository == reference.repository);
    let first = here.next()?;
    let digest = reference.digest?;
    Some(first.digest == digest || here.any(|mark| mark.digest == digest))
}

/// The path as a person gave it. Relative ones mean nothing in a window.
pub(crate) fn absolute(path: &str) -> Result<PathBuf> {
    if path.trim().is_empty() {
        return Err(Error::new(Code::BadInput, "no file or folder is named"));
    }
    std::path::absolute(path).map_err(|error| cannot("find", Path::new(path), &error))
}

/// The bytes; nothing where there is no such file. What is no file, such as a pipe, is not opened.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let wrong = |error: &std::io::Error| cannot("read", path, error);
    let kind = match fs::metadata(path) {
        Ok(kind) => kind,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(&error)),
    };
    if !kind.is_file() {
        let words = format!("{} is a folder or a device, and no file", path.display());
        return Err(Error::new(Code::BadInput, words));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| wrong(&error))?;
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(&error))?;
    match bytes.len() as u64 > LONGEST {
        true => Err(too_long(path)),
        false => Ok(Some(bytes)),
    }
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let words = format!(
            "{} is no text in UTF-8: byte {} is none",
            path.display(),
            error.utf8_error().valid_up_to()
        );
        Error::new(Code::BadInput, words)
    })
}

fn too_long(path: &Path) -> Error {
    Error::new(
        Code::BadInput,
        format!("{} is longer than {} MB", path.display(), LONGEST >> 20),
    )
    .hint("No builder takes it. Is it the right file?")
}
