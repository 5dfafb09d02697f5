//! What a package is, apart from its version: the same in the bills of materials of two images,
//! and of two tools.

use crate::{Package, purl};

/// A package by its ecosystem, namespace and name, with the version that is installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coordinates {
    /// The ecosystem, by the word of a package URL: `deb`, `npm`; empty where no URL is given.
    pub ecosystem: String,
    /// The namespace and the name, as the URL writes them; the name, where there is no URL.
    pub path: String,
    /// The name that people call it by.
    pub name: String,
    /// The version, with its epoch; empty where none is given.
    pub version: String,
}

impl Package {
    /// What it is and in which version. Distributions' epochs stand in the version, wherever
    /// the report gives them.
    pub fn coordinates(&self) -> Coordinates {
        let version = self.version.as_deref().unwrap_or_default();
        let Some(url) = self.purl.as_deref().and_then(purl::parse) else {
            return Coordinates {
                ecosystem: String::new(),
                path: self.name.to_string(),
                name: self.name.to_string(),
                version: version.to_owned(),
            };
        };
        let own = url.version();
        let version = if version.is_empty() {
            own.as_str()
        } else {
            version
        };
        let epoch = url.qualifier("epoch").filter(|epoch| epoch != "0");
        let epoch = epoch.filter(|_| !version.contains(':'));
        let path = url.path();
        Coordinates {
            ecosystem: url.sort().to_ascii_lowercase(),
            name: url.name(),
            version: match epoch {
                Some(epoch) => format!("{epoch}:{version}"),
                None => version.to_owned(),
            },
            path: match url.sort() {
                // Python's names differ in case and dashes and mean one package (PEP 503).
                "pypi" => path.to_ascii_lowercase().replace(['_', '.'], "-"),
                _ => path,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, version: &str, purl: &str) -> Coordinates {
        let text = |text: &str| (!text.is_empty()).then(|| text.into());
        let package = Package {
            name: name.into(),
            version: text(version),
            purl: text(purl),
            ..Package::default()
        };
        package.coordinates()
    }

    #[test]
    fn an_epoch_is_a_part_of_the_version_wherever_it_is_given() {
        let url = "pkg:rpm/redhat/bash@5.1-1?arch=x86_64&epoch=1";
        assert_eq!(of("bash", "5.1-1", url).version, "1:5.1-1");
        assert_eq!(of("bash", "1:5.1-1", url).version, "1:5.1-1");
        let url = "pkg:deb/debian/git@1%3A2.39-1?arch=amd64";
        assert_eq!(of("git", "", url).version, "1:2.39-1");
        let url = "pkg:rpm/redhat/bash@5.1-1?epoch=0";
        assert_eq!(of("bash", "5.1-1", url).version, "5.1-1");
    }

    #[test]
    fn a_package_is_the_same_in_every_spelling_of_its_name() {
        let (one, other) = ("pkg:pypi/Zope.Interface@1", "pkg:pypi/zope-interface@2");
        assert_eq!(of("", "", one).path, of("", "", other).path);
        let (here, there) = ("pkg:npm/%40a/b@1", "pkg:npm/%40c/b@1");
        assert_ne!(of("b", "1", here).path, of("b", "1", there).path);
    }

    #[test]
    fn a_package_without_a_url_is_known_by_its_name() {
        let plain = of("debian", "12.5", "");
        assert_eq!(
            (plain.ecosystem.as_str(), plain.path.as_str()),
            ("", "debian")
        );
    }
}
