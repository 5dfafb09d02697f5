//! Reports as the tools write them, small.

use crate::ground::Pushed;
use hallmark_image::Digest;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A test report in which `failing` fail and the others pass.
pub fn junit(at: Timestamp, passing: &[&str], failing: &[&str]) -> String {
    let pass = |name: &&str| format!(r#"<testcase classname="unit" name="{name}" time="0.1"/>"#);
    let fail = |name: &&str| {
        format!(
            r#"<testcase classname="unit" name="{name}" time="0.1"><failure message="no"/></testcase>"#
        )
    };
    let cases: String = passing
        .iter()
        .map(pass)
        .chain(failing.iter().map(fail))
        .collect();
    format!(
        r#"<testsuites><testsuite name="unit" timestamp="{at}">{cases}</testsuite></testsuites>"#
    )
}

/// A scan of one platform; each finding is an identifier, a severity, and the fixed version.
pub fn trivy(
    image: &Pushed,
    platform: usize,
    at: Timestamp,
    findings: &[(&str, &str, &str)],
) -> String {
    let config = image.children[platform].config().unwrap().digest.clone();
    scan_of(&image.exact(), &config, at, findings)
}

/// The same, of whatever image.
pub fn scan_of(
    name: &str,
    config: &Digest,
    at: Timestamp,
    findings: &[(&str, &str, &str)],
) -> String {
    let found = |(id, severity, fixed): &(&str, &str, &str)| json!({"VulnerabilityID": id, "PkgName": "zlib1g", "InstalledVersion": "1.2", "FixedVersion": fixed, "Severity": severity});
    let found: Vec<Value> = findings.iter().map(found).collect();
    json!({
        "SchemaVersion": 2, "Trivy": {"Version": "0.67.2"}, "CreatedAt": at.to_string(),
        "ArtifactName": name, "ArtifactType": "container_image",
        "Metadata": {"ImageID": config, "RepoDigests": [name]},
        "Results": [{"Target": "debian", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": found}],
    })
    .to_string()
}
