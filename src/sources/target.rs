//! A file that will be written whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::temporary::{Refused, Temporary};

/// Why a file cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// The file system says no.
    #[error("could not write `{path}`: {source}")]
    Write {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Another run writes it.
    #[error("another run is writing `{0}`: wait for it, or name another file")]
    Busy(String),
    /// Another option of this run names it.
    #[error("`{0}` is written twice: name another")]
    Twice(String),
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner: an inventory tells much about an account.
    Owner,
    /// Whoever the umask lets.
    All,
}

/// A file that can be written. Until it is, what was there stays as it was.
#[derive(Debug)]
pub struct Target {
    path: PathBuf,
    /// `None`: a pipe or a device, which is written as it is.
    part: Option<(Temporary, PathBuf)>,
}

impl Target {
    /// Makes sure that a file can be written, and that no other run does.
    ///
    /// # Errors
    /// Where it cannot be, or where one does.
    pub fn claim(path: &Path, readers: Readers) -> Result<Self, TargetError> {
        let part = part(path, readers).map_err(|refused| match refused {
            Refused::Busy => TargetError::Busy(path.display().to_string()),
            Refused::Own => TargetError::Twice(path.display().to_string()),
            Refused::Because(source) => wrong(path, source),
        })?;
        Ok(Self {
            path: path.to_owned(),
            part,
        })
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where it cannot be written; what was there is as it was then.
    pub fn write(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), TargetError> {
        self.try_write(write)
            .map_err(|source| wrong(&self.path, source))
    }

    fn try_write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let Some((part, whole)) = &self.part else {
            let mut out = BufWriter::new(OpenOptions::new().write(true).open(&self.path)?);
            write(&mut out)?;
            return out.flush();
        };
        let mut out = BufWriter::new(part.open());
        write(&mut out)?;
        out.flush()?;
        drop(out);
        part.open().sync_all()?;
        fs::rename(part.path(), whole)
    }
}

fn wrong(path: &Path, source: io::Error) -> TargetError {
    TargetError::Write {
        path: path.display().to_string(),
        source,
    }
}

fn part(path: &Path, readers: Readers) -> Result<Option<(Temporary, PathBuf)>, Refused> {
    let whole = match fs::metadata(path) {
        Ok(about) if about.is_dir() => {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        Ok(about) if !about.is_file() => return Ok(None),
        // What a link leads to is written, and the link stays.
        Ok(_) => fs::canonicalize(path)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error.into()),
    };
    let folder = match whole.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    let Some(name) = whole.file_name() else {
        return Err(io::Error::from(io::ErrorKind::InvalidFilename).into());
    };
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o666,
    };
    let part = Temporary::file(folder, &name.to_string_lossy(), mode)?;
    Ok(Some((part, whole)))
}

/// What makes two paths lead to one file: the file, or the folder and the name where there is none yet. `None` for pipes and
/// devices, which may be written twice, and for what cannot be looked at.
#[must_use]
pub fn identity(path: &Path) -> Option<FileIdentity> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() => file_identity(path, &about),
        Ok(_) => None,
        Err(_) => {
            let folder = match path.parent() {
                Some(folder) if folder != Path::new("") => folder,
                Some(_) | None => Path::new("."),
            };
            let folder = fs::canonicalize(folder).ok()?;
            Some(FileIdentity::Path(folder.join(path.file_name()?)))
        }
    }
}

/// See [`identity`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileIdentity {
    /// Device and number.
    File(u64, u64),
    /// Where it will be.
    Path(PathBuf),
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
fn file_identity(_: &Path, about: &fs::Metadata) -> Option<FileIdentity> {
    use std::os::unix::fs::MetadataExt as _;
    Some(FileIdentity::File(about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn file_identity(path: &Path, _: &fs::Metadata) -> Option<FileIdentity> {
    fs::canonicalize(path).ok().map(FileIdentity::Path)
}
