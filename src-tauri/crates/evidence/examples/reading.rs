//! How long a large Trivy report takes to read, beside serde_json on the same bytes, and how
//! much memory that takes beyond the report itself.
//!
//! `cargo run --release -p hallmark-evidence --example reading [MEGABYTES]`; prints one JSON
//! object. The memory is Linux's account of this process, and left out elsewhere.

#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use serde::Deserialize;
use std::{borrow::Cow, fmt::Write as _, fs, hint::black_box, time::Instant};

/// What is compared with: the members that a finding needs, borrowed where JSON allows.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Plain<'a> {
    #[serde(borrow)]
    results: Vec<PlainResult<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlainResult<'a> {
    #[serde(borrow)]
    target: Cow<'a, str>,
    #[serde(borrow)]
    vulnerabilities: Vec<PlainFinding<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PlainFinding<'a> {
    #[serde(borrow, rename = "VulnerabilityID")]
    id: Cow<'a, str>,
    #[serde(borrow)]
    pkg_name: Cow<'a, str>,
    #[serde(borrow)]
    installed_version: Cow<'a, str>,
    #[serde(borrow, default)]
    fixed_version: Cow<'a, str>,
    #[serde(borrow)]
    severity: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
}

fn main() {
    let megabytes = std::env::args().nth(1);
    let megabytes: usize = megabytes.and_then(|text| text.parse().ok()).unwrap_or(110);
    let report = trivy(megabytes * 1_000_000);
    let before = resident("VmRSS:");
    let (hallmark, findings) = fastest(|| {
        let read = hallmark_evidence::parse("bench.json", report.as_bytes());
        let found = read.ok().and_then(|report| report.vulnerabilities);
        found.map_or(0, |found| found.findings.len())
    });
    let peak = resident("VmHWM:");
    let (plain, same) = fastest(|| scan(&report));
    let over = peak
        .zip(before)
        .map(|(peak, before)| peak.saturating_sub(before));
    let ratio = hallmark / plain;
    println!(
        "{{\"bytes\":{},\"findings\":{findings},\"same\":{},\"hallmark_ms\":{hallmark:.1},\
         \"serde_json_ms\":{plain:.1},\"ratio\":{ratio:.2},\"memory_kib\":{}}}",
        report.len(),
        findings == same,
        over.map_or_else(|| "null".to_owned(), |kib| kib.to_string()),
    );
}

/// Milliseconds of the fastest of seven runs.
fn fastest(run: impl Fn() -> usize) -> (f64, usize) {
    let runs = (0..7).map(|_| {
        let start = Instant::now();
        let count = black_box(run());
        (start.elapsed().as_secs_f64() * 1000.0, count)
    });
    runs.reduce(|a, b| if b.0 < a.0 { b } else { a })
        .unwrap_or_default()
}

/// Reads and scans: every finding is looked at, none is kept.
fn scan(report: &str) -> usize {
    let plain: Result<Plain<'_>, _> = serde_json::from_slice(report.as_bytes());
    let results = plain.map(|plain| plain.results).unwrap_or_default();
    let mut count = 0;
    for result in &results {
        black_box(&result.target);
        for finding in &result.vulnerabilities {
            black_box((&finding.id, &finding.pkg_name, &finding.installed_version));
            black_box((&finding.fixed_version, &finding.severity, &finding.title));
            count += 1;
        }
    }
    count
}

/// Kibibytes, by a line of `/proc/self/status`.
fn resident(name: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// A report of about this many bytes, indented and with the members that Trivy writes.
fn trivy(bytes: usize) -> String {
    let mut report = String::with_capacity(bytes + 8192);
    report.push_str("{\n  \"SchemaVersion\": 2,\n  \"CreatedAt\": \"2026-11-20T07:15:03Z\",\n");
    report.push_str(
        "  \"ArtifactName\": \"registry.example.com/shop/cart:1.4\",\n  \"Results\": [\n",
    );
    report.push_str(
        "    {\n      \"Target\": \"cart (debian 12.8)\",\n      \"Class\": \"os-pkgs\",\n",
    );
    report.push_str("      \"Vulnerabilities\": [\n");
    let mut at = 0;
    while report.len() < bytes {
        if at > 0 {
            report.push_str(",\n");
        }
        finding(&mut report, at);
        at += 1;
    }
    report.push_str("\n      ]\n    }\n  ]\n}\n");
    report
}

fn finding(report: &mut String, at: usize) {
    let (package, id) = (at % 400, at / 3);
    let words =
        "A flaw was found in the way that \\\"records\\\" are handled.\\nIt may be used to ";
    let severity = ["LOW", "MEDIUM", "HIGH", "CRITICAL"][at % 4];
    let fixed = if at.is_multiple_of(3) {
        ""
    } else {
        "\n          \"FixedVersion\": \"1.2.4-1\","
    };
    let _ = write!(
        report,
        "        {{\n          \"VulnerabilityID\": \"CVE-2026-{id}\",\n          \
         \"PkgID\": \"package-{package}@1.2.3-1\",\n          \"PkgName\": \"package-{package}\",\n          \
         \"PkgIdentifier\": {{\n            \"PURL\": \"pkg:deb/debian/package-{package}@1.2.3-1?arch=amd64\",\n            \
         \"UID\": \"debd192c5b1bc1d2\"\n          }},\n          \"InstalledVersion\": \"1.2.3-1\",{fixed}\n          \
         \"Status\": \"affected\",\n          \"Layer\": {{\n            \"DiffID\": \"sha256:{hex}\"\n          }},\n          \
         \"SeveritySource\": \"nvd\",\n          \"PrimaryURL\": \"https://avd.aquasec.com/nvd/cve-2026-{id}\",\n          \
         \"Title\": \"package-{package}: a flaw in records of kind {id}\",\n          \
         \"Description\": \"{description}\",\n          \"Severity\": \"{severity}\",\n          \
         \"CweIDs\": [\n            \"CWE-787\"\n          ],\n          \"CVSS\": {{\n            \"nvd\": {{\n              \
         \"V3Vector\": \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\",\n              \"V3Score\": 9.8\n            }}\n          }},\n          \
         \"References\": [\n            \"https://nvd.nist.gov/vuln/detail/CVE-2026-{id}\",\n            \
         \"https://security-tracker.debian.org/tracker/CVE-2026-{id}\",\n            \
         \"https://ubuntu.com/security/notices/USN-{id}-1\"\n          ],\n          \
         \"PublishedDate\": \"2026-10-01T00:00:00.123Z\",\n          \"LastModifiedDate\": \"2026-10-02T00:00:00.123Z\"\n        }}",
        hex = "ab".repeat(32),
        description = words.repeat(12),
    );
}
