//! Which parts of the work are whole.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::calls::api_call;
use crate::known::{AccountId, Region};

use super::super::book::Book;
use super::super::found::Place;
use super::super::part::Part;

/// The parts that are not whole yet.
#[derive(Default)]
pub struct Parts {
    open: Mutex<Vec<Arc<Book>>>,
    expected: Mutex<BTreeSet<(AccountId, Region)>>,
}

impl Parts {
    /// One that begins.
    pub fn open(&self) -> Arc<Book> {
        let book = Arc::new(Book::default());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the conductor holds those that are whole.
        open.retain(|book| Arc::strong_count(book) > 1);
        open.push(Arc::clone(&book));
        book
    }

    /// Those that will begin.
    pub fn expect(&self, cells: impl Iterator<Item = (AccountId, Region)>) {
        let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected.extend(cells);
    }

    /// One that is whole.
    pub fn close(&self, part: &Part) {
        if let Part::Region(account, region) = part {
            let mut expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
            expected.remove(&(*account, region.clone()));
        }
    }

    /// What is known of the parts that are not whole, and a gap for each.
    pub fn give_up(&self, book: &Book) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for part in open.iter() {
            book.absorb(part.part());
        }
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        book.gaps(expected.iter().map(|(account, region)| {
            let subject = format!("{account}/{region}");
            Place::new(*account, region).unasked(api_call!("backup:ListBackupPlans"), &subject)
        }));
    }
}
