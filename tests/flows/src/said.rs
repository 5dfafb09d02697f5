//! What a command said, and how it ended.

use serde_json::Value;
use std::process::Output;

/// What a command said, and how it ended.
#[derive(Clone, Debug)]
pub struct Said {
    /// What was typed.
    pub words: Vec<String>,
    /// The exit code; none where it was killed.
    pub code: Option<i32>,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: Vec<u8>,
}

/// The one error of a command that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Its stable name.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Said {
    /// Of a program that ended.
    pub fn by(words: &[&str], output: Output) -> Self {
        Self {
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            code: output.status.code(),
            out: output.stdout,
            err: output.stderr,
        }
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Everything it said, for a test's own failure.
    pub fn whole(&self) -> String {
        format!(
            "hallmark {}\nended with {:?}\n{}\n{}",
            self.words.join(" "),
            self.code,
            self.text(),
            String::from_utf8_lossy(&self.err)
        )
    }

    /// The document it printed, where it ended with `code`.
    #[track_caller]
    pub fn answer(&self, code: i32) -> Value {
        assert_eq!(self.code, Some(code), "{}", self.whole());
        let parsed = serde_json::from_slice(&self.out);
        parsed.unwrap_or_else(|error| panic!("{error}: {}", self.whole()))
    }

    /// The error it printed instead, where it ended with `code`.
    #[track_caller]
    pub fn failure(&self, code: i32) -> Failure {
        assert_eq!(self.code, Some(code), "{}", self.whole());
        assert!(self.out.is_empty(), "{}", self.whole());
        let parsed: Value = serde_json::from_slice(&self.err)
            .unwrap_or_else(|error| panic!("{error}: {}", self.whole()));
        let text = |name: &str| {
            parsed["error"][name]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        Failure {
            code: text("code"),
            message: text("message"),
            hint: text("hint"),
        }
    }

    /// The same, where the error has this name, a sentence with these words, and a hint that
    /// says what to do.
    #[track_caller]
    pub fn fails(&self, code: i32, name: &str, words: &[&str]) -> Failure {
        let failure = self.failure(code);
        assert_eq!(failure.code, name, "{}", self.whole());
        for word in words {
            assert!(
                failure.message.contains(word) || failure.hint.contains(word),
                "“{word}” is not said: {}",
                self.whole()
            );
        }
        assert!(
            !failure.hint.is_empty(),
            "no way out is said: {}",
            self.whole()
        );
        failure
    }
}
