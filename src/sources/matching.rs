//! The files that a path with wildcards stands for, as a shell would write them out: where the path is in quotes, or stands in a
//! configuration, no shell does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, PatternError, glob_with};

/// Why a path stands for no file.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// Nothing is called so.
    #[error("no file matches `{0}`")]
    Nothing(String),
    /// It is no pattern.
    #[error("`{0}` is not a pattern of files: {1}")]
    Pattern(String, PatternError),
    /// A folder on the way cannot be looked into.
    #[error("could not look for `{pattern}` in `{folder}`: {source}")]
    Read {
        /// The path.
        pattern: String,
        /// The folder.
        folder: String,
        /// Why.
        source: io::Error,
    },
}

/// The files that a path stands for, in the order of their names. `*` is any text and `?` a letter of a name, `**` any folders; a
/// name that begins with a dot is meant only by a pattern that does. A file that is called so stands for itself, as does a path
/// without wildcards.
///
/// # Errors
/// Where there is none, or a folder cannot be looked into.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, MatchError> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?']) || fs::symlink_metadata(path).is_ok() {
        return Ok(vec![path.to_owned()]);
    }
    // The crate leaves them out even where a pattern begins with a dot.
    let mut parts = text.split('/');
    let wants_hidden = parts.any(|part| part.starts_with('.') && part.contains(['*', '?']));
    let options = MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: !wants_hidden,
    };
    // A bracket is one.
    let pattern = text.replace('[', "[[]");
    let all =
        glob_with(&pattern, options).map_err(|why| MatchError::Pattern(text.to_string(), why))?;
    let mut found = Vec::new();
    for one in all {
        let one = one.map_err(|error| MatchError::Read {
            pattern: text.to_string(),
            folder: error.path().display().to_string(),
            source: error.into(),
        })?;
        if one.is_file() {
            found.push(one);
        }
    }
    if found.is_empty() {
        return Err(MatchError::Nothing(text.into_owned()));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_the_files_that_a_shell_writes_out() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [
            "a.t.json",
            "b.t.json",
            "c.json",
            ".d.t.json",
            "in/e.t.json",
            "in/in/f.t.json",
            "g*.t.json",
            "[h]/i.json",
        ] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), "").unwrap();
        }
        let names = |pattern: &str| {
            let all = files(&at(pattern)).unwrap();
            let each = all
                .iter()
                .map(|path| path.strip_prefix(folder.path()).unwrap());
            each.map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (pattern, found) in [
            ("*.t.json", "a.t.json b.t.json g*.t.json"),
            ("?.json", "c.json"),
            ("*/*.json", "[h]/i.json in/e.t.json"),
            (
                "**/*.t.json",
                "a.t.json b.t.json g*.t.json in/e.t.json in/in/f.t.json",
            ),
            (".*.json", ".d.t.json"),
            ("[h]/*.json", "[h]/i.json"),
            // A file that is called so, and one that nobody looked for.
            ("g*.t.json", "g*.t.json"),
            ("none.json", "none.json"),
        ] {
            assert_eq!(names(pattern), found, "{pattern}");
        }
        for pattern in ["*.yaml", "none/*.json"] {
            let error = files(&at(pattern)).unwrap_err().to_string();
            assert!(error.starts_with("no file matches"), "{error}");
        }
        let error = files(&at("a**b.json")).unwrap_err().to_string();
        assert!(error.contains("is not a pattern of files"), "{error}");
    }
}
