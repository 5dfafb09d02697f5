//! What a rebuild finds on its way: statements, what they name, and what is wrong.

use crate::act::{Act, Signed};
use hallmark_history::NewEntry;
use hallmark_image::{Digest, Repository, Tag};
use std::collections::{BTreeMap, BTreeSet};

/// What is found on the way.
#[derive(Default)]
pub(crate) struct Survey {
    pub(crate) problems: Vec<String>,
    /// Trusted statements, by their digest.
    pub(crate) found: BTreeMap<Digest, NewEntry>,
    /// Digests that requests and the history say statements hang on.
    pub(crate) images: BTreeSet<(Repository, Digest)>,
    pub(crate) repositories: BTreeSet<Repository>,
    /// Statements that others name: which, and who names it.
    pub(crate) named: BTreeMap<Digest, String>,
    /// What each list of adopted images says, an entry an image.
    adopted: BTreeMap<Digest, Vec<NewEntry>>,
    /// Each statement's author's one before.
    before: BTreeMap<Digest, Digest>,
}

impl Survey {
    /// Statements oldest first; those of one moment in the order in which their author wrote them.
    pub(crate) fn in_order(&self) -> Vec<Digest> {
        let depth = |digest: &Digest| {
            let time = self.found.get(digest).map(|entry| entry.time);
            let mut depth = 0_usize;
            let mut at = self.before.get(digest);
            while let Some(before) =
                at.filter(|before| self.found.get(before).map(|entry| entry.time) == time)
            {
                depth += 1;
                at = self.before.get(before).filter(|_| depth < self.found.len());
            }
            (time, depth)
        };
        let mut digests: Vec<Digest> = self.found.keys().cloned().collect();
        digests.sort_by_cached_key(depth);
        digests
    }

    /// Takes in the images of a list.
    pub(crate) fn adopt(&mut self, list: &Digest, entries: Vec<NewEntry>) {
        self.adopted.insert(list.clone(), entries);
    }

    /// The entries of a list's images.
    pub(crate) fn adopted_by(&self, list: &Digest) -> Vec<NewEntry> {
        self.adopted.get(list).cloned().unwrap_or_default()
    }

    /// Whether a list says that this tag named this digest.
    pub(crate) fn has_adopted(&self, repository: &Repository, tag: &Tag, digest: &Digest) -> bool {
        let (repository, tag) = (repository.to_string(), tag.to_string());
        self.adopted.values().flatten().any(|entry| {
            entry.repository.as_ref() == Some(&repository)
                && entry.tag.as_ref() == Some(&tag)
                && entry.digest.as_ref() == Some(digest)
        })
    }

    pub(crate) fn take(
        &mut self,
        signed: &Signed,
        subject: &Digest,
        repository: Option<&Repository>,
    ) {
        let entry = match repository {
            Some(repository) => signed.entry_in(subject, repository),
            None => signed.entry(subject),
        };
        let Some(entry) = entry else { return };
        let who = format!(
            "{} by {} ({})",
            entry.kind,
            entry.actor,
            signed.digest.short()
        );
        if let Some(previous) = signed.origin().and_then(|origin| origin.previous.clone()) {
            self.before.insert(signed.digest.clone(), previous.clone());
            self.named
                .entry(previous)
                .or_insert_with(|| format!("the next one of the same author, {who},"));
        }
        match &signed.act {
            Act::Promotion(promotion) => {
                for decision in &promotion.decisions {
                    self.named.insert(decision.clone(), who.clone());
                }
            }
            Act::Decision(decision) => {
                for statement in &decision.statements {
                    self.named
                        .entry(statement.clone())
                        .or_insert_with(|| who.clone());
                }
            }
            _ => (),
        }
        self.found.insert(signed.digest.clone(), entry);
    }
}
