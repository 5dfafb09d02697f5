//! The rules that stand in a table of their own: each with what passes, what fails, and without
//! evidence.

use crate::fixture::*;
use hallmark_image::Digest;
use hallmark_policy::{
    About, Base,
    CheckVerdict::{Fail, Pass, Warn},
    Evaluation, ImageConfig, Policy, Waived,
};

fn bom(packages: &[(&str, &str, &str)]) -> Attached {
    let parts: Vec<String> = packages
        .iter()
        .map(|(purl, version, licence)| {
            let name = purl.rsplit('/').next().unwrap();
            let licences = match *licence {
                "" => String::new(),
                id => format!(r#","licenses":[{{"expression":"{id}"}}]"#),
            };
            format!(r#"{{"type":"library","name":"{name}","version":"{version}","purl":"{purl}@{version}"{licences}}}"#)
        })
        .collect();
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}}"#,
        parts.join(",")
    );
    read("bom.json", &text)
}

/// A scan of Trivy's whose findings are `(severity, installed, fixed)` of an npm package.
fn npm(findings: &[(&str, &str, &str)]) -> Attached {
    let rows: Vec<String> = findings
        .iter()
        .enumerate()
        .map(|(at, (severity, installed, fixed))| {
            format!(
                r#"{{"VulnerabilityID":"CVE-2026-{at}","PkgName":"lodash","PkgIdentifier":{{"PURL":"pkg:npm/lodash@{installed}"}},"InstalledVersion":"{installed}","FixedVersion":"{fixed}","Severity":"{severity}"}}"#
            )
        })
        .collect();
    let text = format!(
        r#"{{"SchemaVersion":2,"CreatedAt":"2026-11-23T11:00:00Z","ArtifactName":"cart","Results":[{{"Target":"package-lock.json","Class":"lang-pkgs","Type":"npm","Vulnerabilities":[{}]}}]}}"#,
        rows.join(",")
    );
    read("npm.json", &text)
}

/// A scan of Grype's with a fix since a day, known to be exploited, of an EPSS.
fn grype(since: &str) -> Attached {
    let available = match since {
        "" => String::new(),
        day => format!(
            r#","available":[{{"version":"3.0.18-1","date":"{day}","kind":"first-observed"}}]"#
        ),
    };
    let text = format!(
        r#"{{"matches":[{{"vulnerability":{{"id":"CVE-2026-1","severity":"High","fix":{{"versions":["3.0.18-1"],"state":"fixed"{available}}},"epss":[{{"cve":"CVE-2026-1","epss":0.25,"percentile":0.9,"date":"2026-11-20"}}],"knownExploited":[{{"cve":"CVE-2026-1"}}]}},"artifact":{{"name":"openssl","version":"3.0.17-1","type":"deb","purl":"pkg:deb/debian/openssl@3.0.17-1"}}}}],"source":{{"type":"image","target":{{"userInput":"cart"}}}},"descriptor":{{"name":"grype","version":"0.100.0","timestamp":"2026-11-23T11:00:00Z"}}}}"#
    );
    read("grype.json", &text)
}

fn tick(check: &str, file: bool) -> Attached {
    let file = match file {
        true => r#","file":{"name":"shot.png","digest":"sha256:00"}"#,
        false => "",
    };
    let text = format!(
        r#"{{"_type":"https://in-toto.io/Statement/v1","subject":[{{"name":"cart","digest":{{"sha256":"{}"}}}}],"predicateType":"https://hallmark.github.io/predicate/manual-check/v1","predicate":{{"check":"{check}","note":"Clicked through it.","madeAt":"2026-11-23T11:00:00Z"{file}}}}}"#,
        "a".repeat(64)
    );
    read("tick.json", &text).by(ci())
}

fn about() -> About {
    About {
        created: "2026-11-20T12:00:00Z".parse().ok(),
        configs: vec![ImageConfig {
            labels: [("team".to_owned(), "payments".to_owned())].into(),
            user: "1000:1000".to_owned(),
        }],
        bases: vec![Base {
            digest: Digest::sha256("base"),
            name: Some("r.io/base:12".to_owned()),
            golden: true,
            created: "2026-11-01T12:00:00Z".parse().ok(),
        }],
    }
}

fn judged(rules: &str, attached: &[Attached], about: About) -> Evaluation {
    judge_about(&policy(rules), &["linux/amd64"], attached, about)
}

#[test]
fn enough_tests_of_the_right_suites_have_to_pass() {
    let rules = "test_amount = { minimum = 2, passed_percent = 50, suites = [\"un*\"] }";
    for (attached, verdict, reason) in [
        (
            vec![tests("unit.xml", "ppf")],
            Pass,
            "3 tests were run, 2 of them passed.",
        ),
        (
            vec![tests("unit.xml", "ps")],
            Fail,
            "1 test was run, at least 2 are asked for.",
        ),
        (
            vec![tests("unit.xml", "pff")],
            Fail,
            "1 of 3 passed, at least 50 % are asked for.",
        ),
        (vec![], Fail, "No test report is attached to this image."),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "tests-enough",
            verdict,
            reason,
        );
    }
    let rules = "test_amount = { suites = [\"integration\"] }";
    let found = judged(rules, &[tests("unit.xml", "p")], about());
    assert_check(
        &found,
        "tests-enough",
        Fail,
        "No suite is named “integration”.",
    );
}

#[test]
fn findings_have_their_limits_by_severity() {
    let rules = "severities = { critical = 0, high = 1, fixable_only = true }";
    for (attached, verdict, reason) in [
        (
            vec![scan("s.json", 1, &["HIGH 1", "CRITICAL -", "LOW 2"])],
            Pass,
            "2 findings counted, within what is allowed.",
        ),
        (
            vec![scan("s.json", 1, &["HIGH 1", "HIGH 2"])],
            Fail,
            "2 High, 1 is allowed: CVE-2026-0 in openssl 3.0.17-1, fixed in 1; \
             CVE-2026-1 in openssl 3.0.17-1, fixed in 2.",
        ),
        (
            vec![],
            Fail,
            "No scan is attached to this image, so nobody knows what it holds.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "findings-few",
            verdict,
            reason,
        );
    }
}

#[test]
fn what_is_exploited_or_likely_to_be_is_counted_where_the_scan_says_so() {
    let found = judged("severities = { exploited = 0 }", &[grype("")], about());
    let reason = "1 known to be exploited, none is allowed: \
                  CVE-2026-1 in openssl 3.0.17-1, fixed in 3.0.18-1.";
    assert_check(&found, "findings-few", Fail, reason);
    for (percent, verdict) in [(20, Fail), (25, Fail), (26, Pass)] {
        let rules = format!("severities = {{ epss_percent = {percent} }}");
        let found = judged(&rules, &[grype("")], about());
        assert_eq!(check(&found, "findings-few").verdict, verdict, "{percent}");
    }
}

#[test]
fn a_fix_may_be_available_for_so_many_days() {
    let rules = "patched = { within_days = 14 }";
    for (attached, verdict, reason) in [
        (
            vec![grype("2026-11-10")],
            Pass,
            "1 fix is newer than the limit.",
        ),
        (
            vec![grype("2026-11-08")],
            Fail,
            "1 fix has been available for longer than 14 days: \
             CVE-2026-1 in openssl 3.0.17-1, fixed in 3.0.18-1, for 15 days.",
        ),
        (
            vec![grype("")],
            Warn,
            "Of 1 fixable finding the scan does not say since when there is a fix, \
             so that it cannot be told how long.",
        ),
        (
            vec![],
            Fail,
            "No scan is attached to this image, so nobody knows what could be fixed.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "patched-in-time",
            verdict,
            reason,
        );
    }
}

#[test]
fn a_package_is_at_the_version_that_the_scan_recommends() {
    let rules = "recommended = { severity = \"low\" }";
    for (attached, verdict, reason) in [
        (
            vec![npm(&[
                ("HIGH", "4.17.20", "4.17.19, 4.17.21"),
                ("LOW", "4.17.20", "4.18.0"),
            ])],
            Fail,
            "lodash 4.17.20 should be 4.18.0.",
        ),
        // A fix that is older than what is installed recommends nothing.
        (
            vec![npm(&[
                ("HIGH", "4.17.20", "4.17.9"),
                ("LOW", "4.17.20", ""),
            ])],
            Pass,
            "The scan recommends no other version of anything.",
        ),
        (
            vec![],
            Fail,
            "No scan is attached to this image, so nobody knows what is recommended.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "at-recommended-version",
            verdict,
            reason,
        );
    }
}

#[test]
fn a_team_has_its_own_minimum_versions() {
    let rules = "minimum = { packages = [\"pkg:deb/*/openssl >= 3.0.18\"] }";
    let openssl = |version| bom(&[("pkg:deb/debian/openssl", version, "")]);
    for (attached, verdict, reason) in [
        (
            vec![openssl("3.0.18-1~deb12u1")],
            Pass,
            "1 package was looked at, nothing to object to.",
        ),
        (
            vec![openssl("3.0.9-1")],
            Fail,
            "openssl 3.0.9-1 is not as asked for (pkg:deb/*/openssl >= 3.0.18).",
        ),
        (
            vec![],
            Fail,
            "No SBOM is attached to this image, so nobody knows what it holds.",
        ),
        (
            vec![bom(&[])],
            Fail,
            "The SBOM lists no packages, so nobody knows what the image holds.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "minimum-versions",
            verdict,
            reason,
        );
    }
}

#[test]
fn a_forbidden_package_is_named() {
    let rules =
        "forbidden = { packages = [\"pkg:npm/event-stream\", \"pkg:npm/lodash >= 4, < 4.17.21\"] }";
    let npm = |name: &str, version| bom(&[(&format!("pkg:npm/{name}"), version, "")]);
    for (attached, verdict, reason) in [
        (
            vec![npm("lodash", "4.17.21")],
            Pass,
            "1 package was looked at, nothing to object to.",
        ),
        (
            vec![npm("lodash", "4.17.20")],
            Fail,
            "lodash 4.17.20 is forbidden (pkg:npm/lodash >= 4, < 4.17.21).",
        ),
        (
            vec![npm("event-stream", "1")],
            Fail,
            "event-stream 1 is forbidden (pkg:npm/event-stream).",
        ),
        (
            vec![npm("lodash", "latest")],
            Fail,
            "lodash latest cannot be compared, and may be forbidden (pkg:npm/lodash >= 4, < 4.17.21).",
        ),
        (
            vec![],
            Fail,
            "No SBOM is attached to this image, so nobody knows what it holds.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "none-forbidden",
            verdict,
            reason,
        );
    }
}

#[test]
fn licences_are_allowed_and_denied() {
    for (rules, licence, verdict) in [
        ("allow = [\"MIT\", \"Apache-*\"]", "MIT", Pass),
        ("allow = [\"MIT\", \"Apache-*\"]", "Apache-2.0", Pass),
        ("allow = [\"MIT\"]", "GPL-3.0-only", Fail),
        ("allow = [\"MIT\"]", "MIT OR GPL-3.0-only", Pass),
        ("allow = [\"MIT\"]", "MIT AND GPL-3.0-only", Fail),
        (
            "allow = [\"MIT\", \"ISC\"]",
            "(MIT OR GPL-3.0-only) AND ISC",
            Pass,
        ),
        (
            "deny = [\"GPL-*\"]",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            Fail,
        ),
        ("deny = [\"AGPL-*\"]", "GPL-2.0-only", Pass),
        ("deny = [\"AGPL-*\"]", "", Pass),
        ("deny = [\"AGPL-*\"], unnamed = \"refuse\"", "", Fail),
    ] {
        let rules = format!("licences = {{ {rules} }}");
        let found = judged(&rules, &[bom(&[("pkg:npm/a", "1", licence)])], about());
        assert_eq!(
            check(&found, "licences-allowed").verdict,
            verdict,
            "{rules} {licence}"
        );
    }
    let found = judged("licences = { deny = [\"GPL-*\"] }", &[], about());
    let reason = "No SBOM is attached to this image, so nobody knows what it holds.";
    assert_check(&found, "licences-allowed", Fail, reason);
}

#[test]
fn evidence_may_be_so_old() {
    let rules = "evidence_age = { max_days = 7, kinds = [\"vulnerabilities\"] }";
    for (attached, verdict, reason) in [
        (
            vec![scan("s.json", 24, &[])],
            Pass,
            "1 report is at most 7 days old.",
        ),
        (
            vec![scan("s.json", 24 * 9, &[])],
            Fail,
            "s.json is 9 days old; the limit is 7 days.",
        ),
        (
            vec![scan_at("s.json", "yesterday", &[])],
            Fail,
            "s.json does not say when it was made; the limit is 7 days.",
        ),
        (
            vec![],
            Fail,
            "No evidence that this is asked of counts for this image.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "evidence-fresh",
            verdict,
            reason,
        );
    }
}

#[test]
fn the_image_may_be_so_old() {
    for (days, verdict, reason) in [
        (3, Pass, "It was built 3 days ago."),
        (2, Fail, "The image is 3 days old; the limit is 2 days."),
    ] {
        let rules = format!("image_age = {{ max_days = {days} }}");
        assert_check(
            &judged(&rules, &[], about()),
            "image-fresh",
            verdict,
            reason,
        );
    }
    let found = judged("image_age = { max_days = 2 }", &[], About::default());
    assert_check(
        &found,
        "image-fresh",
        Fail,
        "The image does not say when it was built.",
    );
}

#[test]
fn the_base_image_has_to_be_golden() {
    let digest = Digest::sha256("base").to_string();
    let named = format!("r.io/base:12 ({}…)", &digest[..19]);
    let with = |golden| {
        let mut about = about();
        about.bases[0].golden = golden;
        about
    };
    let found = judged("base = { golden = true }", &[], with(true));
    assert_check(
        &found,
        "base-golden",
        Pass,
        &format!("It is built on {named}, which is golden."),
    );
    let found = judged("base = { golden = true }", &[], with(false));
    let reason =
        format!("It is built on {named}, which is not golden as far as this workspace knows.");
    assert_check(&found, "base-golden", Fail, &reason);
    let found = judged("base = { max_age_days = 10 }", &[], with(true));
    let reason = format!("It is built on {named}, which is 22 days old; the limit is 10.");
    assert_check(&found, "base-golden", Fail, &reason);
    assert_eq!(
        check(&found, "base-golden").evidence,
        [Digest::sha256("base")]
    );
    let found = judged("base = {}", &[], About::default());
    let reason = "The image does not say what it is built on: neither its provenance nor \
                  org.opencontainers.image.base.digest names it.";
    assert_check(&found, "base-golden", Fail, reason);
}

#[test]
fn labels_have_to_be_there() {
    for (label, about, verdict, reason) in [
        ("team", about(), Pass, "1 label is there."),
        ("source", about(), Fail, "linux/amd64 lacks source."),
        (
            "team",
            About::default(),
            Fail,
            "The image has no configuration that could be read.",
        ),
    ] {
        let rules = format!("labels = {{ required = [\"{label}\"] }}");
        assert_check(
            &judged(&rules, &[], about),
            "labels-present",
            verdict,
            reason,
        );
    }
}

#[test]
fn the_image_may_not_run_as_root() {
    for (user, verdict, reason) in [
        ("1000:1000", Pass, "It runs as 1000:1000."),
        ("app", Pass, "It runs as app."),
        ("", Fail, "linux/amd64 names no user, so it runs as root."),
        ("root", Fail, "linux/amd64 runs as root."),
        ("0:1000", Fail, "linux/amd64 runs as 0:1000."),
    ] {
        let mut about = about();
        about.configs[0].user = user.to_owned();
        assert_check(
            &judged("user = {}", &[], about),
            "not-root",
            verdict,
            reason,
        );
    }
    let found = judged("user = {}", &[], About::default());
    assert_check(
        &found,
        "not-root",
        Fail,
        "The image has no configuration that could be read.",
    );
}

#[test]
fn a_manual_check_is_ticked_by_whom_it_is_asked_of() {
    let rules =
        "manual = [{ check = \"smoke\", title = \"Smoke test\", file = true, by = \"role:ci\" }]";
    for (attached, verdict, reason) in [
        (
            vec![tick("smoke", true)],
            Pass,
            "ci@payments ticked it: Clicked through it.",
        ),
        (
            vec![tick("smoke", false)],
            Fail,
            "ci@payments ticked it without the file that is asked for: Clicked through it.",
        ),
        (
            vec![tick("smoke", true).by(hallmark_policy::Voucher::Unsigned)],
            Fail,
            "It is ticked, but not signed by whom this is asked of.",
        ),
        (
            vec![tick("other", true)],
            Fail,
            "Nobody has ticked it: `hallmark tick IMAGE --check smoke -m NOTE`.",
        ),
        (
            vec![],
            Fail,
            "Nobody has ticked it: `hallmark tick IMAGE --check smoke -m NOTE`.",
        ),
    ] {
        assert_check(
            &judged(rules, &attached, about()),
            "manual-smoke",
            verdict,
            reason,
        );
    }
}

#[test]
fn a_rule_that_warns_never_blocks() {
    let found = judged("user = { level = \"warn\" }", &[], About::default());
    let reason = "The image has no configuration that could be read.";
    assert_check(&found, "not-root", Warn, reason);
    let missing = judged(
        "minimum = { level = \"warn\", packages = [] }",
        &[],
        about(),
    );
    assert!(
        missing.checks.iter().all(|check| check.verdict != Fail),
        "{missing:#?}"
    );
}

#[test]
fn a_rule_begins_on_its_day_and_says_so_before() {
    let on = |day: &str| {
        judged(
            &format!("user = {{ from = \"{day}\" }}"),
            &[],
            About::default(),
        )
    };
    let reason =
        "The image has no configuration that could be read. This begins to block on 24 Nov 2026.";
    assert_check(&on("2026-11-24"), "not-root", Warn, reason);
    let reason = "The image has no configuration that could be read.";
    assert_check(&on("2026-11-23"), "not-root", Fail, reason);
}

#[test]
fn some_repositories_have_other_rules() {
    let text = "version = 1\n[stage.golden]\napprovals = 1\nuser = {}\n\
                [[for]]\nrepositories = [\"r.io/payments/*\"]\n[for.stage.golden]\napprovals = 2\n\
                [[for]]\nrepositories = [\"*/legacy\"]\n[for.stage.golden]\nuser = { level = \"warn\" }\n";
    let policy = Policy::parse(text).unwrap();
    let golden = |repository: &str| policy.for_repository(repository).stage("golden");
    assert_eq!(golden("r.io/shop/api"), policy.stage("golden"));
    assert_eq!(golden("r.io/payments/api").approvals, 2);
    assert_eq!(
        golden("r.io/payments/api").more,
        policy.stage("golden").more
    );
    let both = golden("r.io/payments/legacy");
    assert_eq!(both.approvals, 2);
    assert_eq!(
        both.in_words()[1],
        "The image does not run as root; else a warning."
    );
    assert_eq!(
        policy.for_repository("r.io/payments/api").digest(),
        policy.digest()
    );
}

#[test]
fn a_rule_that_is_wrong_is_refused_with_its_line_and_the_reason() {
    for (line, reason) in [
        ("user = { nonroot = true }", "unknown field `nonroot`"),
        ("user = { level = \"maybe\" }", "unknown variant `maybe`"),
        ("user = { from = \"soon\" }", "“soon” is no day"),
        ("patched = {}", "missing field `within_days`"),
        ("test_amount = { passed_percent = 101 }", "101 is no share"),
        (
            "minimum = { packages = [\"pkg:deb/debian/openssl\"] }",
            "names no version",
        ),
        (
            "forbidden = { packages = [\"openssl\"] }",
            "names no package",
        ),
        (
            "manual = [{ check = \"Smoke Test\", title = \"x\" }]",
            "small letters",
        ),
        ("severities = { grave = 1 }", "unknown field `grave`"),
    ] {
        let text = format!("version = 1\n[stage.golden]\n{line}\n");
        let error = Policy::parse(&text).unwrap_err();
        assert_eq!(error.line, 3, "{line}: {error}");
        assert!(error.reason.contains(reason), "{line}: {error}");
    }
    let text =
        "version = 1\n[[for]]\nrepositories = [\"*\"]\n[for.stage.golden]\nrequires = [\"x\"]\n";
    let error = Policy::parse(text).unwrap_err();
    assert_eq!(
        (error.line, error.reason.as_str()),
        (5, "no stage is named “x”")
    );
}

#[test]
fn what_is_waived_counts_for_no_rule_about_findings_and_is_said() {
    let rules = "severities = { high = 0 }\npatched = { within_days = 1 }\nrecommended = {}";
    let waived = [Waived {
        finding: "CVE-2026-1".to_owned(),
        package: "openssl".to_owned(),
        words: "waived by ines until 24 Dec 2026".to_owned(),
    }];
    let found = judge_waived(
        &policy(rules),
        &["linux/amd64"],
        &[grype("2026-11-01")],
        &waived,
    );
    for (rule, reason) in [
        (
            "findings-few",
            "0 findings counted, within what is allowed.",
        ),
        ("patched-in-time", "No finding that counts has a fix."),
        (
            "at-recommended-version",
            "The scan recommends no other version of anything.",
        ),
    ] {
        let reason = format!("{reason} 1 more is set aside by a waiver or VEX.");
        assert_check(&found, rule, Pass, &reason);
    }
}
