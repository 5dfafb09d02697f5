//! A line: the pipeline of one repository, with the place of every stage.
//!
//! A candidate of golden stands where qa has placed it, so any repository along the line may be
//! named. A repository that is a stage's target belongs to the line that fills it, also where
//! the pattern names it too: what was placed there is not placed one further.

use super::{
    Pattern, Pipeline, Pipelines, Stage,
    pins::is_pin,
    template::{Captured, TagTemplate},
};
use crate::error::{Code, Error, Result};
use hallmark_image::{Repository, Tag};
use std::collections::BTreeSet;

/// A repository's pipeline.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// Where images come from.
    pub(crate) source: Repository,
    /// The pattern it follows; nothing where it is the default pipeline.
    pub(crate) pattern: Option<String>,
    /// Whether the source is known, and not worked out from the name of a target.
    pub(crate) certain: bool,
    places: Vec<Place>,
    candidates: Option<String>,
}

/// Where one stage of a line places its images.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) stage: String,
    pub(crate) repository: Repository,
    pub(crate) after: Option<String>,
    pub(crate) immutable: bool,
    tags: Vec<TagTemplate>,
}

/// A source, and whether it is known rather than worked out.
struct Source(Repository, bool);

impl Pipelines {
    /// The line that `repository` stands on; `origin` is what the record says it was filled from.
    ///
    /// # Errors
    /// [`Code::BadInput`] where a template makes no repository of its name.
    pub(crate) fn line(
        &self,
        repository: &Repository,
        origin: Option<&Repository>,
    ) -> Result<Line> {
        let as_target = |pipeline: &Pipeline| pipeline.source_of(repository, origin);
        for pipeline in self.iter() {
            if let Some(Source(source, certain)) = as_target(pipeline) {
                return pipeline.line(source, certain);
            }
        }
        match self.iter().find(|own| own.pattern.names(repository)) {
            Some(pipeline) => pipeline.line(repository.clone(), true),
            None => Ok(Line {
                places: places(&Pipeline::usual(), repository)?,
                source: repository.clone(),
                pattern: None,
                certain: true,
                candidates: None,
            }),
        }
    }
}

impl Pipeline {
    fn line(&self, source: Repository, certain: bool) -> Result<Line> {
        let places = places(&self.stages, &source)?;
        if let Some((first, second, tag)) = twice(&places) {
            return Err(Error::new(Code::BadInput, format!("the pipeline “{}” would place the tag {tag} of {first} and of {second} in the same repository, {}", self.pattern.as_str(), second.repository))
                .hint("Give one of the two stages another tag or another target, under Pipelines or in workspace.toml."));
        }
        Ok(Line {
            places,
            source,
            pattern: Some(self.pattern.as_str().to_owned()),
            certain,
            candidates: self.candidates.clone(),
        })
    }

    /// The repository that fills `repository`, where that is a target of one of the stages.
    fn source_of(&self, repository: &Repository, origin: Option<&Repository>) -> Option<Source> {
        let targets = self.stages.iter().filter_map(|stage| stage.target.as_ref());
        let source = targets.into_iter().find_map(|target| {
            let captured = target.read(repository)?;
            let fills = |source: &Repository| {
                self.pattern.names(source)
                    && captured.fits(source)
                    && target.fill(source).as_ref() == Ok(repository)
            };
            if let Some(origin) = origin.filter(|origin| fills(origin)) {
                return Some(Source(origin.clone(), true));
            }
            let known = self
                .pattern
                .exact()
                .or_else(|| of_path(&self.pattern, &captured));
            if let Some(source) = known.filter(&fills) {
                return Some(Source(source, true));
            }
            let guess = of_name(&self.pattern, &captured).filter(fills);
            guess.map(|source| Source(source, false))
        });
        source.filter(|Source(source, _)| source != repository)
    }
}

fn of_path(pattern: &Pattern, captured: &Captured) -> Option<Repository> {
    let path = captured.path.as_deref()?;
    Some(Repository {
        host: pattern.host()?,
        name: path.parse().ok()?,
    })
}

/// The plainest source whose last part is that name.
fn of_name(pattern: &Pattern, captured: &Captured) -> Option<Repository> {
    let name = captured.name.as_deref()?;
    pattern.host()?;
    pattern.as_str().replace('*', name).parse().ok()
}

fn places(stages: &[Stage], source: &Repository) -> Result<Vec<Place>> {
    let place = |stage: &Stage| {
        let target = stage.target.as_ref();
        let repository = target.map_or_else(|| Ok(source.clone()), |target| target.fill(source));
        Ok(Place {
            stage: stage.name.clone(),
            repository: repository.map_err(|why| Error::new(Code::BadInput, why))?,
            after: stage.after.clone(),
            immutable: stage.immutable,
            tags: stage.tags.clone(),
        })
    };
    stages.iter().map(place).collect()
}

/// Two stages with the same tag in the same repository.
fn twice(places: &[Place]) -> Option<(&str, &Place, String)> {
    places.iter().enumerate().find_map(|(at, second)| {
        let before = places[..at].iter();
        let mut same = before.filter(|first| first.repository == second.repository);
        same.find_map(|first| {
            let tag = second.tags.iter().find(|tag| first.tags.contains(tag))?;
            Some((first.stage.as_str(), second, tag.as_str().to_owned()))
        })
    })
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.stage)
    }
}

impl Line {
    /// The stages' names, first to last.
    pub(crate) fn stages(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| place.stage.as_str())
    }

    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Where `stage` places its images.
    ///
    /// # Errors
    /// [`Code::BadInput`] where there is no such stage.
    pub(crate) fn place(&self, stage: &str) -> Result<&Place> {
        let found = self.places.iter().find(|own| own.stage == stage);
        found.ok_or_else(|| {
            let known: Vec<&str> = self.stages().collect();
            Error::new(Code::BadInput, format!("there is no stage “{stage}” here")).hint(format!(
                "The stages of this repository are {}.",
                known.join(", ")
            ))
        })
    }

    /// The tags of the stages that are placed in `repository` and are the same for every
    /// version, first stage first.
    pub(crate) fn fixed_tags_in(&self, repository: &Repository) -> Vec<(String, Tag)> {
        let here = self
            .places
            .iter()
            .filter(|own| own.repository == *repository);
        let tags = here.flat_map(|place| {
            let fixed = place.tags.iter().filter(|tag| !tag.is_versioned());
            let tags = fixed.filter_map(|tag| tag.fill(None).ok());
            tags.map(|tag| (place.stage.clone(), tag))
        });
        tags.collect()
    }

    /// Every repository along the line, the source first.
    pub(crate) fn repositories(&self) -> BTreeSet<&Repository> {
        let places = self.places.iter().map(|place| &place.repository);
        places.chain([&self.source]).collect()
    }

    /// The stage that a tag nobody asked for waits for: the last, or the first it comes after.
    pub(crate) fn entry(&self) -> &str {
        let mut at = self.places.last();
        while let Some(before) = at.and_then(|place| place.after.as_deref()) {
            at = self.places.iter().find(|own| own.stage == before);
        }
        at.map_or(super::GOLDEN, |place| place.stage.as_str())
    }

    /// Whether a tag of the source is a candidate without a request.
    pub(crate) fn takes(&self, tag: &Tag) -> bool {
        let here = self
            .places
            .iter()
            .filter(|place| place.repository == self.source);
        let ours = here.flat_map(|place| &place.tags).any(|own| own.made(tag));
        let machinery = tag.as_str().starts_with("sha256-") || tag.as_str() == "latest";
        let pin = self.stages().any(|stage| is_pin(stage, tag));
        let asked = self
            .candidates
            .as_deref()
            .is_some_and(|pattern| super::matches(pattern, tag.as_str()));
        asked && !ours && !machinery && !pin
    }
}

impl Place {
    /// The tags of the stage for an image of `version`. Those that are the same for every
    /// version come first: the first of all says what is at the stage now.
    ///
    /// # Errors
    /// [`Code::BadInput`] where a template makes no tag.
    pub(crate) fn tags(&self, version: Option<&str>) -> Result<Vec<Tag>> {
        let (versioned, fixed): (Vec<&TagTemplate>, Vec<&TagTemplate>) =
            self.tags.iter().partition(|tag| tag.is_versioned());
        let all = fixed.into_iter().chain(versioned);
        all.map(|template| {
            template.fill(version).map_err(|why| {
                Error::new(Code::BadInput, why).hint(
                    "Set the label org.opencontainers.image.version, or name the image by its tag.",
                )
            })
        })
        .collect()
    }

    /// The tag that moves from image to image, where the stage has one.
    pub(crate) fn moving(&self) -> Option<Tag> {
        let fixed = self.tags.iter().find(|tag| !tag.is_versioned());
        fixed.and_then(|tag| tag.fill(None).ok())
    }

    /// The tags as they are written.
    pub(crate) fn templates(&self) -> Vec<String> {
        let text = |tag: &TagTemplate| tag.as_str().to_owned();
        self.tags.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::read, *};

    fn repository(text: &str) -> Repository {
        text.parse().unwrap()
    }

    fn tag(text: &str) -> Tag {
        text.parse().unwrap()
    }

    const THREE: &str = r#"
        [[pipelines]]
        repositories = "dev.example.com/team/*"
        candidates = "*"
        [[pipelines.stages]]
        name = "dev"
        tags = ["dev"]
        [[pipelines.stages]]
        name = "qa"
        target = "dev.example.com/qa/{name}"
        tags = ["qa"]
        after = "dev"
        [[pipelines.stages]]
        name = "golden"
        target = "prod.example.com/{path}"
        tags = ["{version}-golden", "prod"]
        after = "qa"
    "#;

    fn line(text: &str, of: &str) -> Line {
        let pipelines = read(text).unwrap();
        pipelines.line(&repository(of), None).unwrap()
    }

    #[test]
    fn a_repository_nobody_configured_has_dev_qa_and_golden() {
        let line = line("", "r.io/payments/api");
        assert_eq!(line.stages().collect::<Vec<_>>(), ["dev", "qa", "golden"]);
        let golden = line.place("golden").unwrap();
        assert_eq!(golden.tags(None).unwrap(), [tag("golden")]);
        assert_eq!(golden.repository, repository("r.io/payments/api"));
        assert!(line.place("prod").is_err());
    }

    #[test]
    fn every_repository_of_a_line_leads_to_the_same_line() {
        for of in [
            "dev.example.com/team/api",
            "dev.example.com/qa/api",
            "prod.example.com/team/api",
        ] {
            let line = line(THREE, of);
            assert_eq!(line.source, repository("dev.example.com/team/api"), "{of}");
            assert_eq!(line.repositories().len(), 3);
            assert_eq!(line.certain, of != "dev.example.com/qa/api", "{of}");
        }
    }

    #[test]
    fn the_record_says_where_an_image_came_from_better_than_its_name() {
        let pipelines = read(THREE).unwrap();
        let origin = repository("dev.example.com/team/payments/api");
        let qa = repository("dev.example.com/qa/api");
        let line = pipelines.line(&qa, Some(&origin)).unwrap();
        assert_eq!((line.source, line.certain), (origin, true));
        let elsewhere = repository("other.example.com/api");
        let line = pipelines.line(&qa, Some(&elsewhere)).unwrap();
        assert_eq!(line.source, repository("dev.example.com/team/api"));
    }

    #[test]
    fn an_image_that_nobody_asked_for_waits_at_the_first_stage_it_must_go_through() {
        assert_eq!(line(THREE, "dev.example.com/team/api").entry(), "dev");
        assert_eq!(line("", "r.io/a").entry(), "golden");
    }

    #[test]
    fn a_template_takes_the_version_and_the_tag_that_moves_comes_first() {
        let line = line(THREE, "dev.example.com/team/api");
        let golden = line.place("golden").unwrap();
        let tags = golden.tags(Some("2.8.1")).unwrap();
        assert_eq!(tags, [tag("prod"), tag("2.8.1-golden")]);
        assert!(golden.tags(None).is_err());
        assert_eq!(golden.moving(), Some(tag("prod")));
    }

    #[test]
    fn what_was_placed_is_not_placed_one_further() {
        let inside = r#"
            [[pipelines]]
            repositories = "r.io/*"
            stages = [{ name = "golden", target = "r.io/golden/{path}", tags = ["golden"] }]
        "#;
        let target = line(inside, "r.io/golden/api");
        assert_eq!(target.source, repository("r.io/api"));
        let golden = target.place("golden").unwrap();
        assert_eq!(golden.repository, repository("r.io/golden/api"));
        let itself = inside.replace("golden/{path}", "{path}");
        let line = line(&itself, "r.io/team/api");
        assert_eq!(line.repositories().len(), 1);
    }

    #[test]
    fn stage_tags_pins_and_machinery_are_no_candidates() {
        let text = r#"
            [[pipelines]]
            repositories = "r.io/*"
            candidates = "*"
            stages = [{ name = "golden", tags = ["golden", "{version}-golden"] }]
        "#;
        let own = line(text, "r.io/a");
        assert!(own.takes(&tag("2.8.1")));
        for no in [
            "golden",
            "2.8.1-golden",
            "latest",
            "sha256-aa",
            "golden-20261123T140200Z-7c1e0a90f3b2",
        ] {
            assert!(!own.takes(&tag(no)), "{no}");
        }
        assert!(!line("", "r.io/a").takes(&tag("2.8.1")));
    }
}
