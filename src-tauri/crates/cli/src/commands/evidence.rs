//! `evidence`.

use super::parse;
use crate::{
    args::Evidence,
    context::Context,
    exit::{Failure, Result},
    files,
    output::Answer,
    page::Page,
    text::{count, short, short_image, time},
};
use hallmark_image::Reference;
use hallmark_workflow::{
    Desk,
    dto::{AskAttach, Attached, EvidenceInfo},
    error::Code,
};
use std::path::{Path, PathBuf};

/// `evidence parse`, `attach`, `list` and `get`.
///
/// # Errors
/// What the reports, the registry or the keyring say.
pub async fn run(context: &Context, ask: Evidence) -> Result<Answer> {
    match ask {
        Evidence::Parse { files } => parse::files(&files),
        Evidence::Attach {
            image,
            files,
            platform,
            because,
        } => {
            let ask = AskAttach {
                image: image.to_string(),
                files: absolute(&files)?,
                platform: platform.map(|platform| platform.to_string()),
                because,
            };
            let done = context.desk().await?.attach(ask, &context.work()).await?;
            Answer::new(&done, attached(&done, &files))
        }
        Evidence::List { image } => {
            let all = context
                .desk()
                .await?
                .evidence_list(&image.to_string())
                .await?;
            let mut page = Page::new();
            list(&mut page, &all);
            Answer::new(&all, page)
        }
        Evidence::Get {
            image,
            digest,
            output,
        } => {
            let desk = context.desk().await?;
            get(
                context,
                &desk,
                &image,
                &digest.to_string(),
                output.as_deref(),
            )
            .await
        }
    }
}

fn absolute(files: &[PathBuf]) -> Result<Vec<String>> {
    files.iter().map(|file| files::absolute(file)).collect()
}

fn attached(done: &Attached, files: &[PathBuf]) -> Page {
    let reports = count(done.evidence.len() as u64, "report is", "reports are");
    let mut page = Page::of(format!("{reports} attached to {}.", done.image));
    let row =
        |(file, digest): (&PathBuf, &String)| vec![file.display().to_string(), digest.clone()];
    page.rows(files.iter().zip(&done.evidence).map(row).collect());
    page.notes("note", &done.warnings);
    page
}

/// Adds the list of reports; those that count for nothing say why.
pub fn list(page: &mut Page, all: &[EvidenceInfo]) {
    if all.is_empty() {
        return page.line("No report is attached.");
    }
    let row = |info: &EvidenceInfo| {
        [
            info.name.clone(),
            info.kind.clone().unwrap_or_else(|| "unreadable".to_owned()),
            info.covers.clone(),
            info.summary.clone(),
            info.produced_at.map(time).unwrap_or_default(),
            short(&info.digest),
        ]
    };
    page.table(
        ["report", "kind", "covers", "figures", "made", "digest"],
        all.iter().map(row).collect(),
    );
    for info in all {
        page.line(format!("{}: {}", info.name, info.voucher.words));
        if let Some(why) = &info.why_not {
            page.line(format!("{}: counts for nothing: {why}", info.name));
        }
        info.warnings
            .iter()
            .for_each(|warning| page.line(format!("{}: {warning}", info.name)));
    }
}

async fn get(
    context: &Context,
    desk: &Desk,
    image: &Reference,
    digest: &str,
    output: Option<&Path>,
) -> Result<Answer> {
    let bytes = desk.evidence_bytes(&image.to_string(), digest).await?;
    if let Some(path) = output {
        files::write(path, &bytes)?;
        let page = Page::of(format!("The report is in {}.", path.display()));
        return Answer::new(&got(digest, bytes.len(), Some(path), None), page);
    }
    if !context.json() {
        return Ok(Answer::bytes(bytes.to_vec()));
    }
    let text = String::from_utf8(bytes.to_vec()).map_err(|_| {
        let of = short_image(&image.to_string());
        Failure::new(
            Code::BadInput,
            format!("a report of {of} is no UTF-8 text and cannot stand in JSON"),
        )
        .hint("Write it to a file with --output FILE.")
    })?;
    Answer::new(&got(digest, text.len(), None, Some(&text)), Page::new())
}

fn got(digest: &str, size: usize, file: Option<&Path>, text: Option<&str>) -> serde_json::Value {
    serde_json::json!({ "digest": digest, "size": size, "file": file, "text": text })
}
