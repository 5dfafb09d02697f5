//! Pages of a review: the tests and findings that count, narrowed and in order.

use crate::{
    desk::{Desk, held},
    dto::{FindingRow, FindingsPage, FindingsQuery, TestRow, TestsPage, TestsQuery},
    error::{Code, Error, Result},
    image::{Image, reference},
    page_rows::Opened,
    short_rows::short,
    weigh::Weighed,
};
use std::sync::Arc;

/// The most rows of a page.
const PAGE: u64 = 60;

impl Desk {
    /// A page of the tests that count for an image.
    ///
    /// # Errors
    /// Where the image, or anything attached to it, cannot be read.
    pub async fn tests_page(&self, query: TestsQuery) -> Result<TestsPage> {
        let opened = self.opened(&query.image).await?;
        computed(move || {
            let tests = opened.tests();
            let wanted = tests.wanted(&query);
            let places = places(&wanted, query.offset, query.limit);
            TestsPage {
                rows: places.filter_map(|at| tests.row(at)).map(short).collect(),
                total: wanted.len() as u64,
            }
        })
        .await
    }

    /// The test at the offset of a question, whole.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is none any more.
    pub async fn test_row(&self, query: TestsQuery) -> Result<TestRow> {
        let opened = self.opened(&query.image).await?;
        let found = computed(move || {
            let wanted = opened.tests().wanted(&query);
            let at = places(&wanted, query.offset, 1).next();
            at.and_then(|at| opened.tests().row(at))
        });
        found.await?.ok_or_else(gone)
    }

    /// A page of the findings that count for an image.
    ///
    /// # Errors
    /// Where the image, or anything attached to it, cannot be read.
    pub async fn findings_page(&self, query: FindingsQuery) -> Result<FindingsPage> {
        let opened = self.opened(&query.image).await?;
        computed(move || {
            let findings = opened.findings();
            let wanted = findings.wanted(&query);
            let places = places(&wanted, query.offset, query.limit);
            let rows = places.filter_map(|at| findings.row(at));
            FindingsPage {
                rows: rows.map(short).collect(),
                total: wanted.len() as u64,
            }
        })
        .await
    }

    /// The finding at the offset of a question, whole.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is none any more.
    pub async fn finding_row(&self, query: FindingsQuery) -> Result<FindingRow> {
        let opened = self.opened(&query.image).await?;
        let found = computed(move || {
            let wanted = opened.findings().wanted(&query);
            let at = places(&wanted, query.offset, 1).next();
            at.and_then(|at| opened.findings().row(at))
        });
        found.await?.ok_or_else(gone)
    }

    /// Lets go of what was gathered for the pages of a review, and of the reports behind it.
    pub fn leave_review(&self) {
        *held(&self.opened) = None;
        held(&self.reports).clear();
    }

    /// Keeps what a review has just read for the pages that are asked for next.
    pub(crate) fn open_pages(&self, image: &Image, weighed: &[Weighed]) {
        let kept = held(&self.opened).clone();
        if kept.is_some_and(|kept| kept.stands_for(image, weighed)) {
            return;
        }
        *held(&self.opened) = Some(Arc::new(Opened::new(image, weighed)));
    }

    /// What is looked through, gathered now where the review was not.
    async fn opened(&self, image: &str) -> Result<Arc<Opened>> {
        let kept = held(&self.opened).clone();
        if let Some(kept) = kept.filter(|kept| kept.image == image) {
            return Ok(kept);
        }
        let image = self.image(&reference(image)?).await?;
        let trust = self.trust().await?;
        let attached = self.attached(&image, &trust).await?;
        let weighed = self.weigh(&image, &attached, &trust).await?;
        let opened = Arc::new(Opened::new(&image, &weighed));
        *held(&self.opened) = Some(opened.clone());
        Ok(opened)
    }
}

/// Sorting and searching many rows keeps no other command waiting.
async fn computed<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::internal)
}

fn gone() -> Error {
    Error::new(Code::NotFound, "this row is not there any more").hint("Look at the list again.")
}

/// The rows of one page; of at most so many as a page has.
pub(crate) fn page<T>(rows: Vec<T>, offset: u64, limit: u64) -> Vec<T> {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit.clamp(1, PAGE)).unwrap_or(usize::MAX);
    rows.into_iter().skip(skip).take(take).collect()
}

fn places(wanted: &[u32], offset: u64, limit: u64) -> impl Iterator<Item = u32> {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit.clamp(1, PAGE)).unwrap_or(usize::MAX);
    wanted.iter().copied().skip(skip).take(take)
}
