//! What is read for a copy is what the checks ask, each thing once, in few rounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use backup_preflight::sources::live::Asks;

use super::super::aws::{Entry, calls, repeats};
use super::*;

/// What a copy takes with credentials of both accounts: how often it was decided, and the calls.
fn read(world: &Value, check: &Check, copy: &NamedCopy) -> (usize, Vec<Entry>, Value) {
    let server = served(world);
    let home = Home::new(&server);
    let sides = Sides {
        source: profile(SOURCE),
        destination: Some(profile(DESTINATION)),
        management: None,
    };
    let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    let (asks, rounds) = (asks_of_check(check), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&rounds);
    let counted: Asks = Arc::new(move |known, take| {
        seen.fetch_add(1, Ordering::Relaxed);
        asks(known, take);
    });
    let found = live::collect(copy, &sides, &home.settings, now, &counted).unwrap();
    let rounds = rounds.load(Ordering::Relaxed);
    (rounds, server.finish(), as_value(&found))
}

#[test]
fn a_named_copy_takes_few_rounds_and_no_call_twice() {
    let point = NamedCopy {
        resource: None,
        recovery_point: Some(arn(POINT)),
        ..copy_of(DATABASE)
    };
    let without_vault = NamedCopy {
        source_vault: None,
        ..copy_of(DATABASE)
    };
    let (volumes, volume) = types::points_to_copy().swap_remove(0);
    for (name, world, copy, most, wanted) in [
        ("a database", rds(), copy_of(DATABASE), 4, 55),
        ("without a vault", rds(), without_vault, 5, 56),
        ("a snapshot of it", rds(), point, 5, 57),
        ("a table", dynamodb(), copy_of(TABLE), 4, 56),
        ("a snapshot of a volume", volumes, volume, 6, 55),
    ] {
        let (rounds, journal, _) = read(&world, &check(&copy), &copy);
        assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
        assert!(rounds <= most, "{name}: {rounds} rounds");
        assert_eq!(journal.len(), wanted, "{name}");
    }
}

#[test]
fn what_no_check_asks_is_not_read() {
    let copy = copy_of(DATABASE);
    let (_, journal, found) = read(&rds(), &check(&copy), &copy);
    for call in [
        "backup:DescribeRegionSettings",
        "backup:ListRecoveryPointsByResource",
        "ec2:GetEbsDefaultKmsKeyId",
        "iam:SimulatePrincipalPolicy",
    ] {
        assert_eq!(calls(&journal, call), 0, "{call}");
    }
    assert_eq!(object(&found, VAULT_KEY), None);
}

/// One run reads both ways: what one of them has read the other does not read again.
#[test]
fn the_way_back_is_asked_with_the_way_there() {
    let copy = copy_of(DATABASE);
    let both_ways = Check {
        and_back: true,
        ..check(&copy)
    };
    let mut world = rds();
    let accounts = world["accounts"].as_array_mut().unwrap();
    for account in accounts.iter_mut() {
        account["roles_complete"] = json!(true);
    }
    let versions = accounts[1]["regions"][0]["db_engine_versions"].clone();
    accounts[0]["regions"][0]["db_engine_versions"] = versions;
    let (_, journal, found) = read(&world, &both_ways, &copy);
    assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
    assert_eq!(calls(&journal, "sts:GetCallerIdentity"), 2);
    for role in [
        LINKED_ROLE.replace(DESTINATION, SOURCE),
        ROLE.replace(SOURCE, DESTINATION),
    ] {
        assert!(object(&found, &role).is_some(), "{role}");
    }
}
