//! Settles gaps. What decides says what it lacks, the calls that tell it are made side by side, each thing is read once, and it
//! decides again, until nothing new is asked for. A gap that no credentials settle stays.

mod asked;
mod query;
mod read;
mod simulation;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

use crate::inventory::{Facts, Inventory, Timestamp, items};
use crate::known::AccountId;

use super::book::Book;
use super::estate::Estate;
use super::once::joined;

pub use asked::Asked;
pub use query::{Query, Simulation};

/// What decides: from what was read, to what it lacks.
pub type Asks<'a> = &'a (dyn Fn(&Inventory) -> Vec<Asked> + Sync);

/// A query, and the account that it is asked for: its credentials ask where those of the owner are not there.
pub type For = (Query, Option<AccountId>);

/// Who reads what is asked for.
pub struct Settler {
    /// The accounts that can be asked.
    pub estate: Estate,
    taken: Mutex<HashSet<Query>>,
}

impl Settler {
    /// Nothing was read yet.
    pub fn new(estate: Estate) -> Self {
        Self {
            estate,
            taken: Mutex::default(),
        }
    }

    /// Whether nobody has read it: then it is the caller's to read.
    pub fn take(&self, query: &Query) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(query.of_the_same())
    }

    /// Reads what is asked for until nothing new is. It decides again as soon as all is there that may name more; what only
    /// tells of what was named goes on meanwhile.
    pub async fn until_settled(
        self: &Arc<Self>,
        book: &Arc<Book>,
        collected_at: &Timestamp,
        asks: Asks<'_>,
    ) {
        let mut naming = JoinSet::new();
        let mut telling = JoinSet::new();
        loop {
            let known = book.inventory(collected_at.clone());
            let asked = asks(&known);
            let mut new = self.new_of(&asked, &known);
            if new.is_empty() && telling.is_empty() {
                new = self.simulations(&asked, &known);
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
                self.spawn((query, by), book, set);
            }
            all(&mut naming).await;
        }
    }

    /// Reads these side by side, as far as nobody has, for an account that names them.
    pub async fn settle(
        self: &Arc<Self>,
        queries: impl IntoIterator<Item = Query>,
        by: AccountId,
        book: &Arc<Book>,
    ) {
        let queries = queries.into_iter().map(|query| (query, Some(by)));
        self.settle_for(queries, book).await;
    }

    /// The same, each for its own.
    pub async fn settle_for(
        self: &Arc<Self>,
        queries: impl IntoIterator<Item = For>,
        book: &Arc<Book>,
    ) {
        let mut reading = JoinSet::new();
        for (query, by) in queries {
            if self.take(&query) {
                self.spawn((query, by), book, &mut reading);
            }
        }
        all(&mut reading).await;
    }

    fn spawn(self: &Arc<Self>, (query, by): For, book: &Arc<Book>, into: &mut JoinSet<()>) {
        let (settler, book) = (Arc::clone(self), Arc::clone(book));
        into.spawn(async move { settler.read(&query, by, &book).await });
    }

    /// What was read before is nobody's to read.
    pub fn give_up(&self, read: &Inventory) {
        for account in items(&read.accounts) {
            for role in items(&account.roles) {
                self.take(&Query::Role(role.arn.clone()));
            }
            let regions = items(&account.regions).iter();
            for key in regions.flat_map(|region| items(&region.keys)) {
                self.take(&Query::Key(key.arn.clone()));
            }
        }
    }

    /// What nobody has read of what is asked for.
    fn new_of(&self, asked: &[Asked], known: &Inventory) -> Vec<For> {
        let Some(home) = self.estate.home() else {
            return Vec::new();
        };
        let facts = Facts::new(known);
        let mut new = Vec::new();
        for one in asked {
            let queries = query::queries(one, &home, &facts);
            let queries = queries.into_iter().filter(|query| self.take(query));
            new.extend(queries.map(|query| (query, one.from)));
        }
        new
    }
}

async fn all(reading: &mut JoinSet<()>) {
    while let Some(ended) = reading.join_next().await {
        joined(ended);
    }
}
