//! Facts that contradict each other decide nothing in a copy's favour.

use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use super::envelopes::refusal;
use crate::support::Estate;
use crate::support::estate::*;

/// A name, an inventory, and what is set in it.
type Pair = (&'static str, Estate, Vec<(String, Value)>);

/// Feasible as it is; with the second fact, which contradicts one that is there, undecided.
fn pairs() -> Vec<Pair> {
    let vault = |field: &str| format!("{DESTINATION_VAULT}/{field}");
    let key = |field: &str| format!("{RESOURCE_KEY}/{field}");
    let point = |field: &str| format!("{POINT}/{field}");
    let resource = |field: &str| format!("{RESOURCE}/{field}");
    vec![
        (
            "a lock that is off, and its bound",
            Estate::rds(),
            vec![
                (vault("Locked"), json!(false)),
                (vault("MaxRetentionDays"), json!(400)),
            ],
        ),
        (
            "a lock that is off, and its date",
            Estate::rds(),
            vec![(vault("LockDate"), json!(1_700_000_000))],
        ),
        (
            "a vault on a customer's key, and none",
            Estate::rds(),
            vec![
                (
                    vault("EncryptionKeyType"),
                    json!("CUSTOMER_MANAGED_KMS_KEY"),
                ),
                (vault("EncryptionKeyArn"), json!(null)),
            ],
        ),
        (
            "a vault on a customer's key, and one of AWS's",
            Estate::into_air_gapped_on_customer_key(),
            vec![
                (vault("EncryptionKeyType"), json!("CUSTOMER_MANAGED_KMS_KEY")),
                (format!("{DESTINATION}/keys/0/KeyManager"), json!("AWS")),
                (format!("{DESTINATION}/keys/0/Aliases"), json!(["alias/aws/backup"])),
            ],
        ),
        (
            "a database on no key, and a word for a key",
            Estate::rds()
                .set(&resource("Encrypted"), json!(false))
                .set(&resource("EncryptionKeyArn"), Value::Null),
            vec![(
                resource("Detail/StorageEncryptionType"),
                json!("sse-kms"),
            )],
        ),
        (
            "a database on a key, and a word for none",
            Estate::rds(),
            vec![(resource("Detail/StorageEncryptionType"), json!("none"))],
        ),
        (
            "a vault on AWS's key, and a customer's",
            Estate::rds(),
            vec![(vault("EncryptionKeyType"), json!("AWS_OWNED_KMS_KEY"))],
        ),
        (
            "an enabled key, and not",
            Estate::rds(),
            vec![(key("Enabled"), json!(false))],
        ),
        (
            "an enabled key, and the date of its deletion",
            Estate::rds(),
            vec![(key("DeletionDate"), json!(1_800_000_000))],
        ),
        (
            "an enabled key, and material that has expired",
            Estate::rds(),
            vec![
                (key("Origin"), json!("EXTERNAL")),
                (key("ValidTo"), json!("2026-11-01T00:00:00Z")),
            ],
        ),
        (
            "a key's kind, and what it was called before",
            Estate::rds(),
            vec![(key("CustomerMasterKeySpec"), json!("RSA_2048"))],
        ),
        (
            "a vault of its own, and the vault that it is a view of",
            Estate::rds(),
            vec![(
                vault("SourceBackupVaultArn"),
                json!("arn:aws:backup:us-east-2:777788889999:backup-vault:locked"),
            )],
        ),
        (
            "a recovery point in warm storage, and the date of its move",
            Estate::efs().of_point("arn:aws:backup:us-east-2:111122223333:recovery-point:1"),
            vec![(
                point("CalculatedLifecycle"),
                json!({"MoveToColdStorageAt": "2026-11-01T00:00:00Z"}),
            )],
        ),
        (
            "a recovery point in an air-gapped vault, and another key than the vault's",
            Estate::out_of_air_gapped(),
            vec![(point("EncryptionKeyArn"), json!(KEY))],
        ),
        (
            "a recovery point that is complete, and the date of its deletion",
            Estate::rds_point(),
            vec![(
                point("CalculatedLifecycle"),
                json!({"DeleteAt": 1_790_000_000.5}),
            )],
        ),
        (
            "a database, and its type",
            Estate::rds(),
            vec![(resource("ResourceType"), json!("EFS"))],
        ),
        (
            "a cluster's type, and its engine",
            Estate::aurora(),
            vec![(resource("ResourceType"), json!("Neptune"))],
        ),
        (
            "a recovery point's type, and its resource",
            Estate::rds_point(),
            vec![(point("ResourceType"), json!("EFS"))],
        ),
        (
            "a recovery point's type, and its ARN's",
            Estate::ebs().of_point("arn:aws:ec2:us-east-2::snapshot/snap-0123456789abcdef0"),
            vec![
                (point("ResourceType"), json!("EC2")),
                (
                    point("ResourceArn"),
                    json!("arn:aws:ec2:us-east-2:111122223333:instance/i-0123456789abcdef0"),
                ),
            ],
        ),
        (
            "a recovery point's vault type, and its vault's",
            Estate::rds_point(),
            vec![(
                point("VaultType"),
                json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT"),
            )],
        ),
        (
            "a recovery point that is complete, and its snapshot's state",
            Estate::rds_point(),
            vec![(
                point("Detail"),
                json!({"Engine": "postgres", "Status": "failed"}),
            )],
        ),
        (
            "a recovery point's key, and a key that AWS owns",
            Estate::rds_point(),
            vec![(point("EncryptionKeyType"), json!("AWS_OWNED_KMS_KEY"))],
        ),
        (
            "a recovery point's key, and its snapshot's",
            Estate::rds_point(),
            vec![(
                point("Detail"),
                json!({"Engine": "postgres", "KmsKeyId": PROD_KEY}),
            )],
        ),
        (
            "a recovery point's key, and its snapshot's flag",
            Estate::rds_point(),
            vec![(
                point("Detail"),
                json!({"Engine": "postgres", "Encrypted": false}),
            )],
        ),
        (
            "a recovery point's key, and its vault's",
            Estate::efs().of_point("arn:aws:backup:us-east-2:111122223333:recovery-point:0a1b2c3d"),
            vec![(point("EncryptionKeyArn"), json!(KEY))],
        ),
        (
            "a database's key, and its own",
            Estate::rds(),
            vec![(
                resource("Detail"),
                json!({"Engine": "postgres", "KmsKeyId": PROD_KEY}),
            )],
        ),
        (
            "a database's key, and its own flag",
            Estate::rds(),
            vec![(
                resource("Detail"),
                json!({"Engine": "postgres", "StorageEncrypted": false}),
            )],
        ),
        (
            "a database without a key, and its own",
            Estate::rds()
                .set(&resource("Encrypted"), json!(false))
                .set(&resource("EncryptionKeyArn"), json!(null)),
            vec![(
                resource("Detail"),
                json!({"Engine": "postgres", "KmsKeyId": KEY}),
            )],
        ),
        (
            "a customer's key, and AWS's alias",
            Estate::rds(),
            vec![(key("Aliases"), json!(["alias/aws/rds"]))],
        ),
        (
            "an organization, and its path",
            Estate::rds(),
            vec![(
                "/accounts/1/organization/Path".to_owned(),
                json!("o-another/r-ab12/"),
            )],
        ),
        (
            "an organization with two management accounts",
            Estate::rds(),
            vec![(
                "/accounts/1/organization/MasterAccountId".to_owned(),
                json!("777788889999"),
            )],
        ),
        (
            "a management account of two organizations",
            Estate::rds().push(
                "/accounts",
                json!({"account": "777788889999", "organization": {"Id": ORGANIZATION, "MasterAccountId": "999988887777"}}),
            ),
            vec![("/accounts/2/organization/Id".to_owned(), json!("o-another"))],
        ),
        (
            "a management account, and no organization",
            Estate::rds(),
            vec![
                ("/accounts/0/organization".to_owned(), json!(null)),
                (
                    "/accounts/1/organization/MasterAccountId".to_owned(),
                    json!(FROM),
                ),
            ],
        ),
        (
            "a database of two states",
            Estate::rds(),
            vec![
                (resource("Detail/DBInstanceStatus"), json!("available")),
                (resource("Detail/Status"), json!("stopped")),
            ],
        ),
        (
            "a copy's resource, and its vault's account",
            Estate::rds(),
            vec![
                (
                    format!("{RESOURCE}/ResourceArn"),
                    json!("arn:aws:rds:us-east-2:777788889999:db:orders"),
                ),
                (
                    format!("{COPY}/resource"),
                    json!("arn:aws:rds:us-east-2:777788889999:db:orders"),
                ),
            ],
        ),
        (
            "a copy's resource, and its recovery point's",
            Estate::rds_point(),
            vec![(
                format!("{COPY}/resource"),
                json!("arn:aws:rds:us-east-2:111122223333:db:another"),
            )],
        ),
    ]
}

#[test]
fn a_contradiction_leaves_a_copy_undecided() {
    for (name, estate, facts) in pairs() {
        assert_eq!(estate.verdict().verdict, Verdict::Feasible, "{name}");
        let both = facts.into_iter().fold(estate, |estate, (pointer, value)| {
            estate.set(&pointer, value)
        });
        let found = both.verdict();
        assert_eq!(
            found.verdict,
            Verdict::Undecided,
            "{name}: {:?}",
            found.failing()
        );
    }
}

#[test]
fn a_policy_of_the_organization_of_another_type_is_refused() {
    for (field, of, policy) in [
        ("backup_policy", "TAG_POLICY", json!({"plans": {}})),
        ("tag_policy", "BACKUP_POLICY", json!({"tags": {}})),
    ] {
        for answer in [
            json!({"EffectivePolicy": {"PolicyContent": policy.to_string(), "PolicyType": of}}),
            json!({"Policy": {"PolicySummary": {"Type": of}, "Content": policy.to_string()}}),
        ] {
            let error = refusal(&Estate::rds().set(&format!("/accounts/0/{field}"), answer));
            assert!(error.contains(of), "{field}: {error}");
        }
    }
}

#[test]
fn control_policies_of_an_account_without_an_organization_still_count() {
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let found = Estate::rds()
        .within_the_account()
        .set("/accounts/0/organization", json!(null))
        .set(
            "/accounts/0/service_control_policies",
            json!([[{"Id": "p-1", "Document": deny}]]),
        )
        .verdict();
    assert_ne!(found.verdict, Verdict::Feasible);
}

#[test]
fn the_gap_of_a_contradiction_names_both() {
    let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(400));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f.json");
    std::fs::write(&path, estate.0.to_string()).unwrap();
    let ran = crate::support::run(&[
        "check",
        "--format",
        "json",
        "--inventory",
        path.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.out.contains("`Locked` false") && ran.out.contains("`MaxRetentionDays`"),
        "{}",
        ran.out
    );
}

#[test]
fn what_stands_where_it_cannot_be_is_refused() {
    for (pointer, value, says) in [
        (
            format!("{DESTINATION_VAULT}/BackupVaultName"),
            "other",
            "`other`",
        ),
        (
            format!("{COPY_ROLE}/Arn"),
            "arn:aws:iam::222233334444:role/x",
            "another account",
        ),
        (
            "/accounts/0/organization/MasterAccountId".to_owned(),
            "12",
            "MasterAccountId",
        ),
        ("/accounts/0/organization/Id".to_owned(), "x", "`Id`"),
        (
            format!("{RESOURCE_KEY}/KeyId"),
            "22222222-aaaa-4bbb-8ccc-000000000001",
            "one key",
        ),
        (
            format!("{RESOURCE_KEY}/AWSAccountId"),
            "777788889999",
            "one key",
        ),
        (format!("{COPY_ROLE}/RoleName"), "Another", "one role"),
        (
            format!("{RESOURCE_KEY}/Arn"),
            "arn:aws:kms:us-west-2:111122223333:key/11111111-aaaa-4bbb-8ccc-000000000001",
            "another Region",
        ),
    ] {
        let error = refusal(&Estate::rds().set(&pointer, json!(value)));
        assert!(error.contains(says), "{pointer}: {error}");
    }
}

/// What AWS prints around a document names what it is of.
#[test]
fn a_document_is_of_what_it_stands_under() {
    let statement = json!([{"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]);
    let of_resource = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
    let identity = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]);
    let of_role = json!({"Version": "2012-10-17", "Statement": identity}).to_string();
    let vault = format!("{DESTINATION_VAULT}/AccessPolicy");
    let trust = format!("{COPY_ROLE}/AssumeRolePolicyDocument");
    let inline = format!("{COPY_ROLE}/InlinePolicies");
    let effective = |policy: Value, target: &str| json!({"EffectivePolicy": {"PolicyContent": policy.to_string(), "TargetId": target}});
    let service = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role =
        |name: &str| json!({"Role": {"RoleName": name, "AssumeRolePolicyDocument": service}});
    let policy = |role: &str, name: &str| {
        let document = json!({"RoleName": role, "PolicyName": name, "PolicyDocument": of_role});
        json!([{"PolicyName": "copies", "Document": document}])
    };
    let access = |name: &str| json!({"BackupVaultName": name, "Policy": of_resource});
    let default_role = "AWSBackupDefaultServiceRole";
    for (pointer, own, other, says) in [
        (
            vault.as_str(),
            access("central"),
            access("other"),
            "`other`",
        ),
        (&trust, role(default_role), role("Another"), "one role"),
        (
            &inline,
            policy(default_role, "copies"),
            policy("Another", "copies"),
            "one role",
        ),
        (
            &inline,
            policy(default_role, "copies"),
            policy(default_role, "other"),
            "one policy",
        ),
        (
            "/accounts/0/backup_policy",
            effective(json!({"plans": {}}), FROM),
            effective(json!({"plans": {}}), TO),
            "TargetId",
        ),
        (
            "/accounts/1/tag_policy",
            effective(json!({"tags": {}}), TO),
            effective(json!({"tags": {}}), FROM),
            "TargetId",
        ),
    ] {
        let fine = Estate::rds().set(pointer, own);
        assert_eq!(fine.verdict().verdict, Verdict::Feasible, "{pointer}");
        let error = refusal(&Estate::rds().set(pointer, other));
        assert!(error.contains(says), "{pointer}: {error}");
    }
}

#[test]
fn what_stands_in_the_lists_of_two_accounts_says_the_same() {
    let vault = Estate::rds().0.pointer(DESTINATION_VAULT).unwrap().clone();
    let key = Estate::rds().0.pointer(RESOURCE_KEY).unwrap().clone();
    let with = |one: &Value, field: &str, value: Value| {
        let mut one = one.clone();
        one[field] = value;
        one
    };
    let shared = |list: &str, account: usize, one: Value| {
        let at = format!("/accounts/{account}/regions/0/{list}");
        let there = Estate::rds()
            .0
            .pointer(&at)
            .map_or(0, |list| list.as_array().unwrap().len());
        Estate::rds().set(&format!("{at}/{there}"), one)
    };
    // What no check reads may differ, and so may what one of them leaves out.
    let seen = with(&vault, "NumberOfRecoveryPoints", json!(7));
    let bare = json!({"BackupVaultArn": vault["BackupVaultArn"]});
    for same in [vault.clone(), seen, bare] {
        assert_eq!(
            shared("vaults", 0, same).verdict().verdict,
            Verdict::Feasible
        );
    }
    assert_eq!(
        shared("keys", 1, key.clone()).verdict().verdict,
        Verdict::Feasible
    );
    for (list, account, one, field, value) in [
        ("vaults", 0, &vault, "VaultState", json!("FAILED")),
        ("vaults", 0, &vault, "VaultState", json!(null)),
        ("vaults", 0, &vault, "AccessPolicy", json!(null)),
        ("vaults", 0, &vault, "MinRetentionDays", json!(100)),
        ("keys", 1, &key, "KeyState", json!("Disabled")),
        (
            "keys",
            1,
            &key,
            "Grants",
            json!([{"GrantId": "g", "Operations": []}]),
        ),
    ] {
        let error = refusal(&shared(list, account, with(one, field, value)));
        assert!(error.contains(&format!("/{field}")), "{field}: {error}");
    }
}

#[test]
fn a_description_is_of_the_thing_that_it_stands_under() {
    let verdict = |estate: Estate, at: &str, detail: Value| {
        estate
            .set(&format!("{at}/Detail"), detail)
            .verdict()
            .verdict
    };
    let own = json!({"Engine": "mysql", "EngineVersion": "8.0.36", "DBInstanceIdentifier": "orders",
                     "OptionGroupMemberships": [{"OptionGroupName": "default:mysql-8-0"}]});
    assert_eq!(verdict(Estate::rds(), RESOURCE, own), Verdict::Feasible);
    for field in ["DBInstanceIdentifier", "DBInstanceArn"] {
        let other = json!({"Engine": "mysql", field: "other"});
        let error = refusal(&Estate::rds().set(&format!("{RESOURCE}/Detail"), other));
        assert!(
            error.contains("expected the description of one thing"),
            "{error}"
        );
    }
    for (field, other) in [
        ("DBSnapshotIdentifier", "awsbackup:job-2"),
        (
            "DBSnapshotArn",
            "arn:aws:rds:us-east-2:111122223333:snapshot:x",
        ),
    ] {
        let other = json!({"Engine": "mysql", field: other});
        assert_eq!(
            verdict(Estate::rds_point(), POINT, other),
            Verdict::Undecided,
            "{field}"
        );
    }
}

#[test]
fn a_snapshot_of_an_engine_that_its_type_does_not_have_is_undecided() {
    for engine in ["aurora-postgresql", "docdb", "neptune"] {
        let point = Estate::rds_point().set(&format!("{POINT}/Detail"), json!({"Engine": engine}));
        assert_eq!(point.verdict().verdict, Verdict::Undecided, "{engine}");
    }
}

/// What a snapshot is encrypted with is not told by the description of another.
#[test]
fn the_description_of_another_snapshot_says_nothing_of_the_encryption() {
    let of = |id: &str| {
        Estate::aurora()
            .of_point("arn:aws:rds:us-east-2:111122223333:cluster-snapshot:awsbackup:job-1")
            .set(&format!("{POINT}/IsEncrypted"), json!(false))
            .set(&format!("{POINT}/EncryptionKeyArn"), Value::Null)
            .set(
                &format!("{POINT}/Detail"),
                json!({"Engine": "aurora-postgresql", "StorageEncryptionType": "none", "DBClusterSnapshotIdentifier": id}),
            )
            .verdict()
    };
    let own = of("awsbackup:job-1");
    let other = of("awsbackup:job-2");
    assert_eq!(other.verdict, Verdict::Undecided);
    assert_eq!(own.of("source-key-aws-managed"), Status::Pass);
    assert_eq!(other.of("source-key-aws-managed"), Status::Undecided);
}
