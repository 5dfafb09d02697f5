//! What a command spends: its time, its processor, its memory, and what it has the disk write.
//! Linux tells all of it of a process that has ended and that nobody has waited for yet, but
//! for the memory, whose high-water mark is read again and again while it runs.

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::{
    fs,
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Between two looks at the memory.
const STEP: Duration = Duration::from_millis(2);
/// `USER_HZ`, which Linux has the same on every machine that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// What a command spent.
#[derive(Clone, Debug)]
pub struct Spent {
    /// From its start to its end.
    pub wall: Duration,
    /// Of all its threads, in user mode and in the kernel.
    pub cpu: Duration,
    /// The most memory that it had at once, bytes.
    pub peak: u64,
    /// What it had the disk write, bytes.
    pub written: u64,
    /// What it said, and how it ended.
    pub output: Output,
}

/// Runs a command to its end. What it says must fit into a pipe, 64 KiB.
pub fn measure(command: &mut Command) -> Spent {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let began = Instant::now();
    let child = command.spawn().unwrap();
    let pid = Pid::from_child(&child);
    let over = AtomicBool::new(false);
    let (wall, peak) = thread::scope(|scope| {
        let watching = scope.spawn(|| high_water(pid, &over));
        // Its end, while all that is known of it stays.
        waitid(
            WaitId::Pid(pid),
            WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
        )
        .unwrap();
        let wall = began.elapsed();
        over.store(true, Ordering::Relaxed);
        (wall, watching.join().unwrap())
    });
    let (cpu, written) = (cpu(pid), written(pid));
    Spent {
        wall,
        cpu,
        peak,
        written,
        output: child.wait_with_output().unwrap(),
    }
}

fn of(pid: Pid, file: &str) -> String {
    fs::read_to_string(format!("/proc/{}/{file}", pid.as_raw_nonzero())).unwrap_or_default()
}

/// The number behind `name` in `text`.
fn number(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

fn high_water(pid: Pid, over: &AtomicBool) -> u64 {
    let mut peak = 0;
    while !over.load(Ordering::Relaxed) {
        let now = number(&of(pid, "status"), "VmHWM:").unwrap_or(0);
        peak = peak.max(now * 1024);
        thread::sleep(STEP);
    }
    peak
}

/// proc(5): the 14th and 15th field; the second, a name in brackets, may hold blanks.
fn cpu(pid: Pid) -> Duration {
    let stat = of(pid, "stat");
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let ticks = rest.split(' ').skip(11).take(2);
    TICK * ticks.map(|field| field.parse::<u32>().unwrap()).sum()
}

fn written(pid: Pid) -> u64 {
    number(&of(pid, "io"), "write_bytes:").expect("the kernel counts what is written")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn what_a_command_spends_is_seen() {
        // Temporary files may be in memory; what was built is on a disk.
        let test = std::env::current_exe().unwrap();
        let folder = tempfile::tempdir_in(test.parent().unwrap()).unwrap();
        let file = folder.path().join("file");
        let mut dd = Command::new("dd");
        dd.args(["if=/dev/urandom", "bs=32M", "count=1", "iflag=fullblock"])
            .arg(format!("of={}", file.display()));
        let spent = measure(&mut dd);
        assert!(spent.output.status.success(), "{spent:?}");
        assert!(spent.written >= 32 * MIB, "{spent:?}");
        assert!((32 * MIB..64 * MIB).contains(&spent.peak), "{spent:?}");
        assert!(!spent.cpu.is_zero() && !spent.wall.is_zero(), "{spent:?}");
        let nothing = measure(&mut Command::new("true"));
        assert_eq!(nothing.written, 0, "{nothing:?}");
        assert!(nothing.peak < 8 * MIB, "{nothing:?}");
    }
}
