//! Notices. What is told was signed by a member, and hangs on the image it speaks of.

use crate::{
    act::{Act, Signed},
    activity::act_in_words,
    desk::Desk,
    dto::{self, AskNotices, AskSeen, CandidateState, Event, Notices},
    error::{Code, Error, Result},
    known::Known,
    standing::person,
    trust::Trust,
};
use futures::{StreamExt as _, stream};
use hallmark_attest::predicate::Choice;
use hallmark_history::{NewMessage, NewNotice};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// Requests that are listened to at once.
const AT_ONCE: usize = 4;
/// How long a request is listened to after it was last moved.
const LISTENED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far behind ours the clock of who decides may be: better to tell an older word again, where
/// it was never told, than to lose a fresh one.
const BEHIND: SignedDuration = SignedDuration::from_hours(12);
/// Notices of one answer.
const PAGE: u32 = 60;
/// The fact that somebody listened here before.
const BEGAN: &str = "hear:began";

impl Desk {
    /// What others did that concerns this person. Listening asks the registry what is new, keeps
    /// each once, and delivers what webhooks wait for.
    ///
    /// # Errors
    /// Where the history cannot be read. What cannot be listened to is named in the answer.
    pub async fn notices(&self, ask: AskNotices) -> Result<Notices> {
        let (mut fresh, mut problems) = (0, Vec::new());
        if ask.listen {
            match self.listen(&mut problems).await {
                Ok(count) => fresh = count,
                Err(error) => problems.push(error.message),
            }
            if let Err(error) = self.deliver().await {
                problems.push(error.message);
            }
        }
        let page = self.notice_page(ask.unseen, ask.offset, ask.limit).await?;
        Ok(Notices {
            fresh,
            problems,
            ..page
        })
    }

    async fn notice_page(&self, unseen_only: bool, offset: u32, limit: u32) -> Result<Notices> {
        let page = self
            .history
            .notices(unseen_only, offset, limit.clamp(1, PAGE));
        let (rows, total, unseen) = page.await?;
        Ok(Notices {
            rows: rows.iter().filter_map(read).collect(),
            total,
            unseen,
            fresh: 0,
            problems: Vec::new(),
        })
    }

    /// Marks notices as seen.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such notice; where the history cannot be written.
    pub async fn saw(&self, ask: AskSeen) -> Result<Notices> {
        if !self.history.saw(ask.id).await? {
            let number = ask.id.unwrap_or_default();
            let words = format!("there is no notice with the number {number}");
            return Err(Error::new(Code::NotFound, words)
                .hint("`hallmark notices` shows the number of each."));
        }
        self.notice_page(false, 0, PAGE).await
    }

    /// Hears what is new; gives how many notices that are.
    async fn listen(&self, problems: &mut Vec<String>) -> Result<u64> {
        let Some(me) = self.my_key()?.map(|key| key.id().to_string()) else {
            return Ok(0);
        };
        let known = self.requests_known(problems).await?;
        let whole = problems.is_empty();
        let trust = self.trust().await?;
        let name = self.my_name().await?;
        let first = self.history.get_state(BEGAN).await?.is_none();
        let mut told = Vec::new();
        let mut mine = Vec::new();
        let oldest = self.now().saturating_sub(LISTENED).unwrap_or_default();
        for one in known {
            let asker = one.requester.as_ref().map(|person| person.name.as_str());
            match asker == Some(name.as_str()) {
                true if one.since >= oldest => mine.push(one),
                true => {}
                // What waited before anybody listened stands in the queue, and is no news.
                false => told.extend(self.asked(&one, &me, &trust).map(|event| (event, first))),
            }
        }
        let workspace = self.file().name;
        let listening = stream::iter(mine).map(|one| async {
            let acts = self.acts_on(&one, &trust).await;
            (one, acts)
        });
        let heard: Vec<_> = listening.buffered(AT_ONCE).collect().await;
        for (one, acts) in heard {
            match acts {
                Ok(acts) => {
                    let told_of = acts
                        .iter()
                        .filter(|signed| signed.key_id() != me && concerns(signed, &one, &trust))
                        .filter_map(|signed| event_of(signed, &one, &workspace));
                    told.extend(told_of.map(|event| (event, false)));
                }
                Err(error) => problems.push(format!("{}: {}", one.repository, error.message)),
            }
        }
        let count = self.keep_events(told).await?;
        // What could not be read yet must not become news once it can.
        if first && whole {
            let now = self.now().to_string();
            self.history.set_state(BEGAN, &now).await?;
        }
        Ok(count)
    }

    /// Keeps what is new, with the messages that tell of it; gives how many notices nobody has seen.
    async fn keep_events(&self, mut told: Vec<(Event, bool)>) -> Result<u64> {
        told.sort_by_key(|(event, _)| event.at);
        let hooks = self.file().webhooks;
        let mut notices = Vec::new();
        for (event, seen) in told {
            let mut messages = Vec::new();
            if !seen {
                for hook in hooks.iter().filter(|hook| hook.wants(&event.kind)) {
                    messages.push(NewMessage {
                        hook: hook.id.clone(),
                        event: event.event.clone(),
                        body: hook.body(&event),
                    });
                }
            }
            let body = serde_json::to_string(&event).map_err(Error::internal)?;
            let notice = NewNotice {
                event: event.event,
                seen,
                body,
            };
            notices.push((notice, messages));
        }
        let fresh = self.history.hear(&notices, self.now()).await?;
        Ok(fresh.iter().filter(|notice| !notice.seen).count() as u64)
    }

    /// What hangs on the image of a request, signed by members.
    async fn acts_on(&self, one: &Known, trust: &Trust) -> Result<Vec<Signed>> {
        let subject = BTreeSet::from([one.digest.clone()]);
        let there = self.attached_to(&one.repository, subject, trust).await?;
        Ok(there.trusted().cloned().collect())
    }

    /// A request of somebody else's that waits for me.
    fn asked(&self, one: &Known, me: &str, trust: &Trust) -> Option<Event> {
        let by = one.requester.clone().filter(|person| person.verified)?;
        if one.state != CandidateState::Waiting || !trust.approves(me) {
            return None;
        }
        let why = one.message.as_deref().unwrap_or_default();
        Some(Event {
            event: format!("request:{}:{}:{}", one.stage, one.digest, one.requested_at),
            kind: "request".to_owned(),
            at: one.requested_at,
            image: one.repository.at(one.digest.clone()).to_string(),
            repository: one.repository.to_string(),
            tag: one.tag.clone(),
            stage: one.stage.clone(),
            text: format!(
                "{} asks for review of {} at {}: “{why}”",
                by.name,
                short_name(one),
                one.stage
            ),
            by,
            workspace: self.file().name,
        })
    }
}

/// Whether an act is about a request, and by somebody whose word counts: what has no effect is not
/// told as if it had.
fn concerns(signed: &Signed, one: &Known, trust: &Trust) -> bool {
    let (about, decides, at) = match &signed.act {
        Act::Decision(says) => (
            says.stage == one.stage && says.digest == one.digest,
            matches!(says.decision, Choice::Approve | Choice::RequestChanges),
            says.origin.time,
        ),
        Act::Promotion(says) => (
            says.stage == one.stage && says.digest == one.digest,
            true,
            says.origin.time,
        ),
        Act::Rollback(says) => (
            says.stage == one.stage && [&says.from, &says.to].contains(&&one.digest),
            true,
            says.origin.time,
        ),
        Act::Revocation(says) => (says.digest == one.digest, true, says.origin.time),
        _ => return false,
    };
    let recent = one.requested_at.saturating_sub(BEHIND).unwrap_or_default();
    about && at >= recent && (!decides || trust.approves(signed.key_id()))
}

/// What an act of somebody else says about a request.
fn event_of(signed: &Signed, one: &Known, workspace: &str) -> Option<Event> {
    let (kind, words) = act_in_words(signed)?;
    let by = person(signed);
    Some(Event {
        event: signed.digest.to_string(),
        kind: kind.to_owned(),
        at: signed.origin()?.time,
        image: one.repository.at(one.digest.clone()).to_string(),
        repository: one.repository.to_string(),
        tag: one.tag.clone(),
        stage: one.stage.clone(),
        text: format!("{} about {}: {words}", by.name, short_name(one)),
        by,
        workspace: workspace.to_owned(),
    })
}

/// `shop/cart 1.4.0`.
fn short_name(one: &Known) -> String {
    let name = &one.repository.name;
    match &one.tag {
        Some(tag) => format!("{name} {tag}"),
        None => format!("{name} {}", one.digest.short()),
    }
}

/// A notice read back; one that cannot be is of a later version.
fn read(kept: &hallmark_history::Notice) -> Option<dto::Notice> {
    Some(dto::Notice {
        id: kept.id,
        heard_at: kept.heard_at,
        seen: kept.seen,
        event: serde_json::from_str(&kept.body).ok()?,
    })
}

/// The words of an entry of this machine's own, for a webhook.
pub(super) fn entry_event(entry: &hallmark_history::Entry, workspace: &str) -> Option<Event> {
    let repository = entry.repository.clone()?;
    let digest = entry.digest.as_ref()?;
    let stage = entry.detail.get("stage").and_then(|stage| stage.as_str());
    let what = match entry.kind.as_str() {
        "request" => "asked for review of",
        "approve" => "approved",
        "request-changes" => "asked for changes to",
        "comment" => "commented on",
        "withdraw" => "took back what was said of",
        "promotion" => "promoted",
        "rollback" => "rolled back to",
        "revocation" => "revoked",
        _ => return None,
    };
    let tag = entry.tag.clone();
    let name = match &tag {
        Some(tag) => format!("{repository}:{tag}"),
        None => format!("{repository}@{}", digest.short()),
    };
    let at_stage = stage.map(|stage| format!(" ({stage})")).unwrap_or_default();
    let why = entry.message.as_deref().filter(|why| !why.is_empty());
    let why = why.map(|why| format!(": “{why}”")).unwrap_or_default();
    Some(Event {
        event: match &entry.statement {
            Some(statement) => statement.to_string(),
            None => format!("entry:{}", entry.seq),
        },
        kind: entry.kind.clone(),
        at: entry.time,
        image: format!("{repository}@{digest}"),
        repository,
        tag,
        stage: stage.unwrap_or_default().to_owned(),
        by: dto::Person {
            name: entry.actor.clone(),
            key_id: entry.key_id.clone(),
            verified: entry.statement.is_some(),
        },
        text: format!("{} {what} {name}{at_stage}{why}", entry.actor),
        workspace: workspace.to_owned(),
    })
}

/// How far a webhook was told of the record; a new one begins with what comes.
pub(super) fn cursor(hook: &str) -> String {
    format!("webhook:{hook}:told")
}

/// For an event that nobody made: a webhook's trial.
pub(super) fn trial(by: dto::Person, workspace: &str, now: Timestamp) -> Event {
    Event {
        event: format!("test:{now}"),
        kind: "test".to_owned(),
        at: now,
        image: String::new(),
        repository: String::new(),
        tag: None,
        stage: String::new(),
        text: format!("{} tries this webhook of {workspace}", by.name),
        by,
        workspace: workspace.to_owned(),
    }
}
