//! `notices`, `webhook`.

use crate::{
    args::{Form, Notices, Webhook, WebhookAdd, WebhookAsk},
    context::Context,
    exit::{Failure, Result},
    files,
    output::Answer,
    page::Page,
};
use hallmark_workflow::{
    dto::{self, AskNotices, AskSeen, AskWebhook, AskWebhookNamed, WebhookForm},
    error::Code,
};
use serde_json::json;

/// `notices`.
///
/// # Errors
/// Where the history cannot be read; a number that no notice has. What cannot be listened to is
/// named in the answer.
pub async fn notices(context: &Context, ask: Notices) -> Result<Answer> {
    let desk = context.desk().await?;
    let asked = AskNotices {
        listen: !ask.offline,
        unseen: ask.unseen,
        offset: 0,
        limit: 60,
    };
    for id in ask.read {
        desk.saw(AskSeen { id: Some(id) }).await?;
    }
    let found = desk.notices(asked).await?;
    if ask.deliver {
        desk.deliver_now().await?;
    }
    if ask.seen {
        desk.saw(AskSeen { id: None }).await?;
    }
    let mut page = Page::new();
    page.line(match found.unseen {
        0 => "Nothing new.".to_owned(),
        1 => "1 notice that you have not seen.".to_owned(),
        count => format!("{count} notices that you have not seen."),
    });
    let row = |one: &dto::Notice| {
        [
            one.id.to_string(),
            if one.seen { "" } else { "new" }.to_owned(),
            one.event.at.to_string(),
            one.event.text.clone(),
        ]
    };
    if !found.rows.is_empty() {
        page.table(
            ["no.", "", "when", "what"],
            found.rows.iter().map(row).collect(),
        );
    }
    page.notes("not heard", &found.problems);
    Answer::new(&found, page)
}

/// `webhook`.
///
/// # Errors
/// What the use case says.
pub async fn webhook(context: &Context, ask: Webhook) -> Result<Answer> {
    let desk = context.desk().await?;
    let all = match ask.ask {
        WebhookAsk::Log { name } => {
            return log(&desk.webhook_log(AskWebhookNamed { name }).await?);
        }
        WebhookAsk::Add(add) => vec![desk.add_webhook(asked(add)?).await?],
        WebhookAsk::List => desk.webhooks().await?,
        WebhookAsk::Test { name } => vec![desk.test_webhook(AskWebhookNamed { name }).await?],
        WebhookAsk::Remove { name } => desk.remove_webhook(AskWebhookNamed { name }).await?,
    };
    let mut page = Page::new();
    let row = |hook: &dto::Webhook| {
        [
            hook.name.clone(),
            hook.origin.clone(),
            if hook.signed { "signed" } else { "not signed" }.to_owned(),
            hook.waiting.to_string(),
            match (&hook.error, hook.delivered_at) {
                (Some(why), _) => why.clone(),
                (None, Some(at)) => format!("arrived {at}"),
                (None, None) => "nothing sent yet".to_owned(),
            },
        ]
    };
    match all.is_empty() {
        true => page.line("No webhook."),
        false => page.table(
            ["name", "where", "messages", "wait", "last"],
            all.iter().map(row).collect(),
        ),
    }
    Answer::new(&json!({ "webhooks": all }), page)
}

fn log(messages: &[dto::WebhookMessage]) -> Result<Answer> {
    let mut page = Page::new();
    let row = |one: &dto::WebhookMessage| {
        let why = one.error.as_deref().unwrap_or("not tried yet");
        [
            one.at.to_string(),
            one.event.clone(),
            one.tries.to_string(),
            match (one.delivered_at, one.given_up, one.next_try) {
                (Some(at), _, _) => format!("arrived {at}"),
                (None, true, _) => format!("given up: {why}"),
                (None, false, Some(next)) => format!("{why}; next try {next}"),
                (None, false, None) => why.to_owned(),
            },
        ]
    };
    match messages.is_empty() {
        true => page.line("Nothing was told yet."),
        false => page.table(
            ["when", "event", "tries", "outcome"],
            messages.iter().map(row).collect(),
        ),
    }
    Answer::new(&json!({ "messages": messages }), page)
}

fn asked(add: WebhookAdd) -> Result<AskWebhook> {
    let given = files::secret_from(std::io::stdin().lock())?;
    let mut lines = given.expose().lines();
    let url = lines.next().unwrap_or_default().trim().to_owned();
    if url.is_empty() {
        let words = "the webhook's address is missing: hand it over on standard input";
        return Err(Failure::new(Code::BadInput, words));
    }
    Ok(AskWebhook {
        name: add.name,
        url,
        form: match add.form {
            Form::Json => WebhookForm::Json,
            Form::Slack => WebhookForm::Slack,
        },
        events: add.events,
        secret: lines.next().map(str::to_owned),
        plain_http: add.plain_http,
    })
}
