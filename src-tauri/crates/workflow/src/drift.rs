//! Drift: tags that no longer name what the last promotion, rollback or adoption put there.
//!
//! One HEAD a tag. What is seen is kept with its time, so that a screen can say what is known
//! and since when. Each change is recorded once, and nothing is ever moved back by itself: who
//! moved a tag is not known to a registry, so a person decides.

use crate::{
    desk::Desk,
    dto::{DriftCounts, DriftReport, DriftRow},
    entry::local,
    error::{Error, Result},
    heads::Looked,
    marks::{Mark, Marks},
    surroundings::Work,
};
use hallmark_history::{Filter, NewEntry};
use hallmark_image::{Digest, Repository, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where looks are kept.
const LOOKS: &str = "look:";
/// Where the count of those that drifted is kept.
const COUNT: &str = "drifted";

/// What a tag named when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TagLook {
    /// Nothing where it was gone.
    pub(crate) digest: Option<Digest>,
    pub(crate) at: Timestamp,
}

/// A mark, and what a look at its tag just found.
pub(crate) struct Seen<'m> {
    pub(crate) mark: &'m Mark,
    pub(crate) looked: Looked,
}

impl Seen<'_> {
    /// What the tag names, where that was found out.
    pub(crate) fn names(&self) -> Option<Option<&Digest>> {
        match &self.looked {
            Looked::Names(digest) => Some(Some(digest)),
            Looked::Nothing => Some(None),
            Looked::NoRight(_) | Looked::Failed(_) => None,
        }
    }

    /// Why that was not found out.
    pub(crate) fn problem(&self) -> Option<&str> {
        match &self.looked {
            Looked::NoRight(why) | Looked::Failed(why) => Some(why),
            Looked::Names(_) | Looked::Nothing => None,
        }
    }

    fn row(&self, message: String) -> DriftRow {
        DriftRow {
            repository: self.mark.repository.to_string(),
            tag: self.mark.tag.to_string(),
            stage: self.mark.stage.clone(),
            expected: self.mark.digest.to_string(),
            found: self.names().flatten().map(ToString::to_string),
            message,
        }
    }
}

/// `golden named 31d0… and names 7c1e… now`
fn in_words(tag: &Tag, before: Option<&Digest>, now: Option<&Digest>, placed: &Digest) -> String {
    let name = |digest: Option<&Digest>| digest.map_or("nothing", Digest::short).to_owned();
    if now == Some(placed) {
        return format!("{tag} names {} again, as it was placed", placed.short());
    }
    match now {
        None => format!("{tag} named {} and is gone", name(before)),
        Some(_) => format!("{tag} named {} and names {} now", name(before), name(now)),
    }
}

impl Desk {
    /// Looks at every tag that the history put somewhere.
    ///
    /// # Errors
    /// [`Code::Cancelled`](crate::error::Code::Cancelled), and where the history cannot be read
    /// or written. A tag that cannot be looked at is in the answer.
    pub async fn drift(&self, work: &Work) -> Result<DriftReport> {
        let before = self.client().requests();
        let marks = self.marks().await?;
        let all: Vec<&Mark> = marks.all().collect();
        let (seen, recorded) = self.look_at_tags(&all, work).await?;
        let mut report = DriftReport {
            counts: DriftCounts {
                tags: seen.len() as u64,
                recorded,
                ..DriftCounts::default()
            },
            drifted: Vec::new(),
            unknown: Vec::new(),
        };
        for one in &seen {
            match (one.names(), one.problem()) {
                (Some(names), _) if names == Some(&one.mark.digest) => (),
                (Some(names), _) => {
                    let placed = &one.mark.digest;
                    let words = in_words(&one.mark.tag, Some(placed), names, placed);
                    report.drifted.push(one.row(words));
                }
                (None, why) => {
                    let why = why.unwrap_or_default().to_owned();
                    report.unknown.push(one.row(why));
                }
            }
        }
        report.counts.drifted = report.drifted.len() as u64;
        report.counts.unknown = report.unknown.len() as u64;
        report.counts.requests = self.client().requests().saturating_sub(before);
        Ok(report)
    }

    /// Looks at the tags of these marks, keeps what was seen, and records what changed: how many
    /// changes were new.
    pub(crate) async fn look_at_tags<'m>(
        &self,
        marks: &[&'m Mark],
        work: &Work,
    ) -> Result<(Vec<Seen<'m>>, u64)> {
        let tags: Vec<(Repository, Tag)> = marks
            .iter()
            .map(|mark| (mark.repository.clone(), mark.tag.clone()))
            .collect();
        let looked = self.heads(&tags, "Looking at the tags", work).await?;
        let seen: Vec<Seen<'m>> = marks
            .iter()
            .zip(looked)
            .map(|(mark, looked)| Seen { mark, looked })
            .collect();
        let mut entries = Vec::new();
        for one in &seen {
            if let Some(names) = one.names() {
                entries.extend(self.tag_change(one.mark, names).await?);
                self.keep_look(one.mark, names).await?;
            }
        }
        let recorded = entries.len() as u64;
        if recorded > 0 {
            self.record(entries).await?;
        }
        Ok((seen, recorded))
    }

    /// The entry of a change that the history does not know yet.
    async fn tag_change(&self, mark: &Mark, names: Option<&Digest>) -> Result<Option<NewEntry>> {
        let known = self.last_word(mark).await?;
        if known.as_ref() == names {
            return Ok(None);
        }
        let actor = self.my_name().await.unwrap_or_default();
        let words = in_words(&mark.tag, known.as_ref(), names, &mark.digest);
        let mut entry = local("drift", &actor, self.now(), words);
        entry.repository = Some(mark.repository.to_string());
        entry.tag = Some(mark.tag.to_string());
        entry.digest = Some(mark.digest.clone());
        entry.detail = serde_json::json!({
            "stage": mark.stage, "placed": mark.digest, "found": names, "placed_by": mark.seq,
        });
        Ok(Some(entry))
    }

    /// What the history last said that the tag names, since the mark was put there.
    async fn last_word(&self, mark: &Mark) -> Result<Option<Digest>> {
        let filter = Filter {
            repository: Some(mark.repository.to_string()),
            tag: Some(mark.tag.to_string()),
            kind: Some(vec!["drift".into()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, 1).await?;
        let said = page.entries.into_iter().find(|entry| {
            entry.detail.get("placed_by").and_then(|seq| seq.as_u64()) == Some(mark.seq)
        });
        Ok(match said {
            Some(entry) => entry
                .detail
                .get("found")
                .and_then(|found| found.as_str()?.parse().ok()),
            None => Some(mark.digest.clone()),
        })
    }

    async fn keep_look(&self, mark: &Mark, names: Option<&Digest>) -> Result<()> {
        let look = TagLook {
            digest: names.cloned(),
            at: self.now(),
        };
        let text = serde_json::to_string(&look).map_err(Error::internal)?;
        Ok(self.history.set_state(&key(mark), &text).await?)
    }

    /// What was last seen of every tag.
    pub(crate) async fn looks(&self) -> Result<Looks> {
        let kept = self.history.states(LOOKS).await?;
        let read = |(key, text): (String, String)| Some((key, serde_json::from_str(&text).ok()?));
        Ok(Looks(kept.into_iter().filter_map(read).collect()))
    }

    /// How many tags had drifted when they were last looked at; asks nobody.
    ///
    /// The answer is kept with what it rests on, so that the window's start reads no long history:
    /// it is reckoned anew only where an act, a look or a member came since.
    pub(crate) async fn known_drift(&self) -> Result<u64> {
        let looks = self.looks().await?;
        if looks.0.is_empty() {
            return Ok(0);
        }
        let rests_on = self.rests_on(&looks).await?;
        if let Some(kept) = self.kept_count().await?
            && kept.rests_on == rests_on
        {
            return Ok(kept.drifted);
        }
        let drifted = looks.drifted(&*self.marks().await?);
        let kept = KeptCount { rests_on, drifted };
        let text = serde_json::to_string(&kept).map_err(Error::internal)?;
        self.history.set_state(COUNT, &text).await?;
        Ok(drifted)
    }

    /// What is already reckoned; one that cannot be read is reckoned anew.
    async fn kept_count(&self) -> Result<Option<KeptCount>> {
        let kept = self.history.get_state(COUNT).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Everything on which the count rests, as one digest.
    async fn rests_on(&self, looks: &Looks) -> Result<Digest> {
        let (upto, deciders) = self.marks_rest_on().await?;
        let all = serde_json::to_vec(&(upto, deciders, &looks.0)).map_err(Error::internal)?;
        Ok(Digest::sha256(all))
    }
}

/// A count of drifted tags, and what it rests on.
#[derive(Serialize, Deserialize)]
struct KeptCount {
    rests_on: Digest,
    drifted: u64,
}

/// What was last seen of tags.
pub(crate) struct Looks(BTreeMap<String, TagLook>);

impl Looks {
    fn drifted(&self, marks: &Marks) -> u64 {
        let drifted = |mark: &&Mark| {
            self.of(mark)
                .is_some_and(|look| look.digest.as_ref() != Some(&mark.digest))
        };
        marks.all().filter(drifted).count() as u64
    }

    /// The last look at a mark's tag; one from before it was put there says nothing.
    pub(crate) fn of(&self, mark: &Mark) -> Option<&TagLook> {
        self.0.get(&key(mark)).filter(|look| look.at >= mark.at)
    }
}

fn key(mark: &Mark) -> String {
    format!("{LOOKS}{}:{}", mark.repository, mark.tag)
}
