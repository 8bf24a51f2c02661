//! Remedies of several subjects that stand in one thing: the levels of an account, the rules of a plan, a setting.

use serde_json::{Value, json};

use backup_preflight::remedy::{Remedy, RemedyKind};
use backup_preflight::verdict::Verdict;

use super::{apply, remedies_of, together};
use crate::support::estate::*;

fn full(id: &str) -> Value {
    let allow = match id {
        "p-FullAWSAccess" => json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        _ => json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}),
    };
    json!({"Id": id, "Name": id, "Document": {"Version": "2012-10-17", "Statement": [allow]}})
}

fn policy(id: &str, statement: &Value) -> Value {
    json!({"Id": id, "Name": id, "Document": {"Version": "2012-10-17", "Statement": [statement]}})
}

/// What is proposed of an inventory whose copy all of them unblock together: each is proven with the others.
fn all_proven_together(estate: &Estate, count: usize, case: &str) -> Vec<Remedy> {
    let remedies = remedies_of(&estate.0);
    assert_eq!(remedies.len(), count, "{case}: {remedies:#?}");
    for remedy in &remedies {
        assert_eq!(remedy.proven, Some(true), "{case}: {}", remedy.title);
        assert_eq!(
            remedy.together_with.len(),
            count - 1,
            "{case}: {}",
            remedy.title
        );
    }
    let after = together(&estate.0);
    assert!(
        after.values().all(|verdict| *verdict == Verdict::Feasible),
        "{case}: {after:?}"
    );
    // As they would be made, one after another.
    let mut changed = estate.0.clone();
    for remedy in &remedies {
        assert!(apply(&mut changed, remedy), "{case}");
    }
    assert_eq!(
        Estate(changed).verdict().failing(),
        Vec::<&str>::new(),
        "{case}"
    );
    remedies
}

#[test]
fn several_control_policies_that_deny_are_narrowed_and_proven_together() {
    let deny = |action: &str| json!({"Effect": "Deny", "Action": action, "Resource": "*"});
    let (from, into) = (
        deny("backup:CopyFromBackupVault"),
        deny("backup:CopyIntoBackupVault"),
    );
    let full = || full("p-FullAWSAccess");
    let [a, b, c] = ["p-a", "p-b", "p-c"].map(|id| policy(id, &from));
    for (case, levels, count) in [
        ("one level", json!([[full(), a, b], [full()], [full()]]), 2),
        (
            "root and unit",
            json!([[full(), a], [full(), b], [full()]]),
            2,
        ),
        (
            "three levels",
            json!([[full(), a], [full(), b], [full(), c]]),
            3,
        ),
        (
            "the one denies this, the other that",
            json!([[full(), a, policy("p-b", &into)], [full()], [full()]]),
            2,
        ),
        (
            "one policy twice",
            json!([[full(), a], [full(), a], [full()]]),
            1,
        ),
    ] {
        let estate = Estate::rds().set("/accounts/0/service_control_policies", levels);
        all_proven_together(&estate, count, case);
    }
}

#[test]
fn several_resource_control_policies_that_deny_are_narrowed_and_proven_together() {
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*",
        "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}}});
    let full = || full("p-RCPFullAWSAccess");
    let levels = json!([
        [full(), policy("r-1", &deny)],
        [full(), policy("r-2", &deny)],
        [full()]
    ]);
    let estate = Estate::rds().set("/accounts/0/resource_control_policies", levels);
    let remedies = all_proven_together(&estate, 2, "two levels");
    assert!(
        remedies
            .iter()
            .all(|remedy| remedy.kind == RemedyKind::ResourceControlPolicy)
    );
}

/// The setting is set as a whole, so that what lets in one account's images must let in the other's.
#[test]
fn images_of_two_accounts_are_let_in_by_one_change_of_the_setting() {
    let base: Value =
        serde_json::from_str(include_str!("../support/bases/ami-point.json")).unwrap();
    let estate = Estate(base).set(
        "/accounts/1/regions/0/allowed_images",
        json!({"State": "enabled", "ImageCriteria": [{"ImageProviders": ["amazon"]}]}),
    );
    // The same copy out of a third account.
    let third = |value: &Value| {
        let text = value.to_string().replace(FROM, "777788889999");
        serde_json::from_str::<Value>(&text.replace("ami-1", "ami-2")).unwrap()
    };
    let (account, copy) = (
        third(&estate.0["accounts"][0]),
        third(&estate.0["copies"][0]),
    );
    let into =
        json!({"AWS": [format!("arn:aws:iam::{FROM}:root"), "arn:aws:iam::777788889999:root"]});
    let estate = estate
        .push("/accounts", account)
        .push("/copies", copy)
        .set("/copies/1/id", json!("other"));
    let vault = format!("{DESTINATION_VAULT}/AccessPolicy/Statement/0/Principal");
    let estate = estate.set(&vault, into);
    let remedies = remedies_of(&estate.0);
    let images: Vec<&Remedy> = remedies
        .iter()
        .filter(|remedy| remedy.kind == RemedyKind::AllowImages)
        .collect();
    let [remedy] = images[..] else {
        panic!("{remedies:#?}")
    };
    assert_eq!(remedy.copies.len(), 2);
    let command = remedy.commands().concat();
    // The criteria are set as a whole, so that what they were is told.
    let was = r#"still prints [{"ImageProviders":["amazon"]}]"#;
    assert!(
        command.starts_with("# ") && command.contains(was),
        "{command}"
    );
    assert!(
        command.contains(&format!(
            r#"{{"ImageProviders":["{FROM}","777788889999"]}}"#
        )),
        "{command}"
    );
}
