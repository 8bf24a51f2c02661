//! Policies of a file that are left out of it, as not read: what they say is doubtful, and what else the file says is not.

use std::ops::Range;

use serde_json::Value;
use serde_json::value::RawValue;

use super::doubtful::{Doubtful, doubtful};
use super::envelope::RawFields;
use super::field::Field;
use super::frame::{GapEntry, NOT_UNDERSTOOD, WaitsFor};
use super::json::Extra;
use super::span::{escape, line_and_column, span, steps};
use crate::known::{AccountId, Arn};

/// Policies of one kind.
struct PolicyOf {
    /// What they stand within.
    within: &'static str,
    /// The fields that they stand under.
    fields: &'static [&'static str],
    /// What names that which they are of, or them.
    named: &'static [&'static str],
    /// What reads them.
    call: &'static str,
}

const fn of(
    within: &'static str,
    fields: &'static [&'static str],
    named: &'static [&'static str],
    call: &'static str,
) -> PolicyOf {
    PolicyOf {
        within,
        fields,
        named,
        call,
    }
}

#[rustfmt::skip]
const POLICIES: &[PolicyOf] = &[
    of("vaults",                    &["AccessPolicy"],                &["BackupVaultArn"],                       "backup:GetBackupVaultAccessPolicy"),
    of("keys",                      &["Policy"],                      &["Arn", "KeyArn"],                        "kms:GetKeyPolicy"),
    of("keys",                      &["RamPolicy"],                   &["Arn", "KeyArn"],                        "kms:ListKeyPolicies"),
    of("roles",                     &["AssumeRolePolicyDocument"],    &["Arn"],                                  "iam:GetRole"),
    of("InlinePolicies",            &["Document", "PolicyDocument"],  &["Arn"],                                  "iam:GetRolePolicy"),
    of("RolePolicyList",            &["Document", "PolicyDocument"],  &["Arn"],                                  "iam:GetRolePolicy"),
    of("AttachedPolicies",          &["Document", "PolicyVersion"],   &["PolicyArn"],                            "iam:GetPolicyVersion"),
    of("AttachedManagedPolicies",   &["Document", "PolicyVersion"],   &["PolicyArn"],                            "iam:GetPolicyVersion"),
    of("PermissionsBoundary",       &["Document", "PolicyVersion"],   &["PolicyArn", "PermissionsBoundaryArn"],  "iam:GetPolicyVersion"),
    of("service_control_policies",  &["Document", "Content"],         &["Id"],                                   "organizations:DescribePolicy"),
    of("resource_control_policies", &["Document", "Content"],         &["Id"],                                   "organizations:DescribePolicy"),
];

/// A file without its doubtful policies, of which one stands under the pointer, and the gaps that they leave.
pub fn without_policies(file: &str, text: &str, pointer: &str) -> Option<(String, Vec<GapEntry>)> {
    let first = steps(pointer);
    let raw = text.get(span(text, &first)?)?;
    doubtful(raw)?;
    let mut all = Vec::new();
    walk(text.trim(), &mut Vec::new(), &mut all);
    let mut left = text.to_owned();
    let mut gaps = Vec::new();
    for (path, doubtful) in all {
        let at = span(text, &path)?;
        gaps.push(gap(file, text, &path, &at, &doubtful)?);
        // One within another is out already.
        left = without(&left, path.last()?, at).unwrap_or(left);
    }
    (!gaps.is_empty()).then_some((left, gaps))
}

/// The doubtful policies of a value, each with its place.
fn walk(value: &str, path: &mut Vec<String>, found: &mut Vec<(Vec<String>, Doubtful)>) {
    if row(path).is_some()
        && let Some(doubtful) = doubtful(value)
    {
        found.push((path.clone(), doubtful));
        return;
    }
    let mut into = |step: String, inner: &RawValue| {
        path.push(step);
        walk(inner.get(), path, found);
        path.pop();
    };
    if value.starts_with('{') {
        let Ok(RawFields(fields)) = serde_json::from_str(value) else {
            return;
        };
        for (name, inner) in fields {
            into(name.into_owned(), inner);
        }
    } else if value.starts_with('[') {
        let items: Vec<&RawValue> = serde_json::from_str(value).unwrap_or_default();
        for (place, inner) in items.into_iter().enumerate() {
            into(place.to_string(), inner);
        }
    }
}

/// The kind of policy that stands in a place.
fn row(path: &[String]) -> Option<&'static PolicyOf> {
    let last = path.last()?;
    POLICIES.iter().find(|row| {
        row.fields.contains(&last.as_str()) && path.iter().any(|step| step == row.within)
    })
}

fn gap(
    file: &str,
    text: &str,
    path: &[String],
    at: &Range<usize>,
    doubtful: &Doubtful,
) -> Option<GapEntry> {
    let row = row(path)?;
    let subject = subject(text, path, row)?;
    let mut inner = path.to_vec();
    if doubtful.is_bare {
        inner.extend(steps(&doubtful.pointer));
    }
    let place = span(text, &inner).map_or(at.start, |at| at.start);
    let (line, column) = line_and_column(text, place);
    let pointer: String = path
        .iter()
        .map(|step| format!("/{}", escape(step)))
        .collect();
    let place = format!(
        "{file}:{line}:{column}: {pointer}{}, expected `{}`",
        doubtful.pointer, doubtful.expected
    );
    let home = Arn::parse(&subject).ok().and_then(|arn| arn.account());
    let home = home.or_else(|| account(text, path));
    Some(GapEntry {
        account: home.map_or(Field::Absent, Field::Is),
        region: Field::Absent,
        operation: row.call.into(),
        subject: Field::Is(subject.into()),
        error: Field::Null,
        permission: Field::Is(NOT_UNDERSTOOD.into()),
        waits_for: Field::Is(WaitsFor {
            operation: doubtful.says.as_str().into(),
            subject: place.into(),
            extra: Extra::new(),
        }),
        extra: Extra::new(),
    })
}

/// What the nearest object around a policy says that it is of.
fn subject(text: &str, path: &[String], row: &PolicyOf) -> Option<String> {
    let top = path.iter().position(|step| step == row.within)?;
    (top..path.len()).rev().find_map(|depth| {
        let around = text.get(span(text, path.get(..depth)?)?)?;
        named(&serde_json::from_str(around).ok()?, row.named, 2)
    })
}

/// The text under one of these names, in an object or in an answer within.
fn named(value: &Value, names: &[&str], depth: usize) -> Option<String> {
    let object = value.as_object()?;
    let own = names.iter().find_map(|name| object.get(*name)?.as_str());
    own.map(str::to_owned).or_else(|| {
        let depth = depth.checked_sub(1)?;
        object.values().find_map(|inner| named(inner, names, depth))
    })
}

fn account(text: &str, path: &[String]) -> Option<AccountId> {
    let mut of = path.get(..2)?.to_vec();
    of.push("account".to_owned());
    let id: String = serde_json::from_str(text.get(span(text, &of)?)?).ok()?;
    AccountId::parse(&id).ok()
}

/// The text without a field, all else in its line and column.
fn without(text: &str, name: &str, value: Range<usize>) -> Option<String> {
    let before = text.get(..value.start)?.trim_end().strip_suffix(':')?;
    let before = before.trim_end().strip_suffix(&format!("\"{name}\""))?;
    let after = text.get(value.end..)?;
    let (start, end) = match after.trim_start().strip_prefix(',') {
        Some(rest) => (before.len(), text.len().checked_sub(rest.len())?),
        None => {
            let before = before.trim_end();
            let start = before.strip_suffix(',').unwrap_or(before).len();
            (start, value.end)
        }
    };
    let blank = text.get(start..end)?.bytes();
    let blank = blank.map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    let mut left = text.get(..start)?.to_owned();
    left.extend(blank);
    left.push_str(text.get(end..)?);
    Some(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_taken_out_and_the_rest_stays_in_its_place() {
        for (text, left) in [
            (
                "{\"a\": 1,\n \"Policy\" : {\n} , \"b\": 2}",
                "{\"a\": 1,\n              \n    \"b\": 2}",
            ),
            ("{\"a\": 1, \"Policy\": 2}", "{\"a\": 1             }"),
            ("{\"Policy\": 2}", "{           }"),
        ] {
            let at = span(text, &["Policy"]).unwrap();
            let found = without(text, "Policy", at).unwrap();
            assert_eq!(found.len(), text.len(), "{text}");
            assert_eq!(found.matches('\n').count(), text.matches('\n').count());
            let found: Value = serde_json::from_str(&found).unwrap();
            let left: Value = serde_json::from_str(left).unwrap();
            assert_eq!(found, left, "{text}");
        }
    }
}
