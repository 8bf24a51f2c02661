//! Every option that takes a file to read, given what is no file of its kind: an error that names it, at once.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::{run, waiting};

const BLOG: [&str; 3] = ["check", "--example", "aws-storage-blog"];
const TEMPLATE: &str = "Resources: {A: {Type: 'AWS::S3::Bucket'}}\n";

/// Each option with the words before it; the file comes last.
fn options() -> Vec<Vec<&'static str>> {
    let template = ["--cloudformation", "template.yaml"];
    let after = |more: &[&'static str]| [&BLOG[..], more].concat();
    let mut all = vec![
        vec!["check", "--inventory"],
        vec!["audit", "--inventory"],
        vec!["backtest", "--inventory"],
        vec!["init", "--output", "new.toml", "--inventory"],
        vec!["simulate", "--requests"],
        after(&["--overlay"]),
        after(&["--terraform-plan"]),
        after(&["--cloudformation"]),
        after(&["--baseline"]),
        after(&["--config"]),
        after(&[&template[..], &["--parameters"]].concat()),
        after(&[&template[..], &["--cloudformation-before"]].concat()),
    ];
    if cfg!(feature = "live") {
        all.push(vec!["audit", "--region", "us-east-1", "--profiles"]);
        all.push(vec!["audit", "--region", "us-east-1", "--config"]);
    }
    all
}

fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    fs::write(within.join("template.yaml"), TEMPLATE).unwrap();
    fs::create_dir(within.join("folder")).unwrap();
    symlink("nowhere", within.join("broken")).unwrap();
    symlink("/dev/zero", within.join("zero")).unwrap();
    symlink("/dev/null", within.join("nothing")).unwrap();
    symlink("loop", within.join("loop")).unwrap();
    fs::write(within.join("empty"), "").unwrap();
    fs::write(within.join("bytes"), [0xff, 0xc0, 0x80, 0x00]).unwrap();
    let made = Command::new("mkfifo").arg(within.join("pipe")).status();
    assert!(made.unwrap().success());
    folder
}

#[test]
fn what_is_no_file_of_its_kind_is_an_error_that_names_it() {
    let folder = place();
    let mut seen = 0;
    for option in options() {
        for file in [
            "folder", "broken", "zero", "nothing", "loop", "empty", "bytes", "missing",
        ] {
            // A configuration of nothing says nothing, and no requests are answered by nothing.
            let of_nothing = ["--config", "--requests"];
            let says_nothing = option.last().is_some_and(|last| of_nothing.contains(last))
                && ["nothing", "empty"].contains(&file);
            // A request that is not text has an error for its answer.
            let is_answered = option.contains(&"--requests") && file == "bytes";
            if says_nothing || is_answered {
                continue;
            }
            let begun = Instant::now();
            let (code, out, err) = run(&[&option[..], &[file]].concat(), folder.path());
            assert_eq!((code, out.as_str()), (2, ""), "{option:?} {file}: {err}");
            assert!(err.contains(file), "{option:?} {file}: {err}");
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{option:?} {file}"
            );
            seen += 1;
        }
    }
    assert!(seen >= 85, "{seen}");
}

/// As with every program, a pipe is read as a file, and waited for: until Ctrl-C.
#[test]
fn a_pipe_that_nobody_writes_is_waited_for_until_the_run_is_stopped() {
    let folder = place();
    let written = [
        [&BLOG[..], &["--save", "pipe"]].concat(),
        [&BLOG[..], &["--format", "json=pipe"]].concat(),
    ];
    let read = options().into_iter();
    let read = read.map(|option| [&option[..], &["pipe"]].concat());
    for args in read.chain(written) {
        let mut child = waiting(&args, folder.path());
        std::thread::sleep(Duration::from_millis(400));
        assert!(
            child.try_wait().unwrap().is_none(),
            "{args:?}: it did not wait"
        );
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
        let stopped = Instant::now();
        while child.try_wait().unwrap().is_none() {
            assert!(stopped.elapsed() < Duration::from_secs(10), "{args:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        assert_eq!(child.wait().unwrap().code(), Some(130), "{args:?}");
    }
}

#[test]
fn a_configuration_that_is_found_is_a_file() {
    for (made, says) in [("folder", "folder"), ("zero", "NUL"), ("loop", "loop")] {
        let folder = place();
        symlink(made, folder.path().join("backup-preflight.toml")).unwrap();
        let (code, _, err) = run(&BLOG, folder.path());
        let is_told = code == 2 && err.contains("backup-preflight.toml");
        // Only what is a file is found.
        assert!(is_told || code == 1, "{says}: {code} {err}");
    }
    let folder = place();
    let pipe: &Path = &folder.path().join("backup-preflight.toml");
    fs::rename(folder.path().join("pipe"), pipe).unwrap();
    let begun = Instant::now();
    let mut child = waiting(&BLOG, folder.path());
    while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = child.try_wait().unwrap();
    if ended.is_none() {
        child.kill().unwrap();
    }
    assert!(ended.is_some(), "a pipe of that name is waited for");
}
