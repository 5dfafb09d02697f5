//! Notices and webhooks. A notice is also told by the desktop, where the window is not in front.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::dto::{AskNotices, AskSeen, AskWebhook, AskWebhookNamed, Notices, Webhook};
use tauri::{AppHandle, Manager as _};
use tauri_plugin_notification::NotificationExt as _;

#[tauri::command]
pub async fn notices(app: AppHandle, seat: At<'_>, args: AskNotices) -> Reply<Notices> {
    // A receiver may take its time: that keeps nobody from switching to another workspace.
    let heard = seat.waiting(|desk| desk.notices(args).boxed()).await?;
    let in_front = app
        .webview_windows()
        .values()
        .any(|window| window.is_focused().unwrap_or(false));
    if heard.fresh > 0 && !in_front {
        tell(&app, &heard);
    }
    Ok(heard)
}

/// One notice by its words, several by their number; nothing hangs on whether the desktop shows it.
fn tell(app: &AppHandle, heard: &Notices) {
    let Some(newest) = heard.rows.iter().find(|one| !one.seen) else {
        return;
    };
    let title = match heard.fresh {
        1 => "Hallmark".to_owned(),
        count => format!("Hallmark: {count} notices"),
    };
    let notification = app.notification().builder();
    let _ = notification.title(title).body(&newest.event.text).show();
}

#[tauri::command]
pub async fn saw(seat: At<'_>, args: AskSeen) -> Reply<Notices> {
    seat.with(|desk| desk.saw(args).boxed()).await
}

#[tauri::command]
pub async fn webhooks(seat: At<'_>) -> Reply<Vec<Webhook>> {
    seat.with(|desk| desk.webhooks().boxed()).await
}

#[tauri::command]
pub async fn add_webhook(seat: At<'_>, args: AskWebhook) -> Reply<Webhook> {
    seat.with(|desk| desk.add_webhook(args).boxed()).await
}

#[tauri::command]
pub async fn test_webhook(seat: At<'_>, args: AskWebhookNamed) -> Reply<Webhook> {
    seat.waiting(|desk| desk.test_webhook(args).boxed()).await
}

#[tauri::command]
pub async fn remove_webhook(seat: At<'_>, args: AskWebhookNamed) -> Reply<Vec<Webhook>> {
    seat.with(|desk| desk.remove_webhook(args).boxed()).await
}
