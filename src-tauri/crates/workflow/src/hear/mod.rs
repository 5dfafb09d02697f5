//! Hearing back: what others did to a request of mine, or asked of me, told here once, and told on
//! to other programs.

mod deliver;
mod notices;
mod post;
mod webhooks;

pub use webhooks::{WebhookFile, has_webhooks};
