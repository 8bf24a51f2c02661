//! What is backed up, and the key that it is encrypted with.

use serde_json::{Value, json};

use crate::inventory::{ANEW, ebs_default_key};
use crate::sources::planned::Home;
use crate::sources::terraform::link::Link;
use crate::sources::terraform::object::{Attribute, Moment, Object, unknown};
use crate::sources::terraform::reader::{PlanReader, fields};

use super::{automatic_backups, volumes};

/// What a resource is, and what its owner sets.
pub(super) fn resource<'p>(
    reader: &mut PlanReader<'_, 'p>,
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
pub(super) fn encryption<'p>(
    reader: &mut PlanReader<'_, 'p>,
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
    let is_refused = on == json!(false) && refuses_key(reader, object, (switch, key));
    let on = if is_refused {
        unknown(format!(
            "{}.{key}, a key while {switch} is not true, which AWS refuses: set {switch} = true, or no key",
            object.address
        ))
    } else {
        on
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

/// Whether the plan names a key, or may, for what it makes or changes and does not encrypt: AWS refuses that.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>.
fn refuses_key<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    (switch, key): (&str, &str),
) -> bool {
    let is_set = reader.moment == Moment::Then
        && (object.is_made() || object.does("update"))
        && !(object.keeps(switch) && object.keeps(key));
    is_set
        && match object.attribute(reader.moment, key) {
            Attribute::Value(_) | Attribute::Unread(_) => true,
            Attribute::NotSet => false,
            // What comes from nothing that waits for apply is null, and AWS's to choose.
            Attribute::AfterApply => object
                .expression(key)
                .is_some_and(|expression| !reader.ids.comes_of_known(object, expression)),
        }
}

/// What a switch that nobody sets means.
#[derive(Clone, Copy)]
pub(super) enum Switch {
    Off,
    On,
    AwsDecides,
}

/// A value; `{"unknown": …}` where it is not known, null where it is not set.
pub(super) fn told<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>, name: &str) -> Value {
    object.marked(reader.moment, name)
}

/// The same of what AWS takes for not set where nobody sets it; null there, too.
pub(super) fn set<'p>(reader: &PlanReader<'_, 'p>, object: &Object<'p>, name: &str) -> Value {
    if reader.ids.is_left_out(object, name, reader.moment) {
        return Value::Null;
    }
    told(reader, object, name)
}

/// What a plan does not tell: unknown, unless it stands as it was read, where the plan changes the thing in place and nothing on which
/// that depends.
fn not_worked_out(object: &Object<'_>, what: &str, is_kept: bool) -> Value {
    let why = unknown(format!("{}, {what}", object.address));
    if is_kept && object.does("update") && !object.is_made() {
        json!({"made": why, "stands": true})
    } else {
        why
    }
}

/// The windows of a resource itself, in which AWS Backup starts no backup of it, and for how long its automatic backups are kept: the
/// fields of its description, each with its attribute. Of what is made the service chooses those that nobody sets.
pub(super) fn windows<'p>(
    reader: &PlanReader<'_, 'p>,
    object: &Object<'p>,
    all: [(&'static str, &str); 3],
) -> impl Iterator<Item = (&'static str, Value)> {
    let told = all.map(|(field, name)| (field, told(reader, object, name)));
    let is_new = object.is_new(reader.moment);
    let is_said = move |(_, value): &(&str, Value)| !is_new || value.get("unknown").is_none();
    told.into_iter().filter(is_said)
}

/// A volume of EBS. Where nobody says, the account's default decides whether it is encrypted.
pub fn volume<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let detail = fields([("VolumeType", set(reader, object, "type"))]);
    if let Some(place) = resource(reader, object, "EBS", detail) {
        let is_off = object.marked(reader.moment, "encrypted") == json!(false);
        // A volume of an encrypted snapshot is encrypted, and so is one of an account that encrypts by default.
        if object.is_new(reader.moment) && (!set(reader, object, "snapshot_id").is_null() || is_off)
        {
            let why = format!(
                "{}, which its snapshot or the account encrypts",
                object.address
            );
            let why = unknown(why);
            let fields = [("Encrypted", why.clone()), ("EncryptionKeyArn", why)];
            return reader.set(&place.0, "resources", &place.1, fields);
        }
        let chosen = reader.ids.link(object, "kms_key_id", reader.moment);
        if object.is_new(reader.moment)
            && object.switch(reader.moment, "encrypted") == json!(true)
            && matches!(chosen, Link::NotSet | Link::AwsChooses)
        {
            let own = json!(reader.aws_managed(&place.0, "ebs"));
            let fields = [
                ("Encrypted", json!(true)),
                ("EncryptionKeyArn", ebs_default_key(&own)),
            ];
            return reader.set(&place.0, "resources", &place.1, fields);
        }
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

/// An instance of EC2: what its volumes are encrypted with is not worked out. It keeps them while it stands.
pub fn instance<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let is_kept = object.keeps("ami") && volumes::are_kept(object);
    let why = not_worked_out(object, "the keys of its volumes", is_kept);
    if let Some((home, arn)) = resource(reader, object, "EC2", why.clone()) {
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", why.clone()), ("EncryptionKeyArn", why)],
        );
        volumes::of_instance(reader, object, &home);
    }
}

/// A file system of EFS.
pub fn file_system<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some(place) = resource(reader, object, "EFS", json!({})) {
        encryption(
            reader,
            object,
            &place,
            ("encrypted", "kms_key_id"),
            "elasticfilesystem",
            Switch::Off,
        );
        let zone = set(reader, object, "availability_zone_name");
        automatic_backups::by_default(reader, &place, zone);
    }
}

/// A file system of FSx, always encrypted.
pub fn fsx<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
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
    let own = [
        (
            "DailyAutomaticBackupStartTime",
            "daily_automatic_backup_start_time",
        ),
        (
            "WeeklyMaintenanceStartTime",
            "weekly_maintenance_start_time",
        ),
        (
            "AutomaticBackupRetentionDays",
            "automatic_backup_retention_days",
        ),
    ];
    let windows = windows(reader, object, own);
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
        let lustre = fields(lustre.into_iter().chain(windows));
        all.push(("LustreConfiguration", lustre));
        // Of one that is made, the plan makes the associations too.
        if object.is_new(reader.moment) {
            all.push(("DataRepositoryAssociations", json!([])));
        }
    } else if of == "WINDOWS" {
        let deployment = match told(reader, object, "deployment_type") {
            Value::Null => json!("SINGLE_AZ_1"),
            other @ (Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => other,
        };
        let own = [("DeploymentType", deployment)].into_iter().chain(windows);
        all.push(("WindowsConfiguration", fields(own)));
    } else {
        all.push(("OpenZFSConfiguration", fields(windows)));
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
pub fn fsx_volume<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let is_kept = object.keeps("storage_virtual_machine_id");
    let why = not_worked_out(object, "the key of its file system", is_kept);
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

/// A cluster of Redshift.
pub fn redshift<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
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

/// A database of Timestream, which has the key of its tables: which of them are there is not known.
///
/// See <https://docs.aws.amazon.com/timestream/latest/developerguide/API_UpdateDatabase.html>.
pub fn timestream_database<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let key = |moment| object.marked(moment, "kms_key_id");
    let is_changed = key(Moment::Now) != key(Moment::Then);
    if reader.moment == Moment::Then && object.does("update") && is_changed {
        reader.unplaced(format!(
            "{}, a database of Timestream, changes its key, and which of its tables are there is not known",
            object.address
        ));
    }
}

/// A table of Timestream, whose backups are on the vault's key.
pub fn timestream<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    if let Some((home, arn)) = resource(reader, object, "Timestream", json!({})) {
        let is_kept = object.keeps("database_name");
        let why = not_worked_out(object, "the key of its database", is_kept);
        reader.set(
            &home,
            "resources",
            &arn,
            [("Encrypted", json!(true)), ("EncryptionKeyArn", why)],
        );
    }
}

/// A cluster of EKS, whose backups are on the vault's key; what it stores elsewhere is not worked out. How it lets itself be called is
/// a part of its description.
pub fn eks<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    let is_kept = object.keeps("access_config") && object.keeps("encryption_config");
    let why = not_worked_out(object, "the volumes of it", is_kept);
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
pub fn gone<'p>(reader: &mut PlanReader<'_, 'p>, object: &Object<'p>) {
    // The account and Region of a bucket are not in its ARN.
    if let Some((home, arn)) = reader.leaves(object) {
        reader.placed(&arn, object);
        let of = reader.no_more(object);
        reader.set(&home, "resources", &arn, [("ResourceType", of)]);
    }
}
