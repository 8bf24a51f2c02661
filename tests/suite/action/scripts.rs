//! The scripts, with a stand-in for `gh`, in a repository of their own.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A runner: a repository, its folders, and what GitHub sets.
struct Runner {
    folder: TempDir,
    variables: BTreeMap<String, String>,
}

impl Runner {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["repository", "temp", "bin"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let program = PathBuf::from(env!("CARGO_BIN_EXE_backup-preflight"));
        std::os::unix::fs::symlink(program, folder.path().join("bin/backup-preflight")).unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let variables = [
            (
                "PATH",
                format!("{}:{}", path("bin"), std::env::var("PATH").unwrap()),
            ),
            ("HOME", path("temp")),
            ("RUNNER_TEMP", path("temp")),
            ("GITHUB_OUTPUT", path("output")),
            ("GITHUB_STEP_SUMMARY", path("summary.md")),
            ("GITHUB_REPOSITORY", "o/r".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
        ];
        let variables = variables
            .map(|(name, value)| (name.to_owned(), value))
            .into();
        Self { folder, variables }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, program: &str, args: &[&str]) -> (i32, String) {
        let out = Command::new(program)
            .args(args)
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.path("repository"))
            .output()
            .unwrap();
        let text = [out.stdout, out.stderr].concat();
        (out.status.code().unwrap(), String::from_utf8(text).unwrap())
    }

    fn script(&self, name: &str) -> (i32, String) {
        let script = format!("{ROOT}/.github/actions/preflight/{name}");
        self.command("bash", &[&script])
    }

    /// The outputs of the step.
    fn outputs(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.path("output")).unwrap();
        let pairs = text.lines().map(|line| line.split_once('=').unwrap());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// Commits a file in the repository, and takes that for the base branch.
    fn base(&self, file: &str, text: &str) {
        fs::write(self.path("repository").join(file), text).unwrap();
        for args in [
            &["init", "--quiet", "--initial-branch", "main"][..],
            &["add", "."],
            &[
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "commit",
                "--quiet",
                "-m",
                "a",
            ],
            &["update-ref", "refs/remotes/origin/main", "HEAD"],
        ] {
            let (code, text) = self.command("git", args);
            assert_eq!(code, 0, "{text}");
        }
    }

    /// A stand-in for `gh` that writes down what it is asked, and has these comments.
    fn gh(&self, comments: &str, code: i32) {
        let log = self.path("gh.log").display().to_string();
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{log}'\ncase \"$*\" in\n  *--paginate*) printf '%s' '{comments}' ;;\n  *) exit {code} ;;\nesac\n"
        );
        let gh = self.path("bin/gh");
        fs::write(&gh, script).unwrap();
        fs::set_permissions(&gh, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn asked(&self) -> Vec<String> {
        let log = fs::read_to_string(self.path("gh.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }
}

fn with_plan() -> Runner {
    let mut runner = Runner::new();
    let gate = format!("{ROOT}/tests/suite/gate");
    runner.set("INPUT_INVENTORY", &format!("{gate}/base.json"));
    runner.set(
        "INPUT_TERRAFORM_PLAN",
        &format!("{gate}/terraform/lock-raised/plan.json\n\n{gate}/terraform/policy-destroyed/plan.json\n"),
    );
    runner.set(
        "INPUT_TERRAFORM_SOURCE",
        &format!("{gate}/terraform/lock-raised"),
    );
    runner
}

#[test]
fn a_plan_goes_through_all_scripts_to_the_end() {
    let mut runner = with_plan();
    runner.set("INPUT_SARIF", "true");
    let (code, log) = runner.script("run.sh");
    assert_eq!(code, 0, "what follows is done first: {log}");
    assert!(
        log.contains("::error title=retention-outside-vault-lock,file=main.tf,line="),
        "{log}"
    );
    let outputs = runner.outputs();
    assert_eq!(outputs["exit-code"], "1");
    let report: Value =
        serde_json::from_str(&fs::read_to_string(&outputs["json"]).unwrap()).unwrap();
    assert_eq!(
        report["summary"]["changes"]["worse"], 1,
        "both plans are of one copy"
    );
    let markdown = fs::read_to_string(&outputs["markdown"]).unwrap();
    assert_eq!(
        fs::read_to_string(runner.path("summary.md")).unwrap(),
        markdown
    );
    assert!(
        fs::read_to_string(&outputs["sarif"])
            .unwrap()
            .contains("\"2.1.0\"")
    );

    runner.gh("", 0);
    runner.set("NUMBER", "12");
    runner.set("MARKDOWN", &outputs["markdown"]);
    let (code, log) = runner.script("comment.sh");
    assert_eq!(code, 0, "{log}");
    let asked = runner.asked();
    assert!(
        asked[1].contains("repos/o/r/issues/12/comments")
            && asked[1].contains("<!-- backup-preflight -->"),
        "{asked:?}"
    );
    let (request, body) = asked[2].split_once(" --field body=@").unwrap();
    assert_eq!(
        request,
        "api --silent --method POST repos/o/r/issues/12/comments"
    );
    assert_eq!(fs::read_to_string(body).unwrap(), markdown);

    runner.set("EXIT_CODE", &outputs["exit-code"]);
    assert_eq!(runner.script("finish.sh").0, 1);
}

/// Annotations are looked for from the root of the repository, wherever the configuration stands in it.
#[test]
fn an_annotation_names_the_file_as_it_stands_in_the_repository() {
    let mut runner = with_plan();
    let infra = runner.path("repository").join("stacks/backup");
    fs::create_dir_all(&infra).unwrap();
    for file in ["main.tf", "common.tf"] {
        let from = format!("{ROOT}/tests/suite/gate/terraform/lock-raised/{file}");
        fs::copy(from, infra.join(file)).unwrap();
    }
    runner.set("INPUT_SARIF", "true");
    for folder in [
        "stacks/backup",
        "./stacks/backup/",
        &infra.display().to_string(),
    ] {
        runner.set("INPUT_TERRAFORM_SOURCE", folder);
        let (_, log) = runner.script("run.sh");
        assert!(
            log.contains(
                "::error title=retention-outside-vault-lock,file=stacks/backup/main.tf,line="
            ),
            "{folder}: {log}"
        );
        let sarif = fs::read_to_string(&runner.outputs()["sarif"]).unwrap();
        assert!(
            sarif.contains("\"uri\": \"stacks/backup/main.tf\""),
            "{folder}"
        );
    }
}

#[test]
fn a_comment_is_written_over_the_one_before_and_a_refusal_fails_nothing() {
    let mut runner = Runner::new();
    let report = runner.path("report.md");
    fs::write(&report, "<!-- backup-preflight -->\n# Feasible\n").unwrap();
    runner.set("NUMBER", "12");
    runner.set("MARKDOWN", &report.display().to_string());
    // Each category has a comment of its own.
    for (category, marker) in [
        ("", "<!-- backup-preflight -->"),
        ("backup-preflight", "<!-- backup-preflight -->"),
        ("prod \"--> x", "<!-- backup-preflight prod-x -->"),
    ] {
        runner.set("CATEGORY", category);
        runner.gh("77\n88\n", 0);
        assert_eq!(runner.script("comment.sh").0, 0);
        let asked = runner.asked();
        let [.., select, patch] = asked.as_slice() else {
            panic!("{asked:?}");
        };
        assert!(
            select.contains(&format!("startswith(\"{marker}\")")),
            "{select}"
        );
        let (request, body) = patch.split_once(" --field body=@").unwrap();
        assert!(
            request.ends_with("--method PATCH repos/o/r/issues/comments/77"),
            "{request}"
        );
        let body = fs::read_to_string(body).unwrap();
        assert_eq!(body, format!("{marker}\n# Feasible\n"));
    }
    runner.gh("", 1);
    let (code, log) = runner.script("comment.sh");
    assert!(
        code == 0 && log.contains("::warning::the comment could not be written"),
        "{log}"
    );
}

#[test]
fn a_pull_request_takes_the_configuration_of_its_base() {
    let waiver = |check: &str| {
        format!(
            "[[waivers]]\ncheck = '{check}'\naccount = '*'\nreason = 'r'\nexpires = 2999-01-01\n"
        )
    };
    let mut runner = with_plan();
    runner.base("backup-preflight.toml", &waiver("vault-refuses-copy"));
    // The change waives itself: that is not what is read.
    let here = runner.path("repository").join("backup-preflight.toml");
    fs::write(
        &here,
        waiver("retention-outside-vault-lock") + &waiver("vault-refuses-copy"),
    )
    .unwrap();
    runner.set("GITHUB_BASE_REF", "main");
    let (_, log) = runner.script("run.sh");
    let report = |runner: &Runner| -> Value {
        serde_json::from_str(&fs::read_to_string(&runner.outputs()["json"]).unwrap()).unwrap()
    };
    let checks = |report: &Value| -> Vec<String> {
        let waivers = report["waivers"].as_array().into_iter().flatten();
        waivers
            .map(|waiver| waiver["check"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(checks(&report(&runner)), ["vault-refuses-copy"], "{log}");
    assert_eq!(runner.outputs()["exit-code"], "1");
    // Where the base has none, none is read.
    let (code, text) = runner.command("git", &["hash-object", "-t", "tree", "-w", "/dev/null"]);
    assert_eq!(code, 0, "{text}");
    let author = ["-c", "user.name=a", "-c", "user.email=a@b"];
    let empty = [&author[..], &["commit-tree", text.trim(), "-m", "a"]].concat();
    let (_, commit) = runner.command("git", &empty);
    let update = ["update-ref", "refs/remotes/origin/other", commit.trim()];
    assert_eq!(runner.command("git", &update).0, 0);
    runner.set("GITHUB_BASE_REF", "other");
    let (_, log) = runner.script("run.sh");
    assert!(checks(&report(&runner)).is_empty(), "{log}");
    // Whether one that cannot be fetched has one, nobody knows.
    runner.set("GITHUB_BASE_REF", "unreachable");
    let (code, log) = runner.script("run.sh");
    assert_eq!((code, runner.outputs()["exit-code"].as_str()), (0, "2"));
    assert!(log.contains("could not be fetched: give `token`"), "{log}");
    // On the branch itself it is the one that is there.
    runner.variables.remove("GITHUB_BASE_REF");
    runner.script("run.sh");
    assert_eq!(checks(&report(&runner)).len(), 2);
}

#[test]
fn what_is_wrong_decides_nothing_and_ends_so() {
    let mut runner = with_plan();
    runner.set("INPUT_COMMAND", "check; noticed");
    let (code, log) = runner.script("run.sh");
    assert_eq!(
        (code, runner.outputs()["exit-code"].as_str()),
        (0, "2"),
        "{log}"
    );
    let mut runner = with_plan();
    runner.set("INPUT_INVENTORY", "no such file; $(touch noticed)");
    let (code, log) = runner.script("run.sh");
    assert_eq!(
        (code, runner.outputs()["exit-code"].as_str()),
        (0, "2"),
        "{log}"
    );
    assert!(!Path::new(&runner.path("repository").join("noticed")).exists());
    runner.set("EXIT_CODE", "");
    assert_eq!(runner.script("finish.sh").0, 2, "it did not run to its end");
    for code in [0, 1, 2, 3] {
        runner.set("EXIT_CODE", &code.to_string());
        assert_eq!(runner.script("finish.sh").0, code);
    }
}

#[test]
fn further_arguments_are_words_of_their_own() {
    let mut runner = with_plan();
    runner.set(
        "INPUT_ARGS",
        "--account\naws.other=111122223333\r\n\n--all\n",
    );
    runner.set("INPUT_COMMAND", "audit");
    let (code, log) = runner.script("run.sh");
    assert_eq!(
        (code, runner.outputs()["exit-code"].as_str()),
        (0, "1"),
        "{log}"
    );
    let report = fs::read_to_string(&runner.outputs()["json"]).unwrap();
    assert!(
        report.contains("\"vaults\": {") || report.contains("\"vaults\":{"),
        "it is an audit"
    );
}
