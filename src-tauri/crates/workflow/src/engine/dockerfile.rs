//! Dockerfiles on disk: read, and saved only over what was read.

use crate::{
    desk::Desk,
    dto::{AskDockerfile, DockerfileText, SaveDockerfile},
    error::{Code, Error, Result},
    home::{cannot, write_whole},
};
use hallmark_image::Digest;
use std::{
    fs,
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

/// The longest Dockerfile that is read; BuildKit takes no longer one either.
pub(crate) const LONGEST: u64 = 2 << 20;

impl Desk {
    /// A Dockerfile as it is on disk.
    ///
    /// # Errors
    /// [`Code::File`] where it cannot be read, [`Code::BadInput`] where it is no text or too long.
    pub fn dockerfile(&self, ask: &AskDockerfile) -> Result<DockerfileText> {
        let path = absolute(&ask.path)?;
        let bytes = read(&path)?;
        Ok(DockerfileText {
            path: path.display().to_string(),
            digest: bytes
                .as_deref()
                .map(|bytes| Digest::sha256(bytes).to_string()),
            text: bytes.map(|bytes| text(&path, bytes)).transpose()?,
        })
    }

    /// Saves a Dockerfile, where it still is what was read.
    ///
    /// # Errors
    /// [`Code::Conflict`] where somebody else changed it meanwhile: nothing is written then.
    pub fn dockerfile_save(&self, ask: SaveDockerfile) -> Result<DockerfileText> {
        let path = absolute(&ask.path)?;
        let now = read(&path)?.map(|bytes| Digest::sha256(&bytes).to_string());
        if now != ask.digest {
            let words = match now {
                Some(_) => format!("{} was changed by somebody else meanwhile", path.display()),
                None => format!("{} is gone", path.display()),
            };
            return Err(Error::new(Code::Conflict, words)
                .hint("Read it again and bring your changes in, or save under another name."));
        }
        if ask.text.len() as u64 > LONGEST {
            return Err(too_long(&path));
        }
        write_whole(&path, ask.text.as_bytes())?;
        Ok(DockerfileText {
            path: path.display().to_string(),
            digest: Some(Digest::sha256(ask.text.as_bytes()).to_string()),
            text: Some(ask.text),
        })
    }
}

/// The path as a person gave it. Relative ones mean nothing in a window.
pub(crate) fn absolute(path: &str) -> Result<PathBuf> {
    if path.trim().is_empty() {
        return Err(Error::new(Code::BadInput, "no file or folder is named"));
    }
    std::path::absolute(path).map_err(|error| cannot("find", Path::new(path), &error))
}

/// The bytes; nothing where there is no such file. What is no file, such as a pipe, is not opened.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let wrong = |error: &std::io::Error| cannot("read", path, error);
    let kind = match fs::metadata(path) {
        Ok(kind) => kind,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(wrong(&error)),
    };
    if !kind.is_file() {
        let words = format!("{} is a folder or a device, and no file", path.display());
        return Err(Error::new(Code::BadInput, words));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|error| wrong(&error))?;
    file.take(LONGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| wrong(&error))?;
    match bytes.len() as u64 > LONGEST {
        true => Err(too_long(path)),
        false => Ok(Some(bytes)),
    }
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let words = format!(
            "{} is no text in UTF-8: byte {} is none",
            path.display(),
            error.utf8_error().valid_up_to()
        );
        Error::new(Code::BadInput, words)
    })
}

fn too_long(path: &Path) -> Error {
    Error::new(
        Code::BadInput,
        format!("{} is longer than {} MB", path.display(), LONGEST >> 20),
    )
    .hint("No builder takes it. Is it the right file?")
}
