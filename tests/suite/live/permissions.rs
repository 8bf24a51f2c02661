//! The policy that `permissions` prints is what collecting needs: every call is in it, and it has no call more.

use std::collections::BTreeSet;

use backup_preflight::catalog::cloud_control::Names;
use backup_preflight::catalog::permissions::{CallScope, Permission, Side, permissions};
use serde_json::json;

use super::super::aws::{AGGREGATOR, Entry};
use super::organization::{MANAGEMENT, organization};
use super::reach::chosen;
use super::survey::{REGIONS, read};
use super::types::{image_to_copy, ontap_volume, points_to_copy, whole, worlds};
use super::*;

/// Needs no permission.
const FREE: &str = "sts:GetCallerIdentity";

/// The accounts of copies that were named: which of them a call was made in.
fn side_of(account: &str) -> Side {
    match account {
        SOURCE => Side::Source,
        DESTINATION => Side::Destination,
        _ => panic!("nobody was to call in account {account}"),
    }
}

/// What an organization is asked whose management account is not looked at itself: all of it by the services' own lists, and
/// some units of it by an aggregator.
fn of_an_organization() -> Vec<Entry> {
    let made = organization(4, &REGIONS[..2]);
    let units = ["ou-ab12-00000000", "ou-ab12-00000001"];
    let choices = [(&[][..], None), (&units[..], Some(AGGREGATOR))];
    let read_so = |(units, aggregator): (&[&str], Option<&str>)| {
        let server = Server::start(made.world.clone());
        let scope = Scope {
            aggregator: aggregator.map(str::to_owned),
            ..chosen(&made.regions, units, &[MANAGEMENT])
        };
        read(&Home::of(&server, &[MANAGEMENT]), scope);
        server.finish()
    };
    choices.into_iter().flat_map(read_so).collect()
}

/// Copies of every type that is read, of recovery points too, and one where the organization is not to be read.
fn journal() -> Vec<Entry> {
    let mut journal = Vec::new();
    let mut copies: Vec<(serde_json::Value, NamedCopy)> = worlds()
        .into_iter()
        .map(|(world, resource)| (world, copy_of(&resource)))
        .collect();
    copies.push((dynamodb(), copy_of(TABLE)));
    copies.push(image_to_copy());
    copies.extend(points_to_copy());
    let (world, volume) = ontap_volume();
    copies.push((world, copy_of(&volume)));
    let mut points = rds();
    points["accounts"][0]["regions"][0]["recovery_points"]
        .as_array_mut()
        .unwrap()
        .truncate(1);
    let point = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    copies.push((points, point));
    copies.push(missing::in_south("opted-in", "opted-in"));
    copies.push(without_vaults());
    copies.push(of_a_cluster_snapshot());
    let without_vault = NamedCopy {
        source_vault: None,
        ..copy_of(DATABASE)
    };
    copies.push((rds(), without_vault));
    copies.push(with_other_policies());
    copies.push(nested::composite());
    for (world, copy) in copies {
        let server = served(&whole(world));
        Home::new(&server).both(&copy);
        journal.extend(server.finish());
    }
    let server = Server::start(rds());
    Home::new(&server).both(&copy_of(DATABASE));
    journal.extend(server.journal());
    server.take_complaints();
    journal
}

/// Neither vault is there, which only a list says.
fn without_vaults() -> (serde_json::Value, NamedCopy) {
    let mut world = rds();
    for account in world["accounts"].as_array_mut().unwrap() {
        account["regions"][0]["vaults"] = json!([]);
        account["regions"][0]["vaults_complete"] = json!(true);
    }
    (world, copy_of(DATABASE))
}

/// The service-linked role has policies that the program has not built in, as in another partition.
fn with_other_policies() -> (serde_json::Value, NamedCopy) {
    let mut world = rds();
    let role = &mut world["accounts"][1]["roles"][0];
    let policy = json!({"Version": "2012-10-17", "Statement": []});
    role["AttachedPolicies"] = json!([{"PolicyArn": "arn:aws:iam::aws:policy/aws-service-role/Other", "Document": policy}]);
    role["InlinePolicies"] = json!([{"PolicyName": "own", "Document": policy}]);
    (world, copy_of(DATABASE))
}

fn of_a_cluster_snapshot() -> (serde_json::Value, NamedCopy) {
    let mut world = rds();
    let snapshot = "arn:aws:rds:us-east-2:111122223333:cluster-snapshot:awsbackup:job-3";
    let cluster = "arn:aws:rds:us-east-2:111122223333:cluster:c";
    let region = &mut world["accounts"][0]["regions"][0];
    region["resources"] = json!([{"ResourceArn": cluster, "ResourceType": null}]);
    let mut point = region["recovery_points"][0].clone();
    point["RecoveryPointArn"] = json!(snapshot);
    point["ResourceArn"] = json!(cluster);
    point["ResourceType"] = json!("Aurora");
    point["Detail"] = json!({"Engine": "aurora-mysql"});
    region["recovery_points"] = json!([point]);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(snapshot)),
        ..copy_of(cluster)
    };
    (world, copy)
}

/// Every call that is made for any purpose, with the sides that its account may stand on; the first is the one that it was
/// made for.
fn all_calls() -> Vec<(&'static [Side], Entry)> {
    let whole: &'static [Side] = &[Side::Source, Side::Destination];
    let named = journal()
        .into_iter()
        .map(|call| match side_of(&call.account) {
            Side::Source => (&[Side::Source][..], call),
            Side::Destination => (&[Side::Destination][..], call),
            Side::Management => (&[Side::Management][..], call),
        });
    let surveyed = of_an_organization().into_iter().map(|call| {
        if call.account == MANAGEMENT {
            (&[Side::Management][..], call)
        } else {
            (whole, call)
        }
    });
    // It copies to itself.
    let listed = listed::journal().into_iter().map(|call| (whole, call));
    let all = named.chain(surveyed).chain(listed);
    all.filter(|(_, call)| call.name() != FREE).collect()
}

#[test]
fn every_call_is_in_the_policy_and_every_action_of_it_is_called() {
    let table = permissions();
    let mut made = BTreeSet::new();
    for (sides, call) in all_calls() {
        let fits = |row: &Permission| {
            row.action == call.name() && sides.iter().any(|side| row.sides.contains(side))
        };
        assert!(
            table.iter().any(fits),
            "{} in account {}, {sides:?}, is not in the table",
            call.name(),
            call.account
        );
        made.insert((format!("{:?}", sides[0]), call.name()));
    }
    let never: Vec<(&str, &Side)> = table
        .iter()
        .filter(|row| row.when != CallScope::ByCloudControl)
        .flat_map(|row| row.sides.iter().map(|side| (row.action, side)))
        .filter(|(action, side)| !made.contains(&(format!("{side:?}"), (*action).to_owned())))
        .collect();
    assert_eq!(never, []);
}

#[test]
fn cloud_control_is_asked_for_every_type_whose_permissions_are_in_the_policy() {
    let journal = journal();
    for of in backup_preflight::known::ResourceType::ALL {
        let Some(row) = backup_preflight::catalog::cloud_control::row(of) else {
            continue;
        };
        // Those are found in their list alone.
        if row.names == Names::Another {
            continue;
        }
        let asked = json!(row.name).to_string();
        assert!(
            journal
                .iter()
                .any(|call| call.name() == "cloudformation:GetResource"
                    && call.args.contains(&asked)),
            "{}",
            row.name
        );
    }
}
