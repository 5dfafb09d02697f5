//! Reading what a person names and writing what they ask for, with limits: a file that is
//! read has a size limit, a file that is written is there whole or not at all.

use crate::exit::{Failure, Result};
use hallmark_credentials::SecretString;
use hallmark_workflow::error::Code;
use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use tempfile::NamedTempFile;

/// The longest text that is read: a key, a certificate, a password or a policy.
const MAX_TEXT: u64 = 1024 * 1024;

/// The name that stands for standard input or output.
pub fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// A file's bytes, at most `limit` and one more, so that its reader sees what is too long.
///
/// # Errors
/// Where it cannot be opened or read; a folder counts as that.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A short text from a file.
///
/// # Errors
/// Bad input, naming the file.
pub fn text(path: &Path) -> Result<String> {
    let bytes = read(path, MAX_TEXT).map_err(|error| Failure::unreadable(path, &error))?;
    as_text(bytes, &path.display().to_string())
}

/// A secret text from a file, or from `stdin` where the name is `-`.
///
/// # Errors
/// Bad input, naming the file.
pub fn secret(path: &Path, stdin: impl Read) -> Result<SecretString> {
    if is_dash(path) {
        return secret_from(stdin);
    }
    text(path).map(SecretString::new)
}

/// A secret text from standard input.
///
/// # Errors
/// Bad input where it is no text or too long.
pub fn secret_from(stdin: impl Read) -> Result<SecretString> {
    let mut bytes = Vec::new();
    stdin
        .take(MAX_TEXT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::unreadable(Path::new("standard input"), &error))?;
    as_text(bytes, "standard input").map(SecretString::new)
}

fn as_text(bytes: Vec<u8>, name: &str) -> Result<String> {
    let wrong = |what: &str| Failure::new(Code::BadInput, format!("{name} {what}"));
    if bytes.len() as u64 > MAX_TEXT {
        return Err(wrong("is larger than 1 MiB, the most that is read here"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("is not text (UTF-8)"))
}

/// A path that means the same from every folder, as text.
///
/// # Errors
/// Bad input where it has no name in UTF-8.
pub fn absolute(path: &Path) -> Result<String> {
    let full = std::path::absolute(path).map_err(|error| Failure::unreadable(path, &error))?;
    full.into_os_string().into_string().map_err(|name| {
        let name = PathBuf::from(name);
        Failure::new(
            Code::BadInput,
            format!("the name {} is not UTF-8", name.display()),
        )
        .hint("Rename the file.")
    })
}

/// A file that takes its place only once it is complete.
pub struct Whole {
    partial: NamedTempFile,
    path: PathBuf,
}

impl Whole {
    /// Begins a file that will be `path`.
    ///
    /// # Errors
    /// [`Code::File`] where its folder cannot be written.
    pub fn at(path: &Path) -> Result<Self> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let partial = builder()
            .tempfile_in(folder.unwrap_or(Path::new(".")))
            .map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            partial,
            path: path.to_owned(),
        })
    }

    /// Where to write.
    pub fn writer(&mut self) -> &mut File {
        self.partial.as_file_mut()
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// [`Code::File`]; then whatever was there before is there still.
    pub fn finish(self) -> Result<()> {
        let Self { partial, path } = self;
        partial
            .as_file()
            .sync_all()
            .map_err(|error| unwritable(&path, &error))?;
        partial
            .persist(&path)
            .map_err(|error| unwritable(&path, &error.error))?;
        Ok(())
    }
}

/// Writes `bytes` to `path`, whole or not at all.
///
/// # Errors
/// [`Code::File`].
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = Whole::at(path)?;
    file.writer()
        .write_all(bytes)
        .map_err(|error| unwritable(path, &error))?;
    file.finish()
}

/// A file that could not be written.
pub fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Code::File,
        format!("cannot write {}: {error}", path.display()),
    )
    .hint("Check that the folder exists, that you may write there, and that the disk has room.")
}

/// Temporary files that only their owner reads would stay so under their final name.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hallmark-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        write(&path, b"first").unwrap();
        let mut second = Whole::at(&path).unwrap();
        second.writer().write_all(b"half").unwrap();
        drop(second);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left over"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let failure = write(Path::new("/nowhere/at/all"), b"").unwrap_err();
        assert_eq!(failure.code, "file");
        assert!(
            failure.message.contains("/nowhere/at/all"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn what_is_too_long_or_no_text_is_refused() {
        assert!(secret_from(&b"\xff\xfe"[..]).is_err());
        assert!(secret_from(io::repeat(b'x')).is_err());
        assert_eq!(secret_from(&b"pem"[..]).unwrap().expose(), "pem");
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(text(folder.path()).unwrap_err().code, "bad-input");
    }
}
