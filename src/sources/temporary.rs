//! Files and folders that stand for others until these are whole. They lie beside them, under names that nobody can
//! guess, and are locked for as long as the run goes that writes them: what a run left that was killed can be told from
//! that, and the next one for the same target takes it away.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::Builder;

use super::stage;

/// What each name ends with.
const END: &str = ".part";
/// So much of a target's name is in that of its temporary file: names have a greatest length.
const NAME: usize = 100;

/// Those of this run.
static HELD: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Why there is no temporary file.
#[derive(Debug)]
pub enum Refused {
    /// Another run writes the same.
    Busy,
    /// This run does.
    Own,
    /// The file system says no.
    Because(io::Error),
}

impl From<io::Error> for Refused {
    /// Without the name of the temporary file, which nobody has asked for.
    fn from(error: io::Error) -> Self {
        let text = error.to_string();
        Self::Because(match text.split_once(" at path ") {
            Some((why, _)) => io::Error::new(error.kind(), why),
            None => error,
        })
    }
}

/// A temporary file, or a folder with what is to be written in it. It goes when this is dropped.
#[derive(Debug)]
pub struct Temporary {
    path: PathBuf,
    /// Locked until it is closed.
    lock: File,
}

impl Temporary {
    /// A file in a folder, for a target of this name in it.
    pub fn file(folder: &Path, target: &str, mode: u32) -> Result<Self, Refused> {
        let begin = begin(target);
        let made = builder(&begin, mode).tempfile_in(folder)?;
        let (lock, path) = made.keep().map_err(|error| error.error)?;
        Self { path, lock }.held(folder, &begin)
    }

    /// A folder in another, for a target of this name.
    pub fn folder(folder: &Path, target: &str) -> Result<Self, Refused> {
        let begin = begin(target);
        let path = builder(&begin, 0o755).tempdir_in(folder)?.keep();
        match File::create_new(path.join(LOCK)) {
            Ok(lock) => Self { path, lock }.held(folder, &begin),
            Err(error) => {
                // The error that matters is the first one.
                let _ = fs::remove_dir_all(&path);
                Err(error.into())
            }
        }
    }

    /// Locks it, and takes away what runs that were killed have left. Another one that is locked is another run's.
    fn held(self, folder: &Path, begin: &str) -> Result<Self, Refused> {
        // Some file systems know no locks.
        let _ = self.lock.try_lock();
        held().insert(self.path.clone());
        for entry in fs::read_dir(folder)?.flatten() {
            let name = entry.file_name();
            let is_one = name
                .to_str()
                .is_some_and(|name| name.starts_with(begin) && name.ends_with(END));
            if is_one && Some(&*name) != self.path.file_name() {
                // No two have one name.
                let is_own = |path: &PathBuf| path.file_name() == Some(&*name);
                if held().iter().any(is_own) {
                    return Err(Refused::Own);
                }
                clear_one(&entry.path())?;
            }
        }
        Ok(self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file itself.
    pub const fn open(&self) -> &File {
        &self.lock
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        remove(&self.path);
        held().remove(&self.path);
    }
}

/// The lock of a folder, in it.
pub const LOCK: &str = "lock";

/// Takes away what this run has, as it ends in the middle. Files that are being moved to their places are left, and the next
/// run moves them back.
pub fn clear() {
    for path in held().iter().filter(|path| !stage::is_moving(path)) {
        remove(path);
    }
}

fn held() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn begin(target: &str) -> String {
    format!(".{}.", target.chars().take(NAME).collect::<String>())
}

fn builder(begin: &str, mode: u32) -> Builder<'_, 'static> {
    let mut builder = Builder::new();
    builder.prefix(begin).suffix(END).rand_bytes(12);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

fn clear_one(path: &Path) -> Result<(), Refused> {
    let is_folder = match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => true,
        Ok(about) if about.is_file() => false,
        // Gone by now, or nothing of ours.
        Ok(_) | Err(_) => return Ok(()),
    };
    let lock = if is_folder {
        path.join(LOCK)
    } else {
        path.to_owned()
    };
    if let Ok(file) = File::open(lock)
        && matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    {
        return Err(Refused::Busy);
    }
    remove(path);
    Ok(())
}

fn remove(path: &Path) {
    let is_folder = fs::symlink_metadata(path).is_ok_and(|about| about.is_dir());
    // There is nobody to tell: what matters was said, or is whole.
    let _ = if is_folder {
        stage::undo(path);
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
}
