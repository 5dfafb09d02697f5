//! Every command that the window may call, in one list. A command here is one call of one use
//! case; it never decides anything and never holds a rule.

use crate::ready;
use tauri::{Wry, ipc::Invoke};

/// Hallmark's version.
#[tauri::command]
pub fn app_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The list: what is not in it cannot be called.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![ready::window_ready, app_version]
}
