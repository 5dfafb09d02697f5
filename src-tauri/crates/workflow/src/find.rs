//! Find: which of the images that stand at a stage have a package or a vulnerability, and whether
//! what waits in their repositories still has it.
//!
//! It is answered from the local index alone and asks no registry. An image whose evidence was
//! never read, or that has none, is named in every answer, so that nothing found is never taken
//! for nothing there.

use crate::{
    desk::Desk,
    dto::{
        AskFind, FindCoverage, FindGap, FindKind, Found, FoundCandidate, FoundImage, FoundLine,
        FoundPlace, FoundState,
    },
    error::{Code, Error, Result},
    find_ask::{Wanted, understood},
    find_words::{candidate_words, message, why},
    marks::{How, Mark, Marks},
    pipeline::GOLDEN,
};
use hallmark_history::{FindingLine, Inventory, PackageLine, PackageWanted};
use std::collections::{BTreeMap, BTreeSet};

/// The most images of an answer.
const IMAGES: u64 = 60;
/// Lines that are shown of one image.
const LINES: usize = 6;
/// Candidates that are shown of one repository.
const CANDIDATES: usize = 4;
/// Rows of the index that one question reads.
const ROWS: usize = 20_000;
/// Gaps that are named; all of them are counted.
const GAPS: usize = 60;
/// The most bytes of the images of one answer.
const BYTES: usize = 48 * 1024;

/// Everything the index says to a question, by the number of the image.
#[derive(Default)]
struct Hits {
    lines: BTreeMap<i64, Vec<FoundLine>>,
    /// Other versions of the package, where a version was asked for.
    others: BTreeMap<i64, BTreeSet<String>>,
}

impl Desk {
    /// The images that stand at a stage and have it; asks no registry.
    ///
    /// # Errors
    /// [`Code::BadInput`] where nothing is asked for; and where the index cannot be read.
    pub async fn find(&self, ask: AskFind) -> Result<Found> {
        let wanted = understood(&ask)?;
        let marks = self.marks().await?;
        let known = self.history.inventories().await?;
        let hits = self.hits(&wanted).await?;
        let coverage = coverage(&marks, &known);
        let standing = standing(&marks);
        let mut images = Vec::new();
        for (number, own) in &known {
            let places = standing.get(&key(own)).map_or(&[][..], Vec::as_slice);
            if let Some(lines) = hits.lines.get(number).filter(|_| !places.is_empty()) {
                let waiting = known
                    .iter()
                    .filter(|(_, other)| other.repository == own.repository)
                    .filter(|(_, other)| other.digest != own.digest)
                    .filter_map(|(number, other)| candidate(&wanted, &hits, *number, other));
                images.push(image(
                    own,
                    places,
                    lines,
                    waiting.take(CANDIDATES).collect(),
                ));
            }
        }
        images.sort_by_key(|image| !is_golden(&image.places));
        let (total, golden) = (images.len() as u64, golden_of(&images));
        let near = match total {
            0 => self.near(&wanted).await?,
            _ => Vec::new(),
        };
        Ok(Found {
            message: message(&wanted, total, golden, &coverage),
            images: fitting(images, ask.offset, ask.limit),
            total,
            near,
            coverage,
        })
    }

    /// How much of what stands at a stage is known here; asks no registry.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub async fn find_coverage(&self) -> Result<FindCoverage> {
        let marks = self.marks().await?;
        Ok(coverage(&marks, &self.history.inventories().await?))
    }

    async fn hits(&self, wanted: &Wanted) -> Result<Hits> {
        let mut hits = Hits::default();
        if wanted.kind == FindKind::Cve {
            let found = self
                .history
                .find_findings(&wanted.id, wanted.id_begins, ROWS)
                .await?;
            not_too_many(found.len(), wanted)?;
            for (number, line) in found {
                add(hits.lines.entry(number).or_default(), of_finding(line));
            }
            return Ok(hits);
        }
        let found = self.history.find_packages(&wanted.package, ROWS).await?;
        not_too_many(found.len(), wanted)?;
        for (number, line) in found {
            add(hits.lines.entry(number).or_default(), of_package(line));
        }
        if wanted.package.version.is_some() {
            let any = PackageWanted {
                version: None,
                version_begins: false,
                ..wanted.package.clone()
            };
            for (number, line) in self.history.find_packages(&any, ROWS).await? {
                hits.others.entry(number).or_default().insert(line.version);
            }
        }
        Ok(hits)
    }

    async fn near(&self, wanted: &Wanted) -> Result<Vec<String>> {
        let near = match wanted.kind {
            FindKind::Cve => self.history.near_findings(&wanted.id).await?,
            FindKind::Package => self.history.near_packages(&wanted.package.name).await?,
        };
        Ok(near)
    }
}

/// An answer that was cut off would leave images out and not say so.
fn not_too_many(rows: usize, wanted: &Wanted) -> Result<()> {
    match rows < ROWS {
        true => Ok(()),
        false => Err(Error::new(
            Code::BadInput,
            format!(
                "{} is in more places than one answer can hold",
                wanted.words
            ),
        )
        .hint("Name more of it, or a version.")),
    }
}

fn add(lines: &mut Vec<FoundLine>, line: FoundLine) {
    if !lines.contains(&line) {
        lines.push(line);
    }
}

fn of_package(line: PackageLine) -> FoundLine {
    FoundLine {
        id: None,
        package: line.name,
        installed: line.version,
        fixed: None,
        severity: None,
        ecosystem: Some(line.ecosystem).filter(|sort| !sort.is_empty()),
        suppressed: false,
        platforms: line.platforms,
        evidence: line.evidence,
    }
}

fn of_finding(line: FindingLine) -> FoundLine {
    FoundLine {
        id: Some(line.id),
        package: line.package,
        installed: line.installed,
        fixed: line.fixed,
        severity: Some(line.severity),
        ecosystem: None,
        suppressed: line.suppressed,
        platforms: line.platforms,
        evidence: line.evidence,
    }
}

/// What an image is told by: its repository and its digest.
fn key(own: &Inventory) -> (String, String) {
    (own.repository.clone(), own.digest.clone())
}

/// Where each image stands.
fn standing(marks: &Marks) -> BTreeMap<(String, String), Vec<FoundPlace>> {
    let mut standing: BTreeMap<(String, String), Vec<FoundPlace>> = BTreeMap::new();
    for mark in marks.all().filter(|mark| mark.first) {
        let key = (mark.repository.to_string(), mark.digest.to_string());
        standing.entry(key).or_default().push(place(marks, mark));
    }
    standing
}

fn place(marks: &Marks, mark: &Mark) -> FoundPlace {
    FoundPlace {
        stage: mark.stage.clone(),
        tag: mark.tag.to_string(),
        since: match mark.how {
            How::Placed => Some(mark.at),
            How::Adopted { since, .. } => since,
        },
        adopted: matches!(mark.how, How::Adopted { .. }),
        revoked: marks.is_revoked(&mark.digest),
    }
}

fn is_golden(places: &[FoundPlace]) -> bool {
    places.iter().any(|place| place.stage == GOLDEN)
}

fn golden_of(images: &[FoundImage]) -> u64 {
    let golden = images.iter().filter(|image| is_golden(&image.places));
    golden.count() as u64
}

fn image(
    own: &Inventory,
    places: &[FoundPlace],
    lines: &[FoundLine],
    candidates: Vec<FoundCandidate>,
) -> FoundImage {
    FoundImage {
        image: format!("{}@{}", own.repository, own.digest),
        repository: own.repository.clone(),
        digest: own.digest.clone(),
        version: own.version.clone(),
        places: places.to_vec(),
        lines: lines.iter().take(LINES).cloned().collect(),
        lines_total: lines.len() as u64,
        candidates,
        read_at: own.read_at,
    }
}

/// What a candidate has to say; nothing where it is none.
fn candidate(wanted: &Wanted, hits: &Hits, number: i64, own: &Inventory) -> Option<FoundCandidate> {
    let stage = own.candidate.clone()?;
    let told = match wanted.kind {
        FindKind::Package => own.sbom,
        FindKind::Cve => own.scan,
    };
    let found = hits.lines.get(&number).map_or(&[][..], Vec::as_slice);
    let has = !found.is_empty();
    let set_aside = has && found.iter().all(|line| line.suppressed);
    let state = match (has, told) {
        (true, _) => FoundState::Has,
        (false, true) => FoundState::HasNot,
        (false, false) => FoundState::Unknown,
    };
    let others = hits.others.get(&number).filter(|_| !has);
    let installed: Vec<String> = others.into_iter().flatten().take(3).cloned().collect();
    Some(FoundCandidate {
        image: format!("{}@{}", own.repository, own.digest),
        tag: own.tag.clone(),
        version: own.version.clone(),
        stage,
        words: candidate_words(wanted, own, state, set_aside, &installed),
        state,
        installed,
    })
}

/// As many images from `offset` on as an answer has room for.
fn fitting(images: Vec<FoundImage>, offset: u64, limit: u64) -> Vec<FoundImage> {
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit.clamp(1, IMAGES)).unwrap_or(usize::MAX);
    let mut left = BYTES;
    let room = |image: &FoundImage| {
        let length = serde_json::to_vec(image).map_or(0, |text| text.len());
        let first = left == BYTES;
        let fits = first || length <= left;
        left = left.saturating_sub(length);
        fits
    };
    let page = images.into_iter().skip(skip).take(take);
    page.take_while(room).collect()
}

fn coverage(marks: &Marks, known: &[(i64, Inventory)]) -> FindCoverage {
    let known: BTreeMap<(&str, &str), &Inventory> = known
        .iter()
        .map(|(_, own)| ((own.repository.as_str(), own.digest.as_str()), own))
        .collect();
    let standing = standing(marks);
    let mut found = FindCoverage {
        images: standing.len() as u64,
        ..FindCoverage::default()
    };
    for ((repository, digest), places) in standing {
        let own = known.get(&(repository.as_str(), digest.as_str())).copied();
        found.golden += u64::from(is_golden(&places));
        let read = own.filter(|own| own.problem.is_none());
        found.read += u64::from(read.is_some());
        found.as_of = [found.as_of, read.map(|own| own.read_at)]
            .into_iter()
            .flatten()
            .min();
        let lacks = |has: fn(&Inventory) -> bool| !read.is_some_and(has);
        let (sbom, scan) = (lacks(|own| own.sbom), lacks(|own| own.scan));
        found.without_sbom += u64::from(sbom);
        found.without_scan += u64::from(scan);
        if (sbom || scan) && found.gaps.len() < GAPS {
            found.gaps.push(FindGap {
                image: format!("{repository}@{digest}"),
                stages: places.into_iter().map(|place| place.stage).collect(),
                sbom,
                scan,
                why: why(own, sbom, scan),
            });
        }
    }
    found
}
