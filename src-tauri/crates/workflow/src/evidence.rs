//! Attaching reports to an image, and finding what others attached.

use crate::{
    attached::{Attached, ReportFile, TITLE},
    desk::Desk,
    dto::{self, AskAttach, ReportText},
    error::{Code, Error, Result},
    home::cannot,
    image::{Image, digest, reference},
    scribe::Scribe,
    surroundings::Work,
};
use bytes::Bytes;
use hallmark_attest::predicate as p;
use hallmark_evidence::{Binding, Format, Kind, Report, Severity, Tests, Vulnerabilities, bind};
use hallmark_image::{Artifact, Descriptor, Digest, Platform, media_type};
use hallmark_registry::Attachment;
use jiff::Timestamp;
use std::{fs, path::Path, sync::Arc};

/// How many names a statement spells out.
const NAMES: usize = 1000;
/// How many lines of a report are shown at once.
const LINES: usize = 400;
/// The longest line that is shown, characters.
const LINE: usize = 2000;

/// A report that was read and is about to be attached.
struct Ready {
    name: String,
    bytes: Bytes,
    report: Report,
    /// The manifests it speaks of, each with its platform; the image itself where it speaks of all.
    subjects: Vec<(Descriptor, Option<Platform>)>,
}

impl Desk {
    /// Attaches reports, signed by who sits here. All are read first; if one is wrong, none is attached.
    ///
    /// # Errors
    /// [`Code::BadReport`] for one that cannot be read, [`Code::EvidenceForAnother`] for one that
    /// names another image, and whatever keeps the registry from taking them.
    pub async fn attach(&self, ask: AskAttach, work: &Work) -> Result<dto::Attached> {
        let wanted = ask
            .platform
            .as_deref()
            .map(str::parse::<Platform>)
            .transpose();
        let wanted = wanted.map_err(|error| Error::new(Code::BadInput, error.to_string()))?;
        let files = ask
            .files
            .iter()
            .map(|file| read_file(Path::new(file)))
            .collect::<Result<Vec<_>>>()?;
        work.step("Reading the image", 0, None)?;
        let image = self.image(&reference(&ask.image)?).await?;
        let ready = files
            .into_iter()
            .map(|(name, bytes, report)| {
                let subjects = subjects(
                    &name,
                    &report,
                    &image,
                    wanted.as_ref(),
                    ask.because.as_deref(),
                )?;
                Ok(Ready {
                    name,
                    bytes,
                    report,
                    subjects,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        work.step("Attaching", 0, Some(ready.len() as u64))?;
        self.attach_ready(&image, &ready, ask.because).await
    }

    async fn attach_ready(
        &self,
        image: &Image,
        ready: &[Ready],
        because: Option<String>,
    ) -> Result<dto::Attached> {
        self.ensure_key(None).await?;
        let mut scribe = self.scribe().await?;
        let mut statements = Vec::new();
        for one in ready {
            for (subject, platform) in &one.subjects {
                statements.push(
                    one.write(
                        &mut scribe,
                        image,
                        subject,
                        platform.as_ref(),
                        because.as_deref(),
                    )?
                    .to_string(),
                );
            }
        }
        scribe.publish(self, &image.repository).await?;
        Ok(dto::Attached {
            image: image.name(),
            evidence: ready
                .iter()
                .map(|one| Digest::sha256(&one.bytes).to_string())
                .collect(),
            statements,
            warnings: ready
                .iter()
                .flat_map(|one| {
                    one.report
                        .warnings
                        .iter()
                        .map(|w| format!("{}: {w}", one.name))
                })
                .collect(),
        })
    }

    /// The bytes of a report that is attached.
    ///
    /// # Errors
    /// [`Code::NotFound`] where no such report is attached.
    pub async fn evidence_bytes(&self, image: &str, report: &str) -> Result<Bytes> {
        let image = self.image(&reference(image)?).await?;
        let wanted = digest(report)?;
        let attached = self.attached(&image, &self.trust().await?).await?;
        let file = find(&attached, &wanted)?;
        self.report_bytes(&image.repository, file).await
    }

    /// A report as text, from a line on.
    ///
    /// # Errors
    /// As [`evidence_bytes`](Self::evidence_bytes).
    pub async fn report_text(&self, ask: &dto::AskReport) -> Result<ReportText> {
        let wanted = digest(&ask.digest)?;
        let bytes = match self.content.find(&wanted) {
            Some(bytes) => bytes,
            None => self.evidence_bytes(&ask.image, &ask.digest).await?,
        };
        let text = String::from_utf8_lossy(&bytes);
        let first = ask.line.max(1);
        let skip = usize::try_from(first - 1).unwrap_or(usize::MAX);
        let shown: Vec<String> = text
            .lines()
            .skip(skip)
            .take(LINES)
            .map(|line| line.chars().take(LINE).collect())
            .collect();
        Ok(ReportText {
            text: shown.join("\n"),
            first_line: first,
            lines: text.lines().count() as u64,
        })
    }
}

fn find<'a>(attached: &'a Attached, wanted: &Digest) -> Result<&'a ReportFile> {
    attached
        .reports
        .iter()
        .find(|file| file.content.digest == *wanted)
        .ok_or_else(|| {
            Error::new(
                Code::NotFound,
                format!("no report {} is attached to this image", wanted.short()),
            )
            .hint("`hallmark evidence list IMAGE` shows what is.")
        })
}

fn read_file(path: &Path) -> Result<(String, Bytes, Report)> {
    let name = path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let bytes: Bytes = fs::read(path)
        .map_err(|error| {
            let error = cannot("read", path, &error);
            Error {
                code: Code::BadInput,
                ..error
            }
        })?
        .into();
    let report = hallmark_evidence::parse(&name, &bytes)
        .map_err(|error| Error::new(Code::BadReport, error.to_string()))?;
    Ok((name, bytes, report))
}

/// The manifests that a report is to hang on.
fn subjects(
    name: &str,
    report: &Report,
    image: &Image,
    wanted: Option<&Platform>,
    because: Option<&str>,
) -> Result<Vec<(Descriptor, Option<Platform>)>> {
    let whole = (image.manifest.descriptor(), None);
    let child = |at: usize| {
        let of = &image.platforms[at];
        (of.manifest.descriptor(), of.platform.clone())
    };
    let asked = wanted.map(|wanted| position(image, wanted)).transpose()?;
    match (bind(report, &image.identity()), asked) {
        (Binding::Other(others), _) if because.is_none() => Err(another(name, image, &others)),
        (Binding::Platform(found), Some(asked)) if !found.contains(&asked) => Err(Error::new(
            Code::BadInput,
            format!(
                "{name} speaks of another platform than {}",
                image.platforms[asked].name()
            ),
        )),
        (_, Some(asked)) => Ok(vec![child(asked)]),
        (Binding::Platform(found), None) if found.is_empty() && because.is_none() => {
            Err(Error::new(
                Code::EvidenceForAnother,
                format!("{name} names this image, and a platform that it does not have"),
            ))
        }
        (Binding::Platform(found), None)
            if !found.is_empty() && found.len() < image.platforms.len() =>
        {
            Ok(found.into_iter().map(child).collect())
        }
        _ => Ok(vec![whole]),
    }
}

fn position(image: &Image, wanted: &Platform) -> Result<usize> {
    let same = |of: &crate::image::PlatformOf| {
        of.platform.as_ref().is_some_and(|p| p.same_machine(wanted))
    };
    image.platforms.iter().position(same).ok_or_else(|| {
        let known: Vec<String> = image
            .platforms
            .iter()
            .map(crate::image::PlatformOf::name)
            .collect();
        Error::new(
            Code::BadInput,
            format!("this image has no platform {wanted}"),
        )
        .hint(format!("It has {}.", known.join(", ")))
    })
}

fn another(name: &str, image: &Image, others: &[Digest]) -> Error {
    let others: Vec<&str> = others.iter().map(Digest::short).collect();
    Error::new(
        Code::EvidenceForAnother,
        format!(
            "{name} is about another image ({}), not about {}; nothing was attached",
            others.join(", "),
            image.digest().short()
        ),
    )
    .hint("Make the report for this image, or say why it counts all the same with --because.")
}

impl Ready {
    fn write(
        &self,
        scribe: &mut Scribe,
        image: &Image,
        subject: &Descriptor,
        platform: Option<&Platform>,
        because: Option<&str>,
    ) -> Result<Digest> {
        let media_type = media_type_of(self.report.format);
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
            _ => {
                return Err(Error::new(
                    Code::BadReport,
                    format!(
                        "{} is a {} report, which cannot be attached yet",
                        self.name, self.report.format
                    ),
                ));
            }
        };
        scribe.beside(self.attachment(subject, media_type)?);
        Ok(statement)
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
            .map_err(|error| Error::new(Code::BadInput, error.to_string()))?;
        Ok(Attachment {
            manifest,
            blobs: vec![self.bytes.clone()],
        })
    }
}

fn media_type_of(format: Format) -> &'static str {
    match format {
        Format::Junit => media_type::JUNIT,
        _ => media_type::JSON,
    }
}

fn test_result(tests: &Tests, evidence: p::Evidence) -> p::TestResult {
    use hallmark_evidence::Verdict;
    let bad = |case: &&hallmark_evidence::TestCase| {
        matches!(case.verdict, Verdict::Failed | Verdict::Errored)
    };
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

/// A report's parse, shared between the pages that show it.
pub(crate) type Parsed = Arc<std::result::Result<Report, hallmark_evidence::ParseError>>;
