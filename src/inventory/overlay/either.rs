//! A template beside which nobody told the template of now. CloudFormation leaves alone what stands the same in both, so that what
//! was read otherwise either changes or was changed by somebody else and stays: which, nobody knows.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks.html>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::data::plain;
use super::joined::Joined;
use super::lists::row;
use super::made::{self, name_of};
use super::stands;
use super::unknown::{unknown, unknown_within};

/// What is laid over a thing that is there: what says the same stands as it was read, and what says something else is unknown.
pub(super) fn one_of_both(
    over: Map<String, Value>,
    there: &Map<String, Value>,
    key: &str,
    why: &dyn Fn(&str) -> String,
) -> Map<String, Value> {
    let mut all = Map::new();
    for (field, told) in over {
        let read = there.get(&field);
        let told = match (read, told) {
            (_, told) if field == key || unknown(&told).is_some() => told,
            // What was not read is as the template says.
            (None, told) => told,
            (Some(Value::Object(read)), Value::Object(told)) if field == "Detail" => {
                Value::Object(one_of_both(told, read, key, why))
            }
            (Some(read), told) => match agrees(&field, read, &told) {
                true => continue,
                false => json!({"unknown": why(&field)}),
            },
        };
        all.insert(field, told);
    }
    all
}

/// What a field that is absent means, where that is more than that nobody read it.
const ABSENT: &[(&str, &str)] = &[
    ("VaultState", "AVAILABLE"),
    ("VaultType", "BACKUP_VAULT"),
    ("MinRetentionDays", ""),
    ("MaxRetentionDays", ""),
    ("PermissionsBoundary", ""),
];

/// What is laid over a thing that may stay as it is: what was not read is as unknown as that. `anew`: another takes its place, and
/// what is not said of that is not of it.
pub(super) fn stays_or_not(
    list: &str,
    mut over: Map<String, Value>,
    there: &Map<String, Value>,
    (key, is_anew): (&str, bool),
    why: &str,
) -> Map<String, Value> {
    let mut all = there.clone();
    for (field, meant) in ABSENT {
        let told = over.get(*field);
        if told.is_some() && !all.contains_key(*field) {
            let meant = Some(*meant).filter(|meant| !meant.is_empty());
            all.insert((*field).to_owned(), json!(meant));
        }
    }
    for (field, told) in &mut over {
        if field != key && !all.contains_key(field) {
            *told = json!({ "unknown": why });
        }
    }
    let told_by_calls = |field: &&String| row(list, field).is_some();
    let lost = there.keys().filter(|_| is_anew).filter(told_by_calls);
    for field in lost.filter(|field| *field != key) {
        over.entry(field.clone())
            .or_insert_with(|| json!({ "unknown": why }));
    }
    one_of_both(over, &all, key, &|_| why.to_owned())
}

/// Whether a template may say something else of a thing of a list than what was read of it.
#[must_use]
pub fn differs(list: &str, read: &Map<String, Value>, told: &Map<String, Value>) -> bool {
    let mut told = told.clone();
    stands::keep(list, read, &mut told, None);
    let told = made::settled(&told, Some(read), "");
    let laid = one_of_both(told, read, "", &|_| String::new());
    let names = ["Arn", "BackupVaultArn", "BackupVaultName", "ResourceArn"];
    laid.iter()
        .filter(|(field, _)| !names.contains(&field.as_str()))
        .any(|(_, value)| unknown_within(value).is_some())
}

/// Why what a template says otherwise than what was read is not known.
pub(super) fn not_told(what: &str, file: &str) -> String {
    format!(
        "{what} differs from what {file} says: whether the change sets it can only be told from the deployed template: give --cloudformation-before FILE"
    )
}

/// Why it is not known whether a thing is there that was looked for and not found.
pub(super) fn not_found(file: &str) -> String {
    format!(
        "it was not found, and {file} has it: whether the change makes it can only be told from the deployed template: give --cloudformation-before FILE"
    )
}

/// Whether what is told of a field says no more and nothing else than what was read.
pub(super) fn agrees(field: &str, read: &Value, told: &Value) -> bool {
    if let Some(joined) = Joined::of(told) {
        let mut list = Map::new();
        list.insert(field.to_owned(), read.clone());
        return joined.onto(&mut list, field).is_none()
            && list
                .get(field)
                .is_some_and(|list| agrees(field, read, list));
    }
    match field {
        "AccessPolicy" | "Policy" | "AssumeRolePolicyDocument" | "Document" => {
            is_same_policy(read, told)
        }
        "AttachedPolicies" | "InlinePolicies" => match (read, told) {
            (Value::Array(read), Value::Array(told)) => {
                read.len() == told.len()
                    && told
                        .iter()
                        .all(|told| read.iter().any(|read| is_same_item(read, told)))
            }
            _ => false,
        },
        "PermissionsBoundary" => read == told || is_same_item(read, told),
        "Tags" => plain(read) == plain(told),
        "Selections" | "BackupPlan" => is_same_of_plan(read, told),
        "EngineVersion" => is_same_version(read, told),
        _ => is_within(told, read),
    }
}

/// Whether a policy of a role is the same, with the same text where both have one.
fn is_same_item(read: &Value, told: &Value) -> bool {
    let document = |item: &Value| item.get("Document").cloned();
    name_of(read) == name_of(told)
        && match (document(read), document(told)) {
            (Some(read), Some(told)) => is_same_policy(&read, &told),
            (None, _) | (_, None) => read.is_object() == told.is_object(),
        }
}

/// A template may give the major version alone.
fn is_same_version(read: &Value, told: &Value) -> bool {
    match (text(read), text(told)) {
        (Some(read), Some(told)) => {
            let rest = read.strip_prefix(told.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
        _ => read == told,
    }
}

/// Whether all that is told was read so.
fn is_within(told: &Value, read: &Value) -> bool {
    match (told, read) {
        (Value::Object(told), Value::Object(read)) => told.iter().all(|(name, told)| {
            let read = read.get(name);
            read.map_or_else(|| told.is_null(), |read| is_within(told, read))
        }),
        (Value::Array(told), Value::Array(read)) => {
            told.len() == read.len()
                && told
                    .iter()
                    .zip(read)
                    .all(|(told, read)| is_within(told, read))
        }
        _ => told == read || (text(told).is_some() && text(told) == text(read)),
    }
}

/// A value as CloudFormation writes it: numbers and truths may be texts.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What AWS Backup says of a plan and of what it selects where nobody set it, and what the provider of Terraform makes of what AWS
/// leaves out.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>.
const DEFAULTS: &[(&str, &str)] = &[
    ("StartWindowMinutes", "480"),
    ("CompletionWindowMinutes", "10080"),
    ("ScheduleExpressionTimezone", "Etc/UTC"),
    ("EnableContinuousBackup", "false"),
    ("OptInToArchiveForSupportedResources", "false"),
    ("MoveToColdStorageAfterDays", "0"),
    ("DeleteAfterDays", "0"),
];

/// What no copy depends on.
const UNREAD: &[&str] = &[
    "RuleId",
    "AdvancedBackupSettings",
    "IndexActions",
    "ScanSettings",
];

/// Whether a plan or a selection is the same, but for what AWS Backup adds.
fn is_same_of_plan(read: &Value, told: &Value) -> bool {
    match (read, told) {
        (Value::Object(read), Value::Object(told)) => {
            let names: BTreeSet<&String> = read.keys().chain(told.keys()).collect();
            names
                .into_iter()
                .all(|name| match (read.get(name), told.get(name)) {
                    (Some(read), Some(told)) => is_same_of_plan(read, told),
                    (Some(one), None) | (None, Some(one)) => {
                        UNREAD.contains(&name.as_str()) || is_default(name, one)
                    }
                    (None, None) => true,
                })
        }
        (Value::Array(read), Value::Array(told)) => {
            let same = |told: &Value| read.iter().any(|read| is_same_of_plan(read, told));
            read.len() == told.len() && told.iter().all(same)
        }
        _ => read == told || (text(told).is_some() && text(told) == text(read)),
    }
}

/// Whether a field says no more than one that is absent.
fn is_default(name: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.iter().all(|(name, value)| is_default(name, value)),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let default = DEFAULTS.iter().find(|(of, _)| *of == name);
            default.is_some_and(|(_, default)| text(value).as_deref() == Some(*default))
        }
    }
}

/// Whether two policies say the same, in whatever order and shape.
pub(super) fn is_same_policy(one: &Value, other: &Value) -> bool {
    one == other || matches!((policy(one), policy(other)), (Some(one), Some(other)) if one == other)
}

/// What a policy says, without its names, its order, and the ways to write one value.
fn policy(document: &Value) -> Option<Value> {
    let parsed;
    let document = match document.as_str() {
        Some(text) => {
            parsed = serde_json::from_str::<Value>(text).ok()?;
            &parsed
        }
        None => document,
    };
    let fields = document.as_object()?;
    let version = fields.get("Version").and_then(Value::as_str);
    let mut statements: Vec<Value> = listed(fields.get("Statement")?)
        .map(statement)
        .collect::<Option<_>>()?;
    statements.sort_by_key(Value::to_string);
    Some(json!([version.unwrap_or("2008-10-17"), statements]))
}

fn statement(statement: &Value) -> Option<Value> {
    let fields = statement.as_object()?;
    let mut all = Map::new();
    for (name, value) in fields.iter().filter(|(name, _)| *name != "Sid") {
        let value = match name.as_str() {
            "Action" | "NotAction" => json!(texts(value, |text| text.to_lowercase())?),
            "Resource" | "NotResource" => json!(texts(value, str::to_owned)?),
            "Principal" | "NotPrincipal" => principal(value)?,
            "Condition" => condition(value)?,
            _ => value.clone(),
        };
        all.insert(name.clone(), value);
    }
    all.sort_keys();
    Some(Value::Object(all))
}

fn principal(value: &Value) -> Option<Value> {
    let Value::Object(kinds) = value else {
        return Some(json!({"AWS": texts(value, str::to_owned)?}));
    };
    let mut all = Map::new();
    for (kind, names) in kinds {
        all.insert(kind.clone(), json!(texts(names, account)?));
    }
    all.sort_keys();
    Some(Value::Object(all))
}

/// An account by its root, or by its number.
fn account(name: &str) -> String {
    let parts: Vec<&str> = name.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] => (*account).to_owned(),
        _ => name.to_owned(),
    }
}

fn condition(value: &Value) -> Option<Value> {
    let mut all = Map::new();
    for (operator, keys) in value.as_object()? {
        let mut of = Map::new();
        for (key, values) in keys.as_object()? {
            of.insert(key.to_lowercase(), json!(texts(values, str::to_owned)?));
        }
        of.sort_keys();
        all.insert(operator.clone(), Value::Object(of));
    }
    all.sort_keys();
    Some(Value::Object(all))
}

/// The texts of a value or of a list of them, each once.
fn texts(value: &Value, written: impl Fn(&str) -> String) -> Option<BTreeSet<String>> {
    listed(value)
        .map(|one| Some(written(&text(one)?)))
        .collect()
}

fn listed(value: &Value) -> std::slice::Iter<'_, Value> {
    match value.as_array() {
        Some(items) => items.iter(),
        None => std::slice::from_ref(value).iter(),
    }
}
