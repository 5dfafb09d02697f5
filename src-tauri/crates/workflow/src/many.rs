//! Many at once: several candidates approved with one reason, each by the very same use case as
//! one alone, so that every rule holds for each. What fails is named, and the others go on.

use crate::{
    case::Case,
    desk::Desk,
    dto::{AskApproveMany, Decide, ManyApproved, ManyDone, ManyOne, Outcome},
    error::{Code, Error, Result},
    surroundings::Work,
};
use futures::{FutureExt, StreamExt, stream};

/// How many are worked on at once.
const AT_ONCE: usize = 4;
/// As many as a person can answer for in one go.
const MOST: usize = 200;

impl Desk {
    /// Approves each candidate for itself, and promotes where that was its last approval.
    ///
    /// # Errors
    /// [`Code::BadInput`] without a reason, without candidates or with too many. What is refused
    /// or fails for one candidate is in the answer.
    pub async fn approve_many(&self, ask: AskApproveMany, work: &Work) -> Result<ManyApproved> {
        let total = ask.candidates.len();
        if total == 0 || total > MOST {
            return Err(Error::bad_input(format!(
                "{total} candidates were named; between 1 and {MOST} can be approved in one go"
            )));
        }
        if ask.message.trim().is_empty() {
            return Err(Error::new(Code::BadInput, "a reason is missing")
                .hint("Say why in a sentence; it stands on each approval."));
        }
        let message = ask.message.as_str();
        let each = ask.candidates.into_iter().enumerate();
        let each =
            each.map(|(at, one)| async move { (at, self.one(one, message, work).await) }.boxed());
        let mut running = stream::iter(each).buffer_unordered(AT_ONCE);
        let mut done: Vec<(usize, ManyDone)> = Vec::with_capacity(total);
        while let Some(next) = running.next().await {
            done.push(next);
            work.say("Approving", done.len() as u64, Some(total as u64));
        }
        done.sort_by_key(|(at, _)| *at);
        Ok(summed(done.into_iter().map(|(_, one)| one).collect()))
    }

    /// One candidate: what it comes to is an answer, also where that is a failure.
    async fn one(&self, one: ManyOne, message: &str, work: &Work) -> ManyDone {
        let (image, stage) = (one.image.clone(), one.stage.clone());
        let decide = Decide {
            image: one.image,
            stage: one.stage,
            message: message.to_owned(),
            seen: Some(one.seen),
            seen_golden: one.seen_golden,
            promote: true,
        };
        let (approved, message, failure) = match self
            .approve_where(decide, Case::may_approve_among_many, &work.part())
            .await
        {
            Ok(decided) => match decided.promotion {
                Some(promotion) if promotion.outcome != Outcome::Promoted => {
                    (true, promotion.message, Some(Code::Conflict))
                }
                Some(promotion) => (true, promotion.message, None),
                None => (true, decided.message, None),
            },
            Err(error) => (false, error.message, Some(error.code)),
        };
        ManyDone {
            image,
            stage,
            approved,
            message,
            failure,
        }
    }
}

fn summed(done: Vec<ManyDone>) -> ManyApproved {
    let approved = done.iter().filter(|one| one.approved).count() as u64;
    let failed = done.iter().filter(|one| one.failure.is_some()).count() as u64;
    ManyApproved {
        approved,
        failed,
        done,
    }
}
