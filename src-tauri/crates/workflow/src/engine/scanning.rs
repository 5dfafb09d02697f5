//! Scans at the desk: Trivy or Grype where they are installed, and the report attached as it came.

use super::{jobs::Job, moving::stoppable, subject::Subject};
use crate::{
    desk::Desk,
    dto::{
        AskScan, AskScanStage, HealthVerdict, JobKind, Scanned, ScannerInfo, Scanners, StageScanned,
    },
    error::{Code, Error, Result},
    image::reference,
    surroundings::Work,
    words::count as counted,
};
use bytes::Bytes;
use hallmark_credentials::Login;
use hallmark_engine::scan::{self, HOW_TO_GET_ONE, Reach, ScanLogin, Scanner};
use hallmark_evidence::VulnSummary;
use hallmark_image::{Digest, Reference};
use std::{ffi::OsString, time::Duration};

/// How long a scanner may take: it may fetch its database first.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

impl Desk {
    fn installed_scanners(&self) -> Vec<Scanner> {
        let path = (self.around.env)("PATH").map(OsString::from);
        path.map(|path| Scanner::find(&path)).unwrap_or_default()
    }

    /// The scanners on this machine.
    pub async fn scanners(&self) -> Scanners {
        let mut found = Vec::new();
        for scanner in self.installed_scanners() {
            found.push(ScannerInfo {
                name: scanner.kind.name().to_owned(),
                version: scanner.version().await,
                path: scanner.path.display().to_string(),
            });
        }
        Scanners {
            hint: found.is_empty().then(|| HOW_TO_GET_ONE.to_owned()),
            found,
        }
    }

    fn scanner(&self, name: Option<&str>) -> Result<Scanner> {
        let mut found = self.installed_scanners();
        found.retain(|scanner| name.is_none_or(|name| scanner.kind.name() == name));
        found.into_iter().next().ok_or_else(|| {
            let words = match name {
                Some(name) => format!("{name} is not installed here"),
                None => "no scanner is installed here".to_owned(),
            };
            Error::new(Code::ProgramFailed, words).hint(HOW_TO_GET_ONE)
        })
    }

    /// Scans an image, and attaches the report where that is asked.
    ///
    /// # Errors
    /// [`Code::ProgramFailed`] where there is no scanner or it fails, [`Code::BadReport`] where it
    /// prints what is no scan, and what keeps the report from being attached.
    pub async fn scan(&self, ask: AskScan, work: &Work) -> Result<Scanned> {
        let scanner = self.scanner(ask.scanner.as_deref())?;
        self.as_job(
            (&ask.job, JobKind::Scan, &ask.image),
            async |job: &Job| {
                let scanning = async {
                    let (subject, local) = self.to_scan(&ask.image).await?;
                    if ask.attach {
                        subject.must_be_known()?;
                    }
                    self.scan_one(&scanner, &subject, local, ask.attach, job, work)
                        .await
                };
                stoppable(scanning, work).await
            },
            |done| done.message.clone(),
        )
        .await
    }

    /// What to scan: the engine's image where it has one of that name, else the registry's.
    async fn to_scan(&self, name: &str) -> Result<(Subject, Option<String>)> {
        if let Ok(engine) = self.docker_engine().await
            && let Ok(subject) = self.subject(&engine, name, false).await
        {
            let subject = self.confirmed(subject).await?;
            let local = subject
                .known
                .is_none()
                .then(|| engine.address().to_string());
            return Ok((subject, local));
        }
        let asked = reference(name)?;
        let digest = self.client().resolve(&asked).await?.digest;
        Ok((remote(asked.repository.at(digest)), None))
    }

    async fn scan_one(
        &self,
        scanner: &Scanner,
        subject: &Subject,
        local: Option<String>,
        attach: bool,
        job: &Job,
        work: &Work,
    ) -> Result<Scanned> {
        let named = subject.name();
        let said = format!("Scanning {named}");
        work.step(&said, 0, None)?;
        // What a registry has is scanned there, by its digest: that is what the report is about.
        let (what, reach) = match (&subject.known, local) {
            (Some(known), None) => (
                scan::Subject::Remote(known.to_string()),
                self.reach(known).await?,
            ),
            (_, address) => (
                scan::Subject::Local(subject.id.clone(), address.unwrap_or_default()),
                Reach::default(),
            ),
        };
        let watch = |line: &str| {
            job.now(|record| {
                record.log.write(0, true, line.as_bytes());
                record.log.write(0, true, b"\n");
            });
        };
        let bytes = scanner.scan(&what, &reach, PATIENCE, watch).await?;
        let name = format!("{}.json", scanner.kind.name());
        let (tool, sum) = read_scan(scanner.kind.name(), &name, &bytes)?;
        let attached = match attach {
            true => {
                work.step("Attaching the report", 0, None)?;
                let digest = Digest::sha256(&bytes).to_string();
                self.attach_made(subject, &name, Bytes::from(bytes)).await?;
                Some(digest)
            }
            false => None,
        };
        Ok(Scanned {
            image: named,
            digest: subject.digest().map(ToString::to_string),
            scanner: tool,
            message: in_words(&sum),
            critical: sum.critical,
            high: sum.high,
            medium: sum.medium,
            low: sum.low,
            unknown: sum.unknown,
            fixable: sum.fixable,
            attached,
        })
    }

    /// How a scanner reaches the registry that Hallmark reaches by its own means.
    async fn reach(&self, image: &Reference) -> Result<Reach> {
        let host = &image.repository.host;
        let Some(known) = self.registry_file(host) else {
            return Ok(Reach {
                plain_http: self.speaks_plain_http(host),
                ..Reach::default()
            });
        };
        let login = match self.kept_login(&known).await? {
            Some(Login::Password { username, password }) => {
                Some(ScanLogin::new(host.as_str(), &username, password.expose()))
            }
            // Scanners know names and passwords only.
            _ => None,
        };
        Ok(Reach {
            login,
            plain_http: self.speaks_plain_http(host),
            ca: known.ca.as_ref().map(|ca| self.home.path().join(ca)),
        })
    }

    /// Scans everything that stands at a stage again, and says what became worse. An image that
    /// cannot be scanned keeps none of the others from it.
    ///
    /// # Errors
    /// [`Code::ProgramFailed`] where there is no scanner; where the history cannot be read.
    pub async fn scan_stage(&self, ask: AskScanStage, work: &Work) -> Result<StageScanned> {
        let scanner = self.scanner(ask.scanner.as_deref())?;
        let title = format!("everything at {}", ask.stage);
        self.as_job(
            (&ask.job, JobKind::Scan, &title),
            async |job: &Job| {
                let scanning = self.scan_all(&scanner, &ask.stage, job, work);
                stoppable(scanning, work).await
            },
            |done| done.message.clone(),
        )
        .await
    }

    async fn scan_all(
        &self,
        scanner: &Scanner,
        stage: &str,
        job: &Job,
        work: &Work,
    ) -> Result<StageScanned> {
        let marks = self.standing_at(stage).await?;
        let total = marks.len() as u64;
        let (mut rows, mut worse) = (Vec::new(), 0);
        for (at, mark) in marks.iter().enumerate() {
            work.step("Scanning what stands there", at as u64, Some(total))?;
            let before = self.health_of(mark).await;
            let subject = remote(mark.repository.at(mark.digest.clone()));
            let scanned = self
                .scan_one(scanner, &subject, None, true, job, &work.part())
                .await;
            let mut row = match &scanned {
                Ok(_) => self.health_of(mark).await,
                Err(_) => before.clone(),
            };
            row.problem = scanned.err().map(|error| error.message).or(row.problem);
            let failed = row.verdict == Some(HealthVerdict::Fail);
            let fell = failed && before.verdict != Some(HealthVerdict::Fail);
            worse += u64::from(fell || row.problem.is_some());
            rows.push(row);
        }
        let images = counted(total, "image", "images");
        Ok(StageScanned {
            message: match worse {
                0 => format!("{images} scanned; none is worse than before."),
                worse => format!("{images} scanned; {worse} worse than before, or not scanned."),
            },
            worse: worse > 0,
            rows,
        })
    }
}

fn remote(known: Reference) -> Subject {
    Subject {
        id: String::new(),
        platform: None,
        known: Some(known),
    }
}

/// What a scanner printed, read: the scanner with its version, and how much it found.
fn read_scan(scanner: &str, name: &str, bytes: &[u8]) -> Result<(String, VulnSummary)> {
    let report = hallmark_evidence::parse(name, bytes).map_err(|error| {
        let words = format!("what {scanner} printed is no report: {error}");
        Error::new(Code::BadReport, words).hint("Run it by hand to see what it prints.")
    })?;
    let found = report
        .vulnerabilities
        .as_ref()
        .filter(|found| found.scanned);
    let Some(found) = found else {
        let words = format!("what {scanner} printed is no vulnerability scan");
        return Err(Error::new(Code::BadReport, words));
    };
    let version = report
        .tool
        .as_ref()
        .and_then(|tool| tool.version.as_deref());
    let tool = match version {
        Some(version) => format!("{scanner} {version}"),
        None => scanner.to_owned(),
    };
    Ok((tool, found.summary))
}

fn in_words(sum: &VulnSummary) -> String {
    if sum.total == 0 {
        return "No findings.".to_owned();
    }
    let parts = [
        (sum.critical, "Critical"),
        (sum.high, "High"),
        (sum.medium, "Medium"),
        (sum.low, "Low"),
        (sum.unknown, "of unknown severity"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let found = counted(sum.total, "finding", "findings");
    format!("{found}: {}; {} with a fix.", parts.join(", "), sum.fixable)
}
