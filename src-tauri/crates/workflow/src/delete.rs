//! Deleting a tag or an image, and the rule that no golden image loses its last reference.
//!
//! Registries delete a manifest with every tag that names it, so whoever deletes by digest is
//! told which tags go. What was deleted is recorded; nothing can bring it back.

use crate::{
    desk::Desk,
    dto::{AskDelete, Deletion},
    error::{Code, Error, Result},
    image::{PARALLEL, digest, reference},
    plan::list,
    surroundings::Work,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_history::NewEntry;
use hallmark_image::{Descriptor, Digest, Reference, Repository, Tag};
use serde_json::json;

/// How many tags are looked at to find those that go with an image.
const LOOKED_AT: usize = 1000;
/// How many of them are named in a sentence.
const NAMED: usize = 8;

/// What is to be deleted, as it stands now.
struct Doomed {
    repository: Repository,
    /// The tag, where it alone goes.
    tag: Option<Tag>,
    descriptor: Descriptor,
    tags: Vec<Tag>,
    all_looked_at: bool,
    attached: u64,
}

impl Desk {
    /// What a deletion would take away.
    ///
    /// # Errors
    /// [`Code::KeptForGolden`] where a golden image would lose its last reference; whatever keeps
    /// the registry from being asked.
    pub async fn plan_deletion(&self, ask: AskDelete, work: &Work) -> Result<Deletion> {
        let doomed = self.doomed(&ask, work).await?;
        Ok(doomed.deletion(false))
    }

    /// Deletes a tag or an image, and records it.
    ///
    /// # Errors
    /// As [`plan_deletion`](Self::plan_deletion); [`Code::Conflict`] where the tag names another
    /// image than was confirmed.
    pub async fn delete(&self, ask: AskDelete, work: &Work) -> Result<Deletion> {
        let doomed = self.doomed(&ask, work).await?;
        let expected = ask.expected.as_deref().map(digest).transpose()?;
        let found = &doomed.descriptor.digest;
        if let Some(expected) = expected.filter(|expected| expected != found) {
            return Err(Error::new(
                Code::Conflict,
                format!(
                    "{} named {} when it was confirmed and names {} now; nothing was deleted",
                    ask.image,
                    expected.short(),
                    found.short()
                ),
            )
            .hint("Look again, and decide for the image that is there now."));
        }
        work.step("Deleting", 0, None)?;
        let client = self.client();
        match &doomed.tag {
            Some(tag) => client.delete_tag(&doomed.repository, tag).await?,
            None => client.delete_manifest(&doomed.repository, found).await?,
        }
        self.forget_list(&doomed.repository);
        self.record(vec![self.deletion_entry(&doomed)]).await?;
        Ok(doomed.deletion(true))
    }

    async fn doomed(&self, ask: &AskDelete, work: &Work) -> Result<Doomed> {
        let reference = reference(&ask.image)?;
        let repository = reference.repository.clone();
        work.step("Looking at the image", 0, None)?;
        let descriptor = self.client().resolve(&reference).await?;
        let tag = tag_alone(&reference)?;
        let kept = self.kept(&repository, work).await?;
        let (tags, all_looked_at) = match &tag {
            Some(_) => (Vec::new(), true),
            None => {
                self.tags_of(&repository, &descriptor.digest, &kept.tags, work)
                    .await?
            }
        };
        let manifest = self
            .client()
            .manifest(&repository.at(descriptor.digest.clone()))
            .await?;
        if let Some(why) = kept.refusal(&manifest, tag.as_ref()) {
            return Err(Error::new(Code::KeptForGolden, why).hint(
                "Golden images stay, so that a rollback finds them. Revoke it first if nobody may use it.",
            ));
        }
        let attached = match &tag {
            Some(_) => 0,
            None => {
                let referrers = self
                    .client()
                    .referrers(&repository, &descriptor.digest)
                    .await?;
                referrers.descriptors.len() as u64
            }
        };
        Ok(Doomed {
            repository,
            tag,
            descriptor,
            tags,
            all_looked_at,
            attached,
        })
    }

    /// The tags that name this digest, and whether all were looked at.
    async fn tags_of(
        &self,
        repository: &Repository,
        wanted: &Digest,
        all: &[Tag],
        work: &Work,
    ) -> Result<(Vec<Tag>, bool)> {
        let total = all.len().min(LOOKED_AT) as u64;
        // Those pushed last are at the end of most lists, and the likelier ones.
        let looked_at = all.iter().rev().take(LOOKED_AT).cloned().enumerate();
        let found: Vec<Option<Tag>> = stream::iter(looked_at)
            .map(|(at, tag)| async move {
                work.step("Looking which tags go with it", at as u64, Some(total))?;
                let now = self.tag_digest(repository, &tag).await?;
                Ok::<_, Error>((now.as_ref() == Some(wanted)).then_some(tag))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut tags: Vec<Tag> = found.into_iter().flatten().collect();
        tags.sort();
        Ok((tags, all.len() <= LOOKED_AT))
    }

    fn deletion_entry(&self, doomed: &Doomed) -> NewEntry {
        let digest = &doomed.descriptor.digest;
        let gone = doomed.tag.iter().chain(&doomed.tags);
        let tags: Vec<_> = gone
            .map(|tag| json!({"tag": tag, "from": digest, "to": null}))
            .collect();
        let message = match &doomed.tag {
            Some(tag) => format!("the tag {tag}"),
            None => "the image with its tags".to_owned(),
        };
        let me = self.file().me;
        NewEntry {
            time: self.now(),
            kind: "deletion".into(),
            actor: me.map_or_else(|| self.login_name(), |me| me.name),
            key_id: None,
            repository: Some(doomed.repository.to_string()),
            tag: doomed.tag.as_ref().map(Tag::to_string),
            digest: Some(digest.clone()),
            message: Some(message),
            statement: None,
            detail: json!({"tags": tags}),
        }
    }
}

/// The tag, where no digest says that the image itself is meant.
fn tag_alone(reference: &Reference) -> Result<Option<Tag>> {
    match (&reference.tag, &reference.digest) {
        (_, Some(_)) => Ok(None),
        (Some(tag), None) => Ok(Some(tag.clone())),
        (None, None) => Err(Error::new(
            Code::BadInput,
            format!("{reference} names no tag and no digest to delete"),
        )),
    }
}

impl Doomed {
    fn deletion(self, done: bool) -> Deletion {
        let sentences = self.sentences();
        let image = match &self.tag {
            Some(tag) => self.repository.tagged(tag.clone()),
            None => self.repository.at(self.descriptor.digest.clone()),
        };
        Deletion {
            image: image.to_string(),
            digest: self.descriptor.digest.to_string(),
            tag: self.tag.map(|tag| tag.to_string()),
            tags: self.tags.iter().map(Tag::to_string).collect(),
            all_looked_at: self.all_looked_at,
            attached: self.attached,
            sentences,
            done,
        }
    }

    /// What happens, for somebody who is to confirm it.
    fn sentences(&self) -> Vec<String> {
        let name = &self.repository.name;
        let short = self.descriptor.digest.short();
        if let Some(tag) = &self.tag {
            return vec![format!(
                "The tag {tag} of {name} is deleted. The image {short} that it names stays, under its digest and its other tags, until the registry cleans up."
            )];
        }
        let mut sentences = vec![format!(
            "The image {short} of {name} is deleted, for everybody who uses this registry. It cannot be brought back."
        )];
        let names: Vec<String> = self.tags.iter().take(NAMED).map(Tag::to_string).collect();
        let more = self.tags.len().saturating_sub(NAMED);
        sentences.push(match (self.tags.len(), more) {
            (0, _) if self.all_looked_at => "No tag names it.".to_owned(),
            (0, _) => String::new(),
            (1, _) => format!("The tag {} goes with it.", list(&names)),
            (_, 0) => format!("The tags {} go with it.", list(&names)),
            (_, more) => format!("The tags {} and {more} more go with it.", names.join(", ")),
        });
        if !self.all_looked_at {
            sentences.push(format!(
                "Only {LOOKED_AT} of its repository’s tags were looked at; others that name it go, too."
            ));
        }
        match self.attached {
            0 => {}
            1 => sentences
                .push("One thing is attached to it; nobody will find that any more.".into()),
            count => sentences.push(format!(
                "{count} things are attached to it; nobody will find them any more."
            )),
        }
        sentences.retain(|sentence| !sentence.is_empty());
        sentences
    }
}
