//! Versions in the order of the ecosystem that they come from.
//!
//! “1.10” is later than “1.9” everywhere, and nearly all else differs: what a tilde means, what
//! a release candidate comes before, whether a zero at the end counts. A text that is no version
//! there has no order, and is never guessed at.

mod apk;
mod dotted;
mod dpkg;
mod gem;
mod maven;
mod rpm;

use std::cmp::Ordering;

/// The longest version that is compared, bytes.
const MAX_VERSION: usize = 512;

/// A way of ordering versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ecosystem {
    /// Debian and its derivatives.
    Dpkg,
    /// Alpine and others with apk.
    Apk,
    /// Red Hat, SUSE and others with rpm.
    Rpm,
    /// Semantic versions: npm, Go, Cargo, and others that follow them, with any count of parts.
    Dotted,
    /// Python's, by PEP 440.
    Pypi,
    /// Maven's.
    Maven,
    /// Ruby's.
    Gem,
}

impl Ecosystem {
    /// The order for a package URL's type, a distribution or a scanner's word for a sort of
    /// packages.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Some(match name.as_str() {
            "deb" | "dpkg" | "debian" | "ubuntu" | "distroless" => Self::Dpkg,
            "apk" | "alpine" | "wolfi" | "chainguard" | "minimos" | "postmarketos" => Self::Apk,
            "rpm"
            | "redhat"
            | "rhel"
            | "centos"
            | "fedora"
            | "rocky"
            | "alma"
            | "almalinux"
            | "amazon"
            | "oracle"
            | "suse"
            | "sles"
            | "opensuse"
            | "opensuse-leap"
            | "opensuse-tumbleweed"
            | "photon"
            | "mariner"
            | "cbl-mariner"
            | "azurelinux" => Self::Rpm,
            "npm" | "node-pkg" | "yarn" | "pnpm" | "golang" | "go" | "go-module" | "gomod"
            | "gobinary" | "cargo" | "rust" | "rustbinary" | "nuget" | "dotnet" | "dotnet-core"
            | "composer" | "php" | "hex" | "pub" | "swift" | "cocoapods" | "conan" | "bitnami" => {
                Self::Dotted
            }
            "pypi" | "python" | "python-pkg" | "pip" | "pipenv" | "poetry" | "uv" => Self::Pypi,
            "maven" | "java" | "java-archive" | "jar" | "pom" | "gradle" | "sbt" => Self::Maven,
            "gem" | "ruby" | "gemspec" | "bundler" => Self::Gem,
            _ => return None,
        })
    }

    /// The order of a package that is named by its package URL.
    pub fn of_purl(purl: &str) -> Option<Self> {
        let (sort, _) = purl.strip_prefix("pkg:")?.split_once('/')?;
        Self::named(sort)
    }

    /// How `a` stands to `b`; nothing where one of them is no version here.
    pub fn compare(self, a: &str, b: &str) -> Option<Ordering> {
        let (a, b) = (a.trim(), b.trim());
        if a.len() > MAX_VERSION || b.len() > MAX_VERSION {
            return None;
        }
        match self {
            Self::Dpkg => dpkg::compare(a, b),
            Self::Apk => Some(apk::key(a)?.cmp(&apk::key(b)?)),
            Self::Rpm => rpm::compare(a, b),
            Self::Dotted => Some(dotted::Version::read(a)?.cmp(&dotted::Version::read(b)?)),
            Self::Pypi => {
                let read = |text: &str| text.parse::<pep440_rs::Version>().ok();
                Some(read(a)?.cmp(&read(b)?))
            }
            Self::Maven => Some(maven::key(a)?.cmp(&maven::key(b)?)),
            Self::Gem => Some(gem::Version::read(a)?.cmp(&gem::Version::read(b)?)),
        }
    }
}

/// How version `a` stands to `b` in an ecosystem that is named by a package URL's type, a
/// distribution or a scanner's word; nothing where that is not known, or one is no version there.
pub fn compare(ecosystem: &str, a: &str, b: &str) -> Option<Ordering> {
    Ecosystem::named(ecosystem)?.compare(a, b)
}

/// The version that comes first among those that a scan names as fixed, often several with
/// commas for several lines of releases: the least that is later than what is installed.
pub fn least_above<'v>(ecosystem: Ecosystem, installed: &str, fixed: &'v str) -> Option<&'v str> {
    let each = fixed.split([',', ' ']).map(str::trim);
    let later = |version: &&str| ecosystem.compare(version, installed) == Some(Ordering::Greater);
    let each = each.filter(|version| !version.is_empty()).filter(later);
    each.reduce(|least, other| match ecosystem.compare(other, least) {
        Some(Ordering::Less) => other,
        _ => least,
    })
}

/// Whole numbers of any length, as their digits.
pub(crate) fn by_number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The run of characters at the start for which `wanted` holds, and the rest.
pub(crate) fn run(text: &str, wanted: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !wanted(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// A whole number of any length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Number<'a>(pub(crate) &'a str);

impl PartialEq for Number<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number<'_> {}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        by_number(self.0, other.0)
    }
}
