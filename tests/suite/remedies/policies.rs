//! Remedies that change a policy.

use backup_preflight::remedy::RemedyKind;
use serde_json::{Value, json};

use super::{allows, copies_out, remedies_of};
use crate::support::Estate;
use crate::support::estate::*;

#[test]
fn what_a_policy_had_stays_in_its_place() {
    let mut policy = key_policy(FROM, json!([]));
    policy["Id"] = json!("key-policy");
    policy["Statement"][0]["Sid"] = json!("kept");
    let estate = Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy.clone());
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(remedy.policy_before(), Some(policy.clone()));
    let after = &remedy.policy_after().unwrap();
    let names = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(after), names(&policy));
    let added = after["Statement"].as_array().unwrap();
    assert_eq!(added[0].to_string(), policy["Statement"][0].to_string());
    assert_eq!(added[1..], remedy.added[..]);
}

#[test]
fn a_key_that_several_checks_and_copies_want_changed_is_one_remedy() {
    let denies = json!({"Effect": "Deny", "Principal": {"AWS": [SLR, ROLE]}, "Action": "kms:CreateGrant", "Resource": "*"});
    let policy = key_policy(FROM, json!([share(SLR, USE), denies]));
    let mut estate = Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), policy);
    let mut second = estate.at(COPY).clone();
    second["id"] = json!("orders-again");
    estate = estate.push("/copies", second);
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(
        (remedy.kind, remedy.proven),
        (RemedyKind::KeyPolicy, Some(true))
    );
    assert_eq!(
        remedy.copies,
        ["orders-again".into(), "orders-to-central".into()]
    );
    let mut checks: Vec<_> = remedy.checks.iter().map(|(_, check)| *check).collect();
    checks.sort_unstable();
    checks.dedup();
    assert_eq!(
        checks,
        ["source-key-not-shared", "source-key-refuses-copy-role"]
    );
}

#[test]
fn a_policy_that_names_a_role_waits_for_the_role() {
    let estate = Estate::rds().set("/accounts/1/roles", json!([])).set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    let remedies = remedies_of(&estate.0);
    let [role, key] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(role.kind, RemedyKind::CreateServiceLinkedRole);
    assert_eq!(role.account.map(|id| id.to_string()).as_deref(), Some(TO));
    assert_eq!(
        (key.kind, &key.requires),
        (RemedyKind::KeyPolicy, &vec![role.id.clone()])
    );
    assert_eq!((role.proven, key.proven), (Some(true), Some(true)));
}

// Volumes: of databases RDS says that an exception from a Deny may not do.
#[test]
fn a_deny_beside_which_nothing_allows_is_lifted_and_the_action_allowed() {
    let deny = |action: &str| json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*"});
    let key = key_policy(FROM, json!([deny("kms:CreateGrant")]));
    let vault = json!({"Version": "2012-10-17", "Statement": [deny("backup:CopyIntoBackupVault")]});
    for (place, policy, action, principal) in [
        (
            format!("{RESOURCE_KEY}/Policy"),
            key,
            "kms:CreateGrant",
            SLR,
        ),
        (
            format!("{DESTINATION_VAULT}/AccessPolicy"),
            vault,
            "backup:CopyIntoBackupVault",
            ROLE,
        ),
    ] {
        let remedies = remedies_of(&Estate::ebs().set(&place, policy).0);
        let [remedy] = remedies.as_slice() else {
            panic!("{remedies:?}")
        };
        assert_eq!(remedy.proven, Some(true), "{}", remedy.title);
        let (before, after) = (remedy.policy_before(), remedy.policy_after());
        let (before, after) = (before.as_ref(), after.as_ref());
        assert!(!allows(before, principal, action, &remedy.subject));
        assert!(allows(after, principal, action, &remedy.subject));
    }
}

#[test]
fn a_deny_is_lifted_for_this_principal_alone() {
    let deny = json!({"Sid": "KeepOut", "Effect": "Deny", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "777788889999"}}});
    let mut policy = allow_copy_into("arn:aws:iam::111122223333:root");
    policy["Statement"].as_array_mut().unwrap().push(deny);
    let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy.clone());
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!(remedy.proven, Some(true));
    let after = remedy.policy_after();
    let after = after.as_ref();
    assert!(allows(after, ROLE, "backup:CopyIntoBackupVault", CENTRAL));
    assert!(!allows(
        after,
        "arn:aws:iam::111122223333:role/other",
        "backup:CopyIntoBackupVault",
        CENTRAL
    ));
    let left = &after.unwrap()["Statement"][1];
    assert_eq!(
        left["Condition"]["StringNotEquals"],
        policy["Statement"][1]["Condition"]["StringNotEquals"]
    );
}

#[test]
fn a_wide_deny_still_denies_all_that_the_copy_does_not_need() {
    let root = json!({"Effect": "Allow", "Principal": {"AWS": [ROLE, SLR]}, "Action": "kms:*", "Resource": "*"});
    let deny = |who: Value, what: Value| {
        let mut deny = json!({"Sid": "No", "Effect": "Deny", "Principal": who, "Resource": "*"});
        for (name, value) in what.as_object().unwrap() {
            deny[name] = value.clone();
        }
        key_policy(FROM, json!([root, deny]))
    };
    let mut asked = 0;
    for who in [json!("*"), json!({"AWS": SLR}), json!({"AWS": [SLR, ROLE]})] {
        // A key of which everybody is denied everything is nobody's to change.
        let all = if who == "*" {
            json!({"Action": ["kms:C*", "kms:D*", "kms:E*", "kms:G*", "kms:R*", "kms:S*"]})
        } else {
            json!({"Action": "kms:*"})
        };
        for what in [
            all,
            json!({"Action": ["kms:CreateGrant", "kms:ScheduleKeyDeletion", "kms:Sign"]}),
            json!({"NotAction": ["kms:PutKeyPolicy"]}),
        ] {
            let policy = deny(who.clone(), what);
            let estate = Estate::ebs().set(&format!("{RESOURCE_KEY}/Policy"), policy);
            let remedies = remedies_of(&estate.0);
            let [remedy] = remedies.as_slice() else {
                panic!("{remedies:?}")
            };
            assert_eq!(remedy.proven, Some(true), "{who} {:?}", remedy.after);
            let (before, after) = (remedy.policy_before(), remedy.policy_after());
            let (before, after) = (before.as_ref(), after.as_ref());
            assert!(allows(after, SLR, "kms:CreateGrant", KEY));
            for action in ["kms:ScheduleKeyDeletion", "kms:Sign", "kms:PutKeyPolicy"] {
                for principal in [SLR, ROLE] {
                    let was = allows(before, principal, action, KEY);
                    let is = allows(after, principal, action, KEY);
                    assert_eq!(was, is, "{principal} {action} {after:?}");
                    asked += 1;
                }
            }
        }
    }
    assert_eq!(asked, 54);
}

#[test]
fn an_organizations_name_in_a_policy_lets_nobody_but_the_role_in() {
    let policy = |condition: Value, action: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": action,
        "Resource": "*", "Condition": condition}]})
    };
    let ours = json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}});
    for policy in [
        policy(
            json!({"StringEquals": {"aws:PrincipalOrgID": "o-z9y8x7w6v5"}}),
            "backup:CopyIntoBackupVault",
        ),
        policy(ours, "backup:DescribeBackupVault"),
        policy(
            json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
                "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Other"}}),
            "backup:CopyIntoBackupVault",
        ),
        policy(
            json!({"StringNotEquals": {"aws:PrincipalOrgID": ORGANIZATION}}),
            "backup:CopyIntoBackupVault",
        ),
    ] {
        let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy);
        let [remedy] = remedies_of(&estate.0).try_into().unwrap();
        assert_eq!(remedy.proven, Some(true));
        assert_eq!(remedy.added[0]["Principal"], json!({"AWS": ROLE}));
        assert_eq!(remedy.added.len(), 1);
    }
}

#[test]
fn a_deny_of_the_source_vault_is_narrowed_for_the_role_and_the_vault_that_it_copies_to() {
    let deny = |who: Value, condition: Value| {
        json!({"Version": "2012-10-17", "Statement": [{"Sid": "Stay", "Effect": "Deny", "Principal": who,
            "Action": "backup:CopyFromBackupVault", "Resource": "*", "Condition": condition}]})
    };
    let elsewhere = "arn:aws:backup:us-east-2:777788889999:backup-vault:elsewhere";
    let other = "arn:aws:iam::111122223333:role/other";
    for (who, condition) in [
        (json!("*"), json!({})),
        (json!({"AWS": ROLE}), json!({})),
        (
            json!("*"),
            json!({"ForAllValues:ArnNotLike": {"backup:CopyTargets": "arn:aws:backup:*:777788889990:*"}}),
        ),
        (
            json!("*"),
            json!({"ForAnyValue:StringNotEquals": {"backup:CopyTargets": "a"}}),
        ),
    ] {
        let policy = deny(who, condition);
        let estate = Estate::rds().set(&format!("{SOURCE_VAULT}/AccessPolicy"), policy.clone());
        let [remedy] = remedies_of(&estate.0).try_into().unwrap();
        assert_eq!(remedy.proven, Some(true), "{policy}");
        let after = remedy.policy_after().unwrap();
        assert!(!copies_out(&after, ROLE, elsewhere), "{after:#}");
        assert!(copies_out(&after, ROLE, CENTRAL), "{after:#}");
        assert_eq!(
            copies_out(&after, other, CENTRAL),
            copies_out(&policy, other, CENTRAL),
            "{after:#}"
        );
    }
}

#[test]
fn a_key_policy_that_would_be_too_long_is_no_remedy_and_says_so() {
    let long = "x".repeat(33_000);
    let estate = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        json!({"Version": "2012-10-17", "Statement": [{"Sid": long, "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{FROM}:root")}, "Action": "kms:*", "Resource": "*"}]}),
    );
    let remedies = remedies_of(&estate.0);
    let [remedy] = remedies.as_slice() else {
        panic!("{remedies:?}")
    };
    assert_eq!((remedy.proven, &remedy.after), (None, &None));
    assert!(remedy.title.contains("may have 32768"), "{}", remedy.title);
}

#[test]
fn a_deleted_principal_is_taken_out_of_every_policy_that_is_changed_and_said() {
    let gone = "AROAEXAMPLEID12345678";
    let dead = |effect: &str| json!({"Sid": "Old", "Effect": effect, "Principal": {"AWS": gone}, "Action": "kms:Decrypt", "Resource": "*"});
    let key = key_policy(FROM, json!([dead("Allow")]));
    let vault = json!({"Version": "2012-10-17", "Statement": [dead("Deny")]});
    let trust = json!({"Version": "2012-10-17", "Statement": [dead("Allow")]});
    for (place, policy) in [
        (format!("{RESOURCE_KEY}/Policy"), key),
        (format!("{DESTINATION_VAULT}/AccessPolicy"), vault),
        (format!("{COPY_ROLE}/AssumeRolePolicyDocument"), trust),
    ] {
        let [remedy] = remedies_of(&Estate::rds().set(&place, policy).0)
            .try_into()
            .unwrap();
        assert_eq!(remedy.proven, Some(true), "{}", remedy.title);
        assert!(!remedy.commands().concat().contains("AROA"));
        assert!(!remedy.policy_after().unwrap().to_string().contains("AROA"));
        assert!(remedy.title.contains(&format!("take {gone} out")));
    }
}

#[test]
fn a_role_that_only_aws_changes_gets_no_policy() {
    let own = "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup";
    for (role, attached) in [
        (
            "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
            json!([{"PolicyArn": own}]),
        ),
        (
            "aws-reserved/sso.amazonaws.com/AWSReservedSSO_admin_0123456789abcdef",
            json!([]),
        ),
    ] {
        let role = format!("arn:aws:iam::{FROM}:role/{role}");
        let estate = Estate::rds()
            .set(&format!("{COPY_ROLE}/Arn"), json!(role))
            .set(&format!("{COPY_ROLE}/AttachedPolicies"), attached)
            .set(&format!("{COPY}/role"), json!(role))
            .set(
                &format!("{DESTINATION_VAULT}/AccessPolicy"),
                allow_copy_into(&role),
            );
        let found = estate.verdict();
        assert!(found.failing().contains(&"copy-role-lacks-permission"));
        let remedies = remedies_of(&estate.0);
        let changed = |kind| remedies.iter().any(|remedy| remedy.kind == kind);
        assert!(!changed(RemedyKind::RolePolicy) && !changed(RemedyKind::TrustPolicy));
    }
}

/// A service control policy of the copy role's account, beside the one that allows everything.
fn denied_by_organization(statement: Value) -> Estate {
    let all = json!({"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": {"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}});
    let deny = json!({"Id": "p-12345678", "Name": "guardrail",
        "Document": {"Version": "2012-10-17", "Statement": [statement]}});
    Estate::rds().set(
        "/accounts/0/service_control_policies",
        json!([[all, deny], [all], [all]]),
    )
}

#[test]
fn a_deny_of_the_organization_is_narrowed_for_the_role_and_what_it_copies() {
    for action in [
        json!("backup:CopyIntoBackupVault"),
        json!(["backup:CopyFromBackupVault", "kms:CreateGrant"]),
        json!("backup:*"),
        json!("*"),
    ] {
        let deny = json!({"Sid": "NoCopies", "Effect": "Deny", "Action": action, "Resource": "*"});
        let estate = denied_by_organization(deny.clone());
        let [remedy] = remedies_of(&estate.0).try_into().unwrap();
        assert_eq!(remedy.kind, RemedyKind::ServiceControlPolicy);
        assert_eq!(remedy.subject, "p-12345678");
        assert_eq!(remedy.proven, Some(true), "{:#?}", remedy.after);
        assert_eq!(remedy.policy_before().unwrap()["Statement"][0], deny);
        let others = &remedy.added[0];
        assert_eq!(
            others["Condition"],
            json!({"ArnNotEquals": {"aws:PrincipalArn": ROLE}})
        );
        for statement in &remedy.added[1..] {
            assert_eq!(
                statement["Condition"]["ArnEquals"]["aws:PrincipalArn"],
                ROLE
            );
        }
        assert!(
            remedy
                .commands()
                .concat()
                .contains("update-policy --policy-id p-12345678")
        );
    }
}

#[test]
fn a_deny_of_the_organization_that_cannot_be_narrowed_says_so() {
    let estate = denied_by_organization(json!({"Effect": "Deny",
        "Action": "backup:CopyIntoBackupVault", "Resource": "arn:aws:backup:*:444455556666:*"}));
    let [remedy] = remedies_of(&estate.0).try_into().unwrap();
    assert_eq!((remedy.proven, remedy.after), (None, None));
    assert!(remedy.title.contains("write its actions and resources out"));
}
