//! Words that several commands share: states, verdicts and people.

use hallmark_workflow::dto::{CandidateState, CheckVerdict, Person, Verdict};

/// Where a candidate stands.
pub fn state(state: CandidateState) -> &'static str {
    match state {
        CandidateState::Waiting => "waiting",
        CandidateState::Approved => "approved",
        CandidateState::ChangesRequested => "changes requested",
        CandidateState::Promoted => "promoted",
        CandidateState::RolledBack => "rolled back",
        CandidateState::Revoked => "revoked",
        CandidateState::Withdrawn => "withdrawn",
    }
}

/// The verdict of all checks.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Warn => "warn",
        Verdict::Fail => "fail",
    }
}

/// The verdict of one check.
pub fn check(verdict: CheckVerdict) -> &'static str {
    match verdict {
        CheckVerdict::Pass => "pass",
        CheckVerdict::Warn => "warn",
        CheckVerdict::Fail => "fail",
        CheckVerdict::Waived => "waived",
    }
}

/// Who, and whether that is proved.
pub fn person(person: &Person) -> String {
    match person.verified {
        true => person.name.clone(),
        false => format!("{} (not verified)", person.name),
    }
}
