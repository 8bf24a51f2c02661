//! The scenarios: `tests/scenarios/<check-id>/<case>.toml` names a base and what differs from it, `<case>.txt` beside it is
//! the whole outcome.

use std::fs;
use std::path::{Path, PathBuf};

use backup_preflight::checks;
use serde::Deserialize;
use serde_json::Value;

use super::bases::base;
use super::estate::{put, take};

/// One scenario.
pub struct Scenario {
    /// The check that it is about.
    pub check: String,
    /// Its file.
    pub file: PathBuf,
}

/// What stands in a scenario's file. Values are JSON text, as an inventory has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The inventory that it starts from, by name.
    base: String,
    /// What is set, by JSON pointer, in this order; the last step may be a new field, or the end of a list.
    #[serde(default)]
    set: toml::Table,
    /// What is taken away, by JSON pointer, in this order, after that.
    #[serde(default)]
    absent: Vec<String>,
}

impl Scenario {
    /// `vault-refuses-copy/no-policy`.
    pub fn name(&self) -> String {
        format!(
            "{}/{}",
            self.check,
            self.file.file_stem().unwrap().display()
        )
    }

    /// Whether it is of a copy; else an audit finds it, on a vault or a plan.
    pub fn is_of_a_copy(&self) -> bool {
        checks::find(&self.check).is_none_or(|check| check.is_of_copies())
    }

    /// The inventory.
    pub fn value(&self) -> Value {
        let file = self.file.display();
        let text = fs::read_to_string(&self.file).unwrap();
        let written: Written =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let mut inventory = base(&written.base).0;
        for (pointer, value) in &written.set {
            let text = value.as_str();
            let text = text.unwrap_or_else(|| panic!("{file}: {pointer}: JSON text is expected"));
            let value = serde_json::from_str(text)
                .unwrap_or_else(|error| panic!("{file}: {pointer}: {error}"));
            put(&mut inventory, pointer, value);
        }
        for pointer in &written.absent {
            take(&mut inventory, pointer);
        }
        inventory
    }

    /// The inventory, as a file has it.
    pub fn inventory(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(&self.value()).unwrap()
    }

    /// Where its outcome is written down.
    pub fn outcome(&self) -> PathBuf {
        self.file.with_extension("txt")
    }
}

/// Every scenario, sorted.
pub fn scenarios() -> Vec<Scenario> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut found = Vec::new();
    for folder in entries(&root) {
        let check = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in entries(&folder) {
            if file.extension().is_some_and(|ending| ending == "toml") {
                let check = check.clone();
                found.push(Scenario { check, file });
            }
        }
    }
    found
}

/// What is in a folder, sorted.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}
