//! `scan`, `smoke`, `health`.

use super::docker::{followed, job_name};
use crate::{
    args::{Health, Scan, Smoke},
    context::Context,
    exit::{Exit, Failure, Result},
    output::Answer,
    page::Page,
    text::{short, time},
};
use hallmark_workflow::{
    dto::{
        AskHealth, AskScan, AskScanStage, AskSmoke, HealthRow, HealthVerdict, Scanned,
        SmokeVerdict, Smoked,
    },
    error::Code,
};

/// Rows that are asked for at once.
const PAGE: u64 = 60;
/// The longest specification, bytes.
const SPEC: u64 = 256 << 10;

/// `scan IMAGE`, `scan --stage STAGE`.
///
/// # Errors
/// Where there is no scanner, it fails, or its report cannot be attached.
pub async fn scan(context: &Context, ask: Scan) -> Result<Answer> {
    let desk = context.desk().await?;
    let (job, work) = (job_name("scan"), context.work());
    if let Some(stage) = ask.stage {
        let ask = AskScanStage {
            job: job.clone(),
            stage,
            scanner: ask.scanner,
        };
        let done = followed(context, &desk, &job, Box::pin(desk.scan_stage(ask, &work))).await?;
        let mut page = Page::of(&done.message);
        health_table(&mut page, &done.rows);
        return Ok(Answer::new(&done, page)?.exit(Exit::of(!done.worse)));
    }
    let ask = AskScan {
        job: job.clone(),
        image: ask.image.unwrap_or_default(),
        scanner: ask.scanner,
        attach: !ask.no_attach,
    };
    let done = followed(context, &desk, &job, Box::pin(desk.scan(ask, &work))).await?;
    Answer::new(&done, scanned(&done))
}

fn scanned(done: &Scanned) -> Page {
    let mut page = Page::of(&done.message);
    page.facts([
        ("image", Some(done.image.clone())),
        ("digest", done.digest.clone()),
        ("scanner", Some(done.scanner.clone())),
        ("attached", done.attached.clone()),
    ]);
    page
}

/// `smoke IMAGE`; no, where a check fails.
///
/// # Errors
/// Where the specification is wrong, there is no engine, or the result cannot be attached.
pub async fn smoke(context: &Context, ask: &Smoke) -> Result<Answer> {
    let path = &ask.spec;
    let wrong = |why: String| {
        Failure::new(Code::BadInput, format!("{}: {why}", path.display()))
            .hint("The README has an example of a specification.")
    };
    let long = std::fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if long.len() > SPEC {
        return Err(wrong("it is too long for a specification".to_owned()));
    }
    let spec = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let desk = context.desk().await?;
    let (job, work) = (job_name("smoke"), context.work());
    let ask = AskSmoke {
        job: job.clone(),
        image: ask.image.clone(),
        spec,
        attach: !ask.no_attach,
    };
    let done = followed(context, &desk, &job, Box::pin(desk.smoke(ask, &work))).await?;
    smoked(&done)
}

fn smoked(done: &Smoked) -> Result<Answer> {
    let failed = done
        .cases
        .iter()
        .filter(|case| case.verdict != SmokeVerdict::Passed);
    let mut page = Page::of(match failed.count() {
        0 => format!("{} checks, all passed.", done.cases.len()),
        failed => format!("{} checks, {failed} not passed.", done.cases.len()),
    });
    let row = |case: &hallmark_workflow::dto::SmokeCase| {
        let verdict = match case.verdict {
            SmokeVerdict::Passed => "pass",
            SmokeVerdict::Failed => "fail",
            SmokeVerdict::Errored => "error",
        };
        [verdict.to_owned(), case.name.clone(), case.reason.clone()]
    };
    page.table(["", "check", "why"], done.cases.iter().map(row).collect());
    page.facts([
        ("image", Some(done.image.clone())),
        ("attached", done.attached.clone()),
        ("time", Some(format!("{:.1} s", done.seconds))),
    ]);
    if !done.passed && !done.output.is_empty() {
        page.heading("What it wrote last");
        page.lines(&done.output, 2);
    }
    Ok(Answer::new(done, page)?.exit(Exit::of(done.passed)))
}

/// `health`.
///
/// # Errors
/// Where the history cannot be read.
pub async fn health(context: &Context, ask: Health) -> Result<Answer> {
    let desk = context.desk().await?;
    let mut asked = AskHealth {
        text: ask.search,
        offset: 0,
        limit: PAGE,
    };
    let mut found = desk.health(asked.clone()).await?;
    while (found.rows.len() as u64) < found.total {
        asked.offset = found.rows.len() as u64;
        let more = desk.health(asked.clone()).await?;
        if more.rows.is_empty() {
            break;
        }
        found.rows.extend(more.rows);
    }
    let mut page = Page::of(&found.message);
    health_table(&mut page, &found.rows);
    Answer::new(&found, page)
}

fn health_table(page: &mut Page, rows: &[HealthRow]) {
    if rows.is_empty() {
        return;
    }
    let row = |row: &HealthRow| {
        [
            format!("{}:{}", row.repository, row.tag),
            short(&row.digest),
            match row.verdict {
                Some(HealthVerdict::Pass) => "pass",
                Some(HealthVerdict::Warn) => "warn",
                Some(HealthVerdict::Fail) => "fail",
                None => "not known",
            }
            .to_owned(),
            format!("{} Critical, {} High", row.critical, row.high),
            row.days_left.map(days).unwrap_or_default(),
            row.scanned.map(time).unwrap_or_default(),
            row.problem.clone().unwrap_or_else(|| row.reason.clone()),
        ]
    };
    page.table(
        [
            "image", "digest", "today", "findings", "to fix", "scanned", "why",
        ],
        rows.iter().map(row).collect(),
    );
}

fn days(left: i64) -> String {
    match left {
        1 => "1 day left".to_owned(),
        0.. => format!("{left} days left"),
        -1 => "1 day overdue".to_owned(),
        _ => format!("{} days overdue", left.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_workflow::dto::SmokeCase;

    #[test]
    fn a_check_that_fails_is_a_no_with_what_was_written() {
        let case = |verdict, name: &str| SmokeCase {
            name: name.into(),
            verdict,
            reason: "it was 3".into(),
            seconds: 0.1,
        };
        let mut done = Smoked {
            image: "r.io/a@sha256:01".into(),
            digest: None,
            cases: vec![
                case(SmokeVerdict::Passed, "user"),
                case(SmokeVerdict::Failed, "exit code"),
            ],
            passed: false,
            output: "boom\u{1b}[2J".into(),
            attached: None,
            seconds: 1.0,
        };
        let answer = smoked(&done).unwrap();
        assert_eq!(answer.exit_code(), Exit::No);
        let text = answer.text();
        assert!(text.contains("2 checks, 1 not passed."), "{text}");
        assert!(text.contains("boom\\u{1b}"), "{text}");
        done.cases.pop();
        done.passed = true;
        assert_eq!(smoked(&done).unwrap().exit_code(), Exit::Done);
    }

    #[test]
    fn what_is_overdue_says_so() {
        let words: Vec<String> = [2, 1, 0, -1, -9].map(days).into();
        assert_eq!(
            words,
            [
                "2 days left",
                "1 day left",
                "0 days left",
                "1 day overdue",
                "9 days overdue"
            ]
        );
    }
}
