//! The files that a path with wildcards stands for, as a shell would write them out: where the path is in quotes, or stands in a
//! configuration, no shell does.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// How deep `**` looks.
const DEEPEST: usize = 16;

/// Why a path stands for no file.
#[derive(Debug, thiserror::Error)]
pub enum MatchError {
    /// Nothing is called so.
    #[error("no file matches `{0}`")]
    Nothing(String),
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
/// Where there is none.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, MatchError> {
    let text = path.to_string_lossy();
    if !text.contains(['*', '?']) || fs::symlink_metadata(path).is_ok() {
        return Ok(vec![path.to_owned()]);
    }
    let parts: Vec<Component<'_>> = path.components().collect();
    let mut found = Vec::new();
    within(Path::new(""), &parts, 0, &mut found).map_err(|(folder, source)| MatchError::Read {
        pattern: text.to_string(),
        folder: folder.display().to_string(),
        source,
    })?;
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(MatchError::Nothing(text.into_owned()));
    }
    Ok(found)
}

fn within(
    folder: &Path,
    parts: &[Component<'_>],
    depth: usize,
    found: &mut Vec<PathBuf>,
) -> Result<(), (PathBuf, io::Error)> {
    let Some((first, rest)) = parts.split_first() else {
        if folder.is_file() {
            found.push(folder.to_owned());
        }
        return Ok(());
    };
    let pattern = first.as_os_str().to_string_lossy();
    if !pattern.contains(['*', '?']) {
        return within(&folder.join(first), rest, depth, found);
    }
    let is_any = pattern == "**";
    if is_any {
        within(folder, rest, depth, found)?;
    }
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    if !here.is_dir() {
        return Ok(());
    }
    let entries = fs::read_dir(here).map_err(|error| (here.to_owned(), error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let text = name.to_string_lossy();
        if text.starts_with('.') && !pattern.starts_with('.') {
            continue;
        }
        let path = folder.join(&name);
        if !is_any {
            if matches(&pattern, &text) {
                within(&path, rest, depth, found)?;
            }
        } else if depth < DEEPEST && entry.file_type().is_ok_and(|of| of.is_dir()) {
            within(&path, parts, depth.saturating_add(1), found)?;
        }
    }
    Ok(())
}

/// Whether a pattern is of the whole of a name.
fn matches(pattern: &str, name: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return name.is_empty();
    };
    let rest = pattern.get(first.len_utf8()..).unwrap_or_default();
    let tails = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    let mut tails = tails.filter_map(|at| name.get(at..));
    match first {
        '*' => tails.any(|tail| matches(rest, tail)),
        '?' => tails.nth(1).is_some_and(|tail| matches(rest, tail)),
        letter => name
            .strip_prefix(letter)
            .is_some_and(|tail| matches(rest, tail)),
    }
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
            ("*/*.json", "in/e.t.json"),
            (
                "**/*.t.json",
                "a.t.json b.t.json g*.t.json in/e.t.json in/in/f.t.json",
            ),
            (".*.json", ".d.t.json"),
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
    }
}
