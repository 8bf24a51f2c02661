//! What leaves a template and AWS does not delete: it stays, and so do the copies of it.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::template_before::{nothing, resource_of, template};
use crate::support::Estate;
use crate::support::estate::{
    CENTRAL, CENTRAL_KEY, DATABASE, DESTINATION_VAULT, FROM, RESOURCE, ROLE, SOURCE, TO,
};

/// What becomes of the one copy, and what is told of it.
fn becomes(estate: &Estate, now: &Value, account: &str) -> (String, String) {
    let found = judged(estate, &Change::Templates(now, &nothing(), account), &[]);
    (found.copies.join("; "), found.report["gaps"].to_string())
}

#[test]
fn a_vault_that_holds_recovery_points_stays() {
    let central = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY});
    let now = template(json!({"V": resource_of("AWS::Backup::BackupVault", &central)}));
    let points = |count: Value| {
        let at = format!("{DESTINATION_VAULT}/NumberOfRecoveryPoints");
        Estate::rds().set(&at, count)
    };
    let of = |estate: &Estate| becomes(estate, &now, TO);
    let copy = |is: &str| format!("orders into central: feasible -> {is}");
    assert_eq!(of(&points(json!(3))).0, copy("feasible (same)"));
    assert_eq!(of(&points(json!(0))).0, copy("blocked (worse)"));
    let (found, told) = of(&Estate::rds());
    assert_eq!(found, copy("undecided (worse)"));
    assert!(
        told.contains("it is not known whether it holds recovery points"),
        "{told}"
    );
}

/// An estate with a backup plan that has these selections, each by its id and name.
fn with_plan(selections: &[(&str, &str)]) -> Estate {
    let rule = json!([{"RuleName": "daily", "TargetBackupVaultName": "prod", "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 35},
        "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]}]);
    let all = selections.iter().map(|(id, name)| {
        json!({"SelectionId": id, "SelectionName": name, "IamRoleArn": ROLE, "Resources": [DATABASE]})
    });
    let plan = json!([{"BackupPlanId": "p-1", "BackupPlan": {"BackupPlanName": "daily", "Rules": rule},
        "Selections": all.collect::<Vec<_>>()}]);
    let none = Estate::rds().set("/copies", json!([]));
    none.set(&format!("{SOURCE}/plans"), plan)
}

#[test]
fn a_plan_that_the_selections_of_others_hang_on_stays() {
    let rule = json!([{"RuleName": "daily", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 35},
        "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]}]);
    let plan = json!({"BackupPlan": {"BackupPlanName": "daily", "BackupPlanRule": rule}});
    let selection = json!({"BackupPlanId": {"Ref": "Plan"}, "BackupSelection":
        {"SelectionName": "own", "IamRoleArn": ROLE, "Resources": [DATABASE]}});
    let now = template(json!({
        "Plan": resource_of("AWS::Backup::BackupPlan", &plan),
        "S": resource_of("AWS::Backup::BackupSelection", &selection),
    }));
    let of = |estate: &Estate| becomes(estate, &now, FROM);
    assert_eq!(
        of(&with_plan(&[("s-1", "own")])).0,
        "orders into central: feasible -> feasible (removed)"
    );
    // Its own goes, and the other's copy goes on.
    let both = with_plan(&[("s-1", "own"), ("s-2", "others")]);
    let (found, _) = of(&both);
    assert!(
        found.contains("orders into central: feasible -> feasible (same)"),
        "{found}"
    );
    assert!(found.contains("(removed)"), "{found}");
    let unread = with_plan(&[("s-1", "own")]).without(&format!("{SOURCE}/plans/0/Selections"));
    let found = judged(&unread, &Change::Templates(&now, &nothing(), FROM), &[]);
    assert_eq!(found.code, 3, "{:?}", found.copies);
}

#[test]
fn what_is_protected_from_deletion_stays() {
    let now = |protected: bool| {
        let of = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres", "DeletionProtection": protected});
        template(json!({"D": resource_of("AWS::RDS::DBInstance", &of)}))
    };
    let of = |estate: &Estate, protected: bool| becomes(estate, &now(protected), FROM).0;
    let copy = |is: &str| format!("orders into central: feasible -> {is}");
    assert_eq!(of(&Estate::rds(), true), copy("feasible (same)"));
    assert_eq!(of(&Estate::rds(), false), copy("blocked (worse)"));
    let read = |protected: bool| {
        let at = format!("{RESOURCE}/Detail/DeletionProtection");
        Estate::rds().set(&at, json!(protected))
    };
    assert_eq!(of(&read(true), false), copy("feasible (same)"));
    // The two disagree.
    assert_eq!(of(&read(false), true), copy("undecided (worse)"));
    // A parameter without a value, and a template that does not say it.
    let with = |more: Value, properties: Value| {
        let mut all = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres"});
        let fields = all.as_object_mut().unwrap();
        fields.extend(properties.as_object().unwrap().clone());
        let mut now = template(json!({"D": resource_of("AWS::RDS::DBInstance", &all)}));
        now["Parameters"] = more;
        now
    };
    let open = with(
        json!({"P": {"Type": "String"}}),
        json!({"DeletionProtection": {"Ref": "P"}}),
    );
    let unset = with(json!({}), json!({}));
    let given = with(
        json!({"P": {"Type": "String", "Default": "true"}}),
        json!({"DeletionProtection": {"Ref": "P"}}),
    );
    for now in [&open, &unset] {
        let (found, told) = becomes(&Estate::rds(), now, FROM);
        assert_eq!(found, copy("undecided (worse)"));
        assert!(
            told.contains("it is not known whether DeletionProtection is on"),
            "{told}"
        );
        for (protected, is) in [(true, "feasible (same)"), (false, "blocked (worse)")] {
            assert_eq!(becomes(&read(protected), now, FROM).0, copy(is));
        }
    }
    assert_eq!(
        becomes(&Estate::rds(), &given, FROM).0,
        copy("feasible (same)")
    );
}

/// An estate with a resource of another type.
fn stored(kind: &str, arn: &str) -> Estate {
    Estate::rds()
        .set(&format!("{RESOURCE}/ResourceArn"), json!(arn))
        .set(&format!("{RESOURCE}/ResourceType"), json!(kind))
        .set(&format!("{RESOURCE}/Detail"), json!({}))
        .set("/copies", json!([]))
}

#[test]
fn buckets_and_instances_may_not_be_deleted() {
    let says = |kind: &str, properties: Value, estate: &Estate| {
        let now = template(json!({"X": resource_of(kind, &properties)}));
        becomes(estate, &now, FROM).1
    };
    let bucket = stored("S3", "arn:aws:s3:::orders");
    let told = says("AWS::S3::Bucket", json!({"BucketName": "orders"}), &bucket);
    assert!(
        told.contains("it is not known whether it holds objects"),
        "{told}"
    );
    let table = stored(
        "DynamoDB",
        "arn:aws:dynamodb:us-east-2:111122223333:table/orders",
    );
    let of = |replica: Value| {
        says(
            "AWS::DynamoDB::GlobalTable",
            json!({"TableName": "orders", "Replicas": [replica]}),
            &table,
        )
    };
    let server = stored("EC2", "arn:aws:ec2:us-east-2:111122223333:instance/i-1");
    let tags =
        json!({"aws:cloudformation:stack-name": "app", "aws:cloudformation:logical-id": "X"});
    let server = server.set(&format!("{RESOURCE}/Tags"), tags);
    let of_server = |properties: Value| {
        let now = template(json!({"X": resource_of("AWS::EC2::Instance", &properties)}));
        let change = Change::Templates(&now, &nothing(), FROM);
        let found = judged(&server, &change, &["--cloudformation-stack", "app"]);
        found.report["gaps"].to_string()
    };
    let unknown = "it is not known whether DisableApiTermination is on";
    assert!(
        of_server(json!({})).contains(unknown),
        "{}",
        of_server(json!({}))
    );
    let off = of_server(json!({"DisableApiTermination": false}));
    assert!(!off.contains(unknown), "{off}");
    let unknown = "it is not known whether DeletionProtectionEnabled is on";
    for (replica, is_open) in [
        (json!({"Region": "us-east-2"}), true),
        (
            json!({"Region": "us-east-2", "DeletionProtectionEnabled": false}),
            false,
        ),
    ] {
        let told = of(replica);
        assert_eq!(told.contains(unknown), is_open, "{told}");
    }
    let simple = |estate: &Estate| {
        says(
            "AWS::Serverless::SimpleTable",
            json!({"TableName": "orders"}),
            estate,
        )
    };
    assert!(simple(&table).contains(unknown));
    let read = table.set(
        &format!("{RESOURCE}/Detail/DeletionProtectionEnabled"),
        json!(false),
    );
    assert!(!simple(&read).contains(unknown));
}
