//! Trivy's JSON in its present and its older form.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Kind, Report, Severity, parse, summary};
use std::{fs, path::Path};

fn read(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/trivy");
    parse(name, &fs::read(path.join(name)).unwrap()).unwrap()
}

#[test]
fn a_scan_has_its_figures_and_suppressed_findings_are_apart() {
    let scan = read("index-child.json").vulnerabilities.unwrap();
    let sum = scan.summary;
    assert_eq!(
        [sum.total, sum.critical, sum.high, sum.medium, sum.low],
        [3, 0, 1, 0, 2]
    );
    assert_eq!([sum.unknown, sum.fixable, sum.suppressed], [0, 1, 1]);
    assert!(scan.scanned);
    assert_eq!(scan.classes, ["lang-pkgs", "os-pkgs"]);
}

#[test]
fn a_finding_says_where_it_is_and_where_it_is_fixed() {
    let scan = read("index-child.json").vulnerabilities.unwrap();
    let first = &scan.findings[0];
    assert_eq!(
        (&*first.id, first.severity),
        ("CVE-2026-20771", Severity::High)
    );
    assert_eq!(
        (&*first.package, &*first.installed),
        ("openssl", "3.0.17-1")
    );
    assert_eq!(first.fixed.as_deref(), Some("3.0.18-1"));
    assert_eq!(first.title.as_deref(), Some("openssl: “use after free”"));
    assert_eq!(
        first.purl.as_deref(),
        Some("pkg:deb/debian/openssl@3.0.17-1?arch=arm64")
    );
    assert!(first.target.as_deref().unwrap().ends_with("(debian 12.8)"));
    let odd = &scan.findings[2];
    assert_eq!((&*odd.installed, odd.title.as_deref()), ("1.3", None));
    let suppressed = scan
        .findings
        .iter()
        .find(|finding| finding.suppressed)
        .unwrap();
    assert_eq!(&*suppressed.id, "CVE-2026-3");
    assert_eq!(suppressed.status.as_deref(), Some("not_affected"));
}

#[test]
fn the_subject_is_named_by_every_digest_the_report_has() {
    let report = read("index-child.json");
    let subject = report.subject.unwrap();
    assert_eq!(subject.digest.unwrap().short(), "bbbbbbbbbbbb");
    assert_eq!(subject.image_id.unwrap().short(), "aaaaaaaaaaaa");
    assert_eq!(subject.platform.unwrap().to_string(), "linux/arm64/v8");
    assert_eq!(report.tool.unwrap().version.as_deref(), Some("0.58.1"));
    assert_eq!(
        report.produced_at,
        Some("2026-11-20T07:15:03.123456789Z".parse().unwrap())
    );
}

#[test]
fn the_older_array_of_results_is_read() {
    let report = read("array.json");
    assert_eq!((report.kind, report.subject), (Kind::Vulnerabilities, None));
    let scan = report.vulnerabilities.unwrap();
    let sum = scan.summary;
    assert_eq!(
        [sum.total, sum.critical, sum.medium, sum.fixable],
        [2, 1, 1, 2]
    );
    assert!(scan.scanned);
    assert_eq!(report.warnings, [""; 0]);
}

#[test]
fn a_report_without_packages_has_noughts_and_a_warning() {
    let report = read("empty.json");
    assert!(!report.vulnerabilities.as_ref().unwrap().scanned);
    let found = summary("empty.json", &Ok(report));
    assert_eq!(found.vulnerabilities, Some(Default::default()));
    assert!(found.warnings[0].contains("no packages were scanned"));
}

#[test]
fn a_clean_scan_of_packages_is_a_scan() {
    let text = br#"{"SchemaVersion":2,"ArtifactName":"x","Results":[{"Target":"x","Class":"os-pkgs","Type":"debian"}]}"#;
    let report = parse("clean.json", text).unwrap();
    assert!(report.vulnerabilities.unwrap().scanned);
    assert_eq!(report.warnings, [""; 0]);
}

#[test]
fn a_newer_schema_is_read_with_a_warning() {
    let text = br#"{"SchemaVersion":3,"ArtifactName":"x","Results":[{"Class":"os-pkgs"}]}"#;
    let report = parse("new.json", text).unwrap();
    assert_eq!(
        report.warnings,
        ["schema version 3 is not known; it is read as version 2"]
    );
}

#[test]
fn the_object_printed_for_a_file_is_the_contracts() {
    let parsed = Ok(read("index-child.json"));
    let printed = serde_json::to_string(&summary("index-child.json", &parsed)).unwrap();
    assert_eq!(
        printed,
        concat!(
            r#"{"file":"index-child.json","format":"trivy-json","kind":"vulnerabilities","#,
            r#""tool":{"name":"trivy","version":"0.58.1"},"#,
            r#""subject":{"name":"registry.example.com/shop/cart:1.4","#,
            r#""digest":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"},"#,
            r#""produced_at":"2026-11-20T07:15:03Z","tests":null,"#,
            r#""vulnerabilities":{"total":3,"critical":0,"high":1,"medium":0,"low":2,"#,
            r#""unknown":0,"fixable":1,"suppressed":1},"packages":null,"warnings":[],"error":null}"#
        )
    );
}

#[test]
fn truncated_and_damaged_json_are_told_apart_with_their_line() {
    let whole = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/trivy/index-child.json"),
    )
    .unwrap();
    let cut = parse("cut.json", &whole.as_bytes()[..1500])
        .unwrap_err()
        .to_string();
    assert!(
        cut.starts_with("cut.json: line 33, ") && cut.contains("cut short"),
        "{cut}"
    );
    let damaged = whole.replacen("\"Class\":", "\"Class\" ", 1);
    let error = parse("bad.json", damaged.as_bytes())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("bad.json: line 17, ") && error.contains("damaged JSON"),
        "{error}"
    );
}
