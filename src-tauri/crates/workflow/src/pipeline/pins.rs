//! Pins: tags that keep a digest of a stage alive, known by their form.

use crate::error::{Code, Error, Result};
use hallmark_image::{Digest, Tag};
use jiff::Timestamp;

/// The tag that keeps `digest` alive: `golden-20261123T140200Z-7c1e0a90f3b2`.
pub fn pin(stage: &str, digest: &Digest, now: Timestamp) -> Result<Tag> {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    format!("{stage}-{time}-{}", digest.short())
        .parse()
        .map_err(|error| {
            Error::new(
                Code::BadInput,
                format!("stage “{stage}” makes no pin: {error}"),
            )
        })
}

/// Whether `tag` has the form of a pin of `stage`.
pub fn is_pin(stage: &str, tag: &Tag) -> bool {
    pinned_stage(tag) == Some(stage)
}

/// The stage that a pin is of; nothing where it is no pin.
fn pinned_stage(tag: &Tag) -> Option<&str> {
    let (rest, hex) = tag.as_str().rsplit_once('-')?;
    let (stage, time) = rest.rsplit_once('-')?;
    let is_pin = time.len() == 16
        && time.ends_with('Z')
        && hex.len() == 12
        && hex.bytes().all(|b| b.is_ascii_hexdigit());
    is_pin.then_some(stage)
}

/// Whether it is a pin, or a tag under a digest's name that a tool made for its own use.
pub fn is_tool_tag(tag: &Tag) -> bool {
    let under_a_digest = ["sha256-", "sha512-"].iter().any(|algorithm| {
        let rest = tag.as_str().strip_prefix(algorithm);
        rest.is_some_and(|rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count() >= 32)
    });
    under_a_digest || pinned_stage(tag).is_some()
}

/// Whether `tag` is a pin that keeps `digest`.
pub fn is_pin_of(stage: &str, tag: &Tag, digest: &Digest) -> bool {
    is_pin(stage, tag) && tag.as_str().ends_with(digest.short())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_known_by_its_form() {
        let digest = Digest::sha256("x");
        let pin = pin("golden", &digest, "2026-11-23T14:02:00Z".parse().unwrap()).unwrap();
        assert_eq!(
            pin.as_str(),
            format!("golden-20261123T140200Z-{}", digest.short())
        );
        assert!(is_pin_of("golden", &pin, &digest));
        assert!(!is_pin_of("golden", &pin, &Digest::sha256("y")));
        assert!(!is_pin("golden", &"golden-2".parse().unwrap()));
    }
}
