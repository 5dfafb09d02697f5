//! The parts of a package URL that reports are read for (package-url/purl-spec).

use crate::text::{MAX_NAME, short};
use hallmark_image::{Digest, Platform};

/// What a package URL says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Purl<'a> {
    sort: &'a str,
    path: &'a str,
    version: &'a str,
    qualifiers: &'a str,
}

/// Takes `pkg:sort/namespace/name@version?qualifiers#subpath` apart.
pub(crate) fn parse(purl: &str) -> Option<Purl<'_>> {
    let rest = purl.strip_prefix("pkg:")?.trim_start_matches('/');
    let rest = rest.split('#').next()?;
    let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
    let (sort, rest) = rest.split_once('/')?;
    // An `@` begins the version only behind the last slash: npm's scopes have one before.
    let name_at = rest.rfind('/').map_or(0, |at| at + 1);
    let at = rest[name_at..]
        .rfind('@')
        .map(|at| at + name_at)
        .filter(|at| *at > 0);
    let (path, version) = at.map_or((rest, ""), |at| (&rest[..at], &rest[at + 1..]));
    Some(Purl {
        sort,
        path,
        version,
        qualifiers,
    })
}

impl Purl<'_> {
    /// The name, with its namespace where it is a part of what people call it by.
    pub(crate) fn name(&self) -> String {
        let namespaced = !matches!(self.sort, "deb" | "apk" | "rpm" | "alpm" | "oci");
        let name = self.path.rsplit('/').next().filter(|_| !namespaced);
        let colon = matches!(self.sort, "maven");
        let name = decoded(name.unwrap_or(self.path));
        if colon {
            name.replacen('/', ":", 1)
        } else {
            name
        }
    }

    /// The version; empty where there is none.
    pub(crate) fn version(&self) -> String {
        decoded(self.version)
    }

    /// The ecosystem: `deb`, `npm`.
    pub(crate) fn sort(&self) -> &str {
        self.sort
    }

    /// The namespace and the name as they are written, which tell two packages apart.
    pub(crate) fn path(&self) -> String {
        decoded(self.path)
    }

    /// A qualifier; nothing where it is empty.
    pub(crate) fn qualifier(&self, name: &str) -> Option<String> {
        let mut each = self.qualifiers.split('&');
        let value = each.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
        (!value.is_empty()).then(|| decoded(value))
    }

    /// Whether it names a container image.
    pub(crate) fn is_image(&self) -> bool {
        matches!(self.sort, "oci" | "docker")
    }

    /// An image's digest.
    pub(crate) fn digest(&self) -> Option<Digest> {
        self.is_image().then(|| self.version().parse().ok())?
    }

    /// An image's platform: a Linux of this architecture.
    pub(crate) fn platform(&self) -> Option<Platform> {
        let mut each = self.qualifiers.split('&');
        let arch = each.find_map(|pair| pair.strip_prefix("arch="))?;
        let known = self.is_image() && !arch.is_empty();
        known.then(|| Platform::new("linux".to_owned(), decoded(arch)))
    }
}

/// Resolves `%3A` and the like; what is no UTF-8 then stays as it is.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = code.and_then(|two| u8::from_str_radix(two, 16).ok());
        match code.filter(|_| *first == b'%') {
            Some(code) => {
                bytes.push(code);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).map_or_else(|_| short(text, MAX_NAME), |text| short(&text, MAX_NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_url_is_taken_apart_by_the_rules_of_its_sort() {
        for (purl, name, version) in [
            (
                "pkg:deb/debian/openssl@3.0.17-1?arch=arm64",
                "openssl",
                "3.0.17-1",
            ),
            ("pkg:npm/%40scope/name@1.0.0", "@scope/name", "1.0.0"),
            ("pkg:npm/@scope/name@1.0.0", "@scope/name", "1.0.0"),
            (
                "pkg:golang/github.com/a/b@v1.2.3%2Bincompatible#sub",
                "github.com/a/b",
                "v1.2.3+incompatible",
            ),
            ("pkg:maven/org.acme/tool@1?type=jar", "org.acme:tool", "1"),
            ("pkg:pypi/django", "django", ""),
        ] {
            let parts = parse(purl).unwrap();
            assert_eq!(
                (parts.name().as_str(), parts.version().as_str()),
                (name, version)
            );
        }
    }

    #[test]
    fn what_is_no_package_url_has_no_parts() {
        for text in ["", "pkg:", "pkg:deb", "cpe:2.3:a:b", "https://example.com"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_image_is_named_by_its_digest_and_its_architecture() {
        let hex = "a".repeat(64);
        let purl = format!("pkg:oci/cart@sha256%3A{hex}?arch=arm64&tag=1");
        let image = parse(&purl).unwrap();
        assert_eq!(image.digest(), format!("sha256:{hex}").parse().ok());
        assert_eq!(image.platform().unwrap().to_string(), "linux/arm64");
        assert_eq!(parse("pkg:deb/x@1?arch=arm64").unwrap().platform(), None);
    }

    #[test]
    fn a_percent_sign_that_begins_nothing_stays() {
        assert_eq!(decoded("100%"), "100%");
        assert_eq!(decoded("%zz%4"), "%zz%4");
        assert_eq!(decoded("%ff"), "%ff");
    }
}
