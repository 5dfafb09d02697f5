//! Members and those who act.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// May change the workspace document, and everything else.
    Owner,
    /// May decide and promote.
    Approver,
    /// May ask for review.
    Requester,
    /// May read and verify.
    Auditor,
    /// May attach evidence and ask for review.
    Ci,
}

/// A name with a public key and roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Member {
    /// The name, unique in the workspace.
    pub name: String,
    /// The public key, PEM.
    pub key: String,
    /// SHA-256 of the public key (SPKI, DER), hexadecimal.
    pub key_id: String,
    /// What they may do.
    pub roles: Vec<Role>,
}

/// Who sits at this machine.
#[derive(Clone, Debug, Serialize, TS)]
pub struct Me {
    /// The name.
    pub name: String,
    /// The key's identifier.
    pub key_id: String,
    /// Roles in this workspace; solo, all of them.
    pub roles: Vec<Role>,
}

/// Somebody who did something, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Person {
    /// The member's name; for an unknown key, the name the statement claims.
    pub name: String,
    /// The key that signed, by its identifier.
    pub key_id: Option<String>,
    /// Whether the signature verified with a member's key.
    pub verified: bool,
}
