//! What tells the things of several plans or templates apart that have no name of their own: an address, or a logical id, names a
//! thing within its file alone. The facts may hold some too, where `--save` kept them after another change.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cli::{Over, OverKind};
use crate::inventory::{Inventory, items};

/// What stands before the addresses of each file: nothing where there is one file, and the facts have no such name.
pub(super) struct Prefixes<'f> {
    are_several: bool,
    given: BTreeSet<String>,
    facts: &'f Names,
}

/// What the things of the facts are called that may have the names of a change, in small letters, as AWS keeps some.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn of(facts: &Inventory) -> Self {
        let mut all = BTreeSet::new();
        let mut add = |name: &str| {
            let last = name.rsplit([':', '/']).next().unwrap_or_default();
            all.insert(last.to_lowercase());
        };
        for account in items(&facts.accounts) {
            for role in items(&account.roles) {
                add(role.arn.as_str());
            }
            for region in items(&account.regions) {
                items(&region.keys)
                    .iter()
                    .for_each(|key| add(key.arn.as_str()));
                items(&region.plans).iter().for_each(|plan| add(&plan.id));
                for resource in items(&region.resources) {
                    add(resource.arn.as_str());
                }
            }
        }
        Self(all)
    }

    /// Whether something is called so; begins so, where that ends in a hyphen.
    fn has(&self, name: &str) -> bool {
        let mut from = self.0.range(name.to_owned()..);
        let first = from.next();
        first.is_some_and(|first| first == name || (name.ends_with('-') && first.starts_with(name)))
    }
}

impl<'f> Prefixes<'f> {
    /// Those of the files of a kind, over facts with these names.
    pub(super) fn of(files: &Over, kind: OverKind, facts: &'f Names) -> Self {
        let of_kind = files.0.iter().filter(|(of, _)| *of == kind);
        Self {
            are_several: of_kind.count() > 1,
            given: BTreeSet::new(),
            facts,
        }
    }

    /// That of the next file, in which things are called so, or begin so where a name ends in a hyphen: the file's name, in letters that an ARN may have, with a number where
    /// another is called so.
    pub(super) fn next(&mut self, path: &Path, names: &[String]) -> String {
        let is_free = |prefix: &str| {
            let mut all = names.iter();
            !all.any(|name| self.facts.has(&format!("{prefix}{name}").to_lowercase()))
        };
        if !self.are_several && is_free("") {
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
        let free = all.find(|prefix| !self.given.contains(prefix) && is_free(prefix));
        let free = free.unwrap_or_default();
        self.given.insert(free.clone());
        free
    }
}
