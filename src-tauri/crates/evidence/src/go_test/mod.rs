//! The event stream of `go test -json`.
//!
//! Every test and subtest that ends is a case. A package that fails without a failing test,
//! as one that does not build, is a case of its own that broke; so is a test that never ends.

mod packages;

use crate::{
    Format, Kind, Report, Tool,
    error::Problem,
    events,
    json::{Number, Text},
    time,
};
use jiff::Timestamp;
use packages::Packages;
use serde::Deserialize;

/// Reads the whole stream.
pub(crate) fn read(text: &str) -> Result<Report, Problem> {
    let mut packages = Packages::default();
    let mut produced_at: Option<Timestamp> = None;
    let others = events::read(text, |event: Event<'_>, line| {
        produced_at = produced_at.max(time::timestamp(event.time.as_str()));
        packages.take(&event, line)
    })?;
    let (tests, warnings) = packages.finish(others)?;
    Ok(Report {
        tool: Tool::named("go test", ""),
        produced_at,
        tests: Some(tests),
        warnings,
        ..Report::new(Format::GoTestJson, Kind::Tests)
    })
}

/// What `go doc test2json` calls a TestEvent, and a build's event beside it.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Event<'a> {
    #[serde(borrow)]
    time: Text<'a>,
    #[serde(borrow)]
    action: Text<'a>,
    #[serde(borrow)]
    package: Text<'a>,
    #[serde(borrow)]
    import_path: Text<'a>,
    #[serde(borrow)]
    test: Text<'a>,
    elapsed: Number,
    #[serde(borrow)]
    output: Text<'a>,
    #[serde(borrow)]
    failed_build: Text<'a>,
}
