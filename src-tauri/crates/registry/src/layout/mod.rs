//! Images in a folder: the OCI image layout (image-spec 1.1, "OCI Image Layout").
//!
//! A folder may come from anybody. A digest is the only name that becomes a path, nothing is
//! read or written through a symbolic link, and what is read is hashed as if it came from a
//! registry. What is written is there whole or not at all, `index.json` last.

mod entries;
mod files;
mod read;
mod write;

pub(crate) use read::Layout;
pub(crate) use write::Writer;

use crate::{Error, ErrorKind};
use hallmark_image::{Digest, DigestError};
use std::{
    fmt, io,
    path::{Path, PathBuf},
    str::FromStr,
};

/// The file that says that a folder is a layout.
const MARK: &str = "oci-layout";
const INDEX: &str = "index.json";
/// The annotation that holds an image's tag in `index.json`.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// An image in a layout, as a person names it: `DIR`, `DIR:TAG` or `DIR@sha256:…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutImage {
    /// The folder.
    pub folder: PathBuf,
    /// The tag; where neither tag nor digest is given, the folder has to hold one image.
    pub tag: Option<String>,
    /// The digest, which decides where both are given.
    pub digest: Option<Digest>,
}

/// Why a text names no image in a layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutImageError {
    /// Nothing stands where the folder should.
    #[error("the folder is missing: expected DIR, DIR:TAG or DIR@sha256:…")]
    NoFolder,
    /// What stands after `@` is no digest.
    #[error(transparent)]
    Digest(#[from] DigestError),
}

impl FromStr for LayoutImage {
    type Err = LayoutImageError;

    fn from_str(text: &str) -> Result<Self, LayoutImageError> {
        let (named, digest) = match text.rsplit_once('@') {
            Some((named, digest)) => (named, Some(digest.parse()?)),
            None => (text, None),
        };
        // A drive's colon belongs to the folder; the tag follows the last separator.
        let name_at = named.rfind(std::path::is_separator).map_or(0, |at| at + 1);
        let (folder, tag) = match named[name_at..].split_once(':') {
            Some((folder, tag)) => (&named[..name_at + folder.len()], Some(tag.to_owned())),
            None => (named, None),
        };
        if folder.is_empty() {
            return Err(LayoutImageError::NoFolder);
        }
        Ok(Self {
            folder: folder.into(),
            tag: tag.filter(|tag| !tag.is_empty()),
            digest,
        })
    }
}

impl fmt::Display for LayoutImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oci:{}", self.folder.display())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// A file that the system would not read or write.
fn cannot(what: &str, path: &Path, error: &io::Error) -> Error {
    Error::local(
        ErrorKind::Folder,
        format!("{} cannot be {what}: {error}.", path.display()),
        "Check that the folder is there, that you may use it, and that its disk has room.",
    )
}

/// Something in the folder is not what the layout's specification says.
fn wrong(path: &Path, why: impl fmt::Display) -> Error {
    Error::local(
        ErrorKind::Folder,
        format!(
            "{} is not as it should be in an OCI layout: {why}.",
            path.display()
        ),
        "Name a folder that was written as an OCI layout, or write it again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_with_a_tag_or_a_digest_or_neither() {
        let read = |text: &str| text.parse::<LayoutImage>().unwrap();
        let digest = Digest::sha256("x");
        assert_eq!(read("/a/b").folder, Path::new("/a/b"));
        assert_eq!(read("b:1.0").tag.as_deref(), Some("1.0"));
        assert_eq!(read("/a.b:c/d").folder, Path::new("/a.b:c/d"));
        assert_eq!(read("/a/b:x").to_string(), "oci:/a/b:x");
        let both = read(&format!("/a/b:1@{digest}"));
        assert_eq!(
            (both.tag.as_deref(), both.digest),
            (Some("1"), Some(digest))
        );
        assert!(":1".parse::<LayoutImage>().is_err());
        assert!("a@sha256:12".parse::<LayoutImage>().is_err());
    }
}
