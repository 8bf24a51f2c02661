//! Resources of every type that is read, each by the service that knows it.

use serde_json::{Value, json};

use super::super::aws::{Fault, calls};
use super::*;

const KEY: &str = DATA_KEY;

/// The world with these in the place of the database, and nothing backed up yet.
fn world_of(resources: &Value) -> Value {
    let mut world = rds();
    let region = world["accounts"][0]["regions"][0].as_object_mut().unwrap();
    region.insert("resources".to_owned(), resources.clone());
    region.insert("recovery_points".to_owned(), json!([]));
    region.remove("option_groups");
    for account in 0..2 {
        world["accounts"][account]["regions"][0]["ebs_default_kms_key_id"] = json!("alias/aws/ebs");
    }
    world
}

/// The same where nobody has more resources: what is asked by its list is answered.
pub fn whole(mut world: Value) -> Value {
    world["accounts"][0]["regions"][0]["resources_complete"] = json!(true);
    world
}

/// What is found of a resource to the central vault, and the calls that were made.
fn found(world: &Value, resource: &str) -> (Value, Vec<super::super::aws::Entry>) {
    let server = served(world);
    let found = Home::new(&server).both(&copy_of(resource));
    (found, server.finish())
}

/// The resources that were found.
fn resources(found: &Value) -> Value {
    found["accounts"][0]["regions"][0]["resources"].clone()
}

/// A resource; of what Cloud Control describes it by, the server says nothing.
pub fn resource(arn: &str, of: &str) -> Value {
    let mut one = json!({"ResourceArn": arn, "ResourceType": of, "Tags": {"team": "orders"}});
    let described: &[&str] = match of {
        "Aurora DSQL" => &["Status", "CreationTime", "EncryptionDetails"],
        "CloudFormation" => &["StackStatus", "CreationTime"],
        "EKS" => &["AccessConfig", "OutpostConfig"],
        _ => &[],
    };
    for name in described {
        one["Detail"][*name] = Value::Null;
    }
    // One that names no key is on a key that AWS owns.
    if of == "EKS" {
        one["Encrypted"] = json!(true);
        one["EncryptionKeyArn"] = Value::Null;
    }
    one
}

fn with_key(arn: &str, of: &str, encrypted: bool, key: Option<&str>, detail: &Value) -> Value {
    json!({"ResourceArn": arn, "ResourceType": of, "Encrypted": encrypted, "EncryptionKeyArn": key,
           "Tags": {"team": "orders"}, "Detail": detail})
}

/// A resource on the data's key.
pub fn keyed(arn: &str, of: &str, detail: Value) -> Value {
    with_key(arn, of, true, Some(KEY), &detail)
}

pub fn volume(id: &str, key: Option<&str>) -> Value {
    let mut detail =
        json!({"VolumeId": id, "Encrypted": key.is_some(), "State": "in-use", "VolumeType": "gp3"});
    if let Some(key) = key {
        detail["KmsKeyId"] = json!(key);
    }
    let arn = format!("arn:aws:ec2:us-east-2:{SOURCE}:volume/{id}");
    with_key(&arn, "EBS", key.is_some(), key, &detail)
}

/// A bucket that keeps versions.
pub fn bucket() -> Value {
    let mut bucket = resource("arn:aws:s3:::photos", "S3");
    bucket["Detail"] = json!({"VersioningConfiguration": {"Status": "Enabled"}});
    bucket
}

/// One of each type that Cloud Control reads and that has no key of its own.
fn by_cloud_control() -> Vec<Value> {
    let mut without_versioning = bucket();
    without_versioning["Detail"]["VersioningConfiguration"] = Value::Null;
    vec![
        bucket(),
        without_versioning,
        resource("arn:aws:eks:us-east-2:111122223333:cluster/prod", "EKS"),
        resource(
            "arn:aws:dsql:us-east-2:111122223333:cluster/abc",
            "Aurora DSQL",
        ),
        resource(
            "arn:aws:timestream:us-east-2:111122223333:database/d/table/t",
            "Timestream",
        ),
        resource(
            "arn:aws:cloudformation:us-east-2:111122223333:stack/web/1",
            "CloudFormation",
        ),
    ]
}

#[test]
fn a_resource_that_cloud_control_reads_is_read_as_it_is() {
    for one in by_cloud_control() {
        let arn = one["ResourceArn"].as_str().unwrap();
        let (found, journal) = found(&world_of(&json!([one])), arn);
        assert_eq!(resources(&found), json!([one]));
        assert_eq!(calls(&journal, "cloudformation:GetResource"), 1, "{arn}");
    }
}

/// When it was made, and what its service says of its key: both are read, and say something against a copy.
#[test]
fn what_is_said_of_a_resource_beside_its_key_is_kept() {
    let made = "2026-01-02T03:04:05Z";
    let mut of_ebs = volume("vol-1", Some(KEY));
    of_ebs["Detail"]["CreateTime"] = json!(made);
    let sse = json!({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY,
                     "InaccessibleEncryptionDateTime": made});
    let detail = json!({"TableName": "carts", "TableArn": TABLE, "TableStatus": "ACTIVE", "CreationDateTime": made,
                        "SSEDescription": sse});
    let table = keyed(TABLE, "DynamoDB", detail);
    let detail = json!({"Status": "ACTIVE", "CreationTime": made, "EncryptionDetails":
        {"EncryptionType": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyArn": KEY, "EncryptionStatus": "KMS_KEY_INACCESSIBLE"}});
    let dsql = keyed(
        "arn:aws:dsql:us-east-2:111122223333:cluster/abc",
        "Aurora DSQL",
        detail,
    );
    let detail = json!({"AccessConfig": null, "OutpostConfig": null});
    let eks = keyed(
        "arn:aws:eks:us-east-2:111122223333:cluster/prod",
        "EKS",
        detail,
    );
    let detail = json!({"FileSystemId": "fs-9", "FileSystemType": "ONTAP", "KmsKeyId": KEY, "CreationTime": made,
                        "ResourceARN": "arn:aws:fsx:us-east-2:111122223333:file-system/fs-9"});
    let fsx = keyed(
        "arn:aws:fsx:us-east-2:111122223333:file-system/fs-9",
        "FSx",
        detail,
    );
    let mut database = rds()["accounts"][0]["regions"][0]["resources"][0].clone();
    database["Detail"]["InstanceCreateTime"] = json!(made);
    for one in [of_ebs, table, dsql, eks, fsx, database] {
        let arn = one["ResourceArn"].as_str().unwrap();
        let mut world = world_of(&json!([one]));
        let groups = rds()["accounts"][0]["regions"][0]["option_groups"].clone();
        world["accounts"][0]["regions"][0]["option_groups"] = groups;
        let (found, _) = found(&world, arn);
        assert_eq!(resources(&found), json!([one]));
    }
}

/// One of each type that only its own list tells of.
fn by_their_lists() -> [(Value, &'static str); 3] {
    [
        (
            resource(
                "arn:aws:backup-gateway:us-east-2:111122223333:vm/vm-1",
                "VirtualMachine",
            ),
            "backup-gateway:ListVirtualMachines",
        ),
        (
            resource(
                "arn:aws:ssm-sap:us-east-2:111122223333:HANA/app/DB/one",
                "SAP HANA on Amazon EC2",
            ),
            "ssm-sap:ListDatabases",
        ),
        (
            resource(
                "arn:aws:storagegateway:us-east-2:111122223333:gateway/sgw-1/volume/vol-3",
                "Storage Gateway",
            ),
            "storagegateway:ListVolumes",
        ),
    ]
}

#[test]
fn a_resource_that_only_its_list_tells_of_is_found_there_or_does_not_exist() {
    for (one, call) in by_their_lists() {
        let arn = one["ResourceArn"].as_str().unwrap();
        let (there, journal) = found(&whole(world_of(&json!([one]))), arn);
        assert_eq!(resources(&there), json!([one]));
        assert_eq!(calls(&journal, call), 1, "{arn}");
        let (gone, _) = found(&whole(world_of(&json!([]))), arn);
        assert_eq!(
            resources(&gone),
            json!([{"ResourceArn": arn, "ResourceType": null}]),
        );
    }
}

#[test]
fn a_file_system_of_efs_says_what_it_is_encrypted_with_and_its_policy() {
    let arn = "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1";
    let denies = json!({"Version": "2012-10-17", "Statement":
        [{"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:Backup", "Resource": arn}]});
    let keys = [
        (true, Some(KEY), denies),
        (true, None, Value::Null),
        (false, None, Value::Null),
    ];
    for (encrypted, key, policy) in keys {
        let detail = json!({"FileSystemPolicy": policy});
        let one = with_key(arn, "EFS", encrypted, key, &detail);
        let (found, _) = found(&world_of(&json!([one])), arn);
        assert_eq!(resources(&found), json!([one]));
    }
}

#[test]
fn a_volume_is_read_with_its_key() {
    for key in [Some(KEY), None] {
        let one = volume("vol-1", key);
        let arn = one["ResourceArn"].as_str().unwrap();
        let (found, journal) = found(&world_of(&json!([one])), arn);
        assert_eq!(resources(&found), json!([one]));
        assert_eq!(calls(&journal, "ec2:DescribeVolumes"), 1);
    }
}

#[test]
fn an_instance_is_read_with_its_volumes_and_has_its_root_volumes_key() {
    let mut world = world_of(&instance_and_volumes());
    world["accounts"][1]["regions"][0]["allowed_images"] =
        json!({"State": "disabled", "ManagedBy": "account"});
    let arn = "arn:aws:ec2:us-east-2:111122223333:instance/i-1";
    let (found, journal) = found(&world, arn);
    assert_eq!(resources(&found), instance_and_volumes());
    assert_eq!(
        found["accounts"][1]["regions"][0]["allowed_images"],
        json!({"State": "disabled", "ManagedBy": "account"})
    );
    assert_eq!(calls(&journal, "ec2:DescribeVolumes"), 1);
}

pub fn instance_and_volumes() -> Value {
    let detail = json!({
        "InstanceId": "i-1", "ImageId": "ami-1", "State": {"Name": "running"}, "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/sdf", "Ebs": {"VolumeId": "vol-2"}},
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": "vol-1"}},
        ],
        "ProductCodes": [{"ProductCodeId": "abc", "ProductCodeType": "marketplace"}],
    });
    let arn = "arn:aws:ec2:us-east-2:111122223333:instance/i-1";
    let instance = with_key(arn, "EC2", true, Some(KEY), &detail);
    json!([
        instance,
        volume("vol-1", Some(KEY)),
        volume("vol-2", Some(VAULT_KEY))
    ])
}

#[test]
fn an_instance_whose_volumes_are_refused_has_no_key_and_a_gap() {
    let mut world = world_of(&instance_and_volumes());
    world["accounts"][1]["regions"][0]["allowed_images"] = Value::Null;
    let arn = "arn:aws:ec2:us-east-2:111122223333:instance/i-1";
    let server = served(&world);
    server.fault(Fault::denied().operation("ec2:DescribeVolumes"));
    let found = Home::new(&server).both(&copy_of(arn));
    server.finish();
    let asked = "ec2:DescribeVolumes";
    // Each volume behind it is asked for, too.
    let volumes = ["vol-1", "vol-2"].map(|id| arn.replace("instance/i-1", &format!("volume/{id}")));
    let refused = |of: &str| gap(SOURCE, asked, of, Some("UnauthorizedOperation"));
    assert_eq!(
        gaps(&found),
        [refused(arn), refused(&volumes[0]), refused(&volumes[1])]
    );
    let read = object(&found, arn).unwrap();
    assert_eq!(
        (read.get("Encrypted"), read.get("EncryptionKeyArn")),
        (None, None)
    );
    assert_eq!(
        found["accounts"][1]["regions"][0]["allowed_images"],
        json!({"State": "disabled"})
    );
}

#[test]
fn a_file_system_of_fsx_is_read_with_its_key_and_kind() {
    let arn = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
    let detail = json!({"FileSystemId": "fs-1", "FileSystemType": "WINDOWS", "Lifecycle": "AVAILABLE",
                        "StorageType": "SSD", "KmsKeyId": KEY, "ResourceARN": arn});
    let one = with_key(arn, "FSx", true, Some(KEY), &detail);
    let (found, journal) = found(&world_of(&json!([one])), arn);
    assert_eq!(resources(&found), json!([one]));
    assert_eq!(calls(&journal, "fsx:DescribeFileSystems"), 1);
}

/// Amazon FSx makes no backups of a file system that is linked to a bucket, and a call of its own tells the links.
#[test]
fn a_file_system_of_lustre_is_read_with_its_data_repository_associations() {
    let arn = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
    let call = "fsx:DescribeDataRepositoryAssociations";
    let of = |links: Value| {
        let detail = json!({"FileSystemId": "fs-1", "FileSystemType": "LUSTRE", "Lifecycle": "AVAILABLE", "StorageType": "SSD",
                            "KmsKeyId": KEY, "ResourceARN": arn, "DataRepositoryAssociations": links});
        with_key(arn, "FSx", true, Some(KEY), &detail)
    };
    for links in [
        json!([]),
        json!([{"AssociationId": "dra-1", "Lifecycle": "AVAILABLE"}]),
    ] {
        let one = of(links);
        let (found, journal) = found(&world_of(&json!([one])), arn);
        assert_eq!(resources(&found), json!([one]));
        assert_eq!(calls(&journal, call), 1);
    }
    let server = served(&world_of(&json!([of(json!([]))])));
    server.fault(Fault::denied().operation(call));
    let found = Home::new(&server).both(&copy_of(arn));
    let detail = &resources(&found)[0]["Detail"];
    assert!(detail["DataRepositoryAssociations"].is_null(), "{detail}");
    let left = gaps(&found);
    assert!(
        left.iter().any(|(_, operation, ..)| operation == call),
        "{left:?}"
    );
}

/// AWS Backup backs up no database on an Outpost or in a Local Zone.
#[test]
fn where_a_database_stands_is_read_of_it_and_of_its_snapshot() {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    let group = json!({"Subnets": [{"SubnetOutpost": {"Arn": "arn:aws:outposts:us-east-2:111122223333:outpost/op-1"}}]});
    let database = &mut region["resources"][0]["Detail"];
    database["AvailabilityZone"] = json!("us-east-2a");
    database["BackupTarget"] = json!("outposts");
    database["DBSubnetGroup"] = group;
    let snapshot = &mut region["recovery_points"][0]["Detail"];
    snapshot["AvailabilityZone"] = json!("us-east-2-bos-1a");
    snapshot["SnapshotTarget"] = json!("outposts");
    let of_point = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    for (place, copy) in [
        ("resources", copy_of(DATABASE)),
        ("recovery_points", of_point),
    ] {
        let server = served(&world);
        let found = Home::new(&server).both(&copy);
        server.finish();
        let detail = |of: &Value| of["accounts"][0]["regions"][0][place][0]["Detail"].clone();
        assert_eq!(detail(&found), detail(&world), "{place}");
    }
}

/// The world of an image that is copied: the instance that it was made of is gone.
pub fn image_to_copy() -> (Value, NamedCopy) {
    let mut world = world_of(&json!([]));
    world["accounts"][1]["regions"][0]["allowed_images"] = json!({"State": "enabled", "ManagedBy": "account",
               "ImageCriteria": [{"ImageProviders": [SOURCE], "ImageNames": ["x*"]}]});
    let there = world["accounts"][1]["regions"][0].as_object_mut().unwrap();
    there.remove("db_engine_versions");
    let image = "arn:aws:ec2:us-east-2::image/ami-9";
    let instance = "arn:aws:ec2:us-east-2:111122223333:instance/i-9";
    let mut point = rds()["accounts"][0]["regions"][0]["recovery_points"][0].clone();
    point["RecoveryPointArn"] = json!(image);
    point["ResourceArn"] = json!(instance);
    point["ResourceType"] = json!("EC2");
    point["Detail"] = json!({
        "ImageId": "ami-9", "OwnerId": SOURCE, "State": "available", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
        "ProductCodes": [{"ProductCodeId": "abc", "ProductCodeType": "marketplace"}],
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1", "Encrypted": true}}],
    });
    let region = &mut world["accounts"][0]["regions"][0];
    region["recovery_points"] = json!([point]);
    region["resources"] = json!([{"ResourceArn": instance, "ResourceType": null}]);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(image)),
        ..copy_of(instance)
    };
    (world, copy)
}

#[test]
fn a_recovery_point_of_an_instance_is_read_with_its_image() {
    let (world, copy) = image_to_copy();
    let server = served(&world);
    assert_eq!(Home::new(&server).both(&copy), of_a_point(&world));
    server.finish();
}

#[test]
fn the_keys_of_an_image_of_several_volumes_are_read_of_their_snapshots() {
    let (mut world, copy) = image_to_copy();
    let region = &mut world["accounts"][0]["regions"][0];
    let mut second = region["keys"][0].clone();
    second["Arn"] = json!("arn:aws:kms:us-east-2:111122223333:key/second");
    let (of_first, of_second) = (region["keys"][0]["Arn"].clone(), second["Arn"].clone());
    region["keys"].as_array_mut().unwrap().push(second);
    region["recovery_points"][0]["Detail"]["BlockDeviceMappings"] = json!([
        {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-1", "Encrypted": true, "KmsKeyId": of_first}},
        {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": "snap-2", "Encrypted": true, "KmsKeyId": of_second}},
    ]);
    let server = served(&world);
    assert_eq!(Home::new(&server).both(&copy), of_a_point(&world));
    assert_eq!(calls(&server.finish(), "ec2:DescribeSnapshots"), 1);
}

#[test]
fn the_default_key_for_ebs_is_read_where_a_copy_of_ec2_goes_and_for_no_other() {
    let call = "ec2:GetEbsDefaultKmsKeyId";
    let volume = volume("vol-1", Some(KEY));
    let arn = volume["ResourceArn"].as_str().unwrap().to_owned();
    let mut world = world_of(&json!([volume]));
    let read = |world: &Value, arn: &str| {
        let (found, journal) = found(world, arn);
        let place = found["accounts"][1]["regions"][0].clone();
        (
            place["ebs_default_kms_key_id"].clone(),
            calls(&journal, call),
        )
    };
    assert_eq!(read(&world, &arn), (json!("alias/aws/ebs"), 1));
    let own = world["accounts"][1]["regions"][0]["keys"][0]["Arn"].clone();
    world["accounts"][1]["regions"][0]["ebs_default_kms_key_id"] = own.clone();
    assert_eq!(read(&world, &arn), (own, 1));
    let fsx = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
    let one = keyed(
        fsx,
        "FSx",
        json!({"FileSystemType": "LUSTRE", "DataRepositoryAssociations": []}),
    );
    assert_eq!(read(&world_of(&json!([one])), fsx), (Value::Null, 0));
}

/// What a copy of a recovery point asks: the point itself tells what it was made of.
fn of_a_point(world: &Value) -> Value {
    let mut world = as_asked(world);
    let source = world["accounts"][0]["regions"][0].as_object_mut().unwrap();
    source.remove("resources");
    source.remove("ebs_default_kms_key_id");
    world
}

/// The world of a recovery point that is copied, as its own service describes it: what it was made of is gone.
fn point_to_copy(point: &str, of: &str, resource: &str, detail: Value) -> (Value, NamedCopy) {
    let mut world = world_of(&json!([]));
    let there = world["accounts"][1]["regions"][0].as_object_mut().unwrap();
    there.remove("db_engine_versions");
    if of != "EBS" {
        for account in 0..2 {
            let region = world["accounts"][account]["regions"][0].as_object_mut();
            region.unwrap().remove("ebs_default_kms_key_id");
        }
    }
    let mut there = rds()["accounts"][0]["regions"][0]["recovery_points"][0].clone();
    there["RecoveryPointArn"] = json!(point);
    there["ResourceArn"] = json!(resource);
    there["ResourceType"] = json!(of);
    there["Detail"] = detail;
    let region = &mut world["accounts"][0]["regions"][0];
    region["recovery_points"] = json!([there]);
    region["resources"] = json!([{"ResourceArn": resource, "ResourceType": null}]);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(point)),
        ..copy_of(resource)
    };
    (world, copy)
}

/// An archived EBS snapshot that another key leads into, and a backup of FSx.
pub fn points_to_copy() -> Vec<(Value, NamedCopy)> {
    let snapshot = json!({"SnapshotId": "snap-9", "VolumeId": "vol-9", "OwnerId": SOURCE, "State": "completed",
                          "StorageTier": "archive", "Encrypted": true, "KmsKeyId": KEY,
                          "AssociatedKmsKeys": [{"KmsKeyId": VAULT_KEY}]});
    let backup = json!({"BackupId": "backup-9", "Lifecycle": "AVAILABLE", "ResourceType": "FILE_SYSTEM", "KmsKeyId": KEY,
                        "FileSystem": {"FileSystemId": "fs-9", "FileSystemType": "LUSTRE", "StorageType": "SSD"}});
    vec![
        point_to_copy(
            "arn:aws:ec2:us-east-2::snapshot/snap-9",
            "EBS",
            "arn:aws:ec2:us-east-2:111122223333:volume/vol-9",
            snapshot,
        ),
        point_to_copy(
            "arn:aws:fsx:us-east-2:111122223333:backup/backup-9",
            "FSx",
            "arn:aws:fsx:us-east-2:111122223333:file-system/fs-9",
            backup,
        ),
    ]
}

#[test]
fn a_recovery_point_of_a_volume_or_a_file_system_is_read_with_what_its_service_says() {
    for (world, copy) in points_to_copy() {
        let server = served(&world);
        assert_eq!(Home::new(&server).both(&copy), of_a_point(&world));
        server.finish();
    }
}

/// A volume of ONTAP and the file system that it lies on.
pub fn ontap_volume() -> (Value, String) {
    let volume = "arn:aws:fsx:us-east-2:111122223333:volume/fs-1/fsvol-1";
    let on = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
    let ontap =
        json!({"FileSystemType": "ONTAP", "OntapConfiguration": {"VolumeStyle": "FLEXGROUP"}});
    let all = json!([
        keyed(volume, "FSx", ontap),
        keyed(on, "FSx", json!({"FileSystemType": "ONTAP"}))
    ]);
    (world_of(&all), volume.to_owned())
}

#[test]
fn a_volume_of_ontap_is_read_with_its_style() {
    let (world, volume) = ontap_volume();
    let (found, journal) = found(&world, &volume);
    let found = object(&found, &volume).unwrap();
    assert_eq!(found["Detail"]["FileSystemType"], "ONTAP");
    assert_eq!(
        found["Detail"]["OntapConfiguration"]["VolumeStyle"],
        "FLEXGROUP"
    );
    assert_eq!(calls(&journal, "fsx:DescribeVolumes"), 1);
}

/// A world for each type that is read, with the resource in it.
pub fn worlds() -> Vec<(Value, String)> {
    let mut all: Vec<Value> = by_cloud_control()
        .into_iter()
        .map(|one| json!([one]))
        .collect();
    let efs = "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1";
    let redshift = "arn:aws:redshift:us-east-2:111122223333:cluster:sales";
    let fsx = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
    let cluster = "arn:aws:rds:us-east-2:111122223333:cluster:c";
    let keyed = |arn, of, detail| json!([keyed(arn, of, detail)]);
    all.extend([
        keyed(efs, "EFS", json!({})),
        keyed(redshift, "Redshift", json!({})),
        keyed(
            fsx,
            "FSx",
            json!({"FileSystemType": "LUSTRE", "DataRepositoryAssociations": []}),
        ),
        keyed(cluster, "Aurora", json!({"Engine": "aurora-mysql"})),
        json!([volume("vol-1", Some(KEY))]),
        instance_and_volumes(),
    ]);
    all.extend(by_their_lists().map(|(one, _)| json!([one])));
    all.into_iter()
        .map(|resources| {
            let mut world = world_of(&resources);
            world["accounts"][1]["regions"][0]["allowed_images"] = Value::Null;
            let arn = resources[0]["ResourceArn"].as_str().unwrap();
            (world, arn.to_owned())
        })
        .collect()
}

#[test]
fn a_resource_that_is_not_there_is_said_not_to_be() {
    for arn in [
        "arn:aws:ec2:us-east-2:111122223333:volume/vol-1",
        "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1",
        "arn:aws:eks:us-east-2:111122223333:cluster/prod",
    ] {
        let one = json!({"ResourceArn": arn, "ResourceType": null});
        let (found, _) = found(&world_of(&json!([one])), arn);
        assert_eq!(resources(&found), json!([one]));
    }
}

#[test]
fn a_bucket_that_is_not_found_may_be_in_another_region() {
    let bucket = "arn:aws:s3:::photos";
    let one = json!({"ResourceArn": bucket, "ResourceType": null});
    let (found, _) = found(&world_of(&json!([one])), bucket);
    let asked = "cloudformation:GetResource";
    assert_eq!(
        gaps(&found),
        [gap(
            SOURCE,
            asked,
            bucket,
            Some("ResourceNotFoundException")
        )]
    );
    assert_eq!(object(&found, bucket), None);
}

#[test]
fn a_refused_call_is_a_gap_that_names_it() {
    for (arn, asked, code) in [
        (
            "arn:aws:ec2:us-east-2:111122223333:volume/vol-1",
            "ec2:DescribeVolumes",
            "UnauthorizedOperation",
        ),
        (
            "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1",
            "fsx:DescribeFileSystems",
            "AccessDeniedException",
        ),
        (
            "arn:aws:eks:us-east-2:111122223333:cluster/prod",
            "cloudformation:GetResource",
            "AccessDeniedException",
        ),
    ] {
        let server = served(&world_of(&json!([])));
        server.fault(Fault::denied().operation(asked));
        let found = Home::new(&server).both(&copy_of(arn));
        server.finish();
        assert_eq!(gaps(&found), [gap(SOURCE, asked, arn, Some(code))]);
    }
}

#[test]
fn a_call_that_is_signed_by_hand_is_made_again_after_throttling_and_given_up_after_garbage() {
    let one = volume("vol-1", Some(KEY));
    let arn = one["ResourceArn"].as_str().unwrap();
    let world = world_of(&json!([one]));
    let server = served(&world);
    server.fault(Fault::throttled().operation("ec2:DescribeVolumes").times(2));
    let found = Home::new(&server).both(&copy_of(arn));
    assert_eq!(calls(&server.finish(), "ec2:DescribeVolumes"), 3);
    assert_eq!(resources(&found), json!([one]));
    let server = served(&world);
    server.fault(Fault::garbage().operation("ec2:DescribeVolumes"));
    let found = Home::new(&server).both(&copy_of(arn));
    server.finish();
    let asked = "ec2:DescribeVolumes";
    assert_eq!(
        gaps(&found),
        [gap(SOURCE, asked, arn, Some("the answer is not whole"))]
    );
}

#[test]
fn throttling_that_is_said_by_its_code_alone_is_waited_out_too() {
    let arn = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1";
    let one = with_key(
        arn,
        "FSx",
        true,
        Some(KEY),
        &json!({"FileSystemType": "LUSTRE", "DataRepositoryAssociations": []}),
    );
    let server = served(&world_of(&json!([one])));
    let asked = "fsx:DescribeFileSystems";
    server.fault(Fault::throttled().operation(asked).times(2));
    let found = Home::new(&server).both(&copy_of(arn));
    assert_eq!(calls(&server.finish(), asked), 3);
    assert_eq!(gaps(&found), []);
}
