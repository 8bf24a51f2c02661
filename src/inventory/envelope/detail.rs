//! A service's own description of what is backed up, or of its snapshot: the answer of the describe call, or the one thing in it.

use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::answer::{Typed, found, typed};
use super::list::is_beside_a_list;
use crate::inventory::json::Json;
use crate::inventory::slip::near;

/// A description, opened.
pub struct Detail(pub Json);

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
            .map(|value| Self(Json(value)))
            .map_err(de::Error::custom)
    }
}

/// Opens a description.
///
/// # Errors
/// Where it is none, is of several things, or has a field of another type than the service gives it.
fn read(mut value: Value) -> Result<Value, String> {
    const WHAT: &str = "the service's description of one thing";
    for _ in 0..4 {
        value = match one_inside(value)? {
            Inside::Answer(inner) => inner,
            Inside::Thing(thing) => {
                typed(&thing, WHAT, FIELDS)?;
                no_envelope(&thing)?;
                no_slip(&thing)?;
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

/// A field that is nearly one that checks read, and lacks.
fn no_slip(thing: &Value) -> Result<(), String> {
    static NAMES: LazyLock<Vec<&str>> =
        LazyLock::new(|| FIELDS.iter().map(|(name, _)| *name).collect());
    let mut names = thing
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name);
    let slip = names.find_map(|name| {
        let field = near(name, &NAMES).filter(|field| *field != name)?;
        thing.get(field).is_none().then_some((name, field))
    });
    match slip {
        Some((name, field)) => Err(format!("unknown field `{name}`, expected `{field}`")),
        None => Ok(()),
    }
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
    value.is_string() || value.is_null()
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

/// The fields of descriptions that checks read, with what they are.
#[rustfmt::skip]
const FIELDS: &[Typed] = &[
    ("AssociatedKmsKeys",       |value| value.is_array() || value.is_null()),
    ("BlockDeviceMappings",     devices),
    ("DBClusterIdentifier",     text),
    ("DBSnapshotIdentifier",    text),
    ("Encrypted",               truth),
    ("Engine",                  text),
    ("EngineVersion",           text),
    ("FileSystemType",          text),
    ("KmsKeyId",                text),
    ("LustreConfiguration",     thing),
    ("OntapConfiguration",      thing),
    ("OpenZFSConfiguration",    thing),
    ("OptionGroupMemberships",  memberships),
    ("OptionGroupName",         text),
    ("ProductCodes",            things),
    ("SSEDescription",          thing),
    ("StorageEncrypted",        truth),
    ("StorageEncryptionType",   text),
    ("StorageTier",             text),
    ("StorageType",             text),
    ("TdeCredentialArn",        text),
    ("VolumeId",                text),
    ("WindowsConfiguration",    thing),
];
