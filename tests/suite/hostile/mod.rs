//! Names that are programs: nothing of them runs, is worked out, looked up, or obeyed.

mod formats;
mod languages;
mod names;
#[cfg(unix)]
mod random;
#[cfg(unix)]
mod scripts;
mod streams;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use backup_preflight::checks::decide;
use backup_preflight::inventory::{Copy, Facts, items, read};
use backup_preflight::plans;
use backup_preflight::remedy::{self, Remedy};
use backup_preflight::report::{FixFile, fixes};
use serde_json::Value;

use crate::scenarios::scenarios;
use names::{names, with};

/// What a name is made to be. Each begins where the name ends, but for those that `{}` stands in.
const PAYLOADS: [&str; 8] = [
    // No spaces and no controls, so that it can stand in an ARN.
    "'\"$(noticed)\"`noticed`;noticed;'\\;noticed|noticed&noticed#${1+1}%{if(true)}!noticed",
    // The same where words and lines may be.
    "\nnoticed\nPOLICY\nnoticed\n' noticed \" ; noticed\n\u{1b}[31mnoticed\u{202e}\u{9b}2J\u{85}\u{2028}",
    "{{resolve:ssm:noticed}}${Fn::Sub}",
    "\u{1b}]0;noticed\u{7}\u{202e}\u{200b}\u{feff}\u{e0041}",
    "`|<img/src=x>[x](javascript:noticed)**",
    "-{}=$(noticed)",
    "file:///etc/passwd{}",
    "\n::error::noticed\n##[add-mask]noticed ##vso[x]noticed",
];

fn poison(name: &str, payload: &str) -> String {
    if payload.contains("{}") {
        payload.replace("{}", name)
    } else {
        format!("{name}{payload}")
    }
}

/// What can be fixed in an inventory; `None` where the inventory is refused.
fn fixes_of(inventory: &Value) -> Option<(Vec<Remedy>, Vec<FixFile>)> {
    let mut inventory = read("test", inventory.to_string().as_bytes()).ok()?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let planned = plans::copies(&plans::plans(&facts), &facts);
    let entries = items(&inventory.copies).iter();
    let decided: Vec<_> = entries
        .map(|entry| Copy::of_entry(entry, &facts))
        .chain(
            planned
                .copies
                .into_iter()
                .map(|named| Copy::new(named, &facts)),
        )
        .map(|copy| decide(copy, &facts))
        .collect();
    let remedies = remedy::remedies(&decided, &facts);
    let files = fixes(&remedies, &[]);
    Some((remedies, files))
}

/// Inventories that between them need every kind of change, each with its names that can be others.
static BASES: LazyLock<Vec<(Value, Vec<String>)>> = LazyLock::new(|| {
    let (mut seen, mut bases) = (BTreeSet::new(), Vec::new());
    for scenario in scenarios() {
        let inventory = scenario.value();
        let Some((remedies, _)) = fixes_of(&inventory) else {
            continue;
        };
        let kinds: BTreeSet<String> = remedies
            .iter()
            .map(|remedy| format!("{:?}", remedy.kind))
            .collect();
        if kinds.iter().any(|kind| !seen.contains(kind)) {
            seen.extend(kinds);
            let names = free_names(&inventory, remedies.len());
            bases.push((inventory, names));
        }
    }
    assert_eq!(seen.len(), 20, "{seen:?}");
    bases
});

/// Each base with each of its names poisoned, one at a time by the first payload, and all that leave it a remedy at once by
/// each.
fn members() -> impl Iterator<Item = (String, Value)> {
    let singles = BASES.iter().enumerate().flat_map(|(number, (base, _))| {
        names(base).into_iter().map(move |name| {
            let poisoned = with(base, &[&name], |name| poison(name, PAYLOADS[0]));
            (format!("base {number}, `{name}`"), poisoned)
        })
    });
    singles.chain(all_at_once())
}

/// Each base with all its names poisoned that leave it its remedies, by each payload.
fn all_at_once() -> impl Iterator<Item = (String, Value)> {
    BASES
        .iter()
        .enumerate()
        .flat_map(|(number, (base, names))| {
            PAYLOADS.iter().map(move |payload| {
                let poisoned = with(base, names, |name| poison(name, payload));
                (
                    format!("base {number}, {names:?} with {payload:?}"),
                    poisoned,
                )
            })
        })
}

/// The names of a base that can all be others at once, and leave it its remedies. The border takes no quote in an ARN.
fn free_names(base: &Value, remedies: usize) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for name in names(base) {
        kept.push(name);
        let other = with(base, &kept, |name| format!("{name}'x"));
        if fixes_of(&other).is_none_or(|(found, _)| found.len() < remedies) {
            kept.pop();
        }
    }
    kept
}
