//! One world: the request with every unknown settled one way. `every` visits all of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::Value;

use super::candidates::candidates;
use super::value::{items, texts};

/// What a condition can look up while the request is decided in one world.
pub struct World<'a> {
    request: &'a Value,
    candidates: &'a BTreeMap<String, Vec<Option<Value>>>,
    choices: RefCell<Choices>,
    settled: RefCell<BTreeMap<String, Option<Value>>>,
    gap: Cell<bool>,
}

impl World<'_> {
    /// The value of a context key, none where it is absent. Key names ignore case; an empty list is absent.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
    pub fn value(&self, key: &str) -> Option<Value> {
        let key = key.to_lowercase();
        if let Some(settled) = self.settled.borrow().get(&key) {
            return settled.clone();
        }
        let value = match self.candidates.get(&key) {
            Some(all) => all[self.choices.borrow_mut().pick(all.len())].clone(),
            None => known(self.request, &key),
        };
        let value = value.filter(|value| !items(value).is_empty());
        self.settled.borrow_mut().insert(key, value.clone());
        value
    }

    /// A variable without a value was compared with something.
    pub fn meet_gap(&self) {
        self.gap.set(true);
    }

    /// Whether that happened since this was last asked.
    pub fn met_gap(&self) -> bool {
        self.gap.take()
    }

    /// What AWS leaves undocumented goes one way in some worlds and the other way in others.
    pub fn undocumented(&self) -> bool {
        self.choices.borrow_mut().pick(2) == 1
    }
}

/// Decides the request in every world, until `stop` says that enough was seen.
pub fn every<T>(
    request: &Value,
    decide: impl Fn(&World) -> T,
    stop: impl Fn(&[T]) -> bool,
) -> Vec<T> {
    let unknown = texts(&request["unknown_context"])
        .into_iter()
        .map(|key| key.to_lowercase());
    let candidates = unknown
        .map(|key| (key.clone(), candidates(request, &key)))
        .collect();
    let mut seen = Vec::new();
    let mut choices = Choices::default();
    loop {
        let world = World {
            request,
            candidates: &candidates,
            choices: RefCell::new(choices),
            settled: RefCell::default(),
            gap: Cell::new(false),
        };
        seen.push(decide(&world));
        choices = world.choices.into_inner();
        if stop(&seen) || !choices.advance() {
            return seen;
        }
    }
}

/// The key's value in the request's context.
pub fn known(request: &Value, key: &str) -> Option<Value> {
    let context = request["context"].as_object()?;
    let (_, value) = context
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(key))?;
    Some(value.clone())
}

/// The choices made so far, each as which and of how many; replayed and counted up like an odometer.
#[derive(Default)]
struct Choices {
    made: Vec<(usize, usize)>,
    next: usize,
}

impl Choices {
    fn pick(&mut self, of: usize) -> usize {
        if self.next == self.made.len() {
            self.made.push((0, of));
        }
        self.next += 1;
        self.made[self.next - 1].0
    }

    fn advance(&mut self) -> bool {
        self.next = 0;
        while let Some((picked, of)) = self.made.pop() {
            if picked + 1 < of {
                self.made.push((picked + 1, of));
                return true;
            }
        }
        false
    }
}

#[test]
fn every_combination_of_choices_is_visited_once() {
    let request = serde_json::json!({});
    let seen = every(
        &request,
        |world| (world.undocumented(), world.undocumented()),
        |_| false,
    );
    assert_eq!(
        seen,
        [(false, false), (false, true), (true, false), (true, true)]
    );
}
