//! What is backed up.

use serde_json::{Map, Value, json};

use crate::inventory::WHERE_IT_STANDS;
use crate::sources::cloudformation::names::kind;
use crate::sources::cloudformation::reader::TemplateReader;
use crate::sources::cloudformation::resources::{automatic_backups, own_policy};
use crate::sources::cloudformation::stored_values;
use crate::sources::cloudformation::template::{is_open, plain, unknown};
use crate::sources::cloudformation::text::Node;
use crate::sources::cloudformation::updates::property;
use crate::sources::maintenance_windows::{matters_until_then, may_wait};
use crate::sources::planned::Home;

/// What a template says of a database in the words of its description. The windows keep backups from starting.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html>.
const DATABASE: &[&str] = &[
    "AvailabilityZone",
    "BackupRetentionPeriod",
    "BackupTarget",
    "ClusterScalabilityType",
    "EngineVersion",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
    "StorageType",
    "TdeCredentialArn",
];

/// The same of a file system or volume of FSx.
const FILE_SYSTEM: &[&str] = &[
    "FileSystemType",
    "LustreConfiguration",
    "OntapConfiguration",
    "OpenZFSConfiguration",
    "StorageType",
    "VolumeType",
    "WindowsConfiguration",
];

/// What matters of its configuration.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-fsx-filesystem-windowsconfiguration.html>.
const CONFIGURATION: &[&str] = &[
    "AutomaticBackupRetentionDays",
    "DailyAutomaticBackupStartTime",
    "DeploymentType",
    "ImportPath",
    "OntapVolumeType",
    "VolumeStyle",
    "WeeklyMaintenanceStartTime",
];

/// What is backed up, with the key that it is encrypted with.
pub fn stored<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node, of: &'static str) {
    // AWS writes the name of an engine in lower case, however it was given.
    let engine = match reader.of(node, "Engine") {
        Some(Value::String(engine)) => Some(json!(engine.to_lowercase())),
        other => other,
    };
    // A cluster of RDS is one of Aurora by its engine.
    let of = match (of, engine.as_ref().and_then(Value::as_str)) {
        ("Aurora", Some(engine)) if !engine.starts_with("aurora") => "RDS",
        ("Aurora", None) => return reader.open(format!("{id}: its engine is not known")),
        (of, _) => of,
    };
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    // An instance of a cluster is backed up with it: said of one that stands, and no resource of its own.
    if of == "RDS"
        && kind(node) == "AWS::RDS::DBInstance"
        && let Some(cluster) = reader.of(node, "DBClusterIdentifier")
    {
        if is_open(&cluster) {
            reader.open(format!("{id}: whether it is of a cluster is not known"));
        }
        let detail = json!({"DBClusterIdentifier": cluster});
        let fields = [("Detail", detail), (WHERE_IT_STANDS, json!(true))];
        return reader.set(&home, "resources", &arn, fields);
    }
    let (file, line) = (reader.template.file, node.line);
    let open = |what: &str| unknown(format!("{file}:{line}: {id}, {what}"));
    let (service, key, switch) = match of {
        "RDS" | "Aurora" | "DocumentDB" | "Neptune" => ("rds", "KmsKeyId", "StorageEncrypted"),
        "EBS" => ("ebs", "KmsKeyId", "Encrypted"),
        "EFS" => ("elasticfilesystem", "KmsKeyId", "Encrypted"),
        "Redshift" => ("redshift", "KmsKeyId", "Encrypted"),
        "FSx" => ("fsx", "KmsKeyId", ""),
        _ => ("", "", ""),
    };
    let copied = [
        "SourceDBInstanceIdentifier",
        "DBSnapshotIdentifier",
        "SnapshotIdentifier",
        "SourceDBClusterIdentifier",
        "GlobalClusterIdentifier",
        "ReplicationSourceIdentifier",
        "SourceDbiResourceId",
        "SourceDbClusterResourceId",
        "SourceDBInstanceAutomatedBackupsArn",
        "DBClusterSnapshotIdentifier",
        "RestoreToTime",
        "UseLatestRestorableTime",
        "SnapshotId",
    ];
    let globals = reader.template.root.get("Globals");
    let is_copied = copied.iter().any(|name| reader.of(node, name).is_some())
        || (kind(node) == "AWS::Serverless::SimpleTable"
            && globals.is_some_and(|globals| globals.get("SimpleTable").is_some()));
    let on = match (switch, reader.of(node, switch)) {
        ("", _) => json!(true),
        // A cluster of Aurora, a volume, a cluster of Redshift: AWS's own default decides.
        (_, None) if matches!(of, "Aurora" | "EBS" | "Redshift") => {
            open("whether it is encrypted by default")
        }
        // "If you specify the KmsKeyId property, then you must enable encryption."
        (_, None) if reader.of(node, key).is_some() => {
            open("a key without encryption, which AWS refuses")
        }
        (_, None) => json!(false),
        // Where the account encrypts by default, a volume is encrypted whatever is said of it, and on which key its default says.
        (_, Some(value))
            if of == "EBS" && (value == json!(false) || reader.of(node, key).is_none()) =>
        {
            open("what the account encrypts by default")
        }
        (_, Some(Value::Bool(false))) if reader.of(node, key).is_some() => {
            open("a key without encryption, which AWS refuses")
        }
        (_, Some(value)) => value,
    };
    let (on, key) = match of {
        _ if is_copied => (open("what it is a copy of"), open("what it is a copy of")),
        "DynamoDB" => match reader.of(node, "SSESpecification") {
            None => (json!(true), Value::Null),
            Some(sse) => match (sse.get("SSEEnabled"), sse.get("KMSMasterKeyId")) {
                (Some(Value::Bool(false)), None) => (json!(true), Value::Null),
                (Some(Value::Bool(true)), None) => {
                    (json!(true), reader.aws_managed(&home, "dynamodb"))
                }
                (Some(Value::Bool(true)), Some(key)) => (json!(true), reader.key(key, &home)),
                _ => (json!(true), open("its encryption")),
            },
        },
        "S3" => of_bucket(reader, node, &home),
        "EC2"
            if let Some(why) = stored_values::may_replace(&reader.template, id, node)
                && reader.was(id).is_some() =>
        {
            let why = format!("which may be replaced: {why}");
            (open(&why), open(&why))
        }
        "EC2" | "EKS" | "Timestream" => (
            open("the keys of what is in it"),
            open("the keys of what is in it"),
        ),
        "FSx" if kind(node) == "AWS::FSx::Volume" => {
            (json!(true), open("the key of its file system"))
        }
        _ => {
            let key = match (&on, reader.of(node, key)) {
                (Value::Bool(true), Some(value)) => reader.key(&value, &home),
                (Value::Bool(true), None) => reader.aws_managed(&home, service),
                (Value::Bool(false), _) => Value::Null,
                (open, _) => open.clone(),
            };
            (on, key)
        }
    };
    // No update changes how a volume that is there is encrypted, and none replaces it.
    let (on, key) = match of {
        "EBS" if reader.was(id).is_some() => (for_good(&on), for_good(&key)),
        _ => (on, key),
    };
    let detail = match of {
        "RDS" | "Aurora" | "DocumentDB" | "Neptune" => {
            let engine = match of {
                "DocumentDB" => Some(json!("docdb")),
                "Neptune" => Some(json!("neptune")),
                _ => engine,
            };
            let group = when_applied(reader, (id, node), "OptionGroupName");
            let group = group.map(|group| json!([{"OptionGroupName": group}]));
            let source = "SourceDBInstanceIdentifier";
            let source = match (reader.of(node, source), reader.other_says(id, source)) {
                // To take it out of the template promotes the replica, where nothing else keeps it one.
                (None, true) => Some(open("whether it is still a read replica")),
                (source, _) => source,
            };
            let told = DATABASE.iter();
            let told = told.map(|name| (*name, when_applied(reader, (id, node), name)));
            // Only the type of each counts.
            let further = match reader.of(node, "AdditionalStorageVolumes") {
                Some(Value::Array(volumes)) => {
                    let types = volumes
                        .into_iter()
                        .map(|volume| match volume.get("StorageType") {
                            Some(of) => json!({ "StorageType": of }),
                            None if is_open(&volume) => volume,
                            None => json!({}),
                        });
                    Some(types.collect())
                }
                other => other,
            };
            let worked_out = [
                ("AdditionalStorageVolumes", further),
                ("Engine", engine),
                ("OptionGroupMemberships", group),
                ("ReadReplicaSourceDBInstanceIdentifier", source),
            ];
            let all = worked_out.into_iter().chain(told);
            let all = all.filter_map(|(name, value)| Some((name.to_owned(), value?)));
            Value::Object(all.collect())
        }
        "FSx" => {
            let mut all = Map::new();
            for name in FILE_SYSTEM {
                let Some(mut value) = reader.of(node, name) else {
                    continue;
                };
                if let Value::Object(fields) = &mut value {
                    let is_read = |field: &String| CONFIGURATION.contains(&field.as_str());
                    fields.retain(|field, _| is_read(field) || field == "unknown");
                }
                all.insert((*name).to_owned(), value);
            }
            fsx_defaults(&mut all);
            Value::Object(all)
        }
        // A template says all of a bucket: without versioning it is suspended, or never on.
        "S3" => match reader.of(node, "VersioningConfiguration") {
            Some(versioning) if is_open(&versioning) => open("its versioning"),
            versioning => {
                let policy = own_policy::of_bucket(reader, id, node);
                let mut all = policy.map_or_else(Map::new, |policy| {
                    Map::from_iter([("Policy".to_owned(), policy)])
                });
                all.insert("VersioningConfiguration".to_owned(), json!(versioning));
                Value::Object(all)
            }
        },
        "EFS" => own_policy::within(reader, id, node, "FileSystemPolicy"),
        "DynamoDB" => own_policy::within(reader, id, node, "ResourcePolicy"),
        // What an EKS backup is made of is not worked out.
        "EKS" => open("the volumes of it"),
        _ => json!({}),
    };
    let own = reader.of(node, "Tags");
    let tags = reader.tags(own.or_else(|| reader.of(node, "FileSystemTags")));
    reader.set(
        &home,
        "resources",
        &arn,
        [
            ("ResourceType", json!(of)),
            ("Encrypted", on),
            ("EncryptionKeyArn", key),
            ("Tags", tags),
            ("Detail", detail),
        ],
    );
    if of == "EFS"
        && let Some((mark, given)) = automatic_backups::tag(reader, id, node)
    {
        reader.set(&home, "resources", &arn, [(mark, given)]);
    }
}

/// A property of a database: not known where its change waits for the maintenance window, and what it was matters or is not known.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rds-dbinstance.html>.
fn when_applied(
    reader: &TemplateReader<'_>,
    (id, node): (&str, &Node),
    name: &str,
) -> Option<Value> {
    let is = reader.of(node, name)?;
    // Without it changes are applied at once.
    let at_once = reader.of(node, "ApplyImmediately");
    let is_now = at_once.is_none_or(|at_once| plain(&at_once).as_deref() == Some("true"));
    let was = reader.was(id).filter(|_| !is_now && may_wait(name));
    let waits = was.is_some_and(|was| {
        let [was, own] = [was, node].map(|node| property(node, name));
        if let (Some(was), Some(own)) = (was, own)
            && reader.is_alike(was, own)
        {
            return false;
        }
        // What stands in the template of now as it is.
        let was = was.and_then(|was| plain(&was.to_value()));
        let both = was.zip(plain(&is));
        both.is_none_or(|(was, is)| matters_until_then(name, &was, &is))
    });
    if !waits {
        return Some(is);
    }
    let at = format!("{}:{}: {id}", reader.template.file, node.line);
    let why = format!(
        "{at}, whose {name} is what it was until the maintenance window: set ApplyImmediately"
    );
    Some(unknown(why))
}

/// What is so where the thing is made, and stands where it is there.
fn for_good(value: &Value) -> Value {
    json!({"made": value, "stands": true})
}

/// Whether a bucket encrypts by default, and with which key: with keys of Amazon S3 where the template does not say.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-serversideencryptionbydefault.html>.
fn of_bucket(reader: &mut TemplateReader<'_>, node: &Node, home: &Home) -> (Value, Value) {
    let by_default = (json!(true), Value::Null);
    let Some(told) = reader.of(node, "BucketEncryption") else {
        return by_default;
    };
    let at = format!("{}:{}: its encryption", reader.template.file, node.line);
    let open = || (unknown(at.clone()), unknown(at.clone()));
    let rules = told.get("ServerSideEncryptionConfiguration");
    let [rule] = rules
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice)
    else {
        return open();
    };
    let rule = rule.get("ServerSideEncryptionByDefault");
    let algorithm = rule.and_then(|rule| rule.get("SSEAlgorithm")?.as_str());
    let key = rule.and_then(|rule| rule.get("KMSMasterKeyID"));
    match (algorithm, key) {
        (Some("AES256"), None) => by_default,
        (Some("aws:kms" | "aws:kms:dsse"), None) => (json!(true), reader.aws_managed(home, "s3")),
        (Some("aws:kms" | "aws:kms:dsse"), Some(key)) => (json!(true), reader.key(key, home)),
        (Some(_) | None, _) => open(),
    }
}

/// What FSx takes where a template leaves it out. The path of a bucket stands in `LustreConfiguration` itself.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-fsx-filesystem-lustreconfiguration.html>.
fn fsx_defaults(all: &mut Map<String, Value>) {
    let is_lustre = all.get("FileSystemType").and_then(Value::as_str) == Some("LUSTRE");
    if is_lustre && !all.contains_key("LustreConfiguration") {
        all.insert("LustreConfiguration".to_owned(), json!({}));
    }
    if let Some(Value::Object(lustre)) = all.get_mut("LustreConfiguration")
        && !lustre.contains_key("unknown")
    {
        lustre
            .entry("DeploymentType")
            .or_insert_with(|| json!("SCRATCH_1"));
        if let Some(path) = lustre.remove("ImportPath") {
            let linked = if is_open(&path) {
                path
            } else {
                json!({"ImportPath": path})
            };
            lustre.insert("DataRepositoryConfiguration".to_owned(), linked);
        }
    }
    if let Some(Value::Object(ontap)) = all.get_mut("OntapConfiguration")
        && !ontap.contains_key("unknown")
    {
        ontap
            .entry("OntapVolumeType")
            .or_insert_with(|| json!("RW"));
    }
}
