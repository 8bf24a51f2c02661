//! Gaps that are closed: what one call could not read, another file may say.

use crate::known::{AccountId, Arn, Fact};

use super::field::Field;
use super::frame::{GapEntry, Inventory};
use super::list::List;
use super::lookup::Facts;

/// Takes out the gaps whose fact is there.
pub fn drop_filled(inventory: &mut Inventory) {
    let Field::Is(List(gaps)) = std::mem::take(&mut inventory.gaps) else {
        return;
    };
    let facts = Facts::new(inventory);
    let left: Vec<GapEntry> = gaps
        .into_iter()
        .filter(|gap| !is_filled(gap, &facts))
        .collect();
    inventory.gaps = Field::Is(List(left));
}

fn is_filled(gap: &GapEntry, facts: &Facts<'_>) -> bool {
    fn known<T>(fact: Fact<T>) -> bool {
        matches!(fact, Fact::Known(_))
    }
    let Some(subject) = gap.subject.value() else {
        return false;
    };
    let account = || {
        AccountId::parse(subject)
            .ok()
            .or(gap.account.value().copied())
    };
    let region = || {
        gap.account
            .value()
            .copied()
            .zip(gap.region.value().cloned())
    };
    let of_arn =
        |is_known: &dyn Fn(&Arn) -> bool| Arn::parse(subject).is_ok_and(|arn| is_known(&arn));
    let plan = || {
        let (account, region) = region()?;
        let arn = Arn::parse(subject);
        let id = arn.as_ref().map_or(&**subject, Arn::name);
        facts.plan_of_id(id, account, &region)
    };
    match &*gap.operation {
        "kms:DescribeKey" => of_arn(&|arn| {
            known(facts.key_manager(arn))
                && known(facts.key_state(arn))
                && (matches!(facts.key_state(arn), Fact::Known(None))
                    || known(facts.key_spec(arn)) && known(facts.key_usage(arn)))
        }),
        "kms:GetKeyPolicy" => of_arn(&|arn| known(facts.key_policy(arn))),
        "kms:ListKeyPolicies" => of_arn(&|arn| known(facts.key_ram_policy(arn))),
        "kms:ListGrants" => of_arn(&|arn| known(facts.key_grants(arn))),
        "kms:ListAliases" => of_arn(&|arn| known(facts.key_aliases(arn))),
        "kms:ListResourceTags" => of_arn(&|arn| known(facts.key_tags(arn))),
        "backup:DescribeBackupVault" => of_arn(&|arn| {
            known(facts.vault_key(arn))
                && matches!(facts.vault_lock(arn), Fact::Known(lock) if lock.as_ref().is_none_or(|lock| lock.unread.is_none()))
                && known(facts.vault_exists(arn))
        }),
        "backup:GetBackupVaultAccessPolicy" => of_arn(&|arn| known(facts.vault_policy(arn))),
        "backup:GetBackupPlan" => plan().is_some_and(|plan| plan.plan.is_present()),
        "backup:GetBackupSelection" | "backup:ListBackupSelections" => {
            plan().is_some_and(|plan| plan.selections.is_present())
        }
        "backup:DescribeRecoveryPoint" => of_arn(&|arn| {
            known(facts.point_status(arn))
                && known(facts.point_key(arn))
                && known(facts.point_storage_class(arn))
        }),
        "backup:DescribeRegionSettings" => region()
            .is_some_and(|(account, region)| known(facts.dynamodb_advanced(account, &region))),
        "backup:DescribeGlobalSettings" => {
            account().is_some_and(|id| known(facts.cross_account_backup(&[id])))
        }
        "organizations:DescribeOrganization" => {
            account().is_some_and(|id| known(facts.organization(id)))
        }
        "organizations:ListParents" => {
            account().is_some_and(|id| known(facts.organization_path(id)))
        }
        "organizations:ListPoliciesForTarget" => {
            account().is_some_and(|id| facts.control_policies_are_read(id))
        }
        "iam:GetRole" => {
            of_arn(&|arn| known(facts.role_exists(arn)) && known(facts.role_trust(arn)))
        }
        "iam:ListAttachedRolePolicies" | "iam:ListRolePolicies" | "iam:GetRolePolicy" => {
            of_arn(&|arn| known(facts.role_policies(arn)))
        }
        "iam:ListRoleTags" => of_arn(&|arn| known(facts.role_tags(arn))),
        "rds:DescribeDBInstances"
        | "rds:DescribeDBClusters"
        | "dynamodb:DescribeTable"
        | "ec2:DescribeVolumes"
        | "ec2:DescribeInstances"
        | "fsx:DescribeFileSystems"
        | "fsx:DescribeVolumes"
        | "cloudformation:GetResource" => {
            of_arn(&|arn| known(facts.resource_exists(arn)) && known(facts.resource_key(arn)))
        }
        "fsx:DescribeDataRepositoryAssociations" => {
            of_arn(&|arn| known(facts.data_repository_associations(arn)))
        }
        "ec2:GetAllowedImagesSettings" => {
            region().is_some_and(|(account, region)| known(facts.allowed_images(account, &region)))
        }
        "backup-gateway:ListVirtualMachines"
        | "ssm-sap:ListDatabases"
        | "storagegateway:ListVolumes" => of_arn(&|arn| known(facts.resource_exists(arn))),
        "backup:ListTags" => {
            of_arn(&|arn| known(facts.vault_tags(arn)) || known(facts.point_tags(arn)))
        }
        // The snapshots behind an image were asked for its keys, which its description lacks.
        "ec2:DescribeSnapshots" => of_arn(&|arn| {
            arn.resource().starts_with("snapshot/") && known(facts.point_description(arn))
        }),
        "ec2:DescribeImages"
        | "fsx:DescribeBackups"
        | "rds:DescribeDBClusterSnapshots"
        | "rds:DescribeDBSnapshots" => of_arn(&|arn| known(facts.point_description(arn))),
        "ec2:GetEbsDefaultKmsKeyId" => {
            region().is_some_and(|(account, region)| known(facts.ebs_default_key(account, &region)))
        }
        "ec2:DescribeRegions" => {
            region().is_some_and(|(account, region)| known(facts.region_opt_in(account, &region)))
        }
        _ => false,
    }
}
