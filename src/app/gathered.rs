//! What was read for a task.

use crate::cli::Check;
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
#[derive(Clone, Copy, Debug)]
pub(super) enum Survey<'a> {
    /// What decides the copies of the plans that are named.
    #[cfg_attr(not(feature = "live"), expect(dead_code, reason = "nobody asks AWS"))]
    Plans(&'a Check),
    /// What decides the copies that plans make, and the copy jobs that ran.
    CopyJobs,
    /// What decides the copies that plans make, and which resources leave their account.
    Coverage,
    /// All that any command reads, so that the file of it answers each as AWS does.
    #[cfg(feature = "live")]
    Everything,
}

#[cfg(feature = "live")]
impl Survey<'_> {
    /// Whether the copy jobs are read, and what they copied.
    pub const fn has_copy_jobs(self) -> bool {
        match self {
            Self::CopyJobs | Self::Everything => true,
            Self::Plans(_) | Self::Coverage => false,
        }
    }

    /// Whether everything is read that says which resources leave their account.
    pub const fn has_coverage(self) -> bool {
        match self {
            Self::Coverage | Self::Everything => true,
            Self::Plans(_) | Self::CopyJobs => false,
        }
    }
}
