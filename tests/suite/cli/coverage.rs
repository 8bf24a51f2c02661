//! What is copied nowhere, over an organization: 30 accounts with 4 resources each, of which 7 are missed for seven reasons.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::estate::*;
use crate::support::{Estate, run};

const ACCOUNTS: u64 = 30;

fn id(number: u64) -> String {
    (110_000_000_000 + number).to_string()
}

fn database(account: &str, name: &str) -> String {
    format!("arn:aws:rds:us-east-2:{account}:db:{name}")
}

/// The organization, where nothing is missed: each account has the plan and the keys of `rds-planned`, and four databases.
fn organization() -> Value {
    let base = Estate::rds().planned().0;
    let mut all = base.clone();
    let template = base["accounts"][0].to_string();
    let accounts = all["accounts"].as_array_mut().unwrap();
    let mut central = accounts.remove(1);
    accounts.clear();
    let mut principals = Vec::new();
    for number in 0..ACCOUNTS {
        let account = id(number);
        let text = template.replace(FROM, &account);
        let mut source: Value = serde_json::from_str(&text).unwrap();
        let resources = source["regions"][0]["resources"].as_array_mut().unwrap();
        let first = resources.remove(0);
        for name in ["orders", "ledger", "carts", "stock"] {
            let mut one = first.clone();
            one["ResourceArn"] = database(&account, name).into();
            resources.push(one);
        }
        principals.push(json!(format!("arn:aws:iam::{account}:root")));
        accounts.push(source);
    }
    central["regions"][0]["vaults"][0]["AccessPolicy"]["Statement"][0]["Principal"] =
        json!({"AWS": principals});
    accounts.push(central);
    all
}

/// The same with seven resources that no copy takes out of their account, each for a reason of its own.
fn missed() -> (
    Value,
    BTreeMap<String, (&'static str, &'static str, &'static str)>,
) {
    let mut all = organization();
    let mut expected = BTreeMap::new();
    let mut put_at = |number: u64, pointer: &str, value: Value| {
        put(
            &mut all,
            &format!("/accounts/{number}/regions/0{pointer}"),
            value,
        );
    };
    let (plan, selection) = ("/plans/0", "/plans/0/Selections/0");
    put_at(
        0,
        "/resources/1/Tags",
        json!({"backup": "dialy", "team": "shop"}),
    );
    put_at(1, "/resources/1/Tags", json!({"team": "shop"}));
    put_at(
        2,
        "/resources/1/Tags",
        json!({"backup": "daily", "stage": "test"}),
    );
    put_at(
        2,
        &format!("{selection}/Conditions/StringNotLike"),
        json!([{"ConditionKey": "aws:ResourceTag/stage", "ConditionValue": "te*"}]),
    );
    for other in [0, 2, 3] {
        put_at(
            2,
            &format!("/resources/{other}/Tags"),
            json!({"backup": "daily", "stage": "prod"}),
        );
    }
    put_at(
        3,
        &format!("{selection}/NotResources"),
        json!([database(&id(3), "ledger")]),
    );
    let volume = format!(
        "arn:aws:ec2:us-east-2:{}:volume/vol-00000000000000001",
        id(4)
    );
    put_at(4, "/resources/1/ResourceArn", json!(volume));
    put_at(4, "/resources/1/ResourceType", json!("EBS"));
    put_at(4, "/resources/1/Detail", json!({"Encrypted": true}));
    put_at(
        4,
        "/region_settings/ResourceTypeOptInPreference/EBS",
        json!(false),
    );
    for (number, tag) in [(5, "local"), (6, "hourly")] {
        put_at(number, "/resources/1/Tags", json!({"backup": tag}));
    }
    let second = |all: &Value, number: u64, tag: &str, actions: Value| {
        let mut second = all["accounts"][number as usize]["regions"][0]
            .pointer(plan)
            .unwrap()
            .clone();
        second["BackupPlanId"] = "p-2".into();
        second["BackupPlan"]["BackupPlanName"] = tag.into();
        second["BackupPlan"]["Rules"][0]["CopyActions"] = actions;
        second["Selections"][0]["Conditions"]["StringEquals"][0]["ConditionValue"] = tag.into();
        second
    };
    let kept = format!("arn:aws:backup:us-east-2:{}:backup-vault:kept", id(5));
    let local = second(
        &all,
        5,
        "local",
        json!([{"DestinationBackupVaultArn": kept}]),
    );
    put(&mut all, "/accounts/5/regions/0/plans/1", local);
    let mut vault = all["accounts"][5]["regions"][0]["vaults"][0].clone();
    vault["BackupVaultName"] = "kept".into();
    vault["BackupVaultArn"] = kept.into();
    put(&mut all, "/accounts/5/regions/0/vaults/1", vault);
    let hourly = second(&all, 6, "hourly", json!([]));
    put(&mut all, "/accounts/6/regions/0/plans/1", hourly);
    for (number, reason, says, kind) in [
        (
            0,
            "no-plan",
            "its tag is `backup` = `dialy`, one letter off: expected `backup` = `daily`",
            "tag-resource",
        ),
        (
            1,
            "no-plan",
            "it has no tag `backup`: expected `daily`",
            "tag-resource",
        ),
        (
            2,
            "no-plan",
            "its tag `stage` = `test` excludes it: StringNotLike `te*`",
            "add-selection",
        ),
        (
            3,
            "no-plan",
            "`NotResources` leaves it out",
            "add-selection",
        ),
        (
            4,
            "no-plan",
            "EBS is switched off in AWS Backup's settings of us-east-2",
            "enable-resource-type",
        ),
        (
            5,
            "within-account",
            "it is copied within its account only, to `kept`",
            "add-copy-action",
        ),
        (
            6,
            "plan-copies-nothing",
            "plan `hourly` backs it up and copies nothing",
            "add-copy-action",
        ),
    ] {
        let arn = if number == 4 {
            volume.clone()
        } else {
            database(&id(number), "ledger")
        };
        expected.insert(arn, (reason, says, kind));
    }
    (all, expected)
}

fn audit(inventory: &Value, more: &[&str]) -> Value {
    let files = Files::new();
    let file = files.write("inventory.json", &inventory.to_string());
    let args = [&["audit", "--inventory", &file, "--format", "json"], more].concat();
    let ran = run(&args);
    assert!(ran.code != 2, "{}", ran.err);
    json(&ran.out)
}

#[test]
fn of_120_resources_the_seven_that_are_missed_are_told_each_with_its_reason_and_a_proven_remedy() {
    let (inventory, expected) = missed();
    let report = audit(&inventory, &[]);
    let remedies: BTreeMap<&str, &Value> = report["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|remedy| (remedy["id"].as_str().unwrap(), remedy))
        .collect();
    let mut found = Vec::new();
    for resource in report["resources"].as_array().unwrap() {
        let arn = resource["resource"].as_str().unwrap();
        for check in resource["checks"].as_array().unwrap() {
            if check["id"] != "resource-not-copied-out" {
                continue;
            }
            assert_eq!(check["outcome"], "warn", "{arn}: {check}");
            let (reason, says, kind) = expected
                .get(arn)
                .unwrap_or_else(|| panic!("{arn}: {check}"));
            assert_eq!(resource["reason"], *reason, "{arn}");
            assert_eq!(resource["leaves"], "no", "{arn}");
            let message = check["message"].as_str().unwrap();
            assert!(message.contains(says), "{arn}: {message}");
            let ids = check["remedies"].as_array().unwrap();
            assert_eq!(ids.len(), 1, "{arn}: {check}");
            let remedy = remedies[ids[0].as_str().unwrap()];
            assert_eq!(
                (&remedy["kind"], &remedy["proven"]),
                (&json!(kind), &json!(true)),
                "{arn}: {remedy}"
            );
            found.push(arn.to_owned());
        }
    }
    found.sort();
    let wanted: Vec<String> = expected.keys().cloned().collect();
    assert_eq!(found, wanted);
    let coverage = &report["coverage"];
    let counts =
        ["resources", "leave", "feasibly", "unknown"].map(|name| coverage[name].as_u64().unwrap());
    assert_eq!(counts, [120, 113, 113, 0]);
    assert_eq!(coverage["complete"], true);
    let by: u64 = coverage["by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["resources"].as_u64().unwrap())
        .sum();
    assert_eq!(by, 120);
}

#[test]
fn an_organization_in_which_nothing_is_missed_warns_of_nothing_but_copies_that_were_never_made() {
    let report = audit(&organization(), &[]);
    let checks = report["resources"].as_array().unwrap().iter();
    let checks = checks.flat_map(|resource| resource["checks"].as_array().unwrap());
    assert!(checks.clone().all(|check| check["id"] == "copy-overdue"));
    assert_eq!(checks.count(), 120);
}

#[test]
fn a_change_that_leaves_a_resource_in_its_account_is_told_and_counts_where_the_check_is_an_error() {
    let files = Files::new();
    let mut estate = Estate::rds().planned();
    let mut other = estate.at(&format!("{SOURCE}/resources/0")).clone();
    other["ResourceArn"] = "arn:aws:rds:us-east-2:111122223333:db:ledger".into();
    estate = estate.push(&format!("{SOURCE}/resources"), other);
    let base = files.write("base.json", &estate.0.to_string());
    let tag = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "resources": [
        {"ResourceArn": "arn:aws:rds:us-east-2:111122223333:db:orders", "Tags": {"backup": "never"}}
    ]}]}]});
    let overlay = files.write("overlay.json", &tag.to_string());
    let args = ["audit", "--inventory", &base, "--overlay", &overlay];
    let ran = run(&args);
    let says = "this change leaves 1 resource in its account: arn:aws:rds:us-east-2:111122223333:db:orders";
    let words: Vec<&str> = ran.out.split_whitespace().collect();
    assert!(words.join(" ").contains(says), "{}", ran.out);
    assert_eq!(ran.code, 0);
    for format in ["markdown", "github", "sarif", "junit", "html"] {
        let ran = run(&[&args[..], &["--format", format]].concat());
        let text = ran.out.replace("&#47;", "/");
        assert!(
            text.contains("this change leaves 1 resource in its account"),
            "{format}: {text}"
        );
    }
    let report = json(&run(&[&args[..], &["--format", "json"]].concat()).out);
    assert_eq!(
        report["coverage"]["lost"],
        json!(["arn:aws:rds:us-east-2:111122223333:db:orders"])
    );
    let config = files.write(
        "strict.toml",
        "[checks.resource-not-copied-out]\nlevel = \"error\"\n",
    );
    let ran = run(&[&args[..], &["--config", &config]].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    let same = files.write("same.json", "{\"accounts\": []}");
    let args = [
        "audit",
        "--inventory",
        &base,
        "--overlay",
        &same,
        "--config",
        &config,
    ];
    assert_eq!(run(&args).code, 0, "nothing is lost");
}

#[test]
fn the_copies_that_there_are_have_an_age_an_expiry_and_whether_they_can_be_restored() {
    let point = |name: &str, resource: &str, made: &str, more: Value| {
        let mut point = json!({
            "RecoveryPointArn": format!("arn:aws:rds:us-east-2:444455556666:snapshot:awsbackup:{name}"),
            "BackupVaultArn": CENTRAL, "ResourceArn": resource, "ResourceType": "RDS", "Status": "COMPLETED",
            "IsEncrypted": true, "EncryptionKeyArn": CENTRAL_KEY, "CreationDate": made,
            "Lifecycle": {"DeleteAfterDays": 35},
        });
        point
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        point
    };
    let orders = "arn:aws:rds:us-east-2:111122223333:db:orders";
    let gone = "arn:aws:rds:us-east-2:111122223333:db:gone";
    let base = Estate::rds().planned();
    let with = |points: Value| {
        base.clone()
            .set(&format!("{DESTINATION}/recovery_points"), points)
    };
    let told = |estate: Estate| audit(&estate.0, &[])["coverage"].clone();
    let coverage = told(with(json!([
        point("copyjob-1", orders, "2026-11-20T05:40:00Z", json!({})),
        point("copyjob-2", orders, "2026-11-21T05:40:00Z", json!({})),
        point(
            "copyjob-3",
            orders,
            "2026-11-22T05:40:00Z",
            json!({"Status": "PARTIAL"})
        ),
        point("copyjob-4", gone, "2026-11-21T05:40:00Z", json!({})),
    ])));
    let copies = coverage["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{copies:?}");
    let copy = &copies[0];
    assert!(
        copy["recovery_point"]
            .as_str()
            .unwrap()
            .ends_with("copyjob-2")
    );
    assert_eq!(
        (&copy["age_days"], &copy["expires"]),
        (&json!(1), &json!("2026-12-26T05:40:00Z"))
    );
    assert_eq!(copy["restorable"], "yes");
    let orphans = coverage["without_source"].as_array().unwrap();
    assert_eq!(orphans.len(), 1);
    assert_eq!(orphans[0]["resource"], gone);
    let plain = || {
        let made = "2026-11-20T05:40:00Z";
        with(json!([point("copyjob-1", orders, made, json!({}))]))
    };
    // Without a lifecycle it never expires, where the answer is one that would name it.
    let listed = |fields: &[&str]| {
        let mut estate = plain();
        for field in fields {
            estate = estate.without(&format!("{DESTINATION}/recovery_points/0/{field}"));
        }
        told(estate)["copies"][0].clone()
    };
    assert_eq!(listed(&["Lifecycle"]).get("expires"), Some(&Value::Null));
    let bare = listed(&["Lifecycle", "ResourceType", "IsEncrypted"]);
    assert_eq!(
        (bare.get("expires"), &bare["restorable"]),
        (None, &json!("unknown"))
    );
    for (estate, restorable, why) in [
        (plain(), "yes", ""),
        (
            plain().without(&format!("{DESTINATION}/vaults")),
            "unknown",
            "backup:DescribeBackupVault",
        ),
        (
            plain().set(&format!("{DESTINATION}/keys/0/KeyState"), json!("zzz")),
            "unknown",
            "no page says what that is",
        ),
        (
            plain().set(&format!("{DESTINATION}/keys/0/KeyState"), Value::Null),
            "no",
            "does not exist",
        ),
        (
            plain().set(
                &format!("{DESTINATION}/vaults/0/VaultState"),
                json!("FAILED"),
            ),
            "unknown",
            "is FAILED",
        ),
        (
            plain().set(&format!("{DESTINATION}/vaults/0/VaultState"), Value::Null),
            "unknown",
            "is not there",
        ),
        (
            plain().set(
                &format!("{DESTINATION}/recovery_points/0/CalculatedLifecycle"),
                json!({"DeleteAt": "2026-11-21T00:00:00Z"}),
            ),
            "unknown",
            "deleted by now",
        ),
    ] {
        let copy = &told(estate)["copies"][0];
        let said = copy["why"].as_str().unwrap_or_default();
        assert!(
            copy["restorable"] == restorable && said.contains(why),
            "{why}: {copy}"
        );
    }
    let disabled = with(json!([point(
        "copyjob-1",
        orders,
        "2026-11-20T05:40:00Z",
        json!({})
    )]))
    .set(
        &format!("{DESTINATION}/keys/0/KeyState"),
        json!("PendingDeletion"),
    );
    let copy = &told(disabled)["copies"][0];
    assert_eq!(copy["restorable"], "no");
    assert!(
        copy["why"].as_str().unwrap().contains("is PendingDeletion"),
        "{copy}"
    );
    let old = json!([point(
        "copyjob-1",
        orders,
        "2026-09-20T05:40:00Z",
        json!({})
    )]);
    assert_eq!(told(with(old))["copies"][0]["why"], "its retention is over");
    let unread = with(json!([point(
        "copyjob-1",
        orders,
        "2026-11-20T05:40:00Z",
        json!({})
    )]))
    .without(&format!("{DESTINATION}/keys/0/KeyState"));
    assert_eq!(told(unread)["copies"][0]["restorable"], "unknown");
    let whole_list_missing = with(json!([point(
        "copyjob-4",
        gone,
        "2026-11-21T05:40:00Z",
        json!({})
    )]))
    .without(&format!("{SOURCE}/resources_complete"));
    let coverage = told(whole_list_missing);
    assert_eq!(
        coverage["without_source"],
        json!([]),
        "nobody knows that it is gone"
    );
    assert_eq!(coverage["complete"], false);
}

#[test]
fn a_volume_leaves_its_account_with_the_image_of_its_instance() {
    let instance = "arn:aws:ec2:us-east-2:111122223333:instance/i-0123456789abcdef0";
    let volume = "arn:aws:ec2:us-east-2:111122223333:volume/vol-0123456789abcdef0";
    let leaves = |mapped: &str| {
        let detail = json!({"InstanceId": "i-0123456789abcdef0", "RootDeviceName": "/dev/xvda", "BlockDeviceMappings":
            [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": mapped}}]});
        let estate = Estate::rds()
            .planned()
            .push(&format!("{SOURCE}/resources"), json!({
                "ResourceArn": instance, "ResourceType": "EC2", "Encrypted": true, "EncryptionKeyArn": KEY,
                "Tags": {"backup": "daily"}, "Detail": detail,
            }))
            .push(&format!("{SOURCE}/resources"), json!({
                "ResourceArn": volume, "ResourceType": "EBS", "Encrypted": true, "EncryptionKeyArn": KEY,
                "Tags": {}, "Detail": {"VolumeId": "vol-0123456789abcdef0", "Encrypted": true, "KmsKeyId": KEY},
            }));
        let report = audit(&estate.0, &["-v"]);
        let resources = report["resources"].as_array().unwrap().clone();
        [instance, volume].map(|arn| {
            let mut found = resources.iter().filter(|of| of["resource"] == *arn);
            found.next().unwrap()["leaves"].as_str().unwrap().to_owned()
        })
    };
    let [of_instance, of_volume] = leaves("vol-0123456789abcdef0");
    assert_ne!(of_instance, "no");
    assert_eq!(of_volume, of_instance);
    let [_, of_another] = leaves("vol-0fedcba9876543210");
    assert_eq!(of_another, "no");
}

#[test]
fn what_leaves_by_account_and_type_is_a_table_in_markdown_and_with_v() {
    let (inventory, _) = missed();
    let files = Files::new();
    let file = files.write("inventory.json", &inventory.to_string());
    let told = |args: &[&str]| {
        let ran = run(&[&["audit", "--inventory", &file], args].concat());
        ran.out.replace("&#45;", "-")
    };
    let markdown = told(&["--format", "markdown"]);
    assert!(
        markdown.contains("### What leaves its account"),
        "{markdown}"
    );
    let row = format!("| {} | RDS | 4 | 3 | 1 | 0 |", id(0));
    assert!(markdown.contains(&row), "{markdown}");
    let table = told(&["-v"]);
    let words: Vec<&str> = table.split_whitespace().collect();
    let words = words.join(" ");
    assert!(
        words.contains("account type resources feasible copy out none unknown"),
        "{table}"
    );
    assert!(words.contains(&format!("{} RDS 4 3 1 0", id(0))), "{table}");
    assert!(!told(&[]).contains("feasible copy out  none"));
}

#[test]
fn formats_of_machines_have_what_leaves_by_account_and_type_too() {
    let (inventory, _) = missed();
    let files = Files::new();
    let file = files.write("inventory.json", &inventory.to_string());
    let told = |format: &str| run(&["audit", "--inventory", &file, "--format", format]).out;
    let says = format!(
        "{} RDS: 4 resources, 3 have a feasible copy out of the account, 1 has not, 0 unknown",
        id(0)
    );
    for format in ["github", "junit"] {
        let text = told(format);
        assert!(text.contains(&says), "{format}: {text}");
        assert!(text.contains(
            "of 120 resources 113 have a feasible copy out of their account, 7 have not"
        ));
    }
    let sarif = json(&told("sarif"));
    let coverage = &sarif["runs"][0]["properties"]["coverage"];
    assert_eq!(
        (&coverage["resources"], &coverage["feasibly"]),
        (&json!(120), &json!(113))
    );
    let rows = coverage["by"].as_array().unwrap();
    let of_first = rows.iter().find(|row| row["account"] == *id(0)).unwrap();
    assert_eq!(
        of_first,
        &json!({"account": id(0), "resource_type": "RDS", "resources": 4, "leave": 3, "feasibly": 3, "unknown": 0})
    );
}
