//! Every call that reads AWS, with the IAM action that permits it, the account that it is made in, and what it is for.
//! The policy that `permissions` prints is made from this table, and the tests hold the calls that are made to it.
//!
//! See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.

use serde_json::{Value, json};

use super::cloud_control;
use crate::known::ResourceType;

/// The account that a call is made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The account that copies come from.
    Source,
    /// The account that they go to.
    Destination,
    /// The organization's management account, or one that it has delegated to.
    Management,
}

/// When a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// To decide a copy that was named.
    OneCopy,
    /// To look at whole accounts, too.
    WholeAccount,
    /// Never by this program: Cloud Control makes it, with the caller's permissions.
    ByCloudControl,
}

/// An action, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The action, as policies name it.
    pub action: &'static str,
    /// The accounts that need it.
    pub sides: &'static [Side],
    /// When.
    pub when: When,
    /// Which part of an account it is about.
    pub on: On,
}

/// What a statement's `Resource` is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// The action has no narrower resource, or one that lies in many services.
    Everything,
    /// Backup vaults.
    Vaults,
    /// Backup plans.
    Plans,
    /// IAM roles.
    Roles,
    /// IAM policies.
    Policies,
    /// KMS keys.
    Keys,
    /// S3 buckets.
    Buckets,
}

use On::{Buckets, Everything, Keys, Plans, Policies, Roles, Vaults};
use When::{ByCloudControl, OneCopy, WholeAccount};

const SOURCE: &[Side] = &[Side::Source];
const DESTINATION: &[Side] = &[Side::Destination];
const BOTH: &[Side] = &[Side::Source, Side::Destination];
const ALL: &[Side] = &[Side::Source, Side::Destination, Side::Management];
const MANAGEMENT: &[Side] = &[Side::Management];

const fn row(action: &'static str, sides: &'static [Side], when: When, on: On) -> Permission {
    Permission {
        action,
        sides,
        when,
        on,
    }
}

/// The calls that this program makes.
#[rustfmt::skip]
const CALLS: &[Permission] = &[
    row("backup:DescribeBackupVault",              BOTH,        OneCopy,      Vaults),
    row("backup:DescribeGlobalSettings",           ALL,         OneCopy,      Everything),
    row("backup:DescribeRecoveryPoint",            SOURCE,      OneCopy,      Everything),
    row("backup:DescribeRegionSettings",           BOTH,        OneCopy,      Everything),
    row("backup:GetBackupPlan",                    SOURCE,      WholeAccount, Plans),
    row("backup:GetBackupSelection",               SOURCE,      WholeAccount, Plans),
    row("backup:GetBackupVaultAccessPolicy",       BOTH,        OneCopy,      Vaults),
    row("backup:ListBackupPlans",                  SOURCE,      WholeAccount, Everything),
    row("backup:ListBackupSelections",             SOURCE,      WholeAccount, Plans),
    row("backup:ListBackupVaults",                 BOTH,        OneCopy,      Everything),
    row("backup:ListCopyJobs",                     SOURCE,      WholeAccount, Everything),
    row("backup:ListRecoveryPointsByBackupVault",  SOURCE,      OneCopy,      Vaults),
    row("backup:ListRecoveryPointsByResource",     SOURCE,      OneCopy,      Everything),
    row("backup:ListTags",                         BOTH,        OneCopy,      Everything),
    row("backup-gateway:ListTagsForResource",      SOURCE,      OneCopy,      Everything),
    row("backup-gateway:ListVirtualMachines",      SOURCE,      OneCopy,      Everything),
    row("cloudformation:GetResource",              SOURCE,      OneCopy,      Everything),
    row("cloudformation:ListResources",            SOURCE,      WholeAccount, Everything),
    row("config:SelectAggregateResourceConfig",    MANAGEMENT,  WholeAccount, Everything),
    row("dynamodb:DescribeTable",                  SOURCE,      OneCopy,      Everything),
    row("dynamodb:ListTables",                     SOURCE,      WholeAccount, Everything),
    row("dynamodb:ListTagsOfResource",             SOURCE,      OneCopy,      Everything),
    row("ec2:DescribeImages",                      SOURCE,      OneCopy,      Everything),
    row("ec2:DescribeInstances",                   SOURCE,      OneCopy,      Everything),
    row("ec2:DescribeRegions",                     BOTH,        OneCopy,      Everything),
    row("ec2:DescribeSnapshots",                   SOURCE,      OneCopy,      Everything),
    row("ec2:DescribeVolumes",                     SOURCE,      OneCopy,      Everything),
    row("ec2:GetAllowedImagesSettings",            DESTINATION, OneCopy,      Everything),
    row("ec2:GetEbsDefaultKmsKeyId",               BOTH,        OneCopy,      Everything),
    row("fsx:DescribeBackups",                     SOURCE,      OneCopy,      Everything),
    row("fsx:DescribeFileSystems",                 SOURCE,      OneCopy,      Everything),
    row("fsx:DescribeVolumes",                     SOURCE,      OneCopy,      Everything),
    row("iam:GetPolicy",                           BOTH,        OneCopy,      Policies),
    row("iam:GetPolicyVersion",                    BOTH,        OneCopy,      Policies),
    row("iam:GetRole",                             BOTH,        OneCopy,      Roles),
    row("iam:GetRolePolicy",                       BOTH,        OneCopy,      Roles),
    row("iam:ListAttachedRolePolicies",            BOTH,        OneCopy,      Roles),
    row("iam:ListRolePolicies",                    BOTH,        OneCopy,      Roles),
    row("iam:ListRoleTags",                        BOTH,        OneCopy,      Roles),
    row("iam:SimulatePrincipalPolicy",             SOURCE,      OneCopy,      Roles),
    row("kms:DescribeKey",                         BOTH,        OneCopy,      Keys),
    row("kms:GetKeyPolicy",                        BOTH,        OneCopy,      Keys),
    row("kms:ListAliases",                         BOTH,        OneCopy,      Everything),
    row("kms:ListGrants",                          BOTH,        OneCopy,      Keys),
    row("kms:ListKeyPolicies",                     BOTH,        OneCopy,      Keys),
    row("kms:ListResourceTags",                    BOTH,        OneCopy,      Keys),
    row("organizations:DescribeEffectivePolicy",   ALL,         OneCopy,      Everything),
    row("organizations:DescribeOrganization",      ALL,         OneCopy,      Everything),
    row("organizations:DescribePolicy",            ALL,         OneCopy,      Everything),
    row("organizations:ListAccounts",              MANAGEMENT,  WholeAccount, Everything),
    row("organizations:ListAccountsForParent",     MANAGEMENT,  WholeAccount, Everything),
    row("organizations:ListOrganizationalUnitsForParent", MANAGEMENT, WholeAccount, Everything),
    row("organizations:ListParents",               ALL,         OneCopy,      Everything),
    row("organizations:ListPoliciesForTarget",     ALL,         OneCopy,      Everything),
    row("organizations:ListRoots",                 ALL,         OneCopy,      Everything),
    row("rds:DescribeDBClusterSnapshots",          SOURCE,      OneCopy,      Everything),
    row("rds:DescribeDBClusters",                  SOURCE,      OneCopy,      Everything),
    row("rds:DescribeDBEngineVersions",            BOTH,        OneCopy,      Everything),
    row("rds:DescribeDBInstances",                 SOURCE,      OneCopy,      Everything),
    row("rds:DescribeDBSnapshots",                 SOURCE,      OneCopy,      Everything),
    row("rds:DescribeOptionGroups",                SOURCE,      OneCopy,      Everything),
    row("ssm-sap:ListDatabases",                   SOURCE,      OneCopy,      Everything),
    row("storagegateway:ListTagsForResource",      SOURCE,      OneCopy,      Everything),
    row("storagegateway:ListVolumes",              SOURCE,      OneCopy,      Everything),
    row("sts:AssumeRole",                          MANAGEMENT,  WholeAccount, Roles),
];

/// The actions of the calls that this program makes.
pub fn made() -> impl Iterator<Item = &'static str> {
    CALLS.iter().map(|permission| permission.action)
}

/// Every action: those of this program's calls, then those of Cloud Control's, each once.
#[must_use]
pub fn permissions() -> Vec<Permission> {
    let rows = ResourceType::ALL.iter().filter_map(cloud_control::row);
    let mut handlers: Vec<&str> = rows
        .flat_map(|row| row.read.iter().chain(row.list))
        .copied()
        .collect();
    handlers.sort_unstable();
    handlers.dedup();
    let handlers = handlers.into_iter().map(|action| {
        let on = if action.starts_with("s3:") && action != "s3:ListAllMyBuckets" {
            Buckets
        } else {
            Everything
        };
        row(action, SOURCE, ByCloudControl, on)
    });
    CALLS.iter().copied().chain(handlers).collect()
}

/// The smallest policy that permits what an account is asked; without a side, what any is.
#[must_use]
pub fn policy(side: Option<Side>, partition: &str) -> Value {
    let all = permissions();
    let wanted =
        |permission: &&Permission| side.is_none_or(|side| permission.sides.contains(&side));
    let statements: Vec<Value> = STATEMENTS
        .iter()
        .filter_map(|(sid, on, resources)| {
            let actions: Vec<&str> = all
                .iter()
                .filter(wanted)
                .filter(|permission| permission.on == *on)
                .map(|permission| permission.action)
                .collect();
            let resources: Vec<String> = resources
                .iter()
                .map(|resource| resource.replace("PARTITION", partition))
                .collect();
            (!actions.is_empty()).then(
                || json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources}),
            )
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The statements of a policy: their names, what they are about, and the resources of that.
#[rustfmt::skip]
const STATEMENTS: &[(&str, On, &[&str])] = &[
    ("ReadSettingsAndResources", Everything, &["*"]),
    ("ReadVaults",               Vaults,     &["arn:PARTITION:backup:*:*:backup-vault:*"]),
    ("ReadPlans",                Plans,      &["arn:PARTITION:backup:*:*:backup-plan:*"]),
    ("ReadRoles",                Roles,      &["arn:PARTITION:iam::*:role/*"]),
    ("ReadPolicies",             Policies,   &["arn:PARTITION:iam::*:policy/*"]),
    ("ReadKeys",                 Keys,       &["arn:PARTITION:kms:*:*:key/*"]),
    ("ReadBuckets",              Buckets,    &["arn:PARTITION:s3:::*"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The longest managed policy that IAM takes, white space not counted.
    const LONGEST: usize = 6144;

    #[test]
    fn every_action_only_reads() {
        for permission in permissions() {
            let (_, verb) = permission.action.split_once(':').unwrap();
            let reads = ["BatchGet", "Describe", "Get", "List", "Select", "Simulate"];
            assert!(
                permission.action == "sts:AssumeRole"
                    || reads.iter().any(|word| verb.starts_with(word)),
                "{}",
                permission.action
            );
        }
    }

    #[test]
    fn an_action_is_in_the_table_once() {
        let mut actions: Vec<_> = permissions().iter().map(|one| one.action).collect();
        let all = actions.len();
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), all);
    }

    #[test]
    fn a_policy_is_short_enough_to_be_one() {
        for side in [
            None,
            Some(Side::Source),
            Some(Side::Destination),
            Some(Side::Management),
        ] {
            let text = policy(side, "aws").to_string();
            assert!(text.len() <= LONGEST, "{side:?}: {}", text.len());
        }
    }

    #[test]
    fn a_side_has_what_it_is_asked_and_no_more() {
        let text = |side| policy(Some(side), "aws-cn").to_string();
        assert!(text(Side::Source).contains("rds:DescribeDBInstances"));
        assert!(!text(Side::Destination).contains("rds:DescribeDBInstances"));
        assert!(!text(Side::Management).contains("kms:"));
        assert!(text(Side::Destination).contains("arn:aws-cn:kms:*:*:key/*"));
    }
}
