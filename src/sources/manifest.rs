//! Which files a run wrote into a folder, and what they held, so that a later one can tell them from everybody else's.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Component, Path};

use sha2::{Digest as _, Sha256};

/// Its name; `sha256sum -c` reads it.
pub const NAME: &str = "backup-preflight.sha256";
/// Its first line, without which it is somebody else's.
const FIRST: &str = "# The files that backup-preflight fix wrote, so that --force can remove those of a former run.";

/// The files that a former run wrote and this one does not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Former {
    /// Those that are as they were written.
    pub unchanged: Vec<String>,
    /// Those that somebody changed since.
    pub changed: Vec<String>,
}

/// The manifest of files, each a path and what it holds.
pub fn text(files: &[(&str, &str)]) -> String {
    let mut text = format!("{FIRST}\n");
    for (path, holds) in files {
        let _ = writeln!(text, "{}  {path}", digest(holds.as_bytes()));
    }
    text
}

/// What a former run left in a folder, but for these files.
pub fn former(place: &Path, but: &[(&str, &str)]) -> Former {
    let but: BTreeSet<&str> = but.iter().map(|(path, _)| *path).collect();
    let manifest = place.join(NAME);
    let is_ours = fs::symlink_metadata(&manifest).is_ok_and(|about| about.is_file());
    let listed = is_ours.then(|| fs::read_to_string(manifest).ok()).flatten();
    let mut former = Former::default();
    let listed = listed.unwrap_or_default();
    let mut lines = listed.lines();
    if lines.next() != Some(FIRST) {
        return former;
    }
    for line in lines {
        let Some((digest_then, path)) = line.split_once("  ") else {
            continue;
        };
        if but.contains(path) || path == NAME || !is_file_within(place, path) {
            continue;
        }
        let is_unchanged = fs::read(place.join(path)).is_ok_and(|now| digest(&now) == digest_then);
        if is_unchanged {
            former.unchanged.push(path.to_owned());
        } else {
            former.changed.push(path.to_owned());
        }
    }
    former
}

/// Whether a path is that of a file in a folder, without any link on the way.
fn is_file_within(place: &Path, path: &str) -> bool {
    let mut at = place.to_owned();
    let mut is_dir = true;
    for part in Path::new(path).components() {
        let Component::Normal(part) = part else {
            return false;
        };
        at.push(part);
        match fs::symlink_metadata(&at) {
            Ok(about) if is_dir && about.is_dir() => {}
            Ok(about) if is_dir && about.is_file() => is_dir = false,
            _ => return false,
        }
    }
    !is_dir
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let mut text = String::new();
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
