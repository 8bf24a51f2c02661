//! What tells the things of several plans or templates apart that have no name of their own: an address, or a logical id, names a
//! thing within its file alone.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{Over, OverKind};

/// What stands before the addresses of each file: nothing where there is one file.
pub(super) struct Prefixes {
    are_several: bool,
    given: BTreeSet<String>,
}

impl Prefixes {
    /// Those of the files of a kind.
    pub(super) fn of(files: &Over, kind: OverKind) -> Self {
        let of_kind = files.0.iter().filter(|(of, _)| *of == kind);
        Self {
            are_several: of_kind.count() > 1,
            given: BTreeSet::new(),
        }
    }

    /// That of the next file: its name, in letters that an ARN may have, with a number where another is called so.
    pub(super) fn next(&mut self, path: &Path) -> String {
        if !self.are_several {
            return String::new();
        }
        let name = path.file_stem().map(|name| name.display().to_string());
        let name = name.unwrap_or_default();
        let plain = |letter: char| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => letter,
            _ => '_',
        };
        let name: String = name.chars().map(plain).collect();
        let numbered = (2..).map(|number: usize| format!("{name}_{number}."));
        let mut all = std::iter::once(format!("{name}.")).chain(numbered);
        let free = all.find(|prefix| !self.given.contains(prefix));
        let free = free.unwrap_or_default();
        self.given.insert(free.clone());
        free
    }
}
