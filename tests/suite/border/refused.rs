//! What is refused at the border, and in which words.

use backup_preflight::inventory;
use backup_preflight::verdict::Verdict;
use serde_json::json;

use super::envelopes::{again, refusal};
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
            "the id of an account has 12",
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

#[test]
fn a_description_of_another_thing_is_none_of_this_one() {
    let point = |arn: &str| Estate::ebs().of_point(arn);
    let snapshot = || point("arn:aws:ec2:us-east-2::snapshot/snap-0123456789abcdef0");
    for (estate, at, detail) in [
        (
            Estate::rds(),
            RESOURCE,
            json!({"Engine": "postgres", "DBInstanceIdentifier": "another"}),
        ),
        (
            Estate::rds(),
            RESOURCE,
            json!({"Engine": "postgres", "DBInstanceArn": "arn:aws:rds:us-west-2:111122223333:db:orders"}),
        ),
        (
            Estate::aurora(),
            RESOURCE,
            json!({"Engine": "aurora-postgresql", "DBClusterIdentifier": "another"}),
        ),
        (
            Estate::rds_point(),
            POINT,
            json!({"Engine": "postgres", "DBSnapshotIdentifier": "awsbackup:job-another"}),
        ),
        (Estate::ebs(), RESOURCE, json!({"VolumeId": "vol-another"})),
        (
            Estate::efs(),
            RESOURCE,
            json!({"FileSystemId": "fs-another"}),
        ),
        (snapshot(), POINT, json!({"SnapshotId": "snap-another"})),
    ] {
        let estate = estate.set(&format!("{at}/Detail"), detail.clone());
        if !detail.to_string().contains("DBSnapshot") {
            assert!(
                refusal(&estate).contains("expected the description of"),
                "{detail}"
            );
        } else {
            assert_eq!(estate.verdict().verdict, Verdict::Undecided, "{detail}");
        }
    }
}

#[test]
fn a_description_of_the_thing_itself_is_taken() {
    for (estate, at, detail) in [
        (
            Estate::rds(),
            RESOURCE,
            json!({"Engine": "postgres", "DBInstanceIdentifier": "orders", "DBClusterIdentifier": null}),
        ),
        (
            Estate::ebs().of_point("arn:aws:ec2:us-east-2::snapshot/snap-0123456789abcdef0"),
            POINT,
            json!({"SnapshotId": "snap-0123456789abcdef0", "VolumeId": "vol-another"}),
        ),
    ] {
        let pointer = format!("{at}/Detail");
        let read = again(&estate.set(&pointer, detail.clone()));
        assert_eq!(read.pointer(&pointer), Some(&detail));
    }
}

#[test]
fn a_selection_of_another_plan_is_refused() {
    let selection = |plan: &str| {
        json!([{
            "BackupSelection": {"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["*"]},
            "BackupPlanId": plan,
            "SelectionId": "s-1",
        }])
    };
    let estate = |plan: &str| {
        let plan = json!({
            "BackupPlanId": "daily",
            "BackupPlan": {"BackupPlanName": "daily", "Rules": []},
            "Selections": selection(plan),
        });
        Estate::rds().set(&format!("{SOURCE}/plans"), json!([plan]))
    };
    assert!(inventory::read("f.json", estate("daily").0.to_string().as_bytes()).is_ok());
    let without_an_id = estate("").set(&format!("{SOURCE}/plans/0/BackupPlanId"), json!(""));
    assert!(refusal(&without_an_id).contains("`BackupPlanId` is empty"));
    let deleted =
        |field: &str, date| estate("daily").set(&format!("{SOURCE}/plans/0/{field}"), date);
    let read = |estate: Estate| inventory::read("f.json", estate.0.to_string().as_bytes());
    assert!(read(deleted("DeletionDate", json!(1_700_000_000.5))).is_ok());
    for (field, says) in [
        ("DeletionDate", "expected a date"),
        ("DeletonDate", "expected `DeletionDate`"),
    ] {
        let error = refusal(&deleted(field, json!("soon")));
        assert!(error.contains(says), "{error}");
    }
    let error = refusal(&estate("weekly"));
    assert!(
        error.contains("`weekly`") && error.contains("`daily`"),
        "{error}"
    );
}

#[test]
fn a_slip_of_the_pen_beside_what_is_compared_is_refused() {
    let detail = |detail: serde_json::Value| (format!("{POINT}/Detail"), detail);
    for ((pointer, value), says) in [
        (
            (format!("{RESOURCE_KEY}/Enabeld"), json!(false)),
            "expected `Enabled`",
        ),
        (
            (format!("{RESOURCE_KEY}/Enabled"), json!("false")),
            "expected a boolean",
        ),
        (
            (format!("{RESOURCE_KEY}/DeletionDat"), json!(1)),
            "expected `DeletionDate`",
        ),
        (
            (format!("{RESOURCE_KEY}/ValidTo"), json!("soon")),
            "expected a date",
        ),
        // Milliseconds: the same moment in seconds is one of the year 2025.
        (
            (
                format!("{RESOURCE_KEY}/ValidTo"),
                json!(1_763_596_800_000_i64),
            ),
            "expected a date",
        ),
        (
            (
                format!("{POINT}/CreationDate"),
                json!(1_763_596_800_000_i64),
            ),
            "after the year 9999",
        ),
        (
            (format!("{DESTINATION_VAULT}/LockDates"), json!(1)),
            "expected `LockDate`",
        ),
        (
            (format!("{POINT}/VaulType"), json!("x")),
            "expected `VaultType`",
        ),
        (
            (format!("{POINT}/VaultType"), json!(["x"])),
            "expected a text",
        ),
        (
            (
                format!("{POINT}/CalculatedLifecycle"),
                json!({"DeletedAt": 1}),
            ),
            "expected the dates",
        ),
        (
            detail(json!({"Engine": "postgres", "Statuss": "failed"})),
            "expected `Status`",
        ),
        (
            detail(json!({"Engine": "postgres", "Status": 7})),
            "`Status`",
        ),
        (
            detail(json!({"Engine": "postgres", "kmsKeyId": "k"})),
            "expected `KmsKeyId`",
        ),
        (
            ("/accounts/0/cross_account_backups".to_owned(), json!(false)),
            "expected `cross_account_backup`",
        ),
        (
            (
                "/gaps/0".to_owned(),
                json!({"operation": "kms:GetKeyPolicy", "subect": "x"}),
            ),
            "expected `subject`",
        ),
        (
            (
                "/gaps/0".to_owned(),
                json!({"operation": "", "subject": "x"}),
            ),
            "expected `service:Operation`",
        ),
    ] {
        let mut estate = Estate::rds_point();
        if pointer.ends_with("cross_account_backups") {
            estate = estate.without("/accounts/0/cross_account_backup");
        }
        let error = refusal(&estate.set(&pointer, value));
        assert!(error.contains(says), "{pointer}: {error}");
    }
}

#[test]
fn an_action_or_a_resource_that_is_the_text_of_a_list_is_refused() {
    for (element, text) in [
        ("Action", r#"["backup:CopyIntoBackupVault"]"#),
        ("Action", "backup:Copy/Into"),
        ("Resource", r#"["*"]"#),
    ] {
        let pointer = format!("{DESTINATION_VAULT}/AccessPolicy/Statement/0/{element}");
        let error = refusal(&Estate::rds().set(&pointer, json!(text)));
        assert!(
            error.contains(&format!("`{element}` is `")),
            "{text}: {error}"
        );
    }
}

#[test]
fn an_object_in_an_envelope_that_is_not_its_own_is_refused() {
    let denied = json!([{
        "EvalActionName": "backup:CopyIntoBackupVault",
        "EvalDecision": "explicitDeny",
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": {"Value": false}},
    }]);
    for (pointer, value, says) in [
        (
            format!("{SOURCE}/region_settings"),
            json!({"Settings": {"ResourceTypeOptInPreference": {"RDS": false}}}),
            "found `Settings` in a Region's settings",
        ),
        (
            format!("{COPY}/lifecycle"),
            json!({"DeleteAfterDays": 35, "cold_storage_after": 10}),
            "found `cold_storage_after` in a lifecycle",
        ),
        (
            format!("{COPY_ROLE}/Simulated"),
            denied,
            "`OrganizationsDecisionDetail` is an object",
        ),
    ] {
        let error = refusal(&Estate::rds().set(&pointer, value));
        assert!(error.contains(says), "{pointer}: {error}");
    }
}
