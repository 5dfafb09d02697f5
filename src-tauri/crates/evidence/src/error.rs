//! Why a report could not be read: one sentence that names the file, the place and the remedy.

use crate::{Format, MAX_REPORT_BYTES};
use std::fmt;

/// A place in a report, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: u64,
    /// The column, in bytes.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A report that could not be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct ParseError {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The format, where the content was recognised.
    pub format: Option<Format>,
    /// What is wrong.
    pub problem: Problem,
}

impl ParseError {
    pub(crate) fn new(file: &str, format: Option<Format>, problem: Problem) -> Self {
        let file = file.to_owned();
        Self {
            file,
            format,
            problem,
        }
    }

    /// Where in the file, if the problem has a place.
    pub fn place(&self) -> Option<Place> {
        match self.problem {
            Problem::Xml { place, .. } | Problem::Json { place, .. } => Some(place),
            Problem::CutShort { place, .. } | Problem::TooDeep { place, .. } => Some(place),
            _ => None,
        }
    }
}

/// What is wrong with a report.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// Nothing but white space.
    #[error("the file is empty; was the tool that writes it run?")]
    Empty,
    /// Longer than [`MAX_REPORT_BYTES`].
    #[error("the report is larger than {} MiB, the most that is read; split it", MAX_REPORT_BYTES >> 20)]
    TooLarge,
    /// More tests or findings than are kept.
    #[error("the report lists more than {limit} {what}, the most that is read; split it")]
    TooMany {
        /// The most that is read.
        limit: usize,
        /// Tests or findings.
        what: &'static str,
    },
    /// Not text, or text in an encoding that is not known.
    #[error("{0}")]
    Encoding(String),
    /// Text, but no report that is known.
    #[error(
        "not a report that Hallmark knows: {0}; it reads test results, scans, SBOMs, VEX, \
         provenance and signed statements"
    )]
    Unknown(String),
    /// What stands inside the report cannot be read.
    #[error("{0}; write or download it again")]
    Inner(String),
    /// XML that no reader could take.
    #[error("{place}: damaged XML: {reason}; write the report again")]
    Xml {
        /// Where.
        place: Place,
        /// What is wrong there.
        reason: String,
    },
    /// JSON that no reader could take.
    #[error("{place}: damaged JSON: {reason}; write the report again")]
    Json {
        /// Where.
        place: Place,
        /// What is wrong there.
        reason: String,
    },
    /// The file ends too early.
    #[error("{place}: the report is cut short: {reason}; write or download it again")]
    CutShort {
        /// Where it ends.
        place: Place,
        /// What is still open there.
        reason: String,
    },
    /// Nested more deeply than any tool does.
    #[error("{place}: nested more than {limit} levels deep, which no tool writes")]
    TooDeep {
        /// Where the limit was passed.
        place: Place,
        /// The limit.
        limit: usize,
    },
}
