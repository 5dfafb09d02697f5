//! Talk: comments on an image, a finding or a test, and the points that are open.

use super::Person;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a comment is anchored to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TalkAbout {
    /// A finding.
    Finding {
        /// Its id.
        id: String,
        /// The package; nothing means wherever it is.
        package: Option<String>,
    },
    /// A test.
    Test {
        /// The suite.
        suite: String,
        /// Class and name, as the table of tests shows them.
        name: String,
    },
}

/// Comments on an image, or on a part of what is known of it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct AskTalk {
    /// The image.
    pub image: String,
    /// The stage.
    pub stage: String,
    /// What is said.
    pub message: String,
    /// What it is about; nothing means the image. An answer is about what its thread is.
    pub on: Option<TalkAbout>,
    /// Whether it is a point that stays open until it is resolved.
    pub asks: bool,
    /// The statement of the thread that it answers.
    pub answers: Option<String>,
    /// Whether the point is resolved with this answer.
    pub resolves: bool,
}

/// One thread of the talk about an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct TalkThread {
    /// The statement of its first comment.
    pub statement: String,
    /// What it is about; nothing means the image.
    pub on: Option<TalkAbout>,
    /// Whether it asks for something.
    pub asks: bool,
    /// Whether that is still open.
    pub open: bool,
    /// The digest of an earlier image that it was begun on.
    pub from: Option<String>,
    /// Whether the person here may resolve it.
    pub can_resolve: bool,
    /// What was said, in order.
    pub said: Vec<Said>,
}

/// One comment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Said {
    /// Who.
    pub by: Person,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// What.
    pub message: String,
    /// Whether the point was resolved with it.
    pub resolves: bool,
    /// Digest of its statement.
    pub statement: String,
}
