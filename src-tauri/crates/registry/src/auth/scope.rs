//! What a token is asked for (distribution, "Token Scope Documentation").

use hallmark_image::RepositoryName;
use std::collections::{BTreeMap, BTreeSet};

/// Resources with the actions wanted on each; empty for a mere greeting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Scopes(BTreeMap<String, BTreeSet<&'static str>>);

impl Scopes {
    /// Nothing in particular.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// The list of repositories.
    pub(crate) fn catalog() -> Self {
        Self::of("registry:catalog".into(), &["*"])
    }

    /// Reading in a repository.
    pub(crate) fn pull(name: &RepositoryName) -> Self {
        Self::of(format!("repository:{name}"), &["pull"])
    }

    /// Reading and writing in a repository.
    pub(crate) fn push(name: &RepositoryName) -> Self {
        Self::of(format!("repository:{name}"), &["pull", "push"])
    }

    /// Deleting in a repository.
    pub(crate) fn delete(name: &RepositoryName) -> Self {
        Self::of(format!("repository:{name}"), &["delete"])
    }

    /// These and `others`: one token serves for both.
    pub(crate) fn and(mut self, others: &Self) -> Self {
        for (resource, actions) in &others.0 {
            self.0.entry(resource.clone()).or_default().extend(actions);
        }
        self
    }

    fn of(resource: String, actions: &[&'static str]) -> Self {
        Self(BTreeMap::from([(
            resource,
            actions.iter().copied().collect(),
        )]))
    }

    /// Whether a token for these serves for `wanted`.
    pub(crate) fn cover(&self, wanted: &Self) -> bool {
        wanted.0.iter().all(|(resource, actions)| {
            self.0
                .get(resource)
                .is_some_and(|granted| actions.is_subset(granted))
        })
    }

    /// Each scope as a token server reads it.
    pub(crate) fn texts(&self) -> Vec<String> {
        let joined =
            |actions: &BTreeSet<&str>| actions.iter().copied().collect::<Vec<_>>().join(",");
        self.0
            .iter()
            .map(|(resource, actions)| format!("{resource}:{}", joined(actions)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_to_push_serves_for_pulling_and_not_the_other_way_round() {
        let name: RepositoryName = "team/api".parse().unwrap();
        assert!(Scopes::push(&name).cover(&Scopes::pull(&name)));
        assert!(!Scopes::pull(&name).cover(&Scopes::push(&name)));
        assert!(!Scopes::push(&name).cover(&Scopes::pull(&"team/web".parse().unwrap())));
        assert!(Scopes::pull(&name).cover(&Scopes::none()));
        assert_eq!(
            Scopes::push(&name).texts(),
            ["repository:team/api:pull,push"]
        );
    }

    #[test]
    fn one_token_can_be_asked_for_both_ends_of_a_copy() {
        let [from, to]: [RepositoryName; 2] = ["team/dev", "team/api"].map(|n| n.parse().unwrap());
        let both = Scopes::pull(&from).and(&Scopes::push(&to));
        assert!(both.cover(&Scopes::pull(&from)) && both.cover(&Scopes::push(&to)));
        assert!(!both.cover(&Scopes::push(&from)));
        assert_eq!(
            both.texts(),
            ["repository:team/api:pull,push", "repository:team/dev:pull"]
        );
    }
}
