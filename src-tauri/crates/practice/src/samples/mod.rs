//! The sample team: the images, reports and words of five stories, as plain data that is the
//! same for the same moment. It attaches and signs nothing; who uses it decides what to do.

mod image;
mod junit;
mod packages;
mod stories;
mod suites;
mod trivy;

use crate::store::Kept;
use bytes::Bytes;
use hallmark_image::{Digest, Manifest, Platform, RepositoryName, Tag};
use jiff::Timestamp;

/// A small team's registry.
#[derive(Clone, Debug)]
pub struct Team {
    /// The name of the team, also the first part of some repositories: `payments`.
    pub name: &'static str,
    /// The images, one a story.
    pub images: Vec<SampleImage>,
}

/// What an image of the sample team is there to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Story {
    /// Golden since last month.
    GoldenLastMonth,
    /// Everything the policy asks for is there: may go golden.
    GoodCandidate,
    /// Three tests fail.
    FailingTests,
    /// A Critical finding, and a version that fixes it.
    FixableCritical,
    /// The reports are about another image.
    EvidenceForAnother,
}

/// One image with its reports and the words of whoever asks for it.
#[derive(Clone, Debug)]
pub struct SampleImage {
    /// Where it lives.
    pub repository: RepositoryName,
    /// Its tag.
    pub tag: Tag,
    /// What it shows.
    pub story: Story,
    /// The index: linux/amd64 and linux/arm64.
    pub manifest: Manifest,
    /// The index's children, in its order.
    pub children: Vec<Manifest>,
    /// Configurations and layers of the children, each once.
    pub blobs: Vec<Bytes>,
    /// Reports about it, by the story.
    pub reports: Vec<SampleReport>,
    /// Who asks for the review.
    pub requester: &'static str,
    /// Why.
    pub message: &'static str,
    /// The CI run that built it.
    pub run_url: String,
    /// The ticket behind it.
    pub ticket_url: String,
    /// When the review was asked for.
    pub requested_at: Timestamp,
    /// How it became golden, where it did.
    pub approval: Option<SampleApproval>,
}

/// One report, as the tool wrote it.
#[derive(Clone, Debug)]
pub struct SampleReport {
    /// File name.
    pub name: String,
    /// The file.
    pub bytes: Bytes,
    /// The platform it is about; all of them where none is given.
    pub platform: Option<Platform>,
}

/// An approval of the past.
#[derive(Clone, Copy, Debug)]
pub struct SampleApproval {
    /// Who approved and promoted.
    pub approver: &'static str,
    /// Why.
    pub message: &'static str,
    /// When.
    pub at: Timestamp,
}

/// The sample team as it stands at `now`: the same bytes for the same second.
pub fn team(now: Timestamp) -> Team {
    let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
    Team {
        name: "payments",
        images: stories::images(now),
    }
}

/// Puts the team's images on the shelves of a registry that runs, under their tags; the reports
/// are for whoever attaches evidence.
///
/// # Errors
/// The registry's storage failed.
pub async fn seed(running: &crate::Running, team: &Team) -> std::io::Result<()> {
    let store = &running.app.store;
    for image in &team.images {
        let name = &image.repository;
        let digest_each = |blob: &Bytes| (Digest::sha256(blob), blob.clone());
        let blobs = image.blobs.iter().map(digest_each).collect();
        store.keep_blobs(name, blobs).await?;
        for child in &image.children {
            let bytes = child.bytes().clone();
            let kept = Kept::of(child);
            store.keep_manifest(name, kept, bytes, Vec::new()).await?;
        }
        let (kept, bytes) = (Kept::of(&image.manifest), image.manifest.bytes().clone());
        let tags = vec![image.tag.clone()];
        store.keep_manifest(name, kept, bytes, tags).await?;
    }
    Ok(())
}
