//! What the sample team did before somebody comes to practise.

use super::actor::Actor;
use crate::samples::{SampleImage, SampleReport, Story, Team};
use hallmark_image::{Artifact, Descriptor, Host, Repository, media_type};
use hallmark_registry::{Attachment, Client, Endpoint};
use hallmark_workflow::{
    MemberFile, Work,
    dto::{AskAttach, AskRequest, Decide, Outcome, Role},
    error::{Code, Error, Result},
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// How long before the request the build attached its reports.
const BUILD_LEAD: SignedDuration = SignedDuration::from_mins(10);

/// Lets every member act, in the order of time; returns the members with their public keys.
pub(super) async fn tell(team: &Team, host: &Host) -> Result<Vec<MemberFile>> {
    let actors = actors(team, host).await?;
    let mut images: Vec<&SampleImage> = team.images.iter().collect();
    images.sort_by_key(|image| image.requested_at);
    for image in images {
        act(image, host, &actors).await?;
    }
    Ok(actors.into_iter().map(|actor| actor.member).collect())
}

async fn actors(team: &Team, host: &Host) -> Result<Vec<Actor>> {
    let mut actors = vec![Actor::new("ci@payments", Role::Ci, host).await?];
    for image in &team.images {
        let approver = image
            .approval
            .map(|approval| (approval.approver, Role::Approver));
        for (name, role) in [Some((image.requester, Role::Requester)), approver]
            .into_iter()
            .flatten()
        {
            if !actors.iter().any(|actor| actor.name == name) {
                actors.push(Actor::new(name, role, host).await?);
            }
        }
    }
    let members: Vec<MemberFile> = actors.iter().map(|actor| actor.member.clone()).collect();
    let mut knowing = Vec::with_capacity(actors.len());
    for actor in actors {
        knowing.push(actor.knowing(&members).await?);
    }
    Ok(knowing)
}

fn named<'a>(actors: &'a [Actor], name: &str) -> Result<&'a Actor> {
    actors
        .iter()
        .find(|actor| actor.name == name)
        .ok_or_else(|| Error::new(Code::Internal, format!("the sample team has no {name}")))
}

async fn act(image: &SampleImage, host: &Host, actors: &[Actor]) -> Result<()> {
    let repository = Repository {
        host: host.clone(),
        name: image.repository.clone(),
    };
    let reference = repository.tagged(image.tag.clone()).to_string();
    if image.story == Story::EvidenceForAnother {
        hang_unsigned(image, &repository).await?;
    } else {
        let ci = named(actors, "ci@payments")?;
        ci.clock.set(before(image.requested_at));
        attach(ci, image, &reference).await?;
    }
    let requester = named(actors, image.requester)?;
    requester.clock.set(image.requested_at);
    requester
        .desk
        .request(AskRequest {
            image: reference.clone(),
            stage: "golden".into(),
            message: image.message.to_owned(),
            run: Some(image.run_url.clone()),
            ticket: Some(image.ticket_url.clone()),
            supersedes: None,
        })
        .await?;
    match image.approval {
        Some(approval) => {
            approve(
                named(actors, approval.approver)?,
                &reference,
                approval.message,
                approval.at,
            )
            .await
        }
        None => Ok(()),
    }
}

fn before(at: Timestamp) -> Timestamp {
    at.checked_sub(BUILD_LEAD).unwrap_or(at)
}

async fn attach(ci: &Actor, image: &SampleImage, reference: &str) -> Result<()> {
    let folder = tempfile::tempdir().map_err(|error| Error::new(Code::File, error.to_string()))?;
    for report in &image.reports {
        let path = folder.path().join(&report.name);
        std::fs::write(&path, &report.bytes)
            .map_err(|error| Error::new(Code::File, error.to_string()))?;
        let ask = AskAttach {
            image: reference.to_owned(),
            files: vec![path.display().to_string()],
            platform: report.platform.as_ref().map(ToString::to_string),
            because: None,
        };
        ci.desk.attach(ask, &Work::quiet()).await?;
    }
    Ok(())
}

/// As `oras attach` does it: nobody checks, nobody signs.
async fn hang_unsigned(image: &SampleImage, repository: &Repository) -> Result<()> {
    let mut endpoint = Endpoint::new(repository.host.clone());
    endpoint.plain_http = true;
    let client = Client::new(vec![endpoint], Arc::new(NoLogins))?;
    let subject = image.manifest.descriptor();
    let attachments = image
        .reports
        .iter()
        .map(|report| plain(report, &subject))
        .collect::<Result<Vec<_>>>()?;
    Ok(client
        .attach(repository, &subject.digest, &attachments)
        .await?)
}

fn plain(report: &SampleReport, subject: &Descriptor) -> Result<Attachment> {
    let xml = report.name.ends_with(".xml");
    let kind = if xml {
        media_type::JUNIT
    } else {
        media_type::JSON
    };
    let manifest = Artifact::new(kind, vec![Descriptor::of(kind, &report.bytes)])
        .about(subject)
        .annotated("org.opencontainers.image.title", &report.name)
        .build()
        .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
    Ok(Attachment {
        manifest,
        blobs: vec![report.bytes.clone()],
    })
}

struct NoLogins;

impl hallmark_registry::Logins for NoLogins {
    fn login<'a>(
        &'a self,
        _: &'a Host,
    ) -> futures::future::BoxFuture<
        'a,
        std::result::Result<Option<hallmark_credentials::Login>, String>,
    > {
        Box::pin(async { Ok(None) })
    }
}

async fn approve(approver: &Actor, reference: &str, message: &str, at: Timestamp) -> Result<()> {
    approver.clock.set(at);
    let ask = Decide {
        image: reference.to_owned(),
        stage: "golden".into(),
        message: message.to_owned(),
        seen: None,
        seen_golden: None,
        promote: true,
    };
    let decided = approver.desk.approve(ask, &Work::quiet()).await?;
    match decided.promotion {
        Some(promotion) if promotion.outcome == Outcome::Promoted => Ok(()),
        other => Err(Error::new(
            Code::Internal,
            format!(
                "the sample team's golden image was not promoted: {}",
                other.map(|p| p.message).unwrap_or_default()
            ),
        )),
    }
}
