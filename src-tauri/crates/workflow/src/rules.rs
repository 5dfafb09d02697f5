//! The rules in force: the team's, else those of the file people edit.

use crate::{
    desk::Desk,
    dto::{PolicyText, WorkspaceKind},
    error::{Code, Error, Result},
    home::{PipelineFile, cannot, write_whole},
    pipeline::Pipeline,
    trust::Trust,
};
use hallmark_attest::predicate::PolicyRef;
use hallmark_image::Repository;
use hallmark_policy::Policy;
use std::{fs, io::ErrorKind};

/// Who counts, what is asked, and where things go: of one moment, read together.
pub(crate) struct Rules {
    pub(crate) trust: Trust,
    pub(crate) policy: Policy,
    pub(crate) pipelines: Vec<PipelineFile>,
}

impl Desk {
    /// All rules in force; a team's come from one reading of its document.
    pub(crate) async fn rules(&self) -> Result<Rules> {
        let file = self.file();
        if file.kind == WorkspaceKind::Team {
            let document = self.document().await?;
            return Ok(Rules {
                trust: document.trust.clone(),
                policy: document.policy.clone(),
                pipelines: document.pipelines.clone(),
            });
        }
        Ok(Rules {
            trust: self.trust().await?,
            policy: self.policy().await?,
            pipelines: file.pipelines,
        })
    }

    /// The policy in force.
    pub(crate) async fn policy(&self) -> Result<Policy> {
        if self.file().kind == WorkspaceKind::Team {
            return Ok(self.document().await?.policy.clone());
        }
        let path = self.home.policy_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let policy = Policy::golden_default();
                write_whole(&path, policy.text().as_bytes())?;
                return Ok(policy);
            }
            Err(error) => return Err(cannot("read", &path, &error)),
        };
        Policy::parse(&text).map_err(|error| {
            Error::new(Code::BadInput, format!("{}: {error}", path.display()))
                .hint("Mend the line. Until then nothing is judged and nothing is promoted.")
        })
    }

    /// The pipeline of a repository.
    pub(crate) async fn pipeline(&self, repository: &Repository) -> Result<Pipeline> {
        let file = self.file();
        match file.kind {
            WorkspaceKind::Team => Ok(Pipeline::of(repository, &self.document().await?.pipelines)),
            _ => Ok(Pipeline::of(repository, &file.pipelines)),
        }
    }

    /// The rules as text, and where they come from.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn policy_text(&self) -> Result<PolicyText> {
        let policy = self.policy().await?;
        let source = match self.team_repository() {
            Some(repository) => format!("the workspace document in {repository}"),
            None => self.home.policy_file().display().to_string(),
        };
        let words = stages_in_words(&policy);
        Ok(PolicyText {
            text: policy.text().to_owned(),
            source,
            digest: policy.digest().to_string(),
            words,
        })
    }
}

/// The stages in the order in which an image goes through them, then those of other pipelines.
fn stages_in_words(policy: &Policy) -> Vec<String> {
    let words = |stage: &str| format!("{stage}: {}", policy.stage(stage).in_words().join(" "));
    let usual = Pipeline::default();
    let known = usual.stages().filter(|stage| policy.has_stage(stage));
    let other = policy
        .stages()
        .filter(|stage| !usual.stages().any(|own| own == *stage));
    known.chain(other).map(words).collect()
}

/// The rules, by name and digest.
pub(crate) fn policy_ref(policy: &Policy) -> PolicyRef {
    PolicyRef {
        name: "policy.toml".into(),
        digest: policy.digest(),
    }
}
