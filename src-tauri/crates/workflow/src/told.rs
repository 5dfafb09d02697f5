//! What the history says of every place of a line: what somebody who may placed there last, what
//! was refused since, and what is revoked.

use crate::{
    dto::{LineStage, RefusedThere},
    marks::{How, Marks},
};
use hallmark_history::Entry;
use hallmark_image::{Digest, Repository};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the history says of one stage at one place.
#[derive(Default)]
pub(crate) struct Told {
    /// The newest placement: which digest, when, by whom.
    pub(crate) placed: Option<(Digest, Timestamp, String)>,
    pub(crate) refused: Option<RefusedThere>,
}

/// What the history says of every place.
pub(crate) struct Record {
    pub(crate) repositories: BTreeSet<Repository>,
    /// By repository and stage.
    told: BTreeMap<(String, String), Told>,
    marks: Arc<Marks>,
}

impl Record {
    /// What was placed last at each place, by somebody who may: the marks alone say so.
    pub(crate) fn of_marks(marks: Arc<Marks>) -> Self {
        let mut told: BTreeMap<(String, String), Told> = BTreeMap::new();
        for mark in marks
            .all()
            .filter(|mark| mark.first && mark.how == How::Placed)
        {
            let key = (mark.repository.to_string(), mark.stage.clone());
            let placed = &mut told.entry(key).or_default().placed;
            // Where every version has a tag of its own, the newest is what stands there.
            if placed.as_ref().is_none_or(|(_, at, _)| *at < mark.at) {
                *placed = Some((mark.digest.clone(), mark.at, mark.by.clone()));
            }
        }
        Self {
            repositories: BTreeSet::new(),
            told,
            marks,
        }
    }

    pub(crate) fn say_revoked(&self, stage: &mut LineStage) {
        if let Some(stands) = &mut stage.stands {
            let digest = stands.digest.parse::<Digest>();
            stands.revoked = digest.is_ok_and(|digest| self.marks.is_revoked(&digest));
        }
    }

    pub(crate) fn take(&mut self, entry: &Entry) {
        let Some(repository) = &entry.repository else {
            return;
        };
        if let Ok(known) = repository.parse() {
            self.repositories.insert(known);
        }
        let stage = entry.detail.get("stage").and_then(|stage| stage.as_str());
        let Some(stage) = stage else { return };
        let key = (repository.clone(), stage.to_owned());
        let told = self.told.entry(key).or_default();
        let refused = matches!(entry.kind.as_str(), "refusal" | "conflict");
        // A refusal that was overtaken by a placement is no news.
        let overtaken = told
            .placed
            .as_ref()
            .is_some_and(|(_, at, _)| *at >= entry.time);
        if refused && !overtaken && told.refused.is_none() {
            told.refused = Some(RefusedThere {
                at: entry.time,
                message: entry.message.clone().unwrap_or_default(),
            });
        }
    }

    pub(crate) fn of(&self, repository: &str, stage: &str) -> Option<&Told> {
        self.told.get(&(repository.to_owned(), stage.to_owned()))
    }
}
