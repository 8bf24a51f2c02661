//! Several selections of one plan: of one name, and of one resource.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::change;
use crate::support::Estate;
use crate::support::estate::{DATABASE, RESOURCE, ROLE, SOURCE};

const LEDGER: &str = "arn:aws:rds:us-east-2:111122223333:db:ledger";
const NOBODY: &str = "arn:aws:iam::111122223333:role/nobody";

/// A selection of the facts.
fn selection(name: &str, id: &str, role: &str, resource: &str) -> Value {
    json!({"SelectionName": name, "SelectionId": id, "IamRoleArn": role, "Resources": [resource]})
}

/// The same in a plan.
fn planned(selection: &Value) -> Value {
    json!({"id": selection["SelectionId"], "plan_id": "p-1", "name": selection["SelectionName"], "iam_role_arn": selection["IamRoleArn"],
        "resources": selection["Resources"], "not_resources": [], "selection_tag": [], "condition": []})
}

fn estate(selections: &[&Value]) -> Estate {
    let estate = Estate::rds().planned();
    let mut ledger = estate.at(RESOURCE).clone();
    ledger["ResourceArn"] = json!(LEDGER);
    estate
        .push(&format!("{SOURCE}/resources"), ledger)
        .set(&format!("{SOURCE}/plans/0/Selections"), json!(selections))
}

fn told(estate: &Estate, changes: &[Value]) -> (Vec<String>, i32) {
    let found = judged(estate, &Change::Plan(changes), &[]);
    (found.copies, found.code)
}

fn stays(name: &str, selection: &Value) -> Value {
    change(name, planned(selection), planned(selection), json!({}))
}

fn goes(name: &str, selection: &Value) -> Value {
    change(name, planned(selection), Value::Null, json!({}))
}

fn comes(name: &str, selection: &Value) -> Value {
    let mut after = planned(selection);
    after.as_object_mut().unwrap().remove("id");
    change(name, Value::Null, after, json!({"id": true}))
}

fn copies(all: &[&str]) -> Vec<String> {
    all.iter().map(|one| (*one).to_owned()).collect()
}

const ORDERS: &str = "orders into central: feasible -> feasible (same)";
const LEDGER_SAME: &str = "ledger into central: feasible -> feasible (same)";

#[test]
fn two_selections_of_one_name_are_two() {
    let one = selection("s", "i-1", ROLE, DATABASE);
    let other = selection("s", "i-2", ROLE, LEDGER);
    let both = estate(&[&one, &other]);
    let kept = told(&both, &[stays("aws_backup_selection.a", &one)]);
    assert_eq!(kept, (copies(&[LEDGER_SAME, ORDERS]), 0));
    let (found, code) = told(&both, &[goes("aws_backup_selection.b", &other)]);
    assert_eq!(code, 0);
    assert!(found.contains(&ORDERS.to_owned()), "{found:?}");
    assert!(
        found
            .iter()
            .any(|copy| copy.starts_with("ledger") && copy.ends_with("(removed)")),
        "{found:?}"
    );
    // One that is made is one more, whatever it is called.
    let third = selection("s", "i-3", NOBODY, LEDGER);
    let (found, code) = told(&estate(&[&one]), &[comes("aws_backup_selection.c", &third)]);
    let new = "ledger into central: - -> blocked (new)";
    assert_eq!((found, code), (copies(&[new, ORDERS]), 1));
    // Of facts without ids nobody knows which of them it is.
    let without = |selection: &Value| {
        let mut selection = selection.clone();
        selection.as_object_mut().unwrap().remove("SelectionId");
        selection
    };
    let both = estate(&[&without(&one), &without(&other)]);
    let (found, code) = told(&both, &[goes("aws_backup_selection.b", &other)]);
    assert_eq!(code, 3, "{found:?}");
    assert!(found.contains(&ORDERS.to_owned()), "{found:?}");
}

/// Two selections take one resource, and the copies of one of them are blocked.
#[test]
fn copies_are_compared_by_what_makes_them() {
    let blocked = selection("t", "i-t", NOBODY, DATABASE);
    let good = selection("s", "i-s", ROLE, DATABASE);
    let was = |is: &str| format!("orders into central: {is}");
    // The blocked one goes, and the good one takes its role.
    let mut broken = good.clone();
    broken["IamRoleArn"] = json!(NOBODY);
    let mut after = planned(&broken);
    after.as_object_mut().unwrap().remove("id");
    let replaced = change(
        "aws_backup_selection.s",
        planned(&good),
        after,
        json!({"id": true}),
    );
    for both in [estate(&[&blocked, &good]), estate(&[&good, &blocked])] {
        let (found, code) = told(
            &both,
            &[goes("aws_backup_selection.t", &blocked), replaced.clone()],
        );
        let expected = [
            was("feasible -> blocked (worse)"),
            was("blocked -> blocked (removed)"),
        ];
        assert_eq!((found, code), (expected.to_vec(), 1));
        let (found, code) = told(&both, &[goes("aws_backup_selection.s", &good)]);
        let expected = [
            was("blocked -> blocked (same)"),
            was("feasible -> feasible (removed)"),
        ];
        assert_eq!((found, code), (expected.to_vec(), 0));
    }
    // One that comes takes the plain id.
    let mut first = good.clone();
    first["SelectionName"] = json!("a");
    let alone = estate(&[&blocked]);
    let (mut found, code) = told(
        &alone,
        &[
            comes("aws_backup_selection.a", &first),
            stays("aws_backup_selection.t", &blocked),
        ],
    );
    found.sort();
    let expected = [was("- -> feasible (new)"), was("blocked -> blocked (same)")];
    assert_eq!((found, code), (expected.to_vec(), 0));
}
