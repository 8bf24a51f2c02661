//! The program as its users run it.

mod as_of;
mod audit;
mod backtest;
mod change;
mod ci;
mod config;
mod copies;
mod coverage;
mod errors;
mod exit;
mod formats;
mod levels;
mod others;
mod plans;
mod schema;
mod screens;
mod secrets;
mod told;
mod unread;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::Estate;

/// A folder with an inventory in it.
pub struct Files {
    folder: TempDir,
}

impl Files {
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        text_of(&path)
    }

    pub fn estate(&self, estate: &Estate) -> String {
        self.write("inventory.json", &estate.0.to_string())
    }
}

pub fn text_of(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
mod waivers;
