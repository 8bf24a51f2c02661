//! What a plan or a template says of a description is laid over what was read of it, object by object: what it does not say stands,
//! and what it changes is changed.

use backup_preflight::inventory;
use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::{change, plan, planned};
use crate::support::Estate;
use crate::support::estate::{DATABASE, FROM, KEY, RESOURCE, RESOURCE_KEY, resource};
use crate::support::verdicts::read;

const SYSTEM: &str = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
const VOLUME: &str = "arn:aws:fsx:us-east-2:111122223333:volume/fs-1/fsvol-1";

pub(super) fn estate(kind: &str, arn: &str, detail: &Value) -> Estate {
    Estate::rds().set(RESOURCE, resource(kind, arn, json!(KEY), detail.clone()))
}

/// What stands in the description of the first resource after a change.
fn after(estate: &Estate, change: &Planned) -> Value {
    let laid = change.before.over(&read(&estate.0)).unwrap();
    let laid = change.after.over(&laid).unwrap();
    let laid = serde_json::to_value(laid).unwrap();
    let detail = laid.pointer(&format!("{RESOURCE}/Detail"));
    detail.cloned().unwrap_or(json!("not known"))
}

pub(super) fn by_plan(address: &str, before: &Value, after: &Value) -> Planned {
    let mut change = change(address, before.clone(), after.clone(), json!({}));
    if before == after {
        change["change"]["actions"] = json!(["no-op"]);
    }
    planned(&plan(FROM, &[change]))
}

fn template(kind: &str, properties: &Value) -> Value {
    json!({"Resources": {"It": {"Type": kind, "Properties": properties}}})
}

pub(super) fn by_template(before: &Value, after: &Value, id: &str) -> Planned {
    let mut settings = Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        ..Settings::default()
    };
    let names = &mut settings.identity.names;
    names.insert("It".to_owned(), id.to_owned());
    let (before, after) = (before.to_string(), after.to_string());
    cloudformation::read_change(
        ("t.json", before.as_bytes()),
        ("t.json", after.as_bytes()),
        &settings,
    )
    .unwrap()
}

fn flex_cache() -> Value {
    json!({"VolumeId": "fsvol-1", "VolumeType": "ONTAP", "Lifecycle": "CREATED", "OntapConfiguration": {
        "OntapVolumeType": "RW", "VolumeStyle": "FLEXVOL", "FlexCacheEndpointType": "CACHE"}})
}

fn lustre() -> Value {
    json!({"FileSystemType": "LUSTRE", "Lifecycle": "AVAILABLE", "StorageType": "SSD", "LustreConfiguration": {
        "DeploymentType": "PERSISTENT_2", "DailyAutomaticBackupStartTime": "06:30", "WeeklyMaintenanceStartTime": "7:01:00",
        "AutomaticBackupRetentionDays": 7, "DataRepositoryConfiguration": {"ImportPath": "s3://b", "Lifecycle": "AVAILABLE"}}})
}

#[test]
fn a_plan_that_leaves_a_volume_or_a_file_system_as_it_is_takes_nothing_from_its_description() {
    let volume = json!({"arn": VOLUME, "id": "fsvol-1", "name": "v", "ontap_volume_type": "RW", "volume_style": "FLEXVOL"});
    let mut tagged = volume.clone();
    tagged["tags"] = json!({"a": "b"});
    for then in [&volume, &tagged] {
        let plan = by_plan("aws_fsx_ontap_volume.v", &volume, then);
        let detail = after(&estate("FSx", VOLUME, &flex_cache()), &plan);
        assert_eq!(detail, flex_cache(), "{then}");
    }
    let system = json!({"arn": SYSTEM, "id": "fs-1", "kms_key_id": KEY, "storage_type": "SSD",
        "deployment_type": "PERSISTENT_2", "import_path": null});
    let plan = by_plan("aws_fsx_lustre_file_system.f", &system, &system);
    let detail = after(&estate("FSx", SYSTEM, &lustre()), &plan);
    assert_eq!(detail, lustre());
}

#[test]
fn a_template_that_changes_a_file_system_takes_nothing_else_from_its_description() {
    let of = |class: &str| {
        let own = json!({"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125});
        let all = json!({"FileSystemType": "LUSTRE", "StorageType": class, "KmsKeyId": KEY, "LustreConfiguration": own});
        template("AWS::FSx::FileSystem", &all)
    };
    let change = by_template(&of("HDD"), &of("SSD"), "fs-1");
    let detail = after(&estate("FSx", SYSTEM, &lustre()), &change);
    assert_eq!(detail, lustre());
}

#[test]
fn an_overlay_says_something_of_an_object_of_a_description_and_the_rest_of_it_stands() {
    let overlay = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM, "regions": [{"region": "us-east-2",
        "resources": [{"ResourceArn": VOLUME, "Detail": {"OntapConfiguration": {"VolumeStyle": "FLEXGROUP"}}}]}]}]});
    let estate = estate("FSx", VOLUME, &flex_cache());
    let mut change = planned(&plan(FROM, &[]));
    change.after.document = overlay;
    change.after.waits_for = inventory::Waiting::Overlay;
    let detail = after(&estate, &change);
    assert_eq!(
        detail["OntapConfiguration"],
        json!({"OntapVolumeType": "RW", "VolumeStyle": "FLEXGROUP", "FlexCacheEndpointType": "CACHE"})
    );
}

/// The fields of descriptions that tell windows, as they are before a change and after it.
const WINDOWS: [[&str; 2]; 2] = [
    ["01:00-02:00", "sun:01:00-sun:01:30"],
    ["05:30-06:30", "sun:02:00-sun:02:30"],
];

fn database([daily, weekly]: [&str; 2], kept: u8) -> Value {
    json!({"Engine": "postgres", "PreferredBackupWindow": daily, "PreferredMaintenanceWindow": weekly,
        "BackupRetentionPeriod": kept})
}

#[test]
fn windows_of_databases_that_a_change_moves_are_where_it_moves_them() {
    let cluster = "arn:aws:rds:us-east-2:111122223333:cluster:orders";
    for (address, kind, arn, [daily, weekly]) in [
        (
            "aws_db_instance.d",
            "RDS",
            DATABASE,
            ["backup_window", "maintenance_window"],
        ),
        (
            "aws_rds_cluster.d",
            "RDS",
            cluster,
            ["preferred_backup_window", "preferred_maintenance_window"],
        ),
    ] {
        let of = |[day, week]: [&str; 2], kept: u8| {
            json!({"arn": arn, "identifier": "orders", "cluster_identifier": "orders", "engine": "postgres", daily: day, weekly: week,
                "backup_retention_period": kept, "storage_encrypted": true, "kms_key_id": KEY, "apply_immediately": true})
        };
        let change = by_plan(address, &of(WINDOWS[0], 7), &of(WINDOWS[1], 0));
        let detail = after(&estate(kind, arn, &database(WINDOWS[0], 7)), &change);
        for (field, value) in database(WINDOWS[1], 0).as_object().unwrap() {
            assert_eq!(detail[field], *value, "{address} {field}");
        }
        let of = |[day, week]: [&str; 2], kept: &str| {
            let all = json!({"DBInstanceIdentifier": "orders", "DBClusterIdentifier": "orders", "Engine": "postgres",
                "StorageEncrypted": true, "KmsKeyId": KEY, "PreferredBackupWindow": day, "PreferredMaintenanceWindow": week,
                "BackupRetentionPeriod": kept});
            let mut all = all;
            let other = if arn == DATABASE {
                "DBClusterIdentifier"
            } else {
                "DBInstanceIdentifier"
            };
            all.as_object_mut().unwrap().shift_remove(other);
            let kind = if arn == DATABASE {
                "AWS::RDS::DBInstance"
            } else {
                "AWS::RDS::DBCluster"
            };
            template(kind, &all)
        };
        let change = by_template(&of(WINDOWS[0], "7"), &of(WINDOWS[1], "0"), "orders");
        let detail = after(&estate(kind, arn, &database(WINDOWS[0], 7)), &change);
        for (field, value) in database(WINDOWS[1], 0).as_object().unwrap() {
            assert_eq!(detail[field], *value, "{address} {field}");
        }
    }
}

#[test]
fn windows_of_file_systems_that_a_change_moves_are_where_it_moves_them() {
    for (address, kind, object) in [
        (
            "aws_fsx_lustre_file_system.f",
            "LUSTRE",
            "LustreConfiguration",
        ),
        (
            "aws_fsx_windows_file_system.f",
            "WINDOWS",
            "WindowsConfiguration",
        ),
        (
            "aws_fsx_openzfs_file_system.f",
            "OPENZFS",
            "OpenZFSConfiguration",
        ),
    ] {
        let windows = |at: &str, kept: u8| {
            json!({"DeploymentType": "SINGLE_AZ_1", "DailyAutomaticBackupStartTime": at, "WeeklyMaintenanceStartTime": "7:01:00",
                "AutomaticBackupRetentionDays": kept})
        };
        let base =
            json!({"FileSystemType": kind, "StorageType": "SSD", object: windows("01:00", 7)});
        let base = estate("FSx", SYSTEM, &base);
        let of = |at: &str, kept: u8| {
            json!({"arn": SYSTEM, "id": "fs-1", "kms_key_id": KEY, "storage_type": "SSD", "deployment_type": "SINGLE_AZ_1",
                "daily_automatic_backup_start_time": at, "weekly_maintenance_start_time": "7:01:00",
                "automatic_backup_retention_days": kept})
        };
        let change = by_plan(address, &of("01:00", 7), &of("06:30", 0));
        let detail = after(&base, &change);
        assert_eq!(detail[object], windows("06:30", 0), "{address}");
        let of = |at: &str, kept: u8| {
            template(
                "AWS::FSx::FileSystem",
                &json!({"FileSystemType": kind, "StorageType": "SSD", "KmsKeyId": KEY, object: windows(at, kept)}),
            )
        };
        let change = by_template(&of("01:00", 7), &of("06:30", 0), "fs-1");
        let detail = after(&base, &change);
        assert_eq!(detail[object], windows("06:30", 0), "{kind}");
    }
}

#[test]
fn a_window_that_is_moved_over_the_start_of_a_rule_blocks_its_copies() {
    let estate = Estate::rds()
        .planned()
        .set(&format!("{RESOURCE}/Detail"), database(WINDOWS[0], 7));
    let of = |window: &str| {
        json!({"arn": DATABASE, "identifier": "orders", "engine": "postgres", "storage_encrypted": true, "kms_key_id": KEY,
            "backup_window": window, "maintenance_window": WINDOWS[0][1], "backup_retention_period": 7,
            "tags": {"backup": "daily"}, "tags_all": {"backup": "daily"}})
    };
    let moved = change(
        "aws_db_instance.d",
        of("01:00-02:00"),
        of("05:30-06:30"),
        json!({}),
    );
    let found = judged(&estate, &Change::Plan(&[moved]), &["--all"]);
    assert_eq!(
        found.copies,
        ["orders into central: feasible -> blocked (worse)"]
    );
    // Where a change leaves a window unknown it is not the one that was read.
    let open = change(
        "aws_db_instance.d",
        of("01:00-02:00"),
        of("01:00-02:00"),
        json!({"backup_window": true}),
    );
    let found = judged(&estate, &Change::Plan(&[open]), &["--all"]);
    assert_eq!(
        found.copies,
        ["orders into central: feasible -> undecided (worse)"]
    );
}

/// A key, or a versioning, that a plan changes is not contradicted by what its description said before.
#[test]
fn what_a_description_says_in_another_way_goes_with_what_is_changed() {
    let bucket = "arn:aws:s3:::photos";
    let versions = |status: &str| json!({"bucket": "photos", "versioning_configuration": [{"status": status}]});
    let change = by_plan(
        "aws_s3_bucket_versioning.v",
        &versions("Enabled"),
        &versions("Suspended"),
    );
    let detail = after(
        &estate("S3", bucket, &json!({"Status": "Enabled"})),
        &change,
    );
    assert_eq!(
        detail,
        json!({"VersioningConfiguration": {"Status": "Suspended"}})
    );

    let table = "arn:aws:dynamodb:us-east-2:111122223333:table/orders";
    let other = KEY.replace("000000000001", "000000000002");
    let of = |key: &str| json!({"arn": table, "name": "orders", "server_side_encryption": [{"enabled": true, "kms_key_arn": key}]});
    let change = by_plan("aws_dynamodb_table.t", &of(KEY), &of(&other));
    let told = json!({"TableName": "orders", "SSEDescription": {"Status": "ENABLED", "KMSMasterKeyArn": KEY}});
    let detail = after(&estate("DynamoDB", table, &told), &change);
    assert_eq!(detail, json!({"TableName": "orders"}));
}

#[test]
fn a_replica_that_is_promoted_is_one_no_longer() {
    let source = "arn:aws:rds:us-east-2:111122223333:db:main";
    let of = |source: Value| {
        json!({"arn": DATABASE, "identifier": "orders", "engine": "sqlserver-ee", "storage_encrypted": true, "kms_key_id": KEY,
            "replicate_source_db": source})
    };
    let base = json!({"Engine": "sqlserver-ee", "ReadReplicaSourceDBInstanceIdentifier": source});
    let base = estate("RDS", DATABASE, &base);
    let address = "aws_db_instance.d";
    let field = "ReadReplicaSourceDBInstanceIdentifier";
    let promoted = by_plan(address, &of(json!(source)), &of(Value::Null));
    assert_eq!(after(&base, &promoted)[field], Value::Null);
    let stays = by_plan(address, &of(json!(source)), &of(json!(source)));
    assert_eq!(after(&base, &stays)[field], json!(source));
    // What the plan never said of it stands, too.
    let unsaid = by_plan(address, &of(Value::Null), &of(Value::Null));
    assert_eq!(after(&base, &unsaid)[field], json!(source));
}

/// KMS says the state of a key in two fields.
#[test]
fn a_key_that_a_plan_enables_is_enabled_in_whichever_field_it_was_read() {
    let pasted = format!("{RESOURCE_KEY}/Enabled");
    let estate = Estate::rds()
        .set(&format!("{RESOURCE_KEY}/KeyState"), json!("Disabled"))
        .set(&pasted, json!(false));
    let of = |on: bool| json!({"arn": KEY, "key_id": KEY.rsplit('/').next(), "is_enabled": on, "key_usage": "ENCRYPT_DECRYPT"});
    let enabled = change("aws_kms_key.k", of(false), of(true), json!({}));
    let found = judged(&estate, &Change::Plan(&[enabled]), &[]);
    assert_eq!(
        found.copies,
        ["orders into central: blocked -> feasible (better)"]
    );
}

/// What a plan does not tell of a cluster stands where it changes it in place, and nothing on which that depends.
#[test]
fn what_is_changed_in_place_is_described_as_it_was_read() {
    let cluster = "arn:aws:eks:us-east-2:111122223333:cluster/prod";
    let told = json!({"accessConfig": {"authenticationMode": "CONFIG_MAP"}});
    let base = estate("EKS", cluster, &told);
    let of = |tags: Value, version: &str, mode: &str| {
        json!({"arn": cluster, "name": "prod", "tags": tags, "tags_all": tags, "version": version,
            "access_config": [{"authentication_mode": mode}], "encryption_config": []})
    };
    let address = "aws_eks_cluster.c";
    let now = of(json!({}), "1.33", "CONFIG_MAP");
    for then in [
        of(json!({"a": "b"}), "1.33", "CONFIG_MAP"),
        of(json!({}), "1.34", "CONFIG_MAP"),
    ] {
        let changed = by_plan(address, &now, &then);
        assert_eq!(after(&base, &changed), told, "{then}");
    }
    let changed = by_plan(address, &now, &of(json!({"a": "b"}), "1.33", "API"));
    assert_eq!(after(&base, &changed), "not known");
}

/// The same of an instance and its volumes.
#[test]
fn an_instance_that_is_changed_in_place_keeps_its_volumes() {
    let instance = "arn:aws:ec2:us-east-2:111122223333:instance/i-1";
    let told = json!({"State": {"Name": "running"}, "ImageId": "ami-1"});
    let base = estate("EC2", instance, &told);
    let of = |kind: &str, size: u32, volume: &str| {
        json!({"arn": instance, "id": "i-1", "ami": "ami-1", "instance_type": kind, "tags": {}, "tags_all": {}, "ebs_block_device": [],
            "root_block_device": [{"volume_id": volume, "volume_size": size, "encrypted": true, "kms_key_id": KEY}]})
    };
    let now = of("t3.micro", 8, "vol-1");
    for (then, is) in [
        (of("t3.large", 8, "vol-1"), told.clone()),
        (of("t3.micro", 20, "vol-1"), told),
        (of("t3.micro", 8, "vol-2"), json!("not known")),
    ] {
        let changed = by_plan("aws_instance.i", &now, &then);
        assert_eq!(after(&base, &changed), is, "{then}");
    }
    let mut open = change(
        "aws_instance.i",
        now.clone(),
        of("t3.large", 8, "vol-1"),
        json!({"root_block_device": true}),
    );
    open["change"]["after"]
        .as_object_mut()
        .unwrap()
        .remove("root_block_device");
    let open = planned(&plan(FROM, &[open]));
    assert_eq!(after(&base, &open), "not known");
}

/// What stands after a change of a template of the encryption of a thing, its description and its tags.
fn in_place(base: &Estate, kind: &str, before: &Value, then: &Value) -> [Value; 3] {
    let [before, then] = [before, then].map(|all| template(kind, all));
    let change = by_template(&before, &then, "i-1");
    let laid = change.before.over(&read(&base.0)).unwrap();
    let laid = serde_json::to_value(change.after.over(&laid).unwrap()).unwrap();
    ["EncryptionKeyArn", "Detail", "Tags"].map(|field| {
        let told = laid.pointer(&format!("{RESOURCE}/{field}"));
        told.cloned().unwrap_or(json!("not known"))
    })
}

/// The same of a template, by what CloudFormation changes in place.
#[test]
fn what_a_template_changes_in_place_stands_as_it_was_read() {
    let instance = "arn:aws:ec2:us-east-2:111122223333:instance/i-1";
    let told = json!({"ImageId": "ami-1"});
    let base = estate("EC2", instance, &told);
    let of = |image: &str, size: &str, tier: Value| json!({"ImageId": image, "InstanceType": size, "Tags": [{"Key": "tier", "Value": tier}]});
    let now = of("ami-1", "t3.micro", json!("a"));
    let kind = "AWS::EC2::Instance";
    let [key, detail, _] = in_place(&base, kind, &now, &of("ami-1", "t3.large", json!("a")));
    assert_eq!((key, detail), (json!(KEY), told.clone()));
    let [key, detail, tags] = in_place(&base, kind, &now, &of("ami-1", "t3.micro", json!("b")));
    assert_eq!((key, detail), (json!(KEY), told));
    assert_eq!(tags["tier"], "b");
    // Tags that nobody knows are not those that were read.
    let open = json!({"Fn::ImportValue": "tier"});
    let [_, _, tags] = in_place(&base, kind, &now, &of("ami-1", "t3.micro", open));
    assert_ne!(tags["tier"], "a");
    let [key, ..] = in_place(&base, kind, &now, &of("ami-2", "t3.micro", json!("a")));
    assert_eq!(key, "not known");
}

/// A volume whose encryption its account decides, one whose snapshot does, and a database that was made of a snapshot.
#[test]
fn what_was_encrypted_by_something_else_is_so_after_a_change_in_place() {
    let volume = "arn:aws:ec2:us-east-2:111122223333:volume/i-1";
    let database = DATABASE.replace("orders", "i-1");
    for (of, kind, arn, same, property) in [
        (
            "EBS",
            "AWS::EC2::Volume",
            volume,
            json!({"AvailabilityZone": "us-east-2a"}),
            "Size",
        ),
        (
            "EBS",
            "AWS::EC2::Volume",
            volume,
            json!({"AvailabilityZone": "us-east-2a", "SnapshotId": "snap-1"}),
            "VolumeType",
        ),
        (
            "RDS",
            "AWS::RDS::DBInstance",
            database.as_str(),
            json!({"DBInstanceIdentifier": "i-1", "Engine": "postgres", "DBSnapshotIdentifier": "s"}),
            "EngineVersion",
        ),
    ] {
        let base = estate(of, arn, &json!({}));
        let with = |value: &str| {
            let mut all = same.clone();
            all[property] = json!(value);
            all
        };
        let [key, ..] = in_place(&base, kind, &with("10"), &with("20"));
        assert_eq!(key, json!(KEY), "{kind} {property}");
        let mut other = with("10");
        other["AvailabilityZone"] = json!("us-east-2b");
        // A volume is never replaced: CloudFormation refuses that.
        let stands = match of {
            "EBS" => json!(KEY),
            _ => json!("not known"),
        };
        let [key, ..] = in_place(&base, kind, &with("10"), &other);
        assert_eq!(key, stands, "{kind}");
    }
}
