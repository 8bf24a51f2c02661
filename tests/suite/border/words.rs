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
            Verdict::Undecided,
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
            Verdict::Undecided,
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
