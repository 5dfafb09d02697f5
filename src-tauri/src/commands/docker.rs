//! Docker: the engine, its images, builds, pushes, scans and smoke tests.

use super::{At, Reply, review::ask};
use futures::{FutureExt as _, future::ready};
use hallmark_workflow::dto::{
    AskBuild, AskContext, AskDockerfile, AskEngine, AskEngineNews, AskHealth, AskJob, AskJobs,
    AskLocalImages, AskPrune, AskPull, AskPush, AskRemoveImage, AskScan, AskScanStage, AskSmoke,
    AskTagImage, Built, ContextInfo, DockerfileCheck, DockerfileDraft, DockerfileTemplate,
    DockerfileText, EngineChoice, EngineInfo, EngineNews, Health, JobRow, JobView, LocalImageInfo,
    LocalImages, Progress, PrunePlan, Pulled, Pushes, RemovedImages, SaveDockerfile, Scanned,
    Scanners, SmokeSpecCheck, Smoked, StageScanned,
};
use tauri::{AppHandle, ipc::Channel};
use tauri_plugin_dialog::DialogExt;

#[tauri::command]
pub async fn engine(seat: At<'_>) -> Reply<EngineInfo> {
    seat.with(|desk| async move { Ok(desk.engine().await) }.boxed())
        .await
}

#[tauri::command]
pub async fn engines(seat: At<'_>) -> Reply<Vec<EngineChoice>> {
    seat.with(|desk| ready(desk.engines()).boxed()).await
}

#[tauri::command]
pub async fn choose_engine(seat: At<'_>, args: AskEngine) -> Reply<EngineInfo> {
    seat.with(|desk| desk.choose_engine(args).boxed()).await
}

#[tauri::command]
pub async fn engine_news(seat: At<'_>, args: AskEngineNews) -> Reply<EngineNews> {
    seat.waiting(|desk| desk.engine_news(args).boxed()).await
}

#[tauri::command]
pub async fn local_images(seat: At<'_>, args: AskLocalImages) -> Reply<LocalImages> {
    seat.with(|desk| desk.local_images(args).boxed()).await
}

#[tauri::command]
pub async fn local_image(seat: At<'_>, args: String) -> Reply<LocalImageInfo> {
    seat.with(|desk| async move { desk.local_image(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn tag_image(seat: At<'_>, args: AskTagImage) -> Reply<LocalImageInfo> {
    seat.with(|desk| desk.tag_image(args).boxed()).await
}

#[tauri::command]
pub async fn remove_image(seat: At<'_>, args: AskRemoveImage) -> Reply<RemovedImages> {
    seat.with(|desk| desk.remove_image(args).boxed()).await
}

#[tauri::command]
pub async fn prune_plan(seat: At<'_>, args: AskPrune) -> Reply<PrunePlan> {
    seat.with(|desk| desk.prune_plan(args).boxed()).await
}

#[tauri::command]
pub async fn prune(
    seat: At<'_>,
    args: AskPrune,
    task: String,
    progress: Channel<Progress>,
) -> Reply<RemovedImages> {
    seat.long(task, progress, |desk, work| desk.prune(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn pull(
    seat: At<'_>,
    args: AskPull,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Pulled> {
    seat.long(task, progress, |desk, work| desk.pull(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn push(
    seat: At<'_>,
    args: AskPush,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Pushes> {
    seat.long(task, progress, |desk, work| desk.push(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn pick_folder(app: AppHandle) -> Reply<Option<String>> {
    let dialog = app.dialog().file().set_title("Folder to build");
    let chosen = ask(move || dialog.blocking_pick_folder()).await?;
    Ok(chosen.map(|path| path.display().to_string()))
}

#[tauri::command]
pub async fn pick_dockerfile(app: AppHandle) -> Reply<Option<String>> {
    let dialog = app.dialog().file().set_title("Dockerfile");
    let chosen = ask(move || dialog.blocking_pick_file()).await?;
    Ok(chosen.map(|path| path.display().to_string()))
}

#[tauri::command]
pub async fn dockerfile(seat: At<'_>, args: AskDockerfile) -> Reply<DockerfileText> {
    seat.with(|desk| ready(desk.dockerfile(&args)).boxed())
        .await
}

#[tauri::command]
pub async fn dockerfile_check(seat: At<'_>, args: DockerfileDraft) -> Reply<DockerfileCheck> {
    seat.with(|desk| desk.dockerfile_check(args).boxed()).await
}

#[tauri::command]
pub async fn dockerfile_save(seat: At<'_>, args: SaveDockerfile) -> Reply<DockerfileText> {
    seat.with(|desk| ready(desk.dockerfile_save(args)).boxed())
        .await
}

#[tauri::command]
pub async fn dockerfile_templates(seat: At<'_>) -> Reply<Vec<DockerfileTemplate>> {
    seat.with(|desk| desk.dockerfile_templates().boxed()).await
}

#[tauri::command]
pub async fn build_context(seat: At<'_>, args: AskContext) -> Reply<ContextInfo> {
    seat.with(|desk| desk.build_context(args).boxed()).await
}

#[tauri::command]
pub async fn build(
    seat: At<'_>,
    args: AskBuild,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Built> {
    seat.long(task, progress, |desk, work| desk.build(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn jobs(seat: At<'_>, args: AskJobs) -> Reply<Vec<JobRow>> {
    seat.with(|desk| ready(Ok(desk.jobs(&args))).boxed()).await
}

#[tauri::command]
pub async fn job(seat: At<'_>, args: AskJob) -> Reply<JobView> {
    seat.waiting(|desk| desk.job(args).boxed()).await
}

#[tauri::command]
pub async fn smoke_spec(seat: At<'_>, args: String) -> Reply<SmokeSpecCheck> {
    seat.with(|desk| ready(Ok(desk.smoke_spec(&args))).boxed())
        .await
}

#[tauri::command]
pub async fn smoke(
    seat: At<'_>,
    args: AskSmoke,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Smoked> {
    seat.long(task, progress, |desk, work| desk.smoke(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn scanners(seat: At<'_>) -> Reply<Scanners> {
    seat.with(|desk| async move { Ok(desk.scanners().await) }.boxed())
        .await
}

#[tauri::command]
pub async fn scan(
    seat: At<'_>,
    args: AskScan,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Scanned> {
    seat.long(task, progress, |desk, work| desk.scan(args, work).boxed())
        .await
}

#[tauri::command]
pub async fn scan_stage(
    seat: At<'_>,
    args: AskScanStage,
    task: String,
    progress: Channel<Progress>,
) -> Reply<StageScanned> {
    seat.long(task, progress, |desk, work| {
        desk.scan_stage(args, work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn health(seat: At<'_>, args: AskHealth) -> Reply<Health> {
    seat.with(|desk| desk.health(args).boxed()).await
}
