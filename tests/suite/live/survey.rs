//! Whole organizations: what is served comes back, each thing asked for once.

use std::collections::BTreeMap;

use backup_preflight::sources::live::{Accounts, Choice, Entry};

use super::super::aws::{Entry as Call, calls, repeats};
use super::organization::{
    MANAGEMENT, ROLE_NAME, as_surveyed, assert_same, fewest, organization, varied,
};
use super::*;

pub const REGIONS: &[&str] = &["us-east-2", "eu-west-1", "us-west-2", "ap-south-1"];

/// All accounts of the organization in these Regions.
pub fn everything(regions: &[&str]) -> Scope {
    Scope {
        accounts: Accounts::Organization(Entry {
            choice: Choice::default(),
            role_name: ROLE_NAME.to_owned(),
            external_id: None,
        }),
        regions: Some(regions.iter().map(|name| region(name)).collect()),
        shard: None,
        aggregator: None,
        plans: true,
        copy_jobs: true,
        points_of_jobs: false,
        coverage: false,
        entries: BTreeMap::default(),
    }
}

pub fn region(name: &str) -> backup_preflight::known::Region {
    backup_preflight::known::Region::new(name)
}

/// Surveys with the management account's credentials.
pub fn read(home: &Home, scope: Scope) -> Value {
    let sides = Sides {
        source: profile(MANAGEMENT),
        ..Sides::default()
    };
    as_value(&home.survey(scope, &sides).unwrap())
}

fn by_operation(journal: &[Call]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in journal {
        *counts.entry(call.name()).or_default() += 1;
    }
    counts
}

#[test]
fn an_organization_comes_back_as_it_is_with_the_fewest_calls() {
    for (accounts, regions) in [(2, 1), (3, 2), (5, 3)] {
        let mut made = organization(accounts, &REGIONS[..regions]);
        // Accounts have the names that the organization gives them.
        for account in made.world["accounts"].as_array_mut().unwrap() {
            account["name"] = json!(format!("team {}", account["account"].as_str().unwrap()));
        }
        let server = Server::start(made.world.clone());
        let found = read(&Home::of(&server, &[MANAGEMENT]), everything(&made.regions));
        let journal = server.finish();
        assert_same(&found, &as_surveyed(&made.world));
        assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
        assert_eq!(by_operation(&journal), fewest(&made));
    }
}

#[test]
fn organizations_of_all_kinds_come_back_as_they_are() {
    for seed in 1..=8 {
        let made = varied(organization(3, &REGIONS[..2]), seed);
        let server = Server::start(made.world.clone());
        let found = read(&Home::of(&server, &[MANAGEMENT]), everything(&made.regions));
        let journal = server.finish();
        assert_same(&found, &as_surveyed(&made.world));
        assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
    }
}

#[test]
fn pages_of_one_and_one_call_at_a_time_read_the_same() {
    let made = organization(3, &REGIONS[..1]);
    let server = Server::start(made.world.clone());
    server.page_size(1);
    let home = Home::of(&server, &[MANAGEMENT]).concurrency(1);
    assert_same(
        &read(&home, everything(&made.regions)),
        &as_surveyed(&made.world),
    );
    server.finish();
}

#[test]
fn an_aggregator_of_aws_config_stands_for_the_lists_and_leaves_open_whether_it_has_all() {
    let made = organization(4, &REGIONS[..2]);
    let server = Server::start(made.world.clone());
    let scope = Scope {
        aggregator: Some("everything".to_owned()),
        ..everything(&made.regions)
    };
    let found = read(&Home::of(&server, &[MANAGEMENT]), scope);
    let journal = server.finish();
    assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
    for list in ["rds:DescribeDBClusters", "dynamodb:ListTables"] {
        assert_eq!(calls(&journal, list), 0, "{list}");
    }
    assert!(calls(&journal, "config:SelectAggregateResourceConfig") > 0);
    let open: Vec<_> = gaps(&found);
    let select = "config:SelectAggregateResourceConfig";
    assert_eq!(open.len(), 4, "{open:?}");
    assert!(
        open.iter()
            .all(|(_, operation, _, error)| operation == select && error.is_none())
    );
    let mut wanted = as_surveyed(&made.world);
    for account in wanted["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            region.as_object_mut().unwrap().remove("resources_complete");
        }
    }
    wanted["gaps"] = found["gaps"].clone();
    let as_far = |mut inventory: Value| {
        for account in inventory["accounts"].as_array_mut().unwrap() {
            for region in account["regions"].as_array_mut().unwrap() {
                // Of a database's own description, AWS Config has what decides its copies.
                region["resources"][0]
                    .as_object_mut()
                    .unwrap()
                    .remove("Detail");
            }
        }
        inventory
    };
    assert_same(&as_far(found), &as_far(wanted));
}

#[test]
fn an_aggregator_that_is_not_there_ends_it_with_its_name() {
    let made = organization(2, &REGIONS[..1]);
    let server = Server::start(made.world.clone());
    let scope = Scope {
        aggregator: Some("nothing".to_owned()),
        ..everything(&made.regions)
    };
    let sides = Sides {
        source: profile(MANAGEMENT),
        ..Sides::default()
    };
    let home = Home::of(&server, &[MANAGEMENT]);
    let error = home.survey(scope, &sides).unwrap_err().to_string();
    server.finish();
    assert!(
        error.starts_with("there is no aggregator `nothing`"),
        "{error}"
    );
}

/// A plan that the list names, and whose ARN is not one, is not told from others: the list does not say what there is.
#[test]
fn a_plan_that_cannot_be_made_out_leaves_open_what_plans_there_are() {
    let mut made = organization(2, &REGIONS[..1]);
    let accounts = made.world["accounts"].as_array_mut().unwrap();
    let plan = accounts
        .iter_mut()
        .find_map(|account| account.pointer_mut("/regions/0/plans/0/BackupPlanArn"))
        .unwrap();
    *plan = json!("plan");
    let server = Server::start(made.world.clone());
    let found = read(&Home::of(&server, &[MANAGEMENT]), everything(&made.regions));
    server.finish();
    let gaps = gaps(&found);
    let of_list = gaps
        .iter()
        .filter(|(_, operation, ..)| operation == "backup:ListBackupPlans");
    assert_eq!(of_list.count(), 1, "{gaps:?}");
}
