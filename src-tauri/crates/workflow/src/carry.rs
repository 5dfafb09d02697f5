//! Carrying an image to the place of its stage: everything that the target lacks, with all
//! that is attached to it, byte for byte.

use crate::{
    desk::Desk,
    error::{Code, Error, Result},
    place::Placement,
    surroundings::Work,
};
use hallmark_image::{Manifest, Repository};
use hallmark_registry::{Copied, CopyJob, CopyPhase, CopyProgress, CopyState, Missing};
use std::collections::BTreeSet;

/// What was carried, and what it cost.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carried {
    /// Manifests and blobs copied.
    pub(crate) copied: u64,
    /// Bytes sent.
    pub(crate) bytes: u64,
    /// Bytes that the registry gave without sending.
    pub(crate) mounted: u64,
    /// What was attached at the source and did not arrive.
    pub(crate) missing: BTreeSet<String>,
}

impl Desk {
    /// Copies by digest, so that no tag moves here; what an earlier try has left is not sent
    /// again. It is stopped as soon as somebody asks for that.
    pub(crate) async fn carry(
        &self,
        source: &Repository,
        placement: &Placement,
        reviewed: &Manifest,
        work: &Work,
    ) -> Result<Carried> {
        let from = source.at(placement.target.digest.clone());
        let job = CopyJob::new(from, placement.repository.clone())
            .expecting(placement.target.digest.clone())
            .knowing(reviewed.clone())
            .with_attached();
        let client = self.client();
        let watching = Watching(work);
        tokio::select! {
            copied = client.copy(&job, &watching) => Ok(carried(&copied?)),
            () = work.cancelled() => Err(Error::new(
                Code::Cancelled,
                "stopped while it was copied; no tag was moved",
            )
            .hint("Do it again whenever you like: what is there already is not sent again.")),
        }
    }
}

fn carried(copied: &Copied) -> Carried {
    Carried {
        copied: copied.manifests + copied.blobs,
        bytes: copied.bytes,
        mounted: copied.mounted,
        missing: copied.missing.iter().map(in_words).collect(),
    }
}

/// What did not arrive: by its digest, where that is known, and why.
fn in_words(missing: &Missing) -> String {
    let kind = missing.artifact_type.as_deref().unwrap_or("something");
    let what = missing
        .digest
        .as_ref()
        .map_or_else(|| kind.to_owned(), ToString::to_string);
    format!("{what}, of {}: {}", missing.subject.short(), missing.why)
}

/// Tells how far the copy has got.
struct Watching<'w>(&'w Work);

impl CopyProgress for Watching<'_> {
    fn copying(&self, state: &CopyState) {
        let step = match state.phase {
            CopyPhase::Reading => "Reading what has to be copied",
            CopyPhase::Attached => "Copying what is attached",
            CopyPhase::Moving | CopyPhase::Placing => "Copying",
        };
        let total = (state.total > 0).then_some(state.total);
        self.0.say(step, state.done, total);
    }
}
