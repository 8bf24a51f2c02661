//! Files of the command line.

use std::path::PathBuf;

/// A file that is written, whole or not at all: standard output cannot be.
pub fn written(text: &str) -> Result<PathBuf, String> {
    if text == "-" {
        return Err(
            "`-` is standard output, and this is written to a file of its own: name one".to_owned(),
        );
    }
    Ok(PathBuf::from(text))
}
