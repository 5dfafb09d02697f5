//! Who vouches for a piece of evidence, in words that a person can weigh.

/// Who vouches for a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Voucher {
    /// Signed with a member's key.
    Signed {
        /// The member's name.
        member: String,
        /// The key's id.
        key_id: String,
        /// The member's roles.
        role: Vec<String>,
    },
    /// Signed with a key that belongs to no member.
    SignedUnknown {
        /// The key's id.
        key_id: String,
    },
    /// Signed, and the signature does not fit.
    BadSignature,
    /// Not signed.
    Unsigned,
}

impl Voucher {
    /// The words a check shows.
    pub fn words(&self) -> String {
        match self {
            Self::Signed { member, key_id, .. } => {
                let key = short(key_id);
                format!("signed by {member}, key {key}…; in no transparency log")
            }
            Self::SignedUnknown { key_id } => {
                let key = short(key_id);
                format!("signed with key {key}…, which belongs to no member")
            }
            Self::BadSignature => "its signature is broken: it counts for nothing".to_owned(),
            Self::Unsigned => "unsigned, attached by nobody known".to_owned(),
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        *self == Self::BadSignature
    }
}

fn short(key_id: &str) -> &str {
    &key_id[..key_id.floor_char_boundary(8)]
}
