//! What reaches a terminal: results, warnings, errors, whatever names and arguments contain.

use std::fs;
use std::process::{Command, Output, Stdio};

use backup_preflight::quote::terminal::is_obeyed;
use backup_preflight::sources::examples;
use serde_json::{Value, json};

use super::all_at_once;

/// What a terminal would obey, in one word.
const WORD: &str = "x\u{1b}[31m\u{202e}\u{9b}2J\r\u{7}y";

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
        .args(args)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Runs the program; what it prints is text that a terminal shows.
fn shown(args: &[&str]) -> i32 {
    let ran = run(args);
    for stream in [&ran.stdout, &ran.stderr] {
        let text = String::from_utf8(stream.clone()).unwrap();
        let obeyed = text.chars().find(|c| is_obeyed(*c) && !"\n\t".contains(*c));
        assert_eq!(obeyed, None, "{args:?}: {text:?}");
        let command = text.lines().find(|line| {
            let anywhere = ["##[", "##vso["];
            line.trim_start().starts_with("::") || anywhere.iter().any(|begin| line.contains(begin))
        });
        assert_eq!(
            command, None,
            "{args:?}: a command for the log of a CI system"
        );
    }
    let code = ran.status.code().unwrap();
    assert!((0..=3).contains(&code), "{args:?}: {code}");
    code
}

#[test]
fn no_error_about_a_file_holds_a_command_for_a_ci_system() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    let name = file.to_str().unwrap();
    let whole: Value = serde_json::from_str(examples::find("organization").unwrap().text).unwrap();
    let word = "x\n::error file=a::b\n##[add-mask]c ##vso[d]e\n  ::stop-commands::f";
    let mut refused = 0;
    // Each text of the first account and Region, the frame's and AWS's.
    for pointer in texts(&whole)
        .iter()
        .filter(|pointer| !pointer.starts_with("/accounts/") || pointer.starts_with("/accounts/0/"))
    {
        let mut inventory = whole.clone();
        *inventory.pointer_mut(pointer).unwrap() = json!(word);
        fs::write(&file, inventory.to_string()).unwrap();
        refused += usize::from(shown(&["check", "--inventory", name]) == 2);
    }
    assert!(refused > 20, "{refused}");
}

/// Where the texts of a value are; of a list, only those of its first items.
fn texts(value: &Value) -> Vec<String> {
    let below = |name: String, inner: &Value| {
        let inner = texts(inner).into_iter();
        inner
            .map(move |rest| format!("/{name}{rest}"))
            .collect::<Vec<_>>()
    };
    match value {
        Value::String(_) => vec![String::new()],
        Value::Array(items) => {
            let items = items.iter().take(1).enumerate();
            items
                .flat_map(|(at, item)| below(at.to_string(), item))
                .collect()
        }
        Value::Object(fields) => {
            let fields = fields.iter();
            fields
                .flat_map(|(name, inner)| below(name.replace('~', "~0").replace('/', "~1"), inner))
                .collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

#[test]
fn no_name_of_an_inventory_reaches_a_terminal_raw() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("inventory.json");
    let name = file.to_str().unwrap();
    let mut runs = 0;
    for (label, inventory) in all_at_once() {
        if !label.contains("u{202e}") {
            continue;
        }
        fs::write(&file, inventory.to_string()).unwrap();
        let out = folder.path().join(runs.to_string());
        let fix = ["fix", "--inventory", name, "--dir", out.to_str().unwrap()];
        let commands: [&[&str]; 6] = [
            &["check", "-v", "--inventory", name],
            &["check", "--inventory", name, "--format", "json"],
            &["audit", "-v", "--inventory", name],
            &["audit", "--inventory", name, "--format", "ndjson"],
            &["backtest", "-v", "--inventory", name],
            &fix,
        ];
        for command in commands {
            shown(command);
            runs += 1;
        }
    }
    println!("{runs} runs");
    assert!(runs > 90, "{runs}");
}

#[test]
fn no_argument_reaches_a_terminal_raw() {
    let folder = tempfile::tempdir().unwrap();
    let given = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let head = r#"{"schema": "backup-preflight/inventory/v1","#;
    let word = json!(WORD);
    let unknown = given("unknown.json", format!("{head} {word}: 1}}"));
    let twice = given("twice.json", format!("{head} {word}: 1, {word}: 2}}"));
    let account = given(
        "account.json",
        format!("{head} \"accounts\": [{{\"account\": {word}}}]}}"),
    );
    let copy = given(
        "copy.json",
        format!(
            "{head} \"copies\": [{{\"id\": {word}, \"destination_vault\": \"arn:aws:backup:us-east-2:444455556666:backup-vault:v\"}}]}}"
        ),
    );
    let requests = given(
        "requests.jsonl",
        format!("{{\"id\": {word}}}\n{word}\n{WORD}\n"),
    );
    let option = format!("--{WORD}");
    let message = format!("Access denied {WORD} arn:aws:kms:us-east-1:111122223333:key/{WORD}");
    let cases: &[&[&str]] = &[
        &[WORD],
        &["check", &option],
        &["check", "--inventory", WORD],
        &["check", "--example", WORD],
        &["check", "--example", "aws-storage-blog", "--copy", WORD],
        &["check", "--example", "aws-storage-blog", "--plan", WORD],
        &["check", "--example", "aws-storage-blog", "--resource", WORD],
        &["check", "--resource", "arn:aws:s3:::b", "--to", WORD],
        &["check", "--example", "aws-storage-blog", "--format", WORD],
        &[
            "check",
            "--example",
            "aws-storage-blog",
            "--format",
            "json=/no/\u{1b}/x",
        ],
        &[
            "check",
            "--example",
            "aws-storage-blog",
            "--save",
            "/no/\u{1b}/x",
        ],
        &["check", "--inventory", &unknown],
        &["check", "--inventory", &twice],
        &["check", "--inventory", &account],
        &["check", "--inventory", &copy],
        &["check", "--inventory", &copy, "--copy", "other"],
        &["audit", "--inventory", &unknown],
        &["audit", "--only", WORD],
        &["audit", "--region", WORD, "--example", "aws-storage-blog"],
        &["backtest", "--inventory", &unknown],
        &["fix", "--inventory", &copy, "--dir", "/no/\u{1b}/x"],
        &["explain", WORD],
        &["explain", "--message", WORD],
        &["explain", "--message", &message],
        &["explain", "--message", &message, "--format", "json"],
        &["capabilities", WORD],
        &["capabilities", "--format", WORD],
        &["permissions", "--partition", WORD],
        &["permissions", "--for", WORD],
        &["simulate", "--requests", WORD],
        &["simulate", "--requests", &requests],
        &["schema", WORD],
        &["completions", WORD],
        &["collect", "--output", "/no/\u{1b}/x", "--profiles", WORD],
    ];
    for case in cases {
        shown(case);
    }
    println!("{} command lines", cases.len());
}

#[cfg(target_os = "linux")]
mod ends {
    use super::*;

    fn full() -> Stdio {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
            .into()
    }

    /// A pipe that nobody reads.
    fn closed() -> Stdio {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer.into()
    }

    fn code(args: &[&str], out: Stdio, err: Stdio) -> i32 {
        let mut command = Command::new(env!("CARGO_BIN_EXE_backup-preflight"));
        command
            .args(args)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        command.status().unwrap().code().unwrap()
    }

    /// Each with its exit code: what warns, what is wrong, and what is said on the way.
    fn commands(dir: &str) -> [(Vec<&str>, i32); 7] {
        [
            (vec!["check", "--example", "aws-storage-blog"], 1),
            (
                vec!["check", "--example", "aws-storage-blog", "--copy", "x"],
                2,
            ),
            (vec!["check", "--no-such-option"], 2),
            (
                vec!["audit", "--example", "aws-storage-blog", "--region", "all"],
                1,
            ),
            (vec!["backtest", "--example", "aws-storage-blog"], 0),
            (
                vec![
                    "fix",
                    "--example",
                    "aws-storage-blog",
                    "--dir",
                    dir,
                    "--force",
                    "--format",
                    "json",
                ],
                1,
            ),
            (vec!["explain", "--message", "x"], 2),
        ]
    }

    #[test]
    fn standard_error_that_is_full_or_closed_changes_no_exit_code() {
        let folder = tempfile::tempdir().unwrap();
        for (args, expected) in commands(folder.path().to_str().unwrap()) {
            assert_eq!(code(&args, Stdio::null(), full()), expected, "{args:?}");
            assert_eq!(code(&args, Stdio::null(), closed()), expected, "{args:?}");
        }
    }

    #[test]
    fn standard_output_that_is_closed_changes_no_exit_code_and_a_full_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().to_str().unwrap();
        let others: [(&[&str], i32); 6] = [
            (&["man"], 0),
            (&["schema", "report"], 0),
            (&["--help"], 0),
            (&["--version"], 0),
            (&["capabilities"], 0),
            (&["explain"], 0),
        ];
        let all = commands(dir).into_iter().filter(|(_, code)| *code != 2);
        let all = all.chain(others.map(|(args, code)| (args.to_vec(), code)));
        for (args, expected) in all {
            assert_eq!(code(&args, closed(), Stdio::null()), expected, "{args:?}");
            assert_eq!(code(&args, full(), Stdio::null()), 2, "{args:?}");
        }
    }
}
