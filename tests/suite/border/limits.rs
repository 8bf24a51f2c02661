//! Files are read up to a size, and a device or a pipe without an end is refused.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{run, run_with};

#[test]
fn a_file_that_is_larger_than_it_may_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.json");
    std::fs::write(&path, " ".repeat(5_000)).unwrap();
    let path = path.to_str().unwrap();
    let from_files = [
        vec!["check", "--inventory", path],
        vec!["audit", "--inventory", path],
        vec!["backtest", "--inventory", path],
        vec!["simulate", "--requests", path],
    ];
    let from_aws = [
        vec!["audit", "--profiles", path],
        vec!["collect", "--output", "unused", "--profiles", path],
    ];
    let from_aws = from_aws.iter().filter(|_| cfg!(feature = "live"));
    for of in from_files.iter().chain(from_aws) {
        let ran = run(&[&of[..], &["--max-input", "4K"]].concat());
        assert_eq!(ran.code, 2, "{of:?}: {}", ran.err);
        assert!(
            ran.err.contains("larger than 4000 bytes") && ran.err.contains("--max-input"),
            "{of:?}: {}",
            ran.err
        );
    }
    let ran = run(&["check", "--inventory", path, "--max-input", "6K"]);
    assert!(ran.err.contains("is empty"), "{}", ran.err);
}

#[test]
fn standard_input_is_read_up_to_the_same_size() {
    for of in [
        &["check", "--inventory", "-"][..],
        &["simulate", "--requests", "-"],
        &["explain", "--message", "-"],
    ] {
        let ran = run_with(&[of, &["--max-input", "4K"]].concat(), &[b'{'; 5_000], &[]);
        assert_eq!(ran.code, 2, "{of:?}: {}", ran.err);
        assert!(
            ran.err.contains("standard input` is larger"),
            "{of:?}: {}",
            ran.err
        );
    }
}

#[cfg(unix)]
#[test]
fn a_device_without_an_end_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let link = |name: &str| {
        let link = folder.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        link.display().to_string()
    };
    link("main.tf");
    let base = ["check", "--example", "field-notes-rds"];
    let source = folder.path().display().to_string();
    let laid = |option, path| [&base[..], &[option, path]].concat();
    let mut members = vec![
        vec!["check", "--inventory", "/dev/zero"],
        vec!["simulate", "--requests", "/dev/zero"],
        laid("--terraform-source", source.as_str()),
    ];
    for option in [
        "--overlay",
        "--terraform-plan",
        "--cloudformation",
        "--baseline",
    ] {
        members.push(laid(option, "/dev/zero"));
    }
    for of in members {
        let begun = Instant::now();
        let ran = run(&of);
        assert_eq!(ran.code, 2, "{of:?}: {}", ran.err);
        assert!(ran.err.contains("NUL"), "{of:?}: {}", ran.err);
        assert!(begun.elapsed() < Duration::from_secs(20), "{of:?}");
    }
}

#[test]
fn a_pipe_without_an_end_is_read_up_to_the_size() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
        .args(["check", "--inventory", "-", "--max-input", "1M"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = program.stdin.take().unwrap();
    let writer = std::thread::spawn(move || while pipe.write_all(&[b'['; 4096]).is_ok() {});
    let ended = program.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("larger than 1000000 bytes"), "{said}");
}

/// What begins as no JSON is not read to its end, whatever the size that it may have.
#[test]
fn a_pipe_without_an_end_that_is_no_json_is_not_read_on() {
    for byte in [b'y', 0xff] {
        let mut program = Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
            .args(["check", "--inventory", "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut pipe = program.stdin.take().unwrap();
        let writer = std::thread::spawn(move || {
            let mut written = 0_usize;
            while pipe.write_all(&[byte; 4096]).is_ok() {
                written += 4096;
            }
            written
        });
        let ended = program.wait_with_output().unwrap();
        let written = writer.join().unwrap();
        assert_eq!(ended.status.code(), Some(2));
        assert!(written < 8 << 20, "{written}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_among_the_files_of_a_configuration_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("main.tf");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let plan = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/suite/gate/terraform/tags/plan.json"
    );
    let folder = folder.path().to_str().unwrap();
    let ran = run(&[
        "check",
        "--terraform-plan",
        plan,
        "--terraform-source",
        folder,
    ]);
    assert!(
        ran.code == 2 && ran.err.contains("is a pipe"),
        "{}",
        ran.err
    );
}

#[test]
fn a_file_of_another_encoding_is_named_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.json");
    for text in [&b"\xff\xfe{\0}\0"[..], b"\xfe\xff\0{\0}"] {
        std::fs::write(&file, text).unwrap();
        let ran = run(&["check", "--inventory", file.to_str().unwrap()]);
        assert!(ran.code == 2 && ran.err.contains("UTF-16"), "{}", ran.err);
    }
}

#[test]
fn a_file_to_write_is_not_standard_output() {
    let ran = run(&["check", "--example", "field-notes-rds", "--save", "-"]);
    assert!(
        ran.code == 2 && ran.err.contains("standard output"),
        "{}",
        ran.err
    );
}

#[test]
fn names_that_nobody_has_by_a_slip_of_the_finger_are_not_compared() {
    let name = "a".repeat(1 << 20);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f.json");
    let text =
        format!(r#"{{"schema": "backup-preflight/inventory/v1", "{name}": 1, "copeis": []}}"#);
    std::fs::write(&file, text).unwrap();
    let ran = run(&["check", "--inventory", file.to_str().unwrap()]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("expected `copies`"),
        "{}",
        ran.err.get(..200).unwrap()
    );
}

#[test]
fn a_size_that_is_none_is_refused() {
    for text in ["", "0", "G", "-1", "1T", "99999999999G"] {
        let ran = run(&["check", "--example", "x", &format!("--max-input={text}")]);
        assert!(
            ran.code == 2 && ran.err.contains("size"),
            "{text}: {}",
            ran.err
        );
    }
}
