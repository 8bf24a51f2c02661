//! Verdicts in process: inventory in, what each check found out.

use backup_preflight::checks::{self, Decided};
use backup_preflight::inventory::{self, Copy, Facts, Inventory};
use backup_preflight::verdict::{Status, Verdict};
use serde_json::Value;

/// The verdict on one copy, with what each check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    pub id: String,
    pub verdict: Verdict,
    pub checks: Vec<(&'static str, Status)>,
}

impl Verdicts {
    pub fn of(&self, id: &str) -> Status {
        let found = self.checks.iter().find(|(check, _)| *check == id);
        found
            .unwrap_or_else(|| panic!("there is no check `{id}`"))
            .1
    }

    /// The checks that came out so.
    pub fn that(&self, status: Status) -> Vec<&'static str> {
        let of = self.checks.iter().filter(|(_, found)| *found == status);
        of.map(|(check, _)| *check).collect()
    }

    pub fn failing(&self) -> Vec<&'static str> {
        self.that(Status::Fail)
    }

    pub fn undecided(&self) -> Vec<&'static str> {
        self.that(Status::Undecided)
    }
}

impl From<&Decided> for Verdicts {
    fn from(decided: &Decided) -> Self {
        Self {
            id: decided.copy.id.to_string(),
            verdict: decided.verdict,
            checks: decided
                .outcomes
                .iter()
                .map(|(check, outcome)| (check.id, outcome.status))
                .collect(),
        }
    }
}

/// Reads an inventory that must be one.
pub fn read(inventory: &Value) -> Inventory {
    inventory::read("test.json", inventory.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Decides every copy of an inventory.
pub fn decided(facts: &Facts<'_>, inventory: &Inventory) -> Vec<Decided> {
    inventory::items(&inventory.copies)
        .iter()
        .map(|entry| checks::decide(Copy::of_entry(entry, facts), facts))
        .collect()
}

/// The verdicts on every copy of an inventory.
pub fn decide(inventory: &Value) -> Vec<Verdicts> {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    decided(&facts, &inventory)
        .iter()
        .map(Verdicts::from)
        .collect()
}

/// The verdict on the one copy of an inventory.
pub fn verdict(inventory: &Value) -> Verdicts {
    let mut all = decide(inventory);
    assert_eq!(all.len(), 1, "one copy was expected");
    all.remove(0)
}
