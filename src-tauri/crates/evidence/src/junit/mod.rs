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

use crate::{Format, Kind, Report, error::Problem, xml};

/// Reads the whole document.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut walk = walk::Walk::default();
    xml::walk(text, &mut walk)?;
    let collector = walk.collector;
    let (tests, warnings) = collector.rows.finish(collector.seconds);
    Ok(Report {
        tool: collector.dialect.tool(),
        produced_at: collector.produced_at,
        warnings,
        tests: Some(tests),
        ..Report::new(Format::Junit, Kind::Tests)
    })
}
