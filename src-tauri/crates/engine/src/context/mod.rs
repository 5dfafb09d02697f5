//! The context of a build: a folder, as the tar archive that Docker's command would send of it.
//!
//! It is written as it is read, from a thread of its own into a channel of a few small pieces, so
//! that 2 GB of context need no more memory than 2 MB.

mod ignore;
mod walk;
mod write;

pub use ignore::Ignore;

use crate::error::{Error, ErrorKind, Result};
use bytes::Bytes;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::mpsc;
use walk::{Kind, Walk};

/// Pieces that are on their way at once.
const PIECES: usize = 8;
/// The longest Dockerfile.
const DOCKERFILE: u64 = 2 << 20;
/// Where counting a context stops.
const COUNTED: u64 = 200_000;

/// A folder to build, with its Dockerfile.
#[derive(Clone, Debug)]
pub struct Context {
    folder: PathBuf,
    /// Where the Dockerfile is in the archive.
    dockerfile: String,
    /// The file itself.
    dockerfile_path: PathBuf,
    text: String,
    /// The Dockerfile is not in the folder, and is sent beside it.
    outside: bool,
    ignore: Ignore,
    ignore_file: Option<PathBuf>,
}

/// How much of a context there is to send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Files, folders and links.
    pub entries: u64,
    /// Bytes of files.
    pub bytes: u64,
    /// Counting stopped early: it is more.
    pub more: bool,
}

impl Context {
    /// A context, with everything checked that can be before a byte is sent.
    ///
    /// `dockerfile` is a path as the user gave it, by itself relative to where they are; without
    /// one it is `Dockerfile` in the folder. With `own_ignore_file`, one named like the Dockerfile
    /// with `.dockerignore` behind comes before the folder's (as BuildKit has it).
    ///
    /// # Errors
    /// [`ErrorKind::BadInput`] or [`ErrorKind::File`], naming the file.
    pub fn open(folder: &Path, dockerfile: Option<&Path>, own_ignore_file: bool) -> Result<Self> {
        let given = folder;
        let folder = fs::canonicalize(folder).map_err(|error| {
            Error::new(
                ErrorKind::File,
                format!(
                    "the folder to build cannot be opened: {}: {error}",
                    given.display()
                ),
                "Name a folder that is there, such as . for this one.",
            )
        })?;
        if !folder.is_dir() {
            return Err(Error::new(
                ErrorKind::BadInput,
                format!(
                    "{} is a file, and the context of a build is a folder",
                    given.display()
                ),
                "Name the folder, and the Dockerfile with -f.",
            ));
        }
        let path = match dockerfile {
            Some(path) => path.to_owned(),
            None => default_dockerfile(&folder),
        };
        let text = read_dockerfile(&path)?;
        let (inside, outside) = match place_in(&folder, &path) {
            Some(inside) => (inside, false),
            None => (String::new(), true),
        };
        let (ignore, ignore_file) = ignore_of(&folder, &path, own_ignore_file)?;
        let mut kept = vec![".dockerignore"];
        if !outside {
            kept.push(&inside);
        }
        let ignore = ignore.keeping(&kept);
        Ok(Self {
            dockerfile: match outside {
                false => inside,
                // As Docker's command names it: nobody has a file of that name.
                true => format!(".dockerfile.{:016x}", fingerprint(&path, &text)),
            },
            folder,
            dockerfile_path: path,
            text,
            outside,
            ignore,
            ignore_file,
        })
    }

    /// Where the Dockerfile is in what is sent.
    pub fn dockerfile(&self) -> &str {
        &self.dockerfile
    }

    /// The Dockerfile on disk.
    pub fn dockerfile_path(&self) -> &Path {
        &self.dockerfile_path
    }

    /// The Dockerfile's text, as it was read when the context was opened.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The ignore file that is used.
    pub fn ignore_file(&self) -> Option<&Path> {
        self.ignore_file.as_deref()
    }

    /// How much there is to send. Blocks: reads every folder, and no file.
    ///
    /// # Errors
    /// [`ErrorKind::File`] where a folder cannot be read.
    pub fn extent(&self) -> Result<Extent> {
        let mut extent = Extent::default();
        for entry in Walk::of(&self.folder, &self.ignore) {
            let entry = entry?;
            if entry.kind == Kind::Skipped {
                continue;
            }
            extent.entries += 1;
            extent.bytes += if entry.kind == Kind::File {
                entry.size
            } else {
                0
            };
            if extent.entries >= COUNTED {
                extent.more = true;
                break;
            }
        }
        Ok(extent)
    }

    /// The archive, piece by piece, and how many bytes of it were taken.
    pub(crate) fn stream(&self) -> (mpsc::Receiver<Result<Bytes>>, Arc<AtomicU64>) {
        let (pieces, taken) = mpsc::channel(PIECES);
        let sent = Arc::new(AtomicU64::new(0));
        let (context, counted) = (self.clone(), Arc::clone(&sent));
        // Its own thread, not one of the few that others block on: a context can take minutes.
        std::thread::spawn(move || {
            let to = write::Pieces::new(pieces.clone(), counted);
            if let Err(error) = context.write(to) {
                // Nobody takes it any more where the build was stopped.
                let _ = pieces.blocking_send(Err(error));
            }
        });
        (taken, sent)
    }

    /// Writes the archive.
    ///
    /// # Errors
    /// [`ErrorKind::File`] naming the file that cannot be read or changed meanwhile.
    pub fn write_to(&self, to: impl std::io::Write) -> Result<()> {
        let mut archive = write::Archive::new(to);
        let ignore_text = self
            .outside
            .then(|| self.folder_ignore_text())
            .transpose()?;
        for entry in Walk::of(&self.folder, &self.ignore) {
            let entry = entry?;
            let replaced = entry.path == ".dockerignore" && ignore_text.is_some();
            if !replaced {
                archive.add(&entry)?;
            }
        }
        if let Some(ignore_text) = ignore_text {
            archive.text(".dockerignore", &ignore_text)?;
            archive.text(&self.dockerfile, &self.text)?;
        }
        archive.finish()
    }

    fn write(&self, to: write::Pieces) -> Result<()> {
        self.write_to(to)
    }

    /// The folder's ignore file, with the Dockerfile's own name behind it: so that no step copies
    /// it into the image.
    fn folder_ignore_text(&self) -> Result<String> {
        let path = self.folder.join(".dockerignore");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                ".dockerignore".to_owned()
            }
            Err(error) => return Err(unreadable(&path, &error)),
        };
        Ok(format!("{text}\n{}\n", self.dockerfile))
    }
}

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::File,
        format!("{} cannot be read: {error}", path.display()),
        "Make it readable, or leave it out of the build with .dockerignore.",
    )
}

/// `Dockerfile`, or `dockerfile` where only that is there, as Docker's command has it.
fn default_dockerfile(folder: &Path) -> PathBuf {
    let path = folder.join("Dockerfile");
    let lower = folder.join("dockerfile");
    match !path.exists() && lower.exists() {
        true => lower,
        false => path,
    }
}

fn read_dockerfile(path: &Path) -> Result<String> {
    let wrong = |why: String, hint: &str| Error::new(ErrorKind::BadInput, why, hint);
    let kind = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => wrong(
            format!("there is no Dockerfile at {}", path.display()),
            "Write one, or name another with -f.",
        ),
        _ => unreadable(path, &error),
    })?;
    if !kind.is_file() {
        let words = format!("{} is no file", path.display());
        return Err(wrong(words, "Name a Dockerfile with -f."));
    }
    if kind.len() > DOCKERFILE {
        let words = format!("{} is longer than {} MB", path.display(), DOCKERFILE >> 20);
        return Err(wrong(words, "Is it the right file?"));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        wrong(
            format!("{} is no text in UTF-8: byte {at} is none", path.display()),
            "Save it as UTF-8.",
        )
    })?;
    let empty = crate::dockerfile::parse(&text).instructions.is_empty();
    match empty {
        true => Err(wrong(
            format!("{} is empty", path.display()),
            "Begin with FROM and an image.",
        )),
        false => Ok(text),
    }
}

/// Where a file is in a folder, with `/` between the parts.
fn place_in(folder: &Path, path: &Path) -> Option<String> {
    // The file's own name stays, also where it is a link: it is what the archive has.
    let name = path.file_name()?;
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = fs::canonicalize(parent.unwrap_or(Path::new("."))).ok()?;
    let inside = parent.strip_prefix(folder).ok()?.join(name);
    // What a link leads out of the folder is not in the archive.
    let real = fs::canonicalize(path).ok()?;
    real.starts_with(folder).then(|| slashed(&inside))
}

/// A path with `/` between its parts, whatever the system has.
pub(crate) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

fn ignore_of(folder: &Path, dockerfile: &Path, own: bool) -> Result<(Ignore, Option<PathBuf>)> {
    let mut beside = dockerfile.as_os_str().to_owned();
    beside.push(".dockerignore");
    let beside = own.then(|| PathBuf::from(beside));
    for path in beside.into_iter().chain([folder.join(".dockerignore")]) {
        match fs::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8_lossy(&bytes);
                return Ok((Ignore::parse(&text, &path)?, Some(path)));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(&path, &error)),
        }
    }
    Ok((Ignore::default(), None))
}

/// The same for the same Dockerfile, so that what was built before is found in the cache.
fn fingerprint(path: &Path, text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    (path, text).hash(&mut hasher);
    hasher.finish()
}

/// Bytes of the archive that were taken so far.
pub(crate) fn taken(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests;
