//! A folder of files, written whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{self, Former};
use super::stage::{MOVED, NEW, move_in, move_out};
use super::temporary::{Refused, Temporary};

/// Why a folder was not written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something in it.
    #[error("`{0}` is not empty; --force overwrites files of the same name")]
    NotEmpty(String),
    /// Another run writes it.
    #[error("another run is writing `{0}`: wait for it, or name another folder")]
    Busy(String),
    /// Another option of this run names it.
    #[error("`{0}` is written twice: name another")]
    Twice(String),
    /// The folder cannot be made or looked into, or one of the files cannot be written.
    #[error("could not write `{path}`: {source}")]
    Write {
        /// The folder.
        path: String,
        /// Why.
        source: io::Error,
    },
}

/// A folder that can be written. Until it is, it is as it was.
#[derive(Debug)]
pub struct Folder {
    /// As it was named.
    named: PathBuf,
    /// Where it is; `None`: there is none yet.
    place: Option<PathBuf>,
    stage: Temporary,
}

impl Folder {
    /// Makes sure that a folder can be written, and that no other run does. It is new or empty, or `force` is given.
    ///
    /// # Errors
    /// Where it is neither, where it cannot be written, or where another run does.
    pub fn claim(folder: &Path, force: bool) -> Result<Self, FolderError> {
        let named = folder.display().to_string();
        let wrong = |source| FolderError::Write {
            path: named.clone(),
            source,
        };
        let place = match fs::canonicalize(folder) {
            Ok(place) => Some(place),
            // A link that leads nowhere is no new folder.
            Err(error)
                if error.kind() == io::ErrorKind::NotFound
                    && fs::symlink_metadata(folder).is_err() =>
            {
                None
            }
            Err(error) => return Err(wrong(error)),
        };
        let (within, target) = match &place {
            Some(place) => (place.clone(), WITHIN.to_owned()),
            None => beside(folder).map_err(wrong)?,
        };
        let stage = Temporary::folder(&within, &target).map_err(|refused| match refused {
            Refused::Busy => FolderError::Busy(named.clone()),
            Refused::Own => FolderError::Twice(named.clone()),
            Refused::Because(source) => wrong(source),
        })?;
        if let (Some(place), false) = (&place, force) {
            let mut entries = fs::read_dir(place).map_err(wrong)?.flatten();
            if entries.any(|entry| Some(&*entry.file_name()) != stage.path().file_name()) {
                return Err(FolderError::NotEmpty(named));
            }
        }
        Ok(Self {
            named: folder.to_owned(),
            place,
            stage,
        })
    }

    /// The files of a former run that are in it.
    #[must_use]
    pub fn former(&self) -> Vec<String> {
        let place = self.place.as_deref();
        let former = place.map(|place| manifest::former(place, &[]));
        let Former { unchanged, changed } = former.unwrap_or_default();
        unchanged.into_iter().chain(changed).collect()
    }

    /// The files in it whose names are such: what somebody's program has kept there.
    #[must_use]
    pub fn named(&self, is_such: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = self
            .place
            .as_ref()
            .and_then(|place| fs::read_dir(place).ok());
        let names = entries.into_iter().flatten().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| is_such(name)).collect();
        names.sort();
        names
    }

    /// Writes files, each by its path with `/` between folders. What a former run wrote and this one does not goes, unless
    /// somebody changed it since; such files are given back, and those that somebody changed and this one writes over.
    ///
    /// # Errors
    /// Where one of them cannot be written; the folder is as it was then.
    pub fn write<'a>(
        self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Left, FolderError> {
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        self.try_write(&files).map_err(|source| FolderError::Write {
            path: self.named.display().to_string(),
            source,
        })
    }

    fn try_write(&self, files: &[(&str, &str)]) -> io::Result<Left> {
        let written = manifest::text(files);
        let files: Vec<(&str, &str)> = files
            .iter()
            .copied()
            .chain([(manifest::NAME, &*written)])
            .collect();
        let new = self.stage.path().join(NEW);
        fs::create_dir(&new)?;
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for (path, text) in &files {
            let path = new.join(path);
            if let Some(parent) = path.parent()
                && !folders.contains(parent)
            {
                fs::create_dir_all(parent)?;
                folders.insert(parent.to_owned());
            }
            fs::write(path, text)?;
        }
        let Some(place) = &self.place else {
            let whole = std::path::absolute(&self.named)?;
            if let Some(parent) = whole.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::rename(new, whole)?;
            return Ok(Left::default());
        };
        let mut over = manifest::former(place, &[]).changed;
        over.retain(|path| {
            let new = files.iter().find(|(name, _)| name == path);
            new.is_some_and(|(_, text)| {
                fs::read(place.join(path)).is_ok_and(|now| now != text.as_bytes())
            })
        });
        let Former { unchanged, changed } = manifest::former(place, &files);
        let paths = files.iter().map(|(path, _)| *path);
        let paths: Vec<&str> = paths.chain(unchanged.iter().map(String::as_str)).collect();
        fs::write(self.stage.path().join(MOVED), paths.join("\n"))?;
        let stage = self.stage.path();
        for (path, _) in &files {
            move_in(stage, place, path)?;
        }
        for path in &unchanged {
            move_out(stage, place, path)?;
        }
        // From here on there is nothing to undo.
        fs::remove_file(stage.join(MOVED))?;
        for folder in unchanged
            .iter()
            .flat_map(|path| Path::new(path).ancestors().skip(1))
        {
            if folder != Path::new("") {
                // Only where it is empty.
                let _ = fs::remove_dir(place.join(folder));
            }
        }
        Ok(Left { changed, over })
    }
}

/// What somebody changed of the files of a former run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// What is left as it is.
    pub changed: Vec<String>,
    /// What this run wrote over.
    pub over: Vec<String>,
}

/// What the files within a folder that is there already are staged as.
const WITHIN: &str = "backup-preflight";

/// The nearest folder that there is above a new one, and the name of what is new in it.
fn beside(folder: &Path) -> io::Result<(PathBuf, String)> {
    let mut whole = std::path::absolute(folder)?;
    while let Some(name) = whole.file_name() {
        let name = name.to_string_lossy().into_owned();
        whole.pop();
        if whole.exists() {
            return Ok((whole, name));
        }
    }
    Err(io::ErrorKind::NotFound.into())
}
