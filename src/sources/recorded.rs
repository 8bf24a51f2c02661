//! Inventory files, read whole.

use std::fs;
use std::io::{self, Read};
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
/// Where one cannot be read, is no inventory, or disagrees with another.
pub fn load(
    files: &[PathBuf],
    names: &[String],
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
        let (name, bytes) = bytes(path)?;
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

/// The bytes of a file; of standard input where the path is `-`.
///
/// # Errors
/// Where it cannot be read.
pub fn bytes(path: &Path) -> Result<(String, Vec<u8>), SourceError> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        let name = "standard input".to_owned();
        return match io::stdin().read_to_end(&mut bytes) {
            Ok(_) => Ok((name, bytes)),
            Err(source) => Err(SourceError::Read { path: name, source }),
        };
    }
    let name = path.display().to_string();
    match fs::read(path) {
        Ok(bytes) => Ok((name, bytes)),
        Err(source) => Err(SourceError::Read { path: name, source }),
    }
}
