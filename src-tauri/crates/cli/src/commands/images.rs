//! `images`, `inspect`.

use super::docker;
use crate::{
    args::{Images, Inspect},
    context::Context,
    exit::Result,
    output::Answer,
    page::Page,
    text::{short, size, time},
};
use hallmark_workflow::dto::{
    BuildStep, Inspection, ListRow, PlatformInspection, ReferrerInfo, SignatureState,
};
use serde::Serialize;

/// `images --json`: the names, and after which one to go on.
#[derive(Serialize)]
struct Names {
    items: Vec<String>,
    next: Option<String>,
}

/// `images HOST[/REPO]`.
///
/// # Errors
/// What the registry says.
pub async fn list(context: &Context, ask: &Images) -> Result<Answer> {
    let Some(of) = &ask.of else {
        return docker::images(context, ask).await;
    };
    let limit = ask.limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let search = ask.search.as_deref().unwrap_or_default();
    let desk = context.desk().await?;
    let (rows, more) = desk.names(of, ask.after.as_deref(), search, limit).await?;
    let mut page = Page::new();
    page.rows(rows.iter().map(row).collect());
    let items: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    let next = items.last().filter(|_| more).cloned();
    if let Some(next) = &next {
        context.remark(&format!("there are more; go on with --after {next}"));
    }
    Answer::new(&Names { items, next }, page)
}

/// The name, and whatever else the list tells.
fn row(row: &ListRow) -> Vec<String> {
    let mut cells = vec![row.name.clone()];
    cells.extend(row.digest.as_deref().map(short));
    cells.extend(row.size.map(size));
    cells.extend(row.pushed.map(time));
    cells
}

/// `inspect IMAGE`.
///
/// # Errors
/// What the registry says.
pub async fn inspect(context: &Context, ask: &Inspect) -> Result<Answer> {
    let found = context
        .desk()
        .await?
        .inspect(&ask.image.to_string())
        .await?;
    let page = inspection(&found);
    Answer::new(&found, page)
}

fn inspection(found: &Inspection) -> Page {
    let mut page = Page::new();
    page.facts([
        ("image", Some(found.image.clone())),
        ("digest", Some(found.digest.clone())),
        ("media type", Some(found.media_type.clone())),
        ("size", Some(size(found.size))),
    ]);
    page.notes("stands", found.badges.iter().map(|badge| &badge.text));
    found
        .platforms
        .iter()
        .for_each(|one| platform(&mut page, one));
    if !found.annotations.is_empty() {
        page.heading("Annotations");
        page.rows(
            found
                .annotations
                .iter()
                .map(|(k, v)| vec![format!("  {k}"), v.clone()])
                .collect(),
        );
    }
    page.heading("Attached");
    attached(&mut page, &found.referrers);
    page.notes("remark", &found.warnings);
    page
}

fn platform(page: &mut Page, one: &PlatformInspection) {
    page.heading(&one.platform);
    let some = |words: &[String]| (!words.is_empty()).then(|| words.join(" "));
    page.facts([
        ("  manifest", Some(one.digest.clone())),
        ("  config", Some(one.config.clone())),
        ("  created", one.created.map(time)),
        ("  user", one.user.clone()),
        ("  entry point", some(&one.entrypoint)),
        ("  command", some(&one.cmd)),
        ("  ports", some(&one.ports)),
        ("  folder", one.workdir.clone()),
        ("  volumes", some(&one.volumes)),
        (
            "  healthcheck",
            one.healthcheck.as_ref().map(|check| check.test.join(" ")),
        ),
        ("  layers", Some(one.layers.len().to_string())),
        ("  size", Some(size(one.size))),
    ]);
    let variable = |line: &String| vec!["  env".to_owned(), line.clone()];
    page.rows(one.env.iter().map(variable).collect());
    let label = |(name, value): (&String, &String)| vec![format!("  label {name}"), value.clone()];
    page.rows(one.labels.iter().map(label).collect());
    page.rows(one.history.iter().map(step).collect());
}

fn step(step: &BuildStep) -> Vec<String> {
    let made = step.layer.as_deref().map(short);
    vec![
        format!("  step {}", made.unwrap_or_else(|| "no layer".to_owned())),
        step.size.map(size).unwrap_or_default(),
        step.created_by.clone().unwrap_or_default(),
    ]
}

fn attached(page: &mut Page, referrers: &[ReferrerInfo]) {
    if referrers.is_empty() {
        return page.line("  nothing");
    }
    let row = |referrer: &ReferrerInfo| {
        let kind = referrer
            .artifact_type
            .clone()
            .unwrap_or_else(|| "of no stated type".to_owned());
        let depth = usize::try_from(referrer.depth).unwrap_or(1);
        vec![
            format!("{:1$}{2}", "", 2 * depth, short(&referrer.digest)),
            referrer.says.clone().unwrap_or(kind),
            signed(referrer),
            size(referrer.size),
        ]
    };
    page.rows(referrers.iter().map(row).collect());
}

fn signed(referrer: &ReferrerInfo) -> String {
    let by = referrer.signed.by.clone();
    match (referrer.signed.state, by) {
        (SignatureState::Verified, Some(by)) => format!("signed by {by}"),
        (SignatureState::Unverified, _) => "not to be believed".to_owned(),
        (SignatureState::Unchecked, _) => "signed, not checked".to_owned(),
        _ => "unsigned".to_owned(),
    }
}
