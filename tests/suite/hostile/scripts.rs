//! `apply.sh`, the steps and the commands of reports, run where `aws` is a stand-in and anything else is noticed.

use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::{all_at_once, fixes_of, members};
use backup_preflight::remedy::Remedy;
use backup_preflight::report::FixFile;

/// What the scripts run besides `aws`; nothing else is in their PATH.
const TOOLS: [&str; 9] = [
    "bash", "mktemp", "rm", "dirname", "cat", "grep", "tr", "cmp", "mv",
];

/// Where a run may be noticed.
pub struct Stage {
    folder: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).unwrap();
        for tool in TOOLS {
            let found = Command::new("sh")
                .args(["-c", &format!("command -v {tool}")])
                .output()
                .unwrap();
            symlink(
                String::from_utf8(found.stdout).unwrap().trim(),
                bin.join(tool),
            )
            .unwrap();
        }
        std::fs::write(
            folder.path().join("stand-ins.sh"),
            include_str!("stand-ins.sh"),
        )
        .unwrap();
        Self { folder }
    }

    /// Runs all scripts of what can be fixed; what was noticed is given back.
    pub fn run(&self, remedies: &[Remedy], files: &[FixFile]) -> String {
        let root = self.folder.path().join("fixes");
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir(&root).unwrap();
        for file in files {
            let path = root.join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &file.text).unwrap();
        }
        let mut all = String::from(". \"$STAND_INS\"\n");
        let ids: Vec<&str> = remedies.iter().map(|remedy| remedy.id.as_str()).collect();
        for id in &ids {
            let script = root.join(format!("{id}.commands"));
            let remedy = remedies.iter().find(|remedy| remedy.id == *id).unwrap();
            std::fs::write(script, remedy.commands().join("\n")).unwrap();
            let _ = writeln!(all, "( . ./{id}.commands ) >/dev/null");
        }
        for file in files.iter().filter(|file| file.path.ends_with("steps.sh")) {
            let _ = writeln!(all, "( . ./{} ) >/dev/null", file.path);
        }
        if files.iter().any(|file| file.path == "apply.sh") {
            let _ = writeln!(all, "bash apply.sh --yes --force >/dev/null");
            let _ = writeln!(
                all,
                "bash apply.sh --yes --force {} >/dev/null",
                ids.join(" ")
            );
        }
        bash(&root, self.folder.path(), &all);
        let noticed = self.folder.path().join("noticed");
        let said = std::fs::read_to_string(&noticed).unwrap_or_default();
        let _ = std::fs::remove_file(noticed);
        said
    }
}

fn bash(root: &Path, stage: &Path, script: &str) {
    let accounts = [
        "111122223333",
        "444455556666",
        "999988887777",
        "111222333444",
        "666777888999",
    ];
    let profiles = accounts.map(|account| (format!("PROFILE_{account}"), format!("p{account}")));
    let output = Command::new("/bin/bash")
        .arg("-c")
        .arg(script)
        .current_dir(root)
        .env_clear()
        .env("PATH", stage.join("bin"))
        .env("NOTICED", stage.join("noticed"))
        .env("STAND_INS", stage.join("stand-ins.sh"))
        .env("TMPDIR", stage)
        .env("WAIT", "0")
        .envs(profiles)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !error.contains("syntax error") && !error.contains("unexpected EOF"),
        "{error}\n{script}"
    );
}

#[test]
fn a_stage_notices_what_runs() {
    let stage = Stage::new();
    let root = stage.folder.path().join("fixes");
    std::fs::create_dir(&root).unwrap();
    for script in ["x=$(noticed a)", "some-program b", "aws x y; `ls`"] {
        bash(
            &root,
            stage.folder.path(),
            &format!(". \"$STAND_INS\"\n{script}"),
        );
    }
    let said = std::fs::read_to_string(stage.folder.path().join("noticed")).unwrap();
    assert_eq!(said, "noticed a\nsome-program b\nls\n");
}

#[test]
fn nothing_that_a_name_contains_is_run() {
    let stage = Stage::new();
    let mut ran = 0;
    for (label, inventory) in members() {
        let Some((remedies, files)) = fixes_of(&inventory) else {
            continue;
        };
        if !remedies.is_empty() {
            let noticed = stage.run(&remedies, &files);
            assert_eq!(noticed, "", "{label}");
            ran += 1;
        }
    }
    println!("{ran} folders run");
    assert!(ran > 200, "{ran}");
}

#[test]
fn every_script_is_one_for_bash_whatever_the_names_are() {
    let folder = tempfile::tempdir().unwrap();
    let mut scripts = 0;
    let mut check = format!("cd '{}'\n", folder.path().display());
    for (_, inventory) in all_at_once() {
        let Some((remedies, files)) = fixes_of(&inventory) else {
            continue;
        };
        let files = files.into_iter().filter(|file| file.path.ends_with(".sh"));
        let commands = remedies.iter().map(|remedy| remedy.commands().join("\n"));
        for text in files.map(|file| file.text).chain(commands) {
            std::fs::write(folder.path().join(scripts.to_string()), text).unwrap();
            scripts += 1;
        }
    }
    let _ = writeln!(
        check,
        "for ((i = 0; i < {scripts}; i++)); do bash -n $i || {{ cat $i; exit 1; }}; done"
    );
    let done = Command::new("bash").arg("-c").arg(&check).output().unwrap();
    println!("{scripts} scripts");
    assert!(
        done.status.success() && done.stderr.is_empty(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
    // Names that are no action or resource at all are refused with the file.
    assert!(scripts > 250, "{scripts}");
}
