//! Plans and templates of one run that say something of one role, or of one thing that one of them makes: what comes of it does not
//! hang on their order on the command line.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{
    CENTRAL, COPY, COPY_ROLE, DESTINATION_VAULT, FROM, ROLE, TO, allow_copy_into, trust,
};

const BACKUP: &str = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
const COPIER: &str = "arn:aws:iam::111122223333:role/copier";

/// The verdict on the one copy with two files on top, in both orders.
fn both_orders(flag: &str, estate: &Estate, [one, other]: [&Value; 2]) -> [String; 2] {
    let (one, other) = (("one.json", one), ("other.json", other));
    [[one, other], [other, one]].map(|files| {
        let account = if flag == "--cloudformation" { FROM } else { "" };
        let found = judged(estate, &Change::Several(flag, account, &files), &[]);
        verdict(&found)
    })
}

fn verdict(found: &Judged) -> String {
    found.report["copies"][0]["verdict"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn alone(flag: &str, estate: &Estate, one: &Value) -> String {
    let account = if flag == "--cloudformation" { FROM } else { "" };
    let files = [("one.json", one)];
    verdict(&judged(
        estate,
        &Change::Several(flag, account, &files),
        &[],
    ))
}

const PLANS: &str = "--terraform-plan";

/// The copy role, as a plan replaces it under its name.
fn replaced(managed: &[&str]) -> Value {
    let values = json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/",
        "assume_role_policy": trust().to_string(), "managed_policy_arns": managed});
    let mut role = change("aws_iam_role.r", values.clone(), values, json!({}));
    role["change"]["actions"] = json!(["delete", "create"]);
    plan(FROM, &[role])
}

fn vault_policy(before: &Value, after: &Value) -> Value {
    let of = |policy: &Value| json!({"backup_vault_name": "central", "backup_vault_arn": CENTRAL, "policy": policy.to_string()});
    let mut one = change(
        "aws_backup_vault_policy.p",
        of(before),
        of(after),
        json!({}),
    );
    if before == after {
        one["change"]["actions"] = json!(["no-op"]);
    }
    plan(TO, &[one])
}

#[test]
fn a_policy_that_a_plan_leaves_as_it_is_does_not_name_the_role_that_another_plan_replaces() {
    let policy = allow_copy_into(ROLE);
    let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy.clone());
    let role = replaced(&[BACKUP]);
    assert_eq!(alone(PLANS, &estate, &role), "blocked");
    let stays = vault_policy(&policy, &policy);
    assert_eq!(both_orders(PLANS, &estate, [&role, &stays]), ["blocked"; 2]);
    // Which is applied first nobody knows where the other plan saves it.
    let mut wider = policy.clone();
    wider["Statement"][0]["Sid"] = json!("Copies");
    let saved = vault_policy(&policy, &wider);
    assert_eq!(
        both_orders(PLANS, &estate, [&role, &saved]),
        ["undecided"; 2]
    );
    // One that names the account names whichever role there is.
    let root = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    let of_account = vault_policy(&root, &root);
    assert_eq!(
        both_orders(PLANS, &Estate::rds(), [&role, &of_account]),
        ["feasible"; 2]
    );
}

fn inline(name: &str, role: &str, document: &Value) -> Value {
    json!({"name": name, "role": role, "policy": document.to_string()})
}

#[test]
fn a_policy_of_a_role_that_another_plan_replaces_is_not_known_to_be_on_it() {
    let allow = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["backup:*", "rds:*", "tag:*", "kms:*"],
        "Resource": "*"}]});
    let estate = Estate::rds()
        .set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]))
        .set(
            &format!("{COPY_ROLE}/InlinePolicies"),
            json!([{"PolicyName": "a", "Document": allow}]),
        );
    let role = replaced(&[]);
    assert_eq!(alone(PLANS, &estate, &role), "blocked");
    let of = inline("a", "AWSBackupDefaultServiceRole", &allow);
    let mut stays = change("aws_iam_role_policy.a", of.clone(), of, json!({}));
    stays["change"]["actions"] = json!(["no-op"]);
    let stays = plan(FROM, &[stays]);
    assert_eq!(
        both_orders(PLANS, &estate, [&role, &stays]),
        ["undecided"; 2]
    );
}

/// An estate whose copy role is to be made.
fn without_role() -> Estate {
    Estate::rds()
        .set("/accounts/0/roles", json!([]))
        .set(&format!("{COPY}/role"), json!(COPIER))
}

fn deny() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "backup:CopyFromBackupVault", "Resource": "*"}]})
}

#[test]
fn what_a_plan_gives_a_role_that_another_makes_is_on_it() {
    let after = json!({"name": "copier", "path": "/", "assume_role_policy": trust().to_string(),
        "managed_policy_arns": [BACKUP]});
    let unknown = json!({"arn": true, "id": true, "unique_id": true});
    let role = plan(
        FROM,
        &[change("aws_iam_role.r", Value::Null, after, unknown)],
    );
    assert_eq!(alone(PLANS, &without_role(), &role), "feasible");
    let gives = |kind: &str, values: Value| {
        plan(
            FROM,
            &[change(kind, Value::Null, values, json!({"id": true}))],
        )
    };
    let denies = gives("aws_iam_role_policy.d", inline("d", "copier", &deny()));
    let attached = json!({"role": "copier", "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll"});
    let attaches = gives("aws_iam_role_policy_attachment.d", attached);
    for more in [&denies, &attaches] {
        let found = both_orders(PLANS, &without_role(), [&role, more]);
        assert_eq!(found, ["blocked"; 2]);
    }
}

#[test]
fn what_a_template_gives_a_role_that_another_makes_is_on_it() {
    let template = |kind: &str, properties: Value| json!({"Resources": {"It": {"Type": kind, "Properties": properties}}});
    let role = json!({"RoleName": "copier", "AssumeRolePolicyDocument": trust(), "ManagedPolicyArns": [BACKUP]});
    let role = template("AWS::IAM::Role", role);
    let denies = json!({"RoleName": "copier", "PolicyName": "d", "PolicyDocument": deny()});
    let denies = template("AWS::IAM::RolePolicy", denies);
    let flag = "--cloudformation";
    assert_eq!(alone(flag, &without_role(), &role), "feasible");
    let found = both_orders(flag, &without_role(), [&role, &denies]);
    assert_eq!(found, ["blocked"; 2]);
}

#[test]
fn a_vault_that_one_plan_makes_has_the_policy_that_another_gives_it() {
    let vault = Estate::rds().at(DESTINATION_VAULT).clone();
    let estate = Estate::rds().set("/accounts/1/regions/0/vaults", json!([]));
    let values = json!({"name": "central", "kms_key_arn": vault["EncryptionKeyArn"]});
    let made = change(
        "aws_backup_vault.v",
        Value::Null,
        values,
        json!({"arn": true, "id": true}),
    );
    let made = plan(TO, &[made]);
    assert_eq!(alone(PLANS, &estate, &made), "blocked");
    let policy = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    let values = json!({"backup_vault_name": "central", "policy": policy.to_string()});
    let policy = change(
        "aws_backup_vault_policy.p",
        Value::Null,
        values,
        json!({"id": true}),
    );
    let policy = plan(TO, &[policy]);
    assert_eq!(
        both_orders(PLANS, &estate, [&made, &policy]),
        ["feasible"; 2]
    );
    let lock = json!({"backup_vault_name": "central", "min_retention_days": 90});
    let lock = change(
        "aws_backup_vault_lock_configuration.l",
        Value::Null,
        lock,
        json!({"id": true}),
    );
    let policy_and_lock = [&policy, &plan(TO, &[lock])];
    let mut verdicts = Vec::new();
    for files in [[0, 1], [1, 0]] {
        let files = files.map(|at| policy_and_lock[at]);
        let files = [
            ("a.json", files[0]),
            ("b.json", &made),
            ("c.json", files[1]),
        ];
        let found = judged(&estate, &Change::Several(PLANS, "", &files), &[]);
        verdicts.push(verdict(&found));
    }
    assert_eq!(verdicts, ["blocked"; 2]);
}
