//! What an account holds, as AWS prints it: vaults, keys, roles and policies.

use serde_json::{Value, json};

use super::dice::Dice;
use super::{ORGANIZATION, hub_id};

pub fn vault_arn(region: &str, account: u64, name: &str) -> String {
    format!("arn:aws:backup:{region}:{account}:backup-vault:{name}")
}

pub fn vault(region: &str, account: u64, name: &str, key: u64, policy: Value) -> Value {
    json!({
        "BackupVaultName": name, "BackupVaultArn": vault_arn(region, account, name), "VaultType": "BACKUP_VAULT", "VaultState": "AVAILABLE",
        "EncryptionKeyArn": key_arn(region, account, key), "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY", "Locked": false,
        "MinRetentionDays": null, "MaxRetentionDays": null, "AccessPolicy": policy, "Tags": {"owner": "platform"},
    })
}

pub fn default_vault(region: &str, account: u64) -> Value {
    let mut vault = vault(region, account, "Default", 10, Value::Null);
    vault["EncryptionKeyType"] = json!("AWS_MANAGED_KMS_KEY");
    vault
}

pub fn key_arn(region: &str, account: u64, number: u64) -> String {
    let mut dice = Dice(account ^ number << 48 ^ region.len() as u64);
    let hex = dice.hex(32);
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    format!("arn:aws:kms:{region}:{account}:key/{}", parts.join("-"))
}

pub fn key(region: &str, account: u64, number: u64, hub: usize) -> Value {
    let alias = [
        "alias/backup-vault",
        "alias/orders",
        "alias/billing",
        "alias/search",
    ]
    .get(number as usize);
    json!({
        "Arn": key_arn(region, account, number), "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": false, "Aliases": [alias],
        "Policy": key_policy(account, Some(hub_id(hub))), "Grants": [], "Tags": {"owner": "platform"},
    })
}

pub fn aws_managed(region: &str, account: u64, number: u64) -> Value {
    let mut managed = key(region, account, number, 0);
    managed["KeyManager"] = json!("AWS");
    managed["Aliases"] = json!([match number {
        10 => "alias/aws/backup",
        11 => "alias/aws/rds",
        _ => "alias/aws/ebs",
    }]);
    managed["Policy"] = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Allow access through the service for all principals in the account", "Effect": "Allow", "Principal": {"AWS": "*"},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"], "Resource": "*",
            "Condition": {"StringEquals": {"kms:CallerAccount": account.to_string()}}},
        {"Sid": "Allow direct access to key metadata to the account", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")},
            "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"], "Resource": "*"}]});
    managed
}

pub fn key_policy(account: u64, shared_with: Option<u64>) -> Value {
    let mut statements = vec![
        json!({"Sid": "EnableIAMUserPermissions", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "kms:*", "Resource": "*"}),
        json!({"Sid": "AllowAdministration", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:role/KeyAdministrators")},
            "Action": ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*", "kms:Revoke*", "kms:Disable*", "kms:Get*",
                "kms:Delete*", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"], "Resource": "*"}),
        json!({"Sid": "AllowUse", "Effect": "Allow", "Principal": {"AWS": [format!("arn:aws:iam::{account}:role/Orders"), format!("arn:aws:iam::{account}:role/Billing")]},
            "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"], "Resource": "*"}),
    ];
    if let Some(with) = shared_with {
        let role = format!(
            "arn:aws:iam::{with}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
        );
        statements.push(json!({"Sid": "AllowBackupOfTheOtherAccount", "Effect": "Allow", "Principal": {"AWS": role},
            "Action": ["kms:DescribeKey", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"], "Resource": "*"}));
        statements.push(json!({"Sid": "AllowGrantsOfTheOtherAccount", "Effect": "Allow", "Principal": {"AWS": role},
            "Action": "kms:CreateGrant", "Resource": "*", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub fn vault_policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "AllowCopiesOfTheOrganization", "Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}},
        {"Sid": "NobodyDeletes", "Effect": "Deny", "Principal": "*", "Action": ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"], "Resource": "*"}]})
}

pub fn role(account: u64, name: &str, service: &str, policies: &[&str]) -> Value {
    let attached = policies
        .iter()
        .map(|policy| json!({"PolicyArn": format!("arn:aws:iam::aws:policy/{policy}")}));
    json!({
        "Arn": format!("arn:aws:iam::{account}:role/{name}"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]},
        "AttachedPolicies": attached.collect::<Vec<_>>(), "InlinePolicies": [], "PermissionsBoundary": null, "Tags": {},
    })
}

pub fn service_linked_role(account: u64) -> Value {
    let name = "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";
    role(
        account,
        name,
        "backup.amazonaws.com",
        &["aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"],
    )
}

pub fn baseline() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "StayInTheOrganization", "Effect": "Deny", "Action": ["organizations:LeaveOrganization", "account:CloseAccount"], "Resource": "*"},
        {"Sid": "LeaveTheTrailAlone", "Effect": "Deny", "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:StopConfigurationRecorder"],
            "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/platform/*"}}},
        {"Sid": "KeepTheBackups", "Effect": "Deny", "Action": ["backup:DeleteBackupVault", "backup:DeleteRecoveryPoint", "backup:PutBackupVaultAccessPolicy"],
            "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/platform/*"}}}]})
}

pub fn only_our_regions() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "OnlyOurRegions", "Effect": "Deny",
        "NotAction": ["iam:*", "organizations:*", "route53:*", "cloudfront:*", "support:*", "sts:*", "budgets:*", "health:*", "waf:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "eu-north-1"]}}}]})
}

pub fn perimeter() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "OnlyOurOrganization", "Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*", "kms:*"],
        "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}]})
}
