//! Names that are a letter or two from one that a record knows and lacks. Where the absence of that one means something, such a
//! slip of the pen would say it, so the file is refused.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use serde::de;

use super::json::Extra;
use super::word::SchemaId;
use crate::known::near::nearest_of;

/// The fields of the frame without which copies would be lost, or come out otherwise. Of all others the absence leaves a check
/// undecided, and a warning is enough.
const FRAME: &[&str] = &[
    "account",
    "accounts",
    "backup_policy",
    "collected_at",
    "copies",
    "copy_jobs",
    "cross_account_backup",
    "db_engine_versions",
    "ebs_default_kms_key_id",
    "error",
    "gaps",
    "opt_in_status",
    "plan",
    "plans",
    "recovery_point",
    "recovery_points",
    "region",
    "regions",
    "resource",
    "resources",
    "source_vault",
    "start",
    "subject",
    "waits_for",
];

/// Refuses an unknown field that is nearly one that the record lacks.
///
/// # Errors
/// Where there is such a field.
pub fn refuse<E: de::Error>(
    fields: &'static [&'static str],
    extra: &Extra,
    is_absent: impl Fn(&str) -> bool,
) -> Result<(), E> {
    // No object of AWS's has so many fields: what has is not one that somebody mistyped.
    const MANY: usize = 1_000;
    for (name, _) in extra.iter().take(MANY) {
        let meant = near(name, fields).filter(|field| is_absent(field));
        let counts = |field: &&str| is_of_aws(field) || FRAME.contains(field);
        if let Some(field) = meant.filter(counts) {
            return Err(E::custom(format_args!(
                "unknown field `{name}`, expected `{field}`: without it this would read as if `{field}` were not set"
            )));
        }
    }
    Ok(())
}

/// The error of a record that lacks a field without which it is nothing.
pub fn missing<E: de::Error>(record: &str, field: &str, extra: &Extra) -> E {
    let found: Vec<String> = extra
        .iter()
        .take(4)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let is_frame = record == "Inventory";
    let instead = is_frame.then(|| what_it_is(extra)).flatten();
    let expected = match (is_frame && field == "schema", instead) {
        (true, None) => format!(": expected \"schema\": \"{}\"", SchemaId::NAME),
        (true, Some(_)) | (false, _) => String::new(),
    };
    if found.is_empty() {
        return E::custom(format_args!("missing field `{field}` ({record}){expected}"));
    }
    E::custom(format_args!(
        "missing field `{field}` ({record}){expected}{} {}{}",
        if expected.is_empty() {
            ": found"
        } else {
            "; found"
        },
        found.join(", "),
        instead.map_or_else(String::new, |instead| format!("; {instead}"))
    ))
}

/// What a file is that is no inventory, by a field that it has, and how that is given.
const OTHERS: [(&str, &str); 7] = [
    (
        "resource_changes",
        "a Terraform plan is given as --terraform-plan FILE",
    ),
    (
        "planned_values",
        "a Terraform plan is given as --terraform-plan FILE",
    ),
    (
        "lineage",
        "this is a Terraform state: give the plan, as `terraform show -json PLAN` prints it, as --terraform-plan FILE",
    ),
    (
        "terraform_version",
        "this is a Terraform state: give the plan, as `terraform show -json PLAN` prints it, as --terraform-plan FILE",
    ),
    (
        "AWSTemplateFormatVersion",
        "a CloudFormation template is given as --cloudformation FILE",
    ),
    (
        "Resources",
        "a CloudFormation template is given as --cloudformation FILE",
    ),
    (
        "Role",
        "the answer of `aws iam get-role` stands in an inventory among the `roles` of its account: `backup-preflight schema inventory`",
    ),
];

fn what_it_is(extra: &Extra) -> Option<&'static str> {
    let has = |field: &str| extra.iter().any(|(name, _)| **name == *field);
    let other = OTHERS.iter().find(|(field, _)| has(field));
    other.map(|(_, says)| *says).or_else(|| {
        let is_answer = extra.iter().next().is_some() && extra.iter().all(|(name, _)| is_of_aws(name));
        is_answer.then_some(
            "an answer of AWS stands in an inventory where the thing is that it is of: `backup-preflight schema inventory`",
        )
    })
}

/// AWS's names begin with a capital, those of the frame do not.
fn is_of_aws(field: &str) -> bool {
    field.starts_with(|first: char| first.is_ascii_uppercase())
}

/// The field that this name is a letter in four from, and two in all; of any case, with or without `_`.
pub fn near(name: &str, fields: &'static [&'static str]) -> Option<&'static str> {
    type Found = HashMap<usize, HashMap<Box<str>, Option<&'static str>, RandomState>, RandomState>;
    thread_local! {
        // A name that one object has, all of its list have.
        static FOUND: RefCell<Found> = RefCell::default();
    }
    const MANY: usize = 10_000;
    FOUND.with_borrow_mut(|found| {
        let found = found.entry(fields.as_ptr().addr()).or_default();
        if let Some(known) = found.get(name) {
            return *known;
        }
        let field = nearest(name, fields);
        if found.len() < MANY {
            found.insert(name.into(), field);
        }
        field
    })
}

fn nearest(name: &str, fields: &[&'static str]) -> Option<&'static str> {
    if is_aws_own(name) {
        return None;
    }
    let name = plain(name);
    let plains: Vec<String> = fields.iter().map(|field| plain(field)).collect();
    let (far, at) = nearest_of(&name, plains.iter().map(String::as_str))?;
    let field = fields.get(at)?;
    (far <= 2 && far.saturating_mul(4) <= field.len()).then_some(*field)
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

/// Names that AWS gives to fields beside those that checks read, and that are near one of them.
pub fn is_aws_own(name: &str) -> bool {
    const NAMES: &[&str] = &["BackupPlan", "GrantId", "KeyId", "Option", "RoleId"];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_pen_is_near_its_field_and_another_name_of_aws_is_not() {
        let near = |name| nearest(name, &["VaultType", "VaultState", "Locked", "Id"]);
        for (name, field) in [
            ("VaultTyp", Some("VaultType")),
            ("vault_type", Some("VaultType")),
            ("VualtState", Some("VaultState")),
            ("Lokced", Some("Locked")),
            ("LockDate", None),
            ("Arn", None),
            ("CreationDate", None),
        ] {
            assert_eq!(near(name), field, "{name}");
        }
    }
}
