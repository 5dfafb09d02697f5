//! The queue: what waits for me, what I asked for, and what was decided of late.
//!
//! In a team it is the list of request tags in the workspace repository; solo it follows from
//! the history. Undecided tags join it where a pipeline's pattern says so.

use crate::{
    desk::Desk,
    dto::{Candidate, CandidateState, Person, Queue},
    error::{Code, Error, Result},
    home::PipelineFile,
    image::PARALLEL,
    pipeline::{GOLDEN, Pipeline, matches},
    request_tag::read_state,
    trust::Trust,
    words::since,
};
use futures::{StreamExt, stream};
use hallmark_history::{Entry, Filter};
use hallmark_image::{Digest, Host, ReferenceError, Repository, Tag};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many decided candidates are shown.
const RECENT: usize = 30;
/// How many entries of the history a solo queue looks back.
const LOOK_BACK: usize = 500;
/// How many undecided tags of one repository are taken in.
const TAGS: usize = 200;

/// One request, whoever it is known from.
struct Known {
    state: CandidateState,
    since: Timestamp,
    requested_at: Timestamp,
    requester: Option<Person>,
    message: Option<String>,
    repository: Repository,
    tag: Option<String>,
    digest: Digest,
    stage: String,
}

impl Desk {
    /// What waits.
    ///
    /// # Errors
    /// Where the list itself cannot be read; a single request that cannot be is named in it.
    pub async fn queue(&self) -> Result<Queue> {
        let mut problems = Vec::new();
        let mut known = match self.team_repository() {
            Some(repository) => self.team_requests(&repository, &mut problems).await?,
            None => self.own_requests().await?,
        };
        if let Err(error) = self.undecided(&mut known).await {
            problems.push(error.message);
        }
        let me = self.file().me.map(|me| me.name);
        let me = self.my_name().await.ok().or(me);
        let mut queue = Queue {
            waiting: Vec::new(),
            mine: Vec::new(),
            recent: Vec::new(),
            problems,
            read_at: self.now(),
        };
        for one in known {
            let candidate = self.candidate(&one).await?;
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

    async fn candidate(&self, one: &Known) -> Result<Candidate> {
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
                let repository = crate::image::repository(&name)?;
                let key = (name, stage.clone(), digest.clone());
                let one = known
                    .entry(key)
                    .or_insert_with(|| Known::first(entry, repository, digest, stage));
                one.take(entry, state);
            }
        }
        Ok(known.into_values().collect())
    }

    /// Tags that a pipeline takes as candidates without a request.
    async fn undecided(&self, known: &mut Vec<Known>) -> Result<()> {
        let pipelines = match self.team_repository() {
            Some(_) => self.document().await?.pipelines.clone(),
            None => self.file().pipelines,
        };
        for pipeline in pipelines
            .iter()
            .filter(|pipeline| pipeline.candidates.is_some())
        {
            for repository in self.repositories_of(pipeline).await? {
                self.undecided_in(&repository, &pipelines, known).await?;
            }
        }
        Ok(())
    }

    async fn repositories_of(&self, pipeline: &PipelineFile) -> Result<Vec<Repository>> {
        let pattern = &pipeline.repositories;
        if !pattern.contains('*') {
            return Ok(vec![crate::image::repository(pattern)?]);
        }
        let host = pattern.split('/').next().unwrap_or_default();
        let host: Host = host.parse().map_err(|error: ReferenceError| {
            Error::new(Code::BadInput, format!("pipeline “{pattern}”: {error}"))
        })?;
        let page = self.client().repositories(&host, None, 1000).await?;
        let all = page.items.into_iter().map(|name| Repository {
            host: host.clone(),
            name,
        });
        Ok(all
            .filter(|repository| matches(pattern, &repository.to_string()))
            .collect())
    }

    async fn undecided_in(
        &self,
        repository: &Repository,
        pipelines: &[PipelineFile],
        known: &mut Vec<Known>,
    ) -> Result<()> {
        let pipeline = Pipeline::of(repository, pipelines);
        let last = pipeline.stages().last().unwrap_or(GOLDEN).to_owned();
        let tags = self.client().all_tags(repository).await?;
        for tag in tags
            .into_iter()
            .filter(|tag| pipeline.takes(tag))
            .take(TAGS)
        {
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
                stage: last.clone(),
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

impl Known {
    fn first(entry: &Entry, repository: Repository, digest: Digest, stage: String) -> Self {
        Self {
            state: CandidateState::Waiting,
            since: entry.time,
            requested_at: entry.time,
            requester: None,
            message: None,
            repository,
            tag: None,
            digest,
            stage,
        }
    }

    fn take(&mut self, entry: &Entry, state: CandidateState) {
        self.state = state;
        self.since = entry.time;
        if entry.kind == "request" {
            self.requested_at = entry.time;
            self.message.clone_from(&entry.message);
            self.requester = Some(Person {
                name: entry.actor.clone(),
                key_id: entry.key_id.clone(),
                verified: true,
            });
        }
        // A promotion's tag is the stage's own; the candidate keeps the one it came under.
        if !matches!(entry.kind.as_str(), "promotion" | "rollback") {
            self.tag = entry.tag.clone().or(self.tag.take());
        }
    }
}

/// What an entry makes of which digest.
fn outcomes(entry: &Entry) -> Vec<(Digest, CandidateState)> {
    let detail = |name: &str| {
        entry
            .detail
            .get(name)
            .and_then(|d| d.as_str())
            .and_then(|d| d.parse().ok())
    };
    let state = match entry.kind.as_str() {
        "approve" => CandidateState::Approved,
        "request-changes" => CandidateState::ChangesRequested,
        "withdraw" => CandidateState::Withdrawn,
        "promotion" => CandidateState::Promoted,
        "revocation" => CandidateState::Revoked,
        "rollback" => {
            let down = detail("from").map(|digest| (digest, CandidateState::RolledBack));
            let up = detail("to").map(|digest| (digest, CandidateState::Promoted));
            return down.into_iter().chain(up).collect();
        }
        _ => CandidateState::Waiting,
    };
    entry
        .digest
        .clone()
        .map(|digest| (digest, state))
        .into_iter()
        .collect()
}

fn line(one: &Known, checks: Option<&str>, now: Timestamp) -> String {
    let ago = since(one.since, now);
    match one.state {
        CandidateState::Waiting => checks.unwrap_or("not read here yet").to_owned(),
        CandidateState::Approved => "approved".to_owned(),
        CandidateState::ChangesRequested => "changes requested".to_owned(),
        CandidateState::Promoted => format!("{} for {ago}", one.stage),
        CandidateState::RolledBack => format!("rolled back from {}", one.stage),
        CandidateState::Revoked => format!("revoked {ago} ago"),
        CandidateState::Withdrawn => "taken back".to_owned(),
    }
}
