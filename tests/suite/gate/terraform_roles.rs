//! Roles and their policies in Terraform plans.

use serde_json::{Value, json};

use super::terraform_types::{
    Change, EMPTY, ROLE, VAULT, field, is_unknown, over_base, planned, planned_with,
};

#[test]
fn of_a_policy_that_one_destroys_and_another_makes_the_order_is_unknown() {
    let policy = json!({"backup_vault_name": "main", "policy": "{\"Statement\": []}", "backup_vault_arn": VAULT});
    let made = Change(
        "aws_backup_vault_policy.new",
        &["create"],
        Value::Null,
        policy.clone(),
        json!({}),
    );
    let gone = Change(
        "aws_backup_vault_policy.old",
        &["delete"],
        policy,
        Value::Null,
        json!({}),
    );
    assert!(is_unknown(&field(
        &planned(&[made, gone]).after,
        "vaults",
        VAULT,
        "AccessPolicy"
    )));
}

#[test]
fn a_policy_of_a_role_that_is_replaced_is_taken_from_it() {
    let attachment = |policy: &str| json!({"role": "copier", "policy_arn": policy});
    let plan = planned(&[Change(
        "aws_iam_role_policy_attachment.a",
        &["delete", "create"],
        attachment("arn:aws:iam::111122223333:policy/copy"),
        attachment("arn:aws:iam::aws:policy/ReadOnlyAccess"),
        json!({}),
    )]);
    let policies = over_base(&plan)["accounts"][0]["roles"][0]["AttachedPolicies"].clone();
    assert_eq!(
        policies,
        json!([{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}])
    );
}

/// A role whose own list gets shorter loses what is no longer in it, and keeps what others gave it.
#[test]
fn a_policy_that_a_role_no_longer_lists_is_taken_from_it() {
    let role = |policies: Value| json!({"arn": ROLE, "name": "copier", "assume_role_policy": EMPTY, "managed_policy_arns": policies});
    let plan = planned(&[Change(
        "aws_iam_role.r",
        &["update"],
        role(json!(["arn:aws:iam::111122223333:policy/copy"])),
        role(json!([])),
        json!({}),
    )]);
    assert_eq!(
        over_base(&plan)["accounts"][0]["roles"][0]["AttachedPolicies"],
        json!([])
    );
}

/// The role stands elsewhere: its policy's new text reaches it.
#[test]
fn a_managed_policy_is_in_force_wherever_a_role_has_it() {
    let arn = "arn:aws:iam::111122223333:policy/copy";
    let narrowed = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "backup:*", "Resource": "*"}]});
    let values = |policy: &str| json!({"arn": arn, "name": "copy", "policy": policy});
    let plan = planned(&[Change(
        "aws_iam_policy.p",
        &["update"],
        values(EMPTY),
        values(&narrowed.to_string()),
        json!({}),
    )]);
    assert_eq!(
        over_base(&plan)["accounts"][0]["roles"][0]["AttachedPolicies"][0]["Document"],
        narrowed
    );
    let open = planned(&[Change(
        "aws_iam_policy.p",
        &["update"],
        values(EMPTY),
        json!({"arn": arn, "name": "copy"}),
        json!({"policy": true}),
    )]);
    let gone = planned(&[Change(
        "aws_iam_policy.p",
        &["delete"],
        values(EMPTY),
        Value::Null,
        json!({}),
    )]);
    for plan in [open, gone] {
        let laid = over_base(&plan);
        assert_eq!(
            laid["accounts"][0]["roles"][0]["AttachedPolicies"],
            Value::Null
        );
        assert!(
            laid["gaps"]
                .as_array()
                .unwrap()
                .iter()
                .any(|gap| gap["subject"] == ROLE),
            "{}",
            laid["gaps"]
        );
    }
}

#[test]
fn lists_of_a_role_that_wait_for_apply_are_unknown() {
    let role = || {
        Change(
            "aws_iam_role.r",
            &["create"],
            Value::Null,
            json!({"name": "copier", "assume_role_policy": EMPTY}),
            json!({"arn": true, "inline_policy": true, "managed_policy_arns": true}),
        )
    };
    let lists = ["InlinePolicies", "AttachedPolicies"];
    let own = json!({"inline_policy": [{"policy": {"references": ["var.policy"]}}], "managed_policy_arns": {"references": ["local.arns"]}});
    let plan = planned_with(&[role()], &own);
    for list in lists {
        assert!(
            is_unknown(&field(&plan.after, "roles", ROLE, list)),
            "{list}"
        );
    }
    // What the configuration does not set is what other resources give it, and what is made of values that are known is null.
    let plan = planned(&[role()]);
    let unset = json!({"managed_policy_arns": {"references": ["var.arns"]}});
    let unset = planned_with(&[role()], &unset);
    for (plan, list) in lists
        .map(|list| (&plan, list))
        .into_iter()
        .chain([(&unset, lists[1])])
    {
        assert_eq!(field(&plan.after, "roles", ROLE, list), json!([]), "{list}");
    }
}
