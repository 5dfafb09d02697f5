//! Scans of Grype, and SARIF of scanners and of linters.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Finding, IssueLevel, Kind, Report, Severity, VulnSummary, parse};
use std::{fs, path::Path};

fn read(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    parse(name, &fs::read(path.join(name)).unwrap()).unwrap()
}

fn finding<'r>(report: &'r Report, id: &str, package: &str) -> &'r Finding {
    let findings = &report.vulnerabilities.as_ref().unwrap().findings;
    let mut of = findings
        .iter()
        .filter(|f| &*f.id == id && &*f.package == package);
    of.next().unwrap()
}

/// Total, critical, high, medium, low, unknown, fixable, suppressed.
fn figures(report: &Report) -> [u64; 8] {
    let VulnSummary {
        total,
        critical,
        high,
        medium,
        low,
        unknown,
        fixable,
        suppressed,
    } = report.vulnerabilities.as_ref().unwrap().summary;
    [
        total, critical, high, medium, low, unknown, fixable, suppressed,
    ]
}

#[test]
fn grype_has_its_figures_and_ignored_matches_are_apart() {
    let report = read("grype/report.json");
    assert_eq!(
        (report.format.name(), report.kind),
        ("grype-json", Kind::Vulnerabilities)
    );
    assert_eq!(figures(&report), [3, 0, 1, 0, 1, 1, 1, 1]);
    let ignored = finding(&report, "CVE-2026-4", "bash");
    assert!(ignored.suppressed);
    assert_eq!(ignored.status.as_deref(), Some("not_affected"));
    assert_eq!(report.warnings, [""; 0]);
}

#[test]
fn grypes_finding_says_all_that_is_known_of_it() {
    let report = read("grype/report.json");
    let found = finding(&report, "GHSA-xxxx-1", "example.com/lib");
    assert_eq!(found.fixed.as_deref(), Some("1.2.1, 2.0.0"));
    assert_eq!((&*found.aliases[0], found.aliases.len()), ("CVE-2026-1", 1));
    assert_eq!(found.title.as_deref(), Some("A \"grave\" thing"));
    assert_eq!(found.target.as_deref(), Some("/bin/shop"));
    assert_eq!(
        found.purl.as_deref(),
        Some("pkg:golang/example.com/lib@v1.1.0")
    );
    assert_eq!((found.exploited, found.epss), (true, Some(31_200)));
    assert_eq!(found.fixed_since, "2026-10-01".parse().ok());
    assert_eq!(found.line, Some(4));
    assert_eq!(
        finding(&report, "CVE-2026-2", "zlib").status.as_deref(),
        Some("wont-fix")
    );
    assert_eq!(&*finding(&report, "CVE-2026-3", "odd").installed, "3");
}

#[test]
fn grype_names_its_image_by_every_digest() {
    let report = read("grype/report.json");
    let subject = report.subject.unwrap();
    assert_eq!(
        subject.name.as_deref(),
        Some("registry.example.com/shop/cart:1.4")
    );
    assert_eq!(subject.digest.unwrap().short(), "bbbbbbbbbbbb");
    assert_eq!(subject.image_id.unwrap().short(), "aaaaaaaaaaaa");
    assert_eq!(subject.repo_digests[0].short(), "cccccccccccc");
    assert_eq!(subject.platform.unwrap().to_string(), "linux/arm64");
    assert_eq!(report.produced_at, "2026-11-20T07:15:03Z".parse().ok());
    assert_eq!(report.tool.unwrap().version.as_deref(), Some("0.85.0"));
}

#[test]
fn a_scan_of_a_folder_without_matches_is_a_clean_scan() {
    let report = read("grype/folder.json");
    assert_eq!(figures(&report), [0; 8]);
    assert!(report.vulnerabilities.unwrap().scanned);
    assert_eq!(report.subject.unwrap().name.as_deref(), Some("/src"));
}

#[test]
fn sarif_of_a_scanner_is_a_scan_in_the_scanners_own_words() {
    let report = read("sarif/trivy.sarif");
    assert_eq!(
        (report.format.name(), report.kind),
        ("sarif", Kind::Vulnerabilities)
    );
    assert_eq!(figures(&report), [2, 0, 1, 0, 0, 1, 1, 1]);
    let found = finding(&report, "CVE-2026-1", "openssl");
    assert_eq!(
        (&*found.installed, found.fixed.as_deref()),
        ("3.0.17", Some("3.0.18"))
    );
    assert_eq!(found.title.as_deref(), Some("openssl: use after free"));
    assert_eq!(found.target.as_deref(), Some("shop/cart:1"));
    assert_eq!(found.line, Some(11));
    let other = finding(&report, "CVE-2026-1", "libssl3");
    assert_eq!(
        (other.severity, other.suppressed),
        (Severity::Critical, true)
    );
    assert_eq!(
        report.warnings,
        ["1 result is about no vulnerability, and not counted as findings"]
    );
    assert_eq!(report.issues.unwrap().len(), 1);
    let subject = report.subject.unwrap();
    assert_eq!(subject.digest.unwrap().short(), "bbbbbbbbbbbb");
    assert_eq!(subject.image_id.unwrap().short(), "aaaaaaaaaaaa");
}

#[test]
fn sarif_of_a_linter_is_a_report_of_issues() {
    let report = read("sarif/linter.sarif");
    assert_eq!(
        (report.kind, &report.vulnerabilities),
        (Kind::Findings, &None)
    );
    let issues = report.issues.unwrap();
    let told: Vec<_> = issues
        .iter()
        .map(|one| (&*one.rule, one.level, one.suppressed))
        .collect();
    assert_eq!(
        told,
        [
            ("js/xss/deep", IssueLevel::Error, false),
            ("js/unused", IssueLevel::Note, true),
            ("js/unused", IssueLevel::Error, false),
        ]
    );
    assert_eq!(issues[0].message.as_deref(), Some("<b>unsafe</b>"));
    assert_eq!(issues[0].source.as_deref(), Some("src/a.js:7"));
    assert_eq!(report.tool.unwrap().version.as_deref(), Some("2.20.0"));
    assert_eq!(report.produced_at, "2026-11-02T08:15:03Z".parse().ok());
    assert_eq!(
        report.warnings,
        ["SARIF version 2.2.0 is not known; it is read as version 2.1.0"]
    );
}

#[test]
fn an_empty_report_of_a_scanner_is_a_clean_scan() {
    let report = read("sarif/empty-scan.sarif");
    assert_eq!(
        (report.kind, figures(&report)),
        (Kind::Vulnerabilities, [0; 8])
    );
}
