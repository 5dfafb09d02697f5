//! Revocation: the golden mark is taken from a digest, for good, and everything that is known to
//! be built on it is named.
//!
//! No tag is moved and nothing is deleted: what still names the image is said, with the way back.
//! The statement hangs on the image wherever this workspace knows it to be.

use crate::{
    desk::Desk,
    dto::{
        AskRevoke, AskStage, BuiltOnImage, CandidateState, Revocation, RevokeOutcome, RevokedInfo,
        StillNamed, WayBack,
    },
    error::{Code, Error, Result},
    heads::Looked,
    image::{Image, VERSION, own_tag, reference},
    kin::Kin,
    marks::Marks,
    request_tag::{request_tag, state_name},
    revoked::may_decide,
    surroundings::Work,
    trust::Trust,
};
use hallmark_attest::predicate as p;
use hallmark_image::{Digest, Repository, Tag};
use std::collections::BTreeSet;

/// Images that a statement names as built on the revoked one.
const NAMED: usize = 1000;

/// Everything that a revocation says, before it is said.
struct Finding {
    image: Image,
    tags: Vec<StillNamed>,
    kin: Kin,
    problems: Vec<String>,
}

impl Desk {
    /// Revokes an image, or says what would happen.
    ///
    /// # Errors
    /// [`Code::NotAllowed`], [`Code::BadInput`] without a reason, and whatever keeps the registry
    /// from taking the statement. An image that is revoked already is an answer.
    pub async fn revoke(&self, ask: AskRevoke, work: &Work) -> Result<Revocation> {
        let message = ask.message.trim().to_owned();
        if message.is_empty() && !ask.dry_run {
            return Err(Error::new(Code::BadInput, "a revocation needs a reason")
                .hint("Say why in a sentence; everybody who pulls the image will read it."));
        }
        let named = reference(&ask.image)?;
        if !ask.dry_run {
            self.will_write(&named.repository)?;
            self.ensure_key(None).await?;
        }
        work.step("Reading the image", 0, None)?;
        let trust = self.trust().await?;
        let me = self.my_key()?.map(|key| key.id().to_string());
        may_decide(me.as_deref(), &trust)?;
        let image = self.image(&named).await?;
        let known = self.known_revocation(&image, &trust).await?;
        let mut finding = self.finding(image, work).await?;
        let statement = match (&known, ask.dry_run) {
            (None, false) => Some(self.say_revoked(&mut finding, &message).await?),
            _ => None,
        };
        self.revocation_told(finding, known, statement, ask.dry_run)
            .await
    }

    async fn known_revocation(&self, image: &Image, trust: &Trust) -> Result<Option<RevokedInfo>> {
        let subjects = BTreeSet::from([image.digest().clone()]);
        let attached = self.attached_to(&image.repository, subjects, trust).await?;
        self.revocation_of(&attached, image.digest(), trust).await
    }

    async fn finding(&self, image: Image, work: &Work) -> Result<Finding> {
        let tags = self.still_named(&image, work).await?;
        let kin = self.built_on(&image, work).await?;
        Ok(Finding {
            problems: kin.unread.clone(),
            image,
            tags,
            kin,
        })
    }

    /// Tags that name the image now: its stage's tags, and wherever else the history put it.
    async fn still_named(&self, image: &Image, work: &Work) -> Result<Vec<StillNamed>> {
        let marks = self.marks().await?;
        let line = self.line(&image.repository).await?;
        let version = image.label(VERSION);
        let mut candidates: Vec<(Repository, Tag, Option<String>)> = Vec::new();
        for place in line.places() {
            let tags = place.tags(version.as_deref()).unwrap_or_default();
            let of_stage = |tag| (place.repository.clone(), tag, Some(place.stage.clone()));
            candidates.extend(tags.into_iter().map(of_stage));
        }
        let placed = marks.all().filter(|mark| mark.digest == *image.digest());
        candidates.extend(placed.map(|mark| {
            let stage = Some(mark.stage.clone());
            (mark.repository.clone(), mark.tag.clone(), stage)
        }));
        let named = image.tag.clone();
        candidates.extend(named.map(|tag| (image.repository.clone(), tag, None)));
        let mut met = BTreeSet::new();
        candidates.retain(|(repository, tag, _)| met.insert((repository.clone(), tag.clone())));
        let asked: Vec<(Repository, Tag)> = candidates
            .iter()
            .map(|(repository, tag, _)| (repository.clone(), tag.clone()))
            .collect();
        let looked = self.heads(&asked, "Looking at its tags", work).await?;
        let still = candidates.into_iter().zip(looked);
        let still = still.filter(|(_, looked)| *looked == Looked::Names(image.digest().clone()));
        Ok(still
            .map(|((repository, tag, stage), _)| StillNamed {
                repository: repository.to_string(),
                tag: tag.to_string(),
                stage,
            })
            .collect())
    }

    /// Signs it, hangs it on the image wherever that is, and records it.
    async fn say_revoked(&self, finding: &mut Finding, message: &str) -> Result<Digest> {
        let image = &finding.image;
        let tags = finding.tags.iter();
        let tags: Vec<String> = tags
            .map(|t| format!("{}:{}", t.repository, t.tag))
            .collect();
        let built_on = finding.kin.found.iter().take(NAMED);
        let built_on: Vec<p::BuiltOn> = built_on
            .map(|(repository, digest, found)| p::BuiltOn {
                repository: repository.to_string(),
                digest: digest.clone(),
                found: *found,
            })
            .collect();
        let mut scribe = self.scribe().await?;
        let statement = scribe.write(
            &image.repository,
            &image.manifest.descriptor(),
            p::REVOCATION,
            |origin| p::Revocation {
                origin,
                repository: image.repository.to_string(),
                digest: image.digest().clone(),
                message: message.to_owned(),
                tags,
                built_on,
            },
        )?;
        scribe.attach(self, &image.repository).await?;
        self.record(scribe.entries(&image.repository)).await?;
        let mut problems = Vec::new();
        for other in self.other_places(image).await? {
            // The record stands; where else it could not be hung is said.
            if let Err(error) = scribe.attach(self, &other).await {
                problems.push(format!(
                    "it could not be hung on the image in {other}: {error}"
                ));
            }
        }
        // The scribe's turn ends before the queue is told, which takes a turn of its own.
        drop(scribe);
        problems.extend(self.tell_queue_revoked(image, &statement).await);
        finding.problems.extend(problems);
        Ok(statement)
    }

    async fn other_places(&self, image: &Image) -> Result<Vec<Repository>> {
        let places = self.marks().await?.places(image.digest());
        let others = places.into_iter();
        Ok(others.filter(|own| *own != image.repository).collect())
    }

    /// Says in the team's queue what became of requests for this image; what fails, in sentences.
    async fn tell_queue_revoked(&self, image: &Image, statement: &Digest) -> Vec<String> {
        let lag = |error: Error| format!("the team's queue could not be updated: {error}");
        let mut problems = Vec::new();
        let Some(team) = self.team_repository() else {
            return problems;
        };
        let stages: Vec<String> = match self.line(&image.repository).await {
            Ok(line) => line.stages().map(str::to_owned).collect(),
            Err(error) => return vec![lag(error)],
        };
        for stage in stages {
            if let Err(error) = self.tell_one(image, &team, &stage, statement).await {
                problems.push(lag(error));
            }
        }
        problems
    }

    async fn tell_one(
        &self,
        image: &Image,
        team: &Repository,
        stage: &str,
        statement: &Digest,
    ) -> Result<()> {
        let tag = own_tag(&request_tag(stage, image.digest()))?;
        if self.tag_digest(team, &tag).await?.is_none() {
            return Ok(());
        }
        let named = image.repository.at(image.digest().clone());
        let case = self.case(&named, stage).await?;
        self.mark(&case, state_name(CandidateState::Revoked), statement)
            .await
    }

    async fn revocation_told(
        &self,
        finding: Finding,
        known: Option<RevokedInfo>,
        statement: Option<Digest>,
        dry_run: bool,
    ) -> Result<Revocation> {
        let digest = finding.image.digest().clone();
        let way_back = self.ways_back(&finding.tags, &digest).await?;
        let marks = self.marks().await?;
        let mut built_on = Vec::with_capacity(finding.kin.found.len());
        for (repository, digest, found) in &finding.kin.found {
            built_on.push(self.named_kin(&marks, repository, digest, *found).await?);
        }
        let message = match (&known, dry_run) {
            (Some(known), _) => format!("Already: {}.", known.in_words(&digest)),
            (None, true) => format!("Dry run: {} would be revoked, for good.", digest.short()),
            (None, false) => format!("{} is revoked, for good.", digest.short()),
        };
        let statement = statement.map(|statement| statement.to_string());
        Ok(Revocation {
            outcome: match known {
                Some(_) => RevokeOutcome::Already,
                None => RevokeOutcome::Revoked,
            },
            image: finding.image.name(),
            digest: digest.to_string(),
            message,
            dry_run,
            tags: finding.tags,
            built_on_total: built_on.len() as u64,
            built_on,
            way_back,
            problems: finding.problems,
            statement: statement.or(known.map(|known| known.statement)),
        })
    }

    async fn named_kin(
        &self,
        marks: &Marks,
        repository: &Repository,
        digest: &Digest,
        found: p::BuiltOnFound,
    ) -> Result<BuiltOnImage> {
        let tags = marks
            .all()
            .filter(|mark| mark.repository == *repository && mark.digest == *digest)
            .map(|mark| mark.tag.to_string());
        let facts = self.facts(repository, digest).await.ok();
        Ok(BuiltOnImage {
            image: repository.at(digest.clone()).to_string(),
            version: facts.and_then(|facts| facts.version),
            tags: tags.collect(),
            found: match found {
                p::BuiltOnFound::BaseDigest => "it says so itself, by its base digest",
                p::BuiltOnFound::Layers => "its first layers are all the layers of this image",
            }
            .to_owned(),
        })
    }

    /// For each stage whose tag still names the image: where it can go back to.
    async fn ways_back(&self, tags: &[StillNamed], digest: &Digest) -> Result<Vec<WayBack>> {
        let stages: BTreeSet<(String, String)> = tags
            .iter()
            .filter_map(|tag| Some((tag.repository.clone(), tag.stage.clone()?)))
            .collect();
        let mut ways = Vec::new();
        for (repository, stage) in stages {
            let ask = AskStage {
                repository: repository.clone(),
                stage: stage.clone(),
            };
            let targets = self.rollback_targets(ask).await?;
            let to = targets
                .into_iter()
                .find(|to| to.digest != digest.to_string());
            ways.push(WayBack {
                repository,
                stage,
                to,
            });
        }
        Ok(ways)
    }
}
