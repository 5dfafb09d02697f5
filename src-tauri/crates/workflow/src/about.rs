//! What an image says of itself, and what is known of what it is built on: facts for the policy.
//!
//! Bases are asked after only where a rule is about them. A base is golden where this workspace
//! knows that somebody who may placed it at golden, and nobody revoked it since.

use crate::{
    desk::Desk,
    error::Result,
    image::{Image, PlatformOf},
    marks::{How, Marks},
    pipeline::GOLDEN,
    trust::Trust,
    weigh::Weighed,
};
use hallmark_history::Filter;
use hallmark_image::Digest;
use hallmark_policy::{About, Base, ImageConfig, StageRules};
use std::collections::BTreeMap;

/// The annotation or label with the name of the image that this one is built on.
const BASE_NAME: &str = "org.opencontainers.image.base.name";
/// How many promotions of a base are looked at.
const PROMOTIONS: usize = 50;

impl Desk {
    /// The facts of an image that rules of this stage may ask for.
    pub(crate) async fn about(
        &self,
        image: &Image,
        evidence: &[Weighed],
        rules: &StageRules,
        trust: &Trust,
    ) -> Result<About> {
        let config = |of: &PlatformOf| {
            let own = of
                .config
                .as_ref()
                .and_then(|config| config.config().as_ref());
            ImageConfig {
                labels: of.labels(),
                user: own.and_then(|own| own.user().clone()).unwrap_or_default(),
            }
        };
        let read = image.platforms.iter().all(|of| of.config.is_some());
        let configs = image.platforms.iter().filter(|_| read).map(config);
        let bases = match rules.more.base {
            Some(_) => self.bases(image, evidence, trust).await?,
            None => Vec::new(),
        };
        Ok(About {
            created: image.created(),
            configs: configs.collect(),
            bases,
        })
    }

    async fn bases(&self, image: &Image, evidence: &[Weighed], trust: &Trust) -> Result<Vec<Base>> {
        let marks = self.marks().await?;
        let mut bases = Vec::new();
        for (digest, name) in named_bases(image, evidence) {
            let golden = !marks.is_revoked(&digest)
                && (stands(&marks, &digest) || self.was_golden(&digest, trust).await?);
            let known = self.known_facts(&digest).await?;
            bases.push(Base {
                golden,
                created: known.and_then(|known| known.created),
                digest,
                name,
            });
        }
        Ok(bases)
    }

    /// Whether somebody who may promoted it to golden once.
    async fn was_golden(&self, digest: &Digest, trust: &Trust) -> Result<bool> {
        let filter = Filter {
            digest: Some(digest.clone()),
            kind: Some(vec!["promotion".to_owned()]),
            ..Filter::default()
        };
        let page = self.history.page(&filter, None, PROMOTIONS).await?;
        let counts = |key: &String| trust.approves(key);
        Ok(page.entries.iter().any(|entry| {
            let stage = entry.detail.get("stage").and_then(|stage| stage.as_str());
            stage == Some(GOLDEN) && entry.key_id.as_ref().is_some_and(counts)
        }))
    }
}

fn stands(marks: &Marks, digest: &Digest) -> bool {
    marks
        .all()
        .any(|mark| mark.stage == GOLDEN && mark.digest == *digest && mark.how == How::Placed)
}

/// What its annotations and labels name, else the images of its provenance that counts.
fn named_bases(image: &Image, evidence: &[Weighed]) -> BTreeMap<Digest, Option<String>> {
    let name = image.label(BASE_NAME);
    let said = image.make().base.into_iter();
    let said: BTreeMap<Digest, Option<String>> =
        said.map(|digest| (digest, name.clone())).collect();
    if !said.is_empty() {
        return said;
    }
    let counting = evidence.iter().filter(|one| one.counts());
    let built = counting.filter_map(|one| one.report()?.provenance.as_ref());
    let images = built.flat_map(|provenance| provenance.images());
    images
        .filter_map(|one| Some((one.digest.clone()?, Some(one.uri.to_string()))))
        .collect()
}
