//! A folder of files, written whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use super::recorded::{SourceError, write};

/// Why a folder was not written.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is something in it.
    #[error("`{0}` is not empty; --force writes over what has the same name")]
    NotEmpty(String),
    /// The folder cannot be made or looked into.
    #[error("could not write `{path}`: {source}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// One of the files cannot be written.
    #[error(transparent)]
    File(#[from] SourceError),
}

/// Writes files, each by its path with `/` between folders. Into a new or an empty folder they come all at once; with
/// `force`, into any, each whole.
///
/// # Errors
/// Where the folder is not empty and `force` was not given, or where one of the files cannot be written; a folder that
/// was new or empty is then as it was.
pub fn write_all<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    force: bool,
) -> Result<(), FolderError> {
    let wrong = |source| FolderError::Folder {
        path: folder.display().to_string(),
        source,
    };
    if !is_free(folder).map_err(wrong)? {
        if !force {
            return Err(FolderError::NotEmpty(folder.display().to_string()));
        }
        return fill(folder, files);
    }
    // Beside the folder, so that the renaming stays within one file system.
    let whole = std::path::absolute(folder).map_err(wrong)?;
    let mut name = whole
        .file_name()
        .map(std::ffi::OsStr::to_owned)
        .unwrap_or_default();
    name.push(format!(".{}.part", std::process::id()));
    let part = whole.with_file_name(name);
    let done = fill(&part, files).and_then(|()| {
        if folder.exists() {
            fs::remove_dir(folder).map_err(wrong)?;
        }
        fs::rename(&part, &whole).map_err(wrong)
    });
    if done.is_err() {
        // The error that matters is the first one.
        let _ = fs::remove_dir_all(&part);
    }
    done
}

/// Whether there is no such folder, or nothing in it.
fn is_free(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

fn fill<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<(), FolderError> {
    let made = |path: &Path| {
        fs::create_dir_all(path).map_err(|source| FolderError::Folder {
            path: path.display().to_string(),
            source,
        })
    };
    made(folder)?;
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            made(parent)?;
        }
        write(&path, text)?;
    }
    Ok(())
}
