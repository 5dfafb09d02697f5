//! The rules in force: the team's, else those of the file people edit.

use crate::{
    desk::Desk,
    dto::{PolicyText, WorkspaceKind},
    error::{Code, Error, Result},
    home::{WorkspaceFile, cannot, write_whole},
    pipeline::{self, Line, Pipelines},
    trust::Trust,
};
use hallmark_attest::predicate::PolicyRef;
use hallmark_history::{Entry, Filter};
use hallmark_image::Repository;
use hallmark_policy::Policy;
use std::{fs, io::ErrorKind};

/// Who counts, what is asked, and where things go: of one moment, read together.
pub(crate) struct Rules {
    pub(crate) trust: Trust,
    pub(crate) policy: Policy,
    pub(crate) pipelines: Pipelines,
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
            pipelines: self.pipelines_of_the_file()?,
        })
    }

    /// The policy in force.
    pub(crate) async fn policy(&self) -> Result<Policy> {
        if self.file().kind == WorkspaceKind::Team {
            return Ok(self.document().await?.policy.clone());
        }
        let path = self.home.policy_file();
        let text = self.policy_of_the_file()?;
        Policy::parse(&text).map_err(|error| {
            Error::new(Code::BadInput, format!("{}: {error}", path.display()))
                .hint("Mend the line. Until then nothing is judged and nothing is promoted.")
        })
    }

    /// The policy's text as it stands, also where it cannot be used.
    pub(crate) async fn policy_source(&self) -> Result<String> {
        match self.file().kind {
            WorkspaceKind::Team => Ok(self.document().await?.says.policy.clone()),
            _ => self.policy_of_the_file(),
        }
    }

    /// The file's text; where there is none yet, the default is written.
    fn policy_of_the_file(&self) -> Result<String> {
        let path = self.home.policy_file();
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let policy = Policy::golden_default();
                write_whole(&path, policy.text().as_bytes())?;
                Ok(policy.text().to_owned())
            }
            Err(error) => Err(cannot("read", &path, &error)),
        }
    }

    /// The pipelines in force.
    pub(crate) async fn pipelines(&self) -> Result<Pipelines> {
        match self.file().kind {
            WorkspaceKind::Team => Ok(self.document().await?.pipelines.clone()),
            _ => self.pipelines_of_the_file(),
        }
    }

    /// The file is read each time: a person may have edited it beside the window.
    pub(crate) fn pipelines_of_the_file(&self) -> Result<Pipelines> {
        let file = WorkspaceFile::load(&self.home)?;
        pipeline::parse(&file.pipelines).map_err(|problems| {
            let name = self.home.workspace_file().display().to_string();
            Error::new(Code::BadInput, pipeline::first_problem(&problems, &name))
        })
    }

    /// The line that a repository stands on.
    pub(crate) async fn line(&self, repository: &Repository) -> Result<Line> {
        let pipelines = self.pipelines().await?;
        self.line_in(&pipelines, repository).await
    }

    /// The same, in these pipelines. Where a target's name does not tell which repository fills
    /// it, the promotions that this machine knows do.
    pub(crate) async fn line_in(
        &self,
        pipelines: &Pipelines,
        repository: &Repository,
    ) -> Result<Line> {
        let line = pipelines.line(repository, None)?;
        if line.certain {
            return Ok(line);
        }
        match self.origin(repository).await? {
            Some(origin) => pipelines.line(repository, Some(&origin)),
            None => Ok(line),
        }
    }

    /// The first repository of the promotions that ended in this one.
    async fn origin(&self, repository: &Repository) -> Result<Option<Repository>> {
        let mut way = vec![repository.clone()];
        while let Some(source) = self.filled_from(&way[way.len() - 1]).await? {
            if way.contains(&source) {
                break;
            }
            way.push(source);
        }
        Ok(way.pop().filter(|origin| origin != repository))
    }

    async fn filled_from(&self, repository: &Repository) -> Result<Option<Repository>> {
        let filter = Filter {
            repository: Some(repository.to_string()),
            kind: Some(vec!["promotion".to_owned()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, 1).await?;
        let source = page.entries.first().and_then(promoted_from);
        Ok(source)
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
        let read_only = match self.file().kind {
            WorkspaceKind::Team => self.may_change(&*self.document().await?).err(),
            _ => None,
        };
        Ok(PolicyText {
            text: policy.text().to_owned(),
            source,
            digest: policy.digest().to_string(),
            words,
            read_only: read_only.map(|why| why.message),
        })
    }
}

/// The stages in the order in which an image goes through them, then those of other pipelines.
pub(crate) fn stages_in_words(policy: &Policy) -> Vec<String> {
    let words = |stage: &str| format!("{stage}: {}", policy.stage(stage).in_words().join(" "));
    let usual = pipeline::usual_stages();
    let known = usual.into_iter().filter(|stage| policy.has_stage(stage));
    let other = policy.stages().filter(|stage| !usual.contains(stage));
    let all = known.chain(other).map(words);
    all.chain(exceptions_in_words(policy)).collect()
}

/// “registry.example.com/payments/*, golden: …”, for what some repositories have instead.
fn exceptions_in_words(policy: &Policy) -> Vec<String> {
    let each = policy.exceptions().flat_map(|(repositories, stages)| {
        let names = repositories.join(", ");
        let words = move |(stage, rules): (String, hallmark_policy::StageRules)| {
            format!("{names}, {stage}: {}", rules.in_words().join(" "))
        };
        stages.into_iter().map(words)
    });
    each.collect()
}

/// The repository that a promotion's image came from, where that is another.
pub(crate) fn promoted_from(entry: &Entry) -> Option<Repository> {
    entry.detail.get("source")?.as_str()?.parse().ok()
}

/// The rules, by name and digest.
pub(crate) fn policy_ref(policy: &Policy) -> PolicyRef {
    PolicyRef {
        name: "policy.toml".into(),
        digest: policy.digest(),
    }
}
