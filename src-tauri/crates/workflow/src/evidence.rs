//! Attaching reports to an image, and finding what others attached.

use crate::{
    attached::{Attached, ReportFile},
    content::MAX_REPORT,
    desk::Desk,
    dto::{self, AskAttach, ReportText},
    error::{Code, Error, Result},
    home::cannot,
    image::{Image, digest, reference},
    ready::Ready,
    surroundings::Work,
};
use bytes::Bytes;
use hallmark_evidence::{Binding, Report, bind};
use hallmark_image::{Descriptor, Digest, Platform};
use std::{fs, path::Path};

/// How many lines of a report are shown at once.
const LINES: usize = 400;
/// The longest line that is shown, characters.
const LINE: usize = 2000;

impl Desk {
    /// Attaches reports, signed by who sits here. All are read first; if one is wrong, none is attached.
    ///
    /// # Errors
    /// [`Code::BadReport`] for one that cannot be read, [`Code::EvidenceForAnother`] for one that
    /// names another image, and whatever keeps the registry from taking them.
    pub async fn attach(&self, ask: AskAttach, work: &Work) -> Result<dto::Attached> {
        let wanted = ask.platform.as_deref().map(str::parse::<Platform>);
        let wanted = wanted.transpose().map_err(Error::bad_input)?;
        let because = ask.because.as_deref();
        let files = ask.files.iter().map(|file| read_file(Path::new(file)));
        let files = files.collect::<Result<Vec<_>>>()?;
        work.step("Reading the image", 0, None)?;
        let named = reference(&ask.image)?;
        self.will_write(&named.repository)?;
        let image = self.image(&named).await?;
        let ready = files
            .into_iter()
            .map(|(name, bytes, report)| {
                Ok(Ready {
                    subjects: subjects(&name, &report, &image, wanted.as_ref(), because)?,
                    name,
                    bytes,
                    report,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        work.step("Attaching", 0, Some(ready.len() as u64))?;
        self.attach_ready(&image, &ready, because).await
    }

    /// Attaches a report that was made here, to one platform where one is named. It is looked at as
    /// any other: one that names another image is refused.
    pub(crate) async fn attach_report(
        &self,
        image: &Image,
        name: &str,
        bytes: Bytes,
        platform: Option<&Platform>,
    ) -> Result<dto::Attached> {
        let report = hallmark_evidence::parse(name, &bytes)
            .map_err(|error| Error::new(Code::BadReport, error.to_string()))?;
        let ready = Ready {
            subjects: subjects(name, &report, image, platform, None)?,
            name: name.to_owned(),
            bytes,
            report,
        };
        self.attach_ready(image, &[ready], None).await
    }

    /// Attaches what was made here, to the whole image.
    pub(crate) async fn attach_bytes(
        &self,
        image: &Image,
        name: String,
        bytes: Bytes,
    ) -> Result<dto::Attached> {
        let report = hallmark_evidence::parse(&name, &bytes)
            .map_err(|error| Error::new(Code::BadReport, error.to_string()))?;
        let ready = Ready {
            subjects: vec![(image.manifest.descriptor(), None)],
            name,
            bytes,
            report,
        };
        self.attach_ready(image, &[ready], None).await
    }

    async fn attach_ready(
        &self,
        image: &Image,
        ready: &[Ready],
        because: Option<&str>,
    ) -> Result<dto::Attached> {
        self.ensure_key(None).await?;
        let mut scribe = self.scribe().await?;
        let mut statements = Vec::new();
        for one in ready {
            for (subject, platform) in &one.subjects {
                let statement =
                    one.write(&mut scribe, image, subject, platform.as_ref(), because)?;
                statements.push(statement.to_string());
            }
        }
        scribe.publish(self, &image.repository).await?;
        let digest = |one: &Ready| Digest::sha256(&one.bytes).to_string();
        Ok(dto::Attached {
            image: image.name(),
            evidence: ready.iter().map(digest).collect(),
            statements,
            warnings: ready.iter().flat_map(Ready::warnings).collect(),
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
    let unreadable = |error: std::io::Error| Error {
        code: Code::BadInput,
        ..cannot("read", path, &error)
    };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > MAX_REPORT {
        return Err(Error::new(
            Code::BadReport,
            format!("{name} has {size} bytes; the limit is {MAX_REPORT}"),
        ));
    }
    let bytes: Bytes = fs::read(path).map_err(unreadable)?.into();
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
