//! Databases of RDS, Aurora, DocumentDB and Neptune.

use serde_json::{Value, json};

use super::stored::{Switch, encryption, resource, set, told, windows};
use crate::inventory::WHERE_IT_STANDS;
use crate::sources::maintenance_windows::matters_until_then;
use crate::sources::planned::Home;
use crate::sources::terraform::object::{Moment, Object, unknown};
use crate::sources::terraform::reader::{PlanReader, fields};

/// A database engine: AWS writes its name in lower case, however it was given.
fn engine<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> Value {
    match told(reader, object, "engine") {
        Value::String(engine) => json!(engine.to_lowercase()),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => other,
    }
}

/// An attribute of an instance or a cluster, which is a property of it: not known where its change waits and what it was matters.
fn when_applied<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    (name, property): (&str, &str),
) -> Value {
    let is_now = object.switch(Moment::Then, "apply_immediately") == Value::Bool(true);
    let waits = reader.moment == Moment::Then && !is_now && object.changed().contains(&name);
    let [was, is] = [Moment::Now, Moment::Then].map(|moment| match object.marked(moment, name) {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    let is = is.unwrap_or_default();
    match was.filter(|was| waits && matters_until_then(property, was, &is)) {
        Some(was) => unknown(format!(
            "{}.{name}, which is {was} until the maintenance window: set apply_immediately",
            object.address
        )),
        None => told(reader, object, name),
    }
}

const OPTION_GROUP: (&str, &str) = ("option_group_name", "OptionGroupName");
const RETENTION: (&str, &str) = ("backup_retention_period", "BackupRetentionPeriod");
const STORAGE: (&str, &str) = ("storage_type", "StorageType");
const VERSION: (&str, &str) = ("engine_version", "EngineVersion");

/// An RDS instance.
pub fn db_instance<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let group = match when_applied(reader, object, OPTION_GROUP) {
        Value::String(name) => json!([{"OptionGroupName": name}]),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => other,
    };
    let own = [
        ("PreferredBackupWindow", "backup_window"),
        ("PreferredMaintenanceWindow", "maintenance_window"),
        ("BackupRetentionPeriod", "backup_retention_period"),
    ];
    let all = [
        ("DBInstanceIdentifier", told(reader, object, "identifier")),
        ("Engine", engine(reader, object)),
        (VERSION.1, when_applied(reader, object, VERSION)),
        (STORAGE.1, when_applied(reader, object, STORAGE)),
        ("OptionGroupMemberships", group),
        ("BackupTarget", set(reader, object, "backup_target")),
        ("AvailabilityZone", set(reader, object, "availability_zone")),
        (
            "CustomerOwnedIpEnabled",
            object.switch(reader.moment, "customer_owned_ip_enabled"),
        ),
    ];
    let all = all.into_iter().chain(windows(reader, object, own));
    let mut detail = fields(all);
    let kept = when_applied(reader, object, RETENTION);
    if let (Value::Object(detail), Some(_)) = (&mut detail, kept.get("unknown")) {
        detail.insert(RETENTION.1.to_owned(), kept);
    }
    if let (Value::Object(detail), Some(source)) = (&mut detail, replicated(reader, object)) {
        detail.insert("ReadReplicaSourceDBInstanceIdentifier".to_owned(), source);
    }
    // What a replica or a restored instance is encrypted with is that of its source.
    let from = [
        "replicate_source_db",
        "snapshot_identifier",
        "restore_to_point_in_time",
        "s3_import",
    ];
    let copied = from.iter().find(|name| is_of_another(reader, object, name));
    let Some(place) = resource(reader, object, "RDS", detail) else {
        return;
    };
    encryption_unless_copied(
        reader,
        object,
        &place,
        copied.copied(),
        "kms_key_id",
        Switch::Off,
    );
}

/// The instance that one is a read replica of: null where it is one no longer, which its promotion makes of it. `None`: nothing is
/// said of that.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_PromoteReadReplica.html>.
fn replicated<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>) -> Option<Value> {
    const SOURCE: &str = "replicate_source_db";
    match told(reader, object, SOURCE) {
        Value::Null => {
            let is_promoted = !object.marked(Moment::Now, SOURCE).is_null();
            (reader.moment == Moment::Then && is_promoted).then_some(Value::Null)
        }
        source @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => Some(source),
    }
}

/// A cluster of Aurora, DocumentDB or Neptune, or a Multi-AZ DB cluster.
pub fn cluster<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let engine = engine(reader, object);
    let of = match (object.kind, engine.as_str()) {
        ("aws_docdb_cluster", _) => "DocumentDB",
        ("aws_neptune_cluster", _) => "Neptune",
        (_, Some(engine)) if engine.starts_with("aurora") => "Aurora",
        (_, Some(_)) => "RDS",
        (_, None) => {
            let why = format!(
                "{}.engine is not known, so that its type is not",
                object.address
            );
            reader.unplaced(why);
            return instance_of_unknown(reader, object);
        }
    };
    let engine = match of {
        "DocumentDB" => json!("docdb"),
        "Neptune" => json!("neptune"),
        _ => engine,
    };
    let own = [
        ("PreferredBackupWindow", "preferred_backup_window"),
        ("PreferredMaintenanceWindow", "preferred_maintenance_window"),
        ("BackupRetentionPeriod", "backup_retention_period"),
    ];
    let all = [
        (
            "DBClusterIdentifier",
            told(reader, object, "cluster_identifier"),
        ),
        ("Engine", engine),
        (VERSION.1, when_applied(reader, object, VERSION)),
        (
            "ClusterScalabilityType",
            told(reader, object, "cluster_scalability_type"),
        ),
    ];
    let detail = fields(all.into_iter().chain(windows(reader, object, own)));
    let key = if of == "Neptune" {
        "kms_key_arn"
    } else {
        "kms_key_id"
    };
    // A cluster of Aurora that nobody encrypts is on a key that AWS owns since 2026-02-18, and was not encrypted before.
    let otherwise = if of == "Aurora" {
        Switch::AwsDecides
    } else {
        Switch::Off
    };
    if let Some(place) = resource(reader, object, of, detail) {
        let copied = [
            "snapshot_identifier",
            "replication_source_identifier",
            "global_cluster_identifier",
            "restore_to_point_in_time",
            "s3_import",
        ];
        let copied = copied
            .iter()
            .find(|name| is_of_another(reader, object, name));
        encryption_unless_copied(reader, object, &place, copied.copied(), key, otherwise);
    }
}

/// Whether an attribute or block names what a database is made of, or may.
fn is_of_another<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>, name: &str) -> bool {
    let value = match name {
        // Blocks that are dynamic stand in the text alone.
        "restore_to_point_in_time" | "s3_import" => told(reader, object, name),
        _ => set(reader, object, name),
    };
    !value.is_null() && value != json!([])
}

/// The encryption of a database; where it is made of another one, named by this attribute, that one's, which is not known.
fn encryption_unless_copied<'p>(
    reader: &mut PlanReader<'_, 'p>,
    object: &Object<'p>,
    place: &(Home, String),
    copied: Option<&str>,
    key: &str,
    otherwise: Switch,
) {
    match copied {
        Some(name) if object.is_new(reader.moment) => {
            let why = unknown(format!("{}, which is made of {name}", object.address));
            reader.set(
                &place.0,
                "resources",
                &place.1,
                [("Encrypted", why.clone()), ("EncryptionKeyArn", why)],
            );
        }
        Some(_) | None => {
            let fields = ("storage_encrypted", key);
            encryption(reader, object, place, fields, "rds", otherwise);
        }
    }
}

/// A cluster of which nobody knows what it is: that it is there is all that is known.
fn instance_of_unknown<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = reader.thing(object, "resources") {
        let why = unknown(format!("{}.engine", object.address));
        reader.set(&home, "resources", &arn, [("ResourceType", why)]);
    }
}

/// An instance of a cluster, which is backed up with it: said of an instance that stands, and no resource of its own.
pub fn cluster_instance<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let cluster = match told(reader, object, "cluster_identifier") {
        Value::Null => unknown(format!("{}.cluster_identifier", object.address)),
        cluster @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => cluster,
    };
    if let Some((home, arn)) = reader.thing(object, "resources") {
        let detail = json!({"DBClusterIdentifier": cluster});
        let fields = [("Detail", detail), (WHERE_IT_STANDS, json!(true))];
        reader.set(&home, "resources", &arn, fields);
    }
}
