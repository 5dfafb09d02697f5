//! Placing tags: the part of a promotion and of a rollback that touches the registry.
//!
//! The intent is durable before anything moves; each tag must be where it was seen; both
//! digests are pinned; the reviewed bytes are put and looked at again. Registries ignore
//! `If-Match`, so a writer between the look and the put cannot be shut out: it is noticed.

use crate::{
    decide::SummaryOf,
    desk::Desk,
    entry::local,
    error::{Code, Error, Result},
    image::own_tag,
    pipeline::{is_pin_of, pin},
    scribe::Scribe,
    surroundings::Work,
};
use hallmark_attest::predicate as p;
use hallmark_history::{Intent, IntentTag, NewEntry, NewIntent, Sealer};
use hallmark_image::{Descriptor, Digest, Manifest, Repository, Tag};
use hallmark_registry::Target;
use serde::{Deserialize, Serialize};

/// Everything that is needed to place tags, and to say afterwards what was done.
///
/// It is kept whole with the intent, so that a machine that was cut off can finish the record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Placement {
    pub(crate) intent: String,
    pub(crate) repository: Repository,
    pub(crate) stage: String,
    pub(crate) target: Descriptor,
    pub(crate) old: Option<Descriptor>,
    pub(crate) tags: Vec<p::Moved>,
    pub(crate) pins: Vec<Pin>,
    pub(crate) why: Why,
}

/// A tag that keeps a digest alive.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Pin {
    pub(crate) tag: Tag,
    pub(crate) keeps: Digest,
    /// It was there already.
    pub(crate) found: bool,
}

/// Promotion or rollback.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case")]
#[allow(
    clippy::large_enum_variant,
    reason = "one placement has one of these, and most are promotions"
)]
pub(crate) enum Why {
    /// An approved digest goes up.
    Promotion {
        policy: p::PolicyRef,
        evidence: Vec<Digest>,
        decisions: Vec<Digest>,
        summary: SummaryOf,
    },
    /// An earlier one comes back.
    Rollback { message: String },
}

/// A tag was not where it had to be.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) tag: String,
    pub(crate) expected: Option<Digest>,
    pub(crate) found: Option<Digest>,
}

impl Moved {
    pub(crate) fn in_words(&self) -> String {
        let name =
            |digest: &Option<Digest>| digest.as_ref().map_or("nothing", Digest::short).to_owned();
        format!(
            "{} named {} and names {} now: somebody else moved it",
            self.tag,
            name(&self.expected),
            name(&self.found)
        )
    }
}

/// How placing ended.
pub(crate) enum End {
    /// Every tag names the target, and the record says so.
    Done(Digest),
    /// A tag was elsewhere before anything was put, or is elsewhere after.
    Conflict(Moved),
}

impl Placement {
    pub(crate) fn kind(&self) -> &'static str {
        match self.why {
            Why::Promotion { .. } => "promotion",
            Why::Rollback { .. } => "rollback",
        }
    }

    /// Whether it takes an image away from the stage.
    pub(crate) fn takes_down(&self) -> bool {
        matches!(self.why, Why::Rollback { .. })
    }

    pub(crate) fn pin_names(&self) -> Vec<String> {
        self.pins.iter().map(|pin| pin.tag.to_string()).collect()
    }

    /// Writes the statement of what was done.
    pub(crate) fn write(&self, scribe: &mut Scribe) -> Result<Digest> {
        match &self.why {
            Why::Promotion {
                policy,
                evidence,
                decisions,
                summary,
            } => {
                summary.write(scribe, &self.repository, &self.target)?;
                scribe.write(&self.repository, &self.target, p::PROMOTION, |origin| {
                    p::Promotion {
                        origin,
                        intent: self.intent.clone(),
                        repository: self.repository.to_string(),
                        digest: self.target.digest.clone(),
                        stage: self.stage.clone(),
                        tags: self.tags.clone(),
                        pins: self.pin_names(),
                        policy: policy.clone(),
                        evidence: evidence.clone(),
                        decisions: decisions.clone(),
                    }
                })
            }
            Why::Rollback { message } => self.write_rollback(scribe, message),
        }
    }

    /// One statement for both digests: the one put back and the one taken down.
    fn write_rollback(&self, scribe: &mut Scribe, message: &str) -> Result<Digest> {
        let Some(old) = &self.old else {
            return Err(Error::new(
                Code::Internal,
                "a rollback has nothing to take down",
            ));
        };
        let both = [&self.target, old];
        scribe.write_about(&self.repository, &both, p::ROLLBACK, |origin| p::Rollback {
            origin,
            intent: self.intent.clone(),
            repository: self.repository.to_string(),
            stage: self.stage.clone(),
            from: old.digest.clone(),
            to: self.target.digest.clone(),
            tags: self.tags.clone(),
            pins: self.pin_names(),
            message: message.to_owned(),
        })
    }

    fn new_intent(&self) -> Result<NewIntent> {
        let tag = |moved: &p::Moved| IntentTag {
            tag: moved.tag.clone(),
            previous: moved.from.clone(),
            target: moved.to.clone(),
        };
        Ok(NewIntent {
            kind: self.kind().to_owned(),
            repository: self.repository.to_string(),
            stage: self.stage.clone(),
            tags: self.tags.iter().map(tag).collect(),
            detail: serde_json::to_value(self).map_err(Error::internal)?,
        })
    }
}

impl Desk {
    /// The pins for these digests: those that are there, else new ones.
    pub(crate) async fn pins(
        &self,
        repository: &Repository,
        stage: &str,
        digests: &[Digest],
    ) -> Result<Vec<Pin>> {
        let tags = self.client().all_tags(repository).await?;
        let mut pins = Vec::with_capacity(digests.len());
        for digest in digests {
            pins.push(self.pin(repository, stage, digest, &tags).await?);
        }
        Ok(pins)
    }

    async fn pin(
        &self,
        repository: &Repository,
        stage: &str,
        digest: &Digest,
        tags: &[Tag],
    ) -> Result<Pin> {
        for tag in tags.iter().filter(|tag| is_pin_of(stage, tag, digest)) {
            // Twelve digits are for people; only the whole digest says that it is the same image.
            if self.tag_digest(repository, tag).await?.as_ref() == Some(digest) {
                return Ok(Pin {
                    tag: tag.clone(),
                    keeps: digest.clone(),
                    found: true,
                });
            }
        }
        Ok(Pin {
            tag: pin(stage, digest, self.now())?,
            keeps: digest.clone(),
            found: false,
        })
    }

    /// Does what `placement` says, and records it.
    pub(crate) async fn place(
        &self,
        placement: &Placement,
        manifest: &Manifest,
        work: &Work,
    ) -> Result<End> {
        let intent = self.history.begin_intent(placement.new_intent()?).await?;
        match self.before_the_put(placement, work).await {
            Ok(None) => (),
            Ok(Some(moved)) => {
                let entry = self.conflict_entry(placement, &moved).await;
                self.close(intent, "conflict", vec![entry]).await?;
                return Ok(End::Conflict(moved));
            }
            Err(error) => {
                // No tag has moved, so there is nothing to settle later.
                self.close(intent, "not-done", Vec::new()).await?;
                return Err(error);
            }
        }
        work.say("Moving the tags", 2, Some(4));
        if let Some(moved) = self.put_tags(placement, manifest).await? {
            let entry = self.conflict_entry(placement, &moved).await;
            self.close(intent, "conflict", vec![entry]).await?;
            return Ok(End::Conflict(moved));
        }
        work.say("Signing the record", 3, Some(4));
        Ok(End::Done(self.conclude(placement, intent).await?))
    }

    /// Steps three and four: every tag is where it was seen, and both digests are pinned. It can be
    /// stopped until the first pin is written.
    async fn before_the_put(&self, placement: &Placement, work: &Work) -> Result<Option<Moved>> {
        work.step("Looking at the tags", 0, Some(4))?;
        for moved in &placement.tags {
            let found = self
                .tag_digest(&placement.repository, &own_tag(&moved.tag)?)
                .await?;
            if found != moved.from {
                return Ok(Some(Moved {
                    tag: moved.tag.clone(),
                    expected: moved.from.clone(),
                    found,
                }));
            }
        }
        work.step("Pinning both images", 1, Some(4))?;
        let client = self.client();
        for pin in placement.pins.iter().filter(|pin| !pin.found) {
            let manifest = client
                .manifest(&placement.repository.at(pin.keeps.clone()))
                .await?;
            client
                .put_manifest(&placement.repository, Target::Tag(&pin.tag), &manifest)
                .await?;
        }
        Ok(None)
    }

    /// Step six: put the reviewed bytes, then look whether they are there.
    async fn put_tags(&self, placement: &Placement, manifest: &Manifest) -> Result<Option<Moved>> {
        let client = self.client();
        for moved in &placement.tags {
            let tag = own_tag(&moved.tag)?;
            client
                .put_manifest(&placement.repository, Target::Tag(&tag), manifest)
                .await?;
            let found = self
                .tag_after_put(&placement.repository, &tag, &moved.to)
                .await?;
            if found.as_ref() != Some(&moved.to) {
                return Ok(Some(Moved {
                    tag: moved.tag.clone(),
                    expected: Some(moved.to.clone()),
                    found,
                }));
            }
        }
        Ok(None)
    }

    /// Step seven: sign and keep the statements, attach them, then outcome and entries in one
    /// transaction. What was signed before a cut is attached again as it is, not signed anew.
    pub(crate) async fn conclude(&self, placement: &Placement, intent: Intent) -> Result<Digest> {
        let mut scribe = self.scribe().await?;
        let statement = match &intent.progress {
            Some(kept) => scribe.resume(kept)?,
            None => {
                let statement = placement.write(&mut scribe)?;
                self.history.note_intent(&intent, scribe.kept()?).await?;
                statement
            }
        };
        scribe.attach(self, &placement.repository).await?;
        let entries = scribe.entries(&placement.repository);
        self.close(intent, "done", entries).await?;
        Ok(statement)
    }

    pub(crate) async fn close(
        &self,
        intent: Intent,
        outcome: &str,
        entries: Vec<NewEntry>,
    ) -> Result<()> {
        let sealer = self.sealer().await;
        self.history
            .finish_intent(
                intent,
                outcome,
                entries,
                sealer.as_ref().map(|s| s as &dyn Sealer),
            )
            .await?;
        Ok(())
    }

    async fn conflict_entry(&self, placement: &Placement, moved: &Moved) -> NewEntry {
        let name = self.my_name().await.unwrap_or_default();
        let mut entry = local("conflict", &name, self.now(), moved.in_words());
        entry.repository = Some(placement.repository.to_string());
        entry.tag = Some(moved.tag.clone());
        entry.digest = Some(placement.target.digest.clone());
        entry.detail = serde_json::json!({"stage": placement.stage, "expected": moved.expected, "found": moved.found});
        entry
    }
}
