//! The packages and tests that run at the same time, until each has its verdict.

use super::Event;
use crate::{
    TestCase, Tests, Verdict,
    error::Problem,
    rows::{self, Rows},
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short, some},
};
use std::collections::HashMap;

/// The most output that is kept of all tests that still run, bytes.
const MAX_PENDING: usize = 64 * 1024 * 1024;

/// What was read so far.
#[derive(Default)]
pub(super) struct Packages {
    rows: Rows,
    running: HashMap<(String, String), Running>,
    packages: HashMap<String, Package>,
    /// What each package's build said.
    builds: HashMap<String, Bounded<MAX_DETAIL>>,
    pending: usize,
    seconds: Option<f64>,
}

/// A test that has begun.
struct Running {
    line: u64,
    output: Bounded<MAX_DETAIL>,
}

/// A package of which something was heard.
#[derive(Default)]
struct Package {
    line: u64,
    ended: bool,
    not_passing: bool,
    output: Bounded<MAX_DETAIL>,
}

impl Packages {
    pub(super) fn take(&mut self, event: &Event<'_>, line: u64) -> Result<(), Problem> {
        rows::limit(self.running.len() + self.packages.len() + self.builds.len())?;
        let action = event.action.as_str();
        if action.starts_with("build-") {
            self.build(event);
            return Ok(());
        }
        if event.package.is_empty() {
            return Ok(());
        }
        let package = self.packages.entry(short(event.package.as_str(), MAX_NAME));
        let package = package.or_insert_with(|| Package {
            line,
            ..Package::default()
        });
        match (event.test.is_empty(), action) {
            (true, "output") => self.pending += push(&mut package.output, event, self.pending),
            (true, "pass" | "fail" | "skip") => self.end_package(event)?,
            (false, "pass" | "fail" | "skip") => self.end_test(event, line)?,
            (false, "run" | "output") => {
                let (pending, running) = (self.pending, self.test(event, line));
                self.pending += push(&mut running.output, event, pending);
            }
            _ => {}
        }
        Ok(())
    }

    fn build(&mut self, event: &Event<'_>) {
        let path = short(event.import_path.as_str(), MAX_NAME);
        let output = self.builds.entry(path).or_default();
        self.pending += push(output, event, self.pending);
    }

    fn test(&mut self, event: &Event<'_>, line: u64) -> &mut Running {
        self.running.entry(key(event)).or_insert_with(|| Running {
            line,
            output: Bounded::default(),
        })
    }

    fn end_test(&mut self, event: &Event<'_>, line: u64) -> Result<(), Problem> {
        let running = self.running.remove(&key(event));
        let line = running.as_ref().map_or(line, |running| running.line);
        let output = running.map(|running| running.output).unwrap_or_default();
        self.pending = self.pending.saturating_sub(output.as_str().len());
        let verdict = match event.action.as_str() {
            "pass" => Verdict::Passed,
            "skip" => Verdict::Skipped,
            _ => Verdict::Failed,
        };
        let (package, test) = key(event);
        if verdict == Verdict::Failed {
            self.packages
                .entry(package.clone())
                .or_default()
                .not_passing = true;
        }
        let bad = verdict != Verdict::Passed;
        self.rows.add(TestCase {
            suite: package,
            name: test,
            verdict,
            duration_s: event.elapsed.seconds(),
            message: message(output.as_str()).filter(|_| bad),
            detail: output.some().filter(|_| bad),
            line: Some(line),
            ..TestCase::default()
        })
    }

    fn end_package(&mut self, event: &Event<'_>) -> Result<(), Problem> {
        let name = short(event.package.as_str(), MAX_NAME);
        if let Some(seconds) = event.elapsed.seconds() {
            *self.seconds.get_or_insert(0.0) += seconds;
        }
        let unfinished = self.unfinished(|package| package == name)?;
        let package = self.packages.entry(name.clone()).or_default();
        package.ended = true;
        let output = std::mem::take(&mut package.output);
        self.pending = self.pending.saturating_sub(output.as_str().len());
        let shown = package.not_passing || unfinished;
        if event.action.as_str() != "fail" || shown {
            return Ok(());
        }
        let build = self.builds.get(event.failed_build.as_str());
        let (what, output) = match build {
            Some(build) => ("[build failed]", build.some()),
            None if !event.failed_build.is_empty() => ("[build failed]", output.some()),
            None => ("[package failed]", output.some()),
        };
        let line = Some(package.line).filter(|line| *line > 0);
        self.rows.add(TestCase {
            suite: name,
            name: what.to_owned(),
            verdict: Verdict::Errored,
            message: output.as_deref().and_then(message),
            detail: output,
            line,
            ..TestCase::default()
        })
    }

    /// Tests of these packages that have begun and never ended broke.
    fn unfinished(&mut self, of: impl Fn(&str) -> bool) -> Result<bool, Problem> {
        let mut left: Vec<_> = self
            .running
            .extract_if(|(package, _), _| of(package))
            .collect();
        left.sort_by_key(|(_, running)| running.line);
        let any = !left.is_empty();
        for ((package, test), running) in left {
            self.pending = self.pending.saturating_sub(running.output.as_str().len());
            self.rows.add(TestCase {
                suite: package,
                name: test,
                verdict: Verdict::Errored,
                message: Some("it did not finish".to_owned()),
                detail: running.output.some(),
                line: Some(running.line),
                ..TestCase::default()
            })?;
        }
        Ok(any)
    }

    /// All cases, and what to know of them.
    pub(super) fn finish(
        mut self,
        others: Option<String>,
    ) -> Result<(Tests, Vec<String>), Problem> {
        self.unfinished(|_| true)?;
        let open = self.packages.values().filter(|package| !package.ended);
        if open.count() > 0 {
            let cut = "the run did not end; what came after is not in the report";
            self.rows.warn(cut.to_owned());
        }
        others.into_iter().for_each(|others| self.rows.warn(others));
        let seconds = self.seconds.or_else(|| self.rows.seconds());
        Ok(self.rows.finish(seconds))
    }
}

fn key(event: &Event<'_>) -> (String, String) {
    let short = |text: &str| short(text, MAX_NAME);
    (short(event.package.as_str()), short(event.test.as_str()))
}

/// Adds an event's output, if all that is kept leaves room; says how much was added.
fn push(output: &mut Bounded<MAX_DETAIL>, event: &Event<'_>, pending: usize) -> usize {
    let before = output.as_str().len();
    if pending < MAX_PENDING {
        output.push(event.output.as_str());
    }
    output.as_str().len() - before
}

/// The first line that the test itself wrote, and not `go test` around it.
fn message(output: &str) -> Option<String> {
    let frame = |line: &&str| {
        let framing = ["=== ", "--- ", "PASS", "FAIL", "ok ", "# "];
        !line.is_empty() && !framing.iter().any(|start| line.starts_with(start))
    };
    let first = output.lines().map(str::trim).find(frame)?;
    some(first, MAX_MESSAGE)
}
