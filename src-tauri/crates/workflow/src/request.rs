//! Requests: asking for review, taking it back, and waiting for the answer.

use crate::{
    case::Case,
    desk::Desk,
    dto::{AskRequest, AskReview, CandidateState, RequestStatus, Requested},
    error::{Code, Error, Result},
    image::reference,
    links::https,
    request_tag::request_tag,
    scribe::Scribe,
};
use hallmark_attest::predicate as p;
use hallmark_image::{Digest, Repository, media_type};
use hallmark_registry::Target;

impl Desk {
    /// Asks for review. Asking again for what already waits gives back the first request.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::BadInput`], and whatever keeps the registry from taking it.
    pub async fn request(&self, ask: AskRequest) -> Result<Requested> {
        let message = checked(&ask)?;
        let named = reference(&ask.image)?;
        self.will_write(&named.repository)?;
        let key = self.ensure_key(None).await?.id().to_string();
        let case = self.case(&named, &ask.stage).await?;
        if !case.trust.requests(&key) {
            return Err(Error::new(
                Code::NotAllowed,
                "your key may not ask for review in this workspace",
            )
            .hint("An owner can give it the role requester with `hallmark member add`."));
        }
        case.not_revoked()?;
        let waits = case.standing.state == CandidateState::Waiting;
        if let Some((signed, _)) = case.standing.request.as_ref().filter(|_| waits) {
            return Ok(self.requested(&case, &signed.digest));
        }
        let supersedes = match &ask.supersedes {
            Some(image) => Some(self.client().resolve(&reference(image)?).await?.digest),
            None => None,
        };
        let statement = self.ask(&case, &message, &ask, supersedes).await?;
        Ok(self.requested(&case, &statement))
    }

    /// The team's queue is told first: a request that is cut off there can be asked again.
    async fn ask(
        &self,
        case: &Case,
        message: &str,
        ask: &AskRequest,
        supersedes: Option<Digest>,
    ) -> Result<Digest> {
        let mut scribe = self.scribe().await?;
        let statement = scribe.write(
            &case.image.repository,
            &case.image.manifest.descriptor(),
            p::REQUEST,
            |origin| p::Request {
                origin,
                repository: case.image.repository.to_string(),
                tag: case.image.tag.as_ref().map(ToString::to_string),
                digest: case.image.digest().clone(),
                stage: case.stage.clone(),
                message: message.to_owned(),
                run: ask.run.clone(),
                ticket: ask.ticket.clone(),
                supersedes,
            },
        )?;
        let asked = Some((message, scribe.origin().author));
        let state = state_of(case, &scribe, "waiting", &statement, asked);
        self.write_state(&scribe, case, &state).await?;
        scribe.publish(self, &case.image.repository).await?;
        Ok(statement)
    }

    /// Says that this image's repository, and the team's, will be written to.
    pub(crate) fn will_write(&self, repository: &Repository) -> Result<()> {
        let client = self.client();
        client.will_push(repository)?;
        if let Some(team) = self.team_repository() {
            client.will_push(&team)?;
        }
        Ok(())
    }

    fn requested(&self, case: &Case, statement: &Digest) -> Requested {
        Requested {
            image: case.image.name(),
            digest: case.image.digest().to_string(),
            stage: case.stage.clone(),
            statement: statement.to_string(),
            tag: self
                .team_repository()
                .map(|_| request_tag(&case.stage, case.image.digest())),
        }
    }

    /// Says in the team's queue where a case stands now; solo there is none to say it in.
    pub(crate) async fn mark(&self, case: &Case, state: &str, statement: &Digest) -> Result<()> {
        if self.team_repository().is_none() {
            return Ok(());
        }
        let scribe = self.scribe().await?;
        let asked = case.standing.request.as_ref().map(|(signed, request)| {
            (
                request.message.as_str(),
                signed.member().unwrap_or_default().to_owned(),
            )
        });
        let state = state_of(case, &scribe, state, statement, asked);
        self.write_state(&scribe, case, &state).await
    }

    async fn write_state(
        &self,
        scribe: &Scribe,
        case: &Case,
        state: &p::RequestState,
    ) -> Result<()> {
        let Some(repository) = self.team_repository() else {
            return Ok(());
        };
        let digest = case.image.digest();
        let envelope = scribe.envelope(
            &case.image.repository.to_string(),
            digest,
            p::REQUEST_STATE,
            state,
        )?;
        let manifest = self
            .push_envelope(&repository, media_type::HALLMARK_REQUEST, &envelope)
            .await?;
        let tag = crate::image::own_tag(&request_tag(&case.stage, digest))?;
        self.client()
            .put_manifest(&repository, Target::Tag(&tag), &manifest)
            .await?;
        Ok(())
    }

    /// Where a request stands: the answer CI waits for.
    ///
    /// # Errors
    /// Where the image, or what is attached to it, cannot be read.
    pub async fn request_status(&self, ask: AskReview) -> Result<RequestStatus> {
        let case = self
            .case(&reference(&ask.image)?, &Self::stage_or_golden(ask.stage))
            .await?;
        self.keep_glance(&case).await?;
        let standing = &case.standing;
        let message = match (standing.state, &standing.reopened, &standing.blocked_by) {
            (CandidateState::Revoked, ..) => "It is revoked, for good.".to_owned(),
            (_, Some(why), _) => format!("Review is open again: {why}."),
            (_, _, Some(who)) => format!("{who} asked for changes."),
            (CandidateState::Promoted, ..) => format!("It was promoted to {}.", case.stage),
            (CandidateState::Approved, ..) => "It is approved.".to_owned(),
            (CandidateState::Withdrawn, ..) => "The request was taken back.".to_owned(),
            (CandidateState::RolledBack, ..) => format!("It was rolled back from {}.", case.stage),
            _ if standing.request.is_none() => "Nobody asked for review.".to_owned(),
            _ => format!(
                "It waits: {} of {} approvals.",
                standing.approvals.len(),
                standing.needed
            ),
        };
        Ok(RequestStatus {
            image: case.image.name(),
            digest: case.image.digest().to_string(),
            stage: case.stage.clone(),
            state: standing.state,
            verdict: case.verdict,
            approvals: standing.approvals.len() as u64,
            needed: standing.needed,
            message,
        })
    }
}

/// The reason of a request, where the request makes sense.
fn checked(ask: &AskRequest) -> Result<String> {
    let message = ask.message.trim().to_owned();
    if message.is_empty() {
        return Err(Error::new(Code::BadInput, "a request needs a reason")
            .hint("Say in a sentence what changed and why."));
    }
    let links = [&ask.run, &ask.ticket].into_iter().flatten();
    match links.into_iter().find(|link| https(link).is_none()) {
        Some(link) => Err(Error::bad_input(format!("“{link}” is no https link"))),
        None => Ok(message),
    }
}

/// What a request's tag is to say.
fn state_of(
    case: &Case,
    scribe: &Scribe,
    state: &str,
    statement: &Digest,
    asked: Option<(&str, String)>,
) -> p::RequestState {
    let known = case.standing.request.as_ref().map(|(_, request)| request);
    p::RequestState {
        workspace: scribe.origin().workspace,
        state: state.to_owned(),
        time: scribe.now(),
        statement: statement.clone(),
        requester: asked.as_ref().map(|(_, who)| who.clone()),
        requested_at: known.map_or(scribe.now(), |request| request.origin.time),
        // What was placed elsewhere stays the request it was.
        repository: known.map_or_else(
            || case.image.repository.to_string(),
            |request| request.repository.clone(),
        ),
        tag: known
            .and_then(|request| request.tag.clone())
            .or_else(|| case.image.tag.as_ref().map(ToString::to_string)),
        digest: case.image.digest().clone(),
        stage: case.stage.clone(),
        message: asked
            .map(|(message, _)| message.to_owned())
            .unwrap_or_default(),
    }
}
