//! One change, as a report has it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use crate::known::{AccountId, HashMap};
use crate::quote::json::printable;
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
    /// The whole policy before; absent where there was none, or the change is not of a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The whole policy after; absent where the change is not of a policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
    /// The statements added or changed; absent where there are none.
    #[serde(skip_serializing_if = "is_empty")]
    pub added: &'a [Value],
    /// The commands that make the change, in order, ready to paste. What several changes begin with, such as the command that
    /// makes their key, is said of the first: with the others a comment names that one.
    #[schemars(with = "Vec<String>")]
    pub commands: Cow<'a, [SmolStr]>,
    /// The remedies that must be made too: those that must come before it, and those that the same checks need besides; absent
    /// where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<&'a str>,
    /// The remedies that would do in its place; absent where none would.
    #[serde(skip_serializing_if = "Vec::is_empty")]
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
        let mut copies: Vec<&str> = remedy.copies.iter().map(String::as_str).collect();
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

/// Commands that are shorter are said again.
const LONG: usize = 200;

const fn is_empty(list: &&[Value]) -> bool {
    list.is_empty()
}

/// What is said of each remedy, in order.
pub fn told(remedies: &[Remedy]) -> impl Iterator<Item = RemedyReport<'_>> {
    let mut first_said: HashMap<&str, &str> = HashMap::default();
    remedies.iter().map(move |remedy| {
        let mut told = RemedyReport::new(remedy);
        for (place, command) in remedy.own_commands().iter().enumerate() {
            if command.len() < LONG {
                continue;
            }
            let first = *first_said.entry(command).or_insert(&remedy.id);
            let shorter = if first == remedy.id {
                on_one_line(command)
            } else {
                Some(format_smolstr!("# once for both: what {first} begins with"))
            };
            if let Some((said, shorter)) = told.commands.to_mut().get_mut(place).zip(shorter) {
                *said = shorter;
            }
        }
        told
    })
}

/// The same command with the policy of its here-document on one line.
fn on_one_line(command: &str) -> Option<SmolStr> {
    let (before, rest) = command.split_once("<<'POLICY'\n")?;
    let (policy, after) = rest.split_once("\nPOLICY")?;
    let policy: Value = serde_json::from_str(policy).ok()?;
    let policy = printable(policy.to_string());
    Some(format_smolstr!(
        "{before}<<'POLICY'\n{policy}\nPOLICY{after}"
    ))
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

/// The word for a kind of change, as JSON has it.
#[must_use]
pub fn kind(kind: RemedyKind) -> String {
    let word = serde_json::to_value(kind);
    let word = word.ok().and_then(|word| word.as_str().map(str::to_owned));
    word.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_changes_begin_with_is_said_once() {
        let policy = serde_json::json!({"Version": "2012-10-17", "Statement": []});
        let key = format!(
            "KEY=$(aws kms create-key {} --policy file:///dev/stdin <<'POLICY'\n{policy:#}\nPOLICY\n)",
            "--region us-east-1 ".repeat(12)
        );
        let remedies = ["r1", "r2", "r3"].map(|id| {
            let mut remedy = Remedy::new(RemedyKind::ReEncrypt, id.to_owned(), String::new());
            remedy.id = id.to_owned();
            let own = format_smolstr!("aws rds wait {id}");
            remedy.set_commands(vec![key.as_str().into(), own]);
            remedy
        });
        let told: Vec<Vec<SmolStr>> = told(&remedies)
            .map(|remedy| remedy.commands.into_owned())
            .collect();
        let compact = key.replace(&format!("{policy:#}"), &policy.to_string());
        assert_eq!(told[0], [compact.as_str(), "aws rds wait r1"]);
        for (told, id) in told.iter().skip(1).zip(["r2", "r3"]) {
            let own = format!("aws rds wait {id}");
            assert_eq!(
                *told,
                ["# once for both: what r1 begins with", own.as_str()]
            );
        }
    }
}
