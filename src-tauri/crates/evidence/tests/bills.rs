//! Bills of materials and VEX documents: CycloneDX, SPDX, OpenVEX.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Format, Kind, Package, Report, Severity, VexStatus, parse, summary};
use std::{fs, path::Path};

fn read(name: &str) -> Report {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    parse(name, &fs::read(path.join(name)).unwrap()).unwrap()
}

fn package<'r>(report: &'r Report, name: &str) -> &'r Package {
    let packages = report.packages.as_ref().unwrap();
    packages
        .iter()
        .find(|package| &*package.name == name)
        .unwrap()
}

fn names(report: &Report) -> Vec<&str> {
    let packages = report.packages.as_ref().unwrap();
    packages.iter().map(|package| &*package.name).collect()
}

#[test]
fn nested_components_count_and_what_the_bill_is_about_does_not() {
    let json = read("cyclonedx/bom.json");
    assert_eq!((json.format, json.kind), (Format::Cyclonedx, Kind::Sbom));
    assert_eq!(
        names(&json),
        [
            "openssl",
            "inner",
            "innermost",
            "@acme/cart",
            "org.acme:tool",
            "debian"
        ]
    );
    let xml = read("cyclonedx/bom.xml");
    assert_eq!((xml.format, xml.kind), (Format::Cyclonedx, Kind::Sbom));
    assert_eq!(names(&xml), ["org.acme:tool & co", "inner", "last"]);
    let printed = summary("bom.xml", &Ok(xml));
    assert_eq!(printed.packages.unwrap().total, 3);
}

#[test]
fn a_package_says_all_that_is_known_of_it() {
    let report = read("cyclonedx/bom.json");
    let openssl = package(&report, "openssl");
    assert_eq!(openssl.version.as_deref(), Some("3.0.17-1"));
    assert_eq!(
        openssl.purl.as_deref(),
        Some("pkg:deb/debian/openssl@3.0.17-1?arch=arm64")
    );
    assert_eq!(openssl.sort.as_deref(), Some("library"));
    let licences: Vec<&str> = openssl.licences.iter().map(|one| &**one).collect();
    assert_eq!(licences, ["Apache-2.0", "Ours", "MIT OR BSD-2-Clause"]);
    assert_eq!(openssl.line, Some(11));
    assert_eq!(package(&report, "debian").version.as_deref(), Some("12"));
    let report = read("cyclonedx/bom.xml");
    let tool = package(&report, "org.acme:tool & co");
    let licences: Vec<&str> = tool.licences.iter().map(|one| &**one).collect();
    assert_eq!(
        licences,
        ["MIT", "Ours"],
        "what was found in the files is not its own"
    );
    assert_eq!(
        (tool.version.as_deref(), tool.line),
        (Some("2.0"), Some(13))
    );
    let last = package(&report, "last");
    assert_eq!(&*last.licences[0], "MIT OR BSD-2-Clause");
}

#[test]
fn the_bill_names_its_tool_its_time_and_its_image() {
    for (name, tool, version) in [
        ("cyclonedx/bom.json", "syft", "1.18.0"),
        ("cyclonedx/bom.xml", "cyclonedx-maven-plugin", "2.9.1"),
        ("cyclonedx/vex.json", "vexer", "1"),
        ("spdx/v23.json", "syft", "1.18.0"),
        ("spdx/v22.spdx", "spdx-sbom-generator", "v0.0.15"),
    ] {
        let report = read(name);
        let found = report.tool.unwrap();
        assert_eq!(
            (found.name.as_str(), found.version.as_deref()),
            (tool, Some(version))
        );
        assert_eq!(
            report.produced_at,
            "2026-11-20T07:15:03Z".parse().ok(),
            "{name}"
        );
    }
    let image = |name| read(name).subject.unwrap();
    for name in ["cyclonedx/bom.json", "spdx/v23.json", "spdx/v3.json"] {
        assert_eq!(
            image(name).digest.unwrap().short(),
            "bbbbbbbbbbbb",
            "{name}"
        );
    }
    assert_eq!(
        image("spdx/v23.json").platform.unwrap().to_string(),
        "linux/arm64"
    );
    assert_eq!(
        image("spdx/v23.json").image_id.unwrap().short(),
        "aaaaaaaaaaaa"
    );
    assert_eq!(
        image("cyclonedx/bom.xml").image_id.unwrap().short(),
        "aaaaaaaaaaaa"
    );
    assert_eq!(image("spdx/v22.spdx").digest, None);
}

#[test]
fn a_vulnerability_is_a_finding_in_each_component_that_it_affects() {
    let report = read("cyclonedx/bom.json");
    let scan = report.vulnerabilities.as_ref().unwrap();
    let told: Vec<_> = scan
        .findings
        .iter()
        .map(|f| {
            (
                &*f.id,
                &*f.package,
                &*f.installed,
                f.severity,
                f.fixed.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "CVE-2026-1",
                "openssl",
                "3.0.17-1",
                Severity::High,
                Some("3.0.18-1")
            ),
            (
                "CVE-2026-1",
                "@acme/cart",
                "1.0.0",
                Severity::High,
                Some("3.0.18-1")
            ),
            (
                "CVE-2026-2",
                "@acme/cart",
                "1.0.0",
                Severity::Critical,
                Some("1.0.1")
            ),
            ("CVE-2026-3", "else", "4", Severity::Unknown, None),
            (
                "CVE-2026-3",
                "registry.example.com/shop/cart:1.4",
                &format!("sha256:{}", "b".repeat(64)),
                Severity::Unknown,
                None
            ),
        ]
    );
    assert_eq!((scan.summary.total, scan.summary.suppressed), (4, 1));
    assert_eq!(&*scan.findings[0].aliases[0], "GHSA-1");
    assert_eq!(scan.findings[0].title.as_deref(), Some("use after free"));
}

#[test]
fn an_analysis_is_a_statement() {
    let report = read("cyclonedx/bom.json");
    let vex = report.vex.unwrap();
    assert_eq!(vex.len(), 2);
    assert_eq!(
        (&*vex[0].id, vex[0].status),
        ("CVE-2026-2", VexStatus::NotAffected)
    );
    assert_eq!(vex[0].justification.as_deref(), Some("code_not_reachable"));
    assert_eq!(vex[0].words.as_deref(), Some("never called"));
    assert_eq!(vex[1].status, VexStatus::Affected);
    let xml = read("cyclonedx/bom.xml");
    let scan = xml.vulnerabilities.unwrap();
    let found = &scan.findings[0];
    assert_eq!(
        (&*found.package, &*found.installed),
        ("org.acme:tool & co", "2.0")
    );
    assert_eq!(
        (found.severity, found.fixed.as_deref()),
        (Severity::Critical, Some("2.1"))
    );
    assert_eq!(&*found.aliases[0], "GHSA-1");
    assert_eq!(xml.vex.unwrap()[0].status, VexStatus::UnderInvestigation);
}

#[test]
fn a_document_without_components_is_vex_if_all_is_analysed_else_a_scan() {
    let vex = read("cyclonedx/vex.json");
    assert_eq!((vex.kind, &vex.packages), (Kind::Vex, &None));
    assert_eq!(vex.vex.unwrap()[1].status, VexStatus::Fixed);
    let scan = read("cyclonedx/scan.json");
    assert_eq!(scan.kind, Kind::Vulnerabilities);
    assert_eq!(scan.vulnerabilities.unwrap().summary.total, 2);
    assert_eq!(
        scan.warnings,
        ["CycloneDX version 2.0 is not known; it is read as version 1.7"]
    );
}

#[test]
fn every_version_of_cyclonedx_is_read_without_a_warning() {
    for version in ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"] {
        let component = r#"{"type":"library","name":"a"}"#;
        let json = format!(
            r#"{{"bomFormat":"CycloneDX","specVersion":"{version}","components":[{component}]}}"#
        );
        let xml = format!(
            "<bom xmlns='http://cyclonedx.org/schema/bom/{version}'><components>\
             <component type='library'><name>a</name></component></components></bom>"
        );
        for text in [json, xml] {
            let report = parse("bom", text.as_bytes()).unwrap();
            assert_eq!(names(&report), ["a"], "{text}");
            assert_eq!(report.warnings, [""; 0], "{text}");
        }
    }
}

#[test]
fn spdx_is_read_in_every_form() {
    let json = read("spdx/v23.json");
    assert_eq!((json.format, json.kind), (Format::Spdx, Kind::Sbom));
    assert_eq!(
        names(&json),
        ["openssl", "zlib", "registry.example.com/shop/cart"]
    );
    let tags = read("spdx/v22.spdx");
    assert_eq!((tags.format, tags.kind), (Format::Spdx, Kind::Sbom));
    assert_eq!(names(&tags), ["openssl", "zlib"]);
    for report in [&json, &tags] {
        let openssl = package(report, "openssl");
        assert_eq!(openssl.version.as_deref(), Some("3.0.17-1"));
        assert_eq!(
            openssl.purl.as_deref(),
            Some("pkg:deb/debian/openssl@3.0.17-1")
        );
        assert_eq!(&*openssl.licences[0], "Apache-2.0");
        assert_eq!(&*package(report, "zlib").licences[0], "Zlib");
        assert_eq!(report.warnings, [""; 0]);
    }
    assert_eq!(package(&json, "zlib").line, Some(9));
    assert_eq!(package(&tags, "zlib").line, Some(28));
    let graph = read("spdx/v3.json");
    assert_eq!(names(&graph), ["cart", "openssl", "model"]);
    let openssl = package(&graph, "openssl");
    assert_eq!(openssl.purl.as_deref(), Some("pkg:generic/openssl@3.0.17"));
    assert_eq!(
        (openssl.licences.len(), &*openssl.licences[0]),
        (1, "Apache-2.0")
    );
    assert_eq!(
        package(&graph, "model").purl.as_deref(),
        Some("pkg:huggingface/model")
    );
    assert_eq!(graph.tool.unwrap().name, "yocto");
    assert_eq!(graph.warnings, [""; 0]);
}

#[test]
fn an_empty_bill_and_a_new_version_are_mentioned() {
    assert_eq!(
        read("spdx/new.json").warnings,
        [
            "SPDX-2.9 is not known; it is read as the nearest version that is",
            "the bill of materials lists no packages"
        ]
    );
}

#[test]
fn a_text_of_spdx_that_is_never_closed_is_cut_short() {
    let text = b"SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>more\n";
    let error = parse("a.spdx", text).unwrap_err().to_string();
    assert!(
        error.contains("cut short: a <text> is never closed"),
        "{error}"
    );
}

#[test]
fn openvex_says_where_each_vulnerability_stands() {
    let report = read("openvex/v020.json");
    assert_eq!((report.format, report.kind), (Format::Openvex, Kind::Vex));
    let vex = report.vex.unwrap();
    let told: Vec<_> = vex.iter().map(|one| (&*one.id, one.status)).collect();
    assert_eq!(
        told,
        [
            ("CVE-2026-1", VexStatus::NotAffected),
            ("CVE-2026-2", VexStatus::Affected),
            ("CVE-2026-3", VexStatus::Fixed),
            ("CVE-2026-4", VexStatus::UnderInvestigation),
        ]
    );
    assert_eq!(&*vex[0].aliases[0], "GHSA-1");
    assert_eq!(&*vex[0].parts[0], "pkg:deb/debian/openssl@3.0.17");
    assert_eq!(vex[0].words.as_deref(), Some("never called"));
    assert_eq!(vex[1].words.as_deref(), Some("update to 2"));
    assert_eq!(&*vex[2].products[0], "pkg:npm/cart@1");
    assert_eq!(vex[0].line, Some(12));
    assert_eq!(
        report.subject.unwrap().digest.unwrap().short(),
        "bbbbbbbbbbbb"
    );
    assert_eq!(report.produced_at, "2026-11-20T07:15:03Z".parse().ok());
    assert_eq!(report.warnings, [""; 0]);
}

#[test]
fn the_older_form_of_openvex_is_read_and_a_newer_one_is_mentioned() {
    let report = read("openvex/v001.json");
    let vex = report.vex.unwrap();
    assert_eq!(
        (&*vex[0].id, &*vex[0].products[0]),
        ("CVE-2026-1", "pkg:apk/wolfi/bash@5")
    );
    assert_eq!(&*vex[0].parts[0], "pkg:apk/wolfi/readline@8");
    assert_eq!((report.subject, report.warnings.len()), (None, 0));
    assert_eq!(
        read("openvex/new.json").warnings,
        [
            "OpenVEX version v0.9.0 is not known; it is read as version 0.2.0",
            "the document says nothing of any vulnerability"
        ]
    );
}
