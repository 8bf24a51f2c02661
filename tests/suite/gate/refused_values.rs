//! Values of a template that AWS does not take: what is made with them is not made.

use std::collections::BTreeMap;

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};

use crate::support::estate::FROM;

/// What a template with a resource leaves open: alone, as a new stack, and where nothing changes.
fn open(kind: &str, properties: &str) -> Vec<String> {
    let text = format!("Resources:\n  A: {{Type: '{kind}', Properties: {{{properties}}}}}\n");
    let settings = Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        parameters: BTreeMap::new(),
        ..Settings::default()
    };
    let text = text.as_bytes();
    let change = |now: &[u8]| {
        let planned = cloudformation::read_change(("now.yaml", now), ("t.yaml", text), &settings);
        planned.unwrap().open
    };
    let alone = cloudformation::read("t.yaml", text, &settings).unwrap();
    assert_eq!(alone.open, change(b"Resources: {}"));
    assert_eq!(change(text), [""; 0]);
    alone.open
}

#[test]
fn a_value_that_aws_does_not_take_is_told() {
    const VAULT: &str = "AWS::Backup::BackupVault";
    const AIR_GAPPED: &str = "AWS::Backup::LogicallyAirGappedBackupVault";
    for (kind, good, bad, says) in [
        (
            VAULT,
            "BackupVaultName: a_b-C",
            "BackupVaultName: a",
            "the BackupVaultName `a`, of which AWS accepts what matches [a-zA-Z0-9_-]{2,50}",
        ),
        (
            VAULT,
            "BackupVaultName: aa, LockConfiguration: {MinRetentionDays: 7, ChangeableForDays: 3}",
            "BackupVaultName: aa, LockConfiguration: {MinRetentionDays: 7, ChangeableForDays: '2'}",
            "the LockConfiguration.ChangeableForDays `2`, of which AWS accepts 3 to 36500",
        ),
        (
            VAULT,
            "BackupVaultName: aa, LockConfiguration: {MinRetentionDays: 7, MaxRetentionDays: 7}",
            "BackupVaultName: aa, LockConfiguration: {MinRetentionDays: 7, MaxRetentionDays: 6}",
            "a LockConfiguration.MinRetentionDays above its LockConfiguration.MaxRetentionDays, which AWS does not accept",
        ),
        (
            AIR_GAPPED,
            "BackupVaultName: aa, MinRetentionDays: 7, MaxRetentionDays: 70",
            "BackupVaultName: aa, MinRetentionDays: 6, MaxRetentionDays: 70",
            "the MinRetentionDays `6`, of which AWS accepts 7 to 36500",
        ),
        (
            "AWS::IAM::Role",
            "RoleName: a+b, AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}",
            "RoleName: a/b, AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}",
            "the RoleName `a/b`, of which AWS accepts what matches [a-zA-Z0-9_+=,.@-]{1,64}",
        ),
        (
            "AWS::RDS::DBInstance",
            "DBInstanceIdentifier: a-b, Engine: postgres",
            "DBInstanceIdentifier: a--b, Engine: postgres",
            "the DBInstanceIdentifier `a--b`, of which AWS accepts what matches (?=.{1,63}$)[a-zA-Z](-?[a-zA-Z0-9])*",
        ),
    ] {
        let says = format!("t.yaml:2: A has {says}: fix it");
        assert_eq!(open(kind, bad), [says], "{kind} {bad}");
        assert_eq!(open(kind, good), [""; 0], "{kind} {good}");
    }
}

#[test]
fn aws_alone_gives_tags_that_begin_with_aws() {
    for (kind, tags) in [
        (
            "AWS::Backup::BackupVault",
            "BackupVaultName: aa, BackupVaultTags: {'AWS:x': y}",
        ),
        ("AWS::SNS::Topic", "Tags: [{Key: 'aws:x', Value: y}]"),
        (
            "AWS::KMS::Key",
            "Tags: [{Key: a, Value: 'aws:x'}, {Key: 'aws:x', Value: y}]",
        ),
    ] {
        let found = open(kind, tags);
        let says = "and AWS alone gives tags that begin with `aws:`: fix it";
        assert!(
            found.iter().any(|text| text.ends_with(says)),
            "{tags}: {found:?}"
        );
    }
    assert_eq!(
        open("AWS::SNS::Topic", "Tags: [{Key: 'a:aws:', Value: 'aws:'}]"),
        [""; 0]
    );
}

#[test]
fn a_replica_is_of_a_multi_region_key_of_another_region() {
    let key = |arn: &str| {
        format!("KeyPolicy: {{Version: '2012-10-17', Statement: []}}, PrimaryKeyArn: '{arn}'")
    };
    let found = |arn: &str| open("AWS::KMS::ReplicaKey", &key(arn));
    let primary = "arn:aws:kms:us-east-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef";
    assert_eq!(found(primary), [""; 0]);
    for (arn, says) in [
        (
            primary.replace(
                "mrk-0123456789abcdef0123456789abcdef",
                "11111111-aaaa-4bbb-8ccc-000000000001",
            ),
            "is no multi-Region primary key",
        ),
        // What stands in for the id of another stack's key.
        (
            primary.replace("mrk-0123456789abcdef0123456789abcdef", "Other-Key"),
            "may be no multi-Region primary key",
        ),
        (
            primary.replace("us-east-1", "us-east-2"),
            "is of the Region of the replica",
        ),
        (
            primary.replace(FROM, "444455556666"),
            "is of another account",
        ),
    ] {
        let says = format!("t.yaml:2: A: KMS makes no replica of {arn}, which {says}: fix it");
        assert_eq!(found(&arn), [says]);
    }
}
