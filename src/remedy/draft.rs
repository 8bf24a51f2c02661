//! A remedy while it is being made: the change itself, and what it is for.

use std::sync::Arc;

use super::change::Change;
use super::{Remedy, RemedyKind};
use crate::known::Arn;

/// A check of a copy, by the copy's place among the decided ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The copy's place.
    pub copy: usize,
    /// The check's id.
    pub check: &'static str,
}

/// What several remedies do in place of each other: the key that a copy's backup is on, and the copy's id.
pub type Group = (Arn, Arc<str>);

/// A remedy without its id, its proof and its links to others.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it will say.
    pub remedy: Box<Remedy>,
    /// What becomes different when it is made; `None` where the inventory cannot show it.
    pub change: Option<Change>,
    /// The checks that it is for.
    pub targets: Vec<Target>,
    /// The vault that it creates.
    pub creates: Option<Arn>,
    /// Why it is not known whether AWS would accept it: such a change is not proven.
    pub open: Option<String>,
    /// Whether it makes a copy worse that did not fail: it is not proven then.
    pub makes_worse: bool,
    /// The key or the vault that it takes, as others do: it is a remedy of its own, which comes first.
    pub takes: Option<Arn>,
    /// What tells alternatives from each other: remedies of one group do each in place of the others.
    pub groups: Vec<Group>,
}

impl Draft {
    /// A draft of a kind, on a subject.
    pub fn new(kind: RemedyKind, subject: impl ToString, title: impl Into<String>) -> Self {
        Self {
            remedy: Box::new(Remedy::new(kind, subject.to_string(), title.into())),
            change: None,
            targets: Vec::new(),
            creates: None,
            open: None,
            makes_worse: false,
            takes: None,
            groups: Vec::new(),
        }
    }
}
