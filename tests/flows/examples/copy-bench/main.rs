//! Copies beside other programs' copies, in one run and in turns: requests, time, processor and
//! memory, between registries on loopback, near and far. Prints a Markdown table.
//!
//! `HALLMARK_BENCH_ROUNDS` copies of each kind (10), `HALLMARK_BENCH_GIB` of a large blob (1),
//! `HALLMARK_BENCH_LARGE_ROUNDS` copies of it (3). `HALLMARK_BENCH_ONLY=large` leaves out what is
//! about requests. Programs that are not on the path are left out.

#![allow(clippy::unwrap_used, reason = "what fails here fails the bench")]

mod ground;
mod table;
mod tools;

use ground::{Ground, Run};
use std::{env, io::Write, process::Command, time::Duration};
use table::Row;
use tools::{Task, Tool};

/// How far away the registries are, as time that each request takes longer.
const DELAYS: [u64; 2] = [0, 50];
const GIB: u64 = 1024 * 1024 * 1024;
const TAGS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// What is done again and again.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Tiny,
    Retag,
    FiveTags,
    OtherRepository,
    OtherRegistry,
    Again,
}

const KINDS: [Kind; 6] = [
    Kind::Tiny,
    Kind::Retag,
    Kind::FiveTags,
    Kind::OtherRepository,
    Kind::OtherRegistry,
    Kind::Again,
];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny image, other registry",
            Self::Retag => "retag",
            Self::FiveTags => "five tags",
            Self::OtherRepository => "other repository",
            Self::OtherRegistry => "other registry",
            Self::Again => "the same again",
        }
    }

    /// What a program is to do; `number` is another one each time.
    fn task(self, ground: &Ground, number: u32) -> Task {
        let multi = format!("{}/team/multi:v1", ground.from.host);
        match self {
            Self::Tiny => {
                let tiny = format!("{}/team/tiny:v1", ground.from.host);
                Task::Copy(tiny, format!("{}/tiny/{number}:v1", ground.to.host))
            }
            Self::Retag => Task::Tag(multi, vec![format!("golden-{number}")]),
            Self::FiveTags => {
                let tags = TAGS.iter().map(|tag| format!("{tag}-{number}"));
                Task::Tag(multi, tags.collect())
            }
            Self::OtherRepository => {
                Task::Copy(multi, format!("{}/api/{number}:v1", ground.from.host))
            }
            Self::OtherRegistry | Self::Again => {
                Task::Copy(multi, format!("{}/api/{number}:v1", ground.to.host))
            }
        }
    }
}

fn main() {
    let rounds = from_env("HALLMARK_BENCH_ROUNDS", 10);
    let large_rounds = from_env("HALLMARK_BENCH_LARGE_ROUNDS", 3);
    let gib = from_env("HALLMARK_BENCH_GIB", 1);
    let tools = Tool::here();
    let mut ground = Ground::new(gib * GIB);
    ground.stock();
    let mut rows = Vec::new();
    for (kind, delay) in asked() {
        ground.delay(Duration::from_millis(delay));
        rows.extend(small(&ground, &tools, kind, delay, rounds));
    }
    ground.delay(Duration::ZERO);
    rows.extend(large(&mut ground, &tools, gib, large_rounds));
    let text = table::write(&rows, rounds, large_rounds, ground.in_memory);
    std::io::stdout().write_all(text.as_bytes()).unwrap();
}

/// What is to be copied besides the large blob, and how far. The tiny image always is: what else
/// takes memory is compared with it.
fn asked() -> Vec<(Kind, u64)> {
    if env::var("HALLMARK_BENCH_ONLY").is_ok_and(|only| only == "large") {
        return vec![(Kind::Tiny, 0)];
    }
    let near_and_far = DELAYS.into_iter();
    near_and_far
        .flat_map(|delay| KINDS.map(|kind| (kind, delay)))
        .collect()
}

fn from_env(name: &str, otherwise: u64) -> u64 {
    let said = env::var(name).ok();
    said.map_or(otherwise, |text| text.parse().expect(name))
}

/// In turns, so that what else the machine does falls on all alike.
fn small(ground: &Ground, tools: &[Tool], kind: Kind, delay: u64, rounds: u64) -> Vec<Row> {
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); tools.len()];
    for _ in 0..rounds {
        for (tool, runs) in tools.iter().zip(&mut runs) {
            let task = kind.task(ground, ground.next());
            if matches!(kind, Kind::Again) {
                ground.run(*tool, &task);
            }
            runs.extend(ground.run(*tool, &task));
        }
    }
    let named = tools.iter().zip(runs);
    named
        .map(|(tool, runs)| Row::new(kind.name(), delay, *tool, runs))
        .collect()
}

/// One blob between the registries themselves, with nothing before them; requests are counted in
/// a run of their own.
fn large(ground: &mut Ground, tools: &[Tool], gib: u64, rounds: u64) -> Vec<Row> {
    ground.large(gib * GIB);
    let mut runs: Vec<Vec<Run>> = vec![Vec::new(); tools.len()];
    let mut requests = Vec::new();
    for round in 0..=rounds {
        for (tool, runs) in tools.iter().zip(&mut runs) {
            ground.empty();
            // What was written before is on the disk, and takes nobody's time.
            Command::new("sync").status().unwrap();
            let at = |bare: &str, host: &str| if round == 0 { host } else { bare }.to_owned();
            let from = at(&ground.from.bare, &ground.from.host);
            let to = at(&ground.to.bare, &ground.to.host);
            let task = Task::Copy(format!("{from}/team/large:v1"), format!("{to}/large:v1"));
            let run = ground.run(*tool, &task).unwrap();
            match round {
                0 => requests.push(run.requests),
                _ => runs.push(run),
            }
        }
    }
    let what = format!("{gib} GiB in one blob, other registry");
    let counted = tools.iter().zip(runs).zip(requests);
    counted
        .map(|((tool, runs), requests)| Row::new(&what, 0, *tool, runs).costing(requests))
        .collect()
}
