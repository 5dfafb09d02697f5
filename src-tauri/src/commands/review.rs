//! Review: the queue, one candidate, evidence, decisions, promotion and rollback.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::{
    Work,
    dto::{
        AskApproveMany, AskAttach, AskPromote, AskReport, AskRequest, AskReview, AskRollback,
        AskStage, AskTalk, Attached, Decide, Decided, FindingRow, FindingsPage, FindingsQuery,
        Groups, ManyApproved, Progress, Promotion, Queue, ReportText, Requested, Review,
        RollbackTarget, Settled, TestRow, TestsPage, TestsQuery,
    },
    error::{Code, Error},
};
use std::path::PathBuf;
use tauri::{AppHandle, ipc::Channel};
use tauri_plugin_dialog::{DialogExt, FilePath};

#[tauri::command]
pub async fn queue(seat: At<'_>) -> Reply<Queue> {
    seat.with(|desk| desk.queue().boxed()).await
}

#[tauri::command]
pub async fn review(seat: At<'_>, args: AskReview) -> Reply<Review> {
    seat.with(|desk| desk.review(args).boxed()).await
}

#[tauri::command]
pub async fn tests_page(seat: At<'_>, args: TestsQuery) -> Reply<TestsPage> {
    seat.with(|desk| desk.tests_page(args).boxed()).await
}

#[tauri::command]
pub async fn test_row(seat: At<'_>, args: TestsQuery) -> Reply<TestRow> {
    seat.with(|desk| desk.test_row(args).boxed()).await
}

#[tauri::command]
pub async fn finding_row(seat: At<'_>, args: FindingsQuery) -> Reply<FindingRow> {
    seat.with(|desk| desk.finding_row(args).boxed()).await
}

#[tauri::command]
pub async fn leave_review(seat: At<'_>) -> Reply<()> {
    seat.with(|desk| {
        desk.leave_review();
        std::future::ready(Ok(())).boxed()
    })
    .await
}

#[tauri::command]
pub async fn findings_page(seat: At<'_>, args: FindingsQuery) -> Reply<FindingsPage> {
    seat.with(|desk| desk.findings_page(args).boxed()).await
}

#[tauri::command]
pub async fn report_text(seat: At<'_>, args: AskReport) -> Reply<ReportText> {
    seat.with(|desk| async move { desk.report_text(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn pick_reports(app: AppHandle) -> Reply<Vec<String>> {
    let picked = app
        .dialog()
        .file()
        .set_title("Attach reports")
        .add_filter("Reports", &["xml", "json"]);
    let files = tauri::async_runtime::spawn_blocking(move || picked.blocking_pick_files())
        .await
        .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
    let paths = files
        .unwrap_or_default()
        .into_iter()
        .filter_map(|file| file.into_path().ok());
    Ok(paths.map(|path| path.display().to_string()).collect())
}

/// Asks with a dialog of the system, away from the threads that must not wait.
pub async fn ask(
    dialog: impl FnOnce() -> Option<FilePath> + Send + 'static,
) -> Reply<Option<PathBuf>> {
    let chosen = tauri::async_runtime::spawn_blocking(dialog)
        .await
        .map_err(|error| Error::new(Code::Internal, error.to_string()))?;
    Ok(chosen.and_then(|file| file.into_path().ok()))
}

#[tauri::command]
pub async fn attach(
    seat: At<'_>,
    args: AskAttach,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Attached> {
    seat.long(task, progress, |desk, work| desk.attach(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn request(seat: At<'_>, args: AskRequest) -> Reply<Requested> {
    seat.with(|desk| desk.request(args).boxed()).await
}

#[tauri::command]
pub async fn approve(
    seat: At<'_>,
    args: Decide,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Decided> {
    seat.long(task, progress, |desk, work| {
        desk.approve(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn groups(seat: At<'_>, task: String, progress: Channel<Progress>) -> Reply<Groups> {
    seat.long(task, progress, |desk, work| desk.groups(work).boxed())
        .await
}

#[tauri::command]
pub async fn approve_many(
    seat: At<'_>,
    args: AskApproveMany,
    task: String,
    progress: Channel<Progress>,
) -> Reply<ManyApproved> {
    seat.long(task, progress, |desk, work| {
        desk.approve_many(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn request_changes(seat: At<'_>, args: Decide) -> Reply<Decided> {
    seat.with(|desk| desk.request_changes(args).boxed()).await
}

#[tauri::command]
pub async fn comment(seat: At<'_>, args: Decide) -> Reply<Decided> {
    seat.with(|desk| desk.comment(args).boxed()).await
}

#[tauri::command]
pub async fn talk(seat: At<'_>, args: AskTalk) -> Reply<Decided> {
    seat.with(|desk| desk.talk(args).boxed()).await
}

#[tauri::command]
pub async fn withdraw(seat: At<'_>, args: Decide) -> Reply<Decided> {
    seat.with(|desk| desk.withdraw(args).boxed()).await
}

#[tauri::command]
pub async fn promote(
    seat: At<'_>,
    args: AskPromote,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Promotion> {
    seat.long(task, progress, |desk, work| {
        desk.promote(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn rollback_targets(seat: At<'_>, args: AskStage) -> Reply<Vec<RollbackTarget>> {
    seat.with(|desk| desk.rollback_targets(args).boxed()).await
}

#[tauri::command]
pub async fn rollback(
    seat: At<'_>,
    args: AskRollback,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Promotion> {
    seat.long(task, progress, |desk, work| {
        desk.rollback(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn settle(seat: At<'_>) -> Reply<Vec<Settled>> {
    seat.with(|desk| async move { desk.settle(&Work::quiet()).await }.boxed())
        .await
}
