//! What is backed up, and the key that it is encrypted with.

use serde_json::{Value, json};

use crate::catalog::regions::partition;
use crate::inventory::{ANEW, WHERE_IT_STANDS};
use crate::sources::planned::Home;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Attribute, Moment, Object, unknown};
use crate::sources::terraform::reader::{Reader, fields};

/// What a resource is, and what its owner sets.
fn resource<'p>(
    reader: &mut Reader<'_, 'p>,
    object: &Object<'p>,
    of: &str,
    detail: Value,
) -> Option<(Home, String)> {
    let (home, arn) = reader.thing(object, "resources")?;
    let tags = reader.tags(object);
    if object.is_replaced(reader.moment) {
        reader.set(&home, "resources", &arn, [(ANEW, json!(true))]);
    }
    reader.set(
        &home,
        "resources",
        &arn,
        [
            ("ResourceType", json!(of)),
            ("Tags", tags),
            ("Detail", detail),
        ],
    );
    Some((home, arn))
}

/// Encryption that is switched on or off, on a key that is named or AWS's own.
fn encryption<'p>(
    reader: &mut Reader<'_, 'p>,
    object: &Object<'p>,
    (home, arn): &(Home, String),
    (switch, key): (&str, &str),
    service: &'static str,
    otherwise: Switch,
) {
    let on = match object.switch(reader.moment, switch) {
        Value::Null => match otherwise {
            Switch::Off => json!(false),
            Switch::On => json!(true),
            Switch::AwsDecides => unknown(format!("{}.{switch}", object.address)),
        },
        on @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => on,
    };
    let key = match &on {
        Value::Bool(true) => reader.key(object, key, home, service),
        Value::Bool(false) => Value::Null,
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            on.clone()
        }
    };
    reader.set(
        home,
        "resources",
        arn,
        [("Encrypted", on), ("EncryptionKeyArn", key)],
    );
}

/// What a switch that nobody sets means.
#[derive(Clone, Copy)]
enum Switch {
    Off,
    On,
    AwsDecides,
}

/// A value; `{"unknown": …}` where it is not known, null where it is not set.
fn told<'p>(reader: &Reader<'_, 'p>, object: &Object<'p>, name: &str) -> Value {
    object.marked(reader.moment, name)
}

/// A database engine: AWS writes its name in lower case, however it was given.
fn engine<'p>(reader: &Reader<'_, 'p>, object: &Object<'p>) -> Value {
    match told(reader, object, "engine") {
        Value::String(engine) => json!(engine.to_lowercase()),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => other,
    }
}

/// An RDS instance.
pub fn db_instance<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let group = match told(reader, object, "option_group_name") {
        Value::String(name) => json!([{"OptionGroupName": name}]),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => other,
    };
    let detail = fields([
        ("DBInstanceIdentifier", told(reader, object, "identifier")),
        ("Engine", engine(reader, object)),
        ("EngineVersion", told(reader, object, "engine_version")),
        ("StorageType", told(reader, object, "storage_type")),
        ("OptionGroupMemberships", group),
        ("BackupTarget", told(reader, object, "backup_target")),
        (
            "AvailabilityZone",
            told(reader, object, "availability_zone"),
        ),
    ]);
    // What a replica or a restored instance is encrypted with is that of its source.
    let from = [
        "replicate_source_db",
        "snapshot_identifier",
        "restore_to_point_in_time",
        "s3_import",
    ];
    let copied = from.iter().find(|name| {
        !matches!(object.attribute(reader.moment, name), Attribute::NotSet)
            && object.marked(reader.moment, name) != json!([])
    });
    let Some(place) = resource(reader, object, "RDS", detail) else {
        return;
    };
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
        _ => encryption(
            reader,
            object,
            &place,
            ("storage_encrypted", "kms_key_id"),
            "rds",
            Switch::Off,
        ),
    }
}

/// A cluster of Aurora, DocumentDB or Neptune, or a Multi-AZ DB cluster.
pub fn cluster<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let engine = engine(reader, object);
    let of = match (object.kind, engine.as_str()) {
        ("aws_docdb_cluster", _) => "DocumentDB",
        ("aws_neptune_cluster", _) => "Neptune",
        (_, Some(engine)) if engine.starts_with("aurora") => "Aurora",
        (_, Some(_)) => "RDS",
        (_, None) => {
            let why = format!(
                "{}.engine is not known: what it is cannot be told",
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
    let detail = fields([
        (
            "DBClusterIdentifier",
            told(reader, object, "cluster_identifier"),
        ),
        ("Engine", engine),
        ("EngineVersion", told(reader, object, "engine_version")),
    ]);
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
        ];
        let copied = copied
            .iter()
            .find(|name| !matches!(object.attribute(reader.moment, name), Attribute::NotSet));
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
            _ => encryption(
                reader,
                object,
                &place,
                ("storage_encrypted", key),
                "rds",
                otherwise,
            ),
        }
    }
}

/// A cluster of which nobody knows what it is: that it is there is all that is known.
fn instance_of_unknown<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = reader.thing(object, "resources") {
        let why = unknown(format!("{}.engine", object.address));
        reader.set(&home, "resources", &arn, [("ResourceType", why)]);
    }
}

/// An instance of a cluster, which is backed up with it: said of an instance that stands, and no resource of its own.
pub fn cluster_instance<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
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

/// A table of DynamoDB. Without a block for it, it is on a key that AWS owns.
pub fn table<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let detail = fields([("TableName", told(reader, object, "name"))]);
    let Some((home, arn)) = resource(reader, object, "DynamoDB", detail) else {
        return;
    };
    let block = object.marked(reader.moment, "server_side_encryption");
    let blocks = block.as_array();
    let block = blocks.map_or(&block, |blocks| blocks.first().unwrap_or(&Value::Null));
    let key = if block.is_null() || block.get("unknown").is_some() {
        block.clone()
    } else {
        match (block.get("enabled"), block.get("kms_key_arn")) {
            (Some(Value::Bool(false)), _) => Value::Null,
            (Some(Value::Bool(true)), Some(Value::String(key))) => reader.key_named(key, &home),
            (Some(Value::Bool(true)), Some(Value::Null) | None) => {
                json!(reader.aws_managed(&home, "dynamodb"))
            }
            (Some(Value::Bool(true)), Some(_)) => {
                let expression = object
                    .expression("server_side_encryption")
                    .and_then(|all| all.pointer("/0/kms_key_arn"));
                let at = format!("{}.server_side_encryption.kms_key_arn", object.address);
                match expression {
                    Some(expression) => reader
                        .ids
                        .one_of(object, expression, &at, reader.moment)
                        .to_value(),
                    None => unknown(at),
                }
            }
            _ => unknown(format!("{}.server_side_encryption", object.address)),
        }
    };
    reader.set(
        &home,
        "resources",
        &arn,
        [("Encrypted", json!(true)), ("EncryptionKeyArn", key)],
    );
}

/// A volume of EBS. Where nobody says, the account's default decides whether it is encrypted.
pub fn volume<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let detail = fields([("VolumeType", told(reader, object, "type"))]);
    if let Some(place) = resource(reader, object, "EBS", detail) {
        encryption(
            reader,
            object,
            &place,
            ("encrypted", "kms_key_id"),
            "ebs",
            Switch::AwsDecides,
        );
    }
}

/// An instance of EC2: what its volumes are encrypted with is not worked out.
pub fn instance<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let why = unknown(format!("{}, the keys of its volumes", object.address));
    if let Some((home, arn)) = resource(reader, object, "EC2", why.clone()) {
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", why.clone()), ("EncryptionKeyArn", why)],
        );
    }
}

/// A file system of EFS.
pub fn file_system<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = resource(reader, object, "EFS", json!({})) {
        encryption(
            reader,
            object,
            &place,
            ("encrypted", "kms_key_id"),
            "elasticfilesystem",
            Switch::Off,
        );
    }
}

/// A file system of FSx, always encrypted.
pub fn fsx<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let of = match object.kind {
        "aws_fsx_lustre_file_system" => "LUSTRE",
        "aws_fsx_windows_file_system" => "WINDOWS",
        _ => "OPENZFS",
    };
    let storage = match told(reader, object, "storage_type") {
        Value::Null => json!("SSD"),
        storage @ (Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_)) => storage,
    };
    let mut all = vec![("FileSystemType", json!(of)), ("StorageType", storage)];
    if of == "LUSTRE" {
        // Without a type the provider makes a scratch file system.
        let deployment = match told(reader, object, "deployment_type") {
            Value::Null => json!("SCRATCH_1"),
            other @ (Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => other,
        };
        let linked = match told(reader, object, "import_path") {
            Value::String(path) => json!({"ImportPath": path}),
            other @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => other,
        };
        let lustre = [
            ("DeploymentType", deployment),
            ("DataRepositoryConfiguration", linked),
        ];
        all.push(("LustreConfiguration", fields(lustre)));
    }
    let detail = fields(all);
    if let Some((home, arn)) = resource(reader, object, "FSx", detail) {
        let key = reader.key(object, "kms_key_id", &home, "fsx");
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", json!(true)), ("EncryptionKeyArn", key)],
        );
    }
}

/// A volume of FSx for ONTAP: its file system has the key.
pub fn fsx_volume<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let why = unknown(format!("{}, the key of its file system", object.address));
    let of = |name: &str, unset: Option<Value>| match object.attribute(reader.moment, name) {
        Attribute::Value(value) => value.clone(),
        Attribute::NotSet if let Some(unset) = unset => unset,
        Attribute::NotSet | Attribute::AfterApply | Attribute::Unread(_) => {
            unknown(format!("{}.{name}", object.address))
        }
    };
    let (style, volume_type) = (
        of("volume_style", None),
        of("ontap_volume_type", Some(json!("RW"))),
    );
    let detail = json!({"VolumeType": "ONTAP", "OntapConfiguration": {
        "VolumeStyle": style, "OntapVolumeType": volume_type,
    }});
    if let Some((home, arn)) = resource(reader, object, "FSx", detail) {
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", json!(true)), ("EncryptionKeyArn", why)],
        );
    }
}

/// A bucket, whose backups are on the vault's key.
pub fn bucket<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    // The older way to set its versioning; another resource says more.
    let kept = |moment| {
        let block = object.marked(moment, "versioning");
        block.pointer("/0/enabled").and_then(Value::as_bool)
    };
    let was_kept = reader.moment == Moment::Then && kept(Moment::Now) == Some(true);
    let detail = match kept(reader.moment) {
        Some(true) => versioning("Enabled"),
        Some(false) if was_kept => versioning("Suspended"),
        Some(false) | None => json!({}),
    };
    if let Some((home, arn)) = resource(reader, object, "S3", detail) {
        let bucket = reader.world.thing(&home, "resources", &arn);
        bucket.shift_remove(WHERE_IT_STANDS);
        let why = unknown(format!("{}, the encryption of a bucket", object.address));
        reader.set(&home, "resources", &arn, [("EncryptionKeyArn", why)]);
    }
}

fn versioning(status: &str) -> Value {
    json!({"VersioningConfiguration": {"Status": status}})
}

/// The bucket that an object is about; noted where that is not known.
fn of_bucket<'p>(
    reader: &mut Reader<'_, 'p>,
    object: &Object<'p>,
    moment: Moment,
) -> Option<(Home, String)> {
    let Some(home) = reader.ids.home(object, moment) else {
        let note = reader.ids.without_home(object, moment);
        reader.unplaced(note);
        return None;
    };
    match reader.ids.link(object, "bucket", moment) {
        Link::Value(arn) if arn.starts_with("arn:") => Some((home, arn)),
        Link::Value(name) => {
            let arn = format!("arn:{}:s3:::{name}", partition(&home.region));
            Some((home, arn))
        }
        other @ (Link::NotSet | Link::AwsChooses | Link::Unknown(_)) => {
            let why = other.why();
            reader.unplaced(format!(
                "{} is of a bucket that is not known yet ({why})",
                object.address
            ));
            None
        }
    }
}

/// Says something of a bucket: of one that stands, where the plan does not make it.
fn of_its_versions<'p>(
    reader: &mut Reader<'_, 'p>,
    object: &Object<'p>,
    (home, arn): &(Home, String),
    detail: Value,
) {
    reader.placed(arn, object);
    let bucket = reader.world.thing(home, "resources", arn);
    if !bucket.contains_key("ResourceType") {
        bucket.insert(WHERE_IT_STANDS.to_owned(), json!(true));
    }
    bucket.insert("Detail".to_owned(), detail);
}

/// The versioning of a bucket.
pub fn bucket_versioning<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let Some(place) = of_bucket(reader, object, reader.moment) else {
        return;
    };
    let block = told(reader, object, "versioning_configuration");
    let detail = match block.pointer("/0/status").and_then(Value::as_str) {
        // What Terraform calls a bucket on which it was never on.
        Some("Disabled") => json!({"VersioningConfiguration": null}),
        Some(status) => versioning(status),
        None => unknown(format!("{}.versioning_configuration", object.address)),
    };
    let detail = reader.sole((&place.1, "VersioningConfiguration"), object, detail);
    of_its_versions(reader, object, &place, detail);
}

/// Its versioning where nothing sets it any more: the provider suspends it.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_versioning>.
pub fn versioning_gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = of_bucket(reader, object, Moment::Now) {
        let detail = versioning("Suspended");
        let detail = reader.sole((&place.1, "VersioningConfiguration"), object, detail);
        of_its_versions(reader, object, &place, detail);
    }
}

/// A cluster of Redshift.
pub fn redshift<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = resource(reader, object, "Redshift", json!({})) {
        encryption(
            reader,
            object,
            &place,
            ("encrypted", "kms_key_id"),
            "redshift",
            Switch::On,
        );
    }
}

/// A table of Timestream, whose backups are on the vault's key.
pub fn timestream<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = resource(reader, object, "Timestream", json!({})) {
        let why = unknown(format!("{}, the key of its database", object.address));
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", json!(true)), ("EncryptionKeyArn", why)],
        );
    }
}

/// A cluster of EKS, whose backups are on the vault's key; what it stores elsewhere is not worked out.
pub fn eks<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    let why = unknown(format!("{}, the volumes of it", object.address));
    if let Some((home, arn)) = resource(reader, object, "EKS", why.clone()) {
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", why.clone()), ("EncryptionKeyArn", why)],
        );
    }
}

/// What is destroyed is backed up no longer.
pub fn gone<'p>(reader: &mut Reader<'_, 'p>, object: &Object<'p>) {
    // The account and Region of a bucket are not in its ARN.
    if let Some((home, arn)) = reader.leaves(object) {
        reader.placed(&arn, object);
        reader.set(&home, "resources", &arn, [("ResourceType", Value::Null)]);
    }
}
