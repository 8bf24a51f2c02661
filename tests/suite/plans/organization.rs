//! Plans that a backup policy of the organization makes.

use std::collections::BTreeSet;

use backup_preflight::inventory::{Facts, Named};
use backup_preflight::known::{Fact, Gap};
use backup_preflight::plans;
use serde_json::{Value, json};

use super::{ORDERS, made, planned, read};
use crate::support::Estate;
use crate::support::estate::*;

/// A policy as organizations:DescribeEffectivePolicy gives it, after AWS's samples of central backups.
pub fn policy() -> Value {
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

fn subjects(gaps: &[Gap]) -> Vec<&str> {
    gaps.iter().map(|gap| &*gap.subject).collect()
}

pub fn under(policy: Value) -> Estate {
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
    // The other Region that the policy names was not looked at.
    assert_eq!(subjects(&made.open), ["111122223333/eu-west-1"]);
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
fn days_that_are_no_number_leave_open_how_long_a_copy_is_kept() {
    let mut odd = policy();
    odd["plans"]["OrgBackupPlanDaily"]["rules"]["orgdailybackuprule"]["lifecycle"]["delete_after_days"] =
        json!("soon");
    let made_of_odd = made(&under(odd));
    let locked = |copy: &&Named| copy.destination_vault.name() == "locked";
    let copy = made_of_odd.copies.iter().find(locked).unwrap();
    assert!(matches!(copy.lifecycle, Fact::Unknown(_)));
    let pointer = "/plans/OrgBackupPlanDaily/rules/orgdailybackuprule/lifecycle/delete_after_days";
    let subject = format!("111122223333/backup_policy{pointer}");
    let open = subjects(&made_of_odd.open);
    assert!(open.contains(&&*subject), "{open:?}");
}

#[test]
fn no_policy_makes_nothing() {
    let none = made(&under(Value::Null));
    assert!(none.copies.is_empty() && none.gaps.is_empty());
    let without_plans = made(&under(json!({"plans": {}})));
    assert!(without_plans.copies.is_empty() && without_plans.gaps.is_empty());
}

#[test]
fn where_no_region_was_looked_at_the_resources_are_a_gap() {
    let estate = under(policy()).without("/accounts/0/regions");
    let made = made(&estate);
    assert!(made.copies.is_empty());
    let places = ["111122223333/eu-west-1", "111122223333/us-east-2"];
    assert_eq!(subjects(&made.open), places);
}

/// The daily plan for the one Region that was looked at.
fn here(change: impl FnOnce(&mut Value)) -> Estate {
    let mut policy = policy();
    let plan = &mut policy["plans"]["OrgBackupPlanDaily"];
    plan["regions"] = json!(["us-east-2"]);
    change(plan);
    under(policy)
}

#[test]
fn a_policy_that_is_understood_leaves_nothing_open() {
    let made = made(&here(|_| {}));
    assert_eq!((made.copies.len(), made.open), (3, Vec::new()));
}

/// What is assigned stands; what is appended to or removed from what other policies say leaves the rest open.
#[test]
fn operators_are_resolved_as_far_as_one_document_says() {
    const DAYS: &str = "rules/orgdailybackuprule/lifecycle/delete_after_days";
    const TAG: &str = "selections/tags/OrgDailyBackupSelection/tag_value";
    for (place, value, copies, open) in [
        (TAG, json!({"@@assign": ["monthly"]}), 3, &[][..]),
        (TAG, json!({"@@assign": "monthly"}), 3, &[]),
        (
            TAG,
            json!({"@@assign": ["daily"], "@@append": ["monthly"]}),
            3,
            &[],
        ),
        (
            TAG,
            json!({"@@assign": ["daily", "monthly"], "@@remove": ["monthly"]}),
            0,
            &[],
        ),
        (
            TAG,
            json!({"@@assign": ["monthly"], "@@operators_allowed_for_child_policies": ["@@none"]}),
            3,
            &[],
        ),
        (TAG, json!({"@@append": ["monthly"]}), 0, &["@@append"]),
        (TAG, json!({"@@append": ["daily"]}), 0, &["@@append"]),
        (TAG, json!({"@@remove": ["daily"]}), 0, &["@@remove"]),
        (
            TAG,
            json!({"@@assign": ["monthly"], "@@replace": ["x"]}),
            0,
            &["@@replace"],
        ),
        (TAG, json!({"values": ["monthly"]}), 0, &["values"]),
        (TAG, json!({}), 0, &[""]),
        (
            TAG,
            json!({"@@operators_allowed_for_child_policies": ["@@all"]}),
            0,
            &[""],
        ),
        (
            DAYS,
            json!({"@@operators_allowed_for_child_policies": ["@@all"]}),
            3,
            &[""],
        ),
        (DAYS, json!({"@@assign": 35}), 3, &[]),
        (DAYS, json!({"@@append": 35}), 3, &["@@append"]),
        (TAG, json!([7]), 0, &[""]),
        ("regions", json!({"@@assign": ["us-east-2"]}), 3, &[]),
        (
            "regions",
            json!({"@@append": ["us-east-2"]}),
            0,
            &["@@append"],
        ),
        (
            "regions",
            json!({"@@remove": ["us-east-2"]}),
            0,
            &["@@remove"],
        ),
        ("rules/@@assign", json!({}), 3, &[""]),
        (
            "rules/@@operators_allowed_for_child_policies",
            json!(["@@assign"]),
            3,
            &[],
        ),
        (
            "rules/orgdailybackuprule/schedule_expression",
            json!({"@@append": "cron(0 5 ? * * *)"}),
            3,
            &["@@append"],
        ),
    ] {
        let estate = here(|plan| put(plan, &format!("/{place}"), value.clone()));
        let found = made(&estate);
        let inventory = read(&estate);
        let all = found
            .open
            .into_iter()
            .chain(plans::policies_unread(&Facts::new(&inventory)));
        let mut all: BTreeSet<String> = all.map(|gap| gap.subject).collect();
        all.retain(|subject| subject.starts_with("111122223333/backup_policy"));
        let expected: BTreeSet<String> = open
            .iter()
            .map(|last| {
                let step = if last.is_empty() {
                    String::new()
                } else {
                    format!("/{last}")
                };
                format!("111122223333/backup_policy/plans/OrgBackupPlanDaily/{place}{step}")
            })
            .collect();
        assert_eq!(
            (found.copies.len(), all),
            (copies, expected),
            "{place} {value}"
        );
    }
}

#[test]
fn an_unknown_key_leaves_open_what_it_may_say() {
    for place in [
        "x",
        "rules/orgdailybackuprule/x",
        "rules/orgdailybackuprule/lifecycle/x",
        "rules/orgdailybackuprule/copy_actions/arn:aws:backup:us-west-2:$account:backup-vault:far/x",
        "selections/x",
        "selections/tags/OrgDailyBackupSelection/x",
        "selections/tags/OrgDailyBackupSelection/conditions/string_likes",
        "selections/tags/OrgDailyBackupSelection/resource_types",
    ] {
        let made = made(&here(|plan| {
            let conditions = "/selections/tags/OrgDailyBackupSelection/conditions";
            put(plan, conditions, json!({}));
            put(plan, &format!("/{place}"), json!({}));
        }));
        let subject = format!("111122223333/backup_policy/plans/OrgBackupPlanDaily/{place}");
        let name = place.rsplit('/').next().unwrap();
        let gap = made.open.iter().find(|gap| gap.subject == subject);
        let gap = gap.unwrap_or_else(|| panic!("{place}: {:?}", made.open));
        assert_eq!(gap.operation(), format!("the key `{name}`"));
    }
    for (policy, key) in [
        (json!({}), "/plans"),
        (json!({"Plans": policy()["plans"]}), "/Plans"),
        (json!({"plans": []}), "/plans"),
        (json!({"plans": {"P": {"rules": {}}}}), "/plans/P/regions"),
        (json!({"plans": {"@@append": {}}}), "/plans/@@append"),
    ] {
        let inventory = read(&under(policy.clone()));
        let open = plans::policies_unread(&Facts::new(&inventory));
        let subject = format!("111122223333/backup_policy{key}");
        assert!(subjects(&open).contains(&&*subject), "{policy}: {open:?}");
    }
}

#[test]
fn the_advanced_settings_of_a_policy_are_those_of_its_plan() {
    let with = |settings: Value| here(|plan| put(plan, "/advanced_backup_settings", settings));
    let estate = with(json!({
        "ec2": {"windows_vss": {"@@assign": "enabled"}},
        "s3": {"backup_acls": {"@@assign": "disabled"}, "backup_object_tags": "enabled"},
    }));
    assert_eq!(made(&estate).open, Vec::new());
    let mut inventory = read(&estate);
    plans::add_those_of_policies(&mut inventory);
    let written = serde_json::to_value(&inventory).unwrap();
    let plan = written.pointer(&format!(
        "{SOURCE}/plans/0/BackupPlan/AdvancedBackupSettings"
    ));
    assert_eq!(
        plan,
        Some(&json!([
            {"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}},
            {"ResourceType": "S3", "BackupOptions": {"BackupACLs": "disabled", "BackupObjectTags": "enabled"}},
        ]))
    );
    for (settings, place) in [
        (json!({"fsx": {}}), "/fsx"),
        (json!({"s3": {"acls": "disabled"}}), "/s3/acls"),
        (json!({"s3": {"backup_acls": "off"}}), "/s3/backup_acls"),
        (
            json!({"s3": {"backup_acls": {"@@append": "disabled"}}}),
            "/s3/backup_acls/@@append",
        ),
    ] {
        let made = made(&with(settings.clone()));
        let subject = format!(
            "111122223333/backup_policy/plans/OrgBackupPlanDaily/advanced_backup_settings{place}"
        );
        assert!(
            subjects(&made.open).contains(&&*subject),
            "{settings}: {:?}",
            made.open
        );
        assert!(!made.copies.is_empty(), "{settings}");
    }
}

/// A selection without what it selects by is not one of everything.
#[test]
fn a_selection_that_does_not_say_what_it_takes_takes_nothing() {
    for (kind, parts, lacks) in [
        ("resources", json!({}), "resource_types"),
        ("resources", json!({"resource_types": []}), "resource_types"),
        ("tags", json!({"tag_key": "backup"}), "tag_value"),
        ("tags", json!({"tag_value": ["monthly"]}), "tag_key"),
        (
            "tags",
            json!({"tag_key": "", "tag_value": ["monthly"]}),
            "tag_key",
        ),
    ] {
        let mut one = parts.clone();
        one["iam_role_arn"] = json!(ROLE);
        let found = made(&here(|plan| {
            plan["selections"] = json!({kind: {"all": one}})
        }));
        assert!(found.copies.is_empty(), "{parts}");
        let subject = format!(
            "111122223333/backup_policy/plans/OrgBackupPlanDaily/selections/{kind}/all/{lacks}"
        );
        let open = subjects(&found.open);
        assert!(open.contains(&&*subject), "{open:?}");
    }
}

#[test]
fn rules_without_any_were_not_read() {
    let found = made(&here(|plan| plan["rules"] = json!({})));
    assert!(found.copies.is_empty());
    let subject = "111122223333/backup_policy/plans/OrgBackupPlanDaily/rules";
    let open = subjects(&found.open);
    assert!(open.contains(&subject), "{open:?}");
}

/// AWS wants one or the other in each plan.
#[test]
fn selections_without_any_were_not_read() {
    for selections in [
        json!({}),
        json!({"tags": {}}),
        json!({"@@operators_allowed_for_child_policies": ["@@all"]}),
    ] {
        let found = made(&here(|plan| plan["selections"] = selections.clone()));
        assert!(found.copies.is_empty(), "{selections}");
        let subject = "111122223333/backup_policy/plans/OrgBackupPlanDaily/selections";
        let open = subjects(&found.open);
        assert!(open.contains(&subject), "{selections}: {open:?}");
    }
}

/// Names and values may be in any script.
#[test]
fn letters_of_any_script_are_read_wherever_they_stand() {
    let made = made(&here(|plan| {
        let selection = &mut plan["selections"]["tags"]["OrgDailyBackupSelection"];
        selection["conditions"] = json!({
            "\u{e9}gal_\u{e0}": {"un": {"condition_key": "\u{e9}", "condition_value": "\u{6771}\u{4eac}"}},
        });
    }));
    assert!(made.copies.is_empty());
    let named = made
        .open
        .iter()
        .any(|gap| gap.operation() == "the key `\u{e9}gal_\u{e0}`");
    assert!(named, "{:?}", made.open);
}

/// What a policy makes in a Region hides nothing of what AWS refused to list there.
#[test]
fn plans_that_were_refused_stay_so_where_a_policy_makes_one() {
    let refused = json!([{
        "account": FROM, "region": "us-east-2", "operation": "backup:ListBackupPlans",
        "subject": "111122223333/us-east-2", "error": "AccessDeniedException", "permission": "backup:ListBackupPlans",
    }]);
    let mut inventory = read(&here(|_| {}).set("/gaps", refused));
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let gaps = facts.plans_not_listed();
    let is = |gap: &&Gap| gap.error.is_some() && gap.region.as_deref() == Some("us-east-2");
    assert_eq!(gaps.iter().filter(is).count(), 1);
}

/// Which types AWS Backup protects for a plan of a backup policy the management account's settings say, not the member's.
#[test]
fn the_management_account_says_which_types_a_policy_protects() {
    let management = |on: Value| {
        json!({"account": "999988887777", "regions": [{"region": "us-east-2", "plans": [],
            "region_settings": {"ResourceTypeOptInPreference": {"RDS": on}, "ResourceTypeManagementPreference": {}}}]})
    };
    let member = "/accounts/0/regions/0/region_settings/ResourceTypeOptInPreference/RDS";
    for (here, there, count, assumed) in [
        (true, Some(true), 3, 0),
        (false, Some(true), 3, 0),
        (true, Some(false), 0, 0),
        (false, None, 3, 1),
    ] {
        let mut estate = under(policy()).set(member, json!(here));
        if let Some(there) = there {
            let accounts = estate.0["accounts"].as_array_mut().unwrap();
            accounts.push(management(json!(there)));
        }
        let made = made(&estate);
        assert_eq!(made.copies.len(), count, "{here} {there:?}");
        for copy in &made.copies {
            assert_eq!(copy.assumptions.len(), assumed, "{:?}", copy.assumptions);
        }
    }
}

/// A backup policy takes types, not single resources.
#[test]
fn a_single_resource_of_a_policy_leaves_open_whether_it_is_taken() {
    for (name, open) in [("arn:aws:rds:*:*:db:*", 0), (ORDERS, 1)] {
        let estate = here(|plan| {
            plan["selections"] = json!({"resources": {"s": {
                "iam_role_arn": "arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole",
                "resource_types": [name]}}});
        });
        let made = made(&estate);
        assert_eq!(
            (made.copies.len(), made.open.len()),
            (3, open),
            "{name}: {:?}",
            made.open
        );
    }
}

type ChangeOfPlan<'c> = &'c dyn Fn(&mut Value);

/// AWS's page calls a policy with both not valid, wants a schedule of every rule, and names the types that a policy may take.
#[test]
fn a_policy_that_its_page_calls_not_valid_leaves_open_what_it_copies() {
    let types = |types: &str| {
        json!({"one": {"iam_role_arn": "arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole",
            "resource_types": [types]}})
    };
    let sound = here(|_| {});
    assert_eq!(made(&sound).open.len(), 0);
    let cases: [(&str, ChangeOfPlan<'_>); 4] = [
        (
            "a plan with selections by `tags` and by `resources`",
            &|plan| plan["selections"]["resources"] = types("arn:aws:rds:*:*:db:*"),
        ),
        ("a rule without `schedule_expression`", &|plan| {
            let rule = plan["rules"]["orgdailybackuprule"].as_object_mut();
            drop(rule.unwrap().remove("schedule_expression"));
        }),
        ("organizations:DescribeEffectivePolicy", &|plan| {
            plan["selections"] = json!({"resources": types("arn:aws:rds:*:*:db:ord*")});
        }),
        ("organizations:DescribeEffectivePolicy", &|plan| {
            let other = "arn:aws:backup:us-west-2:$account:backup-vault:other";
            let action = json!({"target_backup_vault_arn": CENTRAL});
            plan["rules"]["orgdailybackuprule"]["copy_actions"][other] = action;
        }),
    ];
    for (says, change) in cases {
        let made = made(&here(change));
        let open: Vec<&str> = made.open.iter().map(|gap| gap.operation()).collect();
        assert!(open.contains(&says), "{says}: {open:?}");
    }
}

#[test]
fn what_aws_refuses_of_a_policy_is_told_with_its_place_and_nothing_else_is() {
    let rule = "/plans/OrgBackupPlanDaily/rules/orgdailybackuprule";
    let action = "copy_actions/arn:aws:backup:us-east-2:444455556666:backup-vault:central/target_backup_vault_arn";
    let selection = "/plans/OrgBackupPlanDaily/selections/tags/OrgDailyBackupSelection";
    for (pointer, value, words) in [
        (
            format!("{rule}/{action}"),
            Some(json!({"@@assign": "arn:aws:backup:..."})),
            "`target_backup_vault_arn` \"arn:aws:backup:...\", which is not an ARN",
        ),
        (
            format!("{rule}/{action}"),
            Some(json!("central")),
            "`target_backup_vault_arn` \"central\", which is not an ARN",
        ),
        (
            format!("{rule}/target_backup_vault_name"),
            None,
            "a rule without `target_backup_vault_name`",
        ),
        (
            format!("{selection}/iam_role_arn"),
            Some(json!("arn:aws:iam::1122333344:role/x")),
            "`iam_role_arn` \"arn:aws:iam::1122333344:role/x\", which is not an ARN",
        ),
    ] {
        let mut policy = policy();
        let (of, field) = pointer.rsplit_once('/').unwrap();
        let members = policy.pointer_mut(of).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => drop(members.insert(field.to_owned(), value)),
            None => drop(members.remove(field)),
        }
        let made = made(&under(policy));
        let told: Vec<String> = made
            .open
            .iter()
            .map(|gap| format!("{} {}", gap.operation(), gap.subject))
            .collect();
        let here = format!("111122223333/backup_policy{pointer}");
        let here = here.trim_end_matches("/target_backup_vault_name");
        assert!(
            told.iter()
                .any(|gap| gap.starts_with(words) && gap.ends_with(here)),
            "{told:?}"
        );
        // Reading AWS would tell the same: no call settles it.
        assert!(
            !told.iter().any(|gap| gap.starts_with("backup:GetBackup")),
            "{told:?}"
        );
    }
}
