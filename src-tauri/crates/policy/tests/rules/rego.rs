//! Rules of the team's own, in Rego: what passes, what fails, without evidence; what is refused
//! before it is in force; and what ends by itself.

use crate::fixture::*;
use hallmark_policy::{
    About,
    CheckVerdict::{Fail, Pass, Warn},
    Evaluation, ImageConfig, Policy, Waived,
};

const CURL: &str = r#"
package team
deny contains sprintf("%s %s is in the image", [p.name, p.version]) if {
    some report in input.evidence
    some p in report.packages
    p.name == "curl"
}
"#;

fn rule(reads: &str, text: &str) -> String {
    format!(
        "[[stage.golden.rego]]\nname = \"own\"\ntitle = \"What we ask\"\nreads = [{reads}]\ntext = '''{text}'''\n"
    )
}

fn with(reads: &str, text: &str) -> Policy {
    policy(&rule(reads, text))
}

fn bom(name: &str) -> Attached {
    let text = format!(
        r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{{"type":"library","name":"{name}","version":"8.1"}}]}}"#
    );
    read("bom.json", &text)
}

fn judged(policy: &Policy, attached: &[Attached]) -> Evaluation {
    judge_on(policy, &["linux/amd64"], attached)
}

#[test]
fn a_rule_passes_fails_and_asks_for_what_it_reads() {
    let policy = with("\"sbom\"", CURL);
    let reason = "The rule has nothing against it, by 1 report.";
    assert_check(&judged(&policy, &[bom("zlib")]), "rego-own", Pass, reason);
    let found = judged(&policy, &[bom("curl")]);
    assert_check(&found, "rego-own", Fail, "Curl 8.1 is in the image.");
    let check = check(&found, "rego-own");
    assert_eq!(
        (check.title.as_str(), check.evidence.len()),
        ("What we ask", 1)
    );
    let nothing = judged(&policy, &[]);
    let reason = "No SBOM is attached to this image.";
    assert_check(&nothing, "rego-own", Fail, reason);
}

#[test]
fn evidence_of_another_image_is_not_handed_to_a_rule() {
    let policy = with("", CURL);
    let found = judged(&policy, &[bom("curl").of_another_image()]);
    assert_check(&found, "rego-own", Pass, "The rule has nothing against it.");
}

#[test]
fn a_rule_warns_and_knows_the_image_the_scan_and_what_is_set_aside() {
    let text = r#"
package team
warn contains "the team is not named" if not input.image.configs[0].labels.team
warn contains sprintf("%s stands", [f.id]) if {
    some f in input.evidence[_].findings
    f.severity == "high"
    f.set_aside == null
}
"#;
    let policy = with("\"vulnerabilities\"", text);
    let scans = [scan("trivy.json", 1, &["HIGH 3.0.18", "LOW -"])];
    let named = About {
        configs: vec![ImageConfig {
            labels: [("team".to_owned(), "payments".to_owned())].into(),
            user: String::new(),
        }],
        ..About::default()
    };
    let found = judge_about(&policy, &["linux/amd64"], &scans, named);
    assert_check(&found, "rego-own", Warn, "CVE-2026-0 stands.");
    let waived = Waived {
        finding: "CVE-2026-0".to_owned(),
        package: "openssl".to_owned(),
        words: "waived".to_owned(),
    };
    let found = judge_waived(&policy, &["linux/amd64"], &scans, &[waived]);
    assert_check(&found, "rego-own", Warn, "The team is not named.");
}

#[test]
fn a_rule_may_warn_and_begin_on_a_day_as_any_other() {
    let text = "package t\ndeny contains \"no\" if true\n";
    let lines = rule("", text) + "level = \"warn\"\n";
    let found = judged(&policy(&lines), &[]);
    assert_check(&found, "rego-own", Warn, "No.");
    let lines = rule("", text) + "from = \"2026-12-01\"\n";
    let reason = "No. This begins to block on 1 Dec 2026.";
    assert_check(&judged(&policy(&lines), &[]), "rego-own", Warn, reason);
}

fn refused(text: &str) -> (usize, usize, String) {
    let whole = format!("version = 1\n[stage.golden]\n{}", rule("", text));
    let error = Policy::parse(&whole).unwrap_err();
    (error.line, error.column, error.reason)
}

#[test]
fn a_rule_that_is_wrong_is_refused_with_its_line() {
    let (line, column, reason) = refused("\npackage t\n\ndeny contains x if {\n  x = \n}\n");
    assert_eq!((line, column), (11, 5), "{reason}");
    let (line, _, reason) = refused("\npackage t\ndeny contains \"a\" if x == 1\n");
    assert_eq!(line, 9, "{reason}");
    assert!(reason.contains("unsafe"), "{reason}");
    let (_, _, reason) = refused("package t\nallow if true\n");
    assert!(reason.contains("neither deny nor warn"), "{reason}");
    let (_, _, reason) = refused("package t\ndeny contains \"a\" if no_such(1)\n");
    assert!(reason.contains("could not find function"), "{reason}");
}

#[test]
fn what_has_no_bound_or_gives_another_answer_each_time_is_not_offered() {
    for (call, word) in [
        ("count(numbers.range(1, 9)) > 1", "numbers.range"),
        ("rand.intn(\"a\", 5) > 1", "rand"),
        ("http.send({}).status == 200", "http"),
        ("time.now_ns() > 1", "time.now_ns"),
    ] {
        let (line, _, reason) = refused(&format!("package t\ndeny contains \"a\" if {call}\n"));
        assert_eq!(
            (line, reason.contains(&format!("{word} is not offered"))),
            (8, true),
            "{reason}"
        );
    }
}

#[test]
fn names_are_given_once_and_in_small_letters() {
    let text = "package t\ndeny contains \"a\" if true\n";
    let twice = format!("version = 1\n{}{}", rule("", text), rule("", text));
    let error = Policy::parse(&twice).unwrap_err().to_string();
    assert!(error.contains("two rules are named “own”"), "{error}");
    let shouted = rule("", text).replace("\"own\"", "\"Own rule\"");
    let error = Policy::parse(&format!("version = 1\n{shouted}")).unwrap_err();
    assert!(error.reason.contains("small letters"), "{error}");
}

#[test]
fn a_rule_for_some_repositories_is_checked_too() {
    let broken = rule("", "package t\n").replace("stage.golden", "for.stage.golden");
    let text = format!("version = 1\n[[for]]\nrepositories = [\"a/*\"]\n{broken}");
    let error = Policy::parse(&text).unwrap_err().to_string();
    assert!(error.contains("neither deny nor warn"), "{error}");
}

#[test]
fn what_gives_no_sentences_or_fails_on_the_way_does_not_pass() {
    let policy = with("", "package t\ndeny := 5\n");
    let found = judged(&policy, &[]);
    assert_eq!(check(&found, "rego-own").verdict, Fail);
    assert!(
        check(&found, "rego-own")
            .reason
            .contains("has to give sentences")
    );
    let policy = with(
        "",
        "package t\ndeny contains \"a\" if to_number(input.stage) > 1\n",
    );
    let found = judged(&policy, &[]);
    assert_eq!(check(&found, "rego-own").verdict, Fail);
    let reason = &check(&found, "rego-own").reason;
    assert!(
        reason.starts_with("The rule could not be judged"),
        "{reason}"
    );
}

#[test]
fn a_rule_that_does_not_end_is_ended_and_does_not_pass() {
    let text = r#"
package t
names := [c.name | some c in input.evidence[0].cases]
deny contains "never" if {
    some a in names
    some b in names
    some c in names
    concat("", [a, b, c]) == "x"
}
"#;
    let many = "p".repeat(2000);
    let found = judged(&with("\"tests\"", text), &[tests("t.xml", &many)]);
    let reason = "The rule could not be judged: it took longer than 5 seconds.";
    assert_check(&found, "rego-own", Fail, reason);
}

#[test]
fn more_rows_than_a_rule_is_handed_are_said_and_do_not_pass() {
    let text = "package t\ndeny contains \"a\" if false\n";
    let many = "p".repeat(50_001);
    let found = judged(&with("\"tests\"", text), &[tests("t.xml", &many)]);
    let check = check(&found, "rego-own");
    assert_eq!(check.verdict, Fail);
    assert!(check.reason.contains("50001 rows"), "{}", check.reason);
}

#[test]
fn hostile_sentences_are_cut_and_lose_their_control_characters() {
    let text =
        "package t\ndeny contains concat(\"\", [\"a\\u0007\", input.evidence[0].name]) if true\n";
    let found = judged(&with("\"tests\"", text), &[tests(&"n".repeat(900), "p")]);
    let reason = &check(&found, "rego-own").reason;
    assert!(
        reason.starts_with("A nnn") && reason.len() < 420,
        "{reason}"
    );
}

#[test]
fn rules_can_be_read_aloud() {
    let text = "package t\ndeny contains \"a\" if false\n";
    let words = with("", text).stage("golden").in_words();
    assert!(words.contains(&"What we ask.".to_owned()), "{words:?}");
}
