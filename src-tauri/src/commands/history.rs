//! History: pages, one entry, verification, rebuilding, export.

use super::{At, Reply, review::ask};
use futures::FutureExt as _;
use hallmark_workflow::{
    Desk, Work,
    dto::{
        AskExport, ExportFormat, Exported, HistoryEntry, HistoryPage, HistoryQuery,
        HistoryVerification, Progress, Rebuilt,
    },
    error::{Code, Error},
};
use std::path::PathBuf;
use tauri::{AppHandle, ipc::Channel};
use tauri_plugin_dialog::DialogExt;

#[tauri::command]
pub async fn history(seat: At<'_>, args: HistoryQuery) -> Reply<HistoryPage> {
    seat.with(|desk| desk.history_page(args).boxed()).await
}

#[tauri::command]
pub async fn history_entry(seat: At<'_>, args: u64) -> Reply<HistoryEntry> {
    seat.with(|desk| desk.history_entry(args).boxed()).await
}

#[tauri::command]
pub async fn history_verify(
    seat: At<'_>,
    task: String,
    progress: Channel<Progress>,
) -> Reply<HistoryVerification> {
    seat.long(task, progress, |desk, work| {
        desk.history_verify(work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn history_rebuild(
    seat: At<'_>,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Rebuilt> {
    seat.long(task, progress, |desk, work| {
        desk.history_rebuild(work).boxed()
    })
    .await
}

#[tauri::command]
pub async fn history_export(
    app: AppHandle,
    seat: At<'_>,
    args: AskExport,
    task: String,
    progress: Channel<Progress>,
) -> Reply<Exported> {
    let name = match args.format {
        ExportFormat::Csv => "hallmark-history.csv",
        ExportFormat::Json => "hallmark-history.json",
    };
    let chosen = match &args.file {
        Some(file) => Some(PathBuf::from(file)),
        None => ask(move || app.dialog().file().set_file_name(name).blocking_save_file()).await?,
    };
    let Some(path) = chosen else {
        return Ok(Exported {
            file: None,
            entries: 0,
        });
    };
    let file = path.display().to_string();
    let entries = seat
        .long(task, progress, move |desk, work| {
            export(desk, work, args, path).boxed()
        })
        .await?;
    Ok(Exported {
        entries,
        file: Some(file),
    })
}

/// The file is there whole or not at all.
async fn export(desk: &Desk, work: &Work, args: AskExport, path: PathBuf) -> Reply<u64> {
    work.say("Exporting the history", 0, None);
    let cannot = |error: std::io::Error| {
        Error::new(
            Code::File,
            format!("cannot write {}: {error}", path.display()),
        )
    };
    let partial = path.with_extension("part");
    let mut file = std::fs::File::create(&partial).map_err(cannot)?;
    let written = desk
        .history_export(args.query, args.format, &mut file)
        .await;
    match written.and_then(|entries| {
        std::fs::rename(&partial, &path)
            .map(|()| entries)
            .map_err(cannot)
    }) {
        Ok(entries) => Ok(entries),
        Err(error) => {
            let _ = std::fs::remove_file(&partial);
            Err(error)
        }
    }
}
