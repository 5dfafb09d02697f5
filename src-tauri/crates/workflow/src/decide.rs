//! Decisions: approve, request changes, comment, withdraw. One person, one digest, one stage.
//!
//! A decision names the policy and every piece of evidence that was before the person. What
//! the policy refuses cannot be approved, from anywhere, and the attempt is recorded.

use crate::{
    case::Case,
    desk::Desk,
    dto::{AskPromote, AskTalk, CandidateState, Decide, Decided},
    entry::local,
    error::{Code, Error, Result},
    image::{digest, reference},
    request_tag::state_name,
    rules::policy_ref,
    scribe::Scribe,
    standing::verdict_name,
    surroundings::Work,
};
use hallmark_attest::predicate::{self as p, Choice};
use hallmark_image::{Digest, Reference};
use std::collections::{BTreeMap, BTreeSet};

/// The longest reason, characters.
const REASON: usize = 10_000;

impl Desk {
    /// Approves, and promotes where that was asked for and this was the last approval needed.
    ///
    /// # Errors
    /// [`Code::PolicyRefuses`], [`Code::NotAllowed`], [`Code::Conflict`] where something changed
    /// while the person looked, and whatever keeps the registry from taking it.
    pub async fn approve(&self, ask: Decide, work: &Work) -> Result<Decided> {
        self.approve_where(ask, Case::may_approve, work).await
    }

    /// The same, under a rule that asks for as much or more.
    pub(crate) async fn approve_where(
        &self,
        ask: Decide,
        may: fn(&Case) -> Result<()>,
        work: &Work,
    ) -> Result<Decided> {
        let reason = reason(&ask.message)?;
        work.step("Reading the evidence", 0, Some(3))?;
        let mut case = self.open_case(&ask).await?;
        if let Err(refused) = unchanged(&ask, &case).and_then(|()| may(&case)) {
            return Err(self.refused(&case, "approve", refused).await);
        }
        work.step("Signing", 1, Some(3))?;
        let message = format!("Approved for {}.", case.stage);
        let mut decided = self
            .decide_and_tell(&mut case, Choice::Approve, &reason, message)
            .await?;
        if ask.promote && complete(&case) {
            work.step("Promoting", 2, Some(3))?;
            let image = exact(&case).to_string();
            let ask = AskPromote {
                image,
                stage: case.stage.clone(),
                dry_run: false,
            };
            decided.promotion = Some(Box::pin(self.promote(ask, work)).await?);
        }
        Ok(decided)
    }

    /// Asks for changes: it blocks the digest at the stage until its author withdraws or approves.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], and whatever keeps the registry from taking it.
    pub async fn request_changes(&self, ask: Decide) -> Result<Decided> {
        let reason = reason(&ask.message)?;
        let mut case = self.open_case(&ask).await?;
        case.may_decide()?;
        let message = format!(
            "Changes requested; {} is blocked for this image.",
            case.stage
        );
        self.decide_and_tell(&mut case, Choice::RequestChanges, &reason, message)
            .await
    }

    /// Comments: it changes nothing but what others read.
    ///
    /// # Errors
    /// [`Code::NotAllowed`] for a key that belongs to no member.
    pub async fn comment(&self, ask: Decide) -> Result<Decided> {
        let reason = reason(&ask.message)?;
        let mut case = self.open_case(&ask).await?;
        member(&case)?;
        let statement = self
            .decide(&mut case, Choice::Comment, &reason, None)
            .await?;
        Ok(decided(&case, &statement, "Commented.".to_owned(), Ok(())))
    }

    /// Opens the case of somebody who is about to say something.
    pub(crate) async fn talking(&self, ask: &AskTalk) -> Result<Case> {
        reason(&ask.message)?;
        let named = reference(&ask.image)?;
        self.will_write(&named.repository)?;
        self.ensure_key(None).await?;
        let case = self.case(&named, &ask.stage).await?;
        member(&case)?;
        Ok(case)
    }

    /// Says it: a comment that knows where it stands in the talk.
    pub(crate) async fn say(
        &self,
        case: &mut Case,
        message: &str,
        talk: p::Talk,
    ) -> Result<Decided> {
        let words = match (talk.resolves, &talk.answers, talk.asks) {
            (true, ..) => "Resolved.",
            (_, Some(_), _) => "Answered.",
            (.., true) => "Asked; the point stays open until it is resolved.",
            _ => "Commented.",
        };
        let reason = reason(message)?;
        let statement = self
            .decide(case, Choice::Comment, &reason, Some(talk))
            .await?;
        Ok(decided(case, &statement, words.to_owned(), Ok(())))
    }

    /// Takes back one's own request, approval or objection.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is nothing of one's own to take back.
    pub async fn withdraw(&self, ask: Decide) -> Result<Decided> {
        let mut case = self.open_case(&ask).await?;
        let me = member(&case)?;
        let standing = &case.standing;
        if standing.state == CandidateState::Promoted {
            return Err(Error::new(
                Code::Conflict,
                "it is promoted already; roll it back instead",
            ));
        }
        let asked = case.asked_by_me() && standing.state != CandidateState::Withdrawn;
        let spoke = standing.approved_by.contains(&me) || standing.blocking.contains(&me);
        if !asked && !spoke {
            return Err(Error::new(
                Code::NotFound,
                "there is nothing of yours to take back here",
            ));
        }
        let message = "Taken back.".to_owned();
        self.decide_and_tell(&mut case, Choice::Withdraw, &ask.message, message)
            .await
    }

    /// Decides, and says in the team's queue where the candidate stands from then on.
    async fn decide_and_tell(
        &self,
        case: &mut Case,
        choice: Choice,
        reason: &str,
        message: String,
    ) -> Result<Decided> {
        let statement = self.decide(case, choice, reason, None).await?;
        let state = state_name(case.standing.state);
        let queue = self.mark(case, state, &statement).await;
        Ok(decided(case, &statement, message, queue))
    }

    async fn open_case(&self, ask: &Decide) -> Result<Case> {
        let named = reference(&ask.image)?;
        self.will_write(&named.repository)?;
        self.ensure_key(None).await?;
        self.case(&named, &ask.stage).await
    }

    /// Records that something was refused, and gives the refusal back.
    pub(crate) async fn refused(&self, case: &Case, what: &str, refused: Error) -> Error {
        let name = self.my_name().await.unwrap_or_default();
        let mut entry = local(
            "refusal",
            &name,
            self.now(),
            format!("{what}: {}", refused.message),
        );
        entry.repository = Some(case.image.repository.to_string());
        entry.tag = case.tag();
        entry.digest = Some(case.image.digest().clone());
        entry.detail = serde_json::json!({"stage": case.stage, "code": refused.code, "rules": failing_rules(case)});
        match self.record(vec![entry]).await {
            Ok(()) => refused,
            Err(broken) => broken,
        }
    }

    /// Signs and attaches a decision, with a summary for other tools where it is a yes or a no.
    async fn decide(
        &self,
        case: &mut Case,
        choice: Choice,
        message: &str,
        talk: Option<p::Talk>,
    ) -> Result<Digest> {
        let mut scribe = self.scribe().await?;
        if let Some(result) = summary_result(choice) {
            write_summary(&mut scribe, case, result, "APPROVED")?;
        }
        let asked = case.asked_by_me();
        let statement = scribe.write(
            &case.image.repository,
            &case.image.manifest.descriptor(),
            p::DECISION,
            |origin| p::Decision {
                origin,
                repository: case.image.repository.to_string(),
                tag: case.tag(),
                digest: case.image.digest().clone(),
                stage: case.stage.clone(),
                decision: choice,
                message: message.to_owned(),
                policy: policy_ref(&case.policy),
                verdict: verdict_name(case.verdict).to_owned(),
                evidence: case.counted(),
                statements: case
                    .attached
                    .trusted()
                    .map(|signed| signed.digest.clone())
                    .collect(),
                golden: case.golden().cloned(),
                self_approval: asked && choice == Choice::Approve,
                talk,
            },
        )?;
        let written = scribe.signed();
        scribe.publish(self, &case.image.repository).await?;
        for signed in written {
            case.hear(signed);
        }
        Ok(statement)
    }
}

/// Whether nobody has to say anything more. Where a stage needs no approval, an image waits there
/// until it is promoted, whoever approves it.
fn complete(case: &Case) -> bool {
    match case.standing.state {
        CandidateState::Approved => true,
        CandidateState::Waiting => case.standing.needed == 0,
        _ => false,
    }
}

/// The image by its digest, with the tag it came under.
pub(crate) fn exact(case: &Case) -> Reference {
    Reference {
        tag: case.image.tag.clone(),
        ..case.image.repository.at(case.image.digest().clone())
    }
}

fn summary_result(choice: Choice) -> Option<&'static str> {
    match choice {
        Choice::Approve => Some("PASSED"),
        Choice::RequestChanges => Some("FAILED"),
        Choice::Comment | Choice::Withdraw => None,
    }
}

/// The verification summary that other tools read beside a decision or a promotion.
pub(crate) fn write_summary(
    scribe: &mut Scribe,
    case: &Case,
    result: &str,
    level: &str,
) -> Result<Digest> {
    let inputs = case.counted();
    let summary = SummaryOf {
        image: case.image.name(),
        policy: policy_ref(&case.policy),
        inputs,
        result: result.to_owned(),
        level: format!("HALLMARK_{level}_{}", case.stage.to_uppercase()),
    };
    summary.write(
        scribe,
        &case.image.repository,
        &case.image.manifest.descriptor(),
    )
}

/// What a summary says, apart from whose act it is.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct SummaryOf {
    pub(crate) image: String,
    pub(crate) policy: p::PolicyRef,
    pub(crate) inputs: Vec<Digest>,
    pub(crate) result: String,
    pub(crate) level: String,
}

impl SummaryOf {
    pub(crate) fn write(
        &self,
        scribe: &mut Scribe,
        repository: &hallmark_image::Repository,
        subject: &hallmark_image::Descriptor,
    ) -> Result<Digest> {
        scribe.write(repository, subject, p::SUMMARY, |origin| p::Summary {
            verifier: p::Verifier {
                id: p::VERIFIER_ID.to_owned(),
            },
            time_verified: origin.time,
            resource_uri: self.image.clone(),
            policy: p::SummaryPolicy {
                uri: self.policy.name.clone(),
                digest: by_algorithm(&self.policy.digest),
            },
            input_attestations: self
                .inputs
                .iter()
                .map(|digest| p::SummaryInput {
                    digest: by_algorithm(digest),
                })
                .collect(),
            verification_result: self.result.clone(),
            verified_levels: vec![self.level.clone()],
            origin,
        })
    }
}

fn by_algorithm(digest: &Digest) -> BTreeMap<String, String> {
    BTreeMap::from([(
        digest.algorithm().name().to_owned(),
        digest.hex().to_owned(),
    )])
}

fn failing_rules(case: &Case) -> Vec<&str> {
    let fails =
        |check: &&hallmark_policy::Check| check.verdict == hallmark_policy::CheckVerdict::Fail;
    case.evaluation
        .checks
        .iter()
        .filter(fails)
        .map(|check| check.rule.as_str())
        .collect()
}

/// The person's key, where it is a member's.
fn member(case: &Case) -> Result<String> {
    let me = case.me.clone().unwrap_or_default();
    match case.trust.name_of(&me) {
        Some(_) => Ok(me),
        None => Err(Error::new(
            Code::NotAllowed,
            "your key belongs to no member of this workspace",
        )
        .hint("An owner can add it with `hallmark member add`.")),
    }
}

fn reason(message: &str) -> Result<String> {
    let trimmed = message.trim();
    match trimmed.chars().count() {
        0 => Err(Error::new(Code::BadInput, "a reason is missing")
            .hint("Say why in a sentence; it is kept in the history.")),
        n if n > REASON => Err(Error::new(
            Code::BadInput,
            format!("the reason is {n} characters long; the limit is {REASON}"),
        )),
        _ => Ok(trimmed.to_owned()),
    }
}

/// What the person had before them must still be what is there.
fn unchanged(ask: &Decide, case: &Case) -> Result<()> {
    if let Some(seen) = &ask.seen {
        let seen = seen
            .iter()
            .map(|text| digest(text))
            .collect::<Result<BTreeSet<_>>>()?;
        let now: BTreeSet<Digest> = case.all_evidence().into_iter().collect();
        if seen != now {
            return Err(Error::new(
                Code::Conflict,
                "the evidence changed while you looked at it",
            )
            .hint("Look at it again, then decide."));
        }
    }
    let seen = ask.seen_golden.as_deref().map(digest).transpose()?;
    if seen.is_some() && case.golden() != seen.as_ref() {
        return Err(Error::new(
            Code::Conflict,
            format!("{} was moved while you looked at it", case.stage),
        )
        .hint("Look at what changed since the new golden image, then decide."));
    }
    Ok(())
}

fn decided(case: &Case, statement: &Digest, message: String, queue: Result<()>) -> Decided {
    let message = match queue {
        Ok(()) => message,
        Err(error) => format!("{message} The team's queue could not be updated: {error}"),
    };
    Decided {
        statement: statement.to_string(),
        image: case.image.name(),
        stage: case.stage.clone(),
        message,
        promotion: None,
    }
}
