//! What is taken for granted where it was not read, because somebody said so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::inventory::field::Field;
use crate::inventory::frame::Inventory;
use crate::inventory::json::{Extra, Json};
use crate::inventory::list::List;
use crate::known::{Arn, Gap};

use super::Facts;
use super::index::TAKEN;
use super::memory::Memory;

/// What a change was taken for, by the ARN or id of what that says something of.
pub type Taken = BTreeMap<String, Vec<TakenFor>>;

/// What a change was taken for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenFor {
    /// A plan's expression for the reference in it.
    Reference(String),
    /// The value that a stack has for a parameter for the default of its template.
    Default(String),
    /// What a plan says is there now for what is there, though it was read otherwise before.
    State(String),
}

impl TakenFor {
    const REFERENCE: &str = "reference";
    const DEFAULT: &str = "default";
    const STATE: &str = "state";

    fn to_value(&self) -> Value {
        match self {
            Self::Reference(text) => json!({ Self::REFERENCE: text }),
            Self::Default(name) => json!({ Self::DEFAULT: name }),
            Self::State(text) => json!({ Self::STATE: text }),
        }
    }

    fn kept(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name)?.as_str().map(str::to_owned);
        let reference = text(Self::REFERENCE).map(Self::Reference);
        let default = || text(Self::DEFAULT).map(Self::Default);
        let state = || text(Self::STATE).map(Self::State);
        reference.or_else(default).or_else(state)
    }
}

/// Keeps with the things of an inventory what a change was taken for that says something of them.
pub fn keep_taken(inventory: &mut Inventory, taken: &Taken) {
    let keep = |name: &str, extra: &mut Extra| {
        if let Some(all) = taken.get(name) {
            let of_before = extra.iter().find(|(field, _)| **field == *TAKEN);
            let of_before = of_before.and_then(|(_, Json(kept))| kept.as_array().cloned());
            let mut kept = of_before.unwrap_or_default();
            kept.extend(all.iter().map(TakenFor::to_value));
            extra.retain(|(field, _)| **field != *TAKEN);
            extra.push((TAKEN.into(), Json(Value::Array(kept))));
        }
    };
    for account in things(&mut inventory.accounts) {
        for role in things(&mut account.roles) {
            keep(role.arn.as_str(), &mut role.extra);
        }
        for region in things(&mut account.regions) {
            for vault in things(&mut region.vaults) {
                keep(vault.arn.as_str(), &mut vault.extra);
            }
            for key in things(&mut region.keys) {
                keep(key.arn.as_str(), &mut key.extra);
            }
            for resource in things(&mut region.resources) {
                keep(resource.arn.as_str(), &mut resource.extra);
            }
            for plan in things(&mut region.plans) {
                keep(&plan.id, &mut plan.extra);
            }
        }
    }
}

fn things<T>(list: &mut Field<List<T>>) -> &mut [T] {
    match list {
        Field::Is(List(all)) => all,
        Field::Absent | Field::Null => &mut [],
    }
}

/// A fact that may be taken for granted where it was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// The service and resource control policies of the organization deny nothing that a copy takes.
    OrganizationPoliciesAllow,
    /// What is not known will be read: nothing is taken to be so for want of it.
    MoreIsRead,
}

impl Facts<'_> {
    /// The same facts, with these taken for granted where they were not read.
    #[must_use]
    pub fn assuming(mut self, assumed: impl IntoIterator<Item = Assumption>) -> Self {
        self.assumed.extend(assumed);
        self.memory = Memory::default();
        self
    }

    /// The same facts, of which these references of a plan were taken for the expressions that they stand in.
    #[must_use]
    pub fn taking(mut self, taken: Taken) -> Self {
        self.taken = Arc::new(taken);
        self.memory = Memory::default();
        self
    }

    /// The references on which what is known of these things rests, in words: what the plan makes of them it does not print.
    pub fn taken_as_they_are<'n>(&self, things: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let of = things.into_iter().flat_map(|thing| {
            let now = self.taken.get(thing).into_iter().flatten().cloned();
            let kept = self.stack.iter().flat_map(|layer| layer.taken(thing));
            now.chain(kept.filter_map(TakenFor::kept))
        });
        let all: BTreeSet<TakenFor> = of.collect();
        let references = all.iter().filter_map(|one| match one {
            TakenFor::Reference(text) => Some(text.as_str()),
            TakenFor::Default(_) | TakenFor::State(_) => None,
        });
        let references: Vec<&str> = references.collect();
        let of_plan = (!references.is_empty()).then(|| {
            format!(
                "plan: used as it is: {}; --terraform-source settles it",
                references.join(", ")
            )
        });
        let of_template = all.iter().filter_map(|one| match one {
            TakenFor::Reference(_) => None,
            TakenFor::Default(name) => Some(format!(
                "template: the parameter {name} is assumed to have its default; --parameter {name}=VALUE settles it"
            )),
            TakenFor::State(text) => Some(format!(
                "state: {text} is used, which was different before; collecting the facts again settles it"
            )),
        });
        of_plan.into_iter().chain(of_template).collect()
    }

    /// What the ARN of a thing begins with whose name AWS or the provider gives when a change is applied; `None`: its name is known.
    #[must_use]
    pub fn arn_begins(&self, arn: &Arn) -> Option<&str> {
        self.stack.iter().find_map(|layer| layer.arn_begins(arn))
    }

    /// Whether a gap is one that somebody wants filled: it was recorded, or more is being read.
    #[must_use]
    pub fn is_wanted(&self, gap: &Gap) -> bool {
        self.assumes(Assumption::MoreIsRead) || self.is_recorded(gap)
    }

    /// Whether something is taken for granted.
    #[must_use]
    pub fn assumes(&self, what: Assumption) -> bool {
        self.assumed.contains(&what)
    }
}
