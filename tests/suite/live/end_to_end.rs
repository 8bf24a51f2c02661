//! The built program against moto: a blocked copy, its remedy applied with AWS's own command line, and the program again.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::against_moto::{OTHER, REGION, Stage};
use super::moto::{ACCOUNT, Keys, Moto};

/// The program, with the keys of an account.
fn program(stage: &Stage, keys: &Keys, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
    sign_in(&mut command, stage, keys);
    command.args(arguments).output().unwrap()
}

fn sign_in(command: &mut Command, stage: &Stage, keys: &Keys) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ENDPOINT_URL", stage.moto.url())
        .env("AWS_REGION", REGION)
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", &keys.id)
        .env("AWS_SECRET_ACCESS_KEY", &keys.secret)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    if let Some(token) = &keys.token {
        command.env("AWS_SESSION_TOKEN", token);
    }
}

fn report(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{error}"))
}

fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    let checks = report["copies"][0]["checks"].as_array().unwrap();
    checks.iter().find(|check| check["id"] == *id).unwrap()
}

#[test]
fn the_remedy_of_an_unshared_key_is_applied_and_the_check_passes() {
    let stage = Stage::set();
    let (ours, theirs) = (Moto::keys(), stage.moto.keys_of(OTHER));
    let copy = stage.copy(&ours, &theirs);
    let role = format!("arn:aws:iam::{OTHER}:role/tester");
    let saved = stage.dir.path().join("facts.json");
    let saved = saved.to_str().unwrap();
    let asked = [
        "check",
        "-v",
        "--resource",
        copy.resource.as_ref().unwrap().as_str(),
        "--source-vault",
        copy.source_vault.as_ref().unwrap().as_str(),
        "--to",
        copy.destination_vault.as_str(),
        "--destination-role-arn",
        &role,
        "--format",
        "json",
    ];

    let before = program(&stage, &ours, &[&asked[..], &["--save", saved]].concat());
    let blocked = report(&before);
    assert_eq!(before.status.code(), Some(1), "{blocked:#}");
    assert_eq!(blocked["copies"][0]["verdict"], "blocked");
    assert_eq!(check(&blocked, "source-key-not-shared")["outcome"], "fail");
    // moto tells neither a vault's policy nor the global settings: nothing is taken for granted.
    for id in ["vault-refuses-copy", "cross-account-backup-disabled"] {
        assert_eq!(check(&blocked, id)["outcome"], "undecided", "{id}");
    }

    let again = program(
        &stage,
        &ours,
        &["check", "-v", "--inventory", saved, "--format", "json"],
    );
    assert_eq!(
        again.stdout, before.stdout,
        "the recording says the same, to the byte"
    );

    // moto puts no second account into an organization, and nothing is opened for a copy that nothing helps.
    let no_remedies = json!([]);
    assert_eq!(
        check(&blocked, "source-key-not-shared")["remedies"],
        no_remedies
    );
    let text = std::fs::read_to_string(saved).unwrap();
    let mut facts: Value = serde_json::from_str(&text).unwrap();
    let accounts = facts["accounts"].as_array_mut().unwrap();
    let of = |id: &str| accounts.iter().position(|it| it["account"] == id).unwrap();
    let (here, there) = (of(ACCOUNT), of(OTHER));
    accounts[there]["organization"] = accounts[here]["organization"].clone();
    std::fs::write(saved, facts.to_string()).unwrap();
    let in_one = ["check", "-v", "--inventory", saved, "--format", "json"];
    let helped = report(&program(&stage, &ours, &in_one));
    let id = &check(&helped, "source-key-not-shared")["remedies"][0];
    let remedies = helped["remedies"].as_array().unwrap();
    let remedy = remedies.iter().find(|remedy| remedy["id"] == *id);
    let remedy = remedy.unwrap_or_else(|| panic!("{helped:#}"));
    assert_eq!(remedy["proven"], true, "{remedy:#}");
    for line in remedy["commands"].as_array().unwrap() {
        let mut shell = Command::new("sh");
        sign_in(&mut shell, &stage, &ours);
        let path = std::env::var("PATH").unwrap();
        shell.env("PATH", format!("{}:{path}", stage.moto.bin().display()));
        let done = shell.args(["-c", line.as_str().unwrap()]).output().unwrap();
        let error = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{line}: {error}");
    }

    let after = program(&stage, &ours, &asked);
    let fixed = report(&after);
    assert_eq!(
        check(&fixed, "source-key-not-shared")["outcome"],
        "pass",
        "{fixed:#}"
    );
    let left: Vec<&str> = failing(&blocked)
        .into_iter()
        .filter(|id| *id != "source-key-not-shared")
        .collect();
    assert_eq!(failing(&fixed), left, "nothing else changed");
}

fn failing(report: &Value) -> Vec<&str> {
    let checks = report["copies"][0]["checks"].as_array().unwrap();
    let failing = checks.iter().filter(|check| check["outcome"] == "fail");
    failing.map(|check| check["id"].as_str().unwrap()).collect()
}
