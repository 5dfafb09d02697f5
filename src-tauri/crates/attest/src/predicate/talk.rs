//! What a comment is about, and what it asks for: a part of a decision that says no yes or no.

use hallmark_image::Digest;
use serde::{Deserialize, Serialize};

/// Where a comment stands in the talk about an image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Talk {
    /// What it is about; nothing means the image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<TalkOn>,
    /// Whether it is a point that stays open until it is resolved.
    #[serde(default)]
    pub asks: bool,
    /// The comment that this one answers: the first of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<Digest>,
    /// Whether that point is resolved with this answer.
    #[serde(default)]
    pub resolves: bool,
}

/// What a comment is anchored to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TalkOn {
    /// A finding.
    Finding {
        /// Its id.
        id: String,
        /// The package; nothing means wherever it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        package: Option<String>,
    },
    /// A test.
    Test {
        /// The suite.
        suite: String,
        /// Class and name.
        name: String,
    },
}
