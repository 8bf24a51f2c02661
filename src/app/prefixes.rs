//! What tells the things of several plans or templates apart that have no name of their own: an address, or a logical id, names a
//! thing within its file alone. The facts may hold some too, where `--save` kept them after another change.

use std::collections::BTreeSet;
use std::path::Path;

use crate::inventory::{Inventory, items};

/// What stands before the addresses of each file: nothing where neither another file nor the facts have such a name, so that a file
/// alone and one beside others say the same.
pub(super) struct Prefixes<'f> {
    /// What the things of each file are called, in small letters.
    files: Vec<Names>,
    /// The file that is next.
    next: usize,
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
    /// Those of files that call things so, in their order, over facts with these names.
    pub(super) fn of(files: Vec<Vec<String>>, facts: &'f Names) -> Self {
        let lower = |all: Vec<String>| all.iter().map(|name| name.to_lowercase()).collect();
        Self {
            files: files.into_iter().map(|all| Names(lower(all))).collect(),
            next: 0,
            given: BTreeSet::new(),
            facts,
        }
    }

    /// That of the next file, in which things are called so, or begin so where a name ends in a hyphen: nothing where no other file and no fact
    /// has such a name; else the file's name, in letters that an ARN may have, with a number where another is called so.
    pub(super) fn next(&mut self, path: &Path, names: &[String]) -> String {
        let own = self.next;
        self.next = own.saturating_add(1);
        let is_free = |prefix: &str| {
            let mut all = names.iter();
            !all.any(|name| self.facts.has(&format!("{prefix}{name}").to_lowercase()))
        };
        let mut others = self.files.iter().enumerate();
        let is_shared = others.any(|(at, _)| at != own && self.share(own, at));
        if !is_shared && is_free("") {
            return String::new();
        }
        let name = stem(path);
        let numbered = (2..).map(|number: usize| format!("{name}_{number}."));
        let mut all = std::iter::once(format!("{name}.")).chain(numbered);
        let free = all.find(|prefix| !self.given.contains(prefix) && is_free(prefix));
        let free = free.unwrap_or_default();
        self.given.insert(free.clone());
        free
    }

    /// Whether two files have a name in common, so that one of a thing may be one of two.
    fn share(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.files.get(one), self.files.get(other)) else {
            return false;
        };
        one.0.iter().any(|name| other.has(name)) || other.0.iter().any(|name| one.has(name))
    }
}

/// A file's name without its end, in letters that an ARN may have.
fn stem(path: &Path) -> String {
    let name = path.file_stem().map(|name| name.display().to_string());
    let plain = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => letter,
        _ => '_',
    };
    name.unwrap_or_default().chars().map(plain).collect()
}
