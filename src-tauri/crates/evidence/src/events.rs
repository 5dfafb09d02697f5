//! Streams of JSON values, one a line, as test runners write while they run.
//!
//! What other programs wrote in between is passed over and mentioned; a stream that ends in
//! the middle of a line was cut short.

use crate::{error::Problem, place, text::counted};
use serde::Deserialize;

/// Reads every line as an event and hands it on with its number, from 1; says how many
/// lines were none.
pub(crate) fn read<'a, E: Deserialize<'a>>(
    text: &'a str,
    mut take: impl FnMut(E, u64) -> Result<(), Problem>,
) -> Result<Option<String>, Problem> {
    let mut others = 0_u64;
    let mut last = None;
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let event = line.starts_with('{').then(|| serde_json::from_str(line));
        last = None;
        match event {
            Some(Ok(event)) => take(event, number)?,
            Some(Err(error)) if place::is_too_deep(&error) => {
                return Err(place::json_problem(line, &error));
            }
            Some(Err(error)) => {
                others += 1;
                last = Some(error);
            }
            None => others += 1,
        }
    }
    if last.is_some_and(|error| error.is_eof()) {
        return Err(Problem::CutShort {
            place: place::at(text, text.trim_end().len()),
            reason: "the last line's JSON ends before its last bracket".to_owned(),
        });
    }
    Ok((others > 0).then(|| {
        let lines = counted(others, "line is", "lines are");
        format!("{lines} no event of the test run; passed over")
    }))
}
