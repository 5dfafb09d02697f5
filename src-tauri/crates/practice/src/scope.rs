//! What a token is good for, and what of it somebody gets.

use crate::{User, habits::Catalog, route::Need};

/// `repository:payments/api:pull,push`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    kind: String,
    name: String,
    actions: Vec<String>,
}

impl Scope {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let (name, actions) = rest.rsplit_once(':')?;
        Some(Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            actions: actions.split(',').map(str::to_owned).collect(),
        })
    }

    /// What of it `who` gets; `None` is somebody without a login.
    pub(crate) fn allowed(mut self, who: Option<&User>, catalog: Catalog) -> Option<Self> {
        let everything = who.is_some_and(|user| !user.read_only);
        if self.kind == "registry" {
            return who.filter(|user| may_list(user, catalog)).map(|_| self);
        }
        self.actions.retain(|action| everything || action == "pull");
        (!self.actions.is_empty()).then_some(self)
    }

    pub(crate) fn covers(&self, need: &Need, action: &str) -> bool {
        self.kind == need.kind
            && self.name == need.name
            && self.actions.iter().any(|a| a == action || a == "*")
    }

    pub(crate) fn words(&self) -> String {
        format!("{}:{}:{}", self.kind, self.name, self.actions.join(","))
    }
}

/// Whether `user` may list the repositories.
pub(crate) fn may_list(user: &User, catalog: Catalog) -> bool {
    match catalog {
        Catalog::Everybody => true,
        Catalog::Administrators => user.administrator,
        Catalog::Nobody => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_read_only_gets_the_pull_of_what_they_ask() {
        let reader = User::new("rita", "word").read_only();
        let scope = Scope::parse("repository:a/b:pull,push").unwrap();
        let allowed = scope
            .clone()
            .allowed(Some(&reader), Catalog::Everybody)
            .unwrap();
        assert_eq!(allowed.words(), "repository:a/b:pull");
        let push = Scope::parse("repository:a/b:push").unwrap();
        assert_eq!(push.allowed(Some(&reader), Catalog::Everybody), None);
        let writer = User::new("wim", "word");
        assert_eq!(
            scope.clone().allowed(Some(&writer), Catalog::Everybody),
            Some(scope)
        );
    }

    #[test]
    fn a_host_with_a_port_stays_in_the_scopes_name() {
        let scope = Scope::parse("repository:host:5000/a:pull").unwrap();
        assert_eq!(scope.name, "host:5000/a");
    }
}
