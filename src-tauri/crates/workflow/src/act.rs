//! Acts: signed statements read back into what they say.
//!
//! Whatever comes from a registry passes through here before it counts: the signature is
//! checked against the members' keys, the subject against the image it hangs on, and the
//! predicate is parsed. What fails is kept and named, and counts for nothing.

use crate::trust::Trust;
use hallmark_attest::{Bundle, Envelope, Statement, VerifyError, predicate as p};
use hallmark_image::Digest;
use serde_json::Value;

/// What a statement says.
#[derive(Clone, Debug)]
pub enum Act {
    /// A report was attached.
    Evidence(p::Evidence),
    /// Review was asked for.
    Request(p::Request),
    /// Somebody decided.
    Decision(p::Decision),
    /// Tags were moved.
    Promotion(p::Promotion),
    /// Tags were moved back.
    Rollback(p::Rollback),
    /// The golden mark was taken from an image.
    Revocation(p::Revocation),
    /// Golden tags were taken over as they are.
    Adoption(p::Adoption),
    /// A finding was accepted until a day, or no longer.
    Waiver(p::Waiver),
    /// The workspace document.
    Workspace(p::Workspace),
    /// A summary for other tools, beside a decision or promotion.
    Summary(p::Summary),
    /// A statement of somebody else's making, shown as it is.
    Foreign,
}

/// Who signed, as far as the keys at hand tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signer {
    /// A member's key verified it.
    Member {
        /// The name.
        name: String,
        /// The key.
        key_id: String,
    },
    /// No key at hand fits.
    Unknown {
        /// The key it names.
        key_id: String,
    },
    /// It names a member's key and does not verify with it.
    Forged {
        /// The key it names.
        key_id: String,
    },
}

/// A statement with its signer and what it says.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Digest of the statement's bytes: its name.
    pub digest: Digest,
    /// The envelope's exact JSON.
    pub json: Vec<u8>,
    /// Who signed.
    pub signer: Signer,
    /// What it says.
    pub act: Act,
    /// The predicate's type, as it is written.
    pub predicate_type: String,
    /// Entries of a transparency log that came with it; not verified.
    pub log_entries: usize,
}

/// Why bytes are no statement that can be believed.
pub type Distrust = String;

impl Signed {
    /// Reads a bundle that hangs on `subject`.
    ///
    /// # Errors
    /// A sentence, where it is no bundle or speaks of another image.
    pub fn from_bundle(bytes: &[u8], subject: &Digest, trust: &Trust) -> Result<Self, Distrust> {
        let bundle = Bundle::parse(bytes).map_err(|error| error.to_string())?;
        let mut signed = Self::about(&bundle.envelope, subject, trust)?;
        signed.log_entries = bundle.log_entries;
        Ok(signed)
    }

    fn about(envelope: &Envelope, subject: &Digest, trust: &Trust) -> Result<Self, Distrust> {
        let signed = Self::from_envelope(envelope, trust)?;
        let statement = Statement::read(envelope).map_err(|error| error.to_string())?;
        if !statement.subjects_digest(subject) {
            return Err(format!(
                "statement {} hangs on {} but speaks of another image",
                signed.digest.short(),
                subject.short()
            ));
        }
        Ok(signed)
    }

    /// Reads an envelope's JSON that hangs on `subject`.
    ///
    /// # Errors
    /// As [`from_bundle`](Self::from_bundle).
    pub fn from_dsse(bytes: &[u8], subject: &Digest, trust: &Trust) -> Result<Self, Distrust> {
        let envelope = Envelope::parse(bytes).map_err(|error| error.to_string())?;
        Self::about(&envelope, subject, trust)
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// A sentence, where it holds no in-toto statement that can be read.
    pub fn from_envelope(envelope: &Envelope, trust: &Trust) -> Result<Self, Distrust> {
        let statement = Statement::read(envelope).map_err(|error| error.to_string())?;
        Ok(Self {
            digest: envelope.statement_digest(),
            json: envelope.to_json(),
            signer: signer(envelope, trust),
            act: act(&statement)?,
            predicate_type: statement.predicate_type,
            log_entries: 0,
        })
    }

    /// The member who signed, if one did.
    pub fn member(&self) -> Option<&str> {
        match &self.signer {
            Signer::Member { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The key it was signed with, or claims to be.
    pub fn key_id(&self) -> &str {
        match &self.signer {
            Signer::Member { key_id, .. }
            | Signer::Unknown { key_id }
            | Signer::Forged { key_id } => key_id,
        }
    }

    /// Whose act and when, where the statement is of our making.
    pub fn origin(&self) -> Option<&p::Origin> {
        match &self.act {
            Act::Evidence(act) => Some(&act.origin),
            Act::Request(act) => Some(&act.origin),
            Act::Decision(act) => Some(&act.origin),
            Act::Promotion(act) => Some(&act.origin),
            Act::Rollback(act) => Some(&act.origin),
            Act::Revocation(act) => Some(&act.origin),
            Act::Adoption(act) => Some(&act.origin),
            Act::Waiver(act) => Some(&act.origin),
            Act::Workspace(act) => Some(&act.origin),
            Act::Summary(act) => Some(&act.origin),
            Act::Foreign => None,
        }
    }

    /// Why it counts for nothing, where that is so.
    pub fn distrust(&self) -> Option<Distrust> {
        let what = self.what();
        match &self.signer {
            Signer::Member { .. } => None,
            Signer::Unknown { key_id } => Some(format!(
                "{what} {} is signed with key {}, which no member has",
                self.digest.short(),
                short(key_id)
            )),
            Signer::Forged { key_id } => Some(format!(
                "{what} {} has a wrong signature: its bytes were changed, or it was not signed with key {}",
                self.digest.short(),
                short(key_id)
            )),
        }
    }

    fn what(&self) -> &'static str {
        match self.act {
            Act::Evidence(_) => "evidence",
            Act::Request(_) => "request",
            Act::Decision(_) => "decision",
            Act::Promotion(_) => "promotion",
            Act::Rollback(_) => "rollback",
            Act::Revocation(_) => "revocation",
            Act::Adoption(_) => "adoption",
            Act::Waiver(_) => "waiver",
            Act::Workspace(_) => "workspace document",
            Act::Summary(_) => "summary",
            Act::Foreign => "statement",
        }
    }
}

/// The first eight digits of a key's identifier.
pub(crate) fn short(key_id: &str) -> String {
    key_id.chars().take(8).collect()
}

fn signer(envelope: &Envelope, trust: &Trust) -> Signer {
    let claimed = envelope
        .signatures
        .first()
        .map(|s| s.keyid.clone())
        .unwrap_or_default();
    match envelope.verify(&trust.keys()) {
        Ok(key) => {
            let key_id = key.id().to_string();
            match trust.name_of(&key_id) {
                Some(name) => Signer::Member { name, key_id },
                None => Signer::Unknown { key_id },
            }
        }
        Err(VerifyError::UnknownKey { .. }) if trust.name_of(&claimed).is_none() => {
            Signer::Unknown { key_id: claimed }
        }
        Err(_) => Signer::Forged { key_id: claimed },
    }
}

fn act(statement: &Statement<Value>) -> Result<Act, Distrust> {
    fn read<T: serde::de::DeserializeOwned>(statement: &Statement<Value>) -> Result<T, Distrust> {
        statement.predicate_as().map_err(|error| error.to_string())
    }
    let ours = |field: &str| statement.predicate.get(field).is_some();
    Ok(match statement.predicate_type.as_str() {
        p::TEST_RESULT if ours("hallmark_evidence") => {
            Act::Evidence(read::<p::TestResult>(statement)?.evidence)
        }
        p::VULNS if ours("hallmark_evidence") => {
            Act::Evidence(read::<p::Vulns>(statement)?.evidence)
        }
        p::MANUAL_CHECK if ours("hallmark_evidence") => {
            Act::Evidence(read::<p::ManualCheck>(statement)?.evidence)
        }
        p::OPENVEX if ours("hallmark_waiver") => {
            Act::Waiver(read::<p::WaiverDocument>(statement)?.waiver)
        }
        p::OPENVEX if ours("hallmark_evidence") => {
            Act::Evidence(read::<p::VexEvidence>(statement)?.evidence)
        }
        p::REFERENCE if ours("hallmark_evidence") => {
            Act::Evidence(read::<p::Reference>(statement)?.evidence)
        }
        p::SUMMARY if ours("hallmark_origin") => Act::Summary(read(statement)?),
        p::REQUEST => Act::Request(read(statement)?),
        p::DECISION => Act::Decision(read(statement)?),
        p::PROMOTION => Act::Promotion(read(statement)?),
        p::ROLLBACK => Act::Rollback(read(statement)?),
        p::REVOCATION => Act::Revocation(read(statement)?),
        p::ADOPTION => Act::Adoption(read(statement)?),
        p::WORKSPACE => Act::Workspace(read(statement)?),
        _ => Act::Foreign,
    })
}
