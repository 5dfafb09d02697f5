//! Golden: the catalogue, drift, adoption and revocation.

use super::{At, Reply, review::ask};
use futures::{FutureExt as _, future::ready};
use hallmark_workflow::dto::{
    AdoptRow, AdoptionSummary, AskAdopt, AskAdoptRows, AskRevoke, DriftCounts, GoldenImage,
    GoldenPage, GoldenQuery, GoldenRow, GoldenTag, Progress, Revocation,
};
use tauri::{AppHandle, ipc::Channel};
use tauri_plugin_dialog::DialogExt;

/// Images built on a revoked one that the window is given; it says how many there are in all.
const BUILT_ON: usize = 50;

#[tauri::command]
pub async fn golden(seat: At<'_>, args: GoldenQuery) -> Reply<GoldenPage> {
    seat.with(|desk| desk.golden(args).boxed()).await
}

#[tauri::command]
pub async fn golden_look(seat: At<'_>, args: Vec<GoldenTag>) -> Reply<Vec<GoldenRow>> {
    seat.with(|desk| desk.golden_look(args).boxed()).await
}

#[tauri::command]
pub async fn golden_image(seat: At<'_>, args: GoldenTag) -> Reply<GoldenImage> {
    seat.with(|desk| desk.golden_image(args).boxed()).await
}

#[tauri::command]
pub async fn drift(seat: At<'_>, task: String, progress: Channel<Progress>) -> Reply<DriftCounts> {
    seat.long(task, progress, |desk, work| {
        async move { Ok(desk.drift(work).await?.counts) }.boxed()
    })
    .await
}

#[tauri::command]
pub async fn pick_list(app: AppHandle) -> Reply<Option<String>> {
    let dialog = app
        .dialog()
        .file()
        .set_title("Adopt from a list")
        .add_filter("Lists", &["csv", "txt"]);
    let chosen = ask(move || dialog.blocking_pick_file()).await?;
    Ok(chosen.map(|path| path.display().to_string()))
}

#[tauri::command]
pub async fn adopt(
    seat: At<'_>,
    args: AskAdopt,
    task: String,
    progress: Channel<Progress>,
) -> Reply<AdoptionSummary> {
    seat.long(task, progress, |desk, work| {
        async move { Ok(desk.adopt(args, work).await?.summary) }.boxed()
    })
    .await
}

#[tauri::command]
pub async fn adopt_rows(seat: At<'_>, args: AskAdoptRows) -> Reply<Vec<AdoptRow>> {
    seat.with(|desk| ready(Ok(desk.adopt_rows(&args))).boxed())
        .await
}

#[tauri::command]
pub async fn revoke(
    seat: At<'_>,
    args: AskRevoke,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Revocation> {
    seat.long(task, progress, |desk, work| {
        async move {
            let mut done = desk.revoke(args, work).await?;
            done.built_on.truncate(BUILT_ON);
            Ok(done)
        }
        .boxed()
    })
    .await
}
