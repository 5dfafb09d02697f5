//! Which images may not be deleted: those that are golden, that were golden and may be rolled back
//! to, that a pin keeps, and whatever one of those is made of.

use crate::{
    desk::Desk,
    error::{Error, Result},
    image::PARALLEL,
    lifecycle::Lifecycle,
    pipeline::{GOLDEN, is_pin, is_pin_of},
    surroundings::Work,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Digest, Manifest, Repository, Tag};
use hallmark_registry::ErrorKind;
use std::collections::BTreeMap;

/// What keeps the images of one repository.
pub(crate) struct Kept {
    /// Every tag of the repository.
    pub(crate) tags: Vec<Tag>,
    /// Where each golden tag points now.
    golden_tags: Vec<(Tag, Digest)>,
    /// Golden images of today and of the past, each with the reason.
    golden: BTreeMap<Digest, String>,
    /// Children of those: the golden image that each is part of.
    parts: BTreeMap<Digest, Digest>,
    life: Lifecycle,
}

impl Desk {
    /// What keeps the images of a repository, looked at now.
    pub(crate) async fn kept(&self, repository: &Repository, work: &Work) -> Result<Kept> {
        work.step("Looking what is golden", 0, None)?;
        let life = self.lifecycle(repository).await?;
        // What is revoked is golden no longer, whatever still names it.
        let golden_tags: Vec<(Tag, Digest)> = life
            .stages
            .iter()
            .filter(|stage| stage.stage == GOLDEN)
            .filter_map(|stage| Some((stage.tag.clone(), stage.now.clone()?)))
            .filter(|(_, digest)| !life.is_revoked(digest))
            .collect();
        let mut golden = BTreeMap::new();
        for change in self.changes(repository).await? {
            if let (Some(GOLDEN), Some(to)) = (change.stage.as_deref(), change.to) {
                let day = change.at.strftime("%-d %b %Y");
                let why = format!("it was put at golden on {day}");
                golden.entry(to).or_insert(why);
            }
        }
        golden.retain(|digest, _| !life.is_revoked(digest));
        for (tag, digest) in &golden_tags {
            golden.insert(digest.clone(), format!("the tag {tag} names it"));
        }
        let parts = self.parts(repository, golden.keys()).await?;
        let tags = self.client().all_tags(repository).await?;
        Ok(Kept {
            tags,
            golden_tags,
            golden,
            parts,
            life,
        })
    }

    /// The children of these images. One that is gone has none to lose; one that cannot be read
    /// now may have, so nothing is decided without it.
    async fn parts<'a>(
        &self,
        repository: &Repository,
        golden: impl Iterator<Item = &'a Digest>,
    ) -> Result<BTreeMap<Digest, Digest>> {
        let golden: Vec<Digest> = golden.cloned().collect();
        let opened: Vec<Option<Manifest>> = stream::iter(golden)
            .map(|digest| async move {
                match self.client().manifest(&repository.at(digest)).await {
                    Ok(manifest) => Ok(Some(manifest)),
                    Err(error) if *error.kind() == ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(Error::from(error)),
                }
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let children = |whole: Manifest| {
            let of = whole.digest().clone();
            let children = whole.children().to_vec().into_iter();
            children.map(move |child| (child.digest, of.clone()))
        };
        Ok(opened.into_iter().flatten().flat_map(children).collect())
    }
}

impl Kept {
    /// Why `image` may not be deleted, or the `tag` that names it, in a sentence.
    pub(crate) fn refusal(&self, image: &Manifest, tag: Option<&Tag>) -> Option<String> {
        let digest = image.digest();
        match tag {
            Some(tag) => self.refuses_tag(tag, digest),
            None => self.refuses_image(image),
        }
    }

    fn refuses_image(&self, image: &Manifest) -> Option<String> {
        let digest = image.digest();
        let short = digest.short();
        if let Some(why) = self.why(digest) {
            return Some(format!("{short} is golden and stays: {why}"));
        }
        if let Some(whole) = self.parts.get(digest) {
            return Some(format!(
                "{short} is a part of {}, which is golden and stays",
                whole.short()
            ));
        }
        let subject = &image.subject()?.digest;
        let about = self.why(subject).is_some() || self.parts.contains_key(subject);
        about.then(|| {
            format!(
                "{short} is attached to {}, which is golden and stays with its evidence",
                subject.short()
            )
        })
    }

    /// A tag may go where something else still names the golden image.
    fn refuses_tag(&self, tag: &Tag, digest: &Digest) -> Option<String> {
        let short = digest.short();
        if self.golden_tags.iter().any(|(golden, _)| golden == tag) {
            return Some(format!(
                "{tag} is the golden tag of {short}: taking golden away is a revocation or a rollback"
            ));
        }
        self.why(digest)?;
        let others = self.tags.iter().filter(|other| *other != tag);
        let pinned = others.clone().any(|other| is_pin_of(GOLDEN, other, digest));
        let named = self.golden_tags.iter().any(|(_, named)| named == digest);
        (!pinned && !named).then(|| {
            format!("{tag} is the last tag that is known to keep {short}, which is golden")
        })
    }

    fn why(&self, digest: &Digest) -> Option<String> {
        let known = self.golden.get(digest).cloned();
        known.or_else(|| {
            if self.life.is_revoked(digest) {
                return None;
            }
            let pins = self.tags.iter().filter(|tag| is_pin(GOLDEN, tag));
            let mut of_it = pins.filter(|tag| is_pin_of(GOLDEN, tag, digest));
            of_it.next().map(|pin| format!("the pin {pin} keeps it"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_image::{Artifact, Descriptor, media_type};
    use serde_json::json;

    fn artifact(text: &str) -> Manifest {
        let layer = Descriptor::of(media_type::JSON, text.as_bytes());
        Artifact::new(media_type::JSON, vec![layer])
            .build()
            .unwrap()
    }

    fn index(of: &[&Manifest]) -> Manifest {
        let manifests: Vec<Descriptor> = of.iter().map(|one| one.descriptor()).collect();
        let text =
            json!({"schemaVersion": 2, "mediaType": media_type::OCI_INDEX, "manifests": manifests});
        Manifest::parse(text.to_string(), None).unwrap()
    }

    fn tag(text: &str) -> Tag {
        text.parse().unwrap()
    }

    fn pin_of(manifest: &Manifest) -> Tag {
        tag(&format!(
            "golden-20261123T140200Z-{}",
            manifest.digest().short()
        ))
    }

    fn kept(golden: &Manifest, tags: Vec<Tag>, at_golden: bool) -> Kept {
        let digest = golden.digest().clone();
        let children = golden.children().iter();
        Kept {
            tags,
            golden_tags: at_golden
                .then(|| (tag("golden"), digest.clone()))
                .into_iter()
                .collect(),
            parts: children
                .map(|child| (child.digest.clone(), digest.clone()))
                .collect(),
            golden: BTreeMap::from([(digest, "it was put at golden".into())]),
            life: Lifecycle::default(),
        }
    }

    #[test]
    fn a_golden_image_its_parts_and_what_hangs_on_it_stay() {
        let (part, other) = (artifact("part"), artifact("other"));
        let golden = index(&[&part]);
        let hung = Artifact::new(media_type::JSON, Vec::new())
            .about(&golden.descriptor())
            .build()
            .unwrap();
        let kept = kept(&golden, Vec::new(), true);
        assert!(
            kept.refusal(&golden, None)
                .unwrap()
                .contains("golden and stays")
        );
        assert!(kept.refusal(&part, None).unwrap().contains("a part of"));
        assert!(kept.refusal(&hung, None).unwrap().contains("attached to"));
        assert_eq!(kept.refusal(&other, None), None);
    }

    #[test]
    fn an_image_that_a_pin_keeps_stays_whatever_the_history_knows() {
        let image = artifact("old");
        let tags = vec![pin_of(&image)];
        let kept = kept(&artifact("another"), tags, true);
        assert!(kept.refusal(&image, None).unwrap().contains("the pin"));
    }

    #[test]
    fn the_golden_tag_stays_and_the_last_tag_of_a_golden_image_too() {
        let golden = artifact("golden");
        let now = kept(&golden, vec![tag("golden"), tag("2.8.1")], true);
        assert!(now.refusal(&golden, Some(&tag("golden"))).is_some());
        assert_eq!(now.refusal(&golden, Some(&tag("2.8.1"))), None);
        let past = kept(&golden, vec![pin_of(&golden), tag("2.8.1")], false);
        assert_eq!(past.refusal(&golden, Some(&tag("2.8.1"))), None);
        let last = past.refusal(&golden, Some(&pin_of(&golden)));
        assert!(last.unwrap().contains("the last tag"));
    }
}
