//! A bare Tauri window with the same settings and an almost empty page: what `make bench` holds
//! Hallmark's start against. It knows nothing but `--ready-file`.

#[path = "../../src/ready.rs"]
mod ready;

use std::path::PathBuf;
use tauri::{Context, WebviewWindowBuilder, Wry};

fn main() -> tauri::Result<()> {
    let mut words = std::env::args_os().skip_while(|word| word != "--ready-file");
    let file = words.nth(1).map(PathBuf::from);
    let context: Context<Wry> = tauri::generate_context!("examples/bare/tauri.conf.json");
    tauri::Builder::default()
        .manage(ready::Ready::new(file))
        .invoke_handler(tauri::generate_handler![ready::window_ready])
        .setup(|app| {
            let config = &app.config().app.windows[0];
            WebviewWindowBuilder::from_config(app, config)?.build()?;
            Ok(())
        })
        .run(context)
}
