//! `history`, with `export`, `verify` and `rebuild`.

use crate::{
    args::{Export, Format, History, HistoryCommand},
    context::Context,
    exit::{Exit, Failure, Result},
    files::{self, Whole},
    output::Answer,
    page::Page,
    text::{count, short, time},
};
use hallmark_workflow::{
    Desk,
    dto::{Exported, HistoryPage, HistoryQuery, HistoryRow, HistoryVerification, Rebuilt},
    error::Code,
};
use std::{
    fs::File,
    io::{self, Seek},
    path::Path,
};

/// The most entries that one question returns.
const PAGE: u64 = 500;

/// `history` and what it does.
///
/// # Errors
/// What the record or the registry says.
pub async fn run(context: &Context, ask: History) -> Result<Answer> {
    let desk = context.desk().await?;
    match ask.command {
        None => list(context, &desk, &ask).await,
        Some(HistoryCommand::Export(ask)) => export(context, &desk, &ask).await,
        Some(HistoryCommand::Verify) => verified(&desk.history_verify(&context.work()).await?),
        Some(HistoryCommand::Rebuild) => rebuilt(&desk.history_rebuild(&context.work()).await?),
    }
}

async fn list(context: &Context, desk: &Desk, ask: &History) -> Result<Answer> {
    let found = pages(desk, &ask.filter.query(), ask.after, ask.limit).await?;
    if let Some(next) = found.next {
        context.remark(&format!(
            "there are older entries; go on with --after {next}"
        ));
    }
    let page = entries(&found.entries);
    Answer::new(&found, page)
}

/// Page after page, to the end or to the limit.
async fn pages(
    desk: &Desk,
    query: &HistoryQuery,
    after: Option<u64>,
    limit: u64,
) -> Result<HistoryPage> {
    let ask = |after, limit| HistoryQuery {
        after,
        limit: Some(limit),
        ..query.clone()
    };
    let mut all = desk.history_page(ask(after, limit.min(PAGE))).await?;
    while let Some(next) = all.next {
        let left = limit.saturating_sub(all.entries.len() as u64);
        if left == 0 {
            break;
        }
        let more = desk.history_page(ask(Some(next), left.min(PAGE))).await?;
        all.entries.extend(more.entries);
        all.next = more.next;
    }
    Ok(all)
}

fn entries(rows: &[HistoryRow]) -> Page {
    if rows.is_empty() {
        return Page::of("No entry matches.");
    }
    let row = |row: &HistoryRow| {
        [
            row.seq.to_string(),
            time(row.time),
            row.kind.clone(),
            row.actor.clone(),
            subject(row),
            row.digest.as_deref().map(short).unwrap_or_default(),
            row.message.clone().unwrap_or_default(),
        ]
    };
    let mut page = Page::new();
    page.table(
        ["seq", "time", "kind", "by", "image", "digest", "message"],
        rows.iter().map(row).collect(),
    );
    page
}

fn subject(row: &HistoryRow) -> String {
    match (&row.repository, &row.tag) {
        (Some(repository), Some(tag)) => format!("{repository}:{tag}"),
        (Some(repository), None) => repository.clone(),
        (None, tag) => tag.clone().unwrap_or_default(),
    }
}

async fn export(context: &Context, desk: &Desk, ask: &Export) -> Result<Answer> {
    if !files::is_dash(&ask.file) {
        return export_to_file(desk, ask).await;
    }
    if context.json() && ask.format == Format::Csv {
        let message = "--json prints one JSON document on standard output, and CSV is none";
        return Err(
            Failure::new(Code::BadInput, message).hint("Export to a file, or without --json.")
        );
    }
    let broken = |error: &io::Error| files::unwritable(Path::new("standard output"), error);
    let mut whole = tempfile::tempfile().map_err(|error| broken(&error))?;
    desk.history_export(ask.filter.query(), ask.format.into(), &mut whole)
        .await?;
    to_stdout(whole).map_err(|error| broken(&error))
}

/// Nothing is printed before all of it could be read.
fn to_stdout(mut whole: File) -> io::Result<Answer> {
    whole.rewind()?;
    match io::copy(&mut whole, &mut io::stdout().lock()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(Answer::written()),
    }
}

async fn export_to_file(desk: &Desk, ask: &Export) -> Result<Answer> {
    let file = &ask.file;
    let mut whole = Whole::at(file)?;
    let entries = desk
        .history_export(ask.filter.query(), ask.format.into(), whole.writer())
        .await?;
    whole.finish()?;
    let written = Exported {
        file: Some(file.display().to_string()),
        entries,
    };
    let words = count(entries, "entry is", "entries are");
    Answer::new(
        &written,
        Page::of(format!("{words} in {}.", file.display())),
    )
}

fn verified(found: &HistoryVerification) -> Result<Answer> {
    let entries = count(found.entries, "entry", "entries");
    let mut page = Page::of(match found.ok {
        true => format!("The history holds: {entries} checked, with every index and signature."),
        false => format!("The history is broken: {entries} checked."),
    });
    page.facts([("root", Some(found.root.clone()))]);
    for problem in &found.problems {
        let place = problem
            .seq
            .map_or("history".to_owned(), |seq| format!("entry {seq}"));
        page.line(format!("{place}: {}", problem.message));
    }
    Ok(Answer::new(found, page)?.exit(Exit::of(found.ok)))
}

fn rebuilt(found: &Rebuilt) -> Result<Answer> {
    let statements = count(found.statements, "statement", "statements");
    let repositories = count(found.repositories, "repository", "repositories");
    let mut page = Page::of(format!(
        "{statements} found in {repositories}; {} new to this machine.",
        found.added
    ));
    page.notes("problem", &found.problems);
    Ok(Answer::new(found, page)?.exit(Exit::of(found.problems.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_workflow::dto::HistoryProblem;

    #[test]
    fn a_broken_history_is_a_no_that_names_the_entry() {
        let found = HistoryVerification {
            ok: false,
            entries: 9,
            root: "ab".into(),
            problems: vec![HistoryProblem {
                seq: Some(4),
                message: "its bytes were changed".into(),
            }],
            at: jiff::Timestamp::UNIX_EPOCH,
        };
        let answer = verified(&found).unwrap();
        assert_eq!(answer.exit_code(), Exit::No);
        assert!(
            answer.text().contains("entry 4: its bytes were changed"),
            "{}",
            answer.text()
        );
    }

    #[test]
    fn a_rebuild_that_misses_something_is_a_no() {
        let mut found = Rebuilt {
            repositories: 1,
            statements: 3,
            added: 2,
            problems: vec![],
        };
        assert_eq!(rebuilt(&found).unwrap().exit_code(), Exit::Done);
        found.problems.push("a statement of ada is missing".into());
        assert_eq!(rebuilt(&found).unwrap().exit_code(), Exit::No);
    }
}
