//! Writes a scan of a sample image as Trivy's JSON, schema version 2, with the names Trivy
//! itself gives: the image by its index digest, and the platform by its configuration's.

use super::{
    image::{Recipe, Variant},
    packages::{Ecosystem, Finding, Month, Package},
};
use hallmark_image::Digest;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A scan of one platform.
pub(super) struct Scan<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) index: &'a Digest,
    pub(super) variant: &'a Variant,
    pub(super) findings: Vec<&'static Finding>,
    pub(super) at: Timestamp,
}

impl Scan<'_> {
    /// The report's bytes.
    pub(super) fn write(&self) -> String {
        let report = json!({
            "SchemaVersion": 2,
            "Trivy": { "Version": "0.67.2" },
            "ReportID": self.report_id(),
            "CreatedAt": self.at.to_string(),
            "ArtifactName": self.name(),
            "ArtifactType": "container_image",
            "Metadata": self.metadata(),
            "Results": self.results(),
        });
        format!("{report:#}\n")
    }

    fn name(&self) -> String {
        format!("{}:{}", self.recipe.repository, self.recipe.tag)
    }

    /// In the shape of a UUID; the same for the same image.
    fn report_id(&self) -> String {
        let hex = Digest::sha256(self.variant.manifest.digest().to_string());
        let hex = hex.hex();
        format!(
            "{}-{}-7{}-8{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..15],
            &hex[15..18],
            &hex[18..30]
        )
    }

    fn metadata(&self) -> Value {
        let layers = &self.variant.layers;
        let size: usize = layers.iter().map(|layer| layer.packed.len()).sum();
        let diff_ids: Vec<&Digest> = layers.iter().map(|layer| &layer.diff_id).collect();
        json!({
            "Size": size,
            "OS": { "Family": "debian", "Name": "12.12" },
            "ImageID": Digest::sha256(&self.variant.config_bytes),
            "DiffIDs": diff_ids,
            "RepoTags": [self.name()],
            "RepoDigests": [format!("{}@{}", self.recipe.repository, self.index)],
            "Reference": self.name(),
            "ImageConfig": self.variant.config,
        })
    }

    /// One result an ecosystem; as Trivy does, the key is left out where nothing was found.
    fn results(&self) -> Vec<Value> {
        let target = format!("{} (debian 12.12)", self.name());
        let mut results = vec![self.result(Ecosystem::Debian, &target, "os-pkgs", "debian")];
        if let Some(first) = self.recipe.application.first() {
            let (target, kind) = match first.ecosystem {
                Ecosystem::Node => ("Node.js", "node-pkg"),
                Ecosystem::Python | Ecosystem::Debian => ("Python", "python-pkg"),
            };
            results.push(self.result(first.ecosystem, target, "lang-pkgs", kind));
        }
        results
    }

    fn result(&self, ecosystem: Ecosystem, target: &str, class: &str, kind: &str) -> Value {
        let mut result = json!({ "Target": target, "Class": class, "Type": kind });
        let found: Vec<Value> = self
            .findings
            .iter()
            .filter_map(|finding| {
                let of_it = |package: &&Package| {
                    package.ecosystem == ecosystem && package.name == finding.package
                };
                let package = self.recipe.packages().find(of_it)?;
                Some(self.vulnerability(finding, package))
            })
            .collect();
        if !found.is_empty() {
            result["Vulnerabilities"] = found.into();
        }
        result
    }

    fn vulnerability(&self, finding: &Finding, package: &Package) -> Value {
        let installed = package.version(self.recipe.month);
        let url = format!("https://avd.aquasec.com/nvd/{}", finding.id.to_lowercase());
        let mut found = json!({
            "VulnerabilityID": finding.id,
            "PkgID": format!("{}@{installed}", package.name),
            "PkgName": package.name,
            "PkgIdentifier": { "PURL": self.purl(package, self.recipe.month) },
            "InstalledVersion": installed,
            "Status": if finding.fixed.is_some() { "fixed" } else { "affected" },
            "SeveritySource": severity_source(package.ecosystem),
            "PrimaryURL": url,
            "Title": finding.title,
            "Severity": finding.severity,
            "References": [url],
        });
        if let Some(fixed) = finding.fixed {
            found["FixedVersion"] = fixed.into();
        }
        found
    }

    fn purl(&self, package: &Package, month: Month) -> String {
        let (name, version) = (package.name, package.version(month).replace('+', "%2B"));
        let architecture = &self.variant.platform.architecture;
        match package.ecosystem {
            Ecosystem::Debian => {
                format!("pkg:deb/debian/{name}@{version}?arch={architecture}&distro=debian-12.12")
            }
            Ecosystem::Python => format!("pkg:pypi/{name}@{version}"),
            Ecosystem::Node => format!("pkg:npm/{name}@{version}"),
        }
    }
}

fn severity_source(ecosystem: Ecosystem) -> &'static str {
    match ecosystem {
        Ecosystem::Debian => "debian",
        Ecosystem::Python | Ecosystem::Node => "ghsa",
    }
}
