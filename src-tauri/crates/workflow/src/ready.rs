//! A report about to be attached: its exact bytes as an artifact, and the statement about it.

use crate::{
    attached::TITLE,
    error::{Code, Error, Result},
    image::Image,
    scribe::Scribe,
};
use bytes::Bytes;
use hallmark_attest::predicate as p;
use hallmark_evidence::{
    Format, Kind, ManualCheck, Report, Severity, TestCase, Tests, Verdict, Vulnerabilities,
};
use hallmark_image::{Artifact, Descriptor, Digest, Platform, media_type};
use hallmark_registry::Attachment;
use jiff::Timestamp;

/// How many names a statement spells out.
const NAMES: usize = 1000;

/// A report that was read and is about to be attached.
pub(crate) struct Ready {
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
    pub(crate) report: Report,
    /// The manifests it speaks of, each with its platform; the image itself where it speaks of all.
    pub(crate) subjects: Vec<(Descriptor, Option<Platform>)>,
}

impl Ready {
    pub(crate) fn write(
        &self,
        scribe: &mut Scribe,
        image: &Image,
        subject: &Descriptor,
        platform: Option<&Platform>,
        because: Option<&str>,
    ) -> Result<Digest> {
        let media_type = self.media_type();
        let report = p::ReportRef {
            digest: Digest::sha256(&self.bytes),
            media_type: media_type.to_owned(),
            name: self.name.clone(),
            size: self.bytes.len() as u64,
        };
        let ours = |origin| p::Evidence {
            origin,
            report: report.clone(),
            platform: platform.map(ToString::to_string),
            because: because.map(str::to_owned),
        };
        let at = self.report.produced_at.unwrap_or(scribe.now());
        let statement = match (
            self.report.kind,
            &self.report.tests,
            &self.report.vulnerabilities,
        ) {
            (Kind::Tests, Some(tests), _) => {
                scribe.write(&image.repository, subject, p::TEST_RESULT, |origin| {
                    test_result(tests, ours(origin))
                })?
            }
            (Kind::Vulnerabilities, _, Some(found)) => {
                scribe.write(&image.repository, subject, p::VULNS, |origin| {
                    vulns(&self.report, found, at, ours(origin))
                })?
            }
            _ if self.ticked().is_some() => {
                scribe.write(&image.repository, subject, p::MANUAL_CHECK, |origin| {
                    manual_check(self.ticked(), ours(origin))
                })?
            }
            (Kind::Vex, ..) if self.report.format == Format::Openvex => {
                let document = serde_json::from_slice(&self.bytes).map_err(Error::bad_input)?;
                scribe.write(&image.repository, subject, p::OPENVEX, |origin| {
                    p::VexEvidence {
                        document,
                        evidence: ours(origin),
                    }
                })?
            }
            (Kind::Sbom | Kind::Findings, ..) => {
                let refer = |origin| p::Reference::of(ours(origin));
                scribe.write(&image.repository, subject, p::REFERENCE, refer)?
            }
            _ => return Err(self.not_ours()),
        };
        scribe.beside(self.attachment(subject, media_type)?);
        Ok(statement)
    }

    /// Documents whose worth lies in another's signature are not signed again.
    fn not_ours(&self) -> Error {
        Error::new(
            Code::BadReport,
            format!(
                "{} is a {} document, which is attached by the tool that signed it",
                self.name, self.report.format
            ),
        )
        .hint("Attach it with cosign or BuildKit; Hallmark reads what hangs on an image.")
    }

    /// What the report is attached under.
    fn media_type(&self) -> &'static str {
        let text = self.bytes.strip_prefix(b"\xef\xbb\xbf");
        let text = text.unwrap_or(&self.bytes).trim_ascii_start();
        match (self.report.format, text.first()) {
            (Format::Junit, _) => media_type::JUNIT,
            (Format::Openvex, _) => "application/vnd.openvex+json",
            (Format::Cyclonedx, Some(b'{')) => "application/vnd.cyclonedx+json",
            (Format::Cyclonedx, _) => "application/vnd.cyclonedx+xml",
            (Format::Spdx, Some(b'{')) => "application/spdx+json",
            (Format::Spdx, _) => "text/spdx",
            (Format::Sarif, _) => "application/sarif+json",
            _ => media_type::JSON,
        }
    }

    /// What a person ticked, where it is a manual check.
    fn ticked(&self) -> Option<&ManualCheck> {
        self.report.statement.as_ref()?.manual.as_ref()
    }

    /// What the reader warned of, with the file's name.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let warnings = self.report.warnings.iter();
        warnings.map(|warning| format!("{}: {warning}", self.name))
    }

    fn attachment(&self, subject: &Descriptor, media_type: &str) -> Result<Attachment> {
        let mut layer = Descriptor::of(media_type, &self.bytes);
        layer
            .annotations
            .insert(TITLE.to_owned(), self.name.clone());
        let manifest = Artifact::new(media_type, vec![layer])
            .about(subject)
            .annotated(TITLE, &self.name)
            .build()
            .map_err(Error::bad_input)?;
        Ok(Attachment {
            manifest,
            blobs: vec![self.bytes.clone()],
        })
    }
}

fn test_result(tests: &Tests, evidence: p::Evidence) -> p::TestResult {
    let bad = |case: &&TestCase| matches!(case.verdict, Verdict::Failed | Verdict::Errored);
    let result = if tests.summary.failed + tests.summary.errored > 0 {
        "FAILED"
    } else {
        "PASSED"
    };
    p::TestResult {
        result: result.into(),
        configuration: vec![serde_json::json!({
            "name": evidence.report.name,
            "digest": {evidence.report.digest.algorithm().name(): evidence.report.digest.hex()},
            "mediaType": evidence.report.media_type,
        })],
        failed_tests: tests
            .cases
            .iter()
            .filter(bad)
            .take(NAMES)
            .map(|case| case.name.clone())
            .collect(),
        evidence,
    }
}

fn manual_check(ticked: Option<&ManualCheck>, evidence: p::Evidence) -> p::ManualCheck {
    let said = |text: fn(&ManualCheck) -> &str| ticked.map(text).unwrap_or_default().to_owned();
    p::ManualCheck {
        check: said(|ticked| &ticked.check),
        note: said(|ticked| &ticked.note),
        evidence,
    }
}

fn vulns(
    report: &Report,
    found: &Vulnerabilities,
    at: Timestamp,
    evidence: p::Evidence,
) -> p::Vulns {
    let mut worst: Vec<_> = found
        .findings
        .iter()
        .filter(|finding| !finding.suppressed)
        .collect();
    worst.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let tool = report.tool.as_ref();
    let name = tool.map_or("unknown", |tool| tool.name.as_str());
    p::Vulns {
        scanner: p::Scanner {
            uri: format!("pkg:generic/{name}"),
            version: tool.and_then(|tool| tool.version.clone()),
            result: worst
                .iter()
                .take(NAMES)
                .map(|finding| scan_result(&finding.id, finding.severity, name))
                .collect(),
        },
        metadata: p::ScanMetadata {
            scan_started_on: at,
            scan_finished_on: at,
        },
        evidence,
    }
}

fn scan_result(id: &str, severity: Severity, tool: &str) -> p::ScanResult {
    let severity = p::ScanSeverity {
        method: tool.to_owned(),
        score: severity.name().to_owned(),
    };
    p::ScanResult {
        id: id.to_owned(),
        severity: vec![severity],
    }
}
