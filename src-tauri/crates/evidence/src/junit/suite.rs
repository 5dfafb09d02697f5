//! One suite: what its attributes say, and what its cases came to.

use super::dialect::Dialect;
use crate::{
    rows::Claim,
    text::{MAX_NAME, short, some},
    time, xml,
};
use jiff::Timestamp;
use quick_xml::events::{BytesStart, attributes::AttrError};

/// A suite that is being read.
#[derive(Debug, Default)]
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) file: Option<String>,
    pub(super) is_root: bool,
    /// What the suite says of itself.
    pub(super) own: Claim,
    /// One of these totals is no count.
    pub(super) unreadable: bool,
    pub(super) seconds: Option<f64>,
    pub(super) timestamp: Option<Timestamp>,
    /// What was found in it.
    pub(super) cases: u64,
    /// Cases that did not pass, or totals that say so.
    pub(super) not_passing: u64,
    /// Whether totals were already counted, its own or an inner suite's.
    pub(super) claimed: bool,
    /// The sum of what was found in it.
    pub(super) inner_seconds: Option<f64>,
}

impl Suite {
    /// The outermost element: a suite itself, or the list of suites.
    pub(super) fn root(element: &BytesStart<'_>, dialect: &mut Dialect) -> Result<Self, AttrError> {
        dialect.root(element)?;
        let mut suite = Self::inner(element)?;
        suite.is_root = element.local_name().as_ref() != "testsuite";
        Ok(suite)
    }

    pub(super) fn inner(element: &BytesStart<'_>) -> Result<Self, AttrError> {
        let mut suite = Self::default();
        xml::attributes(element, |key, value| suite.attribute(key, &value))?;
        Ok(suite)
    }

    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    fn attribute(&mut self, key: &str, value: &str) {
        match key {
            "name" => self.name = short(value, MAX_NAME),
            "file" | "filepath" => self.file = some(value, MAX_NAME),
            "time" => self.seconds = time::seconds(value),
            "duration" => self.seconds = self.seconds.or_else(|| time::seconds(value)),
            "timestamp" => self.timestamp = time::timestamp(value),
            "tests" => self.own.tests = self.total(value),
            "failures" => self.own.failed = self.total(value),
            "errors" => self.own.errored = self.total(value),
            "skipped" | "skips" | "disabled" | "ignored" | "skip" => {
                let more = self.total(value);
                self.own.skipped = self.own.skipped.saturating_add(more);
            }
            _ => {}
        }
    }

    /// A suite's own time, else the sum of what is in it. A list of suites says how long the
    /// whole run took, which overlaps; there the sum comes first.
    pub(super) fn duration(&self) -> Option<f64> {
        match self.is_root {
            true => self.inner_seconds.or(self.seconds),
            false => self.seconds.or(self.inner_seconds),
        }
    }

    pub(super) fn add_seconds(&mut self, seconds: Option<f64>) {
        if let Some(seconds) = seconds {
            *self.inner_seconds.get_or_insert(0.0) += seconds;
        }
    }

    fn total(&mut self, value: &str) -> u64 {
        let blank = value.trim().is_empty();
        time::count(value).unwrap_or_else(|| {
            self.unreadable |= !blank;
            0
        })
    }
}
