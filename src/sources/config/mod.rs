//! `backup-preflight.toml`: defaults of options, names of accounts, levels of checks, and waivers.
//!
//! Everything in it is read or refused: a key that nobody knows is an error with its line and column.

mod find;
mod read;

use std::collections::BTreeMap;

use crate::known::AccountId;

use super::recorded::SourceError;

pub use find::{FILE, find, load};
pub use read::parse;

/// What a configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The file; empty where there is none.
    pub file: String,
    /// The options that the command line need not give.
    pub defaults: Vec<Setting>,
    /// What is known of accounts.
    pub accounts: BTreeMap<AccountId, Account>,
    /// How much the warnings of a check count.
    pub levels: BTreeMap<String, Level>,
    /// The findings that may wait.
    pub waivers: Vec<WaiverEntry>,
}

/// An option, with its values: `true` or `false` for a switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The option, without its hyphens.
    pub option: String,
    /// Its values.
    pub values: Vec<String>,
    /// Where it stands: file, line and column; or the variable.
    pub at: String,
}

/// What is known of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// What people call it.
    pub name: Option<String>,
    /// The profile that gets in.
    pub profile: Option<String>,
    /// The role that is assumed to get in.
    pub role_arn: Option<String>,
    /// What goes with that role.
    pub external_id: Option<String>,
    /// The addresses of providers of Terraform that stand for it.
    pub terraform: Vec<String>,
}

/// How much a warning counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As much as a failure.
    Error,
    /// It is told.
    Warning,
    /// It is not told.
    Off,
}

/// A waiver as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverEntry {
    /// The check.
    pub check: String,
    /// What it is selected by: one of [`SELECTORS`].
    pub by: &'static str,
    /// The pattern that it is selected by.
    pub pattern: String,
    /// Why it may wait.
    pub reason: String,
    /// The last day on which it may.
    pub expires: time::Date,
    /// Where it stands: file, line and column.
    pub at: String,
}

/// What a finding can be selected by.
pub const SELECTORS: [&str; 6] = ["subject", "copy", "resource", "vault", "account", "region"];

/// The names that may stand in a configuration.
#[derive(Clone, Copy, Debug)]
pub struct Vocabulary<'a> {
    /// The options that can have a default, without their hyphens.
    pub options: &'a [String],
    /// The ids of checks.
    pub checks: &'a [&'a str],
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error(transparent)]
    Unread(#[from] SourceError),
    /// Something in it is not as it should be.
    #[error("{at}: {what}")]
    Wrong {
        /// File, line and column.
        at: String,
        /// What is wrong.
        what: String,
    },
}
