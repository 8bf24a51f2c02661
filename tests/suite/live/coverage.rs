//! A live audit: what is copied nowhere in an organization, from what it serves; and who gets into which account.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};

use jiff::{Span, Timestamp};

use super::super::aws::{Fault, calls, repeats};
use super::organization::{MANAGEMENT, assert_same, central, id, organization};
use super::*;

const REGION: &str = "us-east-2";
/// Accounts with resources: those after the management account and the one that copies go to.
const ACCOUNTS: usize = 30;
const NAMES: [&str; 4] = ["orders", "ledger", "carts", "stock"];

fn database(account: &str, name: &str) -> String {
    format!("arn:aws:rds:{REGION}:{account}:db:{name}")
}

fn hours_ago(hours: i64) -> String {
    let then = Timestamp::now().checked_sub(Span::new().hours(hours));
    then.unwrap().to_string()
}

fn place_of<'w>(world: &'w mut Value, account: &str) -> &'w mut Value {
    let accounts = world["accounts"].as_array_mut().unwrap();
    let account = accounts.iter_mut().find(|of| of["account"] == *account);
    &mut account.unwrap()["regions"][0]
}

/// The organization, in which a plan copies all 120 databases of 30 accounts.
fn whole(accounts: usize) -> Value {
    let mut world = organization(accounts + 2, &[REGION]).world;
    let points: Vec<Value> = (2..accounts + 2)
        .flat_map(|at| NAMES.map(|name| copied(&id(at), name)))
        .collect();
    for account in world["accounts"].as_array_mut().unwrap() {
        account["cross_account_backup"] = json!(true);
    }
    for at in 0..accounts + 2 {
        let place = place_of(&mut world, &id(at));
        place["resources_complete"] = json!(true);
        place["copy_jobs"] = json!([]);
        if at < 2 {
            for list in ["plans", "resources", "recovery_points"] {
                place[list] = json!([]);
            }
            continue;
        }
        let first = place["resources"][0].clone();
        place["resources"] = NAMES
            .map(|name| {
                let mut one = first.clone();
                let text = one.to_string().replace("orders", name);
                one = serde_json::from_str(&text).unwrap();
                one["Tags"] = json!({"backup": "daily"});
                one
            })
            .into();
        place["plans"][0]["Selections"][0]["Resources"] = json!(["*"]);
        place["plans"][0]["Selections"][0]["Conditions"] = json!({"StringEquals": [
            {"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}
        ]});
        // Every account shares its key.
        let shared = json!({"Sid": "share", "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{}:root", id(1))},
            "Action": ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"], "Resource": "*"});
        let own = place["keys"][0]["Policy"]["Statement"][0].clone();
        place["keys"][0]["Policy"]["Statement"] = json!([own, shared]);
    }
    place_of(&mut world, &id(1))["recovery_points"] = points.into();
    world
}

/// The copy of a database that was made an hour ago.
fn copied(account: &str, name: &str) -> Value {
    json!({
        "RecoveryPointArn": format!("arn:aws:rds:{REGION}:{}:snapshot:awsbackup:copyjob-{account}-{name}", id(1)),
        "BackupVaultName": "central", "BackupVaultArn": central(REGION), "ResourceArn": database(account, name),
        "ResourceType": "RDS", "IsEncrypted": true, "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
        "EncryptionKeyArn": format!("arn:aws:kms:{REGION}:{}:key/20000000-aaaa-bbbb-cccc-{}", id(1), id(1)),
        "Status": "COMPLETED", "StorageClass": "WARM", "CreationDate": hours_ago(1), "CompletionDate": hours_ago(1),
        "Lifecycle": {"DeleteAfterDays": 90}, "IsParent": false, "VaultType": "BACKUP_VAULT",
        "IamRoleArn": format!("arn:aws:iam::{account}:role/backup/daily"),
    })
}

/// The same with seven resources that no copy takes out of their account, each for a reason of its own: by resource, the
/// reason, what is said, and the kind of remedy.
fn missed() -> (Value, BTreeMap<String, [&'static str; 3]>) {
    let mut world = whole(ACCOUNTS);
    let mut expected = BTreeMap::new();
    let mut of = |number: usize, resource: &str, says: [&'static str; 3]| {
        let arn = database(&id(number + 2), resource);
        expected.insert(arn, says);
    };
    of(
        0,
        "ledger",
        [
            "no-plan",
            "its tag is `backup` = `dialy`, one letter off",
            "tag-resource",
        ],
    );
    of(
        1,
        "ledger",
        [
            "no-plan",
            "it has no tag `backup`: expected `daily`",
            "tag-resource",
        ],
    );
    of(
        2,
        "ledger",
        [
            "no-plan",
            "excludes it: StringNotLike `te*`",
            "add-selection",
        ],
    );
    of(
        3,
        "ledger",
        ["no-plan", "`NotResources` leaves it out", "add-selection"],
    );
    of(
        5,
        "ledger",
        [
            "within-account",
            "it is copied within its account only, to `kept`",
            "add-copy-action",
        ],
    );
    of(
        6,
        "ledger",
        [
            "plan-copies-nothing",
            "plan `hourly` backs it up and copies nothing",
            "add-copy-action",
        ],
    );
    let off = "EBS is switched off in AWS Backup's settings of us-east-2";
    let volume = format!(
        "arn:aws:ec2:{REGION}:{}:volume/vol-00000000000000001",
        id(6)
    );
    expected.insert(volume.clone(), ["no-plan", off, "enable-resource-type"]);

    let ledger = |world: &mut Value, number: usize, tags: Value| {
        place_of(world, &id(number + 2))["resources"][1]["Tags"] = tags;
    };
    ledger(&mut world, 0, json!({"backup": "dialy"}));
    ledger(&mut world, 1, json!({"team": "shop"}));
    ledger(&mut world, 2, json!({"backup": "daily", "stage": "test"}));
    let place = place_of(&mut world, &id(4));
    for other in [0, 2, 3] {
        place["resources"][other]["Tags"] = json!({"backup": "daily", "stage": "prod"});
    }
    place["plans"][0]["Selections"][0]["Conditions"]["StringNotLike"] =
        json!([{"ConditionKey": "aws:ResourceTag/stage", "ConditionValue": "te*"}]);
    let place = place_of(&mut world, &id(5));
    place["plans"][0]["Selections"][0]["NotResources"] = json!([database(&id(5), "ledger")]);
    let place = place_of(&mut world, &id(6));
    let key = place["keys"][0]["Arn"].clone();
    place["resources"][1] = json!({
        "ResourceArn": volume, "ResourceType": "EBS", "Encrypted": true, "EncryptionKeyArn": key,
        "Tags": {"backup": "daily"},
        "Detail": {"VolumeId": "vol-00000000000000001", "VolumeType": "gp3", "Encrypted": true, "KmsKeyId": key},
    });
    // It is asked of the Regions that copies go to.
    for at in [1, 6, 7] {
        place_of(&mut world, &id(at))["ebs_default_kms_key_id"] = json!("alias/aws/ebs");
    }
    for (number, name) in [(5, "local"), (6, "hourly")] {
        let account = id(number + 2);
        ledger(&mut world, number, json!({"backup": name}));
        let place = place_of(&mut world, &account);
        let kept = format!("arn:aws:backup:{REGION}:{account}:backup-vault:kept");
        let mut second = place["plans"][0].clone();
        second["BackupPlanId"] = format!("plan-{account}-second").into();
        second["BackupPlanArn"] =
            format!("arn:aws:backup:{REGION}:{account}:backup-plan:plan-{account}-second").into();
        second["BackupPlan"]["BackupPlanName"] = name.into();
        second["Selections"][0]["Conditions"]["StringEquals"][0]["ConditionValue"] = name.into();
        let rule = &mut second["BackupPlan"]["Rules"][0];
        rule["CopyActions"] = match name {
            "local" => json!([{"DestinationBackupVaultArn": kept}]),
            _ => json!([]),
        };
        if name == "local" {
            let mut vault = place["vaults"][0].clone();
            vault["BackupVaultName"] = "kept".into();
            vault["BackupVaultArn"] = kept.into();
            place["vaults"].as_array_mut().unwrap().insert(0, vault);
        }
        place["plans"].as_array_mut().unwrap().push(second);
    }
    // Of what is missed no copy was ever made.
    let central = place_of(&mut world, &id(1));
    let points = central["recovery_points"].as_array_mut().unwrap();
    points.retain(|point| !expected.contains_key(point["ResourceArn"].as_str().unwrap()));
    points.retain(|point| point["ResourceArn"] != *database(&id(6), "ledger"));
    (world, expected)
}

fn program(server: &Server, account: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
    server.sign_in(&mut command, account);
    command
}

fn report(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{error}"))
}

#[test]
fn of_120_resources_the_seven_that_are_missed_are_found_for_pages_and_no_call_a_recovery_point() {
    let (world, expected) = missed();
    let points = |vault: &str| -> usize {
        let accounts = world["accounts"].as_array().unwrap().iter();
        let points =
            accounts.flat_map(|of| of["regions"][0]["recovery_points"].as_array().unwrap());
        points
            .filter(|point| point["BackupVaultArn"] == vault)
            .count()
    };
    let copies = points(&central(REGION));
    let vaults: usize = {
        let accounts = world["accounts"].as_array().unwrap().iter();
        accounts
            .map(|of| of["regions"][0]["vaults"].as_array().unwrap().len())
            .sum()
    };
    let server = Server::start(world);
    server.page_size(50);
    let output = program(&server, MANAGEMENT)
        .args([
            "audit",
            "--no-config",
            "--quiet",
            "--organization",
            "--role-name",
            "OrganizationAccountAccessRole",
            "--region",
            REGION,
            "--format",
            "json",
        ])
        .output()
        .unwrap();
    let found = report(&output);
    let journal = server.finish();
    assert_eq!(found["gaps"], json!([]));
    let remedies: BTreeMap<&str, &Value> = found["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .map(|remedy| (remedy["id"].as_str().unwrap(), remedy))
        .collect();
    let mut missed = Vec::new();
    for resource in found["resources"].as_array().unwrap() {
        let arn = resource["resource"].as_str().unwrap();
        let checks = resource["checks"].as_array().unwrap();
        // Nothing else is found of any resource: no copy is overdue.
        let [check] = checks.as_slice() else {
            panic!("{arn}: {checks:?}");
        };
        assert_eq!(check["id"], "resource-not-copied-out", "{arn}: {check}");
        let [reason, says, kind] = expected
            .get(arn)
            .unwrap_or_else(|| panic!("{arn}: {check}"));
        assert_eq!(resource["reason"], *reason, "{arn}");
        assert!(
            check["message"].as_str().unwrap().contains(says),
            "{arn}: {check}"
        );
        let ids = check["remedies"].as_array().unwrap();
        assert_eq!(ids.len(), 1, "{arn}: {check}");
        let remedy = remedies[ids[0].as_str().unwrap()];
        assert_eq!(
            (&remedy["kind"], &remedy["proven"]),
            (&json!(kind), &json!(true)),
            "{arn}: {remedy}"
        );
        missed.push(arn.to_owned());
    }
    missed.sort();
    let wanted: Vec<String> = expected.keys().cloned().collect();
    assert_eq!(missed, wanted);
    let coverage = &found["coverage"];
    let counts =
        ["resources", "leave", "feasibly", "unknown"].map(|name| coverage[name].as_u64().unwrap());
    assert_eq!(
        (counts, &coverage["complete"]),
        ([120, 113, 113, 0], &json!(true))
    );
    assert_eq!(coverage["copies"].as_array().unwrap().len(), 113);
    assert!(
        coverage["copies"]
            .as_array()
            .unwrap()
            .iter()
            .all(|copy| copy["restorable"] == "yes"
                && copy["age_days"] == 0
                && copy["expires"].is_string())
    );
    // A page for each vault, and two more for the 113 copies; nothing of each recovery point.
    assert_eq!(copies, 113);
    assert_eq!(
        calls(&journal, "backup:ListRecoveryPointsByBackupVault"),
        vaults + 2
    );
    assert_eq!(calls(&journal, "backup:DescribeRecoveryPoint"), 0);
    assert_eq!(calls(&journal, "backup:ListCopyJobs"), ACCOUNTS + 2);
    assert!(repeats(&journal).is_empty(), "{:?}", repeats(&journal));
}

#[test]
fn what_a_copy_that_is_overdue_takes_to_know_has_a_gap_where_it_is_refused() {
    let mut world = whole(1);
    place_of(&mut world, &id(1))["recovery_points"] = json!([]);
    let server = Server::start(world);
    for operation in [
        "backup:ListCopyJobs",
        "backup:ListRecoveryPointsByBackupVault",
    ] {
        server.fault(Fault::denied().operation(operation));
    }
    let output = program(&server, MANAGEMENT)
        .args([
            "audit",
            "--no-config",
            "--quiet",
            "--organization",
            "--role-name",
            "OrganizationAccountAccessRole",
            "--region",
            REGION,
            "--format",
            "json",
        ])
        .output()
        .unwrap();
    let found = report(&output);
    server.finish();
    let of = |operation: &str| {
        let gaps = found["gaps"].as_array().unwrap().iter();
        gaps.filter(|gap| gap["operation"] == operation)
            .map(|gap| {
                (
                    gap["error"].as_str().unwrap(),
                    gap["permission"].as_str().unwrap(),
                )
            })
            .collect::<Vec<_>>()
    };
    for operation in [
        "backup:ListCopyJobs",
        "backup:ListRecoveryPointsByBackupVault",
    ] {
        let gaps = of(operation);
        assert!(!gaps.is_empty(), "{operation}");
        assert!(
            gaps.iter()
                .all(|gap| *gap == ("AccessDeniedException", operation)),
            "{gaps:?}"
        );
    }
    let mut checks = found["resources"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|of| of["checks"].as_array().unwrap());
    assert!(
        checks.all(|check| check["id"] == "copy-overdue" && check["outcome"] == "undecided"),
        "{found:#}"
    );
}

/// What `collect` writes answers as AWS does: the jobs that ran, what they copied and what is there no longer too.
#[test]
fn what_was_collected_is_covered_as_a_live_audit_has_it() {
    let (mut world, expected) = missed();
    let job = |account: &str, name: &str, state: &str| {
        json!({
            "AccountId": account, "CopyJobId": format!("{name}-{state}"), "State": state,
            "SourceBackupVaultArn": format!("arn:aws:backup:{REGION}:{account}:backup-vault:prod"),
            "SourceRecoveryPointArn": format!("arn:aws:rds:{REGION}:{account}:snapshot:awsbackup:job-{name}"),
            "DestinationBackupVaultArn": central(REGION), "ResourceArn": database(account, name),
            "ResourceType": "RDS", "CreationDate": hours_ago(30), "CompletionDate": hours_ago(29),
            "IamRoleArn": format!("arn:aws:iam::{account}:role/backup/daily"), "IsParent": false,
        })
    };
    let account = id(10);
    let place = place_of(&mut world, &account);
    place["ebs_default_kms_key_id"] = json!("alias/aws/ebs");
    let gone = json!({"ResourceArn": database(&account, "gone"), "ResourceType": null});
    place["resources"].as_array_mut().unwrap().push(gone);
    place["copy_jobs"] = json!([
        job(&account, "orders", "COMPLETED"),
        job(&account, "gone", "COMPLETED"),
        job(&account, "stock", "FAILED"),
    ]);
    let points = place_of(&mut world, &id(1))["recovery_points"]
        .as_array_mut()
        .unwrap();
    // Of one the copy is there no longer, of another it is old.
    points.retain(|point| point["ResourceArn"] != *database(&account, "orders"));
    points.push(copied(&account, "gone"));
    for point in points {
        if point["ResourceArn"] == *database(&id(11), "carts") {
            point["CreationDate"] = hours_ago(24 * 40 + 5).into();
            point["CompletionDate"] = hours_ago(24 * 40 + 5).into();
        }
    }
    let server = Server::start(world);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("facts.json");
    let surveyed = [
        "--no-config",
        "--quiet",
        "--organization",
        "--role-name",
        "OrganizationAccountAccessRole",
        "--region",
        REGION,
    ];
    let collected = program(&server, MANAGEMENT)
        .args(["collect", "--output"])
        .arg(&file)
        .args(surveyed)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&collected.stderr);
    assert_eq!((collected.status.code(), &*said), (Some(0), ""));
    let asked = calls(&server.journal(), "backup:ListCopyJobs");
    let live = program(&server, MANAGEMENT)
        .args(["audit", "--format", "json"])
        .args(surveyed)
        .output()
        .unwrap();
    let journal = server.finish();
    assert_eq!(
        calls(&journal, "backup:ListCopyJobs"),
        2 * asked,
        "each once a Region"
    );
    let offline = program_of_files()
        .args([
            "audit",
            "--no-config",
            "--quiet",
            "--format",
            "json",
            "--inventory",
        ])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(live.status.code(), offline.status.code());
    let (mut live, mut offline) = (report(&live), report(&offline));
    for report in [&mut live, &mut offline] {
        report.as_object_mut().unwrap().remove("collected_at");
    }
    assert_same(&offline, &live);
    let coverage = &offline["coverage"];
    let counts =
        ["resources", "leave", "feasibly", "unknown"].map(|name| coverage[name].as_u64().unwrap());
    assert_eq!(
        (counts, &coverage["complete"]),
        ([120, 113, 113, 0], &json!(true))
    );
    let orphans = coverage["without_source"].as_array().unwrap();
    assert_eq!(orphans.len(), 1, "{orphans:?}");
    assert_eq!(orphans[0]["resource"], *database(&account, "gone"));
    let warns = |id: &str| {
        let resources = offline["resources"].as_array().unwrap().iter();
        let with = resources.filter(|of| {
            let mut checks = of["checks"].as_array().unwrap().iter();
            checks.any(|check| check["id"] == id)
        });
        with.count()
    };
    assert_eq!(warns("resource-not-copied-out"), expected.len());
    assert_eq!(warns("copy-overdue"), 1, "the one that is 40 days old");
}

fn program_of_files() -> Command {
    Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
}

/// A folder with profiles and a configuration that names accounts.
struct Configured(tempfile::TempDir);

impl Configured {
    fn new(config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut text = String::new();
        for account in [id(1), id(2)] {
            let (key, secret) = Server::account_keys(&account);
            text += &format!(
                "[of-{account}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
            );
        }
        fs::write(folder.path().join("credentials"), text).unwrap();
        fs::write(folder.path().join("backup-preflight.toml"), config).unwrap();
        Self(folder)
    }

    fn audit(&self, server: &Server, more: &[&str]) -> Value {
        let mut command = program(server, &id(2));
        command.env(
            "AWS_SHARED_CREDENTIALS_FILE",
            self.0.path().join("credentials"),
        );
        let args = [
            "audit", "--quiet", "--region", REGION, "--format", "json", "--config",
        ];
        command
            .args(args)
            .arg(self.0.path().join("backup-preflight.toml"))
            .args(more);
        report(&command.output().unwrap())
    }
}

fn served_to_both(world: &Value) -> Server {
    let server = Server::start(world.clone());
    server.delegate(&id(1));
    server.delegate(&id(2));
    server
}

#[test]
fn the_accounts_of_the_configuration_are_entered_as_it_says() {
    let world = whole(1);
    let (one, two) = (id(1), id(2));
    let both = format!(
        "[accounts.{one}]\nname = 'bunker'\nprofile = 'of-{one}'\n[accounts.{two}]\nprofile = 'of-{two}'\n"
    );
    let feasible = |found: &Value| found["summary"]["feasible"].as_u64().unwrap();

    // Nothing says who asks: the accounts of the configuration are looked at, all of them.
    let server = served_to_both(&world);
    let found = Configured::new(&both).audit(&server, &[]);
    server.finish();
    assert_eq!((feasible(&found), &found["gaps"]), (4, &json!([])));
    assert_eq!(found["summary"]["vaults"]["checked"], 3);

    // Something does: the other account is entered for what is named of it.
    let server = served_to_both(&world);
    let found = Configured::new(&both).audit(&server, &["--source-profile", &format!("of-{two}")]);
    let journal = server.finish();
    assert_eq!(feasible(&found), 4, "{found:#}");
    assert_eq!(calls(&journal, "backup:GetBackupPlan"), 1);
    // The copies that there are are in a vault that no Region which was looked at has.
    assert_eq!(found["coverage"]["copies"].as_array().unwrap().len(), 4);

    // Without a way in, what is there stays open.
    let server = served_to_both(&world);
    let found = Configured::new("").audit(&server, &[]);
    server.finish();
    assert_eq!(feasible(&found), 0);
    let gaps = found["gaps"].as_array().unwrap().iter();
    let mut open = gaps.map(|gap| gap["operation"].as_str().unwrap());
    assert!(open.any(|operation| operation == "backup:ListRecoveryPointsByBackupVault"));

    // A profile of another account than the configuration says is of no use.
    let server = served_to_both(&world);
    let wrong =
        format!("[accounts.{two}]\nprofile = 'of-{two}'\n[accounts.{one}]\nprofile = 'of-{two}'\n");
    let found = Configured::new(&wrong).audit(&server, &[]);
    server.finish();
    assert_eq!(feasible(&found), 0);
    let mut gaps = found["gaps"].as_array().unwrap().iter();
    assert!(
        gaps.any(|gap| gap["account"] == *one && gap["operation"] == "sts:GetCallerIdentity"),
        "{found:#}"
    );
}

/// The configuration's other way in: a role of the account, which the caller's credentials assume.
#[test]
fn a_role_of_the_configuration_is_assumed_with_its_external_id() {
    let world = whole(1);
    let (one, two) = (id(1), id(2));
    let role = format!("arn:aws:iam::{one}:role/backup/Reader");
    let feasible = |found: &Value| found["summary"]["feasible"].as_u64().unwrap();
    let of = |external_id: &str| {
        format!(
            "[accounts.{one}]\nrole_arn = '{role}'\n{external_id}\n[accounts.{two}]\nprofile = 'of-{two}'\n"
        )
    };
    let source = format!("of-{two}");
    let audit = |config: &str| {
        let server = served_to_both(&world);
        server.require_external_id(&role, "between us");
        let found = Configured::new(config).audit(&server, &["--source-profile", &source]);
        (found, server.finish())
    };

    let (found, journal) = audit(&of("external_id = 'between us'"));
    assert_eq!(feasible(&found), 4, "{found:#}");
    let gaps = found["gaps"].as_array().unwrap();
    assert!(gaps.iter().all(|gap| gap["error"].is_null()), "{gaps:?}");
    assert_eq!(found["coverage"]["copies"].as_array().unwrap().len(), 4);
    assert_eq!(calls(&journal, "sts:AssumeRole"), 1);

    // Without it the role says no: what is there stays open, with the call that was refused.
    let (found, _) = audit(&of(""));
    assert_eq!(feasible(&found), 0, "{found:#}");
    let refused = |found: &Value| {
        let mut gaps = found["gaps"].as_array().unwrap().iter();
        gaps.any(|gap| {
            gap["account"] == *one
                && gap["operation"] == "sts:AssumeRole"
                && gap["error"] == "AccessDenied"
        })
    };
    assert!(refused(&found), "{:#}", found["gaps"]);

    // `collect` goes in the same way.
    let server = served_to_both(&world);
    server.require_external_id(&role, "between us");
    let config = Configured::new(&of("external_id = 'between us'"));
    let file = config.0.path().join("facts.json");
    let collected = program(&server, &two)
        .env(
            "AWS_SHARED_CREDENTIALS_FILE",
            config.0.path().join("credentials"),
        )
        .args(["collect", "--quiet", "--region", REGION, "--config"])
        .arg(config.0.path().join("backup-preflight.toml"))
        .arg("--output")
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&collected.stderr);
    assert_eq!(collected.status.code(), Some(0), "{said}");
    let journal = server.finish();
    assert_eq!(calls(&journal, "sts:AssumeRole"), 1);
    let facts: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    assert_eq!(facts["gaps"], json!([]));
    assert_eq!(facts["accounts"].as_array().unwrap().len(), 2);
}

/// The standard variables count as they do for `aws`.
#[test]
fn a_call_is_made_as_often_as_the_variables_say() {
    let audit = |name: &str, value: &str| {
        let server = Server::start(whole(1));
        server.fault(Fault::throttled().operation("backup:DescribeGlobalSettings"));
        let audit = [
            "audit",
            "--no-config",
            "--quiet",
            "--organization",
            "--role-name",
            "OrganizationAccountAccessRole",
            "--region",
        ];
        let output = program(&server, MANAGEMENT)
            .env(name, value)
            .args(audit)
            .arg(REGION)
            .output()
            .unwrap();
        (output, server.finish())
    };
    for times in [1, 2] {
        let (_, journal) = audit("AWS_MAX_ATTEMPTS", &times.to_string());
        assert_eq!(calls(&journal, "backup:DescribeGlobalSettings"), times);
    }
    for (name, value) in [("AWS_MAX_ATTEMPTS", "0"), ("AWS_RETRY_MODE", "often")] {
        let (output, _) = audit(name, value);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(name), "{said}");
    }
}
