//! A service's own description of what is backed up, or of its snapshot: the answer of the describe call, or the one thing in it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, de};
use smol_str::{SmolStr, StrExt as _};

use super::list::is_beside_a_list;
use super::words::in_another_case;
use crate::inventory::misspelling::near;
use crate::inventory::tree::{Fields, Tree};
use crate::inventory::word::Timestamp;

const WHAT: &str = "the service's description of one thing";

/// A description, opened.
pub struct Detail(pub Tree);

/// A field of a description, and whether a value is of its type.
type DetailField = (&'static str, fn(&Tree) -> bool);

/// The names that describe calls have for what they give: a list of it, or the thing itself.
#[rustfmt::skip]
const ANSWERS: &[&str] = &[
    "DBInstances", "DBClusters", "DBSnapshots", "DBClusterSnapshots",   // rds
    "Table", "BackupDescription",                                       // dynamodb, timestream-write
    "Volumes", "Snapshots", "Images", "Reservations", "Instances",      // ec2
    "FileSystems", "Backups",                                           // elasticfilesystem, fsx
    "cluster", "Clusters", "Namespaces", "namespace", "namespaces",     // eks, redshift, redshift-serverless
    "Stacks", "VirtualMachine", "Gateway",                              // cloudformation, backup-gateway
    "CachediSCSIVolumes", "StorediSCSIVolumes",                         // storagegateway
    "Database",                                                         // ssm-sap
];

impl<'de> Deserialize<'de> for Detail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        read(tree).map(Self).map_err(de::Error::custom)
    }
}

/// Opens a description.
///
/// # Errors
/// Where it is not one, is of several things, or has a field of another type than the service gives it.
fn read(mut value: Tree) -> Result<Tree, String> {
    for _ in 0..4 {
        value = match one_inside(value)? {
            Inside::Answer(inner) => inner,
            Inside::Thing(thing) => {
                no_envelope(&thing)?;
                every_field(&thing)?;
                return Ok(thing);
            }
        };
    }
    Err(format!("found answers within answers: expected {WHAT}"))
}

/// An object with nothing but one other that no service has is an answer of another call.
fn no_envelope(thing: &Tree) -> Result<(), String> {
    let mut fields = thing.as_object().into_iter().flat_map(Fields::iter);
    match (fields.next(), fields.next()) {
        (Some((name, inner)), None)
            if (inner.as_object().is_some() || inner.as_array().is_some()) && !is_known(name) =>
        {
            Err(format!(
                "found an object with `{name}`: expected the service's description"
            ))
        }
        _ => Ok(()),
    }
}

/// The types of the fields that checks read, and no slips of the pen in their names: in the thing and in all that it holds.
fn every_field(value: &Tree) -> Result<(), String> {
    match value {
        Tree::Object(fields) => {
            no_other_case(fields)?;
            no_other_type(fields)?;
            no_slip(fields)?;
            let mut inside = fields
                .iter()
                .filter(|(name, _)| !READ_ELSEWHERE.contains(&name.as_str()));
            inside.try_for_each(|(_, inner)| every_field(inner))
        }
        Tree::List(items) => items.iter().try_for_each(every_field),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) => Ok(()),
    }
}

/// The policy of the thing itself, which is read as one where it is asked, and tags, whose names are people's own.
#[rustfmt::skip]
const READ_ELSEWHERE: &[&str] = &[
    "FileSystemPolicy", "Policy", "PolicyDocument", "policy",
    "Tags", "tags",
];

/// A field whose value is not of the type that the service gives it.
fn no_other_type(fields: &Fields) -> Result<(), String> {
    let is_right = |name: &SmolStr, inner: &Tree| {
        let mut known = FIELDS.iter();
        let known = known.find(|(known, _)| known == name);
        known.is_none_or(|(_, is_right)| is_right(inner))
    };
    let mut fields = fields.iter();
    match fields.find(|(name, inner)| !is_right(name, inner)) {
        Some((name, Tree::Text(text))) => Err(format!(
            "`{name}` is `{text}`: expected a value as AWS writes it, in {WHAT}"
        )),
        Some((name, inner)) => Err(format!("`{name}` is {}, in {WHAT}", found(inner))),
        None => Ok(()),
    }
}

/// What a value is, for errors.
fn found(value: &Tree) -> String {
    match value {
        Tree::Null => "null".to_owned(),
        Tree::Bool(_) => "a boolean".to_owned(),
        Tree::Number(_) => "a number".to_owned(),
        Tree::Text(_) => "a string".to_owned(),
        Tree::List(_) => "a list".to_owned(),
        Tree::Object(fields) if fields.is_empty() => "an empty object".to_owned(),
        Tree::Object(fields) => {
            let names = fields.iter().take(4).map(|(name, _)| format!("`{name}`"));
            let names: Vec<String> = names.collect();
            format!("an object with {}", names.join(", "))
        }
    }
}

/// A word in another case than AWS's: what was meant is said, and not taken.
fn no_other_case(fields: &Fields) -> Result<(), String> {
    let other = fields.iter().find_map(|(field, value)| {
        let text = value.as_str()?;
        Some((field, text, in_another_case(field, text)?))
    });
    match other {
        Some((field, text, word)) => Err(format!(
            "`{field}` is `{text}`: expected `{word}`, as AWS writes it"
        )),
        None => Ok(()),
    }
}

/// A field that is nearly one that checks read, and lacks.
fn no_slip(fields: &Fields) -> Result<(), String> {
    static CAPITAL: LazyLock<Vec<&str>> = LazyLock::new(|| names(false));
    static SMALL: LazyLock<Vec<&str>> = LazyLock::new(|| names(true));
    let known: &'static [&str] = if is_of_a_small_service(fields) {
        &SMALL
    } else {
        &CAPITAL
    };
    static BY_LETTERS: LazyLock<HashMap<String, &str>> = LazyLock::new(|| {
        let names = CAPITAL.iter();
        names
            .map(|name| (name.to_ascii_lowercase(), *name))
            .collect()
    });
    let slip = fields.iter().find_map(|(name, _)| {
        let of_another = BY_LETTERS.get(name.to_ascii_lowercase_smolstr().as_str());
        let of_another = of_another.copied();
        let of_another = of_another.filter(|_| !SMALL_TOO.contains(&name.as_str()));
        let field = near(name, known).or(of_another);
        let field = field.filter(|field| *field != name)?;
        let is_own = FIELDS.iter().any(|(known, _)| known == name)
            || OTHERS.contains(&name.as_str())
            || fields.iter().any(|(other, _)| other == field);
        (!is_own).then_some((name, field))
    });
    match slip {
        Some((name, field)) => Err(format!("unknown field `{name}`, expected `{field}`")),
        None => Ok(()),
    }
}

/// Fields of the services that write all their names small which others have with a capital.
const SMALL_TOO: &[&str] = &["kmsKeyId", "status"];

/// The names of fields that begin with a capital, or those that do not.
fn names(are_small: bool) -> Vec<&'static str> {
    let names = FIELDS.iter().map(|(name, _)| *name);
    names.filter(|name| is_small(name) == are_small).collect()
}

/// Whether no name begins with a capital, as of the services that write all their names so: EKS, Aurora DSQL, Redshift Serverless.
fn is_of_a_small_service(fields: &Fields) -> bool {
    fields.iter().all(|(name, _)| is_small(name))
}

fn is_small(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// What each device of an image or an instance is.
fn devices(value: &Tree) -> bool {
    const OF_DEVICE: &[&str] = &["DeviceName", "Ebs", "NoDevice", "VirtualName"];
    let is_device = |device: &Tree| {
        thing(device.get("Ebs").unwrap_or(&Tree::Null))
            && OF_DEVICE.iter().any(|name| device.get(name).is_some())
    };
    things(value) && value.as_array().into_iter().flatten().all(is_device)
}

/// The option groups that a database is in, each by its name.
fn memberships(value: &Tree) -> bool {
    let is_named = |group: &Tree| matches!(group.get("OptionGroupName"), Some(Tree::Text(_)));
    things(value) && value.as_array().into_iter().flatten().all(is_named)
}

enum Inside {
    Answer(Tree),
    Thing(Tree),
}

fn one_inside(value: Tree) -> Result<Inside, String> {
    let Tree::Object(fields) = value else {
        return Err(format!(
            "found {}: expected the service's description, an object",
            found(&value)
        ));
    };
    let has = |wanted: &str| fields.iter().any(|(name, _)| name == wanted);
    let others = fields.iter().filter(|(name, _)| !is_beside_a_list(name));
    let others: Vec<&SmolStr> = others.map(|(name, _)| name).take(2).collect();
    let name = match others.as_slice() {
        [name] if ANSWERS.contains(&name.as_str()) => (*name).clone(),
        _ if has("ReservationId") && has("Instances") => SmolStr::new_static("Instances"),
        _ => return Ok(Inside::Thing(Tree::Object(fields))),
    };
    match fields.get(&name).cloned() {
        Some(Tree::List(things)) => {
            let many = things.len();
            let mut things = things.into_iter();
            match (things.next(), things.next()) {
                (Some(thing), None) => Ok(Inside::Answer(thing)),
                (None | Some(_), _) => {
                    Err(format!("found {many} things in `{name}`: expected one"))
                }
            }
        }
        Some(thing) => Ok(Inside::Answer(thing)),
        None => Ok(Inside::Answer(Tree::Null)),
    }
}

fn text(value: &Tree) -> bool {
    matches!(value, Tree::Null) || value.as_str().is_some_and(|text| !text.is_empty())
}

/// A word that AWS writes in one way: a file that has it in another case was not written by AWS, and would be read as another
/// word.
fn spelled(value: &Tree, field: &str) -> bool {
    let is_other = |text: &str| in_another_case(field, text).is_some();
    text(value) && !value.as_str().is_some_and(is_other)
}

/// A word that AWS writes in small letters.
fn small(value: &Tree) -> bool {
    let is_small = |text: &str| !text.contains(|c: char| c.is_ascii_uppercase());
    text(value) && value.as_str().is_none_or(is_small)
}

fn time(value: &Tree) -> bool {
    matches!(value, Tree::Null)
        || value.as_f64().is_some_and(Timestamp::is_seconds)
        || value.as_str().is_some_and(is_time)
}

fn is_time(text: &str) -> bool {
    Timestamp::parse(text).is_some()
}

/// When a service looks after a thing: `05:30-06:00`, `sun:05:30-sun:06:00`, `7:05:30`, `05:30`.
fn window(value: &Tree) -> bool {
    let is_below = |text: &str, end: u8| text.parse().is_ok_and(|number: u8| number < end);
    let is_day = |day: &str| {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        days.iter().any(|of| of.eq_ignore_ascii_case(day)) || is_below(day, 8) && day != "0"
    };
    let is_moment = |text: &str| match text.trim().split(':').collect::<Vec<_>>().as_slice() {
        [hour, minute] => is_below(hour, 24) && is_below(minute, 60),
        [day, hour, minute] => is_day(day) && is_below(hour, 24) && is_below(minute, 60),
        _ => false,
    };
    matches!(value, Tree::Null)
        || value.as_str().is_some_and(|text| {
            let moments: Vec<&str> = text.split('-').collect();
            moments.len() <= 2 && moments.into_iter().all(is_moment)
        })
}

fn truth(value: &Tree) -> bool {
    matches!(value, Tree::Bool(_)) || matches!(value, Tree::Null)
}

fn things(value: &Tree) -> bool {
    matches!(value, Tree::Null)
        || value
            .as_array()
            .is_some_and(|all| all.iter().all(|one| one.as_object().is_some()))
}

/// A list, or the whole of what a call answers with one.
fn associations(value: &Tree) -> bool {
    let Some(answer) = value.as_object() else {
        return things(value);
    };
    let is_whole = answer.iter().all(|(name, inner)| match name.as_str() {
        "Associations" => inner.as_array().is_some() && things(inner),
        "NextToken" => matches!(inner, Tree::Null) || inner.as_str() == Some(""),
        name => is_beside_a_list(name),
    });
    is_whole && answer.get("Associations").is_some()
}

/// An object, or none; not one that has nothing but another that no service puts there.
fn thing(value: &Tree) -> bool {
    match value {
        Tree::Null => true,
        Tree::Object(fields) => {
            let mut fields = fields.iter();
            match (fields.next(), fields.next()) {
                (Some((name, Tree::Object(_))), None) => is_known(name),
                (_, _) => true,
            }
        }
        Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) | Tree::List(_) => false,
    }
}

/// A policy document, or its text.
fn policy(value: &Tree) -> bool {
    text(value) || value.as_object().is_some()
}

fn is_known(name: &str) -> bool {
    FIELDS.iter().any(|(known, _)| *known == name)
}

/// The state of an instance, an image or a snapshot: a word, or EC2's code and name.
fn state(value: &Tree) -> bool {
    let is_named = |state: &Tree| matches!(state.get("Name"), Some(Tree::Text(_)));
    text(value) || value.as_object().is_some() && is_named(value)
}

/// The fields of descriptions that checks read, with what they are: of the thing itself, and of what it holds.
#[rustfmt::skip]
const FIELDS: &[DetailField] = &[
    ("AdditionalStorageVolumes", things),
    ("AssociatedKmsKeys",       |value| value.as_array().is_some() || matches!(value, Tree::Null)),
    ("AvailabilityZone",        small),
    ("BackupTarget",            |value| spelled(value, "BackupTarget")),
    ("BlockDeviceMappings",     devices),
    ("ClusterCreateTime",       time),
    ("ClusterStatus",           text),
    ("ClusterScalabilityType",  |value| spelled(value, "ClusterScalabilityType")),
    ("CreateTime",              time),
    ("CreationDateTime",        time),
    ("CreationTime",            time),
    ("CustomerOwnedIpEnabled",  truth),
    ("DailyAutomaticBackupStartTime", window),
    ("DBClusterIdentifier",     text),
    ("DBInstanceStatus",        text),
    ("DBSnapshotIdentifier",    text),
    ("DBSubnetGroup",           |value| text(value) || thing(value)),
    ("DataRepositoryAssociations", associations),
    ("DataRepositoryConfiguration", thing),
    ("DeploymentType",          |value| spelled(value, "DeploymentType")),
    ("Ebs",                     thing),
    ("Encrypted",               truth),
    ("EncryptionDetails",       thing),
    ("EncryptionStatus",        |value| spelled(value, "EncryptionStatus")),
    ("Engine",                  small),
    ("EngineVersion",           text),
    ("FileSystem",              thing),
    ("FileSystemPolicy",        |value| text(value) || thing(value)),
    ("FileSystemType",          |value| spelled(value, "FileSystemType")),
    ("FlexCacheEndpointType",   |value| spelled(value, "FlexCacheEndpointType")),
    ("InaccessibleEncryptionDateTime", time),
    ("InstanceCreateTime",      time),
    ("KmsKeyId",                text),
    ("LifeCycleState",          text),
    ("Lifecycle",               text),
    ("LustreConfiguration",     thing),
    ("OntapConfiguration",      thing),
    ("OntapVolumeType",         |value| spelled(value, "OntapVolumeType")),
    ("OpenZFSConfiguration",    thing),
    ("OptionGroupMemberships",  memberships),
    ("OptionGroupName",         text),
    ("OutpostArn",              text),
    ("OwnerId",                 text),
    ("Policy",                  policy),
    ("PolicyDocument",          policy),
    ("PreferredBackupWindow",   window),
    ("PreferredMaintenanceWindow", window),
    ("ProductCodes",            things),
    ("ReadReplicaSourceDBClusterIdentifier",  text),
    ("ReadReplicaSourceDBInstanceIdentifier", text),
    ("ResourcePolicy",          thing),
    ("RootDeviceType",          |value| spelled(value, "RootDeviceType")),
    ("SSEDescription",          thing),
    ("SnapshotTarget",          |value| spelled(value, "SnapshotTarget")),
    ("StackStatus",             text),
    ("State",                   state),
    ("Status",                  text),
    ("StorageEncrypted",        truth),
    ("StorageEncryptionType",   |value| spelled(value, "StorageEncryptionType")),
    ("StorageTier",             |value| spelled(value, "StorageTier")),
    ("StorageType",             |value| spelled(value, "StorageType")),
    ("SubnetOutpost",           thing),
    ("TableStatus",             text),
    ("TdeCredentialArn",        text),
    ("VersioningConfiguration", thing),
    ("Volume",                  thing),
    ("VolumeId",                text),
    ("VolumeStatus",            text),
    ("VolumeStyle",             |value| spelled(value, "VolumeStyle")),
    ("VolumeType",              text),
    ("WeeklyMaintenanceStartTime", window),
    ("WindowsConfiguration",    thing),
    ("accessConfig",            thing),
    ("AccessConfig",            thing),
    ("policy",                  policy),
    ("authenticationMode",      |value| spelled(value, "authenticationMode")),
    ("AuthenticationMode",      |value| spelled(value, "AuthenticationMode")),
    ("connectorConfig",         thing),
    ("encryptionDetails",       thing),
    ("encryptionStatus",        |value| spelled(value, "encryptionStatus")),
    ("kmsKeyArn",               text),
    ("outpostConfig",           thing),
    ("status",                  text),
    ("OutpostConfig",           thing),
];

/// Names that the services give to other fields, and that are near one of those.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "AvailabilityZoneId",       // ec2, elasticfilesystem
    "AvailabilityZones",        // rds, docdb, neptune
    "ClusterIdentifier",        // redshift
    "FileSystemId",             // elasticfilesystem, fsx
    "KMSKey",                   // storagegateway
    "ProductCodeId",            // ec2
    "VolumeType",               // ec2, fsx
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_refused_wherever_it_stands() {
        for (detail, says) in [
            (
                json!({"Engine": "mysql", "BackupTraget": "outposts"}),
                "`BackupTarget`",
            ),
            (
                json!({"Engine": "mysql", "PreferredBackupWindow": "half past five"}),
                "`PreferredBackupWindow` is `half past five`",
            ),
            (
                json!({"WindowsConfiguration": {"WeeklyMaintenanceStartTime": "8:05:30"}}),
                "`WeeklyMaintenanceStartTime`",
            ),
            (
                json!({"name": "c", "accessConfig": {"KeyMetadata": {"authenticationMode": "CONFIG_MAP"}}}),
                "`accessConfig`",
            ),
            (
                json!({"TableName": "t", "SSEDescription": {"Items": {"Status": "ENABLED"}}}),
                "`SSEDescription`",
            ),
            (
                json!({"SnapshotId": "snap-1", "State": {"KeyMetadata": {"Name": "error"}}}),
                "`State`",
            ),
            (
                json!({"SnapshotId": "snap-1", "State": {"Name": {"Value": "error"}}}),
                "`State`",
            ),
            (
                json!({"volumeStatus": "UPLOAD BUFFER NOT CONFIGURED"}),
                "`VolumeStatus`",
            ),
            (
                json!({"Engine": "MySQL"}),
                "`Engine` is `MySQL`: expected `mysql`",
            ),
            (
                json!({"StorageTier": "Standard"}),
                "`StorageTier` is `Standard`: expected `standard`",
            ),
            (
                json!({"Engine": "aurora-mysql", "ClusterCreateTime": "x"}),
                "`ClusterCreateTime`",
            ),
            (
                json!({"VolumeId": "fsvol-1", "OntapConfiguration": {"VolumeStlye": "FLEXGROUP"}}),
                "`VolumeStyle`",
            ),
            (
                json!({"BackupId": "backup-1", "FileSystem": {"StroageType": "SSD"}}),
                "`StorageType`",
            ),
            (
                json!({"ImageId": "ami-1", "BlockDeviceMappings": [{"Ebs": {"KmsKeyID": "x"}}]}),
                "`KmsKeyId`",
            ),
            (
                json!({"identifier": "a", "encryptionDetails": {"encryptionStatus": "kms_key_inaccessible"}}),
                "expected `KMS_KEY_INACCESSIBLE`",
            ),
            (
                json!({"TableName": "a", "SSEDescription": {"InaccessibleEncryptionDatetime": 1.5}}),
                "`InaccessibleEncryptionDateTime`",
            ),
            (
                json!({"InstanceId": "i-1", "RootDeviceType": "INSTANCE-STORE"}),
                "expected `instance-store`",
            ),
        ] {
            let error = read(detail.clone().into()).unwrap_err();
            assert!(error.contains(says), "{detail}: {error}");
        }
    }

    #[test]
    fn what_services_call_other_fields_is_no_slip() {
        for detail in [
            json!({"ClusterIdentifier": "x", "ClusterCreateTime": 1.5}),
            json!({"DBClusterIdentifier": "x", "Engine": "docdb", "AvailabilityZones": ["us-east-1a", "us-east-1b"]}),
            json!({"FileSystemId": "fs-1", "AvailabilityZoneId": "use1-az1", "AvailabilityZoneName": "us-east-1a"}),
            json!({"FileSystemId": "fs-1", "KmsKeyId": "k"}),
            json!({"VolumeId": "vol-1", "VolumeType": "gp3", "KMSKey": "k"}),
            json!({"VolumeId": "fsvol-1", "VolumeType": "ONTAP", "OntapConfiguration": {"JunctionPath": "/"}}),
            json!({"namespaceName": "x", "kmsKeyId": "k"}),
            json!({"DBInstanceIdentifier": "x", "PreferredBackupWindow": "05:30-06:00", "PreferredMaintenanceWindow": "Sun:23:30-mon:00:30"}),
            json!({"LustreConfiguration": {"DailyAutomaticBackupStartTime": "05:00", "WeeklyMaintenanceStartTime": "7:05:30"}}),
            json!({"ImageId": "ami-1", "ProductCodes": [{"ProductCodeId": "x", "ProductCodeType": "marketplace"}]}),
        ] {
            assert!(read(detail.clone().into()).is_ok(), "{detail}");
        }
    }
}
