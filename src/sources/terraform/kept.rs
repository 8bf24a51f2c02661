//! What keeps a thing from being deleted: a plan that destroys or replaces it stops there, and the thing stays.
//!
//! The provider deletes by what is in the state, not by what the plan sets.

use serde_json::Value;

use super::object::{Attribute, Moment, Object};
use crate::sources::standing::Standing;

/// What keeps things of a type.
enum KeptBy {
    /// A switch of it that is on; the provider turns it off itself where this other one is on.
    Switch(&'static str, &'static str),
    /// That a last snapshot is to be taken, which this switch leaves out, and this attribute names.
    NamelessSnapshot(&'static str, &'static str),
    /// What lies in it, where this switch does not have it deleted, too; empty: nothing does.
    Contents(&'static str, &'static str),
    /// The recovery points in a vault, where this switch does not have them deleted, too; empty: nothing does.
    RecoveryPoints(&'static str),
}

use KeptBy::{Contents, NamelessSnapshot, RecoveryPoints, Switch};

/// By types. See
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/delete-a-vault.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.Basics.html>,
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html>, and the types' pages at
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>.
#[rustfmt::skip]
const KEPT: &[(&str, &[KeptBy])] = &[
    ("aws_backup_vault",                      &[RecoveryPoints("force_destroy")]),
    ("aws_backup_logically_air_gapped_vault", &[RecoveryPoints("")]),
    ("aws_db_instance",                       &[Switch("deletion_protection", ""), LAST_SNAPSHOT]),
    ("aws_rds_cluster",                       &[Switch("deletion_protection", ""), LAST_SNAPSHOT]),
    ("aws_docdb_cluster",                     &[Switch("deletion_protection", ""), LAST_SNAPSHOT]),
    ("aws_neptune_cluster",                   &[Switch("deletion_protection", ""), LAST_SNAPSHOT]),
    ("aws_redshift_cluster",                  &[LAST_SNAPSHOT]),
    ("aws_dynamodb_table",                    &[Switch("deletion_protection_enabled", "")]),
    ("aws_eks_cluster",                       &[Switch("deletion_protection", "")]),
    ("aws_instance",                          &[Switch("disable_api_termination", "force_destroy")]),
    ("aws_s3_bucket",                         &[Contents("objects", "force_destroy")]),
];

const LAST_SNAPSHOT: KeptBy = NamelessSnapshot("skip_final_snapshot", "final_snapshot_identifier");

/// Why an object that a plan destroys or replaces may not go, by its ARN; `None`: nothing keeps it.
#[must_use]
pub fn why(object: &Object<'_>, arn: &str, facts: &Standing) -> Option<String> {
    let (_, all) = KEPT.iter().find(|(kind, _)| *kind == object.kind)?;
    all.iter().find_map(|by| match by {
        Switch(name, off) => switched(object, (name, off), facts.protects(arn)),
        NamelessSnapshot(skip, name) => {
            let is_named = object.attribute(Moment::Now, name) != Attribute::NotSet;
            (!is_named && !is_on(object, skip)).then(|| {
                format!(
                    "{skip} is not on and no {name} is set: fix it: set one of them and apply that first"
                )
            })
        }
        Contents(what, force) => (!is_on(object, force)).then(|| {
            format!(
                "it is not known whether it holds {what}: fix it: empty it, or set {force} and apply that first"
            )
        }),
        RecoveryPoints(force) => recovery_points(object, arn, force, facts),
    })
}

/// Why a switch keeps an object, by the state or by the facts.
fn switched(
    object: &Object<'_>,
    (name, off): (&str, &str),
    by_facts: Option<bool>,
) -> Option<String> {
    if is_on(object, off) {
        return None;
    }
    match (object.switch(Moment::Now, name), by_facts) {
        (Value::Bool(true), _) => Some(format!(
            "{name} is on: fix it: turn it off and apply that first"
        )),
        (_, Some(true)) => Some(format!(
            "by the facts it is protected from deletion ({name}): fix it: turn that off first"
        )),
        (Value::Bool(false), _) | (Value::Null, Some(false)) => None,
        (_, _) => Some(format!(
            "{name} is not known: give --inventory FILE with facts of it"
        )),
    }
}

/// Why a vault may not go. Of a locked one no recovery point is deleted.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html>.
fn recovery_points(
    object: &Object<'_>,
    arn: &str,
    force: &str,
    facts: &Standing,
) -> Option<String> {
    let vault = facts.vault(arn);
    let told = object.marked(Moment::Now, "recovery_points").as_i64();
    let most = told.max(vault.points);
    let is_emptied = is_on(object, force);
    let holds = match most {
        Some(0) => return None,
        Some(_) => "it holds recovery points",
        None => "it is not known whether it holds recovery points",
    };
    let empty_it = "delete them first, or keep the vault and make another under another name";
    match (is_emptied, vault.is_locked) {
        (true, Some(false)) => None,
        (true, Some(true)) => Some(format!("it is locked, and {holds}: fix it: {empty_it}")),
        (true, None) => Some(format!(
            "{holds}, and it is not known whether it is locked: fix it: give the facts of the vault"
        )),
        (false, _) if force.is_empty() => Some(format!("{holds}: fix it: {empty_it}")),
        (false, _) => Some(format!(
            "{holds}: fix it: {empty_it}; or set {force} and apply that first"
        )),
    }
}

fn is_on(object: &Object<'_>, name: &str) -> bool {
    !name.is_empty() && object.switch(Moment::Now, name) == Value::Bool(true)
}
