//! What was worked out from the facts of a run, so that it need not be again. Copies of one account ask much the same.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use foldhash::fast::RandomState;

use super::Facts;

/// So many answers to one kind of question are kept. Copies that ask the same stand together, so that a question which
/// was not asked for long may be worked out anew.
const KEPT: usize = 4096;

type Answers<Q, A> = RwLock<HashMap<Q, A, RandomState>>;

/// Answers, by the type of the question and of the answer. It belongs to the facts that they were worked out from.
#[derive(Clone, Default)]
pub struct Memory(Arc<RwLock<HashMap<TypeId, OfAKind, RandomState>>>);

/// The answers to one kind of question, whatever the kind is.
type OfAKind = Arc<dyn Any + Send + Sync>;

impl Facts<'_> {
    /// The answer to a question, worked out once. The question holds all that the answer depends on besides these facts:
    /// `answer` is given nothing else, and can have nothing else.
    pub fn once<Q, A>(&self, question: &Q, answer: fn(&Q, &Self) -> A) -> A
    where
        Q: Clone + Eq + Hash + Send + Sync + 'static,
        A: Clone + Send + Sync + 'static,
    {
        let Some(answers) = self.memory.answers::<Q, A>() else {
            return answer(question, self);
        };
        let read = answers.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(question) {
            return known.clone();
        }
        drop(read);
        let new = answer(question, self);
        let mut write = answers.write().unwrap_or_else(PoisonError::into_inner);
        if write.len() >= KEPT {
            write.clear();
        }
        write.insert(question.clone(), new.clone());
        new
    }
}

impl Memory {
    fn answers<Q, A>(&self) -> Option<Arc<Answers<Q, A>>>
    where
        Q: Eq + Hash + Send + Sync + 'static,
        A: Clone + Send + Sync + 'static,
    {
        let kind = TypeId::of::<(Q, A)>();
        let read = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let known = read.get(&kind).cloned();
        drop(read);
        let known = known.unwrap_or_else(|| {
            let mut write = self.0.write().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Answers::<Q, A>::default());
            Arc::clone(write.entry(kind).or_insert_with(|| new()))
        });
        known.downcast().ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::inventory::Inventory;

    static ANSWERED: AtomicU32 = AtomicU32::new(0);

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Doubled(u32);

    fn doubled(Doubled(number): &Doubled, _: &Facts<'_>) -> u32 {
        ANSWERED.fetch_add(1, Ordering::Relaxed);
        number * 2
    }

    #[test]
    fn a_question_is_answered_once_and_anew_of_other_facts() {
        let (inventory, top) = (Inventory::empty(), Inventory::empty());
        let facts = Facts::new(&inventory);
        let answers = [1, 1, 2].map(|number| facts.once(&Doubled(number), doubled));
        assert_eq!(answers, [2, 2, 4]);
        assert_eq!(facts.under(&top).once(&Doubled(1), doubled), 2);
        assert_eq!(ANSWERED.load(Ordering::Relaxed), 3);
    }

    #[derive(Clone, PartialEq, Eq, Hash)]
    struct Halved(usize);

    #[test]
    fn no_more_answers_are_kept_than_have_room() {
        let inventory = Inventory::empty();
        let facts = Facts::new(&inventory);
        for number in 0..KEPT * 2 + 1 {
            assert_eq!(
                facts.once(&Halved(number), |Halved(n), _| n / 2),
                number / 2
            );
        }
        let kept = facts.memory.answers::<Halved, usize>().unwrap();
        assert_eq!(kept.read().unwrap().len(), 1);
    }
}
