//! The tags of requests in the team's repository: one a request, rewritten as it moves on.

use crate::{
    act::Signed,
    desk::Desk,
    dto::CandidateState,
    error::{Code, Error, Result},
    trust::Trust,
};
use hallmark_attest::{Envelope, Statement, predicate as p};
use hallmark_image::{Digest, Repository, Tag, media_type};

/// The tag of a request in the workspace repository.
pub(crate) fn request_tag(stage: &str, digest: &Digest) -> String {
    format!("req-{stage}-{}", digest.short())
}

/// Every state with its name in a request's tag.
const STATES: [(CandidateState, &str); 7] = [
    (CandidateState::Waiting, "waiting"),
    (CandidateState::Approved, "approved"),
    (CandidateState::ChangesRequested, "changes-requested"),
    (CandidateState::Promoted, "promoted"),
    (CandidateState::RolledBack, "rolled-back"),
    (CandidateState::Revoked, "revoked"),
    (CandidateState::Withdrawn, "withdrawn"),
];

/// A state's name.
pub(crate) fn state_name(state: CandidateState) -> &'static str {
    let own = STATES.iter().find(|(own, _)| *own == state);
    own.map_or("waiting", |(_, name)| name)
}

/// The state of that name.
pub(crate) fn read_state(name: &str) -> Option<CandidateState> {
    let own = STATES.iter().find(|(_, own)| *own == name);
    own.map(|(state, _)| *state)
}

impl Desk {
    /// The tags of all requests.
    pub(crate) async fn request_tags(&self, team: &Repository) -> Result<Vec<Tag>> {
        let mut tags = self.client().all_tags(team).await?;
        tags.retain(|tag| tag.as_str().starts_with("req-"));
        Ok(tags)
    }

    /// What a request's tag says, and the member who signed it.
    ///
    /// # Errors
    /// [`Code::WrongSignature`] where it cannot be believed.
    pub(crate) async fn request_state(
        &self,
        team: &Repository,
        tag: &Tag,
        trust: &Trust,
    ) -> Result<(Signed, p::RequestState)> {
        let digest = self.tag_digest(team, tag).await?;
        let digest = digest.ok_or_else(|| Error::new(Code::NotFound, "it was taken away"))?;
        let envelope = self
            .read_envelope(team, &digest, media_type::HALLMARK_REQUEST)
            .await?;
        let (signed, says) =
            believed(&envelope, trust).map_err(|why| Error::new(Code::WrongSignature, why))?;
        if request_tag(&says.stage, &says.digest) != tag.as_str() {
            return Err(Error::new(
                Code::WrongSignature,
                "it speaks of another image than its name says",
            ));
        }
        Ok((signed, says))
    }
}

fn believed(
    envelope: &Envelope,
    trust: &Trust,
) -> std::result::Result<(Signed, p::RequestState), String> {
    let signed = Signed::from_envelope(envelope, trust)?;
    if let Some(why) = signed.distrust() {
        return Err(why);
    }
    let statement = Statement::read(envelope).map_err(|error| error.to_string())?;
    if statement.predicate_type != p::REQUEST_STATE {
        return Err("it does not say where a request stands".into());
    }
    let says = statement
        .predicate_as()
        .map_err(|error| error.to_string())?;
    Ok((signed, says))
}
