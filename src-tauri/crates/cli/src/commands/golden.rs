//! `golden`, `adopt`, `drift`, `revoke`.

use crate::{
    args::{Adopt, Golden, Revoke},
    context::Context,
    exit::{Exit, Result},
    output::Answer,
    page::Page,
    text::{short, short_image, time},
};
use hallmark_workflow::{
    Desk,
    dto::{
        AdoptRow, AdoptState, Adoption, AskAdopt, AskRevoke, DriftReport, DriftRow, GoldenMark,
        GoldenQuery, GoldenRow, GoldenShow, GoldenTag, Revocation, RevokeOutcome, TagState,
    },
};
use serde::Serialize;

/// Rows that are asked for at once.
const PAGE: usize = 60;

/// What `golden` prints.
#[derive(Serialize)]
struct Found {
    images: Vec<GoldenRow>,
}

/// `golden [--search TEXT]`.
///
/// # Errors
/// Where the history cannot be read; a tag that cannot be looked at is in its row.
pub async fn golden(context: &Context, ask: &Golden) -> Result<Answer> {
    let desk = context.desk().await?;
    let listed = all(&desk, ask.search.as_deref()).await?;
    let work = context.work();
    let mut images = Vec::with_capacity(listed.len());
    for rows in listed.chunks(PAGE) {
        work.step(
            "Looking at the tags",
            images.len() as u64,
            Some(listed.len() as u64),
        )?;
        let tag = |row: &GoldenRow| GoldenTag {
            repository: row.repository.clone(),
            tag: row.tag.clone(),
        };
        images.extend(desk.golden_look(rows.iter().map(tag).collect()).await?);
    }
    let page = catalogue(&images);
    Answer::new(&Found { images }, page)
}

async fn all(desk: &Desk, search: Option<&str>) -> Result<Vec<GoldenRow>> {
    let mut rows = Vec::new();
    loop {
        let query = GoldenQuery {
            text: search.map(str::to_owned),
            show: GoldenShow::All,
            offset: rows.len() as u64,
            limit: PAGE as u64,
        };
        let page = desk.golden(query).await?;
        rows.extend(page.rows);
        if rows.len() as u64 >= page.total {
            return Ok(rows);
        }
    }
}

fn catalogue(rows: &[GoldenRow]) -> Page {
    if rows.is_empty() {
        return Page::of("Nothing is golden, as far as this history knows.");
    }
    let row = |row: &GoldenRow| {
        [
            format!("{}:{}", row.repository, row.tag),
            row.version.clone().unwrap_or_default(),
            mark(row),
            tag(row),
            row.since.map(time).unwrap_or_default(),
            who(row),
            row.platforms.clone().unwrap_or_default(),
        ]
    };
    let mut page = Page::new();
    page.table(
        [
            "image",
            "version",
            "mark",
            "tag",
            "since",
            "by",
            "platforms",
        ],
        rows.iter().map(row).collect(),
    );
    page.heading("To build on");
    let good = rows.iter().filter(|row| row.mark == GoldenMark::Golden);
    good.for_each(|row| page.line(&row.from));
    page
}

fn mark(row: &GoldenRow) -> String {
    match (row.mark, row.grace) {
        (GoldenMark::Golden, _) => "golden".to_owned(),
        (GoldenMark::Revoked, _) => "revoked".to_owned(),
        (GoldenMark::Adopted, Some(grace)) => {
            format!("adopted, not approved until {}", time(grace))
        }
        (GoldenMark::Adopted, None) => "adopted, not approved".to_owned(),
    }
}

fn tag(row: &GoldenRow) -> String {
    match (&row.problem, row.tag_state, &row.names_now) {
        (Some(problem), ..) => format!("not looked at: {problem}"),
        (_, TagState::AsPlaced, _) => "as placed".to_owned(),
        (_, TagState::Drifted, Some(now)) => format!("drifted: names {} now", short(now)),
        (_, TagState::Drifted, None) => "drifted".to_owned(),
        (_, TagState::Gone, _) => "drifted: the tag is gone".to_owned(),
        (_, TagState::Unknown, _) => "not looked at".to_owned(),
    }
}

fn who(row: &GoldenRow) -> String {
    match row.approved_by.is_empty() {
        true => row.by.clone(),
        false => format!("{}, approved by {}", row.by, row.approved_by.join(", ")),
    }
}

/// `adopt HOST/PREFIX --tag TAG` or `adopt --csv FILE`; no, where something could not be
/// looked at or a line of a list is wrong.
///
/// # Errors
/// Where the list cannot be read, or the repositories cannot be listed.
pub async fn adopt(context: &Context, ask: Adopt) -> Result<Answer> {
    let ask = AskAdopt {
        place: ask.place,
        csv: ask.csv.map(|path| path.display().to_string()),
        tag: ask.tag.unwrap_or_default(),
        grace: ask.grace,
        message: ask.message,
        dry_run: ask.dry_run,
    };
    let done = context.desk().await?.adopt(ask, &context.work()).await?;
    adopted(&done)
}

fn adopted(done: &Adoption) -> Result<Answer> {
    let summary = &done.summary;
    let mut page = Page::of(&summary.message);
    if summary.dry_run {
        page.line("Dry run: nothing was changed.");
    }
    let row = |row: &AdoptRow| {
        [
            row.line.map(|line| line.to_string()).unwrap_or_default(),
            format!("{}:{}", row.repository, row.tag),
            row.digest.as_deref().map(short).unwrap_or_default(),
            adopt_state(row.state).to_owned(),
            row.reason.clone().unwrap_or_default(),
        ]
    };
    page.table(
        ["line", "image", "digest", "state", "why"],
        done.rows.iter().map(row).collect(),
    );
    page.facts([
        ("statement", summary.statement.clone()),
        ("list", summary.list.clone()),
        ("requests", Some(summary.requests.to_string())),
    ]);
    let counts = &summary.counts;
    let yes = !summary.refused && counts.no_right == 0 && counts.failed == 0;
    Ok(Answer::new(done, page)?.exit(Exit::of(yes)))
}

fn adopt_state(state: AdoptState) -> &'static str {
    match state {
        AdoptState::New => "new",
        AdoptState::Adopted => "adopted",
        AdoptState::Already => "already",
        AdoptState::Missing => "no such tag",
        AdoptState::NoRight => "no right",
        AdoptState::Failed => "failed",
    }
}

/// `drift`; no, where a tag is not where it was put. What could not be looked at is no yes.
///
/// # Errors
/// Where the history cannot be read.
pub async fn drift(context: &Context) -> Result<Answer> {
    drifted(&context.desk().await?.drift(&context.work()).await?)
}

fn drifted(report: &DriftReport) -> Result<Answer> {
    let counts = &report.counts;
    let mut page = Page::of(match (counts.drifted, counts.unknown) {
        (0, 0) => format!("Every tag is where it was put: {} looked at.", counts.tags),
        (drifted, unknown) => format!(
            "{} tags: {drifted} drifted, {unknown} could not be looked at.",
            counts.tags
        ),
    });
    let row = |row: &DriftRow| {
        [
            format!("{}:{}", row.repository, row.tag),
            row.stage.clone(),
            row.message.clone(),
        ]
    };
    let rows: Vec<[String; 3]> = report
        .drifted
        .iter()
        .chain(&report.unknown)
        .map(row)
        .collect();
    if !rows.is_empty() {
        page.table(["image", "stage", "what"], rows);
    }
    if counts.drifted > 0 {
        page.line("A registry does not tell who moved a tag. Promote or roll back to move it back, or have what it names reviewed and promoted.");
    }
    let yes = counts.drifted == 0 && counts.unknown == 0;
    Ok(Answer::new(report, page)?.exit(Exit::of(yes)))
}

/// `revoke IMAGE -m TEXT`.
///
/// # Errors
/// Where the person may not, or the registry does not take the statement.
pub async fn revoke(context: &Context, ask: Revoke) -> Result<Answer> {
    let ask = AskRevoke {
        image: ask.image.to_string(),
        message: ask.message,
        dry_run: ask.dry_run,
    };
    let done = context.desk().await?.revoke(ask, &context.work()).await?;
    revoked(&done)
}

fn revoked(done: &Revocation) -> Result<Answer> {
    let mut page = Page::of(&done.message);
    page.facts([
        ("image", Some(short_image(&done.image))),
        ("statement", done.statement.clone()),
    ]);
    for tag in &done.tags {
        page.line(format!("still named by: {}:{}", tag.repository, tag.tag));
    }
    for way in &done.way_back {
        page.line(match &way.to {
            Some(to) => format!(
                "to go back: hallmark rollback {} --stage {} --to {} -m WHY",
                way.repository, way.stage, to.digest
            ),
            None => format!(
                "{} of {} has nothing to go back to: promote another image",
                way.stage, way.repository
            ),
        });
    }
    if !done.built_on.is_empty() {
        page.heading("Built on it");
        let rows = done.built_on.iter().map(|one| {
            [
                short_image(&one.image),
                one.version.clone().unwrap_or_default(),
                one.tags.join(", "),
                one.found.clone(),
            ]
        });
        page.table(["image", "version", "tags", "found by"], rows.collect());
    }
    page.notes("problem", &done.problems);
    let yes = matches!(
        done.outcome,
        RevokeOutcome::Revoked | RevokeOutcome::Already
    );
    Ok(Answer::new(done, page)?.exit(Exit::of(yes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_workflow::dto::{AdoptCounts, AdoptionSummary, DriftCounts};

    fn report(drifted: usize, unknown: usize) -> DriftReport {
        let row = || DriftRow {
            repository: "r.io/a".into(),
            tag: "golden".into(),
            stage: "golden".into(),
            expected: "sha256:01".into(),
            found: Some("sha256:02".into()),
            message: "golden named 01 and names 02 now".into(),
        };
        DriftReport {
            counts: DriftCounts {
                tags: 3,
                drifted: drifted as u64,
                unknown: unknown as u64,
                ..DriftCounts::default()
            },
            drifted: (0..drifted).map(|_| row()).collect(),
            unknown: (0..unknown).map(|_| row()).collect(),
        }
    }

    #[test]
    fn only_tags_that_are_all_known_to_be_in_place_are_a_yes() {
        for (drifted_tags, unknown, exit) in
            [(0, 0, Exit::Done), (1, 0, Exit::No), (0, 1, Exit::No)]
        {
            let answer = drifted(&report(drifted_tags, unknown)).unwrap();
            assert_eq!(answer.exit_code(), exit, "{drifted_tags} {unknown}");
        }
        let text = drifted(&report(1, 0)).unwrap().text();
        assert!(text.contains("names 02 now"), "{text}");
    }

    #[test]
    fn an_adoption_that_could_not_look_everywhere_is_a_no() {
        let done = |refused, counts| Adoption {
            summary: AdoptionSummary {
                dry_run: false,
                refused,
                grace: jiff::Timestamp::UNIX_EPOCH,
                counts,
                message: "done".into(),
                statement: None,
                list: None,
                requests: 1,
                seconds: 0.1,
            },
            rows: vec![],
        };
        let counts = AdoptCounts {
            missing: 4,
            ..AdoptCounts::default()
        };
        let no_right = AdoptCounts {
            no_right: 1,
            ..counts
        };
        let exit = |done| adopted(&done).unwrap().exit_code();
        assert_eq!(exit(done(false, counts)), Exit::Done);
        assert_eq!(exit(done(false, no_right)), Exit::No);
        assert_eq!(exit(done(true, counts)), Exit::No);
    }
}
