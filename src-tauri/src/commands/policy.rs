//! The policy's editor, and manual checks.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::dto::{
    AskTick, Attached, PolicyCheck, PolicyDraft, PolicyText, PolicyTrial,
};

#[tauri::command]
pub async fn policy_check(seat: At<'_>, args: PolicyDraft) -> Reply<PolicyCheck> {
    seat.with(|desk| desk.policy_check(args).boxed()).await
}

#[tauri::command]
pub async fn policy_try(seat: At<'_>, args: String) -> Reply<PolicyTrial> {
    seat.with(|desk| async move { desk.policy_try(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn policy_save(seat: At<'_>, args: PolicyDraft) -> Reply<PolicyText> {
    seat.with(|desk| desk.policy_save(args).boxed()).await
}

#[tauri::command]
pub async fn tick(seat: At<'_>, args: AskTick) -> Reply<Attached> {
    seat.with(|desk| desk.tick(args).boxed()).await
}
