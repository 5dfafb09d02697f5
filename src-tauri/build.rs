//! Prepares the window's build: checks that its files are there, then lets Tauri embed them.
//! It never builds them; that is `make`'s work.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=../ui/dist");
    println!("cargo::rerun-if-changed=isolation");
    if std::env::var_os("TAURI_CONFIG").is_none() && !Path::new("../ui/dist/index.html").exists() {
        println!(
            "cargo::error=ui/dist is not there yet, and the window is made of it. Run `make run`, \
             or `npm ci && npm run build` in ui/, then build again."
        );
        return;
    }
    tauri_build::build();
}
