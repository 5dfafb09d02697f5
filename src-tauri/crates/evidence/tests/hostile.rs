//! Input that nobody means well with: a result or an error, never a panic, never a hang.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

use hallmark_evidence::{Format, Report, parse, parse_as, summary};
use proptest::prelude::*;
use std::{fs, path::Path};

/// Every fixture, with its name.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut all = Vec::new();
    for folder in fs::read_dir(root).unwrap() {
        for file in fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            all.push((path.display().to_string(), fs::read(path).unwrap()));
        }
    }
    all.sort();
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
        assert!(
            scan.findings
                .iter()
                .all(|f| f.id.len() <= 4096 && f.package.len() <= 4096)
        );
    }
    for package in report.packages.iter().flatten() {
        assert!(package.name.len() <= 4096);
    }
    for issue in report.issues.iter().flatten() {
        assert!(issue.message.as_deref().unwrap_or_default().len() <= 4096);
    }
}

/// A minimal report of each format, with `{}` where a name stands.
const NAMED: [(&str, &str); 20] = [
    (
        "junit",
        "<testsuite name='{}'><testcase name='{}'><failure message='{}'>{}</failure></testcase></testsuite>",
    ),
    (
        "nunit",
        "<test-run><test-suite name='{}'><test-case name='{}' result='Failed'><failure><message>{}</message></failure></test-case></test-suite></test-run>",
    ),
    (
        "xunit",
        "<assemblies><assembly name='{}'><collection name='{}'><test name='{}' result='Fail'><failure><message>{}</message></failure></test></collection></assembly></assemblies>",
    ),
    (
        "trx",
        "<TestRun><Results><UnitTestResult testName='{}' outcome='Failed'><Output><ErrorInfo><Message>{}</Message></ErrorInfo></Output></UnitTestResult></Results></TestRun>",
    ),
    (
        "ctrf",
        r#"{"reportFormat":"CTRF","results":{"tool":{"name":"{}"},"tests":[{"name":"{}","suite":["{}"],"status":"failed","message":"{}"}]}}"#,
    ),
    ("tap", "TAP version 14\n1..1\nnot ok 1 - {}\n# {}\n"),
    (
        "go-test-json",
        r#"{"Action":"fail","Package":"{}","Test":"{}"}"#,
    ),
    (
        "mocha-json",
        r#"{"stats":{"a":1},"failures":[{"title":"{}","fullTitle":"{} {}","err":{"message":"{}"}}]}"#,
    ),
    (
        "dart-json",
        r#"{"protocolVersion":"{}","type":"start","runnerVersion":"{}"}"#,
    ),
    (
        "trivy-json",
        r#"{"SchemaVersion":2,"ArtifactName":"{}","Results":[{"Target":"{}","Class":"os-pkgs","Vulnerabilities":[{"VulnerabilityID":"{}","PkgName":"{}","Title":"{}"}]}]}"#,
    ),
    (
        "grype-json",
        r#"{"matches":[{"vulnerability":{"id":"{}"},"artifact":{"name":"{}"}}],"descriptor":{"name":"{}"}}"#,
    ),
    (
        "sarif",
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"{}"}},"results":[{"ruleId":"{}","message":{"text":"{}"}}]}]}"#,
    ),
    (
        "cyclonedx",
        r#"{"bomFormat":"CycloneDX","components":[{"name":"{}","purl":"{}","version":"{}"}]}"#,
    ),
    (
        "cyclonedx",
        "<bom><components><component><name>{}</name><purl>{}</purl></component></components></bom>",
    ),
    (
        "spdx",
        r#"{"spdxVersion":"SPDX-2.3","name":"{}","packages":[{"name":"{}","licenseDeclared":"{}"}]}"#,
    ),
    (
        "spdx",
        "SPDXVersion: SPDX-2.3\nPackageName: {}\nPackageVersion: {}\n",
    ),
    (
        "openvex",
        r#"{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"vulnerability":{"name":"{}"},"products":["{}"],"status":"{}"}]}"#,
    ),
    (
        "in-toto",
        r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"{}"}],"predicateType":"{}","predicate":{}}"#,
    ),
    (
        "dsse",
        r#"{"payloadType":"{}","payload":"e30=","signatures":[]}"#,
    ),
    (
        "sigstore-bundle",
        r#"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json{}","messageSignature":{}}"#,
    ),
];

/// That report, with a name in each place for one.
fn with_name(report: &str, name: &str) -> String {
    let named = report.replace("predicate\":{}}", "predicate\":{\"a\":1}}");
    let named = named.replace("Signature\":{}}", "Signature\":{\"a\":1}}");
    named.replace("{}", name)
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
fn hostile_names_stay_text_in_every_format() {
    let escape = "\\u001b[31m";
    let names = [
        "\u{202e}gpj.exe\u{2066}",
        "a\u{200b}\u{feff}b",
        "ünï\u{301}😀",
        "&#60;script&#62;",
        "<b onload=x>",
        escape,
        "a\\nb",
        "../../etc/passwd",
        "=cmd|' /C calc'!A0",
        "%s%n{0}${x}",
    ];
    for (format, report) in NAMED {
        for name in names {
            let is_markup = report.starts_with('<');
            let plain = !name.contains(['<', '&', '\'', '\\']);
            if is_markup && !plain {
                continue;
            }
            let text = with_name(report, name);
            let read = parse("named", text.as_bytes());
            let read = read.unwrap_or_else(|error| panic!("{format}: {error}\n{text}"));
            assert_eq!(read.format.name(), format);
            assert_adds_up(&read);
            assert!(serde_json::to_string(&read).is_ok());
        }
    }
}

#[test]
fn a_name_beyond_measure_is_cut_in_every_format() {
    let long = "ü".repeat(50_000);
    for (format, report) in NAMED {
        let read = parse("long", with_name(report, &long).as_bytes()).unwrap();
        assert_eq!(read.format.name(), format);
        assert_adds_up(&read);
    }
}

#[test]
fn a_report_cut_off_anywhere_is_an_error_or_less_of_a_report_in_every_format() {
    for (name, bytes) in fixtures() {
        for at in (0..bytes.len()).step_by(1 + bytes.len() / 60) {
            if let Ok(report) = parse(&name, &bytes[..at]) {
                assert_adds_up(&report);
                let whole = is_lines(&name) || bytes[at..].trim_ascii().is_empty();
                assert!(whole, "{name} is not whole at {at}, and was read");
            }
        }
    }
}

/// Formats of lines have no end that must be there.
fn is_lines(name: &str) -> bool {
    ["/tap/", "/go-test/", "/dart/", ".spdx"]
        .iter()
        .any(|part| name.contains(part))
}

#[test]
fn every_format_read_as_every_other_is_an_error_or_a_report() {
    for (name, bytes) in fixtures() {
        for format in Format::ALL {
            if let Ok(report) = parse_as(*format, &name, &bytes) {
                assert_adds_up(&report);
            }
        }
    }
}

#[test]
fn levels_in_what_is_passed_over_are_refused_too() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    for (format, report) in NAMED.iter().filter(|(_, report)| report.starts_with('{')) {
        let text = with_name(report, "a").replacen('{', &format!("{{\"unknown\":{deep},"), 1);
        match parse("deep", text.as_bytes()) {
            Err(error) => assert!(
                error.to_string().contains("nested more than 127"),
                "{error}"
            ),
            // A line of a stream is passed over by itself.
            Ok(report) => assert!(["go-test-json", "dart-json"].contains(format), "{report:?}"),
        }
    }
}

#[test]
fn levels_of_elements_are_refused_in_every_kind_of_xml() {
    for root in ["testsuite", "test-run", "assemblies", "TestRun", "bom"] {
        let text = format!("<{root}>{}", "<a>".repeat(100_000));
        let error = error(text.as_bytes());
        assert!(error.contains("nested more than 128 levels"), "{error}");
    }
    let nested = "<components><component>".repeat(60);
    let error = error(format!("<bom>{nested}{nested}").as_bytes());
    assert!(error.contains("nested more than 128 levels"), "{error}");
}

#[test]
fn numbers_beyond_64_bits_and_below_nought_are_no_figures() {
    for number in [
        "-5",
        "18446744073709551616",
        "1e300",
        "-1e300",
        "0.5",
        "\"many\"",
        "null",
    ] {
        for text in [
            format!(
                r#"{{"reportFormat":"CTRF","results":{{"summary":{{"tests":{number},"failed":{number},"start":{number},"stop":{number},"duration":{number}}},"tests":[{{"name":"a","status":"passed","duration":{number},"line":{number}}}]}}}}"#
            ),
            format!(
                r#"{{"reportFormat":"CTRF","results":{{"summary":{{"tests":{number},"failed":{number},"skipped":{number}}}}}}}"#
            ),
            format!(
                r#"{{"stats":{{"tests":{number},"failures":{number},"duration":{number}}},"passes":[]}}"#
            ),
            format!(r#"{{"Action":"pass","Package":"p","Test":"t","Elapsed":{number}}}"#),
            format!(
                "{{\"protocolVersion\":\"1\",\"type\":\"start\"}}\n{{\"type\":\"testStart\",\"test\":{{\"id\":{number}}},\"time\":{number}}}\n{{\"type\":\"testDone\",\"testID\":{number},\"result\":\"success\",\"time\":{number}}}"
            ),
            format!(
                r#"{{"matches":[{{"vulnerability":{{"id":{number},"epss":[{{"epss":{number}}}]}}}}],"source":{{}}}}"#
            ),
            format!(
                r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"rules":[{{"id":"CVE-1","properties":{{"security-severity":{number}}}}}]}}}},"results":[{{"ruleIndex":{number},"ruleId":"CVE-1"}}]}}]}}"#
            ),
            format!(
                r#"{{"bomFormat":"CycloneDX","vulnerabilities":[{{"id":"a","ratings":[{{"score":{number}}}]}}]}}"#
            ),
            format!("TAP version 13\n1..{number}\nok {number} - a\n"),
        ] {
            let report = parse("number", text.as_bytes());
            let report = report.unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_adds_up(&report);
        }
    }
}

#[test]
fn a_plan_beyond_measure_takes_no_time_and_no_memory() {
    let report = parse("plan", b"TAP version 13\n1..18446744073709551615\nok 1\n").unwrap();
    let tests = report.tests.as_ref().unwrap();
    assert_eq!(
        (tests.summary.errored, tests.cases.len()),
        (u64::MAX - 1, 1)
    );
    assert_adds_up(&report);
}

#[test]
fn a_case_after_totals_beyond_measure_does_not_overflow() {
    let most = u64::MAX;
    for text in [
        format!("TAP version 13\n    1..{most}\nok 1\nok 2\n"),
        format!(
            "<testsuites><testsuite tests='{most}' errors='{most}'/><testsuite><testcase/>\
             </testsuite></testsuites>"
        ),
    ] {
        assert_adds_up(&parse("most", text.as_bytes()).unwrap());
    }
}

#[test]
fn a_date_in_the_future_is_kept_as_it_is_written() {
    let text = r#"{"@context":"https://openvex.dev/ns","timestamp":"2999-01-01T00:00:00Z","statements":[]}"#;
    let report = parse("future", text.as_bytes()).unwrap();
    assert_eq!(report.produced_at, "2999-01-01T00:00:00Z".parse().ok());
}

#[test]
fn a_member_given_twice_is_an_error_in_every_object() {
    for text in [
        r#"{"bomFormat":"CycloneDX","components":[{"name":"a","name":"b"}]}"#,
        r#"{"matches":[],"source":{},"source":{}}"#,
        r#"{"version":"2.1.0","runs":[],"runs":[]}"#,
        r#"{"_type":"https://in-toto.io/Statement/v1","predicateType":"a","predicateType":"b"}"#,
        r#"{"payloadType":"a","payload":"e30=","payload":"e30="}"#,
        r#"{"spdxVersion":"SPDX-2.3","packages":[{"name":"a","name":"b"}]}"#,
    ] {
        assert!(error(text.as_bytes()).contains("duplicate field"), "{text}");
    }
}

#[test]
fn tests_that_share_a_name_are_all_counted() {
    for text in [
        "TAP version 13\nok 1 - a\nok 2 - a\n".to_owned(),
        "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"a\"}\n".repeat(2),
        r#"{"reportFormat":"CTRF","results":{"tests":[{"name":"a","status":"passed"},{"name":"a","status":"passed"}]}}"#.to_owned(),
        "<assembly><collection><test name='a' result='Pass'/><test name='a' result='Pass'/></collection></assembly>".to_owned(),
    ] {
        let report = parse("twice", text.as_bytes()).unwrap();
        assert_eq!(report.tests.unwrap().summary.total, 2, "{text}");
    }
}

#[test]
fn entities_stay_text_in_every_kind_of_xml() {
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>";
    for (format, report) in NAMED.iter().filter(|(_, report)| report.starts_with('<')) {
        let text = format!("{laughs}{}", with_name(report, "&a;&b;"));
        let read = parse("laughs", text.as_bytes()).unwrap();
        assert_eq!(read.format.name(), *format);
        assert!(
            serde_json::to_string(&read).unwrap().contains("&a;&b;"),
            "{format}"
        );
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
        let mut bytes = all[which.index(all.len())].1.clone();
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
