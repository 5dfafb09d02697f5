//! `waive` and `waivers`: findings that somebody answers for until a day.

use crate::{
    args,
    context::Context,
    exit::Result,
    output::Answer,
    page::Page,
    text::{short, time},
};
use hallmark_workflow::dto::{AskEndWaiver, AskWaive, WaiverInfo, WaiverReach, WaiverState};

use super::words;

/// `waive IMAGE FINDING --package P --until DATE -m WHY [--repository]`, or `--end`.
///
/// # Errors
/// Where the person may not waive, the day is not ahead, or there is no such finding.
pub async fn waive(context: &Context, ask: args::Waive) -> Result<Answer> {
    let desk = context.desk().await?;
    let image = ask.image.to_string();
    let waiver = match ask.until {
        Some(until) => {
            let ask = AskWaive {
                image,
                finding: ask.finding,
                package: ask.package,
                until,
                message: ask.message,
                repository: ask.repository,
            };
            desk.waive(ask).await?
        }
        None => {
            let ask = AskEndWaiver {
                image,
                finding: ask.finding,
                package: ask.package,
                message: ask.message,
            };
            desk.end_waiver(ask).await?
        }
    };
    Answer::new(&waiver, page(&waiver))
}

fn page(waiver: &WaiverInfo) -> Page {
    let words = match waiver.state {
        WaiverState::EndedEarly => "the waiver is ended".to_owned(),
        _ => waiver.words.clone(),
    };
    let what = format!("{} in {}: {words}.", waiver.finding, waiver.package);
    let mut page = Page::of(&what);
    page.facts([
        ("image", Some(waiver.image.clone())),
        ("counts for", Some(reach(waiver).to_owned())),
        ("because", Some(waiver.message.clone())),
        ("statement", Some(waiver.statement.clone())),
    ]);
    page
}

/// `waivers`.
///
/// # Errors
/// Where the history or the members cannot be read.
pub async fn waivers(context: &Context) -> Result<Answer> {
    let found = context.desk().await?.waivers().await?;
    let mut page = Page::new();
    match found.waivers.is_empty() {
        true => page.line("No finding is waived."),
        false => page.table(
            [
                "until",
                "state",
                "finding",
                "package",
                "counts for",
                "by",
                "since",
                "because",
            ],
            found.waivers.iter().map(row).collect(),
        ),
    }
    page.notes("not read", &found.problems);
    Answer::new(&found, page)
}

fn row(waiver: &WaiverInfo) -> [String; 8] {
    let state = match waiver.state {
        WaiverState::InForce => "in force",
        WaiverState::EndsSoon => "ends soon",
        WaiverState::Ended => "ended",
        WaiverState::EndedEarly => "ended early",
    };
    let (repository, digest) = waiver.image.split_once('@').unwrap_or((&waiver.image, ""));
    let place = match waiver.reach {
        WaiverReach::Image => format!("{repository}@{}", short(digest)),
        WaiverReach::Repository => repository.to_owned(),
    };
    [
        waiver.until.to_string(),
        state.to_owned(),
        waiver.finding.clone(),
        waiver.package.clone(),
        place,
        words::person(&waiver.by),
        time(waiver.at),
        waiver.message.clone(),
    ]
}

fn reach(waiver: &WaiverInfo) -> &'static str {
    match waiver.reach {
        WaiverReach::Image => "this image",
        WaiverReach::Repository => "every image of its repository",
    }
}
