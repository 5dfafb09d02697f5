//! The smoke test of an image: it is run under a specification, within limits, and removed again.
//!
//! What is run is not trusted: it has no network unless a check asks for one and then on loopback
//! only, no capabilities, no more privileges, and bounds on time, memory, processes and disk.

mod checks;
mod run;
mod spec;

pub use spec::{File, Http, Limits, Spec, Text};

use std::time::Duration;

/// The label on everything that a smoke test makes at an engine.
pub const LABEL: &str = "hallmark.smoke";

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed,
    /// It could not be found out.
    Errored,
}

/// One check.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What was checked, as [`Spec::checks`] words it.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
    /// Why, a sentence.
    pub reason: String,
    /// How long it took.
    pub took: Duration,
}

/// What a smoke test came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The checks, in the specification's order.
    pub cases: Vec<Case>,
    /// What it wrote: the beginning and the end of it.
    pub output: String,
    /// How it ended, where it did.
    pub exit_code: Option<i64>,
}

impl Outcome {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.cases
            .iter()
            .all(|case| case.verdict == Verdict::Passed)
    }
}
