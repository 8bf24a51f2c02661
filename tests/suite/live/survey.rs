//! Whole organizations: what is served comes back, each thing asked for once.

use std::collections::BTreeMap;

use backup_preflight::sources::live::{Accounts, Choice, Entry};

use super::super::aws::{Entry as Call, Fault, calls, repeats};
use super::organization::{
    MANAGEMENT, Made, ROLE_NAME, as_surveyed, assert_same, by_name, central, id, organization,
};
use super::*;

const REGIONS: &[&str] = &["us-east-2", "eu-west-1", "us-west-2", "ap-south-1"];

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

/// The fewest calls that can read it, by operation.
fn fewest(made: &Made) -> BTreeMap<String, usize> {
    let accounts = made.accounts.len();
    let members = accounts - 1;
    let cells = accounts * made.regions.len();
    let units = if accounts > 2 { 2 } else { members.min(1) };
    // The central vault and its key come on top of each Region's vault and two keys.
    let (vaults, keys) = (cells + 1, 2 * cells + 1);
    let roles = 3 * accounts;
    let listed = (0..accounts).filter(|at| !by_name(*at)).count() * made.regions.len();
    [
        ("sts:GetCallerIdentity", accounts),
        ("sts:AssumeRole", members),
        ("organizations:ListAccounts", 1),
        ("organizations:DescribeOrganization", 1),
        ("organizations:ListRoots", 1),
        ("organizations:ListParents", accounts + units),
        ("organizations:ListPoliciesForTarget", 1 + units + members),
        ("organizations:DescribePolicy", 2),
        ("organizations:DescribeEffectivePolicy", 2 * accounts),
        ("backup:DescribeGlobalSettings", 1),
        ("backup:DescribeRegionSettings", cells),
        // Standard vaults and air-gapped ones.
        ("backup:ListBackupVaults", 2 * cells),
        ("backup:GetBackupVaultAccessPolicy", vaults),
        ("backup:ListTags", vaults),
        ("backup:ListRecoveryPointsByBackupVault", vaults),
        ("backup:ListBackupPlans", cells),
        ("backup:GetBackupPlan", cells),
        ("backup:ListBackupSelections", cells),
        ("backup:GetBackupSelection", cells),
        ("backup:ListCopyJobs", cells),
        // Where a plan takes by a pattern, all types that are switched on are listed; else what it names is read.
        ("rds:DescribeDBInstances", cells),
        ("rds:DescribeDBClusters", listed),
        ("dynamodb:ListTables", listed),
        ("kms:DescribeKey", keys),
        ("kms:GetKeyPolicy", keys),
        ("kms:ListAliases", keys),
        ("kms:ListGrants", keys),
        ("kms:ListResourceTags", keys),
        ("iam:GetRole", roles),
        ("iam:ListAttachedRolePolicies", roles),
        ("iam:ListRolePolicies", roles),
        ("iam:ListRoleTags", roles),
    ]
    .into_iter()
    .map(|(name, count)| (name.to_owned(), count))
    .collect()
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
        let made = organization(accounts, &REGIONS[..regions]);
        let server = Server::start(made.world.clone());
        let found = read(&Home::of(&server, &[MANAGEMENT]), everything(&made.regions));
        let journal = server.finish();
        assert_same(&found, &as_surveyed(&made.world));
        assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
        assert_eq!(by_operation(&journal), fewest(&made));
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

/// The scope with some accounts only.
fn chosen(regions: &[&str], units: &[&str], not: &[&str]) -> Scope {
    let own = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let mut scope = everything(regions);
    if let Accounts::Organization(entry) = &mut scope.accounts {
        entry.choice = Choice {
            units: own(units),
            not: own(not),
        };
    }
    scope
}

/// The accounts of which there are Regions in an inventory.
fn looked_at(found: &Value) -> Vec<&str> {
    let accounts = found["accounts"].as_array().unwrap().iter();
    accounts
        .filter(|account| account["regions"][0]["plans"].is_array())
        .map(|account| account["account"].as_str().unwrap())
        .collect()
}

#[test]
fn units_and_accounts_are_chosen_and_left_out() {
    let made = organization(5, &REGIONS[..1]);
    let (one, two, three, four) = (id(1), id(2), id(3), id(4));
    let odd = "ou-ab12-00000001";
    for (units, not, wanted) in [
        (&[odd][..], &[][..], vec![&*one, &*three]),
        (&[], &[odd, &four], vec![&*two, MANAGEMENT]),
        (
            &[odd, "r-ab12"],
            &[&*one],
            vec![&*two, &*three, &*four, MANAGEMENT],
        ),
    ] {
        let server = Server::start(made.world.clone());
        let home = Home::of(&server, &[MANAGEMENT]);
        let found = read(&home, chosen(&made.regions, units, not));
        server.finish();
        assert_eq!(looked_at(&found), wanted, "{units:?} without {not:?}");
    }
}

#[test]
fn a_unit_that_is_not_there_ends_it_with_its_name() {
    let made = organization(2, &REGIONS[..1]);
    let server = Server::start(made.world.clone());
    let home = Home::of(&server, &[MANAGEMENT]);
    let scope = chosen(&made.regions, &["ou-ab12-99999999"], &[]);
    let sides = Sides {
        source: profile(MANAGEMENT),
        ..Sides::default()
    };
    let error = home.survey(scope, &sides).unwrap_err().to_string();
    server.finish();
    for part in [
        "ListAccountsForParent",
        "ou-ab12-99999999",
        "ParentNotFoundException",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn an_account_that_cannot_be_entered_is_a_gap_and_the_rest_is_read() {
    let made = organization(4, &REGIONS[..2]);
    let server = Server::start(made.world.clone());
    let shut = id(3);
    server.fault(Fault::denied().operation("sts:AssumeRole").subject(&shut));
    let found = read(&Home::of(&server, &[MANAGEMENT]), everything(&made.regions));
    server.finish();
    let role = format!("arn:aws:iam::{shut}:role/{ROLE_NAME}");
    assert_eq!(
        gaps(&found),
        [gap(&shut, "sts:AssumeRole", &role, Some("AccessDenied"))]
    );
    let mut wanted = as_surveyed(&made.world);
    let accounts = wanted["accounts"].as_array_mut().unwrap();
    accounts.retain(|account| account["account"] != *shut);
    wanted["gaps"] = found["gaps"].clone();
    assert_same(&found, &wanted);
}

#[test]
fn where_no_account_can_be_entered_it_ends_with_the_reason() {
    let made = organization(3, &REGIONS[..1]);
    let server = Server::start(made.world.clone());
    server.fault(Fault::denied().operation("sts:AssumeRole"));
    let scope = chosen(
        &made.regions,
        &["ou-ab12-00000000", "ou-ab12-00000001"],
        &[],
    );
    let sides = Sides {
        source: profile(MANAGEMENT),
        ..Sides::default()
    };
    let home = Home::of(&server, &[MANAGEMENT]);
    let error = home.survey(scope, &sides).unwrap_err().to_string();
    server.finish();
    assert!(
        error.starts_with("none of the 2 accounts could be entered"),
        "{error}"
    );
}

#[test]
fn parts_of_the_accounts_make_the_whole() {
    let made = organization(6, &REGIONS[..2]);
    let server = Server::start(made.world.clone());
    let home = Home::of(&server, &[MANAGEMENT]);
    let sides = Sides {
        source: profile(MANAGEMENT),
        ..Sides::default()
    };
    let parts = (1..=3).map(|number| {
        let shard = backup_preflight::known::Shard { number, of: 3 };
        let scope = Scope {
            shard: Some(shard),
            ..everything(&made.regions)
        };
        let found = home.survey(scope, &sides).unwrap();
        (format!("part {number}"), found)
    });
    let parts: Vec<_> = parts.collect();
    let journal = server.finish();
    assert_eq!(calls(&journal, "backup:ListBackupPlans"), 12);
    let sizes = parts
        .iter()
        .map(|(_, part)| looked_at(&as_value(part)).len());
    assert_eq!(sizes.sum::<usize>(), 6);
    let mut whole = as_value(&backup_preflight::inventory::merge(parts).unwrap());
    let accounts = whole["accounts"].as_array_mut().unwrap();
    accounts.sort_by_key(|account| account["account"].as_str().unwrap().to_owned());
    assert_same(&whole, &as_surveyed(&made.world));
}

/// The account's own credentials, as they are.
fn own(account: &str, regions: Option<&[&str]>) -> (Scope, Sides) {
    let scope = Scope {
        accounts: Accounts::Own,
        regions: regions.map(|names| names.iter().map(|name| region(name)).collect()),
        shard: None,
        aggregator: None,
        plans: true,
        copy_jobs: true,
    };
    let sides = Sides {
        source: profile(account),
        ..Sides::default()
    };
    (scope, sides)
}

#[test]
fn one_account_leaves_the_vault_of_another_open() {
    let made = organization(3, &REGIONS[..1]);
    let server = Server::start(made.world.clone());
    let source = id(2);
    server.delegate(&source);
    // Whoever is a member may ask for the switch, and this one says nothing.
    server.fault(Fault::denied().operation("backup:DescribeGlobalSettings"));
    let (scope, sides) = own(&source, Some(&made.regions));
    let found = as_value(&Home::of(&server, &[&source]).survey(scope, &sides).unwrap());
    server.finish();
    let (central, account) = (central("us-east-2"), id(1));
    let linked = format!(
        "arn:aws:iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    );
    let denied = Some("AccessDeniedException");
    assert_eq!(
        gaps(&found),
        [
            gap(&account, "iam:GetRole", &linked, None),
            gap(
                &account,
                "organizations:DescribeOrganization",
                &account,
                None
            ),
            gap(&account, "backup:DescribeBackupVault", &central, None),
            gap(
                &account,
                "backup:GetBackupVaultAccessPolicy",
                &central,
                None
            ),
            gap(&source, "backup:DescribeGlobalSettings", &source, denied),
        ]
    );
    assert_eq!(looked_at(&found), [&*source]);
}

#[test]
fn with_credentials_of_the_destination_its_vault_is_read_and_nothing_else_of_it() {
    let made = organization(3, &REGIONS[..2]);
    let server = Server::start(made.world.clone());
    let (source, destination) = (id(2), id(1));
    server.delegate(&source);
    server.fault(Fault::denied().operation("backup:DescribeGlobalSettings"));
    let (scope, sides) = own(&source, Some(&made.regions[1..]));
    let sides = Sides {
        destination: Some(profile(&destination)),
        management: Some(profile(MANAGEMENT)),
        ..sides
    };
    let home = Home::of(&server, &[&source, &destination, MANAGEMENT]);
    let found = as_value(&home.survey(scope, &sides).unwrap());
    let journal = server.finish();
    assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
    let operations: Vec<String> = gaps(&found).into_iter().map(|(_, name, ..)| name).collect();
    assert_eq!(operations, ["backup:DescribeGlobalSettings"; 2]);
    let world = as_surveyed(&made.world);
    let served = |account: &str| {
        let accounts = world["accounts"].as_array().unwrap().iter();
        accounts
            .into_iter()
            .find(|it| it["account"] == *account)
            .unwrap()
            .clone()
    };
    let there = &found["accounts"][0];
    assert_eq!(there["account"], *destination);
    assert_eq!(
        there["service_control_policies"],
        served(&destination)["service_control_policies"]
    );
    assert_eq!(there["regions"][0]["vaults"].as_array().unwrap().len(), 1);
    let key = there["regions"][0]["vaults"][0]["EncryptionKeyArn"]
        .as_str()
        .unwrap();
    assert_eq!(object(&found, key), object(&world, key));
    assert_eq!(there["regions"][0].get("plans"), None);
    assert_eq!(found["accounts"][1]["regions"].as_array().unwrap().len(), 1);
}

#[test]
fn all_regions_are_those_that_the_account_has() {
    let mut made = organization(1, &["us-east-2", "ap-east-1", "af-south-1"]);
    let statuses = ["opted-in", "not-opted-in", "opt-in-not-required"];
    let regions = made.world["accounts"][0]["regions"].as_array_mut().unwrap();
    for (region, status) in regions.iter_mut().zip(statuses) {
        region["opt_in_status"] = json!(status);
    }
    let server = Server::start(made.world.clone());
    let (scope, sides) = own(MANAGEMENT, None);
    let home = Home::of(&server, &[MANAGEMENT]);
    std::fs::write(
        home.path("config"),
        format!("[profile {MANAGEMENT}]\nregion = us-east-2\n"),
    )
    .unwrap();
    let found = as_value(&home.survey(scope, &sides).unwrap());
    let journal = server.finish();
    assert_eq!(calls(&journal, "ec2:DescribeRegions"), 1);
    let mut wanted = as_surveyed(&made.world);
    wanted["accounts"][0]["regions"]
        .as_array_mut()
        .unwrap()
        .remove(1);
    let account = id(1);
    let mut found_here = found.clone();
    // The central vault's account is none of this organization's that is served.
    found_here["accounts"]
        .as_array_mut()
        .unwrap()
        .retain(|it| it["account"] != *account);
    wanted["gaps"] = found["gaps"].clone();
    assert_same(&found_here, &wanted);
}

#[test]
fn two_profiles_are_two_accounts_and_one_that_does_not_exist_is_a_gap() {
    let made = organization(3, &REGIONS[..1]);
    let server = Server::start(made.world.clone());
    let accounts = [id(1), id(2)];
    for account in &accounts {
        server.delegate(account);
    }
    server.fault(Fault::denied().operation("backup:DescribeGlobalSettings"));
    let names = [&*accounts[0], "nobody", &*accounts[1]];
    let scope = Scope {
        accounts: Accounts::Profiles(names.iter().map(|name| profile(name)).collect()),
        ..everything(&made.regions)
    };
    let home = Home::of(&server, &[&accounts[0], &accounts[1]]);
    let found = as_value(&home.survey(scope, &Sides::default()).unwrap());
    server.finish();
    assert_eq!(looked_at(&found), accounts);
    let missing = &found["gaps"][0];
    assert_eq!(missing["operation"], "sts:GetCallerIdentity");
    assert_eq!(missing["subject"], "nobody");
    assert_eq!(missing["account"], Value::Null);
}

#[test]
fn the_management_account_reads_the_control_policies_of_accounts_that_may_not() {
    let mut world = rds();
    for account in world["accounts"].as_array_mut().unwrap() {
        account["organization"]["MasterAccountId"] = json!(MANAGEMENT);
    }
    let server = Server::start(world.clone());
    let home = Home::of(&server, &[SOURCE, DESTINATION, MANAGEMENT]);
    let sides = Sides {
        source: profile(SOURCE),
        destination: Some(profile(DESTINATION)),
        management: Some(profile(MANAGEMENT)),
    };
    let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    let found = collect(&copy_of(DATABASE), &sides, &home.settings, now);
    server.finish();
    assert_same(&as_value(&found.unwrap()), &as_collected(&world));
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
