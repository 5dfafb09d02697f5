//! Names with stars, and packages with ranges of versions.

use hallmark_evidence::{Package, version::Ecosystem};
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, fmt, str::FromStr};

/// Whether a name fits a pattern, in which `*` stands for anything.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Packages by their package URL without version, in which `*` stands for anything, and a range
/// of versions: `pkg:npm/lodash >= 4.17, < 4.17.21`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packages {
    text: String,
    purl: String,
    range: Vec<(Bound, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Less,
    AtMost,
    Exactly,
    AtLeast,
    Greater,
}

impl Bound {
    const ALL: [(&'static str, Self); 5] = [
        ("<=", Self::AtMost),
        (">=", Self::AtLeast),
        ("<", Self::Less),
        (">", Self::Greater),
        ("=", Self::Exactly),
    ];

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Exactly => order.is_eq(),
            Self::AtLeast => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }
}

impl Packages {
    /// Whether the package is one of these, whatever its version.
    pub(crate) fn names(&self, package: &Package) -> bool {
        let Some(purl) = package.purl.as_deref() else {
            return false;
        };
        fits(&self.purl, without_version(purl))
    }

    /// Whether the package's version is in the range; nothing where that cannot be told.
    pub(crate) fn holds(&self, package: &Package) -> Option<bool> {
        if self.range.is_empty() {
            return Some(true);
        }
        let ecosystem = Ecosystem::of_purl(package.purl.as_deref()?)?;
        let version = package.version.as_deref()?;
        let mut holds = true;
        for (bound, limit) in &self.range {
            holds &= bound.holds(ecosystem.compare(version, limit)?);
        }
        Some(holds)
    }

    /// Whether it says anything of versions.
    pub(crate) fn has_range(&self) -> bool {
        !self.range.is_empty()
    }
}

/// `pkg:npm/%40scope/name@1.0?x#y` without what stands behind the name.
fn without_version(purl: &str) -> &str {
    let end = purl.find(['?', '#']).unwrap_or(purl.len());
    let purl = &purl[..end];
    let name_at = purl.rfind('/').map_or(0, |at| at + 1);
    match purl[name_at..].rfind('@').filter(|at| *at > 0) {
        Some(at) => &purl[..name_at + at],
        None => purl,
    }
}

impl FromStr for Packages {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (purl, range) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let (sort, name) = purl
            .strip_prefix("pkg:")
            .and_then(|rest| rest.split_once('/'))
            .filter(|(sort, name)| !sort.is_empty() && !name.is_empty())
            .ok_or_else(|| {
                format!("“{text}” names no package: write “pkg:deb/debian/openssl” or “pkg:npm/lodash < 4.17.21”")
            })?;
        if name.contains('@') && !name.starts_with('@') && !name.contains("/@") {
            return Err(format!(
                "“{text}”: write the version behind a blank, as “pkg:{sort}/name < 2”"
            ));
        }
        let range = range
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let range: Vec<_> = range
            .map(|part| bound(text, part))
            .collect::<Result<_, _>>()?;
        if let Some(ecosystem) = Ecosystem::named(sort) {
            if let Some((_, wrong)) = range
                .iter()
                .find(|(_, v)| ecosystem.compare(v, v).is_none())
            {
                return Err(format!("“{wrong}” is no version of {sort}"));
            }
        } else if !range.is_empty() {
            return Err(format!(
                "versions of “{sort}” have no order that is known here"
            ));
        }
        Ok(Self {
            text: text.to_owned(),
            purl: purl.to_owned(),
            range,
        })
    }
}

fn bound(text: &str, part: &str) -> Result<(Bound, String), String> {
    let mut all = Bound::ALL.into_iter();
    let found = all.find_map(|(sign, bound)| Some((bound, part.strip_prefix(sign)?.trim())));
    match found.filter(|(_, version)| !version.is_empty()) {
        Some((bound, version)) => Ok((bound, version.to_owned())),
        None => Err(format!(
            "“{text}”: “{part}” is no range; write “< 2”, “<= 2”, “= 2”, “>= 2” or “> 2”"
        )),
    }
}

impl fmt::Display for Packages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for Packages {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Packages {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, name, is) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("ab*ba", "aba", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), is, "{pattern} {name}");
        }
    }

    #[test]
    fn a_range_that_is_none_is_refused_with_what_is_wrong() {
        for (text, reason) in [
            ("lodash", "names no package"),
            ("pkg:npm/lodash@4 < 5", "behind a blank"),
            ("pkg:npm/lodash 4", "is no range"),
            ("pkg:npm/lodash < x", "is no version of npm"),
            ("pkg:generic/x < 1", "no order"),
        ] {
            let error = text.parse::<Packages>().unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
