//! The checks, one file and one page each, in the order in which a copy job meets them.

mod accounts_in_different_organizations;
mod air_gapped_key_not_shared;
mod air_gapped_primary_not_stored;
mod air_gapped_source_not_copyable;
mod air_gapped_vault_unsupported;
mod allowed_images_block_copy;
mod ask;
mod audit;
mod copy_inherits_expiry;
mod copy_role_lacks_permission;
mod copy_role_not_assumable;
mod copy_route_unsupported;
mod cross_account_backup_disabled;
mod decide;
mod described;
mod destination_key_aws_managed;
mod destination_key_refuses_backup;
mod destination_vault_is_default;
mod destination_vault_missing;
mod destination_vault_not_ready;
mod detour;
mod ebs_default_key;
mod encrypted_by_tde;
mod failing;
mod key_unusable;
mod lifecycle_invalid;
mod marketplace_image;
mod nested_copies_dropped;
mod option_group_not_portable;
mod organization_policy_denies_copy;
mod partition_mismatch;
mod plan_copies_nowhere;
mod quota_may_hold_copy_back;
mod recovery_point_continuous;
mod recovery_point_in_cold_storage;
mod recovery_point_missing;
mod recovery_point_not_complete;
mod region_not_enabled;
mod retention;
mod retention_outside_vault_lock;
mod service_linked_role_missing;
mod source_key_aws_managed;
mod source_key_not_shared;
mod source_key_refuses_copy_role;
mod source_vault_denies_copy;
mod source_vault_missing;
mod storage_gateway_default_vault;
mod tag_policy_may_block;
mod too_many_tags;
mod unencrypted_source_refused;
mod vault_refuses_copy;
mod vault_uses_aws_managed_key;
mod words;

use crate::catalog::{Cite, Kind};
use crate::inventory::{Copy, Ends, Facts, Reach, Route};
use crate::known::Arn;
use crate::plans::Plan;
use crate::verdict::Outcome;

pub use audit::{Audited, Outcomes, audit};
pub use decide::{Decided, decide};
pub use failing::Failing;

use described::of_kinds;

/// One thing that can be wrong, and the question that tells.
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
    /// The question, by what it is asked of.
    pub run: Run,
}

/// A check's question, by its subject.
#[derive(Clone, Copy)]
pub enum Run {
    /// It is asked of every copy.
    Copy(fn(&Copy, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and looks at nothing of it but the vaults and the role.
    Ends(fn(&Ends, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and looks at nothing of it but the route.
    Route(fn(&Route, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and looks at nothing of it but what its requests name.
    Reach(fn(&Reach, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and what is found of its requests stands, unless something else of the copy changes it.
    Refined {
        /// What is found of what its requests name.
        reach: fn(&Reach, &Facts<'_>) -> Outcome,
        /// What is found instead, in view of the whole copy. `None`: that stands.
        copy: fn(&Copy, &Facts<'_>, &Outcome) -> Option<Outcome>,
    },
    /// It is asked of every copy of a backup of these kinds.
    OfKinds {
        /// The kinds.
        kinds: &'static [Kind],
        /// What is said of backups of other kinds.
        others: &'static str,
        /// The question.
        run: fn(&Copy, &Facts<'_>) -> Outcome,
    },
    /// It is asked of every copy on whose route the question arises.
    Arising {
        /// What is found where the route alone tells. `None`: the copy has to be looked at.
        route: fn(&Route, &Facts<'_>) -> Option<Outcome>,
        /// What is found of the copy.
        copy: fn(&Copy, &Facts<'_>) -> Outcome,
    },
    /// `audit` asks it of every vault.
    Vault(fn(&Arn, &Facts<'_>) -> Outcome),
    /// `audit` asks it of every backup plan.
    Plan(fn(&Plan, &Facts<'_>) -> Outcome),
}

/// What a question is asked of.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'a> {
    /// A copy.
    Copy(&'a Copy),
    /// A vault.
    Vault(&'a Arn),
    /// A backup plan.
    Plan(&'a Plan),
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
    /// Whether it is asked of copies; `audit` asks the others.
    #[must_use]
    pub const fn is_of_copies(&self) -> bool {
        match self.run {
            Run::Copy(_)
            | Run::Ends(_)
            | Run::Route(_)
            | Run::Reach(_)
            | Run::Refined { .. }
            | Run::OfKinds { .. }
            | Run::Arising { .. } => true,
            Run::Vault(_) | Run::Plan(_) => false,
        }
    }

    /// Asks the question. `None`: it is one for other subjects.
    #[must_use]
    pub fn run(&self, subject: Subject<'_>, facts: &Facts<'_>) -> Option<Outcome> {
        match (self.run, subject) {
            (Run::Copy(run), Subject::Copy(copy)) => Some(run(copy, facts)),
            (Run::Ends(run), Subject::Copy(copy)) => Some(run(copy, facts)),
            (Run::Route(run), Subject::Copy(copy)) => Some(run(copy, facts)),
            (Run::Reach(run), Subject::Copy(copy)) => Some(run(copy, facts)),
            (
                Run::Refined {
                    reach,
                    copy: refine,
                },
                Subject::Copy(copy),
            ) => {
                let found = reach(copy, facts);
                Some(refine(copy, facts, &found).unwrap_or(found))
            }
            (Run::OfKinds { kinds, others, run }, Subject::Copy(copy)) => {
                Some(of_kinds(copy, facts, kinds, others, run))
            }
            (Run::Arising { route, copy: run }, Subject::Copy(copy)) => {
                Some(route(copy, facts).unwrap_or_else(|| run(copy, facts)))
            }
            (Run::Vault(run), Subject::Vault(vault)) => Some(run(vault, facts)),
            (Run::Plan(run), Subject::Plan(plan)) => Some(run(plan, facts)),
            (
                Run::Copy(_)
                | Run::Ends(_)
                | Run::Route(_)
                | Run::Reach(_)
                | Run::Refined { .. }
                | Run::OfKinds { .. }
                | Run::Arising { .. },
                Subject::Vault(_) | Subject::Plan(_),
            )
            | (Run::Vault(_), Subject::Copy(_) | Subject::Plan(_))
            | (Run::Plan(_), Subject::Copy(_) | Subject::Vault(_)) => None,
        }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// What every check of such a subject finds, in the order of [`CHECKS`]: all of them run, whatever the others say.
#[must_use]
pub fn outcomes(subject: Subject<'_>, facts: &Facts<'_>) -> Vec<(&'static Check, Outcome)> {
    CHECKS
        .iter()
        .filter_map(|check| Some((check, check.run(subject, facts)?)))
        .collect()
}

/// The check of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|check| check.id == id)
}

/// Every check, in the order of the contract, which is the order in which they run.
pub const CHECKS: &[Check] = &[
    partition_mismatch::CHECK,
    region_not_enabled::CHECK,
    accounts_in_different_organizations::CHECK,
    cross_account_backup_disabled::CHECK,
    copy_route_unsupported::CHECK,
    air_gapped_vault_unsupported::CHECK,
    air_gapped_primary_not_stored::CHECK,
    air_gapped_source_not_copyable::CHECK,
    source_vault_missing::CHECK,
    recovery_point_missing::CHECK,
    recovery_point_not_complete::CHECK,
    recovery_point_in_cold_storage::CHECK,
    recovery_point_continuous::CHECK,
    nested_copies_dropped::CHECK,
    destination_vault_missing::CHECK,
    destination_vault_not_ready::CHECK,
    destination_vault_is_default::CHECK,
    storage_gateway_default_vault::CHECK,
    retention_outside_vault_lock::CHECK,
    lifecycle_invalid::CHECK,
    copy_inherits_expiry::CHECK,
    source_key_aws_managed::CHECK,
    destination_key_aws_managed::CHECK,
    unencrypted_source_refused::CHECK,
    key_unusable::CHECK,
    service_linked_role_missing::CHECK,
    source_key_not_shared::CHECK,
    destination_key_refuses_backup::CHECK,
    source_key_refuses_copy_role::CHECK,
    air_gapped_key_not_shared::CHECK,
    vault_refuses_copy::CHECK,
    source_vault_denies_copy::CHECK,
    copy_role_not_assumable::CHECK,
    copy_role_lacks_permission::CHECK,
    organization_policy_denies_copy::CHECK,
    tag_policy_may_block::CHECK,
    too_many_tags::CHECK,
    option_group_not_portable::CHECK,
    encrypted_by_tde::CHECK,
    marketplace_image::CHECK,
    allowed_images_block_copy::CHECK,
    quota_may_hold_copy_back::CHECK,
    vault_uses_aws_managed_key::CHECK,
    plan_copies_nowhere::CHECK,
];

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
