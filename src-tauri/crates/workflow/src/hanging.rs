//! Everything that hangs on an image, and on what hangs on it: listed by the registry, under the
//! fallback tag, under cosign's tags, or filed in the index by BuildKit.
//!
//! It says of each who signed it and how far that was checked. Whether a report counts is for the
//! review to say.

use crate::{
    act::{Act, Signed},
    activity::act_in_words,
    attached::TITLE,
    desk::Desk,
    dto::{ReferrerInfo, Signature, SignatureState, Via},
    error::{Error, Result},
    image::{Image, PARALLEL},
    trust::Trust,
};
use futures::{StreamExt, TryStreamExt, stream};
use hallmark_image::{Descriptor, Digest, Manifest, Repository, Tag};
use hallmark_registry::ReferrersSource;
use std::collections::{BTreeMap, BTreeSet};

/// How deep things that hang on things are followed.
const DEEPEST: u64 = 4;
/// The most that is listed of one image.
const MOST: usize = 300;
/// The largest statement that is read, bytes.
const MAX_STATEMENT: u64 = 4 * 1024 * 1024;
/// What cosign appends to the tag that it makes of a digest.
const COSIGN: [&str; 3] = ["sig", "att", "sbom"];
const PREDICATE: &str = "dev.sigstore.bundle.predicateType";
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";
const REFERENCE_DIGEST: &str = "vnd.docker.reference.digest";
const IN_TOTO_PREDICATE: &str = "in-toto.io/predicate-type";

/// Something that may hang somewhere: what to fetch, on what, and how it was found.
#[derive(Clone)]
struct Lead {
    descriptor: Descriptor,
    on: Digest,
    depth: u64,
    platform: Option<String>,
    via: Via,
    tag: Option<Tag>,
}

/// What a lead turned out to be.
struct Looked {
    info: ReferrerInfo,
    /// A report that a member's statement vouches for.
    vouches: Option<(Digest, Signature)>,
    /// Digest of what it carries.
    content: Option<Digest>,
}

impl Desk {
    /// What hangs on an image, level by level, and what could not be followed, in sentences.
    pub(crate) async fn hanging(
        &self,
        image: &Image,
        trust: &Trust,
    ) -> Result<(Vec<ReferrerInfo>, Vec<String>)> {
        let repository = &image.repository;
        let mut seen = BTreeSet::new();
        let mut warnings = Vec::new();
        let mut looked: Vec<Looked> = Vec::new();
        let mut level = self.first_leads(image).await?;
        for depth in 1..=DEEPEST {
            level.retain(|lead| seen.insert((lead.on.clone(), lead.descriptor.digest.clone())));
            let room = MOST.saturating_sub(looked.len());
            if level.len() > room {
                warnings.push(format!(
                    "More than {MOST} things are attached; not all are shown."
                ));
                level.truncate(room);
            }
            let found: Vec<Looked> = stream::iter(level.clone())
                .map(|lead| self.look_closely(repository, lead, trust))
                .buffered(PARALLEL)
                .collect()
                .await;
            looked.extend(found);
            if level.is_empty() || depth == DEEPEST {
                break;
            }
            level = self.deeper(repository, &level).await?;
        }
        Ok((vouched(looked), warnings))
    }

    /// What hangs on the image itself and on each of its platforms, however it is found.
    async fn first_leads(&self, image: &Image) -> Result<Vec<Lead>> {
        let platforms = image.platforms.iter();
        let of_platform = platforms.map(|of| (of.manifest.digest().clone(), Some(of.name())));
        let mut subjects = vec![(image.digest().clone(), None)];
        subjects.extend(of_platform.filter(|(digest, _)| digest != image.digest()));
        let lists: Vec<Vec<Lead>> = stream::iter(subjects)
            .map(|(on, platform)| self.leads_on(&image.repository, on, platform))
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut leads: Vec<Lead> = lists.into_iter().flatten().collect();
        leads.extend(buildkit_leads(image));
        Ok(leads)
    }

    async fn leads_on(
        &self,
        repository: &Repository,
        on: Digest,
        platform: Option<String>,
    ) -> Result<Vec<Lead>> {
        let mut leads = self
            .referrer_leads(repository, &on, 1, platform.clone())
            .await?;
        let client = self.client();
        for suffix in COSIGN {
            let name = format!("{}-{}.{suffix}", on.algorithm().name(), on.hex());
            let Ok(tag) = name.parse::<Tag>() else {
                continue;
            };
            if let Some(descriptor) = client.resolve_tag(repository, &tag).await? {
                leads.push(Lead {
                    descriptor,
                    on: on.clone(),
                    depth: 1,
                    platform: platform.clone(),
                    via: Via::CosignTag,
                    tag: Some(tag),
                });
            }
        }
        Ok(leads)
    }

    async fn referrer_leads(
        &self,
        repository: &Repository,
        on: &Digest,
        depth: u64,
        platform: Option<String>,
    ) -> Result<Vec<Lead>> {
        let referrers = self.client().referrers(repository, on).await?;
        let via = match referrers.source {
            ReferrersSource::FallbackTag => Via::FallbackTag,
            _ => Via::Referrers,
        };
        let lead = |descriptor| Lead {
            descriptor,
            on: on.clone(),
            depth,
            platform: platform.clone(),
            via,
            tag: None,
        };
        Ok(referrers.descriptors.into_iter().map(lead).collect())
    }

    /// What hangs on the things of one level.
    async fn deeper(&self, repository: &Repository, level: &[Lead]) -> Result<Vec<Lead>> {
        let lists: Vec<Vec<Lead>> = stream::iter(level.to_vec())
            .map(|lead| async move {
                let (on, depth) = (&lead.descriptor.digest, lead.depth + 1);
                self.referrer_leads(repository, on, depth, lead.platform)
                    .await
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(lists.into_iter().flatten().collect())
    }

    /// What is there and cannot be read is shown with the reason.
    async fn look_closely(&self, repository: &Repository, lead: Lead, trust: &Trust) -> Looked {
        let at = repository.at(lead.descriptor.digest.clone());
        let manifest = match self.client().manifest(&at).await {
            Ok(manifest) => manifest,
            Err(error) => {
                let why = format!("It is listed and cannot be read: {}", error.message());
                let signed = Signature::doubted(why);
                return looked(lead, None, None, signed);
            }
        };
        let claims = manifest.subject().map(|subject| &subject.digest);
        let listed = matches!(lead.via, Via::Referrers | Via::FallbackTag);
        if listed && claims != Some(&lead.on) {
            let why = "It is listed as attached here and says that it is not.";
            let signed = Signature::doubted(why);
            return looked(lead, Some(&manifest), None, signed);
        }
        let kind = kind_of(&manifest);
        match manifest.layers().first().cloned() {
            Some(layer) if kind.starts_with("application/vnd.dev.sigstore.bundle") => {
                self.read_statement(repository, lead, &manifest, &layer, trust)
                    .await
            }
            _ => unread(lead, &manifest, &kind),
        }
    }

    async fn read_statement(
        &self,
        repository: &Repository,
        lead: Lead,
        manifest: &Manifest,
        layer: &Descriptor,
        trust: &Trust,
    ) -> Looked {
        let read = self.statement(repository, &lead.on, layer, trust).await;
        let predicate = manifest.annotations().get(PREDICATE).cloned();
        match read {
            Err(why) => {
                let signed = Signature::doubted(why);
                looked(lead, Some(manifest), predicate, signed)
            }
            Ok(read) => {
                let signed = Signature::of(&read);
                let says = act_in_words(&read).map(|(_, words)| words).or(predicate);
                let mut found = looked(lead, Some(manifest), says, signed.clone());
                if let (Act::Evidence(evidence), SignatureState::Verified) =
                    (&read.act, signed.state)
                {
                    found.vouches = Some((evidence.report.digest.clone(), signed));
                }
                found
            }
        }
    }

    async fn statement(
        &self,
        repository: &Repository,
        on: &Digest,
        layer: &Descriptor,
        trust: &Trust,
    ) -> std::result::Result<Signed, String> {
        if layer.size > MAX_STATEMENT {
            return Err("It is too large to be a statement, and was not read.".into());
        }
        let blob = self.content.blob(&self.client(), repository, layer).await;
        let bytes = blob.map_err(|error| Error::from(error).message)?;
        Signed::from_bundle(&bytes, on, trust)
    }
}

/// BuildKit's attestations, which are children of the index and name the image they are about.
fn buildkit_leads(image: &Image) -> Vec<Lead> {
    let platforms: BTreeMap<&Digest, String> = image
        .platforms
        .iter()
        .map(|of| (of.manifest.digest(), of.name()))
        .collect();
    let lead = |child: &Descriptor| {
        let kind = child.annotations.get(REFERENCE_TYPE)?;
        let on: Digest = child.annotations.get(REFERENCE_DIGEST)?.parse().ok()?;
        (kind == "attestation-manifest").then(|| Lead {
            descriptor: child.clone(),
            platform: platforms.get(&on).cloned(),
            on,
            depth: 1,
            via: Via::Buildkit,
            tag: None,
        })
    };
    image.manifest.children().iter().filter_map(lead).collect()
}

/// The artifact type, or what its first layer is.
fn kind_of(manifest: &Manifest) -> String {
    let layer = manifest.layers().first();
    let own = manifest.artifact_type();
    own.or(layer.map(|layer| layer.media_type.as_str()))
        .unwrap_or_default()
        .to_owned()
}

/// Something that is no statement Hallmark reads: a report, a signature of another tool.
fn unread(lead: Lead, manifest: &Manifest, kind: &str) -> Looked {
    let layers = manifest.layers();
    let title = layers
        .iter()
        .find_map(|layer| layer.annotations.get(TITLE))
        .or_else(|| manifest.annotations().get(TITLE));
    let predicates: Vec<&str> = layers
        .iter()
        .filter_map(|layer| layer.annotations.get(IN_TOTO_PREDICATE))
        .map(String::as_str)
        .collect();
    let says = match title {
        Some(title) => Some(title.clone()),
        None => (!predicates.is_empty()).then(|| predicates.join(", ")),
    };
    let signed = Signature::unread(kind, lead.via, lead.tag.as_ref());
    let mut found = looked(lead, Some(manifest), says, signed);
    found.content = layers.first().map(|layer| layer.digest.clone());
    found
}

fn looked(
    lead: Lead,
    manifest: Option<&Manifest>,
    says: Option<String>,
    signed: Signature,
) -> Looked {
    let artifact_type = manifest.map(kind_of).filter(|kind| !kind.is_empty());
    let annotations = manifest.map(|manifest| manifest.annotations().clone());
    Looked {
        info: ReferrerInfo {
            digest: lead.descriptor.digest.to_string(),
            artifact_type: artifact_type.or(lead.descriptor.artifact_type),
            size: lead.descriptor.size,
            annotations: annotations.unwrap_or(lead.descriptor.annotations),
            on: lead.on.to_string(),
            depth: lead.depth,
            platform: lead.platform,
            via: lead.via,
            tag: lead.tag.map(|tag| tag.to_string()),
            says,
            signed,
        },
        vouches: None,
        content: None,
    }
}

/// A report is vouched for where a member's statement names its very bytes.
fn vouched(looked: Vec<Looked>) -> Vec<ReferrerInfo> {
    let vouchers: BTreeMap<Digest, Signature> = looked
        .iter()
        .filter_map(|one| one.vouches.clone())
        .collect();
    let info = |one: Looked| {
        let mut info = one.info;
        let voucher = one.content.and_then(|content| vouchers.get(&content));
        if let Some(voucher) = voucher.filter(|_| info.signed.state == SignatureState::None) {
            info.signed = Signature::vouched(voucher);
        }
        info
    };
    looked.into_iter().map(info).collect()
}
