//! The past of tags: what the history knows that each named, and when.

use crate::{
    desk::Desk,
    dto::{AskTag, TagMoment, TagPast},
    error::{Error, Result},
    image::repository,
};
use hallmark_history::{Entry, Filter};
use hallmark_image::{Digest, ReferenceError, Repository, Tag};
use jiff::Timestamp;
use serde::Deserialize;

/// Kinds of entries that move tags.
const MOVING: [&str; 5] = [
    "promotion",
    "rollback",
    "adoption",
    "revocation",
    "deletion",
];
/// The most entries that are read of one repository.
const REACH: usize = 2000;
const PAGE: usize = 500;

/// One change of one tag.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) seq: u64,
    pub(crate) at: Timestamp,
    pub(crate) kind: String,
    pub(crate) by: String,
    pub(crate) message: Option<String>,
    /// The stage it was put at; nothing for a pin or a deletion.
    pub(crate) stage: Option<String>,
    pub(crate) tag: String,
    pub(crate) from: Option<Digest>,
    /// Nothing where it was deleted.
    pub(crate) to: Option<Digest>,
}

/// What an entry's detail says of tags.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    stage: Option<String>,
    tags: Vec<Told>,
    pins: Vec<String>,
}

/// A tag that was moved, or one that named the image at the time: `host/name:tag`.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Moved {
        tag: String,
        from: Option<Digest>,
        to: Option<Digest>,
    },
    Named(String),
}

impl Desk {
    /// What a tag named, as the history knows it, and what it names now.
    ///
    /// # Errors
    /// Where the history cannot be read, or the registry cannot be asked.
    pub async fn tag_past(&self, ask: &AskTag) -> Result<TagPast> {
        let repository = repository(&ask.repository)?;
        let tag: Tag = ask
            .tag
            .parse()
            .map_err(Error::bad_input::<ReferenceError>)?;
        let now = self.tag_digest(&repository, &tag).await?;
        let life = self.lifecycle(&repository).await?;
        let mut moments = self.changes(&repository).await?;
        moments.retain(|one| one.tag == tag.as_str());
        // What was deleted here did not drift.
        let deleted = moments.first().is_some_and(|last| last.to.is_none());
        let drift = life.drift(&tag, now.as_ref());
        Ok(TagPast {
            drift: drift.filter(|_| !deleted),
            now: now.map(|digest| digest.to_string()),
            seen: self.now(),
            moments: moments.into_iter().map(moment).collect(),
        })
    }

    /// Every change of a tag of this repository that the history knows, newest first.
    pub(crate) async fn changes(&self, repository: &Repository) -> Result<Vec<Change>> {
        let filter = Filter {
            repository: Some(repository.to_string()),
            kind: Some(MOVING.map(str::to_owned).to_vec()),
            ..Filter::default()
        };
        let mut changes = Vec::new();
        let (mut after, mut read) = (None, 0);
        while read < REACH {
            let page = self.history.page(&filter, after, PAGE).await?;
            read += page.entries.len();
            changes.extend(page.entries.iter().flat_map(changes_of));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(changes)
    }
}

/// The changes that one entry tells of: its tags, and the pins that were set beside them.
fn changes_of(entry: &Entry) -> Vec<Change> {
    let detail: Detail = serde_json::from_value(entry.detail.clone()).unwrap_or_default();
    let change = |tag: String, from, to, stage: Option<String>| Change {
        seq: entry.seq,
        at: entry.time,
        kind: entry.kind.clone(),
        by: entry.actor.clone(),
        message: entry.message.clone(),
        stage,
        tag,
        from,
        to,
    };
    let pins = detail.pins.into_iter().filter_map(|pin| {
        let kept = moved(&detail.tags).find(|digest| pin.ends_with(digest.short()))?;
        Some(change(pin.clone(), None, Some(kept.clone()), None))
    });
    let mut changes: Vec<Change> = pins.collect();
    // What was adopted is an entry for each tag.
    if let (true, Some(tag)) = (detail.tags.is_empty(), &entry.tag) {
        let stage = detail.stage.clone();
        changes.push(change(tag.clone(), None, entry.digest.clone(), stage));
    }
    let repository = entry.repository.as_deref().unwrap_or_default();
    changes.extend(detail.tags.into_iter().filter_map(|told| match told {
        Told::Moved { tag, from, to } => Some(change(tag, from, to, detail.stage.clone())),
        Told::Named(name) => {
            let tag = name.strip_prefix(repository)?.strip_prefix(':')?;
            Some(change(tag.to_owned(), None, entry.digest.clone(), None))
        }
    }));
    changes
}

/// The digests that tags were moved from and to.
fn moved(tags: &[Told]) -> impl Iterator<Item = &Digest> {
    tags.iter().flat_map(|told| match told {
        Told::Moved { from, to, .. } => to.iter().chain(from),
        Told::Named(_) => None.iter().chain(&None),
    })
}

fn moment(change: Change) -> TagMoment {
    TagMoment {
        seq: change.seq,
        at: change.at,
        kind: change.kind,
        by: change.by,
        from: change.from.map(|digest| digest.to_string()),
        to: change.to.map(|digest| digest.to_string()),
        message: change.message,
    }
}
