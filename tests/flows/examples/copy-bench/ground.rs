//! Two registries on loopback, the images that are copied, and one run of a program.

use crate::tools::{Task, Tool};
use hallmark_flows::{
    distribution::Distribution,
    measure::{Spent, measure},
    multi::{self, Sample},
    surgeon::Surgeon,
};
use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// Bytes of each layer of the index; its copies are about requests, not about bytes.
const LAYER: usize = 100_000;
/// Where files are kept in memory.
const MEMORY: &str = "/dev/shm";
const GIB: u64 = 1024 * 1024 * 1024;

/// Two registries, and where the programs keep what they keep.
pub struct Ground {
    pub from: Distribution,
    pub to: Distribution,
    /// Whether the registries keep what they have in memory.
    pub in_memory: bool,
    /// Of the registries.
    shelves: TempDir,
    /// Of the programs: on a disk, so that what they have it write is seen.
    folder: TempDir,
    copies: Cell<u32>,
}

/// What one run cost.
#[derive(Clone, Debug)]
pub struct Run {
    pub requests: usize,
    pub spent: Spent,
}

impl Ground {
    /// For blobs of up to so many bytes. The registries keep them in memory where it has room:
    /// how fast a disk is says nothing of a copy.
    pub fn new(large: u64) -> Self {
        let folder = tempfile::tempdir_in(target()).unwrap();
        // It is kept twice, and something stands beside it.
        let in_memory = 2 * large + GIB <= room() / 2;
        let shelves = match in_memory {
            true => tempfile::tempdir_in(MEMORY),
            false => tempfile::tempdir_in(target()),
        };
        let shelves = shelves.unwrap();
        let open = |name: &str| {
            let folder = shelves.path().join(name);
            fs::create_dir(&folder).unwrap();
            Distribution::open(&folder)
        };
        Self {
            from: open("from"),
            to: open("to"),
            in_memory,
            shelves,
            folder,
            copies: Cell::new(0),
        }
    }

    /// Puts the index and the tiny image into the first registry.
    pub fn stock(&self) {
        self.place("team/multi", &multi::multi(1, LAYER));
        self.place(
            "team/tiny",
            &multi::single("amd64", vec![multi::noise(1, 1000)]),
        );
    }

    fn place(&self, repository: &str, sample: &Sample) {
        let surgeon = Surgeon::anonymous(&self.from.bare);
        surgeon.stock(&format!("{}/{repository}", self.from.bare), "v1", sample);
    }

    /// Puts an image of one blob of so many bytes there.
    pub fn large(&self, bytes: u64) {
        multi::large(&self.from, "team/large", bytes, self.shelves.path());
    }

    /// Another registry in place of the second, with nothing in it.
    pub fn empty(&mut self) {
        let number = self.next();
        let folder = self.shelves.path().join(format!("to-{number}"));
        fs::create_dir(&folder).unwrap();
        let old = std::mem::replace(&mut self.to, Distribution::open(&folder));
        old.clear();
    }

    /// A number that was not given before.
    pub fn next(&self) -> u32 {
        self.copies.set(self.copies.get() + 1);
        self.copies.get()
    }

    pub fn delay(&self, delay: Duration) {
        self.from.front().delay(delay);
        self.to.front().delay(delay);
    }

    /// Runs it, and fails where it fails. None where the program cannot do that.
    pub fn run(&self, tool: Tool, task: &Task) -> Option<Run> {
        let home: PathBuf = self.folder.path().join("homes").join(tool.name());
        let mut command = tool.command(&home, task)?;
        let fronts = [self.from.front(), self.to.front()];
        fronts.iter().for_each(|front| front.forget());
        let spent = measure(&mut command);
        let said = String::from_utf8_lossy(&spent.output.stderr);
        assert!(spent.output.status.success(), "{command:?}: {said}");
        Some(Run {
            requests: fronts.iter().map(|front| front.asked().len()).sum(),
            spent,
        })
    }
}

/// How much more could be kept in memory, bytes; nothing where that cannot be told.
fn room() -> u64 {
    if !Path::new(MEMORY).is_dir() {
        return 0;
    }
    let df = Command::new("df")
        .args(["--output=avail", "-B1", MEMORY])
        .output();
    let said = df.map(|df| String::from_utf8_lossy(&df.stdout).into_owned());
    let free = said
        .ok()
        .and_then(|said| said.lines().nth(1)?.trim().parse().ok());
    free.unwrap_or(0).min(available().unwrap_or(0))
}

/// Memory that nobody needs, bytes.
fn available() -> Option<u64> {
    let told = fs::read_to_string("/proc/meminfo").ok()?;
    let rest = told
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = rest.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

/// The folder of what is built.
fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.parent().unwrap().to_owned()
}
