//! The commands, as they are run.

use std::process::{Command, Output};

use crate::support::Estate;
use crate::support::estate::*;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn code_and_text(arguments: &[&str]) -> (i32, String, String) {
    let output = run(arguments);
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn fix_ends_as_check_does_and_says_what_it_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("fixes");
    let out = out.to_str().unwrap();
    for (example, more, expected, written) in [
        ("field-notes-rds", None, 0, false),
        ("field-notes-rds-before", None, 1, true),
        ("field-notes-rds", Some("--and-back"), 1, true),
    ] {
        let _ = std::fs::remove_dir_all(out);
        let mut arguments = vec!["fix", "--example", example, "--dir", out];
        arguments.extend(more);
        let (code, text, error) = code_and_text(&arguments);
        assert_eq!(code, expected, "{text}{error}");
        assert_eq!(
            std::path::Path::new(out).join("apply.sh").exists(),
            written,
            "{text}"
        );
        assert_eq!(text.contains("README.md"), written, "{text}");
        let next = format!("make them: bash {out}/apply.sh");
        assert_eq!(text.contains(&next), written, "{text}");
        assert!(
            !written || text.contains("  r1: ") && text.contains("1 blocked by "),
            "{text}"
        );
        let mut check = vec!["check", "--example", example];
        check.extend(more);
        assert_eq!(run(&check).status.code(), Some(expected));
    }
}

#[test]
fn what_is_undecided_is_told_with_what_settles_it() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("fixes");
    let text_of = |inventory: &serde_json::Value| {
        let facts = folder.path().join("facts.json");
        std::fs::write(&facts, inventory.to_string()).unwrap();
        let (facts, out) = (facts.to_str().unwrap(), out.to_str().unwrap());
        code_and_text(&["fix", "--inventory", facts, "--dir", out])
    };
    let unread = Estate::rds().without(&format!("{DESTINATION_VAULT}/AccessPolicy"));
    let (code, text, _) = text_of(&unread.0);
    assert_eq!(code, 3);
    for says in [
        "undecided[not read]: backup:GetBackupVaultAccessPolicy was not read in 444455556666",
        "settle: with credentials of 444455556666 put what this prints into the inventory, as vaults[].AccessPolicy of that account:\n    aws backup get-backup-vault-access-policy",
        "1 copy: 0 feasible, 1 undecided, 0 blocked. Nothing is blocked as far as is known",
    ] {
        assert!(text.contains(says), "{text}");
    }
    assert!(!text.contains("nothing to fix"), "{text}");
    // Which copies there are is not known.
    let refused = serde_json::json!([{
        "account": FROM, "region": "us-east-2", "operation": "backup:ListBackupPlans",
        "subject": "111122223333/us-east-2", "error": "AccessDeniedException",
        "permission": "backup:ListBackupPlans",
    }]);
    let none = Estate::rds().without("/copies").set("/gaps", refused);
    let (code, text, _) = text_of(&none.0);
    assert_eq!(code, 3);
    assert!(
        text.contains("give the role that reads 111122223333 backup:ListBackupPlans"),
        "{text}"
    );
    assert!(!text.contains("nothing to fix"), "{text}");
}

#[test]
fn a_folder_with_something_in_it_stops_it_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    std::fs::write(&mine, "mine").unwrap();
    let out = folder.path().to_str().unwrap();
    let arguments = ["fix", "--example", "field-notes-rds-before", "--dir", out];
    let (code, text, error) = code_and_text(&arguments);
    assert_eq!((code, text.as_str()), (2, ""));
    assert!(error.contains("--force"), "{error}");
    let (code, ..) = code_and_text(&[arguments.as_slice(), &["--force"]].concat());
    assert_eq!(code, 1);
    assert!(mine.exists() && folder.path().join("apply.sh").exists());
    // What somebody changed is told where it is written over.
    let script = folder.path().join("apply.sh");
    std::fs::write(&script, "mine").unwrap();
    let again = [arguments.as_slice(), &["--force"]].concat();
    let (_, _, error) = code_and_text(&again);
    assert!(
        error.contains("which were changed since: apply.sh"),
        "{error}"
    );
    assert_ne!(std::fs::read_to_string(&script).unwrap(), "mine");
    // Another run over it leaves nothing of this one but what it says.
    let two_step = ["fix", "--example", "lagv-primer", "--dir", out, "--force"];
    let (_, _, error) = code_and_text(&two_step);
    assert_eq!(error, "");
    let names = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names.collect::<Vec<String>>()
    };
    assert!(
        !names().iter().any(|name| name.contains("rds-source")),
        "{:?}",
        names()
    );
    let none = [
        "fix",
        "--example",
        "field-notes-rds",
        "--dir",
        out,
        "--force",
    ];
    let (code, _, error) = code_and_text(&none);
    assert_eq!(code, 0);
    assert!(error.contains("this run writes none: README.md"), "{error}");
    assert!(mine.exists() && folder.path().join("apply.sh").exists());
}

/// What apply.sh has kept is of worth, so that it stays, and is told.
#[test]
fn policies_that_the_script_has_kept_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let kept = [
        "r1-key-policy-x.current.2.json",
        "r1-key-policy-x.current.json",
    ];
    for name in kept
        .iter()
        .chain(&["rx-y.current.json", "r1-x.current.json.new"])
    {
        std::fs::write(folder.path().join(name), "{}").unwrap();
    }
    let arguments = [
        "fix",
        "--example",
        "field-notes-rds-before",
        "--dir",
        out,
        "--force",
    ];
    let (_, _, error) = code_and_text(&arguments);
    let told = format!("are left in {out}: {}\n", kept.join(", "));
    assert!(error.ends_with(&told), "{error}");
    assert!(kept.iter().all(|name| folder.path().join(name).exists()));
}

/// A way of two changes is two changes, though one stack makes both.
#[test]
fn each_change_of_a_way_is_counted() {
    let (_, text, _) = code_and_text(&["check", "--example", "opstree-two-step"]);
    assert!(text.contains("2 changes unblock 1"), "{text}");
    // The proven way is told first.
    let at = |id: &str| text.find(&format!("{id}, in 111122223333")).unwrap();
    assert!(at("r3") < at("r1"), "{text}");
}

/// On a page that is read later, no command puts a policy that was read before.
#[test]
fn a_page_puts_no_whole_policy() {
    let page = |example: &str| {
        let arguments = ["check", "--example", example, "--format", "markdown"];
        code_and_text(&arguments).1
    };
    let text = page("field-notes-rds-before");
    assert!(!text.contains("aws kms put-key-policy"), "{text}");
    assert!(
        text.contains("`backup-preflight fix` writes it with a script"),
        "{text}"
    );
    assert!(text.contains(", in 111222333444, us-east-1;"), "{text}");
    assert!(page("opstree-two-step").contains("aws backup start-copy-job"));
}

/// What nothing in the folder makes an end of is told in it, where people look: in the README, and where the script ends.
#[test]
fn what_is_to_be_done_by_hand_or_cannot_be_helped_is_told_with_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("fixes");
    let read = |name: &str| std::fs::read_to_string(out.join(name)).unwrap();
    for (example, more, says) in [
        (
            "lagv-primer",
            None,
            "no change helps 1 copy (rds-to-air-gapped): ",
        ),
        (
            "field-notes-rds",
            Some("--and-back"),
            "by hand, for 1 copy (rds-to-backup-account/back): ",
        ),
    ] {
        let dir = out.to_str().unwrap();
        let mut arguments = vec!["fix", "--example", example, "--dir", dir, "--force"];
        arguments.extend(more);
        let (_, text, error) = code_and_text(&arguments);
        assert!(text.contains(says), "{text}{error}");
        let readme = read("README.md").replace(['\\', '*'], "");
        assert!(readme.contains(says), "{readme}");
        assert!(!readme.contains("The checks pass with it"), "{readme}");
        let script = read("apply.sh");
        let told = script.split_once("by_others() {").unwrap().1;
        let told = told.split_once("\n}\n").unwrap().0;
        assert!(told.contains(says), "{told}");
    }
}

#[test]
fn the_report_may_come_with_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("fixes");
    let (code, text, error) = code_and_text(&[
        "fix",
        "--example",
        "field-notes-rds-before",
        "--dir",
        out.to_str().unwrap(),
        "--format",
        "json",
    ]);
    assert_eq!(code, 1);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["summary"]["blocked"], 1);
    assert!(error.contains("apply.sh"), "{error}");
}

#[test]
fn the_way_back_is_in_the_report_only_where_it_is_asked_for() {
    let ids = |more: &[&str]| -> Vec<String> {
        let arguments = ["check", "--example", "field-notes-rds", "--format", "json"];
        let (_, text, _) = code_and_text(&[arguments.as_slice(), more].concat());
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        let copies = report["copies"].as_array().unwrap();
        copies
            .iter()
            .map(|copy| copy["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&[]), ["rds-to-backup-account"]);
    assert_eq!(
        ids(&["--and-back"]),
        ["rds-to-backup-account", "rds-to-backup-account/back"]
    );
}

#[test]
fn a_message_is_explained_or_its_nearest_is_named() {
    let (code, text, _) =
        code_and_text(&["explain", "--message", "given key id is not accessible"]);
    assert_eq!(code, 0);
    assert!(text.contains("source-key-not-shared"), "{text}");
    let (code, text, _) = code_and_text(&[
        "explain",
        "--message",
        "Failed to unshare snapshot",
        "--format",
        "json",
    ]);
    assert_eq!(code, 0);
    let explained: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(explained["meanings"][0]["id"], "E24");
    let (code, text, error) =
        code_and_text(&["explain", "--message", "Failed to share the snapshot"]);
    assert_eq!((code, text.as_str()), (2, ""));
    assert!(error.contains("Failed to unshare snapshot"), "{error}");
    let (code, _, error) = code_and_text(&["explain", "--message", "nothing that AWS says"]);
    assert_eq!(code, 2);
    assert!(error.contains("describe-copy-job"), "{error}");
    assert_eq!(
        code_and_text(&["explain", "key-unusable", "--message", "x"]).0,
        2
    );
}

#[test]
fn the_overlay_of_the_readme_blocks_the_copy_of_its_example() {
    let readme = include_str!("../../../README.md");
    let overlay = readme.split_once("<!-- an overlay -->").unwrap().1;
    let overlay = overlay.split_once("<<'END'\n").unwrap().1;
    let (overlay, rest) = overlay.split_once("END\n").unwrap();
    let line = rest.lines().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("overlay.json");
    std::fs::write(&file, overlay).unwrap();
    let line = line.replace("overlay.json", file.to_str().unwrap());
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    let (code, text, error) = code_and_text(&words);
    assert_eq!((code, error.as_str()), (1, ""), "{text}");
    assert!(text.contains("error[key-unusable]"), "{text}");
}

/// A screen of the README is what its command prints; `…` stands for lines that are left out.
#[test]
fn the_screens_of_the_readme_are_what_is_printed() {
    let readme = include_str!("../../../README.md");
    let parts = readme.split("```sh\n").skip(1);
    let mut screens = 0;
    for part in parts {
        let Some((command, after)) = part.split_once("```\n\n```text\n") else {
            continue;
        };
        let (screen, _) = after.split_once("```").unwrap();
        let command = command.lines().last().unwrap();
        let words = command.split_once(" -- ").map(|(_, words)| words);
        let words = words.unwrap_or_else(|| command.split_once(' ').unwrap().1);
        let words: Vec<&str> = words.split(' ').collect();
        let (_, text, error) = code_and_text(&words);
        assert_eq!(error, "", "{command}");
        let mut rest = text.as_str();
        for (place, piece) in screen.split("…\n").enumerate() {
            let at = rest
                .find(piece)
                .unwrap_or_else(|| panic!("{command}: no\n{piece}\nin\n{rest}"));
            assert!(place > 0 || at == 0, "{command}");
            rest = &rest[at + piece.len()..];
        }
        assert_eq!(rest, "", "{command}");
        screens += 1;
    }
    assert_eq!(screens, 2);
}

#[test]
fn what_the_readme_says_to_try_ends_as_it_says() {
    let readme = include_str!("../../../README.md");
    let commands = readme.split_once("<!-- to try -->\n```sh\n").unwrap().1;
    let (commands, _) = commands.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    let ran: Vec<i32> = commands
        .lines()
        .map(|line| {
            let line = line.replace("report.html", page.to_str().unwrap());
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            let (code, _, error) = code_and_text(&words);
            let wrote = line.contains("--format html=");
            assert_eq!(error.starts_with("wrote "), wrote, "{line}: {error}");
            assert!(wrote || error.is_empty(), "{line}: {error}");
            code
        })
        .collect();
    assert_eq!(ran, [1, 0, 1]);
    assert!(std::fs::read_to_string(page).unwrap().contains("<html"));
}

/// The summary counts as `audit` does, and says of each change that it lists what it is counted for.
#[test]
fn fix_counts_as_the_command_that_it_comes_after() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("fixes");
    let out = out.to_str().unwrap();
    for (command, example) in [("audit", "organization"), ("check", "lagv-primer")] {
        let (_, screen, _) = code_and_text(&[command, "--example", example]);
        let mut arguments = vec!["fix", "--example", example, "--dir", out, "--force"];
        arguments.extend((command == "audit").then_some("--audit"));
        let (_, text, _) = code_and_text(&arguments);
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let verdict = plain(&screen);
        let verdict = verdict
            .rsplit("cause")
            .next()
            .unwrap()
            .split(" (facts of ")
            .next()
            .unwrap();
        let does = verdict
            .split_once("; ")
            .map_or(verdict, |(_, does)| does)
            .trim();
        assert!(plain(&text).contains(does), "{does}: {text}");
    }
    let (_, text, _) = code_and_text(&[
        "fix",
        "--audit",
        "--example",
        "organization",
        "--dir",
        out,
        "--force",
    ]);
    assert!(
        text.contains("r3, r4, r5, r6, r10 by hand") && text.contains("r9, r10: vault local"),
        "{text}"
    );
    let _ = std::fs::remove_dir_all(out);
}
