//! What a question about the facts leads to.

use backup_preflight::inventory::{Copy, Facts};
use backup_preflight::known::Fact;
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;
use crate::support::verdicts::{decided, read};

/// The source vault of a copy that names none, by the dates of two recovery points: `prod` has the first.
fn newest(first: Value, second: Value) -> Option<String> {
    let estate = Estate::rds_point();
    let mut point = estate.at(POINT).clone();
    point["RecoveryPointArn"] =
        json!("arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-second");
    point["BackupVaultArn"] = json!(PROD.replace("prod", "second"));
    point["CreationDate"] = second;
    let estate = estate
        .set(&format!("{POINT}/CreationDate"), first)
        .push(&format!("{SOURCE}/recovery_points"), point)
        .set(COPY, Estate::rds().at(COPY).clone())
        .without(&format!("{COPY}/source_vault"));
    let inventory = read(&estate.0);
    let facts = Facts::new(&inventory);
    let entry = &backup_preflight::inventory::items(&inventory.copies)[0];
    match Copy::of_entry(entry, &facts)
        .endpoints()
        .source_vault
        .clone()
    {
        Fact::Known(vault) => Some(vault.name().to_owned()),
        Fact::Unknown(_) => None,
    }
}

#[test]
fn the_newest_recovery_point_is_found_whatever_way_its_date_is_written() {
    let prod = Some("prod".to_owned());
    let second = Some("second".to_owned());
    assert_eq!(
        newest(json!("2026-11-21T05:00:00Z"), json!("2026-11-21T04:59:59Z")),
        prod
    );
    assert_eq!(
        newest(
            json!("2026-11-21T05:00:00Z"),
            json!("2026-11-21T04:00:00-02:00")
        ),
        second,
        "six o'clock"
    );
    assert_eq!(
        newest(
            json!("2026-11-21T07:00:00.5+02:00"),
            json!("2026-11-21T05:00:01Z")
        ),
        second
    );
    assert_eq!(newest(json!(1_700_000_000.5), json!(1_700_000_000)), prod);
    assert_eq!(
        newest(json!(1_900_000_000), json!("2026-11-21T05:00:00Z")),
        prod,
        "a number beside a text"
    );
}

#[test]
fn a_recovery_point_without_a_date_leaves_the_newest_open() {
    assert_eq!(newest(json!("2026-11-21T05:00:00Z"), Value::Null), None);
}

#[test]
fn a_path_that_was_not_read_is_a_gap_of_the_account_that_it_is_about() {
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "backup:CopyFromBackupVault", "Resource": "*",
        "Condition": {"ForAnyValue:StringNotLike": {"backup:CopyTargetOrgPaths": ["o-a1b2c3d4e5/*/ou-ab12-*"]}}});
    let policy = json!({"Version": "2012-10-17", "Statement": [deny]});
    let estate = Estate::rds()
        .set(&format!("{SOURCE_VAULT}/AccessPolicy"), policy)
        .without("/accounts/1/organization/Path");
    let inventory = read(&estate.0);
    let facts = Facts::new(&inventory);
    let all = decided(&facts, &inventory);
    let outcome = all[0]
        .outcomes
        .iter()
        .find(|(check, _)| check.id == "source-vault-denies-copy");
    let (_, outcome) = outcome.unwrap();
    let gaps: Vec<_> = outcome
        .gaps
        .iter()
        .map(|gap| (gap.operation(), gap.account.as_deref()))
        .collect();
    assert_eq!(gaps, [("organizations:ListParents", Some(TO))]);
}

#[test]
fn a_gap_of_another_account_is_not_taken_for_this_ones() {
    let gap = |account: &str, error: &str| {
        json!({"account": account, "region": "us-east-2", "operation": "ec2:DescribeRegions",
               "subject": "us-east-2", "error": error, "permission": "ec2:DescribeRegions"})
    };
    let estate = Estate::rds()
        .push("/gaps", gap(FROM, "OfTheSource"))
        .push("/gaps", gap(TO, "OfTheDestination"));
    let inventory = read(&estate.without(&format!("{DESTINATION}/opt_in_status")).0);
    let facts = Facts::new(&inventory);
    let account = backup_preflight::known::AccountId::parse(TO).unwrap();
    let region = backup_preflight::known::Region::new("us-east-2");
    let Fact::Unknown(gap) = facts.region_opt_in(account, &region) else {
        panic!("it was read");
    };
    assert_eq!(gap.error.as_deref(), Some("OfTheDestination"));
    assert_eq!(gap.account.as_deref(), Some(TO));
}
