//! Ctrl-C and SIGTERM.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{names, run, told, waiting};

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Waits until a file or a folder that is temporary is in the folder: the run has begun then.
fn begun(folder: &Path) {
    for _ in 0..500 {
        if names(folder).iter().any(|name| name.ends_with(".part")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the run did not begin: {:?}", names(folder));
}

/// Stops a run; its exit code and what it said on standard error.
fn stopped(mut child: Child, signals: &[&str]) -> (i32, String, Duration) {
    let start = Instant::now();
    for name in signals {
        signal(&child, name);
        std::thread::sleep(Duration::from_millis(50));
    }
    // Both ends stay open and full until it ends.
    while child.try_wait().unwrap().is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "it does not stop"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let took = start.elapsed();
    let (code, _, err) = told(&child.wait_with_output().unwrap());
    (code, err, took)
}

#[test]
fn a_run_that_waits_for_its_facts_stops_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (name, expected) in [("INT", 130), ("TERM", 143)] {
        for args in [
            &["check", "--inventory", "-", "--format", "json=out.json"][..],
            &["audit", "--inventory", "-", "--save", "out.json"],
            &["backtest", "--inventory", "-", "--format", "json=out.json"],
            &["fix", "--inventory", "-", "--dir", "out"],
        ] {
            let child = waiting(args, folder.path());
            begun(folder.path());
            let (code, err, took) = stopped(child, &[name]);
            assert_eq!(code, expected, "{args:?}: {err}");
            assert!(err.contains("stopped"), "{err}");
            // A second, and what a busy machine takes.
            assert!(took < Duration::from_secs(3), "{took:?}");
            assert_eq!(names(folder.path()), Vec::<String>::new());
        }
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["check", "--inventory", "-", "--format", "json=out.json"];
    // One signal leaves it 700 ms; a busy machine may take as long for two, but not every time.
    let is_at_once = (0..5).any(|_| {
        let child = waiting(&args, folder.path());
        begun(folder.path());
        let (code, _, took) = stopped(child, &["INT", "INT"]);
        assert_eq!(code, 130);
        assert_eq!(names(folder.path()), Vec::<String>::new());
        took < Duration::from_millis(650)
    });
    assert!(is_at_once);
}

#[test]
fn a_report_into_a_full_pipe_stops() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["table", "json", "ndjson"] {
        let args = [
            "audit",
            "--example",
            "organization",
            "-v",
            "--format",
            format,
        ];
        let child = waiting(&args, folder.path());
        // As long as nobody reads, it cannot end.
        std::thread::sleep(Duration::from_secs(2));
        let (code, err, took) = stopped(child, &["INT"]);
        assert_eq!(code, 130, "{format}: {err}");
        assert!(err.contains("output is incomplete"), "{err}");
        assert!(took < Duration::from_secs(3), "{took:?}");
    }
}

#[test]
fn what_a_run_left_that_was_killed_is_taken_away_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for (args, name) in [
        (
            &["check", "--inventory", "-", "--format", "json=out.json"][..],
            "out.json",
        ),
        (&["fix", "--inventory", "-", "--dir", "out"], "out"),
    ] {
        let mut child = waiting(args, folder.path());
        begun(folder.path());
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            names(folder.path())
                .iter()
                .any(|name| name.ends_with(".part"))
        );
        let example = args.iter().map(|word| match *word {
            "--inventory" => "--example",
            "-" => "aws-storage-blog",
            word => word,
        });
        let (code, _, err) = run(&example.collect::<Vec<_>>(), folder.path());
        assert_eq!(code, 1, "{err}");
        assert!(names(folder.path()).contains(&name.to_owned()));
        assert!(
            names(folder.path())
                .iter()
                .all(|name| !name.ends_with(".part"))
        );
    }
}
