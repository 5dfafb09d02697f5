//! The outermost element: the run, its tool, its time and its totals.

use crate::{
    Tool,
    rows::Claim,
    text::{MAX_NAME, short},
    time, xml,
};
use jiff::Timestamp;
use quick_xml::events::{BytesStart, attributes::AttrError};

/// What is known of the run.
#[derive(Default)]
pub(super) struct Root {
    pub(super) name: String,
    pub(super) seconds: Option<f64>,
    /// A case or a suite shows that it did not pass.
    pub(super) shown: bool,
    version: String,
    date: String,
    time_of_day: String,
    end: Option<Timestamp>,
    start: Option<Timestamp>,
    total: u64,
    failed: u64,
    errored: u64,
    skipped: u64,
}

impl Root {
    pub(super) fn read(&mut self, element: &BytesStart<'_>) -> Result<(), AttrError> {
        xml::attributes(element, |key, value| self.attribute(key, &value))
    }

    fn attribute(&mut self, key: &str, value: &str) {
        let count = || time::count(value).unwrap_or(0);
        match key {
            "name" => self.name = short(value, MAX_NAME),
            "engine-version" => self.version = short(value, MAX_NAME),
            "duration" => self.seconds = time::seconds(value),
            "date" => self.date = short(value, 40),
            "time" => self.time_of_day = short(value, 40),
            "start-time" => self.start = time::timestamp(value),
            "end-time" => self.end = time::timestamp(value),
            "total" => self.total = count(),
            "failed" | "failures" => self.failed = count(),
            "errors" => self.errored = count(),
            "skipped" | "not-run" | "inconclusive" => {
                self.skipped = self.skipped.saturating_add(count());
            }
            _ => {}
        }
    }

    /// Version 2 names itself in an element of its own.
    pub(super) fn environment(&mut self, element: &BytesStart<'_>) -> Result<(), AttrError> {
        xml::attributes(element, |key, value| {
            if key == "nunit-version" && self.version.is_empty() {
                self.version = short(&value, MAX_NAME);
            }
        })
    }

    pub(super) fn claim(&self) -> Claim {
        Claim {
            tests: self.total,
            failed: self.failed,
            errored: self.errored,
            skipped: self.skipped,
        }
    }

    pub(super) fn produced_at(&self) -> Option<Timestamp> {
        let apart = || time::timestamp(&format!("{} {}", self.date, self.time_of_day));
        self.end.or(self.start).or_else(apart)
    }

    pub(super) fn tool(&self) -> Tool {
        Tool {
            name: "nunit".to_owned(),
            version: Some(self.version.clone()).filter(|version| !version.is_empty()),
        }
    }
}
