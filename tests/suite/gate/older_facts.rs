//! A plan and the facts that say different things of what is there now: a plan that is younger than the facts counts, as an assumption;
//! else neither does.

use serde_json::{Value, json};

use super::judged::{Change, checked, judged};
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

/// An estate whose central vault has a policy.
fn estate(policy: Value) -> Estate {
    let place = format!("{DESTINATION_VAULT}/AccessPolicy");
    Estate::rds().set(&place, policy)
}

/// The exit code, what becomes of the copy, what is told, and what is assumed.
fn found(policy: Value, made_at: Option<&str>) -> (i32, String, String, String) {
    let allows = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    let mut plan = leaves(&allows);
    if let Some(made_at) = made_at {
        plan["timestamp"] = json!(made_at);
    }
    let estate = estate(policy);
    let told = checked(&estate, &Change::WholePlan(&plan), &[]).err;
    let found = judged(&estate, &Change::WholePlan(&plan), &[]);
    let assumed = found.report["copies"][0]["assumptions"].to_string();
    (found.code, found.copies.join(", "), told, assumed)
}

const OLDER: Option<&str> = Some("2026-11-20T10:00:00Z");
const YOUNGER: Option<&str> = Some("2026-11-23T10:00:00Z");

#[test]
fn what_a_plan_says_of_now_otherwise_than_it_was_read_is_told() {
    let told = format!("facts disagree: AccessPolicy of {CENTRAL}");
    let assumed = "state: AccessPolicy of";
    let allows = allow_copy_into(&format!("arn:aws:iam::{FROM}:root"));
    for made_at in [None, OLDER, YOUNGER] {
        let (code, copies, err, assumptions) = found(allows.clone(), made_at);
        assert!(code == 0 && !err.contains("facts disagree"), "{err}");
        assert_eq!(copies, "orders into central: feasible -> feasible (same)");
        assert!(!assumptions.contains(assumed), "{assumptions}");
    }
    for other in [
        Value::Null,
        allow_copy_into("arn:aws:iam::222222222222:root"),
    ] {
        for made_at in [None, OLDER] {
            let (_, copies, err, assumptions) = found(other.clone(), made_at);
            assert!(err.contains(&told), "{err}");
            assert_eq!(copies, "orders into central: undecided -> undecided (same)");
            assert!(!assumptions.contains(assumed), "{assumptions}");
        }
        // A plan that was made after the facts were read has read anew.
        let (code, copies, err, assumptions) = found(other, YOUNGER);
        assert!(code == 0 && err.contains(&told), "{err}");
        assert_eq!(copies, "orders into central: feasible -> feasible (same)");
        assert!(assumptions.contains(assumed), "{assumptions}");
    }
}
