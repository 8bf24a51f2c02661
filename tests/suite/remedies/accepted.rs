//! What AWS would refuse is no remedy, and the title says why.

use backup_preflight::remedy::{Remedy, RemedyKind};
use serde_json::{Value, json};

use super::remedies_of;
use crate::support::Estate;
use crate::support::estate::*;

/// The remedy of a kind that an estate has.
fn of(kind: RemedyKind, estate: &Estate) -> Remedy {
    let all = remedies_of(&estate.0);
    let titles: Vec<&String> = all.iter().map(|remedy| &remedy.title).collect();
    let found = all.iter().find(|remedy| remedy.kind == kind);
    found.unwrap_or_else(|| panic!("{titles:?}")).clone()
}

/// An estate whose copy goes to a vault that does not exist.
fn into_missing(vault: &str) -> Estate {
    Estate::rds()
        .set(&format!("{COPY}/destination_vault"), json!(vault))
        .set(&format!("{DESTINATION}/vaults_complete"), json!(true))
}

fn statement(action: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})
}

#[test]
fn what_aws_would_refuse_is_not_proven_and_says_why() {
    let long = |length| statement(json!(format!("s3:{}", "x".repeat(length))));
    let inline = |document: Value| json!([{"PolicyName": "own", "Document": document}]);
    let copies = [
        "backup:CopyFromBackupVault",
        "rds:CopyDBSnapshot",
        "rds:ModifyDBSnapshotAttribute",
        "kms:*",
    ];
    let lacks_one = Estate::rds()
        .set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]))
        .set(
            &format!("{COPY_ROLE}/InlinePolicies"),
            json!([{"PolicyName": "own", "Document": statement(json!(copies))},
                {"PolicyName": "long", "Document": long(10_000)}]),
        );
    let attached: Vec<Value> = (0..10)
        .map(|number| {
            json!({"PolicyArn": format!("arn:aws:iam::{FROM}:policy/p{number}"),
                "Document": statement(json!("sns:Publish"))})
        })
        .collect();
    let never_assumed = |more: Value| {
        Estate::rds().set(
            &format!("{COPY_ROLE}/AssumeRolePolicyDocument"),
            json!({"Version": "2012-10-17", "Statement": [{"Sid": more, "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}),
        )
    };
    let elsewhere = CENTRAL.replace("us-east-2", "us-est-2");
    let no_region = into_missing(&elsewhere).push(
        "/accounts/1/regions",
        json!({"region": "us-est-2", "opt_in_status": "opted-in", "vaults": [], "vaults_complete": true}),
    );
    let no_role = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null)
        .set("/accounts/0/roles", json!([]))
        .set("/accounts/0/roles_complete", json!(true));
    let alias = key(
        &CENTRAL_KEY.replace("000000000001", "0000000000ef"),
        "alias/new-vault",
        Value::Null,
    );
    #[rustfmt::skip]
    let cases = [
        (RemedyKind::RolePolicy,       lacks_one,                                                     "may have 10240"),
        (RemedyKind::TrustPolicy,      never_assumed(json!(format!("s3:{}", "x".repeat(2_000)))),        "may have 2048"),
        (RemedyKind::AttachRolePolicy, Estate::rds().set(&format!("{COPY_ROLE}/AttachedPolicies"), json!(attached)), "it has 10 managed policies"),
        (RemedyKind::CreateVault,      no_region,                                                     "no Region `us-est-2` is known"),
        (RemedyKind::CreateVault,      into_missing(&CENTRAL.replace(":central", ":c")),              "`c` is not a valid vault name"),
        (RemedyKind::CreateVault,      into_missing(&CENTRAL.replace(":central", ":new-vault")).push(&format!("{DESTINATION}/keys"), alias), "alias `alias/new-vault`"),
        (RemedyKind::VaultPolicy,      no_role,                                                       "does not exist: create it first"),
        (RemedyKind::ChangeRetention,  Estate::rds().set(&format!("{DESTINATION_VAULT}/Locked"), json!(true)).set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(40_000)), "1 to 36500 days"),
    ];
    for (kind, estate, says) in cases {
        let remedy = of(kind, &estate);
        assert!(remedy.title.contains(says), "{}", remedy.title);
        assert!(
            remedy.title.contains("AWS would reject it"),
            "{}",
            remedy.title
        );
        assert_ne!(remedy.proven, Some(true), "{}", remedy.title);
        assert_eq!(remedy.after, None);
        let commands = remedy.commands().concat();
        assert!(
            commands.starts_with("# AWS would reject") && commands.contains("https://docs.aws"),
            "{commands}"
        );
    }
    // The same with nothing in the way.
    let sound = never_assumed(json!("short"));
    assert_eq!(of(RemedyKind::TrustPolicy, &sound).proven, Some(true));
    let free = into_missing(&CENTRAL.replace(":central", ":new-vault"));
    assert_eq!(of(RemedyKind::CreateVault, &free).proven, Some(true));
    let lacks = Estate::rds().set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]));
    let lacks = lacks.set(
        &format!("{COPY_ROLE}/InlinePolicies"),
        inline(statement(json!(copies))),
    );
    assert_eq!(of(RemedyKind::RolePolicy, &lacks).proven, Some(true));
}

#[test]
fn a_role_that_lacks_everything_gets_the_policies_that_aws_keeps_for_it() {
    let bare = Estate::rds().set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]));
    let remedy = of(RemedyKind::AttachRolePolicy, &bare);
    assert_eq!(remedy.proven, Some(true));
    assert_eq!(
        *remedy.commands(),
        [
            "aws iam attach-role-policy --role-name AWSBackupDefaultServiceRole --policy-arn \
          arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"
        ]
    );
    assert_eq!((remedy.after, remedy.added), (None, Vec::new()));
    // One that has a part of it gets the rest alone, on what the copy needs.
    let part = statement(json!(["backup:CopyFromBackupVault", "rds:*", "kms:*"]));
    let partly = bare.set(
        &format!("{COPY_ROLE}/InlinePolicies"),
        json!([{"PolicyName": "own", "Document": part}]),
    );
    let all = remedies_of(&partly.0);
    let [remedy] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!(
        remedy.added,
        [json!({"Effect": "Allow", "Action": "backup:CopyIntoBackupVault", "Resource": CENTRAL})]
    );
}

/// Copies of buckets and of databases by one role: it gets each policy once.
#[test]
fn a_role_that_lacks_everything_for_several_kinds_gets_each_policy_once() {
    let bare = Estate::rds().set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]));
    let bucket = json!({"ResourceArn": "arn:aws:s3:::photos", "ResourceType": "S3",
        "Detail": {"BucketName": "photos", "VersioningConfiguration": {"Status": "Enabled"}}});
    let mut copied = bare.at(COPY).clone();
    copied["id"] = json!("photos-to-central");
    copied["resource"] = json!("arn:aws:s3:::photos");
    let both = bare
        .push(&format!("{SOURCE}/resources"), bucket)
        .push("/copies", copied);
    let remedy = of(RemedyKind::AttachRolePolicy, &both);
    assert_eq!(remedy.copies.len(), 2);
    assert_eq!(remedy.commands().len(), 2);
}

/// An estate whose key is not shared, with these statements in its policy.
fn unshared(statements: Value) -> Estate {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy)
}

#[test]
fn a_policy_that_nobody_may_set_is_no_remedy() {
    let all = |principal: &str| json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"});
    let used = json!({"Effect": "Allow", "Principal": {"AWS": ROLE},
        "Action": ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"], "Resource": "*"});
    let root = format!("arn:aws:iam::{FROM}:root");
    let admin = format!("arn:aws:iam::{FROM}:role/KeyAdmin");
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:Put*", "Resource": "*"});
    for statements in [
        // A role that was deleted, and an account that is another one.
        json!([all("AROAEXAMPLEID12345678"), used]),
        json!([all("arn:aws:iam::999999999999:root"), used]),
        json!([used]),
        json!([all(&root), deny]),
    ] {
        let remedy = of(RemedyKind::KeyPolicy, &unshared(statements));
        assert_ne!(remedy.proven, Some(true), "{}", remedy.title);
        assert!(
            remedy
                .title
                .contains("lets nobody of the account do kms:PutKeyPolicy"),
            "{}",
            remedy.title
        );
    }
    let by_admin = of(RemedyKind::KeyPolicy, &unshared(json!([all(&admin), used])));
    assert_eq!(by_admin.proven, Some(true));
    assert!(
        by_admin
            .title
            .ends_with("(as KeyAdmin: its policy lets nobody else of the account set it)"),
        "{}",
        by_admin.title
    );
    for who in [json!([all(&root)]), json!([all(FROM), all(&admin)])] {
        let remedy = of(RemedyKind::KeyPolicy, &unshared(who));
        assert_eq!(remedy.proven, Some(true));
        assert!(!remedy.title.contains("nobody"), "{}", remedy.title);
    }
}

#[test]
fn a_vault_whose_policy_lets_nobody_set_another_is_not_mended_so() {
    let denying = |actions: Value| {
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [deny]});
        of(
            RemedyKind::VaultPolicy,
            &Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy),
        )
    };
    for (actions, says) in [
        (json!("backup:*"), "nor delete it"),
        (
            json!([
                "backup:CopyIntoBackupVault",
                "backup:PutBackupVaultAccessPolicy"
            ]),
            "but delete it",
        ),
    ] {
        let remedy = denying(actions);
        assert_ne!(remedy.proven, Some(true), "{}", remedy.title);
        assert!(remedy.title.contains(says), "{}", remedy.title);
    }
    assert_eq!(
        denying(json!("backup:CopyIntoBackupVault")).proven,
        Some(true)
    );
}
