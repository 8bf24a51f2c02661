//! Why nothing could be read. What is refused on the way is a gap, and not here.

use std::fmt;

use crate::inventory::Inventory;
use crate::known::{AccountId, Arn};

use super::session::SignInError;

/// The two ends of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where it comes from.
    Source,
    /// Where it goes.
    Destination,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Destination => "destination",
        })
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// An account cannot be signed in to.
    #[error(
        "could not sign in to the {side} account: {why}; see --{side}-profile and --{side}-role-arn"
    )]
    SignIn {
        /// Which end of the copy.
        side: Side,
        /// What went wrong.
        #[source]
        why: SignInError,
    },
    /// The credentials are those of another account.
    #[error(
        "the {side} credentials are of account {found}, but `{named}` is in account {wanted}; see --{side}-profile and --{side}-role-arn"
    )]
    OtherAccount {
        /// Which end of the copy.
        side: Side,
        /// Whose credentials they are.
        found: AccountId,
        /// Whose they should be.
        wanted: AccountId,
        /// What says so.
        named: Arn,
    },
    /// A vault's ARN does not say where it is.
    #[error(
        "`{0}` does not name an account and a Region: expected `arn:aws:backup:REGION:ACCOUNT:backup-vault:NAME`"
    )]
    NoPlace(Arn),
    /// Ctrl-C. What was read until then is there.
    #[error("stopped before everything was read")]
    Stopped(Box<Inventory>),
    /// The operating system gave no thread, or no runtime.
    #[error("could not start reading: {0}")]
    Start(#[source] std::io::Error),
}
