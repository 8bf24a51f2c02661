//! What a survey that was interrupted leaves: a file beside the inventory, with a line for each part that was whole.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::inventory::{Inventory, Timestamp};

use super::super::recorded::{self, SourceError};
use super::part::Part;

const FORMAT: &str = "backup-preflight/unfinished/v1";

/// The first line of the file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    collected_at: Timestamp,
    /// What was asked for, in the words of the command line.
    asked: String,
}

/// Each other line.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    part: Part,
    read: Inventory,
}

/// Why what was read cannot be kept, or what was kept cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is one from an earlier run.
    #[error(
        "`{0}` is left of a run that was interrupted: --resume goes on from it; remove it to begin again"
    )]
    Left(String),
    /// The earlier run was asked for something else.
    #[error(
        "`{path}` was begun with `{begun}`, and now it is `{now}`; give the same arguments, or remove the file to begin again"
    )]
    OtherScope {
        /// The file.
        path: String,
        /// What was asked for then.
        begun: String,
        /// What is asked for now.
        now: String,
    },
    /// The file is something else.
    #[error("`{0}` is not what an interrupted run leaves; remove it or write to another file")]
    Foreign(String),
    /// The file cannot be read, or is larger than it may be.
    #[error(transparent)]
    Read(#[from] SourceError),
    /// The file cannot be written.
    #[error("could not keep what was read in `{path}`: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// The file, and what an earlier run has put into it.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// `None` until there is something to keep.
    file: Mutex<Option<File>>,
    head: Head,
    done: BTreeMap<Part, Inventory>,
}

impl Journal {
    /// The file beside an inventory.
    #[must_use]
    pub fn beside(inventory: &Path) -> PathBuf {
        let mut name = inventory.file_name().unwrap_or_default().to_owned();
        name.push(".unfinished");
        inventory.with_file_name(name)
    }

    /// Begins one. `asked`: what is asked for, in the words of the command line.
    ///
    /// # Errors
    /// Where there is one from an earlier run.
    pub fn begin(path: &Path, asked: &str, now: Timestamp) -> Result<Self, JournalError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(JournalError::Left(path.display().to_string()));
        }
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(None),
            head: Head {
                format: FORMAT.to_owned(),
                collected_at: now,
                asked: asked.to_owned(),
            },
            done: BTreeMap::new(),
        })
    }

    /// Goes on with that of an earlier run; begins one where there is none.
    ///
    /// # Errors
    /// Where the earlier run was asked for something else, or the file cannot be read or written.
    pub fn resume(
        path: &Path,
        asked: &str,
        now: Timestamp,
        limit: u64,
    ) -> Result<Self, JournalError> {
        let foreign = || JournalError::Foreign(path.display().to_string());
        match fs::symlink_metadata(path) {
            // It is written to: a link could lead to anything, and a pipe has nothing to go on from.
            Ok(found) if !found.is_file() => return Err(foreign()),
            Ok(_) => {}
            Err(_) => return Self::begin(path, asked, now),
        }
        let (_, mut text) = recorded::bytes(path, limit)?;
        // A line without an end was being written when the run was interrupted.
        let whole = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at.saturating_add(1));
        text.truncate(whole);
        let mut lines = text.split_inclusive(|byte| *byte == b'\n');
        let head = match lines.next() {
            // Interrupted before there was anything.
            None => {
                fs::remove_file(path).map_err(trouble(path))?;
                return Self::begin(path, asked, now);
            }
            Some(line) => serde_json::from_slice::<Head>(line).map_err(|_| foreign())?,
        };
        if head.format != FORMAT {
            return Err(foreign());
        }
        if head.asked != asked {
            return Err(JournalError::OtherScope {
                path: path.display().to_string(),
                begun: head.asked,
                now: asked.to_owned(),
            });
        }
        let mut done = BTreeMap::new();
        for line in lines {
            let line: Line = serde_json::from_slice(line).map_err(|_| foreign())?;
            done.insert(line.part, line.read);
        }
        let file = private().open(path).map_err(trouble(path))?;
        let length = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(length).map_err(trouble(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(Some(file)),
            head,
            done,
        })
    }

    /// When the reading began.
    #[must_use]
    pub const fn collected_at(&self) -> &Timestamp {
        &self.head.collected_at
    }

    /// The parts that an earlier run has done.
    pub fn done(&self) -> impl Iterator<Item = (&Part, &Inventory)> {
        self.done.iter()
    }

    /// Whether an earlier run has done a part.
    #[must_use]
    pub fn has(&self, part: &Part) -> bool {
        self.done.contains_key(part)
    }

    /// Keeps a part that is whole.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn keep(&self, part: &Part, read: &Inventory) -> Result<(), JournalError> {
        let line = Line {
            part: part.clone(),
            read: read.clone(),
        };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &mut *file {
            return self.write(file, &line);
        }
        let mut fresh = match private().create_new(true).open(&self.path) {
            Ok(fresh) => fresh,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(JournalError::Left(self.path.display().to_string()));
            }
            Err(error) => return Err(trouble(&self.path)(error)),
        };
        self.write(&mut fresh, &self.head)?;
        self.write(&mut fresh, &line)?;
        *file = Some(fresh);
        Ok(())
    }

    fn write(&self, file: &mut File, line: &impl Serialize) -> Result<(), JournalError> {
        let wrong = trouble(&self.path);
        let mut text = serde_json::to_vec(line).map_err(|error| wrong(error.into()))?;
        text.push(b'\n');
        file.write_all(&text).map_err(wrong)
    }
}

/// Takes the file away, once what was kept in it is in a whole file.
///
/// # Errors
/// Where it cannot be removed.
pub fn clear(path: &Path) -> Result<(), JournalError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(trouble(path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn trouble(path: &Path) -> impl Fn(io::Error) -> JournalError + use<'_> {
    move |source| JournalError::File {
        path: path.display().to_string(),
        source,
    }
}

/// For its owner alone, and only ever added to.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
