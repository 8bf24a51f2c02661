//! What the provider of Terraform reads back of a role into its state: the policies that other resources give it. They are told twice,
//! and what becomes of them the others say.

use serde_json::{Value, json};

use super::judged::{self, judged};
use super::plan_facts::change;
use super::terraform_types::{Change, EMPTY, ROLE, over_base, planned};
use crate::support::Estate;
use crate::support::estate::{COPY_ROLE, ROLE as COPIER, trust};

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
    assert_eq!(
        found.report["copies"][0]["verdict"], "feasible",
        "{COPIER}: {:?}",
        found.gaps
    );
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
    let change = judged::Change::Templates(&template, &template, crate::support::estate::FROM);
    let found = judged(&estate, &change, &[]);
    assert_eq!(found.code, 0, "{:?}", found.gaps);
}
