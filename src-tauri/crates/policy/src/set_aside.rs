//! Findings that are set aside: waived by a person for a while, or not affecting the image by
//! the word of a VEX document.
//!
//! A waiver names one finding in one package, and who may waive is decided where it is read.
//! A VEX document counts where a member signed it, or where the policy takes anybody's word.

use crate::{Item, Voucher};
use hallmark_evidence::{Finding, VexStatement, VexStatus};
use hallmark_image::Digest;
use std::collections::HashMap;

/// A waiver in force: one finding that somebody answers for until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waived {
    /// The finding's id, such as `CVE-2026-20771`.
    pub finding: String,
    /// The package's name, or its package URL.
    pub package: String,
    /// “waived by ines until 24 Dec 2026”.
    pub words: String,
}

impl Waived {
    /// Whether it speaks of this finding.
    pub fn covers(&self, finding: &Finding) -> bool {
        is_called(finding, &self.finding) && is_in(finding, &self.package)
    }
}

/// What a VEX document says of a finding.
#[derive(Clone, Copy, Debug)]
pub struct VexWord<'a> {
    /// The document's bytes.
    pub digest: &'a Digest,
    /// Its file's name.
    pub name: &'a str,
    /// Who vouches for it.
    pub voucher: &'a Voucher,
    /// What it says.
    pub says: &'a VexStatement,
}

impl VexWord<'_> {
    /// Whether it takes the finding away.
    pub fn clears(&self) -> bool {
        matches!(self.says.status, VexStatus::NotAffected | VexStatus::Fixed)
    }

    /// Whether a member signed it.
    pub fn is_vouched(&self) -> bool {
        matches!(self.voucher, Voucher::Signed { .. })
    }

    /// “not affected, says vex.json, signed by ci@payments”.
    pub fn words(&self) -> String {
        let status = match self.says.status {
            VexStatus::NotAffected => "not affected",
            VexStatus::Affected => "affected",
            VexStatus::Fixed => "fixed",
            VexStatus::UnderInvestigation => "under investigation",
        };
        let by = match self.voucher {
            Voucher::Signed { member, .. } => format!("signed by {member}"),
            Voucher::SignedUnknown { .. } => "signed with a key of no member".to_owned(),
            Voucher::BadSignature => "its signature is broken".to_owned(),
            Voucher::Unsigned => "unsigned".to_owned(),
        };
        format!(
            "{status}, says {}, {by}",
            crate::words::shown(self.name, 80)
        )
    }
}

/// All that the VEX documents of an image say, by vulnerability.
#[derive(Default)]
pub struct VexWords<'a>(HashMap<&'a str, Vec<VexWord<'a>>>);

impl<'a> VexWords<'a> {
    /// Of those documents that count for the image.
    pub fn of(evidence: &'a [Item<'a>]) -> Self {
        let mut all: HashMap<&'a str, Vec<VexWord<'a>>> = HashMap::new();
        for item in evidence.iter().filter(|item| item.counts()) {
            for says in item.report.vex.iter().flatten() {
                let word = VexWord {
                    digest: item.digest,
                    name: item.name,
                    voucher: &item.voucher,
                    says,
                };
                for name in std::iter::once(&says.id).chain(&says.aliases) {
                    all.entry(name).or_default().push(word);
                }
            }
        }
        Self(all)
    }

    /// What is said of this finding; a member's word first.
    pub fn on(&self, finding: &Finding) -> Vec<VexWord<'a>> {
        let names = std::iter::once(&finding.id).chain(&finding.aliases);
        let said = names.filter_map(|name| self.0.get(&**name)).flatten();
        let mut said: Vec<VexWord<'a>> = said
            .filter(|word| speaks_of(word.says, finding))
            .copied()
            .collect();
        said.sort_by_key(|word| !word.is_vouched());
        said
    }

    /// The word that takes the finding away, where one counts and no other that counts says
    /// that it does apply.
    pub fn clearing(&self, finding: &Finding, anybody: bool) -> Option<VexWord<'a>> {
        let said = self.on(finding);
        let mut counting = said.iter().filter(|word| anybody || word.is_vouched());
        let applies = |word: &&VexWord<'_>| word.says.status == VexStatus::Affected;
        if counting.clone().any(|word| applies(&word)) {
            return None;
        }
        counting.find(|word| word.clears()).copied()
    }
}

/// What becomes of a finding.
pub(crate) enum Aside<'a> {
    /// Nothing: it counts.
    No,
    /// Somebody waived it.
    Waived(&'a Waived),
    /// It does not apply.
    Cleared(VexWord<'a>),
}

fn is_called(finding: &Finding, name: &str) -> bool {
    *finding.id == *name || finding.aliases.iter().any(|alias| **alias == *name)
}

/// Whether a package's name or package URL means the package of this finding.
fn is_in(finding: &Finding, name: &str) -> bool {
    match (name.starts_with("pkg:"), finding.purl.as_deref()) {
        (false, _) => *finding.package == *name,
        (true, None) => named_in(name) == Some(&*finding.package),
        (true, Some(purl)) => {
            let (own, asked) = (bare(purl), bare(name));
            own == asked || unversioned(own) == asked
        }
    }
}

/// Whether a VEX statement is about the package of this finding. Its parts decide where it has
/// any; a product that is the image, and not a package, means every package in it.
fn speaks_of(says: &VexStatement, finding: &Finding) -> bool {
    if !says.parts.is_empty() {
        return says.parts.iter().any(|part| is_in(finding, part));
    }
    let is_image = |name: &str| {
        name.starts_with("pkg:oci/") || name.starts_with("pkg:docker/") || name.contains("@sha256:")
    };
    says.products
        .iter()
        .any(|product| is_image(product) || is_in(finding, product))
}

/// A package URL without what stands behind its version.
fn bare(purl: &str) -> &str {
    purl.split(['?', '#']).next().unwrap_or_default()
}

/// The same without its version; an `@` before the last slash is a namespace's.
fn unversioned(purl: &str) -> &str {
    let name_at = purl.rfind('/').map_or(0, |at| at + 1);
    let version = purl[name_at..].rfind('@').filter(|at| *at > 0);
    version.map_or(purl, |at| &purl[..name_at + at])
}

fn named_in(purl: &str) -> Option<&str> {
    unversioned(bare(purl)).rsplit('/').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(purl: Option<&str>) -> Finding {
        Finding {
            id: "CVE-2026-1".into(),
            aliases: ["GHSA-x".into()].into(),
            package: "openssl".into(),
            installed: "3.0.17".into(),
            purl: purl.map(Into::into),
            ..Finding::default()
        }
    }

    fn waived(finding: &str, package: &str) -> Waived {
        Waived {
            finding: finding.into(),
            package: package.into(),
            words: String::new(),
        }
    }

    #[test]
    fn a_waiver_covers_its_finding_in_its_package_and_no_other() {
        let openssl = finding(Some("pkg:deb/debian/openssl@3.0.17?arch=amd64"));
        assert!(waived("CVE-2026-1", "openssl").covers(&openssl));
        assert!(
            waived("GHSA-x", "openssl").covers(&openssl),
            "its other name"
        );
        assert!(!waived("CVE-2026-1", "zlib").covers(&openssl));
        assert!(!waived("CVE-2026-10", "openssl").covers(&openssl));
    }

    #[test]
    fn a_package_url_with_a_version_covers_that_version_alone() {
        let openssl = finding(Some("pkg:deb/debian/openssl@3.0.17?arch=amd64"));
        for (purl, covers) in [
            ("pkg:deb/debian/openssl", true),
            ("pkg:deb/debian/openssl@3.0.17", true),
            ("pkg:deb/debian/openssl@3.0.16", false),
            ("pkg:deb/ubuntu/openssl", false),
        ] {
            assert_eq!(
                waived("CVE-2026-1", purl).covers(&openssl),
                covers,
                "{purl}"
            );
        }
        assert!(waived("CVE-2026-1", "pkg:npm/%40a/openssl").covers(&finding(None)));
    }
}
