//! Writes a context's archive as Docker's command does: owned by root, to the second, in order.

use super::{
    unreadable,
    walk::{Entry, Kind},
};
use crate::error::{Error, ErrorKind, Result};
use bytes::{Bytes, BytesMut};
use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tar::{Builder, EntryType, Header};
use tokio::sync::mpsc;

/// The size of a piece.
const PIECE: usize = 128 << 10;

/// Takes what is written in pieces, and waits where nobody takes them.
pub(super) struct Pieces {
    to: mpsc::Sender<Result<Bytes>>,
    held: BytesMut,
    counted: Arc<AtomicU64>,
}

impl Pieces {
    pub(super) fn new(to: mpsc::Sender<Result<Bytes>>, counted: Arc<AtomicU64>) -> Self {
        Self {
            to,
            held: BytesMut::with_capacity(PIECE),
            counted,
        }
    }

    fn send(&mut self) -> io::Result<()> {
        let piece = self.held.split().freeze();
        let long = piece.len() as u64;
        self.to
            .blocking_send(Ok(piece))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        self.counted.fetch_add(long, Ordering::Relaxed);
        Ok(())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = PIECE - self.held.len();
        let part = &bytes[..bytes.len().min(room)];
        self.held.extend_from_slice(part);
        if self.held.len() == PIECE {
            self.send()?;
            self.held.reserve(PIECE);
        }
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.held.is_empty() {
            true => Ok(()),
            false => self.send(),
        }
    }
}

/// An archive that is being written.
pub(super) struct Archive<W: Write> {
    builder: Builder<W>,
}

impl<W: Write> Archive<W> {
    pub(super) fn new(to: W) -> Self {
        Self {
            builder: Builder::new(to),
        }
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, entry: &Entry) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_mode(entry.mode);
        header.set_mtime(entry.modified);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(0);
        let path = entry.relative.as_path();
        let written = match &entry.kind {
            Kind::Skipped => Ok(()),
            Kind::File => return self.file(entry, header),
            Kind::Folder => {
                header.set_entry_type(EntryType::Directory);
                let mut name = path.as_os_str().to_owned();
                name.push("/");
                self.builder
                    .append_data(&mut header, Path::new(&name), io::empty())
            }
            Kind::Link(to) => {
                header.set_entry_type(EntryType::Symlink);
                self.builder.append_link(&mut header, path, to)
            }
            Kind::Again(first) => {
                header.set_entry_type(EntryType::Link);
                self.builder
                    .append_link(&mut header, path, Path::new(first))
            }
            Kind::Pipe => {
                header.set_entry_type(EntryType::Fifo);
                self.builder.append_data(&mut header, path, io::empty())
            }
            Kind::Device {
                block,
                major,
                minor,
            } => {
                let kind = if *block {
                    EntryType::Block
                } else {
                    EntryType::Char
                };
                header.set_entry_type(kind);
                // They only fail for a header of another form.
                let _ = header.set_device_major(*major);
                let _ = header.set_device_minor(*minor);
                self.builder.append_data(&mut header, path, io::empty())
            }
        };
        written.map_err(|error| failed(&entry.on_disk, &error))
    }

    fn file(&mut self, entry: &Entry, mut header: Header) -> Result<()> {
        let file =
            File::open(&entry.on_disk).map_err(|error| unreadable(&entry.on_disk, &error))?;
        // Its size as it is now that it is open: the walk may have seen another.
        let size = file
            .metadata()
            .map_err(|error| unreadable(&entry.on_disk, &error))?
            .len();
        header.set_entry_type(EntryType::Regular);
        header.set_size(size);
        let mut counted = Counted {
            file: file.take(size),
            read: 0,
            failed: None,
        };
        let written = self
            .builder
            .append_data(&mut header, &entry.relative, &mut counted);
        if let Some(error) = counted.failed {
            return Err(unreadable(&entry.on_disk, &error));
        }
        written.map_err(|error| failed(&entry.on_disk, &error))?;
        // An archive that promised more, or less, than there is would be another file's content.
        let grew = counted.file.get_mut().read(&mut [0]).unwrap_or(0) > 0;
        match counted.read != size || grew {
            true => Err(Error::new(
                ErrorKind::File,
                format!("{} changed while it was read", entry.on_disk.display()),
                "Something still writes it. Wait until that is done, or leave it out of the build \
                 with .dockerignore.",
            )),
            false => Ok(()),
        }
    }

    /// Adds a file with this text, readable by its owner.
    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_mode(0o600);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(text.len() as u64);
        header.set_entry_type(EntryType::Regular);
        self.builder
            .append_data(&mut header, name, text.as_bytes())
            .map_err(|error| failed(Path::new(name), &error))
    }

    pub(super) fn finish(self) -> Result<()> {
        let mut to = self
            .builder
            .into_inner()
            .map_err(|error| failed(Path::new("."), &error))?;
        to.flush().map_err(|error| failed(Path::new("."), &error))
    }
}

/// Nobody takes it any more, or its name fits into no archive.
fn failed(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Error::cancelled(),
        _ => Error::new(
            ErrorKind::File,
            format!("{} cannot be sent: {error}", path.display()),
            "Leave it out of the build with .dockerignore.",
        ),
    }
}

/// Counts what is read, and keeps an error that is the file's own.
struct Counted {
    file: io::Take<File>,
    read: u64,
    failed: Option<io::Error>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.file.read(buffer) {
            Ok(count) => {
                self.read += count as u64;
                Ok(count)
            }
            Err(error) => {
                let told = io::Error::from(error.kind());
                self.failed = Some(error);
                Err(told)
            }
        }
    }
}
