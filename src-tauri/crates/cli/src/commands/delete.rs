//! `delete`.

use crate::{
    args::Delete,
    context::Context,
    exit::{Failure, Result},
    output::Answer,
    page::Page,
    text::plain,
};
use hallmark_workflow::{
    dto::{AskDelete, Deletion},
    error::Code,
};
use std::io::{self, BufRead, IsTerminal, Write};

/// `delete IMAGE [--yes]`. What goes is told first; without `--yes` a person has to say so.
///
/// # Errors
/// What the use case says, and bad usage where nobody can be asked.
pub async fn delete(context: &Context, ask: &Delete) -> Result<Answer> {
    if !ask.yes && !io::stdin().is_terminal() {
        return Err(Failure::new(
            Code::BadInput,
            "nobody can be asked whether to delete this".to_owned(),
        )
        .hint("Add --yes to delete without being asked."));
    }
    let desk = context.desk().await?;
    let work = context.work();
    let wanted = |expected| AskDelete {
        image: ask.image.to_string(),
        expected,
    };
    let plan = desk.plan_deletion(wanted(None), &work).await?;
    if !ask.yes && !confirmed(&plan)? {
        return Err(Failure::new(
            Code::Cancelled,
            "nothing was deleted".to_owned(),
        ));
    }
    let done = desk.delete(wanted(Some(plan.digest)), &work).await?;
    let mut page = Page::of(format!("Deleted {}.", done.image));
    page.notes("tag", &done.tags);
    Answer::new(&done, page)
}

/// Tells what goes, on standard error, and waits for a yes.
fn confirmed(plan: &Deletion) -> Result<bool> {
    let cannot = |error: io::Error| Failure::new(Code::File, format!("cannot ask: {error}"));
    let mut out = io::stderr().lock();
    for sentence in &plan.sentences {
        writeln!(out, "{}", plain(sentence)).map_err(cannot)?;
    }
    write!(out, "Delete {}? [y/N] ", plain(&plan.image)).map_err(cannot)?;
    out.flush().map_err(cannot)?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).map_err(cannot)?;
    Ok(matches!(line.trim(), "y" | "yes"))
}
