//! Tokens, kept in memory until they expire.
//!
//! There is one cache for each registry's origin; within it tokens are found by what they
//! are good for.

use super::{grant::Grant, scope::Scopes};
use tokio::time::Instant;

/// How many tokens are kept for one registry.
const MOST: usize = 256;

#[derive(Default)]
pub(crate) struct TokenCache(Vec<Kept>);

struct Kept {
    scopes: Scopes,
    grant: Grant,
    until: Instant,
}

impl TokenCache {
    /// A token that serves for `wanted` and is still good.
    pub(crate) fn get(&self, wanted: &Scopes) -> Option<Grant> {
        let now = Instant::now();
        self.0
            .iter()
            .find(|kept| kept.until > now && kept.scopes.cover(wanted))
            .map(|kept| kept.grant.clone())
    }

    /// Keeps a token until `until`.
    pub(crate) fn put(&mut self, scopes: Scopes, grant: Grant, until: Instant) {
        let now = Instant::now();
        self.0
            .retain(|kept| kept.until > now && kept.scopes != scopes);
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(Kept {
            scopes,
            grant,
            until,
        });
    }

    /// Drops a token that the registry refused.
    pub(crate) fn forget(&mut self, refused: &Grant) {
        self.0.retain(|kept| !kept.grant.is_same(refused));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_image::RepositoryName;
    use std::time::Duration;

    fn token(text: &str) -> Grant {
        Grant::bearer(text, None).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_good_until_it_expires() {
        let name: RepositoryName = "team/api".parse().unwrap();
        let mut cache = TokenCache::default();
        let until = Instant::now() + Duration::from_secs(60);
        cache.put(Scopes::push(&name), token("t"), until);
        assert!(cache.get(&Scopes::pull(&name)).is_some());
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(cache.get(&Scopes::pull(&name)).is_none());
    }

    #[tokio::test]
    async fn a_refused_token_is_forgotten_and_no_other() {
        let until = Instant::now() + Duration::from_secs(60);
        let mut cache = TokenCache::default();
        cache.put(Scopes::catalog(), token("a"), until);
        cache.put(Scopes::pull(&"b".parse().unwrap()), token("b"), until);
        cache.forget(&token("a"));
        assert!(cache.get(&Scopes::catalog()).is_none());
        assert!(cache.get(&Scopes::pull(&"b".parse().unwrap())).is_some());
    }
}
