//! From what people write to what is meant; and what is wrong with it, at its place.
//!
//! Everything wrong is found at once, so that the editor can show it at each field; a file or
//! a workspace document is refused with the first, by line.

use super::{
    Pattern, Pipeline, PipelineFile, Pipelines, Stage, StageFile,
    template::{TagTemplate, TargetTemplate},
};
use hallmark_image::{Repository, Tag};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use ts_rs::TS;

/// Something wrong in the pipelines people write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(rename = "PipelineProblem")]
pub struct Problem {
    /// Which pipeline, from 0; nothing where the text itself cannot be read.
    pub pipeline: Option<usize>,
    /// Which of its stages, from 0.
    pub stage: Option<usize>,
    /// Which field: `repositories`, `candidates`, `stages`, `name`, `target`, `tags`, `after` or `immutable`.
    pub field: String,
    /// What is wrong, in a sentence without its full stop.
    pub message: String,
    /// The line of the text, from 1.
    pub line: Option<usize>,
}

#[derive(Default, Deserialize)]
struct Text {
    #[serde(default)]
    pipelines: Vec<PipelineFile>,
}

/// Reads the text of pipelines.
pub(crate) fn read(text: &str) -> Result<Pipelines, Vec<Problem>> {
    parse(&written(text)?).map_err(|problems| at_lines(problems, text))
}

/// What the text says, before it is understood.
pub(crate) fn written(text: &str) -> Result<Vec<PipelineFile>, Vec<Problem>> {
    toml::from_str::<Text>(text)
        .map(|text| text.pipelines)
        .map_err(|error| {
            vec![Problem {
                pipeline: None,
                stage: None,
                field: String::new(),
                message: error.message().to_owned(),
                line: error.span().map(|span| line_of(text, &span)),
            }]
        })
}

/// The first thing that is wrong, as a refusal says it.
pub(crate) fn first_problem(problems: &[Problem], of: &str) -> String {
    let Some(first) = problems.first() else {
        return format!("{of} cannot be read");
    };
    let line = first.line.map(|line| format!(", line {line}"));
    format!("{of}{}: {}", line.unwrap_or_default(), first.message)
}

/// Understands what people wrote.
pub(crate) fn parse(files: &[PipelineFile]) -> Result<Pipelines, Vec<Problem>> {
    let mut found = Findings::default();
    let mut pipelines = Vec::with_capacity(files.len());
    for (at, file) in files.iter().enumerate() {
        found.pipeline = at;
        if files[..at]
            .iter()
            .any(|own| own.repositories == file.repositories)
        {
            let twice = format!(
                "“{}” stands here twice; only the first would count",
                file.repositories
            );
            found.add(None, "repositories", twice);
        }
        pipelines.extend(found.pipeline(file));
    }
    match found.problems.is_empty() {
        true => Ok(Pipelines(pipelines)),
        false => Err(found.problems),
    }
}

#[derive(Default)]
struct Findings {
    pipeline: usize,
    problems: Vec<Problem>,
}

impl Findings {
    fn add(&mut self, stage: Option<usize>, field: &str, message: String) {
        self.problems.push(Problem {
            pipeline: Some(self.pipeline),
            stage,
            field: field.to_owned(),
            message,
            line: None,
        });
    }

    fn take<T>(&mut self, stage: Option<usize>, field: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|why| self.add(stage, field, why)).ok()
    }

    fn pipeline(&mut self, file: &PipelineFile) -> Option<Pipeline> {
        let pattern = self.take(None, "repositories", Pattern::parse(&file.repositories));
        if file.stages.is_empty() {
            self.add(None, "stages", "a pipeline needs a stage".to_owned());
        }
        let mut stages = Vec::with_capacity(file.stages.len());
        for (at, stage) in file.stages.iter().enumerate() {
            let known = self.stage(at, stage, &file.stages[..at], pattern.as_ref());
            stages.extend(known);
        }
        let pipeline = Pipeline {
            pattern: pattern?,
            candidates: file.candidates.clone(),
            stages,
        };
        self.twice(&pipeline, file);
        Some(pipeline)
    }

    fn stage(
        &mut self,
        at: usize,
        file: &StageFile,
        before: &[StageFile],
        pattern: Option<&Pattern>,
    ) -> Option<Stage> {
        let here = Some(at);
        self.take(here, "name", name(file, before));
        let target = file.target.as_deref().map(TargetTemplate::parse);
        let target = target.map(|read| self.take(here, "target", read));
        if pattern
            .is_some_and(|pattern| collides(pattern, target.as_ref().and_then(Option::as_ref)))
        {
            self.add(here, "target", "the images of all these repositories would be placed in one: put {name} or {path} into the target".to_owned());
        }
        let tags = self.tags(at, file);
        self.take(here, "after", after(file, before));
        Some(Stage {
            name: file.name.clone(),
            target: target.map_or(Some(None), |read| read.map(Some))?,
            tags,
            after: file.after.clone(),
            immutable: file.immutable,
        })
    }

    fn tags(&mut self, at: usize, file: &StageFile) -> Vec<TagTemplate> {
        if file.tags.is_empty() {
            let none = format!("{} needs a tag", named(file));
            self.add(Some(at), "tags", none);
        }
        let mut tags: Vec<TagTemplate> = Vec::with_capacity(file.tags.len());
        for text in &file.tags {
            let Some(tag) = self.take(Some(at), "tags", TagTemplate::parse(text)) else {
                continue;
            };
            if tags.contains(&tag) {
                self.add(Some(at), "tags", format!("“{text}” stands here twice"));
            }
            if file.immutable && !tag.is_versioned() {
                self.add(Some(at), "tags", format!("tags here cannot be moved, so “{text}” could only ever name its first image: put {{version}} into it"));
            }
            tags.push(tag);
        }
        tags
    }

    /// Two stages that would place the same tag in the same repository.
    fn twice(&mut self, pipeline: &Pipeline, file: &PipelineFile) {
        let Some(source) = pipeline.pattern.sample("sample") else {
            return;
        };
        if pipeline.stages.len() != file.stages.len() {
            return;
        }
        let at = |stage: &Stage| match &stage.target {
            Some(target) => target.fill(&source).ok(),
            None => Some(source.clone()),
        };
        let places: Vec<Option<Repository>> = pipeline.stages.iter().map(at).collect();
        for (second, stage) in pipeline.stages.iter().enumerate() {
            for (first, other) in pipeline.stages[..second].iter().enumerate() {
                let same = places[first].is_some() && places[first] == places[second];
                let tag = stage.tags.iter().find(|tag| other.tags.contains(tag));
                if let Some(tag) = tag.filter(|_| same) {
                    let message = format!(
                        "{} and {} would both place “{}” in the same repository",
                        other.name,
                        stage.name,
                        tag.as_str()
                    );
                    self.add(Some(second), "tags", message);
                }
            }
        }
    }
}

/// A stage's name becomes the beginning of its pins, and a part of a request's tag.
fn name(file: &StageFile, before: &[StageFile]) -> Result<(), String> {
    let name = &file.name;
    let fits = format!("req-{name}-20260101T000000Z-000000000000");
    if name.is_empty() || fits.parse::<Tag>().is_err() {
        return Err(format!(
            "“{name}” is no name of a stage: letters, digits, _ . and - that may stand in a tag"
        ));
    }
    match before.iter().any(|own| own.name == *name) {
        true => Err(format!("there are two stages “{name}”")),
        false => Ok(()),
    }
}

fn after(file: &StageFile, before: &[StageFile]) -> Result<(), String> {
    let Some(after) = &file.after else {
        return Ok(());
    };
    if before.iter().any(|own| own.name == *after) {
        return Ok(());
    }
    let known: Vec<String> = before.iter().map(|own| own.name.clone()).collect();
    Err(match known.as_slice() {
        [] => format!("{} is the first stage and can come after none", named(file)),
        known => format!(
            "{} can come after {} only, not “{after}”",
            named(file),
            crate::plan::list(known)
        ),
    })
}

fn named(file: &StageFile) -> &str {
    match file.name.as_str() {
        "" => "the stage",
        name => name,
    }
}

/// Whether every image of a pattern of repositories would go into one and the same.
fn collides(pattern: &Pattern, target: Option<&TargetTemplate>) -> bool {
    let Some(target) = target.filter(|_| pattern.exact().is_none()) else {
        return false;
    };
    let last = pattern.as_str().rsplit('/').next().unwrap_or_default();
    let told_apart = target.has_path() || (target.has_name() && last.contains('*'));
    !told_apart
}

/// The same problems, each with its line in `text`.
pub(crate) fn at_lines(mut problems: Vec<Problem>, text: &str) -> Vec<Problem> {
    let Ok(document) = toml_edit::Document::parse(text.to_owned()) else {
        return problems;
    };
    for problem in &mut problems {
        let span = span_of(document.as_item(), problem);
        problem.line = span.map(|span| line_of(text, &span));
    }
    problems
}

/// The field, else the table it is missing from.
fn span_of(document: &toml_edit::Item, problem: &Problem) -> Option<Range<usize>> {
    let pipeline = document.get("pipelines")?.get(problem.pipeline?)?;
    let part = match problem.stage {
        Some(stage) => pipeline.get("stages")?.get(stage)?,
        None => pipeline,
    };
    let field = part.get(problem.field.as_str());
    field
        .and_then(toml_edit::Item::span)
        .or_else(|| part.span())
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.get(..span.start).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a pipeline whose stages are written like this, as field, line and words.
    fn problems(stages: &str) -> Vec<(String, usize, String)> {
        let text = format!("[[pipelines]]\nrepositories = \"r.io/team/*\"\n{stages}");
        let problems = read(&text).expect_err(&text);
        problems
            .into_iter()
            .map(|one| (one.field, one.line.unwrap(), one.message))
            .collect()
    }

    fn refused(stages: &str, field: &str, line: usize, words: &str) {
        let problems = problems(stages);
        let [(found, at, message)] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert_eq!((found.as_str(), *at), (field, line), "{message}");
        assert!(message.contains(words), "{message}");
    }

    #[test]
    fn each_wrong_field_is_named_with_its_line() {
        let stage = |fields: &str| format!("[[pipelines.stages]]\nname = \"golden\"\n{fields}");
        for (fields, field, line, words) in [
            ("tags = [\"{verison}\"]", "tags", 5, "{verison}"),
            ("tags = [\"a\", \"a\"]", "tags", 5, "twice"),
            ("tags = []", "tags", 5, "needs a tag"),
            (
                "tags = [\"a\"]\ntarget = \"x.io/{repo}\"",
                "target",
                6,
                "{repo}",
            ),
            (
                "tags = [\"a\"]\ntarget = \"x.io/golden\"",
                "target",
                6,
                "placed in one",
            ),
            ("tags = [\"a\"]\nafter = \"qa\"", "after", 6, "first stage"),
            (
                "tags = [\"prod\"]\nimmutable = true",
                "tags",
                5,
                "cannot be moved",
            ),
        ] {
            refused(&stage(fields), field, line, words);
        }
        refused("stages = []", "stages", 3, "needs a stage");
    }

    #[test]
    fn two_stages_may_not_place_the_same_tag_in_the_same_repository() {
        let two = |target: &str| {
            format!(
                "stages = [\n{{ name = \"qa\", tags = [\"ok\"] }},\n{{ name = \"golden\", {target} tags = [\"ok\"] }},\n]"
            )
        };
        refused(&two(""), "tags", 5, "both place “ok”");
        refused(
            &two("target = \"r.io/{path}\","),
            "tags",
            5,
            "both place “ok”",
        );
        let apart = format!(
            "[[pipelines]]\nrepositories = \"r.io/team/*\"\n{}",
            two("target = \"x.io/{path}\",")
        );
        assert!(read(&apart).is_ok());
    }

    #[test]
    fn everything_wrong_is_found_at_once() {
        let found = problems(
            "stages = [{ name = \"a b\", tags = [\"}\"] }, { name = \"c\", tags = [\"c\"], after = \"d\" }]",
        );
        let fields: Vec<&str> = found.iter().map(|one| one.0.as_str()).collect();
        assert_eq!(fields, ["name", "tags", "after"]);
    }

    #[test]
    fn a_text_that_is_no_toml_or_has_other_fields_is_refused_with_its_line() {
        for (text, line, words) in [
            ("[[pipelines]]\nrepositories = ", 2, ""),
            (
                "[[pipelines]]\nrepositories = \"r.io/*\"\nstages = []\nimutable = true",
                4,
                "imutable",
            ),
            ("[[pipelines]]\nstages = []", 1, "repositories"),
        ] {
            let problems = read(text).unwrap_err();
            assert_eq!(problems[0].line, Some(line), "{problems:?}");
            assert!(problems[0].message.contains(words), "{problems:?}");
        }
        let words = first_problem(
            &read("[[pipelines]]\nstages = []").unwrap_err(),
            "workspace.toml",
        );
        assert!(words.starts_with("workspace.toml, line 1: "), "{words}");
    }

    #[test]
    fn the_same_pattern_twice_is_refused() {
        let one = "[[pipelines]]\nrepositories = \"r.io/*\"\nstages = [{ name = \"a\", tags = [\"a\"] }]\n";
        let problems = read(&format!("{one}{one}")).unwrap_err();
        assert_eq!((problems[0].pipeline, problems[0].line), (Some(1), Some(5)));
    }
}
