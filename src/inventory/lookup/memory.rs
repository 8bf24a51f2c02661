//! Answers to questions about the facts of a run, each worked out once. Copies of one account ask much the same.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::mem::replace;
use std::sync::{Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;

use super::reads::{Reads, note_again, noting};

/// So many answers to one kind of question are kept at least, and twice as many at most: those asked for lately. Copies
/// that ask the same stand together, and what they need stays close to the processor.
const KEPT: usize = 64;

/// Hashed fast: a copy looks up a dozen objects.
pub(super) type FastMap<K, V> = HashMap<K, V, RandomState>;

/// Answers, by the type of the question. It belongs to the facts that they were worked out from; a clone
/// has forgotten them, so that threads with one each do not wait for one another.
#[derive(Default)]
pub struct Memory(Mutex<FastMap<TypeId, Box<dyn Any + Send>>>);

impl Clone for Memory {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// The answers to one kind of question, each with what it was worked out from: the newest, and those before them.
struct Answers<Q, A> {
    newest: FastMap<Q, (A, Reads)>,
    before: FastMap<Q, (A, Reads)>,
}

impl Memory {
    /// The answer to a question, worked out once.
    pub fn once<Q, A>(&self, question: &Q, answer: impl FnOnce() -> A) -> A
    where
        Q: Clone + Eq + Hash + Send + 'static,
        A: Clone + Send + 'static,
    {
        let known = self.with(|answers: &mut Answers<Q, A>| answers.get(question));
        if let Some(Some((known, reads))) = known {
            note_again(&reads);
            return known;
        }
        // Nothing is held while it is worked out: that may ask more.
        let (new, reads) = noting(answer);
        let kept = (new.clone(), reads);
        self.with(|answers: &mut Answers<Q, A>| answers.insert(question.clone(), kept));
        new
    }

    fn with<Q, A, R>(&self, work: impl FnOnce(&mut Answers<Q, A>) -> R) -> Option<R>
    where
        Q: Send + 'static,
        A: Send + 'static,
    {
        let mut all: MutexGuard<'_, _> = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Box::new(Answers::<Q, A>::new()) as Box<dyn Any + Send>;
        let answers = all.entry(TypeId::of::<Q>()).or_insert_with(new);
        answers.downcast_mut().map(work)
    }
}

impl<Q, A> Answers<Q, A> {
    fn new() -> Self {
        Self {
            newest: FastMap::default(),
            before: FastMap::default(),
        }
    }
}

impl<Q: Clone + Eq + Hash, A: Clone> Answers<Q, A> {
    fn get(&mut self, question: &Q) -> Option<(A, Reads)> {
        if let Some(known) = self.newest.get(question) {
            return Some(known.clone());
        }
        let (question, known) = self.before.remove_entry(question)?;
        self.insert(question, known.clone());
        Some(known)
    }

    fn insert(&mut self, question: Q, answer: (A, Reads)) {
        if self.newest.len() >= KEPT {
            let room = FastMap::with_capacity_and_hasher(KEPT, RandomState::default());
            self.before = replace(&mut self.newest, room);
        }
        self.newest.insert(question, answer);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::inventory::{Facts, Inventory, Question};

    static ANSWERED: AtomicU32 = AtomicU32::new(0);

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Doubled(u32);

    impl Question for Doubled {
        type Answer = u32;
        fn answer(&self, _: &Facts<'_>) -> u32 {
            ANSWERED.fetch_add(1, Ordering::Relaxed);
            self.0 * 2
        }
    }

    #[test]
    fn a_question_is_answered_once_and_anew_of_other_facts() {
        let (inventory, top) = (Inventory::empty(), Inventory::empty());
        let facts = Facts::new(&inventory);
        let answers = [1, 1, 2].map(|number| facts.answer(&Doubled(number)));
        assert_eq!(answers, [2, 2, 4]);
        assert_eq!(facts.under(&top).answer(&Doubled(1)), 2);
        assert_eq!(ANSWERED.load(Ordering::Relaxed), 3);
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Halved(usize);

    impl Question for Halved {
        type Answer = usize;
        fn answer(&self, _: &Facts<'_>) -> usize {
            self.0 / 2
        }
    }

    #[test]
    fn no_more_answers_are_kept_than_have_room() {
        let inventory = Inventory::empty();
        let facts = Facts::new(&inventory);
        for number in 0..KEPT * 3 + 1 {
            for number in [0, number] {
                assert_eq!(facts.answer(&Halved(number)), number / 2);
            }
        }
        let kept = facts.memory.with(|answers: &mut Answers<Halved, usize>| {
            let kept = [&answers.newest, &answers.before].map(HashMap::len);
            let first = answers.newest.contains_key(&Halved(0));
            (kept, first)
        });
        // What is asked for again and again is kept.
        assert_eq!(kept, Some(([4, KEPT - 1], true)));
    }
}
