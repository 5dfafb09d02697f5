//! How far a candidate is: which decisions count, and what reopens a review.
//!
//! Everything here follows from signed statements and today's evaluation; nothing is stored,
//! so nothing can disagree with what is attached.

use crate::{
    act::{Act, Signed},
    attached::Attached,
    dto::{CandidateState, DecisionInfo, DecisionKind, Person, Verdict},
    trust::Trust,
};
use hallmark_attest::predicate as p;
use hallmark_image::Digest;
use hallmark_policy::Evaluation;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What is being asked: this digest at this stage.
pub(crate) struct Question<'a> {
    pub(crate) digest: &'a Digest,
    pub(crate) stage: &'a str,
    pub(crate) trust: &'a Trust,
    pub(crate) attached: &'a Attached,
    pub(crate) verdict: Verdict,
    /// Evidence that counts now.
    pub(crate) evidence: BTreeSet<Digest>,
    pub(crate) needed: u64,
    /// It is revoked: nothing else matters.
    pub(crate) revoked: bool,
}

/// The answer.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub(crate) state: CandidateState,
    pub(crate) decisions: Vec<DecisionInfo>,
    /// Statements of the approvals that stand.
    pub(crate) approvals: Vec<Digest>,
    /// Keys whose approvals stand.
    pub(crate) approved_by: BTreeSet<String>,
    pub(crate) blocked_by: Option<String>,
    /// Keys whose objections stand.
    pub(crate) blocking: BTreeSet<String>,
    pub(crate) reopened: Option<String>,
    pub(crate) request: Option<(Signed, p::Request)>,
    pub(crate) needed: u64,
    /// What the newest approval that stands saw at the stage's first tag.
    pub(crate) seen_golden: Option<Option<Digest>>,
}

/// The last time the digest was placed at the stage, or taken down.
#[derive(Clone, Debug)]
pub(crate) enum Placed {
    /// Placed by this statement.
    Up(Signed, Timestamp),
    /// Taken down by a rollback.
    Down(Signed, Timestamp),
}

/// The newest trusted word on whether a digest is at a stage.
pub(crate) fn placed(
    attached: &Attached,
    digest: &Digest,
    stage: &str,
    trust: &Trust,
) -> Option<Placed> {
    let word = |signed: &Signed| match &signed.act {
        _ if !trust.approves(signed.key_id()) => None,
        Act::Promotion(m) if m.stage == stage && m.digest == *digest => {
            Some(Placed::Up(signed.clone(), m.origin.time))
        }
        Act::Rollback(r) if r.stage == stage && r.to == *digest => {
            Some(Placed::Up(signed.clone(), r.origin.time))
        }
        Act::Rollback(r) if r.stage == stage && r.from == *digest => {
            Some(Placed::Down(signed.clone(), r.origin.time))
        }
        _ => None,
    };
    attached
        .trusted()
        .filter_map(word)
        .max_by_key(|placed| match placed {
            // At the same moment the refusal weighs more.
            Placed::Up(_, at) => (*at, 0),
            Placed::Down(_, at) => (*at, 1),
        })
}

/// A trusted decision on the question.
struct Vote<'a> {
    signed: &'a Signed,
    says: &'a p::Decision,
}

impl Question<'_> {
    pub(crate) fn answer(&self) -> Standing {
        let request = self.request();
        let placed = placed(self.attached, self.digest, self.stage, self.trust);
        let votes = self.votes();
        let counting = self.counting(&votes, placed.as_ref());
        let withdrawn = self.withdrawn(&votes, request.as_ref());
        let reopened = self.reopened(&votes, &counting, placed.as_ref());
        let objections: Vec<&Vote<'_>> = votes_of(&counting, p::Choice::RequestChanges).collect();
        let blocked_by = objections.first().copied().map(name_of);
        let approvals: Vec<&Vote<'_>> = match reopened {
            Some(_) => Vec::new(),
            None => votes_of(&counting, p::Choice::Approve).collect(),
        };
        let state = match &placed {
            _ if self.revoked => CandidateState::Revoked,
            Some(Placed::Up(..)) => CandidateState::Promoted,
            _ if withdrawn => CandidateState::Withdrawn,
            _ if blocked_by.is_some() => CandidateState::ChangesRequested,
            _ if self.needed > 0 && approvals.len() as u64 >= self.needed => {
                CandidateState::Approved
            }
            Some(Placed::Down(..)) if approvals.is_empty() => CandidateState::RolledBack,
            _ => CandidateState::Waiting,
        };
        let seen = approvals
            .iter()
            .max_by_key(|vote| vote.says.origin.time)
            .map(|vote| vote.says.golden.clone());
        Standing {
            state,
            approvals: approvals
                .iter()
                .map(|vote| vote.signed.digest.clone())
                .collect(),
            approved_by: keys_of(&approvals),
            blocking: keys_of(&objections),
            decisions: self.infos(&votes, &counting, reopened.as_deref()),
            blocked_by,
            reopened,
            needed: self.needed,
            seen_golden: seen,
            request,
        }
    }

    fn request(&self) -> Option<(Signed, p::Request)> {
        let ours = |signed: &Signed| match &signed.act {
            Act::Request(r)
                if r.stage == self.stage
                    && r.digest == *self.digest
                    && self.trust.requests(signed.key_id()) =>
            {
                Some((signed.clone(), r.clone()))
            }
            _ => None,
        };
        self.attached
            .trusted()
            .filter_map(ours)
            .max_by_key(|(_, request)| request.origin.time)
    }

    /// Every trusted decision on the question, oldest first.
    fn votes(&self) -> Vec<Vote<'_>> {
        let mut votes: Vec<Vote<'_>> = self
            .attached
            .trusted()
            .filter_map(|signed| self.vote(signed))
            .collect();
        votes.sort_by_key(|vote| vote.says.origin.time);
        votes
    }

    fn vote<'s>(&self, signed: &'s Signed) -> Option<Vote<'s>> {
        match &signed.act {
            Act::Decision(says) if says.stage == self.stage && says.digest == *self.digest => {
                Some(Vote { signed, says })
            }
            _ => None,
        }
    }

    /// Each approver's last word, but for approvals from before the digest was taken down.
    fn counting<'v>(&self, votes: &'v [Vote<'v>], placed: Option<&Placed>) -> Vec<&'v Vote<'v>> {
        let mut last: BTreeMap<&str, &Vote<'_>> = BTreeMap::new();
        for vote in votes {
            let weighs = !matches!(vote.says.decision, p::Choice::Comment)
                && self.trust.approves(vote.signed.key_id());
            if weighs {
                last.insert(vote.signed.key_id(), vote);
            }
        }
        let down = match placed {
            Some(Placed::Down(_, at)) => Some(*at),
            _ => None,
        };
        last.into_values()
            .filter(|vote| down.is_none_or(|down| vote.says.origin.time > down))
            .filter(|vote| !matches!(vote.says.decision, p::Choice::Withdraw))
            .collect()
    }

    /// Whether who asked has taken the request back since.
    fn withdrawn(&self, votes: &[Vote<'_>], request: Option<&(Signed, p::Request)>) -> bool {
        request.is_some_and(|(signed, request)| {
            votes.iter().any(|vote| {
                vote.says.decision == p::Choice::Withdraw
                    && vote.signed.key_id() == signed.key_id()
                    && vote.says.origin.time >= request.origin.time
            })
        })
    }

    /// Why an approval that was given no longer stands, where that is so.
    fn reopened(
        &self,
        votes: &[Vote<'_>],
        counting: &[&Vote<'_>],
        placed: Option<&Placed>,
    ) -> Option<String> {
        if matches!(placed, Some(Placed::Up(..))) {
            return None;
        }
        let approvals: Vec<&&Vote<'_>> = counting
            .iter()
            .filter(|vote| vote.says.decision == p::Choice::Approve)
            .collect();
        if approvals.is_empty() {
            let was_approved = votes
                .iter()
                .any(|vote| vote.says.decision == p::Choice::Approve);
            let down = matches!(placed, Some(Placed::Down(..))) && was_approved;
            return down.then(|| "it was rolled back since it was approved".to_owned());
        }
        let worse = approvals
            .iter()
            .any(|vote| rank(self.verdict) > rank_of(&vote.says.verdict));
        match (self.verdict, worse) {
            (Verdict::Fail, _) => Some("the policy no longer passes".to_owned()),
            (_, true) => {
                Some("evidence that came since is worse than what was approved".to_owned())
            }
            _ => None,
        }
    }

    fn infos(
        &self,
        votes: &[Vote<'_>],
        counting: &[&Vote<'_>],
        reopened: Option<&str>,
    ) -> Vec<DecisionInfo> {
        let stands = |vote: &Vote<'_>| {
            counting
                .iter()
                .any(|own| own.signed.digest == vote.signed.digest)
        };
        votes
            .iter()
            .rev()
            .map(|vote| DecisionInfo {
                decision: kind_of(vote.says.decision),
                by: person(vote.signed),
                at: vote.says.origin.time,
                message: vote.says.message.clone(),
                stands: match vote.says.decision {
                    p::Choice::Approve => stands(vote) && reopened.is_none(),
                    p::Choice::RequestChanges => stands(vote),
                    p::Choice::Comment | p::Choice::Withdraw => true,
                },
                note: self.note(vote, stands(vote), reopened),
                self_approval: vote.says.self_approval,
                statement: vote.signed.digest.to_string(),
                evidence: vote.says.evidence.len() as u64,
            })
            .collect()
    }

    fn note(&self, vote: &Vote<'_>, stands: bool, reopened: Option<&str>) -> Option<String> {
        let seen: BTreeSet<Digest> = vote.says.evidence.iter().cloned().collect();
        match (vote.says.decision, stands, reopened) {
            (p::Choice::Approve, _, Some(why)) => Some(format!("reopened: {why}")),
            (p::Choice::Approve, true, None) if seen != self.evidence => {
                Some("approval stands, newer evidence agrees".to_owned())
            }
            (p::Choice::Approve | p::Choice::RequestChanges, false, _) => {
                Some("replaced by a later word".to_owned())
            }
            _ => None,
        }
    }
}

fn votes_of<'v>(
    votes: &'v [&'v Vote<'v>],
    choice: p::Choice,
) -> impl Iterator<Item = &'v Vote<'v>> {
    votes
        .iter()
        .copied()
        .filter(move |vote| vote.says.decision == choice)
}

fn keys_of(votes: &[&Vote<'_>]) -> BTreeSet<String> {
    let key = |vote: &&Vote<'_>| vote.signed.key_id().to_owned();
    votes.iter().map(key).collect()
}

fn name_of(vote: &Vote<'_>) -> String {
    vote.signed.member().unwrap_or_default().to_owned()
}

/// Who signed, for showing.
pub(crate) fn person(signed: &Signed) -> Person {
    let claimed = signed
        .origin()
        .map(|origin| origin.author.clone())
        .unwrap_or_default();
    Person {
        name: signed.member().map_or(claimed, str::to_owned),
        key_id: Some(signed.key_id().to_owned()),
        verified: signed.member().is_some(),
    }
}

fn kind_of(choice: p::Choice) -> DecisionKind {
    match choice {
        p::Choice::Approve => DecisionKind::Approve,
        p::Choice::RequestChanges => DecisionKind::RequestChanges,
        p::Choice::Comment => DecisionKind::Comment,
        p::Choice::Withdraw => DecisionKind::Withdraw,
    }
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Pass => 0,
        Verdict::Warn => 1,
        Verdict::Fail => 2,
    }
}

fn rank_of(name: &str) -> u8 {
    match name {
        "pass" => 0,
        "warn" => 1,
        _ => 2,
    }
}

/// A verdict's name, as a decision keeps it.
pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

/// The verdict of all checks.
pub(crate) fn verdict(evaluation: &Evaluation) -> Verdict {
    match evaluation.verdict {
        hallmark_policy::Verdict::Pass => Verdict::Pass,
        hallmark_policy::Verdict::Warn => Verdict::Warn,
        hallmark_policy::Verdict::Fail => Verdict::Fail,
    }
}
