//! A large blob passes through: it is never held in memory, and nothing of it is written down.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use hallmark_flows::{
    distribution::Distribution,
    measure::{Spent, measure},
    multi,
    program::hallmark,
    surgeon::Surgeon,
};
use std::{env, fs, path::Path, process::Command};

const MIB: u64 = 1024 * 1024;
const LARGE: u64 = 300 * MIB;
/// What opening the workspace writes to its database is far less, and differs a little.
const DATABASE: u64 = MIB;

#[test]
fn a_copy_of_300_mib_takes_no_more_than_16_mib_of_memory_and_writes_none_of_it_to_the_disk() {
    // Temporary files may be in memory, where nothing is counted as written; this is a disk.
    let program = env::current_exe().unwrap();
    let folder = tempfile::tempdir_in(program.parent().unwrap()).unwrap();
    let open = |name: &str| {
        let folder = folder.path().join(name);
        fs::create_dir(&folder).unwrap();
        Distribution::open(&folder)
    };
    let (from, to) = (open("from"), open("to"));
    let tiny = multi::single("amd64", vec![multi::noise(1, 1000)]);
    let place = format!("{}/team/tiny", from.bare);
    Surgeon::anonymous(&from.bare).stock(&place, "v1", &tiny);
    multi::large(&from, "team/large", LARGE, folder.path());

    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let copied = |name: &str| {
        let [from, to] = [&from.bare, &to.bare].map(|host| format!("{host}/team/{name}:v1"));
        copy(&home, &from, &to)
    };
    // Whatever a home gets at its first command is there afterwards.
    copied("tiny");
    let tiny = copied("tiny");
    let large = copied("large");
    let written = large.written.saturating_sub(tiny.written);
    assert!(written < DATABASE, "{written} bytes more were written");
    assert!(size(&home) < DATABASE, "{} bytes are kept", size(&home));
    let more = large.peak.saturating_sub(tiny.peak);
    assert!(more <= 16 * MIB, "{more} bytes more memory");
    let arrived = Surgeon::anonymous(&to.bare).names(&format!("{}/team/large", to.bare), "v1");
    assert!(arrived.is_some(), "it was copied");
}

/// Copies, with home and temporary files in one folder.
fn copy(home: &Path, from: &str, to: &str) -> Spent {
    let mut command = Command::new(hallmark());
    command.args(["copy", from, to, "--json"]).env_clear();
    for name in ["HOME", "HALLMARK_HOME", "TMPDIR"] {
        command.env(name, home);
    }
    let spent = measure(&mut command);
    assert!(spent.output.status.success(), "{:?}", spent.output);
    spent
}

/// Of all files below `folder`.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let about = entry.metadata().unwrap();
            if about.is_dir() {
                size(&entry.path())
            } else {
                about.len()
            }
        })
        .sum()
}
