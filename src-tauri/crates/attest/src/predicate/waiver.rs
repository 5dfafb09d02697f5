//! Waivers, and VEX documents that a member vouches for: OpenVEX, so that other tools read them,
//! with what it has no field for under `hallmark_…`.
//!
//! A waived finding is still there, so a waiver's status is `affected` and what is done about it
//! is said in the action statement: nobody who reads it takes the finding for cleared.

use super::{Evidence, Origin};
use hallmark_image::Digest;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An OpenVEX document as a predicate.
pub const OPENVEX: &str = "https://openvex.dev/ns";
/// The version of OpenVEX that is written.
pub const OPENVEX_CONTEXT: &str = "https://openvex.dev/ns/v0.2.0";
/// What stands as `hallmark_waiver` in it.
pub const WAIVER: &str = "https://hallmark.github.io/predicate/waiver/v1";

/// A waiver, or the end of one, as an OpenVEX document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverDocument {
    /// [`OPENVEX_CONTEXT`].
    #[serde(rename = "@context")]
    pub context: String,
    /// The document's name.
    #[serde(rename = "@id")]
    pub id: String,
    /// Who says so.
    pub author: String,
    /// When.
    pub timestamp: Timestamp,
    /// Always 1: a waiver is never edited.
    pub version: u32,
    /// The one statement.
    pub statements: Vec<Value>,
    /// Ours.
    #[serde(rename = "hallmark_waiver")]
    pub waiver: Waiver,
}

/// One finding accepted on one image, or in one repository, until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiver {
    /// Whose act.
    #[serde(flatten)]
    pub origin: Origin,
    /// `host/repository`.
    pub repository: String,
    /// The image that it was made on.
    pub digest: Digest,
    /// What it counts for.
    pub scope: WaiverScope,
    /// The finding's id.
    pub finding: String,
    /// The package's name, or its package URL.
    pub package: String,
    /// Why.
    pub message: String,
    /// The day it ends, UTC: from its first moment on it counts no longer.
    pub until: Date,
    /// The waiver that is ended by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Digest>,
}

/// What a waiver counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverScope {
    /// The one image.
    Image,
    /// Every image of the repository.
    Repository,
}

impl Waiver {
    /// The document that is signed.
    pub fn document(self) -> WaiverDocument {
        let (author, timestamp) = (self.origin.author.clone(), self.origin.time);
        let id = format!(
            "https://hallmark.github.io/waiver/{}/{}",
            self.digest.hex(),
            timestamp.as_nanosecond()
        );
        WaiverDocument {
            context: OPENVEX_CONTEXT.to_owned(),
            id,
            author,
            timestamp,
            version: 1,
            statements: vec![self.statement()],
            waiver: self,
        }
    }

    fn statement(&self) -> Value {
        let action = match self.ends {
            None => format!("Accepted until {}: {}", self.until, self.message),
            Some(_) => format!("No longer accepted: {}", self.message),
        };
        let name = self.repository.rsplit('/').next().unwrap_or_default();
        let image = format!(
            "pkg:oci/{name}@{}%3A{}?repository_url={}",
            self.digest.algorithm().name(),
            self.digest.hex(),
            self.repository
        );
        serde_json::json!({
            "vulnerability": {"name": self.finding},
            "products": [{"@id": image, "subcomponents": [{"@id": self.package}]}],
            "status": "affected",
            "action_statement": action,
        })
    }
}

/// Somebody's OpenVEX document, with who vouches for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VexEvidence {
    /// The document.
    #[serde(flatten)]
    pub document: Map<String, Value>,
    /// Ours.
    #[serde(rename = "hallmark_evidence")]
    pub evidence: Evidence,
}
