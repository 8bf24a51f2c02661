//! Ctrl-C while AWS is read: the program ends soon, with what is known, and with the exit code of an interrupt.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{CENTRAL, DATABASE, PROD, SOURCE, rds, served};
use crate::aws::{Fault, calls};

#[test]
fn ctrl_c_ends_it_with_what_is_known() {
    // It has 700 ms to tell that, which a busy machine may not give it each time.
    let report = (0..4).find_map(|_| stopped_report());
    let report = report.expect("a report of what is known");
    assert_ne!(report["copies"][0]["verdict"], "feasible");
    assert_eq!(report["copies"][0]["source"]["vault"], PROD);
}

/// What a run that is stopped while AWS is read tells; `None` where it was ended before it could.
fn stopped_report() -> Option<Value> {
    let server = served(&rds());
    server.fault(Fault::slow(Duration::from_secs(40)).operation("kms:GetKeyPolicy"));
    let mut program = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
    server.sign_in(&mut program, SOURCE);
    let mut program = program
        .env("AWS_REGION", "us-east-2")
        .args(["check", "--resource", DATABASE, "--source-vault", PROD])
        .args(["--to", CENTRAL, "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The call is in the journal once it is answered; the accounts' settings are read beside it.
    let began = Instant::now();
    while calls(&server.journal(), "backup:DescribeGlobalSettings") == 0 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is read");
        assert!(program.try_wait().unwrap().is_none(), "it ended by itself");
        sleep(Duration::from_millis(50));
    }
    sleep(Duration::from_millis(500));
    let stopped = Instant::now();
    let kill = Command::new("kill")
        .args(["-INT", &program.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = program.wait_with_output().unwrap();
    assert!(
        stopped.elapsed() < Duration::from_secs(10),
        "{:?}",
        stopped.elapsed()
    );
    assert_eq!(
        output.status.code(),
        Some(130),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).ok()
}
