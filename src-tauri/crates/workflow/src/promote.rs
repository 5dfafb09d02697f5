//! Promotion: an approved digest gets its stage's tags.

use crate::{
    case::Case,
    decide::SummaryOf,
    desk::Desk,
    dto::{AskPromote, CandidateState, Outcome, Promotion, TagMove},
    error::{Code, Error, Nature, Result},
    image::{own_tag, reference},
    place::{Done, End, Placement, Why},
    plan::plan,
    request_tag::{request_tag, state_name},
    rules::policy_ref,
    standing::{Placed, placed},
    surroundings::Work,
};
use hallmark_attest::predicate as p;
use hallmark_image::Digest;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Counts what a promotion cost.
pub(crate) struct Meter {
    requests: u64,
    began: Timestamp,
}

impl Meter {
    pub(crate) fn start(desk: &Desk) -> Self {
        Self {
            requests: desk.client().requests(),
            began: desk.now(),
        }
    }

    fn requests(&self, desk: &Desk) -> u64 {
        desk.client().requests().saturating_sub(self.requests)
    }

    fn seconds(&self, desk: &Desk) -> f64 {
        desk.now().duration_since(self.began).as_secs_f64()
    }

    /// Requests and seconds so far.
    pub(crate) fn read(&self, desk: &Desk) -> (u64, f64) {
        (self.requests(desk), self.seconds(desk))
    }

    /// The result, with what it cost.
    pub(crate) fn stop(&self, desk: &Desk, mut promotion: Promotion) -> Promotion {
        promotion.requests = self.requests(desk);
        promotion.seconds = self.seconds(desk);
        promotion
    }
}

impl Desk {
    /// Promotes an approved digest, or says what would happen.
    ///
    /// A rule that says no and a tag that moved are results, [`Outcome::Refused`] and
    /// [`Outcome::Conflict`], and are recorded.
    ///
    /// # Errors
    /// Where it could not be judged or done.
    pub async fn promote(&self, ask: AskPromote, work: &Work) -> Result<Promotion> {
        let meter = Meter::start(self);
        let named = reference(&ask.image)?;
        if !ask.dry_run {
            self.will_write(&named.repository)?;
            self.ensure_key(None).await?;
            self.settle_in(&named.repository, work).await?;
        }
        work.step("Reading the evidence", 0, None)?;
        let case = self.case(&named, &ask.stage).await?;
        let judged = self.judge(&case, ask.dry_run).await?;
        let promotion = match judged {
            Some(ended) if ended.outcome == Outcome::Already && !ask.dry_run => {
                self.told_again(&case, ended).await
            }
            Some(ended) => ended,
            None if ask.dry_run => self.rehearse(&case).await?,
            None => self.carry_out(&case, work).await?,
        };
        Ok(meter.stop(self, promotion))
    }

    /// What keeps the case from being promoted, or that it is promoted already.
    async fn judge(&self, case: &Case, dry_run: bool) -> Result<Option<Promotion>> {
        let refusal = match case.may_promote() {
            Ok(()) => None,
            Err(error) if error.code.nature() == Nature::No => Some(error),
            Err(error) => return Err(error),
        };
        if let Some(error) = refusal {
            let message = error.message.clone();
            if !dry_run {
                recorded(self.refused(case, "promote", error).await)?;
            }
            return Ok(Some(result(case, Outcome::Refused, dry_run, message)));
        }
        if case.there() && case.standing.state == CandidateState::Promoted {
            let message = plan(case, None).sentence;
            return Ok(Some(result(case, Outcome::Already, dry_run, message)));
        }
        match case.immovable().or_else(|| moved_since_approval(case)) {
            Some(message) if dry_run => Ok(Some(result(case, Outcome::Conflict, dry_run, message))),
            Some(message) => {
                let conflict = Error::new(Code::Conflict, message.clone());
                recorded(self.refused(case, "promote", conflict).await)?;
                Ok(Some(result(case, Outcome::Conflict, dry_run, message)))
            }
            None => Ok(None),
        }
    }

    /// What is promoted already and was cut off before the team's queue knew is said there now.
    async fn told_again(&self, case: &Case, mut ended: Promotion) -> Promotion {
        if let Err(error) = self.catch_up(case).await {
            let lag = format!("The team's queue could not be updated: {error}");
            ended.message = format!("{} {lag}", ended.message);
        }
        ended
    }

    async fn catch_up(&self, case: &Case) -> Result<()> {
        let word = placed(
            &case.attached,
            case.image.digest(),
            &case.stage,
            &case.trust,
        );
        let (Some(team), Some(Placed::Up(signed, _))) = (self.team_repository(), word) else {
            return Ok(());
        };
        let promoted = state_name(CandidateState::Promoted);
        let tag = own_tag(&request_tag(&case.stage, case.image.digest()))?;
        match self.request_state(&team, &tag, &case.trust).await {
            Ok((_, says)) if says.state == promoted => Ok(()),
            _ => self.mark(case, promoted, &signed.digest).await,
        }
    }

    async fn rehearse(&self, case: &Case) -> Result<Promotion> {
        let placement = self.placement(case).await?;
        let message = format!(
            "Dry run: {}",
            plan(case, self.today(case).await?.map(|t| t.image).as_ref()).sentence
        );
        let mut promotion = result(case, Outcome::Promoted, true, message);
        promotion.pins = placement.pin_names();
        Ok(promotion)
    }

    async fn placement(&self, case: &Case) -> Result<Placement> {
        let repository = &case.place.repository;
        let source = case.is_elsewhere().then(|| case.image.repository.clone());
        let old: BTreeSet<Digest> = case
            .tags
            .iter()
            .filter_map(|(_, current)| current.clone())
            .collect();
        let target = case.image.manifest.descriptor();
        let mut keep: Vec<Digest> = old
            .into_iter()
            .filter(|digest| *digest != target.digest)
            .collect();
        keep.push(target.digest.clone());
        let pins = self.pins(repository, &case.stage, &keep).await?;
        let old = match case.golden() {
            Some(golden) => Some(
                self.client()
                    .manifest(&repository.at(golden.clone()))
                    .await?
                    .descriptor(),
            ),
            None => None,
        };
        let policy = policy_ref(&case.policy);
        let evidence = case.counted();
        Ok(Placement {
            intent: uuid::Uuid::new_v4().to_string(),
            repository: repository.clone(),
            tell: source.iter().cloned().collect(),
            source,
            stage: case.stage.clone(),
            tags: case
                .tags
                .iter()
                .map(|(tag, from)| p::Moved {
                    tag: tag.to_string(),
                    from: from.clone(),
                    to: target.digest.clone(),
                })
                .collect(),
            pins,
            old,
            why: Why::Promotion {
                summary: SummaryOf {
                    image: repository.at(target.digest.clone()).to_string(),
                    policy: policy.clone(),
                    inputs: evidence.clone(),
                    result: "PASSED".into(),
                    level: format!("HALLMARK_PROMOTED_{}", case.stage.to_uppercase()),
                },
                policy,
                evidence,
                decisions: case.standing.approvals.clone(),
            },
            target,
        })
    }

    async fn carry_out(&self, case: &Case, work: &Work) -> Result<Promotion> {
        self.client().will_push(&case.place.repository)?;
        let placement = self.placement(case).await?;
        let end = self.place(&placement, &case.image.manifest, work).await?;
        let mut promotion = match end {
            End::Done(done) => self.carried_out(case, *done).await?,
            End::Conflict(moved) => result(case, Outcome::Conflict, false, moved.in_words()),
            End::Immovable(refused) => {
                let outcome = refused.outcome();
                result(case, outcome, false, refused.in_words())
            }
        };
        promotion.pins = placement.pin_names();
        work.say("Done", 5, Some(5));
        Ok(promotion)
    }

    async fn carried_out(&self, case: &Case, done: Done) -> Result<Promotion> {
        self.keep_facts(&case.image).await?;
        let missing = self.missing(case, done.carried.missing.clone()).await?;
        let queue = self.mark(case, "promoted", &done.statement).await;
        let mut words = vec![plan_done(case)];
        words.extend(done.notes);
        if let Err(error) = queue {
            words.push(format!("The team's queue could not be updated: {error}"));
        }
        let mut promotion = result(case, Outcome::Promoted, false, words.join(" "));
        promotion.statement = Some(done.statement.to_string());
        promotion.missing = missing;
        promotion.copied = done.carried.copied;
        promotion.bytes = done.carried.bytes;
        promotion.mounted = done.carried.mounted;
        Ok(promotion)
    }

    /// What was attached before and is not now, at the stage's place.
    async fn missing(&self, case: &Case, mut missing: BTreeSet<String>) -> Result<Vec<String>> {
        let now = self.hanging_on(&case.image, &case.place.repository).await?;
        let gone = case.attached.referrers.difference(&now);
        missing.extend(gone.map(ToString::to_string));
        Ok(missing.into_iter().collect())
    }
}

/// `refused` gives back what it recorded; anything else means that recording failed.
fn recorded(error: Error) -> Result<()> {
    match error.code.nature() {
        Nature::No => Ok(()),
        _ => Err(error),
    }
}

/// The stage's tag was elsewhere when the approval was given.
fn moved_since_approval(case: &Case) -> Option<String> {
    let seen = case.standing.seen_golden.as_ref()?;
    let now = case.golden();
    if seen.as_ref() == now || now == Some(case.image.digest()) {
        return None;
    }
    let name = |digest: Option<&Digest>| digest.map_or("nothing", Digest::short).to_owned();
    Some(format!(
        "{} was moved since this was approved: it named {} and names {} now; look at the difference and approve again",
        case.tags
            .first()
            .map(|(tag, _)| tag.to_string())
            .unwrap_or_default(),
        name(seen.as_ref()),
        name(now)
    ))
}

fn plan_done(case: &Case) -> String {
    let tags: Vec<String> = case.tags.iter().map(|(tag, _)| tag.to_string()).collect();
    let verb = if tags.len() == 1 { "names" } else { "name" };
    format!(
        "{}{} {verb} {} now.",
        crate::plan::list(&tags),
        crate::plan::at(case),
        case.image.digest().short()
    )
}

pub(crate) fn result(case: &Case, outcome: Outcome, dry_run: bool, message: String) -> Promotion {
    let moves: Vec<TagMove> = case.moves();
    Promotion {
        outcome,
        repository: case.place.repository.to_string(),
        source: case
            .is_elsewhere()
            .then(|| case.image.repository.to_string()),
        stage: case.stage.clone(),
        digest: case.image.digest().to_string(),
        previous: case.golden().map(ToString::to_string),
        tags: moves.iter().map(|one| one.tag.clone()).collect(),
        moves,
        pins: Vec::new(),
        copied: 0,
        bytes: 0,
        mounted: 0,
        missing: Vec::new(),
        requests: 0,
        seconds: 0.0,
        dry_run,
        message,
        statement: None,
    }
}
