//! One change, as a report has it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use smol_str::SmolStr;

use crate::known::AccountId;
use crate::remedy::{Remedy, RemedyKind, SourcePlace};

use super::links::by_number;
use super::location::Location;

/// One change, with everything that it takes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RemedyReport<'a> {
    /// Its id within the report.
    pub id: &'a str,
    /// Its kind and subject: the same in every run.
    pub key: String,
    /// The change in a line.
    pub title: &'a str,
    /// What is changed: an ARN, or an id.
    pub subject: &'a str,
    /// The account that makes the change; null where it is unknown.
    pub account: Option<AccountId>,
    /// What sort of change it is.
    pub kind: RemedyKind,
    /// The whole policy before; null where there was none, or the change is not of a policy.
    pub before: Option<Value>,
    /// The whole policy after; null where the change is not of a policy.
    pub after: Option<Value>,
    /// The statements added or changed.
    pub added: &'a [Value],
    /// The commands that make the change, in order, ready to paste.
    #[schemars(with = "Vec<String>")]
    pub commands: Cow<'a, [SmolStr]>,
    /// The remedies that must be made too: those that must come before it, and those that the same checks need besides.
    pub requires: Vec<&'a str>,
    /// The remedies that would do in its place.
    pub alternative_to: Vec<&'a str>,
    /// Whether running the checks again with it shows that it works; null where the facts cannot show it.
    pub proven: Option<bool>,
    /// The copies that it fixes.
    pub copies: Vec<&'a str>,
    /// The resources of a plan or a template that say what the subject is: the change is made there, at the first. Absent where
    /// none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

impl<'a> RemedyReport<'a> {
    /// What is said of a remedy.
    #[must_use]
    pub fn new(remedy: &'a Remedy) -> Self {
        let mut copies: Vec<&str> = remedy.copies.iter().map(|id| &**id).collect();
        copies.sort_unstable();
        copies.dedup();
        Self {
            id: &remedy.id,
            key: format!("{} {}", kind(remedy.kind), remedy.subject),
            title: &remedy.title,
            subject: &remedy.subject,
            account: remedy.account,
            kind: remedy.kind,
            before: remedy.policy_before(),
            after: remedy.policy_after(),
            added: &remedy.added,
            commands: remedy.commands(),
            locations: locations(&remedy.places),
            requires: ids(remedy.requires.iter().chain(&remedy.together_with)),
            alternative_to: ids(&remedy.alternative_to),
            proven: remedy.proven,
            copies,
        }
    }
}

fn locations(places: &[SourcePlace]) -> Vec<Location> {
    let each = places.iter().map(|place| Location {
        address: place.address.clone(),
        file: place.file.clone(),
        line: place.line,
    });
    each.collect()
}

fn ids<'a>(ids: impl IntoIterator<Item = &'a String>) -> Vec<&'a str> {
    let mut ids: Vec<&str> = ids.into_iter().map(String::as_str).collect();
    ids.sort_by(|one, other| by_number(one, other));
    ids.dedup();
    ids
}

/// The remedies that one is proven together with, in words; `None` where it is by itself.
#[must_use]
pub fn besides(remedy: &Remedy) -> Option<String> {
    const SHOWN: usize = 5;
    let ids = &remedy.together_with;
    let shown: Vec<&str> = ids.iter().take(SHOWN).map(String::as_str).collect();
    match ids.len().checked_sub(SHOWN) {
        _ if ids.is_empty() => None,
        None | Some(0) => Some(shown.join(", ")),
        Some(more) => Some(format!("{} and {more} more", shown.join(", "))),
    }
}

/// Whether a change puts a policy in the place of the one that is there. A policy that a role gets besides takes no other's place, and
/// what a plan or a template has is changed there.
#[must_use]
pub fn puts_whole_policy(remedy: &Remedy) -> bool {
    remedy.after.is_some() && remedy.kind != RemedyKind::RolePolicy && remedy.places.is_empty()
}

/// The word for a kind of change, as JSON has it.
#[must_use]
pub fn kind(kind: RemedyKind) -> String {
    let word = serde_json::to_value(kind);
    let word = word.ok().and_then(|word| word.as_str().map(str::to_owned));
    word.unwrap_or_default()
}
