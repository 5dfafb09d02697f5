//! Reading a layout.

use super::{
    LayoutImage, MARK,
    entries::{Entries, name},
    files::{self, apart},
    wrong,
};
use crate::{
    Error, ErrorKind,
    checked::{self, Pieces},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use hallmark_image::{Descriptor, Digest, MAX_MANIFEST_BYTES, Manifest, ManifestError};
use serde::Deserialize;
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::OnceCell;

/// Read from a file at once, bytes.
const PIECE: usize = 512 * 1024;
/// The most that is read of the file that marks a layout, bytes.
const MARK_LIMIT: u64 = 4096;

/// A folder with images in it.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: Arc<Path>,
    /// The manifests that `index.json` lists, read once.
    listed: Arc<OnceCell<Vec<(Descriptor, Manifest)>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mark {
    image_layout_version: String,
}

impl Layout {
    /// The layout in `root`.
    pub(crate) async fn open(root: &Path) -> Result<Self, Error> {
        let root: Arc<Path> = root.into();
        let layout = Self {
            root: Arc::clone(&root),
            listed: Arc::default(),
        };
        apart(move || check_mark(&root)).await?;
        Ok(layout)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The image that is named.
    pub(crate) async fn root_manifest(&self, image: &LayoutImage) -> Result<Manifest, Error> {
        if let Some(digest) = &image.digest {
            return self.manifest(digest).await;
        }
        let entries = self.entries().await?;
        let found = match &image.tag {
            Some(tag) => entries.tagged(tag),
            None => self.images().await?,
        };
        match found.as_slice() {
            [one] => self.manifest(&one.digest).await,
            [] => Err(nothing(image)),
            _ => Err(several(image)),
        }
    }

    /// What is listed and hangs on nothing else.
    async fn images(&self) -> Result<Vec<Descriptor>, Error> {
        let listed = self.listed().await?.iter();
        let images = listed.filter(|(entry, manifest)| {
            let beside = name(entry).is_some_and(|name| name.starts_with("sha256-"));
            manifest.subject().is_none() && !beside
        });
        let mut images: Vec<Descriptor> = images.map(|(entry, _)| entry.clone()).collect();
        images.dedup_by(|a, b| a.digest == b.digest);
        Ok(images)
    }

    /// A manifest by its digest.
    pub(crate) async fn manifest(&self, digest: &Digest) -> Result<Manifest, Error> {
        let (root, digest) = (Arc::clone(&self.root), digest.clone());
        apart(move || manifest(&root, &digest)).await
    }

    /// What the tag names.
    pub(crate) async fn tagged(&self, tag: &str) -> Result<Option<Manifest>, Error> {
        match self.entries().await?.tagged(tag).first() {
            Some(entry) => self.manifest(&entry.digest).await.map(Some),
            None => Ok(None),
        }
    }

    /// What is listed as attached to `subject`: by naming it, or in a fallback index.
    pub(crate) async fn attached(&self, subject: &Digest) -> Result<Vec<Descriptor>, Error> {
        let fallback = crate::referrers::fallback_tag(subject);
        let mut found = Vec::new();
        for (entry, manifest) in self.listed().await? {
            if manifest
                .subject()
                .is_some_and(|named| named.digest == *subject)
            {
                found.push(crate::attach::entry(manifest));
            }
            if fallback
                .as_ref()
                .is_some_and(|tag| name(entry) == Some(tag.as_str()))
            {
                found.extend(manifest.children().iter().cloned());
            }
        }
        Ok(crate::referrers::once_each(found))
    }

    /// Every manifest that is listed; one that cannot be read hides no other.
    async fn listed(&self) -> Result<&[(Descriptor, Manifest)], Error> {
        let listed = self.listed.get_or_try_init(|| async {
            let entries = self.entries().await?;
            let root = Arc::clone(&self.root);
            apart(move || {
                let read = |entry: Descriptor| Some((manifest(&root, &entry.digest).ok()?, entry));
                let all = entries.all().into_iter().filter_map(read);
                Ok(all.map(|(manifest, entry)| (entry, manifest)).collect())
            })
            .await
        });
        listed.await.map(Vec::as_slice)
    }

    async fn entries(&self) -> Result<Entries, Error> {
        let root = Arc::clone(&self.root);
        apart(move || Entries::read(&root)).await
    }

    /// Whether a file of that length is there under the blob's name.
    pub(crate) async fn has(&self, blob: &Descriptor) -> Result<bool, Error> {
        let (root, blob) = (Arc::clone(&self.root), blob.clone());
        apart(move || {
            let found = files::open(&files::blob_path(&root, &blob.digest)?)?;
            Ok(found.is_some_and(|(_, length)| length == blob.size))
        })
        .await
    }

    /// A blob's bytes, checked as they pass.
    pub(crate) async fn open_blob(&self, blob: &Descriptor) -> Result<Pieces, Error> {
        let (root, digest) = (Arc::clone(&self.root), blob.digest.clone());
        let (file, path) = apart(move || {
            let path = files::blob_path(&root, &digest)?;
            match files::open(&path)? {
                Some((file, _)) => Ok((file, path)),
                None => Err(lacking(&root, &digest)),
            }
        })
        .await?;
        let told = path.clone();
        let wrong = move |found: &str| other_bytes(&told, found);
        Ok(checked::checked(pieces(file, path), blob, wrong))
    }
}

fn pieces(file: File, path: PathBuf) -> Pieces {
    stream::try_unfold(file, move |mut file| {
        let path = path.clone();
        apart(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece);
            let read = read.map_err(|error| super::cannot("read", &path, &error))?;
            piece.truncate(read);
            Ok((read > 0).then(|| (Bytes::from(piece), file)))
        })
    })
    .boxed()
}

fn check_mark(root: &Path) -> Result<(), Error> {
    let path = root.join(MARK);
    let bytes = files::read(&path, MARK_LIMIT)?;
    let mark = bytes.and_then(|bytes| serde_json::from_slice::<Mark>(&bytes).ok());
    match mark {
        Some(mark) if mark.image_layout_version.starts_with("1.") => Ok(()),
        Some(_) => Err(wrong(
            &path,
            "it is of a version that Hallmark does not know",
        )),
        None => Err(wrong(root, "it has no file named oci-layout")),
    }
}

pub(super) fn manifest(root: &Path, digest: &Digest) -> Result<Manifest, Error> {
    let path = files::blob_path(root, digest)?;
    let Some(bytes) = files::read(&path, MAX_MANIFEST_BYTES as u64)? else {
        return Err(lacking(root, digest));
    };
    Manifest::parse_exact(bytes, None, digest).map_err(|error| match error {
        ManifestError::DigestDiffers { found, .. } => {
            other_bytes(&path, &format!("digest {found}"))
        }
        error => wrong(&path, error),
    })
}

fn other_bytes(path: &Path, found: &str) -> Error {
    Error::local(
        ErrorKind::DigestMismatch,
        format!(
            "{} holds other bytes than its name says: they have {found}.",
            path.display()
        ),
        "Do not use this folder; write it again from where it came.",
    )
}

fn lacking(root: &Path, digest: &Digest) -> Error {
    Error::local(
        ErrorKind::NotFound,
        format!("The folder {} does not have {digest}.", root.display()),
        "It may have been copied in part; write it again from where it came.",
    )
}

fn nothing(image: &LayoutImage) -> Error {
    Error::local(
        ErrorKind::NotFound,
        format!("There is no image {image}."),
        "Look into its index.json for the tags that it has.",
    )
}

fn several(image: &LayoutImage) -> Error {
    Error::local(
        ErrorKind::NotFound,
        format!("{image} could be any of several images."),
        "Name one, as oci:DIR:TAG or oci:DIR@sha256:….",
    )
}
