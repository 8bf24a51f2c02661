//! What is printed, and where.

use std::fs;

use super::{Files, json, text_of};
use crate::support::{run, run_with};

const BLOG: &[&str] = &["check", "--example", "aws-storage-blog"];

#[test]
fn a_report_goes_to_a_file_beside_the_table() {
    let files = Files::new();
    let file = text_of(&files.path("report.json"));
    let ran = run(&[
        BLOG,
        &["--format", "table", "--format", &format!("json={file}")],
    ]
    .concat());
    assert_eq!(ran.code, 1);
    assert!(
        ran.out
            .contains("\n6 copies: 4 feasible, 0 undecided, 2 blocked by 2 causes"),
        "{}",
        ran.out
    );
    let alone = run(&[BLOG, &["--format", "json"]].concat());
    assert_eq!(fs::read_to_string(&file).unwrap(), alone.out);
}

/// Nobody sees a file: where all went into files, the verdict and their names are said.
#[test]
fn what_went_into_files_alone_is_said() {
    let files = super::Files::new();
    let file = super::text_of(&files.path("report.html"));
    let format = format!("html={file}");
    let words = ["check", "--example", "organization", "--format", &format];
    let ran = run(&words);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let says = format!(
        "wrote {file}\nblocked: 17 copies: 5 feasible, 1 undecided, 11 blocked by 4 causes"
    );
    assert!(ran.err.contains(&says), "{}", ran.err);
    let quiet = run(&[&words[..], &["--quiet"]].concat());
    assert_eq!((quiet.code, quiet.err.as_str()), (1, ""));
    let shown = run(&[&words[..], &["--format", "table"]].concat());
    assert!(!shown.err.contains("wrote"), "{}", shown.err);
}

#[test]
fn two_formats_do_not_share_standard_output() {
    let ran = run(&[BLOG, &["--format", "json", "--format", "table"]].concat());
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("=report.json"), "it says how: {}", ran.err);
}

#[test]
fn a_dash_is_standard_output() {
    let here = run(&[BLOG, &["--format", "json=-"]].concat());
    assert_eq!(here.out, run(&[BLOG, &["--format", "json"]].concat()).out);
    assert!(!std::path::Path::new("-").exists());
}

#[test]
fn nothing_is_wrapped_in_a_pipe_whatever_columns_says() {
    let narrow = run_with(BLOG, b"", &[("COLUMNS", "40")]).out;
    assert_eq!(narrow, run(BLOG).out);
    assert!(narrow.lines().any(|line| line.chars().count() > 150));
}

#[test]
fn a_format_that_is_none_names_those_that_are() {
    let ran = run(&[BLOG, &["--format", "yaml"]].concat());
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("yaml") && ran.err.contains("ndjson"),
        "{}",
        ran.err
    );
}

#[test]
fn every_format_is_the_same_twice() {
    for format in ["table", "json", "ndjson"] {
        let args = [BLOG, &["--format", format]].concat();
        assert_eq!(run(&args).out, run(&args).out, "{format}");
    }
}

#[test]
fn every_failing_check_stands_in_every_format() {
    let report = json(&run(&[BLOG, &["--format", "json"]].concat()).out);
    let lines = run(&[BLOG, &["--format", "ndjson"]].concat()).out;
    let table = run(BLOG).out;
    let mut seen = 0;
    for copy in report["copies"].as_array().unwrap() {
        for check in copy["checks"].as_array().unwrap() {
            if ["fail", "undecided", "warn"].contains(&check["outcome"].as_str().unwrap()) {
                let id = check["id"].as_str().unwrap();
                assert!(table.contains(id) && lines.contains(id), "{id}");
                seen += 1;
            }
        }
    }
    assert!(seen > 2);
}

#[test]
fn colour_is_there_only_where_it_is_wanted() {
    let colour = |more: &[&str], variables: &[(&str, &str)]| {
        run_with(&[BLOG, more].concat(), b"", variables)
            .out
            .contains('\u{1b}')
    };
    assert!(!colour(&[], &[]), "a pipe is no terminal");
    assert!(colour(&["--color", "always"], &[]));
    assert!(
        colour(&["--color", "always"], &[("NO_COLOR", "1")]),
        "what is asked for outweighs the variable"
    );
    assert!(!colour(&["--color", "never"], &[]));
    let file = Files::new();
    let path = text_of(&file.path("report.txt"));
    run(&[
        BLOG,
        &["--color", "always", "--format", &format!("table={path}")],
    ]
    .concat());
    assert!(
        !fs::read_to_string(&path).unwrap().contains('\u{1b}'),
        "files have none"
    );
}

#[test]
fn the_table_without_colour_is_the_same_text() {
    let plain = run(BLOG).out;
    let coloured = run(&[BLOG, &["--color", "always"]].concat()).out;
    let stripped = regex::Regex::new("\u{1b}\\[[0-9;]*m")
        .unwrap()
        .replace_all(&coloured, "")
        .into_owned();
    assert_eq!(stripped, plain);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let program = env!("CARGO_BIN_EXE_backup-preflight");
    for what in [
        "schema inventory",
        "check --example lagv-primer --format json",
        "man",
        "explain",
    ] {
        let script =
            format!("{{ '{program}' {what}; echo \"code $?\" >&2; }} | head -c 1 >/dev/null");
        let ran = std::process::Command::new("sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        let err = String::from_utf8(ran.stderr).unwrap();
        let lines: Vec<_> = err.lines().collect();
        assert_eq!(lines.len(), 1, "{what}: {err}");
        assert!(["code 0", "code 1"].contains(&lines[0]), "{what}: {err}");
    }
}

#[cfg(unix)]
#[test]
fn an_inventory_that_is_saved_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let files = Files::new();
    let path = files.path("saved.json");
    run(&[BLOG, &["--save", &text_of(&path)]].concat());
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let left = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(left, 1, "nothing else is left behind");
}
