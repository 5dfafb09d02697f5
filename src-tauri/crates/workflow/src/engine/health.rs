//! Golden health: how each golden image would do if it were reviewed today, and the days left to
//! take fixes in.

use crate::{
    case::Case,
    desk::{Desk, held},
    difference::findings,
    dto::{AskHealth, Health, HealthRow, HealthVerdict},
    error::Result,
    marks::Mark,
    pipeline::GOLDEN,
    weigh::Weighed,
    words::count as counted,
};
use futures::{StreamExt as _, stream};
use hallmark_evidence::{Finding, Report, Vulnerabilities};
use hallmark_policy::{CheckVerdict, Verdict};
use jiff::tz::TimeZone;

/// Images that are judged at once.
const AT_ONCE: usize = 4;
/// Rows of one answer.
const PAGE: u64 = 60;

impl Desk {
    /// What stands at a stage by the history, each image at its first tag; not what is revoked.
    pub(crate) async fn standing_at(&self, stage: &str) -> Result<Vec<Mark>> {
        let marks = self.marks().await?;
        Ok(marks
            .all()
            .filter(|mark| mark.first && mark.stage == stage)
            .filter(|mark| !marks.is_revoked(&mark.digest))
            .cloned()
            .collect())
    }

    /// How the golden images do today, the worst first. The first page judges all of them; the
    /// others are pages of the same list.
    ///
    /// # Errors
    /// Where the history cannot be read. An image that cannot be judged says so in its row.
    pub async fn health(&self, ask: AskHealth) -> Result<Health> {
        if ask.offset == 0 {
            let words = ask.text.to_lowercase();
            let mut marks = self.standing_at(GOLDEN).await?;
            marks.retain(|mark| mark.repository.to_string().to_lowercase().contains(&words));
            let rows = stream::iter(marks)
                .map(|mark| async move { self.health_of(&mark).await })
                .buffer_unordered(AT_ONCE)
                .collect::<Vec<_>>();
            let mut rows = rows.await;
            rows.sort_by_cached_key(rank);
            *held(&self.healths) = rows;
        }
        let rows = held(&self.healths);
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let failing = rows
            .iter()
            .filter(|row| row.verdict == Some(HealthVerdict::Fail))
            .count() as u64;
        let all = counted(rows.len() as u64, "golden image", "golden images");
        Ok(Health {
            message: match (rows.len(), failing) {
                (0, _) => "No image is golden yet.".to_owned(),
                (_, 0) => format!("{all}; each would pass its policy today."),
                (_, failing) => format!("{all}; {failing} would not pass their policy today."),
            },
            total: rows.len() as u64,
            rows: rows
                .iter()
                .skip(at(ask.offset))
                .take(at(ask.limit.clamp(1, PAGE)))
                .cloned()
                .collect(),
        })
    }

    /// How one image does today, at its stage.
    pub(crate) async fn health_of(&self, mark: &Mark) -> HealthRow {
        let mut row = HealthRow {
            repository: mark.repository.to_string(),
            tag: mark.tag.to_string(),
            digest: mark.digest.to_string(),
            version: None,
            stage: mark.stage.clone(),
            verdict: None,
            reason: String::new(),
            scanned: None,
            critical: 0,
            high: 0,
            fixable: 0,
            days_left: None,
            problem: None,
        };
        let named = mark.repository.at(mark.digest.clone());
        // The future is large, and there are several at once.
        let case = match Box::pin(self.case(&named, &mark.stage)).await {
            Ok(case) => case,
            Err(error) => {
                row.problem = Some(error.message);
                return row;
            }
        };
        judged(&mut row, &case);
        let rules = case.policy.stage(&mark.stage);
        if let Some(rule) = &rules.more.patched {
            let today = TimeZone::UTC.to_datetime(self.now()).date();
            let all: Vec<&Finding> = scans(&case)
                .flat_map(|(_, _, found)| &found.findings)
                .collect();
            row.days_left = rule.days_left(&all, today);
        }
        row
    }
}

/// The scans that count for an image.
fn scans(case: &Case) -> impl Iterator<Item = (&Weighed, &Report, &Vulnerabilities)> {
    case.evidence
        .iter()
        .filter(|one| one.counts())
        .filter_map(|one| {
            let report = one.report()?;
            Some((one, report, report.vulnerabilities.as_ref()?))
        })
}

/// What its policy says of an image, and how many findings it has.
fn judged(row: &mut HealthRow, case: &Case) {
    row.version = case.version();
    row.verdict = Some(match case.evaluation.verdict {
        Verdict::Pass => HealthVerdict::Pass,
        Verdict::Warn => HealthVerdict::Warn,
        Verdict::Fail => HealthVerdict::Fail,
    });
    let first = |verdict| {
        case.evaluation
            .checks
            .iter()
            .find(|check| check.verdict == verdict)
    };
    let told = first(CheckVerdict::Fail).or_else(|| first(CheckVerdict::Warn));
    row.reason = told.map_or_else(
        || "Every check passes.".to_owned(),
        |check| check.reason.clone(),
    );
    for finding in findings(&case.image, &case.evidence) {
        if !finding.suppressed {
            row.critical += u64::from(finding.severity == "critical");
            row.high += u64::from(finding.severity == "high");
            row.fixable += u64::from(finding.fixed.is_some());
        }
    }
    row.scanned = scans(case)
        .filter_map(|(one, report, _)| report.produced_at.or(one.attached_at))
        .max();
}

/// The worst first: what fails, what cannot be told, what has the fewest days.
fn rank(row: &HealthRow) -> (u8, i64, std::cmp::Reverse<(u64, u64)>, String) {
    let verdict = match (row.verdict, &row.problem) {
        (Some(HealthVerdict::Fail), _) => 0,
        (None, _) | (_, Some(_)) => 1,
        (Some(HealthVerdict::Warn), None) => 2,
        (Some(HealthVerdict::Pass), None) => 3,
    };
    let left = row.days_left.unwrap_or(i64::MAX);
    let worst = std::cmp::Reverse((row.critical, row.high));
    (
        verdict,
        left,
        worst,
        format!("{}:{}", row.repository, row.tag),
    )
}
