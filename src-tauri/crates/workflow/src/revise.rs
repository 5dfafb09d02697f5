//! Changing the pipelines: looked at as a draft first, saved as text that people can read.
//!
//! Solo they stand in the workspace's own file; in a team in its signed document, of which a
//! new version is written. What others changed meanwhile is merged, pipeline by pipeline; where
//! both changed the same one, nothing is written and it is said which.

use crate::{
    comparison::difference,
    desk::Desk,
    document::Document,
    dto::{PipelinePreview, PipelinesCheck, PipelinesDraft, PipelinesText, WorkspaceKind},
    error::{Code, Error, Result},
    home::{WorkspaceFile, write_whole},
    layout,
    pipeline::{self, Pipeline, PipelineFile, Pipelines},
};
use hallmark_image::Repository;

/// How often a document that others write at the same time is tried.
const TRIES: usize = 3;
/// The version of an example that nobody knows one of.
const EXAMPLE: &str = "1.2.3";

impl Desk {
    /// The pipelines as they are written, read afresh.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub async fn pipelines_text(&self) -> Result<PipelinesText> {
        let (text, source, read_only) = match self.file().kind {
            WorkspaceKind::Team => {
                let document = self.document().await?;
                let team = self.team_file()?.repository;
                let source = format!("the workspace document in {team}");
                let may = self.may_change(&document).err();
                (document.says.pipelines.clone(), source, may)
            }
            _ => {
                let source = self.home.workspace_file().display().to_string();
                (layout::extract(&self.workspace_text()?)?, source, None)
            }
        };
        Ok(PipelinesText {
            pipelines: written(&text, &source)?,
            text,
            source,
            read_only: read_only.map(|why| why.message),
        })
    }

    /// What a draft comes to: its text, what is wrong with it, what it would do.
    ///
    /// # Errors
    /// Where the pipelines in force cannot be read.
    pub async fn pipelines_check(&self, draft: PipelinesDraft) -> Result<PipelinesCheck> {
        let now = self.pipelines_text().await?;
        let text = draft_text(&draft, &now.text)?;
        let (problems, previews) = match pipeline::read(&text) {
            Ok(pipelines) => (Vec::new(), self.previews(&pipelines).await?),
            Err(problems) => (problems, Vec::new()),
        };
        Ok(PipelinesCheck {
            difference: difference(&now.text, &text),
            text,
            problems,
            previews,
        })
    }

    /// Saves a draft.
    ///
    /// # Errors
    /// [`Code::BadInput`] naming line and reason; [`Code::NotAllowed`] for anybody but an owner of a
    /// team; [`Code::Conflict`] where somebody changed the same pipeline meanwhile.
    pub async fn pipelines_save(&self, draft: PipelinesDraft) -> Result<PipelinesText> {
        match self.file().kind {
            WorkspaceKind::Team => self.save_in_the_document(&draft).await?,
            _ => self.save_in_the_file(&draft).await?,
        }
        self.pipelines_text().await
    }

    async fn save_in_the_file(&self, draft: &PipelinesDraft) -> Result<()> {
        let before = self.workspace_text()?;
        let own = layout::extract(&before)?;
        let text = merged(draft, &own)?;
        let whole = layout::put(&before, &text)?;
        let path = self.home.workspace_file();
        WorkspaceFile::parse(&path, &whole)?;
        write_whole(&path, whole.as_bytes())?;
        self.change(|_| ())?;
        self.note("pipelines", "The pipelines were changed.").await
    }

    async fn save_in_the_document(&self, draft: &PipelinesDraft) -> Result<()> {
        let mut tries = 1;
        loop {
            let before = self.document().await?;
            self.may_change(&before)?;
            let text = merged(draft, &before.says.pipelines)?;
            match self
                .next_document(&before, |says| says.pipelines = text)
                .await
            {
                Err(error) if error.code == Code::Conflict && tries < TRIES => tries += 1,
                done => return done,
            }
        }
    }

    /// Only an owner changes what a team has agreed on.
    pub(crate) fn may_change(&self, document: &Document) -> Result<()> {
        let me = self.my_key()?.map(|key| key.id().to_string());
        match me.is_some_and(|me| document.trust.owns(&me)) {
            true => Ok(()),
            false => Err(
                Error::new(Code::NotAllowed, "only an owner may change this workspace")
                    .hint("Ask an owner; `hallmark member list` names them."),
            ),
        }
    }

    /// What each pipeline would do with an image of a repository that it names.
    async fn previews(&self, pipelines: &Pipelines) -> Result<Vec<PipelinePreview>> {
        let known = self.known_repositories().await?;
        let mut previews = Vec::new();
        for (at, pipeline) in pipelines.iter().enumerate() {
            let example = example(pipelines, pipeline, &known);
            previews.push(PipelinePreview {
                pipeline: at,
                sentences: example.map_or_else(Vec::new, |source| sentences(pipelines, &source)),
            });
        }
        Ok(previews)
    }
}

/// A repository that the pipeline names: one that is known, else one made up.
fn example(pipelines: &Pipelines, own: &Pipeline, known: &[Repository]) -> Option<Repository> {
    let follows = |repository: &&Repository| {
        let line = pipelines.line(repository, None);
        line.is_ok_and(|line| {
            line.pattern.as_deref() == Some(own.pattern().as_str()) && line.source == **repository
        })
    };
    let found = known.iter().find(follows).cloned();
    found.or_else(|| own.pattern().sample("api"))
}

/// “For payments/api 2.8.1 golden places prod and 2.8.1-golden at prod.example.com/golden/api.”
fn sentences(pipelines: &Pipelines, source: &Repository) -> Vec<String> {
    let line = match pipelines.line(source, None) {
        Ok(line) => line,
        Err(error) => return vec![error.message],
    };
    let sentence = |place: &pipeline::Place| {
        let tags = place.tags(Some(EXAMPLE)).unwrap_or_default();
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let after = place.after.as_ref();
        let after = after.map_or_else(String::new, |after| format!(", once it was at {after}"));
        format!(
            "For {} {EXAMPLE}, {} places {} at {}{after}.",
            source.name,
            place.stage,
            crate::plan::list(&tags),
            place.repository
        )
    };
    line.places().iter().map(sentence).collect()
}

fn written(text: &str, source: &str) -> Result<Vec<PipelineFile>> {
    pipeline::written(text)
        .map_err(|problems| Error::new(Code::BadInput, pipeline::first_problem(&problems, source)))
}

/// The draft as text; fields are written into the text that they were changed from.
fn draft_text(draft: &PipelinesDraft, now: &str) -> Result<String> {
    match (&draft.text, &draft.pipelines) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(pipelines)) => {
            layout::rewritten(draft.base.as_deref().unwrap_or(now), pipelines)
        }
        (None, None) => Ok(now.to_owned()),
    }
}

/// The draft's text, with what others changed since its base; only what can be used.
fn merged(draft: &PipelinesDraft, now: &str) -> Result<String> {
    let mut text = draft_text(draft, now)?;
    usable(&text)?;
    if let Some(base) = draft.base.as_deref().filter(|base| *base != now) {
        let of = |text: &str| written(text, "the text");
        let merged = three_way(&of(base)?, &of(&text)?, of(now)?)?;
        text = layout::rewritten(now, &merged)?;
        usable(&text)?;
    }
    Ok(text)
}

fn usable(text: &str) -> Result<()> {
    match pipeline::read(text) {
        Ok(_) => Ok(()),
        Err(problems) => Err(Error::new(
            Code::BadInput,
            pipeline::first_problem(&problems, "the pipelines"),
        )
        .hint("Mend the line; nothing was saved.")),
    }
}

/// What others have now, with what was changed here: each pipeline as a whole.
fn three_way(
    base: &[PipelineFile],
    ours: &[PipelineFile],
    mut theirs: Vec<PipelineFile>,
) -> Result<Vec<PipelineFile>> {
    fn of<'a>(list: &'a [PipelineFile], name: &str) -> Option<&'a PipelineFile> {
        list.iter().find(|own| own.repositories == name)
    }
    let names = base.iter().chain(ours).map(|own| own.repositories.as_str());
    for name in names {
        let (before, mine, now) = (of(base, name), of(ours, name), of(&theirs, name));
        if mine == before || mine == now {
            continue;
        }
        if now != before {
            return Err(Error::new(
                Code::Conflict,
                format!("somebody else changed the pipeline “{name}” meanwhile"),
            )
            .hint("Look at it again, then repeat your change."));
        }
        let mine = mine.cloned();
        let at = theirs.iter().position(|own| own.repositories == name);
        match (at, mine) {
            (Some(at), Some(mine)) => theirs[at] = mine,
            (Some(at), None) => drop(theirs.remove(at)),
            (None, Some(mine)) => theirs.push(mine),
            (None, None) => (),
        }
    }
    Ok(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::usual_file;

    fn with(name: &str, tag: &str) -> PipelineFile {
        let mut file = usual_file(name);
        file.stages[2].tags = vec![tag.to_owned()];
        file
    }

    #[test]
    fn what_two_people_change_in_two_pipelines_is_merged() {
        let base = [with("r.io/a", "golden"), with("r.io/b", "golden")];
        let ours = [
            with("r.io/a", "prod"),
            with("r.io/b", "golden"),
            with("r.io/c", "c"),
        ];
        let theirs = vec![with("r.io/b", "live"), with("r.io/a", "golden")];
        let merged = three_way(&base, &ours, theirs).unwrap();
        let wanted = [
            with("r.io/b", "live"),
            with("r.io/a", "prod"),
            with("r.io/c", "c"),
        ];
        assert_eq!(merged, wanted);
    }

    #[test]
    fn what_both_change_is_a_conflict_and_the_same_change_is_none() {
        let base = [with("r.io/a", "golden")];
        let ours = [with("r.io/a", "prod")];
        let conflict = three_way(&base, &ours, vec![with("r.io/a", "live")]).unwrap_err();
        assert_eq!(conflict.code, Code::Conflict);
        assert!(conflict.message.contains("r.io/a"), "{conflict}");
        assert!(three_way(&base, &ours, ours.to_vec()).is_ok());
        assert!(three_way(&base, &[], vec![]).unwrap().is_empty());
        let gone = three_way(&base, &[], vec![with("r.io/a", "live")]).unwrap_err();
        assert_eq!(gone.code, Code::Conflict);
    }

    #[test]
    fn an_example_says_what_a_pipeline_would_do() {
        let text = "[[pipelines]]\nrepositories = \"dev.io/payments/*\"\nstages = [{ name = \"golden\", target = \"prod.io/golden/{name}\", tags = [\"{version}-golden\", \"prod\"] }]";
        let pipelines = pipeline::read(text).unwrap();
        let own = pipelines.iter().next().unwrap();
        let source = example(&pipelines, own, &[]).unwrap();
        assert_eq!(
            sentences(&pipelines, &source),
            ["For payments/api 1.2.3, golden places prod and 1.2.3-golden at prod.io/golden/api."]
        );
    }
}
