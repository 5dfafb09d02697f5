//! What somebody looks for, understood: a package by name, version or package URL, a vulnerability
//! by its identifier; with a star, what begins so.

use crate::{
    dto::{AskFind, FindKind},
    error::{Code, Error, Result},
};
use hallmark_evidence::PackageUrl;
use hallmark_history::PackageWanted;

/// What is looked for, understood.
pub(crate) struct Wanted {
    pub(crate) kind: FindKind,
    /// As it is said back.
    pub(crate) words: String,
    pub(crate) package: PackageWanted,
    pub(crate) id: String,
    pub(crate) id_begins: bool,
}

pub(crate) fn understood(ask: &AskFind) -> Result<Wanted> {
    let text = ask.text.trim();
    let (_, bare) = starred(text);
    if bare.is_empty() {
        let example = match ask.kind {
            FindKind::Package => "`openssl`, `openssl@3.0.17` or a package URL",
            FindKind::Cve => "`CVE-2026-20771`",
        };
        return Err(Error::new(Code::BadInput, "nothing is named to look for")
            .hint(format!("Name {example}.")));
    }
    let (id_begins, id) = starred(text);
    let mut package = match PackageUrl::parse(text) {
        Some(purl) => by_url(&purl),
        None => by_name(text),
    };
    let ecosystem = ask.ecosystem.as_deref().map(str::trim);
    let ecosystem = ecosystem.filter(|name| !name.is_empty());
    package.ecosystem = ecosystem
        .map(str::to_lowercase)
        .or(package.ecosystem.take());
    Ok(Wanted {
        kind: ask.kind,
        words: text.chars().take(200).collect(),
        id: id.to_lowercase(),
        id_begins,
        package,
    })
}

/// Whether a text is only a beginning, and the text itself.
fn starred(text: &str) -> (bool, &str) {
    match text.strip_suffix('*') {
        Some(beginning) => (true, beginning.trim()),
        None => (false, text),
    }
}

fn by_url(purl: &PackageUrl) -> PackageWanted {
    let (name_begins, name) = starred(&purl.name);
    let (version_begins, version) = starred(&purl.version);
    PackageWanted {
        name: name.to_lowercase(),
        name_begins,
        version: Some(version.to_owned()).filter(|version| !version.is_empty()),
        version_begins,
        ecosystem: Some(purl.ecosystem.clone()),
    }
}

/// `name`, `name@version`, `@scope/name@version`.
fn by_name(text: &str) -> PackageWanted {
    let at = text.rfind('@').filter(|at| *at > 0);
    let (name, version) = at.map_or((text, ""), |at| (&text[..at], &text[at + 1..]));
    let (name_begins, name) = starred(name.trim());
    let (version_begins, version) = starred(version.trim());
    PackageWanted {
        name: name.to_lowercase(),
        name_begins,
        version: Some(version.to_owned()).filter(|version| !version.is_empty()),
        version_begins,
        ecosystem: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(kind: FindKind, text: &str) -> Wanted {
        understood(&AskFind {
            kind,
            text: text.into(),
            ecosystem: None,
            offset: 0,
            limit: 10,
        })
        .unwrap()
    }

    #[test]
    fn a_package_is_asked_for_by_name_version_or_package_url() {
        for (text, name, version, ecosystem) in [
            ("openssl", "openssl", None, None),
            ("OpenSSL@3.0.17", "openssl", Some("3.0.17"), None),
            ("@scope/name@1.0", "@scope/name", Some("1.0"), None),
            ("@scope/name", "@scope/name", None, None),
            (
                "pkg:deb/debian/openssl@3.0.17",
                "openssl",
                Some("3.0.17"),
                Some("deb"),
            ),
        ] {
            let wanted = asked(FindKind::Package, text).package;
            assert_eq!(wanted.name, name, "{text}");
            assert_eq!(wanted.version.as_deref(), version, "{text}");
            assert_eq!(wanted.ecosystem.as_deref(), ecosystem, "{text}");
            assert!(!wanted.name_begins && !wanted.version_begins);
        }
    }

    #[test]
    fn a_star_asks_for_what_begins_so() {
        let wanted = asked(FindKind::Package, "libssl*").package;
        assert!(wanted.name_begins && wanted.name == "libssl");
        let wanted = asked(FindKind::Package, "openssl@3.0*").package;
        assert!(wanted.version_begins && !wanted.name_begins);
        let wanted = asked(FindKind::Cve, "CVE-2026-*");
        assert!(wanted.id_begins && wanted.id == "cve-2026-");
    }

    #[test]
    fn nothing_is_no_question() {
        for text in ["", "  ", "*"] {
            let ask = AskFind {
                kind: FindKind::Cve,
                text: text.into(),
                ecosystem: None,
                offset: 0,
                limit: 10,
            };
            assert_eq!(understood(&ask).err().unwrap().code, Code::BadInput);
        }
    }
}
