//! Nothing could be read: no file, no clean bill, and an exit code that says so.

use std::process::Command;

use super::super::aws::{Fault, Server};
use super::organization::{MANAGEMENT, organization};
use super::*;

fn run(server: &Server, arguments: &[&str]) -> (i32, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
    server.sign_in(&mut program, MANAGEMENT);
    let output = program
        .env("AWS_REGION", "us-east-2")
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), said)
}

/// A server that answers who the caller is, and nothing else.
fn refusing(fault: Fault) -> Server {
    let server = Server::start(organization(2, &["us-east-2"]).world);
    server.fault(fault.but_not(["sts:GetCallerIdentity", "sts:AssumeRole"]));
    server
}

#[test]
fn where_nothing_can_be_read_nothing_is_written_and_nothing_is_clean() {
    for (fault, word) in [
        (Fault::denied(), "nothing could be read"),
        (Fault::error(403, "ExpiredTokenException"), "expired"),
        (
            Fault::error(400, "UnrecognizedClientException"),
            "nothing could be read",
        ),
    ] {
        let server = refusing(fault);
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("facts.json");
        let (code, said) = run(&server, &["collect", "--output", file.to_str().unwrap()]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(word), "{said}");
        assert!(!file.exists());
        let left = std::fs::read_dir(dir.path()).unwrap().count();
        assert_eq!(left, 0, "{said}");
        let (code, said) = run(&server, &["audit"]);
        assert!(
            code == 3 || (code == 2 && word == "expired"),
            "{code}: {said}"
        );
        drop(server.take_complaints());
    }
}

#[test]
fn a_shard_of_which_no_account_can_be_entered_is_no_file() {
    let server = Server::start(organization(3, &["us-east-2"]).world);
    server.fault(Fault::denied().operation("sts:AssumeRole"));
    let dir = TempDir::new().unwrap();
    let mut codes = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let file = dir.path().join(shard.replace('/', "-"));
        let path = file.to_str().unwrap();
        let (code, said) = run(
            &server,
            &[
                "collect",
                "--organization",
                "--role-name",
                "OrganizationAccountAccessRole",
                "--shard",
                shard,
                "--output",
                path,
            ],
        );
        assert_eq!(file.exists(), code == 0, "{said}");
        codes.push(code);
    }
    // The management account needs no role; a shard with others alone has nothing.
    assert!(codes.contains(&0) && codes.contains(&2), "{codes:?}");
    drop(server.take_complaints());
}
