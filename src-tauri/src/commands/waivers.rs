//! Waivers: findings that somebody answers for until a day.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::dto::{AskEndWaiver, AskWaive, WaiverInfo, Waivers};

#[tauri::command]
pub async fn waive(seat: At<'_>, args: AskWaive) -> Reply<WaiverInfo> {
    seat.with(|desk| desk.waive(args).boxed()).await
}

#[tauri::command]
pub async fn end_waiver(seat: At<'_>, args: AskEndWaiver) -> Reply<WaiverInfo> {
    seat.with(|desk| desk.end_waiver(args).boxed()).await
}

#[tauri::command]
pub async fn waivers(seat: At<'_>) -> Reply<Waivers> {
    seat.with(|desk| desk.waivers().boxed()).await
}
