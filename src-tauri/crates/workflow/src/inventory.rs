//! Inventories: what stands at a stage or waits for one, read from the evidence that counts for it
//! into the local index that packages and vulnerabilities are found by.
//!
//! The index is a convenience and proves nothing: it can be filled again at any time, and every
//! answer says of when it is and what it does not cover.

use crate::{
    desk::Desk,
    dto::{AskFindRefresh, Candidate, FindCoverage},
    error::Result,
    image::Image,
    surroundings::Work,
    weigh::Weighed,
};
use futures::{StreamExt, stream};
use hallmark_evidence::{Finding, Package, PackageUrl};
use hallmark_history::{FindingLine, Inventory, PackageLine};
use hallmark_image::{Digest, Repository};
use hallmark_policy::Covers;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};

/// How many images are read at once.
const AT_ONCE: usize = 4;
/// What was read this long ago is read again.
const FRESH: SignedDuration = SignedDuration::from_mins(15);
/// The longest text that is kept, characters.
const TEXT: usize = 300;

/// One image to read, and what it waits for where it is a candidate.
struct Due {
    repository: Repository,
    digest: Digest,
    asked: Option<Candidate>,
}

impl Desk {
    /// Reads the evidence of what stands at a stage and of what waits: all of it, or what was never
    /// read and what is out of date. An image that cannot be read is told as such, and what was
    /// known of it stands.
    ///
    /// # Errors
    /// [`Code::Cancelled`](crate::error::Code::Cancelled), where what was read so far is kept; and
    /// where the index cannot be written.
    pub async fn find_refresh(&self, ask: AskFindRefresh, work: &Work) -> Result<FindCoverage> {
        work.step("Looking what stands and what waits", 0, None)?;
        let wanted = self.standing_images().await?;
        let due = self.due(wanted, ask.all).await?;
        let total = due.len() as u64;
        let reading = stream::iter(due)
            .map(|one| async move { self.read_inventory(&one).await })
            .buffer_unordered(AT_ONCE);
        let mut reading = std::pin::pin!(reading);
        let mut done = 0;
        work.step("Reading evidence", done, Some(total))?;
        while let Some(read) = reading.next().await {
            read?;
            done += 1;
            work.step("Reading evidence", done, Some(total))?;
        }
        self.find_coverage().await
    }

    /// Every image that stands at a stage, and every candidate.
    async fn standing_images(&self) -> Result<Vec<Due>> {
        let marks = self.marks().await?;
        let mut wanted: BTreeMap<(Repository, Digest), Option<Candidate>> = BTreeMap::new();
        for mark in marks.all().filter(|mark| mark.first) {
            wanted.insert((mark.repository.clone(), mark.digest.clone()), None);
        }
        let queue = self.queue().await?;
        for candidate in queue.waiting.into_iter().chain(queue.mine) {
            let repository = format!("{}/{}", candidate.host, candidate.repository);
            if let (Ok(repository), Ok(digest)) = (repository.parse(), candidate.digest.parse()) {
                wanted.insert((repository, digest), Some(candidate));
            }
        }
        let due = |((repository, digest), asked)| Due {
            repository,
            digest,
            asked,
        };
        Ok(wanted.into_iter().map(due).collect())
    }

    /// What of it has to be read; whatever else was kept is forgotten.
    async fn due(&self, wanted: Vec<Due>, all: bool) -> Result<Vec<Due>> {
        let kept = self.history.inventories().await?;
        let mut kept: BTreeMap<(String, String), Inventory> = kept
            .into_iter()
            .map(|(_, own)| ((own.repository.clone(), own.digest.clone()), own))
            .collect();
        let mut due = Vec::new();
        for one in wanted {
            let known = kept.remove(&(one.repository.to_string(), one.digest.to_string()));
            let waits = one.asked.as_ref().map(|asked| &asked.stage);
            let stands = known.is_some_and(|own| {
                own.problem.is_none()
                    && own.candidate.as_ref() == waits
                    && self.now().duration_since(own.read_at) < FRESH
            });
            if all || !stands {
                due.push(one);
            }
        }
        for (repository, digest) in kept.keys() {
            self.history.forget_inventory(repository, digest).await?;
        }
        Ok(due)
    }

    async fn read_inventory(&self, due: &Due) -> Result<()> {
        let read = async {
            let image = self.image(&due.repository.at(due.digest.clone())).await?;
            let trust = self.trust().await?;
            let attached = self.attached(&image, &trust).await?;
            let weighed = self.weigh(&image, &attached, &trust).await?;
            Ok::<_, crate::error::Error>((image, weighed))
        };
        match read.await {
            Ok((image, weighed)) => self.index(&image, &weighed, due.asked.as_ref()).await,
            Err(error) => self.keep_problem(due, error.message).await,
        }
    }

    /// What was known stands, with its own time; what was never read is named.
    async fn keep_problem(&self, due: &Due, problem: String) -> Result<()> {
        let (repository, digest) = (due.repository.to_string(), due.digest.to_string());
        let known = self.history.inventories().await?;
        let known = known
            .iter()
            .any(|(_, own)| own.repository == repository && own.digest == digest);
        if known {
            return Ok(());
        }
        let inventory = Inventory {
            repository,
            digest,
            read_at: self.now(),
            candidate: due.asked.as_ref().map(|asked| asked.stage.clone()),
            tag: due.asked.as_ref().and_then(|asked| asked.tag.clone()),
            problem: Some(problem),
            ..Inventory::default()
        };
        Ok(self.history.keep_inventory(&inventory, &[], &[]).await?)
    }

    /// Takes in the evidence of an image that stands at a stage, where it is other than what is
    /// known.
    pub(crate) async fn index_where_new(&self, image: &Image, weighed: &[Weighed]) -> Result<()> {
        let known = self.history.inventories().await?;
        let (repository, digest) = (image.repository.to_string(), image.digest().to_string());
        let own = known
            .iter()
            .find(|(_, own)| own.repository == repository && own.digest == digest);
        if own.is_some_and(|(_, own)| own.evidence == counted(weighed) && own.problem.is_none()) {
            return Ok(());
        }
        self.index(image, weighed, None).await
    }

    async fn index(
        &self,
        image: &Image,
        weighed: &[Weighed],
        asked: Option<&Candidate>,
    ) -> Result<()> {
        let inventory = Inventory {
            repository: image.repository.to_string(),
            digest: image.digest().to_string(),
            read_at: self.now(),
            sbom: covered(image, weighed, |report| {
                report.packages.as_ref().is_some_and(|all| !all.is_empty())
            }),
            scan: covered(image, weighed, |report| {
                report
                    .vulnerabilities
                    .as_ref()
                    .is_some_and(|scan| scan.scanned)
            }),
            candidate: asked.map(|asked| asked.stage.clone()),
            tag: asked.and_then(|asked| asked.tag.clone()),
            version: image.facts().version,
            problem: None,
            evidence: counted(weighed),
        };
        let (packages, findings) = (packages(image, weighed), findings(image, weighed));
        Ok(self
            .history
            .keep_inventory(&inventory, &packages, &findings)
            .await?)
    }
}

fn counting(weighed: &[Weighed]) -> impl Iterator<Item = &Weighed> {
    weighed.iter().filter(|one| one.counts())
}

fn counted(weighed: &[Weighed]) -> Vec<String> {
    counting(weighed)
        .map(|one| one.digest().to_string())
        .collect()
}

/// Whether reports of that kind speak of every platform.
fn covered(
    image: &Image,
    weighed: &[Weighed],
    kind: impl Fn(&hallmark_evidence::Report) -> bool,
) -> bool {
    let of_kind = counting(weighed).filter(|one| one.report().is_some_and(&kind));
    let mut seen = BTreeSet::new();
    for one in of_kind {
        match &one.covers {
            Covers::All => return true,
            Covers::Platforms(found) => seen.extend(found.iter().copied()),
            Covers::Other => {}
        }
    }
    !image.platforms.is_empty() && seen.len() == image.platforms.len()
}

fn platforms(image: &Image, covers: &Covers) -> BTreeSet<String> {
    let named = |at: usize| image.platforms.get(at).map(crate::image::PlatformOf::name);
    match covers {
        Covers::All => (0..image.platforms.len()).filter_map(named).collect(),
        Covers::Platforms(found) => found.iter().filter_map(|at| named(*at)).collect(),
        Covers::Other => BTreeSet::new(),
    }
}

/// The same package of several platforms, or of several reports, is one line.
fn packages(image: &Image, weighed: &[Weighed]) -> Vec<PackageLine> {
    let mut lines: BTreeMap<(String, String, String), (PackageLine, BTreeSet<String>)> =
        BTreeMap::new();
    for one in counting(weighed) {
        let packages = one.report().and_then(|report| report.packages.as_ref());
        let on = platforms(image, &one.covers);
        for package in packages.into_iter().flatten() {
            let line = package_line(package, one);
            let key = (
                line.name.clone(),
                line.version.clone(),
                line.ecosystem.clone(),
            );
            let kept = lines.entry(key).or_insert_with(|| (line, BTreeSet::new()));
            kept.1.extend(on.iter().cloned());
        }
    }
    lines
        .into_values()
        .map(|(line, on)| PackageLine {
            platforms: in_words(&on),
            ..line
        })
        .collect()
}

fn package_line(package: &Package, one: &Weighed) -> PackageLine {
    let purl = package.purl.as_deref().and_then(PackageUrl::parse);
    let ecosystem = purl.as_ref().map(|purl| cut(&purl.ecosystem));
    let ecosystem = ecosystem.unwrap_or_default();
    let version = package.version.as_deref().map(str::to_owned);
    let version = version.or_else(|| purl.as_ref().map(|purl| purl.version.clone()));
    let version = version.unwrap_or_default();
    let named = [
        Some(package.name.to_string()),
        purl.as_ref().map(|purl| purl.name.clone()),
        purl.and_then(|purl| purl.source),
    ];
    let keys: BTreeSet<String> = named
        .into_iter()
        .flatten()
        .map(|name| cut(&name.to_lowercase()))
        .filter(|name| !name.is_empty())
        .collect();
    PackageLine {
        keys: keys.into_iter().collect(),
        name: cut(&package.name),
        upstream: cut(PackageUrl::upstream_version(&ecosystem, &version)),
        version: cut(&version),
        ecosystem,
        platforms: String::new(),
        evidence: one.digest().to_string(),
    }
}

fn findings(image: &Image, weighed: &[Weighed]) -> Vec<FindingLine> {
    let mut lines: BTreeMap<(String, String, String), (FindingLine, BTreeSet<String>)> =
        BTreeMap::new();
    for one in counting(weighed) {
        let scan = one
            .report()
            .and_then(|report| report.vulnerabilities.as_ref());
        let on = platforms(image, &one.covers);
        for finding in scan.into_iter().flat_map(|scan| &scan.findings) {
            let line = finding_line(finding, one);
            let key = (
                line.id.clone(),
                line.package.clone(),
                line.installed.clone(),
            );
            let kept = lines.entry(key).or_insert_with(|| (line, BTreeSet::new()));
            // What one scan sets aside and another does not is not set aside.
            kept.0.suppressed &= finding.suppressed;
            kept.1.extend(on.iter().cloned());
        }
    }
    lines
        .into_values()
        .map(|(line, on)| FindingLine {
            platforms: in_words(&on),
            ..line
        })
        .collect()
}

fn finding_line(finding: &Finding, one: &Weighed) -> FindingLine {
    let ids = std::iter::once(&finding.id).chain(finding.aliases.iter());
    let keys: BTreeSet<String> = ids
        .map(|id| cut(&id.to_lowercase()))
        .filter(|id| !id.is_empty())
        .collect();
    FindingLine {
        keys: keys.into_iter().collect(),
        id: cut(&finding.id),
        package: cut(&finding.package),
        installed: cut(&finding.installed),
        fixed: finding.fixed.as_deref().map(cut),
        severity: finding.severity.name().to_owned(),
        suppressed: finding.suppressed,
        platforms: String::new(),
        evidence: one.digest().to_string(),
    }
}

fn in_words(platforms: &BTreeSet<String>) -> String {
    cut(&platforms.iter().cloned().collect::<Vec<_>>().join(", "))
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT).collect()
}
