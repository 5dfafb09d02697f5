//! JUnit XML, in the dialects of the tools that write it.
//!
//! There is no standard, so this reads what pytest, Surefire, Gradle, Jest, Mocha, Bazel,
//! gtest, nextest and Go's converters write, and forgives the rest. One verdict a case,
//! counted from the cases; a suite's own totals count only where it lists none.

mod case;
mod collector;
mod dialect;
mod suite;
mod walk;

use crate::{Format, Kind, Report, error::Problem};

/// The most elements within each other; the deepest real report has a dozen.
pub(crate) const MAX_DEPTH: usize = 128;
/// The most cases that are read.
pub(crate) const MAX_CASES: usize = 1_000_000;

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut collector = collector::Collector::default();
    walk::walk(text, &mut collector)?;
    Ok(Report {
        format: Format::Junit,
        kind: Kind::Tests,
        tool: collector.dialect.tool(),
        subject: None,
        produced_at: collector.produced_at,
        warnings: collector.all_warnings(),
        tests: Some(collector.tests),
        vulnerabilities: None,
    })
}
