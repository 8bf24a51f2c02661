//! Several files, one inventory: objects join by their ARN or id, field by field. Present beats absent; two different
//! values are a conflict, and no guess is made which is right.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use foldhash::fast::RandomState;

use crate::known::{AccountId, Arn, Region, ResourceType};

use super::json::Json;
use super::tree::Tree;

/// Something that two files may both describe.
pub trait Merge {
    /// Takes in what another file says of the same thing.
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts);
}

/// Where two files say different things.
#[derive(Default)]
pub struct Conflicts {
    path: Vec<String>,
    found: Vec<Conflict>,
}

/// One place where two files say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Where: the names of the objects and the field, joined by `/`.
    pub place: String,
    /// What differs.
    pub difference: String,
}

impl Conflicts {
    /// Goes one step down while `f` runs.
    pub fn at(&mut self, step: impl Into<String>, f: impl FnOnce(&mut Self)) {
        self.path.push(step.into());
        f(self);
        self.path.pop();
    }

    /// Notes a difference at the current place.
    pub fn differ(&mut self, difference: String) {
        self.found.push(Conflict {
            place: format!("/{}", self.path.join("/")),
            difference,
        });
    }

    /// What was found.
    #[must_use]
    pub fn found(self) -> Vec<Conflict> {
        self.found
    }
}

/// Values that are the same or are not.
macro_rules! atoms {
    ($($Type:ty),* $(,)?) => {$(
        impl Merge for $Type {
            fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
                if *self != other {
                    conflicts.differ(format!("`{}` and `{}`", short(self), short(&other)));
                }
            }
        }
    )*};
}

atoms!(
    bool,
    i64,
    Box<str>,
    std::sync::Arc<str>,
    Box<Json>,
    Arn,
    AccountId,
    Region,
    ResourceType,
    Json,
    Tree
);

/// A value as one short line.
pub(super) fn short(value: &impl serde::Serialize) -> String {
    let text = serde_json::to_string(value).unwrap_or_else(|error| error.to_string());
    let text = text.trim_matches('"');
    if text.chars().count() > 80 {
        text.chars().take(77).chain("...".chars()).collect()
    } else {
        text.to_owned()
    }
}

impl<T: PartialEq + serde::Serialize> Merge for Vec<T> {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        if *self != other {
            conflicts.differ(format!("`{}` and `{}`", short(self), short(&other)));
        }
    }
}

/// An object that is known by its ARN, name or id within its list.
pub trait Keyed {
    /// What tells it from the others of its list.
    type Key: Hash + Eq;
    /// That of this object.
    fn key(&self) -> Self::Key;
    /// The same in words, for a conflict's place.
    fn label(&self) -> String;
}

/// What a record's key is, and how a conflict names it.
macro_rules! keyed {
    ($($Type:ty, $field:ident, $Key:ty);* $(;)?) => {$(
        impl Keyed for $Type {
            type Key = $Key;
            fn key(&self) -> $Key {
                self.$field.clone()
            }
            fn label(&self) -> String {
                self.$field.to_string()
            }
        }
    )*};
}
pub(super) use keyed;

fn are_all_different<T: Keyed>(items: &[T]) -> bool {
    let mut keys = HashSet::with_capacity_and_hasher(items.len(), RandomState::default());
    items.iter().all(|item| keys.insert(item.key()))
}

/// Adds the objects of `others` to `mine`, joining those with the same key.
pub fn join<T: Merge + Keyed>(mine: &mut Vec<T>, others: Vec<T>, conflicts: &mut Conflicts) {
    if mine.is_empty() && are_all_different(&others) {
        *mine = others;
        return;
    }
    let mut places: HashMap<T::Key, usize> = mine
        .iter()
        .enumerate()
        .map(|(index, item)| (item.key(), index))
        .collect();
    for other in others {
        let place = places
            .get(&other.key())
            .and_then(|&index| mine.get_mut(index));
        match place {
            Some(item) => conflicts.at(other.label(), |conflicts| item.merge(other, conflicts)),
            None => {
                places.insert(other.key(), mine.len());
                mine.push(other);
            }
        }
    }
}
