//! The scenarios: `tests/scenarios/<check-id>/<case>.toml` names a base and what differs from it, `<case>.txt` beside it is
//! the whole outcome.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backup_preflight::checks;
use backup_preflight::inventory::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::bases::base;
use super::estate::{try_put, try_take};

/// One scenario.
pub struct Scenario {
    /// The check that it is about.
    pub check: String,
    /// Its file.
    pub file: PathBuf,
}

/// What stands in a scenario's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The inventory that it starts from, by name.
    base: Spanned<String>,
    /// The moment that it is decided as of; else when the facts were read.
    at: Option<String>,
    /// Whether the way back of the copy is decided in its place.
    #[serde(default)]
    and_back: bool,
    /// What is set, by JSON pointer, in the order of the file; the last step may be a new field, or the end of a list. The
    /// values are JSON text, as an inventory has them.
    #[serde(default)]
    set: BTreeMap<Spanned<String>, Spanned<String>>,
    /// What is taken away after that, by JSON pointer, in this order.
    #[serde(default)]
    absent: Vec<Spanned<String>>,
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
        self.read().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Whether the way back is decided.
    pub fn is_way_back(&self) -> bool {
        let text = fs::read_to_string(&self.file).unwrap();
        toml::from_str::<Written>(&text).unwrap().and_back
    }

    /// The moment that it is decided as of.
    pub fn at(&self) -> Option<Timestamp> {
        let text = fs::read_to_string(&self.file).unwrap();
        let written: Written = toml::from_str(&text).unwrap();
        written.at.map(|at| Timestamp::parse(&at).unwrap())
    }

    /// The inventory, or what is wrong with the file and on which line.
    pub fn read(&self) -> Result<Value, String> {
        let file = self.file.display();
        let text = fs::read_to_string(&self.file).map_err(|error| format!("{file}: {error}"))?;
        let at = |place: usize, error: String| {
            let line = text[..place].matches('\n').count() + 1;
            format!("{file}:{line}: {error}")
        };
        let written: Written = toml::from_str(&text).map_err(|error| {
            let place = error.span().map_or(0, |span| span.start);
            at(place, error.message().to_owned())
        })?;
        let base = base(written.base.get_ref());
        let mut inventory = base
            .map_err(|error| at(written.base.span().start, error))?
            .0;
        let mut set: Vec<_> = written.set.iter().collect();
        set.sort_by_key(|(pointer, _)| pointer.span().start);
        for (pointer, value) in set {
            let place = pointer.span().start;
            let value = serde_json::from_str(value.get_ref())
                .map_err(|error| at(place, format!("{}: not JSON: {error}", pointer.get_ref())))?;
            try_put(&mut inventory, pointer.get_ref(), value).map_err(|error| at(place, error))?;
        }
        for pointer in &written.absent {
            try_take(&mut inventory, pointer.get_ref())
                .map_err(|error| at(pointer.span().start, error))?;
        }
        Ok(inventory)
    }

    /// The inventory, as a file has it.
    pub fn inventory(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(&self.value()).unwrap()
    }

    /// Where its outcome is written down.
    #[allow(dead_code, reason = "tests/scenarios.rs compares it")]
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
