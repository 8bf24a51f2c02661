//! A change of a rule's copy action changes every copy of the rule, of all its selections and, where a backup policy of the
//! organization makes the plan, in every account.

use backup_preflight::checks::decide;
use backup_preflight::inventory::{Copy, Facts};
use backup_preflight::plans;
use backup_preflight::remedy::{Proposed, Remedy, RemedyKind, propose};
use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;
use crate::support::verdicts::read;

const PLAN: &str = "/accounts/0/regions/0/plans/0";
const OTHER: &str = "555566667777";

/// The remedies of the copies that plans make, those of backup policies among them.
fn planned(inventory: &Value) -> Vec<Remedy> {
    proposed(inventory).remedies
}

/// The same, and what they do together.
fn proposed(inventory: &Value) -> Proposed {
    let mut inventory = read(inventory);
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let copies = plans::copies(&plans::plans(&facts), &facts).copies;
    let copies = copies.into_iter().map(|named| Copy::new(named, &facts));
    let decided: Vec<_> = copies.map(|copy| decide(copy, &facts)).collect();
    propose(&decided, &facts)
}

fn one(inventory: &Value, kind: RemedyKind) -> Remedy {
    let all = planned(inventory);
    let mut of_kind = all.iter().filter(|remedy| remedy.kind == kind);
    let found = of_kind.next().cloned();
    found.unwrap_or_else(|| panic!("{all:?}"))
}

/// A rule that copies a database into a vault on an AWS managed key, which fails, and a file system as another role, which does not.
fn copied_as_two_roles(policies: &Value) -> Value {
    let files = "arn:aws:iam::111122223333:role/files";
    let system =
        "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-0123456789abcdef0";
    Estate::rds()
        .planned()
        .set("/accounts/1/regions/0/keys/0/KeyManager", json!("AWS"))
        .push(
            "/accounts/0/regions/0/resources",
            json!({"ResourceArn": system, "ResourceType": "EFS", "Encrypted": true, "EncryptionKeyArn": KEY, "Tags": {}, "Detail": {}}),
        )
        .push(
            "/accounts/0/roles",
            json!({"Arn": files, "AssumeRolePolicyDocument": trust(), "InlinePolicies": policies, "PermissionsBoundary": null, "Tags": {},
                "AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"}]}),
        )
        .push(
            &format!("{PLAN}/Selections"),
            json!({"SelectionName": "files", "IamRoleArn": files, "Resources": [system]}),
        )
        .0
}

#[test]
fn a_vault_in_place_of_another_lets_in_every_role_whose_copies_the_rule_moves() {
    let remedy = one(&copied_as_two_roles(&json!([])), RemedyKind::CreateVault);
    assert_eq!(remedy.proven, Some(true), "{remedy:?}");
    let policy = remedy.commands().concat();
    assert!(policy.contains("role/files"), "{policy}");
    assert!(policy.contains("AWSBackupDefaultServiceRole"), "{policy}");
}

#[test]
fn a_vault_that_another_copy_of_the_rule_may_not_go_to_is_not_proven() {
    let kept = json!([{"PolicyName": "one-vault", "Document": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "NotResource": CENTRAL}
    ]}}]);
    let remedy = one(&copied_as_two_roles(&kept), RemedyKind::ChangeDestination);
    assert_eq!(remedy.proven, Some(false), "{remedy:?}");
    let says = "then this copy of the same rule is blocked: p-1/nightly/arn:aws:elasticfilesystem";
    assert!(remedy.title.contains(says), "{}", remedy.title);
}

#[test]
fn a_copy_that_is_blocked_for_another_reason_does_not_stand_for_those_like_it() {
    let kept = json!([{"PolicyName": "one-vault", "Document": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "NotResource": CENTRAL}
    ]}}]);
    let own = "arn:aws:kms:us-east-2:111122223333:key/00000000-0000-4000-8000-000000000000";
    let system =
        "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-00000000000000000";
    let inventory = Estate(copied_as_two_roles(&kept))
        .push(
            "/accounts/0/regions/0/resources",
            json!({"ResourceArn": system, "ResourceType": "EFS", "Encrypted": true, "EncryptionKeyArn": own, "Tags": {}, "Detail": {}}),
        )
        .push(
            "/accounts/0/regions/0/keys",
            json!({"Arn": own, "KeyManager": "CUSTOMER", "KeyState": "Disabled", "KeySpec": "SYMMETRIC_DEFAULT",
                "KeyUsage": "ENCRYPT_DECRYPT", "Policy": null, "Grants": [], "Tags": {}}),
        )
        .push(&format!("{PLAN}/Selections/1/Resources"), json!(system))
        .0;
    let remedy = one(&inventory, RemedyKind::ChangeDestination);
    assert_eq!(remedy.proven, Some(false), "{remedy:?}");
    let says = "then this copy of the same rule is blocked: p-1/nightly/arn:aws:elasticfilesystem";
    assert!(remedy.title.contains(says), "{}", remedy.title);
    assert!(
        remedy.title.contains("fs-0123456789abcdef0"),
        "{}",
        remedy.title
    );
}

/// Two accounts under one backup policy, which copies to a vault.
fn under_a_policy(target: &str) -> Estate {
    let policy = json!({"plans": {"daily": {
        "regions": ["us-east-2"],
        "rules": {"nightly": {
            "schedule_expression": "cron(0 5 ? * * *)",
            "target_backup_vault_name": "prod",
            "lifecycle": {"delete_after_days": "35"},
            "copy_actions": {target: {"target_backup_vault_arn": target, "lifecycle": {"delete_after_days": "35"}}},
        }},
        "selections": {"tags": {"tagged": {
            "iam_role_arn": "arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole",
            "tag_key": "backup", "tag_value": ["daily"],
        }}},
    }}});
    let estate = Estate::rds()
        .set("/copies", json!([]))
        .set("/accounts/0/backup_policy", policy)
        .set("/accounts/0/regions/0/resources_complete", json!(true))
        .set(
            "/accounts/0/regions/0/resources/0/Tags",
            json!({"backup": "daily"}),
        );
    let first = estate.at("/accounts/0").to_string();
    let second: Value = serde_json::from_str(&first.replace(FROM, OTHER)).unwrap();
    let roots = json!([FROM, OTHER].map(|id| format!("arn:aws:iam::{id}:root")));
    estate.push("/accounts", second).set(
        &format!("{DESTINATION_VAULT}/AccessPolicy/Statement/0/Principal/AWS"),
        roots,
    )
}

#[test]
fn a_vault_in_place_of_another_lets_in_the_roles_of_every_account_of_the_backup_policy() {
    let system = format!("arn:aws:elasticfilesystem:us-east-2:{OTHER}:file-system/fs-1");
    // Of the other account the copies do not fail.
    let estate = under_a_policy(CENTRAL)
        .set("/accounts/1/regions/0/keys/0/KeyManager", json!("AWS"))
        .set(
            "/accounts/2/regions/0/resources/0/ResourceArn",
            json!(system),
        )
        .set(
            "/accounts/2/regions/0/resources/0/ResourceType",
            json!("EFS"),
        );
    let remedy = one(&estate.0, RemedyKind::CreateVault);
    assert_eq!(remedy.proven, Some(true), "{remedy:?}");
    let policy = remedy.commands().concat();
    assert!(
        policy.contains(&format!("arn:aws:iam::{OTHER}:role")),
        "{policy}"
    );
}

/// The vault of each account that a backup policy copies to.
const OWN: &str = "arn:aws:backup:us-east-2:$account:backup-vault:second";

/// That vault of an account, with a lock that allows so many days.
fn locked(account: &str, (min, max): (i64, i64)) -> Value {
    json!({"BackupVaultName": "second", "BackupVaultArn": OWN.replace("$account", account), "VaultType": "BACKUP_VAULT",
        "VaultState": "AVAILABLE", "EncryptionKeyArn": PROD_KEY.replace(FROM, account), "Locked": true,
        "MinRetentionDays": min, "MaxRetentionDays": max, "AccessPolicy": null, "Tags": {}})
}

/// A key of an account that is no more.
fn lost_key(account: &str) -> String {
    format!("arn:aws:kms:us-east-2:{account}:key/00000000-0000-4000-8000-000000000000")
}

#[test]
fn a_retention_that_another_accounts_lock_does_not_allow_is_not_proven() {
    let with = |max: i64| {
        into_own_vaults(|account| {
            locked(account, if account == FROM { (90, 400) } else { (7, max) })
        })
    };
    let wide = one(&with(365).0, RemedyKind::ChangeRetention);
    assert_eq!(wide.proven, Some(true), "{wide:?}");
    let narrow = one(&with(60).0, RemedyKind::ChangeRetention);
    assert_eq!(narrow.proven, Some(false), "{narrow:?}");
    assert!(narrow.title.contains(OTHER), "{}", narrow.title);
    assert!(
        narrow.commands().concat().contains("$account"),
        "{narrow:?}"
    );
}

/// Two accounts under one backup policy that copies to the vault `second` of each, made of a change to it.
fn into_own_vaults(vault: impl Fn(&str) -> Value) -> Estate {
    under_a_policy(OWN)
        .push("/accounts/0/regions/0/vaults", vault(FROM))
        .push("/accounts/2/regions/0/vaults", vault(OTHER))
}

#[test]
fn of_two_retentions_that_one_copy_action_cannot_both_have_neither_is_proven() {
    let of = |account: &str| if account == FROM { (90, 400) } else { (7, 20) };
    let all = planned(&into_own_vaults(|account| locked(account, of(account))).0);
    let retentions = all.iter();
    let retentions = retentions.filter(|it| it.kind == RemedyKind::ChangeRetention);
    let retentions: Vec<_> = retentions.collect();
    assert_eq!(retentions.len(), 2, "{all:?}");
    for (remedy, other) in retentions.into_iter().zip([OTHER, FROM]) {
        assert_eq!(remedy.proven, None, "{remedy:?}");
        let says = "leaves this copy blocked: orgs/";
        assert!(remedy.title.contains(says), "{}", remedy.title);
        assert!(remedy.title.contains(other), "{}", remedy.title);
    }
}

#[test]
fn a_retention_that_mends_the_copies_of_both_accounts_is_proven() {
    let of = |account: &str| {
        if account == FROM {
            (90, 400)
        } else {
            (60, 100)
        }
    };
    let remedy = one(
        &into_own_vaults(|account| locked(account, of(account))).0,
        RemedyKind::ChangeRetention,
    );
    assert_eq!(remedy.proven, Some(true), "{remedy:?}");
}

#[test]
fn in_place_of_each_accounts_own_vault_each_account_gets_one_of_its_own() {
    let estate = into_own_vaults(|account| {
        let mut vault = locked(account, (7, 400));
        vault["EncryptionKeyArn"] = json!(lost_key(account));
        vault
    });
    let key = |account: &str| {
        json!({"Arn": lost_key(account), "KeyManager": "CUSTOMER", "KeyState": null, "Aliases": [], "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT", "Policy": null, "Grants": [], "Tags": {}})
    };
    let estate = estate
        .push("/accounts/0/regions/0/keys", key(FROM))
        .push("/accounts/2/regions/0/keys", key(OTHER))
        .set("/accounts/0/regions/0/keys_complete", json!(true))
        .set("/accounts/2/regions/0/keys_complete", json!(true));
    let all = planned(&estate.0);
    let created = all.iter();
    let created = created.filter(|it| it.kind == RemedyKind::CreateVault);
    let created: Vec<_> = created.collect();
    let sent = all.iter();
    let sent = sent.filter(|it| it.kind == RemedyKind::ChangeDestination);
    let sent: Vec<_> = sent.collect();
    assert_eq!((created.len(), sent.len()), (2, 2), "{all:?}");
    let accounts = [(FROM, OTHER), (OTHER, FROM)];
    for ((created, sent), (own, other)) in created.into_iter().zip(sent).zip(accounts) {
        assert!(created.subject.contains(own), "{created:?}");
        assert_eq!(sent.requires, [created.id.as_str()]);
        // It sends the other account's copies to a vault that the other remedy makes: they are blocked as before until then.
        assert_eq!((created.proven, sent.proven), (Some(true), Some(true)));
        let commands = sent.commands().concat();
        assert!(commands.contains("$account"), "{commands}");
        // Nobody else's role is let in.
        let commands = created.commands().concat();
        assert!(!commands.contains(&format!("iam::{other}")), "{commands}");
    }
}

#[test]
fn of_two_actions_of_a_rule_into_one_vault_each_is_told_by_what_stands_in_it() {
    let action = |days: i64| json!({"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": days}});
    let estate = Estate::rds()
        .planned()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(7))
        .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(400))
        .set(
            &format!("{PLAN}/BackupPlan/Rules/0/CopyActions"),
            json!([action(500), action(5)]),
        );
    let all = planned(&estate.0);
    for days in [500, 5] {
        let says = format!("(by the copy action that has {days} days)");
        let told = all.iter().filter(|remedy| {
            remedy.title.contains(&says) && remedy.commands().concat().contains(&says)
        });
        assert_eq!(told.count(), 1, "{all:?}");
    }
    // Where there is one, nothing needs telling.
    let estate = estate.set(
        &format!("{PLAN}/BackupPlan/Rules/0/CopyActions"),
        json!([action(500)]),
    );
    assert!(!planned(&estate.0)[0].title.contains("by the copy action"));
}

#[test]
fn two_rules_of_one_name_are_told_apart() {
    let rules = format!("{PLAN}/BackupPlan/Rules");
    let estate = Estate::rds()
        .planned()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(7))
        .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(400));
    let rule = |schedule: &str, days: i64| {
        let mut rule = estate.at(&format!("{rules}/0")).clone();
        rule["ScheduleExpression"] = json!(schedule);
        rule["CopyActions"][0]["Lifecycle"] = json!({"DeleteAfterDays": days});
        rule
    };
    let (morning, evening) = ("cron(0 5 ? * * *)", "cron(0 17 ? * * *)");
    for (schedules, told) in [
        (
            [morning, evening],
            [
                " (the one of cron(0 5 ? * * *))",
                " (the one of cron(0 17 ? * * *))",
            ],
        ),
        (
            [morning, morning],
            [
                " (number 1 of the plan's rules)",
                " (number 2 of the plan's rules)",
            ],
        ),
    ] {
        let both = json!([rule(schedules[0], 500), rule(schedules[1], 5)]);
        let estate = Estate(estate.0.clone()).set(&rules, both);
        let all = planned(&estate.0);
        let keys: Vec<String> = all.iter().map(|remedy| remedy.subject.clone()).collect();
        for (told, days) in told.iter().zip([400, 7]) {
            let is_told = |remedy: &&Remedy| {
                let command = remedy.commands().concat();
                remedy.title.contains(told)
                    && command.contains(told)
                    && command.contains(&format!("\"DeleteAfterDays\": {days}"))
            };
            assert_eq!(all.iter().filter(is_told).count(), 1, "{told} {all:?}");
        }
        assert_ne!(keys[0], keys[1]);
        assert!(
            all.iter().all(|remedy| remedy.proven == Some(true)),
            "{all:?}"
        );
    }
    // One rule needs no telling.
    let one = json!([rule(morning, 500)]);
    let estate = estate.set(&rules, one);
    assert!(!planned(&estate.0)[0].title.contains("(the one of"));
}

const LOCKED: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:locked";
const SYSTEM: &str =
    "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-0123456789abcdef0";

const VOLUME: &str = "arn:aws:ec2:us-east-2:111122223333:volume/vol-0123456789abcdef0";

/// A logically air-gapped vault of an account, whose lock allows 7 to 90 days.
fn air_gapped(account: &str) -> Value {
    json!({"BackupVaultName": "locked", "BackupVaultArn": LOCKED.replace(FROM, account),
        "VaultType": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "VaultState": "AVAILABLE", "EncryptionKeyArn": null,
        "EncryptionKeyType": "AWS_OWNED_KMS_KEY", "Locked": true, "MinRetentionDays": 7, "MaxRetentionDays": 90,
        "AccessPolicy": null, "Tags": {}})
}

/// A rule whose backups, kept for so many days, go to an air-gapped vault, and on to another account.
fn of_a_target(resource: &str, of: &str, days: i64) -> Estate {
    let rule = format!("{PLAN}/BackupPlan/Rules/0");
    Estate::rds()
        .planned()
        .set(&format!("{RESOURCE}/ResourceArn"), json!(resource))
        .set(&format!("{RESOURCE}/ResourceType"), json!(of))
        .set(&format!("{RESOURCE}/Detail"), json!({}))
        .set(
            &format!("{rule}/TargetLogicallyAirGappedBackupVaultArn"),
            json!(LOCKED),
        )
        .set(&format!("{rule}/Lifecycle/DeleteAfterDays"), json!(days))
        .push("/accounts/0/regions/0/vaults", air_gapped(FROM))
}

/// The rule has no copy action to it: what goes there is the backup itself.
#[test]
fn what_goes_to_a_rules_air_gapped_vault_is_kept_as_the_rule_itself_says() {
    let remedy = one(
        &of_a_target(SYSTEM, "EFS", 5).0,
        RemedyKind::ChangeRetention,
    );
    assert_eq!(remedy.proven, Some(true), "{remedy:?}");
    let title = "keep the backups of rule `nightly` of the plan `daily` for 7 days";
    assert!(remedy.title.starts_with(title), "{}", remedy.title);
    let commands = remedy.commands().concat();
    let says = "rule nightly: set \"DeleteAfterDays\": 7 in the Lifecycle of the rule itself,";
    assert!(commands.contains(says), "{commands}");
    assert!(!commands.contains("copy action"), "{commands}");
    let after = planned(&of_a_target(SYSTEM, "EFS", 7).0);
    assert!(
        after
            .iter()
            .all(|it| it.kind != RemedyKind::ChangeRetention),
        "{after:?}"
    );
}

/// Both stand in one plan, of which each change has the other rule as it was.
#[test]
fn two_rules_of_a_plan_are_mended_together() {
    let estate = of_a_target(SYSTEM, "EFS", 5);
    let rules = format!("{PLAN}/BackupPlan/Rules");
    let mut weekly = estate.0.pointer(&format!("{rules}/0")).unwrap().clone();
    weekly["RuleName"] = json!("weekly");
    weekly["ScheduleExpression"] = json!("cron(0 12 ? * 1 *)");
    let Proposed { remedies, together } = proposed(&estate.push(&rules, weekly).0);
    let of_rules: Vec<&Remedy> = remedies
        .iter()
        .filter(|remedy| remedy.kind == RemedyKind::ChangeRetention)
        .collect();
    assert_eq!(of_rules.len(), 2, "{remedies:?}");
    assert!(
        of_rules.iter().all(|remedy| remedy.proven == Some(true)),
        "{of_rules:?}"
    );
    let mut after = together.values();
    assert!(
        after.all(|verdict| *verdict == Verdict::Feasible),
        "{together:?}"
    );
}

#[test]
fn a_copy_action_to_the_rules_air_gapped_vault_is_named_where_it_is_at_fault() {
    let action = |days: i64| json!({"DestinationBackupVaultArn": LOCKED, "Lifecycle": {"DeleteAfterDays": days}});
    let actions = format!("{PLAN}/BackupPlan/Rules/0/CopyActions");
    let with = |of_rule: i64, of_action: i64| {
        let estate = of_a_target(VOLUME, "EBS", of_rule).push(&actions, action(of_action));
        let remedy = one(&estate.0, RemedyKind::ChangeRetention);
        let commands = remedy.commands().concat();
        let names = ["of the rule itself", "of the copy action to"];
        names.map(|name| commands.contains(name))
    };
    assert_eq!(with(5, 30), [true, false]);
    assert_eq!(with(30, 5), [false, true]);
    assert_eq!(with(5, 5), [true, true]);
}

/// It is kept in the standard vault first, whose lock does not allow so many days.
#[test]
fn a_retention_of_the_rule_that_its_standard_vault_does_not_allow_is_not_proven() {
    let estate = of_a_target(VOLUME, "EBS", 5)
        .set(&format!("{SOURCE_VAULT}/Locked"), json!(true))
        .set(&format!("{SOURCE_VAULT}/MaxRetentionDays"), json!(6));
    let remedy = one(&estate.0, RemedyKind::ChangeRetention);
    assert_eq!(remedy.proven, Some(false), "{remedy:?}");
}

#[test]
fn a_backup_policy_keeps_what_goes_to_its_air_gapped_vaults_by_its_rule() {
    let own = LOCKED.replace(FROM, "$account");
    let system = |account: &str| json!(SYSTEM.replace(FROM, account));
    let rule = "/accounts/0/backup_policy/plans/daily/rules/nightly";
    let estate = under_a_policy(CENTRAL)
        .push("/accounts/0/regions/0/vaults", air_gapped(FROM))
        .push("/accounts/2/regions/0/vaults", air_gapped(OTHER));
    let estate = [(0, FROM), (2, OTHER)]
        .into_iter()
        .fold(estate, |estate, (at, account)| {
            let resource = format!("/accounts/{at}/regions/0/resources/0");
            let rule = rule.replace("/0/", &format!("/{at}/"));
            estate
                .set(&format!("{resource}/ResourceArn"), system(account))
                .set(&format!("{resource}/ResourceType"), json!("EFS"))
                .set(&format!("{rule}/lifecycle/delete_after_days"), json!("5"))
                .set(
                    &format!("{rule}/target_logically_air_gapped_backup_vault_arn"),
                    json!(own),
                )
        });
    let all = planned(&estate.0);
    let retentions = all.iter();
    let retentions = retentions.filter(|it| it.kind == RemedyKind::ChangeRetention);
    let retentions: Vec<_> = retentions.collect();
    assert!(!retentions.is_empty(), "{all:?}");
    for remedy in retentions {
        let commands = remedy.commands().concat();
        let says = "set \"delete_after_days\": {\"@@assign\": \"7\"} in the \"lifecycle\" of the rule itself,";
        assert!(commands.contains(says), "{commands}");
        assert_eq!(remedy.proven, Some(true), "{remedy:?}");
    }
}

/// A standard vault would take the name.
#[test]
fn a_missing_target_of_a_rule_is_created_as_an_air_gapped_vault_where_the_plan_is() {
    let missing = "/accounts/0/regions/0/vaults/1/VaultState";
    let estate = of_a_target(SYSTEM, "EFS", 35).set(missing, Value::Null);
    let remedy = one(&estate.0, RemedyKind::CreateVault);
    assert_eq!(remedy.proven, Some(true), "{remedy:?}");
    let command = "aws backup create-logically-air-gapped-backup-vault --region us-east-2 --backup-vault-name locked \
                   --min-retention-days 7 --max-retention-days 35";
    assert_eq!(remedy.commands().concat(), command);
    let short = of_a_target(SYSTEM, "EFS", 5).set(missing, Value::Null);
    let remedy = one(&short.0, RemedyKind::CreateVault);
    assert_eq!(remedy.proven, Some(false), "{remedy:?}");
    let target = format!("{PLAN}/BackupPlan/Rules/0/TargetLogicallyAirGappedBackupVaultArn");
    let elsewhere = estate.set(&target, json!(LOCKED.replace(FROM, TO)));
    let all = planned(&elsewhere.0);
    assert!(
        all.iter().all(|it| it.kind != RemedyKind::CreateVault),
        "{all:?}"
    );
}
