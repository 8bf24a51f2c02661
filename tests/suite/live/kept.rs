//! `collect`: the file is whole or not there, whatever happens, and what was whole is not read again.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::aws::{Fault, calls};
use super::organization::{
    MANAGEMENT, Made, all_listed, as_surveyed, assert_same, organization, without_jobs,
};
use super::*;

const REGIONS: &[&str] = &["us-east-2", "eu-west-1"];

struct Collecting {
    made: Made,
    server: Server,
    dir: TempDir,
}

impl Collecting {
    fn new(accounts: usize) -> Self {
        let made = all_listed(without_jobs(organization(accounts, REGIONS)));
        let server = Server::start(made.world.clone());
        Self {
            made,
            server,
            dir: TempDir::new().unwrap(),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
        self.server.sign_in(&mut command, MANAGEMENT);
        command
    }

    fn start(&self, concurrency: &str, more: &[&str]) -> Child {
        self.command(concurrency, more).spawn().unwrap()
    }

    fn command(&self, concurrency: &str, more: &[&str]) -> Command {
        let mut command = self.program();
        command
            .args([
                "collect",
                "--organization",
                "--role-name",
                "OrganizationAccountAccessRole",
                "--concurrency",
                concurrency,
                "--output",
            ])
            .arg(self.path("facts.json"))
            .args(REGIONS.iter().flat_map(|region| ["--region", region]))
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn finish(&self, more: &[&str]) -> (Option<i32>, String) {
        let output = self.start("4", more).wait_with_output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stderr).unwrap(),
        )
    }

    fn assert_whole(&self) {
        let mut found = whole(&self.path("facts.json")).unwrap();
        let mut wanted = as_surveyed(&self.made.world);
        for inventory in [&mut found, &mut wanted] {
            inventory.as_object_mut().unwrap().remove("collected_at");
        }
        assert_same(&found, &wanted);
        assert!(!self.path("facts.json.unfinished").exists());
    }

    /// The Regions that an interrupted run has kept.
    fn kept(&self) -> usize {
        let text = std::fs::read_to_string(self.path("facts.json.unfinished"));
        let text = text.unwrap_or_default();
        text.split_inclusive('\n')
            .filter(|line| line.starts_with("{\"part\":[") && line.ends_with('\n'))
            .count()
    }
}

/// The file, if it is there: then it is whole.
fn whole(path: &Path) -> Option<Value> {
    let text = std::fs::read(path).ok()?;
    Some(serde_json::from_slice(&text).unwrap())
}

#[test]
fn a_collected_file_is_for_its_owner_alone_and_gaps_are_no_failure() {
    let collecting = Collecting::new(2);
    collecting
        .server
        .fault(Fault::denied().operation("kms:ListGrants"));
    let (code, said) = collecting.finish(&[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("2 accounts, 4 Regions, 9 gaps"), "{said}");
    let file = collecting.path("facts.json");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let found = whole(&file).unwrap();
    assert_eq!(found["gaps"].as_array().unwrap().len(), 9);
    assert_eq!(std::fs::read_dir(collecting.dir.path()).unwrap().count(), 1);
}

#[test]
fn killed_at_any_moment_the_file_is_not_there_and_the_next_run_goes_on() {
    // The moments are spread over the run, and no two runs are the same.
    let mut interrupted = 0;
    for turn in 0..10_u64 {
        let collecting = Collecting::new(3);
        collecting
            .server
            .fault(Fault::slow(Duration::from_millis(8)));
        let mut child = collecting.start("4", &[]);
        sleep(Duration::from_millis(120 + turn * 130));
        child.kill().unwrap();
        child.wait().unwrap();
        let before = calls(&collecting.server.journal(), "backup:ListBackupPlans");
        let kept = collecting.kept();
        let is_there = whole(&collecting.path("facts.json")).is_some();
        if !is_there {
            interrupted += 1;
            let (code, said) = collecting.finish(&["--resume"]);
            assert_eq!(code, Some(0), "{said}");
            let journal = collecting.server.journal();
            let again = calls(&journal, "backup:ListBackupPlans") - before;
            assert_eq!(again, 6 - kept, "what is kept is not read again");
        }
        collecting.assert_whole();
    }
    assert!(interrupted >= 5, "{interrupted}");
}

#[test]
fn ctrl_c_keeps_what_is_whole_and_says_so() {
    let collecting = Collecting::new(3);
    collecting.server.fault(
        Fault::slow(Duration::from_secs(40))
            .operation("kms:GetKeyPolicy")
            .region("us-east-2"),
    );
    let child = collecting.start("16", &[]);
    let began = Instant::now();
    // The Regions that are not held up; those that are, are not whole.
    while collecting.kept() < 3 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is kept");
        sleep(Duration::from_millis(20));
    }
    let stopped = Instant::now();
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert!(
        stopped.elapsed() < Duration::from_secs(5),
        "{:?}",
        stopped.elapsed()
    );
    assert_eq!(output.status.code(), Some(130));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--resume"), "{said}");
    assert!(!collecting.path("facts.json").exists());
    assert_eq!(collecting.kept(), 3);
}

#[test]
fn what_had_no_answer_is_asked_again_when_a_run_goes_on() {
    let collecting = Collecting::new(2);
    let server = &collecting.server;
    server.fault(
        Fault::error(500, "InternalFailure")
            .operation("backup:DescribeGlobalSettings")
            .times(1),
    );
    server.fault(
        Fault::error(403, "ExpiredTokenException")
            .operation("backup:ListBackupPlans")
            .times(1),
    );
    let run = |more: &[&str]| {
        let mut command = collecting.command("1", more);
        let output = command.env("AWS_MAX_ATTEMPTS", "1").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), said)
    };
    let (code, said) = run(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("have expired"), "{said}");
    let (code, said) = run(&["--resume"]);
    assert_eq!(code, Some(0), "{said}");
    collecting.assert_whole();
}

#[test]
fn what_is_left_of_another_question_is_refused_and_nothing_is_lost() {
    let collecting = Collecting::new(2);
    let left = collecting.path("facts.json.unfinished");
    let text = "{\"format\":\"backup-preflight/unfinished/v1\",\"collected_at\":\"2026-11-22T10:00:00Z\",\"asked\":\"--region eu-west-3\"}\n";
    std::fs::write(&left, text).unwrap();
    let (code, said) = collecting.finish(&[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("--resume goes on from it"), "{said}");
    let (code, said) = collecting.finish(&["--resume"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("`--region eu-west-3`") && said.contains("--region us-east-2"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&left).unwrap(), text);
    std::fs::write(&left, "my notes\n").unwrap();
    let (code, said) = collecting.finish(&["--resume"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("not what an interrupted run leaves"),
        "{said}"
    );
    assert_eq!(std::fs::read_to_string(&left).unwrap(), "my notes\n");
}

/// It is written to, and nobody knows where a link leads; a pipe is waited for without an end.
#[cfg(unix)]
#[test]
fn what_an_interrupted_run_leaves_is_a_file_and_nothing_else() {
    use std::os::unix::fs::symlink;
    let collecting = Collecting::new(2);
    let left = collecting.path("facts.json.unfinished");
    let other = collecting.path("notes");
    std::fs::write(&other, "my notes\n").unwrap();
    let pipe = |at: &std::path::Path| {
        let made = std::process::Command::new("mkfifo").arg(at).status();
        assert!(made.unwrap().success());
    };
    type Make<'m> = &'m dyn Fn(&std::path::Path);
    let kinds: [(&str, Make<'_>); 5] = [
        ("a link to a file", &|at| symlink(&other, at).unwrap()),
        ("a link to nothing", &|at| symlink("/nowhere", at).unwrap()),
        ("a device", &|at| symlink("/dev/zero", at).unwrap()),
        ("a pipe", &pipe),
        ("a folder", &|at| std::fs::create_dir(at).unwrap()),
    ];
    for (kind, make) in kinds {
        make(&left);
        for (more, expected) in [
            (&["--resume"][..], "not what an interrupted run leaves"),
            (&[], "--resume goes on from it"),
        ] {
            let (code, said) = collecting.finish(more);
            assert_eq!(code, Some(2), "{kind}: {said}");
            assert!(said.contains(expected), "{kind}: {said}");
        }
        std::fs::remove_file(&left)
            .or_else(|_| std::fs::remove_dir(&left))
            .unwrap();
    }
    assert_eq!(std::fs::read_to_string(&other).unwrap(), "my notes\n");
}

#[test]
fn an_audit_of_aws_says_what_an_audit_of_what_was_collected_says() {
    let collecting = Collecting::new(3);
    let (code, said) = collecting.finish(&[]);
    assert_eq!(code, Some(0), "{said}");
    let regions = REGIONS.iter().flat_map(|region| ["--region", region]);
    let report = |arguments: Vec<&str>| {
        let mut command = collecting.program();
        let output = command
            .args(["audit", "--format", "json"])
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let mut report: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
        report.as_object_mut().unwrap().remove("collected_at");
        (output.status.code(), report)
    };
    let file = collecting.path("facts.json");
    let recorded = report(vec!["--inventory", file.to_str().unwrap()]);
    let live = report(
        [
            "--organization",
            "--role-name",
            "OrganizationAccountAccessRole",
        ]
        .into_iter()
        .chain(regions)
        .collect(),
    );
    assert_eq!(live.0, recorded.0);
    assert_same(&live.1, &recorded.1);
    assert_eq!(recorded.1["gaps"], json!([]));
    // All that could leave its account was listed, here as there.
    let coverage = &recorded.1["coverage"];
    assert_eq!(coverage["complete"], true, "{coverage:#}");
    assert_eq!(coverage["resources"], 6, "{coverage:#}");
    // One account has not shared the key of its data, in either Region.
    assert_eq!(live.0, Some(1));
    assert_eq!(live.1["summary"]["copies"], 6, "{:#}", live.1["summary"]);
    assert_eq!(live.1["summary"]["blocked"], 2, "{:#}", live.1["summary"]);
}

#[test]
fn one_plan_is_checked_from_aws() {
    let collecting = Collecting::new(2);
    let mut command = collecting.program();
    let output = command
        .env("AWS_REGION", REGIONS[0])
        .args(["check", "--plan", "plan-999988887777-0", "--format", "json"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let copies = report["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{said}");
    assert_eq!(copies[0]["plan"]["id"], "plan-999988887777-0");
    // The other account is not to be asked.
    assert_eq!(copies[0]["verdict"], "undecided");
    // The key of the vault decides nothing of a database's copy: only that of the data is read.
    let journal = collecting.server.journal();
    assert_eq!(calls(&journal, "kms:DescribeKey"), 1);
}
