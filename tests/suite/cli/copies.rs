//! Which copies are decided.

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::estate::*;
use crate::support::{Estate, run, run_with};

const BLOG: &[&str] = &["check", "--example", "aws-storage-blog", "--format", "json"];

fn ids(args: &[&str]) -> Vec<String> {
    let report = json(&run(args).out);
    let copies = report["copies"].as_array().unwrap();
    copies
        .iter()
        .map(|copy| copy["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_copy_or_several_are_picked_by_id() {
    assert_eq!(ids(BLOG).len(), 6);
    let one = [BLOG, &["--copy", "scenario-2-rds"]].concat();
    assert_eq!(ids(&one), ["scenario-2-rds"]);
    let mut two = ids(&[
        BLOG,
        &["--copy", "scenario-2-rds", "--copy", "scenario-1-dynamodb"],
    ]
    .concat());
    two.sort();
    assert_eq!(two, ["scenario-1-dynamodb", "scenario-2-rds"]);
    assert_eq!(run(&one).code, 1);
}

#[test]
fn an_id_that_is_not_there_is_an_error_that_lists_those_that_are() {
    let ran = run(&[BLOG, &["--copy", "scenario-9"]].concat());
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("scenario-9") && ran.err.contains("scenario-2-rds"),
        "{}",
        ran.err
    );
}

#[test]
fn copies_are_picked_by_resource_and_by_recovery_point() {
    let files = Files::new();
    let file = files.estate(&Estate::rds());
    let args = [
        "check",
        "--inventory",
        &file,
        "--format",
        "json",
        "--resource",
    ];
    let orders = "arn:aws:rds:us-east-2:111122223333:db:orders";
    assert_eq!(ids(&[&args[..], &[orders]].concat()), ["orders-to-central"]);
    let ran = run(&[&args[..], &["arn:aws:rds:us-east-2:111122223333:db:users"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("db:users"), "{}", ran.err);
    let point = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-0a1b2c3d";
    let file = files.estate(&Estate::rds_point());
    let args = [
        "check",
        "--inventory",
        &file,
        "--format",
        "json",
        "--recovery-point",
    ];
    assert_eq!(ids(&[&args[..], &[point]].concat()), ["orders-to-central"]);
    assert_eq!(
        run(&[
            &args[..],
            &["arn:aws:rds:us-east-2:111122223333:snapshot:other"]
        ]
        .concat())
        .code,
        2
    );
}

#[test]
fn a_copy_named_on_the_command_line_is_decided_from_the_files() {
    let files = Files::new();
    let file = files.estate(&Estate::rds().without("/copies"));
    let orders = "arn:aws:rds:us-east-2:111122223333:db:orders";
    let args = [
        "check",
        "--inventory",
        &file,
        "--format",
        "json",
        "--resource",
        orders,
        "--to",
        CENTRAL,
        "--source-vault",
        PROD,
    ];
    let ran = run(&args);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let copy = &json(&ran.out)["copies"][0];
    assert_eq!(copy["id"], "cli");
    assert_eq!(copy["role"], ROLE);
    assert_eq!(copy["start"], "on-demand");
    assert_eq!(copy["lifecycle"], Value::Null, "it never expires");
    assert_eq!(
        copy["assumptions"],
        json!(["role: AWSBackupDefaultServiceRole, none was named"])
    );
    let more = [
        "--role",
        "arn:aws:iam::111122223333:role/own",
        "--delete-after",
        "35",
        "--start",
        "scheduled",
    ];
    let copy = &json(&run(&[&args[..], &more].concat()).out)["copies"][0];
    assert_eq!(copy["role"], "arn:aws:iam::111122223333:role/own");
    assert_eq!(copy["lifecycle"]["DeleteAfterDays"], 35);
    assert_eq!(copy["start"], "scheduled");
    assert_eq!(copy["assumptions"], json!([]));
}

#[test]
fn without_a_source_vault_the_newest_recovery_point_tells() {
    let files = Files::new();
    let file = files.estate(&Estate::rds_point().without("/copies"));
    let orders = "arn:aws:rds:us-east-2:111122223333:db:orders";
    let args = [
        "check",
        "--inventory",
        &file,
        "--format",
        "json",
        "--resource",
        orders,
        "--to",
        CENTRAL,
    ];
    assert_eq!(json(&run(&args).out)["copies"][0]["source"]["vault"], PROD);
    let file = files.estate(&Estate::rds().without("/copies"));
    let args = [
        "check",
        "--inventory",
        &file,
        "--format",
        "json",
        "--resource",
        orders,
        "--to",
        CENTRAL,
    ];
    let ran = run(&args);
    assert_eq!(ran.code, 3, "no recovery point, so nobody knows");
    assert_eq!(json(&ran.out)["copies"][0]["source"].get("vault"), None);
}

/// The newest backup may have a newer copy, which lies in another account.
#[test]
fn a_copy_of_the_newest_recovery_point_is_none_of_the_resource() {
    let files = Files::new();
    let estate = Estate::rds_point().without("/copies");
    let mut copied = estate.at(POINT).clone();
    copied["RecoveryPointArn"] =
        json!("arn:aws:rds:us-east-2:444455556666:snapshot:awsbackup:copyjob-0a1b2c3d");
    copied["BackupVaultArn"] = json!(CENTRAL);
    copied["BackupVaultName"] = json!("central");
    copied["CreationDate"] = json!("2030-01-01T00:00:00Z");
    let points = format!("{DESTINATION}/recovery_points");
    let file = files.estate(&estate.set(&points, json!([copied])));
    let orders = "arn:aws:rds:us-east-2:111122223333:db:orders";
    let args = ["check", "--inventory", &file, "--format", "json"];
    let asked = ["--resource", orders, "--to", CENTRAL];
    let ran = run(&[&args[..], &asked].concat());
    assert_eq!(json(&ran.out)["copies"][0]["source"]["vault"], PROD);
}

#[test]
fn what_may_be_of_the_resource_is_not_left_out() {
    let files = Files::new();
    let unread = Estate::rds_point().without(&format!("{POINT}/ResourceArn"));
    let file = files.estate(&unread);
    let args = [
        "check",
        "--inventory",
        &file,
        "--format",
        "json",
        "--resource",
    ];
    let orders = "arn:aws:rds:us-east-2:111122223333:db:orders";
    assert_eq!(ids(&[&args[..], &[orders]].concat()), ["orders-to-central"]);
    // Backups lie in the account and the Region of what they are of.
    let other = "arn:aws:rds:us-west-2:111122223333:db:orders";
    assert_eq!(run(&[&args[..], &[other]].concat()).code, 2);
}

#[test]
fn what_is_saved_is_decided_to_the_byte_alike() {
    let files = Files::new();
    for example in ["aws-storage-blog", "lagv-primer"] {
        let save = super::text_of(&files.path("saved.json"));
        let first = run(&[
            "check",
            "--example",
            example,
            "--format",
            "json",
            "--save",
            &save,
        ]);
        for format in ["json", "ndjson", "table"] {
            let before = run(&["check", "--example", example, "--format", format]);
            let after = run(&["check", "--inventory", &save, "--format", format]);
            // The next command names the facts.
            let next = format!("--inventory {save}");
            let after_out = after.out.replace(&next, &format!("--example {example}"));
            assert_eq!(
                (before.out, before.code),
                (after_out, after.code),
                "{example} {format}"
            );
        }
        assert!(first.code == 1 && first.err.is_empty(), "{}", first.err);
    }
    let save = super::text_of(&files.path("named.json"));
    let file = files.estate(&Estate::rds().without("/copies"));
    let named = [
        "check",
        "--inventory",
        &file,
        "--resource",
        "arn:aws:rds:us-east-2:111122223333:db:orders",
        "--to",
        CENTRAL,
        "--source-vault",
        PROD,
        "--format",
        "json",
        "--save",
        &save,
    ];
    assert_eq!(
        run(&named).out,
        run(&["check", "--inventory", &save, "--format", "json"]).out
    );
}

#[test]
fn standard_input_is_a_file_like_others() {
    let text = Estate::rds().0.to_string();
    let ran = run_with(
        &["check", "--inventory", "-", "--format", "json"],
        text.as_bytes(),
        &[],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(json(&ran.out)["summary"]["feasible"], 1);
    let broken = run_with(&["check", "--inventory", "-"], b"{", &[]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("standard input:1:"), "{}", broken.err);
}

#[test]
fn several_files_are_one_inventory() {
    let files = Files::new();
    let source = files.write(
        "source.json",
        &Estate::rds().without("/accounts/1").0.to_string(),
    );
    let destination = Estate::rds()
        .without("/accounts/0")
        .without("/copies")
        .0
        .to_string();
    let destination = files.write("destination.json", &destination);
    assert_eq!(run(&["check", "--inventory", &source]).code, 3);
    let both = run(&[
        "check",
        "--inventory",
        &source,
        "--inventory",
        &destination,
        "--format",
        "json",
    ]);
    let turned = run(&[
        "check",
        "--inventory",
        &destination,
        "--inventory",
        &source,
        "--format",
        "json",
    ]);
    assert_eq!(both.code, 0, "{}", both.err);
    assert_eq!(both.out, turned.out);
}
