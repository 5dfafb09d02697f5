//! Rebuilding the history from what is attached in the registry, and noticing what is not.
//!
//! Every statement names its author's one before; promotions name their approvals; requests
//! name the statement that closed them. Whatever is named and not found is said, with its
//! name; whatever is found and not believed is said too, and never enters the history.

use crate::{
    act::{Act, Signed},
    attached::Hung,
    desk::Desk,
    document::document_subject,
    dto::Rebuilt,
    error::{Code, Error, Result},
    image::PARALLEL,
    standing::{Placed, placed},
    surroundings::Work,
    survey::Survey,
    trust::Trust,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_history::{Filter, NewEntry};
use hallmark_image::{Digest, Repository, Tag, media_type};
use std::collections::BTreeSet;

/// How many entries of the own history are looked through for repositories.
const LOOK_BACK: usize = 10_000;

impl Desk {
    /// Reads every repository this workspace knows of, and takes in what is new.
    ///
    /// # Errors
    /// Where a registry cannot be read. What is missing or forged is in the answer.
    pub async fn history_rebuild(&self, work: &Work) -> Result<Rebuilt> {
        self.history_rebuild_with(&[], work).await
    }

    /// The same, looking at these repositories too.
    ///
    /// # Errors
    /// As [`history_rebuild`](Self::history_rebuild).
    pub async fn history_rebuild_with(&self, also: &[Repository], work: &Work) -> Result<Rebuilt> {
        let trust = self.trust().await?;
        let mut survey = Survey::default();
        survey.repositories.extend(also.iter().cloned());
        self.known_places(&mut survey).await?;
        if let Some(team) = self.team_repository() {
            self.survey_documents(&team, &mut survey).await?;
            self.survey_requests(&team, &trust, &mut survey).await?;
            self.survey_adoptions(&team, &trust, &mut survey).await?;
        }
        self.along_the_lines(&mut survey).await?;
        let repositories: Vec<Repository> = survey.repositories.iter().cloned().collect();
        for (done, repository) in repositories.iter().enumerate() {
            work.step(
                &format!("Reading {repository}"),
                done as u64,
                Some(repositories.len() as u64),
            )?;
            self.survey_repository(repository, &trust, &mut survey)
                .await?;
        }
        let missing = self.missing_statements(&survey).await?;
        survey.problems.extend(missing);
        self.take_in(survey, repositories.len() as u64).await
    }

    /// Repositories and images that this machine's own history speaks of.
    pub(crate) async fn known_places(&self, survey: &mut Survey) -> Result<()> {
        let page = self
            .history
            .page(&Filter::default(), None, LOOK_BACK)
            .await?;
        for entry in page.entries {
            let (Some(repository), Some(_)) = (&entry.repository, &entry.statement) else {
                continue;
            };
            if Some(repository) == self.team_repository().map(|team| team.to_string()).as_ref() {
                continue;
            }
            let repository = crate::image::repository(repository)?;
            survey.repositories.insert(repository.clone());
            if let Some(digest) = entry.digest {
                survey.images.insert((repository, digest));
            }
        }
        let pipelines = self.pipelines().await?;
        let named = pipelines.iter().filter_map(|own| own.pattern().exact());
        survey.repositories.extend(named);
        Ok(())
    }

    /// Every place of the lines that are known so far: what was placed elsewhere is told there.
    async fn along_the_lines(&self, survey: &mut Survey) -> Result<()> {
        let pipelines = self.pipelines().await?;
        for repository in survey.repositories.clone() {
            let line = self.line_in(&pipelines, &repository).await?;
            let places = line.repositories().into_iter().cloned();
            survey.repositories.extend(places);
        }
        Ok(())
    }

    /// Every version of the workspace document is part of its author's chain.
    async fn survey_documents(&self, team: &Repository, survey: &mut Survey) -> Result<()> {
        let document = self.document().await?;
        let mut at = Some(document.manifest.clone());
        while let Some(digest) = at.take() {
            let envelope = match self
                .read_envelope(team, &digest, media_type::HALLMARK_WORKSPACE)
                .await
            {
                Ok(envelope) => envelope,
                Err(error) if error.code == Code::NotFound => {
                    survey.problems.push(format!(
                        "version {} of the workspace document is missing from {team}",
                        digest.short()
                    ));
                    break;
                }
                Err(error) => return Err(error),
            };
            let wrong = |why: String| Error::new(Code::WrongSignature, why);
            let unsigned = Signed::from_envelope(&envelope, &Trust::nobody()).map_err(wrong)?;
            let Act::Workspace(says) = &unsigned.act else {
                break;
            };
            let signed =
                Signed::from_envelope(&envelope, &Trust::of_document(says)?).map_err(wrong)?;
            at.clone_from(&says.replaces);
            survey.take(&signed, &document_subject(&says.origin.workspace), None);
        }
        Ok(())
    }

    /// Requests name images, repositories, and the statement that closed them.
    async fn survey_requests(
        &self,
        team: &Repository,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<()> {
        for tag in self.request_tags(team).await? {
            match self.request_state(team, &tag, trust).await {
                Ok((_, state)) => {
                    let repository = crate::image::repository(&state.repository)?;
                    survey.repositories.insert(repository.clone());
                    survey.images.insert((repository, state.digest.clone()));
                    survey.named.insert(
                        state.statement,
                        format!("the request {tag} ({})", state.state),
                    );
                }
                Err(error) if speaks_of_the_tag(error.code) => {
                    survey.problems.push(format!("{tag}: {}", error.message));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn survey_repository(
        &self,
        repository: &Repository,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<()> {
        let tags = match self.client().all_tags(repository).await {
            Ok(tags) => tags,
            Err(error) if matches!(error.kind(), hallmark_registry::ErrorKind::NotFound) => {
                survey.problems.push(format!(
                    "{repository} is gone, or this login may not read it"
                ));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let line = self.line(repository).await?;
        let plain = |tag: &Tag| !tag.as_str().starts_with("sha256-");
        let tagged: Vec<(Tag, Digest)> = stream::iter(tags.into_iter().filter(plain))
            .map(|tag| async move {
                Ok::<_, Error>(
                    self.tag_digest(repository, &tag)
                        .await?
                        .map(|digest| (tag, digest)),
                )
            })
            .buffered(PARALLEL)
            .try_filter_map(|found| async move { Ok(found) })
            .try_collect()
            .await?;
        let mut digests: BTreeSet<Digest> =
            tagged.iter().map(|(_, digest)| digest.clone()).collect();
        digests.extend(
            survey
                .images
                .iter()
                .filter(|(own, _)| own == repository)
                .map(|(_, digest)| digest.clone()),
        );
        for digest in digests {
            self.survey_image(repository, &digest, trust, survey)
                .await?;
        }
        self.survey_waivers(repository, trust, survey).await?;
        let here = line.places().iter();
        for place in here.filter(|place| place.repository == *repository) {
            let moving = place.moving();
            let golden = tagged.iter().find(|(tag, _)| moving.as_ref() == Some(tag));
            if let Some((tag, digest)) = golden {
                let stage = &place.stage;
                self.placed_by_somebody(repository, tag, stage, digest, trust, survey)
                    .await?;
            }
        }
        Ok(())
    }

    async fn survey_image(
        &self,
        repository: &Repository,
        digest: &Digest,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<()> {
        let image = match self.image(&repository.at(digest.clone())).await {
            Ok(image) => image,
            // Something that is tagged and is no image has no statements of ours.
            Err(error) if error.code == Code::BadInput => return Ok(()),
            Err(error) if error.code == Code::NotFound => {
                survey.problems.push(format!(
                    "{repository}@{} is gone from the registry, and what was attached to it",
                    digest.short()
                ));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let attached = self.attached(&image, trust).await?;
        for why in &attached.distrusted {
            survey.problems.push(format!("{repository}: {why}"));
        }
        for Hung { subject, signed } in attached.statements {
            if signed.member().is_some() {
                survey.take(&signed, &subject, Some(repository));
            }
        }
        Ok(())
    }

    /// The golden tag must have been placed by somebody who may, or it moved outside Hallmark.
    async fn placed_by_somebody(
        &self,
        repository: &Repository,
        tag: &Tag,
        stage: &str,
        digest: &Digest,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<()> {
        if survey.found.is_empty() {
            return Ok(());
        }
        let attached = self
            .attached_to(repository, BTreeSet::from([digest.clone()]), trust)
            .await?;
        let adopted = survey.has_adopted(repository, tag, digest)
            || self.marks().await?.adopted(repository, digest).is_some();
        let up = matches!(
            placed(&attached, digest, stage, trust),
            Some(Placed::Up(..))
        );
        if !up && !adopted {
            survey.problems.push(format!(
                "{repository}:{tag} names {}, and no trusted statement placed it there: it was moved by hand, or its promotion was removed",
                digest.short()
            ));
        }
        Ok(())
    }

    /// Statements that others name, or that this machine has seen, and that are not there.
    async fn missing_statements(&self, survey: &Survey) -> Result<Vec<String>> {
        let mut missing = Vec::new();
        for (digest, who) in &survey.named {
            if !survey.found.contains_key(digest) {
                let known = self.history.statement(digest).await?;
                let what = known.map_or_else(
                    || "statement".to_owned(),
                    |entry| format!("{} by {}", entry.kind, entry.actor),
                );
                missing.push(format!(
                    "{what} {} is missing from the registry: {who} names it",
                    digest.short()
                ));
            }
        }
        let page = self
            .history
            .page(&Filter::default(), None, LOOK_BACK)
            .await?;
        for entry in page.entries {
            let Some(digest) = &entry.statement else {
                continue;
            };
            let gone = !survey.found.contains_key(digest) && !survey.named.contains_key(digest);
            if gone {
                missing.push(format!(
                    "{} by {} ({}) is in this history as entry {} and missing from the registry",
                    entry.kind,
                    entry.actor,
                    digest.short(),
                    entry.seq
                ));
            }
        }
        Ok(missing)
    }

    /// Appends what is new, oldest first.
    async fn take_in(&self, survey: Survey, repositories: u64) -> Result<Rebuilt> {
        let statements = survey.found.len() as u64;
        let mut entries: Vec<NewEntry> = Vec::new();
        for digest in survey.in_order() {
            if self.history.statement(&digest).await?.is_none() {
                entries.extend(survey.found.get(&digest).cloned());
                entries.extend(survey.adopted_by(&digest));
            }
        }
        let added = entries
            .iter()
            .filter(|entry| entry.statement.is_some())
            .count() as u64;
        if added > 0 {
            self.record(entries).await?;
        }
        Ok(Rebuilt {
            repositories,
            statements,
            added,
            problems: survey.problems,
        })
    }
}

/// A request that is gone, forged or no request, as against a registry that cannot be reached.
pub(crate) fn speaks_of_the_tag(code: Code) -> bool {
    matches!(
        code,
        Code::NotFound | Code::WrongSignature | Code::RegistryProtocol | Code::BadInput
    )
}
