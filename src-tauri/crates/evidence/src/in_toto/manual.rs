//! What a person ticked: `hallmark.github.io/predicate/manual-check/v1`.

use super::unknown;
use crate::{
    ManualCheck, ManualFile, Report, Shared, Statement, Tool,
    error::Problem,
    json::{self, Nested, Object, Text},
    text::{MAX_NAME, some},
    time,
};
use serde::{Deserialize, de::MapAccess};

/// The longest note that is kept, bytes.
const MAX_NOTE: usize = 4096;

#[derive(Default)]
struct RawManual<'a> {
    check: Text<'a>,
    note: Text<'a>,
    made_at: Text<'a>,
    file: Nested<RawFile<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawFile<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    digest: Text<'a>,
}

impl<'de> Object<'de> for RawManual<'de> {
    const NAMES: &'static [&'static str] = &["check", "note", "madeAt", "file"];

    fn member<A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "check" => self.check = map.next_value()?,
            "note" => self.note = map.next_value()?,
            "madeAt" => self.made_at = map.next_value()?,
            _ => self.file = map.next_value()?,
        }
        Ok(())
    }
}

pub(super) fn read(text: &str) -> Result<Report, Problem> {
    let mut raw = RawManual::default();
    json::read(text, &mut raw)?;
    let kept = |text: &str, most| some(text, most).map(Shared::from).unwrap_or_default();
    let file = raw.file.name.get().map(|name| ManualFile {
        name: kept(name, MAX_NAME),
        digest: raw.file.digest.as_str().parse().ok(),
    });
    let mut report = unknown();
    report.produced_at = time::timestamp(raw.made_at.as_str());
    // Each check is a suite of its own: one never stands in another's place.
    report.tool = Tool::named(&format!("manual check {}", raw.check.as_str()), "");
    report.statement = Some(Statement {
        manual: Some(ManualCheck {
            check: kept(raw.check.as_str(), MAX_NAME),
            note: kept(raw.note.as_str(), MAX_NOTE),
            file,
        }),
        ..Statement::default()
    });
    Ok(report)
}
