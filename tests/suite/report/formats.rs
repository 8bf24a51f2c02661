//! SARIF, JUnit, Markdown, annotations and pictures: that they are what they are called, and what they say.

use backup_preflight::report::Report;
use jsonschema::Validator;
use quick_junit::TestCaseStatus;
use serde_json::Value;

use super::support::{estate, remedies, report};
use crate::support::{ci_formats, run};

/// The schema of SARIF 2.1.0 as OASIS publishes it (`Schemata/sarif-schema-2.1.0.json` of oasis-tcs/sarif-spec), taken from
/// the crate serde-sarif 0.8.0 on 2026-11-28.
const SCHEMA: &str = include_str!("sarif/sarif-schema-2.1.0.json");

pub fn sarif_validator() -> Validator {
    // A bracket too many in the pattern of `language`, which is no regular expression so.
    let schema = SCHEMA.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

pub fn is_sarif(validator: &Validator, text: &str) -> Value {
    let log: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    log
}

fn of(format: &str) -> String {
    of_report(format, &report(&estate(), &remedies()))
}

fn of_report(format: &str, report: &Report) -> String {
    let all = ci_formats(report).into_iter();
    all.filter(|(name, _)| *name == format)
        .map(|(_, text)| text)
        .collect()
}

#[test]
fn every_example_is_sarif_of_the_schema() {
    let validator = sarif_validator();
    for example in [
        "aws-storage-blog",
        "field-notes-rds-before",
        "lagv-primer",
        "opstree-two-step",
        "organization",
    ] {
        for command in ["check", "audit"] {
            let ran = run(&[command, "--example", example, "--format", "sarif"]);
            let log = is_sarif(&validator, &ran.out);
            let run = &log["runs"][0];
            assert_eq!(run["invocations"][0]["exitCode"], ran.code, "{example}");
            assert_eq!(log["runs"].as_array().unwrap().len(), 1);
            for result in run["results"].as_array().unwrap() {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(
                    run["tool"]["driver"]["rules"][index]["id"],
                    result["ruleId"]
                );
                assert!(result["locations"][0]["physicalLocation"]["region"]["startLine"].is_u64());
            }
        }
    }
    let wrong = serde_json::json!({"version": "2.1.0", "runs": [{"results": [{}]}]});
    assert!(!validator.is_valid(&wrong), "the schema refuses something");
}

#[test]
fn a_rule_is_a_check_with_its_page() {
    let log: Value = serde_json::from_str(&of("sarif")).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    assert_eq!(rules.len(), backup_preflight::checks::CHECKS.len());
    for rule in rules {
        let page = rule["help"]["markdown"].as_str().unwrap();
        assert!(page.starts_with("## What it asks"), "{page}");
        let properties = rule["properties"].as_object().unwrap();
        assert!(["error", "warning"].contains(&properties["problem.severity"].as_str().unwrap()));
        assert!(
            properties.contains_key("precision") && !properties.contains_key("security-severity")
        );
    }
}

#[test]
fn a_fingerprint_stays_where_lines_move_and_no_two_are_alike() {
    let fingerprints = |text: &str| -> Vec<(String, String)> {
        let log: Value = serde_json::from_str(text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().iter();
        let each = results.map(|result| {
            let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
            (
                hash.as_str().unwrap().to_owned(),
                result["ruleId"].to_string(),
            )
        });
        each.collect()
    };
    let plain = report(&estate(), &remedies());
    let mut moved = plain.clone();
    for copy in &mut moved.copies {
        for check in &mut copy.checks {
            check.locations.push(backup_preflight::report::Location {
                address: "a".to_owned(),
                file: Some("a.tf".to_owned()),
                line: Some(7),
            });
        }
    }
    let (one, other) = (
        fingerprints(&of_report("sarif", &plain)),
        fingerprints(&of_report("sarif", &moved)),
    );
    assert_eq!(one, other);
    let different: std::collections::BTreeSet<_> = one.iter().map(|(hash, _)| hash).collect();
    assert!(different.len() == one.len() && one.len() > 3, "{one:?}");
}

#[test]
fn a_case_of_junit_is_a_copy_and_fails_as_it_does() {
    let read = quick_junit::Report::deserialize_from_str(&of("junit")).unwrap();
    let suites: Vec<&str> = read
        .test_suites
        .iter()
        .map(|suite| suite.name.as_str())
        .collect();
    assert_eq!(suites, ["backup-preflight", "111122223333/us-east-2"]);
    assert_eq!((read.tests, read.failures, read.errors), (5, 2, 1));
    let cases = &read.test_suites[1].test_cases;
    for case in cases {
        let says = match &case.status {
            TestCaseStatus::Success { .. } => "feasible",
            TestCaseStatus::NonSuccess { kind, .. } => match kind {
                quick_junit::NonSuccessKind::Failure => "blocked",
                quick_junit::NonSuccessKind::Error => "undecided",
            },
            TestCaseStatus::Skipped { .. } => "skipped",
        };
        let report = report(&estate(), &remedies());
        let copy = report
            .copies
            .iter()
            .find(|copy| copy.id == case.name.as_str())
            .unwrap();
        assert_eq!(says, copy.verdict.as_str(), "{}", copy.id);
    }
}

#[test]
fn all_of_junit_is_green_only_where_the_exit_code_is_0() {
    let mut report = report(&estate(), &remedies());
    report
        .copies
        .retain(|copy| copy.verdict == backup_preflight::verdict::Verdict::Feasible);
    for (code, errors) in [(0, 0), (3, 1), (1, 1)] {
        report.exit_code = code;
        let read = quick_junit::Report::deserialize_from_str(&of_report("junit", &report)).unwrap();
        assert_eq!(
            (read.failures, read.errors),
            (0, errors),
            "exit code {code}"
        );
    }
}

#[test]
fn a_picture_has_a_shape_for_each_verdict() {
    let picture = of("mermaid");
    assert!(picture.starts_with("flowchart LR\n"), "{picture}");
    assert!(
        picture.contains("--x|") && picture.contains("blocked"),
        "{picture}"
    );
    assert!(
        picture.contains("subgraph a0[\"111122223333\"]"),
        "{picture}"
    );
}

#[test]
fn annotations_say_all_that_is_alike_once_and_ten_of_a_kind_at_most() {
    let mut report = report(&estate(), &remedies());
    let blocked = report
        .copies
        .iter()
        .find(|copy| copy.verdict.as_str() == "blocked")
        .unwrap()
        .clone();
    let number = |report: &Report, kind: &str| {
        let text = of_report("github", report);
        text.lines()
            .filter(|line| line.starts_with(&format!("::{kind} ")))
            .count()
    };
    let before = number(&report, "error");
    for again in 0..30 {
        report.copies.push(backup_preflight::report::CopyReport {
            id: format!("again-{again}"),
            ..blocked.clone()
        });
    }
    assert_eq!(number(&report, "error"), before, "30 more that are alike");
    for (at, copy) in report.copies.iter_mut().enumerate() {
        for check in &mut copy.checks {
            check.locations.push(backup_preflight::report::Location {
                address: format!("aws_kms_key.k[{at}]"),
                file: Some("main.tf".to_owned()),
                line: Some(at + 1),
            });
        }
    }
    assert_eq!(number(&report, "error"), 10);
    let text = of_report("github", &report);
    assert!(text.contains(",file=main.tf,line=1::"), "{text}");
    assert!(text.contains("more errors, as GitHub keeps 10"), "{text}");
}
