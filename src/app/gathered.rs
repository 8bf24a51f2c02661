//! What was read for a task.

use crate::inventory::Inventory;
use crate::report::Reading;

/// What was read, and whether all of it was.
pub(super) struct Gathered {
    pub inventory: Inventory,
    pub stopped: bool,
    /// How it came.
    pub reading: Reading,
}

/// What is read of whole accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Survey {
    /// What decides the copies that plans make.
    Plans,
    /// That, and the copy jobs that ran.
    CopyJobs,
    /// What decides the copies that plans make, and which resources leave their account.
    Coverage,
}
