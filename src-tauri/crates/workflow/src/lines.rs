//! Lines as the screen shows them: what stands at each stage, since when, and what is wrong.
//!
//! What the history and the last look know is there at once; a line is asked for afresh when
//! somebody looks at it. Neither writes anything to a registry.

use crate::{
    desk::Desk,
    dto::{AskLines, LineInfo, LineStage, Lines, Stands, WorkspaceKind},
    error::{Code, Error, Result},
    image::{Image, VERSION},
    pipeline::{Line, Pipelines, Place},
    told::Record,
    trust::Trust,
};
use futures::{StreamExt, stream};
use hallmark_history::Filter;
use hallmark_image::{Digest, Repository};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many entries of the history are looked through.
const LOOK_BACK: usize = 5000;
/// The kinds of entries that say where a line's images are.
const KINDS: [&str; 7] = [
    "request",
    "approve",
    "promotion",
    "rollback",
    "refusal",
    "conflict",
    "evidence",
];

impl Desk {
    /// Every line, as far as it is known here.
    ///
    /// # Errors
    /// Where the pipelines or the history cannot be read. A registry that does not list its
    /// repositories is named among the problems.
    pub async fn pipeline_lines(&self, ask: AskLines) -> Result<Lines> {
        let pipelines = self.known_pipelines(ask.look).await?;
        let record = self.record_of_places().await?;
        let mut problems = Vec::new();
        let mut repositories = record.repositories.clone();
        for pipeline in pipelines.iter() {
            if ask.look
                && let Err(error) = self.list_repositories(pipeline).await
            {
                problems.push(error.message);
            }
            repositories.extend(self.listed(pipeline.pattern().as_str()).await?);
            repositories.extend(pipeline.pattern().exact());
        }
        let mut lines: BTreeMap<Repository, Line> = BTreeMap::new();
        for repository in &repositories {
            match self.line_in(&pipelines, repository).await {
                Ok(line) => drop(lines.insert(line.source.clone(), line)),
                Err(error) => problems.push(error.message),
            }
        }
        let mut infos = Vec::with_capacity(lines.len());
        for line in lines.values() {
            infos.push(self.known_line(line, &record).await?);
        }
        Ok(Lines {
            lines: infos,
            problems,
        })
    }

    /// One line, with its registries asked afresh.
    ///
    /// # Errors
    /// Where the pipelines or the history cannot be read. What a registry does not tell is said
    /// at its stage.
    pub async fn pipeline_line(&self, repository: &str) -> Result<LineInfo> {
        let line = self.line(&crate::image::repository(repository)?).await?;
        let record = self.record_of_places().await?;
        let trust = self.trust().await?;
        let mut info = outline(&line);
        // Collected by hand: a closure over these borrows would make no future that may be sent.
        let mut looks = Vec::new();
        for place in line.places() {
            looks.push(self.look_at_place(place, &record, &trust));
        }
        let stages: Vec<LineStage> = stream::iter(looks).buffered(4).collect().await;
        for (stage, mut looked) in info.stages.iter_mut().zip(stages) {
            looked.elsewhere = stage.elsewhere;
            *stage = looked;
        }
        info.read_at = Some(self.now());
        let text = serde_json::to_string(&info).map_err(Error::internal)?;
        let key = line_key(&line.source);
        self.history.set_state(&key, &text).await?;
        Ok(info)
    }

    /// The repositories that this machine knows of.
    pub(crate) async fn known_repositories(&self) -> Result<Vec<Repository>> {
        let record = self.record_of_places().await?;
        Ok(record.repositories.into_iter().collect())
    }

    async fn known_pipelines(&self, look: bool) -> Result<Pipelines> {
        let known = match self.file().kind {
            WorkspaceKind::Team if !look => self.known_document().await?,
            _ => None,
        };
        match known {
            Some(document) => Ok(document.pipelines.clone()),
            None => self.pipelines().await,
        }
    }

    async fn list_repositories(&self, pipeline: &crate::pipeline::Pipeline) -> Result<()> {
        let pattern = pipeline.pattern();
        if pattern.host().is_none() || pattern.exact().is_some() {
            return Ok(());
        }
        let names: Vec<String> = self
            .repositories_of(pipeline)
            .await?
            .iter()
            .map(ToString::to_string)
            .collect();
        let text = serde_json::to_string(&names).map_err(Error::internal)?;
        let key = listed_key(pattern.as_str());
        Ok(self.history.set_state(&key, &text).await?)
    }

    async fn listed(&self, pattern: &str) -> Result<Vec<Repository>> {
        let text = self.history.get_state(&listed_key(pattern)).await?;
        let names: Vec<String> = text
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        Ok(names.iter().filter_map(|name| name.parse().ok()).collect())
    }

    /// What this machine's history says of places, newest word first.
    async fn record_of_places(&self) -> Result<Record> {
        let filter = Filter {
            kind: Some(KINDS.map(str::to_owned).to_vec()),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, LOOK_BACK).await?;
        let team = self.team_repository().map(|team| team.to_string());
        let mut record = Record::of_marks(self.marks().await?);
        for entry in &page.entries {
            if entry.repository.is_some() && entry.repository != team {
                record.take(entry);
            }
        }
        Ok(record)
    }

    /// A line from the history and the last look, whichever is newer.
    async fn known_line(&self, line: &Line, record: &Record) -> Result<LineInfo> {
        let mut info = outline(line);
        let text = self.history.get_state(&line_key(&line.source)).await?;
        let last: Option<LineInfo> = text.and_then(|text| serde_json::from_str(&text).ok());
        info.read_at = last.as_ref().and_then(|last| last.read_at);
        for stage in &mut info.stages {
            let seen = last
                .iter()
                .flat_map(|last| &last.stages)
                .find(|own| own.name == stage.name && own.repository == stage.repository);
            if let Some(seen) = seen {
                stage.stands.clone_from(&seen.stands);
                stage.drift.clone_from(&seen.drift);
                stage.problem.clone_from(&seen.problem);
            }
            let told = record.of(&stage.repository, &stage.name);
            stage.refused = told.and_then(|told| told.refused.clone());
            let placed = told.and_then(|told| told.placed.as_ref());
            if let Some(placed) =
                placed.filter(|placed| info.read_at.is_none_or(|at| placed.1 > at))
            {
                stage.drift = None;
                stage.stands = Some(since_placed(&stage.repository, placed, stage.stands.take()));
            }
            record.say_revoked(stage);
        }
        Ok(info)
    }

    async fn look_at_place(&self, place: &Place, record: &Record, trust: &Trust) -> LineStage {
        let mut stage = stage_of(place);
        let told = record.of(&stage.repository, &stage.name);
        stage.refused = told.and_then(|told| told.refused.clone());
        let placed = told.and_then(|told| told.placed.as_ref());
        match self.stands_at(place, placed, trust).await {
            Ok(Some(stands)) => {
                stage.drift = drifted(place, &stands, placed);
                stage.stands = Some(stands);
            }
            Ok(None) => stage.drift = gone(place, placed),
            Err(error) => stage.problem = Some(error.message),
        }
        record.say_revoked(&mut stage);
        stage
    }

    async fn stands_at(
        &self,
        place: &Place,
        placed: Option<&(Digest, Timestamp, String)>,
        trust: &Trust,
    ) -> Result<Option<Stands>> {
        let digest = match place.moving() {
            Some(tag) => self.tag_digest(&place.repository, &tag).await?,
            // Every version has its own tag: the newest that was placed is what stands there.
            None => placed.map(|(digest, ..)| digest.clone()),
        };
        let Some(digest) = digest else {
            return Ok(None);
        };
        let image = match self.image(&place.repository.at(digest.clone())).await {
            Ok(image) => image,
            Err(error) if error.code == Code::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let here = placed.filter(|(own, ..)| *own == digest);
        Ok(Some(Stands {
            image: image.name(),
            digest: digest.to_string(),
            version: image.label(VERSION),
            since: here.map(|(_, at, _)| *at),
            by: here.map(|(.., by)| by.clone()),
            created: image.created(),
            scanned: self.scanned(&image, trust).await?,
            revoked: false,
        }))
    }

    /// When the newest scan that counts was made.
    async fn scanned(&self, image: &Image, trust: &Trust) -> Result<Option<Timestamp>> {
        let attached = self.attached(image, trust).await?;
        let weighed = self.weigh(image, &attached, trust).await?;
        let scans = weighed.iter().filter(|one| one.counts()).filter_map(|one| {
            let report = one.report()?;
            report.vulnerabilities.as_ref()?;
            report.produced_at
        });
        Ok(scans.max())
    }
}

fn line_key(source: &Repository) -> String {
    format!("line:{source}")
}

fn listed_key(pattern: &str) -> String {
    format!("lines:{pattern}")
}

/// A line without what stands along it.
fn outline(line: &Line) -> LineInfo {
    let stage = |place: &Place| LineStage {
        elsewhere: place.repository != line.source,
        ..stage_of(place)
    };
    LineInfo {
        repository: line.source.to_string(),
        host: line.source.host.to_string(),
        name: line.source.name.to_string(),
        pattern: line.pattern.clone(),
        stages: line.places().iter().map(stage).collect(),
        read_at: None,
    }
}

fn stage_of(place: &Place) -> LineStage {
    LineStage {
        name: place.stage.clone(),
        repository: place.repository.to_string(),
        elsewhere: false,
        tags: place.templates(),
        after: place.after.clone(),
        immutable: place.immutable,
        stands: None,
        drift: None,
        refused: None,
        problem: None,
    }
}

/// What was placed since the last look; what was seen of the same image then still holds.
fn since_placed(
    repository: &str,
    placed: &(Digest, Timestamp, String),
    seen: Option<Stands>,
) -> Stands {
    let (digest, at, by) = placed;
    let same = seen.filter(|seen| seen.digest == digest.to_string());
    Stands {
        image: format!("{repository}@{digest}"),
        digest: digest.to_string(),
        version: same.as_ref().and_then(|same| same.version.clone()),
        since: Some(*at),
        by: Some(by.clone()),
        created: same.as_ref().and_then(|same| same.created),
        scanned: same.and_then(|same| same.scanned),
        revoked: false,
    }
}

fn drifted(
    place: &Place,
    stands: &Stands,
    placed: Option<&(Digest, Timestamp, String)>,
) -> Option<String> {
    let (digest, at, by) = placed?;
    if stands.digest == digest.to_string() {
        return None;
    }
    let now: Digest = stands.digest.parse().ok()?;
    let tag = place.moving()?;
    Some(format!(
        "{tag} names {}, and {by} placed {} there on {}: it was moved by hand",
        now.short(),
        digest.short(),
        at.strftime("%-d %b %Y %Z")
    ))
}

/// The tag that was placed is not there any more.
fn gone(place: &Place, placed: Option<&(Digest, Timestamp, String)>) -> Option<String> {
    let (digest, ..) = placed?;
    let tag = match place.moving() {
        Some(tag) => tag.to_string(),
        None => digest.short().to_owned(),
    };
    Some(format!(
        "{} was placed there, and {tag} is gone",
        digest.short()
    ))
}
