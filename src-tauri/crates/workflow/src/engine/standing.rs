//! What the engine's images are to the golden ones.

use crate::{
    dto::{GoldenStanding, LocalGolden},
    marks::Marks,
    pipeline::GOLDEN,
};
use hallmark_image::{Digest, Reference, Repository};
use std::collections::BTreeMap;

/// Every golden mark, and every digest that was one, by the digest.
pub(crate) struct Golden<'m> {
    marks: &'m Marks,
    now: BTreeMap<Digest, Vec<(Repository, String)>>,
    /// What stands at each repository's golden tags today.
    today: BTreeMap<Repository, Vec<(String, Digest)>>,
}

impl<'m> Golden<'m> {
    pub(crate) fn of(marks: &'m Marks) -> Self {
        let mut golden = Self {
            marks,
            now: BTreeMap::new(),
            today: BTreeMap::new(),
        };
        for mark in marks
            .all()
            .filter(|mark| mark.first && mark.stage == GOLDEN)
        {
            let (repository, tag) = (mark.repository.clone(), mark.tag.to_string());
            golden
                .now
                .entry(mark.digest.clone())
                .or_default()
                .push((repository.clone(), tag.clone()));
            golden
                .today
                .entry(repository)
                .or_default()
                .push((tag, mark.digest.clone()));
        }
        golden
    }

    /// What an image is that registries know by these digests (`repository@digest`).
    pub(crate) fn standing(&self, known_as: &[String]) -> Vec<LocalGolden> {
        let mut found: Vec<LocalGolden> = Vec::new();
        for name in known_as {
            let Ok(reference) = name.parse::<Reference>() else {
                continue;
            };
            let Some(digest) = reference.digest.clone() else {
                continue;
            };
            let mut add = |repository: &Repository, tag: &str, standing, digest: &Digest| {
                let one = LocalGolden {
                    repository: repository.to_string(),
                    tag: tag.to_owned(),
                    standing,
                    digest: digest.to_string(),
                };
                if !found.contains(&one) {
                    found.push(one);
                }
            };
            if let Some(places) = self.now.get(&digest) {
                let standing = self.or_revoked(&digest, GoldenStanding::Golden);
                for (repository, tag) in places {
                    add(repository, tag, standing, &digest);
                }
                continue;
            }
            let here = (reference.repository.clone(), digest.clone());
            let was = self.marks.once_golden().contains(&here);
            let (true, Some(today)) = (was, self.today.get(&reference.repository)) else {
                continue;
            };
            let standing = self.or_revoked(&digest, GoldenStanding::Behind);
            for (tag, now) in today {
                add(&reference.repository, tag, standing, now);
            }
        }
        found
    }

    fn or_revoked(&self, digest: &Digest, otherwise: GoldenStanding) -> GoldenStanding {
        match self.marks.is_revoked(digest) {
            true => GoldenStanding::Revoked,
            false => otherwise,
        }
    }
}
