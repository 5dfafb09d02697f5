//! Where images stand: at dev, qa or golden, revoked, drifted. The one answer for every list,
//! page and command; it follows from the pipeline, the history and where the tags point now.

use crate::{
    desk::Desk,
    dto::{Badge, BadgeKind},
    error::Result,
    image::PARALLEL,
    marks::{How, Mark, Marks},
    pipeline::GOLDEN,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Digest, Repository, Tag};
use std::{collections::BTreeMap, sync::Arc};

/// What is known of the stages of one repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifecycle {
    /// The stages' tags, first stage first, with what each names now.
    pub(crate) stages: Vec<StageTag>,
    /// What the last act of somebody who may put at each tag.
    put: BTreeMap<Tag, Mark>,
    marks: Arc<Marks>,
}

/// A tag of a stage.
#[derive(Clone, Debug)]
pub(crate) struct StageTag {
    pub(crate) stage: String,
    pub(crate) tag: Tag,
    /// What it names now; nothing where there is no such tag.
    pub(crate) now: Option<Digest>,
}

impl Desk {
    /// The lifecycle of a repository's images, looked at now.
    pub(crate) async fn lifecycle(&self, repository: &Repository) -> Result<Lifecycle> {
        let line = self.line(repository).await?;
        // A stage whose tags all need a version has none that can be named here.
        let tags = line.fixed_tags_in(repository);
        let stages = stream::iter(tags)
            .map(|(stage, tag)| async move {
                let now = self.tag_digest(repository, &tag).await?;
                Ok::<_, crate::error::Error>(StageTag { stage, tag, now })
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let marks = self.marks().await?;
        let here = marks.all().filter(|mark| mark.repository == *repository);
        Ok(Lifecycle {
            put: here.map(|mark| (mark.tag.clone(), mark.clone())).collect(),
            stages,
            marks,
        })
    }
}

impl Lifecycle {
    /// The badges of a tag that names `digest` now.
    pub(crate) fn of_tag(&self, tag: &Tag, digest: &Digest) -> Vec<Badge> {
        let own = self.stages.iter().find(|own| own.tag == *tag);
        match (self.put.get(tag), own) {
            (Some(put), _) if put.digest != *digest => {
                let mut badges = self.of_revoked(digest);
                badges.push(Badge {
                    kind: BadgeKind::Drifted,
                    stage: put.stage.clone(),
                    text: drifted_words(put, Some(digest)),
                });
                badges
            }
            _ if self.is_revoked(digest) => self.of_revoked(digest),
            (Some(put), _) => vec![at(put)],
            (None, Some(own)) => vec![named(&own.stage, tag, digest)],
            (None, None) => self.of_image(digest),
        }
    }

    /// The badges of an image.
    pub(crate) fn of_image(&self, digest: &Digest) -> Vec<Badge> {
        if self.is_revoked(digest) {
            return self.of_revoked(digest);
        }
        let here = self
            .stages
            .iter()
            .filter(|stage| stage.now.as_ref() == Some(digest));
        let badge = |stage: &StageTag| match self.put.get(&stage.tag) {
            // Who moved it there did not promote it.
            Some(put) if put.digest != *digest => None,
            Some(put) => Some(at(put)),
            None => Some(named(&stage.stage, &stage.tag, digest)),
        };
        let mut badges: Vec<Badge> = here.filter_map(badge).collect();
        badges.dedup_by(|a, b| a.stage == b.stage);
        badges
    }

    /// Whether the mark was taken from it, for good.
    pub(crate) fn is_revoked(&self, digest: &Digest) -> bool {
        self.marks.is_revoked(digest)
    }

    /// Where a tag no longer is what the last promotion made it, in a sentence.
    pub(crate) fn drift(&self, tag: &Tag, now: Option<&Digest>) -> Option<String> {
        let put = self.put.get(tag)?;
        (Some(&put.digest) != now).then(|| drifted_words(put, now))
    }

    fn of_revoked(&self, digest: &Digest) -> Vec<Badge> {
        let badge = || Badge {
            kind: BadgeKind::Revoked,
            stage: GOLDEN.to_owned(),
            text: format!(
                "{} is revoked, for good: nobody is to use it.",
                digest.short()
            ),
        };
        self.is_revoked(digest).then(badge).into_iter().collect()
    }
}

/// What was taken over and never approved is not golden in the same way.
fn at(put: &Mark) -> Badge {
    let (stage, by) = (&put.stage, &put.by);
    let day = put.at.strftime("%-d %b %Y");
    let (kind, text) = match put.how {
        How::Placed => (
            BadgeKind::At,
            format!("At {stage} since {day}, put there by {by}."),
        ),
        How::Adopted { grace, .. } => {
            let grace = grace.strftime("%-d %b %Y");
            let text = format!(
                "At {stage} as {by} found it on {day}: adopted, and to be approved by {grace}."
            );
            (BadgeKind::Adopted, text)
        }
    };
    Badge {
        kind,
        stage: stage.clone(),
        text,
    }
}

fn named(stage: &str, tag: &Tag, digest: &Digest) -> Badge {
    Badge {
        kind: BadgeKind::Named,
        stage: stage.to_owned(),
        text: format!(
            "The tag {tag} names {}, and this workspace knows of no promotion that put it there.",
            digest.short()
        ),
    }
}

fn drifted_words(put: &Mark, now: Option<&Digest>) -> String {
    format!(
        "{} names {} and was put on {} on {}: somebody else moved it.",
        put.tag,
        now.map_or("nothing", Digest::short),
        put.digest.short(),
        put.at.strftime("%-d %b %Y")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn digest(text: &str) -> Digest {
        Digest::sha256(text)
    }

    fn tag(text: &str) -> Tag {
        text.parse().unwrap()
    }

    fn mark(at: &str, to: &str) -> Mark {
        Mark {
            repository: "r.io/payments/api".parse().unwrap(),
            tag: tag(at),
            first: true,
            stage: "golden".into(),
            digest: digest(to),
            at: Timestamp::UNIX_EPOCH,
            by: "Ines".into(),
            how: How::Placed,
            decisions: Vec::new(),
            seq: 1,
        }
    }

    fn lifecycle(now: Option<&str>, put: Option<Mark>) -> Lifecycle {
        Lifecycle {
            stages: vec![StageTag {
                stage: "golden".into(),
                tag: "golden".parse().unwrap(),
                now: now.map(digest),
            }],
            put: put.map(|put| (put.tag.clone(), put)).into_iter().collect(),
            marks: Arc::default(),
        }
    }

    fn kinds(badges: &[Badge]) -> Vec<BadgeKind> {
        badges.iter().map(|badge| badge.kind).collect()
    }

    #[test]
    fn what_was_promoted_and_stands_there_is_golden_under_each_of_its_tags() {
        let life = lifecycle(Some("a"), Some(mark("golden", "a")));
        assert_eq!(
            kinds(&life.of_tag(&tag("golden"), &digest("a"))),
            [BadgeKind::At]
        );
        assert_eq!(
            kinds(&life.of_tag(&tag("2.8.1"), &digest("a"))),
            [BadgeKind::At]
        );
        assert_eq!(kinds(&life.of_tag(&tag("2.8.0"), &digest("b"))), []);
        assert_eq!(life.drift(&tag("golden"), Some(&digest("a"))), None);
    }

    #[test]
    fn a_stage_tag_that_somebody_moved_has_drifted_and_makes_nothing_golden() {
        let life = lifecycle(Some("b"), Some(mark("golden", "a")));
        let badges = life.of_tag(&tag("golden"), &digest("b"));
        assert_eq!(kinds(&badges), [BadgeKind::Drifted]);
        assert!(badges[0].text.contains(digest("a").short()), "{badges:?}");
        assert_eq!(life.of_image(&digest("b")), []);
        assert!(life.drift(&tag("golden"), Some(&digest("b"))).is_some());
        assert!(
            life.drift(&tag("golden"), None)
                .unwrap()
                .contains("names nothing")
        );
    }

    #[test]
    fn what_was_adopted_says_so_and_is_not_golden_in_the_same_way() {
        let grace = Timestamp::UNIX_EPOCH;
        let adopted = Mark {
            how: How::Adopted { grace, since: None },
            ..mark("golden", "a")
        };
        let life = lifecycle(Some("a"), Some(adopted));
        let badges = life.of_tag(&tag("golden"), &digest("a"));
        assert_eq!(kinds(&badges), [BadgeKind::Adopted]);
        assert!(badges[0].text.contains("to be approved"), "{badges:?}");
    }

    #[test]
    fn a_stage_tag_without_a_promotion_is_named_and_no_more() {
        let life = lifecycle(Some("a"), None);
        assert_eq!(
            kinds(&life.of_tag(&tag("golden"), &digest("a"))),
            [BadgeKind::Named]
        );
        assert_eq!(kinds(&life.of_image(&digest("a"))), [BadgeKind::Named]);
    }

    #[test]
    fn a_further_tag_of_a_stage_is_known_by_its_promotion() {
        let life = lifecycle(None, Some(mark("2.8.1-golden", "a")));
        let badges = life.of_tag(&tag("2.8.1-golden"), &digest("a"));
        assert_eq!(kinds(&badges), [BadgeKind::At]);
        let badges = life.of_tag(&tag("2.8.1-golden"), &digest("b"));
        assert_eq!(kinds(&badges), [BadgeKind::Drifted]);
    }
}
