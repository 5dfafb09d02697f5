//! Webhooks: other programs that are told what happened here, and how they do.

use super::{
    deliver::told,
    notices::{cursor, trial},
    post::{check, post},
};
use crate::{
    desk::Desk,
    dto::{self, AskWebhook, AskWebhookNamed, Event, Webhook, WebhookForm, WebhookMessage},
    error::{Code, Error, Result},
    home::{Home, WorkspaceFile},
};
use hallmark_credentials::SecretString;
use hallmark_history::Filter;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;

/// What can be told.
pub(super) const KINDS: [&str; 8] = [
    "request",
    "approve",
    "request-changes",
    "comment",
    "withdraw",
    "promotion",
    "rollback",
    "revocation",
];
/// Messages that are shown with their webhook.
const SHOWN: u32 = 20;
/// Messages that its log shows.
const LOGGED: u32 = 200;

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

    /// What was told to a webhook, the newest first, and what became of it.
    ///
    /// # Errors
    /// [`Code::NotFound`]; where the history cannot be read.
    pub async fn webhook_log(&self, ask: AskWebhookNamed) -> Result<Vec<WebhookMessage>> {
        let hook = self.webhook_named(&ask.name)?;
        let messages = self.history.messages(&hook.id, false, LOGGED).await?;
        Ok(messages.into_iter().map(told).collect())
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
        sent.map_err(|unsent| {
            Error::new(Code::Unreachable, format!("{}: {}", hook.name, unsent.why))
                .hint("Look at the receiver, then try again; what waits for it is kept.")
        })?;
        // It hears again: what waits need wait no longer.
        self.deliver_to(&hook, true).await?;
        self.webhook(&hook).await
    }

    pub(super) async fn webhook_secret(
        &self,
        hook: &WebhookFile,
    ) -> Result<(url::Url, Option<SecretString>)> {
        let gone = || {
            let words = format!("the address of the webhook {} is no longer kept", hook.name);
            Error::new(Code::NotFound, words).hint("Remove it and add it again.")
        };
        let kept = self.vault().webhook(&hook.id).await?.ok_or_else(gone)?;
        let kept: Kept = serde_json::from_str(kept.expose()).map_err(|_| gone())?;
        let url = kept.url.parse().map_err(|_| gone())?;
        Ok((url, kept.secret.map(SecretString::new)))
    }
}
