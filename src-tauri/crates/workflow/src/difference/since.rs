//! With what a candidate is compared, and the comparisons that were made last: the pages of a long
//! list come from the very comparison whose sentence stands above them.

use super::{Compared, Side, compare};
use crate::{
    case::Case,
    desk::{Desk, held},
    dto::{AskDifference, Difference, PlatformLayers, Since},
    error::{Code, Result},
    image::{Image, reference},
    review::Today,
    weigh::Weighed,
};
use hallmark_history::Filter;
use hallmark_image::Digest;
use jiff::Timestamp;
use std::{collections::VecDeque, sync::Arc};

/// How many comparisons are kept.
const KEPT: usize = 4;
/// How many decisions are looked through for the last one.
const REACH: usize = 200;

/// What was compared: the candidate at a stage, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Which {
    image: String,
    stage: String,
    since: Since,
}

/// The comparisons that were made last.
#[derive(Default)]
pub(crate) struct Cache(VecDeque<(Which, Arc<Compared>)>);

impl Cache {
    fn get(&self, which: &Which) -> Option<Arc<Compared>> {
        let found = self.0.iter().find(|(known, _)| known == which);
        found.map(|(_, compared)| compared.clone())
    }

    fn keep(&mut self, which: Which, compared: Arc<Compared>) {
        self.0.retain(|(known, _)| *known != which);
        self.0.truncate(KEPT - 1);
        self.0.push_front((which, compared));
    }
}

/// The image that this person decided on last.
struct Reviewed {
    image: Image,
    evidence: Vec<Weighed>,
    at: Timestamp,
}

impl Desk {
    /// What changed since golden, or since the image that the person here reviewed last.
    ///
    /// # Errors
    /// Where either image, or anything attached to it, cannot be read.
    pub async fn difference(&self, ask: AskDifference) -> Result<Difference> {
        Ok(self.compared_anew(&ask).await?.difference.clone())
    }

    /// The layers of each platform, with those that the other image has as well.
    ///
    /// # Errors
    /// As [`difference`](Self::difference).
    pub async fn layers(&self, ask: AskDifference) -> Result<Vec<PlatformLayers>> {
        Ok(self.compared(&ask).await?.layers.clone())
    }

    /// Compares with golden what was read for a review already, and keeps it for the pages.
    pub(crate) fn compare_with_golden(&self, case: &Case, today: Option<&Today>) -> Difference {
        let compared = Arc::new(self.with_golden(case, today));
        let which = Which {
            image: case.image.name(),
            stage: case.stage.clone(),
            since: Since::Golden,
        };
        held(&self.compared).keep(which, compared.clone());
        compared.difference.clone()
    }

    fn with_golden(&self, case: &Case, today: Option<&Today>) -> Compared {
        let golden = today.map(|today| Side {
            image: &today.image,
            weighed: &today.evidence,
            name: "Golden",
        });
        let instead = match &golden {
            None => "Nothing is golden here yet.",
            Some(_) => "This image is golden now.",
        };
        compare(golden, here(case), instead, self.now())
    }

    /// The comparison that was made last, else a new one.
    pub(super) async fn compared(&self, ask: &AskDifference) -> Result<Arc<Compared>> {
        let known = held(&self.compared).get(&which(ask));
        match known {
            Some(known) => Ok(known),
            None => self.compared_anew(ask).await,
        }
    }

    async fn compared_anew(&self, ask: &AskDifference) -> Result<Arc<Compared>> {
        let stage = Self::stage_or_golden(ask.stage.clone());
        let case = self.case(&reference(&ask.image)?, &stage).await?;
        let compared = match ask.since {
            Since::Golden => {
                let today = self.today(&case).await?;
                self.with_golden(&case, today.as_ref())
            }
            Since::MyLastReview => self.with_mine(&case).await?,
        };
        let compared = Arc::new(compared);
        held(&self.compared).keep(which(ask), compared.clone());
        Ok(compared)
    }

    async fn with_mine(&self, case: &Case) -> Result<Compared> {
        let Some((digest, at)) = self.reviewed_last(case).await? else {
            let instead = "You have decided on no other image of this repository yet.";
            return Ok(compare(None, here(case), instead, self.now()));
        };
        let mine = match self.reviewed(case, &digest, at).await {
            Ok(mine) => mine,
            Err(error) if error.code == Code::NotFound => {
                let instead = format!(
                    "The image that you reviewed last, {}…, is gone from the registry.",
                    digest.short()
                );
                return Ok(compare(None, here(case), &instead, self.now()));
            }
            Err(error) => return Err(error),
        };
        let side = Side {
            image: &mine.image,
            weighed: &mine.evidence,
            name: "The image you reviewed last",
        };
        let mut compared = compare(Some(side), here(case), "", self.now());
        if let Some(with) = &mut compared.difference.with {
            with.at = Some(mine.at);
        }
        Ok(compared)
    }

    async fn reviewed(&self, case: &Case, digest: &Digest, at: Timestamp) -> Result<Reviewed> {
        let image = self
            .image(&case.image.repository.at(digest.clone()))
            .await?;
        let attached = self.attached(&image, &case.trust).await?;
        let evidence = self.weigh(&image, &attached, &case.trust).await?;
        Ok(Reviewed {
            image,
            evidence,
            at,
        })
    }

    /// The last decision of the person here on another image of the repository, by key.
    async fn reviewed_last(&self, case: &Case) -> Result<Option<(Digest, Timestamp)>> {
        let Some(me) = &case.me else {
            return Ok(None);
        };
        let filter = Filter {
            repository: Some(case.image.repository.to_string()),
            kind: Some(["approve", "request-changes"].map(str::to_owned).to_vec()),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, REACH).await?;
        Ok(page.entries.into_iter().find_map(|entry| {
            let mine = entry.key_id.as_ref() == Some(me);
            let digest = entry
                .digest
                .filter(|digest| digest != case.image.digest())?;
            mine.then_some((digest, entry.time))
        }))
    }
}

fn here(case: &Case) -> Side<'_> {
    Side {
        image: &case.image,
        weighed: &case.evidence,
        name: "This image",
    }
}

fn which(ask: &AskDifference) -> Which {
    Which {
        image: ask.image.clone(),
        stage: Desk::stage_or_golden(ask.stage.clone()),
        since: ask.since,
    }
}
