#![allow(clippy::print_stderr, clippy::expect_used)]
//! Writes `ui/src/bindings/index.ts`; with `--check` only says whether it is up to date.

use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/bindings/index.ts");
    let wanted = hallmark_workflow::commands::typescript();
    let check = std::env::args().any(|argument| argument == "--check");
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    if check && found != wanted {
        eprintln!(
            "ui/src/bindings/index.ts is out of date: run `cargo run -p hallmark-workflow --example export-bindings`"
        );
        return ExitCode::FAILURE;
    }
    if found != wanted {
        let folder = file.parent().expect("the file has a folder");
        std::fs::create_dir_all(folder).expect("ui/src/bindings can be made");
        std::fs::write(&file, wanted).expect("ui/src/bindings/index.ts can be written");
    }
    ExitCode::SUCCESS
}
