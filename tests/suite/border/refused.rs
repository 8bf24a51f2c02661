//! What is refused at the border, and in which words.

use serde_json::json;

use super::envelopes::refusal;
use crate::support::Estate;
use crate::support::estate::*;
use crate::support::run;

#[test]
fn a_slip_of_the_pen_where_absence_means_something_is_refused() {
    for (pointer, value, meant) in [
        (
            format!("{DESTINATION_VAULT}/VaultTyp"),
            json!("x"),
            "VaultType",
        ),
        (
            format!("{DESTINATION_VAULT}/MinRetentonDays"),
            json!(7),
            "MinRetentionDays",
        ),
        (
            format!("{DESTINATION_VAULT}/min_retention_days"),
            json!(7),
            "MinRetentionDays",
        ),
        (
            format!("{COPY_ROLE}/PermissionBoundary"),
            json!(null),
            "PermissionsBoundary",
        ),
        (format!("{COPY}/source_vualt"), json!(PROD), "source_vault"),
        (format!("{COPY}/strat"), json!("scheduled"), "start"),
        (
            "/accounts/0/backup_polcy".to_owned(),
            json!({"plans": {}}),
            "backup_policy",
        ),
        (format!("{SOURCE}/plan"), json!([]), "plans"),
        ("/copeis".to_owned(), json!([]), "copies"),
        ("/gap".to_owned(), json!([]), "gaps"),
    ] {
        let field = pointer
            .rsplit_once('/')
            .map(|(at, _)| format!("{at}/{meant}"))
            .unwrap();
        let mut estate = Estate::rds();
        if estate.0.pointer(&field).is_some() {
            estate = estate.without(&field);
        }
        let error = refusal(&estate.set(&pointer, value));
        assert!(
            error.contains(&format!("expected `{meant}`")),
            "{pointer}: {error}"
        );
    }
}

#[test]
fn a_policy_that_aws_would_refuse_is_refused() {
    for (document, says) in [
        (json!({}), "empty object"),
        (json!({"Version": "2012-10-17"}), "`Statement`"),
        (json!({"Statements": []}), "`Statements`"),
        (json!({"Policy": {"Statements": []}}), "`Statements`"),
        (json!("no"), "`no`"),
        (json!([]), "a policy document"),
        (
            json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Actions": "*", "Resource": "*"}]}),
            "`Action`",
        ),
        (
            json!({"Statement": [{"Effect": "Deny", "Principle": "*", "Action": "*", "Resource": "*"}]}),
            "`Principal`",
        ),
        (
            json!({"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}),
            "`Principal`",
        ),
        (
            json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Conditions": {}}]}),
            "`Condition`",
        ),
    ] {
        let pointer = format!("{SOURCE_VAULT}/AccessPolicy");
        let error = refusal(&Estate::rds().set(&pointer, document.clone()));
        assert!(
            error.contains(says) && error.contains(SOURCE_VAULT),
            "{document}: {error}"
        );
        assert!(error.starts_with("f.json:1:"), "{error}");
    }
}

#[test]
fn what_is_no_region_account_or_arn_is_refused_with_its_place() {
    for (pointer, value) in [
        (format!("{SOURCE}/region"), "us-east-2\n"),
        (format!("{SOURCE}/region"), "$(id)"),
        (format!("{SOURCE}/region"), "us east 2"),
        ("/accounts/0/account".to_owned(), "11112222333"),
        ("/accounts/0/account".to_owned(), "11112222333x"),
        (
            format!("{COPY}/destination_vault"),
            "arn:aws:backup:us-east-2:444455556666:backup-vault:a`id`",
        ),
        (
            format!("{COPY}/destination_vault"),
            "arn:aws:backup:us-east-2;id:444455556666:backup-vault:a",
        ),
        (format!("{COPY}/role"), "arn:aws:iam::111122223333:role/a'b"),
        (
            format!("{COPY}/role"),
            "arn:aws:iam::111122223333:role/a\u{1b}[2Jb",
        ),
        (
            format!("{RESOURCE_KEY}/Arn"),
            "arn:aws:kms:us-east-2:1:key/x",
        ),
    ] {
        let error = refusal(&Estate::rds().set(&pointer, json!(value)));
        assert!(error.contains(&pointer), "{value}: {error}");
    }
}

#[test]
fn the_command_line_takes_no_other() {
    let to = ["check", "--example", "rds-cross-account", "--to"];
    for (more, says) in [
        (
            vec!["arn:aws:backup:us-east-2:444455556666:backup-vault:$(id)"],
            "not an ARN",
        ),
        (
            vec![
                CENTRAL,
                "--resource",
                "arn:aws:rds:us-east-2:111122223333:db:a\"b",
            ],
            "not an ARN",
        ),
        (
            vec![
                CENTRAL,
                "--resource",
                "arn:aws:rds:us-east-2:111122223333:db:a",
                "--role",
                "arn:aws:iam::1:role/x",
            ],
            "not an ARN",
        ),
    ] {
        let ran = run(&[&to[..], &more[..]].concat());
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    let ran = run(&["audit", "--region", "us-east-1;id"]);
    assert!(
        ran.code == 2 && ran.err.contains("not an AWS Region"),
        "{}",
        ran.err
    );
}
