//! The program run on an inventory with a change on top: what becomes of each copy, and how the run ends.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::plan_facts;
use crate::support::estate::{CENTRAL, FROM, PROD};
use crate::support::{Estate, Ran, run};

/// What a run came to.
pub struct Judged {
    pub code: i32,
    /// `ledger into central: feasible -> undecided (worse)`, a copy a line, in the order of the report.
    pub copies: Vec<String>,
    /// The gaps, each as `operation subject`.
    pub gaps: Vec<String>,
    pub report: Value,
}

/// What is laid over an inventory.
pub enum Change<'a> {
    /// A plan with these changes of resources, in the source account.
    Plan(&'a [Value]),
    /// A plan as it stands.
    WholePlan(&'a Value),
    Overlay(&'a Value),
    /// The template of now and the one that is to be deployed, in an account.
    Templates(&'a Value, &'a Value, &'a str),
    /// The one that is to be deployed alone.
    Template(&'a Value),
    /// Files of one kind, each by its name, in their order: by this flag, in this account. Templates make new stacks.
    Several(&'a str, &'a str, &'a [(&'a str, &'a Value)]),
}

/// The copy of a resource that the command line names, out of the source vault into the central one.
pub fn into_central(resource: &str) -> [&str; 8] {
    [
        "--resource",
        resource,
        "--to",
        CENTRAL,
        "--source-vault",
        PROD,
        "--delete-after",
        "35",
    ]
}

/// Runs `check`.
pub fn checked(estate: &Estate, change: &Change<'_>, more: &[&str]) -> Ran {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, value: &Value| {
        let file = folder.path().join(name);
        fs::write(&file, value.to_string()).unwrap();
        file.display().to_string()
    };
    let mut args: Vec<String> = ["check", "--no-config", "--inventory"]
        .map(str::to_owned)
        .into();
    args.push(file("inventory.json", &estate.0));
    let of_template =
        |account: &str| ["--account", account, "--template-region", "us-east-2"].map(str::to_owned);
    match change {
        Change::Plan(changes) => {
            let plan = plan_facts::plan(FROM, changes);
            args.extend(["--terraform-plan".to_owned(), file("plan.json", &plan)]);
        }
        Change::WholePlan(plan) => {
            args.extend(["--terraform-plan".to_owned(), file("plan.json", plan)]);
        }
        Change::Overlay(overlay) => {
            args.extend(["--overlay".to_owned(), file("overlay.json", overlay)]);
        }
        Change::Templates(now, then, account) => {
            let (now, then) = (file("now.json", now), file("then.json", then));
            let flags = ["--cloudformation-before", "--cloudformation"].map(str::to_owned);
            args.extend(flags.into_iter().zip([now, then]).flat_map(|(a, b)| [a, b]));
            args.extend(of_template(account));
        }
        Change::Template(then) => {
            args.extend(["--cloudformation".to_owned(), file("then.json", then)]);
            args.extend(of_template(FROM));
        }
        Change::Several(flag, account, files) => {
            let nothing = file("nothing.json", &json!({"Resources": {}}));
            for (name, content) in *files {
                let file = file(name, content);
                // Plans may tell theirs.
                if !account.is_empty() {
                    args.extend(["--account".to_owned(), format!("{file}={account}")]);
                }
                args.extend([(*flag).to_owned(), file]);
                if *flag == "--cloudformation" {
                    args.extend(["--cloudformation-before".to_owned(), nothing.clone()]);
                }
            }
            if *flag == "--cloudformation" {
                args.extend(["--template-region", "us-east-2"].map(str::to_owned));
            }
        }
    }
    args.extend(more.iter().map(|one| (*one).to_owned()));
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = run(&args);
    assert_ne!(ran.code, 2, "{}", ran.err);
    ran
}

/// The same, with what becomes of each copy.
pub fn judged(estate: &Estate, change: &Change<'_>, more: &[&str]) -> Judged {
    let ran = checked(estate, change, &[more, &["--format", "json"]].concat());
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    let text = |of: &Value, pointer: &str| {
        let text = of.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or("-").to_owned()
    };
    let last = |arn: String| arn.rsplit([':', '/']).next().unwrap().to_owned();
    let copies = report["copies"].as_array().unwrap().iter().map(|copy| {
        let what = match copy.pointer("/source/resource") {
            Some(Value::String(_)) => text(copy, "/source/resource"),
            _ => text(copy, "/source/recovery_point"),
        };
        format!(
            "{} into {}: {} -> {} ({})",
            last(what),
            last(text(copy, "/destination/vault")),
            text(copy, "/was"),
            text(copy, "/verdict"),
            text(copy, "/change")
        )
    });
    let gaps = report["gaps"].as_array().unwrap().iter();
    let gaps = gaps.map(|gap| format!("{} {}", text(gap, "/operation"), text(gap, "/subject")));
    Judged {
        code: ran.code,
        copies: copies.collect(),
        gaps: gaps.collect(),
        report,
    }
}
