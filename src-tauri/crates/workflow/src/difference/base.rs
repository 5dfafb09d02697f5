//! The images that two images are built on, and how old those are.

use super::Side;
use crate::{
    dto::{BaseChange, BaseImage},
    image::PlatformOf,
    words::since,
};
use hallmark_evidence::Provenance;
use jiff::Timestamp;

const NAME: &str = "org.opencontainers.image.base.name";
const DIGEST: &str = "org.opencontainers.image.base.digest";

/// Both, and in words what became of it.
pub(super) fn compare(before: Option<Side<'_>>, now: Side<'_>, at: Timestamp) -> BaseChange {
    let had = before.and_then(base_of);
    let has = base_of(now);
    let words = match &has {
        None => "It does not say what it is built on.".to_owned(),
        Some(base) => format!(
            "Built on {}{}{}.",
            base.words(),
            base.age(at),
            had.as_ref().map_or("", |had| beside(had, base)),
        ),
    };
    BaseChange {
        before: had,
        now: has,
        words,
    }
}

/// Whether it is another one, and newer.
fn beside(had: &BaseImage, has: &BaseImage) -> &'static str {
    if had.is(has) {
        return ", as before";
    }
    match has.created.zip(had.created) {
        Some((now, before)) if now > before => ", a newer one than before",
        Some((now, before)) if now < before => ", an older one than before",
        _ => ", another one than before",
    }
}

impl BaseImage {
    pub(super) fn is(&self, other: &Self) -> bool {
        match (&self.digest, &other.digest) {
            (Some(a), Some(b)) => a == b,
            _ => self.name == other.name,
        }
    }

    fn words(&self) -> String {
        let short = |digest: &String| digest.chars().take(19).collect::<String>();
        match (&self.name, &self.digest) {
            (Some(name), _) => name.clone(),
            (None, Some(digest)) => format!("{}…", short(digest)),
            (None, None) => "an image that is not named".to_owned(),
        }
    }

    fn age(&self, now: Timestamp) -> String {
        let age = self.created.map(|then| since(then, now));
        age.map_or_else(String::new, |age| format!(", {age} old"))
    }
}

/// What an image is built on: by its own word, else by its provenance.
fn base_of(side: Side<'_>) -> Option<BaseImage> {
    let image = side.image;
    let annotated = |name: &str| {
        let index = image.manifest.annotations().get(name);
        let each = image.platforms.iter();
        let mut each = each.filter_map(|of| of.manifest.annotations().get(name));
        index.or_else(|| each.next()).cloned()
    };
    let created = image.platforms.iter().find_map(first_layer);
    let said = |name: Option<String>, digest: Option<String>, source: &str| {
        let any = name.is_some() || digest.is_some();
        any.then(|| BaseImage {
            name,
            digest,
            created,
            source: source.to_owned(),
        })
    };
    said(annotated(NAME), annotated(DIGEST), "an annotation")
        .or_else(|| said(image.label(NAME), image.label(DIGEST), "a label"))
        .or_else(|| {
            let (name, digest) = provenance(side)?;
            said(Some(name), digest, "the provenance")
        })
}

/// The one image that went into the build; of several, nobody says which is the base.
fn provenance(side: Side<'_>) -> Option<(String, Option<String>)> {
    let all = side.weighed.iter().filter(|one| one.counts());
    let told: Vec<&Provenance> = all
        .filter_map(|one| one.report()?.provenance.as_ref())
        .collect();
    let one_image = |told: &&Provenance| {
        let mut images = told.images();
        let first = images.next()?;
        images.next().is_none().then(|| {
            let digest = first.digest.as_ref().map(ToString::to_string);
            (plain(&first.uri), digest)
        })
    };
    told.iter().find_map(one_image)
}

/// `pkg:docker/library/debian@12?platform=linux%2Famd64` as `library/debian:12`.
fn plain(uri: &str) -> String {
    let Some(path) = ["pkg:docker/", "pkg:oci/"]
        .iter()
        .find_map(|kind| uri.strip_prefix(kind))
    else {
        return uri.to_owned();
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    match path.rsplit_once('@') {
        Some((name, version)) if !version.contains([':', '%']) => format!("{name}:{version}"),
        Some((name, _)) => name.to_owned(),
        None => path.to_owned(),
    }
}

/// When the first layer was made: an image is as old as that at least.
fn first_layer(of: &PlatformOf) -> Option<Timestamp> {
    let history = of.config.as_ref()?.history().as_ref()?;
    let first = history
        .iter()
        .find(|step| !step.empty_layer().unwrap_or_default())?;
    first.created().as_ref()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_material_is_named_as_people_name_an_image() {
        let debian = "pkg:docker/library/debian@12?platform=linux%2Famd64";
        assert_eq!(plain(debian), "library/debian:12");
        assert_eq!(plain("pkg:docker/alpine@sha256%3Aabc"), "alpine");
        assert_eq!(plain("docker://alpine"), "docker://alpine");
    }
}
