//! Input that nobody means well with: a result or an error, never a panic, never a hang.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Format, Report, parse, summary};
use proptest::prelude::*;
use std::{fs, path::Path};

fn fixtures() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut all = Vec::new();
    for folder in ["junit", "trivy"] {
        for file in fs::read_dir(root.join(folder)).unwrap() {
            all.push(fs::read(file.unwrap().path()).unwrap());
        }
    }
    all
}

fn error(bytes: &[u8]) -> String {
    parse("report", bytes).unwrap_err().to_string()
}

/// What holds of every report, whoever wrote it.
fn assert_adds_up(report: &Report) {
    if let Some(tests) = &report.tests {
        let sum = tests.summary;
        let parts = [sum.passed, sum.failed, sum.errored, sum.skipped];
        assert_eq!(parts.into_iter().fold(0, u64::saturating_add), sum.total);
        assert!(sum.total >= tests.cases.len() as u64);
        assert!(sum.duration_s.is_finite() && sum.duration_s >= 0.0);
        for case in &tests.cases {
            assert!(case.message.as_deref().unwrap_or_default().len() <= 4 * 1024);
            assert!(case.detail.as_deref().unwrap_or_default().len() <= 16 * 1024);
        }
    }
    if let Some(scan) = &report.vulnerabilities {
        let sum = scan.summary;
        let parts = sum.critical + sum.high + sum.medium + sum.low + sum.unknown;
        assert_eq!(parts, sum.total);
        assert_eq!((sum.total + sum.suppressed) as usize, scan.findings.len());
    }
}

#[test]
fn nothing_but_white_space_is_called_empty() {
    for bytes in [&b""[..], b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe \0"] {
        assert!(error(bytes).contains("the file is empty"), "{bytes:?}");
    }
}

#[test]
fn content_that_is_no_report_is_named() {
    for (bytes, part) in [
        (&b"hello\nworld"[..], "it begins with “hello”"),
        (b"PK\x03\x04rest", "a zip archive"),
        (b"\x1f\x8b\x08rest", "compressed with gzip"),
        (b"<html><body>Log in</body></html>", "a web page"),
        (b"<project/>", "its XML begins with <project>"),
        (b"{\"b\":1,\"a\":2}", "it is JSON with a, b"),
        (b"{}", "it is JSON without members"),
        (b"[]", "it is a JSON array without members"),
        (b"[[1],2]", "it is a JSON array without members"),
        (b"{\"a\":}", "line 1, column 6: damaged JSON"),
        (b"{\"a\":", "cut short"),
        (b"<!-- nothing -->", "it has no element"),
        (b"<testsuite", "cut short"),
        (b"<testsuite name='a", "cut short"),
    ] {
        let error = error(bytes);
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn every_format_is_recognised_by_its_content() {
    for (text, format) in [
        ("<test-run id='2'/>", Format::Nunit),
        ("<assemblies/>", Format::Xunit),
        ("<TestRun xmlns='x'/>", Format::Trx),
        (
            "<bom xmlns='http://cyclonedx.org/schema/bom/1.6'/>",
            Format::Cyclonedx,
        ),
        (
            r#"{"results":{"tool":{"name":"x"},"summary":{},"tests":[]}}"#,
            Format::Ctrf,
        ),
        (r#"{"reportFormat":"CTRF"}"#, Format::Ctrf),
        ("TAP version 14\n1..2\nok 1", Format::Tap),
        ("1..2\nok 1\n", Format::Tap),
        ("# a comment\nnot ok 1 - x\n", Format::Tap),
        (
            "{\"Time\":\"x\",\"Action\":\"start\",\"Package\":\"p\"}\n{\"Action\":\"run\"}\n",
            Format::GoTestJson,
        ),
        (
            r#"{"stats":{},"tests":[],"failures":[]}"#,
            Format::MochaJson,
        ),
        (
            "{\"protocolVersion\":\"0.1.1\",\"runnerVersion\":null,\"type\":\"start\"}\n{}",
            Format::DartJson,
        ),
        (r#"{"matches":[],"source":{}}"#, Format::GrypeJson),
        (r#"{"version":"2.1.0","runs":[]}"#, Format::Sarif),
        (
            r#"{"bomFormat":"CycloneDX","specVersion":"1.7"}"#,
            Format::Cyclonedx,
        ),
        (r#"{"spdxVersion":"SPDX-2.3"}"#, Format::Spdx),
        (
            r#"{"@context":"https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}"#,
            Format::Spdx,
        ),
        ("SPDXVersion: SPDX-2.3\n", Format::Spdx),
        (
            r#"{"@context":"https://openvex.dev/ns/v0.2.0"}"#,
            Format::Openvex,
        ),
        (
            r#"{"_type":"https://in-toto.io/Statement/v1"}"#,
            Format::InToto,
        ),
        (r#"{"payloadType":"x","payload":"e30="}"#, Format::Dsse),
        (
            r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#,
            Format::SigstoreBundle,
        ),
    ] {
        let found = match parse("other", text.as_bytes()) {
            Ok(report) => Some(report.format),
            Err(error) => error.format,
        };
        assert_eq!(found, Some(format), "{text}");
    }
}

#[test]
fn the_order_of_members_does_not_matter() {
    let text =
        r#"{"Results":[{"Class":"os-pkgs"}],"Metadata":{},"ArtifactName":"x","SchemaVersion":2}"#;
    assert_eq!(
        parse("x", text.as_bytes()).unwrap().format,
        Format::TrivyJson
    );
}

#[test]
fn encodings_of_other_systems_are_read() {
    let xml = "<testsuite name='Prüfung'><testcase name='größer'/></testsuite>";
    let utf_16 = |to: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        format!("{mark}{xml}").encode_utf16().flat_map(to).collect()
    };
    let mut latin_1 = b"<?xml version='1.0' encoding='ISO-8859-1'?>".to_vec();
    latin_1.extend(xml.chars().map(|c| u8::try_from(u32::from(c)).unwrap()));
    for bytes in [
        format!("\u{feff}{xml}").into_bytes(),
        format!("<?xml version='1.0' encoding='UTF-16'?>{xml}").into_bytes(),
        utf_16(u16::to_le_bytes, "\u{feff}"),
        utf_16(u16::to_be_bytes, "\u{feff}"),
        utf_16(u16::to_le_bytes, ""),
        utf_16(u16::to_be_bytes, ""),
        latin_1,
    ] {
        let report = parse("encoded", &bytes).unwrap();
        assert_eq!(report.tests.unwrap().cases[0].name, "größer", "{bytes:?}");
        assert_eq!(report.warnings, [""; 0]);
    }
}

#[test]
fn bytes_that_are_no_text_are_shown_as_such_and_said() {
    let report = parse("x", b"<testsuite><testcase name='a\xff'/></testsuite>").unwrap();
    assert_eq!(report.tests.unwrap().cases[0].name, "a\u{fffd}");
    assert!(report.warnings[0].contains("not UTF-8"));
}

#[test]
fn an_encoding_that_nobody_knows_is_refused_by_name() {
    let error = error(b"<?xml version='1.0' encoding='EBCDIC-42'?><testsuite/>");
    assert!(
        error.contains("the encoding “EBCDIC-42” is not known"),
        "{error}"
    );
}

#[test]
fn damage_is_named_with_its_line() {
    for (text, part) in [
        ("<testsuite>\n<testcase></testsuite>", "line 2, "),
        (
            "<testsuite>\n<testcase name=a/></testsuite>",
            "line 2, column 1: damaged XML",
        ),
        ("<testsuite/>\n<testsuite/>", "were two files joined?"),
        ("<testsuite/>\nand more", "other text follows"),
        (
            "<testsuite>\n<testcase>\n",
            "<testcase> of line 2 is never closed",
        ),
        ("<testsuite><![CDATA[ x", "cut short"),
    ] {
        let error = error(text.as_bytes());
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_hundred_thousand_levels_are_refused() {
    let deep = |open: &str| open.repeat(100_000);
    let xml = error(deep("<testsuite>").as_bytes());
    assert!(xml.contains("nested more than 128 levels"), "{xml}");
    for text in [
        deep("["),
        format!("{{\"SchemaVersion\":2,\"Results\":{}", deep("[")),
        format!("{{\"SchemaVersion\":2,\"ArtifactName\":{}", deep("[")),
        format!(
            "{{\"SchemaVersion\":2,\"ArtifactName\":\"x\",\"Unknown\":{}",
            deep("{\"a\":")
        ),
    ] {
        error(text.as_bytes());
    }
}

#[test]
fn a_billion_laughs_are_not_heard() {
    let mut text = "<!DOCTYPE x [<!ENTITY a0 \"ha\">".to_owned();
    for level in 1..30 {
        let before = format!("&a{};", level - 1).repeat(10);
        text.push_str(&format!("<!ENTITY a{level} \"{before}\">"));
    }
    text.push_str(
        "]><testsuite><testcase name=\"&a29;\"><failure>&a29;</failure></testcase></testsuite>",
    );
    let report = parse("laughs", text.as_bytes()).unwrap();
    let case = &report.tests.unwrap().cases[0];
    assert_eq!(
        (case.name.as_str(), case.detail.as_deref()),
        ("&a29;", Some("&a29;"))
    );
}

#[test]
fn totals_beyond_measure_do_not_overflow() {
    for totals in [
        "tests='18446744073709551615' failures='18446744073709551615'",
        "tests='99999999999999999999999' failures='1'",
        "tests='-5' failures='-1' errors='2'",
        "tests='1,234' skipped='1' disabled='18446744073709551615'",
        "tests='many'",
    ] {
        let text = format!("<testsuites><testsuite {totals}/><testsuite {totals}/></testsuites>");
        let report = parse("totals", text.as_bytes()).unwrap();
        assert_adds_up(&report);
        assert!(!report.warnings.is_empty(), "{totals}");
    }
}

#[test]
fn durations_that_are_none_are_left_out() {
    for time in ["-1", "NaN", "inf", "1e999", "soon", ""] {
        let text = format!("<testsuite time='{time}'><testcase time='{time}'/></testsuite>");
        let report = parse("time", text.as_bytes()).unwrap();
        let tests = report.tests.unwrap();
        assert_eq!(
            (tests.summary.duration_s, tests.cases[0].duration_s),
            (0.0, None),
            "{time}"
        );
    }
}

#[test]
fn many_durations_add_up_without_dust_and_without_overflow() {
    for (time, count, sum) in [("0.1", 1000, 100.0), ("1e308", 1000, f64::MAX)] {
        let cases = format!("<testcase time='{time}'/>").repeat(count);
        let text = format!("<testsuite>{cases}</testsuite>");
        let report = parse("time", text.as_bytes()).unwrap();
        assert_eq!(report.tests.unwrap().summary.duration_s, sum);
    }
}

#[test]
fn a_long_trace_is_cut_at_a_character() {
    let trace = "ü".repeat(100_000);
    let text = format!(
        "<testsuite><testcase><failure message='{trace}'>{trace}</failure></testcase></testsuite>"
    );
    let report = parse("long", text.as_bytes()).unwrap();
    assert_adds_up(&report);
    let case = &report.tests.unwrap().cases[0];
    assert!(case.detail.as_deref().unwrap().ends_with("ü…"));
    assert!(case.message.as_deref().unwrap().ends_with("ü…"));
}

#[test]
fn failures_that_no_case_shows_are_mentioned() {
    for (text, part) in [
        (
            "<testsuite name='s' failures='2'><testcase/></testsuite>",
            "claims 2 failures or errors",
        ),
        (
            "<testsuite name='s'><error message='set-up broke'/><testcase/></testsuite>",
            "set-up broke",
        ),
        ("<testsuite/>", "lists no tests"),
    ] {
        let report = parse("odd", text.as_bytes()).unwrap();
        assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
        assert!(report.warnings[0].contains(part), "{:?}", report.warnings);
    }
}

#[test]
fn a_member_given_twice_is_an_error_with_its_place() {
    let text = br#"{"SchemaVersion":2,"ArtifactName":"a","ArtifactName":"b"}"#;
    assert!(error(text).contains("duplicate field"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes: Vec<u8>) {
        let parsed = parse("any", &bytes);
        prop_assert!(serde_json::to_string(&summary("any", &parsed)).is_ok());
    }

    #[test]
    fn no_markup_makes_the_reader_panic(
        body in proptest::collection::vec(
            proptest::sample::select(vec![
                "<testsuite>", "</testsuite>", "<testcase name='a'>", "</testcase>", "<failure>",
                "</failure>", "<error/>", "<skipped/>", "&lt;", "&x;", "&", "<![CDATA[", "]]>",
                "<!--", "-->", "<?pi", "?>", "text", "\"", "<testsuite tests='3' failures='9'/>",
            ]),
            0..40,
        )
    ) {
        let text = format!("<testsuites>{}</testsuites>", body.concat());
        if let Ok(report) = parse("markup", text.as_bytes()) {
            assert_adds_up(&report);
        }
    }

    #[test]
    fn no_change_to_a_real_report_makes_the_reader_panic(
        which: prop::sample::Index,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..3), 1..12),
    ) {
        let all = fixtures();
        let mut bytes = all[which.index(all.len())].clone();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at.max(1)),
            }
        }
        if let Ok(report) = parse("changed", &bytes) {
            assert_adds_up(&report);
        }
    }

    #[test]
    fn every_verdict_that_is_written_is_counted(verdicts in proptest::collection::vec(0_u8..4, 0..60)) {
        let inner = ["", "<failure/>", "<error/>", "<skipped/>"];
        let cases: String = verdicts
            .iter()
            .map(|v| format!("<testcase name='t'>{}</testcase>", inner[usize::from(*v)]))
            .collect();
        let report = parse("made", format!("<testsuite>{cases}</testsuite>").as_bytes()).unwrap();
        let sum = report.tests.unwrap().summary;
        let of = |wanted: u8| verdicts.iter().filter(|v| **v == wanted).count() as u64;
        prop_assert_eq!([sum.passed, sum.failed, sum.errored, sum.skipped], [of(0), of(1), of(2), of(3)]);
    }
}
