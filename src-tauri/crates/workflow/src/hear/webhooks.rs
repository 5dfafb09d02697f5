//! Webhooks: other programs that are told what happened here. What waits is kept in the history's
//! database, in order, and tried again with growing pauses until it arrives.

use super::{
    notices::{cursor, entry_event, trial},
    post::{check, post},
};
use crate::{
    desk::Desk,
    dto::{self, AskWebhook, AskWebhookNamed, Event, Webhook, WebhookForm, WebhookMessage},
    error::{Code, Error, Result},
    home::{Home, WorkspaceFile},
};
use hallmark_credentials::SecretString;
use hallmark_history::{Filter, Message, NewMessage, Tried};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;

/// What can be told.
const KINDS: [&str; 8] = [
    "request",
    "approve",
    "request-changes",
    "comment",
    "withdraw",
    "promotion",
    "rollback",
    "revocation",
];
/// Entries of the record that are looked at once.
const ENTRIES: usize = 500;
/// Messages that are delivered at once, of one webhook.
const AT_ONCE: u32 = 50;
/// The first pause after a failure; each one after it is twice as long.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// How long a message is tried.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Messages that are shown.
const SHOWN: u32 = 20;

/// A webhook as `workspace.toml` keeps it. Its address and what signs its messages are kept with
/// the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookFile {
    /// Kept for life.
    pub id: String,
    /// For people.
    pub name: String,
    /// `https://host`.
    pub origin: String,
    /// In which form it is told.
    pub form: WebhookForm,
    /// Which kinds; none is all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// Whether its messages are signed.
    #[serde(default)]
    pub signed: bool,
}

/// What is kept of a webhook with the secrets.
#[derive(Serialize, Deserialize)]
struct Kept {
    url: String,
    #[serde(default)]
    secret: Option<String>,
}

impl WebhookFile {
    pub(super) fn wants(&self, kind: &str) -> bool {
        self.events.is_empty() || self.events.iter().any(|own| own == kind)
    }

    /// The message that tells of an event.
    pub(super) fn body(&self, event: &Event) -> String {
        let body = match self.form {
            WebhookForm::Json => json!(event),
            // Slack reads these three as its own markup.
            WebhookForm::Slack => json!({
                "text": event
                    .text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;"),
            }),
        };
        body.to_string()
    }
}

/// Whether the workspace in `folder` tells anybody; a folder that cannot be read tells nobody.
pub fn has_webhooks(folder: &Path) -> bool {
    if !folder.join("workspace.toml").is_file() {
        return false;
    }
    let file = Home::at(folder).and_then(|home| WorkspaceFile::load(&home));
    file.is_ok_and(|file| !file.webhooks.is_empty())
}

impl Desk {
    /// The webhooks, and how they do.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub async fn webhooks(&self) -> Result<Vec<Webhook>> {
        let mut all = Vec::new();
        for hook in self.file().webhooks {
            all.push(self.webhook(&hook).await?);
        }
        Ok(all)
    }

    async fn webhook(&self, hook: &WebhookFile) -> Result<Webhook> {
        let (waiting, given_up) = self.history.message_counts(&hook.id).await?;
        let last = self.history.messages(&hook.id, false, SHOWN).await?;
        let first = self.history.messages(&hook.id, true, 1).await?.pop();
        let lost = last.iter().find(|one| one.given_up_at.is_some());
        let trouble = first.as_ref().or(lost);
        Ok(Webhook {
            name: hook.name.clone(),
            origin: hook.origin.clone(),
            form: hook.form,
            events: hook.events.clone(),
            signed: hook.signed,
            waiting,
            given_up,
            delivered_at: last.iter().filter_map(|one| one.delivered_at).max(),
            error: trouble.and_then(|one| one.error.clone()),
            next_try: first.filter(|one| one.tries > 0).map(|one| one.next_try),
            messages: last.into_iter().map(told).collect(),
        })
    }

    /// Adds a webhook. It is told what happens from now on.
    ///
    /// # Errors
    /// [`Code::BadInput`] for an address that keeps nothing, a name that is taken or an event that
    /// there is not; where the keyring fails.
    pub async fn add_webhook(&self, ask: AskWebhook) -> Result<Webhook> {
        let name = ask.name.trim();
        if name.is_empty() || name.chars().any(char::is_control) {
            return Err(Error::bad_input("the webhook needs a name"));
        }
        if self.file().webhooks.iter().any(|own| own.name == name) {
            return Err(Error::bad_input(format!(
                "there is a webhook “{name}” already; remove it first"
            )));
        }
        if let Some(other) = ask.events.iter().find(|own| !KINDS.contains(&own.as_str())) {
            let words = format!("“{other}” is no event; there are {}", KINDS.join(", "));
            return Err(Error::bad_input(words));
        }
        let url = check(&ask.url, ask.plain_http).map_err(Error::bad_input)?;
        let secret = ask.secret.filter(|secret| !secret.is_empty());
        let hook = WebhookFile {
            id: uuid::Uuid::new_v4().simple().to_string(),
            name: name.to_owned(),
            origin: url.origin().ascii_serialization(),
            form: ask.form,
            events: ask.events,
            signed: secret.is_some(),
        };
        let kept = Kept {
            url: url.to_string(),
            secret,
        };
        let kept = serde_json::to_string(&kept).map_err(Error::internal)?;
        let vault = self.vault();
        vault
            .store_webhook(&hook.id, &SecretString::new(kept))
            .await?;
        let newest = self.history.page(&Filter::default(), None, 1).await?;
        let newest = newest.entries.first().map_or(0, |entry| entry.seq);
        self.history
            .set_state(&cursor(&hook.id), &newest.to_string())
            .await?;
        let added = hook.clone();
        self.change(|file| file.webhooks.push(added))?;
        self.webhook(&hook).await
    }

    fn webhook_named(&self, name: &str) -> Result<WebhookFile> {
        let mut all = self.file().webhooks;
        all.retain(|own| own.name == name);
        all.pop().ok_or_else(|| {
            Error::new(Code::NotFound, format!("there is no webhook “{name}”"))
                .hint("`hallmark webhook list` shows what there is.")
        })
    }

    /// Removes a webhook, with what waits for it.
    ///
    /// # Errors
    /// [`Code::NotFound`]; where the keyring fails.
    pub async fn remove_webhook(&self, ask: AskWebhookNamed) -> Result<Vec<Webhook>> {
        let hook = self.webhook_named(&ask.name)?;
        self.vault().remove_webhook(&hook.id).await?;
        self.change(|file| file.webhooks.retain(|own| own.id != hook.id))?;
        self.history.forget_messages(&hook.id).await?;
        self.webhooks().await
    }

    /// Tells a webhook something now, to see whether it hears.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Unreachable`] where it did not arrive, with the reason.
    pub async fn test_webhook(&self, ask: AskWebhookNamed) -> Result<Webhook> {
        let hook = self.webhook_named(&ask.name)?;
        let by = dto::Person {
            name: self.my_name().await?,
            key_id: self.my_key()?.map(|key| key.id().to_string()),
            verified: true,
        };
        let event = trial(by, &self.file().name, self.now());
        let (url, secret) = self.webhook_secret(&hook).await?;
        let body = hook.body(&event);
        let sent = post(&url, secret.as_ref(), &event.event, body, self.now()).await;
        sent.map_err(|why| {
            Error::new(Code::Unreachable, format!("{}: {why}", hook.name))
                .hint("Look at the receiver, then try again; what waits for it is kept.")
        })?;
        // It hears again: what waits need wait no longer.
        self.deliver_to(&hook, true).await?;
        self.webhook(&hook).await
    }

    async fn webhook_secret(&self, hook: &WebhookFile) -> Result<(url::Url, Option<SecretString>)> {
        let gone = || {
            let words = format!("the address of the webhook {} is no longer kept", hook.name);
            Error::new(Code::NotFound, words).hint("Remove it and add it again.")
        };
        let kept = self.vault().webhook(&hook.id).await?.ok_or_else(gone)?;
        let kept: Kept = serde_json::from_str(kept.expose()).map_err(|_| gone())?;
        let url = kept.url.parse().map_err(|_| gone())?;
        Ok((url, kept.secret.map(SecretString::new)))
    }

    /// Writes down what happened here for every webhook, and delivers what is due.
    ///
    /// # Errors
    /// Where the history cannot be read or written. What does not arrive is kept, with the reason.
    pub async fn deliver(&self) -> Result<()> {
        for hook in self.file().webhooks {
            self.write_down(&hook).await?;
            self.deliver_to(&hook, false).await?;
        }
        Ok(())
    }

    /// What the record has that the webhook was not told: the record itself is what is told from,
    /// so that nothing is lost where the program ends in between.
    async fn write_down(&self, hook: &WebhookFile) -> Result<()> {
        let key = cursor(&hook.id);
        let told = self.history.get_state(&key).await?;
        let told: u64 = told.and_then(|text| text.parse().ok()).unwrap_or_default();
        let filter = Filter {
            kind: Some(KINDS.map(str::to_owned).to_vec()),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, ENTRIES).await?;
        let fresh: Vec<_> = page
            .entries
            .iter()
            .filter(|entry| entry.seq > told)
            .collect();
        let Some(newest) = fresh.first().map(|entry| entry.seq) else {
            return Ok(());
        };
        let workspace = self.file().name;
        let mut messages = Vec::new();
        for entry in fresh.into_iter().rev() {
            let event = entry_event(entry, &workspace).filter(|event| hook.wants(&event.kind));
            if let Some(event) = event {
                messages.push(NewMessage {
                    hook: hook.id.clone(),
                    body: hook.body(&event),
                    event: event.event,
                });
            }
        }
        let newest = newest.to_string();
        self.history
            .write_messages(&messages, (&key, &newest), self.now())
            .await?;
        Ok(())
    }

    /// Delivers in order; the first failure ends it, since the next would meet the same.
    async fn deliver_to(&self, hook: &WebhookFile, at_once: bool) -> Result<()> {
        let waiting = self.history.messages(&hook.id, true, AT_ONCE).await?;
        let due = |one: &Message| at_once || one.next_try <= self.now();
        if !waiting.first().is_some_and(due) {
            return Ok(());
        }
        let reach = self.webhook_secret(hook).await;
        for message in waiting {
            let sent = match &reach {
                Ok((url, secret)) => {
                    let body = message.body.clone();
                    post(url, secret.as_ref(), &message.event, body, self.now()).await
                }
                Err(error) => Err(error.message.clone()),
            };
            let failed = sent.is_err();
            let tried = match sent {
                Ok(()) => Tried::Delivered,
                Err(why) => next(&message, self.now(), why),
            };
            self.history.tried(message.id, &tried, self.now()).await?;
            if failed {
                break;
            }
        }
        Ok(())
    }
}

/// When a message that failed is tried again.
fn next(message: &Message, now: Timestamp, why: String) -> Tried {
    if now.duration_since(message.written_at) >= GIVEN_UP_AFTER {
        return Tried::GivenUp(why);
    }
    let doubled = 1_i32 << message.tries.min(12);
    let pause = PAUSE.checked_mul(doubled).unwrap_or(LONGEST).min(LONGEST);
    match now.checked_add(pause) {
        Ok(at) => Tried::Again(at, why),
        Err(_) => Tried::GivenUp(why),
    }
}

fn told(message: Message) -> WebhookMessage {
    WebhookMessage {
        event: message.event,
        at: message.written_at,
        tries: message.tries,
        delivered_at: message.delivered_at,
        given_up: message.given_up_at.is_some(),
        error: message.error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let written_at = Timestamp::from_second(1_700_000_000).unwrap();
        let message = |tries| Message {
            id: 1,
            event: "e".into(),
            body: String::new(),
            written_at,
            next_try: written_at,
            tries,
            error: None,
            delivered_at: None,
            given_up_at: None,
        };
        let pause = |tries| match next(&message(tries), written_at, String::new()) {
            Tried::Again(at, _) => at.duration_since(written_at).as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!([pause(0), pause(1), pause(4)], [30, 60, 480]);
        assert_eq!(pause(40), 6 * 3600);
        let late = written_at + SignedDuration::from_hours(7 * 24);
        assert!(matches!(
            next(&message(9), late, "no".into()),
            Tried::GivenUp(_)
        ));
    }
}
