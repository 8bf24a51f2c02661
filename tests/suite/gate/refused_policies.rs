//! Policies that IAM, KMS or AWS Backup does not save, wherever a change brings them: what they are of stays as it is.

use serde_json::{Value, json};

use super::judged::Change;
use super::plan_facts::change;
use super::refused_changes::becomes;
use super::template_before::{nothing, one};
use crate::support::Estate;
use crate::support::estate::{
    CENTRAL, DESTINATION_VAULT, FROM, KEY, RESOURCE_KEY, ROLE, TO, trust,
};

const SAME: &str = "feasible -> feasible";
const OPEN: &str = "feasible -> undecided";

/// A policy of a role with these elements in a statement that changes nothing.
fn policy(more: &Value) -> Value {
    let mut one = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let fields = one.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    json!({"Version": "2012-10-17", "Statement": [one]})
}

/// A document with one statement more.
fn with(document: &Value, statement: Value) -> Value {
    let mut document = document.clone();
    document["Statement"]
        .as_array_mut()
        .unwrap()
        .push(statement);
    document
}

fn of_role(field: &str, value: &Value) -> String {
    let overlay = json!({"accounts": [{"account": FROM, "roles": [{"Arn": ROLE, field: value}]}]});
    becomes(&Estate::rds(), &Change::Overlay(&overlay))
}

/// What is refused of a policy of a role.
fn odd() -> Vec<Value> {
    let big = "x".repeat(10_200);
    [
        json!({"Sid": "Share it"}),
        json!({"NotAction": "iam:*"}),
        json!({"Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-1"}}}),
        json!({"Resource": "arn:aws:s3:::a\u{2013}b/*"}),
        json!({"Resource": format!("arn:aws:s3:::{big}/*")}),
    ]
    .iter()
    .map(policy)
    .collect()
}

#[test]
fn a_policy_of_a_role_that_is_not_saved_leaves_the_copy_open() {
    let inline = |document: &Value| {
        let of = json!({"name": "p", "role": "AWSBackupDefaultServiceRole", "policy": document.to_string()});
        let made = [change("aws_iam_role_policy.p", Value::Null, of, json!({}))];
        becomes(&Estate::rds(), &Change::Plan(&made))
    };
    let template = |document: &Value| {
        let of = json!({"PolicyName": "p", "Roles": ["AWSBackupDefaultServiceRole"], "PolicyDocument": document});
        let then = one("AWS::IAM::Policy", of);
        becomes(&Estate::rds(), &Change::Templates(&nothing(), &then, FROM))
    };
    let managed = |document: &Value| {
        let own = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
        let of = json!({"PolicyArn": "arn:aws:iam::111122223333:policy/p", "Document": document});
        of_role("AttachedPolicies", &json!([{ "PolicyArn": own }, of]))
    };
    let by: [&dyn Fn(&Value) -> String; 3] = [&inline, &template, &managed];
    for found in by {
        assert_eq!(found(&policy(&json!({"Sid": "Own1"}))), SAME);
        for document in odd() {
            assert_eq!(found(&document), OPEN, "{document}");
        }
        let mut twice = policy(&json!({"Sid": "a"}));
        twice = with(&twice, twice["Statement"][0].clone());
        assert_eq!(found(&twice), OPEN);
    }
    // A managed one may be shorter.
    let long = policy(&json!({"Resource": format!("arn:aws:s3:::{}/*", "x".repeat(6_200))}));
    assert_eq!(managed(&long), OPEN);
    assert_eq!(inline(&long), SAME);
    // What it has of its own is counted together, and has a name.
    let named = |name: &str, document: &Value| json!({"PolicyName": name, "Document": document});
    let two = json!([named("a", &long), named("b", &long)]);
    assert_eq!(of_role("InlinePolicies", &two), OPEN);
    assert_eq!(of_role("InlinePolicies", &json!([named("a", &long)])), SAME);
    assert_eq!(
        of_role(
            "InlinePolicies",
            &json!([named("a b", &policy(&json!({})))])
        ),
        OPEN
    );
}

#[test]
fn a_trust_policy_that_is_not_saved_leaves_the_copy_open() {
    let found = |statement: Value| of_role("AssumeRolePolicyDocument", &with(&trust(), statement));
    let more = |more: Value| {
        let mut one = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
        let fields = one.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        one
    };
    assert_eq!(found(more(json!({}))), SAME);
    for odd in [
        json!({"Action": "s3:GetObject"}),
        json!({"Sid": "a b"}),
        json!({"Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-1"}}}),
        json!({"Sid": "x".repeat(2_000)}),
    ] {
        assert_eq!(found(more(odd.clone())), OPEN, "{odd}");
    }
}

#[test]
fn a_policy_of_a_key_or_a_vault_that_is_not_saved_leaves_the_copy_open() {
    let deny = |more: Value| {
        let mut one = json!({"Effect": "Deny", "Principal": {"AWS": format!("arn:aws:iam::{FROM}:user/u")},
            "Action": ["kms:ScheduleKeyDeletion", "backup:DeleteBackupVault"], "Resource": "*"});
        let fields = one.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        one
    };
    let estate = Estate::rds();
    let of_key = |statement: Value| {
        let policy = with(&estate.at(RESOURCE_KEY)["Policy"], statement);
        let key = json!({"Arn": KEY, "Policy": policy});
        let region = json!({"region": "us-east-2", "keys": [key]});
        let overlay = json!({"accounts": [{"account": FROM, "regions": [region]}]});
        becomes(&estate, &Change::Overlay(&overlay))
    };
    let of_vault = |statement: Value| {
        let policy = with(&estate.at(DESTINATION_VAULT)["AccessPolicy"], statement);
        let vault = json!({"BackupVaultArn": CENTRAL, "AccessPolicy": policy});
        let region = json!({"region": "us-east-2", "vaults": [vault]});
        let overlay = json!({"accounts": [{"account": TO, "regions": [region]}]});
        becomes(&estate, &Change::Overlay(&overlay))
    };
    let by: [&dyn Fn(Value) -> String; 2] = [&of_key, &of_vault];
    for found in by {
        assert_eq!(found(deny(json!({"Sid": "Do not delete"}))), SAME);
        let odd = json!({"Condition": {"StringEqual": {"aws:PrincipalOrgID": "o-1"}}});
        assert_eq!(found(deny(odd)), OPEN);
    }
    assert_eq!(of_key(deny(json!({"Sid": "x".repeat(33_000)}))), OPEN);
}
