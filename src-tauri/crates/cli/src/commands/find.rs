//! `find`.

use crate::{
    args::{Find, Reading},
    context::Context,
    exit::Result,
    output::Answer,
    page::Page,
    text::{short, short_image, time},
};
use hallmark_workflow::{
    Desk,
    dto::{
        AskFind, AskFindRefresh, FindKind, Found, FoundCandidate, FoundImage, FoundLine, FoundPlace,
    },
};

/// Images that are asked for at once.
const PAGE: u64 = 60;

/// `find package PACKAGE`, `find cve ID`.
///
/// # Errors
/// Where nothing is named, or the index cannot be read or written.
pub async fn find(context: &Context, ask: Find) -> Result<Answer> {
    let (kind, text, ecosystem, reading) = match ask {
        Find::Package(ask) => (FindKind::Package, ask.package, ask.ecosystem, ask.reading),
        Find::Cve(ask) => (FindKind::Cve, ask.id, None, ask.reading),
    };
    let desk = context.desk().await?;
    read(context, &desk, reading).await?;
    let ask = AskFind {
        kind,
        text,
        ecosystem,
        offset: 0,
        limit: PAGE,
    };
    let found = all(&desk, ask).await?;
    let page = page(kind, &found);
    Answer::new(&found, page)
}

async fn read(context: &Context, desk: &Desk, reading: Reading) -> Result<()> {
    if !reading.offline {
        let ask = AskFindRefresh {
            all: reading.refresh,
        };
        Box::pin(desk.find_refresh(ask, &context.work())).await?;
    }
    Ok(())
}

async fn all(desk: &Desk, mut ask: AskFind) -> Result<Found> {
    let mut found = desk.find(ask.clone()).await?;
    while (found.images.len() as u64) < found.total {
        ask.offset = found.images.len() as u64;
        let more = desk.find(ask.clone()).await?;
        if more.images.is_empty() {
            break;
        }
        found.images.extend(more.images);
    }
    Ok(found)
}

fn page(kind: FindKind, found: &Found) -> Page {
    let mut page = Page::of(&found.message);
    if !found.near.is_empty() {
        page.line(format!("What begins so: {}", found.near.join(", ")));
    }
    if !found.images.is_empty() {
        let rows = found.images.iter().flat_map(|image| rows(kind, image));
        page.table(
            [
                "image",
                "version",
                "stands at",
                "has",
                "fixed in",
                "candidates",
            ],
            rows.collect(),
        );
    }
    let coverage = &found.coverage;
    page.facts([(
        "as of",
        coverage.as_of.map(|as_of| {
            format!(
                "{}, {} of {} images read",
                time(as_of),
                coverage.read,
                coverage.images
            )
        }),
    )]);
    let lacks = |gap: &&hallmark_workflow::dto::FindGap| match kind {
        FindKind::Package => gap.sbom,
        FindKind::Cve => gap.scan,
    };
    let gaps: Vec<_> = coverage.gaps.iter().filter(lacks).collect();
    if !gaps.is_empty() {
        page.heading("Not covered");
        let row = |gap: &&hallmark_workflow::dto::FindGap| {
            [
                short_image(&gap.image),
                gap.stages.join(", "),
                gap.why.clone(),
            ]
        };
        page.table(
            ["image", "stands at", "why"],
            gaps.iter().map(row).collect(),
        );
    }
    page
}

fn rows(kind: FindKind, image: &FoundImage) -> Vec<[String; 6]> {
    let row = |(at, line): (usize, &FoundLine)| {
        let first = |text: String| if at == 0 { text } else { String::new() };
        [
            first(format!("{} {}", image.repository, short(&image.digest))),
            first(image.version.clone().unwrap_or_default()),
            first(
                image
                    .places
                    .iter()
                    .map(place)
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
            has(line),
            match kind {
                FindKind::Package => String::new(),
                FindKind::Cve => line
                    .fixed
                    .clone()
                    .unwrap_or_else(|| "no fix yet".to_owned()),
            },
            first(
                image
                    .candidates
                    .iter()
                    .map(candidate)
                    .collect::<Vec<_>>()
                    .join("; "),
            ),
        ]
    };
    image.lines.iter().enumerate().map(row).collect()
}

fn place(place: &FoundPlace) -> String {
    let mut words = place.stage.clone();
    if let Some(since) = place.since {
        words = format!("{words} since {}", time(since));
    }
    match (place.revoked, place.adopted) {
        (true, _) => format!("{words} (revoked)"),
        (_, true) => format!("{words} (adopted)"),
        _ => words,
    }
}

fn has(line: &FoundLine) -> String {
    let named = format!("{} {}", line.package, line.installed);
    let worded = match &line.severity {
        Some(severity) => format!("{named} ({severity})"),
        None => named,
    };
    match line.suppressed {
        true => format!("{worded}, set aside in the scan"),
        false => worded,
    }
}

fn candidate(candidate: &FoundCandidate) -> String {
    let name = candidate.version.as_ref().or(candidate.tag.as_ref());
    let name = name
        .cloned()
        .unwrap_or_else(|| short_image(&candidate.image));
    format!("{name} {}", candidate.words)
}
