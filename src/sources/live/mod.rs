//! AWS itself, read through its SDK; never written to.
//!
//! One file a service: functions from a signed-in account, a Region and an ARN to the inventory's objects, each with a
//! gap for everything that AWS refused or did not answer. One failing call never stops the rest. What is read for a
//! purpose is put together above them: [`named_copy`] for one copy, [`survey`](mod@survey) for accounts and Regions.

mod aggregator;
mod answer;
mod backup;
mod cloud_control;
mod connections;
mod counts;
mod dynamodb;
mod ec2;
mod endpoints;
mod error;
mod estate;
mod files;
mod found;
mod fsx;
mod iam;
mod journal;
mod kms;
mod listings;
mod named_copy;
mod once;
mod organizations;
mod paging;
mod part;
mod profile;
mod progress;
mod proxies;
mod rds;
mod reply;
mod resources;
mod retries;
mod scope;
mod session;
mod settings;
mod settle;
mod shape;
mod sign_in;
mod signed;
mod so_far;
mod survey;
mod trusted;
mod unsigned;
mod wire;

use std::future::Future;

use crate::inventory::{Inventory, Timestamp};

pub use error::{LiveError, Side};
pub use journal::{Journal, JournalError, clear as clear_journal};
pub use named_copy::NamedCopy;
pub use organizations::Choice;
pub use part::Part;
pub use reply::{CallError, CallErrorKind};
pub use scope::{Accounts, Entry, Scope};
pub use settings::CallSettings;
pub use settle::{Asked, Asks};
pub use sign_in::{Credentials, Sides, SignInError};

/// Reads what decides a named copy: what is asked for, until no more is. Without destination credentials it reads as far as
/// the source goes, and leaves a gap for each thing that the destination would tell.
///
/// Ctrl-C ends the reading; from the first call on, the process no longer ends by it alone.
///
/// # Errors
/// Where an account cannot be signed in to, or it is not the one that the copy names. Everything else that goes wrong
/// is a gap of the inventory.
pub fn collect(
    copy: &NamedCopy,
    sides: &Sides,
    settings: &CallSettings,
    collected_at: Timestamp,
    asks: &Asks,
) -> Result<Inventory, LiveError> {
    run(|| named_copy::read(copy, sides, settings, collected_at, asks))
}

/// Reads the accounts and Regions of the scope: it lists plans, vaults, recovery points, what plans select and copy jobs, and
/// then reads what is asked for, each thing once, until no more is. What is whole is kept in the journal, and what an earlier run has
/// kept there is not read again.
///
/// Ctrl-C ends the reading; from the first call on, the process no longer ends by it alone.
///
/// # Errors
/// Where no account can be signed in to, or the journal cannot be written. Everything else that goes wrong is a gap of
/// the inventory.
pub fn survey(
    scope: Scope,
    sides: &Sides,
    settings: &CallSettings,
    journal: Option<Journal>,
    collected_at: Timestamp,
    asks: &Asks,
) -> Result<Inventory, LiveError> {
    run(|| survey::read(scope, sides, settings, journal, collected_at, asks))
}

/// Does asynchronous work to its end, on a thread with a large stack.
fn run<F: Future<Output = Result<Inventory, LiveError>>>(
    work: impl FnOnce() -> F + Send,
) -> Result<Inventory, LiveError> {
    let read = || -> Result<Inventory, LiveError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .thread_stack_size(STACK)
            .build()
            .map_err(LiveError::Start)?;
        let done = runtime.block_on(Box::pin(work()));
        // After Ctrl-C nobody waits for what is still under way.
        runtime.shutdown_background();
        done
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
