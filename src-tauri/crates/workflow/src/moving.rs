//! Placing tags: the part of a promotion and of a rollback that touches the registry.
//!
//! The intent is durable before anything moves; each tag must be where it was seen; both
//! digests are pinned; what the target lacks is copied; the reviewed bytes are put and looked
//! at again. Registries ignore `If-Match`, so a writer between the look and the put cannot be
//! shut out: it is noticed.

use crate::{
    carry::Carried,
    desk::Desk,
    entry::local,
    error::Result,
    image::own_tag,
    pipeline::{is_pin_of, pin},
    place::{Done, End, Immovable, Moved, Pin, Placement},
    surroundings::Work,
};
use hallmark_history::{Intent, NewEntry, Sealer};
use hallmark_image::{Digest, Manifest, Repository, Tag};
use hallmark_registry::{ErrorKind, Target};
use serde_json::{Value, json};

/// The steps that are told.
const STEPS: u64 = 5;

/// Whether the tags may be put.
enum Ready {
    Carried(Carried),
    Moved(Moved),
}

/// How putting the tags ended.
enum Put {
    All,
    Moved(Moved),
    Refused(Immovable),
}

impl Desk {
    /// The pins for these digests: those that are there, else new ones.
    pub(crate) async fn pins(
        &self,
        repository: &Repository,
        stage: &str,
        digests: &[Digest],
    ) -> Result<Vec<Pin>> {
        let tags = match self.client().all_tags(repository).await {
            Ok(tags) => tags,
            // The first image makes the repository.
            Err(error) if *error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error.into()),
        };
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
        let carried = match self.before_the_put(placement, manifest, work).await {
            Ok(Ready::Carried(carried)) => carried,
            Ok(Ready::Moved(moved)) => return self.conflict(placement, intent, moved).await,
            Err(error) => {
                // No tag has moved, so there is nothing to settle later.
                self.close(intent, "not-done", Vec::new()).await?;
                return Err(error);
            }
        };
        work.say("Moving the tags", 3, Some(STEPS));
        match self.put_tags(placement, manifest).await? {
            Put::All => (),
            Put::Moved(moved) => return self.conflict(placement, intent, moved).await,
            Put::Refused(refused) => return self.immovable(placement, intent, refused).await,
        }
        work.say("Signing the record", 4, Some(STEPS));
        let (statement, notes) = self.conclude(placement, intent).await?;
        Ok(End::Done(Box::new(Done {
            statement,
            carried,
            notes,
        })))
    }

    /// Steps three to five: every tag is where it was seen, both digests are pinned, and what
    /// the target lacks is there. It can be stopped until the first pin is written, and while
    /// it copies.
    async fn before_the_put(
        &self,
        placement: &Placement,
        manifest: &Manifest,
        work: &Work,
    ) -> Result<Ready> {
        work.step("Looking at the tags", 0, Some(STEPS))?;
        if let Some(moved) = self.moved_meanwhile(placement).await? {
            return Ok(Ready::Moved(moved));
        }
        work.step("Pinning both images", 1, Some(STEPS))?;
        let target = &placement.target.digest;
        self.put_pins(placement, manifest, |keeps| keeps != target)
            .await?;
        let carried = match &placement.source {
            Some(source) => {
                work.step("Copying", 2, Some(STEPS))?;
                self.carry(source, placement, manifest, work).await?
            }
            None => Carried::default(),
        };
        // A copy takes its time: somebody may have moved a tag meanwhile.
        if placement.source.is_some()
            && let Some(moved) = self.moved_meanwhile(placement).await?
        {
            return Ok(Ready::Moved(moved));
        }
        self.put_pins(placement, manifest, |keeps| keeps == target)
            .await?;
        Ok(Ready::Carried(carried))
    }

    async fn moved_meanwhile(&self, placement: &Placement) -> Result<Option<Moved>> {
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
        Ok(None)
    }

    async fn put_pins(
        &self,
        placement: &Placement,
        reviewed: &Manifest,
        wanted: impl Fn(&Digest) -> bool,
    ) -> Result<()> {
        let client = self.client();
        let new = placement.pins.iter().filter(|pin| !pin.found);
        for pin in new.filter(|pin| wanted(&pin.keeps)) {
            let manifest = match pin.keeps == *reviewed.digest() {
                true => reviewed.clone(),
                false => {
                    let kept = placement.repository.at(pin.keeps.clone());
                    client.manifest(&kept).await?
                }
            };
            client
                .put_manifest(&placement.repository, Target::Tag(&pin.tag), &manifest)
                .await?;
        }
        Ok(())
    }

    /// Step six: put the reviewed bytes, then look whether they are there. A tag that names
    /// them already is left alone: some registries refuse even that.
    async fn put_tags(&self, placement: &Placement, manifest: &Manifest) -> Result<Put> {
        let client = self.client();
        for (at, moved) in placement.tags.iter().enumerate() {
            let tag = own_tag(&moved.tag)?;
            if moved.from.as_ref() == Some(&moved.to) {
                continue;
            }
            let put = client.put_manifest(&placement.repository, Target::Tag(&tag), manifest);
            match put.await {
                Ok(_) => (),
                Err(error) if *error.kind() == ErrorKind::TagImmutable => {
                    return Ok(Put::Refused(Immovable {
                        tag: moved.tag.clone(),
                        why: error.message().to_owned(),
                        after_others: at > 0,
                    }));
                }
                Err(error) => return Err(error.into()),
            }
            let found = self
                .tag_after_put(&placement.repository, &tag, &moved.to)
                .await?;
            if found.as_ref() != Some(&moved.to) {
                return Ok(Put::Moved(Moved {
                    tag: moved.tag.clone(),
                    expected: Some(moved.to.clone()),
                    found,
                }));
            }
        }
        Ok(Put::All)
    }

    async fn conflict(&self, placement: &Placement, intent: Intent, moved: Moved) -> Result<End> {
        let detail =
            json!({"stage": placement.stage, "expected": moved.expected, "found": moved.found});
        let entry = self
            .stopped_at(placement, &moved.tag, moved.in_words(), detail)
            .await;
        self.close(intent, "conflict", vec![entry]).await?;
        Ok(End::Conflict(moved))
    }

    async fn immovable(
        &self,
        placement: &Placement,
        intent: Intent,
        refused: Immovable,
    ) -> Result<End> {
        let detail = json!({"stage": placement.stage, "immutable": true});
        let entry = self
            .stopped_at(placement, &refused.tag, refused.in_words(), detail)
            .await;
        let outcome = if refused.after_others {
            "partial"
        } else {
            "not-done"
        };
        self.close(intent, outcome, vec![entry]).await?;
        Ok(End::Immovable(refused))
    }

    /// Step seven: sign and keep the statements, attach them, then outcome and entries in one
    /// transaction. What was signed before a cut is attached again as it is, not signed anew.
    ///
    /// The other repositories of the line hear of it where they can be reached; what counts is
    /// what hangs at the place itself, so a source that may only be read stops nothing.
    pub(crate) async fn conclude(
        &self,
        placement: &Placement,
        intent: Intent,
    ) -> Result<(Digest, Vec<String>)> {
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
        let mut notes = Vec::new();
        for other in &placement.tell {
            if let Err(error) = scribe.attach_where_known(self, other).await {
                notes.push(format!("{other} could not be told: {}", error.message));
            }
        }
        let entries = scribe.entries(&placement.repository);
        self.close(intent, "done", entries).await?;
        Ok((statement, notes))
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

    async fn stopped_at(
        &self,
        placement: &Placement,
        tag: &str,
        words: String,
        detail: Value,
    ) -> NewEntry {
        let name = self.my_name().await.unwrap_or_default();
        let mut entry = local("conflict", &name, self.now(), words);
        entry.repository = Some(placement.repository.to_string());
        entry.tag = Some(tag.to_owned());
        entry.digest = Some(placement.target.digest.clone());
        entry.detail = detail;
        entry
    }
}
