//! Choices by name: the same name gives the same choice, whatever else is chosen, so that a world is made again from its
//! seeds, and one choice can be taken back without touching the others.

use std::cell::RefCell;
use std::collections::BTreeSet;

/// What choices are made with.
pub struct Dice<'a> {
    /// What the choices are about: it begins their names.
    of: &'static str,
    seed: u64,
    /// Of a thousand facts, how many are not as usual.
    odd: u64,
    /// The choices that are as usual, whatever the dice say.
    calm: &'a BTreeSet<String>,
    /// The names of the choices that were asked for.
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Dice<'a> {
    pub fn new(of: &'static str, seed: u64, odd: u64, calm: &'a BTreeSet<String>) -> Self {
        Self {
            of,
            seed,
            odd,
            calm,
            asked: RefCell::default(),
        }
    }

    /// The choices that were asked for.
    pub fn asked(self) -> BTreeSet<String> {
        self.asked.into_inner()
    }

    fn roll(&self, what: &str, sides: usize) -> usize {
        let name = format!("{} {what}", self.of);
        let rolled = mixed(self.seed, &name) % sides as u64;
        if self.calm.contains(&name) {
            return 0;
        }
        self.asked.borrow_mut().insert(name);
        rolled as usize
    }

    /// One of several that are as good as each other; the first where it is calm.
    pub fn pick<T: Clone>(&self, what: &str, of: &[T]) -> T {
        of[self.roll(what, of.len())].clone()
    }

    /// Whether, in so many cases of a hundred; no where it is calm.
    pub fn chance(&self, what: &str, percent: usize) -> bool {
        (1..=percent).contains(&self.roll(what, 100))
    }

    /// What is usual, or now and then one of the others.
    pub fn seldom<T: Clone>(&self, what: &str, usual: T, others: &[T]) -> T {
        self.odder(what, 1, usual, others)
    }

    /// What is usual, or one of the others, so many times as often as is seldom.
    pub fn odder<T: Clone>(&self, what: &str, times: u64, usual: T, others: &[T]) -> T {
        let rolled = self.roll(what, 1_000_000);
        if rolled == 0 || rolled as u64 % 1000 >= self.odd * times {
            return usual;
        }
        others[rolled / 1000 % others.len()].clone()
    }
}

/// A number from a seed and a name, as good as at random.
pub fn mixed(seed: u64, name: &str) -> u64 {
    name.bytes().fold(stirred(seed), |state, byte| {
        stirred(state ^ u64::from(byte))
    })
}

/// SplitMix64's finalizer.
fn stirred(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}
