//! Why nothing could be read. What is refused on the way is a gap, and not here.

use std::fmt;

use crate::inventory::Inventory;
use crate::known::{AccountId, ApiCall, Arn, Region};

use super::journal::JournalError;
use super::reply::CallError;
use super::sign_in::SignInError;
use super::trusted::NoCertificates;

/// The two ends of a copy, and who manages the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Where it comes from.
    Source,
    /// Where it goes.
    Destination,
    /// The management account of the organization.
    Management,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Source => "source",
            Self::Destination => "destination",
            Self::Management => "management",
        })
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// An account cannot be signed in to.
    #[error("could not sign in to the {side} account: {why}{}", .why.see(.side))]
    SignIn {
        /// Which account.
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
        /// Which account.
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
    /// Nothing says in which Region to ask.
    #[error("no Region is named; give --region, or set AWS_REGION")]
    NoRegion,
    /// The accounts of the organization cannot be listed.
    #[error(
        "could not list the accounts of the organization: {operation}{} {}; see --management-profile and --management-role-arn", about(.subject), .why.told()
    )]
    NoAccounts {
        /// The call.
        operation: ApiCall,
        /// The organizational unit that it was about; empty for the whole.
        subject: String,
        /// What AWS answered.
        why: CallError,
    },
    /// None of several accounts can be entered.
    #[error("none of the {accounts} accounts could be entered; the first, {first}: {why}")]
    NoneEntered {
        /// How many there are.
        accounts: usize,
        /// The name of one of them.
        first: String,
        /// Why not.
        #[source]
        why: SignInError,
    },
    /// There is no such aggregator.
    #[error(
        "there is no aggregator `{name}` of AWS Config in account {account} in {region}: config:SelectAggregateResourceConfig {}", .why.told()
    )]
    NoAggregator {
        /// Its name.
        name: String,
        /// The account that was asked.
        account: AccountId,
        /// The Region that was asked.
        region: Region,
        /// What AWS answered.
        why: CallError,
    },
    /// A file of certificates that is named has none.
    #[error(transparent)]
    Certificates(#[from] NoCertificates),
    /// The credentials ended while AWS was read.
    #[error(
        "the credentials of account {account} have expired: {operation} answered {error}; renew them"
    )]
    Expired {
        /// Whose they are.
        account: String,
        /// The call that said so.
        operation: String,
        /// What it said.
        error: String,
    },
    /// What was read cannot be kept.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Ctrl-C. What was read until then is there.
    #[error("stopped before everything was read")]
    Stopped(Box<Inventory>),
    /// The operating system gave no thread, or no runtime.
    #[error("could not start reading: {0}")]
    Start(#[source] std::io::Error),
}

fn about(subject: &str) -> String {
    if subject.is_empty() {
        String::new()
    } else {
        format!(" of `{subject}`")
    }
}
