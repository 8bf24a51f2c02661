//! One file of a fix.

use serde_json::Value;

use crate::quote::json;
use crate::report::line::pretty;

/// One file, by its path within the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixFile {
    /// Its path, with `/` between folders.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl FixFile {
    pub(super) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }

    pub(super) fn json(path: impl Into<String>, value: &Value) -> Self {
        Self::new(path, json::printable(format!("{}\n", pretty(value))))
    }

    /// A policy, as it is sent.
    pub(super) fn policy(path: impl Into<String>, value: &Value) -> Self {
        Self::new(path, format!("{}\n", json::policy(value)))
    }
}
