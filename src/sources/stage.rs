//! Where the files of a folder lie until they are whole, and how they are moved to their places, and back.

use std::fs;
use std::io;
use std::path::{Component, Path};

/// Where the files are before they are moved to their places.
pub const NEW: &str = "new";
/// Where those are that they take the place of.
const OLD: &str = "old";
/// The paths of the files, a line each, once they are being moved.
pub const MOVED: &str = "moved";

/// Moves a file from the stage to its place. What was there is kept; a folder on the way that is a link is not gone into.
pub fn move_in(stage: &Path, place: &Path, path: &str) -> io::Result<()> {
    let mut folder = place.to_owned();
    for part in Path::new(path)
        .parent()
        .into_iter()
        .flat_map(Path::components)
    {
        let Component::Normal(part) = part else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(about) if about.is_dir() => {}
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(_) => fs::create_dir(&folder)?,
        }
    }
    let target = place.join(path);
    if let Ok(about) = fs::symlink_metadata(&target) {
        if about.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let old = stage.join(OLD).join(path);
        if let Some(parent) = old.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::rename(&target, old)?;
    }
    fs::rename(stage.join(NEW).join(path), target)
}

/// Moves a file out of its place. It is kept as one that another takes the place of is.
pub fn move_out(stage: &Path, place: &Path, path: &str) -> io::Result<()> {
    let old = stage.join(OLD).join(path);
    if let Some(parent) = old.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(place.join(path), old)
}

/// Whether the files of a stage are being moved to their places.
pub fn is_moving(stage: &Path) -> bool {
    stage.join(MOVED).exists()
}

/// Moves back what was moved in from a stage in a folder, where that was not done for all of it.
pub fn undo(stage: &Path) {
    let (Ok(moved), Some(place)) = (fs::read_to_string(stage.join(MOVED)), stage.parent()) else {
        return;
    };
    let is_within = |path: &&str| {
        let mut parts = Path::new(path).components();
        parts.all(|part| matches!(part, Component::Normal(_)))
    };
    for path in moved.lines().filter(is_within) {
        let (old, target) = (stage.join(OLD).join(path), place.join(path));
        let was_moved = !stage.join(NEW).join(path).exists();
        // As far as it goes: there is nobody to tell.
        if fs::symlink_metadata(&old).is_ok() {
            let _ = fs::rename(old, target);
        } else if was_moved {
            let _ = fs::remove_file(target);
            for folder in Path::new(path).ancestors().skip(1) {
                if folder != Path::new("") {
                    // Only where it is empty.
                    let _ = fs::remove_dir(place.join(folder));
                }
            }
        }
    }
    let _ = fs::remove_file(stage.join(MOVED));
}
