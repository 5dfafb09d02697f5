//! The golden catalogue: what is golden now, since when and by whom, and whether its tag still
//! says so.
//!
//! It follows from the history and from what was last seen at the registry; a page asks nobody.
//! Looking is a question of its own, for the rows that somebody sees, and what was not looked at
//! is never shown as if it had been.

use crate::{
    attached::Attached,
    desk::Desk,
    drift::Looks,
    dto::{
        GoldenCounts, GoldenImage, GoldenMark, GoldenPage, GoldenPlatform, GoldenQuery, GoldenRow,
        GoldenShow, GoldenTag, TagState,
    },
    error::{Code, Error, Result},
    facts::ImageFacts,
    image::{Image, PARALLEL},
    marks::{How, Mark, Marks},
    pipeline::GOLDEN,
    standing::{Placed, placed},
    surroundings::Work,
    trust::Trust,
};
use futures::{StreamExt, stream};
use hallmark_image::{Digest, ReferenceError, Repository};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The most rows of a page: fewer than 64 KiB of them, whatever they say.
const PAGE: u64 = 60;
/// Labels that are shown of an image.
const LABELS: usize = 60;
/// The longest label that is shown whole, characters.
const LABEL: usize = 300;
/// Platforms that are named; the rest is counted.
const PLATFORMS: usize = 4;

/// Everything that rows are made of, read together.
struct Shelf {
    marks: Arc<Marks>,
    looks: Looks,
    facts: BTreeMap<String, ImageFacts>,
}

impl Desk {
    async fn shelf(&self) -> Result<Shelf> {
        Ok(Shelf {
            marks: self.marks().await?,
            looks: self.looks().await?,
            facts: self.all_facts().await?,
        })
    }

    /// A page of the catalogue; asks no registry.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn golden(&self, query: GoldenQuery) -> Result<GoldenPage> {
        let shelf = self.shelf().await?;
        let all: Vec<&Mark> = shelf.golden().collect();
        let found: Vec<&Mark> = all
            .iter()
            .copied()
            .filter(|mark| shelf.shows(mark, query.show))
            .filter(|mark| shelf.says(mark, query.text.as_deref().unwrap_or_default()))
            .collect();
        let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let page = found.iter().skip(at(query.offset));
        let mut rows = Vec::new();
        for mark in page.take(at(query.limit.clamp(1, PAGE))) {
            rows.push(self.golden_row(&shelf, mark).await?);
        }
        Ok(GoldenPage {
            rows,
            total: found.len() as u64,
            counts: shelf.counts(&all),
        })
    }

    async fn golden_row(&self, shelf: &Shelf, mark: &Mark) -> Result<GoldenRow> {
        let mut approved_by = BTreeSet::new();
        for decision in &mark.decisions {
            let entry = self.history.statement(decision).await?;
            approved_by.extend(entry.map(|entry| entry.actor));
        }
        Ok(shelf.row(mark, approved_by.into_iter().collect()))
    }

    /// Looks at the tags of rows, and reads what was never read of their images.
    ///
    /// # Errors
    /// [`Code::BadInput`] where a name is none. A tag that cannot be looked at is in its row.
    pub async fn golden_look(&self, tags: Vec<GoldenTag>) -> Result<Vec<GoldenRow>> {
        let marks = self.marks().await?;
        let mut asked = Vec::with_capacity(tags.len());
        for tag in tags.iter().take(usize::try_from(PAGE).unwrap_or_default()) {
            asked.extend(marked(&marks, tag)?);
        }
        let (seen, _) = self.look_at_tags(&asked, &Work::quiet()).await?;
        let problems: Vec<Option<String>> = seen
            .iter()
            .map(|one| one.problem().map(str::to_owned))
            .collect();
        let images: Vec<(Repository, Digest)> = asked
            .iter()
            .map(|mark| (mark.repository.clone(), mark.digest.clone()))
            .collect();
        stream::iter(images)
            .map(|(repository, digest)| async move { self.facts(&repository, &digest).await })
            .buffer_unordered(PARALLEL)
            // What cannot be read stays unread, and the row says so.
            .for_each(|_| std::future::ready(()))
            .await;
        let shelf = self.shelf().await?;
        let mut rows = Vec::with_capacity(asked.len());
        for (mark, problem) in asked.into_iter().zip(problems) {
            let mut row = self.golden_row(&shelf, mark).await?;
            row.problem = problem;
            rows.push(row);
        }
        Ok(rows)
    }

    /// One golden image in full, with its tag looked at just now.
    ///
    /// # Errors
    /// [`Code::NotFound`] where the catalogue does not have it.
    pub async fn golden_image(&self, tag: GoldenTag) -> Result<GoldenImage> {
        let marks = self.marks().await?;
        let mark = marked(&marks, &tag)?.ok_or_else(|| {
            Error::new(
                Code::NotFound,
                format!("{}:{} is not in the catalogue", tag.repository, tag.tag),
            )
        })?;
        let mut rows = self.golden_look(vec![tag]).await?;
        let mut row = rows.pop().ok_or_else(|| Error::internal("no row"))?;
        let image = self.image(&mark.repository.at(mark.digest.clone())).await;
        let (image, problem) = match image {
            Ok(image) => (Some(image), None),
            Err(error) => (None, Some(error.message)),
        };
        let now: Option<Digest> = row.names_now.as_ref().and_then(|now| now.parse().ok());
        let now = match now {
            Some(now) => self.facts(&mark.repository, &now).await.ok(),
            None => None,
        };
        let trust = self.known_trust().await?;
        let attached = self.attached_or_none(mark, &trust).await;
        if row.approved_by.is_empty() {
            row.approved_by = approvers(&attached, &mark.decisions);
        }
        let revoked = self.revocation_of(&attached, &mark.digest, &trust).await?;
        Ok(GoldenImage {
            revoked,
            tags: beside(&marks, mark),
            title: image.as_ref().and_then(|image| image.facts().title),
            size: image.as_ref().map(Image::size),
            created: image.as_ref().and_then(Image::created),
            platforms: image.as_ref().map(platforms).unwrap_or_default(),
            labels: image.as_ref().map(labels).unwrap_or_default(),
            now_version: now.and_then(|facts| facts.version),
            problem,
            row,
        })
    }

    /// What hangs on it; nothing where the registry cannot be read, which the row says.
    async fn attached_or_none(&self, mark: &Mark, trust: &Trust) -> Attached {
        let subjects = BTreeSet::from([mark.digest.clone()]);
        let attached = self.attached_to(&mark.repository, subjects, trust).await;
        attached.unwrap_or_default()
    }

    /// What must be known of the golden image of today beside who promoted it.
    pub(crate) async fn golden_note(
        &self,
        image: &Image,
        attached: &Attached,
        stage: &str,
        trust: &Trust,
    ) -> Result<Option<String>> {
        let digest = image.digest();
        if let Some(revoked) = self.revocation_of(attached, digest, trust).await? {
            return Ok(Some(revoked.in_words(digest)));
        }
        if matches!(placed(attached, digest, stage, trust), Some(Placed::Up(..))) {
            return Ok(None);
        }
        let grace = self.marks().await?.adopted(&image.repository, digest);
        Ok(grace.map(|until| {
            format!(
                "adopted, not approved until {}",
                until.strftime("%-d %b %Y")
            )
        }))
    }
}

fn marked<'m>(marks: &'m Marks, tag: &GoldenTag) -> Result<Option<&'m Mark>> {
    let repository = tag.repository.parse();
    let repository = repository.map_err(Error::bad_input::<ReferenceError>)?;
    let tag = tag
        .tag
        .parse()
        .map_err(Error::bad_input::<ReferenceError>)?;
    Ok(marks.of(&repository, &tag))
}

/// Who gave the approvals that a promotion names, as far as they hang on the image.
fn approvers(attached: &Attached, decisions: &[Digest]) -> Vec<String> {
    let names = attached
        .trusted()
        .filter(|signed| decisions.contains(&signed.digest))
        .filter_map(|signed| signed.member().map(str::to_owned));
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Every tag that the same act put there.
fn beside(marks: &Marks, mark: &Mark) -> Vec<String> {
    let same = marks
        .all()
        .filter(|other| other.repository == mark.repository && other.seq == mark.seq);
    same.map(|other| other.tag.to_string()).collect()
}

fn platforms(image: &Image) -> Vec<GoldenPlatform> {
    let platform = |of: &crate::image::PlatformOf| GoldenPlatform {
        name: of.name(),
        digest: of.manifest.digest().to_string(),
    };
    image.platforms.iter().map(platform).collect()
}

fn labels(image: &Image) -> BTreeMap<String, String> {
    let labels = image
        .platforms
        .first()
        .map(crate::image::PlatformOf::labels);
    let cut = |text: String| match text.char_indices().nth(LABEL) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    };
    let labels = labels.into_iter().flatten().take(LABELS);
    labels
        .map(|(name, value)| (cut(name), cut(value)))
        .collect()
}

fn platform_words(names: &[String]) -> String {
    let first = names.iter().take(PLATFORMS).cloned().collect::<Vec<_>>();
    match names.len().saturating_sub(PLATFORMS) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

impl Shelf {
    /// What stands at golden: one row for each first tag.
    fn golden(&self) -> impl Iterator<Item = &Mark> {
        self.marks
            .all()
            .filter(|mark| mark.first && mark.stage == GOLDEN)
    }

    fn mark(&self, mark: &Mark) -> GoldenMark {
        match mark.how {
            _ if self.marks.is_revoked(&mark.digest) => GoldenMark::Revoked,
            How::Adopted { .. } => GoldenMark::Adopted,
            How::Placed => GoldenMark::Golden,
        }
    }

    fn tag_state(&self, mark: &Mark) -> TagState {
        match self.looks.of(mark) {
            None => TagState::Unknown,
            Some(look) => match &look.digest {
                Some(digest) if *digest == mark.digest => TagState::AsPlaced,
                Some(_) => TagState::Drifted,
                None => TagState::Gone,
            },
        }
    }

    fn has_drifted(&self, mark: &Mark) -> bool {
        matches!(self.tag_state(mark), TagState::Drifted | TagState::Gone)
    }

    fn facts(&self, mark: &Mark) -> Option<&ImageFacts> {
        self.facts.get(&mark.digest.to_string())
    }

    fn shows(&self, mark: &Mark, show: GoldenShow) -> bool {
        match show {
            GoldenShow::All => true,
            GoldenShow::Golden => self.mark(mark) == GoldenMark::Golden,
            GoldenShow::Adopted => self.mark(mark) == GoldenMark::Adopted,
            GoldenShow::Revoked => self.mark(mark) == GoldenMark::Revoked,
            GoldenShow::Drifted => self.has_drifted(mark),
        }
    }

    /// Whether every word of `text` is in its names, or begins its digest.
    fn says(&self, mark: &Mark, text: &str) -> bool {
        let facts = self.facts(mark);
        let said = [
            Some(mark.repository.to_string()),
            Some(mark.tag.to_string()),
            facts.and_then(|facts| facts.version.clone()),
            facts.and_then(|facts| facts.title.clone()),
        ];
        let said = said.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let said = said.to_lowercase();
        let digest = mark.digest.to_string();
        text.to_lowercase().split_whitespace().all(|word| {
            said.contains(word) || digest.starts_with(word) || mark.digest.hex().starts_with(word)
        })
    }

    fn counts(&self, all: &[&Mark]) -> GoldenCounts {
        let of = |show| all.iter().filter(|mark| self.shows(mark, show)).count() as u64;
        GoldenCounts {
            all: all.len() as u64,
            golden: of(GoldenShow::Golden),
            adopted: of(GoldenShow::Adopted),
            drifted: of(GoldenShow::Drifted),
            revoked: of(GoldenShow::Revoked),
            unread: all.iter().filter(|mark| self.facts(mark).is_none()).count() as u64,
        }
    }

    fn row(&self, mark: &Mark, approved_by: Vec<String>) -> GoldenRow {
        let facts = self.facts(mark);
        let look = self.looks.of(mark);
        let (since, grace) = match mark.how {
            How::Placed => (Some(mark.at), None),
            How::Adopted { grace, since } => (since, Some(grace)),
        };
        let names_now = look.and_then(|look| look.digest.as_ref());
        let drifted = self.tag_state(mark) == TagState::Drifted;
        GoldenRow {
            repository: mark.repository.to_string(),
            tag: mark.tag.to_string(),
            digest: mark.digest.to_string(),
            version: facts.and_then(|facts| facts.version.clone()),
            platforms: facts.map(|facts| platform_words(&facts.platforms)),
            mark: self.mark(mark),
            since,
            by: mark.by.clone(),
            approved_by,
            grace,
            tag_state: self.tag_state(mark),
            names_now: names_now.filter(|_| drifted).map(ToString::to_string),
            looked_at: look.map(|look| look.at),
            problem: None,
            from: format!("FROM {}", mark.repository.at(mark.digest.clone())),
            entry: mark.seq,
        }
    }
}
