//! Which of two versions of a package is newer, by the order of its ecosystem.

mod language;
mod linux;

use std::cmp::Ordering;

/// Compares two versions of one package of the ecosystem that a package URL names; nothing where
/// its order is not known here, or one of them is no version of it.
pub(super) fn compare(ecosystem: &str, a: &str, b: &str) -> Option<Ordering> {
    match ecosystem {
        "deb" => Some(linux::dpkg(a, b)),
        "rpm" => Some(linux::rpm(a, b)),
        "apk" => linux::apk(a, b),
        "pypi" => language::pypi(a, b),
        "npm" | "golang" | "cargo" => language::semver(a, b),
        _ => None,
    }
}

/// Digits as a number of any length: without leading noughts the longer one is greater.
fn digits(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// The first letters that satisfy `wanted`, and the rest.
fn run(text: &str, wanted: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|byte| !wanted(byte));
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each of these is older than the next.
    fn ascends(ecosystem: &str, versions: &[&str]) {
        for (at, older) in versions.iter().enumerate() {
            assert_eq!(compare(ecosystem, older, older), Some(Ordering::Equal));
            for newer in &versions[at + 1..] {
                let found = compare(ecosystem, older, newer);
                assert_eq!(
                    found,
                    Some(Ordering::Less),
                    "{ecosystem}: {older} < {newer}"
                );
                let back = compare(ecosystem, newer, older);
                assert_eq!(
                    back,
                    Some(Ordering::Greater),
                    "{ecosystem}: {newer} > {older}"
                );
            }
        }
    }

    #[test]
    fn debian_counts_epochs_first_and_a_tilde_before_the_end() {
        ascends(
            "deb",
            &[
                "1.0~rc1-1",
                "1.0-1",
                "1.0-1+deb12u1",
                "1.0-1+deb12u10",
                "1.0.1-1",
                "1.10-1",
                "1:0.9-1",
            ],
        );
        assert_eq!(compare("deb", "0:1.0-1", "1.0-1"), Some(Ordering::Equal));
    }

    #[test]
    fn rpm_counts_epochs_first_a_tilde_before_and_a_caret_behind_the_end() {
        ascends(
            "rpm",
            &[
                "1.0~rc1-1",
                "1.0-1",
                "1.0^git1-1",
                "1.0.1-1",
                "1.0.10-1.el9",
                "1.0.10-2.el9",
                "1:0.1-1",
            ],
        );
    }

    #[test]
    fn alpine_knows_letters_suffixes_and_revisions() {
        ascends(
            "apk",
            &[
                "1.2_alpha1-r0",
                "1.2_rc1-r0",
                "1.2-r0",
                "1.2-r10",
                "1.2_p1-r0",
                "1.2a-r0",
                "1.2.1-r0",
                "1.10-r0",
            ],
        );
    }

    #[test]
    fn python_knows_development_before_and_after_releases() {
        ascends(
            "pypi",
            &[
                "1.0.dev1",
                "1.0a1",
                "1.0b2",
                "1.0rc1",
                "1.0",
                "1.0+local.1",
                "1.0.post1",
                "1.1",
                "1.10",
                "1!0.5",
            ],
        );
        assert_eq!(compare("pypi", "1.0", "1.0.0"), Some(Ordering::Equal));
        assert_eq!(compare("pypi", "1.0-RC.1", "1.0rc1"), Some(Ordering::Equal));
        assert_eq!(compare("pypi", "latest", "1.0"), None);
    }

    #[test]
    fn npm_and_go_follow_semantic_versions() {
        let versions = [
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-rc.2",
            "1.0.0-rc.11",
            "1.0.0",
            "1.2.0",
            "1.10.0",
        ];
        ascends("npm", &versions);
        ascends(
            "golang",
            &[
                "v0.0.0-20200101000000-abcdefabcdef",
                "v0.1.0",
                "v1.9.0",
                "v1.10.0+incompatible",
                "v2.0.0",
            ],
        );
        assert_eq!(compare("golang", "v1.2.0", "1.2.0"), Some(Ordering::Equal));
        assert_eq!(compare("npm", "file:../x", "1.0.0"), None);
    }

    #[test]
    fn an_order_that_is_not_known_is_not_guessed() {
        assert_eq!(compare("conan", "1.0", "1.1"), None);
    }
}
