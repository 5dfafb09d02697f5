//! Reports and facts for the rules to judge.

use hallmark_evidence::{Report, parse};
use hallmark_image::Digest;
use hallmark_policy::{
    About, Check, CheckVerdict, Covers, Evaluation, Facts, Item, Policy, Voucher, Waived,
    evaluate_with,
};
use jiff::Timestamp;

/// A report that was attached, with what is known about it.
pub struct Attached {
    pub name: String,
    pub digest: Digest,
    pub report: Report,
    pub binding: Covers,
    pub superseded: bool,
    pub voucher: Voucher,
}

impl Attached {
    fn read(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            digest: Digest::sha256(format!("{name}{text}")),
            report: parse(name, text.as_bytes()).unwrap(),
            binding: Covers::All,
            superseded: false,
            voucher: Voucher::Unsigned,
        }
    }

    pub fn on(mut self, platforms: &[usize]) -> Self {
        self.binding = Covers::Platforms(platforms.to_vec());
        self
    }

    pub fn of_another_image(mut self) -> Self {
        self.binding = Covers::Other;
        self
    }

    pub fn superseded(mut self) -> Self {
        self.superseded = true;
        self
    }

    pub fn by(mut self, voucher: Voucher) -> Self {
        self.voucher = voucher;
        self
    }
}

/// A report of any sort.
pub fn read(name: &str, text: &str) -> Attached {
    Attached::read(name, text)
}

/// A test report: `p` passes, `f` fails, `e` breaks, `s` is skipped.
pub fn tests(name: &str, verdicts: &str) -> Attached {
    let cases: String = verdicts
        .chars()
        .enumerate()
        .map(|(at, verdict)| {
            let inner = match verdict {
                'f' => "<failure message='no'/>",
                'e' => "<error/>",
                's' => "<skipped/>",
                _ => "",
            };
            format!("<testcase classname='cart' name='t{at}'>{inner}</testcase>")
        })
        .collect();
    Attached::read(name, &format!("<testsuite name='unit'>{cases}</testsuite>"))
}

pub fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A scan that is so many hours old, of findings as `severity fixed-version-or-dash`.
pub fn scan(name: &str, hours: i64, findings: &[&str]) -> Attached {
    let time = now() - jiff::SignedDuration::from_hours(hours);
    scan_at(name, &time.to_string(), findings)
}

pub fn scan_at(name: &str, time: &str, findings: &[&str]) -> Attached {
    let findings: Vec<String> = findings
        .iter()
        .enumerate()
        .map(|(at, finding)| {
            let (severity, fixed) = finding.split_once(' ').unwrap();
            let fixed = if fixed == "-" { "" } else { fixed };
            format!(
                r#"{{"VulnerabilityID":"CVE-2026-{at}","PkgName":"openssl","InstalledVersion":"3.0.17-1","FixedVersion":"{fixed}","Severity":"{severity}"}}"#
            )
        })
        .collect();
    let findings = findings.join(",");
    let text = format!(
        r#"{{"SchemaVersion":2,"CreatedAt":"{time}","ArtifactName":"cart","Results":[{{"Target":"cart","Class":"os-pkgs","Type":"debian","Vulnerabilities":[{findings}]}}]}}"#
    );
    Attached::read(name, &text)
}

/// A VEX document that says this of `CVE-2026-0` in openssl of the image.
pub fn vex(name: &str, status: &str, package: &str) -> Attached {
    let text = format!(
        r#"{{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://x/{name}","author":"team","timestamp":"2026-11-20T08:00:00Z","version":1,"statements":[{{"vulnerability":{{"name":"CVE-2026-0"}},"products":[{{"@id":"pkg:oci/cart","subcomponents":[{{"@id":"{package}"}}]}}],"status":"{status}","justification":"vulnerable_code_not_in_execute_path"}}]}}"#
    );
    Attached::read(name, &text)
}

/// A report of Trivy's that looked for secrets only.
pub fn secrets(name: &str) -> Attached {
    let text =
        r#"{"SchemaVersion":2,"ArtifactName":"cart","Results":[{"Class":"secret","Secrets":[]}]}"#;
    Attached::read(name, text)
}

pub fn ci() -> Voucher {
    Voucher::Signed {
        member: "ci@payments".to_owned(),
        key_id: "4f2a77c1d0aa99".to_owned(),
        role: vec!["ci".to_owned()],
    }
}

/// A policy whose stage `golden` holds these lines.
pub fn policy(lines: &str) -> Policy {
    Policy::parse(&format!("version = 1\n[stage.golden]\n{lines}\n")).unwrap()
}

/// Judges a stage `golden` for these platforms.
pub fn judge_on(policy: &Policy, platforms: &[&str], attached: &[Attached]) -> Evaluation {
    judge_all(policy, platforms, attached, About::default(), &[])
}

/// The same, of an image that says something of itself.
pub fn judge_about(
    policy: &Policy,
    platforms: &[&str],
    attached: &[Attached],
    about: About,
) -> Evaluation {
    judge_all(policy, platforms, attached, about, &[])
}

/// The same, with waivers in force.
pub fn judge_waived(
    policy: &Policy,
    platforms: &[&str],
    attached: &[Attached],
    waived: &[Waived],
) -> Evaluation {
    judge_all(policy, platforms, attached, About::default(), waived)
}

fn judge_all(
    policy: &Policy,
    platforms: &[&str],
    attached: &[Attached],
    about: About,
    waived: &[Waived],
) -> Evaluation {
    let evidence = attached
        .iter()
        .map(|one| Item {
            digest: &one.digest,
            name: &one.name,
            report: &one.report,
            binding: one.binding.clone(),
            superseded: one.superseded,
            voucher: one.voucher.clone(),
        })
        .collect();
    let facts = Facts {
        stage: "golden",
        platforms: platforms.iter().map(|name| name.parse().ok()).collect(),
        evidence,
        about,
        now: now(),
    };
    evaluate_with(policy, &facts, waived)
}

pub fn judge(policy: &Policy, attached: &[Attached]) -> Evaluation {
    judge_on(policy, &["linux/amd64"], attached)
}

pub fn check<'e>(evaluation: &'e Evaluation, rule: &str) -> &'e Check {
    let found = evaluation.checks.iter().find(|check| check.rule == rule);
    found.unwrap_or_else(|| panic!("no check {rule} in {:#?}", evaluation.checks))
}

/// Asserts a check's verdict and its whole reason.
pub fn assert_check(evaluation: &Evaluation, rule: &str, verdict: CheckVerdict, reason: &str) {
    let check = check(evaluation, rule);
    assert_eq!(
        (check.verdict, check.reason.as_str()),
        (verdict, reason),
        "{rule}"
    );
}
