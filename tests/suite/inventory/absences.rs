//! What AWS leaves out of an answer means what AWS means by it; what comes from a call of its own was not looked up.

use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;

#[test]
fn what_aws_leaves_out_means_what_aws_means_by_it() {
    let role = "/accounts/0/roles/0";
    for pointer in [
        format!("{DESTINATION_VAULT}/VaultType"),
        format!("{DESTINATION_VAULT}/VaultState"),
        format!("{DESTINATION_VAULT}/MinRetentionDays"),
        format!("{DESTINATION_VAULT}/MaxRetentionDays"),
        format!("{role}/PermissionsBoundary"),
    ] {
        let mut estate = Estate::rds();
        if estate.0.pointer(&pointer).is_some() {
            estate = estate.without(&pointer);
        }
        assert_eq!(estate.verdict().verdict, Verdict::Feasible, "{pointer}");
    }
}

#[test]
fn what_comes_from_a_call_of_its_own_was_not_looked_up_where_it_is_absent() {
    let role = "/accounts/0/roles/0";
    for (pointer, check, where_null) in [
        (
            format!("{DESTINATION_VAULT}/AccessPolicy"),
            "vault-refuses-copy",
            Status::Fail,
        ),
        (
            format!("{role}/AttachedPolicies"),
            "copy-role-lacks-permission",
            Status::Fail,
        ),
        (
            format!("{role}/AssumeRolePolicyDocument"),
            "copy-role-not-assumable",
            Status::Fail,
        ),
        (
            format!("{RESOURCE_KEY}/Policy"),
            "source-key-not-shared",
            Status::Fail,
        ),
        (
            format!("{RESOURCE_KEY}/KeyState"),
            "key-unusable",
            Status::Fail,
        ),
    ] {
        let absent = Estate::rds().without(&pointer).verdict();
        assert_eq!(absent.of(check), Status::Undecided, "{pointer}");
        let null = Estate::rds().set(&pointer, Value::Null).verdict();
        assert_eq!(null.of(check), where_null, "{pointer}");
    }
}

#[test]
fn a_status_that_is_null_says_that_the_thing_does_not_exist() {
    for (estate, pointer, check) in [
        (
            Estate::rds(),
            format!("{DESTINATION_VAULT}/VaultState"),
            "destination-vault-missing",
        ),
        (
            Estate::rds(),
            format!("{RESOURCE}/ResourceType"),
            "recovery-point-missing",
        ),
        (
            Estate::rds_point(),
            format!("{POINT}/Status"),
            "recovery-point-missing",
        ),
        (
            Estate::rds(),
            format!("{RESOURCE_KEY}/KeyState"),
            "key-unusable",
        ),
    ] {
        let found = estate.set(&pointer, Value::Null).verdict();
        assert_eq!(found.of(check), Status::Fail, "{pointer}");
    }
}

#[test]
fn a_copy_that_does_not_say_how_it_starts_has_the_start_of_what_it_copies() {
    let start = |estate: Estate| {
        let estate = match estate.0.pointer(&format!("{COPY}/start")) {
            Some(_) => estate.without(&format!("{COPY}/start")),
            None => estate,
        };
        let continuous =
            json!("arn:aws:backup:us-east-2:111122223333:recovery-point:continuous:db-1");
        let point = estate
            .0
            .pointer(&format!("{COPY}/recovery_point"))
            .is_some();
        let estate = if point {
            let points = format!("{POINT}/RecoveryPointArn");
            estate
                .set(&points, continuous.clone())
                .set(&format!("{COPY}/recovery_point"), continuous)
        } else {
            estate
        };
        estate.verdict().of("recovery-point-continuous")
    };
    // Copied on demand, a continuous recovery point fails; a resource has none yet.
    assert_eq!(start(Estate::rds_point()), Status::Fail);
    assert_ne!(start(Estate::rds()), Status::Fail);
}
