//! What is attached to an image, moved with it: referrers of any depth and cosign's tags.
//!
//! Referrers are found through the registry's API and through the fallback tags, and are listed
//! at the target by whichever of the two it has. Afterwards what the target lists is compared:
//! what lacks is told with its reason, and never stops the rest.

use super::{Missing, run::Run, side::Attached};
use crate::{Error, attach};
use futures::future::{join_all, try_join_all};
use hallmark_image::{Descriptor, Digest, Manifest, Tag, media_type};
use std::collections::HashSet;

/// How long a chain of referrers may be.
const DEEPEST: usize = 8;

/// Moves what is attached to `root` and to each manifest within it. `there` says that the
/// image was at the target before, so that some of it may be too.
pub(super) async fn carry(run: &Run<'_>, root: &Manifest, there: bool) -> Result<(), Error> {
    let mut level = subjects(run, root).await?;
    let mut seen: HashSet<Digest> = level.iter().cloned().collect();
    for depth in 0.. {
        if level.is_empty() {
            return Ok(());
        }
        if depth == DEEPEST {
            break;
        }
        let found = try_join_all(level.iter().map(|subject| about(run, subject, there))).await?;
        level = found.into_iter().flatten().collect();
        level.retain(|digest| seen.insert(digest.clone()));
    }
    for subject in level {
        run.tally.missing(Missing {
            digest: None,
            artifact_type: None,
            why: format!("What is attached more than {DEEPEST} steps away was not looked for."),
            subject,
        });
    }
    Ok(())
}

/// The image and every manifest within it.
async fn subjects(run: &Run<'_>, root: &Manifest) -> Result<Vec<Digest>, Error> {
    let mut subjects = vec![root.digest().clone()];
    let mut indexes = vec![root.clone()];
    while let Some(index) = indexes.pop() {
        for child in index.children() {
            if subjects.contains(&child.digest) {
                continue;
            }
            if media_type::is_index(&child.media_type) {
                indexes.push(run.fetch(&child.digest).await?);
                subjects.push(child.digest.clone());
            } else if media_type::is_manifest(&child.media_type) {
                subjects.push(child.digest.clone());
            }
        }
    }
    Ok(subjects)
}

/// Moves what is attached to one manifest, and names it: each may have something attached too.
async fn about(run: &Run<'_>, subject: &Digest, there: bool) -> Result<Vec<Digest>, Error> {
    let Attached { referrers, tags } = run.from.attached(subject).await?;
    try_join_all(tags.iter().map(|tag| side_tag(run, subject, tag))).await?;
    if referrers.is_empty() {
        return Ok(Vec::new());
    }
    let before = match there {
        true => run.to.listed(subject).await?,
        false => HashSet::new(),
    };
    let lacking: Vec<&Descriptor> = referrers
        .iter()
        .filter(|found| !before.contains(&found.digest))
        .collect();
    if !lacking.is_empty() {
        bring(run, subject, &lacking).await?;
    }
    Ok(referrers.into_iter().map(|found| found.digest).collect())
}

/// Moves the referrers that lack, and compares what the target lists then.
async fn bring(run: &Run<'_>, subject: &Digest, lacking: &[&Descriptor]) -> Result<(), Error> {
    let moved = join_all(lacking.iter().map(|found| referrer(run, &found.digest))).await;
    let mut arrived = Vec::new();
    let mut unlisted = Vec::new();
    for (found, moved) in lacking.iter().zip(moved) {
        match moved {
            Ok(entry) => {
                arrived.push(*found);
                unlisted.extend(entry);
            }
            Err(error) => run.tally.missing(lost(subject, found, error.message())),
        }
    }
    if !unlisted.is_empty() {
        run.to.list(subject, &unlisted).await?;
    }
    let listed = match arrived.is_empty() {
        true => HashSet::new(),
        false => run.to.listed(subject).await?,
    };
    for found in arrived {
        if !listed.contains(&found.digest) {
            let why = "It was moved, and the target does not list it.";
            run.tally.missing(lost(subject, found, why));
        }
    }
    Ok(())
}

/// Moves one referrer. Returns its entry for the fallback index, where the target keeps no
/// list of its own.
async fn referrer(run: &Run<'_>, digest: &Digest) -> Result<Option<Descriptor>, Error> {
    let manifest = run.fetch(digest).await?;
    run.parts(&manifest, 0).await?;
    let placed = run.put(&manifest).await?;
    Ok((!placed.subject_acknowledged).then(|| attach::entry(&manifest)))
}

fn lost(subject: &Digest, found: &Descriptor, why: &str) -> Missing {
    Missing {
        subject: subject.clone(),
        digest: Some(found.digest.clone()),
        artifact_type: found.artifact_type.clone(),
        why: why.to_owned(),
    }
}

/// Moves one of cosign's tags. One that stands at the target is only moved on to a manifest
/// that holds all that the one there holds: what others signed there is not taken away.
async fn side_tag(run: &Run<'_>, subject: &Digest, tag: &Tag) -> Result<(), Error> {
    let lost = |digest, why: &str| {
        run.tally.missing(Missing {
            subject: subject.clone(),
            digest,
            artifact_type: Some(tag.to_string()),
            why: why.to_owned(),
        });
    };
    let manifest = match run.from.side_tag(tag).await {
        Ok(Some(manifest)) => manifest,
        Ok(None) => return Ok(()),
        Err(error) => {
            lost(None, error.message());
            return Ok(());
        }
    };
    let digest = manifest.digest().clone();
    match move_tag(run, tag, &manifest).await {
        Ok(true) => {}
        Ok(false) => lost(
            Some(digest),
            "The target has another one, with other contents.",
        ),
        Err(error) => lost(Some(digest), error.message()),
    }
    Ok(())
}

/// False where the target's own stays.
async fn move_tag(run: &Run<'_>, tag: &Tag, manifest: &Manifest) -> Result<bool, Error> {
    if let Some(standing) = run.to.side_tag(tag).await? {
        if standing.digest() == manifest.digest() {
            return Ok(true);
        }
        let holds = |layer: &Descriptor| manifest.layers().iter().any(|l| l.digest == layer.digest);
        if !standing.layers().iter().all(holds) {
            return Ok(false);
        }
    }
    run.parts(manifest, 0).await?;
    run.put_tag(tag, manifest).await?;
    Ok(true)
}
