//! Manifests already fetched, by repository and digest: bytes of that name never change.
//!
//! Bounded by weight; the oldest go first. By repository, because what one repository has
//! says nothing of another.

use hallmark_image::{Digest, Host, Manifest, RepositoryName};
use std::collections::{HashMap, VecDeque};

/// The most that all kept manifests may weigh, bytes.
const MOST: usize = 64 * 1024 * 1024;

type Key = (Host, RepositoryName, Digest);

#[derive(Default)]
pub(crate) struct Seen {
    kept: HashMap<Key, Manifest>,
    order: VecDeque<Key>,
    weight: usize,
}

impl Seen {
    pub(crate) fn get(&self, key: &Key) -> Option<Manifest> {
        self.kept.get(key).cloned()
    }

    pub(crate) fn put(&mut self, key: Key, manifest: Manifest) {
        if self.kept.contains_key(&key) {
            return;
        }
        self.weight += manifest.bytes().len();
        self.order.push_back(key.clone());
        self.kept.insert(key, manifest);
        while self.weight > MOST {
            let Some(oldest) = self.order.front().cloned() else {
                return;
            };
            self.forget(&oldest);
        }
    }

    pub(crate) fn forget(&mut self, key: &Key) {
        if let Some(manifest) = self.kept.remove(key) {
            self.weight -= manifest.bytes().len();
            self.order.retain(|other| other != key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_image::{Artifact, media_type};

    fn heavy(number: usize) -> (Key, Manifest) {
        let manifest = Artifact::new(media_type::JSON, Vec::new())
            .annotated("n", format!("{number}{}", "x".repeat(4_000_000)))
            .build()
            .unwrap();
        let digest = manifest.digest().clone();
        (
            (Host::docker_hub(), "a/b".parse().unwrap(), digest),
            manifest,
        )
    }

    #[test]
    fn the_oldest_go_when_it_becomes_too_heavy() {
        let mut seen = Seen::default();
        let (first, manifest) = heavy(0);
        seen.put(first.clone(), manifest);
        for number in 1..20 {
            let (key, manifest) = heavy(number);
            seen.put(key.clone(), manifest);
            assert!(seen.get(&key).is_some());
            assert!(seen.weight <= MOST);
        }
        assert!(seen.get(&first).is_none());
        assert_eq!(seen.kept.len(), seen.order.len());
    }
}
