//! Pipelines: the lines of the screen, and the editor's draft.

use super::{At, Reply};
use futures::FutureExt as _;
use hallmark_workflow::dto::{
    AskLines, LineInfo, Lines, PipelinesCheck, PipelinesDraft, PipelinesText,
};

#[tauri::command]
pub async fn pipeline_lines(seat: At<'_>, args: AskLines) -> Reply<Lines> {
    seat.with(|desk| desk.pipeline_lines(args).boxed()).await
}

#[tauri::command]
pub async fn pipeline_line(seat: At<'_>, args: String) -> Reply<LineInfo> {
    seat.with(|desk| async move { desk.pipeline_line(&args).await }.boxed())
        .await
}

#[tauri::command]
pub async fn pipelines(seat: At<'_>) -> Reply<PipelinesText> {
    seat.with(|desk| desk.pipelines_text().boxed()).await
}

#[tauri::command]
pub async fn pipelines_check(seat: At<'_>, args: PipelinesDraft) -> Reply<PipelinesCheck> {
    seat.with(|desk| desk.pipelines_check(args).boxed()).await
}

#[tauri::command]
pub async fn pipelines_save(seat: At<'_>, args: PipelinesDraft) -> Reply<PipelinesText> {
    seat.with(|desk| desk.pipelines_save(args).boxed()).await
}
