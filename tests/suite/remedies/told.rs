//! All that must change is told at once: what is named as a Deny, taken out, and what is said to lack, added, lets a check pass.

use backup_preflight::inventory::Facts;
use backup_preflight::verdict::{Outcome, Status};
use serde_json::{Value, json};

use crate::support::estate::*;
use crate::support::verdicts::read;
use crate::support::{Estate, decided};

fn document(statements: Vec<Value>) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn of_identity(effect: &str, action: &str) -> Value {
    json!({"Effect": effect, "Action": action, "Resource": "*"})
}

fn to_everybody(effect: &str, action: &str) -> Value {
    json!({"Effect": effect, "Principal": "*", "Action": action, "Resource": "*"})
}

/// Those of these whose bit is set.
fn chosen(all: &[Value], bits: usize) -> Vec<Value> {
    let each = all.iter().enumerate();
    let each = each.filter(|(place, _)| bits >> place & 1 == 1);
    each.map(|(_, one)| one.clone()).collect()
}

fn found(estate: &Estate, check: &str) -> Outcome {
    let inventory = read(&estate.0);
    let facts = Facts::new(&inventory);
    let one = decided(&facts, &inventory).remove(0);
    let found = one.outcomes.iter().find(|(found, _)| found.id == check);
    (**found.map(|(_, outcome)| outcome).unwrap()).clone()
}

/// The estate where what is told is done.
fn mended(mut estate: Estate, told: &Outcome) -> Estate {
    for seen in &told.evidence {
        let of = match &*seen.subject {
            ROLE => COPY_ROLE,
            KEY => RESOURCE_KEY,
            PROD => SOURCE_VAULT,
            FROM => "/accounts/0",
            _ => continue,
        };
        let at = format!("{of}{}", seen.pointer.as_deref().unwrap_or_default());
        if seen.says.contains(" denies ") {
            estate = estate.set(&format!("{at}/Effect"), json!("Allow"));
            estate = estate.set(&format!("{at}/Action"), json!("sns:Publish"));
        } else if seen.says.starts_with("no SCP of level") {
            estate = estate.push(
                &at,
                json!({"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}),
            );
        }
    }
    let all = of_identity("Allow", "*");
    let add: &[(&str, String, Value)] = &[
        (
            "nothing allows b",
            format!("{COPY_ROLE}/InlinePolicies"),
            json!({"PolicyName": "more", "Document": document(vec![all.clone()])}),
        ),
        (
            "nothing allows k",
            format!("{COPY_ROLE}/InlinePolicies"),
            json!({"PolicyName": "more", "Document": document(vec![all.clone()])}),
        ),
        (
            "leaves out",
            format!("{COPY_ROLE}/PermissionsBoundary/Document/Statement"),
            all,
        ),
        (
            "assume it",
            format!("{COPY_ROLE}/AssumeRolePolicyDocument/Statement"),
            trust()["Statement"][0].clone(),
        ),
        (
            "nothing allows it there",
            format!("{COPY_ROLE}/AssumeRolePolicyDocument/Statement"),
            trust()["Statement"][0].clone(),
        ),
        (
            "does not let AWSServiceRoleForBackup",
            format!("{RESOURCE_KEY}/Policy/Statement"),
            share(SLR, USE),
        ),
    ];
    for (said, place, what) in add {
        let is_so = told.step().map_or(&*told.message, |(is_so, _)| is_so);
        if is_so.contains(said) {
            estate = estate.push(place, what.clone());
        }
    }
    estate
}

/// An estate in each of so many ways that a check fails.
fn each_way(check: &str, bits: usize, estate: impl Fn(usize) -> Estate) {
    for way in 1..1 << bits {
        let estate = estate(way);
        let told = found(&estate, check);
        assert_eq!(
            told.status,
            Status::Fail,
            "{check} {way:b}: {}",
            told.message
        );
        let after = found(&mended(estate, &told), check);
        assert_ne!(
            after.status,
            Status::Fail,
            "{check} {way:b}: {} / {}",
            told.message,
            after.message
        );
    }
}

#[test]
fn of_a_role_every_deny_and_whoever_is_silent() {
    let inline = |name: &str, action: &str| json!({"PolicyName": name, "Document": document(vec![of_identity("Deny", action)])});
    let denies = [
        inline("d1", "backup:CopyFromBackupVault"),
        inline("d2", "rds:CopyDBSnapshot"),
    ];
    each_way("copy-role-lacks-permission", 5, |way| {
        let mut boundary = vec![of_identity(
            "Allow",
            if way & 8 == 0 { "*" } else { "s3:*" },
        )];
        boundary.extend((way & 4 != 0).then(|| of_identity("Deny", "kms:CreateGrant")));
        let estate = Estate::rds()
            .set(&format!("{COPY_ROLE}/InlinePolicies"), json!(chosen(&denies, way & 3)))
            .set(
                &format!("{COPY_ROLE}/PermissionsBoundary"),
                json!({"PolicyArn": "arn:aws:iam::111122223333:policy/edge", "Document": document(boundary)}),
            );
        if way & 16 == 0 {
            estate
        } else {
            estate.set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]))
        }
    });
}

#[test]
fn of_a_trust_policy_every_deny_and_its_silence() {
    let service = |effect: &str, name: &str| json!({"Effect": effect, "Principal": {"Service": name}, "Action": "sts:AssumeRole"});
    let denies = [
        service("Deny", "backup.amazonaws.com"),
        to_everybody("Deny", "sts:*"),
    ];
    let denies = denies.map(|mut deny| {
        deny.as_object_mut().unwrap().remove("Resource");
        deny
    });
    each_way("copy-role-not-assumable", 3, |way| {
        let other = if way & 4 == 0 {
            "backup.amazonaws.com"
        } else {
            "ec2.amazonaws.com"
        };
        let mut statements = chosen(&denies, way & 3);
        statements.push(service("Allow", other));
        Estate::rds().set(
            &format!("{COPY_ROLE}/AssumeRolePolicyDocument"),
            document(statements),
        )
    });
}

#[test]
fn of_a_key_every_deny_and_its_silence() {
    let denies = [
        to_everybody("Deny", "kms:CreateGrant"),
        to_everybody("Deny", "kms:DescribeKey"),
    ];
    each_way("source-key-not-shared", 3, |way| {
        let mut more = chosen(&denies, way & 3);
        more.extend((way & 4 == 0).then(|| share(SLR, USE)));
        Estate::rds().set(
            &format!("{RESOURCE_KEY}/Policy"),
            key_policy(FROM, json!(more)),
        )
    });
}

#[test]
fn of_a_source_vault_every_deny() {
    let denies = [
        to_everybody("Deny", "backup:StartCopyJob"),
        to_everybody("Deny", "backup:CopyFromBackupVault"),
        to_everybody("Deny", "backup:*"),
    ];
    each_way("source-vault-denies-copy", 3, |way| {
        Estate::rds_point().set(
            &format!("{SOURCE_VAULT}/AccessPolicy"),
            document(chosen(&denies, way)),
        )
    });
}

#[test]
fn of_an_organization_every_deny_and_every_level_that_is_silent() {
    let policy = |name: &str, statement: Value| json!({"Id": format!("p-{name}"), "Name": name, "Document": document(vec![statement])});
    each_way("organization-policy-denies-copy", 4, |way| {
        let level = |bit: usize, deny: usize| {
            let allow = if way & bit == 0 { "*" } else { "s3:*" };
            let mut all = vec![policy("allows", of_identity("Allow", allow))];
            all.extend(
                (way & deny != 0)
                    .then(|| policy("denies", of_identity("Deny", "rds:CopyDBSnapshot"))),
            );
            all
        };
        Estate::rds().set(
            "/accounts/0/service_control_policies",
            json!([level(1, 4), level(2, 8)]),
        )
    });
}
