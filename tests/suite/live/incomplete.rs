//! Answers that are not whole: every operation, through everything that may become of an answer on its way. Nothing is
//! read that AWS did not say, nothing is taken for absent or for a shorter list, nothing hangs, and each is a gap.

use std::collections::BTreeSet;
use std::time::Instant;

use super::super::aws::{AGGREGATOR, Fault, Spoiled, calls};
use super::listed;
use super::organization::{MANAGEMENT, organization};
use super::reach::chosen;
use super::survey::everything;
use super::types::{image_to_copy, points_to_copy};
use super::*;
use serde_json::json;

use crate::support::decide;

/// What may become of an answer.
const SPOILED: &[Spoiled] = &[
    Spoiled::Cut(1),
    Spoiled::Cut(300),
    Spoiled::Cut(700),
    Spoiled::WithoutItsEnd,
    Spoiled::Empty,
    Spoiled::Braces,
    Spoiled::ErrorWith200,
    Spoiled::NoContent,
    Spoiled::Html,
    Spoiled::Large,
    Spoiled::TooMany,
];

/// What is read, and the operations that it takes.
struct World {
    server: fn() -> Server,
    read: fn(&Server) -> Option<Value>,
}

const WORLDS: &[World] = &[
    World {
        server: || served(&of_a_point()),
        read: |server| {
            let home = Home::new(server).attempts(1);
            let copy = NamedCopy {
                resource: None,
                recovery_point: Some(arn(POINT)),
                source_vault: None,
                ..copy_of(DATABASE)
            };
            let found = home.collect(&copy, &profile(SOURCE), Some(&profile(DESTINATION)));
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&dynamodb()),
        read: |server| {
            let home = Home::new(server).attempts(1);
            // They are to be listed whatever fails.
            let copy = NamedCopy {
                source_vault: None,
                ..copy_of(TABLE)
            };
            let found = home.collect(&copy, &profile(SOURCE), Some(&profile(DESTINATION)));
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || Server::start(organization(2, &["us-east-2"]).world),
        read: |server| {
            let home = Home::of(server, &[MANAGEMENT]).attempts(1);
            let sides = Sides {
                source: profile(MANAGEMENT),
                ..Sides::default()
            };
            let found = home.survey(everything(&["us-east-2"]), &sides);
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&listed::world()),
        read: |server| {
            let home = Home::of(server, &[SOURCE]).attempts(1);
            let sides = Sides {
                source: profile(SOURCE),
                ..Sides::default()
            };
            let found = home.survey(listed::scope(), &sides);
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&image_to_copy().0),
        read: |server| {
            let home = Home::new(server).attempts(1);
            let copy = image_to_copy().1;
            let found = home.collect(&copy, &profile(SOURCE), Some(&profile(DESTINATION)));
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&point(0).0),
        read: |server| {
            let home = Home::new(server).attempts(1);
            let found = home.collect(&point(0).1, &profile(SOURCE), Some(&profile(DESTINATION)));
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&point(1).0),
        read: |server| {
            let home = Home::new(server).attempts(1);
            let found = home.collect(&point(1).1, &profile(SOURCE), Some(&profile(DESTINATION)));
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&of_a_cluster()),
        read: |server| {
            let home = Home::new(server).attempts(1);
            let copy = NamedCopy {
                resource: None,
                recovery_point: Some(arn(CLUSTER_POINT)),
                ..copy_of(DATABASE)
            };
            let found = home.collect(&copy, &profile(SOURCE), Some(&profile(DESTINATION)));
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || served(&listed::world()),
        read: |server| {
            let home = Home::of(server, &[SOURCE]).attempts(1);
            let sides = Sides {
                source: profile(SOURCE),
                ..Sides::default()
            };
            let found = home.survey(listed::from_aggregator(AGGREGATOR), &sides);
            found.ok().map(|found| as_value(&found))
        },
    },
    World {
        server: || Server::start(organization(2, &["us-east-2"]).world),
        read: |server| {
            let home = Home::of(server, &[MANAGEMENT]).attempts(1);
            let sides = Sides {
                source: profile(MANAGEMENT),
                ..Sides::default()
            };
            let scope = chosen(&["us-east-2"], &["ou-ab12-00000001"], &[]);
            let found = home.survey(scope, &sides);
            found.ok().map(|found| as_value(&found))
        },
    },
];

const CLUSTER_POINT: &str = "arn:aws:rds:us-east-2:111122223333:cluster-snapshot:awsbackup:job-1";

/// A snapshot of a volume, or a backup of a file system, with the copy of it.
fn point(which: usize) -> (Value, NamedCopy) {
    points_to_copy().swap_remove(which)
}

/// The recovery point of a cluster that is gone.
fn of_a_cluster() -> Value {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    let mut point = region["recovery_points"][0].clone();
    let cluster = "arn:aws:rds:us-east-2:111122223333:cluster:sales";
    point["RecoveryPointArn"] = json!(CLUSTER_POINT);
    point["ResourceArn"] = json!(cluster);
    point["ResourceType"] = json!("Aurora");
    point["Detail"] = json!({
        "DBClusterSnapshotIdentifier": "awsbackup:job-1", "DBClusterSnapshotArn": CLUSTER_POINT,
        "DBClusterIdentifier": "sales", "SnapshotType": "awsbackup", "Status": "available",
        "Engine": "mysql", "EngineVersion": "8.0.40", "StorageEncrypted": true, "KmsKeyId": DATA_KEY,
    });
    region["recovery_points"] = json!([point]);
    region["resources"] = json!([{"ResourceArn": cluster, "ResourceType": null}]);
    world
}

/// A recovery point whose vault nobody names.
fn of_a_point() -> Value {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    let points = region["recovery_points"].as_array_mut().unwrap();
    points.truncate(1);
    region["vaults_complete"] = json!(true);
    world
}

/// Lists of the frame: what is in them is there, and what is not is not known.
const OPEN: &[&str] = &[
    "accounts",
    "regions",
    "roles",
    "vaults",
    "keys",
    "resources",
    "recovery_points",
    "option_groups",
    "plans",
    "copy_jobs",
    "db_engine_versions",
];

/// Fields that are not set where they are not there.
const MEANT: &[&str] = &[
    "PermissionsBoundary",
    "VaultType",
    "MinRetentionDays",
    "MaxRetentionDays",
    "Constraints",
    "Lifecycle",
    "CopyActions",
    "TdeCredentialArn",
    "StorageEncryptionType",
    "ProductCodes",
];

/// Where an inventory says something that the other does not, or less than it where less means something.
fn more(found: &Value, whole: &Value, at: &str) -> Option<String> {
    match (found, whole) {
        (Value::Object(found), Value::Object(whole)) => {
            let unsaid = MEANT
                .iter()
                .find(|name| whole.contains_key(**name) && !found.contains_key(**name));
            if let Some(name) = unsaid {
                return Some(format!("{at}/{name} is not there"));
            }
            if at.ends_with("Tags") && found.len() != whole.len() {
                return Some(format!("{at} has not all"));
            }
            found.iter().find_map(|(name, value)| {
                let at = format!("{at}/{name}");
                // What AWS was asked in place of what it did not say.
                match whole.get(name) {
                    _ if ["gaps", "collected_at", "Simulated"].contains(&name.as_str()) => None,
                    Some(other) => more(value, other, &at),
                    None => Some(format!("{at} is {value}")),
                }
            })
        }
        (Value::Array(found), Value::Array(whole)) => {
            let open = OPEN.iter().any(|name| at.ends_with(name));
            if !open && found.len() != whole.len() {
                return Some(format!("{at} has {} of {}", found.len(), whole.len()));
            }
            found.iter().find_map(|one| {
                let differ: Vec<String> = whole.iter().map_while(|it| more(one, it, at)).collect();
                (differ.len() == whole.len()).then(|| format!("{at}: {one}: {differ:?}"))
            })
        }
        _ => (found != whole).then(|| format!("{at} is {found} and not {whole}")),
    }
}

/// A list that is said to be whole is.
fn shorter(found: &Value, whole: &Value) -> Option<String> {
    let regions = |value: &Value| -> Vec<(String, Value)> {
        let accounts = value["accounts"].as_array().unwrap().iter();
        let all = accounts.flat_map(|account| {
            let regions = account["regions"].as_array().cloned().unwrap_or_default();
            regions.into_iter().map(|region| {
                let name = format!("{}/{}", account["account"], region["region"]);
                (name, region)
            })
        });
        all.collect()
    };
    let whole = regions(whole);
    regions(found).into_iter().find_map(|(name, region)| {
        let (_, other) = whole.iter().find(|(other, _)| *other == name)?;
        ["vaults", "resources"].iter().find_map(|list| {
            let said = region[format!("{list}_complete")] == json!(true);
            let count = |region: &Value| region[*list].as_array().map_or(0, Vec::len);
            (said && count(&region) != count(other)).then(|| format!("{list} of {name}"))
        })
    })
}

/// What the recovery points were made of that are copied: it is gone.
const GONE: &[&str] = &["volume/vol-9", "file-system/fs-9", "cluster:sales"];

/// Takes out what is only asked for where something else was not read: the role of RDS, and what a recovery point was made of.
fn without_what_stands_in(found: &mut Value) {
    for account in found["accounts"].as_array_mut().into_iter().flatten() {
        let regions = account.get_mut("regions").and_then(Value::as_array_mut);
        for region in regions.into_iter().flatten() {
            let region = region.as_object_mut().unwrap();
            // Of a plan that was not read the list tells the name.
            let plans = region.get_mut("plans").and_then(Value::as_array_mut);
            for plan in plans.into_iter().flatten() {
                if let Some(plan) = plan.as_object_mut() {
                    plan.remove("BackupPlanName");
                }
            }
            let resources = region.get_mut("resources").and_then(Value::as_array_mut);
            let is_gone = |resource: &Value| {
                let arn = resource["ResourceArn"].as_str().unwrap();
                resource["ResourceType"].is_null() && GONE.iter().any(|gone| arn.ends_with(gone))
            };
            if let Some(resources) = resources {
                resources.retain(|resource| !is_gone(resource));
                if resources.is_empty() {
                    region.remove("resources");
                }
            }
        }
        let roles = account.get_mut("roles").and_then(Value::as_array_mut);
        if let Some(roles) = roles {
            let is_of_rds = |role: &Value| {
                role["Arn"]
                    .as_str()
                    .is_some_and(|arn| arn.ends_with("/AWSServiceRoleForRDS"))
            };
            roles.retain(|role| !is_of_rds(role));
        }
    }
}

/// Runs a world with the fault in every operation, then in every operation but those that had it, until none is left:
/// each operation is met where the others let it be. Gives the operations.
fn through(
    world: &World,
    fault: &dyn Fn() -> Fault,
    of_lists: bool,
    whole: &Value,
) -> BTreeSet<String> {
    let mut met: BTreeSet<String> = BTreeSet::new();
    loop {
        let server = (world.server)();
        server.fault(fault().but_not(met.iter().map(String::as_str)));
        server.fault(Fault::denied().operation("iam:SimulatePrincipalPolicy"));
        let began = Instant::now();
        let found = (world.read)(&server);
        assert!(began.elapsed() < Duration::from_secs(90), "it hangs");
        let journal = server.journal();
        let struck: BTreeSet<String> = journal
            .iter()
            .filter(|call| !call.fault.is_empty() && call.fault != "denied")
            .map(|call| call.name())
            .collect();
        drop(server.take_complaints());
        if struck.is_empty() {
            return met;
        }
        met.extend(struck.iter().cloned());
        let Some(mut found) = found else {
            continue;
        };
        without_what_stands_in(&mut found);
        for differ in [more(&found, whole, ""), shorter(&found, whole)] {
            assert_eq!(differ, None, "{struck:?}");
        }
        let gaps = found["gaps"].as_array().unwrap().len();
        let of_whole = whole["gaps"].as_array().unwrap().len();
        assert!(of_lists || gaps > of_whole, "{struck:?}");
        let whole_feasible = feasible(whole);
        let now = feasible(&found);
        assert!(now.is_subset(&whole_feasible), "{struck:?}");
    }
}

/// The copies that would be called feasible.
fn feasible(inventory: &Value) -> BTreeSet<String> {
    let mut inventory = inventory.clone();
    inventory["copies"] = json!([
        {"id": "one", "resource": DATABASE, "source_vault": PROD, "destination_vault": CENTRAL, "role": ROLE, "lifecycle": null, "start": "on-demand"},
        {"id": "two", "resource": TABLE, "source_vault": PROD, "destination_vault": CENTRAL, "role": ROLE, "lifecycle": null, "start": "on-demand"},
        {"id": "three", "recovery_point": POINT, "source_vault": PROD, "destination_vault": CENTRAL, "role": ROLE, "lifecycle": null, "start": "on-demand"},
    ]);
    let all = decide(&inventory);
    let feasible = all
        .into_iter()
        .filter(|copy| copy.verdict == backup_preflight::verdict::Verdict::Feasible);
    feasible.map(|copy| copy.id).collect()
}

/// Every operation through each of some faults; how many pairs of the two there were.
fn all_through(
    faults: &[&(dyn Fn() -> Fault + Sync)],
    of_lists: bool,
) -> (BTreeSet<String>, usize) {
    let mut operations = BTreeSet::new();
    let mut pairs = BTreeSet::new();
    for world in WORLDS {
        let server = (world.server)();
        let mut whole = (world.read)(&server).unwrap();
        without_what_stands_in(&mut whole);
        server.finish();
        for (at, fault) in faults.iter().enumerate() {
            let met = through(world, fault, of_lists, &whole);
            pairs.extend(met.iter().map(|operation| (at, operation.clone())));
            operations.extend(met);
        }
    }
    (operations, pairs.len())
}

#[test]
fn every_operation_is_read_whole_or_not_at_all() {
    let spoiled: Vec<Box<dyn Fn() -> Fault + Sync>> = SPOILED
        .iter()
        .map(|how| Box::new(move || Fault::spoiled(*how)) as Box<dyn Fn() -> Fault + Sync>)
        .collect();
    let spoiled: Vec<&(dyn Fn() -> Fault + Sync)> = spoiled.iter().map(|it| &**it).collect();
    let (operations, pairs) = all_through(&spoiled, false);
    let table = backup_preflight::catalog::calls::CALLS.iter();
    let left: Vec<&str> = table
        .map(|call| call.name)
        .filter(|name| !operations.contains(*name))
        .collect();
    // Asked only where a Region must be opted in to.
    let none = ["ec2:DescribeRegions"];
    assert_eq!(left, none, "{} operations, {pairs} pairs", operations.len());
    assert!(
        pairs > 650,
        "{} operations, {pairs} pairs",
        operations.len()
    );
}

#[test]
fn every_list_ends_or_is_none() {
    let (lists, _) = all_through(&[&Fault::repeated_page, &Fault::endless_pages], true);
    assert!(lists.len() > 40, "{lists:?}");
}

#[test]
fn an_answer_of_another_content_type_is_the_same_answer() {
    let world = rds();
    let server = served(&world);
    server.fault(Fault::spoiled(Spoiled::OtherType));
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(found, as_collected(&world));
}

/// One operation of each protocol, and what it leaves.
const EACH_PROTOCOL: &[&str] = &[
    "iam:ListRolePolicies",
    "kms:GetKeyPolicy",
    "backup:GetBackupVaultAccessPolicy",
    "organizations:ListRoots",
];

#[test]
fn a_body_without_end_is_refused_and_one_that_comes_in_drips_has_its_time() {
    for (how, error) in [
        (Spoiled::NoEnd, "the answer is larger than 64 MB"),
        (Spoiled::Drip, "Timeout"),
    ] {
        for operation in EACH_PROTOCOL {
            let server = served(&rds());
            server.fault(
                Fault::spoiled(how)
                    .operation(operation)
                    .account(DESTINATION),
            );
            server.fault(Fault::denied().operation("iam:SimulatePrincipalPolicy"));
            let home = Home::new(&server)
                .attempts(1)
                .timeout(Duration::from_secs(5));
            let began = Instant::now();
            let found = home.both(&copy_of(DATABASE));
            assert!(began.elapsed() < Duration::from_secs(40));
            drop(server.take_complaints());
            let told = gaps(&found);
            let told: Vec<_> = told
                .iter()
                .filter_map(|(.., error)| error.as_deref())
                .collect();
            assert!(told.contains(&error), "{operation}: {told:?}");
        }
    }
}

#[test]
fn a_lacking_member_is_named_and_no_permission_is_asked_for() {
    let server = served(&rds());
    let operation = "backup:GetBackupVaultAccessPolicy";
    server.fault(
        Fault::spoiled(Spoiled::Braces)
            .operation(operation)
            .account(DESTINATION),
    );
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    let lacks = Some("the answer lacks Policy");
    assert_eq!(gaps(&found), [gap(DESTINATION, operation, CENTRAL, lacks)]);
    assert_eq!(found["gaps"][0]["permission"], "none");
}

#[test]
fn status_429_is_asked_again() {
    let world = rds();
    let server = served(&world);
    for operation in ["kms:GetKeyPolicy", "iam:ListRolePolicies"] {
        server.fault(
            Fault::spoiled(Spoiled::TooMany)
                .operation(operation)
                .times(2),
        );
    }
    let found = Home::new(&server).both(&copy_of(DATABASE));
    server.finish();
    assert_eq!(found, as_collected(&world));
}

#[test]
fn a_run_ends_in_time_with_what_it_has() {
    let server = served(&rds());
    server.fault(Fault::slow(Duration::from_secs(20)).service("kms"));
    let home = Home::new(&server).deadline(Duration::from_secs(4));
    let began = Instant::now();
    let found = home.both(&copy_of(DATABASE));
    assert!(began.elapsed() < Duration::from_secs(15));
    assert!(calls(&server.journal(), "backup:DescribeBackupVault") > 0);
    drop(server.take_complaints());
    assert!(object(&found, CENTRAL).is_some());
    let late = gaps(&found);
    let late = late
        .iter()
        .filter(|(.., error)| error.as_deref() == Some("Deadline"));
    assert!(late.count() >= 3);
}
