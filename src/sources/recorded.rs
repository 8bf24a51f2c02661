//! Inventory files: read whole, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::inventory::{Inventory, ReadError, Stranger, Timestamp, merge, read, strangers};

use super::examples;

/// Why no inventory could be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The file cannot be read.
    #[error("could not read `{path}`: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// The file is larger than it may be.
    #[error(
        "`{path}` is larger than {limit} bytes, and was not read further; --max-input allows more"
    )]
    TooLarge {
        /// The file.
        path: String,
        /// The size that it may have.
        limit: u64,
    },
    /// The file is no text.
    #[error("`{path}` is no text: it is made of NUL bytes")]
    NoText {
        /// The file.
        path: String,
    },
    /// The file cannot be written.
    #[error("could not write `{path}`: {source}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// There is no such example.
    #[error("there is no example `{name}`; there are {known}")]
    NoExample {
        /// The name that was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The files make no inventory.
    #[error(transparent)]
    Inventory(#[from] ReadError),
}

/// Reads files and examples, each by name, into one inventory. Gives the fields of the frame that it does not know, too.
///
/// # Errors
/// Where one cannot be read, is larger than `limit` bytes, is no inventory, or disagrees with another.
pub fn load(
    files: &[PathBuf],
    names: &[String],
    limit: u64,
) -> Result<(Inventory, Vec<Stranger>), SourceError> {
    let mut all = Vec::new();
    let mut odd = Vec::new();
    for name in names {
        let example = examples::find(name).ok_or_else(|| SourceError::NoExample {
            name: name.clone(),
            known: examples::EXAMPLES
                .iter()
                .map(|example| example.name)
                .collect::<Vec<_>>()
                .join(", "),
        })?;
        let file = format!("example {name}");
        let inventory = read(&file, example.text.as_bytes())?;
        all.push((file, inventory));
    }
    for path in files {
        let (name, bytes) = bytes(path, limit)?;
        let inventory = read(&name, &bytes)?;
        odd.extend(strangers(&name, &inventory));
        all.push((name, inventory));
    }
    Ok((merge(all)?, odd))
}

/// The moment, for what is read now.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::of(time::OffsetDateTime::now_utc())
}

/// The bytes of a file; of standard input where the path is `-`. No more than `limit` are read, and nothing after a piece
/// that no text has, so that a device or a pipe without an end is refused.
///
/// # Errors
/// Where it cannot be read, is larger, or is no text.
pub fn bytes(path: &Path, limit: u64) -> Result<(String, Vec<u8>), SourceError> {
    if path == Path::new("-") {
        let name = "standard input".to_owned();
        return read_up_to(&name, io::stdin().lock(), limit).map(|bytes| (name, bytes));
    }
    let name = path.display().to_string();
    let unread = |source| SourceError::Read {
        path: name.clone(),
        source,
    };
    let file = File::open(path).map_err(unread)?;
    let about = file.metadata().map_err(unread)?;
    if about.is_file() && about.len() > limit {
        return Err(SourceError::TooLarge { path: name, limit });
    }
    let bytes = read_up_to(&name, file, limit)?;
    Ok((name, bytes))
}

fn read_up_to(name: &str, from: impl Read, limit: u64) -> Result<Vec<u8>, SourceError> {
    const PIECE: u64 = 1 << 20;
    let path = || name.to_owned();
    let mut from = from.take(limit.saturating_add(1));
    let mut bytes = Vec::new();
    loop {
        let before = bytes.len();
        let read = from.by_ref().take(PIECE).read_to_end(&mut bytes);
        let read = read.map_err(|source| SourceError::Read {
            path: path(),
            source,
        })?;
        let new = bytes.get(before..).unwrap_or_default();
        if !new.is_empty() && new.iter().all(|byte| *byte == 0) {
            return Err(SourceError::NoText { path: path() });
        }
        if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
            return Err(SourceError::TooLarge {
                path: path(),
                limit,
            });
        }
        if read == 0 {
            return Ok(bytes);
        }
    }
}

/// Writes a file whole or not at all, readable by its owner alone: an inventory tells much about an account.
///
/// # Errors
/// Where it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<(), SourceError> {
    write_by(path, |out| out.write_all(text.as_bytes()))
}

/// The same, by who has the text piece by piece.
///
/// # Errors
/// Where it cannot be written.
pub fn write_by(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), SourceError> {
    write_whole(path, write).map_err(|source| SourceError::Write {
        path: path.display().to_string(),
        source,
    })
}

fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    // Pipes and devices are written as they are.
    if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        return write_to(File::create(path)?, write).map(|_| ());
    }
    let mut name = path
        .file_name()
        .map(std::ffi::OsStr::to_owned)
        .unwrap_or_default();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let done = private(&part)
        .and_then(|file| write_to(file, write)?.sync_all())
        .and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_file(&part);
    }
    done
}

fn write_to(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut out = BufWriter::new(file);
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

#[cfg(unix)]
fn private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<File> {
    File::create(path)
}
