//! The rules in force: the team's, else those of the file people edit.

use crate::{
    desk::Desk,
    dto::{PolicyText, WorkspaceKind},
    error::{Code, Error, Result},
    home::{cannot, write_whole},
    pipeline::Pipeline,
};
use hallmark_attest::predicate::PolicyRef;
use hallmark_image::Repository;
use hallmark_policy::Policy;
use std::{fs, io::ErrorKind};

impl Desk {
    /// The rules in force.
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
        let words = self.stages_in_words(&policy);
        Ok(PolicyText {
            text: policy.text().to_owned(),
            source,
            digest: policy.digest().to_string(),
            words,
        })
    }

    fn stages_in_words(&self, policy: &Policy) -> Vec<String> {
        let stages = Pipeline::default();
        let words = |stage: &str| {
            let rules = policy.stage(stage);
            format!(
                "{stage}: {} {}",
                rules.approvals,
                if rules.approvals == 1 {
                    "approval"
                } else {
                    "approvals"
                }
            )
        };
        stages.stages().map(words).collect()
    }
}

/// The rules, by name and digest.
pub(crate) fn policy_ref(policy: &Policy) -> PolicyRef {
    PolicyRef {
        name: "policy.toml".into(),
        digest: policy.digest(),
    }
}
