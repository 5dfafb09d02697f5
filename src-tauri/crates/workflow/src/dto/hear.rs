//! Notices of others' acts, and the webhooks that tell other programs.

use super::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something that somebody else did, which concerns this person.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Notice {
    /// Its number.
    pub id: u64,
    /// When it was heard here.
    #[ts(type = "string")]
    pub heard_at: Timestamp,
    /// Whether it was seen.
    pub seen: bool,
    /// What it tells.
    #[serde(flatten)]
    #[ts(flatten)]
    pub event: Event,
}

/// What happened, as people and programs are told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Event {
    /// What names it for good: the digest of its statement, where there is one.
    pub event: String,
    /// `request`, `approve`, `request-changes`, `comment`, `withdraw`, `promotion`, `rollback`,
    /// `revocation`; `test` for a webhook's trial.
    pub kind: String,
    /// When, by its author's clock.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// `host/repository@digest`.
    pub image: String,
    /// `host/repository`.
    pub repository: String,
    /// The tag it was asked for under.
    pub tag: Option<String>,
    /// The stage.
    pub stage: String,
    /// Who did it. Nothing is told whose signature was not verified.
    pub by: Person,
    /// What happened, a sentence.
    pub text: String,
    /// The workspace's name.
    pub workspace: String,
}

/// Which notices to show.
#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct AskNotices {
    /// Listen first: ask the registry what is new, and deliver what waits.
    pub listen: bool,
    /// Only those that were not seen.
    pub unseen: bool,
    /// Notices to pass over.
    pub offset: u32,
    /// Notices to return, at most 60.
    pub limit: u32,
}

/// Some notices.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Notices {
    /// The newest first.
    pub rows: Vec<Notice>,
    /// How many there are.
    pub total: u64,
    /// How many were not seen.
    pub unseen: u64,
    /// How many were heard just now.
    pub fresh: u64,
    /// What could not be listened to, a sentence each.
    pub problems: Vec<String>,
}

/// Which notices were seen.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
pub struct AskSeen {
    /// One; nothing is all of them.
    pub id: Option<u64>,
}

/// In which form a webhook is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookForm {
    /// The event as JSON.
    Json,
    /// As Slack's incoming webhooks take it.
    Slack,
}

/// Adds a webhook.
#[derive(Clone, Deserialize, TS)]
pub struct AskWebhook {
    /// What to call it.
    pub name: String,
    /// Where to tell it. Its path is a secret at some receivers, so that it is kept with the secrets.
    pub url: String,
    /// In which form.
    pub form: WebhookForm,
    /// Which kinds of events; none is all.
    pub events: Vec<String>,
    /// What messages are signed with, so that the receiver knows them for ours.
    pub secret: Option<String>,
    /// Plain http to another machine: everybody on the way can read it.
    pub plain_http: bool,
}

impl std::fmt::Debug for AskWebhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskWebhook")
            .field("name", &self.name)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// One webhook, by its name.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskWebhookNamed {
    /// Its name.
    pub name: String,
}

/// A webhook, and how it does.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Webhook {
    /// What it is called.
    pub name: String,
    /// Where it is, without the path.
    pub origin: String,
    /// In which form it is told.
    pub form: WebhookForm,
    /// Which kinds of events; none is all.
    pub events: Vec<String>,
    /// Whether its messages are signed.
    pub signed: bool,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were given up.
    pub given_up: u64,
    /// When one arrived last.
    #[ts(type = "string | null")]
    pub delivered_at: Option<Timestamp>,
    /// Why the first that waits has not arrived, or the last was given up.
    pub error: Option<String>,
    /// When it is tried again.
    #[ts(type = "string | null")]
    pub next_try: Option<Timestamp>,
    /// The last messages, the newest first.
    pub messages: Vec<WebhookMessage>,
}

/// One message of a webhook.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct WebhookMessage {
    /// What it tells of.
    pub event: String,
    /// When it was written.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// How often it was tried.
    pub tries: u64,
    /// When it is tried next, where it waits.
    #[ts(type = "string | null")]
    pub next_try: Option<Timestamp>,
    /// When it arrived.
    #[ts(type = "string | null")]
    pub delivered_at: Option<Timestamp>,
    /// Whether it is tried no more.
    pub given_up: bool,
    /// Why the last try failed.
    pub error: Option<String>,
}
