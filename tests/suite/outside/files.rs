//! Files that are written: whole or not at all, through no link, by one run at a time.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use super::{names, run, waiting};

const BLOG: [&str; 2] = ["--example", "aws-storage-blog"];

fn check(more: &[&str], within: &Path) -> (i32, String, String) {
    run(&[&["check"], &BLOG[..], more].concat(), within)
}

fn fix(more: &[&str], within: &Path) -> (i32, String, String) {
    run(&[&["fix"], &BLOG[..], more].concat(), within)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn reports_are_for_all_and_inventories_for_their_owner() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    let (code, _, err) = check(&["--format", "json=r.json", "--save", "i.json"], within);
    assert_eq!(code, 1, "{err}");
    let umask = {
        fs::write(within.join("mine"), "").unwrap();
        mode(&within.join("mine"))
    };
    assert_eq!(
        (mode(&within.join("r.json")), mode(&within.join("i.json"))),
        (umask, 0o600)
    );
    assert_eq!(names(within), ["i.json", "mine", "r.json"]);
}

#[test]
fn what_cannot_be_written_is_said_before_anything_is_decided() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    fs::create_dir(within.join("folder")).unwrap();
    for more in [
        &["--format", "json=no/such/r.json"][..],
        &["--format", "json=folder"],
        &["--save", "no/such/i.json"],
        &["--save", "folder"],
        &["--format", "json=a.json", "--save", "no/such/i.json"],
    ] {
        // The inventory is never read: nobody writes it.
        let args = [&["check", "--inventory", "-"], more].concat();
        let child = waiting(&args, within);
        let ran = child.wait_with_output().unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{more:?}: {err}");
        assert!(err.contains("could not write `"), "{err}");
        assert_eq!(names(within), ["folder"]);
    }
}

#[test]
fn no_file_is_written_twice_or_over_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    fs::write(
        within.join("i.json"),
        r#"{"schema": "backup-preflight/inventory/v1"}"#,
    )
    .unwrap();
    fs::create_dir(within.join("sub")).unwrap();
    fs::write(within.join("there.json"), "mine").unwrap();
    symlink("there.json", within.join("link.json")).unwrap();
    symlink("sub", within.join("way")).unwrap();
    let same: [(&str, &str); 5] = [
        ("a.json", "a.json"),
        ("a.json", "./sub/../a.json"),
        ("sub/a.json", "way/a.json"),
        ("there.json", "link.json"),
        ("i.json", "i.json"),
    ];
    for (one, other) in same {
        let args = [
            "--format",
            &format!("json={one}"),
            "--format",
            &format!("ndjson={other}"),
        ];
        let (code, out, err) = check(&args, within);
        assert_eq!((code, out.as_str()), (2, ""), "{one} {other}");
        assert!(err.contains("same file"), "{err}");
        let (code, _, err) = check(
            &["--save", one, "--format", &format!("json={other}")],
            within,
        );
        assert_eq!(code, 2, "{one} {other}: {err}");
    }
    for more in [["--save", "sub/../i.json"], ["--format", "json=i.json"]] {
        let args = [&["check", "--inventory", "i.json"], &more[..]].concat();
        let (code, _, err) = run(&args, within);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("is read"), "{err}");
    }
    assert_eq!(
        fs::read_to_string(within.join("there.json")).unwrap(),
        "mine"
    );
    assert!(
        fs::read_to_string(within.join("i.json"))
            .unwrap()
            .contains("schema")
    );
}

#[test]
fn a_link_is_written_through_and_stays() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    fs::write(within.join("there.json"), "old").unwrap();
    symlink("there.json", within.join("link.json")).unwrap();
    assert_eq!(check(&["--format", "json=link.json"], within).0, 1);
    assert!(
        fs::symlink_metadata(within.join("link.json"))
            .unwrap()
            .is_symlink()
    );
    assert!(
        fs::read_to_string(within.join("there.json"))
            .unwrap()
            .contains("copies")
    );
}

#[test]
fn two_runs_at_once_on_one_target_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let within = folder.path();
    fs::create_dir(within.join("empty")).unwrap();
    let cases: [(&[&str], &[&str]); 3] = [
        (
            &["check", "--inventory", "-", "--format", "json=r.json"],
            &["--format", "ndjson=./r.json"],
        ),
        (
            &["fix", "--inventory", "-", "--dir", "new"],
            &["--dir", "new"],
        ),
        (
            &["fix", "--inventory", "-", "--dir", "empty"],
            &["--dir", "empty"],
        ),
    ];
    for (first, second) in cases {
        let mut child = waiting(first, within);
        let within_it = within.join(if first.contains(&"empty") {
            "empty"
        } else {
            "."
        });
        while !names(&within_it).iter().any(|name| name.ends_with(".part")) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let (code, _, err) = if first[0] == "fix" {
            fix(second, within)
        } else {
            check(second, within)
        };
        assert_eq!(code, 2, "{err}");
        assert!(err.contains("another run is writing"), "{err}");
        child.kill().unwrap();
        child.wait().unwrap();
        for left in names(&within_it)
            .iter()
            .filter(|name| name.ends_with(".part"))
        {
            let left = within_it.join(left);
            let _ = fs::remove_file(&left).or_else(|_| fs::remove_dir_all(&left));
        }
    }
}

#[test]
fn fixes_go_into_the_folder_that_one_is_in_and_through_a_link_to_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, dir) in [("here", "."), ("target", "link")] {
        let place = folder.path().join(name);
        fs::create_dir(&place).unwrap();
        let inode = fs::metadata(&place).unwrap().ino();
        let within = if dir == "." {
            place.clone()
        } else {
            symlink(name, folder.path().join("link")).unwrap();
            folder.path().to_owned()
        };
        let (code, _, err) = fix(&["--dir", dir], &within);
        assert_eq!(code, 1, "{err}");
        assert!(place.join("README.md").exists() && place.join("apply.sh").exists());
        assert_eq!(
            fs::metadata(&place).unwrap().ino(),
            inode,
            "the folder is the same"
        );
        assert!(
            names(&place).iter().all(|name| !name.starts_with('.')),
            "{:?}",
            names(&place)
        );
    }
}

#[test]
fn fixes_over_others_come_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("out");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("README.md"), "old").unwrap();
    fs::write(place.join("mine"), "mine").unwrap();
    // The last but one file cannot be written: a folder has its name.
    fs::create_dir(place.join("apply.sh")).unwrap();
    let before = names(&place);
    let (code, _, err) = fix(&["--dir", "out", "--force"], folder.path());
    assert_eq!(code, 2, "{err}");
    assert_eq!(names(&place), before);
    assert_eq!(fs::read_to_string(place.join("README.md")).unwrap(), "old");
    fs::remove_dir(place.join("apply.sh")).unwrap();
    symlink("/etc/hostname", place.join("apply.sh")).unwrap();
    let (code, _, err) = fix(&["--dir", "out", "--force"], folder.path());
    assert_eq!(code, 1, "{err}");
    assert!(
        fs::symlink_metadata(place.join("apply.sh"))
            .unwrap()
            .is_file(),
        "no link is followed"
    );
    assert_eq!(fs::read_to_string(place.join("mine")).unwrap(), "mine");
    assert!(
        names(&place).iter().all(|name| !name.starts_with('.')),
        "{:?}",
        names(&place)
    );
}

#[test]
fn a_folder_of_fixes_and_a_report_are_not_one() {
    for (dir, more) in [
        ("out", ["--format", "json=out"]),
        ("out", ["--format", "json=./out"]),
        ("out", ["--save", "out"]),
        ("out/in/it", ["--format", "json=out"]),
        ("out/", ["--format", "json=out"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (code, out, err) = fix(&[&["--dir", dir], &more[..]].concat(), folder.path());
        assert_eq!((code, out.as_str()), (2, ""), "{dir} {more:?}: {err}");
        assert!(err.contains("is written twice"), "{dir} {more:?}: {err}");
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_leaves_nothing() {
    let program = env!("CARGO_BIN_EXE_backup-preflight");
    for (more, written) in [
        ("--format json=r.json", "r.json"),
        ("--save i.json", "i.json"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("ulimit -f 1; exec {program} check --example organization {more}");
        let ran = std::process::Command::new("/bin/sh")
            .args(["-c", &script])
            .env_clear()
            .current_dir(folder.path())
            .output()
            .unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{more}: {err}");
        assert!(
            err.contains(written) && err.contains("too large"),
            "{more}: {err}"
        );
        assert_eq!(names(folder.path()), Vec::<String>::new(), "{more}");
    }
}
