//! Settles gaps. What decides says what it lacks, the calls that tell it are made side by side, each thing is read once, and it
//! decides again, until nothing new is asked for. A gap that no credentials settle stays.

mod asked;
mod query;
mod read;
mod simulation;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::{JoinSet, spawn_blocking};

use crate::inventory::{Facts, Inventory};
use crate::known::{AccountId, Arn};

use super::estate::Estate;
use super::found::Place;
use super::once::joined;
use super::so_far::InventorySoFar;

pub use asked::Asked;
pub use query::{Query, Simulation};

/// What decides: from what was read, to what it lacks, handed on piece by piece.
pub type Asks = Arc<dyn Fn(&Inventory, &mut dyn FnMut(&Facts<'_>, &Asked)) + Send + Sync>;

/// A query, and the account that it is asked for: its credentials ask where those of the owner are not there.
type For = (Query, Option<AccountId>);

/// What was listed of all that there is: that is not asked about by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// Nothing.
    Nothing,
    /// All of it.
    Everything,
    /// All of it, and a recovery point that a copy is of is described, as the lists do not say all of it.
    AllButPoints,
}

/// Who reads what is asked for.
pub struct Settler {
    /// The accounts that can be asked.
    pub estate: Estate,
    lists: Lists,
    taken: Mutex<HashSet<Query>>,
}

/// What is new among what is asked for: to be read now, and to be asked of the simulator when nothing else is.
#[derive(Default)]
struct New {
    queries: Vec<For>,
    simulations: BTreeMap<Arn, Simulation>,
}

impl Settler {
    /// Nothing was read yet.
    pub fn new(estate: Estate, lists: Lists) -> Self {
        Self {
            estate,
            lists,
            taken: Mutex::default(),
        }
    }

    /// Whether nobody has read it: then it is the caller's to read.
    fn take(&self, query: &Query) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(query.of_the_same())
    }

    /// Reads what is asked for until nothing new is, all or what lies in one place. `known`: what was read. It decides again as
    /// soon as all is there that may name more; what only tells of what was named goes on meanwhile.
    pub async fn until_settled(
        self: &Arc<Self>,
        so_far: &Arc<InventorySoFar>,
        within: Option<&Place>,
        known: impl Fn() -> Inventory,
        asks: &Asks,
    ) {
        let mut naming = JoinSet::new();
        let mut telling = JoinSet::new();
        loop {
            let (settler, within) = (Arc::clone(self), within.cloned());
            let (known, asks) = (known(), Arc::clone(asks));
            // Deciding takes a while where there are many copies, and answers come meanwhile.
            let decided = spawn_blocking(move || settler.new_of(&known, within.as_ref(), &asks));
            let found = joined(decided.await).unwrap_or_default();
            let mut new = found.queries;
            if new.is_empty() && telling.is_empty() {
                new = self.simulations(found.simulations);
                if new.is_empty() {
                    return;
                }
            }
            if new.is_empty() {
                all(&mut telling).await;
            }
            // The longest way first, and then what the next decision waits for.
            new.sort_by_key(|(query, _)| {
                (!matches!(query, Query::Membership(_)), !query.names_more())
            });
            for (query, by) in new {
                let names_more = query.names_more();
                let set = if names_more {
                    &mut naming
                } else {
                    &mut telling
                };
                self.spawn((query, by), so_far, set);
            }
            all(&mut naming).await;
        }
    }

    /// Reads these side by side, as far as nobody has, for an account that names them.
    pub async fn settle(
        self: &Arc<Self>,
        queries: impl IntoIterator<Item = Query>,
        by: AccountId,
        so_far: &Arc<InventorySoFar>,
    ) {
        let mut reading = JoinSet::new();
        for query in queries {
            if self.take(&query) {
                self.spawn((query, Some(by)), so_far, &mut reading);
            }
        }
        all(&mut reading).await;
    }

    fn spawn(
        self: &Arc<Self>,
        (query, by): For,
        so_far: &Arc<InventorySoFar>,
        into: &mut JoinSet<()>,
    ) {
        let (settler, so_far) = (Arc::clone(self), Arc::clone(so_far));
        into.spawn(async move { settler.read(&query, by, &so_far).await });
    }

    /// What nobody has read of what is asked for.
    fn new_of(&self, known: &Inventory, within: Option<&Place>, asks: &Asks) -> New {
        let mut new = New::default();
        let Some(home) = self.estate.home() else {
            return new;
        };
        asks(known, &mut |facts, asked| {
            for query in query::queries(asked, &home, facts) {
                let is_own_point = matches!(&query, Query::Point(_, point, _)
                    if asked.recovery_point.as_ref() == Some(point));
                let is_told = match self.lists {
                    Lists::Nothing => false,
                    Lists::AllButPoints if is_own_point => false,
                    Lists::Everything | Lists::AllButPoints => query.is_listed(facts),
                };
                let is_here = within.is_none_or(|place| query.lies_in(place));
                if !is_told && is_here && self.take(&query) {
                    new.queries.push((query, asked.from));
                }
            }
            if within.is_none() {
                Self::add_simulation(&mut new.simulations, asked, known);
            }
        });
        new
    }
}

async fn all(reading: &mut JoinSet<()>) {
    while let Some(ended) = reading.join_next().await {
        joined(ended);
    }
}
