//! `backup-preflight.toml`, variables, waivers, levels and names.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::Ran;

pub(super) const PLANS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/terraform");
pub(super) const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/base.json");
pub(super) const AUDIT: &[&str] = &["audit", "--example", "organization"];

/// A folder with a configuration in it.
pub(super) struct Place(pub(super) Files);

impl Place {
    pub(super) fn new(config: &str) -> Self {
        let files = Files::new();
        files.write("backup-preflight.toml", config);
        Self(files)
    }

    fn run_in(&self, folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let out = Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
            .args(args)
            .env_clear()
            .envs(variables.iter().copied())
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ran {
            code: out.status.code().unwrap(),
            out: String::from_utf8(out.stdout).unwrap(),
            err: String::from_utf8(out.stderr).unwrap(),
        }
    }

    pub(super) fn run(&self, args: &[&str]) -> Ran {
        self.run_in(&self.0.path(""), args, &[])
    }

    pub(super) fn report(&self, args: &[&str]) -> (Value, i32) {
        let ran = self.run(&[args, &["--format", "json"]].concat());
        assert_ne!(ran.code, 2, "{}", ran.err);
        (json(&ran.out), ran.code)
    }
}

pub(super) const LATER: &str = "2999-01-31";
pub(super) const BEFORE: &str = "2020-01-31";

#[test]
fn it_is_looked_for_upward_and_named_or_not_read() {
    let place = Place::new("[defaults]\nexample = 'organization'\nformat = 'json'\n");
    let below = place.0.path("a/b");
    fs::create_dir_all(&below).unwrap();
    let ran = place.run_in(&below, &["audit"], &[]);
    assert_eq!(
        (ran.code, &json(&ran.out)["summary"]["copies"]),
        (1, &json!(17)),
        "{}",
        ran.err
    );
    let ran = place.run_in(&below, &["check", "--no-config"], &[]);
    assert!(
        ran.code == 2 && ran.err.contains("nothing to decide from"),
        "{}",
        ran.err
    );
    let other = place.0.write(
        "other.toml",
        "[defaults]\nexample = ['aws-storage-blog']\nformat = 'json'\n",
    );
    let ran = place.run_in(&below, &["check", "--config", &other], &[]);
    assert_eq!(json(&ran.out)["summary"]["copies"], 6, "{}", ran.err);
    let ran = place.run_in(&below, &["check"], &[("BACKUP_PREFLIGHT_CONFIG", &other)]);
    assert_eq!(json(&ran.out)["summary"]["copies"], 6, "{}", ran.err);
    let ran = place.run_in(&below, &["check", "--config", "none.toml"], &[]);
    assert!(
        ran.code == 2 && ran.err.contains("could not read `none.toml`"),
        "{}",
        ran.err
    );
}

#[test]
fn the_command_line_outweighs_variables_and_these_the_file() {
    let place = Place::new("[defaults]\nformat = 'ndjson'\nstrict = true\n");
    let folder = place.0.path("");
    let none = place.0.write(
        "none.json",
        r#"{"schema": "backup-preflight/inventory/v1", "copies": []}"#,
    );
    let first = |args: &[&str], variables: &[(&str, &str)]| {
        let args = [&["check", "--inventory", &*none], args].concat();
        let ran = place.run_in(&folder, &args, variables);
        (
            ran.out
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(12)
                .collect::<String>(),
            ran.code,
        )
    };
    let json = ("BACKUP_PREFLIGHT_FORMAT", "json");
    assert!(first(&[], &[]).0.starts_with("{\"type\""));
    assert_eq!(first(&[], &[json]).0, "{");
    assert!(
        first(&["--format", "junit"], &[json])
            .0
            .starts_with("<?xml")
    );
    let (_, strict) = first(&[], &[]);
    let (_, loose) = first(&[], &[("BACKUP_PREFLIGHT_STRICT", "0")]);
    assert_eq!((strict, loose), (1, 0), "there are no copies");
}

#[test]
fn a_value_that_an_option_does_not_take_is_told_with_its_place() {
    let place = Place::new("[defaults]\nconcurrency = 0\n");
    let ran = place.run(AUDIT);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("`--concurrency` is set by ")
            && ran.err.contains("backup-preflight.toml:2:1"),
        "{}",
        ran.err
    );
    let place = Place::new("");
    let variables = [
        ("BACKUP_PREFLIGHT_CONCURRENCY", "many"),
        ("BACKUP_PREFLIGHT_REGOIN", "x"),
    ];
    let ran = place.run_in(&place.0.path(""), AUDIT, &variables);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("`--concurrency` is set by BACKUP_PREFLIGHT_CONCURRENCY"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains(
            "BACKUP_PREFLIGHT_REGOIN matches no option; did you mean BACKUP_PREFLIGHT_REGION?"
        ),
        "{}",
        ran.err
    );
}

#[test]
fn a_key_that_nobody_knows_decides_nothing() {
    let place = Place::new("# ours\n[defaults]\nregoin = 'eu-west-1'\n");
    let ran = place.run(AUDIT);
    assert_eq!((ran.code, &*ran.out), (2, ""));
    assert!(
        ran.err
            .contains("backup-preflight.toml:3:1: unknown key `regoin`; did you mean `region`?"),
        "{}",
        ran.err
    );
}

#[test]
fn the_name_of_an_account_stands_beside_its_number() {
    let place = Place::new(
        "[accounts.111122223333]\nname = 'prod'\n[accounts.444455556666]\nname = 'the bunker'\n",
    );
    for (format, said) in [
        (
            "table",
            "prod 111122223333/us-east-1/local → the bunker 444455556666/us-east-1/central",
        ),
        (
            "markdown",
            "prod 111122223333/us-east-1/local → the bunker 444455556666/us-east-1/central",
        ),
        (
            "github",
            "AWSServiceRoleForBackup of account 444455556666 (the bunker)",
        ),
        ("sarif", "prod 111122223333/us-east-1/local"),
        ("junit", "<testsuite name=\"111122223333 (prod)/us-east-1\""),
        ("mermaid", "subgraph a0[\"111122223333 (prod)\"]"),
    ] {
        let text = place.run(&[AUDIT, &["--format", format]].concat()).out;
        assert!(text.contains(said), "{format}: {text}");
        for line in text.lines().filter(|line| line.contains("arn:aws:")) {
            assert!(
                !line.contains(":111122223333 (prod)"),
                "{format}: an ARN stays whole: {line}"
            );
        }
    }
    let with = place.run(&[AUDIT, &["--format", "json"]].concat()).out;
    let without = place
        .run(&[AUDIT, &["--format", "json", "--no-config"]].concat())
        .out;
    assert!(with == without, "programs know it by its number");
}

#[test]
fn a_level_is_of_warnings_alone() {
    let warns = &["check", "--example", "aws-storage-blog", "--copy"];
    let copies = |report: &Value| report["summary"]["warnings"].clone();
    let (report, _) = Place::new("").report(&["check", "--example", "aws-storage-blog"]);
    let warned = report["copies"]
        .as_array()
        .unwrap()
        .iter()
        .find(|copy| copy["verdict"] == "feasible" && copy["checks"][0]["outcome"] == "warn");
    let (id, check) = warned
        .map(|copy| (&copy["id"], &copy["checks"][0]["id"]))
        .unwrap();
    let (id, check) = (id.as_str().unwrap(), check.as_str().unwrap());
    let level = |level: &str| {
        let place = Place::new(&format!("[checks.{check}]\nlevel = '{level}'\n"));
        place.report(&[&warns[..], &[id]].concat())
    };
    let (report, code) = level("warning");
    assert_eq!((copies(&report), code), (json!(1), 0));
    let (report, code) = level("error");
    assert_eq!(
        (copies(&report), code, &report["copies"][0]["verdict"]),
        (json!(1), 1, &json!("feasible"))
    );
    let (report, code) = level("off");
    assert_eq!(
        (copies(&report), code, &report["copies"][0]["checks"]),
        (json!(0), 0, &json!([]))
    );
    // What fails cannot be turned off, and that is said.
    let place = Place::new("[checks.source-key-aws-managed]\nlevel = 'off'\n");
    let ran = place.run(&["check", "--example", "aws-storage-blog"]);
    assert!(
        ran.err
            .contains("what fails still counts, and can be waived"),
        "{}",
        ran.err
    );
    let (report, code) = place.report(&["check", "--example", "aws-storage-blog"]);
    assert_eq!((&report["summary"]["blocked"], code), (&json!(2), 1));
}

#[test]
fn an_account_of_a_plan_comes_from_the_configuration() {
    let place = Place::new("[accounts.999988887777]\nterraform = ['aws.nowhere']\n");
    let plan = format!("{PLANS}/shared-key/plan.json");
    let with = place.run(&[
        "check",
        "--inventory",
        BASE,
        "--terraform-plan",
        &plan,
        "--format",
        "json",
    ]);
    let without = place.run(&[
        "check",
        "--inventory",
        BASE,
        "--terraform-plan",
        &plan,
        "--format",
        "json",
        "--account",
        "aws.nowhere=999988887777",
        "--no-config",
    ]);
    assert_eq!(with.out, without.out, "{}", with.err);
}

#[test]
fn a_configuration_to_start_from_is_written_once_and_read() {
    let place = Place(Files::new());
    let ran = place.run(&["init", "--example", "organization"]);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{}", ran.err);
    let text = fs::read_to_string(place.0.path("backup-preflight.toml")).unwrap();
    for id in ["111122223333", "222233334444", "444455556666"] {
        assert!(text.contains(&format!("[accounts.{id}]")), "{text}");
    }
    assert!(text.contains("# region = [\"us-east-1\"]"), "{text}");
    let printed = place.run(&["init", "--example", "organization", "--output", "-"]);
    assert_eq!((printed.code, &printed.out), (0, &text), "{}", printed.err);
    let ran = place.run(&["init"]);
    assert!(ran.code == 2 && ran.err.contains("--force"), "{}", ran.err);
    let with = place.run(AUDIT);
    let without = place.run(&[AUDIT, &["--no-config"]].concat());
    let without = without.out.replace(" --no-config", "");
    assert_eq!((with.out, with.code, &*with.err), (without, 1, ""));
    // With what it shows as comments, it is a configuration, too.
    let live: String = text
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(rest)
                if rest.starts_with(['[', '"']) || rest.contains(" = ") && !rest.contains(": ") =>
            {
                format!("{rest}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let live = live
        .replace("external_id = \"\"", "external_id = \"x\"")
        .replace("prod\"", "x\"")
        .replace("\"prod-", "\"x-");
    let place = Place::new(&live);
    let ran = place.run(AUDIT);
    assert!(
        ran.code == 1 && ran.out.contains("unused waiver"),
        "{live}\n{}",
        ran.out
    );
}
