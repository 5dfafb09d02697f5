//! The marks: what the last act that the history knows of put at each tag.
//!
//! Promotions, rollbacks and adoptions put digests at tags, revocations take the mark from a
//! digest. They are read from the history once and then as it grows; nothing here asks a
//! registry, so a mark says what was put there and never what is there now.

use crate::{desk::Desk, error::Result, pipeline::GOLDEN, trust::Trust};
use hallmark_history::{Entry, Filter};
use hallmark_image::{Digest, Repository, Tag};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Entries that are read at once.
const PAGE: usize = 1000;
/// The kinds that say something of where a digest stands.
const KINDS: [&str; 5] = ["promotion", "rollback", "adoption", "revocation", "request"];

/// What the last act put at a tag.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) repository: Repository,
    pub(crate) tag: Tag,
    /// The first tag of its act: the one that says what is at the stage.
    pub(crate) first: bool,
    pub(crate) stage: String,
    pub(crate) digest: Digest,
    pub(crate) at: Timestamp,
    pub(crate) by: String,
    pub(crate) how: How,
    /// Statements of the approvals it rests on.
    pub(crate) decisions: Vec<Digest>,
    /// The entry that says so.
    pub(crate) seq: u64,
}

/// Which act it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// A promotion or a rollback, signed by somebody who may.
    Placed,
    /// It was there, and was taken over.
    Adopted {
        grace: Timestamp,
        since: Option<Timestamp>,
    },
}

/// Every mark, and every digest that is revoked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    at: BTreeMap<(Repository, Tag), Mark>,
    revoked: BTreeSet<Digest>,
    /// Every image that was asked for, promoted or adopted.
    images: BTreeSet<(Repository, Digest)>,
    /// Every digest that ever was put at a golden tag, or found there.
    once_golden: BTreeSet<(Repository, Digest)>,
    /// The last entry that was read.
    upto: u64,
    /// Keys whose acts count; where they change, everything is read anew.
    deciders: BTreeSet<String>,
}

impl Marks {
    /// Every mark, by repository and tag.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Mark> {
        self.at.values()
    }

    /// The mark of a tag.
    pub(crate) fn of(&self, repository: &Repository, tag: &Tag) -> Option<&Mark> {
        self.at.get(&(repository.clone(), tag.clone()))
    }

    /// Until when an image that was adopted here, and not promoted since, shall be approved.
    pub(crate) fn adopted(&self, repository: &Repository, digest: &Digest) -> Option<Timestamp> {
        self.all()
            .filter(|mark| mark.repository == *repository && mark.digest == *digest)
            .find_map(|mark| match mark.how {
                How::Adopted { grace, .. } => Some(grace),
                How::Placed => None,
            })
    }

    pub(crate) fn is_revoked(&self, digest: &Digest) -> bool {
        self.revoked.contains(digest)
    }

    /// Every image that this workspace has to do with.
    pub(crate) fn images(&self) -> impl Iterator<Item = &(Repository, Digest)> {
        self.images.iter()
    }

    /// Every digest that ever was golden, today's among them.
    pub(crate) fn once_golden(&self) -> &BTreeSet<(Repository, Digest)> {
        &self.once_golden
    }

    /// Where else than in one repository a digest is known to be.
    pub(crate) fn places(&self, digest: &Digest) -> BTreeSet<Repository> {
        self.images()
            .filter(|(_, own)| own == digest)
            .map(|(repository, _)| repository.clone())
            .collect()
    }

    fn take(&mut self, entry: &Entry) {
        let by_adoption = entry.kind == "adoption";
        let counts = |key: &String| self.deciders.contains(key);
        if entry.kind != "request" && !by_adoption && !entry.key_id.as_ref().is_some_and(counts) {
            return;
        }
        if entry.kind == "revocation" {
            self.revoked.extend(entry.digest.clone());
            return;
        }
        let marks = marks_of(entry);
        let named = entry
            .repository
            .as_ref()
            .and_then(|name| Some((name.parse().ok()?, entry.digest.clone()?)));
        self.images.extend(named);
        for mark in marks {
            self.images
                .insert((mark.repository.clone(), mark.digest.clone()));
            if mark.stage == GOLDEN {
                self.once_golden
                    .insert((mark.repository.clone(), mark.digest.clone()));
            }
            let key = (mark.repository.clone(), mark.tag.clone());
            // Entries of others come late; what was done later counts.
            let later = self
                .at
                .get(&key)
                .is_none_or(|own| (own.at, own.seq) < (mark.at, mark.seq));
            if later {
                self.at.insert(key, mark);
            }
        }
    }
}

/// What an entry puts at which tag.
fn marks_of(entry: &Entry) -> Vec<Mark> {
    let detail = |name: &str| entry.detail.get(name);
    let text = |name: &str| detail(name).and_then(|value| value.as_str());
    let time = |name: &str| text(name).and_then(|text| text.parse().ok());
    let how = match (entry.kind.as_str(), time("grace")) {
        ("adoption", Some(grace)) => How::Adopted {
            grace,
            since: time("since"),
        },
        ("promotion" | "rollback", _) => How::Placed,
        _ => return Vec::new(),
    };
    let decisions = detail("decisions").and_then(|list| list.as_array());
    let decisions = decisions.into_iter().flatten();
    let decisions: Vec<Digest> = decisions
        .filter_map(|one| one.as_str()?.parse().ok())
        .collect();
    let mark = |first: bool, tag: &str, digest: Digest| {
        Some(Mark {
            repository: entry.repository.as_ref()?.parse().ok()?,
            tag: tag.parse().ok()?,
            first,
            stage: text("stage")?.to_owned(),
            digest,
            at: entry.time,
            by: entry.actor.clone(),
            how: how.clone(),
            decisions: decisions.clone(),
            seq: entry.seq,
        })
    };
    if let Some(moves) = detail("tags").and_then(|list| list.as_array()) {
        let moved = moves.iter().enumerate().filter_map(|(at, moved)| {
            let to = moved.get("to")?.as_str()?.parse().ok()?;
            mark(at == 0, moved.get("tag")?.as_str()?, to)
        });
        return moved.collect();
    }
    let single = entry.tag.as_deref().zip(entry.digest.clone());
    single
        .and_then(|(tag, digest)| mark(true, tag, digest))
        .into_iter()
        .collect()
}

impl Desk {
    /// The marks as the history has them now.
    pub(crate) async fn marks(&self) -> Result<Arc<Marks>> {
        let deciders = deciders(&self.known_trust().await?);
        let mut kept = self.marks.lock().await;
        if kept.deciders != deciders {
            *kept = Arc::new(Marks {
                deciders,
                ..Marks::default()
            });
        }
        let newer = self.entries_after(kept.upto).await?;
        if let Some(last) = newer.first() {
            let marks = Arc::make_mut(&mut kept);
            marks.upto = last.seq;
            newer.iter().rev().for_each(|entry| marks.take(entry));
        }
        Ok(Arc::clone(&kept))
    }

    /// The last entry that the marks would rest on, and whose acts count: two marks that rest on
    /// the same are the same.
    pub(crate) async fn marks_rest_on(&self) -> Result<(u64, BTreeSet<String>)> {
        let deciders = deciders(&self.known_trust().await?);
        let page = self.history.page(&acts(), None, 1).await?;
        Ok((page.entries.first().map_or(0, |last| last.seq), deciders))
    }

    /// Entries that say where a digest stands, newest first, down to `upto`.
    async fn entries_after(&self, upto: u64) -> Result<Vec<Entry>> {
        let filter = acts();
        let mut newer = Vec::new();
        let mut after = None;
        loop {
            // Most looks find nothing new, so the first one is short.
            let limit = if after.is_none() && upto > 0 {
                20
            } else {
                PAGE
            };
            let page = self.history.page(&filter, after, limit).await?;
            let met = page.entries.last().is_none_or(|last| last.seq <= upto);
            newer.extend(page.entries.into_iter().filter(|entry| entry.seq > upto));
            after = page.next;
            if met || after.is_none() {
                return Ok(newer);
            }
        }
    }
}

/// Everything that says where a digest stands.
fn acts() -> Filter {
    Filter {
        kind: Some(KINDS.map(str::to_owned).to_vec()),
        ..Filter::default()
    }
}

fn deciders(trust: &Trust) -> BTreeSet<String> {
    let members = trust.members();
    let ids = members.into_iter().map(|member| member.key_id);
    ids.filter(|id| trust.approves(id)).collect()
}
