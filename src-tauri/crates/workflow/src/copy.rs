//! Copying an image from one place to another, byte for byte; no rule is asked and no history
//! is written, because no stage is concerned.

use crate::{
    dto::{AskCopy, CopyDone, CopyMissing},
    error::{Code, Error, Result},
    image::{digest, reference},
    secrets,
    surroundings::{Surroundings, Work},
};
use hallmark_image::{Digest, Tag};
use hallmark_registry::{
    Copied, CopyJob, CopyPhase, CopyProgress, CopyState, Destination, LayoutImage, Missing, Source,
};
use std::{path::Path, time::Instant};

/// What stands before the folder of an OCI layout.
const LAYOUT: &str = "oci:";

/// Where an image shall be.
struct Target {
    place: Destination,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

/// Copies an image or index with all that it lists, and with what is attached to it where that
/// is asked for. What is there already is not sent again.
///
/// Of the workspace in `folder` only the registries and their logins are needed; its history is
/// not opened.
///
/// # Errors
/// [`Code::BadInput`] where a name cannot be read, [`Code::Cancelled`], and whatever either end
/// says.
pub async fn copy(
    folder: &Path,
    around: &Surroundings,
    ask: AskCopy,
    work: &Work,
) -> Result<CopyDone> {
    let job = job(&ask)?;
    let client = secrets::client_alone(folder, around).await?;
    let begun = Instant::now();
    let watching = Watching(work);
    let copied = tokio::select! {
        copied = client.copy(&job, &watching) => copied?,
        () = work.cancelled() => return Err(stopped()),
    };
    Ok(done(copied, ask.to, begun.elapsed().as_secs_f64()))
}

fn job(ask: &AskCopy) -> Result<CopyJob> {
    let target = target(&ask.to)?;
    let mut tags: Vec<Tag> = target.tag.into_iter().collect();
    for text in &ask.tags {
        tags.push(tag(text)?);
    }
    let mut job = CopyJob::new(source(&ask.from)?, target.place).tagged(tags);
    let expected = ask.expected.as_deref().map(digest).transpose()?;
    if let Some(expected) = expected.or(target.digest) {
        job = job.expecting(expected);
    }
    if ask.referrers {
        job = job.with_attached();
    }
    Ok(job)
}

/// Whether `text` names something that can be copied, before anything is opened.
///
/// # Errors
/// [`Code::BadInput`] where it names no image and no folder's image.
pub fn check_copy_source(text: &str) -> Result<()> {
    source(text).map(|_| ())
}

/// Whether `text` names a place to copy to, before anything is opened.
///
/// # Errors
/// As [`check_copy_source`].
pub fn check_copy_target(text: &str) -> Result<()> {
    target(text).map(|_| ())
}

fn source(text: &str) -> Result<Source> {
    if let Some(layout) = text.strip_prefix(LAYOUT) {
        let image: LayoutImage = layout.parse().map_err(Error::bad_input)?;
        return Ok(image.into());
    }
    Ok(reference(text)?.into())
}

fn target(text: &str) -> Result<Target> {
    if let Some(layout) = text.strip_prefix(LAYOUT) {
        let image: LayoutImage = layout.parse().map_err(Error::bad_input)?;
        return Ok(Target {
            place: image.folder.into(),
            tag: image.tag.as_deref().map(tag).transpose()?,
            digest: image.digest,
        });
    }
    let named = reference(text)?;
    Ok(Target {
        place: named.repository.into(),
        tag: named.tag,
        digest: named.digest,
    })
}

fn tag(text: &str) -> Result<Tag> {
    text.parse().map_err(Error::bad_input)
}

fn done(copied: Copied, to: String, seconds: f64) -> CopyDone {
    CopyDone {
        to,
        digest: copied.digest.to_string(),
        media_type: copied.media_type,
        tags: copied.tags.iter().map(Tag::to_string).collect(),
        manifests: copied.manifests,
        blobs: copied.blobs,
        requests: copied.requests,
        bytes: copied.bytes,
        mounted: copied.mounted,
        already: copied.already,
        missing: copied.missing.into_iter().map(missing).collect(),
        seconds,
    }
}

fn missing(missing: Missing) -> CopyMissing {
    CopyMissing {
        subject: missing.subject.to_string(),
        digest: missing.digest.as_ref().map(Digest::to_string),
        artifact_type: missing.artifact_type,
        why: missing.why,
    }
}

fn stopped() -> Error {
    Error::new(Code::Cancelled, "stopped while it was copied").hint(
        "Do it again whenever you like: what is there already is not sent again, and tags are \
         placed last.",
    )
}

/// Tells how far the copy has got.
struct Watching<'w>(&'w Work);

impl CopyProgress for Watching<'_> {
    fn copying(&self, state: &CopyState) {
        let step = match state.phase {
            CopyPhase::Reading => "Reading what has to be copied",
            CopyPhase::Moving => "Copying",
            CopyPhase::Attached => "Copying what is attached",
            CopyPhase::Placing => "Placing tags",
        };
        let total = (state.total > 0).then_some(state.total);
        self.0.say(step, state.done, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_repository_or_a_folder() {
        let read = |text: &str| target(text).map(|target| (target.place, target.tag));
        let (place, tag) = read("oci:/a/b:v1").unwrap();
        assert!(matches!(place, Destination::Layout(folder) if folder.ends_with("b")));
        assert_eq!(tag.unwrap().as_str(), "v1");
        let (place, tag) = read("r.example/a:v2").unwrap();
        assert!(matches!(place, Destination::Registry(_)));
        assert_eq!(tag.unwrap().as_str(), "v2");
        assert_eq!(read("oci:").unwrap_err().code, Code::BadInput);
        assert_eq!(read("r.example/A").unwrap_err().code, Code::BadInput);
    }

    #[test]
    fn a_target_with_a_digest_wants_that_image() {
        let digest = Digest::sha256("x");
        let found = target(&format!("r.example/a@{digest}")).unwrap();
        assert_eq!((found.digest, found.tag), (Some(digest), None));
    }
}
