//! What is attached to an image and that no registry lists as attached: the tags that cosign names
//! after a digest, and the attestations that BuildKit files in the index.

use crate::{
    attached::Lead,
    desk::Desk,
    dto::Via,
    error::Result,
    image::{Image, PARALLEL},
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Descriptor, Digest, Repository, Tag};

/// What cosign appends to the tag of attestations, and of a bill of materials; its signatures
/// (`.sig`) say nothing that could be weighed.
const COSIGN: [&str; 2] = ["att", "sbom"];
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";

impl Desk {
    /// What cosign tagged, one request each, and what BuildKit filed, for the image and each of
    /// its platforms.
    pub(crate) async fn other_leads(&self, image: &Image) -> Result<Vec<Lead>> {
        let subjects = image.subjects().into_iter();
        let tags: Vec<(Digest, Tag)> = subjects.flat_map(cosign_tags).collect();
        let found: Vec<Option<Lead>> = stream::iter(tags)
            .map(|(subject, tag)| self.cosign_lead(&image.repository, subject, tag))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(found.into_iter().flatten().chain(filed(image)).collect())
    }

    async fn cosign_lead(
        &self,
        repository: &Repository,
        subject: Digest,
        tag: Tag,
    ) -> Result<Option<Lead>> {
        let found = self.client().resolve_tag(repository, &tag).await?;
        Ok(found.map(|descriptor| Lead {
            subject,
            descriptor,
            via: Via::CosignTag,
        }))
    }
}

fn cosign_tags(subject: Digest) -> impl Iterator<Item = (Digest, Tag)> {
    COSIGN.into_iter().filter_map(move |suffix| {
        let (algorithm, hex) = (subject.algorithm().name(), subject.hex());
        let tag = format!("{algorithm}-{hex}.{suffix}").parse().ok()?;
        Some((subject.clone(), tag))
    })
}

/// BuildKit's attestations of platforms that the image has. They are children of the index, so
/// the index's digest stands for them.
fn filed(image: &Image) -> impl Iterator<Item = Lead> + '_ {
    let subjects = image.subjects();
    image
        .manifest
        .children()
        .iter()
        .filter_map(move |child: &Descriptor| {
            let kind = child.annotations.get(REFERENCE_TYPE)?;
            let subject: Digest = child.annotations.get(REFERENCE_DIGEST)?.parse().ok()?;
            let ours = kind == "attestation-manifest" && subjects.contains(&subject);
            ours.then(|| Lead {
                subject,
                descriptor: child.clone(),
                via: Via::Buildkit,
            })
        })
}
