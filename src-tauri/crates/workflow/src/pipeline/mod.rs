//! Pipelines: the ordered stages of repositories, where each stage's images are placed, and
//! under which tags.
//!
//! What people write is [`PipelineFile`]; it is parsed once into [`Pipelines`]. A [`Line`] is a
//! pipeline of one repository: every place along it, whichever of them somebody named.

mod check;
mod file;
mod line;
mod pins;
mod template;

pub use check::Problem;
pub(crate) use check::{at_lines, first_problem, parse, read, written};
pub use file::{PipelineFile, StageFile};
pub(crate) use line::{Line, Place};
pub(crate) use pins::{is_pin, is_pin_of, is_tool_tag, pin};

use hallmark_image::{Host, Repository};
use template::{TagTemplate, TargetTemplate};

/// The stage whose tag means golden.
pub const GOLDEN: &str = "golden";

/// All pipelines of a workspace; a repository that none of them names has the default one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pipelines(Vec<Pipeline>);

/// The ordered stages of some repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pipeline {
    pattern: Pattern,
    candidates: Option<String>,
    stages: Vec<Stage>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stage {
    name: String,
    /// Another repository than the one images come from.
    target: Option<TargetTemplate>,
    tags: Vec<TagTemplate>,
    /// The stage that comes before, where one must.
    after: Option<String>,
    immutable: bool,
}

/// Which repositories: `host/name`, where `*` stands for anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(String);

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let host = text.split('/').next().unwrap_or_default();
        if !host.contains('*') && (!names_a_host(host) || !text.contains('/')) {
            return Err(format!(
                "“{text}” names no repository with its registry: write registry.example.com/team/api, with * for anything"
            ));
        }
        let sample = text.replace('*', "x");
        let named = if host.contains('*') {
            format!("registry.example.com/{sample}")
        } else {
            sample
        };
        named
            .parse::<Repository>()
            .map_err(|_| format!("“{text}” can name no repository: lower-case letters, digits and single . _ - between them, parts divided by /"))?;
        Ok(Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn names(&self, repository: &Repository) -> bool {
        matches(&self.0, &repository.to_string())
    }

    /// The one repository it names, where it names one alone.
    pub(crate) fn exact(&self) -> Option<Repository> {
        match self.0.contains('*') {
            true => None,
            false => self.0.parse().ok(),
        }
    }

    /// The registry, where it names one alone.
    pub(crate) fn host(&self) -> Option<Host> {
        self.0.split('/').next()?.parse().ok()
    }

    /// A repository that it names, for trying what it would do.
    pub(crate) fn sample(&self, name: &str) -> Option<Repository> {
        let filled = self.0.replace('*', name);
        let named = match self.host() {
            Some(_) => filled,
            None => format!("registry.example.com/team/{name}"),
        };
        named.parse().ok()
    }
}

impl Pipeline {
    /// dev, qa, golden in the same repository, each with a tag of its name.
    fn usual() -> Vec<Stage> {
        let stage = |name: &str| Stage {
            name: name.to_owned(),
            target: None,
            tags: TagTemplate::parse(name).into_iter().collect(),
            after: None,
            immutable: false,
        };
        ["dev", "qa", GOLDEN].map(stage).to_vec()
    }

    pub(crate) fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Whether undecided tags are candidates here.
    pub(crate) fn takes_candidates(&self) -> bool {
        self.candidates.is_some()
    }
}

impl Pipelines {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Pipeline> {
        self.0.iter()
    }
}

/// The default pipeline as it would be written.
#[cfg(test)]
pub(crate) fn usual_file(repositories: &str) -> PipelineFile {
    let stage = |name: &str| StageFile {
        name: name.to_owned(),
        target: None,
        tags: vec![name.to_owned()],
        after: None,
        immutable: false,
    };
    PipelineFile {
        repositories: repositories.to_owned(),
        candidates: None,
        stages: ["dev", "qa", GOLDEN].map(stage).to_vec(),
    }
}

/// The default pipeline's stages, first to last.
pub(crate) fn usual_stages() -> [&'static str; 3] {
    ["dev", "qa", GOLDEN]
}

/// Whether the first part of a name is a registry's host, as Docker decides it.
fn names_a_host(text: &str) -> bool {
    let host = text.contains(['.', ':']) || text == "localhost";
    host && text.parse::<Host>().is_ok()
}

/// Whether `pattern`, in which `*` stands for anything, names `text`.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = pattern.rsplit('*').next().filter(|_| pattern.contains('*')) else {
        return rest.is_empty();
    };
    let mut rest = rest;
    let middle: Vec<&str> = parts.collect();
    for part in &middle[..middle.len() - 1] {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text) in [
            ("*", "a"),
            ("a*", "ab"),
            ("*b", "ab"),
            ("a*c*e", "abcde"),
            ("a", "a"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*", "b"), ("*b", "ba"), ("a*c*e", "abde")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_pattern_names_its_registry() {
        for right in ["*", "r.io/*", "r.io/team/api", "localhost:5000/a", "*/api"] {
            assert!(Pattern::parse(right).is_ok(), "{right}");
        }
        for wrong in ["", "team/api", "r.io", "r.io/UPPER/*", "r.io/a b"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
