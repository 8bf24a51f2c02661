//! Who reads what: each thing is read by the first that comes upon it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::inventory::{Inventory, items};
use crate::known::Arn;

/// The keys and roles that somebody reads, or has read.
#[derive(Debug, Default)]
pub struct Claims(Mutex<HashSet<Arn>>);

impl Claims {
    /// Whether nobody has read it: then it is the caller's to read.
    pub fn take(&self, arn: &Arn) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(arn.clone())
    }

    /// What was read before is nobody's to read.
    pub fn give_up(&self, read: &Inventory) {
        for account in items(&read.accounts) {
            let roles = items(&account.roles).iter().map(|role| &role.arn);
            let keys = items(&account.regions)
                .iter()
                .flat_map(|region| items(&region.keys))
                .map(|key| &key.arn);
            for arn in roles.chain(keys) {
                self.take(arn);
            }
        }
    }
}
