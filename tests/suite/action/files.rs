//! The files of `.github`: YAML, with every action of others pinned, and no expression within a script.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".github")
}

fn yaml() -> Vec<(PathBuf, String)> {
    let folders = ["workflows", "actions/preflight", "samples"];
    let files = folders
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.retain(|path| path.extension().is_some_and(|end| end == "yml"));
    files.push(root().parent().unwrap().join(".pre-commit-hooks.yaml"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        (path, text)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn every_file_is_yaml() {
    let files = yaml();
    assert!(files.len() >= 8, "{}", files.len());
    for (path, text) in files {
        let wrong = granit_parser::Parser::new_from_str(&text).find_map(Result::err);
        assert!(wrong.is_none(), "{}: {wrong:?}", path.display());
    }
}

#[test]
fn an_action_of_others_is_pinned_to_a_commit() {
    let pinned = Regex::new(r"^\s*(- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$").unwrap();
    let own = "OWNER/backup-preflight/.github/actions/preflight@COMMIT";
    let mut seen = 0;
    for (path, text) in yaml() {
        for line in text
            .lines()
            .filter(|line| line.contains("uses:") && !line.contains(own))
        {
            assert!(pinned.is_match(line), "{}: {line}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 7, "{seen}");
}

/// What an expression gives is text of others: within a script it would be run.
#[test]
fn no_expression_stands_within_a_script() {
    for (path, text) in yaml() {
        for line in text.lines().filter(|line| line.contains("run:")) {
            assert!(!line.contains("${{"), "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_action_hands_each_input_to_its_scripts() {
    let action = fs::read_to_string(root().join("actions/preflight/action.yml")).unwrap();
    let script = fs::read_to_string(root().join("actions/preflight/run.sh")).unwrap();
    let variable = Regex::new(r"INPUT_[A-Z_]+").unwrap();
    let names = |text: &str| -> std::collections::BTreeSet<String> {
        variable
            .find_iter(text)
            .map(|name| name.as_str().to_owned())
            .collect()
    };
    assert_eq!(names(&action), names(&script));
}

/// A commit that changes what may be read of is one to check.
#[test]
fn the_hook_takes_the_files_of_plans_templates_and_configurations() {
    let hooks =
        fs::read_to_string(root().parent().unwrap().join(".pre-commit-hooks.yaml")).unwrap();
    let files = hooks
        .lines()
        .find_map(|line| line.trim().strip_prefix("files: "));
    let files = Regex::new(files.unwrap()).unwrap();
    for name in [
        "main.tf",
        "main.tofu",
        "prod.tfvars",
        "terragrunt.hcl",
        "plan.json",
        "stack.yaml",
        "stack.yml",
        "stack.template",
        "backup-preflight.toml",
    ] {
        assert!(files.is_match(name), "{name}");
    }
    assert!(!files.is_match("main.rs"));
}
