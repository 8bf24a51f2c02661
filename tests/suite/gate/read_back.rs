//! What the provider of Terraform reads back of a role into its state: the policies that other resources give it. They are told twice,
//! and what becomes of them the others say.

use backup_preflight::inventory;
use serde_json::{Value, json};

use super::judged::{self, judged};
use super::plan_facts::{self, change, plan};
use super::terraform_types::{Change, EMPTY, ROLE, over_base, planned};
use crate::support::Estate;
use crate::support::estate::{
    CENTRAL, COPY_ROLE, DESTINATION_VAULT, FROM, ROLE as COPIER, TO, trust,
};

const COPY: &str = "arn:aws:iam::111122223333:policy/copy";
const OTHER: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// The role, as a state has it: what is attached to it, and its inline policies.
fn role(attached: &[&str], inline: &Value) -> Value {
    json!({"arn": ROLE, "name": "copier", "path": "/", "assume_role_policy": EMPTY, "description": "", "force_detach_policies": false,
        "inline_policy": inline, "managed_policy_arns": attached, "max_session_duration": 3600, "permissions_boundary": "",
        "tags": {}, "tags_all": {}})
}

fn stays(address: &'static str, values: &Value) -> Change {
    let (before, after) = (values.clone(), values.clone());
    Change(address, &["no-op"], before, after, json!({}))
}

fn attachment(policy: &str) -> Value {
    json!({"id": "copier-1", "role": "copier", "policy_arn": policy})
}

fn inline(name: &str, document: &str) -> Value {
    json!({"id": "copier:a", "role": "copier", "name": name, "name_prefix": "", "policy": document})
}

/// A field of the role after a plan.
fn after(changes: &[Change], field: &str) -> Value {
    over_base(&planned(changes))["accounts"][0]["roles"][0][field].clone()
}

/// The ARNs or names of a list.
fn names(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("{list}"));
    let each = items.iter().map(|one| one[name].as_str().unwrap());
    each.map(str::to_owned).collect()
}

#[test]
fn a_policy_that_a_role_and_its_attachment_tell_is_one() {
    let one = stays("aws_iam_role_policy_attachment.a", &attachment(COPY));
    let changes = [stays("aws_iam_role.r", &role(&[COPY], &json!([]))), one];
    assert_eq!(
        names(&after(&changes, "AttachedPolicies"), "PolicyArn"),
        [COPY]
    );
    // Two attachments of one policy, and a role that is changed in something else.
    let mut other = role(&[COPY], &json!([]));
    other["description"] = json!("new");
    let changes = [
        Change(
            "aws_iam_role.r",
            &["update"],
            role(&[COPY], &json!([])),
            other,
            json!({}),
        ),
        stays("aws_iam_role_policy_attachment.a", &attachment(COPY)),
        stays("aws_iam_role_policy_attachment.b", &attachment(COPY)),
    ];
    assert_eq!(
        names(&after(&changes, "AttachedPolicies"), "PolicyArn"),
        [COPY]
    );
}

#[test]
fn an_inline_policy_that_a_role_and_its_own_resource_tell_is_one() {
    let spaced = r#"{ "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "*"}] }"#;
    let read_back = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:Decrypt","Resource":"*"}]}"#;
    let changes = [
        stays(
            "aws_iam_role.r",
            &role(&[], &json!([{"name": "a", "policy": read_back}])),
        ),
        stays("aws_iam_role_policy.a", &inline("a", spaced)),
    ];
    assert_eq!(
        names(&after(&changes, "InlinePolicies"), "PolicyName"),
        ["a"]
    );
}

#[test]
fn a_policy_that_is_taken_away_is_not_kept_by_what_was_read_back() {
    let gone =
        |values: Value, address| Change(address, &["delete"], values, Value::Null, json!({}));
    let changes = [
        stays("aws_iam_role.r", &role(&[COPY, OTHER], &json!([]))),
        gone(attachment(COPY), "aws_iam_role_policy_attachment.a"),
        stays("aws_iam_role_policy_attachment.b", &attachment(OTHER)),
    ];
    assert_eq!(
        names(&after(&changes, "AttachedPolicies"), "PolicyArn"),
        [OTHER]
    );
    let blocks = json!([{"name": "a", "policy": EMPTY}]);
    let changes = [
        stays("aws_iam_role.r", &role(&[], &blocks)),
        gone(inline("a", EMPTY), "aws_iam_role_policy.a"),
    ];
    assert_eq!(after(&changes, "InlinePolicies"), json!([]));
    // One that changes has what its own resource says.
    let deny = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}"#;
    let changes = [
        stays("aws_iam_role.r", &role(&[], &blocks)),
        Change(
            "aws_iam_role_policy.a",
            &["update"],
            inline("a", EMPTY),
            inline("a", deny),
            json!({}),
        ),
    ];
    let laid = after(&changes, "InlinePolicies");
    assert_eq!(names(&laid, "PolicyName"), ["a"]);
    assert_eq!(laid[0]["Document"]["Statement"][0]["Effect"], "Deny");
}

/// The role's own list is longer, and its other policy was attached by a resource that goes: the provider attaches what is new alone.
#[test]
fn a_role_that_lists_more_attaches_what_is_new_alone() {
    let update = Change(
        "aws_iam_role.r",
        &["update"],
        role(&[COPY], &json!([])),
        role(&[COPY, OTHER], &json!([])),
        json!({}),
    );
    let gone = Change(
        "aws_iam_role_policy_attachment.a",
        &["delete"],
        attachment(COPY),
        Value::Null,
        json!({}),
    );
    let changes = [update, gone];
    assert_eq!(
        names(&after(&changes, "AttachedPolicies"), "PolicyArn"),
        [OTHER]
    );
}

/// The facts name a policy of a role twice: alike it is one, and otherwise nobody knows which is meant, and the file is not refused.
#[test]
fn a_policy_that_facts_have_twice_is_no_reason_to_refuse_a_plan() {
    let give = change(
        "aws_iam_role_policy.a",
        Value::Null,
        json!({"role": "AWSBackupDefaultServiceRole", "name": "a", "policy": EMPTY}),
        json!({}),
    );
    let policy = |effect: &str| {
        json!({"PolicyName": "a", "Document": {"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Action": "s3:GetObject", "Resource": "*"}]}})
    };
    for (second, code) in [("Allow", 0), ("Deny", 3)] {
        let twice = json!([policy("Allow"), policy(second)]);
        let estate = Estate::rds().set(&format!("{COPY_ROLE}/InlinePolicies"), twice);
        let found = judged(
            &estate,
            &judged::Change::Plan(std::slice::from_ref(&give)),
            &[],
        );
        assert_eq!(found.code, code, "{:?}", found.gaps);
        let is_open = found.gaps.iter().any(|gap| gap.contains("name `a`"));
        assert_eq!(is_open, code == 3, "{:?}", found.gaps);
    }
}

/// A role that is made without policies of its own: the plan says that they are known after apply.
#[test]
fn a_role_that_is_made_without_inline_policies_has_none() {
    let values = json!({"name": "AWSBackupDefaultServiceRole", "path": "/service-role/", "assume_role_policy": trust().to_string()});
    let unknown = json!({"arn": true, "id": true, "inline_policy": true, "managed_policy_arns": true, "name_prefix": true,
        "tags_all": true, "unique_id": true});
    let attached = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    let estate = Estate::rds().set("/accounts/0/roles", json!([]));
    let changes = [
        change("aws_iam_role.r", Value::Null, values, unknown),
        change(
            "aws_iam_role_policy_attachment.a",
            Value::Null,
            json!({"role": "AWSBackupDefaultServiceRole", "policy_arn": attached}),
            json!({"id": true}),
        ),
    ];
    let found = judged(&estate, &judged::Change::Plan(&changes), &[]);
    let copy = &found.report["copies"][0];
    assert_eq!(copy["verdict"], "feasible", "{COPIER}: {:?}", found.gaps);
    // No plan shows a dynamic block of what waits for apply.
    let taken = json!([
        "plan: used as it is: aws_iam_role.r without inline_policy; --terraform-source settles it"
    ]);
    assert_eq!(copy["assumptions"], taken);
}

#[test]
fn a_template_may_give_a_role_one_policy_twice() {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]});
    let template = json!({"Resources": {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "AWSBackupDefaultServiceRole", "Path": "/service-role/",
            "AssumeRolePolicyDocument": trust(), "Policies": [{"PolicyName": "a", "PolicyDocument": policy}],
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"]}},
        "One": {"Type": "AWS::IAM::RolePolicy", "Properties": {"RoleName": "AWSBackupDefaultServiceRole", "PolicyName": "a",
            "PolicyDocument": policy}},
        "Two": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": ["AWSBackupDefaultServiceRole"], "PolicyName": "a",
            "PolicyDocument": policy}}}});
    let estate = Estate::rds().set(
        &format!("{COPY_ROLE}/InlinePolicies"),
        json!([{"PolicyName": "a", "Document": policy}]),
    );
    let change = judged::Change::Templates(&template, &template, FROM);
    let found = judged(&estate, &change, &[]);
    assert_eq!(found.code, 0, "{:?}", found.gaps);
}

/// The lock of the destination vault, as a state has it.
fn lock(min: i64, max: i64) -> Value {
    json!({"backup_vault_arn": CENTRAL, "backup_vault_name": "central", "changeable_for_days": null,
        "min_retention_days": min, "max_retention_days": max})
}

fn locked(estate: &Estate, before: Value, after: Value) -> judged::Judged {
    let change = change(
        "aws_backup_vault_lock_configuration.l",
        before,
        after,
        json!({}),
    );
    let plan = plan(TO, std::slice::from_ref(&change));
    judged(estate, &judged::Change::WholePlan(&plan), &[])
}

/// A lock whose least is above its most contradicts itself, and leaves the copy undecided.
/// The provider sends what is not zero: <https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/backup/vault_lock_configuration.go>.
#[test]
fn a_bound_of_zero_days_is_none() {
    for (min, max, code) in [(30, 0, 0), (0, 365, 0), (0, 0, 0), (30, 10, 3), (90, 0, 1)] {
        let found = locked(&Estate::rds(), Value::Null, lock(min, max));
        assert_eq!(found.code, code, "{min} to {max}: {:?}", found.copies);
    }
}

/// The destination vault with a lock.
fn with_lock(min: i64, max: i64) -> Estate {
    let at = |field: &str| format!("{DESTINATION_VAULT}/{field}");
    Estate::rds()
        .set(&at("Locked"), json!(true))
        .set(&at("MinRetentionDays"), json!(min))
        .set(&at("MaxRetentionDays"), json!(max))
}

#[test]
fn a_lock_that_is_taken_away_is_gone_where_it_can_be_for_good() {
    let date = format!("{DESTINATION_VAULT}/LockDate");
    for (min, max) in [(30, 365), (90, 365)] {
        // It has no date from which on nobody can: not told, or none.
        for estate in [
            with_lock(min, max),
            with_lock(min, max).set(&date, Value::Null),
        ] {
            let found = locked(&estate, lock(min, max), Value::Null);
            assert_eq!(found.code, 0, "{min}: {:?} {:?}", found.copies, found.gaps);
        }
        // Whether it is made before that nobody knows.
        let later = with_lock(min, max).set(&date, json!("2999-01-01T00:00:00Z"));
        let found = locked(&later, lock(min, max), Value::Null);
        let verdict = &found.report["copies"][0]["verdict"];
        assert_eq!(verdict, "undecided", "{min}: {:?}", found.copies);
    }
    // One that is for good stands.
    let past = |min| with_lock(min, 365).set(&date, json!("2020-01-01T00:00:00Z"));
    for (min, verdict) in [(30, "feasible"), (90, "blocked")] {
        let found = locked(&past(min), lock(min, 365), Value::Null);
        assert_eq!(found.report["copies"][0]["verdict"], verdict, "{min}");
    }
}

#[test]
fn a_lock_whose_bounds_are_both_read_needs_no_word_that_it_is_one() {
    for (min, verdict) in [(30, "feasible"), (90, "blocked")] {
        let estate = with_lock(min, 365).without(&format!("{DESTINATION_VAULT}/Locked"));
        let found = judged(&estate, &judged::Change::Overlay(&json!({})), &[]);
        assert_eq!(
            found.report["copies"][0]["verdict"], verdict,
            "{min}: {:?}",
            found.gaps
        );
    }
}

/// The provider writes false and 0 for what AWS leaves out of a plan.
#[test]
fn a_plan_with_defaults_written_out_is_the_plan_that_was_read() {
    let rule = |more: Value| {
        let mut rule = json!({"RuleName": "daily", "TargetBackupVaultName": "prod", "RuleId": "r-1",
            "ScheduleExpression": "cron(0 5 ? * * *)",
            "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]});
        rule.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        rule
    };
    let facts = |rule: &Value| {
        let all = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM, "regions": [{"region": "us-east-2",
            "plans": [{"BackupPlanId": "p-1", "BackupPlan": {"BackupPlanName": "daily", "Rules": [rule]}}]}]}]});
        inventory::read("facts.json", all.to_string().as_bytes()).unwrap()
    };
    let state = |days: i64| {
        json!({"id": "p-1", "arn": format!("arn:aws:backup:us-east-2:{FROM}:backup-plan:p-1"), "name": "daily", "advanced_backup_setting": [],
            "rule": [{"rule_name": "daily", "target_vault_name": "prod", "schedule": "cron(0 5 ? * * *)",
                "schedule_expression_timezone": "Etc/UTC", "start_window": 480, "completion_window": 10080,
                "enable_continuous_backup": false, "recovery_point_tags": {}, "lifecycle": [],
                "copy_action": [{"destination_vault_arn": CENTRAL, "lifecycle": [{"cold_storage_after": 0, "delete_after": days,
                    "opt_in_to_archive_for_supported_resources": false}]}]}]})
    };
    let said = |rule: &Value, days: i64| {
        let mut stays = change("aws_backup_plan.p", state(days), state(days), json!({}));
        stays["change"]["actions"] = json!(["no-op"]);
        let now = plan_facts::planned(&plan(FROM, &[stays])).before;
        let all = inventory::said_otherwise(&facts(rule), &now.document);
        all.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(said(&rule(json!({})), 35), Vec::<String>::new());
    let whole =
        json!({"StartWindowMinutes": 480, "CompletionWindowMinutes": 10080, "Lifecycle": {}});
    assert_eq!(said(&rule(whole), 35), Vec::<String>::new());
    assert_eq!(said(&rule(json!({})), 7), ["BackupPlan of p-1"]);
}
