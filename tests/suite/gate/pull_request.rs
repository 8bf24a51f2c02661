//! The three states of a pull request: it changes nothing for the worse, it narrows a key's policy, it takes what the report
//! says of that over into the source.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::run;

/// The copy, the exit code and the report of a plan, over what AWS tells of what is there.
fn judged(plan: &str) -> (Value, i32, Value) {
    let facts = folder().join("pull-request/facts.json");
    let source = folder().join("terraform").join(plan);
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let ran = run(&[
        "check",
        "--inventory",
        &text(&facts),
        "--terraform-plan",
        &text(&source.join("plan.json")),
        "--terraform-source",
        &text(&source),
        "--format",
        "json",
    ]);
    let report: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    let copies = report["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1);
    (copies[0].clone(), ran.code, report)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/gate")
}

#[test]
fn green_red_by_a_narrowed_key_and_green_again_by_the_remedy() {
    let standing =
        |copy: &Value| [&copy["verdict"], &copy["was"], &copy["change"]].map(Value::clone);
    let (copy, code, _) = judged("moved");
    assert_eq!(standing(&copy), ["feasible", "feasible", "same"]);
    assert_eq!(code, 0);

    let (copy, code, report) = judged("narrowed-key");
    assert_eq!(standing(&copy), ["blocked", "feasible", "worse"]);
    assert_eq!(code, 1);
    let checks = copy["checks"].as_array().unwrap();
    let failing: Vec<&Value> = checks
        .iter()
        .filter(|check| check["outcome"] == "fail")
        .collect();
    let [key] = failing.as_slice() else {
        panic!("{failing:?}");
    };
    let source = fs::read_to_string(folder().join("terraform/narrowed-key/main.tf")).unwrap();
    let mut lines = source.lines();
    let line = lines
        .position(|line| line == "  policy      = data.aws_iam_policy_document.key.json")
        .unwrap()
        + 1;
    let place = json!({"address": "aws_kms_key.db", "file": "tests/suite/gate/terraform/narrowed-key/main.tf", "line": line});
    assert_eq!(
        (&key["id"], &key["locations"]),
        (&json!("source-key-not-shared"), &json!([place]))
    );

    // What the report says of it, in the place that it names.
    let remedies = report["remedies"].as_array().unwrap();
    assert_eq!(
        (remedies.len(), &remedies[0]["locations"]),
        (1, &json!([place]))
    );
    let text = remedies[0]["commands"][0].as_str().unwrap();
    let (_, policy) = text.split_once('\n').unwrap();
    let fixed = source.replace(
        "  policy      = data.aws_iam_policy_document.key.json",
        policy.trim_end(),
    );
    assert_ne!(fixed, source);
    // The plan beside this source is Terraform's own of it.
    let remedied = fs::read_to_string(folder().join("terraform/remedied-key/main.tf")).unwrap();
    assert_eq!(fixed, remedied);

    let (copy, code, _) = judged("remedied-key");
    assert_eq!(standing(&copy), ["feasible", "feasible", "same"]);
    assert_eq!(code, 0);
}
