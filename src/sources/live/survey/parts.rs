//! Which parts of the work are whole.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::catalog::calls::api_call;
use crate::known::{AccountId, Region};

use super::super::found::Place;
use super::super::part::Part;
use super::super::so_far::InventorySoFar;

/// The parts that are not whole yet.
#[derive(Default)]
pub struct Parts {
    open: Mutex<Vec<Arc<InventorySoFar>>>,
    expected: Mutex<BTreeSet<(AccountId, Region)>>,
}

impl Parts {
    /// One that begins.
    pub fn open(&self) -> Arc<InventorySoFar> {
        let so_far = Arc::new(InventorySoFar::default());
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Only the conductor holds those that are whole.
        open.retain(|so_far| Arc::strong_count(so_far) > 1);
        open.push(Arc::clone(&so_far));
        so_far
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
    pub fn give_up(&self, so_far: &InventorySoFar) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for part in open.iter() {
            so_far.absorb(part.part());
        }
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.gaps(expected.iter().map(|(account, region)| {
            let subject = format!("{account}/{region}");
            Place::new(*account, region).unasked(api_call!("backup:ListBackupPlans"), &subject)
        }));
    }
}
