//! Which accounts and Regions are looked at, by whose credentials, and what is left open of the others.

use backup_preflight::sources::live::{Accounts, Choice};

use super::super::aws::{Fault, calls, repeats};
use super::organization::{
    MANAGEMENT, ROLE_NAME, as_surveyed, assert_same, central, id, organization,
};
use super::survey::{REGIONS, everything, read, region};
use super::*;

/// The scope with some accounts only.
pub fn chosen(regions: &[&str], units: &[&str], not: &[&str]) -> Scope {
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
    let name = |of: &Value, field: &str| of[field].as_str().unwrap().to_owned();
    accounts.sort_by_key(|account| name(account, "account"));
    for account in accounts {
        let regions = account["regions"].as_array_mut().unwrap();
        regions.sort_by_key(|region| name(region, "region"));
    }
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
        points_of_jobs: false,
        coverage: false,
        entries: std::collections::BTreeMap::default(),
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
            // Its tag policy is wanted, too.
            gap(
                &account,
                "organizations:DescribeEffectivePolicy",
                &account,
                None
            ),
            gap(
                &account,
                "organizations:DescribeOrganization",
                &account,
                None
            ),
            gap(
                &account,
                "sts:GetCallerIdentity",
                &account,
                Some("NoCredentials")
            ),
            gap(&account, "backup:DescribeBackupVault", &central, None),
            gap(
                &account,
                "backup:GetBackupVaultAccessPolicy",
                &central,
                None
            ),
            // What of its copies are there is what `collect` keeps for `audit`.
            gap(
                &account,
                "backup:ListRecoveryPointsByBackupVault",
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
    let versions = json!([{"Engine": "postgres", "EngineVersion": "16.4"}]);
    made.world["accounts"][0]["regions"][2]["db_engine_versions"] = versions;
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
    // They are noted where the copy goes.
    let home = wanted["accounts"][0]["regions"][1].as_object_mut();
    let versions = home.unwrap().remove("db_engine_versions");
    let account = id(1);
    let mut found_here = found.clone();
    // The central vault's account is not one of this organization's that is served.
    let accounts = found_here["accounts"].as_array_mut().unwrap();
    let other = accounts.iter().find(|it| it["account"] == *account);
    let noted = &other.unwrap()["regions"][0]["db_engine_versions"];
    assert_eq!(Some(noted), versions.as_ref());
    accounts.retain(|it| it["account"] != *account);
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
