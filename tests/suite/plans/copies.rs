//! From plans to copies.

use backup_preflight::checks::decide;
use backup_preflight::inventory::{Copy, Facts, Named, Start};
use backup_preflight::known::{Fact, Gap};
use backup_preflight::verdict::Status;
use serde_json::{Value, json};

use super::{ORDERS, PLAN, VOLUME, made, planned, read, selection, taken};
use crate::support::Estate;
use crate::support::estate::*;

const CLUSTER: &str = "arn:aws:rds:us-east-2:111122223333:cluster:ledger";

/// The plan with a volume and an Aurora cluster besides the database, each with a tag.
fn three(parts: Value) -> Estate {
    let mut volume = resource("EBS", VOLUME, json!(KEY), json!({"State": "in-use"}));
    volume["Tags"] = json!({"backup": "yes"});
    let mut cluster = resource(
        "Aurora",
        CLUSTER,
        json!(KEY),
        json!({"Status": "available"}),
    );
    cluster["Tags"] = json!({"backup": "yes"});
    let database = resource(
        "RDS",
        ORDERS,
        json!(KEY),
        json!({"Engine": "postgres", "DBInstanceStatus": "available"}),
    );
    planned(selection(parts)).set(
        &format!("{SOURCE}/resources"),
        json!([database, volume, cluster]),
    )
}

#[test]
fn a_resource_that_is_named_is_copied_as_the_plan_says() {
    let made = made(&planned(selection(json!({"Resources": [ORDERS]}))));
    let [copy] = made.copies.as_slice() else {
        panic!("{made:?}");
    };
    assert_eq!(&*copy.id, format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}"));
    assert_eq!(copy.source_vault.as_ref().unwrap().as_str(), PROD);
    assert_eq!(copy.destination_vault.as_str(), CENTRAL);
    assert_eq!(copy.start, Start::Scheduled);
    assert!(matches!(&copy.role, Fact::Known(role) if role.as_str() == ROLE));
    let Fact::Known(Some(kept)) = &copy.lifecycle else {
        panic!("{:?}", copy.lifecycle);
    };
    assert_eq!(
        kept.days_kept(),
        Some(35),
        "the copy action's, not the rule's"
    );
    let plan = copy.plan.as_ref().unwrap();
    assert_eq!(
        (&*plan.id, &*plan.rule, &*plan.selection),
        (PLAN, "nightly", "some")
    );
    assert!(copy.assumptions.is_empty() && made.gaps.is_empty());
}

#[test]
fn a_named_resource_need_not_have_been_found() {
    let other = "arn:aws:dynamodb:us-east-2:111122223333:table/unseen";
    assert_eq!(
        taken(&planned(selection(json!({"Resources": [other]})))),
        ["unseen"]
    );
}

#[test]
fn a_selection_may_be_pasted_as_aws_answers_it() {
    let inside = selection(json!({"Resources": [ORDERS]}))[0].clone();
    let answer = json!([{"BackupPlanId": PLAN, "SelectionId": "s-1", "BackupSelection": inside}]);
    assert_eq!(taken(&planned(answer)), ["orders"]);
}

#[test]
fn a_plan_takes_nothing_of_another_region_or_account() {
    for other in [
        "arn:aws:rds:eu-west-1:111122223333:db:orders",
        "arn:aws:rds:us-east-2:444455556666:db:orders",
    ] {
        assert!(taken(&planned(selection(json!({"Resources": [other]})))).is_empty());
    }
}

#[test]
fn patterns_take_and_leave_out() {
    let all = three(json!({"Resources": ["arn:aws:*:*:*:*"], "NotResources": ["*:volume/*"]}));
    assert_eq!(taken(&all), ["orders"], "Aurora is not switched on");
    let two = three(json!({"Resources": ["arn:aws:ec2:*:*:volume/*", ORDERS]}));
    assert_eq!(taken(&two), ["vol-1", "orders"]);
}

#[test]
fn resources_and_tags_must_both_hold() {
    let tag = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}]);
    let both = three(json!({"Resources": ["arn:aws:rds:*:*:db:*"], "ListOfTags": tag}));
    assert!(taken(&both).is_empty());
    // By others of AWS's pages either of them does: which copies there are is open, and these stay as they are.
    let open = made(&both).open;
    let disputed = |gap: &Gap| {
        gap.operation()
            .contains("(0, as one of AWS's pages has it)")
    };
    assert!(open.iter().any(disputed), "{open:?}");
    let both = three(json!({"Resources": ["arn:aws:ec2:*:*:volume/*"], "ListOfTags": tag}));
    assert_eq!(taken(&both), ["vol-1"]);
    let alone = three(json!({"ListOfTags": tag}));
    assert!(
        !made(&alone)
            .gaps
            .iter()
            .any(|gap| gap.operation().contains("either does"))
    );
}

#[test]
fn the_opt_in_settings_count_for_tags_and_services_but_not_for_a_type_that_is_named() {
    let off = |estate: Estate| {
        estate.set(
            &format!("{SOURCE}/region_settings/ResourceTypeOptInPreference/EBS"),
            json!(false),
        )
    };
    let tag = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}]);
    for (parts, expected) in [
        (json!({"ListOfTags": tag}), &[][..]),
        (json!({"Resources": ["*"]}), &["orders"][..]),
        (json!({"Resources": ["arn:aws:ec2:*"]}), &[]),
        (
            json!({"Resources": ["arn:aws:ec2:*:*:volume/*"]}),
            &["vol-1"],
        ),
        (json!({"Resources": [VOLUME]}), &["vol-1"]),
        // Aurora shares the form of its ARNs: naming it that way does not switch it on.
        (json!({"Resources": ["arn:aws:rds:*:*:cluster:*"]}), &[]),
        // Aurora must be switched on even where the cluster itself is named.
        (json!({"Resources": [CLUSTER]}), &[]),
    ] {
        assert_eq!(taken(&off(three(parts.clone()))), expected, "{parts}");
    }
}

#[test]
fn what_was_not_read_is_taken_and_said_so() {
    let tag = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}]);
    let tags = planned(selection(json!({"ListOfTags": tag}))).without(&format!("{RESOURCE}/Tags"));
    let copies = made(&tags).copies;
    assert_eq!(copies.len(), 1);
    assert_eq!(
        copies[0].assumptions,
        ["selection `some`: its tags were not read, and are assumed to match"]
    );
    let settings = planned(selection(json!({"Resources": ["*"]})))
        .without(&format!("{SOURCE}/region_settings"));
    let copies = made(&settings).copies;
    assert_eq!(
        copies[0].assumptions,
        [
            "selection `some`: whether AWS Backup is switched on for RDS there was not read, and it is assumed to be"
        ]
    );
}

#[test]
fn resources_that_were_not_read_are_a_gap_and_only_where_they_matter() {
    let tags = json!({"ListOfTags": [{"ConditionKey": "backup", "ConditionValue": "yes"}]});
    let open = |parts: &Value| {
        let estate =
            planned(selection(parts.clone())).without(&format!("{SOURCE}/resources_complete"));
        made(&estate).gaps
    };
    let gaps = open(&tags);
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].operation(), "cloudformation:ListResources");
    assert_eq!(gaps[0].subject, "111122223333/us-east-2");
    assert!(open(&json!({"Resources": [ORDERS]})).is_empty());
}

#[test]
fn what_of_a_plan_was_not_read_is_a_gap() {
    let plan = format!("{SOURCE}/plans/0");
    let sound = || planned(selection(json!({"Resources": [ORDERS]})));
    for (estate, call) in [
        (
            sound().without(&format!("{plan}/BackupPlan")),
            "backup:GetBackupPlan",
        ),
        (
            sound().without(&format!("{plan}/Selections")),
            "backup:ListBackupSelections",
        ),
        (
            sound().set(
                &format!("{plan}/Selections/0"),
                json!({"SelectionName": "x", "Resources": 3}),
            ),
            "backup:GetBackupSelection",
        ),
        (
            sound().set(
                &format!("{plan}/BackupPlan/Rules/0/CopyActions/0"),
                json!({"DestinationBackupVaultArn": "central"}),
            ),
            "backup:GetBackupPlan",
        ),
    ] {
        let made = made(&estate);
        assert!(made.copies.is_empty(), "{call}");
        assert_eq!(made.gaps.len(), 1, "{call}");
        assert_eq!(made.gaps[0].operation(), call);
        assert_eq!(made.gaps[0].subject, PLAN);
    }
    let nothing = sound().set(&format!("{plan}/Selections"), json!(null));
    assert!(made(&nothing).gaps.is_empty() && made(&nothing).copies.is_empty());
}

#[test]
fn a_plan_that_copies_nothing_leaves_no_gap() {
    let plan = format!("{SOURCE}/plans/0");
    let estate = planned(json!([]))
        .without(&format!("{plan}/Selections"))
        .without(&format!("{plan}/BackupPlan/Rules/0/CopyActions"));
    assert!(made(&estate).gaps.is_empty());
}

#[test]
fn an_air_gapped_target_is_a_copy_of_its_own_kept_as_the_backup_is() {
    let locked = "arn:aws:backup:us-east-2:111122223333:backup-vault:locked";
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0");
    let estate = planned(selection(json!({"Resources": [ORDERS]}))).set(
        &format!("{rule}/TargetLogicallyAirGappedBackupVaultArn"),
        json!(locked),
    );
    let copies = made(&estate).copies;
    let to: Vec<_> = copies
        .iter()
        .map(|copy| {
            let Fact::Known(Some(kept)) = &copy.lifecycle else {
                panic!("{:?}", copy.lifecycle);
            };
            (copy.destination_vault.name(), kept.days_kept())
        })
        .collect();
    assert_eq!(to, [("locked", Some(14)), ("central", Some(35))]);
}

/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>.
#[test]
fn what_goes_into_the_air_gapped_target_itself_is_copied_from_there() {
    let locked = "arn:aws:backup:us-east-2:111122223333:backup-vault:locked";
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0");
    for (resource, from) in [
        (ORDERS, "prod"),
        (
            "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-0123456789abcdef0",
            "locked",
        ),
    ] {
        let estate = planned(selection(json!({"Resources": [resource]}))).set(
            &format!("{rule}/TargetLogicallyAirGappedBackupVaultArn"),
            json!(locked),
        );
        let copies = made(&estate).copies;
        let central = copies
            .iter()
            .find(|copy| copy.destination_vault.name() == "central")
            .unwrap();
        let source = central.source_vault.as_ref().unwrap();
        assert_eq!(source.name(), from, "{resource}");
    }
}

/// A target of another account or Region receives nothing, and what is copied lies in the rule's own vault.
#[test]
fn what_names_an_air_gapped_target_elsewhere_is_copied_from_the_rules_own_vault() {
    let files = "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-0123456789abcdef0";
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0");
    for locked in [
        "arn:aws:backup:us-east-2:444455556666:backup-vault:locked",
        "arn:aws:backup:us-west-2:111122223333:backup-vault:locked",
    ] {
        let estate = planned(selection(json!({"Resources": [files]}))).set(
            &format!("{rule}/TargetLogicallyAirGappedBackupVaultArn"),
            json!(locked),
        );
        for copy in made(&estate).copies {
            assert_eq!(copy.source_vault.unwrap().name(), "prod", "{locked}");
        }
    }
}

#[test]
fn a_copy_action_without_a_lifecycle_never_expires() {
    let action = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions/0/Lifecycle");
    let estate = planned(selection(json!({"Resources": [ORDERS]}))).without(&action);
    assert_eq!(made(&estate).copies[0].lifecycle, Fact::Known(None));
}

/// The ids of the copies, each with what tells it from the others.
fn told_apart<T>(estate: &Estate, by: impl Fn(&Named) -> T) -> Vec<(String, T)> {
    let made = made(estate).copies;
    made.iter()
        .map(|copy| (copy.id.to_string(), by(copy)))
        .collect()
}

fn days(copy: &Named) -> Option<i64> {
    copy.lifecycle.as_ref().known()?.as_ref()?.days_kept()
}

#[test]
fn two_selections_of_one_resource_are_two_copies() {
    let one = selection(json!({"Resources": [ORDERS]}))[0].clone();
    let mut again = one.clone();
    again["SelectionName"] = json!("again");
    again["IamRoleArn"] = json!("arn:aws:iam::111122223333:role/other");
    let id = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    let selections = told_apart(&planned(json!([one, again, one])), |copy| {
        copy.plan.clone().unwrap().selection
    });
    assert_eq!(
        selections,
        [
            (id.clone(), "some".to_owned()),
            (format!("{id}#2"), "again".to_owned()),
            (format!("{id}#3"), "some".to_owned()),
        ]
    );
}

#[test]
fn two_actions_of_a_rule_to_one_vault_are_two_copies() {
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let action = |days: i64| json!({"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": days}});
    let estate = planned(selection(json!({"Resources": [ORDERS]})))
        .set(&actions, json!([action(35), action(7), action(35)]));
    let id = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    assert_eq!(
        told_apart(&estate, days),
        [
            (id.clone(), Some(35)),
            (format!("{id}#2"), Some(7)),
            (format!("{id}#3"), Some(35)),
        ]
    );
}

#[test]
fn two_rules_of_one_name_are_two_copies_and_each_is_decided_by_its_own_rule() {
    let rules = format!("{SOURCE}/plans/0/BackupPlan/Rules");
    let estate = planned(selection(json!({"Resources": [ORDERS]})));
    let first = estate.at(&format!("{rules}/0")).clone();
    let mut other = first.clone();
    other["CopyActions"][0]["Lifecycle"]["DeleteAfterDays"] = json!(7);
    let many: serde_json::Map<String, Value> =
        (0..60).map(|n| (format!("t{n}"), json!("x"))).collect();
    other["RecoveryPointTags"] = Value::Object(many);
    let estate = estate.set(&rules, json!([first, other]));
    let id = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    assert_eq!(
        told_apart(&estate, days),
        [(id.clone(), Some(35)), (format!("{id}#2"), Some(7))]
    );
    let inventory = read(&estate);
    let facts = Facts::new(&inventory);
    let tags: Vec<Status> = made(&estate)
        .copies
        .into_iter()
        .map(|copy| status(&copy, "too-many-tags", &facts))
        .collect();
    assert_eq!(tags, [Status::Pass, Status::Fail]);
}

fn status(copy: &Named, check: &str, facts: &Facts<'_>) -> Status {
    let decided = decide(Copy::new(copy.clone(), facts), facts);
    let mut outcomes = decided.outcomes.iter();
    let (_, outcome) = outcomes.find(|(of, _)| of.id == check).unwrap();
    outcome.status
}

/// The lock of the vault that the rule backs up to: where it refuses the backup, there is nothing to copy.
#[test]
fn no_copy_is_made_of_a_backup_that_the_vaults_lock_refuses() {
    let estate = planned(selection(json!({"Resources": [ORDERS]})));
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/Lifecycle");
    let vaults = estate.at(&format!("{SOURCE}/vaults")).as_array().unwrap();
    let place = vaults.iter().position(|one| one["BackupVaultArn"] == PROD);
    let vault = format!("{SOURCE}/vaults/{}", place.unwrap());
    let with = |kept: Value, lock: Value| {
        let mut estate = estate.clone().set(&rule, kept);
        for (name, value) in lock.as_object().unwrap() {
            estate = estate.set(&format!("{vault}/{name}"), value.clone());
        }
        estate
    };
    let days = |days: i64| json!({"DeleteAfterDays": days});
    let locked = |min: i64, max: i64| json!({"Locked": true, "MinRetentionDays": min, "MaxRetentionDays": max});
    for (kept, lock, expected) in [
        (days(35), locked(90, 365), Status::Fail),
        (days(400), locked(90, 365), Status::Fail),
        (Value::Null, locked(90, 365), Status::Fail),
        (days(90), locked(90, 365), Status::Pass),
        (days(35), json!({"Locked": false}), Status::Pass),
    ] {
        let estate = with(kept, lock);
        let inventory = read(&estate);
        let facts = Facts::new(&inventory);
        let copies = made(&estate).copies;
        assert_eq!(copies.len(), 1);
        let found = status(&copies[0], "retention-outside-vault-lock", &facts);
        assert_eq!(found, expected, "{}", estate.at(&rule));
    }
    let estate = estate.without(&format!("{vault}/Locked"));
    let inventory = read(&estate);
    let found = status(
        &made(&estate).copies[0],
        "retention-outside-vault-lock",
        &Facts::new(&inventory),
    );
    assert_eq!(found, Status::Undecided);
}

/// How long a rule keeps its backups is not known of a lifecycle that is not as AWS prints it.
#[test]
fn a_lifecycle_of_the_rule_that_is_not_understood_leaves_open_what_the_vaults_lock_says() {
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/Lifecycle");
    for kept in [
        json!({"DeleteAfterDays": "35"}),
        json!({"DeleteAfterDay": 35}),
        json!([]),
    ] {
        let estate = planned(selection(json!({"Resources": [ORDERS]})))
            .set(&rule, kept.clone())
            .set(&format!("{SOURCE_VAULT}/Locked"), json!(true))
            .set(&format!("{SOURCE_VAULT}/MinRetentionDays"), json!(90));
        let inventory = read(&estate);
        let facts = Facts::new(&inventory);
        let copies = made(&estate).copies;
        for check in ["retention-outside-vault-lock", "lifecycle-invalid"] {
            assert_eq!(
                status(&copies[0], check, &facts),
                Status::Undecided,
                "{kept} {check}"
            );
        }
    }
}

/// The rule's own lifecycle: AWS refuses the plan, so that there is nothing to copy.
#[test]
fn no_copy_is_made_by_a_rule_whose_own_lifecycle_is_refused() {
    let estate = planned(selection(json!({"Resources": [ORDERS]})));
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/Lifecycle");
    for (kept, expected) in [
        (
            json!({"DeleteAfterDays": 60, "MoveToColdStorageAfterDays": 30}),
            Status::Fail,
        ),
        (json!({"DeleteAfterDays": 0}), Status::Fail),
        (json!({"DeleteAfterDays": 40000}), Status::Fail),
        (
            json!({"DeleteAfterDays": 120, "MoveToColdStorageAfterDays": 30}),
            Status::Pass,
        ),
        (json!({"DeleteAfterDays": -1}), Status::Pass),
        (Value::Null, Status::Pass),
    ] {
        let estate = estate.clone().set(&rule, kept.clone());
        let inventory = read(&estate);
        let facts = Facts::new(&inventory);
        let found = status(&made(&estate).copies[0], "lifecycle-invalid", &facts);
        assert_eq!(found, expected, "{kept}");
    }
}

/// What goes into the rule's air-gapped vault itself is not held against the lock of the standard vault.
#[test]
fn the_lock_of_the_standard_vault_does_not_hold_for_what_goes_into_the_air_gapped_one() {
    let locked = "arn:aws:backup:us-east-2:111122223333:backup-vault:locked";
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0");
    let mut vault = vault(locked, PROD_KEY, Value::Null);
    vault["VaultType"] = json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT");
    vault["Locked"] = json!(true);
    vault["MinRetentionDays"] = json!(7);
    vault["MaxRetentionDays"] = json!(100);
    let files = "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-0123456789abcdef0";
    for (resource, expected) in [
        (files, [Status::Pass, Status::Pass]),
        (ORDERS, [Status::Undecided, Status::Fail]),
    ] {
        let estate = planned(selection(json!({"Resources": [resource]})))
            .set(
                &format!("{rule}/TargetLogicallyAirGappedBackupVaultArn"),
                json!(locked),
            )
            .set(&format!("{SOURCE_VAULT}/Locked"), json!(true))
            .set(&format!("{SOURCE_VAULT}/MinRetentionDays"), json!(90))
            .push(&format!("{SOURCE}/vaults"), vault.clone());
        let inventory = read(&estate);
        let facts = Facts::new(&inventory);
        let found: Vec<Status> = made(&estate)
            .copies
            .iter()
            .map(|copy| status(copy, "retention-outside-vault-lock", &facts))
            .collect();
        assert_eq!(found, expected, "{resource}");
    }
}

/// A bucket's ARN names no Region: plans of two Regions with one id make copies of one name.
#[test]
fn plans_of_one_id_in_two_regions_hide_nothing_of_each_other() {
    let bucket = "arn:aws:s3:::photos";
    let estate = planned(selection(json!({"Resources": [bucket]})));
    let mut plan = estate.at(&format!("{SOURCE}/plans/0")).clone();
    plan["BackupPlan"]["Rules"][0]["CopyActions"][0]["Lifecycle"]["DeleteAfterDays"] = json!(7);
    let here = estate.at(SOURCE).clone();
    let there = json!({"region": "us-west-2", "plans": [plan]});
    let estate = estate.set("/accounts/0/regions", json!([here, there]));
    let id = format!("{PLAN}/nightly/{bucket}/{CENTRAL}");
    let copies = told_apart(&estate, |copy| {
        let vault = copy.source_vault.as_ref().unwrap();
        (vault.region().unwrap().to_string(), days(copy))
    });
    assert_eq!(
        copies,
        [
            (id.clone(), ("us-east-2".to_owned(), Some(35))),
            (format!("{id}#2"), ("us-west-2".to_owned(), Some(7))),
        ]
    );
}

#[test]
fn the_order_of_plans_rules_selections_and_resources_does_not_matter() {
    let estate = three(json!({"Resources": ["*"]}));
    let more = |estate: &Estate, turned: bool| {
        let mut plans = vec![estate.at(&format!("{SOURCE}/plans/0")).clone()];
        plans.push(plans[0].clone());
        plans[1]["BackupPlanId"] = json!("p-0");
        let mut resources = estate
            .at(&format!("{SOURCE}/resources"))
            .as_array()
            .unwrap()
            .clone();
        if turned {
            plans.reverse();
            resources.reverse();
        }
        let estate = estate
            .clone()
            .set(&format!("{SOURCE}/plans"), json!(plans))
            .set(&format!("{SOURCE}/resources"), json!(resources));
        format!("{:?}", made(&estate))
    };
    assert_eq!(more(&estate, false), more(&estate, true));
}
