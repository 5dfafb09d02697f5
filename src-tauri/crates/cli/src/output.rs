//! What a command answers, and how it reaches standard output and standard error.
//!
//! With `--json` standard output gets exactly one document, and standard error at most one
//! error; without, sentences and tables. Nothing else in this crate prints.

use crate::{
    exit::{Exit, Failure, Result},
    page::Page,
    text::{plain, plain_json, plain_lines},
};
use hallmark_workflow::error::Code;
use serde::Serialize;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};

/// What a command answers.
#[derive(Debug)]
pub struct Answer {
    body: Body,
    exit: Exit,
    failure: Option<Failure>,
}

#[derive(Debug)]
enum Body {
    /// The same answer for programs and for people.
    Said { document: Value, page: Page },
    /// Exact bytes, whether or not `--json` was given.
    Bytes(Vec<u8>),
    /// It was written already.
    Written,
}

impl Answer {
    /// An answer for programs and for people.
    ///
    /// # Errors
    /// [`Code::Internal`] where `document` cannot be written as JSON.
    pub fn new(document: &impl Serialize, page: Page) -> Result<Self> {
        let document = serde_json::to_value(document)
            .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
        Ok(Self::with(Body::Said { document, page }))
    }

    /// Bytes as they are.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::with(Body::Bytes(bytes))
    }

    /// An answer that stands on standard output already.
    pub fn written() -> Self {
        Self::with(Body::Written)
    }

    fn with(body: Body) -> Self {
        Self {
            body,
            exit: Exit::Done,
            failure: None,
        }
    }

    /// The same, ending with `exit`.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The same, with a failure that is told after it.
    #[must_use]
    pub fn but(mut self, failure: Failure) -> Self {
        self.exit = failure.exit;
        self.failure = Some(failure);
        self
    }

    /// The JSON document, where there is one.
    #[cfg(test)]
    pub fn document(&self) -> &Value {
        match &self.body {
            Body::Said { document, .. } => document,
            _ => &Value::Null,
        }
    }

    /// The exit code.
    #[cfg(test)]
    pub fn exit_code(&self) -> Exit {
        self.exit
    }

    /// The text for people, where there is one.
    #[cfg(test)]
    pub fn text(&self) -> String {
        match &self.body {
            Body::Said { page, .. } => page.text(),
            _ => String::new(),
        }
    }
}

/// Tells an answer or a failure, and says how to exit.
pub fn tell(result: Result<Answer>, json: bool) -> Exit {
    match result {
        Ok(answer) => {
            let exit = answer.exit;
            let told = write_answer(&answer.body, json);
            let failure = answer.failure.map(|failure| tell_failure(&failure, json));
            told.map_or_else(
                |error| lost(&error, exit, json),
                |()| failure.unwrap_or(exit),
            )
        }
        Err(failure) => tell_failure(&failure, json),
    }
}

fn write_answer(body: &Body, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match body {
        Body::Said { document, .. } if json => {
            let text = if out.is_terminal() {
                format!("{document:#}")
            } else {
                document.to_string()
            };
            writeln!(out, "{}", plain_json(&text))?;
        }
        Body::Said { page, .. } => out.write_all(page.text().as_bytes())?,
        Body::Bytes(bytes) if out.is_terminal() => {
            out.write_all(plain_lines(&String::from_utf8_lossy(bytes)).as_bytes())?;
        }
        Body::Bytes(bytes) => out.write_all(bytes)?,
        Body::Written => (),
    }
    out.flush()
}

/// Standard output is closed or full. Who closed it has read enough; a full disk is an error.
fn lost(error: &io::Error, exit: Exit, json: bool) -> Exit {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return exit;
    }
    let message = format!("cannot write to standard output: {error}");
    tell_failure(&Failure::new(Code::File, message), json)
}

/// Tells a failure on standard error.
pub fn tell_failure(failure: &Failure, json: bool) -> Exit {
    let mut err = io::stderr().lock();
    // Where standard error is closed there is nobody left to tell; the exit code remains.
    let _ = if json {
        writeln!(err, "{}", plain_json(&failure.document().to_string()))
    } else {
        err.write_all(failure_page(failure).text().as_bytes())
    };
    failure.exit
}

fn failure_page(failure: &Failure) -> Page {
    let mut page = Page::new();
    let mut lines = failure.message.lines();
    page.line(format!(
        "hallmark: {}",
        lines.next().unwrap_or(&failure.code)
    ));
    lines.for_each(|line| page.line(format!("  {line}")));
    if let Some(hint) = &failure.hint {
        page.lines(hint, 2);
    }
    page
}

/// Says something aside, on standard error.
pub fn remark(sentence: &str) {
    let _ = writeln!(io::stderr().lock(), "hallmark: {}", plain(sentence));
}

/// Passes on a line of what long work writes, on standard error.
pub fn aside(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", plain(line));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_a_sentence_with_what_to_do_below_it() {
        let failure = Failure::new(Code::NotFound, "there is no tag “9\u{1b}[2J”").hint("Look.");
        assert_eq!(
            failure_page(&failure).text(),
            "hallmark: there is no tag “9\\u{1b}[2J”\n  Look.\n"
        );
    }

    #[test]
    fn a_failure_after_an_answer_decides_the_exit_code() {
        let answer = Answer::new(&1, Page::new()).unwrap();
        assert_eq!(answer.exit_code(), Exit::Done);
        let answer = answer.but(Failure::new(Code::BadReport, "x"));
        assert_eq!(answer.exit_code(), Exit::BadInput);
    }
}
