//! The `aws` command that reads a fact, and where in the inventory its answer goes.

use crate::catalog::{describe_call, regions};
use crate::known::{Arn, Gap};

use super::super::reading::Reading;

/// A call, the command that makes it, and where its answer goes. `{name}` is the last part of the subject's ARN, `{subject}` the
/// whole of it.
type CommandRow = (&'static str, &'static str, &'static str);

#[rustfmt::skip]
const COMMANDS: &[CommandRow] = &[
    ("backup:DescribeBackupVault",             "backup describe-backup-vault --backup-vault-name {name}",                              "vaults[]"),
    ("backup:DescribeGlobalSettings",          "backup describe-global-settings",                                                      "cross_account_backup"),
    ("backup:DescribeRegionSettings",          "backup describe-region-settings",                                                      "region_settings"),
    ("backup:GetBackupVaultAccessPolicy",      "backup get-backup-vault-access-policy --backup-vault-name {name}",                     "vaults[].AccessPolicy"),
    ("dynamodb:DescribeTable",                 "dynamodb describe-table --table-name {name}",                                          "resources[].Detail"),
    ("ec2:DescribeImages",                     "ec2 describe-images --image-ids {name}",                                               "recovery_points[].Detail"),
    ("ec2:DescribeInstances",                  "ec2 describe-instances --instance-ids {name}",                                         "resources[].Detail"),
    ("ec2:DescribeSnapshots",                  "ec2 describe-snapshots --snapshot-ids {name}",                                         "recovery_points[].Detail"),
    ("ec2:DescribeVolumes",                    "ec2 describe-volumes --volume-ids {name}",                                             "resources[].Detail"),
    ("ec2:GetAllowedImagesSettings",           "ec2 get-allowed-images-settings",                                                      "allowed_images"),
    ("ec2:GetEbsDefaultKmsKeyId",              "ec2 get-ebs-default-kms-key-id",                                                       "ebs_default_kms_key_id"),
    ("fsx:DescribeDataRepositoryAssociations", "fsx describe-data-repository-associations --filters Name=file-system-id,Values={name}", "resources[].Detail"),
    ("fsx:DescribeFileSystems",                "fsx describe-file-systems --file-system-ids {name}",                                   "resources[].Detail"),
    ("iam:GetRole",                            "iam get-role --role-name {name}",                                                      "roles[]"),
    ("iam:ListAttachedRolePolicies",           "iam list-attached-role-policies --role-name {name}",                                   "roles[].AttachedPolicies"),
    ("kms:DescribeKey",                        "kms describe-key --key-id {subject}",                                                  "keys[]"),
    ("kms:GetKeyPolicy",                       "kms get-key-policy --policy-name default --key-id {subject}",                          "keys[].Policy"),
    ("kms:ListGrants",                         "kms list-grants --key-id {subject}",                                                   "keys[].Grants"),
    ("kms:ListKeyPolicies",                    "kms list-key-policies --key-id {subject}",                                             "keys[].RamPolicy"),
    ("organizations:DescribeOrganization",     "organizations describe-organization",                                                  "organization"),
    ("rds:DescribeDBClusterSnapshots",         "rds describe-db-cluster-snapshots --db-cluster-snapshot-identifier {name}",            "recovery_points[].Detail"),
    ("rds:DescribeDBClusters",                 "rds describe-db-clusters --db-cluster-identifier {subject}",                           "resources[].Detail"),
    ("rds:DescribeDBInstances",                "rds describe-db-instances --db-instance-identifier {subject}",                         "resources[].Detail"),
    ("rds:DescribeDBSnapshots",                "rds describe-db-snapshots --db-snapshot-identifier {name}",                            "recovery_points[].Detail"),
];

const ROLE: &str = "iam:GetRole";

/// What a thing that was not read at all is asked besides.
#[rustfmt::skip]
const BEHIND: &[(&str, &[&str])] = &[
    ("backup:DescribeBackupVault", &["backup:GetBackupVaultAccessPolicy"]),
    ("kms:DescribeKey",            &["kms:GetKeyPolicy", "kms:ListGrants"]),
];

/// The command that reads a fact, and what to do with its answer.
pub fn reading(gap: &Gap, of: &Reading) -> Option<(String, String)> {
    let (call, command, field) = row(gap.operation())?;
    // Its policies, which wait behind it, take a call for each.
    if *call == ROLE {
        return None;
    }
    let region = gap.region.as_deref();
    let command = written(command, &gap.subject, region, of)?;
    let (with, of_it) = match gap.account.as_deref() {
        Some(account) => (
            format!("with credentials of {account} "),
            " of that account",
        ),
        None => (String::new(), ""),
    };
    if let Some((_, behind)) = BEHIND.iter().find(|(first, _)| first == call) {
        let rows = behind.iter().map(|call| row(call));
        let rows: Vec<&CommandRow> = rows.collect::<Option<_>>()?;
        let each = rows.iter();
        let each = each.map(|(_, command, _)| written(command, &gap.subject, region, of));
        let each: Vec<String> = each.collect::<Option<_>>()?;
        let fields = rows.iter().map(|(.., field)| *field);
        let fields: Vec<&str> = [*field].into_iter().chain(fields).collect();
        let words = format!(
            "{with}put what these print into the inventory, as {}{of_it}",
            fields.join(", ")
        );
        return Some((format!("{command}; {}", each.join("; ")), words));
    }
    let words = if *call == LISTED {
        format!(
            "{with}set {field}{of_it} to null where this names `default` alone, else to the policy `AWS_RAM` (get-key-policy --policy-name AWS_RAM)"
        )
    } else {
        format!("{with}put what this prints into the inventory, as {field}{of_it}")
    };
    Some((command, words))
}

/// The call that lists the names of policies, of which the inventory has what the second says.
const LISTED: &str = "kms:ListKeyPolicies";

/// The command that describes a thing.
pub fn describing(subject: &str, of: &Reading) -> Option<String> {
    let arn = Arn::parse(subject).ok()?;
    let call = match (arn.service(), arn.resource()) {
        ("kms", _) => "kms:DescribeKey",
        ("iam", resource) if resource.starts_with("role/") => ROLE,
        ("backup", resource) if resource.starts_with("backup-vault:") => {
            "backup:DescribeBackupVault"
        }
        _ => describe_call(&arn)?.as_str(),
    };
    let (_, command, _) = row(call)?;
    let region = arn.region().map(|region| region.to_string());
    written(command, subject, region.as_deref(), of)
}

fn row(operation: &str) -> Option<&'static CommandRow> {
    COMMANDS.iter().find(|(call, ..)| *call == operation)
}

fn written(command: &str, subject: &str, region: Option<&str>, of: &Reading) -> Option<String> {
    let arn = Arn::parse(subject).ok();
    let name = arn.as_ref().map_or(subject, |arn| name(arn));
    let command = command.replace("{subject}", subject);
    let command = command.replace("{name}", name);
    // What is pasted is made of names that need no quotes.
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/+=,@ ".contains(c);
    if !command.chars().all(plain) {
        return None;
    }
    // The settings of an organization are asked for in a Region, as whatever AWS Backup is asked: any will do.
    let anywhere = command.starts_with("backup ").then(|| {
        let partition = of.vaults.iter().next().map(Arn::partition);
        regions::home(partition.map_or("aws", |partition| partition.as_str())).to_string()
    });
    let region = region.map(str::to_owned).or(anywhere);
    let region = region.map_or_else(String::new, |region| format!(" --region {region}"));
    Some(format!("aws {command}{region}"))
}

/// The name by which AWS takes a thing: a vault's may have slashes in it, and a snapshot's colons.
fn name(arn: &Arn) -> &str {
    let kinds = ["backup-vault:", "cluster-snapshot:", "snapshot:"].into_iter();
    let resource = arn.resource();
    let mut named = kinds.filter_map(|kind| resource.strip_prefix(kind));
    named.next().unwrap_or_else(|| arn.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::calls::CALLS;

    #[test]
    fn every_row_is_of_a_call_that_there_is() {
        for (call, command, _) in COMMANDS {
            assert!(CALLS.iter().any(|row| row.name == *call), "{call}");
            let (service, _) = call.split_once(':').unwrap();
            assert!(command.starts_with(&format!("{service} ")), "{call}");
        }
        assert!(COMMANDS.is_sorted_by_key(|(call, ..)| *call));
    }
}
