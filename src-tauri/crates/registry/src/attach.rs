//! Attaching artifacts to a manifest: blobs, manifests, and where the registry keeps no list
//! of its own, one update of the fallback index (distribution-spec 1.1, "Pushing Manifests
//! with Subject").
//!
//! The update reads, merges, writes and reads again. Registries ignore `If-Match`, so another
//! writer may win in between: then it is done again until our entries are there.

use crate::{Attachment, Error, ErrorKind, Target, blobs, home::Home, manifests, referrers};
use bytes::Bytes;
use hallmark_image::{Descriptor, Digest, Manifest, RepositoryName, Tag, media_type};
use serde_json::{Value, json};
use std::time::Duration;

/// How often the fallback index is written at most.
const ATTEMPTS: u32 = 6;

/// Pushes all of `attachments` and lists them under `subject`.
pub(crate) async fn attach(
    home: &Home,
    repository: &RepositoryName,
    subject: &Digest,
    attachments: &[Attachment],
) -> Result<(), Error> {
    for attachment in attachments {
        check_subject(home, subject, &attachment.manifest)?;
    }
    push_blobs(home, repository, attachments).await?;
    let mut unlisted = Vec::new();
    for Attachment { manifest, .. } in attachments {
        let placed = manifests::put(home, repository, Target::Digest, manifest).await?;
        if !placed.subject_acknowledged {
            unlisted.push(entry(manifest));
        }
    }
    if unlisted.is_empty() {
        return Ok(());
    }
    list(home, repository, subject, &unlisted).await
}

fn check_subject(home: &Home, subject: &Digest, manifest: &Manifest) -> Result<(), Error> {
    if manifest
        .subject()
        .is_some_and(|named| named.digest == *subject)
    {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::BadManifest,
        home.host(),
        format!("An artifact to be attached to {subject} does not name it as its subject."),
        "Nothing was attached; make the artifact for that image.",
    ))
}

/// Each blob once, and the empty configuration where a manifest has it.
async fn push_blobs(
    home: &Home,
    repository: &RepositoryName,
    attachments: &[Attachment],
) -> Result<(), Error> {
    let empty = Descriptor::empty().digest;
    let needs_empty = attachments
        .iter()
        .filter_map(|attachment| attachment.manifest.config())
        .any(|config| config.digest == empty);
    let config = needs_empty.then(|| Bytes::from_static(b"{}"));
    let listed = attachments
        .iter()
        .flat_map(|attachment| attachment.blobs.clone());
    let mut pushed: Vec<Bytes> = Vec::new();
    for blob in config.into_iter().chain(listed) {
        if !pushed.contains(&blob) {
            blobs::push(home, repository, blob.clone()).await?;
            pushed.push(blob);
        }
    }
    Ok(())
}

/// The descriptor as the list shows it: with artifact type and annotations.
pub(crate) fn entry(manifest: &Manifest) -> Descriptor {
    let mut descriptor = manifest.descriptor();
    descriptor.artifact_type = manifest.artifact_type().map(str::to_owned);
    descriptor.annotations = manifest.annotations().clone();
    descriptor
}

/// Adds `entries` to the fallback index of `subject`, with one write where nobody races.
pub(crate) async fn list(
    home: &Home,
    repository: &RepositoryName,
    subject: &Digest,
    entries: &[Descriptor],
) -> Result<(), Error> {
    let Some(tag) = referrers::fallback_tag(subject) else {
        return Ok(());
    };
    // Our own writers wait for each other; only foreign ones can race.
    let _writing = home.writing.lock().await;
    let mut pause = home.shared.surroundings.patience.backoff;
    let mut current = referrers::fallback(home, repository, subject).await?;
    for _ in 0..ATTEMPTS {
        write(home, repository, &tag, current.as_ref(), entries).await?;
        current = referrers::fallback(home, repository, subject).await?;
        if has_all(current.as_ref(), entries) {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(4));
        current = referrers::fallback(home, repository, subject).await?;
    }
    Err(lost(home, repository, &tag))
}

fn has_all(index: Option<&Manifest>, entries: &[Descriptor]) -> bool {
    let listed = index.map(Manifest::children).unwrap_or_default();
    entries
        .iter()
        .all(|entry| listed.iter().any(|child| child.digest == entry.digest))
}

async fn write(
    home: &Home,
    repository: &RepositoryName,
    tag: &Tag,
    current: Option<&Manifest>,
    entries: &[Descriptor],
) -> Result<(), Error> {
    let bytes = merged(current, entries);
    let index = Manifest::parse(bytes, Some(media_type::OCI_INDEX)).map_err(|error| {
        let what = format!("the list of what is attached, {tag} of {repository}");
        manifests::bad(home, &what, &error)
    })?;
    manifests::put(home, repository, Target::Tag(tag), &index).await?;
    Ok(())
}

/// The index with `entries` added. What it holds besides is foreign and stays as it is.
fn merged(current: Option<&Manifest>, entries: &[Descriptor]) -> Vec<u8> {
    let mut index = current
        .and_then(|index| serde_json::from_slice::<Value>(index.bytes()).ok())
        .filter(Value::is_object)
        .unwrap_or_else(|| json!({ "schemaVersion": 2 }));
    index["mediaType"] = media_type::OCI_INDEX.into();
    if !index["manifests"].is_array() {
        index["manifests"] = json!([]);
    }
    let listed = current.map(Manifest::children).unwrap_or_default();
    let new = entries
        .iter()
        .filter(|entry| !listed.iter().any(|child| child.digest == entry.digest))
        .filter_map(|entry| serde_json::to_value(entry).ok());
    if let Some(manifests) = index["manifests"].as_array_mut() {
        manifests.extend(new);
    }
    index.to_string().into_bytes()
}

fn lost(home: &Home, repository: &RepositoryName, tag: &Tag) -> Error {
    let host = home.host();
    Error::new(
        ErrorKind::Protocol,
        host,
        format!(
            "Others keep overwriting {tag} of {repository} on {host}: what was attached is not listed."
        ),
        "Try again in a while; what was pushed is still there.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use hallmark_image::{Artifact, ManifestError};

    fn artifact(text: &str) -> Manifest {
        let subject = Descriptor::of(media_type::OCI_MANIFEST, b"subject");
        let layer = Descriptor::of("text/plain", text.as_bytes());
        Artifact::new("application/x", vec![layer])
            .about(&subject)
            .annotated("a", text)
            .build()
            .unwrap()
    }

    #[test]
    fn foreign_entries_and_fields_stay_when_ours_are_added() -> Result<(), ManifestError> {
        let digest = Digest::sha256(b"foreign");
        let foreign = format!(
            r#"{{"schemaVersion":2,"mediaType":"{}","x-field":[1],"manifests":[{{"mediaType":"{}","digest":"{digest}","size":7,"x-own":"kept"}}]}}"#,
            media_type::OCI_INDEX,
            media_type::OCI_MANIFEST,
        );
        let current = Manifest::parse(foreign, None)?;
        let ours = entry(&artifact("one"));
        let bytes = merged(Some(&current), std::slice::from_ref(&ours));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(
            text.contains(r#""x-own":"kept""#) && text.contains(r#""x-field":[1]"#),
            "{text}"
        );
        let index = Manifest::parse(bytes, None)?;
        assert_eq!(index.children().len(), 2);
        assert!(has_all(Some(&index), std::slice::from_ref(&ours)));
        let again = Manifest::parse(merged(Some(&index), &[ours]), None)?;
        assert_eq!(again.children().len(), 2);
        Ok(())
    }
}
