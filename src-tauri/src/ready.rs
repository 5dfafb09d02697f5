//! Says when the first screen stands, for tests, for screenshots and for measuring the start. The
//! page knows and says it; nothing comes of it unless `--ready-file` asks, and then only the time.

use std::{
    path::PathBuf,
    sync::Mutex,
    time::{SystemTime, UNIX_EPOCH},
};

/// Where to write; emptied by the first word that the page is ready.
pub struct Ready(Mutex<Option<PathBuf>>);

impl Ready {
    /// Will write to `file`, or nowhere.
    #[must_use]
    pub const fn new(file: Option<PathBuf>) -> Self {
        Self(Mutex::new(file))
    }
}

/// The page says that its first screen stands, with its data, and was drawn.
///
/// # Errors
/// A sentence, where the file cannot be written.
#[tauri::command]
#[allow(clippy::needless_pass_by_value)] // Tauri hands state over by value.
pub fn window_ready(ready: tauri::State<'_, Ready>) -> Result<(), String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let waiting = ready.0.lock().map(|mut file| file.take());
    let (Ok(now), Ok(Some(file))) = (now, waiting) else {
        return Ok(());
    };
    // Written beside and renamed, so that whoever waits for the file never finds half of it.
    let beside = file.with_extension("part");
    std::fs::write(&beside, format!("{}\n", now.as_millis()))
        .and_then(|()| std::fs::rename(&beside, &file))
        .map_err(|error| format!("cannot write the ready file {}: {error}", file.display()))
}
