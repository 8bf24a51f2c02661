//! Plans that a backup policy of the organization makes.

use backup_preflight::known::Fact;
use serde_json::{Value, json};

use super::{ORDERS, made, planned};
use crate::support::Estate;
use crate::support::estate::*;

/// A policy as organizations:DescribeEffectivePolicy gives it, after AWS's samples of central backups.
fn policy() -> Value {
    json!({"plans": {"OrgBackupPlanDaily": {
        "regions": ["us-east-2", "eu-west-1"],
        "rules": {"orgdailybackuprule": {
            "schedule_expression": "cron(0 5 ? * * *)",
            "target_backup_vault_name": "prod",
            "target_logically_air_gapped_backup_vault_arn": "arn:aws:backup:$region:$account:backup-vault:locked",
            "enable_continuous_backup": "false",
            "lifecycle": {"delete_after_days": "14"},
            "recovery_point_tags": {"project": {"tag_key": "project", "tag_value": "backup"}},
            "copy_actions": {
                CENTRAL: {"target_backup_vault_arn": CENTRAL, "lifecycle": {"delete_after_days": "35"}},
                "arn:aws:backup:us-west-2:$account:backup-vault:far": {
                    "target_backup_vault_arn": {"@@assign": "arn:aws:backup:us-west-2:$account:backup-vault:far"}},
            },
        }},
        "selections": {"tags": {"OrgDailyBackupSelection": {
            "iam_role_arn": "arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole",
            "tag_key": "backup",
            "tag_value": ["daily", "monthly"],
        }}},
    }}})
}

fn under(policy: Value) -> Estate {
    planned(json!([]))
        .without(&format!("{SOURCE}/plans"))
        .set("/accounts/0/backup_policy", policy)
        .set(&format!("{RESOURCE}/Tags"), json!({"backup": "monthly"}))
}

#[test]
fn an_effective_policy_makes_the_copies_of_a_plan() {
    let made = made(&under(policy()));
    let copies: Vec<_> = made
        .copies
        .iter()
        .map(|copy| {
            let kept = match &copy.lifecycle {
                Fact::Known(kept) => kept.as_ref().and_then(|kept| kept.days_kept()),
                Fact::Unknown(gap) => panic!("{gap}"),
            };
            assert!(matches!(&copy.role, Fact::Known(role) if role.as_str() == ROLE));
            assert_eq!(copy.source_vault.as_ref().unwrap().as_str(), PROD);
            assert_eq!(copy.resource.as_ref().unwrap().as_str(), ORDERS);
            (copy.destination_vault.as_str(), kept)
        })
        .collect();
    let mut expected = vec![
        (
            "arn:aws:backup:us-east-2:111122223333:backup-vault:locked",
            Some(14),
        ),
        (CENTRAL, Some(35)),
        (
            "arn:aws:backup:us-west-2:111122223333:backup-vault:far",
            None,
        ),
    ];
    expected.sort();
    let mut found = copies;
    found.sort();
    assert_eq!(found, expected);
    assert!(made.gaps.is_empty(), "{:?}", made.gaps);
    let id = &made.copies[0].plan.as_ref().unwrap().id;
    assert_eq!(id, "orgs/111122223333/us-east-2/OrgBackupPlanDaily");
}

#[test]
fn a_plan_that_aws_backup_has_made_of_it_already_is_not_made_again() {
    let plan = json!({
        "BackupPlanId": "orgs/544033d1-b19c-3f2a-9c20-40bcfa82ca68",
        "BackupPlan": {"BackupPlanName": "OrgBackupPlanDaily", "Rules": []},
        "Selections": [],
    });
    let there = under(policy()).set(&format!("{SOURCE}/plans"), json!([plan]));
    assert!(made(&there).copies.is_empty());
    let own = under(policy()).set(
        &format!("{SOURCE}/plans"),
        json!([{"BackupPlanId": "p-2", "BackupPlan": {"BackupPlanName": "OrgBackupPlanDaily", "Rules": []}, "Selections": []}]),
    );
    assert_eq!(
        made(&own).copies.len(),
        3,
        "a plan of the account's own is another one"
    );
}

#[test]
fn resources_and_conditions_of_a_policy_are_those_of_a_selection() {
    let with = |types: Value, not: Value, conditions: Value| {
        let mut policy = policy();
        policy["plans"]["OrgBackupPlanDaily"]["selections"] = json!({"resources": {"all": {
            "iam_role_arn": "arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole",
            "resource_types": types, "not_resource_types": not, "conditions": conditions,
        }}});
        !made(&under(policy)).copies.is_empty()
    };
    let tagged = |operator: &str, value: &str| json!({operator: {"one": {"condition_key": "aws:ResourceTag/backup", "condition_value": value}}});
    assert!(with(json!(["*"]), json!([]), json!({})));
    assert!(!with(
        json!(["*"]),
        json!(["arn:aws:rds:*:*:db:*"]),
        json!({})
    ));
    assert!(with(
        json!(["arn:aws:rds:*:*:db:*"]),
        json!([]),
        tagged("string_equals", "monthly")
    ));
    assert!(!with(
        json!(["arn:aws:rds:*:*:db:*"]),
        json!([]),
        tagged("string_not_equals", "monthly")
    ));
    assert!(with(json!(["*"]), json!([]), tagged("string_like", "mon*")));
    assert!(!with(
        json!(["*"]),
        json!([]),
        tagged("string_not_like", "mon*")
    ));
}

#[test]
fn a_policy_that_cannot_be_read_is_a_gap_and_none_makes_nothing() {
    let mut odd = policy();
    odd["plans"]["OrgBackupPlanDaily"]["rules"]["orgdailybackuprule"]["lifecycle"]["delete_after_days"] =
        json!("soon");
    let made_of_odd = made(&under(odd));
    assert!(made_of_odd.copies.is_empty());
    assert_eq!(made_of_odd.gaps[0].operation, "backup:GetBackupPlan");
    let none = made(&under(Value::Null));
    assert!(none.copies.is_empty() && none.gaps.is_empty());
}

#[test]
fn where_no_region_was_looked_at_the_resources_are_a_gap() {
    let estate = under(policy()).without("/accounts/0/regions");
    let made = made(&estate);
    assert!(made.copies.is_empty());
    let places: Vec<_> = made.gaps.iter().map(|gap| &*gap.subject).collect();
    assert_eq!(places, ["111122223333/eu-west-1", "111122223333/us-east-2"]);
}
