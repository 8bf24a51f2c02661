//! A plan and the facts that say different things of what is there now: the plan counts, and the run says so.

use serde_json::{Value, json};

use super::judged::{Change, checked};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DESTINATION_VAULT, FROM, TO, allow_copy_into};

/// A plan that leaves the policy of the vault as it is.
fn leaves(policy: &Value) -> Value {
    let is = json!({"backup_vault_name": "central", "policy": policy.to_string()});
    let mut same = change("aws_backup_vault_policy.p", is.clone(), is, json!({}));
    same["change"]["actions"] = json!(["no-op"]);
    plan(TO, &[same])
}

#[test]
fn what_a_plan_says_of_now_otherwise_than_it_was_read_is_told() {
    let allows = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    let estate = |policy: Value| {
        let place = format!("{DESTINATION_VAULT}/AccessPolicy");
        Estate::rds().set(&place, policy)
    };
    let with = |policy: Value| {
        let ran = checked(&estate(policy), &Change::WholePlan(&leaves(&allows)), &[]);
        (ran.code, ran.err)
    };
    let told = format!("was read otherwise: AccessPolicy of {CENTRAL}");
    let (code, err) = with(allows.clone());
    assert!(code == 0 && !err.contains("was read otherwise"), "{err}");
    for other in [
        Value::Null,
        allow_copy_into("arn:aws:iam::222222222222:root"),
    ] {
        let (code, err) = with(other);
        assert!(code == 0 && err.contains(&told), "{code} {err}");
    }
}
