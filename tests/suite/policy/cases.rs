//! Requests whose answer AWS's documentation gives, each with the page: see `cases.jsonl`.

use backup_preflight::policy::wire;
use serde_json::Value;

const CASES: &str = include_str!("cases.jsonl");

#[test]
fn aws_documented_cases_come_out_as_documented() {
    let mut wrong = Vec::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let answer: Value = serde_json::from_str(&wire::answer(line)).unwrap();
        for field in ["decision", "explicit", "statements", "unknown"] {
            if answer[field] != case["expected"][field] {
                wrong.push(format!(
                    "{}: {field}: {} and not {}",
                    case["id"], answer[field], case["expected"][field]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_case_has_an_id_of_its_own_and_its_page() {
    let cases: Vec<Value> = CASES
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(cases.len() >= 40);
    let mut ids: Vec<&str> = cases
        .iter()
        .map(|case| case["id"].as_str().unwrap())
        .collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all);
    for case in &cases {
        let source = case["source"].as_str().unwrap();
        assert!(
            source.starts_with("https://docs.aws.amazon.com/"),
            "{source}"
        );
    }
}
