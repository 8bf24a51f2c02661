//! How far a run has come, counted while it goes.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What was done so far.
#[derive(Debug, Default)]
pub struct Counts {
    calls: AtomicUsize,
    accounts: Counter,
    regions: Counter,
}

/// So many of so many.
#[derive(Debug, Default)]
pub struct Counter {
    all: AtomicUsize,
    done: AtomicUsize,
}

impl Counts {
    /// A call is made; a page of a list is one.
    pub fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// The calls so far. The SDK's own repetitions are not among them.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// The accounts.
    pub const fn accounts(&self) -> &Counter {
        &self.accounts
    }

    /// The Regions of all accounts.
    pub const fn regions(&self) -> &Counter {
        &self.regions
    }
}

impl Counter {
    /// There are so many more.
    pub fn expect(&self, more: usize) {
        self.all.fetch_add(more, Ordering::Relaxed);
    }

    /// One more is done.
    pub fn done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How many are done, and how many there are.
    pub fn so_far(&self) -> (usize, usize) {
        (
            self.done.load(Ordering::Relaxed),
            self.all.load(Ordering::Relaxed),
        )
    }
}
