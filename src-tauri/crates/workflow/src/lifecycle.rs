//! Where images stand: at dev, qa or golden, revoked, drifted. The one answer for every list,
//! page and command; it follows from the pipeline, the history and where the tags point now.

use crate::{
    desk::Desk,
    dto::{Badge, BadgeKind},
    error::Result,
    image::PARALLEL,
    past::Change,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Digest, Repository, Tag};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the stages of one repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lifecycle {
    /// The stages' tags, first stage first, with what each names now.
    pub(crate) stages: Vec<StageTag>,
    /// The last change of each tag that the history knows.
    put: BTreeMap<String, Change>,
    /// Digests that are revoked, wherever they stand.
    revoked: BTreeSet<Digest>,
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
        let mut put = BTreeMap::new();
        for change in self.changes(repository).await? {
            // Newest first: what came later stands.
            put.entry(change.tag.clone()).or_insert(change);
        }
        let revoked = self.marks().await?.revoked().clone();
        Ok(Lifecycle {
            stages,
            put,
            revoked,
        })
    }
}

impl Lifecycle {
    /// The badges of a tag that names `digest` now.
    pub(crate) fn of_tag(&self, tag: &str, digest: &Digest) -> Vec<Badge> {
        if self.revoked.contains(digest) {
            return vec![revoked(digest)];
        }
        let own = self.stages.iter().find(|own| own.tag.as_str() == tag);
        match (self.put.get(tag), own) {
            (Some(put), _) if put.stage.is_some() => self.of_placed(put, digest),
            (_, Some(own)) => vec![named(&own.stage, tag, digest)],
            _ => self.of_image(digest),
        }
    }

    /// The badges of an image.
    pub(crate) fn of_image(&self, digest: &Digest) -> Vec<Badge> {
        if self.revoked.contains(digest) {
            return vec![revoked(digest)];
        }
        let here = self
            .stages
            .iter()
            .filter(|stage| stage.now.as_ref() == Some(digest));
        let badge = |stage: &StageTag| match self.put.get(stage.tag.as_str()) {
            // Who moved it there did not promote it.
            Some(put) if put.to.as_ref() != Some(digest) => None,
            Some(put) => Some(at(&stage.stage, put)),
            None => Some(named(&stage.stage, stage.tag.as_str(), digest)),
        };
        let mut badges: Vec<Badge> = here.filter_map(badge).collect();
        badges.dedup_by(|a, b| a.stage == b.stage);
        badges
    }

    /// Where a tag no longer is what the last promotion made it, in a sentence.
    pub(crate) fn drift(&self, tag: &str, now: Option<&Digest>) -> Option<String> {
        let put = self.put.get(tag).filter(|put| put.stage.is_some())?;
        (put.to.as_ref() != now).then(|| drifted_words(put, now))
    }

    fn of_placed(&self, put: &Change, digest: &Digest) -> Vec<Badge> {
        let stage = put.stage.clone().unwrap_or_default();
        if put.to.as_ref() == Some(digest) {
            return vec![at(&stage, put)];
        }
        vec![Badge {
            kind: BadgeKind::Drifted,
            stage,
            text: drifted_words(put, Some(digest)),
        }]
    }
}

fn at(stage: &str, put: &Change) -> Badge {
    let day = put.at.strftime("%-d %b %Y");
    if put.kind == "adoption" {
        return Badge {
            kind: BadgeKind::Adopted,
            stage: stage.to_owned(),
            text: format!(
                "Adopted, not approved: it was at {stage} when {} adopted it on {day}.",
                put.by
            ),
        };
    }
    Badge {
        kind: BadgeKind::At,
        stage: stage.to_owned(),
        text: format!("At {stage} since {day}: {} by {}.", put.kind, put.by),
    }
}

/// Nothing else is said of it, wherever it stands.
fn revoked(digest: &Digest) -> Badge {
    Badge {
        kind: BadgeKind::Revoked,
        stage: String::new(),
        text: format!(
            "{} is revoked, for good: do not use it, whatever names it.",
            digest.short()
        ),
    }
}

fn named(stage: &str, tag: &str, digest: &Digest) -> Badge {
    Badge {
        kind: BadgeKind::Named,
        stage: stage.to_owned(),
        text: format!(
            "The tag {tag} names {}, and this workspace knows of no promotion that put it there.",
            digest.short()
        ),
    }
}

fn drifted_words(put: &Change, now: Option<&Digest>) -> String {
    let name = |digest: Option<&Digest>| digest.map_or("nothing", Digest::short).to_owned();
    format!(
        "{} names {} and was put on {} on {}: somebody else moved it.",
        put.tag,
        name(now),
        name(put.to.as_ref()),
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

    fn change(tag: &str, to: &str) -> Change {
        Change {
            seq: 1,
            at: Timestamp::UNIX_EPOCH,
            kind: "promotion".into(),
            by: "Ines".into(),
            message: None,
            stage: Some("golden".into()),
            tag: tag.into(),
            from: None,
            to: Some(digest(to)),
        }
    }

    fn lifecycle(now: Option<&str>, put: Option<Change>) -> Lifecycle {
        Lifecycle {
            stages: vec![StageTag {
                stage: "golden".into(),
                tag: "golden".parse().unwrap(),
                now: now.map(digest),
            }],
            put: put.map(|put| (put.tag.clone(), put)).into_iter().collect(),
            revoked: BTreeSet::new(),
        }
    }

    fn kinds(badges: &[Badge]) -> Vec<BadgeKind> {
        badges.iter().map(|badge| badge.kind).collect()
    }

    #[test]
    fn what_was_promoted_and_stands_there_is_golden_under_each_of_its_tags() {
        let life = lifecycle(Some("a"), Some(change("golden", "a")));
        assert_eq!(kinds(&life.of_tag("golden", &digest("a"))), [BadgeKind::At]);
        assert_eq!(kinds(&life.of_tag("2.8.1", &digest("a"))), [BadgeKind::At]);
        assert_eq!(kinds(&life.of_tag("2.8.0", &digest("b"))), []);
        assert_eq!(life.drift("golden", Some(&digest("a"))), None);
    }

    #[test]
    fn a_stage_tag_that_somebody_moved_has_drifted_and_makes_nothing_golden() {
        let life = lifecycle(Some("b"), Some(change("golden", "a")));
        let badges = life.of_tag("golden", &digest("b"));
        assert_eq!(kinds(&badges), [BadgeKind::Drifted]);
        assert!(badges[0].text.contains(digest("a").short()), "{badges:?}");
        assert_eq!(life.of_image(&digest("b")), []);
        assert!(life.drift("golden", Some(&digest("b"))).is_some());
        assert!(
            life.drift("golden", None)
                .unwrap()
                .contains("names nothing")
        );
    }

    #[test]
    fn a_stage_tag_without_a_promotion_is_named_and_no_more() {
        let life = lifecycle(Some("a"), None);
        assert_eq!(
            kinds(&life.of_tag("golden", &digest("a"))),
            [BadgeKind::Named]
        );
        assert_eq!(kinds(&life.of_image(&digest("a"))), [BadgeKind::Named]);
    }

    #[test]
    fn what_is_adopted_is_not_shown_as_promoted_and_what_is_revoked_as_nothing_else() {
        let adopted = Change {
            kind: "adoption".into(),
            ..change("golden", "a")
        };
        let mut life = lifecycle(Some("a"), Some(adopted));
        let both = |life: &Lifecycle| {
            let tag = life.of_tag("golden", &digest("a"));
            [kinds(&tag), kinds(&life.of_image(&digest("a")))].concat()
        };
        assert_eq!(both(&life), [BadgeKind::Adopted, BadgeKind::Adopted]);
        life.revoked.insert(digest("a"));
        assert_eq!(both(&life), [BadgeKind::Revoked, BadgeKind::Revoked]);
    }

    #[test]
    fn a_further_tag_of_a_stage_is_known_by_its_promotion() {
        let life = lifecycle(None, Some(change("2.8.1-golden", "a")));
        let badges = life.of_tag("2.8.1-golden", &digest("a"));
        assert_eq!(kinds(&badges), [BadgeKind::At]);
        let badges = life.of_tag("2.8.1-golden", &digest("b"));
        assert_eq!(kinds(&badges), [BadgeKind::Drifted]);
    }
}
