//! What is known of one request: from the team's queue, or from this machine's history.

use crate::{
    dto::{CandidateState, Person},
    rules::promoted_from,
    words::since,
};
use hallmark_history::Entry;
use hallmark_image::{Digest, Repository};
use jiff::Timestamp;

/// One request, whoever it is known from.
pub(crate) struct Known {
    pub(crate) state: CandidateState,
    pub(crate) since: Timestamp,
    pub(crate) requested_at: Timestamp,
    pub(crate) requester: Option<Person>,
    pub(crate) message: Option<String>,
    pub(crate) repository: Repository,
    pub(crate) tag: Option<String>,
    pub(crate) digest: Digest,
    pub(crate) stage: String,
    /// Where it was placed, where that is another repository.
    pub(crate) placed_in: Option<String>,
}

impl Known {
    pub(crate) fn first(
        entry: &Entry,
        repository: Repository,
        digest: Digest,
        stage: String,
    ) -> Self {
        Self {
            state: CandidateState::Waiting,
            since: entry.time,
            requested_at: entry.time,
            requester: None,
            message: None,
            repository,
            tag: None,
            digest,
            stage,
            placed_in: None,
        }
    }

    pub(crate) fn take(&mut self, entry: &Entry, state: CandidateState) {
        self.state = state;
        self.since = entry.time;
        if promoted_from(entry).is_some() {
            self.placed_in.clone_from(&entry.repository);
        }
        if entry.kind == "request" {
            self.requested_at = entry.time;
            self.message.clone_from(&entry.message);
            self.requester = Some(Person {
                name: entry.actor.clone(),
                key_id: entry.key_id.clone(),
                verified: true,
            });
        }
        // A promotion's tag is the stage's own; the candidate keeps the one it came under.
        if !matches!(entry.kind.as_str(), "promotion" | "rollback") {
            self.tag = entry.tag.clone().or(self.tag.take());
        }
    }
}

/// What an entry makes of which digest.
pub(crate) fn outcomes(entry: &Entry) -> Vec<(Digest, CandidateState)> {
    let detail = |name: &str| {
        entry
            .detail
            .get(name)
            .and_then(|d| d.as_str())
            .and_then(|d| d.parse().ok())
    };
    let state = match entry.kind.as_str() {
        "approve" => CandidateState::Approved,
        "request-changes" => CandidateState::ChangesRequested,
        "withdraw" => CandidateState::Withdrawn,
        "promotion" => CandidateState::Promoted,
        "revocation" => CandidateState::Revoked,
        "rollback" => {
            let down = detail("from").map(|digest| (digest, CandidateState::RolledBack));
            let up = detail("to").map(|digest| (digest, CandidateState::Promoted));
            return down.into_iter().chain(up).collect();
        }
        _ => CandidateState::Waiting,
    };
    entry
        .digest
        .clone()
        .map(|digest| (digest, state))
        .into_iter()
        .collect()
}

pub(crate) fn line(one: &Known, checks: Option<&str>, now: Timestamp) -> String {
    let ago = since(one.since, now);
    match one.state {
        CandidateState::Waiting => checks.unwrap_or("not read here yet").to_owned(),
        CandidateState::Approved => "approved".to_owned(),
        CandidateState::ChangesRequested => "changes requested".to_owned(),
        CandidateState::Promoted => format!("{} for {ago}", one.stage),
        CandidateState::RolledBack => format!("rolled back from {}", one.stage),
        CandidateState::Revoked => format!("revoked {ago} ago"),
        CandidateState::Withdrawn => "taken back".to_owned(),
    }
}
