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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Kind};

    fn digest(letter: &str) -> Digest {
        format!("sha256:{}", letter.repeat(64)).parse().unwrap()
    }

    fn platform(name: &str, manifest: &str, config: &str) -> PlatformImage {
        PlatformImage {
            platform: name.parse().ok(),
            manifest: digest(manifest),
            config: Some(digest(config)),
        }
    }

    /// An index of two platforms: `0`, with manifests `1` and `2`, and configs `a` and `b`.
    fn index() -> ImageIdentity {
        ImageIdentity {
            digest: digest("0"),
            platforms: vec![
                platform("linux/amd64", "1", "a"),
                platform("linux/arm64", "2", "b"),
            ],
        }
    }

    fn manifest() -> ImageIdentity {
        ImageIdentity {
            digest: digest("1"),
            platforms: vec![platform("linux/amd64", "1", "a")],
        }
    }

    fn report(subject: Option<Subject>) -> Report {
        Report {
            subject,
            ..Report::new(Format::TrivyJson, Kind::Vulnerabilities)
        }
    }

    fn about(image_id: Option<&str>, repo_digests: &[&str], platform: Option<&str>) -> Report {
        report(Some(Subject {
            name: Some("shop/cart:1.4".to_owned()),
            digest: None,
            image_id: image_id.map(digest),
            repo_digests: repo_digests.iter().map(|letter| digest(letter)).collect(),
            platform: platform.map(|name| name.parse().unwrap()),
        }))
    }

    #[test]
    fn a_report_without_a_digest_is_bound_by_whoever_attaches_it() {
        assert_eq!(bind(&report(None), &index()), Binding::Unnamed);
        assert_eq!(
            bind(&about(None, &[], Some("linux/amd64")), &index()),
            Binding::Unnamed
        );
    }

    #[test]
    fn the_index_named_without_a_platform_covers_all() {
        assert_eq!(bind(&about(None, &["0"], None), &index()), Binding::Index);
    }

    #[test]
    fn the_index_named_with_a_platform_covers_that_platform_alone() {
        let found = bind(&about(None, &["0"], Some("linux/arm64/v8")), &index());
        assert_eq!(found, Binding::Platform(vec![1]));
    }

    #[test]
    fn a_platform_that_the_index_lacks_covers_nothing() {
        let found = bind(&about(None, &["0"], Some("linux/s390x")), &index());
        assert_eq!(found, Binding::Platform(vec![]));
    }

    #[test]
    fn a_variant_that_the_report_leaves_out_is_found_where_only_one_fits() {
        let mut image = index();
        image.platforms[1].platform = "linux/arm/v6".parse().ok();
        let found = bind(&about(None, &["0"], Some("linux/arm")), &image);
        assert_eq!(found, Binding::Platform(vec![1]));
    }

    #[test]
    fn a_child_or_a_config_covers_its_platform() {
        assert_eq!(
            bind(&about(None, &["2"], None), &index()),
            Binding::Platform(vec![1])
        );
        assert_eq!(
            bind(&about(Some("a"), &[], None), &index()),
            Binding::Platform(vec![0])
        );
        assert_eq!(
            bind(&about(Some("b"), &["0"], None), &index()),
            Binding::Platform(vec![1])
        );
    }

    #[test]
    fn a_plain_manifest_is_covered_by_its_digest_or_its_config() {
        assert_eq!(
            bind(&about(None, &["1"], Some("linux/amd64")), &manifest()),
            Binding::Index
        );
        assert_eq!(
            bind(&about(Some("a"), &["9"], None), &manifest()),
            Binding::Platform(vec![0])
        );
        assert_eq!(
            bind(&about(Some("1"), &[], None), &manifest()),
            Binding::Index
        );
    }

    #[test]
    fn another_image_is_named_by_its_digests() {
        let found = bind(
            &about(Some("c"), &["d", "e"], Some("linux/amd64")),
            &index(),
        );
        assert_eq!(
            found,
            Binding::Other(vec![digest("d"), digest("e"), digest("c")])
        );
    }
}
