//! Find: which images have a package or a vulnerability.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::dto::{AskFind, AskFindRefresh, FindCoverage, Found, Progress};
use tauri::ipc::Channel;

#[tauri::command]
pub async fn find(seat: At<'_>, args: AskFind) -> Reply<Found> {
    seat.with(|desk| desk.find(args).boxed()).await
}

#[tauri::command]
pub async fn find_refresh(
    seat: At<'_>,
    args: AskFindRefresh,
    task: String,
    progress: Channel<Progress>,
) -> Reply<FindCoverage> {
    seat.long(task, progress, |desk, work| {
        desk.find_refresh(args, work).boxed()
    })
    .await
}
