//! Waivers as they are read: which are in force for an image, and all that are known.
//!
//! Each hangs on the image that it was made on, and on its repository's anchor: a small artifact
//! of fixed bytes, so that anybody who may read the repository finds them all in one request,
//! also for images that were pushed later. What this machine's history keeps counts too, so that
//! the end of a waiver that was taken off the registry changes nothing.

use crate::{
    act::{Act, Signed},
    attached::{Attached, Hung},
    case::Judged,
    desk::Desk,
    dto::{WaiverInfo, WaiverReach, WaiverState, Waivers},
    error::{Code, Error, Result},
    image::{Image, PARALLEL},
    standing::person,
    survey::Survey,
    trust::Trust,
};
use futures::{StreamExt, stream};
use hallmark_attest::{Envelope, predicate as p};
use hallmark_history::Filter;
use hallmark_image::{Artifact, Descriptor, Digest, Manifest, Repository, media_type};
use hallmark_policy::{Evaluation, Verdict, Waived};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// A waiver is shown as ending from so many days before.
const SOON: u32 = 14;
/// Entries of the history that are looked through.
const KEPT: usize = 1000;
/// How far ahead of ours the clock of who waived may be.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What the waivers of a repository hang on: the same bytes in each.
pub(crate) fn anchor() -> Result<Manifest> {
    Artifact::new(media_type::HALLMARK_WAIVERS, vec![Descriptor::empty()])
        .build()
        .map_err(Error::internal)
}

/// `24 Dec 2026`
pub(crate) fn day(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

/// Today, UTC.
pub(crate) fn today(now: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(now).date()
}

/// Every waiver among statements that somebody who may waive has signed, with what ended any.
pub(crate) struct Known<'a> {
    waivers: BTreeMap<&'a Digest, (&'a Signed, &'a p::Waiver)>,
    ended: BTreeSet<&'a Digest>,
}

impl<'a> Known<'a> {
    pub(crate) fn among(statements: impl Iterator<Item = &'a Signed>, trust: &Trust) -> Self {
        let mut known = Self {
            waivers: BTreeMap::new(),
            ended: BTreeSet::new(),
        };
        for signed in statements.filter(|signed| trust.approves(signed.key_id())) {
            match &signed.act {
                _ if signed.member().is_none() => (),
                Act::Waiver(says) => known.take(signed, says),
                _ => (),
            }
        }
        known
    }

    fn take(&mut self, signed: &'a Signed, says: &'a p::Waiver) {
        match &says.ends {
            Some(ended) => {
                self.ended.insert(ended);
            }
            None => {
                self.waivers.insert(&signed.digest, (signed, says));
            }
        }
    }

    /// Each as it stands now.
    pub(crate) fn infos(&self, now: Timestamp) -> Vec<WaiverInfo> {
        let info = |(signed, says): &(&Signed, &p::Waiver)| {
            info(signed, says, self.ended.contains(&signed.digest), now)
        };
        self.waivers.values().map(info).collect()
    }

    /// Those in force for an image.
    pub(crate) fn in_force(
        &self,
        repository: &Repository,
        digest: &Digest,
        now: Timestamp,
    ) -> Vec<WaiverInfo> {
        let latest = now.checked_add(TOLERANCE).unwrap_or(Timestamp::MAX);
        let counts = |(signed, says): &&(&Signed, &p::Waiver)| {
            covers(says, repository, digest)
                && says.until > today(now)
                && says.origin.time <= latest
                && !self.ended.contains(&signed.digest)
        };
        let all = self.waivers.values().filter(counts);
        all.map(|(signed, says)| info(signed, says, false, now))
            .collect()
    }
}

/// Whether a waiver is meant for an image.
fn covers(says: &p::Waiver, repository: &Repository, digest: &Digest) -> bool {
    match says.scope {
        p::WaiverScope::Image => says.digest == *digest,
        p::WaiverScope::Repository => says.repository == repository.to_string(),
    }
}

pub(crate) fn info(signed: &Signed, says: &p::Waiver, ended: bool, now: Timestamp) -> WaiverInfo {
    let left = today(now)
        .until(says.until)
        .map_or(0, |span| span.get_days());
    let days_left = u32::try_from(left).unwrap_or(0);
    let by = person(signed);
    WaiverInfo {
        finding: says.finding.clone(),
        package: says.package.clone(),
        image: format!("{}@{}", says.repository, says.digest),
        reach: match says.scope {
            p::WaiverScope::Image => WaiverReach::Image,
            p::WaiverScope::Repository => WaiverReach::Repository,
        },
        words: format!("waived by {} until {}", by.name, day(says.until)),
        by,
        at: says.origin.time,
        message: says.message.clone(),
        until: says.until,
        state: match (ended, days_left) {
            (true, _) => WaiverState::EndedEarly,
            (false, 0) => WaiverState::Ended,
            (false, left) if left <= SOON => WaiverState::EndsSoon,
            _ => WaiverState::InForce,
        },
        days_left,
        statement: signed.digest.to_string(),
    }
}

fn waived(info: &WaiverInfo) -> Waived {
    Waived {
        finding: info.finding.clone(),
        package: info.package.clone(),
        words: info.words.clone(),
    }
}

impl Desk {
    /// Judges an image as of a time, with the waivers that were in force for it then. The repository's anchor is
    /// asked only where that can change something: an image that passes costs no request.
    pub(crate) async fn judge_waived(
        &self,
        judged: &Judged<'_>,
        attached: &mut Attached,
        trust: &Trust,
        now: Timestamp,
    ) -> Result<(Evaluation, Vec<WaiverInfo>)> {
        let plain = judged.evaluate(now, &[]);
        let hangs = |hung: &Hung| matches!(hung.signed.act, Act::Waiver(_));
        if plain.verdict == Verdict::Pass && !attached.statements.iter().any(hangs) {
            return Ok((plain, Vec::new()));
        }
        self.hear_waivers(judged.image, attached, trust).await?;
        let known = Known::among(attached.trusted(), trust);
        let image = judged.image;
        let waivers = known.in_force(&image.repository, image.digest(), now);
        if waivers.is_empty() {
            return Ok((plain, waivers));
        }
        let list: Vec<Waived> = waivers.iter().map(waived).collect();
        Ok((judged.evaluate(now, &list), waivers))
    }

    /// Takes in the waivers meant for the image that hang elsewhere: on the anchor, and in the
    /// history.
    async fn hear_waivers(
        &self,
        image: &Image,
        attached: &mut Attached,
        trust: &Trust,
    ) -> Result<()> {
        let anchored = self.anchored(&image.repository, trust).await?;
        let kept = self.waivers_kept(Some(&image.repository), trust).await?;
        let subject = anchor()?.digest().clone();
        let kept = kept.into_iter().map(|signed| Hung {
            subject: subject.clone(),
            signed,
        });
        let mut heard: BTreeSet<Digest> = attached
            .statements
            .iter()
            .map(|hung| hung.signed.digest.clone())
            .collect();
        for hung in anchored.statements.into_iter().chain(kept) {
            let meant = match &hung.signed.act {
                Act::Waiver(says) => covers(says, &image.repository, image.digest()),
                _ => false,
            };
            if meant && heard.insert(hung.signed.digest.clone()) {
                attached.statements.push(hung);
            }
        }
        Ok(())
    }

    /// What hangs on a repository's anchor.
    pub(crate) async fn anchored(
        &self,
        repository: &Repository,
        trust: &Trust,
    ) -> Result<Attached> {
        let subject = BTreeSet::from([anchor()?.digest().clone()]);
        match self.attached_to(repository, subject, trust).await {
            Err(error) if error.code == Code::NotFound => Ok(Attached::default()),
            answer => answer,
        }
    }

    /// Waivers that this machine's history keeps.
    async fn waivers_kept(
        &self,
        repository: Option<&Repository>,
        trust: &Trust,
    ) -> Result<Vec<Signed>> {
        let filter = Filter {
            repository: repository.map(ToString::to_string),
            kind: Some(vec!["waiver".into(), "waiver-end".into()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, KEPT).await?;
        let read = |envelope: Vec<u8>| {
            let envelope = Envelope::parse(&envelope).ok()?;
            Signed::from_envelope(&envelope, trust).ok()
        };
        let entries = page.entries.iter();
        Ok(entries
            .filter_map(|entry| read(entry.envelope()?))
            .collect())
    }

    /// What a rebuild takes in of a repository's waivers.
    pub(crate) async fn survey_waivers(
        &self,
        repository: &Repository,
        trust: &Trust,
        survey: &mut Survey,
    ) -> Result<()> {
        let anchored = self.anchored(repository, trust).await?;
        for hung in &anchored.statements {
            if hung.signed.member().is_some() && matches!(hung.signed.act, Act::Waiver(_)) {
                survey.take(&hung.signed, &hung.subject, Some(repository));
            }
        }
        Ok(())
    }

    /// Every waiver of the repositories that this workspace knows, as it stands now.
    ///
    /// # Errors
    /// Where the history or the team's members cannot be read; a repository that cannot be is
    /// named in the answer.
    pub async fn waivers(&self) -> Result<Waivers> {
        let trust = self.trust().await?;
        let mut statements = self.waivers_kept(None, &trust).await?;
        let mut problems = Vec::new();
        let repositories = self.repositories_known().await?;
        let (trust_of, all) = (&trust, stream::iter(repositories));
        let read: Vec<_> = all
            .map(|repository| async move {
                let anchored = self.anchored(&repository, trust_of).await;
                (repository, anchored)
            })
            .buffered(PARALLEL)
            .collect()
            .await;
        for (repository, anchored) in read {
            match anchored {
                Ok(found) => statements.extend(found.statements.into_iter().map(|h| h.signed)),
                Err(error) => problems.push(format!("{repository}: {}", error.message)),
            }
        }
        let mut waivers = Known::among(statements.iter(), &trust).infos(self.now());
        waivers.sort_by(|a, b| {
            let over = |one: &WaiverInfo| one.state >= WaiverState::Ended;
            (over(a), a.until, &a.finding).cmp(&(over(b), b.until, &b.finding))
        });
        Ok(Waivers { waivers, problems })
    }

    /// The repositories of the pipelines, of the history and of what waits.
    async fn repositories_known(&self) -> Result<BTreeSet<Repository>> {
        let mut survey = Survey::default();
        self.known_places(&mut survey).await?;
        let queue = self.queue().await?;
        let waiting = queue.waiting.iter().chain(&queue.mine).chain(&queue.recent);
        for candidate in waiting {
            let name = format!("{}/{}", candidate.host, candidate.repository);
            survey.repositories.insert(crate::image::repository(&name)?);
        }
        Ok(survey.repositories)
    }
}
