//! Walks through a context, folder by folder and by name, and leaves out what is ignored.

use super::{
    ignore::{Ignore, Known},
    slashed, unreadable,
};
use crate::error::Result;
use std::{
    collections::HashMap,
    ffi::OsString,
    fs::{self, Metadata},
    path::{Path, PathBuf},
};

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
    /// A symbolic link, and where it leads.
    Link(PathBuf),
    /// Another name of a file that was met before, by its path.
    Again(String),
    /// A pipe, or a device with its two numbers.
    Pipe,
    Device {
        block: bool,
        major: u32,
        minor: u32,
    },
    /// A socket: no archive has a way to hold one, and Docker passes over it too.
    Skipped,
}

/// One entry of a context.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its place in the archive.
    pub(crate) path: String,
    /// The same as the file system has it.
    pub(crate) relative: PathBuf,
    pub(crate) on_disk: PathBuf,
    pub(crate) kind: Kind,
    pub(crate) size: u64,
    pub(crate) mode: u32,
    /// Seconds since 1970.
    pub(crate) modified: u64,
}

/// A folder that is walked through.
struct Folder {
    relative: PathBuf,
    names: std::vec::IntoIter<OsString>,
    known: Option<Known>,
}

pub(crate) struct Walk<'a> {
    root: &'a Path,
    ignore: &'a Ignore,
    open: Vec<Folder>,
    started: bool,
    /// Files of several names that were met, by device and number.
    met: HashMap<(u64, u64), String>,
}

impl<'a> Walk<'a> {
    pub(crate) fn of(root: &'a Path, ignore: &'a Ignore) -> Self {
        Self {
            root,
            ignore,
            open: Vec::new(),
            started: false,
            met: HashMap::new(),
        }
    }

    fn enter(&mut self, relative: PathBuf, known: Option<Known>) -> Result<()> {
        let path = self.root.join(&relative);
        let wrong = |error: std::io::Error| unreadable(&path, &error);
        let mut names = fs::read_dir(&path)
            .and_then(|entries| {
                entries
                    .map(|entry| entry.map(|entry| entry.file_name()))
                    .collect::<std::io::Result<Vec<_>>>()
            })
            .map_err(wrong)?;
        names.sort();
        self.open.push(Folder {
            relative,
            names: names.into_iter(),
            known,
        });
        Ok(())
    }

    fn step(&mut self) -> Result<Option<Entry>> {
        if !self.started {
            self.started = true;
            self.enter(PathBuf::new(), None)?;
        }
        loop {
            let Some(folder) = self.open.last_mut() else {
                return Ok(None);
            };
            let Some(name) = folder.names.next() else {
                self.open.pop();
                continue;
            };
            let relative = folder.relative.join(name);
            let path = slashed(&relative);
            let (out, known) = self.ignore.look(&path, folder.known.as_ref());
            let on_disk = self.root.join(&relative);
            let facts = match fs::symlink_metadata(&on_disk) {
                Ok(facts) => facts,
                // It went away since the folder was read, as if it had never been there.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(unreadable(&on_disk, &error)),
            };
            if facts.is_dir() && (!out || self.ignore.may_bring_back_below(&path)) {
                self.enter(relative.clone(), Some(known))?;
            }
            if !out {
                return self.entry(path, relative, on_disk, &facts).map(Some);
            }
        }
    }

    fn entry(
        &mut self,
        path: String,
        relative: PathBuf,
        on_disk: PathBuf,
        facts: &Metadata,
    ) -> Result<Entry> {
        let kind = match facts.file_type() {
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_symlink() => {
                Kind::Link(fs::read_link(&on_disk).map_err(|error| unreadable(&on_disk, &error))?)
            }
            kind if kind.is_file() => self.file(&path, facts),
            _ => special(facts),
        };
        let modified = facts
            .modified()
            .ok()
            .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        Ok(Entry {
            kind,
            size: facts.len(),
            mode: mode(facts),
            modified: modified.map_or(0, |since| since.as_secs()),
            path,
            relative,
            on_disk,
        })
    }

    #[cfg(unix)]
    fn file(&mut self, path: &str, facts: &Metadata) -> Kind {
        use std::os::unix::fs::MetadataExt as _;
        if facts.nlink() < 2 {
            return Kind::File;
        }
        match self.met.entry((facts.dev(), facts.ino())) {
            std::collections::hash_map::Entry::Occupied(known) => Kind::Again(known.get().clone()),
            std::collections::hash_map::Entry::Vacant(fresh) => {
                fresh.insert(path.to_owned());
                Kind::File
            }
        }
    }

    #[cfg(not(unix))]
    fn file(&mut self, _: &str, _: &Metadata) -> Kind {
        Kind::File
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

#[cfg(unix)]
fn mode(facts: &Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt as _;
    facts.mode() & 0o7777
}

/// Windows has no such bits; Docker's command makes everything executable there.
#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    0o755
}

#[cfg(unix)]
fn special(facts: &Metadata) -> Kind {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let kind = facts.file_type();
    let device = |block| Kind::Device {
        block,
        // As the kernel packs the two numbers (makedev(3)).
        major: u32::try_from((facts.rdev() >> 8) & 0xfff).unwrap_or_default(),
        minor: u32::try_from((facts.rdev() & 0xff) | ((facts.rdev() >> 12) & 0xf_ff00))
            .unwrap_or_default(),
    };
    match () {
        () if kind.is_fifo() => Kind::Pipe,
        () if kind.is_block_device() => device(true),
        () if kind.is_char_device() => device(false),
        () => Kind::Skipped,
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> Kind {
    Kind::Skipped
}
