//! From a Dockerfile to golden.

use crate::{Desk, SPEC, read};
use hallmark_flows::ground::word;
use serde_json::{Value, json};

const DOCKERFILE: &str = "\
FROM kitchen:1
ARG REVISION=none
LABEL org.opencontainers.image.revision=$REVISION
WORKDIR /app
COPY greeting .
USER 1000:1000
CMD [\"cat\", \"/app/greeting\"]
";
/// Prints the report beside it, and writes down what it was asked.
const SCANNER: &str = "\
case \"$1\" in --version) echo 'Version: 0.58.1'; exit 0;; esac
here=$(dirname \"$0\")
echo \"$@\" >> \"$here/asked\"
echo \"${TRIVY_USERNAME:-nobody}\" >> \"$here/asked\"
cat \"$here/report.json\"";

/// A scan of that image as Trivy writes it, with these findings.
fn report(image: &str, findings: &[Value]) -> String {
    json!({
        "SchemaVersion": 2,
        "CreatedAt": jiff::Timestamp::now().to_string(),
        "ArtifactName": image,
        "ArtifactType": "container_image",
        "Metadata": { "RepoDigests": [image] },
        "Results": [{
            "Target": "the image", "Class": "os-pkgs", "Type": "debian",
            "Vulnerabilities": findings,
        }],
    })
    .to_string()
}

fn finding(severity: &str) -> Value {
    json!({
        "VulnerabilityID": "CVE-2026-0001", "PkgName": "zlib1g",
        "InstalledVersion": "1:1.2.13", "FixedVersion": "1:1.2.14", "Severity": severity,
    })
}

#[test]
#[allow(clippy::too_many_lines, reason = "one image goes the whole way")]
fn from_a_dockerfile_to_golden_by_command_alone() {
    let desk = Desk::new();
    desk.log_in();
    let (context, file) = desk.checkout(DOCKERFILE);
    let image = desk.name("1.4.0");
    let built = desk.ada.ok(&[
        "build",
        "-t",
        &image,
        "-f",
        &file,
        "--build-arg",
        "REVISION=5e1f00d",
        "--label",
        "org.opencontainers.image.version=1.4.0",
        &context,
    ]);
    assert_eq!(built["tags"][0], image, "{built}");
    let more = desk.ada.ok(&["tag", &image, &desk.name("rc")]);
    assert!(more.to_string().contains(":rc"), "{more}");

    let pushed = desk
        .ada
        .ok(&["push", &image, "--to", &image, "--to", &desk.name("rc")]);
    let digest = pushed["targets"][0]["digest"].as_str().unwrap().to_owned();
    for target in pushed["targets"].as_array().unwrap() {
        assert_eq!(target["digest"], digest.as_str(), "{pushed}");
        assert_eq!(target["verified"], true, "{pushed}");
        assert_eq!(target["login"], "ada", "{pushed}");
    }
    let skopeo = desk.skopeo();
    let repository = format!("{}/shop/cart", desk.registry.host);
    assert_eq!(skopeo.digest(&repository, "rc").to_string(), digest);

    let exact = format!("{repository}@{digest}");
    let spec = word(&desk.ground.file("smoke.toml", SPEC));
    let smoked = desk.ada.ok(&["smoke", &image, "--spec", &spec]);
    assert_eq!(
        (&smoked["passed"], &smoked["digest"]),
        (&json!(true), &json!(digest)),
        "{smoked}"
    );

    desk.ground
        .file("tools/report.json", report(&exact, &[finding("LOW")]));
    desk.scanner(SCANNER);
    let scanned = desk.ada.ok(&["scan", &image]);
    assert_eq!(
        (&scanned["low"], &scanned["fixable"]),
        (&json!(1), &json!(1)),
        "{scanned}"
    );
    let asked = read(&desk.ground.files().join("tools/asked"));
    assert!(asked.contains(&exact) && asked.contains("ada"), "{asked}");
    assert!(
        !asked.contains(crate::PASSWORD),
        "the password is on the command line"
    );

    desk.ada.request(&exact);
    let review = desk.ada.ok(&["review", &exact, "--stage", "golden"]);
    assert_eq!(review["verdict"], "pass", "{review:#}");
    assert_eq!(review["tests"]["passed"], 4, "{review:#}");
    desk.ada.approve(&exact);
    desk.ada.promote(&exact);
    assert_eq!(skopeo.digest(&repository, "golden").to_string(), digest);
    let labels = skopeo.labels(&repository, "golden");
    assert_eq!(
        labels["org.opencontainers.image.version"], "1.4.0",
        "{labels}"
    );
    assert_eq!(
        labels["org.opencontainers.image.revision"], "5e1f00d",
        "{labels}"
    );

    let health = desk.ada.ok(&["health"]);
    assert_eq!(health["rows"][0]["digest"], digest.as_str(), "{health}");
    assert_eq!(health["rows"][0]["verdict"], "pass", "{health}");

    // A fix came out, and the finding is known to be worse.
    desk.ground
        .file("tools/report.json", report(&exact, &[finding("CRITICAL")]));
    let again = desk.ada.json(&["scan", "--stage", "golden"]).answer(1);
    assert_eq!(again["worse"], true, "{again}");
    assert_eq!(again["rows"][0]["verdict"], "fail", "{again}");
    let review = desk
        .ada
        .json(&["review", &exact, "--stage", "golden"])
        .answer(1);
    assert_eq!(review["verdict"], "fail", "{review:#}");
}

#[test]
fn a_failing_smoke_test_is_evidence_too() {
    let desk = Desk::new();
    desk.log_in();
    let (context, file) = desk.checkout("FROM kitchen:1\nCMD [\"false\"]\n");
    let image = desk.name("2.0.0");
    desk.ada.ok(&["build", "-t", &image, "-f", &file, &context]);
    desk.ada.ok(&["push", &image]);
    let spec = word(&desk.ground.file("smoke.toml", SPEC));
    let smoked = desk.ada.json(&["smoke", &image, "--spec", &spec]).answer(1);
    assert_eq!(smoked["passed"], false, "{smoked}");
    let left = desk.docker.docker(&[], &["ps", "-aq"], b"");
    assert_eq!(left.text().trim(), "", "a container was left");
    desk.ada.request(&image);
    let review = desk
        .ada
        .json(&["review", &image, "--stage", "golden"])
        .answer(1);
    assert_eq!(review["verdict"], "fail", "{review:#}");
    assert_eq!(review["tests"]["failed"], 4, "{review:#}");
}
