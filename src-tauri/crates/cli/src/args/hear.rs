//! `notices`, `webhook`.

use clap::{Args, Subcommand, ValueEnum};

/// Show what others did that concerns you: decisions on what you asked for, requests that wait
///
/// Asks the registry what is new first, and delivers what webhooks wait for.
#[derive(Args, Debug)]
pub struct Notices {
    /// Only those that were not seen
    #[arg(long, visible_alias = "unread")]
    pub unseen: bool,
    /// Show what is known already; ask no registry and deliver nothing
    #[arg(long)]
    pub offline: bool,
    /// Mark all that are shown, and those before, as seen
    #[arg(long, visible_alias = "all-read")]
    pub seen: bool,
    /// Mark this one as seen, by its number; may be given again
    #[arg(long, value_name = "ID", conflicts_with = "seen")]
    pub read: Vec<u64>,
    /// Deliver what webhooks wait for now, whether or not its pause is over
    #[arg(long, conflicts_with = "offline")]
    pub deliver: bool,
}

/// Tell other programs what happens here
#[derive(Args, Debug)]
pub struct Webhook {
    #[command(subcommand)]
    pub ask: WebhookAsk,
}

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub enum WebhookAsk {
    /// Add one; it is told what happens from now on
    ///
    /// Standard input has its address in the first line, and in the second, where there is one, the
    /// secret that its messages are signed with. Both are kept with your other secrets.
    Add(WebhookAdd),
    /// List them, with what waits and why
    List,
    /// Show what one was told, the newest first, and what became of it
    Log {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Tell one something now
    Test {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Remove one, with what waits for it
    Remove {
        /// Its name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `webhook add`
#[derive(Args, Debug)]
pub struct WebhookAdd {
    /// What to call it
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The form it takes
    #[arg(long, value_enum, default_value_t = Form::Json)]
    pub form: Form,
    /// Tell only this kind of event, such as promotion; may be given again
    #[arg(long = "event", value_name = "KIND")]
    pub events: Vec<String>,
    /// Take a plain http address of another machine: everybody on the way can read what is told
    #[arg(long)]
    pub plain_http: bool,
}

/// The form of a webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// The event as JSON
    Json,
    /// As Slack's incoming webhooks take it
    Slack,
}
