//! Errors name the file, the place, and what to do.

use serde_json::json;

use super::Files;
use crate::support::estate::*;
use crate::support::{Estate, run, run_with};

#[test]
fn a_file_that_is_not_there_is_named() {
    let ran = run(&["check", "--inventory", "/no/such/file.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("/no/such/file.json"), "{}", ran.err);
    assert!(ran.err.contains("No such file"), "{}", ran.err);
}

#[test]
fn a_wrong_file_is_named_with_line_pointer_and_what_was_expected() {
    let files = Files::new();
    let wrong = Estate::rds().set(&format!("{DESTINATION_VAULT}/Locked"), json!("yes"));
    let text = format!("{:#}", wrong.0);
    let line = text
        .lines()
        .position(|line| line.contains("\"Locked\": \"yes\""))
        .unwrap()
        + 1;
    let file = files.write("wrong.json", &text);
    let ran = run(&["check", "--inventory", &file]);
    assert_eq!(ran.code, 2);
    for part in [
        &format!("{file}:{line}:"),
        "/accounts/1/regions/0/vaults/0/Locked",
        "boolean",
    ] {
        assert!(ran.err.contains(part), "{part} is not in: {}", ran.err);
    }
}

#[test]
fn an_unknown_field_of_the_frame_is_a_warning_that_can_be_silenced() {
    let files = Files::new();
    let file = files.estate(&Estate::rds().set("/accounts/0/role", json!([])));
    let ran = run(&["check", "--inventory", &file]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err.contains("/accounts/0/role") && ran.err.contains("`roles`"),
        "{}",
        ran.err
    );
    assert_eq!(run(&["check", "--inventory", &file, "--quiet"]).err, "");
}

#[test]
fn two_files_that_disagree_are_both_named() {
    let files = Files::new();
    let one = files.write("one.json", &Estate::rds().0.to_string());
    let two = Estate::rds().set(&format!("{RESOURCE_KEY}/KeyState"), json!("Disabled"));
    let two = files.write("two.json", &two.0.to_string());
    let ran = run(&["check", "--inventory", &one, "--inventory", &two]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains(&one) && ran.err.contains(&two) && ran.err.contains("KeyState"),
        "{}",
        ran.err
    );
}

#[test]
fn an_example_that_is_none_names_those_that_are() {
    let ran = run(&["check", "--example", "aws-storage-blogg"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("aws-storage-blogg") && ran.err.contains("lagv-primer"),
        "{}",
        ran.err
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    for args in [
        ["--save", "/no/such/folder/saved.json"],
        ["--format", "json=/no/such/folder/report.json"],
    ] {
        let ran = run(&[&["check", "--example", "field-notes-rds"], &args[..]].concat());
        assert_eq!(ran.code, 2, "{args:?}");
        assert!(ran.err.contains("/no/such/folder/"), "{}", ran.err);
        assert!(!ran.err.contains(".part"), "{}", ran.err);
    }
}

#[test]
fn a_deep_or_binary_file_is_refused_in_a_line() {
    let files = Files::new();
    let deep = files.write("deep.json", &"[".repeat(10_000));
    let odd = super::text_of(&files.path("odd.json"));
    std::fs::write(&odd, [0xff, 0xfe, 0x00, 0x7b]).unwrap();
    for file in [deep, odd] {
        let ran = run(&["check", "--inventory", &file]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.contains(&file) && ran.err.lines().count() == 1,
            "{}",
            ran.err
        );
    }
}

#[test]
fn what_other_programs_call_otherwise_is_told() {
    for (line, tip) in [
        (
            "check --region eu-west-1 --cloudformation t.yaml",
            "`--template-region`",
        ),
        ("fix --output fx --example field-notes-rds", "`--dir`"),
        ("check --json --example field-notes-rds", "`--format json`"),
        (
            "check --example field-notes-rds -o json",
            "`--format FORMAT`",
        ),
        ("permissions source", "`--for source`"),
        ("check field-notes-rds", "`--example field-notes-rds`"),
        ("audit facts.json", "`--inventory facts.json`"),
        (
            "check arn:aws:rds:us-east-1:111122223333:db:a",
            "`--resource ARN`",
        ),
        ("backtest --days 7", "last 30 days"),
    ] {
        let ran = run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{line}");
        assert!(ran.err.contains(tip), "{line}: {}", ran.err);
        assert!(!ran.err.contains("--version"), "{line}: {}", ran.err);
    }
    // A slip is still told by the option that is nearest.
    let ran = run(&["check", "--inventori", "f"]);
    assert!(ran.err.contains("'--inventory'"), "{}", ran.err);
}

#[test]
fn a_file_that_is_something_else_is_told_as_what_it_is() {
    let files = Files::new();
    for (text, says) in [
        ("accounts: []", "this is not JSON"),
        (
            "{\"schema\": \"backup-pre",
            "the file ends too early, as one that was cut off",
        ),
        (
            r#"{"format_version": "1.2", "terraform_version": "1.9", "planned_values": {}}"#,
            "given as --terraform-plan FILE",
        ),
        (
            r#"{"version": 4, "terraform_version": "1.9", "serial": 1, "lineage": "a"}"#,
            "this is a Terraform state",
        ),
        (r#"{"Resources": {}}"#, "given as --cloudformation FILE"),
        (r#"{"Role": {"RoleName": "a"}}"#, "`roles` of its account"),
        (
            r#"{"KeyMetadata": {}}"#,
            "an answer of AWS stands in an inventory",
        ),
    ] {
        let file = files.write("odd.json", text);
        let ran = run(&["check", "--inventory", &file]);
        assert_eq!(ran.code, 2);
        assert!(
            ran.err.contains(says) && ran.err.contains(&file),
            "{text}: {}",
            ran.err
        );
    }
    let days = [
        "check",
        "--to",
        "arn:aws:backup:us-east-1:111122223333:backup-vault:v",
        "--delete-after",
        "30d",
    ];
    let ran = run(&days);
    assert!(
        ran.err
            .contains("expected whole days, 1 or more, such as `30`"),
        "{}",
        ran.err
    );
}

#[test]
fn a_status_message_and_a_check_in_capitals_are_told_how_to_be_asked_for() {
    let ran = run(&["explain", "Access Denied trying to call AWS Backup service"]);
    assert!(ran.err.contains("explain --message TEXT"), "{}", ran.err);
    let page = run(&["explain", "source-key-not-shared"]).out;
    for written in ["SOURCE-KEY-NOT-SHARED", "source_key_not_shared"] {
        assert_eq!(run(&["explain", written]).out, page);
    }
    let ran = run(&["explain", "SOURCE-KEY-NOT-SHARE"]);
    assert!(
        ran.err
            .contains("no check `SOURCE-KEY-NOT-SHARE`; did you mean `source-key-not-shared`?"),
        "{}",
        ran.err
    );
}

#[test]
fn what_a_copy_lacks_to_be_decided_is_named() {
    let ran = run(&[
        "check",
        "--resource",
        "arn:aws:rds:us-east-1:111122223333:db:orders",
    ]);
    assert!(
        ran.code == 2 && ran.err.contains("name the vault, with --to VAULT_ARN"),
        "{}",
        ran.err
    );
}

#[test]
fn credentials_that_are_not_used_are_told_and_not_carried_on() {
    let given = [
        "check",
        "--example",
        "organization",
        "--source-profile",
        "p",
    ];
    let ran = run(&given);
    assert!(ran.err.contains("no credentials are used"), "{}", ran.err);
    assert!(!ran.out.contains("--source-profile"), "{}", ran.out);
}

#[test]
fn a_resource_that_is_misspelt_is_told_with_the_one_that_is_there() {
    let to = "arn:aws:backup:us-east-1:444455556666:backup-vault:central";
    let of = |name: &str| {
        let arn = format!("arn:aws:rds:us-east-1:111122223333:db:{name}");
        run(&[
            "check",
            "--example",
            "organization",
            "--resource",
            &arn,
            "--to",
            to,
        ])
        .err
    };
    assert!(
        of("ordrs").contains("did you mean `arn:aws:rds:us-east-1:111122223333:db:orders`?"),
        "{}",
        of("ordrs")
    );
    assert!(!of("orders").contains("did you mean"), "{}", of("orders"));
}

#[test]
fn a_region_that_is_not_known_or_has_not_the_resource_is_told_with_the_one_that_is_meant() {
    let vault = |region: &str| format!("arn:aws:backup:{region}:444455556666:backup-vault:central");
    let database = |region: &str| format!("arn:aws:rds:{region}:111122223333:db:orders");
    let of = |from: &str, to: &str| {
        let (resource, to) = (database(from), vault(to));
        let args = [
            "check",
            "--example",
            "organization",
            "--to",
            &to,
            "--resource",
            &resource,
        ];
        run(&args).err
    };
    let meant = format!("did you mean `{}`?", database("us-east-1"));
    let unknown = of("eu-west-9", "us-east-1");
    assert!(
        unknown.contains("no Region `eu-west-9` is known"),
        "{unknown}"
    );
    assert!(unknown.contains(&meant), "{unknown}");
    let other = of("eu-central-1", "us-east-1");
    assert!(
        other.contains(&meant) && !other.contains("no Region"),
        "{other}"
    );
    let vaults = of("us-east-1", "us-east-9");
    let meant = format!("did you mean `{}`?", vault("us-east-1"));
    assert!(vaults.contains(&meant), "{vaults}");
    assert_eq!(of("us-east-1", "us-east-1"), "");
}

#[test]
fn an_inventory_without_a_schema_says_which() {
    let ran = run_with(&["check", "--inventory", "-"], b"{}", &[]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err
            .contains("expected \"schema\": \"backup-preflight/inventory/v1\""),
        "{}",
        ran.err
    );
}

#[test]
fn an_option_of_another_command_is_told_by_that_command() {
    for (words, tip) in [
        (
            ["check", "--only", "blocked"],
            "`--only` is an option of `audit`",
        ),
        (
            ["audit", "--plan", "daily"],
            "`--plan` is an option of `check` and `fix`",
        ),
    ] {
        let ran = run(&words);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains(tip), "{}", ran.err);
    }
    let ran = run(&["check", "--no-such-option"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.err.contains("is an option of"), "{}", ran.err);
}

/// Standard error that is full or closed changes no exit code.
#[test]
fn a_standard_error_that_takes_nothing_ends_no_run() {
    let program = env!("CARGO_BIN_EXE_backup-preflight");
    for (to, line) in [
        ("2>/dev/full", "check --inventory /nowhere"),
        ("2>&-", "check --inventory /nowhere"),
    ] {
        let shell = format!("exec {program} {line} {to}");
        let ran = std::process::Command::new("sh")
            .args(["-c", &shell])
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(2), "{to}");
    }
}

/// Windows PowerShell 5.1 puts a byte order mark in front of each file that it writes as UTF-8.
#[test]
fn a_byte_order_mark_is_no_part_of_a_file() {
    let files = Files::new();
    let marked = |name: &str, text: &str| files.write(name, &format!("\u{feff}{text}"));
    let facts = marked("facts.json", &Estate::rds().0.to_string());
    let check = |more: &[&str]| run(&[&["check", "--inventory", &facts], more].concat());
    let report = check(&["--format", "json"]);
    assert_eq!(report.code, 0, "{}", report.err);
    let baseline = marked("report.json", &report.out);
    let plan = marked(
        "plan.json",
        r#"{"format_version": "1.2", "resource_changes": []}"#,
    );
    let overlay = marked("overlay.json", "{}");
    let template = marked(
        "template.json",
        r#"{"Parameters": {"A": {"Type": "String"}}, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}}"#,
    );
    let given = r#"[{"ParameterKey": "A", "ParameterValue": "b"}]"#;
    let given = marked("parameters.json", given);
    marked("main.tf", "locals {\n  a = 1\n}\n");
    let folder = super::text_of(&files.path(""));
    let of_template = ["--account", FROM, "--template-region", "us-east-2"];
    let of_template = [
        &["--cloudformation", &template, "--parameters", &given][..],
        &of_template,
    ]
    .concat();
    for more in [
        &["--terraform-plan", &plan][..],
        &["--terraform-plan", &plan, "--terraform-source", &folder],
        &["--overlay", &overlay],
        &["--baseline", &baseline],
        &of_template,
    ] {
        let ran = check(more);
        assert_eq!(ran.code, 0, "{more:?}: {}{}", ran.err, ran.out);
    }
}

#[test]
fn a_region_that_is_none_is_told_with_the_one_that_is_meant() {
    let files = Files::new();
    let elsewhere = Estate::rds().set(
        "/copies/0/destination_vault",
        json!("arn:aws:backup:us-est-2:444455556666:backup-vault:central"),
    );
    let inventory = files.estate(&elsewhere);
    let says = "no Region `us-est-2` is known; did you mean `us-east-2`?";
    for command in ["check", "audit"] {
        let ran = run(&[command, "--inventory", &inventory]);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    let inventory = files.estate(&Estate::rds());
    let template =
        "Resources: {V: {Type: 'AWS::Backup::BackupVault', Properties: {BackupVaultName: v}}}\n";
    let template = files.write("t.yaml", template);
    let of_region = |region: &str| {
        let change = [
            "--cloudformation",
            &template,
            "--account",
            "111122223333",
            "--template-region",
            region,
        ];
        run(&[&["check", "--inventory", &inventory][..], &change].concat()).err
    };
    let err = of_region("us-est-2");
    assert!(err.contains(&format!("--template-region: {says}")), "{err}");
    assert!(!of_region("us-east-2").contains("did you mean"));
}
