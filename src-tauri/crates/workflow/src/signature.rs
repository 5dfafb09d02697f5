//! Who signed something that hangs on an image, and exactly how far that was checked.

use crate::{
    act::{Signed, short},
    dto::{Signature, SignatureState, Via},
};
use hallmark_image::Tag;

impl Signature {
    /// Of a statement that was read.
    pub(crate) fn of(read: &Signed) -> Self {
        let key = read.key_id();
        let (state, text) = match read.member() {
            Some(name) => (
                SignatureState::Verified,
                format!(
                    "Its signature verifies with {name}’s key {}…; in no transparency log.",
                    short(key)
                ),
            ),
            None => (
                SignatureState::Unverified,
                read.distrust().unwrap_or_default(),
            ),
        };
        Self {
            state,
            by: read.member().map(str::to_owned),
            key_id: Some(key.to_owned()),
            text,
        }
    }

    /// Of something that is not to be believed, and why.
    pub(crate) fn doubted(why: impl Into<String>) -> Self {
        Self::plain(SignatureState::Unverified, why)
    }

    /// Of something that Hallmark does not read: a report, or a signature of another tool.
    pub(crate) fn unread(kind: &str, via: Via, tag: Option<&Tag>) -> Self {
        if via == Via::Buildkit {
            let text =
                "BuildKit does not sign it: it is as trustworthy as whoever pushed the image.";
            return Self::plain(SignatureState::None, text);
        }
        if is_signature(kind, tag) {
            let text = "A signature of another tool, which Hallmark does not check.";
            return Self::plain(SignatureState::Unchecked, text);
        }
        let text = "It is not signed, and no member vouches for it.";
        Self::plain(SignatureState::None, text)
    }

    /// Of a report whose very bytes a member's statement names: `voucher` is that statement's.
    pub(crate) fn vouched(voucher: &Self) -> Self {
        let by = voucher.by.clone().unwrap_or_default();
        Self {
            text: format!("{by} vouches for exactly these bytes, in a signed statement beside it."),
            ..voucher.clone()
        }
    }

    fn plain(state: SignatureState, text: impl Into<String>) -> Self {
        Self {
            state,
            by: None,
            key_id: None,
            text: text.into(),
        }
    }
}

/// Whether another tool's signature is in it, by its kind or by the tag that cosign gives it.
fn is_signature(kind: &str, tag: Option<&Tag>) -> bool {
    let tagged = tag.is_some_and(|tag| {
        let name = tag.as_str();
        name.ends_with(".sig") || name.ends_with(".att")
    });
    let known = ["cosign", "notary.signature", "in-toto", "dsse"];
    tagged || known.iter().any(|part| kind.contains(part))
}
