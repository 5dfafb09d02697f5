//! The layers of two images: those that both begin with, and what each of them weighs.

use super::Side;
use crate::{
    dto::{LayerMark, LayerStep, PlatformLayers, PlatformSize, PlatformState},
    image::PlatformOf,
    inspect::steps,
};
use std::collections::BTreeMap;

/// The most steps that are listed of one platform.
const MOST: usize = 120;
/// The longest text of a step, characters.
const TEXT: usize = 300;

/// The layers of every platform, those that went at the end.
pub(super) fn compare(before: Option<Side<'_>>, now: Side<'_>) -> Vec<PlatformLayers> {
    let mut old: BTreeMap<String, &PlatformOf> = before
        .into_iter()
        .flat_map(|side| &side.image.platforms)
        .map(|of| (of.name(), of))
        .collect();
    let here = now.image.platforms.iter();
    let mut all: Vec<PlatformLayers> = here
        .map(|of| platform(of, old.remove(&of.name())))
        .collect();
    all.extend(old.into_values().map(gone));
    all
}

fn platform(of: &PlatformOf, other: Option<&PlatformOf>) -> PlatformLayers {
    let shared = other.map_or(0, |other| shared(of, other));
    let layers = of.manifest.layers();
    let mut listed = marked(of, |at| {
        other?;
        Some(if at < shared {
            LayerMark::Shared
        } else {
            LayerMark::Added
        })
    });
    let went = other.map(|other| marked(other, |at| (at >= shared).then_some(LayerMark::Removed)));
    let went = went.into_iter().flatten();
    listed.extend(went.filter(|step| step.mark.is_some()));
    let more = listed.len().saturating_sub(MOST) as u64;
    listed.truncate(MOST);
    PlatformLayers {
        platform: PlatformSize {
            platform: of.name(),
            state: match other {
                Some(_) => PlatformState::Both,
                None => PlatformState::Here,
            },
            shared: shared as u64,
            added: (layers.len() - shared) as u64,
            removed: other.map_or(0, |other| other.manifest.layers().len() - shared) as u64,
            size: bytes(of, 0),
            before: other.map(|other| bytes(other, 0)),
            shared_size: bytes(of, 0) - bytes(of, shared),
        },
        steps: listed,
        more,
    }
}

fn gone(of: &PlatformOf) -> PlatformLayers {
    PlatformLayers {
        platform: PlatformSize {
            platform: of.name(),
            state: PlatformState::Gone,
            shared: 0,
            added: 0,
            removed: of.manifest.layers().len() as u64,
            size: 0,
            before: Some(bytes(of, 0)),
            shared_size: 0,
        },
        steps: Vec::new(),
        more: 0,
    }
}

/// Bytes of the layers from one on.
fn bytes(of: &PlatformOf, from: usize) -> u64 {
    let layers = of.manifest.layers().iter().skip(from);
    layers.fold(0, |sum, layer| sum.saturating_add(layer.size))
}

/// How many layers both begin with: by what is in them, since the same files may be packed anew.
fn shared(one: &PlatformOf, other: &PlatformOf) -> usize {
    let (one, other) = (ids(one), ids(other));
    one.iter().zip(&other).take_while(|(a, b)| a == b).count()
}

/// What each layer holds; where the configuration does not say so, how it is packed.
fn ids(of: &PlatformOf) -> Vec<String> {
    let layers = of.manifest.layers();
    let unpacked = of.config.as_ref().map(|config| config.rootfs().diff_ids());
    match unpacked {
        Some(ids) if ids.len() == layers.len() => ids.clone(),
        _ => layers
            .iter()
            .map(|layer| layer.digest.to_string())
            .collect(),
    }
}

/// The steps of a build, marked by the position of their layers.
fn marked(of: &PlatformOf, mark: impl Fn(usize) -> Option<LayerMark>) -> Vec<LayerStep> {
    let layers = of.manifest.layers();
    let told = match &of.config {
        Some(config) => steps(config, layers),
        None => Vec::new(),
    };
    let mut at = 0;
    let step = |step: crate::dto::BuildStep| {
        let made = step.layer.is_some();
        let marked = if made { mark(at) } else { None };
        at += usize::from(made);
        LayerStep {
            created_by: step
                .created_by
                .map(|text| text.chars().take(TEXT).collect()),
            created: step.created,
            layer: step.layer,
            size: step.size,
            mark: marked,
        }
    };
    told.into_iter().map(step).collect()
}
