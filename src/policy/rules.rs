//! The rules of the evaluation, one test each.

use super::fixture::{
    KEY, LINKED, OTHER, ROLE, VAULT, ask, decide, document, one, policy, request,
};
use super::{Decision, Document, Entry, Policies, PolicyType, evaluate};

#[test]
fn a_key_policy_that_names_the_role_needs_no_identity_policy() {
    let nothing = policy(&[]);
    let decrypt = request(ROLE, "kms:Decrypt", KEY);
    for name in [ROLE, "*"] {
        let key = policy(&[&format!("Allow kms:Decrypt {name}")]);
        assert_eq!(decide(&decrypt, Some(&key), &nothing), Decision::Allowed);
    }
}

#[test]
fn a_key_policy_that_names_the_account_only_delegates() {
    let (nothing, allow) = (policy(&[]), policy(&["Allow kms:*"]));
    let decrypt = request(ROLE, "kms:Decrypt", KEY);
    for name in ["111122223333", "arn:aws:iam::111122223333:root"] {
        let key = policy(&[&format!("Allow kms:Decrypt {name}")]);
        assert_eq!(decide(&decrypt, Some(&key), &nothing), Decision::Denied);
        assert_eq!(decide(&decrypt, Some(&key), &allow), Decision::Allowed);
    }
}

#[test]
fn a_key_policy_that_does_not_delegate_leaves_identity_policies_without_effect() {
    let allow = policy(&["Allow *"]);
    let decrypt = request(ROLE, "kms:Decrypt", KEY);
    let key = policy(&["Allow kms:* arn:aws:iam::111122223333:role/Admin"]);
    assert_eq!(decide(&decrypt, Some(&key), &allow), Decision::Denied);
    assert_eq!(decide(&decrypt, None, &allow), Decision::Denied);
    let copy = request(ROLE, "backup:CopyIntoBackupVault", VAULT);
    assert_eq!(decide(&copy, None, &allow), Decision::Allowed);
}

#[test]
fn across_accounts_both_sides_must_allow() {
    let (nothing, allow) = (policy(&[]), policy(&["Allow *"]));
    for (resource, action) in [(KEY, "kms:Decrypt"), (VAULT, "backup:CopyIntoBackupVault")] {
        let copy = request(OTHER, action, resource);
        for name in [OTHER, "444455556666", "*"] {
            let open = policy(&[&format!("Allow * {name}")]);
            assert_eq!(decide(&copy, Some(&open), &allow), Decision::Allowed);
            assert_eq!(decide(&copy, Some(&open), &nothing), Decision::Denied);
        }
        assert_eq!(decide(&copy, None, &allow), Decision::Denied);
    }
}

#[test]
fn an_explicit_deny_anywhere_wins_and_one_of_an_account_covers_its_principals() {
    let allow = policy(&["Allow *"]);
    let copy = request(OTHER, "backup:CopyIntoBackupVault", VAULT);
    let vault = policy(&["Allow * *", "Deny backup:* 444455556666"]);
    let answer = ask(&copy, Some(&vault), &allow);
    assert_eq!((answer.decision, answer.explicit), (Decision::Denied, true));
    assert_eq!(answer.statements.len(), 1);
    assert_eq!(answer.statements[0].index, 1);
    let deny = policy(&["Allow *", "Deny backup:*"]);
    let open = policy(&["Allow * *"]);
    assert!(ask(&copy, Some(&open), &deny).explicit);
}

#[test]
fn every_level_of_the_organization_must_allow_and_within_one_any_policy_may() {
    let (allow, none) = (policy(&["Allow *"]), policy(&["Allow s3:*"]));
    let copy = request(ROLE, "backup:CopyIntoBackupVault", VAULT);
    let decide = |scps: &[Vec<&Document>]| {
        let policies = Policies {
            identity: &[&allow],
            scps,
            ..Policies::default()
        };
        evaluate(&copy, &policies).decision
    };
    assert_eq!(decide(&[]), Decision::Allowed);
    assert_eq!(
        decide(&[vec![&none, &allow], vec![&allow]]),
        Decision::Allowed
    );
    assert_eq!(decide(&[vec![&allow], vec![&none]]), Decision::Denied);
    assert_eq!(decide(&[vec![&allow], vec![]]), Decision::Denied);
}

#[test]
fn rcps_only_deny() {
    let (allow, deny) = (policy(&["Allow *"]), policy(&["Deny backup:* *"]));
    let copy = request(ROLE, "backup:CopyIntoBackupVault", VAULT);
    let decide = |rcps: &[Vec<&Document>]| {
        let policies = Policies {
            identity: &[&allow],
            rcps,
            ..Policies::default()
        };
        evaluate(&copy, &policies).decision
    };
    assert_eq!(decide(&[vec![]]), Decision::Allowed);
    assert_eq!(decide(&[vec![&deny]]), Decision::Denied);
}

#[test]
fn service_linked_roles_stand_outside_the_organizations_policies() {
    let (allow, deny) = (policy(&["Allow *"]), policy(&["Deny *"]));
    let deny_all = policy(&["Deny * *"]);
    let key = policy(&[&format!("Allow kms:* {LINKED}")]);
    let policies = Policies {
        resource: Some(&key),
        identity: &[&allow],
        scps: &[vec![&deny]],
        rcps: &[vec![&deny_all]],
        ..Policies::default()
    };
    let answer = evaluate(&request(LINKED, "kms:CreateGrant", KEY), &policies);
    assert_eq!(answer.decision, Decision::Allowed);
    let of = |kind| answer.statements.iter().filter(move |at| at.policy == kind);
    assert_eq!(
        (of(PolicyType::Scp).count(), of(PolicyType::Rcp).count()),
        (0, 0)
    );
}

#[test]
fn an_unknown_counts_where_it_can_change_the_answer_and_nowhere_else() {
    let when = |effect: &str| {
        format!(
            r#"{{"Effect": "{effect}", "Action": "*", "Resource": "*", "Condition": {{"StringEquals": {{"aws:x": "1"}}}}}}"#
        )
    };
    let plain = |effect: &str| super::fixture::statement(&format!("{effect} *"));
    let mut copy = request(ROLE, "backup:CopyIntoBackupVault", VAULT);
    copy.context.set("aws:x", Entry::Unknown);
    let decide =
        |statements: &[String]| ask(&copy, None, &document(&statements.join(","))).decision;
    assert_eq!(decide(&[when("Allow")]), Decision::Unknown);
    assert_eq!(decide(&[when("Allow"), plain("Allow")]), Decision::Allowed);
    assert_eq!(decide(&[plain("Allow"), when("Deny")]), Decision::Unknown);
    assert_eq!(decide(&[when("Deny")]), Decision::Denied);
    assert_eq!(decide(&[when("Allow"), plain("Deny")]), Decision::Denied);
    let open = ask(&copy, None, &document(&when("Allow")));
    assert_eq!(
        (open.statements.len(), open.unknown),
        (1, vec!["aws:x".to_owned()])
    );
}

#[test]
fn a_boundary_limits_what_identity_policies_and_a_named_role_are_given() {
    let (allow, tight) = (policy(&["Allow *"]), policy(&["Allow s3:*"]));
    let session = "arn:aws:sts::111122223333:assumed-role/Copy/job";
    let mut decrypt = request(session, "kms:Decrypt", KEY);
    decrypt.context.set("aws:PrincipalArn", one(ROLE));
    let decide = |name: &str| {
        let key = policy(&[&format!("Allow kms:* {name}")]);
        let policies = Policies {
            resource: Some(&key),
            identity: &[&allow],
            boundary: Some(&tight),
            ..Policies::default()
        };
        evaluate(&decrypt, &policies).decision
    };
    assert_eq!(decide("111122223333"), Decision::Denied);
    assert_eq!(decide(ROLE), Decision::Denied);
    assert_eq!(decide(session), Decision::Allowed);
    assert_eq!(decide("*"), Decision::Unknown);
}

#[test]
fn a_not_principal_must_except_the_account_and_the_role() {
    let allow = policy(&["Allow *"]);
    let decide = |names: &str| {
        let vault = document(&format!(
            r#"{{"Effect": "Deny", "NotPrincipal": {{"AWS": [{names}]}}, "Action": "*", "Resource": "*"}}"#
        ));
        let copy = request(ROLE, "backup:CopyIntoBackupVault", VAULT);
        ask(&copy, Some(&vault), &allow).decision
    };
    let role = format!("\"{ROLE}\"");
    assert_eq!(
        decide(&format!("{role}, \"111122223333\"")),
        Decision::Allowed
    );
    assert_eq!(decide(&role), Decision::Unknown);
    assert_eq!(decide("\"111122223333\""), Decision::Unknown);
    assert_eq!(decide("\"444455556666\""), Decision::Denied);
}

#[test]
fn a_trust_policy_decides_who_assumes_the_role() {
    let trust = document(
        r#"{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
    );
    let decide = |principal| {
        let assume = request(principal, "sts:AssumeRole", ROLE);
        ask(&assume, Some(&trust), &policy(&["Allow *"])).decision
    };
    assert_eq!(decide("backup.amazonaws.com"), Decision::Allowed);
    assert_eq!(decide("ec2.amazonaws.com"), Decision::Denied);
    assert_eq!(
        decide("arn:aws:iam::111122223333:role/Admin"),
        Decision::Denied
    );
}

#[test]
fn the_root_user_is_named_by_its_account_and_needs_no_policies() {
    let root = request("arn:aws:iam::111122223333:root", "kms:Decrypt", KEY);
    let key = policy(&["Allow kms:* 111122223333"]);
    assert_eq!(decide(&root, Some(&key), &policy(&[])), Decision::Allowed);
    let other = policy(&["Allow kms:* 444455556666"]);
    assert_eq!(decide(&root, Some(&other), &policy(&[])), Decision::Denied);
}

#[test]
fn what_aws_would_refuse_settles_nothing() {
    let copy = request(ROLE, "backup:CopyIntoBackupVault", VAULT);
    let decide = |statement: &str| ask(&copy, None, &document(statement)).decision;
    for odd in [
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringMatches": {"aws:x": "1"}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:x": []}}}"#,
        r#"{"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*"}"#,
        r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}"#,
        r#"{"Effect": "Allow", "Action": "backup*", "Resource": "*"}"#,
    ] {
        assert_eq!(decide(odd), Decision::Unknown, "{odd}");
    }
    let version = r#"{"Version": "2020-01-01", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let answer = ask(&copy, None, &Document::parse(version).unwrap());
    assert_eq!(
        (answer.decision, answer.unknown),
        (Decision::Unknown, vec!["Version".to_owned()])
    );
}
