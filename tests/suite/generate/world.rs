//! A generated inventory: as it is, as it was read, and as else it could be for all that was read of it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use serde_json::Value;

use super::dice::{Dice, mixed};
use super::facts::inventory;
use super::shape::Journey;
use crate::support::estate::put;
use crate::unknowns::places::{Place, places};

/// One world. All of it follows from its seed, but for the choices that are calm: they are as usual.
#[derive(Clone)]
pub struct World {
    pub seed: u64,
    calm: BTreeSet<String>,
    /// Everything that there is to read.
    all: Value,
    /// What of it was not read, the outermost alone.
    unread: Vec<Place>,
}

impl World {
    pub fn new(seed: u64) -> Self {
        Self::calmed(seed, BTreeSet::new())
    }

    fn calmed(seed: u64, calm: BTreeSet<String>) -> Self {
        let mut world = Self {
            seed,
            calm,
            all: Value::Null,
            unread: Vec::new(),
        };
        let odd = world.rate("odd", [0, 4, 15, 60]);
        world.all = world.built(&world.dice("facts", odd)).0;
        world.unread = world.not_read();
        world
    }

    fn dice(&self, of: &'static str, odd: u64) -> Dice<'_> {
        Dice::new(of, mixed(self.seed, of), odd, &self.calm)
    }

    /// Of a thousand facts, how many are not as usual, or were not read.
    fn rate(&self, of: &str, rates: [u64; 4]) -> u64 {
        rates[(mixed(self.seed, of) % 4) as usize]
    }

    fn built(&self, facts: &Dice<'_>) -> (Value, BTreeSet<String>) {
        let shape = self.dice("shape", 450);
        let many = shape.pick("copies", &[1, 1, 2, 3]);
        let journeys: Vec<_> = (0..many).map(|index| Journey::of(index, &shape)).collect();
        (inventory(&journeys, &shape, facts), shape.asked())
    }

    fn not_read(&self) -> Vec<Place> {
        let dice = self.dice("unread", self.rate("unread", [0, 4, 12, 30]));
        let mut found: Vec<Place> = Vec::new();
        for place in places(&self.all) {
            // Where a copy comes from may follow from facts: another place is another question.
            let is_question = place.field == "source_vault";
            let within = |outer: &Place| {
                let inner = place.pointer.strip_prefix(&outer.pointer);
                inner.is_some_and(|rest| rest.starts_with('/'))
            };
            if is_question || found.iter().any(within) {
                continue;
            }
            if dice.seldom(&place.pointer, false, &[true]) {
                found.push(place);
            }
        }
        found
    }

    /// Everything there is to read.
    fn whole(&self) -> Value {
        self.without_what_does_not_exist(self.all.clone())
    }

    /// What was read.
    pub fn read(&self) -> Value {
        let mut read = self.all.clone();
        for place in self.unread.iter().rev() {
            // An object of a list takes the word that the list is whole with it.
            if read.pointer(&place.pointer).is_some() {
                place.take(&mut read);
            }
        }
        self.without_what_does_not_exist(read)
    }

    /// Whether one of these fields or lists was not read somewhere.
    pub fn misses(&self, fields: &[&str]) -> bool {
        let mut unread = self.unread.iter();
        unread.any(|place| fields.contains(&place.field.as_str()))
    }

    /// Several worlds of which the same was read.
    pub fn fillings(&self) -> [Value; 3] {
        [
            self.whole(),
            self.otherwise("other", 30),
            self.otherwise("third", 300),
        ]
    }

    /// What may turn out to be so: what was read, and in place of what was not, another world's facts.
    fn otherwise(&self, which: &'static str, odd: u64) -> Value {
        let (other, _) = self.built(&self.dice(which, odd));
        let mut filled = self.all.clone();
        for place in &self.unread {
            let Some(value) = other.pointer(&place.pointer) else {
                continue;
            };
            if !(value.is_null() && says_that_it_exists(&filled, &place.pointer)) {
                put(&mut filled, &place.pointer, value.clone());
            }
        }
        self.without_what_does_not_exist(filled)
    }

    /// Of a list that is whole, what is not there may as well be left out.
    fn without_what_does_not_exist(&self, mut inventory: Value) -> Value {
        let dice = self.dice("left out", 500);
        let drop = |of: &mut Value, list: &str, state: &str, name: &str| {
            let whole = of.get(format!("{list}_complete")) == Some(&Value::Bool(true));
            let Some(items) = of.get_mut(list).and_then(Value::as_array_mut) else {
                return;
            };
            items.retain(|item| {
                let gone = whole && item.get(state) == Some(&Value::Null);
                !(gone && dice.seldom(item[name].as_str().unwrap(), false, &[true]))
            });
        };
        for account in list_of(&mut inventory, "accounts") {
            drop(account, "roles", "AssumeRolePolicyDocument", "Arn");
            for region in list_of(account, "regions") {
                drop(region, "vaults", "VaultState", "BackupVaultArn");
            }
        }
        inventory
    }

    /// Every choice that was made for it.
    fn choices(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        for of in ["facts", "other", "third"] {
            let facts = self.dice(of, 0);
            all.extend(self.built(&facts).1);
            all.extend(facts.asked());
        }
        for place in &self.unread {
            all.insert(format!("unread {}", place.pointer));
        }
        all.into_iter().collect()
    }
}

fn list_of<'a>(value: &'a mut Value, name: &str) -> &'a mut [Value] {
    match value.get_mut(name) {
        Some(Value::Array(items)) => items,
        _ => &mut [],
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left: Vec<_> = self
            .choices()
            .into_iter()
            .filter(|choice| !self.calm.contains(choice))
            .collect();
        write!(
            f,
            "seed {}, with these choices that are not as usual: {left:#?}",
            self.seed
        )
    }
}

/// The strategy of worlds: any seed; what fails is made as calm as it can be.
#[derive(Debug)]
struct Worlds;

/// A world and the choices of it that were not yet tried calm, in sets that halve.
struct Calming {
    seed: u64,
    calm: BTreeSet<String>,
    untried: Vec<Vec<String>>,
    tried: Vec<String>,
    planned: BTreeSet<String>,
}

impl Strategy for Worlds {
    type Tree = Calming;
    type Value = World;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(Calming {
            seed: runner.rng().next_u64(),
            calm: BTreeSet::new(),
            untried: Vec::new(),
            tried: Vec::new(),
            planned: BTreeSet::new(),
        })
    }
}

impl Calming {
    /// Sets of choices to calm, the larger ones last, as they are taken from the end. A calm choice may bring up others
    /// that were not there before.
    fn plan(&mut self) {
        let mut all = self.current().choices();
        all.retain(|choice| self.planned.insert(choice.clone()));
        let mut size = 1;
        while size <= all.len() {
            self.untried.extend(all.chunks(size).map(<[_]>::to_vec));
            size *= 4;
        }
    }
}

impl ValueTree for Calming {
    type Value = World;

    fn current(&self) -> World {
        World::calmed(self.seed, self.calm.clone())
    }

    fn simplify(&mut self) -> bool {
        loop {
            if self.untried.is_empty() {
                self.plan();
            }
            let Some(next) = self.untried.pop() else {
                return false;
            };
            self.tried = next
                .into_iter()
                .filter(|choice| !self.calm.contains(choice))
                .collect();
            if !self.tried.is_empty() {
                self.calm.extend(self.tried.iter().cloned());
                return true;
            }
        }
    }

    fn complicate(&mut self) -> bool {
        for choice in &self.tried {
            self.calm.remove(choice);
        }
        self.simplify()
    }
}

/// How many worlds a law is asked of: the same few in every run, or as many as `PROPTEST_CASES` says.
pub fn cases(usual: u32) -> u32 {
    let more = std::env::var("PROPTEST_CASES").ok();
    more.map_or(usual, |text| {
        text.parse().expect("PROPTEST_CASES is a number")
    })
}

/// Asks a law of so many worlds; it says why a world breaks it, if one does.
pub fn always(usual: u32, law: impl Fn(&World) -> Option<String>) {
    let config = Config {
        cases: cases(usual),
        max_shrink_iters: 3000,
        failure_persistence: None,
        ..Config::default()
    };
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, random);
    let asked = runner.run(&Worlds, |world| match law(&world) {
        None => Ok(()),
        Some(fault) => Err(TestCaseError::fail(fault)),
    });
    if let Err(error) = asked {
        panic!("{error}");
    }
}

/// So many worlds, the same in every run.
pub fn some(many: u64) -> impl Iterator<Item = World> {
    (0..many).map(World::new)
}

/// Whether null at this place would have an object contradict itself: it says that what has fields does not exist.
fn says_that_it_exists(inventory: &Value, pointer: &str) -> bool {
    let others = [
        (
            "/ResourceType",
            &["Encrypted", "EncryptionKeyArn", "Detail"][..],
        ),
        (
            "/AssumeRolePolicyDocument",
            &["AttachedPolicies", "InlinePolicies"],
        ),
    ];
    others.iter().any(|(state, fields)| {
        let object = pointer
            .strip_suffix(state)
            .and_then(|object| inventory.pointer(object));
        object.is_some_and(|object| fields.iter().any(|field| object.get(field).is_some()))
    })
}
