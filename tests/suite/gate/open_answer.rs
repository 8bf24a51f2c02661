//! A change that may do more than is told: the last line does not say otherwise than the exit code, and what settles it stands above.

use serde_json::{Value, json};

use super::judged::{Change, checked};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::FROM;

/// A change of a vault's policy in an account that nobody names.
fn elsewhere() -> Value {
    let policy = |effect: &str| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": "*",
            "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
        json!({"backup_vault_name": "central", "policy": policy.to_string()})
    };
    let policy = change(
        "aws_backup_vault_policy.p",
        policy("Allow"),
        policy("Deny"),
        json!({}),
    );
    let mut plan = plan(FROM, &[policy]);
    plan["configuration"]["provider_config"]["aws"]["expressions"] =
        json!({"region": {"constant_value": "us-east-2"}});
    plan
}

fn not_whole() -> Value {
    let mut plan = plan(FROM, &[]);
    plan["complete"] = json!(false);
    plan
}

#[test]
fn the_last_line_says_that_not_all_is_known() {
    let two = Estate::rds();
    let mut second = two.at("/copies/0").clone();
    second["id"] = json!("second");
    let two = two.push("/copies", second);
    let flag = "give --account aws=ACCOUNT_ID (";
    for (plan, settles) in [
        (elsewhere(), flag),
        (not_whole(), "it is known after terraform apply"),
    ] {
        for (estate, last) in [
            (
                Estate::rds(),
                "undecided: 1 of 1 copy; as far as is known it is feasible (facts of 2026-11-22)",
            ),
            (
                two.clone(),
                "undecided: 2 copies: 2 feasible, 0 undecided, 0 blocked, as far as is known (facts of 2026-11-22)",
            ),
            (
                Estate::rds().set("/copies", json!([])),
                "undecided: no copies were found, and there may be some (facts of 2026-11-22)",
            ),
        ] {
            let ran = checked(&estate, &Change::WholePlan(&plan), &[]);
            assert_eq!(ran.code, 3, "{}", ran.out);
            assert!(
                ran.out.lines().any(|line| line == last),
                "{last}: {}",
                ran.out
            );
            assert!(
                ran.out
                    .lines()
                    .any(|line| line.starts_with("  settle: ") && line.contains(settles)),
                "{settles}: {}",
                ran.out
            );
        }
    }
}
