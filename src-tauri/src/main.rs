//! Hallmark's window: reads how it was started, opens one window on one workspace, and hands the
//! page's calls to the use cases. It decides nothing: every rule stands in `hallmark-workflow`.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod commands;
mod platform;
mod ready;
mod seat;
mod window;

use arguments::Arguments;
use clap::Parser;
use std::{io::Write, process::ExitCode};

/// A window stays open for weeks: what a review of 100,000 findings took goes back to the system
/// once it is left.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match platform::prepare().and_then(|()| window::run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // The terminal may be gone; there is nobody else to tell.
            let _ = writeln!(std::io::stderr(), "hallmark-desktop: {problem}");
            ExitCode::FAILURE
        }
    }
}
