//! Whether a digest is revoked: the one word that no later promotion and no approval undoes.
//!
//! It is believed where it hangs on the image, signed by somebody who may decide; and where this
//! machine's history keeps such a statement, so that taking it off the registry changes nothing.

use crate::{
    act::{Act, Signed, short},
    attached::Attached,
    desk::Desk,
    dto::{Person, RevokedInfo},
    error::{Code, Error, Result},
    standing::person,
    trust::Trust,
};
use hallmark_attest::{Envelope, predicate as p};
use hallmark_history::Filter;
use hallmark_image::Digest;

/// Statements of one image that are looked through; more than one is rare.
const MOST: usize = 20;

/// The first trusted revocation of `digest` among `statements`.
fn first<'a>(
    statements: impl Iterator<Item = &'a Signed>,
    digest: &Digest,
    trust: &Trust,
) -> Option<(&'a Signed, &'a p::Revocation)> {
    let word = |signed: &'a Signed| match &signed.act {
        Act::Revocation(says) if says.digest == *digest && trust.approves(signed.key_id()) => {
            Some((signed, says))
        }
        _ => None,
    };
    statements
        .filter_map(word)
        .min_by_key(|(_, says)| says.origin.time)
}

/// What hangs on the image says that it is revoked.
pub(crate) fn revoked(attached: &Attached, digest: &Digest, trust: &Trust) -> Option<RevokedInfo> {
    first(attached.trusted(), digest, trust).map(|(signed, says)| info(signed, says))
}

fn info(signed: &Signed, says: &p::Revocation) -> RevokedInfo {
    RevokedInfo {
        by: person(signed),
        at: says.origin.time,
        message: says.message.clone(),
        statement: signed.digest.to_string(),
    }
}

impl RevokedInfo {
    /// `ines revoked 7c1e0a90f3b2 on 23 Nov 2026: the signing key leaked`
    pub(crate) fn in_words(&self, digest: &Digest) -> String {
        let Person { name, .. } = &self.by;
        format!(
            "{name} revoked {} on {}: {}",
            digest.short(),
            self.at.strftime("%-d %b %Y"),
            self.message
        )
    }

    /// Why nothing more can be done with the image.
    pub(crate) fn refusal(&self, digest: &Digest) -> Error {
        Error::new(Code::Revoked, self.in_words(digest))
            .hint("A revocation is for good: build a new image and have that one reviewed.")
    }
}

impl Desk {
    /// The revocation of a digest: what hangs on it, else what this machine's history keeps.
    pub(crate) async fn revocation_of(
        &self,
        attached: &Attached,
        digest: &Digest,
        trust: &Trust,
    ) -> Result<Option<RevokedInfo>> {
        match revoked(attached, digest, trust) {
            Some(known) => Ok(Some(known)),
            None => self.revocation_kept(digest, trust).await,
        }
    }

    async fn revocation_kept(&self, digest: &Digest, trust: &Trust) -> Result<Option<RevokedInfo>> {
        let filter = Filter {
            digest: Some(digest.clone()),
            kind: Some(vec!["revocation".into()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, MOST).await?;
        let kept: Vec<Signed> = page
            .entries
            .iter()
            .filter_map(|entry| {
                let envelope = Envelope::parse(&entry.envelope()?).ok()?;
                Signed::from_envelope(&envelope, trust).ok()
            })
            .filter(|signed| signed.member().is_some())
            .collect();
        Ok(first(kept.iter(), digest, trust).map(|(signed, says)| info(signed, says)))
    }
}

/// Whether the person with the key `me` may decide, promote, roll back and revoke.
pub(crate) fn may_decide(me: Option<&str>, trust: &Trust) -> Result<()> {
    let Some(me) = me else {
        return Err(Error::new(
            Code::NoKey,
            "there is no signing key in this workspace yet",
        ));
    };
    if trust.approves(me) {
        return Ok(());
    }
    let refused = match trust.name_of(me) {
        Some(name) => format!("{name} is no approver in this workspace"),
        None => format!(
            "your key {} belongs to no member of this workspace",
            short(me)
        ),
    };
    Err(Error::new(Code::NotAllowed, refused)
        .hint("An owner can change that with `hallmark member add`."))
}
