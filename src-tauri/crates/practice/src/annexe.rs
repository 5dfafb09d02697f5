//! The other origin that a registry may have: for tokens, and for blobs under a signature.
//!
//! It is another port of this machine, which is another origin to every client, and so no
//! place for the registry's logins.

use crate::route::Query;
use hallmark_image::Digest;

/// At which of a registry's origins a request arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The registry itself.
    Home,
    /// The annexe.
    Annexe,
}

/// Where it is, and what opens it.
pub(crate) struct Annexe {
    origin: String,
    signature: String,
}

impl std::fmt::Debug for Annexe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Annexe").field(&self.origin).finish()
    }
}

impl Annexe {
    pub(crate) fn new(origin: String) -> Self {
        Self {
            origin,
            signature: hex::encode(rand::random::<[u8; 16]>()),
        }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// `path` at the annexe, with the signature that opens it.
    pub(crate) fn place(&self, path: &str) -> String {
        format!("{}{path}?signature={}", self.origin, self.signature)
    }

    /// Compares hashes, so that the time it takes says nothing of the signature.
    pub(crate) fn is_signed(&self, query: &Query) -> bool {
        let shown = query.get("signature").unwrap_or_default();
        Digest::sha256(shown) == Digest::sha256(&self.signature)
    }
}
