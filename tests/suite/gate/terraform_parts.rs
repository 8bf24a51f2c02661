//! What is a part of a thing and has no id of its own, such as a vault's policy or an attachment: of two, whichever goes last takes
//! the other with it.

use backup_preflight::sources::contradiction::{contradictions, leave_what_is_given};
use serde_json::{Value, json};

use super::terraform_types::{
    Change, EMPTY, ROLE, VAULT, field, is_unknown, over_base, planned, planned_with,
};

const POLICY: &str = "arn:aws:iam::111122223333:policy/copy";

fn attachment(policy: &str) -> Value {
    json!({"role": "copier", "policy_arn": policy})
}

fn inline() -> Value {
    json!({"role": "copier", "name": "copy", "policy": EMPTY})
}

/// The list of the role's policies that a plan leaves.
fn left(changes: &[Change], list: &str) -> Value {
    over_base(&planned(changes))["accounts"][0]["roles"][0][list].clone()
}

#[test]
fn what_one_takes_from_a_role_and_another_gives_it_is_unknown() {
    for (kind, list, values) in [
        ("attachment", "AttachedPolicies", attachment(POLICY)),
        ("inline", "InlinePolicies", inline()),
    ] {
        let addresses = match kind {
            "inline" => ["aws_iam_role_policy.old", "aws_iam_role_policy.new"],
            _ => [
                "aws_iam_role_policy_attachment.old",
                "aws_iam_role_policy_attachment.new",
            ],
        };
        let gone = |address, actions: &'static [&'static str], then: Value| {
            Change(address, actions, values.clone(), then, json!({}))
        };
        let made = |actions: &'static [&'static str]| {
            let before = match actions {
                ["create"] => Value::Null,
                _ => values.clone(),
            };
            Change(addresses[1], actions, before, values.clone(), json!({}))
        };
        for actions in [&["create"][..], &["no-op"]] {
            let changes = [gone(addresses[0], &["delete"], Value::Null), made(actions)];
            assert_eq!(left(&changes, list), Value::Null, "{kind} {actions:?}");
        }
    }
    // Two of a list move up: the one that goes from the second may go after it came to the first.
    let other = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let moves = |from: &str, to: &str, address| {
        let actions = &["delete", "create"];
        Change(
            address,
            actions,
            attachment(from),
            attachment(to),
            json!({}),
        )
    };
    let changes = [
        moves(other, POLICY, "aws_iam_role_policy_attachment.a"),
        moves(POLICY, other, "aws_iam_role_policy_attachment.b"),
    ];
    assert_eq!(left(&changes, "AttachedPolicies"), Value::Null);
}

#[test]
fn what_is_made_before_it_is_destroyed_may_be_gone() {
    let policy = json!({"backup_vault_name": "main", "policy": EMPTY, "backup_vault_arn": VAULT});
    let lock =
        json!({"backup_vault_name": "main", "backup_vault_arn": VAULT, "min_retention_days": 7});
    let bucket = json!({"bucket": "photos", "versioning_configuration": [{"status": "Enabled"}]});
    let photos = "arn:aws:s3:::photos";
    for (address, values, list, thing, name) in [
        (
            "aws_backup_vault_policy.p",
            &policy,
            "vaults",
            VAULT,
            "AccessPolicy",
        ),
        (
            "aws_backup_vault_lock_configuration.l",
            &lock,
            "vaults",
            VAULT,
            "Locked",
        ),
        (
            "aws_s3_bucket_versioning.v",
            &bucket,
            "resources",
            photos,
            "Detail",
        ),
    ] {
        let replaced = |actions| {
            let change = Change(address, actions, values.clone(), values.clone(), json!({}));
            field(&planned(&[change]).after, list, thing, name)
        };
        let first = replaced(&["create", "delete"]);
        assert!(is_unknown(&first), "{address}: {first}");
        let last = replaced(&["delete", "create"]);
        assert!(name == "Locked" || !is_unknown(&last), "{address}: {last}");
    }
    let replaced = |actions| {
        let address = "aws_iam_role_policy_attachment.a";
        let values = attachment(POLICY);
        let change = Change(address, actions, values.clone(), values, json!({}));
        left(&[change], "AttachedPolicies")
    };
    assert_eq!(replaced(&["create", "delete"]), Value::Null);
    assert!(replaced(&["delete", "create"]).is_array());
}

/// What a role lists no longer is attached again by what refers to the role, and so comes after it.
#[test]
fn what_refers_to_a_role_gives_it_what_it_lists_no_longer() {
    let role = |policies: Value| json!({"arn": ROLE, "name": "copier", "assume_role_policy": EMPTY, "managed_policy_arns": policies});
    let changes = |refers: bool| {
        let role = Change(
            "aws_iam_role.r",
            &["update"],
            role(json!([POLICY])),
            role(json!([])),
            json!({}),
        );
        let address = "aws_iam_role_policy_attachment.a";
        let attached = Change(
            address,
            &["create"],
            Value::Null,
            attachment(POLICY),
            json!({}),
        );
        let references = json!({"references": ["aws_iam_role.r.name", "aws_iam_role.r"]});
        let expressions = if refers {
            json!({"role": references})
        } else {
            json!({})
        };
        let planned = planned_with(&[role, attached], &expressions);
        over_base(&planned)["accounts"][0]["roles"][0]["AttachedPolicies"].clone()
    };
    assert!(changes(true).is_array());
    assert_eq!(changes(false), Value::Null);
}

/// Of two plans: what is applied last is not known of a role's policies; a selection is deleted by its id, and an alias is given once it
/// is free.
#[test]
fn what_one_plan_takes_and_another_gives_is_told() {
    let one = |address, actions: &'static [&'static str], values: &Value| {
        let (before, after) = match actions {
            ["delete"] => (values.clone(), Value::Null),
            _ => (Value::Null, values.clone()),
        };
        planned(&[Change(address, actions, before, after, json!({}))])
    };
    let values = attachment(POLICY);
    let address = "aws_iam_role_policy_attachment.a";
    let gone = one(address, &["delete"], &values);
    let made = one(address, &["create"], &values);
    let other = one(
        address,
        &["create"],
        &attachment("arn:aws:iam::aws:policy/ReadOnlyAccess"),
    );
    for (one, beside, disputed) in [(&gone, &made, 1), (&made, &gone, 1), (&gone, &other, 0)] {
        assert_eq!(contradictions(&one.after, &beside.after).len(), disputed);
    }
    let selection =
        json!({"plan_id": "p-1", "name": "ours", "resources": ["*"], "iam_role_arn": ROLE});
    let address = "aws_backup_selection.s";
    let gone = one(address, &["delete"], &selection);
    let made = one(address, &["create"], &selection);
    let mut after = gone.after.clone();
    let taken = |of: &backup_preflight::inventory::Overlay| {
        field(of, "plans", "p-1", "Selections")["removed"].clone()
    };
    assert_eq!(taken(&after), json!(["ours"]));
    leave_what_is_given(&mut after, &made.after);
    assert_eq!(taken(&after), json!([]));
}
