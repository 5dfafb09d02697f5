//! The queue: what waits for me, what I asked for, and what was decided of late.
//!
//! In a team it is the list of request tags in the workspace repository; solo it follows from
//! the history. Undecided tags join it where a pipeline's pattern says so.

use crate::{
    desk::Desk,
    dto::{Candidate, CandidateState, Person, Queue},
    error::{Code, Error, Result},
    image::PARALLEL,
    known::{Known, line, outcomes},
    pipeline::{GOLDEN, Pipeline, Pipelines, matches},
    request_tag::read_state,
    rules::promoted_from,
    trust::Trust,
};
use futures::{StreamExt, stream};
use hallmark_history::Filter;
use hallmark_image::{Digest, Repository, Tag};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many decided candidates are shown.
const RECENT: usize = 30;
/// How many entries of the history a solo queue looks back.
const LOOK_BACK: usize = 500;
/// How many undecided tags of one repository are taken in.
const TAGS: usize = 200;

impl Desk {
    /// What waits.
    ///
    /// # Errors
    /// Where the list itself cannot be read; a single request that cannot be is named in it.
    pub async fn queue(&self) -> Result<Queue> {
        let mut problems = Vec::new();
        let mut known = self.requests_known(&mut problems).await?;
        if let Err(error) = self.undecided(&mut known).await {
            problems.push(error.message);
        }
        let me = self.file().me.map(|me| me.name);
        let me = self.my_name().await.ok().or(me);
        let pipelines = self.pipelines().await?;
        let mut queue = Queue {
            waiting: Vec::new(),
            mine: Vec::new(),
            recent: Vec::new(),
            problems,
            read_at: self.now(),
        };
        for one in known {
            let line = self.line_in(&pipelines, &one.repository).await?;
            let candidate = self.candidate(&one, &line.source).await?;
            let open = matches!(
                one.state,
                CandidateState::Waiting
                    | CandidateState::Approved
                    | CandidateState::ChangesRequested
            );
            let mine = one.requester.as_ref().map(|person| &person.name) == me.as_ref()
                && self.file().team.is_some();
            match (open, mine) {
                (true, true) => queue.mine.push(candidate),
                (true, false) if one.state != CandidateState::ChangesRequested => {
                    queue.waiting.push(candidate);
                }
                _ => queue.recent.push(candidate),
            }
        }
        queue.waiting.sort_by_key(|one| one.since);
        queue.mine.sort_by_key(|one| one.since);
        queue.recent.sort_by_key(|one| std::cmp::Reverse(one.since));
        queue.recent.truncate(RECENT);
        Ok(queue)
    }

    /// Every request: the team's, or what this machine's history knows.
    pub(crate) async fn requests_known(&self, problems: &mut Vec<String>) -> Result<Vec<Known>> {
        match self.team_repository() {
            Some(repository) => self.team_requests(&repository, problems).await,
            None => self.own_requests().await,
        }
    }

    async fn candidate(&self, one: &Known, source: &Repository) -> Result<Candidate> {
        let checks = self.glance(&one.stage, &one.digest).await?;
        let open = matches!(
            one.state,
            CandidateState::Waiting | CandidateState::Approved
        );
        Ok(Candidate {
            image: one.repository.at(one.digest.clone()).to_string(),
            host: one.repository.host.to_string(),
            repository: one.repository.name.to_string(),
            tag: one.tag.clone(),
            digest: one.digest.to_string(),
            stage: one.stage.clone(),
            of: source.to_string(),
            state: one.state,
            requester: one.requester.clone(),
            message: one.message.clone(),
            since: if open { one.requested_at } else { one.since },
            line: line(
                one,
                checks.as_ref().map(|checks| checks.words.as_str()),
                self.now(),
            ),
            checks,
        })
    }

    /// Every request tag, read and checked.
    async fn team_requests(
        &self,
        repository: &Repository,
        problems: &mut Vec<String>,
    ) -> Result<Vec<Known>> {
        let trust = self.trust().await?;
        let tags = self.request_tags(repository).await?;
        let trust = &trust;
        let read: Vec<(Tag, Result<Known>)> = stream::iter(tags)
            .map(|tag| async move {
                let known = self.team_request(repository, &tag, trust).await;
                (tag, known)
            })
            .buffered(PARALLEL)
            .collect()
            .await;
        let mut known = Vec::new();
        for (tag, one) in read {
            match one {
                Ok(one) => known.push(one),
                Err(error) => problems.push(format!("{tag}: {}", error.message)),
            }
        }
        Ok(known)
    }

    async fn team_request(
        &self,
        repository: &Repository,
        tag: &Tag,
        trust: &Trust,
    ) -> Result<Known> {
        let wrong = |why: String| Error::new(Code::WrongSignature, why);
        let (signed, says) = self.request_state(repository, tag, trust).await?;
        let state = read_state(&says.state)
            .ok_or_else(|| wrong(format!("“{}” is no state", says.state)))?;
        let decided = !matches!(state, CandidateState::Waiting | CandidateState::Withdrawn);
        if decided && !trust.approves(signed.key_id()) {
            return Err(wrong(format!(
                "{} says it is {}, and is no approver",
                signed.member().unwrap_or_default(),
                says.state
            )));
        }
        let requester = says.requester.map(|name| {
            // Only a request still signed by who asked proves who that was; the review page reads the original.
            let verified = signed.member() == Some(name.as_str());
            Person {
                key_id: verified.then(|| signed.key_id().to_owned()),
                name,
                verified,
            }
        });
        Ok(Known {
            state,
            since: says.time,
            requested_at: says.requested_at,
            requester,
            message: Some(says.message).filter(|message| !message.is_empty()),
            repository: crate::image::repository(&says.repository)?,
            tag: says.tag,
            digest: says.digest,
            stage: says.stage,
            placed_in: None,
        })
    }

    /// Requests that follow from this machine's history.
    async fn own_requests(&self) -> Result<Vec<Known>> {
        let kinds = [
            "request",
            "approve",
            "request-changes",
            "withdraw",
            "promotion",
            "rollback",
            "revocation",
        ];
        let filter = Filter {
            kind: Some(kinds.map(str::to_owned).to_vec()),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, LOOK_BACK).await?;
        let mut known: BTreeMap<(String, String, Digest), Known> = BTreeMap::new();
        for entry in page.entries.iter().rev() {
            for (digest, state) in outcomes(entry) {
                let stage = entry
                    .detail
                    .get("stage")
                    .and_then(|s| s.as_str())
                    .unwrap_or(GOLDEN)
                    .to_owned();
                let Some(name) = entry.repository.clone() else {
                    continue;
                };
                // What was placed elsewhere is the candidate that stood here.
                let repository = match promoted_from(entry) {
                    Some(source) => source,
                    None => Self::asked_in(&known, &name, &stage, &digest)?,
                };
                let key = (repository.to_string(), stage.clone(), digest.clone());
                let one = known
                    .entry(key)
                    .or_insert_with(|| Known::first(entry, repository, digest, stage));
                one.take(entry, state);
            }
        }
        Ok(known.into_values().collect())
    }

    /// The repository whose candidate was placed in `name`: where nothing says otherwise, itself.
    fn asked_in(
        known: &BTreeMap<(String, String, Digest), Known>,
        name: &str,
        stage: &str,
        digest: &Digest,
    ) -> Result<Repository> {
        let key = (name.to_owned(), stage.to_owned(), digest.clone());
        let elsewhere = known.values().find(|one| {
            one.stage == stage && one.digest == *digest && one.placed_in.as_deref() == Some(name)
        });
        match elsewhere.filter(|_| !known.contains_key(&key)) {
            Some(one) => Ok(one.repository.clone()),
            None => crate::image::repository(name),
        }
    }

    /// Tags that a pipeline takes as candidates without a request.
    async fn undecided(&self, known: &mut Vec<Known>) -> Result<()> {
        let pipelines = self.pipelines().await?;
        for pipeline in pipelines.iter().filter(|own| own.takes_candidates()) {
            for repository in self.repositories_of(pipeline).await? {
                self.undecided_in(&repository, &pipelines, known).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn repositories_of(&self, pipeline: &Pipeline) -> Result<Vec<Repository>> {
        let pattern = pipeline.pattern();
        if let Some(one) = pattern.exact() {
            return Ok(vec![one]);
        }
        let host = pattern.host().ok_or_else(|| {
            let pattern = pattern.as_str();
            let words = format!("the pipeline “{pattern}” is of no one registry, so its repositories cannot be listed");
            Error::new(Code::BadInput, words)
        })?;
        let page = self.client().repositories(&host, None, 1000).await?;
        let all = page.items.into_iter().map(|name| Repository {
            host: host.clone(),
            name,
        });
        Ok(all
            .filter(|repository| matches(pattern.as_str(), &repository.to_string()))
            .collect())
    }

    async fn undecided_in(
        &self,
        repository: &Repository,
        pipelines: &Pipelines,
        known: &mut Vec<Known>,
    ) -> Result<()> {
        let line = self.line_in(pipelines, repository).await?;
        if line.source != *repository {
            return Ok(());
        }
        let entry = line.entry().to_owned();
        let tags = self.client().all_tags(repository).await?;
        for tag in tags.into_iter().filter(|tag| line.takes(tag)).take(TAGS) {
            let Some(digest) = self.tag_digest(repository, &tag).await? else {
                continue;
            };
            if known
                .iter()
                .any(|one| one.digest == digest && one.repository == *repository)
            {
                continue;
            }
            let seen = self.first_seen(repository, &digest).await?;
            known.push(Known {
                state: CandidateState::Waiting,
                since: seen,
                requested_at: seen,
                requester: None,
                message: None,
                repository: repository.clone(),
                tag: Some(tag.to_string()),
                digest,
                stage: entry.clone(),
                placed_in: None,
            });
        }
        Ok(())
    }

    async fn first_seen(&self, repository: &Repository, digest: &Digest) -> Result<Timestamp> {
        let key = format!("seen:{}", repository.at(digest.clone()));
        if let Some(at) = self
            .history
            .get_state(&key)
            .await?
            .and_then(|text| text.parse().ok())
        {
            return Ok(at);
        }
        let now = self.now();
        self.history.set_state(&key, &now.to_string()).await?;
        Ok(now)
    }
}
