//! Pages of a review: the tests and findings that count, narrowed and in order.

use crate::{
    desk::Desk,
    difference::findings,
    dto::{FindingsPage, FindingsQuery, FindingsShow, TestRow, TestsPage, TestsQuery, TestsShow},
    error::Result,
    image::{Image, reference},
    weigh::Weighed,
};
use hallmark_evidence::{TestCase, Verdict};

/// The most rows of a page.
const PAGE: u64 = 200;

impl Desk {
    /// A page of the tests that count for an image.
    ///
    /// # Errors
    /// Where the image, or anything attached to it, cannot be read.
    pub async fn tests_page(&self, query: TestsQuery) -> Result<TestsPage> {
        let (_, weighed) = self.weighed(&query.image).await?;
        let mut rows: Vec<TestRow> = weighed
            .iter()
            .filter(|one| one.counts())
            .flat_map(test_rows)
            .collect();
        rows.retain(|row| wanted_test(row, &query));
        rows.sort_by(|a, b| {
            (test_order(a), &a.suite, &a.name).cmp(&(test_order(b), &b.suite, &b.name))
        });
        let total = rows.len() as u64;
        Ok(TestsPage {
            rows: page(rows, query.offset, query.limit),
            total,
        })
    }

    /// A page of the findings that count for an image, worst first.
    ///
    /// # Errors
    /// Where the image, or anything attached to it, cannot be read.
    pub async fn findings_page(&self, query: FindingsQuery) -> Result<FindingsPage> {
        let (image, weighed) = self.weighed(&query.image).await?;
        let mut rows = findings(&image, &weighed);
        let text = query
            .text
            .as_deref()
            .map(str::to_lowercase)
            .unwrap_or_default();
        rows.retain(|row| {
            let hay = format!(
                "{} {} {}",
                row.id,
                row.package,
                row.title.as_deref().unwrap_or_default()
            )
            .to_lowercase();
            let shown = query.show == FindingsShow::All || (row.fixed.is_some() && !row.suppressed);
            shown && hay.contains(&text)
        });
        let total = rows.len() as u64;
        Ok(FindingsPage {
            rows: page(rows, query.offset, query.limit),
            total,
        })
    }

    async fn weighed(&self, image: &str) -> Result<(Image, Vec<Weighed>)> {
        let image = self.image(&reference(image)?).await?;
        let trust = self.trust().await?;
        let attached = self.attached(&image, &trust).await?;
        let weighed = self.weigh(&image, &attached, &trust).await?;
        Ok((image, weighed))
    }
}

/// The rows of one page; of at most so many as a page has.
pub(crate) fn page<T>(rows: Vec<T>, offset: u64, limit: u64) -> Vec<T> {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit.clamp(1, PAGE)).unwrap_or(usize::MAX);
    rows.into_iter().skip(skip).take(take).collect()
}

fn test_rows(one: &Weighed) -> Vec<TestRow> {
    let cases = one
        .report()
        .and_then(|report| report.tests.as_ref())
        .map(|tests| tests.cases.as_slice());
    let row = |case: &TestCase| TestRow {
        verdict: verdict(case.verdict).to_owned(),
        suite: case.suite.clone(),
        name: match &case.class {
            Some(class) if *class != case.suite => format!("{class} › {}", case.name),
            _ => case.name.clone(),
        },
        duration_s: case.duration_s,
        message: case.message.clone(),
        detail: case.detail.clone(),
        evidence: one.digest().to_string(),
        line: case.line,
    };
    cases.unwrap_or_default().iter().map(row).collect()
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Skipped => "skipped",
        Verdict::Failed => "failed",
        Verdict::Errored => "errored",
    }
}

fn wanted_test(row: &TestRow, query: &TestsQuery) -> bool {
    let shown = match query.show {
        TestsShow::All => true,
        TestsShow::Failed => matches!(row.verdict.as_str(), "failed" | "errored"),
        TestsShow::Skipped => row.verdict == "skipped",
        TestsShow::Passed => row.verdict == "passed",
    };
    let text = query
        .text
        .as_deref()
        .map(str::to_lowercase)
        .unwrap_or_default();
    shown
        && format!("{} {}", row.suite, row.name)
            .to_lowercase()
            .contains(&text)
}

fn test_order(row: &TestRow) -> u8 {
    match row.verdict.as_str() {
        "failed" => 0,
        "errored" => 1,
        "skipped" => 2,
        _ => 3,
    }
}
