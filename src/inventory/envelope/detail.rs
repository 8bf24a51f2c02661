//! A service's own description of what is backed up, or of its snapshot: the answer of the describe call, or the one thing in it.

use super::words::in_another_case;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::answer::{FieldType, found, typed};
use super::list::is_beside_a_list;
use crate::inventory::json::Json;
use crate::inventory::misspelling::near;
use crate::inventory::tree::Tree;
use crate::inventory::word::Timestamp;

const WHAT: &str = "the service's description of one thing";

/// A description, opened.
pub struct Detail(pub Tree);

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
];

impl<'de> Deserialize<'de> for Detail {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Json(value) = Json::deserialize(deserializer)?;
        read(value)
            .map(|value| Self(value.into()))
            .map_err(de::Error::custom)
    }
}

/// Opens a description.
///
/// # Errors
/// Where it is not one, is of several things, or has a field of another type than the service gives it.
fn read(mut value: Value) -> Result<Value, String> {
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
fn no_envelope(thing: &Value) -> Result<(), String> {
    let fields = thing.as_object().into_iter().flatten();
    match fields.collect::<Vec<_>>().as_slice() {
        [(name, inner)]
            if (inner.is_object() || inner.is_array())
                && !FIELDS.iter().any(|(known, _)| known == name) =>
        {
            Err(format!(
                "found an object with `{name}`: expected the service's description"
            ))
        }
        _ => Ok(()),
    }
}

/// The types of the fields that checks read, and no slips of the pen in their names: in the thing and in all that it holds.
fn every_field(value: &Value) -> Result<(), String> {
    match value {
        Value::Object(fields) => {
            no_other_case(fields)?;
            typed(value, WHAT, FIELDS)?;
            no_slip(fields)?;
            fields.values().try_for_each(every_field)
        }
        Value::Array(items) => items.iter().try_for_each(every_field),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// A word in another case than AWS's: what was meant is said, and not taken.
fn no_other_case(fields: &Map<String, Value>) -> Result<(), String> {
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
fn no_slip(fields: &Map<String, Value>) -> Result<(), String> {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| FIELDS.iter().map(|(name, _)| *name).collect());
    let slip = fields.keys().find_map(|name| {
        let field = near(name, &NAMES).filter(|field| *field != name)?;
        let is_own = NAMES.contains(&name.as_str())
            || OTHERS.contains(&name.as_str())
            || fields.contains_key(field)
            || is_of_a_small_service(fields);
        (!is_own).then_some((name, field))
    });
    match slip {
        Some((name, field)) => Err(format!("unknown field `{name}`, expected `{field}`")),
        None => Ok(()),
    }
}

/// Whether no name begins with a capital, as of the services that write all their names so: EKS, Redshift Serverless.
fn is_of_a_small_service(fields: &Map<String, Value>) -> bool {
    fields
        .keys()
        .all(|name| name.starts_with(|first: char| first.is_ascii_lowercase()))
}

/// What each device of an image or an instance is.
fn devices(value: &Value) -> bool {
    const OF_DEVICE: &[&str] = &["DeviceName", "Ebs", "NoDevice", "VirtualName"];
    let is_device = |device: &Value| {
        thing(device.get("Ebs").unwrap_or(&Value::Null))
            && OF_DEVICE.iter().any(|name| device.get(name).is_some())
    };
    things(value) && value.as_array().into_iter().flatten().all(is_device)
}

/// The option groups that a database is in, each by its name.
fn memberships(value: &Value) -> bool {
    let is_named = |group: &Value| group.get("OptionGroupName").is_some_and(Value::is_string);
    things(value) && value.as_array().into_iter().flatten().all(is_named)
}

enum Inside {
    Answer(Value),
    Thing(Value),
}

fn one_inside(value: Value) -> Result<Inside, String> {
    let Value::Object(mut fields) = value else {
        return Err(format!(
            "found {}: expected the service's description, an object",
            found(&value)
        ));
    };
    let others = fields.keys().filter(|name| !is_beside_a_list(name));
    let is_reservation = fields.contains_key("ReservationId");
    let name = match others.collect::<Vec<_>>().as_slice() {
        [name] if ANSWERS.contains(&name.as_str()) => (*name).clone(),
        _ if is_reservation && fields.contains_key("Instances") => "Instances".to_owned(),
        _ => return Ok(Inside::Thing(Value::Object(fields))),
    };
    match fields.remove(&name) {
        Some(Value::Array(mut things)) if things.len() == 1 => {
            Ok(Inside::Answer(things.pop().unwrap_or(Value::Null)))
        }
        Some(Value::Array(things)) => Err(format!(
            "found {} things in `{name}`: expected one",
            things.len()
        )),
        Some(thing) => Ok(Inside::Answer(thing)),
        None => Ok(Inside::Thing(Value::Object(fields))),
    }
}

fn text(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| !text.is_empty())
}

/// A word that AWS writes in one way: a file that has it in another case was not written by AWS, and would be read as another
/// word.
fn spelled(value: &Value, field: &str) -> bool {
    let is_other = |text: &str| in_another_case(field, text).is_some();
    text(value) && !value.as_str().is_some_and(is_other)
}

/// A word that AWS writes in small letters.
fn small(value: &Value) -> bool {
    let is_small = |text: &str| !text.contains(|c: char| c.is_ascii_uppercase());
    text(value) && value.as_str().is_none_or(is_small)
}

fn time(value: &Value) -> bool {
    value.is_null() || value.is_number() || value.as_str().is_some_and(is_time)
}

fn is_time(text: &str) -> bool {
    Timestamp::parse(text).is_some()
}

fn truth(value: &Value) -> bool {
    value.is_boolean() || value.is_null()
}

fn things(value: &Value) -> bool {
    value.is_null()
        || value
            .as_array()
            .is_some_and(|all| all.iter().all(Value::is_object))
}

fn thing(value: &Value) -> bool {
    value.is_object() || value.is_null()
}

/// The fields of descriptions that checks read, with what they are: of the thing itself, and of what it holds.
#[rustfmt::skip]
const FIELDS: &[FieldType] = &[
    ("AdditionalStorageVolumes", things),
    ("AssociatedKmsKeys",       |value| value.is_array() || value.is_null()),
    ("AvailabilityZone",        text),
    ("BackupTarget",            |value| spelled(value, "BackupTarget")),
    ("BlockDeviceMappings",     devices),
    ("ClusterCreateTime",       time),
    ("ClusterScalabilityType",  |value| spelled(value, "ClusterScalabilityType")),
    ("DBClusterIdentifier",     text),
    ("DBSnapshotIdentifier",    text),
    ("DataRepositoryConfiguration", thing),
    ("DeploymentType",          |value| spelled(value, "DeploymentType")),
    ("Ebs",                     thing),
    ("Encrypted",               truth),
    ("Engine",                  small),
    ("EngineVersion",           text),
    ("FileSystem",              thing),
    ("FileSystemType",          |value| spelled(value, "FileSystemType")),
    ("FlexCacheEndpointType",   |value| spelled(value, "FlexCacheEndpointType")),
    ("KmsKeyId",                text),
    ("Lifecycle",               text),
    ("LustreConfiguration",     thing),
    ("OntapConfiguration",      thing),
    ("OntapVolumeType",         |value| spelled(value, "OntapVolumeType")),
    ("OpenZFSConfiguration",    thing),
    ("OptionGroupMemberships",  memberships),
    ("OptionGroupName",         text),
    ("OutpostArn",              text),
    ("ProductCodes",            things),
    ("ReadReplicaSourceDBClusterIdentifier",  text),
    ("ReadReplicaSourceDBInstanceIdentifier", text),
    ("SSEDescription",          thing),
    ("State",                   |value| text(value) || thing(value)),
    ("Status",                  text),
    ("StorageEncrypted",        truth),
    ("StorageEncryptionType",   |value| spelled(value, "StorageEncryptionType")),
    ("StorageTier",             |value| spelled(value, "StorageTier")),
    ("StorageType",             |value| spelled(value, "StorageType")),
    ("TdeCredentialArn",        text),
    ("VersioningConfiguration", thing),
    ("Volume",                  thing),
    ("VolumeId",                text),
    ("VolumeStyle",             |value| spelled(value, "VolumeStyle")),
    ("WindowsConfiguration",    thing),
    ("accessConfig",            thing),
    ("AccessConfig",            thing),
    ("authenticationMode",      |value| spelled(value, "authenticationMode")),
    ("AuthenticationMode",      |value| spelled(value, "AuthenticationMode")),
    ("outpostConfig",           thing),
    ("OutpostConfig",           thing),
];

/// Names that the services give to other fields, and that are near one of those.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
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
        ] {
            let error = read(detail.clone()).unwrap_err();
            assert!(error.contains(says), "{detail}: {error}");
        }
    }

    #[test]
    fn what_services_call_other_fields_is_no_slip() {
        for detail in [
            json!({"ClusterIdentifier": "x", "ClusterCreateTime": 1.5}),
            json!({"FileSystemId": "fs-1", "KmsKeyId": "k"}),
            json!({"VolumeId": "vol-1", "VolumeType": "gp3", "KMSKey": "k"}),
            json!({"VolumeId": "fsvol-1", "VolumeType": "ONTAP", "OntapConfiguration": {"JunctionPath": "/"}}),
            json!({"namespaceName": "x", "kmsKeyId": "k"}),
            json!({"ImageId": "ami-1", "ProductCodes": [{"ProductCodeId": "x", "ProductCodeType": "marketplace"}]}),
        ] {
            assert!(read(detail.clone()).is_ok(), "{detail}");
        }
    }
}
