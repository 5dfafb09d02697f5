//! The way from the record to the receivers. What waits is kept in the history's database, in
//! order, and tried again with growing pauses until it arrives.

use super::{
    notices::{cursor, entry_event},
    post::{Unsent, post},
    webhooks::{KINDS, WebhookFile},
};
use crate::{desk::Desk, dto::WebhookMessage, error::Result};
use futures::future::join_all;
use hallmark_history::{Entry, Filter, Message, NewMessage, Tried};
use jiff::{SignedDuration, Timestamp};

/// Entries of the record that are read at once.
const ENTRIES: usize = 500;
/// Messages that are delivered at once, of one webhook.
const AT_ONCE: u32 = 50;
/// How long one webhook is delivered to at once: a receiver that takes its time gets the rest later.
const BUSY: SignedDuration = SignedDuration::from_secs(20);
/// The first pause after a failure; each one after it is twice as long.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);
/// How long a message is tried.
const GIVEN_UP_AFTER: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What is kept of a try of which nobody came to say how it ended.
const CUT_OFF: &str = "cut off before there was an answer";

impl Desk {
    /// Writes down what happened here for every webhook, and delivers what is due.
    ///
    /// # Errors
    /// Where the history cannot be read or written. What does not arrive is kept, with the reason.
    pub async fn deliver(&self) -> Result<()> {
        self.deliver_all(false).await
    }

    /// The same, without waiting for the end of any pause.
    ///
    /// # Errors
    /// As [`deliver`](Self::deliver).
    pub async fn deliver_now(&self) -> Result<()> {
        self.deliver_all(true).await
    }

    async fn deliver_all(&self, at_once: bool) -> Result<()> {
        let hooks = self.file().webhooks;
        // Side by side: one that is slow keeps no other waiting.
        let each = hooks.iter().map(|hook| async {
            self.write_down(hook).await?;
            self.deliver_to(hook, at_once).await
        });
        join_all(each).await.into_iter().collect()
    }

    /// What the record has that the webhook was not told: the record itself is what is told from,
    /// so that nothing is lost where the program ends in between.
    async fn write_down(&self, hook: &WebhookFile) -> Result<()> {
        let Some(me) = self.my_key()?.map(|key| key.id().to_string()) else {
            return Ok(());
        };
        let key = cursor(&hook.id);
        let told = self.history.get_state(&key).await?;
        let told: u64 = told.and_then(|text| text.parse().ok()).unwrap_or_default();
        let fresh = self.entries_since(told).await?;
        let Some(newest) = fresh.first().map(|entry| entry.seq.to_string()) else {
            return Ok(());
        };
        let workspace = self.file().name;
        let messages: Vec<_> = fresh
            .iter()
            .rev()
            // What others did comes as a notice, or was only read here and is no news.
            .filter(|entry| entry.key_id.as_ref() == Some(&me))
            .filter_map(|entry| entry_event(entry, &workspace))
            .filter(|event| hook.wants(&event.kind))
            .map(|event| NewMessage {
                hook: hook.id.clone(),
                body: hook.body(&event),
                event: event.event,
            })
            .collect();
        self.history
            .write_messages(&messages, (&key, &newest), self.now())
            .await?;
        Ok(())
    }

    /// The entries that can be told, after that one, the newest first. What is older than any
    /// message that is still tried was taken in from elsewhere.
    async fn entries_since(&self, told: u64) -> Result<Vec<Entry>> {
        let filter = Filter {
            kind: Some(KINDS.map(str::to_owned).to_vec()),
            since: self.now().checked_sub(GIVEN_UP_AFTER).ok(),
            ..Filter::default()
        };
        let mut fresh = Vec::new();
        let mut after = None;
        loop {
            let page = self.history.page(&filter, after, ENTRIES).await?;
            let new = page.entries.into_iter().take_while(|one| one.seq > told);
            fresh.extend(new);
            after = page.next.filter(|next| *next > told);
            if after.is_none() {
                return Ok(fresh);
            }
        }
    }

    /// Delivers in order. Where the receiver is away the next message would meet the same; where it
    /// will not take one, the others need not wait for it.
    pub(super) async fn deliver_to(&self, hook: &WebhookFile, at_once: bool) -> Result<()> {
        let waiting = self.history.messages(&hook.id, true, AT_ONCE).await?;
        let began = self.now();
        for message in waiting {
            let now = self.now();
            match (at_once || message.next_try <= now, message.refused) {
                _ if now.duration_since(began) > BUSY => break,
                (true, _) => {}
                (false, true) => continue,
                (false, false) => break,
            }
            // Counted before it begins: who ends this before there is an answer finds it tried.
            let unless = (now.saturating_add(pause(&message)).unwrap_or(now), CUT_OFF);
            if !self.history.try_message(&message, unless).await? {
                break;
            }
            let sent = self.send(hook, &message).await;
            let away = sent.as_ref().is_err_and(|unsent| !unsent.refused);
            let tried = match sent {
                Ok(()) => Tried::Delivered,
                Err(unsent) => next(&message, self.now(), unsent),
            };
            self.history.tried(message.id, &tried, self.now()).await?;
            if away {
                break;
            }
        }
        Ok(())
    }

    async fn send(&self, hook: &WebhookFile, message: &Message) -> std::result::Result<(), Unsent> {
        let reach = self.webhook_secret(hook).await;
        let (url, secret) = reach.map_err(|error| Unsent::from(error.message))?;
        let body = message.body.clone();
        post(&url, secret.as_ref(), &message.event, body, self.now()).await
    }
}

/// How long a message waits that fails once more.
fn pause(message: &Message) -> SignedDuration {
    let doubled = 1_i32 << message.tries.min(12);
    PAUSE.checked_mul(doubled).unwrap_or(LONGEST).min(LONGEST)
}

/// When a message that failed is tried again.
fn next(message: &Message, now: Timestamp, unsent: Unsent) -> Tried {
    let Unsent { why, refused } = unsent;
    let late = now.duration_since(message.written_at) >= GIVEN_UP_AFTER;
    match now.checked_add(pause(message)) {
        Ok(next) if !late => Tried::Again { next, why, refused },
        _ => Tried::GivenUp(why),
    }
}

pub(super) fn told(message: Message) -> WebhookMessage {
    let waits = message.delivered_at.is_none() && message.given_up_at.is_none();
    WebhookMessage {
        event: message.event,
        at: message.written_at,
        tries: message.tries,
        next_try: waits.then_some(message.next_try),
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
            refused: false,
            delivered_at: None,
            given_up_at: None,
        };
        let no = || Unsent::from("no".to_owned());
        let pause = |tries| match next(&message(tries), written_at, no()) {
            Tried::Again { next, .. } => next.duration_since(written_at).as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!([pause(0), pause(1), pause(4)], [30, 60, 480]);
        assert_eq!(pause(40), 6 * 3600);
        let late = written_at + SignedDuration::from_hours(7 * 24);
        assert!(matches!(next(&message(9), late, no()), Tried::GivenUp(_)));
    }
}
