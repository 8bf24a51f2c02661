//! Which file it is: the one that is named, or the first one upward from the working directory.

use std::path::{Path, PathBuf};

use super::super::recorded;
use super::{Config, ConfigError, Vocabulary, parse};

/// The name of the file.
pub const FILE: &str = "backup-preflight.toml";

/// No configuration is larger; a larger file is something else.
const LIMIT: u64 = 1 << 20;

/// The first file of that name in a folder or in one above it.
#[must_use]
pub fn find(from: &Path) -> Option<PathBuf> {
    let mut folders = from.ancestors();
    folders.find_map(|folder| {
        let file = folder.join(FILE);
        // A pipe of that name is nobody's configuration, and would be waited for; one that is named is read.
        if recorded::is_pipe(&file) {
            return None;
        }
        // A folder or a link that leads nowhere is not passed over: to read it says what is wrong.
        let is_there = std::fs::symlink_metadata(&file).is_ok();
        is_there.then_some(file)
    })
}

/// Reads a configuration.
///
/// # Errors
/// Where it cannot be read, or something in it is not as it should be.
pub fn load(file: &Path, known: Vocabulary<'_>) -> Result<Config, ConfigError> {
    let (name, bytes) = recorded::bytes(file, LIMIT)?;
    let text = String::from_utf8(bytes).map_err(|_| ConfigError::Wrong {
        at: name.clone(),
        what: "it is no text in UTF-8".to_owned(),
    })?;
    parse(&name, &text, known)
}
