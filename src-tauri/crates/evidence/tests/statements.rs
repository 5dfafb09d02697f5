//! In-toto statements, DSSE envelopes and Sigstore bundles: the predicate is what counts.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Format, Kind, Report, Severity, parse};
use std::{fs, path::Path};

fn read(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    parse(name, &fs::read(path.join(name)).unwrap()).unwrap()
}

#[test]
fn a_predicate_is_read_as_what_it_is() {
    for (name, kind) in [
        ("test-result", Kind::Tests),
        ("vulns-v01", Kind::Vulnerabilities),
        ("vulns-v02", Kind::Vulnerabilities),
        ("cosign-vuln", Kind::Vulnerabilities),
        ("cosign-vuln-other", Kind::Vulnerabilities),
        ("scout", Kind::Vulnerabilities),
        ("spdx", Kind::Sbom),
        ("spdx-text", Kind::Sbom),
        ("cyclonedx", Kind::Sbom),
        ("cyclonedx-data", Kind::Sbom),
        ("openvex", Kind::Vex),
        ("provenance-v02", Kind::Provenance),
        ("provenance-v1", Kind::Provenance),
        ("verification", Kind::Statement),
        ("release", Kind::Statement),
        ("no-subject", Kind::Statement),
    ] {
        let report = read(&format!("in-toto/{name}.json"));
        assert_eq!(
            (report.format, report.kind),
            (Format::InToto, kind),
            "{name}"
        );
        assert!(report.statement.unwrap().predicate_type.is_some(), "{name}");
    }
}

#[test]
fn the_statements_subject_binds_it() {
    let report = read("in-toto/test-result.json");
    let subject = report.subject.unwrap();
    assert_eq!(
        subject.name.as_deref(),
        Some("registry.example.com/shop/cart")
    );
    assert_eq!(subject.digest.unwrap().short(), "bbbbbbbbbbbb");
    let several = read("in-toto/release.json").subject.unwrap();
    assert_eq!((several.digest, several.repo_digests.len()), (None, 2));
    let none = read("in-toto/no-subject.json");
    assert_eq!(
        (none.subject, none.warnings),
        (None, vec!["the statement names no subject".to_owned()])
    );
}

#[test]
fn named_tests_are_counted_and_an_unnamed_failure_too() {
    let report = read("in-toto/test-result.json");
    let tests = report.tests.unwrap();
    let sum = tests.summary;
    assert_eq!(
        [sum.total, sum.passed, sum.failed, sum.errored],
        [4, 3, 1, 0]
    );
    assert_eq!(tests.cases[3].name, "removes");
    assert_eq!(tests.cases[3].line, Some(27));
    assert_eq!(report.warnings, ["1 test passed with warnings"]);
    let sum = read("in-toto/test-result-unnamed.json")
        .tests
        .unwrap()
        .summary;
    assert_eq!(
        [sum.total, sum.passed, sum.failed, sum.errored],
        [2, 1, 0, 1]
    );
}

#[test]
fn a_scan_goes_by_words_before_scores() {
    let report = read("in-toto/vulns-v02.json");
    let scan = report.vulnerabilities.unwrap();
    let told: Vec<_> = scan.findings.iter().map(|f| (&*f.id, f.severity)).collect();
    assert_eq!(
        told,
        [
            ("CVE-2026-1", Severity::High),
            ("CVE-2026-2", Severity::Medium)
        ]
    );
    assert_eq!(scan.findings[0].line, Some(24));
    let tool = report.tool.unwrap();
    assert_eq!(
        (tool.name.as_str(), tool.version.as_deref()),
        ("trivy", Some("0.58.1"))
    );
    assert_eq!(report.produced_at, "2026-11-20T07:15:03Z".parse().ok());
    assert_eq!(
        read("in-toto/vulns-v09.json").warnings,
        ["version v0.9 of the predicate is not known; it is read as version v0.2"]
    );
}

#[test]
fn cosigns_scan_holds_the_scanners_own_report() {
    let report = read("in-toto/cosign-vuln.json");
    let scan = report.vulnerabilities.unwrap();
    assert!(scan.scanned);
    let found = &scan.findings[0];
    assert_eq!(
        (&*found.package, found.severity),
        ("openssl", Severity::High)
    );
    assert_eq!(found.line, Some(29));
    assert_eq!(
        report.subject.unwrap().digest.unwrap().short(),
        "bbbbbbbbbbbb"
    );
    let other = read("in-toto/cosign-vuln-other.json");
    assert!(!other.vulnerabilities.unwrap().scanned);
    assert_eq!(other.tool.unwrap().name, "acme");
    assert!(other.warnings[0].contains("counts as no scan"));
}

#[test]
fn scouts_findings_stand_with_their_packages() {
    let report = read("in-toto/scout.json");
    let scan = report.vulnerabilities.unwrap();
    let (one, other) = (&scan.findings[0], &scan.findings[1]);
    assert_eq!((&*one.package, &*one.installed), ("@acme/cart", "1.0.0"));
    assert_eq!(
        (one.fixed.as_deref(), one.severity),
        (Some("1.0.1"), Severity::High)
    );
    assert_eq!(one.published, "2026-10-01".parse().ok());
    assert_eq!(other.severity, Severity::Critical);
    assert_eq!(scan.summary.total, 2);
}

#[test]
fn a_document_may_be_wrapped_as_cosign_does() {
    let count = |name: &str| {
        read(&format!("in-toto/{name}.json"))
            .packages
            .unwrap()
            .len()
    };
    assert_eq!(count("cyclonedx"), 6);
    assert_eq!(count("cyclonedx-data"), 6);
    assert_eq!(count("spdx"), 3);
    assert_eq!(count("spdx-text"), 2);
    let text = read("in-toto/spdx-text.json");
    assert_eq!(text.packages.unwrap()[0].line, None);
    let vex = read("in-toto/openvex.json").vex.unwrap();
    assert_eq!((vex.len(), vex[0].line), (4, Some(39)));
}

#[test]
fn provenance_says_where_how_and_from_what() {
    let report = read("in-toto/provenance-v02.json");
    assert_eq!(report.produced_at, "2026-11-20T07:15:03Z".parse().ok());
    let built = report.provenance.unwrap();
    assert_eq!(built.builder, None);
    assert_eq!(
        built.source.as_deref(),
        Some("https://git.example.com/cart.git")
    );
    assert_eq!(
        built.commit.as_deref(),
        Some("d20ace7968ba43c0219f62d71334c1095bab1602")
    );
    assert_eq!(built.entry_point.as_deref(), Some("Dockerfile"));
    assert_eq!((built.materials.len(), built.images().count()), (2, 1));
    let base = built.images().next().unwrap();
    assert_eq!(base.digest.as_ref().unwrap().short(), "aaaaaaaaaaaa");
    let built = read("in-toto/provenance-v1.json").provenance.unwrap();
    assert_eq!(
        built.builder.as_deref(),
        Some("https://git.example.com/runner")
    );
    assert_eq!(
        built.source.as_deref(),
        Some("https://git.example.com/acme/cart")
    );
    assert_eq!(
        built.commit.as_deref(),
        Some("d20ace7968ba43c0219f62d71334c1095bab1602")
    );
    assert_eq!(
        built.entry_point.as_deref(),
        Some(".github/workflows/ci.yml")
    );
    assert_eq!(
        built.invocation.as_deref(),
        Some("https://git.example.com/run/1")
    );
    assert_eq!(built.images().count(), 1);
}

#[test]
fn a_verification_is_a_verdict_of_somebody() {
    let report = read("in-toto/verification.json");
    let verdict = report.statement.unwrap().verdict.unwrap();
    assert_eq!(verdict.result.as_deref(), Some("PASSED"));
    assert_eq!(
        verdict.verifier.as_deref(),
        Some("https://acme.example/verifier")
    );
    assert_eq!(&*verdict.levels[0], "ACME_TESTED");
    assert_eq!(report.produced_at, "2026-11-20T07:15:03Z".parse().ok());
}

#[test]
fn an_envelopes_payload_is_read_and_keeps_no_lines() {
    let report = read("dsse/test-result.json");
    assert_eq!((report.format, report.kind), (Format::Dsse, Kind::Tests));
    assert_eq!(report.tests.unwrap().cases[0].line, None);
    let statement = report.statement.unwrap();
    assert_eq!(
        statement.payload_type.as_deref(),
        Some("application/vnd.in-toto+json")
    );
    assert_eq!(statement.signatures, 1);
    assert!(statement.predicate_type.unwrap().contains("test-result"));
    let report = read("dsse/cyclonedx.json");
    assert_eq!(
        (report.kind, report.packages.unwrap().len()),
        (Kind::Sbom, 6)
    );
    let other = read("dsse/other.json");
    assert_eq!((other.format, other.kind), (Format::Dsse, Kind::Statement));
    assert_eq!(
        read("dsse/unsigned.json").warnings,
        ["the envelope has no signature"]
    );
}

#[test]
fn a_bundle_of_every_version_holds_an_envelope_or_a_signature() {
    for name in ["v01", "v02", "v03"] {
        let report = read(&format!("sigstore-bundle/{name}.json"));
        let of = (report.format, report.kind);
        assert_eq!(of, (Format::SigstoreBundle, Kind::Tests), "{name}");
        assert_eq!(report.warnings, ["1 test passed with warnings"], "{name}");
    }
    let new = read("sigstore-bundle/new.json");
    assert!(new.warnings[0].contains("is not known; it is read as version 0.3"));
    let message = read("sigstore-bundle/message.json");
    assert_eq!(
        (message.format, message.kind),
        (Format::SigstoreBundle, Kind::Statement)
    );
    assert_eq!(
        message.subject.unwrap().digest.unwrap().short(),
        "bbbbbbbbbbbb"
    );
}

#[test]
fn what_cannot_be_read_inside_is_named_with_where_it_stands() {
    let statement = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[],
"predicateType":"https://cyclonedx.org/bom","predicate":{
"components":[{"name":7},
7]}}"#;
    let error = parse("x", statement.as_bytes()).unwrap_err().to_string();
    assert!(
        error.starts_with("x: line 4, ") && error.contains("damaged JSON"),
        "{error}"
    );
    for (text, part) in [
        (
            r#"{"payloadType":"application/vnd.in-toto+json","payload":"!!"}"#,
            "payload is not base64",
        ),
        (
            r#"{"payloadType":"application/vnd.in-toto+json","payload":"e30K"}"#,
            "",
        ),
        (
            r#"{"payloadType":"application/vnd.in-toto+json","payload":"e2E="}"#,
            "in the envelope's payload: line 1",
        ),
        (
            r#"{"payloadType":"application/vnd.in-toto+json","payload":""}"#,
            "payload: the file is empty",
        ),
        (
            r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#,
            "neither an envelope nor a signature",
        ),
    ] {
        match parse("x", text.as_bytes()) {
            Err(error) => assert!(error.to_string().contains(part), "{error}"),
            Ok(report) => assert_eq!((part, report.kind), ("", Kind::Statement)),
        }
    }
}
