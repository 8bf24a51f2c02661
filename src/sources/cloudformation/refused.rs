//! Changes that CloudFormation refuses: for some properties it makes another thing and then deletes the one that was, which it cannot
//! do while that has the name that the template gives to both; others it does not change at all.
//!
//! See <https://repost.aws/knowledge-center/cloudformation-custom-name>.

use serde_json::{Value, json};

use super::in_place::are_attributes_kept;
use super::names::{arn, kind};
use super::reader::TemplateReader;
use super::template::{is_open, plain, why};
use super::text::Node;
use super::updates::property;

/// What another value of makes another thing.
struct ForGood {
    kind: &'static str,
    /// The property that names it.
    name: &'static str,
    /// Properties of it or of what is in it, each with what it is where it is not set; empty: nothing.
    properties: &'static [(&'static str, &'static str)],
    /// Those of which another value may make another thing, or not.
    perhaps: &'static [(&'static str, &'static str)],
}

/// By the `createOnlyProperties` of the schemas of types, and their `conditionalCreateOnlyProperties`, as of 2026-11-30. What has an id of
/// AWS and no name of its own, as a file system, is replaced beside the one that was.
///
/// See <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-createonlyproperties>
/// and the types' own pages, `Update requires: Replacement`, as
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-backup-logicallyairgappedbackupvault.html>,
/// `aws-resource-rds-dbinstance.html`, `aws-resource-rds-dbcluster.html`, `aws-resource-docdb-dbcluster.html`,
/// `aws-resource-neptune-dbcluster.html`, `aws-resource-redshift-cluster.html`, `aws-resource-dynamodb-table.html`,
/// `aws-resource-dynamodb-globaltable.html`, `aws-resource-eks-cluster.html`, `aws-resource-iam-role.html`.
#[rustfmt::skip]
const FOR_GOOD: &[ForGood] = &[
    ForGood { kind: "AWS::Backup::BackupVault",                   name: "BackupVaultName",      properties: &[("EncryptionKeyArn", "")], perhaps: &[] },
    ForGood { kind: "AWS::Backup::LogicallyAirGappedBackupVault", name: "BackupVaultName",      properties: &[("EncryptionKeyArn", ""), ("MinRetentionDays", ""), ("MaxRetentionDays", "")], perhaps: &[] },
    ForGood { kind: "AWS::IAM::Role",                             name: "RoleName",             properties: &[("Path", "/")], perhaps: &[] },
    ForGood { kind: "AWS::IAM::ManagedPolicy",                    name: "ManagedPolicyName",    properties: &[("Path", "/"), ("Description", "")], perhaps: &[] },
    ForGood { kind: "AWS::RDS::DBInstance",                       name: "DBInstanceIdentifier",
              properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false"), ("BackupTarget", "region"), ("CharacterSetName", ""), ("CustomIAMInstanceProfile", ""), ("DBClusterIdentifier", ""), ("DBName", ""),
                            ("DBSubnetGroupName", ""), ("DBSystemId", ""), ("MasterUsername", ""), ("NcharCharacterSetName", ""), ("SourceRegion", ""), ("Timezone", "")],
              perhaps:    &[("Engine", ""), ("AvailabilityZone", ""), ("DBSnapshotIdentifier", ""), ("DBClusterSnapshotIdentifier", ""), ("Port", ""), ("SourceDBInstanceAutomatedBackupsArn", ""),
                            ("SourceDbiResourceId", ""), ("RestoreTime", ""), ("UseLatestRestorableTime", "false")] },
    ForGood { kind: "AWS::RDS::DBCluster",                        name: "DBClusterIdentifier",
              properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false"), ("AvailabilityZones", ""), ("ClusterScalabilityType", ""), ("DBSubnetGroupName", ""), ("DBSystemId", ""), ("DatabaseName", ""),
                            ("EngineMode", "provisioned"), ("PubliclyAccessible", ""), ("RestoreToTime", ""), ("RestoreType", ""), ("SnapshotIdentifier", ""), ("SourceDBClusterIdentifier", ""),
                            ("SourceDbClusterResourceId", ""), ("SourceRegion", ""), ("UseLatestRestorableTime", "false")],
              perhaps:    &[("Engine", ""), ("MasterUsername", "")] },
    ForGood { kind: "AWS::DocDB::DBCluster",                      name: "DBClusterIdentifier",
              properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false"), ("AvailabilityZones", ""), ("DBSubnetGroupName", ""), ("MasterUsername", ""), ("SnapshotIdentifier", ""), ("SourceDBClusterIdentifier", "")],
              perhaps:    &[] },
    ForGood { kind: "AWS::Neptune::DBCluster",                    name: "DBClusterIdentifier",
              properties: &[("KmsKeyId", ""), ("StorageEncrypted", "false"), ("AvailabilityZones", ""), ("DBSubnetGroupName", ""), ("RestoreToTime", ""), ("RestoreType", "full-copy"), ("SnapshotIdentifier", ""),
                            ("SourceDBClusterIdentifier", ""), ("UseLatestRestorableTime", "false")],
              perhaps:    &[] },
    ForGood { kind: "AWS::Redshift::Cluster",                     name: "ClusterIdentifier",
              properties: &[("ClusterSubnetGroupName", ""), ("DBName", ""), ("MasterUsername", ""), ("OwnerAccount", ""), ("SnapshotClusterIdentifier", ""), ("SnapshotIdentifier", "")], perhaps: &[] },
    ForGood { kind: "AWS::DynamoDB::Table",                       name: "TableName",            properties: &[("ImportSourceSpecification", "")], perhaps: &[("KeySchema", ""), ("LocalSecondaryIndexes", "")] },
    ForGood { kind: "AWS::DynamoDB::GlobalTable",                 name: "TableName",            properties: &[], perhaps: &[("KeySchema", ""), ("LocalSecondaryIndexes", ""), ("GlobalTableSourceArn", "")] },
    ForGood { kind: "AWS::Serverless::SimpleTable",               name: "TableName",            properties: &[], perhaps: &[("PrimaryKey", "")] },
    ForGood { kind: "AWS::EKS::Cluster",                          name: "Name",
              properties: &[("EncryptionConfig", ""), ("OutpostConfig", ""), ("RoleArn", ""), ("BootstrapSelfManagedAddons", "true"), ("KubernetesNetworkConfig.IpFamily", "ipv4"),
                            ("KubernetesNetworkConfig.ServiceIpv4Cidr", ""), ("AccessConfig.BootstrapClusterCreatorAdminPermissions", "true")], perhaps: &[] },
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
    retyped(now, then);
    never(now, then);
    replacements(now, then);
    left_groups(now, then);
}

/// A property of a resource, or one in it.
fn of(reader: &TemplateReader<'_>, node: &Node, path: &str) -> Option<Value> {
    let mut names = path.split('.');
    let whole = reader.of(node, names.next()?)?;
    if is_open(&whole) {
        return Some(whole);
    }
    names.try_fold(whole, |value, name| value.get(name).cloned())
}

/// A value with its numbers and truths as texts, and its lists in one order.
fn alike(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(alike).collect();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(fields.map(|(name, value)| (name, alike(value))).collect())
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            plain(&scalar).map_or(scalar, Value::String)
        }
    }
}

/// The properties that both templates of a change say different things of, for all that is known.
fn changed(
    (now, was): (&TemplateReader<'_>, &Node),
    (then, is): (&TemplateReader<'_>, &Node),
    properties: &'static [(&'static str, &'static str)],
) -> Option<&'static str> {
    let mut all = properties.iter();
    let (property, _) = all.find(|(property, unset)| {
        let values = [of(now, was, property), of(then, is, property)];
        if values.iter().flatten().any(is_open) {
            return false;
        }
        let [before, after] = values.map(|value| match value {
            Some(value) => Some(alike(value)),
            None => Some(json!(unset)).filter(|_| !unset.is_empty()),
        });
        before != after
    })?;
    Some(property)
}

/// The property that both templates write otherwise, of which it is not known what it comes to, and why.
fn may_change(
    (now, was): (&TemplateReader<'_>, &Node),
    (then, is): (&TemplateReader<'_>, &Node),
    properties: &'static [(&'static str, &'static str)],
) -> Option<(&'static str, String)> {
    properties.iter().find_map(|(path, _)| {
        let values = [of(now, was, path), of(then, is, path)];
        let open = values.iter().flatten().find_map(why)?.to_owned();
        let name = path.split('.').next()?;
        let [was, is] = [was, is].map(|node| property(node, name).map(Node::to_value));
        (was != is).then_some((*path, open))
    })
}

/// Says what is of another type under its logical id: `Update of resource type is not permitted`.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-get-template.html>.
fn retyped(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    let resources = now.template.root.get("Resources");
    let resources = resources.map_or(&[][..], Node::fields).iter();
    let each = resources.filter_map(|(id, was)| {
        let is = then.template.resource(id)?;
        let kinds = [kind(was), kind(is)];
        // What a transform makes of one may be of the type of the other.
        let is_made_into = |of: &str| of.starts_with("AWS::Serverless::") || of.ends_with("::MODULE");
        let is_there = now.is_made(was) != Some(false) && then.is_made(is) != Some(false);
        (kinds[0] != kinds[1] && is_there && !kinds.iter().any(|of| is_made_into(of))).then(|| {
            format!(
                "{}:{}: {id} changes its type, which CloudFormation does not update: fix it: make another resource under another logical id",
                then.template.file, is.line
            )
        })
    });
    for text in each.collect::<Vec<_>>() {
        then.open(text);
    }
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
        let at = format!("{}:{}: {id}", then.template.file, is.line);
        if let Some(property) = changed((now, was), (then, is), properties) {
            return Some(format!(
                "{at} changes {property}, which CloudFormation does not update: fix it: leave {property} as it is, or make another resource under another logical id"
            ));
        }
        let (property, why) = may_change((now, was), (then, is), properties)?;
        Some(format!(
            "{at} may change {property}, which CloudFormation does not update: {why}"
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
        let certain = changed((now, was), (then, is), row.properties);
        let is_table = kind(is).starts_with("AWS::DynamoDB::");
        let of_attributes = || {
            let is_kept = !is_table || are_attributes_kept(was, is);
            (!is_kept).then_some("AttributeDefinitions")
        };
        let perhaps = || changed((now, was), (then, is), row.perhaps).or_else(of_attributes);
        let both = || may_change((now, was), (then, is), row.properties);
        let open = || both().or_else(|| may_change((now, was), (then, is), row.perhaps));
        let (property, replaces) = match (certain, perhaps()) {
            (Some(property), _) => (property, "replaces"),
            (None, Some(property)) => (property, "may replace"),
            (None, None) => {
                let (property, why) = open()?;
                return Some(format!(
                    "{}:{}: {id} may change {property}, for which CloudFormation replaces it, and refuses to under the name that it has: {why}",
                    then.template.file, is.line
                ));
            }
        };
        Some(format!(
            "{}:{}: {id} changes {property}, for which CloudFormation {replaces} it, and refuses to under the name that it has (`cannot update a stack when a custom-named resource requires replacing`): fix it: give it another name, or leave {property} as it is",
            then.template.file, is.line
        ))
    });
    for text in each.collect::<Vec<_>>() {
        then.open(text);
    }
}

/// Says of the databases that leave an option group which of them cannot, or may not be able to.
fn left_groups(now: &TemplateReader<'_>, then: &mut TemplateReader<'_>) {
    const GROUP: &str = "OptionGroupName";
    let facts = then.template.settings.standing.clone();
    let all = both(now, then).into_iter();
    let databases = all.filter(|(_, _, is)| kind(is) == "AWS::RDS::DBInstance");
    let each = databases.filter_map(|(id, was, is)| {
        let left = now.of(was, GROUP)?.as_str()?.to_owned();
        then.of(is, GROUP).filter(|is| *is != left)?;
        let database = arn(&then.template, id, is);
        let why = facts.as_ref()?.stays_in_group(database.as_str()?, &left)?;
        let at = format!("{}:{}: {id}", then.template.file, is.line);
        Some(format!("{at} leaves the option group {left}, {why}"))
    });
    for text in each.collect::<Vec<_>>() {
        then.open(text);
    }
}
