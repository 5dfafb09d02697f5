//! One test case, and what its elements say of how it went.

use super::suite::Suite;
use crate::{
    TestCase, Verdict,
    text::{Bounded, MAX_DETAIL, MAX_MESSAGE, MAX_NAME, short, some},
    time, xml,
};
use quick_xml::events::{BytesStart, attributes::AttrError};

/// A case that is being read.
pub(super) struct Case {
    /// What is known so far; the verdict is settled by [`Case::finish`].
    pub(super) row: TestCase,
    status: Option<Verdict>,
    outcome: Option<Outcome>,
    flaky: bool,
}

/// An element such as `failure`, with its text.
pub(super) struct Outcome {
    pub(super) sort: Sort,
    message: Option<String>,
    kind: Option<String>,
    pub(super) detail: Bounded<MAX_DETAIL>,
}

/// What an element says; the greatest of a case's elements decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// Failed at first, and passed when it was run again.
    Flaky,
    /// Not run.
    Skipped,
    /// Failed or broke once more when it was run again.
    Rerun(Verdict),
    /// Failed or broke.
    Plain(Verdict),
}

impl Case {
    pub(super) fn new(
        element: &BytesStart<'_>,
        suite: &Suite,
        line: u64,
    ) -> Result<Self, AttrError> {
        let mut case = Self {
            row: TestCase {
                suite: suite.name.clone(),
                line: Some(line),
                ..TestCase::default()
            },
            status: None,
            outcome: None,
            flaky: false,
        };
        let (mut file, mut at) = (suite.file.clone(), None);
        xml::attributes(element, |key, value| match key {
            "name" => case.row.name = short(&value, MAX_NAME),
            "classname" | "class" => case.row.class = some(&value, MAX_NAME),
            "time" => case.row.duration_s = time::seconds(&value),
            "duration" => {
                case.row.duration_s = case.row.duration_s.or_else(|| time::seconds(&value));
            }
            "status" | "result" => case.status = case.status.max(verdict_of(&value)),
            "file" => file = some(&value, MAX_NAME),
            "line" => at = time::count(&value),
            _ => {}
        })?;
        case.row.source = file.map(|file| match at {
            Some(at) => format!("{file}:{at}"),
            None => file,
        });
        Ok(case)
    }

    /// Takes an element in; the gravest so far is kept, the first of equals.
    pub(super) fn take(&mut self, outcome: Outcome) {
        self.flaky |= outcome.sort == Sort::Flaky;
        let graver = self.outcome.as_ref().is_none_or(|o| outcome.sort > o.sort);
        if graver {
            self.outcome = Some(outcome);
        }
    }

    /// The case with its one verdict, and whether it passed only when it was run again.
    pub(super) fn finish(self) -> (TestCase, bool) {
        let Self { mut row, .. } = self;
        let by_elements = self.outcome.as_ref().map(|outcome| outcome.sort.verdict());
        row.verdict = by_elements.or(self.status).unwrap_or(Verdict::Passed);
        if let Some(outcome) = self.outcome.filter(|_| row.verdict != Verdict::Passed) {
            (row.message, row.detail) = outcome.words();
        }
        let flaky = self.flaky && row.verdict == Verdict::Passed;
        (row, flaky)
    }
}

/// What an attribute says where no element does: gtest's `notrun`, others' `failed`.
fn verdict_of(status: &str) -> Option<Verdict> {
    match status.trim().to_ascii_lowercase().as_str() {
        "notrun" | "not run" | "not_run" | "disabled" | "skipped" | "skip" | "ignored"
        | "suppressed" | "pending" | "todo" => Some(Verdict::Skipped),
        "failed" | "failure" | "fail" => Some(Verdict::Failed),
        "error" | "errored" | "broken" => Some(Verdict::Errored),
        _ => None,
    }
}

impl Sort {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "failure" => Self::Plain(Verdict::Failed),
            "error" => Self::Plain(Verdict::Errored),
            "rerunFailure" => Self::Rerun(Verdict::Failed),
            "rerunError" => Self::Rerun(Verdict::Errored),
            "skipped" | "skip" | "disabled" | "ignored" => Self::Skipped,
            "flakyFailure" | "flakyError" => Self::Flaky,
            _ => return None,
        })
    }

    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Flaky => Verdict::Passed,
            Self::Skipped => Verdict::Skipped,
            Self::Rerun(verdict) | Self::Plain(verdict) => verdict,
        }
    }
}

impl Outcome {
    /// The element, if its name is one that says how a case went.
    pub(super) fn new(name: &str, element: &BytesStart<'_>) -> Result<Option<Self>, AttrError> {
        let Some(sort) = Sort::of(name) else {
            return Ok(None);
        };
        let mut outcome = Self {
            sort,
            message: None,
            kind: None,
            detail: Bounded::default(),
        };
        xml::attributes(element, |key, value| match key {
            "message" => outcome.message = some(&value, MAX_MESSAGE),
            "type" => outcome.kind = some(&value, MAX_NAME),
            _ => {}
        })?;
        Ok(Some(outcome))
    }

    /// The message as far as it is known.
    pub(super) fn message(&self) -> Option<&str> {
        let first = || {
            self.detail
                .as_str()
                .trim()
                .lines()
                .next()
                .filter(|line| !line.is_empty())
        };
        self.message.as_deref().or_else(first)
    }

    /// Message and detail; without a message, the text's first line or the type speaks.
    pub(super) fn words(self) -> (Option<String>, Option<String>) {
        let detail = some(self.detail.as_str(), MAX_DETAIL);
        let first = detail.as_deref().and_then(|text| text.lines().next());
        let first = first.and_then(|line| some(line, MAX_MESSAGE));
        (self.message.or(first).or(self.kind), detail)
    }
}
