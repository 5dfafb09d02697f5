//! Templates: tags with the image's version in them, and targets with parts of the name of the
//! repository that an image comes from. A placeholder that is none is named, never left as text.

use hallmark_image::{Repository, Tag};

const VERSION: &str = "version";
const NAME: &str = "name";
const PATH: &str = "path";

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Hole(&'static str),
}

/// Splits a template into text and the placeholders that are `known`.
fn pieces(text: &str, known: &[&'static str]) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        if rest[open..].starts_with('}') {
            return Err(format!("“{text}” has a }} without its {{"));
        }
        let Some(close) = rest[open..].find('}') else {
            return Err(format!("“{text}” has a {{ without its }}"));
        };
        let named = &rest[open + 1..open + close];
        let hole = known.iter().find(|own| **own == named);
        let hole = hole.ok_or_else(|| unknown(named, known))?;
        if open > 0 {
            pieces.push(Piece::Text(rest[..open].to_owned()));
        }
        pieces.push(Piece::Hole(hole));
        rest = &rest[open + close + 1..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn unknown(named: &str, known: &[&str]) -> String {
    let known: Vec<String> = known.iter().map(|own| format!("{{{own}}}")).collect();
    let verb = if known.len() == 1 { "is" } else { "are" };
    format!(
        "“{{{named}}}” is no placeholder here; {} {verb}",
        crate::plan::list(&known)
    )
}

fn fill(pieces: &[Piece], with: impl Fn(&str) -> String) -> String {
    let text = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Hole(hole) => with(hole),
    };
    pieces.iter().map(text).collect()
}

/// A stage's tag: `prod`, `{version}-golden`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagTemplate {
    text: String,
    pieces: Vec<Piece>,
}

impl TagTemplate {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let pieces = pieces(text, &[VERSION])?;
        let sample = fill(&pieces, |_| "1.2.3".to_owned());
        sample
            .parse::<Tag>()
            .map_err(|error| error.to_string().replace(&sample, text))?;
        if text.starts_with("sha256-") {
            return Err(format!(
                "“{text}” looks like a tag that registries and cosign keep attachments under"
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether every version has a tag of its own.
    pub(crate) fn is_versioned(&self) -> bool {
        self.pieces.contains(&Piece::Hole(VERSION))
    }

    /// The tag of an image of `version`; without one, a sentence that says what is missing.
    pub(crate) fn fill(&self, version: Option<&str>) -> Result<Tag, String> {
        if self.is_versioned() && version.is_none() {
            return Err(format!(
                "the tag “{}” needs the image's version, which it does not tell",
                self.text
            ));
        }
        fill(&self.pieces, |_| version.unwrap_or_default().to_owned())
            .parse()
            .map_err(|error| format!("template “{}”: {error}", self.text))
    }

    /// Whether `tag` may be one that this template made. A bare `{version}` says nothing.
    pub(crate) fn made(&self, tag: &Tag) -> bool {
        let bare = self.pieces == [Piece::Hole(VERSION)];
        let texts: Vec<&str> = self.text.split("{version}").collect();
        !bare && super::matches(&texts.join("*"), tag.as_str())
    }
}

/// Where a stage's images are placed: `prod.example.com/golden/{name}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TargetTemplate {
    text: String,
    pieces: Vec<Piece>,
}

/// What a repository's name says of the one its images come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Captured {
    pub(crate) name: Option<String>,
    pub(crate) path: Option<String>,
}

impl TargetTemplate {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let pieces = pieces(text, &[NAME, PATH])?;
        let host = text.split('/').next().unwrap_or_default();
        if !super::names_a_host(host) || !text.contains('/') {
            return Err(format!(
                "“{text}” is no repository with its registry: begin with the registry's host, such as registry.example.com/golden/{{name}}"
            ));
        }
        let sample = fill(&pieces, |hole| match hole {
            PATH => "team/api".to_owned(),
            _ => "api".to_owned(),
        });
        sample
            .parse::<Repository>()
            .map_err(|error| error.to_string())?;
        Ok(Self {
            text: text.to_owned(),
            pieces,
        })
    }

    /// Whether it has the whole path of the repository that an image comes from.
    pub(crate) fn has_path(&self) -> bool {
        self.pieces.contains(&Piece::Hole(PATH))
    }

    /// Whether it has the last part of its name.
    pub(crate) fn has_name(&self) -> bool {
        self.pieces.contains(&Piece::Hole(NAME))
    }

    /// The target for images of `source`.
    pub(crate) fn fill(&self, source: &Repository) -> Result<Repository, String> {
        fill(&self.pieces, |hole| match hole {
            PATH => source.name.to_string(),
            _ => last_part(source).to_owned(),
        })
        .parse()
        .map_err(|error| format!("target “{}” for {source}: {error}", self.text))
    }

    /// What the placeholders stand for, were `repository` made by this template.
    pub(crate) fn read(&self, repository: &Repository) -> Option<Captured> {
        capture(&self.pieces, &repository.to_string(), &Captured::default())
    }
}

/// The last part of a repository's name.
fn last_part(repository: &Repository) -> &str {
    let name = repository.name.as_str();
    name.rsplit('/').next().unwrap_or(name)
}

/// Goes through the pieces, trying every length a placeholder may have.
fn capture(pieces: &[Piece], text: &str, so_far: &Captured) -> Option<Captured> {
    let Some((first, rest)) = pieces.split_first() else {
        return text.is_empty().then(|| so_far.clone());
    };
    match first {
        Piece::Text(own) => capture(rest, text.strip_prefix(own.as_str())?, so_far),
        Piece::Hole(hole) => {
            let ends = (1..=text.len()).filter(|end| text.is_char_boundary(*end));
            ends.rev().find_map(|end| {
                let with = so_far.with(hole, &text[..end])?;
                capture(rest, &text[end..], &with)
            })
        }
    }
}

impl Captured {
    /// The same, knowing what `hole` stands for; nothing where that cannot be.
    fn with(&self, hole: &str, value: &str) -> Option<Self> {
        let mut with = self.clone();
        let slot = match hole {
            PATH => &mut with.path,
            _ if value.contains('/') => return None,
            _ => &mut with.name,
        };
        if slot.as_deref().is_some_and(|known| known != value) {
            return None;
        }
        *slot = Some(value.to_owned());
        let last = with
            .path
            .as_deref()
            .and_then(|path| path.rsplit('/').next());
        let agree = match (last, &with.name) {
            (Some(last), Some(name)) => last == name,
            _ => true,
        };
        agree.then_some(with)
    }

    /// Whether images of `source` would be placed under such a name.
    pub(crate) fn fits(&self, source: &Repository) -> bool {
        self.path
            .as_deref()
            .is_none_or(|path| path == source.name.as_str())
            && self
                .name
                .as_deref()
                .is_none_or(|name| name == last_part(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(text: &str) -> Repository {
        text.parse().unwrap()
    }

    #[test]
    fn a_placeholder_that_is_none_is_named() {
        let error = TagTemplate::parse("{verison}-golden").unwrap_err();
        assert_eq!(error, "“{verison}” is no placeholder here; {version} is");
        let error = TargetTemplate::parse("r.io/{repo}").unwrap_err();
        assert_eq!(
            error,
            "“{repo}” is no placeholder here; {name} and {path} are"
        );
        for broken in ["{version", "version}", "a}{version}"] {
            assert!(TagTemplate::parse(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_tag_is_filled_with_the_version_and_known_again() {
        let template = TagTemplate::parse("{version}-golden").unwrap();
        let tag = template.fill(Some("2.8.1")).unwrap();
        assert_eq!(tag.as_str(), "2.8.1-golden");
        assert!(template.made(&tag) && !template.made(&"2.8.1".parse().unwrap()));
        assert!(template.fill(None).unwrap_err().contains("version"));
        assert!(
            template
                .fill(Some("2.8.1+b4"))
                .unwrap_err()
                .contains("template")
        );
    }

    #[test]
    fn a_target_takes_the_last_part_or_the_whole_path() {
        let source = repository("dev.example.com/payments/api");
        for (template, target) in [
            (
                "prod.example.com/golden/{name}",
                "prod.example.com/golden/api",
            ),
            ("prod.example.com/{path}", "prod.example.com/payments/api"),
            ("prod.example.com/fixed", "prod.example.com/fixed"),
        ] {
            let template = TargetTemplate::parse(template).unwrap();
            assert_eq!(template.fill(&source).unwrap(), repository(target));
            assert!(template.read(&repository(target)).unwrap().fits(&source));
            assert!(
                template
                    .read(&repository("prod.example.com/other/x/y/z"))
                    .is_none_or(|found| !found.fits(&source))
            );
        }
    }

    #[test]
    fn a_target_names_its_registry() {
        for wrong in [
            "golden/{name}",
            "{name}",
            "prod.example.com",
            "prod.example.com/UPPER",
        ] {
            assert!(TargetTemplate::parse(wrong).is_err(), "{wrong}");
        }
    }
}
