//! `images`, `inspect`.

use crate::{
    args::{Images, Inspect},
    context::Context,
    exit::Result,
    output::Answer,
    page::Page,
    text::{short, size, time},
};
use hallmark_workflow::{
    Desk,
    dto::{AskNames, Inspection, Names, PlatformInspection, ReferrerInfo},
};

/// `images HOST[/REPO]`.
///
/// # Errors
/// What the registry says.
pub async fn list(context: &Context, ask: &Images) -> Result<Answer> {
    let desk = context.desk().await?;
    let names = all(&desk, ask).await?;
    let mut page = Page::new();
    names.items.iter().for_each(|name| page.line(name));
    if let Some(next) = &names.next {
        context.remark(&format!("there are more; go on with --after {next}"));
    }
    Answer::new(&names, page)
}

/// Page after page, to the end or to the limit.
async fn all(desk: &Desk, ask: &Images) -> Result<Names> {
    let limit = ask.limit.map_or(usize::MAX, |limit| {
        usize::try_from(limit).unwrap_or(usize::MAX)
    });
    let mut all = Names {
        items: Vec::new(),
        next: ask.after.clone(),
    };
    loop {
        let question = AskNames {
            of: ask.of.clone(),
            after: all.next.take(),
        };
        let part = if ask.of.contains('/') {
            desk.tags(question).await?
        } else {
            desk.repositories(question).await?
        };
        let nothing_new = part.items.is_empty();
        all.items.extend(part.items);
        if all.items.len() > limit {
            all.items.truncate(limit);
            all.next = all.items.last().cloned();
            return Ok(all);
        }
        all.next = part.next;
        if all.next.is_none() || nothing_new || all.items.len() == limit {
            return Ok(all);
        }
    }
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
        ("  layers", Some(one.layers.len().to_string())),
    ]);
    let label = |(name, value): (&String, &String)| vec![format!("  label {name}"), value.clone()];
    page.rows(one.labels.iter().map(label).collect());
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
        vec![
            format!("  {}", short(&referrer.digest)),
            kind,
            size(referrer.size),
        ]
    };
    page.rows(referrers.iter().map(row).collect());
}
