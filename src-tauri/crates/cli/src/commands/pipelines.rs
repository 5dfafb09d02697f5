//! `pipelines`.

use crate::{
    args::Pipelines,
    context::Context,
    exit::{Exit, Result},
    files,
    output::Answer,
    page::Page,
    text::{short, time},
};
use hallmark_workflow::dto::{
    AskLines, LineChange, LineInfo, LineStage, PipelinesCheck, PipelinesDraft, PipelinesText,
};
use std::path::Path;

/// `pipelines show`, `check`, `set` and `status`.
///
/// # Errors
/// What the workspace or its document says; `check` and `set` where the file cannot be read.
pub async fn run(context: &Context, ask: &Pipelines) -> Result<Answer> {
    let desk = context.desk().await?;
    match ask {
        Pipelines::Show => written(&desk.pipelines_text().await?, None),
        Pipelines::Check { file } => checked(&desk.pipelines_check(draft(file)?).await?),
        Pipelines::Set { file } => {
            let saved = desk.pipelines_save(draft(file)?).await?;
            written(&saved, Some("The pipelines are in force."))
        }
        Pipelines::Status {
            repository: Some(one),
        } => lines(&[desk.pipeline_line(&one.to_string()).await?], &[]),
        Pipelines::Status { repository: None } => {
            let known = desk.pipeline_lines(AskLines { look: true }).await?;
            lines(&known.lines, &known.problems)
        }
    }
}

fn draft(file: &Path) -> Result<PipelinesDraft> {
    Ok(PipelinesDraft {
        text: Some(files::text(file)?),
        ..PipelinesDraft::default()
    })
}

fn written(pipelines: &PipelinesText, did: Option<&str>) -> Result<Answer> {
    let mut page = did.map_or_else(Page::new, Page::of);
    page.facts([("from", Some(pipelines.source.clone()))]);
    if pipelines.pipelines.is_empty() {
        page.line("None is written: every repository has dev, qa and golden in itself.");
    }
    page.lines(&pipelines.text, 0);
    Answer::new(pipelines, page)
}

fn checked(check: &PipelinesCheck) -> Result<Answer> {
    let mut page = match check.problems.is_empty() {
        true => Page::of("The pipelines can be used."),
        false => Page::of("The pipelines cannot be used."),
    };
    for problem in &check.problems {
        let line = problem.line.map(|line| format!("line {line}: "));
        page.line(format!("{}{}", line.unwrap_or_default(), problem.message));
    }
    for sentence in check.previews.iter().flat_map(|one| &one.sentences) {
        page.line(sentence);
    }
    let changed = check.difference.iter();
    let changed: Vec<String> = changed
        .filter_map(|line| match line.change {
            LineChange::Same => None,
            LineChange::Added => Some(format!("+ {}", line.text)),
            LineChange::Removed => Some(format!("- {}", line.text)),
        })
        .collect();
    if !changed.is_empty() {
        page.heading("What would change");
        page.lines(&changed.join("\n"), 0);
    }
    // A file that cannot be used is bad input, as everywhere.
    let exit = match check.problems.is_empty() {
        true => Exit::Done,
        false => Exit::BadInput,
    };
    Ok(Answer::new(check, page)?.exit(exit))
}

fn lines(lines: &[LineInfo], problems: &[String]) -> Result<Answer> {
    let mut page = Page::new();
    if lines.is_empty() {
        page.line("No repository is known yet; promote an image, or write its pipeline.");
    }
    for line in lines {
        page.heading(&line.repository);
        page.table(
            ["stage", "stands there", "since", "where"],
            line.stages.iter().map(row).collect(),
        );
        for stage in &line.stages {
            page.notes(&stage.name, stage.drift.iter().chain(&stage.problem));
        }
    }
    page.notes("note", problems);
    Answer::new(&lines, page)
}

fn row(stage: &LineStage) -> [String; 4] {
    let stands = stage.stands.as_ref();
    let image = stands.map(|stands| {
        let version = stands.version.clone().unwrap_or_default();
        format!("{} {version}", short(&stands.digest))
    });
    [
        stage.name.clone(),
        image.unwrap_or_else(|| "nothing".to_owned()),
        stands
            .and_then(|stands| stands.since)
            .map(time)
            .unwrap_or_default(),
        stage.repository.clone(),
    ]
}
