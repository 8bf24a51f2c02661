//! Looking facts up: from an ARN and a question to a [`Fact`], which is known or names the call that would settle it.

mod account;
mod assumed;
mod backup_rule;
mod continuous;
mod contradiction;
mod control_policies;
mod copies;
mod copy_job;
mod cross_account;
mod dates_to_come;
mod description;
mod encryption;
mod index;
mod key;
mod key_dates;
mod made;
mod memory;
mod named;
mod now;
mod option_group;
mod organization_tree;
mod own_list;
mod plan;
mod point;
mod reads;
mod resource_policy;
mod role;
mod settings;
mod snapshot_of;
mod stored;
mod told;
mod touched;
mod twice;
mod vault;

use std::hash::Hash;
use std::sync::Arc;

use crate::known::{AccountId, ApiCall, ByHand, Fact, Gap, Region};

use super::field::Field;
use super::frame::{GapEntry, Inventory};
use super::word::Timestamp;
use index::Index;
use memory::Memory;
use reads::Object;

pub use account::ControlPolicies;
pub use assumed::{Assumption, Taken, TakenFor, keep_taken};
pub use continuous::{Continuity, ContinuousPoint};
pub(super) use contradiction::contradiction;
pub use copies::NewestCopy;
pub use key::{EncryptedWith, KeyManager};
pub use organization_tree::ControlList;
pub use plan::plan_arn;
pub use reads::{Reads, lifecycle_number, note_again, note_lifecycle, noting, only_said};
pub use role::{PolicyInForce, RolePolicies, built_in};
pub use touched::Touched;
pub use vault::{VaultLock, VaultType};

/// A question about the facts. It holds all that its answer depends on besides them, and its type is its own: two questions
/// cannot share an answer by accident.
pub trait Question: Clone + Eq + Hash + Send + 'static {
    /// What is answered.
    type Answer: Clone + Send + 'static;

    /// The answer, worked out from the facts.
    fn answer(&self, facts: &Facts<'_>) -> Self::Answer;
}

/// The facts of a run, ready to be looked up. One inventory may lie on top of another: what the upper one says of a
/// field wins, and where it is silent the lower one speaks.
#[derive(Clone)]
pub struct Facts<'a> {
    /// To be looked at by [`Facts::layers`], which notes that.
    stack: Vec<Arc<Index<'a>>>,
    assumed: Vec<Assumption>,
    taken: Arc<Taken>,
    /// The moment that everything is decided as of, where somebody named one.
    at: Option<Timestamp>,
    /// The moment by which a planned copy is made, where it is decided as of that.
    planned: Option<Timestamp>,
    memory: Memory,
}

impl<'a> Facts<'a> {
    /// The facts of an inventory.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        Self {
            stack: vec![Arc::new(Index::new(inventory))],
            assumed: Vec::new(),
            taken: Arc::default(),
            at: None,
            planned: None,
            memory: Memory::default(),
        }
    }

    /// The answer to a question, worked out once.
    pub fn answer<Q: Question>(&self, question: &Q) -> Q::Answer {
        self.memory.once(question, || question.answer(self))
    }

    /// These facts with others on top.
    #[must_use]
    pub fn under<'b>(&self, top: &'b Inventory) -> Facts<'b>
    where
        'a: 'b,
    {
        let mut layers: Vec<Arc<Index<'b>>> = vec![Arc::new(Index::new(top))];
        layers.extend(
            self.stack
                .iter()
                .map(|layer| Arc::clone(layer) as Arc<Index<'b>>),
        );
        Facts {
            stack: layers,
            assumed: self.assumed.clone(),
            taken: Arc::clone(&self.taken),
            at: self.at.clone(),
            planned: self.planned.clone(),
            memory: Memory::default(),
        }
    }

    /// When the facts were read, RFC 3339; of the lowest layer.
    #[must_use]
    pub fn collected_at(&self) -> Option<&'a str> {
        self.read_at().map(Timestamp::as_str)
    }

    /// The gap that a question leaves when its answer was not read: with AWS's error where somebody asked.
    #[must_use]
    pub fn gap(
        &self,
        call: ApiCall,
        subject: &str,
        account: Option<AccountId>,
        region: Option<&Region>,
    ) -> Gap {
        let recorded = self
            .stack
            .iter()
            .find_map(|layer| layer.gap(call.as_str(), subject, account, region));
        match recorded {
            Some(entry) => entry.to_gap(),
            None => Gap::call(call, subject).within(account, region),
        }
    }

    /// Whether a gap was recorded when the facts were read: somebody wanted the fact and did not get it.
    #[must_use]
    pub fn is_recorded(&self, gap: &Gap) -> bool {
        let account = gap.account.as_deref();
        let account = account.and_then(|id| AccountId::parse(id).ok());
        let region = gap.region.as_deref().map(Region::new);
        let recorded = |layer: &Arc<Index<'a>>| {
            layer.gap(gap.operation(), &gap.subject, account, region.as_ref())
        };
        // What waits for a plan was recorded with what it waits for.
        gap.hand() == Some(ByHand::Planned)
            || self.stack.iter().any(|layer| recorded(layer).is_some())
    }

    /// The gaps that were recorded when the facts were read.
    pub fn recorded_gaps(&self) -> impl Iterator<Item = Gap> + '_ {
        self.stack
            .iter()
            .flat_map(|layer| super::list::items(&layer.inventory.gaps))
            .map(GapEntry::to_gap)
    }

    /// The layers, upper ones first, of which this is looked at.
    fn layers(&self, object: Object<'_>) -> &[Arc<Index<'a>>] {
        reads::note(object);
        &self.stack
    }

    /// One object, as far as the layers know it.
    fn seen<T>(
        &self,
        object: Object<'_>,
        of: impl for<'i> Fn(&'i Index<'a>) -> &'i [&'a T],
    ) -> Seen<'_, 'a, T> {
        let mut seen = Seen {
            first: &[],
            more: Vec::new(),
        };
        for layer in self.layers(object) {
            let parts = of(layer);
            if seen.first.is_empty() {
                seen.first = parts;
            } else {
                seen.more.extend(parts);
            }
        }
        seen
    }
}

/// What is known of one object: its parts, upper layers first. Mostly one layer has any, where they stand in a row.
struct Seen<'s, 'a, T> {
    first: &'s [&'a T],
    more: Vec<&'a T>,
}

impl<'a, T> Seen<'_, 'a, T> {
    fn parts(&self) -> impl Iterator<Item = &'a T> {
        self.first.iter().chain(&self.more).copied()
    }

    fn is_listed(&self) -> bool {
        self.parts().next().is_some()
    }

    /// One field: the first part that has it.
    fn field<U>(&self, field: impl Fn(&'a T) -> &'a Field<U>) -> Field<&'a U> {
        for part in self.parts() {
            match field(part) {
                Field::Absent => {}
                Field::Null => return Field::Null,
                Field::Is(value) => return Field::Is(value),
            }
        }
        Field::Absent
    }
}

/// A field as a fact: null is `None`, absent is the gap.
fn fact<T>(field: Field<T>, gap: impl FnOnce() -> Gap) -> Fact<Option<T>> {
    match field {
        Field::Is(value) => Fact::Known(Some(value)),
        Field::Null => Fact::Known(None),
        Field::Absent => Fact::unknown(gap()),
    }
}
