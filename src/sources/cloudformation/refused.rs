//! Changes that CloudFormation refuses: for some properties it makes another thing and then deletes the one that was, which it cannot
//! do while that has the name that the template gives to both; others it does not change at all.
//!
//! See <https://repost.aws/knowledge-center/cloudformation-custom-name>.

use serde_json::Value;

use super::names::kind;
use super::reader::TemplateReader;
use super::template::{is_open, plain};
use super::text::Node;

/// What another value of makes another thing.
struct ForGood {
    kind: &'static str,
    /// The property that names it.
    name: &'static str,
    /// Properties that copies look at, each with what it is where it is not set; empty: nothing.
    properties: &'static [(&'static str, &'static str)],
}

/// By the `createOnlyProperties` of the schemas of types, as of 2026-11-30.
///
/// See <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-createonlyproperties>
/// and the types' own pages, `Update requires: Replacement`, as
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-backup-logicallyairgappedbackupvault.html>.
#[rustfmt::skip]
const FOR_GOOD: &[ForGood] = &[
    ForGood { kind: "AWS::Backup::BackupVault",                   name: "BackupVaultName",      properties: &[("EncryptionKeyArn", "")] },
    ForGood { kind: "AWS::Backup::LogicallyAirGappedBackupVault", name: "BackupVaultName",      properties: &[("EncryptionKeyArn", ""), ("MinRetentionDays", ""), ("MaxRetentionDays", "")] },
    ForGood { kind: "AWS::IAM::Role",                             name: "RoleName",             properties: &[("Path", "/")] },
    ForGood { kind: "AWS::IAM::ManagedPolicy",                    name: "ManagedPolicyName",    properties: &[("Path", "/"), ("Description", "")] },
    ForGood { kind: "AWS::RDS::DBInstance",                       name: "DBInstanceIdentifier", properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false"), ("BackupTarget", "region")] },
    ForGood { kind: "AWS::RDS::DBCluster",                        name: "DBClusterIdentifier",  properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false")] },
    ForGood { kind: "AWS::DocDB::DBCluster",                      name: "DBClusterIdentifier",  properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false")] },
    ForGood { kind: "AWS::Neptune::DBCluster",                    name: "DBClusterIdentifier",  properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false")] },
];

/// Properties that nothing changes, each with what it is where it is not set; empty: nothing. Of a key "the update request fails, regardless
/// of the value of the UpdateReplacePolicy attribute", of a volume "Updates are not supported"; as of 2026-11-30.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html> and
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-volume.html>.
#[rustfmt::skip]
const NEVER: &[(&str, &[(&str, &str)])] = &[
    ("AWS::KMS::Key",    &[("KeySpec", "SYMMETRIC_DEFAULT"), ("KeyUsage", "ENCRYPT_DECRYPT"), ("MultiRegion", "false")]),
    ("AWS::EC2::Volume", &[("AvailabilityZone", ""), ("AvailabilityZoneId", ""), ("Encrypted", "false"), ("KmsKeyId", ""), ("SnapshotId", "")]),
];

/// Says which changes of a template are refused: with each the whole update is, and all stays as it was.
pub fn changes(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    never(now, then);
    replacements(now, then);
}

/// The properties that both templates of a change say different things of, for all that is known.
fn changed(
    (now, was): (&TemplateReader<'_>, &Node),
    (then, is): (&TemplateReader<'_>, &Node),
    properties: &'static [(&'static str, &'static str)],
) -> Option<&'static str> {
    let mut all = properties.iter();
    let (property, _) = all.find(|(property, unset)| {
        let values = [now.of(was, property), then.of(is, property)];
        if values.iter().flatten().any(is_open) {
            return false;
        }
        let [before, after] = values.map(|value| match value {
            Some(value) => plain(&value),
            None => Some((*unset).to_owned()).filter(|unset| !unset.is_empty()),
        });
        before != after
    })?;
    Some(property)
}

/// What is in both templates, as both have it.
fn both<'n>(
    now: &TemplateReader<'n>,
    then: &TemplateReader<'n>,
) -> Vec<(&'n str, &'n Node, &'n Node)> {
    let resources = now.template.root.get("Resources");
    let resources = resources.map_or(&[][..], Node::fields).iter();
    let each = resources.filter_map(|(id, was)| {
        let is = then.template.resource(id)?;
        let is_there = [now.is_made(was), then.is_made(is)] == [Some(true); 2];
        (kind(is) == kind(was) && is_there).then_some((id.as_str(), was, is))
    });
    each.collect()
}

fn never(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    let each = both(now, then).into_iter().filter_map(|(id, was, is)| {
        let (_, properties) = NEVER.iter().find(|(of, _)| *of == kind(was))?;
        let property = changed((now, was), (then, is), properties)?;
        Some(format!(
            "{}:{}: {id} changes {property}, which CloudFormation does not update: leave {property} as it is, or make another resource under another logical id",
            then.template.file, is.line
        ))
    });
    for text in each.collect::<Vec<_>>() {
        then.open(text);
    }
}

fn replacements(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    let each = both(now, then).into_iter().filter_map(|(id, was, is)| {
        let row = FOR_GOOD.iter().find(|row| row.kind == kind(was))?;
        let own = now.of(was, row.name).filter(Value::is_string);
        if own.is_none() || own != then.of(is, row.name) {
            return None;
        }
        let property = changed((now, was), (then, is), row.properties)?;
        Some(format!(
            "{}:{}: {id} changes {property}, for which CloudFormation replaces it, and refuses to under the name that it has (`cannot update a stack when a custom-named resource requires replacing`): give it another name, or leave {property} as it is",
            then.template.file, is.line
        ))
    });
    for text in each.collect::<Vec<_>>() {
        then.open(text);
    }
}
