//! A copy that a change makes worse may have failed some checks before: those are no news.

use serde_json::{Value, json};

use crate::cli::Files;
use crate::support::estate::{CENTRAL, FROM, RESOURCE_KEY, TO, key_policy};
use crate::support::{Estate, run};

const OLD: &str = "source-key-not-shared";
const NEW: &str = "vault-refuses-copy";

/// What a run says of a copy whose key is not shared, when a change takes the vault's policy away as well.
fn told(more: &[&str]) -> String {
    let files = Files::new();
    let policy = key_policy(FROM, json!([]));
    let facts = files.estate(&Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy));
    let vault = json!({"BackupVaultArn": CENTRAL, "AccessPolicy": null});
    let overlay = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": TO, "regions": [
        {"region": "us-east-2", "vaults": [vault]}]}]});
    let overlay = files.write("overlay.json", &overlay.to_string());
    let args = [
        "check",
        "--no-config",
        "--quiet",
        "--inventory",
        &facts,
        "--overlay",
        &overlay,
    ];
    let ran = run(&[&args[..], more].concat());
    assert_eq!(ran.code, 1, "{}", ran.err);
    ran.out
}

#[test]
fn annotations_and_results_tell_what_is_new_from_what_stood() {
    let annotations = |more: &[&str]| -> Vec<String> {
        let text = told(&[&["--format", "github"], more].concat());
        let lines = text.lines().filter(|line| line.starts_with("::"));
        lines
            .map(|line| line.split("::").nth(1).unwrap().to_owned())
            .collect()
    };
    let (old, new) = (format!("title={OLD}"), format!("title={NEW}"));
    assert_eq!(
        annotations(&[]),
        [format!("error {new}"), format!("notice {old}")]
    );
    let mut all = annotations(&["--all"]);
    all.sort();
    assert_eq!(all, [format!("error {old}"), format!("error {new}")]);
    let log: Value = serde_json::from_str(&told(&["--format", "sarif"])).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    let levels = results.map(|result| [&result["ruleId"], &result["level"]].map(Value::clone));
    let levels: Vec<_> = levels.collect();
    assert_eq!(
        levels,
        [[json!(NEW), json!("error")], [json!(OLD), json!("note")]]
    );
}

#[test]
fn json_says_so_of_the_check_and_the_test_view_names_what_is_new() {
    let report: Value = serde_json::from_str(&told(&["--format", "json"])).unwrap();
    let checks = report["copies"][0]["checks"].as_array().unwrap().iter();
    let failing = checks.filter(|check| check["outcome"] == "fail");
    let stood: Vec<_> = failing
        .map(|check| [check["id"].clone(), check["stood_before"].clone()])
        .collect();
    assert_eq!(
        stood,
        [[json!(OLD), json!(true)], [json!(NEW), Value::Null]]
    );
    let text = told(&["--format", "junit"]);
    assert!(
        text.contains(&format!("<failure message=\"{NEW}\"")),
        "{text}"
    );
    let line = text
        .lines()
        .find(|line| line.contains(&format!("fail {OLD}: ")));
    assert!(line.unwrap().ends_with("(as before this change)"), "{text}");
}

#[test]
fn the_table_and_the_comment_tell_what_is_new_first() {
    let table = told(&[]);
    let at = |name: &str| {
        table
            .find(name)
            .unwrap_or_else(|| panic!("{name}: {table}"))
    };
    assert!(at(NEW) < at(&format!("{OLD} (as before)")), "{table}");
    let comment = told(&["--format", "markdown"]);
    let row = comment
        .lines()
        .find(|line| line.contains("| worse |"))
        .unwrap();
    assert!(row.contains(&format!("{NEW}, {OLD} (as before)")), "{row}");
}
