//! The checks, one file and one page each, in the order in which a copy job meets them.

mod ask;
mod described;
mod words;

use crate::catalog::Cite;
use crate::inventory::{Copy, Facts};
use crate::verdict::{Outcome, Verdict};

/// One way for a copy to fail, and the question that tells.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its id, which names the problem: `vault-refuses-copy`.
    pub id: &'static str,
    /// The problem in a line.
    pub title: &'static str,
    /// Its page, in Markdown.
    pub doc: &'static str,
    /// The AWS pages that say so.
    pub cites: &'static [Cite],
    /// Whether it can fail; a check that can only warn leaves no copy undecided.
    pub may_fail: MayFail,
    run: fn(&Copy, &Facts<'_>) -> Outcome,
}

/// Whether a check can make a copy fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayFail {
    /// It can.
    Yes,
    /// It only warns.
    OnlyWarns,
}

impl Check {
    /// Asks the question of a copy.
    #[must_use]
    pub fn run(&self, copy: &Copy, facts: &Facts<'_>) -> Outcome {
        (self.run)(copy, facts)
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// A copy with what every check found, and what that adds up to.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The copy.
    pub copy: Copy,
    /// What each check found, in the order of [`CHECKS`].
    pub outcomes: Vec<(&'static Check, Outcome)>,
    /// What it adds up to.
    pub verdict: Verdict,
}

/// Decides a copy: every check runs, whatever the others say.
#[must_use]
pub fn decide(copy: Copy, facts: &Facts<'_>) -> Decided {
    let outcomes: Vec<_> = CHECKS
        .iter()
        .map(|check| (check, check.run(&copy, facts)))
        .collect();
    let verdict = Verdict::of(
        outcomes
            .iter()
            .map(|(check, outcome)| (outcome, check.may_fail == MayFail::Yes)),
    );
    Decided {
        copy,
        outcomes,
        verdict,
    }
}

/// The check of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

macro_rules! checks {
    ($($name:ident,)*) => {
        $(mod $name;)*

        /// Every check, in the order of the contract, which is the order in which they run.
        pub const CHECKS: &[Check] = &[$($name::CHECK),*];
    };
}

checks! {
    partition_mismatch,
    region_not_enabled,
    accounts_in_different_organizations,
    cross_account_backup_disabled,
    copy_route_unsupported,
    air_gapped_vault_unsupported,
    air_gapped_primary_not_stored,
    air_gapped_source_not_copyable,
    source_vault_missing,
    recovery_point_missing,
    recovery_point_not_complete,
    recovery_point_in_cold_storage,
    recovery_point_continuous,
    nested_copies_dropped,
    destination_vault_missing,
    destination_vault_not_ready,
    destination_vault_is_default,
    storage_gateway_default_vault,
    retention_outside_vault_lock,
    lifecycle_invalid,
    copy_inherits_expiry,
    source_key_aws_managed,
    destination_key_aws_managed,
    unencrypted_source_refused,
    key_unusable,
    service_linked_role_missing,
    source_key_not_shared,
    destination_key_refuses_backup,
    source_key_refuses_copy_role,
    air_gapped_key_not_shared,
    vault_refuses_copy,
    source_vault_denies_copy,
    copy_role_not_assumable,
    copy_role_lacks_permission,
    organization_policy_denies_copy,
    tag_policy_may_block,
    too_many_tags,
    option_group_not_portable,
    encrypted_by_tde,
    marketplace_image,
    allowed_images_block_copy,
}

/// The value of a fact, or out of the check with what is missing.
macro_rules! known {
    ($fact:expr) => {
        match $fact {
            $crate::known::Fact::Known(value) => value,
            $crate::known::Fact::Unknown(gap) => return $crate::checks::words::not_read(*gap),
        }
    };
}
use known;
