//! `[[stage.<name>.rego]]`: a team's own rule, in Rego, for what the others lack. It is judged on
//! the facts that all rules are judged on, and says why in its own sentences.

use super::{Rule, facts_in_json, view::View};
use crate::{
    Check,
    CheckVerdict::{Fail, Pass, Warn},
    Item, rego,
    when::{When, rule},
    words,
};
use hallmark_evidence::Kind;
use toml::Spanned;

/// The most findings, tests and packages together that a rule is handed.
pub(super) const MAX_ROWS: usize = 50_000;

rule! {
    /// A rule of the team's own.
    pub struct RegoRule {
        /// Its name, in small letters, such as `no-curl`.
        #[serde(deserialize_with = "super::manual::name")]
        pub name: String,
        /// What it asks, in words.
        pub title: String,
        /// The kinds of evidence that it reads: their rows are handed to it, and none missing.
        #[serde(default)]
        pub reads: Vec<Kind>,
        /// The text: a package that defines `deny`, `warn` or both.
        pub text: Spanned<String>,
    }
}

impl RegoRule {
    fn evidence<'f>(&self, view: &View<'f>) -> Vec<&'f Item<'f>> {
        let kinds = self.reads.iter();
        kinds.flat_map(|kind| view.once(*kind)).collect()
    }

    /// Why the facts are not enough to judge on, if they are not.
    fn lacking(&self, view: &View<'_>, read: &[&Item<'_>]) -> Option<String> {
        let missing = self.reads.iter().find(|kind| view.once(**kind).is_empty());
        if let Some(kind) = missing {
            return Some(format!("{}.", view.nothing_of(*kind)));
        }
        let rows: usize = read.iter().map(|item| facts_in_json::rows(item)).sum();
        (rows > MAX_ROWS).then(|| {
            format!("There are {rows} rows to read, and a rule of your own is handed {MAX_ROWS} at most.")
        })
    }
}

impl Rule for RegoRule {
    fn when(&self) -> When {
        self.when()
    }

    fn in_words(&self) -> String {
        words::shown(&self.title, 120)
    }

    fn kinds(&self) -> Vec<Kind> {
        self.reads.clone()
    }

    fn judge(&self, view: &View<'_>) -> Check {
        let rule = format!("rego-{}", self.name);
        let title = words::shown(&self.title, 120);
        let read = self.evidence(view);
        if let Some(reason) = self.lacking(view, &read) {
            return view.check(rule, title, Fail, reason, &read);
        }
        let facts = facts_in_json::facts(view, &self.reads);
        let (verdict, reason) = match rego::ask(self.text.get_ref(), &facts) {
            Err(wrong) => (
                Fail,
                format!("The rule could not be judged: {}.", wrong.reason),
            ),
            Ok(said) if !said.denied.is_empty() => (Fail, sentences(&said.denied)),
            Ok(said) if !said.warned.is_empty() => (Warn, sentences(&said.warned)),
            Ok(_) => (Pass, nothing_against(read.len())),
        };
        view.check(rule, title, verdict, reason, &read)
    }
}

fn sentences(all: &[String]) -> String {
    let first = words::first_of(all, all.len() as u64);
    format!("{}.", words::upper(&first))
}

fn nothing_against(reports: usize) -> String {
    match reports {
        0 => "The rule has nothing against it.".to_owned(),
        _ => {
            let reports = words::counted(reports as u64, "report", "reports");
            format!("The rule has nothing against it, by {reports}.")
        }
    }
}
