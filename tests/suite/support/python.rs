//! Python's programs and libraries that tests compare with: a virtual environment under `target/` for each set of packages,
//! made when it is first needed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the programs of these packages. One process installs them, the others wait for it.
pub fn with(packages: &[&str]) -> PathBuf {
    let version: String = packages
        .join("-")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-.".contains(*c))
        .collect();
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let home = tmp.join(&version);
    let done = home.join("installed");
    fs::create_dir_all(tmp).unwrap();
    let lock = File::create(tmp.join(format!("{version}.lock"))).unwrap();
    lock.lock().unwrap();
    if !done.exists() {
        // What an interrupted installation left is of no use.
        drop(fs::remove_dir_all(&home));
        run(Command::new("python3").args(["-m", "venv"]).arg(&home));
        run(Command::new(home.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(packages));
        File::create(&done).unwrap();
    }
    home.join("bin")
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; this test needs Python 3"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
}
