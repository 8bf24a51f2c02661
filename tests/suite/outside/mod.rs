//! What the world does to a run: signals, files that others write, disks and links.

mod files;
mod inputs;
mod stopping;

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The program, without the environment.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
    command.env_clear();
    command
}

fn run(args: &[&str], within: &Path) -> (i32, String, String) {
    let ran = program()
        .args(args)
        .current_dir(within)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    told(&ran)
}

fn told(ran: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        ran.status.code().unwrap_or(-1),
        text(&ran.stdout),
        text(&ran.stderr),
    )
}

/// A run that waits for an inventory on standard input.
fn waiting(args: &[&str], within: &Path) -> Child {
    program()
        .args(args)
        .current_dir(within)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
