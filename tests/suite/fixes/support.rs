//! Fixes of an inventory, in a folder of their own.

use std::path::PathBuf;
use std::process::Command;

use backup_preflight::checks::decide;
use backup_preflight::inventory::{Copy, Facts, items, read};
use backup_preflight::remedy::{self, Remedy};
use backup_preflight::report::{FixFile, fixes};
use backup_preflight::sources::examples;
use backup_preflight::sources::folder::Folder;
use serde_json::Value;

/// The examples that have something to fix.
pub const EXAMPLES: [&str; 4] = [
    "aws-storage-blog",
    "field-notes-rds-before",
    "opstree-two-step",
    "lagv-primer",
];

/// Fixes, written.
pub struct Made {
    pub files: Vec<FixFile>,
    pub remedies: Vec<Remedy>,
    pub folder: tempfile::TempDir,
}

impl Made {
    pub fn of_example(name: &str) -> Self {
        Self::of(&example(name))
    }

    pub fn of(inventory: &Value) -> Self {
        let inventory = read("test", inventory.to_string().as_bytes()).unwrap();
        let facts = Facts::new(&inventory);
        let decided: Vec<_> = items(&inventory.copies)
            .iter()
            .map(|entry| decide(Copy::of_entry(entry, &facts), &facts))
            .collect();
        let remedies = remedy::remedies(&decided, &facts);
        let files = fixes(&remedies, &[]);
        let folder = tempfile::tempdir().unwrap();
        let all = files.iter().map(|file| (&*file.path, &*file.text));
        let into = Folder::claim(&folder.path().join("fixes"), false).unwrap();
        into.write(all).unwrap();
        Self {
            files,
            remedies,
            folder,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("fixes").join(name)
    }

    pub fn text(&self, name: &str) -> &str {
        let file = self.files.iter().find(|file| file.path == name);
        &file.unwrap_or_else(|| panic!("no file {name}")).text
    }

    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(self.text(name)).unwrap()
    }

    /// The one file whose path begins and ends so.
    pub fn named(&self, start: &str, end: &str) -> &str {
        let found: Vec<&str> = self
            .files
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| path.starts_with(start) && path.ends_with(end))
            .collect();
        assert_eq!(found.len(), 1, "{start}…{end}: {found:?}");
        found[0]
    }

    /// The id of the remedy of this kind, as reports spell it.
    pub fn id(&self, kind: &str) -> &str {
        let found = self
            .remedies
            .iter()
            .find(|remedy| serde_json::to_value(remedy.kind).unwrap() == kind);
        &found.unwrap_or_else(|| panic!("no {kind}")).id
    }
}

pub fn example(name: &str) -> Value {
    serde_json::from_str(examples::find(name).unwrap().text).unwrap()
}

pub fn succeeds(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
