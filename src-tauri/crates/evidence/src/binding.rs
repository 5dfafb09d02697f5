//! Whether a report speaks of this image, of some of its platforms, or of another image.
//!
//! Only digests decide; a name or a tag in a report binds nothing, since tags move.

use crate::{Report, Subject};
use hallmark_image::{Digest, Platform};

/// The digests by which a report may name an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageIdentity {
    /// What is approved: the index, if it is one, else the manifest.
    pub digest: Digest,
    /// Its platforms; one for a plain manifest.
    pub platforms: Vec<PlatformImage>,
}

/// One platform's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformImage {
    /// The platform, where it is known.
    pub platform: Option<Platform>,
    /// The manifest's digest.
    pub manifest: Digest,
    /// The config's digest: the image id that engines and Trivy use.
    pub config: Option<Digest>,
}

/// What a report says about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It speaks of the whole image: all platforms.
    Index,
    /// It speaks of these platforms, as indexes into [`ImageIdentity::platforms`]; of none,
    /// where it names the index and a platform that the index lacks.
    Platform(Vec<usize>),
    /// It names other images, by these digests.
    Other(Vec<Digest>),
    /// It names no digest; whoever attaches it binds it.
    Unnamed,
}

/// Compares what the report names with the image; the most specific name decides.
///
/// A report that names the index but says which platform it looked at, as Trivy does,
/// counts for that platform alone.
pub fn bind(report: &Report, image: &ImageIdentity) -> Binding {
    let Some(subject) = &report.subject else {
        return Binding::Unnamed;
    };
    let named = names(subject);
    if named.is_empty() {
        return Binding::Unnamed;
    }
    let by_platform = positions(image, |p| {
        named.contains(&&p.manifest) && p.manifest != image.digest
            || p.config
                .as_ref()
                .is_some_and(|config| named.contains(&config))
    });
    if !by_platform.is_empty() {
        return Binding::Platform(by_platform);
    }
    if named.contains(&&image.digest) {
        return of_the_index(subject, image);
    }
    Binding::Other(named.into_iter().cloned().collect())
}

/// Every digest a report names, each once.
fn names(subject: &Subject) -> Vec<&Digest> {
    let mut named: Vec<&Digest> = Vec::new();
    let all = subject.digest.iter().chain(&subject.repo_digests);
    for digest in all.chain(&subject.image_id) {
        if !named.contains(&digest) {
            named.push(digest);
        }
    }
    named
}

/// The index is named; which of its platforms were looked at? A platform that the index
/// lacks is none of them, and the answer is then an empty list.
fn of_the_index(subject: &Subject, image: &ImageIdentity) -> Binding {
    let Some(looked_at) = &subject.platform else {
        return Binding::Index;
    };
    if image.platforms.len() < 2 {
        return Binding::Index;
    }
    let exact = positions(image, |p| is(p, |p| p.same_machine(looked_at)));
    if !exact.is_empty() || looked_at.variant.is_some() {
        return Binding::Platform(exact);
    }
    let alike = |p: &Platform| p.os == looked_at.os && p.architecture == looked_at.architecture;
    let similar = positions(image, |p| is(p, alike));
    match similar.len() {
        1 => Binding::Platform(similar),
        _ => Binding::Platform(Vec::new()),
    }
}

fn is(image: &PlatformImage, wanted: impl Fn(&Platform) -> bool) -> bool {
    image.platform.as_ref().is_some_and(wanted)
}

fn positions(image: &ImageIdentity, wanted: impl Fn(&PlatformImage) -> bool) -> Vec<usize> {
    let each = image.platforms.iter().enumerate();
    each.filter(|(_, platform)| wanted(platform))
        .map(|(index, _)| index)
        .collect()
}
