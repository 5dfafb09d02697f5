//! The members of Grype's report that are read; all others are passed over.

use crate::json::{List, Nested, Number, Text};
use serde::Deserialize;
use serde::de::{
    Deserializer, Error, IgnoredAny, MapAccess, Visitor, value::MapAccessDeserializer,
};
use std::fmt;

/// A vulnerability in a package.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawMatch<'a> {
    #[serde(borrow)]
    pub(super) vulnerability: Nested<RawVulnerability<'a>>,
    #[serde(borrow, rename = "relatedVulnerabilities")]
    pub(super) related: List<Related<'a>>,
    #[serde(borrow)]
    pub(super) artifact: Nested<Artifact<'a>>,
    #[serde(borrow, rename = "appliedIgnoreRules")]
    pub(super) rules: List<Rule<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct RawVulnerability<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    pub(super) data_source: Text<'a>,
    #[serde(borrow)]
    pub(super) namespace: Text<'a>,
    #[serde(borrow)]
    pub(super) severity: Text<'a>,
    #[serde(borrow)]
    pub(super) description: Text<'a>,
    #[serde(borrow)]
    pub(super) fix: Nested<Fix<'a>>,
    pub(super) epss: List<Epss>,
    pub(super) known_exploited: List<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Fix<'a> {
    #[serde(borrow)]
    pub(super) versions: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) state: Text<'a>,
    #[serde(borrow)]
    pub(super) available: List<Available<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Available<'a> {
    #[serde(borrow)]
    pub(super) date: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Epss {
    pub(super) epss: Number,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Related<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
}

/// Why a match is ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Rule<'a> {
    #[serde(borrow, rename = "vex-status")]
    pub(super) vex_status: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Artifact<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) purl: Text<'a>,
    #[serde(borrow)]
    pub(super) locations: List<Location<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Location<'a> {
    #[serde(borrow)]
    pub(super) path: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Descriptor<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow)]
    pub(super) version: Text<'a>,
    #[serde(borrow)]
    pub(super) timestamp: Text<'a>,
}

/// What was scanned.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Source<'a> {
    #[serde(borrow)]
    pub(super) target: Target<'a>,
}

/// An image; a folder or a file is nothing but its name.
#[derive(Default)]
pub(super) struct Target<'a> {
    name: Text<'a>,
    image: Image<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Image<'a> {
    #[serde(borrow)]
    user_input: Text<'a>,
    #[serde(borrow, rename = "imageID")]
    pub(super) image_id: Text<'a>,
    #[serde(borrow)]
    pub(super) manifest_digest: Text<'a>,
    #[serde(borrow)]
    pub(super) repo_digests: List<Text<'a>>,
    #[serde(borrow)]
    pub(super) architecture: Text<'a>,
    #[serde(borrow)]
    pub(super) os: Text<'a>,
}

impl<'a> Target<'a> {
    pub(super) fn name(&self) -> &str {
        self.image.user_input.get().unwrap_or(self.name.as_str())
    }

    pub(super) fn image(&self) -> &Image<'a> {
        &self.image
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Target<'a> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(TargetVisitor)
    }
}

struct TargetVisitor;

impl<'de> Visitor<'de> for TargetVisitor {
    type Value = Target<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an image or a name")
    }

    fn visit_unit<E: Error>(self) -> Result<Target<'de>, E> {
        Ok(Target::default())
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Target<'de>, E> {
        Ok(Target {
            name: Text::borrowed(name),
            image: Image::default(),
        })
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Target<'de>, E> {
        Ok(Target {
            name: Text::owned(name),
            image: Image::default(),
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Target<'de>, A::Error> {
        Ok(Target {
            name: Text::default(),
            image: Image::deserialize(MapAccessDeserializer::new(map))?,
        })
    }
}
