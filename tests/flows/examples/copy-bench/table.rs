//! The table that comes of all runs.

use crate::{ground::Run, tools::Tool};
use std::{fmt::Write, thread, time::Duration};

const MIB: f64 = 1024.0 * 1024.0;
/// What every program is compared with where its memory is concerned.
const IDLE: &str = "tiny image, other registry";

/// What one program did, again and again.
pub struct Row {
    what: String,
    delay: u64,
    tool: Tool,
    runs: Vec<Run>,
    requests: Option<usize>,
}

impl Row {
    pub fn new(what: &str, delay: u64, tool: Tool, runs: Vec<Run>) -> Self {
        Self {
            what: what.to_owned(),
            delay,
            tool,
            requests: runs.first().map(|run| run.requests),
            runs,
        }
    }

    /// With requests that were counted in another run.
    pub fn costing(mut self, requests: usize) -> Self {
        self.requests = Some(requests);
        self
    }

    fn of<T: Ord + Copy>(&self, pick: impl Fn(&Run) -> T) -> Vec<T> {
        let mut all: Vec<T> = self.runs.iter().map(pick).collect();
        all.sort_unstable();
        all
    }

    fn peak(&self) -> f64 {
        self.of(|run| run.spent.peak).last().copied().unwrap_or(0) as f64 / MIB
    }
}

/// The middle of sorted values; of two, the higher.
fn median(all: &[Duration]) -> Duration {
    all[all.len() / 2]
}

fn millis(time: Duration) -> String {
    format!("{:.0}", time.as_secs_f64() * 1000.0)
}

/// All rows as Markdown.
pub fn write(rows: &[Row], rounds: u64, large_rounds: u64, in_memory: bool) -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let shelves = if in_memory {
        "memory"
    } else {
        "files on a disk"
    };
    let mut text = format!(
        "Copies between registries on loopback (distribution 2.8, storage in {shelves}), of an \
         index of 4 platforms (24 blobs, 5 manifests) where nothing else is said; each request \
         takes the delay longer. {rounds} copies each in turns ({large_rounds} of the large blob), {cores} cores. Wall \
         time is the median, memory the most of all; “over idle” is over that of the same \
         program with a tiny image.\n\n\
         | what | delay, ms | program | requests | wall, ms | user+sys, ms | memory, MiB | over idle, MiB | written, MiB |\n\
         |---|---:|---|---:|---:|---:|---:|---:|---:|\n"
    );
    for row in rows {
        let idle = rows
            .iter()
            .find(|other| other.what == IDLE && other.tool == row.tool);
        text.push_str(&line(row, idle.map_or(0.0, Row::peak)));
    }
    text
}

fn line(row: &Row, idle: f64) -> String {
    let mut text = format!("| {} | {} | {} |", row.what, row.delay, row.tool.name());
    let Some(requests) = row.requests else {
        return text + " – | – | – | – | – | – |\n";
    };
    let wall = row.of(|run| run.spent.wall);
    let cpu = row.of(|run| run.spent.cpu);
    let written = row.of(|run| run.spent.written).last().copied().unwrap_or(0);
    writeln!(
        text,
        " {requests} | {} | {} | {:.1} | {:.1} | {:.1} |",
        millis(median(&wall)),
        millis(median(&cpu)),
        row.peak(),
        (row.peak() - idle).max(0.0),
        written as f64 / MIB,
    )
    .unwrap();
    text
}
