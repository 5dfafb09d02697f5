//! Versions in each ecosystem's own order: the tables of their specifications and of their own
//! tests, and that each order is one.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::version::{Ecosystem, compare, least_above};
use proptest::prelude::*;
use std::cmp::Ordering;

/// Each is earlier than every one behind it.
fn assert_ascending(ecosystem: &str, versions: &[&str]) {
    for (at, a) in versions.iter().enumerate() {
        for (other, b) in versions.iter().enumerate() {
            let found = compare(ecosystem, a, b);
            assert_eq!(found, Some(at.cmp(&other)), "{ecosystem}: {a} and {b}");
        }
    }
}

fn assert_equal(ecosystem: &str, pairs: &[(&str, &str)]) {
    for (a, b) in pairs {
        let found = compare(ecosystem, a, b);
        assert_eq!(found, Some(Ordering::Equal), "{ecosystem}: {a} and {b}");
    }
}

fn assert_none(ecosystem: &str, versions: &[&str]) {
    for version in versions {
        assert_eq!(
            compare(ecosystem, version, "1"),
            None,
            "{ecosystem}: {version}"
        );
    }
}

#[test]
fn debians_order_is_that_of_dpkg() {
    let own = [
        "1~~",
        "1~~a",
        "1~",
        "1",
        "1a",
        "1+b1",
        "1.0",
        "1.9-1",
        "1.10-1",
        "1.10-1+deb12u1",
    ];
    assert_ascending("deb", &own);
    assert_ascending(
        "debian",
        &["3.0.17-1~deb12u1", "3.0.17-1~deb12u2", "3.0.17-1", "1:0.1"],
    );
    assert_equal(
        "deb",
        &[("0:1.0-1", "1.0-1"), ("1.00", "1.0"), ("1.0-0", "1.0")],
    );
    assert_none("deb", &["", "x:1", "1 0", "<not-affected>"]);
}

#[test]
fn rpms_order_is_that_of_its_own_tests() {
    assert_ascending(
        "rpm",
        &[
            "1.0~rc1^git1",
            "1.0~rc1^git2",
            "1.0~rc2",
            "1.0",
            "1.0^",
            "1.0^git1",
            "1.0^git1.1",
            "1.0.1",
        ],
    );
    assert_ascending("rpm", &["xyz", "8", "10.0001.1", "10.0002"]);
    assert_ascending(
        "redhat",
        &[
            "3.0.7-18.el9_2",
            "3.0.7-24.el9",
            "3.0.7-25.el9_3",
            "1:1.1.1-1",
        ],
    );
    assert_equal(
        "rpm",
        &[
            ("2.0", "2_0"),
            ("10.0001", "10.1"),
            ("a+", "a_"),
            ("0:1-1", "1-1"),
        ],
    );
    assert_ascending("rpm", &["5.5p1", "5.5p2", "5.5p10", "5.6p1"]);
    assert_none("rpm", &["", "a:1", "1 2"]);
}

#[test]
fn alpines_order_is_that_of_apk() {
    let own = [
        "0.1_alpha1",
        "0.1_alpha2",
        "0.1_beta1",
        "0.1_pre2",
        "0.1_rc1",
        "0.1",
        "0.1-r1",
        "0.1_git20200101",
        "0.1_p1",
        "0.1a",
        "0.1.0",
        "0.1.1",
    ];
    assert_ascending("apk", &own);
    assert_ascending("alpine", &["3.1.4-r5", "3.1.4-r6", "3.1.10-r0", "13.0.1"]);
    assert_ascending("apk", &["1.01", "1.1", "1.2", "1.10"]);
    assert_none("apk", &["", "v1", "1.", "1_nope", "1-2"]);
}

#[test]
fn semantic_versions_are_ordered_as_their_specification_says() {
    let own = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.9.0",
        "1.10.0",
    ];
    for ecosystem in ["npm", "cargo", "golang"] {
        assert_ascending(ecosystem, &own);
    }
    assert_equal(
        "golang",
        &[("v1.2.3+incompatible", "v1.2.3"), ("go1.22", "1.22.0")],
    );
    let pseudo = [
        "v0.0.0-20210101000000-abcdefabcdef",
        "v0.0.0-20220101000000-abcdefabcdef",
        "v0.0.0",
    ];
    assert_ascending("golang", &pseudo);
    assert_ascending("gobinary", &["1.22rc1", "1.22rc2", "1.22", "1.22.1"]);
    assert_ascending("nuget", &["1.2.3", "1.2.3.4", "1.2.4"]);
    assert_none("npm", &["", "latest", "1..2", "1.2.3-a b", "^1.0"]);
}

#[test]
fn pythons_order_is_that_of_pep_440() {
    let own = [
        "1.0.dev456",
        "1.0a1",
        "1.0a2.dev456",
        "1.0a12",
        "1.0b1.dev456",
        "1.0b2",
        "1.0b2.post345",
        "1.0rc1",
        "1.0",
        "1.0+abc.5",
        "1.0.post456",
        "1.1.dev1",
        "1!0.1",
    ];
    assert_ascending("pypi", &own);
    assert_equal(
        "pypi",
        &[("1.0", "1.0.0"), ("1.0-alpha1", "1.0a1"), ("v1.0", "1.0")],
    );
    assert_none("pypi", &["", "french toast", "1.0-x.y"]);
}

#[test]
fn mavens_order_is_that_of_its_specification() {
    let own = [
        "1-alpha",
        "1-beta",
        "1-milestone",
        "1-rc",
        "1-rc1",
        "1-snapshot",
        "1",
        "1-sp",
        "1-foo2",
        "1-foo10",
        "1-1",
        "1-2",
        "1.1",
        "1.2",
        "1.10",
    ];
    assert_ascending("maven", &own);
    assert_equal(
        "maven",
        &[
            ("1", "1.0.0"),
            ("1-ga", "1"),
            ("1.0-final", "1"),
            ("1-a1", "1-alpha-1"),
            ("1.0-CR1", "1-rc1"),
            ("2.0.RELEASE", "2"),
            ("1.0.RC2", "1.0-RC2"),
            ("1-1.foo-bar1baz-.1", "1-1.foo-bar-1-baz-0.1"),
        ],
    );
    assert_ascending("jar", &["2.14.0", "2.14.1", "2.15.0-rc1", "2.15.0"]);
    assert_none("maven", &["", "[1,2)", "…"]);
}

#[test]
fn rubys_order_is_that_of_gem_version() {
    let own = [
        "1.0.a",
        "1.0.a.1",
        "1.0.b1",
        "1.0.rc1",
        "1.0",
        "1.0.1.pre",
        "1.0.1",
        "1.9.3",
        "1.10",
    ];
    assert_ascending("gem", &own);
    assert_equal(
        "gem",
        &[("1", "1.0.0"), ("1.0-1", "1.0.pre.1"), ("1.0.a", "1.a")],
    );
    assert_none("gem", &["", "x1", "1 2"]);
}

#[test]
fn what_is_of_no_known_ecosystem_has_no_order() {
    assert_eq!(compare("generic", "1", "2"), None);
    assert_eq!(compare("deb", &"1".repeat(600), "2"), None);
    assert_eq!(
        Ecosystem::of_purl("pkg:deb/debian/openssl@3"),
        Some(Ecosystem::Dpkg)
    );
    assert_eq!(Ecosystem::of_purl("cpe:2.3:a"), None);
}

#[test]
fn of_several_fixed_versions_the_least_above_the_installed_one_counts() {
    let npm = Ecosystem::Dotted;
    assert_eq!(
        least_above(npm, "2.1.0", "1.9.9, 2.2.0, 3.0.1"),
        Some("2.2.0")
    );
    assert_eq!(least_above(npm, "3.1.0", "1.9.9, 2.2.0"), None);
    assert_eq!(
        least_above(Ecosystem::Dpkg, "3.0.17-1", "3.0.18-1"),
        Some("3.0.18-1")
    );
}

fn any() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "0", "1", "2", "10", "01", "00", ".", "-", "~", "^", "_", "+", ":", "a", "b", "rc",
        "alpha", "_rc", "_p", "-r1", "dev", "post", "snapshot", "sp", "final", "foo", "v",
    ]);
    prop::collection::vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn each_order_is_total(a in any(), b in any(), c in any()) {
        for name in ["deb", "rpm", "apk", "npm", "pypi", "maven", "gem"] {
            let versions = ["1", &a, &b, &c].map(|text| format!("1.{text}"));
            let mut known: Vec<&String> =
                versions.iter().filter(|v| compare(name, v, v).is_some()).collect();
            let order = |x: &str, y: &str| compare(name, x, y).unwrap();
            for x in &known {
                prop_assert_eq!(order(x, x), Ordering::Equal);
                for y in &known {
                    prop_assert_eq!(order(x, y), order(y, x).reverse(), "{} {} {}", name, x, y);
                }
            }
            known.sort_by(|x, y| order(x, y));
            for (at, x) in known.iter().enumerate() {
                for y in &known[at..] {
                    prop_assert!(order(x, y) != Ordering::Greater, "{} {} {}", name, x, y);
                }
            }
        }
    }

    #[test]
    fn no_text_makes_a_comparison_panic(a: String, b: String) {
        for name in ["deb", "rpm", "apk", "npm", "pypi", "maven", "gem"] {
            let _ = compare(name, &a, &b);
        }
    }
}
