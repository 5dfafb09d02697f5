//! Settling what was cut off: a promotion or rollback whose process died before its end.
//!
//! Each tag is looked at: where it names the target, it is recorded; where it names what it
//! named before, nothing happened; anything else is for a person. Nothing is overwritten.

use crate::{
    desk::Desk,
    dto::{SettleOutcome, Settled},
    entry::local,
    error::{Code, Error, Result},
    image::own_tag,
    place::Placement,
    surroundings::Work,
};
use hallmark_history::Intent;
use hallmark_image::{Digest, Repository};

/// Where a tag of a cut-off placement stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Target,
    Previous,
    Elsewhere,
}

impl Desk {
    /// Settles every placement that was cut off. One that cannot be read, or whose registry is
    /// away, waits, and keeps no other from being settled.
    ///
    /// # Errors
    /// Where nothing at all could be settled; what is not settled waits.
    pub async fn settle(&self, work: &Work) -> Result<Vec<Settled>> {
        let mut settled = Vec::new();
        let mut first = None;
        for intent in self.history.orphaned_intents().await? {
            work.say("Settling what was cut off", settled.len() as u64, None);
            let named = Named::of(&intent);
            match self.settle_read(intent).await {
                Ok(done) => settled.push(done),
                Err(error) => {
                    settled.push(named.waits(&error));
                    first = first.or(Some(error));
                }
            }
        }
        let all_wait = settled
            .iter()
            .all(|one| one.outcome == SettleOutcome::Waits);
        match first {
            Some(error) if all_wait => Err(error),
            _ => Ok(settled),
        }
    }

    async fn settle_read(&self, intent: Intent) -> Result<Settled> {
        self.settle_one(placement_of(&intent)?, intent).await
    }

    /// Settles what has to do with one repository alone: what is elsewhere must not keep it from
    /// being worked in.
    ///
    /// # Errors
    /// Where the registry cannot be asked; what is not settled waits.
    pub(crate) async fn settle_in(&self, only: &Repository, work: &Work) -> Result<()> {
        for intent in self.history.orphaned_intents().await? {
            let placement = placement_of(&intent);
            let touches = match &placement {
                Ok(placement) => placement.touches(only),
                Err(_) => intent.repository == only.to_string(),
            };
            if touches {
                work.say("Settling what was cut off", 0, None);
                self.settle_one(placement?, intent).await?;
            }
        }
        Ok(())
    }

    async fn settle_one(&self, placement: Placement, intent: Intent) -> Result<Settled> {
        let mut found = Vec::with_capacity(placement.tags.len());
        for moved in &placement.tags {
            let now = self
                .tag_digest(&placement.repository, &own_tag(&moved.tag)?)
                .await?;
            found.push(stands(now.as_ref(), moved.from.as_ref(), &moved.to));
        }
        let all = |wanted| found.iter().all(|one| *one == wanted);
        if all(Found::Target) {
            return self.settle_done(&placement, intent).await;
        }
        let (outcome, message) = if all(Found::Previous) {
            (
                SettleOutcome::NotDone,
                "was cut off before any tag moved; nothing happened, and it may be done again",
            )
        } else if found.contains(&Found::Elsewhere) {
            (
                SettleOutcome::Conflict,
                "was cut off, and a tag names a third image now: look at it before anything else",
            )
        } else {
            (
                SettleOutcome::Partial,
                "was cut off with some of its tags moved: promote again to move the rest",
            )
        };
        let message = format!(
            "The {} of {} to {} {message}.",
            placement.kind(),
            placement.target.digest.short(),
            placement.stage
        );
        self.settle_noted(&placement, intent, outcome, message)
            .await
    }

    async fn settle_done(&self, placement: &Placement, intent: Intent) -> Result<Settled> {
        let (statement, notes) = self.conclude(placement, intent).await?;
        self.tell_queue(placement, &statement).await?;
        let done = format!(
            "The {} of {} to {} had moved its tags when it was cut off; it is recorded now.",
            placement.kind(),
            placement.target.digest.short(),
            placement.stage
        );
        let message = [vec![done], notes].concat().join(" ");
        Ok(settled(placement, SettleOutcome::Recorded, message))
    }

    async fn settle_noted(
        &self,
        placement: &Placement,
        intent: Intent,
        outcome: SettleOutcome,
        message: String,
    ) -> Result<Settled> {
        let name = self.my_name().await.unwrap_or_default();
        let mut entry = local("settle", &name, self.now(), message.clone());
        entry.repository = Some(placement.repository.to_string());
        entry.tag = placement.tags.first().map(|moved| moved.tag.clone());
        entry.digest = Some(placement.target.digest.clone());
        entry.detail = serde_json::json!({"stage": placement.stage, "intent": placement.intent, "outcome": outcome});
        let word = match outcome {
            SettleOutcome::Partial => "partial",
            SettleOutcome::Conflict => "conflict",
            _ => "not-done",
        };
        self.close(intent, word, vec![entry]).await?;
        Ok(settled(placement, outcome, message))
    }
}

/// What an intent says of itself where the rest of it cannot be used.
struct Named {
    repository: String,
    stage: String,
    digest: Option<Digest>,
}

impl Named {
    fn of(intent: &Intent) -> Self {
        Self {
            repository: intent.repository.clone(),
            stage: intent.stage.clone(),
            digest: intent.tags.first().map(|tag| tag.target.clone()),
        }
    }

    fn waits(self, why: &Error) -> Settled {
        Settled {
            repository: self.repository,
            stage: self.stage,
            digest: self.digest.map(|one| one.to_string()).unwrap_or_default(),
            outcome: SettleOutcome::Waits,
            message: format!("It was cut off, and waits to be settled: {why}"),
        }
    }
}

fn placement_of(intent: &Intent) -> Result<Placement> {
    serde_json::from_value(intent.detail.clone()).map_err(|error| {
        Error::new(
            Code::DatabaseCorrupt,
            format!("a promotion that was cut off cannot be read: {error}"),
        )
    })
}

fn stands(now: Option<&Digest>, previous: Option<&Digest>, target: &Digest) -> Found {
    match now {
        Some(now) if now == target => Found::Target,
        now if now == previous => Found::Previous,
        _ => Found::Elsewhere,
    }
}

fn settled(placement: &Placement, outcome: SettleOutcome, message: String) -> Settled {
    Settled {
        repository: placement.repository.to_string(),
        stage: placement.stage.clone(),
        digest: placement.target.digest.to_string(),
        outcome,
        message,
    }
}
