//! Collecting what is served gives it back, each thing read once.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::aws::{Entry, Fault};
use super::*;

/// No call was made twice with the same credentials and the same parameters.
fn assert_once(journal: &[Entry]) {
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in journal {
        let name = format!(
            "{} {} {} {}",
            call.account,
            call.region,
            call.name(),
            call.args
        );
        *calls.entry(name).or_default() += 1;
    }
    calls.retain(|_, times| *times > 1);
    assert_eq!(calls, BTreeMap::new());
}

#[test]
fn a_database_to_another_account_and_region_is_read_as_it_is_each_thing_once() {
    let world = rds();
    let server = served(&world);
    assert_eq!(
        Home::new(&server).both(&copy_of(DATABASE)),
        as_collected(&world)
    );
    assert_once(&server.finish());
}

#[test]
fn a_key_that_is_shared_through_ram_is_read_with_both_its_policies() {
    let mut world = rds();
    let key = &mut world["accounts"][0]["regions"][0]["keys"][0];
    assert_eq!(key["Arn"], DATA_KEY);
    key["RamPolicy"] = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
        "Action": ["kms:DescribeKey", "kms:CreateGrant"], "Resource": "*",
    }]});
    let server = served(&world);
    assert_eq!(
        Home::new(&server).both(&copy_of(DATABASE)),
        as_collected(&world)
    );
    let journal = server.finish();
    assert_once(&journal);
    let named = |call: &&Entry| call.args.contains("AWS_RAM");
    assert_eq!(journal.iter().filter(named).count(), 1);
}

/// The dates that AWS Backup works out of a lifecycle.
#[test]
fn the_dates_of_a_recovery_point_are_read_as_they_are() {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    region["recovery_points"]
        .as_array_mut()
        .unwrap()
        .truncate(1);
    let dates =
        json!({"MoveToColdStorageAt": "2026-12-01T00:00:00Z", "DeleteAt": "2027-03-01T00:00:00Z"});
    region["recovery_points"][0]["CalculatedLifecycle"] = dates.clone();
    let server = served(&world);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    let found = Home::new(&server).both(&copy);
    server.finish();
    let region = &found["accounts"][0]["regions"][0];
    assert_eq!(region["recovery_points"][0]["CalculatedLifecycle"], dates);
}

#[test]
fn a_table_to_another_account_and_region_is_read_as_it_is_each_thing_once() {
    let world = dynamodb();
    let server = served(&world);
    assert_eq!(
        Home::new(&server).both(&copy_of(TABLE)),
        as_collected(&world)
    );
    assert_once(&server.finish());
}

#[test]
fn a_recovery_point_is_read_whole_with_its_snapshot_and_its_database() {
    let mut world = rds();
    let points = world["accounts"][0]["regions"][0]["recovery_points"]
        .as_array_mut()
        .unwrap();
    points.truncate(1);
    let server = served(&world);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    assert_eq!(Home::new(&server).both(&copy), as_asked(&world));
    assert_once(&server.finish());
}

#[test]
fn the_vault_of_a_recovery_point_is_found_where_nobody_names_it() {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    region["recovery_points"]
        .as_array_mut()
        .unwrap()
        .truncate(1);
    region["vaults_complete"] = json!(true);
    let mut other = region["vaults"][0].clone();
    other["BackupVaultName"] = json!("another");
    other["BackupVaultArn"] = json!(PROD.replace("prod", "another"));
    region["vaults"].as_array_mut().unwrap().insert(0, other);
    let server = served(&world);
    let copy = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        source_vault: None,
        ..copy_of(DATABASE)
    };
    let found = Home::new(&server).both(&copy);
    assert_once(&server.finish());
    // Only the vault that the point is in is of interest.
    let region = &mut world["accounts"][0]["regions"][0];
    region["vaults"].as_array_mut().unwrap().remove(0);
    assert_eq!(found, as_asked(&world));
}

#[test]
fn without_a_source_vault_that_of_the_newest_recovery_point_is_taken() {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    region["recovery_points"][0]["BackupVaultArn"] = json!(PROD.replace("prod", "old"));
    region["recovery_points"][0]["BackupVaultName"] = json!("old");
    let server = served(&world);
    let copy = NamedCopy {
        source_vault: None,
        ..copy_of(DATABASE)
    };
    assert_eq!(
        Home::new(&server).both(&copy),
        as_collected_with_points(&world)
    );
    assert_once(&server.finish());
}

#[test]
fn a_resource_without_recovery_points_leaves_its_vault_open() {
    let mut world = rds();
    let region = &mut world["accounts"][0]["regions"][0];
    region["recovery_points"] = json!([]);
    let server = served(&world);
    let copy = NamedCopy {
        source_vault: None,
        ..copy_of(DATABASE)
    };
    let found = Home::new(&server).both(&copy);
    server.finish();
    let asked = "backup:ListRecoveryPointsByResource";
    assert_eq!(
        gaps(&found),
        [gap(SOURCE, asked, DATABASE, Some("NoRecoveryPoints"))]
    );
    assert_eq!(object(&found, PROD), None);
}

#[test]
fn short_pages_and_empty_ones_change_nothing() {
    let world = dynamodb();
    let server = served(&world);
    server.page_size(1);
    server.fault(
        Fault::empty_first_page()
            .operation("organizations:ListPoliciesForTarget")
            .times(3),
    );
    assert_eq!(
        Home::new(&server).both(&copy_of(TABLE)),
        as_collected(&world)
    );
    server.finish();
}

#[test]
fn one_call_at_a_time_reads_the_same() {
    let world = rds();
    let server = served(&world);
    let home = Home::new(&server).concurrency(1);
    assert_eq!(home.both(&copy_of(DATABASE)), as_collected(&world));
    server.finish();
}

#[test]
fn all_calls_share_a_few_connections() {
    let world = rds();
    let server = served(&world);
    Home::new(&server).concurrency(4).both(&copy_of(DATABASE));
    let connections = server.connections();
    let calls = server.finish().len();
    assert!(
        calls > 40 && connections <= 8,
        "{connections} connections for {calls} calls"
    );
}

#[test]
fn within_one_account_one_sign_in_is_enough() {
    let mut world = rds();
    let to = PROD.replace("prod", "backup-of-prod");
    let vaults = &mut world["accounts"][0]["regions"][0]["vaults"];
    let mut other = vaults[0].clone();
    other["BackupVaultName"] = json!("backup-of-prod");
    other["BackupVaultArn"] = json!(to);
    vaults.as_array_mut().unwrap().insert(0, other);
    let mut linked = world["accounts"][1]["roles"][0].clone();
    let of_source = LINKED_ROLE.replace(DESTINATION, SOURCE);
    linked["Arn"] = json!(of_source);
    world["accounts"][0]["roles"]
        .as_array_mut()
        .unwrap()
        .insert(0, linked);
    world["accounts"].as_array_mut().unwrap().truncate(1);
    let server = served(&world);
    let copy = NamedCopy {
        destination_vault: arn(&to),
        ..copy_of(DATABASE)
    };
    let found = Home::new(&server).source_only(&copy);
    // What is wanted of copies that leave their account or Region is not asked.
    let mut wanted = as_collected(&world);
    let source = wanted["accounts"][0].as_object_mut().unwrap();
    source.remove("cross_account_backup");
    source["roles"].as_array_mut().unwrap().remove(0);
    let region = source["regions"][0].as_object_mut().unwrap();
    region.remove("option_groups");
    assert_eq!(found, wanted);
    assert_once(&server.finish());
}

#[test]
fn what_is_written_reads_back_to_the_same_bytes() {
    let world = rds();
    let server = served(&world);
    let home = Home::new(&server);
    let (source, destination) = (profile(SOURCE), profile(DESTINATION));
    let found = home
        .collect(&copy_of(DATABASE), &source, Some(&destination))
        .unwrap();
    server.finish();
    let text = serde_json::to_string_pretty(&found).unwrap();
    let again = backup_preflight::inventory::read("saved.json", text.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string_pretty(&again).unwrap(), text);
    for secret in ["secret-of-", "AKIA"] {
        assert!(!text.contains(secret), "{secret}");
    }
}
