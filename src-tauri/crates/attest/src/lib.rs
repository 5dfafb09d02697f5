//! Keys, DSSE envelopes, in-toto statements and Sigstore bundles.
//!
//! A statement says one thing of one or more digests; an envelope signs its exact bytes; a
//! bundle carries the envelope in the form that Sigstore's tools read. This crate knows no
//! network, no disk and no clock, decides nothing about who is trusted, and never shows or
//! stores a secret key: callers hand it the keys they trust and keep the secret one.

mod bundle;
mod encoding;
mod envelope;
mod key;
pub mod predicate;
mod statement;

pub use bundle::{BUNDLE_MEDIA_TYPE, Bundle, BundleError, Certificate};
pub use envelope::{
    Envelope, EnvelopeError, IN_TOTO_PAYLOAD_TYPE, MAX_ENVELOPE_BYTES, MAX_SIGNATURES, Signature,
    VerifyError,
};
pub use key::{KeyError, KeyId, PublicKey, SigningKey};
pub use statement::{STATEMENT_V0_1, STATEMENT_V1, Statement, StatementError, Subject};
