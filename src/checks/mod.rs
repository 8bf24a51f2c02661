//! The checks, one file and one page each, in the order in which a copy job meets them.

mod accounts_in_different_organizations;
mod air_gapped_first;
mod air_gapped_key_not_shared;
mod air_gapped_primary_not_stored;
mod air_gapped_source_not_copyable;
mod air_gapped_vault_unsupported;
mod allowed_images_block_copy;
mod at_start;
mod audit;
mod backup_times;
mod bucket_versioning;
mod check;
mod continuous_elsewhere;
mod continuous_rules;
mod copy_inherits_expiry;
mod copy_overdue;
mod copy_role_lacks_permission;
mod copy_role_not_assumable;
mod copy_route_unsupported;
mod coverage;
mod cross_account_backup_disabled;
mod decide;
mod described;
mod destination_key_aws_managed;
mod destination_key_refuses_backup;
mod destination_vault_is_default;
mod destination_vault_missing;
mod destination_vault_not_ready;
mod detour;
mod each_key;
mod ebs_default_key;
mod encrypted_by_tde;
mod engine_versions;
mod failing;
mod fsx_backups;
mod key_unusable;
mod leaving;
mod lifecycle_invalid;
mod marketplace_image;
mod nested_copies_dropped;
mod not_backed_up;
mod not_copied;
mod option_group_not_portable;
mod organization_policy_denies_copy;
mod partition_mismatch;
mod plan_copies_nowhere;
mod quota_may_hold_copy_back;
mod rds_backup_key;
mod rds_backups;
mod recovery_point_continuous;
mod recovery_point_in_cold_storage;
mod recovery_point_missing;
mod recovery_point_not_complete;
mod region_not_enabled;
mod reserved_vault;
mod resource;
mod resource_key;
mod resource_not_copied_out;
mod resource_policy;
mod resource_state;
mod resource_windows;
mod restore_there_may_fail;
mod retention;
mod retention_outside_vault_lock;
mod role_policies;
mod service_linked_role_missing;
mod settable;
mod source_key_aws_managed;
mod source_key_not_shared;
mod source_key_refuses_copy_role;
mod source_vault_denies_copy;
mod source_vault_missing;
mod storage_gateway_default_vault;
mod switched_on;
mod tag_policy_may_block;
mod tagging;
mod too_many_tags;
mod unencrypted_source_refused;
mod vault_refuses_copy;
mod vault_uses_aws_managed_key;
mod words;

pub use audit::{Audited, Outcomes, audit, of_vault, reasons};
pub use check::{Check, Found, MayFail, Others, Run, When};
pub use coverage::{CopyThere, Counts, Coverage, OfType, Restorable, WithoutSource};
pub use decide::{Decided, decide};
pub use failing::{Alike, Failing};
pub use leaving::{CopyOf, Due, Leaving, Reason, Resource, Since};
pub use resource::{Leaves, ResourceFound};

use words::known;

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
    reserved_vault::CHECK,
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
    restore_there_may_fail::CHECK,
    vault_uses_aws_managed_key::CHECK,
    plan_copies_nowhere::CHECK,
    resource_not_copied_out::CHECK,
    copy_overdue::CHECK,
];
