//! What may be done with a case: the one place that says whether a decision, an approval or a
//! promotion is in order, and why it is not.

use crate::{
    case::Case,
    dto::CandidateState,
    error::{Code, Error, Result},
    revoked::may_decide,
};

use hallmark_image::Digest;
use hallmark_policy::{Check, CheckVerdict};

impl Case {
    /// What was looked at must be known: an approval names what it saw at the stage.
    fn in_reach(&self) -> Result<()> {
        match &self.out_of_reach {
            None => Ok(()),
            Some(error) => Err(Error {
                message: format!(
                    "what {} has at {} cannot be told: {}",
                    self.stage, self.place.repository, error.message
                ),
                ..error.clone()
            }),
        }
    }

    /// The tag that would have to be moved where the registry lets none be moved.
    pub(crate) fn immovable(&self) -> Option<String> {
        let other = |current: &&Digest| *current != self.image.digest();
        let (tag, current) = self
            .tags
            .iter()
            .find_map(|(tag, current)| Some((tag, current.as_ref().filter(other)?)))?;
        self.place.immutable.then(|| {
            format!(
                "{tag} names {} at {} already, and tags there cannot be moved; give this image another version",
                current.short(),
                self.place.repository
            )
        })
    }

    /// May the person here decide at all?
    pub(crate) fn may_decide(&self) -> Result<()> {
        may_decide(self.me.as_deref(), &self.trust)
    }

    /// A revoked image goes nowhere any more.
    pub(crate) fn not_revoked(&self) -> Result<()> {
        match &self.revoked {
            Some(revoked) => Err(revoked.refusal(self.image.digest())),
            None => Ok(()),
        }
    }

    /// May the person here approve this among others, in one go? Only what passes every check:
    /// what warns or is waived is looked at by itself.
    pub(crate) fn may_approve_among_many(&self) -> Result<()> {
        self.may_approve()?;
        let open = |check: &&Check| check.verdict != CheckVerdict::Pass;
        match self.evaluation.checks.iter().find(open) {
            None => Ok(()),
            Some(check) => Err(Error::new(
                Code::PolicyRefuses,
                format!("not every check passes ({}): {}", check.title, check.reason),
            )
            .hint("Review it by itself.")),
        }
    }

    /// May the person here waive a finding of this? Whoever may approve may, and nobody for what
    /// they asked for themselves.
    pub(crate) fn may_waive(&self) -> Result<()> {
        self.may_decide()?;
        self.not_revoked()?;
        if self.asked_by_me() && self.team {
            return Err(Error::new(
                Code::NotAllowed,
                "you asked for this review; somebody else has to waive what it finds",
            ));
        }
        Ok(())
    }

    /// May the person here approve this now?
    pub(crate) fn may_approve(&self) -> Result<()> {
        self.may_decide()?;
        self.not_revoked()?;
        let me = self.me.as_deref().unwrap_or_default();
        self.in_reach()?;
        if self.asked_by_me() && self.team {
            return Err(Error::new(
                Code::NotAllowed,
                "you asked for this review; somebody else has to approve it",
            ));
        }
        if let Some(why) = self.failing() {
            return Err(Error::new(
                Code::PolicyRefuses,
                format!("the policy of {} says no. {why}", self.stage),
            )
            .hint(
                "See every check with `hallmark review`; attach what is missing, or fix the image.",
            ));
        }
        if self.standing.state == CandidateState::Withdrawn {
            return Err(Error::new(
                Code::NotApproved,
                "who asked for this review took the request back",
            ));
        }
        // Golden moved since: what was approved was another difference, so it is approved anew.
        let same_golden = self
            .standing
            .seen_golden
            .as_ref()
            .is_none_or(|seen| seen.as_ref() == self.golden());
        if self.standing.approved_by.contains(me) && same_golden {
            return Err(Error::new(
                Code::Conflict,
                "you approved this already, and your approval stands",
            ));
        }
        Ok(())
    }

    /// May this be promoted now?
    pub(crate) fn may_promote(&self) -> Result<()> {
        self.may_decide()?;
        self.not_revoked()?;
        self.in_reach()?;
        if let Some(why) = self.failing() {
            return Err(Error::new(
                Code::PolicyRefuses,
                format!("the policy of {} says no. {why}", self.stage),
            )
            .hint("See every check with `hallmark review`."));
        }
        let standing = &self.standing;
        if let Some(who) = &standing.blocked_by {
            return Err(
                Error::new(Code::ChangesRequested, format!("{who} asked for changes"))
                    .hint(format!("{who} can withdraw that or approve.")),
            );
        }
        if standing.state == CandidateState::Withdrawn {
            return Err(Error::new(
                Code::NotApproved,
                "who asked for this review took the request back",
            ));
        }
        let given = standing.approvals.len() as u64;
        if given < standing.needed && standing.state != CandidateState::Promoted {
            let why = match &standing.reopened {
                Some(why) => format!("review is open again: {why}"),
                None => format!("{given} of {} approvals are there", standing.needed),
            };
            return Err(
                Error::new(Code::NotApproved, why).hint("Approve it first: `hallmark approve`.")
            );
        }
        Ok(())
    }
}
