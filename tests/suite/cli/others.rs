//! The commands beside `check`.

use backup_preflight::checks::CHECKS;

use super::{Files, json};
use crate::support::{run, run_with};

#[test]
fn explain_lists_the_checks_and_shows_each_page() {
    let list = run(&["explain"]);
    assert_eq!(list.code, 0);
    for check in CHECKS {
        assert!(list.out.contains(check.id), "{}", check.id);
        let page = run(&["explain", check.id]);
        assert_eq!(page.code, 0);
        assert!(page.out.contains("What it asks"), "{}", check.id);
        for cite in check.cites {
            assert!(
                page.out.contains(cite.url) || check.doc.contains("https://"),
                "{}",
                check.id
            );
        }
    }
}

#[test]
fn explain_names_the_nearest_check() {
    let ran = run(&["explain", "vault-refuse-copy"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("`vault-refuses-copy`"), "{}", ran.err);
}

#[test]
fn permissions_are_one_policy_or_that_of_one_account() {
    let actions = |words: &[&str]| -> Vec<String> {
        let ran = run(words);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let policy = json(&ran.out);
        assert_eq!(policy["Version"], "2012-10-17");
        let statements = policy["Statement"].as_array().unwrap().iter();
        let actions = statements.flat_map(|one| one["Action"].as_array().unwrap());
        actions
            .map(|action| action.as_str().unwrap().to_owned())
            .collect()
    };
    let all = actions(&["permissions"]);
    for side in ["source", "destination", "management"] {
        let of_side = actions(&["permissions", "--for", side]);
        assert!(of_side.len() < all.len());
        assert!(of_side.iter().all(|action| all.contains(action)), "{side}");
    }
    let china = run(&["permissions", "--for", "source", "--partition", "aws-cn"]);
    assert!(
        china.out.contains("arn:aws-cn:kms:*:*:key/*"),
        "{}",
        china.out
    );
    assert_eq!(run(&["permissions", "--for", "me"]).code, 2);
}

#[test]
fn both_schemas_are_json() {
    for name in ["inventory", "report"] {
        let ran = run(&["schema", name]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let of = &json(&ran.out)["type"];
        // `capabilities` prints a list.
        assert!(
            *of == "object" || *of == serde_json::json!(["object", "array"]),
            "{name}: {of}"
        );
    }
    assert_eq!(run(&["schema", "nothing"]).code, 2);
}

#[test]
fn the_report_is_what_its_schema_says() {
    let schema = json(&run(&["schema", "report"]).out);
    let schema = jsonschema::validator_for(&schema).unwrap();
    for example in backup_preflight::sources::examples::EXAMPLES {
        let report = json(&run(&["check", "--example", example.name, "--format", "json"]).out);
        let errors: Vec<_> = schema
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{}: {errors:?}", example.name);
    }
}

#[test]
fn capabilities_are_a_table_or_json() {
    let all = json(&run(&["capabilities", "--format", "json"]).out);
    let rds = json(&run(&["capabilities", "RDS", "--format", "json"]).out);
    let rows = |value: &serde_json::Value| value.as_array().map_or(0, Vec::len);
    assert!(rows(&all) > rows(&rds) && rows(&rds) >= 1, "{all}");
    assert!(run(&["capabilities"]).out.contains("DynamoDB"));
    let ran = run(&["capabilities", "Quantum"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("Quantum") && ran.err.contains("Aurora"),
        "{}",
        ran.err
    );
    assert_eq!(run(&["capabilities", "--format", "ndjson"]).code, 2);
}

#[test]
fn simulate_answers_each_line_and_an_error_for_what_is_none() {
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"backup:*","Resource":"*"}]}"#;
    let line = |id: &str, action: &str| {
        format!(
            r#"{{"id":"{id}","principal":"arn:aws:iam::222222222222:role/r","action":"{action}","resource":"arn:aws:backup:us-east-2:222222222222:backup-vault:v","resource_account":"222222222222","resource_policy":{policy}}}"#
        )
    };
    let input = [
        line("1", "backup:CopyIntoBackupVault"),
        "{nothing".to_owned(),
        line("2", "kms:Decrypt"),
    ]
    .join("\n");
    let ran = run_with(&["simulate", "--requests", "-"], input.as_bytes(), &[]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(ran.err, "warning: 1 of 3 requests could not be read\n");
    let answers: Vec<_> = ran.out.lines().map(json).collect();
    assert_eq!(answers.len(), 3, "{}", ran.out);
    assert_eq!(
        (&answers[0]["id"], &answers[0]["decision"]),
        (&"1".into(), &"allowed".into())
    );
    assert!(answers[1]["error"].is_string());
    assert_eq!(
        (&answers[2]["id"], &answers[2]["decision"]),
        (&"2".into(), &"denied".into())
    );
    assert_eq!(run(&["simulate", "--requests", "/no/such/file"]).code, 2);
    let files = Files::new();
    let file = files.write("requests.jsonl", &input);
    assert_eq!(run(&["simulate", "--requests", &file]).out, ran.out);
}

#[test]
fn completions_and_the_manual_name_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(&["completions", shell]);
        assert_eq!(ran.code, 0, "{shell}");
        assert!(ran.out.contains("capabilities"), "{shell}");
    }
    let page = run(&["man"]);
    assert_eq!(page.code, 0);
    assert!(page.out.contains(".TH") && page.out.contains("simulate"));
    let page = run(&["man", "check"]);
    assert_eq!(page.code, 0);
    assert!(page.out.contains("terraform\\-plan"), "{}", page.out);
    let none = run(&["man", "chek"]);
    assert!(
        none.code == 2 && none.err.contains("did you mean `check`?"),
        "{}",
        none.err
    );
}

#[test]
fn the_region_of_a_template_goes_with_a_template() {
    let example = ["check", "--example", "field-notes-rds", "--no-config"];
    let ran = run(&[&example[..], &["--template-region", "us-east-1"]].concat());
    assert!(
        ran.code == 2 && ran.err.contains("--cloudformation"),
        "{}",
        ran.err
    );
}

#[test]
fn every_command_has_help_and_the_program_a_version() {
    for command in [
        "check",
        "explain",
        "simulate",
        "capabilities",
        "schema",
        "completions",
        "man",
    ] {
        let ran = run(&[command, "--help"]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{command}");
        assert!(
            ran.out.lines().all(|line| line.chars().count() <= 100),
            "{command}"
        );
    }
    let version = run(&["--version"]);
    assert_eq!(
        version.out,
        format!("backup-preflight {}\n", env!("CARGO_PKG_VERSION"))
    );
}
