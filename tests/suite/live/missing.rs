//! What AWS says is not there becomes null; what nobody could look at stays open.

use serde_json::json;

use super::super::aws::{Fault, calls};
use super::*;

fn source_region(world: &mut Value) -> &mut Value {
    &mut world["accounts"][0]["regions"][0]
}

fn destination(world: &mut Value) -> &mut Value {
    &mut world["accounts"][1]
}

#[test]
fn a_vault_that_is_not_in_the_list_does_not_exist() {
    let mut world = rds();
    let place = &mut destination(&mut world)["regions"][0];
    place["vaults"] = json!([]);
    place["vaults_complete"] = json!(true);
    let server = served(&world);
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(
        object(&found, CENTRAL),
        Some(&json!({"BackupVaultName": "central", "BackupVaultArn": CENTRAL, "VaultState": null}))
    );
    assert_eq!(gaps(&found), []);
}

#[test]
fn a_vault_that_is_refused_and_in_the_list_is_read_from_the_list() {
    let mut world = rds();
    destination(&mut world)["regions"][0]["vaults_complete"] = json!(true);
    let server = served(&world);
    server.fault(
        Fault::denied()
            .operation("backup:DescribeBackupVault")
            .account(DESTINATION),
    );
    assert_eq!(
        Home::new(&server).both(&copy_of(DATABASE)),
        as_collected(&world)
    );
    server.finish();
}

#[test]
fn a_vault_that_is_refused_is_open_where_the_list_is_refused_too() {
    let world = rds();
    let server = served(&world);
    for operation in ["backup:DescribeBackupVault", "backup:ListBackupVaults"] {
        server.fault(Fault::denied().operation(operation).account(DESTINATION));
    }
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    let denied = Some("AccessDeniedException");
    assert_eq!(
        gaps(&found),
        [
            gap(DESTINATION, "backup:DescribeBackupVault", CENTRAL, denied),
            gap(
                DESTINATION,
                "backup:GetBackupVaultAccessPolicy",
                CENTRAL,
                None
            ),
            gap(
                DESTINATION,
                "backup:ListBackupVaults",
                "444455556666/eu-west-1",
                denied
            ),
        ]
    );
    assert_eq!(object(&found, CENTRAL), None);
}

#[test]
fn a_vault_without_a_policy_has_none_and_one_that_is_refused_is_a_gap() {
    let mut world = rds();
    destination(&mut world)["regions"][0]["vaults"][0]["AccessPolicy"] = Value::Null;
    let server = served(&world);
    let operation = "backup:GetBackupVaultAccessPolicy";
    server.fault(Fault::denied().operation(operation).account(SOURCE));
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(
        object(&found, CENTRAL).unwrap()["AccessPolicy"],
        Value::Null
    );
    assert_eq!(
        object(&found, CENTRAL).unwrap().get("AccessPolicy"),
        Some(&Value::Null)
    );
    assert_eq!(object(&found, PROD).unwrap().get("AccessPolicy"), None);
    assert_eq!(
        gaps(&found),
        [gap(SOURCE, operation, PROD, Some("AccessDeniedException"))]
    );
}

#[test]
fn a_role_that_does_not_exist_has_a_null_trust_policy() {
    let mut world = rds();
    destination(&mut world)["roles"] = json!([]);
    destination(&mut world)["roles_complete"] = json!(true);
    let server = served(&world);
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(
        object(&found, LINKED_ROLE),
        Some(&json!({"Arn": LINKED_ROLE, "AssumeRolePolicyDocument": null}))
    );
    assert_eq!(gaps(&found), []);
}

#[test]
fn a_role_of_the_same_name_under_another_path_is_not_the_role() {
    let world = rds();
    let server = served(&world);
    let named = "arn:aws:iam::111122223333:role/AWSBackupDefaultServiceRole";
    let copy = NamedCopy {
        role: Some(arn(named)),
        ..copy_of(DATABASE)
    };
    let found = Home::new(&server).both(&copy);
    server.finish();
    assert_eq!(
        object(&found, named).unwrap()["AssumeRolePolicyDocument"],
        Value::Null
    );
    assert_eq!(object(&found, ROLE), None);
}

#[test]
fn a_key_that_does_not_exist_has_a_null_state() {
    let mut world = rds();
    source_region(&mut world)["keys"][0] = json!({"Arn": DATA_KEY, "KeyState": null});
    let server = served(&world);
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(
        object(&found, DATA_KEY),
        Some(&json!({"Arn": DATA_KEY, "KeyState": null}))
    );
    assert_eq!(gaps(&found), []);
}

#[test]
fn a_resource_that_does_not_exist_has_a_null_type() {
    for (mut world, named) in [(rds(), DATABASE), (dynamodb(), TABLE)] {
        let missing = json!({"ResourceArn": named, "ResourceType": null});
        source_region(&mut world)["resources"][0] = missing.clone();
        let server = served(&world);
        let found = Home::new(&server).both(&copy_of(named));
        server.finish();
        let resources = &found["accounts"][0]["regions"][0]["resources"];
        assert_eq!(resources, &json!([missing]));
        assert_eq!(gaps(&found), []);
    }
}

#[test]
fn a_recovery_point_that_does_not_exist_has_a_null_status() {
    let mut world = rds();
    source_region(&mut world)["recovery_points"] =
        json!([{"RecoveryPointArn": POINT, "Status": null}]);
    let server = served(&world);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    let found = Home::new(&server).both(&copy);
    server.finish();
    assert_eq!(
        object(&found, POINT),
        Some(&json!({"RecoveryPointArn": POINT, "Status": null}))
    );
    assert_eq!(gaps(&found), []);
}

#[test]
fn accounts_of_no_organization_have_none_and_no_control_policies() {
    let mut world = rds();
    for account in world["accounts"].as_array_mut().unwrap() {
        account["organization"] = Value::Null;
        account["cross_account_backup"] = Value::Null;
        account["service_control_policies"] = json!([]);
    }
    let server = served(&world);
    assert_eq!(
        Home::new(&server).both(&copy_of(DATABASE)),
        as_collected(&world)
    );
    server.finish();
}

#[test]
fn a_member_account_that_may_not_read_the_tree_asks_the_simulator() {
    let world = {
        let mut world = rds();
        for account in world["accounts"].as_array_mut().unwrap() {
            let account = account.as_object_mut().unwrap();
            account.remove("service_control_policies");
            account.remove("resource_control_policies");
            account["organization"]
                .as_object_mut()
                .unwrap()
                .remove("Path");
        }
        let snapshots = POINT.replace("job-1", "*");
        world["accounts"][0]["roles"][0]["Simulated"] = json!([
            {"EvalActionName": "backup:CopyIntoBackupVault", "EvalResourceName": CENTRAL, "EvalDecision": "allowed",
             "MatchedStatements": [{"SourcePolicyId": "extra", "SourcePolicyType": "IAM Policy"}],
             "OrganizationsDecisionDetail": {"AllowedByOrganizations": true}},
            {"EvalActionName": "backup:CopyFromBackupVault", "EvalResourceName": snapshots, "EvalDecision": "implicitDeny",
             "OrganizationsDecisionDetail": {"AllowedByOrganizations": false}},
        ]);
        // All else that the copy and its backup ask of the role, what stands for many things first.
        for (action, resource) in [
            ("rds:AddTagsToResource", snapshots.clone()),
            ("rds:CopyDBSnapshot", snapshots.clone()),
            ("rds:CreateDBSnapshot", snapshots.clone()),
            ("rds:DescribeDBSnapshots", snapshots.clone()),
            ("rds:ModifyDBSnapshotAttribute", snapshots),
            ("kms:CreateGrant", DATA_KEY.to_owned()),
            ("kms:DescribeKey", DATA_KEY.to_owned()),
            ("rds:CreateDBSnapshot", DATABASE.to_owned()),
            ("rds:DescribeDBInstances", DATABASE.to_owned()),
            ("rds:ListTagsForResource", DATABASE.to_owned()),
        ] {
            let said = json!({"EvalActionName": action, "EvalResourceName": resource, "EvalDecision": "allowed",
                              "OrganizationsDecisionDetail": {"AllowedByOrganizations": true}});
            world["accounts"][0]["roles"][0]["Simulated"]
                .as_array_mut()
                .unwrap()
                .push(said);
        }
        let unread = |account: &str, operation: &str, error: Option<&str>| {
            json!({"account": account, "region": null, "operation": operation, "subject": account, "error": error,
                   "permission": operation})
        };
        world["gaps"] = json!([
            unread(
                SOURCE,
                "organizations:ListParents",
                Some("AccessDeniedException")
            ),
            unread(SOURCE, "organizations:ListPoliciesForTarget", None),
            unread(
                DESTINATION,
                "organizations:ListParents",
                Some("AccessDeniedException")
            ),
            unread(DESTINATION, "organizations:ListPoliciesForTarget", None),
        ]);
        world
    };
    let server = Server::start(world.clone());
    // No recovery point is looked for: the backup that is copied is yet to come.
    assert_eq!(
        Home::new(&server).both(&copy_of(DATABASE)),
        as_collected(&world)
    );
    let journal = server.finish();
    let asked = journal
        .iter()
        .filter(|call| call.name() == "iam:SimulatePrincipalPolicy");
    assert_eq!(asked.count(), 4, "one call for each thing");
}

#[test]
fn without_destination_credentials_the_destination_is_all_gaps_and_nothing_there_is_read() {
    let world = rds();
    let server = served(&world);
    let found = Home::new(&server).source_only(&copy_of(DATABASE));
    let journal = server.finish();
    assert!(journal.iter().all(|call| call.account == SOURCE));
    assert_eq!(
        gaps(&found),
        [
            gap(DESTINATION, "iam:GetRole", LINKED_ROLE, None),
            gap(
                DESTINATION,
                "organizations:DescribeEffectivePolicy",
                DESTINATION,
                None
            ),
            gap(
                DESTINATION,
                "organizations:DescribeOrganization",
                DESTINATION,
                None
            ),
            gap(
                DESTINATION,
                "sts:GetCallerIdentity",
                DESTINATION,
                Some("NoCredentials")
            ),
            gap(DESTINATION, "backup:DescribeBackupVault", CENTRAL, None),
            gap(
                DESTINATION,
                "backup:GetBackupVaultAccessPolicy",
                CENTRAL,
                None
            ),
        ]
    );
    let mut expected = as_collected(&world);
    // Which engines a Region has is the same for every account.
    let there = &expected["accounts"][1]["regions"][0];
    let there =
        json!({"region": there["region"], "db_engine_versions": there["db_engine_versions"]});
    expected["accounts"][1] = json!({"account": DESTINATION, "regions": [there]});
    assert_eq!(found["accounts"], expected["accounts"]);
}

/// The database's world with the central vault in a Region that must be opted in to, and what each account says of it.
pub fn in_south(source: &str, destination: &str) -> (Value, NamedCopy) {
    let text = rds().to_string().replace("eu-west-1", "eu-south-1");
    let mut world: Value = serde_json::from_str(&text).unwrap();
    world["accounts"][0]["regions"][0]["opt_in_status"] = json!("opt-in-not-required");
    world["accounts"][1]["regions"][0]["opt_in_status"] = json!(destination);
    let south = json!({"region": "eu-south-1", "opt_in_status": source});
    let regions = world["accounts"][0]["regions"].as_array_mut().unwrap();
    regions.insert(0, south);
    let copy = NamedCopy {
        destination_vault: arn(&CENTRAL.replace("eu-west-1", "eu-south-1")),
        ..copy_of(DATABASE)
    };
    (world, copy)
}

#[test]
fn a_region_that_must_be_opted_in_to_is_asked_of_both_accounts() {
    let (world, copy) = in_south("not-opted-in", "opted-in");
    let server = served(&world);
    let found = Home::new(&server).both(&copy);
    let journal = server.finish();
    assert_eq!(gaps(&found), []);
    let status = |account: usize| &found["accounts"][account]["regions"][0]["opt_in_status"];
    assert_eq!(
        (status(0), status(1)),
        (&json!("not-opted-in"), &json!("opted-in"))
    );
    assert_eq!(calls(&journal, "ec2:DescribeRegions"), 2);
    // The security token service of such a Region may not know the account.
    let identity = journal
        .iter()
        .find(|call| call.account == DESTINATION && call.name() == "sts:GetCallerIdentity");
    assert_eq!(identity.unwrap().region, "us-east-1");
}

#[test]
fn a_region_whose_status_is_refused_is_a_gap() {
    let (world, copy) = in_south("opted-in", "opted-in");
    let server = served(&world);
    server.fault(Fault::denied().operation("ec2:DescribeRegions"));
    let found = Home::new(&server).both(&copy);
    server.finish();
    let code = Some("UnauthorizedOperation");
    let asked = "ec2:DescribeRegions";
    assert_eq!(
        gaps(&found),
        [
            gap(SOURCE, asked, "eu-south-1", code),
            gap(DESTINATION, asked, "eu-south-1", code)
        ]
    );
}

/// As stand-ins for AWS answer: what AWS always says and they do not is a gap of its own.
#[test]
fn what_an_answer_lacks_is_named() {
    let mut world = rds();
    let regions = &mut world["accounts"][0]["regions"];
    let keys = regions[0]["keys"].as_array_mut().unwrap();
    let key = keys.iter_mut().find(|key| key["Arn"] == DATA_KEY).unwrap();
    key["KeyUsage"] = Value::Null;
    let vaults = world["accounts"][1]["regions"][0]["vaults"].as_array_mut();
    vaults.unwrap()[0]["Locked"] = Value::Null;
    let server = served(&world);
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    let lacks = |account, operation, subject, field: &str| {
        let why = format!("the answer lacks {field}");
        gap(account, operation, subject, Some(&why))
    };
    assert_eq!(
        gaps(&found),
        [
            lacks(SOURCE, "kms:DescribeKey", DATA_KEY, "KeyUsage"),
            lacks(DESTINATION, "backup:DescribeBackupVault", CENTRAL, "Locked"),
        ]
    );
    assert!(object(&found, DATA_KEY).unwrap().get("KeyUsage").is_none());
}
