//! Which rules are about vulnerabilities, and what scanners say of them in words.
//!
//! SARIF has no members for a package or its versions: Trivy and Grype write
//! `Fixed Version: 1.2` into a message or a help text, a fact a line.

/// Whether a rule's id is that of an advisory.
pub(super) fn is_advisory(id: &str) -> bool {
    let databases = [
        "CVE-", "GHSA-", "GMS-", "OSV-", "PYSEC-", "RUSTSEC-", "GO-2", "DSA-", "DLA-", "ELSA-",
        "RHSA-", "RHBA-", "RHEA-", "ALAS", "USN-", "SUSE-SU-", "SNYK-", "TEMP-", "NSWG-", "MAL-",
        "DLSA-", "CGA-", "BIT-", "ALPINE-", "DEBIAN-", "UBUNTU-", "GSD-", "CURL-", "JLSEC-",
    ];
    databases.iter().any(|prefix| {
        let head = id.get(..prefix.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(prefix))
    })
}

/// The advisory's id: Grype adds the package's name to it.
pub(super) fn id_of<'r>(rule: &'r str, package: &str) -> &'r str {
    let bare = rule
        .strip_suffix(package)
        .and_then(|rest| rest.strip_suffix('-'));
    bare.filter(|id| !package.is_empty() && is_advisory(id))
        .unwrap_or(rule)
}

/// What a line `name: value` of the text says; an empty value is none.
pub(super) fn fact<'t>(text: &'t str, names: &[&str]) -> Option<&'t str> {
    let lines = text.lines().take(40);
    let mut found = lines.filter_map(|line| line.trim().split_once(':'));
    let found = found.find(|(name, _)| names.contains(&name.trim()));
    found
        .map(|(_, value)| value.trim())
        .filter(|value| !value.is_empty())
}

/// Grype's sentence: “A low vulnerability in deb package: name, version 1 was found in …”.
pub(super) fn sentence(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once(" package: ")?;
    let (name, rest) = rest.split_once(", version ")?;
    let (version, _) = rest.split_once(" was found")?;
    Some((name, version))
}

/// The severity of Grype's sentence.
pub(super) fn severity(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("A ")
        .or_else(|| text.strip_prefix("An "))?;
    rest.split_once(" vulnerability in ").map(|(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_advisory_is_known_by_its_database() {
        for id in [
            "CVE-2026-1",
            "cve-2026-1",
            "GHSA-x",
            "ALAS2-2026-1",
            "GO-2026-1",
        ] {
            assert!(is_advisory(id), "{id}");
        }
        for id in ["", "é", "js/xss", "AVD-DS-0002", "E501", "CV", "GO-LINT"] {
            assert!(!is_advisory(id), "{id}");
        }
    }

    #[test]
    fn grypes_ids_lose_the_package() {
        assert_eq!(id_of("CVE-2026-1-openssl", "openssl"), "CVE-2026-1");
        assert_eq!(id_of("CVE-2026-1", ""), "CVE-2026-1");
    }

    #[test]
    fn facts_and_sentences_are_read_from_words() {
        let text = "Package: zlib\nInstalled Version: 1.3\nFixed Version: \nSeverity: HIGH";
        assert_eq!(fact(text, &["Package"]), Some("zlib"));
        assert_eq!(fact(text, &["Fixed Version", "Fix Version"]), None);
        let text = "A low vulnerability in deb package: zlib, version 1:1.3 was found in x";
        assert_eq!(sentence(text), Some(("zlib", "1:1.3")));
        assert_eq!(severity(text), Some("low"));
    }
}
