//! Stages: which tags they have, and which repository follows which pipeline.

use crate::{
    error::{Code, Error, Result},
    home::{PipelineFile, StageFile},
};
use hallmark_image::{Digest, Repository, Tag};
use jiff::Timestamp;

/// The stage whose tag means golden.
pub const GOLDEN: &str = "golden";

/// What stands for the image's version in a tag.
const VERSION: &str = "{version}";

/// The ordered stages of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    stages: Vec<StageFile>,
    candidates: Option<String>,
}

impl Default for Pipeline {
    /// dev, qa, golden in the same repository, each with a tag of its name.
    fn default() -> Self {
        let stage = |name: &str| StageFile {
            name: name.into(),
            tags: vec![name.into()],
        };
        Self {
            stages: vec![stage("dev"), stage("qa"), stage(GOLDEN)],
            candidates: None,
        }
    }
}

impl Pipeline {
    /// The first pipeline whose pattern names `repository`, else the default one.
    pub fn of(repository: &Repository, configured: &[PipelineFile]) -> Self {
        let name = repository.to_string();
        configured
            .iter()
            .find(|pipeline| matches(&pipeline.repositories, &name))
            .map(|file| Self {
                stages: file.stages.clone(),
                candidates: file.candidates.clone(),
            })
            .unwrap_or_default()
    }

    /// The stages' names, first to last.
    pub fn stages(&self) -> impl Iterator<Item = &str> {
        self.stages.iter().map(|stage| stage.name.as_str())
    }

    /// Whether a tag without a request is a candidate.
    pub fn takes(&self, tag: &Tag) -> bool {
        let ours = self
            .stages
            .iter()
            .any(|stage| stage.tags.iter().any(|own| own == tag.as_str()));
        let machinery = tag.as_str().starts_with("sha256-") || tag.as_str() == "latest";
        let pin = self.stages().any(|stage| is_pin(stage, tag));
        let asked = self
            .candidates
            .as_deref()
            .is_some_and(|pattern| matches(pattern, tag.as_str()));
        asked && !ours && !machinery && !pin
    }

    /// The tags of `stage` for an image of `version`. Those that are the same for every version
    /// come first: the first of all says what is at the stage now.
    ///
    /// # Errors
    /// [`Code::BadInput`] where there is no such stage, or a template makes no tag.
    pub fn tags(&self, stage: &str, version: Option<&str>) -> Result<Vec<Tag>> {
        let found = self
            .stages
            .iter()
            .find(|own| own.name == stage)
            .ok_or_else(|| {
                let known: Vec<&str> = self.stages().collect();
                Error::new(Code::BadInput, format!("there is no stage “{stage}” here")).hint(
                    format!("The stages of this repository are {}.", known.join(", ")),
                )
            })?;
        let (versioned, fixed): (Vec<&String>, Vec<&String>) =
            found.tags.iter().partition(|tag| tag.contains(VERSION));
        let all = fixed.into_iter().chain(versioned);
        all.map(|template| fill(template, version)).collect()
    }

    /// The tags of `stage` that are the same for every version.
    pub fn fixed_tags(&self, stage: &str) -> Vec<Tag> {
        let stages = self.stages.iter().filter(|own| own.name == stage);
        stages
            .flat_map(|own| &own.tags)
            .filter(|tag| !tag.contains(VERSION))
            .filter_map(|tag| tag.parse().ok())
            .collect()
    }
}

fn fill(template: &str, version: Option<&str>) -> Result<Tag> {
    let text = match (template.contains(VERSION), version) {
        (false, _) => template.to_owned(),
        (true, Some(version)) => template.replace(VERSION, version),
        (true, None) => {
            return Err(Error::new(
                Code::BadInput,
                format!("the tag “{template}” needs the image's version, which it does not tell"),
            )
            .hint(
                "Set the label org.opencontainers.image.version, or name the image by its tag.",
            ));
        }
    };
    text.parse()
        .map_err(|error| Error::new(Code::BadInput, format!("template “{template}”: {error}")))
}

/// The tag that keeps `digest` alive: `golden-20261123T140200Z-7c1e0a90f3b2`.
pub fn pin(stage: &str, digest: &Digest, now: Timestamp) -> Result<Tag> {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    format!("{stage}-{time}-{}", digest.short())
        .parse()
        .map_err(|error| {
            Error::new(
                Code::BadInput,
                format!("stage “{stage}” makes no pin: {error}"),
            )
        })
}

/// Whether `tag` has the form of a pin of `stage`.
pub fn is_pin(stage: &str, tag: &Tag) -> bool {
    pinned_stage(tag) == Some(stage)
}

/// The stage that a pin is of; nothing where it is no pin.
fn pinned_stage(tag: &Tag) -> Option<&str> {
    let (rest, hex) = tag.as_str().rsplit_once('-')?;
    let (stage, time) = rest.rsplit_once('-')?;
    let is_pin = time.len() == 16
        && time.ends_with('Z')
        && hex.len() == 12
        && hex.bytes().all(|b| b.is_ascii_hexdigit());
    is_pin.then_some(stage)
}

/// Whether it is a pin, or a tag under a digest's name that a tool made for its own use.
pub fn is_tool_tag(tag: &Tag) -> bool {
    let under_a_digest = ["sha256-", "sha512-"].iter().any(|algorithm| {
        let rest = tag.as_str().strip_prefix(algorithm);
        rest.is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count() >= 32)
    });
    under_a_digest || pinned_stage(tag).is_some()
}

/// Whether `tag` is a pin that keeps `digest`.
pub fn is_pin_of(stage: &str, tag: &Tag, digest: &Digest) -> bool {
    is_pin(stage, tag) && tag.as_str().ends_with(digest.short())
}

/// Whether `pattern`, in which `*` stands for anything, names `text`.
pub fn matches(pattern: &str, text: &str) -> bool {
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

    fn tag(text: &str) -> Tag {
        text.parse().unwrap()
    }

    #[test]
    fn a_repository_nobody_configured_has_dev_qa_and_golden() {
        let pipeline = Pipeline::of(&"r.io/payments/api".parse().unwrap(), &[]);
        assert_eq!(
            pipeline.stages().collect::<Vec<_>>(),
            ["dev", "qa", "golden"]
        );
        assert_eq!(pipeline.tags("golden", None).unwrap(), [tag("golden")]);
    }

    #[test]
    fn a_template_takes_the_version() {
        let file = PipelineFile {
            repositories: "r.io/payments/*".into(),
            candidates: None,
            stages: vec![StageFile {
                name: "golden".into(),
                tags: vec!["{version}-golden".into(), "prod".into()],
            }],
        };
        let pipeline = Pipeline::of(&"r.io/payments/api".parse().unwrap(), &[file]);
        assert_eq!(
            pipeline.tags("golden", Some("2.8.1")).unwrap(),
            [tag("prod"), tag("2.8.1-golden")]
        );
        assert!(pipeline.tags("golden", None).is_err());
        assert!(pipeline.tags("qa", None).is_err());
    }

    #[test]
    fn a_pin_is_known_by_its_form() {
        let digest = Digest::sha256("x");
        let pin = pin(GOLDEN, &digest, "2026-11-23T14:02:00Z".parse().unwrap()).unwrap();
        assert_eq!(
            pin.as_str(),
            format!("golden-20261123T140200Z-{}", digest.short())
        );
        assert!(is_pin_of(GOLDEN, &pin, &digest));
        assert!(!is_pin_of(GOLDEN, &pin, &Digest::sha256("y")));
        assert!(!is_pin(GOLDEN, &tag("golden-2")));
    }

    #[test]
    fn stage_tags_pins_and_machinery_are_no_candidates() {
        let pipeline = Pipeline {
            candidates: Some("*".into()),
            ..Pipeline::default()
        };
        assert!(pipeline.takes(&tag("2.8.1")));
        for no in [
            "golden",
            "latest",
            "sha256-aa",
            "golden-20261123T140200Z-7c1e0a90f3b2",
        ] {
            assert!(!pipeline.takes(&tag(no)), "{no}");
        }
        assert!(!Pipeline::default().takes(&tag("2.8.1")));
    }

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
}
