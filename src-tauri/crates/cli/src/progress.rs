//! Long work, watched on the terminal and stopped by Ctrl-C.
//!
//! Progress goes to standard error and only where somebody looks: never with `--quiet` or
//! `--json`, never into a file. Without long work, Ctrl-C ends the program as usual.

use crate::{
    output,
    text::{plain, size},
};
use hallmark_workflow::{Work, dto::Progress};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
    io::IsTerminal,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// From here on what is counted is bytes, and no steps.
const BYTES: u64 = 10_000;
/// How wide the bar of bytes is, characters.
const WIDTH: u64 = 24;

/// The exit code of a program that Ctrl-C ended, as shells have it.
const INTERRUPTED: i32 = 130;

/// The line on the terminal that tells how long work goes.
#[derive(Clone, Debug)]
pub struct Watch {
    bar: ProgressBar,
}

impl Watch {
    /// A line that is drawn where `wanted` and standard error is a terminal.
    pub fn new(wanted: bool) -> Self {
        if !wanted || !std::io::stderr().is_terminal() {
            return Self {
                bar: ProgressBar::hidden(),
            };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        // The template is a constant; were it wrong, the default style would do.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    /// Work that is drawn here, and that Ctrl-C stops between two steps.
    pub fn work(&self) -> Work {
        let cancelled = Arc::new(AtomicBool::new(false));
        tokio::spawn(stop_on_interrupt(cancelled.clone()));
        if !self.bar.is_hidden() {
            self.bar.enable_steady_tick(Duration::from_millis(120));
        }
        let bar = self.bar.clone();
        Work::new(
            Arc::new(move |progress| bar.set_message(words(&progress))),
            cancelled,
        )
    }

    /// Says a line above it.
    pub fn line(&self, text: &str) {
        self.bar.suspend(|| output::aside(text));
    }

    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn words(progress: &Progress) -> String {
    let step = plain(&progress.step);
    match progress.total {
        Some(total) if total >= BYTES => {
            let part = (WIDTH * progress.done.min(total) / total) as usize;
            let bar = format!("{}{}", "=".repeat(part), " ".repeat(WIDTH as usize - part));
            format!("{step} [{bar}] {} of {}", size(progress.done), size(total))
        }
        Some(total) if total > 1 => format!("{step} ({} of {total})", progress.done),
        _ => step,
    }
}

/// The first Ctrl-C asks the work to stop where nothing is half done; the second ends it. A
/// promotion that is cut off so is settled later.
async fn stop_on_interrupt(cancelled: Arc<AtomicBool>) {
    loop {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        if cancelled.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
        output::remark("stopping after this step; press Ctrl-C again to end at once");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_where_there_is_something_to_count() {
        let progress = |done, total| Progress {
            step: "Moving\u{1b} golden".into(),
            done,
            total,
        };
        assert_eq!(
            words(&progress(2, Some(7))),
            "Moving\\u{1b} golden (2 of 7)"
        );
        assert_eq!(words(&progress(0, Some(1))), "Moving\\u{1b} golden");
        assert_eq!(words(&progress(5, None)), "Moving\\u{1b} golden");
        assert_eq!(
            words(&progress(25_000, Some(100_000))),
            "Moving\\u{1b} golden [======                  ] 25.0 kB of 100.0 kB"
        );
    }
}
