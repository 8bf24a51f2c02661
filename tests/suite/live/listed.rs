//! All that is in a Region, of every type.

use backup_preflight::known::ResourceType;
use serde_json::{Map, Value, json};

use super::super::aws::{AGGREGATOR, Entry, Fault, calls};
use super::survey::region;
use super::types::{keyed, resource, volume};
use super::*;

/// A Region with a plan that takes everything, every type switched on, and one resource of each.
pub fn world() -> Value {
    let mut world = rds();
    world["accounts"].as_array_mut().unwrap().truncate(1);
    let account = &mut world["accounts"][0];
    account["roles_complete"] = json!(true);
    account["backup_policy"] = Value::Null;
    account["tag_policy"] = Value::Null;
    let place = &mut account["regions"][0];
    place["allowed_images"] = Value::Null;
    place["ebs_default_kms_key_id"] = json!(DATA_KEY);
    let on: Map<String, Value> = ResourceType::ALL
        .iter()
        .map(|of| (of.as_str().to_owned(), json!(true)))
        .collect();
    place["region_settings"]["ResourceTypeOptInPreference"] = on.into();
    place["opt_in_status"] = json!("opt-in-not-required");
    place["vaults_complete"] = json!(true);
    place["resources_complete"] = json!(true);
    place["recovery_points"] = json!([]);
    place["plans"] = json!([{
        "BackupPlanId": "plan-1",
        "BackupPlanArn": "arn:aws:backup:us-east-2:111122223333:backup-plan:plan-1",
        "BackupPlan": {"BackupPlanName": "daily", "Rules": [{
            "RuleName": "daily", "TargetBackupVaultName": "prod", "ScheduleExpression": "cron(0 5 ? * * *)",
            "CopyActions": [{"DestinationBackupVaultArn": PROD.replace("prod", "other"), "Lifecycle": {"DeleteAfterDays": 35}}],
        }]},
        "Selections": [{"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]}],
    }]);
    let database = place["resources"][0].clone();
    place["resources"] = resources(&database);
    world
}

fn resources(database: &Value) -> Value {
    let arn = |rest: &str| rest.replace("HERE", "us-east-2:111122223333");
    let mut all = vec![
        database.clone(),
        volume("vol-1", Some(DATA_KEY)),
        volume("vol-2", None),
        keyed(
            &arn("arn:aws:dynamodb:HERE:table/carts"),
            "DynamoDB",
            json!({"TableName": "carts", "TableArn": arn("arn:aws:dynamodb:HERE:table/carts"), "TableStatus": "ACTIVE",
                   "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": DATA_KEY}}),
        ),
        keyed(
            &arn("arn:aws:fsx:HERE:file-system/fs-9"),
            "FSx",
            json!({"FileSystemId": "fs-9", "FileSystemType": "ONTAP", "KmsKeyId": DATA_KEY,
                   "ResourceARN": arn("arn:aws:fsx:HERE:file-system/fs-9")}),
        ),
        keyed(
            &arn("arn:aws:fsx:HERE:file-system/fs-8"),
            "FSx",
            json!({"FileSystemId": "fs-8", "FileSystemType": "LUSTRE", "StorageType": "SSD", "KmsKeyId": DATA_KEY,
                   "ResourceARN": arn("arn:aws:fsx:HERE:file-system/fs-8"),
                   "DataRepositoryAssociations": [{"AssociationId": "dra-1", "Lifecycle": "AVAILABLE"}]}),
        ),
        keyed(
            &arn("arn:aws:fsx:HERE:volume/fs-9/fsvol-1"),
            "FSx",
            json!({"FileSystemId": "fs-9", "FileSystemType": "ONTAP", "KmsKeyId": DATA_KEY,
                   "ResourceARN": arn("arn:aws:fsx:HERE:volume/fs-9/fsvol-1")}),
        ),
    ];
    for (engine, of) in [
        ("aurora-mysql", "Aurora"),
        ("docdb", "DocumentDB"),
        ("neptune", "Neptune"),
        ("mysql", "RDS"),
    ] {
        let cluster = arn(&format!("arn:aws:rds:HERE:cluster:{engine}"));
        let detail = json!({"DBClusterIdentifier": engine, "DBClusterArn": cluster, "Engine": engine,
                            "StorageEncrypted": true, "KmsKeyId": DATA_KEY});
        all.push(keyed(&cluster, of, detail));
    }
    let efs = keyed(
        &arn("arn:aws:elasticfilesystem:HERE:file-system/fs-1"),
        "EFS",
        json!({"FileSystemPolicy": null}),
    );
    let mut redshift = keyed(
        &arn("arn:aws:redshift:HERE:cluster:sales"),
        "Redshift",
        json!({}),
    );
    redshift.as_object_mut().unwrap().remove("Detail");
    all.extend([efs, redshift]);
    for (name, of) in [
        ("arn:aws:backup-gateway:HERE:vm/vm-1", "VirtualMachine"),
        ("arn:aws:cloudformation:HERE:stack/web/1", "CloudFormation"),
        ("arn:aws:dsql:HERE:cluster/abc", "Aurora DSQL"),
        ("arn:aws:eks:HERE:cluster/prod", "EKS"),
        (
            "arn:aws:redshift-serverless:HERE:namespace/n-1",
            "Redshift Serverless",
        ),
        (
            "arn:aws:ssm-sap:HERE:HANA/app/DB/one",
            "SAP HANA on Amazon EC2",
        ),
        (
            "arn:aws:storagegateway:HERE:gateway/sgw-1/volume/vol-3",
            "Storage Gateway",
        ),
        ("arn:aws:timestream:HERE:database/d/table/t", "Timestream"),
        ("arn:aws:timestream:HERE:database/d/table/u", "Timestream"),
    ] {
        all.push(resource(&arn(name), of));
    }
    all.push(types::bucket());
    all.push(types::instance_and_volumes()[0].clone());
    all.push(volume("vol-9", Some(DATA_KEY)));
    all.sort_by_key(|one| one["ResourceArn"].as_str().unwrap().to_owned());
    all.into()
}

pub fn scope() -> Scope {
    Scope {
        regions: Some(vec![region("us-east-2")]),
        plans: true,
        ..Scope::default()
    }
}

fn read(home: &Home, scope: Scope) -> Value {
    let sides = Sides {
        source: profile(SOURCE),
        ..Sides::default()
    };
    let found = as_value(&home.survey(scope, &sides).unwrap());
    found["accounts"][0]["regions"][0].clone()
}

/// The calls that read it all.
pub fn journal() -> Vec<Entry> {
    let server = served(&world());
    read(&Home::new(&server), scope());
    server.finish()
}

#[test]
fn one_resource_of_each_type_is_found_where_a_plan_takes_everything_and_they_are_all() {
    let world = world();
    let server = served(&world);
    let found = read(&Home::new(&server), scope());
    server.finish();
    assert_eq!(
        found["resources"],
        world["accounts"][0]["regions"][0]["resources"]
    );
    assert_eq!(found["resources_complete"], true);
}

/// With an aggregator in place of the account's own lists.
pub fn from_aggregator(name: &str) -> Scope {
    Scope {
        aggregator: Some(name.to_owned()),
        ..scope()
    }
}

#[test]
fn an_aggregator_stands_for_the_lists_and_what_it_leaves_open_is_asked_for() {
    let world = world();
    let server = served(&world);
    let found = read(&Home::new(&server), from_aggregator(AGGREGATOR));
    let journal = server.finish();
    let recorded = |one: &&Value| {
        let of = one["ResourceType"].as_str().unwrap();
        [
            "Aurora",
            "CloudFormation",
            "DocumentDB",
            "DynamoDB",
            "EBS",
            "EC2",
            "EFS",
            "EKS",
            "Neptune",
            "RDS",
            "S3",
        ]
        .contains(&of)
    };
    // AWS Config has their keys and tags; of the description it has what checks read.
    let plain = |one: &Value| {
        let mut one = one.clone();
        one.as_object_mut().unwrap().remove("Detail");
        one
    };
    let all = |resources: &Value| -> Vec<Value> {
        resources
            .as_array()
            .unwrap()
            .iter()
            .filter(recorded)
            .map(plain)
            .collect()
    };
    assert_eq!(
        all(&found["resources"]),
        all(&world["accounts"][0]["regions"][0]["resources"])
    );
    assert_eq!(found.get("resources_complete"), None);
    for list in [
        "dynamodb:ListTables",
        "ec2:DescribeVolumes",
        "cloudformation:ListResources",
        "ssm-sap:ListDatabases",
    ] {
        assert_eq!(calls(&journal, list), 0, "{list}");
    }
    assert!(calls(&journal, "config:SelectAggregateResourceConfig") > 0);
}

#[test]
fn an_aggregator_that_is_not_there_is_an_error() {
    let server = served(&world());
    let home = Home::new(&server);
    let sides = Sides {
        source: profile(SOURCE),
        ..Sides::default()
    };
    let error = home.survey(from_aggregator("nobody"), &sides).unwrap_err();
    server.finish();
    let said = error.to_string();
    assert!(
        said.contains("no aggregator `nobody` of AWS Config"),
        "{said}"
    );
}

#[test]
fn a_list_that_is_refused_leaves_the_rest_and_says_that_they_are_not_all() {
    let world = world();
    let server = served(&world);
    server.fault(Fault::denied().operation("dynamodb:ListTables"));
    let sides = Sides {
        source: profile(SOURCE),
        ..Sides::default()
    };
    let found = as_value(&Home::new(&server).survey(scope(), &sides).unwrap());
    server.finish();
    let place = &found["accounts"][0]["regions"][0];
    assert_eq!(place.get("resources_complete"), None);
    let served = world["accounts"][0]["regions"][0]["resources"]
        .as_array()
        .unwrap()
        .len();
    assert_eq!(place["resources"].as_array().unwrap().len(), served - 1);
    let subject = format!("{SOURCE}/us-east-2");
    let refused = gap(
        SOURCE,
        "dynamodb:ListTables",
        &subject,
        Some("AccessDeniedException"),
    );
    assert!(gaps(&found).contains(&refused), "{:?}", gaps(&found));
}

/// Cloud Control says so where a Region has no such type; of a type that the Region's settings name it is not believed.
#[test]
fn a_type_that_a_region_does_not_have_leaves_nothing_open() {
    let by_cloud_control = [
        "Aurora DSQL",
        "CloudFormation",
        "EFS",
        "EKS",
        "Redshift",
        "Redshift Serverless",
        "S3",
        "Timestream",
    ];
    for (named, whole) in [(None, json!(true)), (Some("EFS"), Value::Null)] {
        let mut world = world();
        let place = &mut world["accounts"][0]["regions"][0];
        let settings = &mut place["region_settings"]["ResourceTypeOptInPreference"];
        let settings = settings.as_object_mut().unwrap();
        settings.retain(|of, _| named == Some(of) || !by_cloud_control.contains(&of.as_str()));
        let server = served(&world);
        let none = Fault::error(400, "TypeNotFoundException");
        server.fault(none.operation("cloudformation:ListResources"));
        let found = read(&Home::new(&server), scope());
        server.finish();
        assert_eq!(found["resources_complete"], whole, "{named:?}");
    }
}

/// Whether a type is switched on for a plan of the organization's the management account says.
#[test]
fn for_a_plan_of_a_policy_what_is_switched_off_is_listed_too() {
    for (id, listed) in [("orgs/111122223333/us-east-2/daily", 1), ("plan-1", 0)] {
        let mut world = world();
        let place = &mut world["accounts"][0]["regions"][0];
        place["plans"][0]["BackupPlanId"] = json!(id);
        place["plans"][0]["BackupPlanArn"] = json!(format!(
            "arn:aws:backup:us-east-2:111122223333:backup-plan:{id}"
        ));
        place["region_settings"]["ResourceTypeOptInPreference"]["EFS"] = json!(false);
        let server = served(&world);
        let found = read(&Home::new(&server), scope());
        server.finish();
        let all = found["resources"].as_array().unwrap().iter();
        let of_type = all.filter(|one| one["ResourceType"] == "EFS").count();
        assert_eq!(of_type, listed, "{id}");
    }
}

/// What a later version of AWS Backup says in a plan may be that it copies less, or otherwise.
#[test]
fn what_a_plan_says_is_kept_as_it_came() {
    let mut world = world();
    let plan = &mut world["accounts"][0]["regions"][0]["plans"][0];
    plan["BackupPlan"]["Rules"][0]["CopyActions"][0]["Disabled"] = json!(true);
    plan["Selections"][0]["Conditions"] = json!({"StringEquals": [],
        "StringNotContains": [{"ConditionKey": "aws:ResourceTag/x", "ConditionValue": "y"}]});
    let plan = plan.clone();
    let server = served(&world);
    let found = read(&Home::new(&server), scope());
    server.finish();
    for part in ["BackupPlan", "Selections"] {
        assert_eq!(found["plans"][0][part], plan[part]);
    }
}

/// What is younger than a rule's last start had no backup then.
#[test]
fn when_plans_selections_and_vaults_were_made_is_read() {
    let mut world = world();
    let made = |day: u8| json!(format!("2026-11-0{day}T05:00:00.25Z"));
    let place = &mut world["accounts"][0]["regions"][0];
    place["plans"][0]["CreationDate"] = made(1);
    place["plans"][0]["Selections"][0]["CreationDate"] = made(2);
    place["vaults"][0]["CreationDate"] = made(3);
    let vault = place["vaults"][0]["BackupVaultArn"].clone();
    let server = served(&world);
    let found = read(&Home::new(&server), scope());
    server.finish();
    let plan = &found["plans"][0];
    let mut vaults = found["vaults"].as_array().unwrap().iter();
    let vault = vaults.find(|one| one["BackupVaultArn"] == vault).unwrap();
    let dates = [plan, &plan["Selections"][0], vault].map(|of| of["CreationDate"].clone());
    assert_eq!(dates, [made(1), made(2), made(3)]);
}

#[test]
fn a_plan_that_was_not_read_has_the_name_that_the_list_gives_it() {
    let server = served(&world());
    server.fault(Fault::denied().operation("backup:GetBackupPlan"));
    let found = read(&Home::new(&server), scope());
    server.finish();
    let plan = &found["plans"][0];
    assert_eq!(
        (&plan["BackupPlanName"], plan.get("BackupPlan")),
        (&json!("daily"), None)
    );
}

/// The lists do not say whether a recovery point is in cold storage, nor what its snapshot is like.
#[test]
fn what_copy_jobs_copied_is_described_where_that_is_asked() {
    let mut world = rds();
    let place = &mut world["accounts"][0]["regions"][0];
    place["copy_jobs"] = json!([{
        "AccountId": SOURCE, "CopyJobId": "job-1", "State": "COMPLETED", "SourceBackupVaultArn": PROD,
        "SourceRecoveryPointArn": POINT, "DestinationBackupVaultArn": CENTRAL, "ResourceArn": DATABASE,
        "ResourceType": "RDS", "CreationDate": "2026-11-20T10:00:00Z", "IamRoleArn": ROLE, "IsParent": false,
    }]);
    place["plans"] = json!([]);
    place["vaults_complete"] = json!(true);
    world["accounts"][0]["roles_complete"] = json!(true);
    for account in 0..2 {
        world["accounts"][account]["backup_policy"] = Value::Null;
        world["accounts"][account]["tag_policy"] = Value::Null;
    }
    for points_of_jobs in [true, false] {
        let server = served(&world);
        let scope = Scope {
            copy_jobs: true,
            points_of_jobs,
            ..scope()
        };
        let found = read(&Home::new(&server), scope);
        let journal = server.finish();
        let described = calls(&journal, "backup:DescribeRecoveryPoint");
        assert_eq!(described, usize::from(points_of_jobs));
        let points = found["recovery_points"].as_array().unwrap();
        let point = points
            .iter()
            .find(|point| point["RecoveryPointArn"] == POINT);
        let told = point.unwrap().get("Detail").is_some();
        assert_eq!(told, points_of_jobs);
    }
}
