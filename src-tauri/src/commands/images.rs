//! Images: lists of names, one image looked at closely, the past of a tag, and deletions.

use super::{At, Reply};
use futures::{FutureExt as _, future::ready};
use hallmark_workflow::dto::{
    AskDelete, AskList, AskRows, AskTag, AskTags, Deletion, Inspection, ListRows, ListState,
    Progress, TagFacts, TagPast,
};
use tauri::ipc::Channel;

#[tauri::command]
pub async fn list(
    seat: At<'_>,
    args: AskList,
    task: String,
    progress: Channel<Progress>,
) -> Reply<ListState> {
    seat.long(task, progress, |desk, work| desk.list(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn list_rows(seat: At<'_>, args: AskRows) -> Reply<ListRows> {
    seat.with(|desk| ready(desk.list_rows(&args)).boxed()).await
}

#[tauri::command]
pub async fn tag_facts(
    seat: At<'_>,
    args: AskTags,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Vec<TagFacts>> {
    seat.long(task, progress, |desk, work| {
        desk.tag_facts(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn tag_past(seat: At<'_>, args: AskTag) -> Reply<TagPast> {
    seat.with(|desk| async move { desk.tag_past(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn inspect(seat: At<'_>, args: String) -> Reply<Inspection> {
    seat.with(|desk| async move { desk.inspect(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn plan_deletion(
    seat: At<'_>,
    args: AskDelete,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Deletion> {
    seat.long(task, progress, |desk, work| {
        desk.plan_deletion(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn delete(
    seat: At<'_>,
    args: AskDelete,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Deletion> {
    seat.long(task, progress, |desk, work| desk.delete(args, work).boxed())
        .await
}
