//! The words of descriptions: AWS writes each in one way, and what another means nobody knows.

use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use super::envelopes::refusal;
use crate::support::Estate;
use crate::support::estate::*;

#[test]
fn a_word_that_aws_writes_in_one_way_is_not_read_in_another() {
    for detail in [
        json!({"Engine": "ORACLE-EE"}),
        json!({"Engine": "mysql", "BackupTarget": "Outposts"}),
        json!({"Engine": "mysql", "StorageType": "IO2"}),
        json!({"Volume": {"OntapConfiguration": {"VolumeStyle": "FlexGroup"}}}),
    ] {
        let estate = Estate::rds().set(&format!("{RESOURCE}/Detail"), detail.clone());
        assert!(refusal(&estate).contains("Detail"), "{detail}");
    }
}

/// What a word means that AWS's pages do not have, nobody knows.
#[test]
fn a_word_that_is_not_known_leaves_a_copy_undecided() {
    let point = |arn: &str, of: Estate, detail: Value| {
        of.of_point(arn).set(&format!("{POINT}/Detail"), detail)
    };
    let rds = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1";
    let ebs = "arn:aws:ec2:us-east-2::snapshot/snap-1";
    for (field, detail) in [
        ("Engine", json!({"Engine": "postgres"})),
        (
            "StorageEncryptionType",
            json!({"Engine": "postgres", "StorageEncryptionType": "sse-kms"}),
        ),
        ("StorageTier", json!({"StorageTier": "standard"})),
    ] {
        let (arn, of) = match field {
            "StorageTier" => (ebs, Estate::ebs()),
            _ => (rds, Estate::rds()),
        };
        let known = point(arn, of.clone(), detail.clone()).verdict();
        assert_eq!(
            known.verdict,
            Verdict::Feasible,
            "{field}: {:?}",
            known.failing()
        );
        let mut other = detail;
        other[field] = json!("zzz");
        let found = point(arn, of, other).verdict();
        assert_eq!(
            found.verdict,
            Verdict::Undecided,
            "{field}: {:?}",
            found.failing()
        );
    }
}

/// A resource that its service deletes is backed up no more.
#[test]
fn a_resource_that_is_going_is_not_backed_up() {
    for (estate, detail, expected) in [
        (
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "deleting"}),
            Verdict::Blocked,
        ),
        (
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "failed"}),
            Verdict::Blocked,
        ),
        (
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "available"}),
            Verdict::Feasible,
        ),
        (
            Estate::efs(),
            json!({"LifeCycleState": "deleted"}),
            Verdict::Blocked,
        ),
        (
            Estate::efs(),
            json!({"LifeCycleState": "error"}),
            Verdict::Blocked,
        ),
        (
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "insufficient-capacity"}),
            Verdict::Undecided,
        ),
        (Estate::ebs(), json!({"State": "error"}), Verdict::Undecided),
        (Estate::ebs(), json!({"State": "in-use"}), Verdict::Feasible),
        (
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "storage-optimization"}),
            Verdict::Feasible,
        ),
        (
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "inaccessible-encryption-credentials"}),
            Verdict::Blocked,
        ),
        (Estate::ebs(), json!({"State": "zzz"}), Verdict::Undecided),
        (
            Estate::dynamodb(),
            json!({"TableStatus": "ARCHIVED"}),
            Verdict::Undecided,
        ),
        (
            Estate::dynamodb(),
            json!({"TableStatus": "DELETING"}),
            Verdict::Blocked,
        ),
    ] {
        let found = estate
            .set(&format!("{RESOURCE}/Detail"), detail.clone())
            .verdict();
        assert_eq!(found.verdict, expected, "{detail}: {:?}", found.failing());
    }
}

/// No page of AWS speaks of them: what AWS Backup does there nobody knows.
#[test]
fn a_region_that_no_page_names_leaves_a_copy_undecided() {
    let moved = |changes: &[(&str, &str)]| {
        let text = Estate::efs().0.to_string();
        let text = changes
            .iter()
            .fold(text, |text, (from, to)| text.replace(from, to));
        Estate(serde_json::from_str(&text).unwrap())
    };
    for (changes, expected) in [
        (&[][..], Verdict::Feasible),
        (&[("us-east-2", "ap-southeast-4")], Verdict::Feasible),
        (&[("us-east-2", "us-east-9")], Verdict::Undecided),
        (
            &[("arn:aws:", "arn:aws-iso:"), ("us-east-2", "us-iso-east-1")],
            Verdict::Undecided,
        ),
        (
            &[("arn:aws:", "arn:aws-new:"), ("us-east-2", "new-north-1")],
            Verdict::Undecided,
        ),
    ] {
        let found = moved(changes)
            .set(&format!("{SOURCE}/opt_in_status"), json!("opted-in"))
            .set("/accounts/1/regions/0/opt_in_status", json!("opted-in"))
            .verdict();
        assert_eq!(
            found.verdict,
            expected,
            "{changes:?}: {:?}",
            found.failing()
        );
        let route = found.undecided().contains(&"copy-route-unsupported");
        assert_eq!(route, expected == Verdict::Undecided, "{changes:?}");
    }
    let elsewhere = |pointer: &str| {
        let estate = Estate::efs();
        let arn = estate.at(pointer).as_str().unwrap();
        let arn = arn.replace("arn:aws:", "arn:aws-cn:");
        estate.set(pointer, json!(arn))
    };
    let vault = elsewhere(&format!("{DESTINATION_VAULT}/BackupVaultArn"));
    assert!(refusal(&vault).contains("in the partition `aws`, and it says `aws-cn`"));
    let role = elsewhere(&format!("{COPY}/role")).verdict();
    assert_eq!(role.verdict, Verdict::Blocked);
}
