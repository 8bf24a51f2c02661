//! The objects of an inventory that are joined rather than replaced, and the call that tells each of their fields.

/// An object of the frame: which of its fields are objects or lists of objects that are joined rather than replaced.
pub(super) struct Frame {
    /// The lists of objects, each with the field that tells its objects apart.
    pub lists: &'static [(&'static str, &'static str, &'static Frame)],
    /// The objects that are joined field by field.
    pub objects: &'static [&'static str],
}

pub(super) const LEAF: &Frame = &Frame {
    lists: &[],
    objects: &[],
};
/// The maps by type of a Region's settings: AWS Backup changes the types that are named.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html>.
pub(super) const SETTINGS: &Frame = &Frame {
    lists: &[],
    objects: &[
        "ResourceTypeOptInPreference",
        "ResourceTypeManagementPreference",
    ],
};
const DETAILED: &Frame = &Frame {
    lists: &[],
    objects: &["Detail"],
};

#[rustfmt::skip]
const REGION: &Frame = &Frame {
    lists: &[
        ("vaults",          "BackupVaultArn",   LEAF),
        ("keys",            "Arn",              LEAF),
        ("resources",       "ResourceArn",      DETAILED),
        ("recovery_points", "RecoveryPointArn", DETAILED),
        ("option_groups",   "OptionGroupName",  LEAF),
        ("plans",           "BackupPlanId",     LEAF),
        ("copy_jobs",       "CopyJobId",        LEAF),
    ],
    objects: &["region_settings"],
};
const ACCOUNT: &Frame = &Frame {
    lists: &[("roles", "Arn", LEAF), ("regions", "region", REGION)],
    objects: &["organization"],
};
pub(super) const ROOT: &Frame = &Frame {
    lists: &[("accounts", "account", ACCOUNT), ("copies", "id", LEAF)],
    objects: &[],
};

/// The list of an object, its field, the call that reads it, and the fields that are open with it.
type OpenField = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// What an unknown field of an object leaves open: the call that reads it, and the fields without which it is not taken for
/// absent. An unknown field that is not named here leaves the whole object open, unless its absence means just that.
#[rustfmt::skip]
pub(super) const OPEN: &[OpenField] = &[
    // list             field                         call                                   open too
    ("vaults",          "AccessPolicy",               "backup:GetBackupVaultAccessPolicy",   &[]),
    ("vaults",          "Tags",                       "backup:ListTags",                     &[]),
    ("vaults",          "EncryptionKeyArn",           "backup:DescribeBackupVault",          &["EncryptionKeyType"]),
    ("vaults",          "EncryptionKeyType",          "backup:DescribeBackupVault",          &["EncryptionKeyArn"]),
    ("vaults",          "Locked",                     "backup:DescribeBackupVault",          &[]),
    ("vaults",          "MinRetentionDays",           "backup:DescribeBackupVault",          &["Locked"]),
    ("vaults",          "MaxRetentionDays",           "backup:DescribeBackupVault",          &["Locked"]),
    ("vaults",          "BackupVaultName",            "backup:DescribeBackupVault",          &[]),
    ("keys",            "Policy",                     "kms:GetKeyPolicy",                    &[]),
    ("keys",            "RamPolicy",                  "kms:ListKeyPolicies",                 &[]),
    ("keys",            "Grants",                     "kms:ListGrants",                      &[]),
    ("keys",            "Aliases",                    "kms:ListAliases",                     &[]),
    ("keys",            "Tags",                       "kms:ListResourceTags",                &[]),
    ("keys",            "KeyState",                   "kms:DescribeKey",                     &[]),
    ("keys",            "KeyManager",                 "kms:DescribeKey",                     &[]),
    ("keys",            "KeySpec",                    "kms:DescribeKey",                     &[]),
    ("keys",            "KeyUsage",                   "kms:DescribeKey",                     &[]),
    ("roles",           "AssumeRolePolicyDocument",   "iam:GetRole",                         &[]),
    ("roles",           "PermissionsBoundary",        "iam:GetRole",                         &[]),
    ("roles",           "AttachedPolicies",           "iam:ListAttachedRolePolicies",        &[]),
    ("roles",           "InlinePolicies",             "iam:ListRolePolicies",                &[]),
    ("roles",           "Tags",                       "iam:ListRoleTags",                    &[]),
    ("roles",           "RoleName",                   "RoleName",                            &[]),
    ("roles",           "Simulated",                  "iam:SimulatePrincipalPolicy",         &[]),
    ("resources",       "EncryptionKeyArn",           "",                                    &["Encrypted"]),
    ("resources",       "Encrypted",                  "",                                    &["EncryptionKeyArn"]),
    ("resources",       "Tags",                       "backup:ListTags",                     &[]),
    ("resources",       "Detail",                     "",                                    &[]),
    ("option_groups",   "Options",                    "rds:DescribeOptionGroups",            &[]),
    ("plans",           "BackupPlan",                 "backup:GetBackupPlan",                &[]),
    ("plans",           "Selections",                 "backup:ListBackupSelections",         &[]),
];

/// The row of a field.
pub(super) fn row(list: &str, field: &str) -> Option<&'static OpenField> {
    OPEN.iter()
        .find(|(of, name, _, _)| *of == list && *name == field)
}

/// The call that reads a field of an object of a list, or else the object.
pub(super) fn reading(list: &str, field: &str) -> &'static str {
    row(list, field).map_or_else(|| describing(list), |(_, _, call, _)| call)
}

/// The calls by which services describe what is backed up.
pub(super) const DESCRIPTIONS: &[&str] = &[
    "rds:DescribeDBInstances",
    "rds:DescribeDBClusters",
    "dynamodb:DescribeTable",
    "ec2:DescribeVolumes",
    "ec2:DescribeInstances",
    "fsx:DescribeFileSystems",
    "cloudformation:GetResource",
];

/// The lists of which an inventory may say that they are whole.
pub(super) const MAY_BE_WHOLE: &[&str] = &["roles", "vaults", "resources"];

/// The call that tells which resources there are.
pub(super) const LIST_RESOURCES: &str = "cloudformation:ListResources";

/// The call that tells whether an object of a list is there.
pub(super) fn describing(list: &str) -> &'static str {
    match list {
        "vaults" => "backup:DescribeBackupVault",
        "keys" => "kms:DescribeKey",
        "roles" => "iam:GetRole",
        "recovery_points" => "backup:DescribeRecoveryPoint",
        "plans" => "backup:GetBackupPlan",
        _ => "",
    }
}
