//! The parts of a package URL that an image is searched by.

use crate::purl;

/// What a package URL says of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageUrl {
    /// The sort of package: `deb`, `npm`, `golang`.
    pub ecosystem: String,
    /// The name, with its namespace where people call it by that.
    pub name: String,
    /// The version; empty where it names none.
    pub version: String,
    /// The source package it was built from, where it says so.
    pub source: Option<String>,
}

impl PackageUrl {
    /// Takes a package URL apart; nothing where the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = purl::parse(text)?;
        let source = parts.qualifier("upstream");
        Some(Self {
            ecosystem: parts.sort().to_ascii_lowercase(),
            name: parts.name(),
            version: parts.version(),
            // syft writes `openssl@3.0.17-1` where the versions differ.
            source: source.map(|source| match source.rsplit_once('@') {
                Some((name, _)) if !name.is_empty() => name.to_owned(),
                _ => source,
            }),
        })
    }

    /// A version without what a distribution added to it: `1:3.0.17-1~deb12u2` is `3.0.17`.
    pub fn upstream_version<'v>(ecosystem: &str, version: &'v str) -> &'v str {
        match ecosystem {
            "deb" | "rpm" | "apk" | "alpm" => {
                let digits = |epoch: &str| epoch.bytes().all(|byte| byte.is_ascii_digit());
                let bare = match version.split_once(':') {
                    Some((epoch, rest)) if digits(epoch) => rest,
                    _ => version,
                };
                bare.rsplit_once('-').map_or(bare, |(upstream, _)| upstream)
            }
            "golang" => version.strip_prefix('v').unwrap_or(version),
            _ => version,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_told_by_its_sort_name_version_and_source() {
        let purl = "pkg:deb/debian/libssl3@3.0.17-1~deb12u2?arch=amd64&upstream=openssl%403.0.17-1";
        let parts = PackageUrl::parse(purl).unwrap();
        assert_eq!(parts.ecosystem, "deb");
        assert_eq!(parts.name, "libssl3");
        assert_eq!(parts.version, "3.0.17-1~deb12u2");
        assert_eq!(parts.source.as_deref(), Some("openssl"));
        let parts = PackageUrl::parse("pkg:npm/%40scope/name").unwrap();
        assert_eq!((parts.name.as_str(), parts.source), ("@scope/name", None));
        assert_eq!(PackageUrl::parse("openssl@3.0.17"), None);
    }

    #[test]
    fn what_a_distribution_adds_to_a_version_is_left_out_of_it() {
        for (ecosystem, version, upstream) in [
            ("deb", "3.0.17-1~deb12u2", "3.0.17"),
            ("deb", "1:1.2.13.dfsg-1", "1.2.13.dfsg"),
            ("rpm", "1:3.2.2-6.el9", "3.2.2"),
            ("apk", "3.3.2-r4", "3.3.2"),
            ("npm", "1.0.0-rc.1", "1.0.0-rc.1"),
            ("golang", "v1.2.3", "1.2.3"),
        ] {
            assert_eq!(PackageUrl::upstream_version(ecosystem, version), upstream);
        }
    }
}
