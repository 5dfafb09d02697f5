//! How the command ends: four exit codes, and the one shape that every failure has.
//!
//! Scripts decide by the exit code and by [`Failure::code`], so both are part of the
//! contract; the sentences are for people and may change.

use hallmark_workflow::error::{Code, Error, Nature};
use serde::Serialize;
use std::path::Path;

/// The exit code, as the contract has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or yes.
    Done = 0,
    /// No: a rule refuses, a proof fails, something conflicts.
    No = 1,
    /// What was given is wrong.
    BadInput = 2,
    /// It could not be done.
    Broken = 3,
}

impl Exit {
    /// Done where `yes`, else no.
    pub fn of(yes: bool) -> Self {
        if yes { Self::Done } else { Self::No }
    }
}

impl From<Nature> for Exit {
    fn from(nature: Nature) -> Self {
        match nature {
            Nature::No => Self::No,
            Nature::BadInput => Self::BadInput,
            Nature::Broken => Self::Broken,
        }
    }
}

/// Why the command did not do what was asked.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// A stable name: `bad-input`, `unreachable`, …
    pub code: String,
    /// What happened, one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The exit code that goes with it.
    #[serde(skip)]
    pub exit: Exit,
}

/// The result of a command.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// A failure of this code, with the exit code that follows from it.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code: name(code),
            message: message.into(),
            hint: None,
            exit: code.nature().into(),
        }
    }

    /// The same, with what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A file that a person named and that cannot be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            Code::BadInput,
            format!("cannot read {}: {error}", path.display()),
        )
        .hint("Check the name, and that you may read the file.")
    }

    /// The document that `--json` prints on standard error.
    pub fn document(&self) -> serde_json::Value {
        serde_json::json!({ "error": self })
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            hint: error.hint,
            ..Self::new(error.code, error.message)
        }
    }
}

/// The code's name, as serde writes it everywhere else.
fn name(code: Code) -> String {
    serde_json::to_value(code)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_else(|| "internal".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_follows_from_the_kind_of_no() {
        for (code, exit) in [
            (Code::PolicyRefuses, 1),
            (Code::NotGolden, 1),
            (Code::BadReport, 2),
            (Code::Unreachable, 3),
            (Code::NoKey, 3),
        ] {
            assert_eq!(Failure::new(code, "x").exit as u8, exit, "{code:?}");
        }
    }

    #[test]
    fn an_error_has_exactly_the_members_of_the_contract() {
        let failure = Failure::from(Error::new(Code::NotFound, "there is no such tag"));
        assert_eq!(
            failure.document().to_string(),
            r#"{"error":{"code":"not-found","message":"there is no such tag","hint":null}}"#
        );
    }
}
