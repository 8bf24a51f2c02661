//! The formats for CI systems, as a job asks for them.

use std::fs;

use serde_json::Value;

use super::{Files, json, text_of};
use crate::support::{page_data, run, run_with};

const PLANS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/terraform");
const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/base.json");
const ORGANIZATION: &[&str] = &["audit", "--example", "organization"];

#[test]
fn all_formats_at_once_are_what_each_is_alone() {
    let files = Files::new();
    let names = [
        "json", "ndjson", "markdown", "sarif", "junit", "mermaid", "html",
    ];
    let file = |name: &str| text_of(&files.path(name));
    let targets: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={}", file(name)))
        .collect();
    let mut args = ORGANIZATION.to_vec();
    for target in &targets {
        args.extend(["--format", target]);
    }
    args.extend(["--format", "github"]);
    let ran = run(&args);
    assert_eq!((ran.code, &*ran.err), (1, ""));
    assert_eq!(
        ran.out,
        run(&[ORGANIZATION, &["--format", "github"]].concat()).out
    );
    for name in names {
        let alone = run(&[ORGANIZATION, &["--format", name]].concat());
        assert_eq!(fs::read_to_string(file(name)).unwrap(), alone.out, "{name}");
    }
}

#[test]
fn what_fails_or_is_undecided_stands_in_every_format_of_an_audit() {
    let report = json(&run(&[ORGANIZATION, &["--format", "json"]].concat()).out);
    let mut ids: Vec<&str> = Vec::new();
    for list in ["copies", "vaults", "plans"] {
        for subject in report[list].as_array().unwrap() {
            for check in subject["checks"].as_array().unwrap() {
                if ["fail", "undecided"].contains(&check["outcome"].as_str().unwrap()) {
                    ids.push(check["id"].as_str().unwrap());
                }
            }
        }
    }
    assert!(ids.contains(&"plan-copies-nowhere") && ids.contains(&"source-key-refuses-copy-role"));
    for format in ["markdown", "github", "sarif", "junit", "mermaid", "html"] {
        let mut text = run(&[ORGANIZATION, &["--format", format]].concat()).out;
        if format == "html" {
            text = page_data(&text);
        }
        for id in &ids {
            // A rule of SARIF is there for every check; a result only where it was found.
            let found = if format == "sarif" {
                format!("\"ruleId\": \"{id}\"")
            } else {
                (*id).to_owned()
            };
            assert!(text.contains(&found), "{format} says nothing of {id}");
        }
    }
}

#[test]
fn the_summary_of_a_job_is_added_to_and_only_by_its_format() {
    let files = Files::new();
    let file = files.write("summary.md", "# before\n");
    let variables = [("GITHUB_STEP_SUMMARY", file.as_str())];
    run_with(
        &[ORGANIZATION, &["--format", "markdown"]].concat(),
        b"",
        &variables,
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "# before\n");
    let ran = run_with(
        &[ORGANIZATION, &["--format", "github"]].concat(),
        b"",
        &variables,
    );
    assert_eq!(ran.code, 1);
    let markdown = run(&[ORGANIZATION, &["--format", "markdown"]].concat()).out;
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        format!("# before\n{markdown}")
    );
    let missing = text_of(&files.path("no/such/summary.md"));
    let variables = [("GITHUB_STEP_SUMMARY", missing.as_str())];
    let ran = run_with(
        &[ORGANIZATION, &["--format", "github"]].concat(),
        b"",
        &variables,
    );
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("could not write the job's summary"),
        "{}",
        ran.err
    );
}

/// A plan over facts: what is at fault in it is told by its file and line.
fn of_plan(format: &str, more: &[&str]) -> (String, i32) {
    let folder = format!("{PLANS}/lock-raised");
    let plan = format!("{folder}/plan.json");
    let mut args = vec![
        "check",
        "--inventory",
        BASE,
        "--terraform-plan",
        &plan,
        "--terraform-source",
        &folder,
    ];
    args.extend(["--format", format]);
    args.extend(more);
    let ran = run(&args);
    assert_ne!(ran.code, 2, "{}", ran.err);
    (ran.out, ran.code)
}

/// Annotations and code scanning look for files from the root of the repository, and a step may run in a folder of it.
#[test]
fn files_are_named_from_the_root_of_the_repository() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let (root, folder) = (here.parent().unwrap(), here.file_name().unwrap());
    let (root, folder) = (root.to_str().unwrap(), folder.to_str().unwrap());
    let source = format!("{PLANS}/lock-raised");
    let plan = format!("{source}/plan.json");
    let of = |format: &str, variables: &[(&str, &str)]| {
        let given = ["check", "--inventory", BASE, "--terraform-plan", &plan];
        let more = ["--terraform-source", &source, "--format", format];
        run_with(&[&given[..], &more].concat(), b"", variables).out
    };
    let way = "tests/suite/gate/terraform/lock-raised/main.tf";
    let github = of("github", &[]);
    assert!(github.contains(&format!(",file={way},line=")), "{github}");
    let github = of("github", &[("GITHUB_WORKSPACE", root)]);
    let whole = format!("{folder}/{way}");
    assert!(github.contains(&format!(",file={whole},line=")), "{github}");
    let sarif: Value = json(&of("sarif", &[("GITHUB_WORKSPACE", root)]));
    let place = &sarif["runs"][0]["results"][0]["locations"][0];
    assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], whole);
}

#[test]
fn what_a_plan_breaks_stands_at_its_line() {
    let (report, code) = of_plan("json", &[]);
    assert_eq!(code, 1);
    let report = json(&report);
    let mut copies = report["copies"].as_array().unwrap().iter();
    let worse = copies.find(|copy| copy["change"] == "worse").unwrap();
    let mut checks = worse["checks"].as_array().unwrap().iter();
    let check = checks.find(|check| check["outcome"] == "fail").unwrap();
    let place = check["locations"]
        .as_array()
        .unwrap()
        .iter()
        .find(|place| place["line"].is_u64())
        .unwrap();
    let (file, line) = (place["file"].as_str().unwrap(), &place["line"]);

    let (text, _) = of_plan("github", &[]);
    let annotation = text
        .lines()
        .find(|line| line.starts_with("::error "))
        .unwrap();
    assert!(
        annotation.contains(&format!(",file={file},line={line}::")),
        "{annotation}"
    );

    let (text, _) = of_plan("sarif", &[]);
    let log: Value = json(&text);
    let results = log["runs"][0]["results"].as_array().unwrap();
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(
        (&place["region"]["startLine"], &results[0]["level"]),
        (line, &"error".into())
    );
    assert!(
        place["artifactLocation"]["uri"]
            .as_str()
            .unwrap()
            .ends_with(file.trim_start_matches("./"))
    );

    let (text, _) = of_plan("markdown", &[]);
    let rest = text.split("### What this change does").nth(1).unwrap();
    assert!(
        rest.contains("| worse | undecided before, blocked now |"),
        "{rest}"
    );
    assert!(rest.contains(&format!("{file}:{line}")), "{rest}");
}

#[test]
fn what_was_blocked_before_a_change_is_told_and_fails_no_test() {
    let files = Files::new();
    let overlay = files.write("none.json", "{\"accounts\": []}");
    let args = [
        "audit",
        "--example",
        "organization",
        "--overlay",
        &overlay,
        "--format",
    ];
    let read = |more: &[&str]| {
        let ran = run(&[&args[..], more].concat());
        (
            quick_junit::Report::deserialize_from_str(&ran.out).unwrap(),
            ran.code,
        )
    };
    let (junit, code) = read(&["junit"]);
    assert_eq!((junit.failures, junit.errors, code), (0, 0, 0));
    let skipped: usize = junit.test_suites.iter().map(|suite| suite.skipped).sum();
    assert_eq!(skipped, 16, "12 copies, a vault, two plans and a resource");
    let (junit, code) = read(&["junit", "--all"]);
    assert_eq!((junit.failures, junit.errors, code), (14, 1, 1));
    let github = run(&[&args[..], &["github"]].concat());
    assert!(
        !github.out.contains("::error") && github.out.contains("fails: source-key-not-shared (5)")
    );
}

#[test]
fn a_command_without_copies_refuses_the_formats_that_tell_of_them() {
    for (command, format) in [
        (&["backtest", "--example", "organization"][..], "sarif"),
        (&["capabilities"], "junit"),
        (
            &[
                "explain",
                "--message",
                "Access Denied trying to call AWS Backup service",
            ],
            "markdown",
        ),
    ] {
        let ran = run(&[command, &["--format", format]].concat());
        assert_eq!((ran.code, &*ran.out), (2, ""), "{command:?}");
        assert!(ran.err.contains(&format!("not as {format}")), "{}", ran.err);
    }
    let ran = run(&[
        "backtest",
        "--example",
        "organization",
        "--format",
        "markdown",
    ]);
    assert!(
        ran.code == 0 && ran.out.contains("```text\n"),
        "{}",
        ran.out
    );
}
