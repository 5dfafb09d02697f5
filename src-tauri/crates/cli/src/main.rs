//! `hallmark`: the use cases of the desk, for CI and scripts.
//!
//! It reads what was typed, asks one use case, and tells the answer. It decides nothing: every
//! rule stands in `hallmark-workflow`, and no secret is ever an argument here.

mod args;
mod commands;
mod context;
mod exit;
mod files;
mod output;
mod page;
mod progress;
mod text;

use args::Cli;
use clap::Parser;
use context::Context;
use hallmark_workflow::{Surroundings, error::Code};
use std::process::ExitCode;
use tokio::runtime::{Builder, Runtime};
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let json = context::wants_json(std::env::args_os());
    let exit = match Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(error) => context::tell_usage(&error, json),
    };
    ExitCode::from(exit as u8)
}

fn run(cli: Cli) -> exit::Exit {
    log_to_stderr();
    let json = cli.global.json;
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            let message = format!("the program cannot start its threads: {error}");
            return output::tell_failure(&exit::Failure::new(Code::Internal, message), json);
        }
    };
    let context = Context::new(cli.global, Surroundings::real());
    let result = runtime.block_on(async {
        let tells = cli.command.tells();
        let result = commands::run(&context, cli.command).await;
        if tells {
            context.deliver().await;
        }
        result
    });
    context.finish();
    // A keyring that hangs has a thread of its own; nobody waits for it.
    runtime.shutdown_background();
    output::tell(result, json)
}

/// One thread for all that is waited for. Beside a thread for each core it took less time and a
/// tenth less processor, also where eight layers were copied at once: the pieces of a blob stay
/// where they are hashed.
fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// What the program's parts note for developers; silent unless `HALLMARK_LOG` asks for it.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_env("HALLMARK_LOG").unwrap_or_else(|_| EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
