//! How the table is printed.

use super::sheet::{self, Sheet};

/// How the table is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The columns that it may take; `None`: nothing is wrapped. Fewer than [`NARROWEST`] are taken for that many.
    pub width: Option<usize>,
    /// Whether it has colours.
    pub color: bool,
    /// Whether it shows what passes, too, with the statement that allowed it.
    pub verbose: bool,
    /// The command that writes the changes, with the same facts; `None` where it cannot be said.
    pub next: Option<String>,
}

/// The fewest columns that the table can be set in.
pub const NARROWEST: usize = 40;

impl Options {
    /// A page of such options.
    pub(in crate::report) fn sheet(&self) -> Sheet {
        let width = self
            .width
            .map_or(sheet::ENDLESS, |width| width.max(NARROWEST));
        Sheet::new(width, self.color)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: Some(100),
            color: false,
            verbose: false,
            next: None,
        }
    }
}

/// The copies of a verdict that a table shows without being asked for.
pub const SHOWN: usize = 12;
