//! Many copies at once: what is told one by one, on several threads, is what a whole report says.

use std::fs;

use serde_json::{Value, json};

use crate::organization::{OfTheirOwn, Organization};
use crate::support::run_with;

/// More copies than one piece of work has.
fn inventory() -> Vec<u8> {
    let mut bytes = Vec::new();
    Organization::of_copies(300).write(&mut bytes).unwrap();
    bytes
}

/// The same of an organization in which little is shared.
fn of_their_own(copies: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let organization = OfTheirOwn { copies, seed: 1 };
    organization.write(&mut bytes).unwrap();
    bytes
}

fn told(inventory: &[u8], formats: &[&str]) -> String {
    let args = [&["check", "--inventory", "-"], formats].concat();
    let ran = run_with(&args, inventory, &[]);
    assert_eq!((ran.code, &*ran.err), (1, ""));
    ran.out
}

#[test]
fn copies_told_one_by_one_are_those_of_the_whole_report() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("report.json");
    let inventory = inventory();
    let streamed = told(&inventory, &["--format", "ndjson"]);
    let json = format!("json={}", whole.display());
    let at_once = told(&inventory, &["--format", "ndjson", "--format", &json]);
    assert!(streamed == at_once);

    let mut lines: Vec<Value> = streamed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let report: Value = serde_json::from_slice(&fs::read(whole).unwrap()).unwrap();
    let last = lines.pop().unwrap();
    assert_eq!(
        (&last["type"], &last["copies"]),
        (&json!("summary"), &json!(300))
    );
    let kinds = [
        ("copy", "copies"),
        ("cause", "causes"),
        ("remedy", "remedies"),
        ("gap", "gaps"),
    ];
    for (kind, list) in kinds {
        let of_kind: Vec<Value> = lines
            .extract_if(.., |line| line["type"] == kind)
            .map(|mut line| {
                line.as_object_mut().unwrap().shift_remove("type");
                line
            })
            .collect();
        assert_eq!(report[list], Value::Array(of_kind), "{kind}");
    }
    assert_eq!(lines, Vec::<Value>::new());
}

#[test]
fn an_organization_in_any_order_gives_the_same_bytes() {
    for bytes in [inventory(), of_their_own(300)] {
        in_any_order(&bytes);
    }
}

fn in_any_order(bytes: &[u8]) {
    let mut value: Value = serde_json::from_slice(bytes).unwrap();
    for list in ["accounts", "copies"] {
        value[list].as_array_mut().unwrap().reverse();
    }
    let turned = value.to_string().into_bytes();
    for format in ["ndjson", "table", "json"] {
        let format = &["--format", format];
        assert!(told(bytes, format) == told(&turned, format), "{format:?}");
    }
}

#[test]
fn what_an_organization_comes_to_is_known() {
    let lines = told(&inventory(), &["--format", "ndjson"]);
    let summary: Value = serde_json::from_str(lines.lines().last().unwrap()).unwrap();
    let copies = ["feasible", "blocked", "undecided"].map(|name| summary[name].as_u64().unwrap());
    assert_eq!(copies.iter().sum::<u64>(), 300);
    assert!(copies.iter().all(|number| *number > 0), "{copies:?}");
}

#[test]
fn a_report_takes_no_more_than_it_must() {
    // 1.5 KB are wanted. How much repeats itself depends on how many copies there are.
    for (bytes, copies) in [
        (inventory(), 300),
        (of_their_own(300), 300),
        (of_their_own(1_000), 1_000),
    ] {
        for format in ["ndjson", "json"] {
            let a_copy = told(&bytes, &["--format", format]).len() / copies;
            assert!(a_copy < 1_570, "{format}: {a_copy} bytes a copy");
        }
    }
}

#[test]
fn half_of_the_copies_of_an_organization_of_their_own_are_blocked_and_most_are_fixed() {
    let lines = told(&of_their_own(800), &["--format", "ndjson"]);
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let summary = lines.last().unwrap();
    let blocked = summary["blocked"].as_u64().unwrap();
    assert!((300..500).contains(&blocked), "{summary}");
    let checks = summary["checks"].as_object().unwrap();
    assert!(checks.len() >= 6, "{checks:?}");
    let fixed = lines
        .iter()
        .filter(|line| line["verdict_with_remedies"] == "feasible");
    assert!(fixed.count() as u64 * 2 > blocked);
}
