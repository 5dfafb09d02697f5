//! `review`: what is known of a candidate, the checks first.

use super::{evidence, words};
use crate::{
    args,
    context::Context,
    exit::{Exit, Result},
    output::Answer,
    page::Page,
    text::{short, size, time},
};
use hallmark_workflow::dto::{
    AskReview, CheckInfo, DecisionInfo, Difference, FindingRow, Golden, Review, Verdict,
};

/// How many rows of a difference are shown to a person; `--json` has all.
const ROWS: usize = 10;

/// `review IMAGE [--stage S]`; no, where the policy refuses.
///
/// # Errors
/// What the registry says.
pub async fn review(context: &Context, ask: &args::Review) -> Result<Answer> {
    let question = AskReview {
        image: ask.image.to_string(),
        stage: ask.stage.clone(),
    };
    let review = context.desk().await?.review(question).await?;
    let page = page(&review);
    Ok(Answer::new(&review, page)?.exit(Exit::of(review.verdict != Verdict::Fail)))
}

fn page(review: &Review) -> Page {
    let mut page = Page::new();
    head(&mut page, review);
    page.heading(&format!("Checks: {}", words::verdict(review.verdict)));
    checks(&mut page, &review.checks);
    page.heading("Evidence");
    evidence::list(&mut page, &review.evidence);
    page.heading("Since the golden image of today");
    page.line(
        review
            .golden
            .as_ref()
            .map_or("There is none yet.".to_owned(), golden),
    );
    difference(&mut page, &review.difference);
    if !review.decisions.is_empty() {
        page.heading("Decisions");
        review
            .decisions
            .iter()
            .for_each(|one| decision(&mut page, one));
    }
    page.heading("What will move");
    page.line(&review.plan.sentence);
    page.notes("not believed", &review.distrusted);
    page
}

fn head(page: &mut Page, review: &Review) {
    let standing = &review.standing;
    let approvals = format!("{} of {} approvals", standing.approvals, standing.needed);
    let request = review.request.as_ref();
    let facts = [
        ("image", Some(review.image.clone())),
        ("tag", review.tag.clone()),
        ("version", review.version.clone()),
        ("stage", Some(review.stage.clone())),
        (
            "state",
            Some(format!("{}, {approvals}", words::state(standing.state))),
        ),
        ("platforms", Some(review.platforms.join(", "))),
        ("size", Some(size(review.size))),
        ("created", review.created.map(time)),
        (
            "asked by",
            request.map(|r| format!("{}, {}", words::person(&r.by), time(r.at))),
        ),
        ("because", request.map(|r| r.message.clone())),
        ("reopened", standing.reopened.clone()),
        ("blocked by", standing.blocked_by.clone()),
        ("moved", review.moved.clone()),
    ];
    let links = review.links.iter();
    page.facts(
        facts
            .into_iter()
            .chain(links.map(|l| (l.label.as_str(), Some(l.url.clone())))),
    );
}

fn checks(page: &mut Page, checks: &[CheckInfo]) {
    let row = |check: &CheckInfo| {
        [
            words::check(check.verdict).to_owned(),
            check.rule.clone(),
            check.reason.clone(),
        ]
    };
    page.table(
        ["verdict", "rule", "reason"],
        checks.iter().map(row).collect(),
    );
}

fn golden(golden: &Golden) -> String {
    let version = golden
        .version
        .as_ref()
        .map(|version| format!(" ({version})"));
    let since = golden
        .since
        .map(|at| format!(", golden since {}", time(at)));
    let by = golden
        .by
        .as_ref()
        .map(|by| format!(", by {}", words::person(by)));
    let parts = [version, since, by].map(Option::unwrap_or_default).concat();
    format!("{}{parts}", golden.digest)
}

fn difference(page: &mut Page, difference: &Difference) {
    page.line(&difference.sentence);
    let parts = [("new", &difference.new), ("fixed", &difference.fixed)];
    let shown = parts
        .iter()
        .flat_map(|(word, rows)| rows.iter().take(ROWS).map(|row| finding(word, row)));
    page.rows(shown.collect());
    parts
        .iter()
        .for_each(|(word, rows)| more(page, word, rows.len()));
    tests(page, "newly failing", &difference.newly_failing);
    tests(page, "newly passing", &difference.newly_passing);
}

fn finding(word: &str, finding: &FindingRow) -> Vec<String> {
    let fixed = finding
        .fixed
        .as_ref()
        .map(|version| format!("fixed in {version}"));
    vec![
        format!("  {word}"),
        finding.severity.clone(),
        finding.id.clone(),
        format!("{} {}", finding.package, finding.installed),
        fixed.unwrap_or_default(),
    ]
}

fn tests(page: &mut Page, word: &str, names: &[String]) {
    names
        .iter()
        .take(ROWS)
        .for_each(|name| page.line(format!("  {word}  {name}")));
    more(page, word, names.len());
}

fn more(page: &mut Page, word: &str, all: usize) {
    if all > ROWS {
        page.line(format!("  {word}: {} more; --json has all", all - ROWS));
    }
}

fn decision(page: &mut Page, decision: &DecisionInfo) {
    let what = serde_json::to_value(decision.decision).unwrap_or_default();
    let stands = if decision.stands {
        ""
    } else {
        " (stands no longer)"
    };
    let own = if decision.self_approval {
        " (self-approval)"
    } else {
        ""
    };
    page.line(format!(
        "{}  {}  {}{own}{stands}: {}",
        time(decision.at),
        what.as_str().unwrap_or_default(),
        words::person(&decision.by),
        decision.message,
    ));
    if let Some(note) = &decision.note {
        page.line(format!(
            "  {note}; statement {}",
            short(&decision.statement)
        ));
    }
}
