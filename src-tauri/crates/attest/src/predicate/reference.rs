//! Documents that a member attaches and that have no predicate of their own that is small: bills
//! of materials, and findings that are no vulnerabilities. The document hangs beside the statement
//! with its exact bytes; the statement refers to it by digest.

use super::Evidence;
use hallmark_image::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// in-toto reference v0.1.
pub const REFERENCE: &str = "https://in-toto.io/attestation/reference/v0.1";
/// Who attests, as a URI: the program; the person is under `hallmark_evidence`.
const ATTESTER: &str = "https://hallmark.github.io/attester/v1";

/// A statement that refers to a document about the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Who attests.
    pub attester: Attester,
    /// The documents; one.
    pub references: Vec<Referred>,
    /// Ours.
    #[serde(rename = "hallmark_evidence")]
    pub evidence: Evidence,
}

/// Who attests to a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attester {
    /// A URI.
    pub id: String,
}

/// A document, as in-toto's `ResourceDescriptor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Referred {
    /// The file's name.
    pub name: String,
    /// Its digest in hexadecimal, by algorithm.
    pub digest: BTreeMap<String, String>,
    /// Its media type.
    pub media_type: String,
}

impl Reference {
    /// Refers to the report that the evidence names.
    pub fn of(evidence: Evidence) -> Self {
        let report = &evidence.report;
        let digest = |digest: &Digest| (digest.algorithm().name().to_owned(), digest.hex().into());
        let referred = Referred {
            name: report.name.clone(),
            digest: BTreeMap::from([digest(&report.digest)]),
            media_type: report.media_type.clone(),
        };
        Self {
            attester: Attester {
                id: ATTESTER.to_owned(),
            },
            references: vec![referred],
            evidence,
        }
    }
}
