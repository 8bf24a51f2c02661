//! AWS itself, read through its SDK; never written to.
//!
//! One file a service: functions from a signed-in account, a Region and an ARN to the inventory's objects, each with a
//! gap for everything that AWS refused or did not answer. One failing call never stops the rest. What is read for a
//! purpose is put together above them: [`named_copy`] for one copy.

mod backup;
mod book;
mod cloud_control;
mod dynamodb;
mod ec2;
mod error;
mod files;
mod found;
mod fsx;
mod iam;
mod kms;
mod named_copy;
mod once;
mod organizations;
mod rds;
mod reply;
mod resources;
mod session;
mod shape;
mod signed;

use crate::inventory::{Inventory, Timestamp};

pub use error::{LiveError, Side};
pub use named_copy::NamedCopy;
pub use reply::{Kind as TroubleKind, Trouble};
pub use session::{Credentials, Settings, SignInError};

/// Reads what decides a named copy: both vaults, their keys, the resource, its recovery points, the copy role, the
/// destination's service-linked role, and the settings of accounts and Regions. Without destination credentials it
/// reads as far as the source goes, and leaves a gap for each thing that the destination would tell.
///
/// Ctrl-C ends the reading; from the first call on, the process no longer ends by it alone.
///
/// # Errors
/// Where an account cannot be signed in to, or it is not the one that the copy names. Everything else that goes wrong
/// is a gap of the inventory.
pub fn collect(
    copy: &NamedCopy,
    source: &Credentials,
    destination: Option<&Credentials>,
    settings: &Settings,
    collected_at: Timestamp,
) -> Result<Inventory, LiveError> {
    let read = || -> Result<Inventory, LiveError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(LiveError::Start)?;
        let work = named_copy::read(copy, source, destination, settings, collected_at);
        runtime.block_on(Box::pin(work))
    };
    // The SDK's calls take more stack than some systems give a thread, above all without optimisation.
    std::thread::scope(|scope| {
        let reader = std::thread::Builder::new()
            .name("live".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, read)
            .map_err(LiveError::Start)?;
        reader
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

const STACK: usize = 16 << 20;
