//! Real reports of other projects, read where their folder is beside the checkout.
//!
//! They are not part of this project, so without the folder each test says so and passes.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may stop where it stands"
)]

use hallmark_evidence::{Format, Kind, Summary, parse, summary};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/samples");
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: {} is not here", path.display());
    None
}

fn read(folder: &Path, name: &str) -> Summary {
    let bytes = fs::read(folder.join(name)).unwrap();
    summary(name, &parse(name, &bytes))
}

#[test]
fn pytest_is_counted_as_the_tool_itself_counts_it() {
    let Some(folder) = folder() else { return };
    let counts = fs::read(folder.join("junit/pytest-fail.counts.json")).unwrap();
    let counts: serde_json::Value = serde_json::from_slice(&counts).unwrap();
    let tests = read(&folder, "junit/pytest-fail.xml").tests.unwrap();
    let expected = |name: &str| counts["stats"][name].as_u64().unwrap();
    assert_eq!(tests.total, expected("tests"));
    assert_eq!(tests.passed, expected("tests_succ"));
    assert_eq!(tests.failed, expected("tests_fail"));
    assert_eq!(tests.errored, expected("tests_error"));
    assert_eq!(tests.skipped, expected("tests_skip"));
    assert_eq!(
        tests.duration_s.floor(),
        counts["stats"]["duration"].as_f64().unwrap()
    );
}

#[test]
fn the_corrupt_file_is_a_clear_error() {
    let Some(folder) = folder() else { return };
    let found = read(&folder, "junit/corrupt.xml");
    assert_eq!(found.format, Some(Format::Junit));
    assert_eq!(found.tests, None);
    let error = found.error.unwrap();
    assert!(
        error.starts_with("junit/corrupt.xml: line 11, ")
            && error.contains("cut short")
            && error.contains("<skipped> of line 9 is never closed"),
        "{error}"
    );
}

#[test]
fn test_reports_have_their_figures() {
    let Some(folder) = folder() else { return };
    for (name, total, errored, tool) in [
        ("junit/bazel-suite-logs.xml", 1, 1, None),
        ("junit/jest.xml", 2, 0, Some("jest")),
        ("junit/mocha.xml", 109, 0, Some("mocha")),
        ("junit/pytest-fail.xml", 5, 0, Some("pytest")),
    ] {
        let found = read(&folder, name);
        assert_eq!(
            (found.format, found.kind),
            (Some(Format::Junit), Some(Kind::Tests)),
            "{name}"
        );
        let tests = found.tests.unwrap();
        assert_eq!((tests.total, tests.errored), (total, errored), "{name}");
        assert_eq!(found.tool.map(|tool| tool.name).as_deref(), tool, "{name}");
        assert_eq!(found.warnings, [""; 0], "{name}");
    }
}

#[test]
fn scans_have_their_figures() {
    let Some(folder) = folder() else { return };
    for (
        name,
        [
            total,
            critical,
            high,
            medium,
            low,
            unknown,
            fixable,
            suppressed,
        ],
        warnings,
    ) in [
        ("trivy/alpine-310.json", [4, 0, 0, 4, 0, 0, 4, 0], 0),
        ("trivy/debian-buster.json", [2, 1, 0, 0, 1, 0, 1, 0], 0),
        ("trivy/gomod-vex.json", [4, 0, 0, 0, 0, 4, 4, 0], 0),
        ("trivy/npm.json", [1, 0, 0, 1, 0, 0, 1, 0], 0),
        ("trivy/secrets.json", [0, 0, 0, 0, 0, 0, 0, 0], 1),
    ] {
        let found = read(&folder, name);
        let scan = found.vulnerabilities.unwrap();
        let figures = [
            scan.total,
            scan.critical,
            scan.high,
            scan.medium,
            scan.low,
            scan.unknown,
            scan.fixable,
            scan.suppressed,
        ];
        let expected = [
            total, critical, high, medium, low, unknown, fixable, suppressed,
        ];
        println!("{name} {figures:?} {:?}", found.warnings);
        assert_eq!(found.format, Some(Format::TrivyJson), "{name}");
        assert_eq!(figures, expected, "{name}");
        assert_eq!(found.warnings.len(), warnings, "{name}");
    }
}

#[test]
fn test_reports_of_every_other_format_have_their_figures() {
    let Some(folder) = folder() else { return };
    for (name, format, figures, warnings) in [
        ("ctrf/comprehensive.json", Format::Ctrf, [3, 2, 1, 0, 0], 1),
        ("nunit/nunit3-simple.xml", Format::Nunit, [2, 2, 0, 0, 0], 1),
        ("trx/mstest-pickles.trx", Format::Trx, [4, 3, 1, 0, 0], 0),
    ] {
        let found = read(&folder, name);
        let of = (found.format, found.kind);
        assert_eq!(of, (Some(format), Some(Kind::Tests)), "{name}");
        let sum = found.tests.unwrap();
        let counted = [sum.total, sum.passed, sum.failed, sum.errored, sum.skipped];
        assert_eq!(counted, figures, "{name}");
        assert_eq!(found.warnings.len(), warnings, "{name}");
    }
}

#[test]
fn scans_as_sarif_have_the_figures_of_the_tools_own_words() {
    let Some(folder) = folder() else { return };
    for (name, [total, critical, medium, low, fixable]) in [
        ("sarif/grype-image.sarif", [2, 1, 0, 1, 1]),
        ("sarif/trivy-alpine-310.sarif", [4, 0, 4, 0, 4]),
    ] {
        let found = read(&folder, name);
        let of = (found.format, found.kind);
        assert_eq!(
            of,
            (Some(Format::Sarif), Some(Kind::Vulnerabilities)),
            "{name}"
        );
        let sum = found.vulnerabilities.unwrap();
        let counted = [sum.total, sum.critical, sum.medium, sum.low, sum.fixable];
        assert_eq!(counted, [total, critical, medium, low, fixable], "{name}");
        assert_eq!(found.warnings, [""; 0], "{name}");
    }
}

#[test]
fn bills_of_materials_have_their_packages() {
    let Some(folder) = folder() else { return };
    for (name, format) in [
        ("cyclonedx/fluentd.cdx.json", Format::Cyclonedx),
        ("cyclonedx/valid-bom-1.4.json", Format::Cyclonedx),
        ("cyclonedx/valid-bom-1.5.json", Format::Cyclonedx),
        ("cyclonedx/valid-bom-1.6.json", Format::Cyclonedx),
        ("cyclonedx/valid-vulnerability-1.6.json", Format::Cyclonedx),
        ("spdx/conda.spdx.json", Format::Spdx),
        ("spdx/examplemaven.spdx.json", Format::Spdx),
    ] {
        let found = read(&folder, name);
        let of = (found.format, found.kind);
        assert_eq!(of, (Some(format), Some(Kind::Sbom)), "{name}");
        let bytes = fs::read(folder.join(name)).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let expected = match format {
            Format::Spdx => document["packages"].as_array().unwrap().len(),
            _ => components(&document),
        };
        assert!(expected > 0, "{name}");
        assert_eq!(found.packages.unwrap().total, expected as u64, "{name}");
        assert_eq!(found.warnings, [""; 0], "{name}");
    }
}

/// How many components there are, those within others among them.
fn components(of: &serde_json::Value) -> usize {
    let list = of["components"].as_array();
    list.map_or(0, |list| list.iter().map(|one| 1 + components(one)).sum())
}

#[test]
fn a_vulnerability_that_was_analysed_is_set_aside() {
    let Some(folder) = folder() else { return };
    let found = read(&folder, "cyclonedx/valid-vulnerability-1.6.json");
    let sum = found.vulnerabilities.unwrap();
    assert_eq!((sum.total, sum.suppressed), (0, 1));
}

#[test]
fn an_archive_under_a_reports_name_is_called_an_archive() {
    let Some(folder) = folder() else { return };
    let found = read(&folder, "grype/image-simple.json");
    assert_eq!(found.format, None);
    assert!(found.error.unwrap().contains("a tar archive"));
}

#[test]
fn every_file_is_read_or_refused_with_its_name() {
    let Some(folder) = folder() else { return };
    let (mut files, mut refused) = (0, Vec::new());
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(inside) = fs::read_dir(&path) else {
            continue;
        };
        for file in inside {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let parsed = parse(&name, &fs::read(&path).unwrap());
            if let Err(error) = &parsed {
                assert!(error.to_string().starts_with(&name), "{error}");
                refused.push(name.clone());
            }
            println!(
                "{}",
                serde_json::to_string(&summary(&name, &parsed)).unwrap()
            );
            files += 1;
        }
    }
    assert!(files > 20, "only {files} files were found");
    refused.sort();
    let no_reports = [
        "corrupt.xml",
        "image-simple.json",
        "pytest-fail.counts.json",
    ];
    assert_eq!(refused, no_reports);
}
