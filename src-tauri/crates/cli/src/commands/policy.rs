//! `policy try` and `set`, and `tick`.

use crate::{
    args::Tick,
    context::Context,
    exit::{Failure, Result},
    files,
    output::Answer,
    page::Page,
    text::{short, time},
};
use hallmark_workflow::{
    dto::{AskTick, PolicyDraft, PolicyTrial},
    error::Code,
};
use std::path::Path;

/// `policy try FILE`.
///
/// # Errors
/// A policy that cannot be used, naming line and column; where the history cannot be read.
pub async fn try_on_past(context: &Context, file: &Path) -> Result<Answer> {
    let text = files::text(file)?;
    let trial = context.desk().await?.policy_try(&text).await?;
    Answer::new(&trial, tried(&trial))
}

/// `policy set FILE`.
///
/// # Errors
/// A policy that cannot be used; where the person may not change it.
pub async fn set(context: &Context, file: &Path) -> Result<Answer> {
    let text = files::text(file)?;
    let draft = PolicyDraft { text, base: None };
    let saved = context.desk().await?.policy_save(draft).await?;
    let mut page = Page::of("The policy is in force.");
    page.facts([
        ("in", Some(saved.source.clone())),
        ("digest", Some(saved.digest.clone())),
    ]);
    Answer::new(&saved, page)
}

fn tried(trial: &PolicyTrial) -> Page {
    let mut page = Page::of(trial.sentence.clone());
    for review in &trial.blocked {
        let also = if review.refused_now {
            ", blocked today too"
        } else {
            ""
        };
        page.heading(&format!(
            "{} at {} ({}, {}{also})",
            review.tag.as_ref().map_or_else(
                || format!("{}@{}", review.repository, short(&review.digest)),
                |tag| format!("{}:{tag}", review.repository),
            ),
            review.stage,
            review.by,
            time(review.at),
        ));
        review.because.iter().for_each(|why| page.line(why));
    }
    let unread = trial.unread.iter();
    let unread: Vec<String> = unread
        .map(|one| format!("{}: {}", one.image, one.why))
        .collect();
    page.notes("not tried", &unread);
    page
}

/// `tick`.
///
/// # Errors
/// What the policy, the registry or the keyring says.
pub async fn tick(context: &Context, ask: Tick) -> Result<Answer> {
    let file = ask.file.as_deref().map(std::path::absolute).transpose();
    let file = file.map_err(|error| Failure::new(Code::BadInput, error.to_string()))?;
    let ask = AskTick {
        image: ask.image.to_string(),
        stage: ask.stage,
        check: ask.check,
        note: ask.message,
        file: file.map(|file| file.display().to_string()),
    };
    let check = ask.check.clone();
    let done = context.desk().await?.tick(ask).await?;
    let mut page = Page::of(format!("“{check}” is ticked for {}.", done.image));
    page.notes("to know", &done.warnings);
    Answer::new(&done, page)
}
