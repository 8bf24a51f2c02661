//! Single values, by themselves or in the answer of the operation that gives them; each of the type that checks read.

use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::list::{is_beside_a_list, is_more_to_come};
use crate::inventory::json::Json;
use crate::inventory::misspelling::near;
use crate::inventory::tree::Tree;
use crate::inventory::word::Timestamp;

/// A reader: a newtype of what a field holds, read from JSON by a function that says what is wrong with it.
macro_rules! readers {
    ($($(#[doc = $doc:literal])+ $Name:ident($Inside:ty) = $read:path;)+) => {$(
        $(#[doc = $doc])+
        pub struct $Name(pub $Inside);

        impl<'de> Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let Json(value) = Json::deserialize(deserializer)?;
                $read(value).map(Self).map_err(de::Error::custom)
            }
        }
    )+};
}

readers! {
    /// `isCrossAccountBackupEnabled`: a boolean, or backup:DescribeGlobalSettings' answer.
    GlobalSettings(bool) = global_settings;
    /// The key of ec2:GetEbsDefaultKmsKeyId's answer, or the answer.
    KmsKeyId(Box<str>) = kms_key_id;
    /// A map from resource types to booleans, of backup:DescribeRegionSettings.
    Preferences(Tree) = preferences;
    /// ec2:GetAllowedImagesSettings' answer.
    AllowedImages(Json) = allowed_images;
    /// The results of iam:SimulatePrincipalPolicy, or its answer.
    Simulated(Json) = simulated;
    /// The options of an RDS option group.
    Options(Json) = options;
    /// When something was made: RFC 3339 text, or seconds since 1970.
    Moment(Json) = moment;
    /// The plan and the rule that made a recovery point or a copy job.
    CreatedBy(Json) = created_by;
    /// The encryption context that a grant asks for.
    Constraints(Json) = constraints;
    /// The plan, rule and selection that make a copy of the inventory.
    PlanOf(Box<Json>) = plan_of;
}

/// What a value is, for errors.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(fields) if fields.is_empty() => "an empty object".to_owned(),
        Value::Object(fields) => {
            let names: Vec<String> = fields.keys().take(4).map(|n| format!("`{n}`")).collect();
            format!("an object with {}", names.join(", "))
        }
    }
}

fn expected<T>(value: &Value, what: &str) -> Result<T, String> {
    Err(format!("found {}: expected {what}", found(value)))
}

/// A field, and whether a value is of its type.
pub(in crate::inventory) type FieldType = (&'static str, fn(&Value) -> bool);

/// The fields of an object; those named here must be of their types.
pub(super) fn typed<'a>(
    value: &'a Value,
    what: &str,
    fields: &[FieldType],
) -> Result<&'a Map<String, Value>, String> {
    let Value::Object(map) = value else {
        return expected(value, what);
    };
    for (name, inner) in map {
        let mut fields = fields.iter();
        let field = fields.find(|(known, _)| known == name);
        if field.is_some_and(|(_, is_right)| !is_right(inner)) {
            return Err(match inner.as_str() {
                Some(text) => {
                    format!("`{name}` is `{text}`: expected a value as AWS writes it, in {what}")
                }
                None => format!("`{name}` is {}, in {what}", found(inner)),
            });
        }
    }
    Ok(map)
}

fn is_text(value: &Value) -> bool {
    value.is_string() || value.is_null()
}

fn is_bool(value: &Value) -> bool {
    value.is_boolean() || value.is_null()
}

fn global_settings(value: Value) -> Result<bool, String> {
    const WHAT: &str =
        "a boolean, or the answer with `GlobalSettings` and `isCrossAccountBackupEnabled` in it";
    let inside = value.get("GlobalSettings").unwrap_or(&value);
    match inside.get("isCrossAccountBackupEnabled").unwrap_or(inside) {
        Value::Bool(on) => Ok(*on),
        Value::String(text) if !value.is_string() && text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if !value.is_string() && text.eq_ignore_ascii_case("false") => {
            Ok(false)
        }
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            expected(&value, WHAT)
        }
    }
}

fn kms_key_id(value: Value) -> Result<Box<str>, String> {
    match value.get("KmsKeyId").unwrap_or(&value) {
        Value::String(id) if !id.is_empty() => Ok(id.as_str().into()),
        Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => expected(
            &value,
            "the ARN, id or alias of a key, or the answer with `KmsKeyId`",
        ),
    }
}

fn preferences(value: Value) -> Result<Tree, String> {
    const WHAT: &str = "an object from resource types to booleans";
    match &value {
        Value::Object(types) if types.values().all(Value::is_boolean) => Ok(value.into()),
        Value::Object(types) => match types.iter().find(|(_, on)| !on.is_boolean()) {
            Some((name, on)) => Err(format!("`{name}` is {}: expected {WHAT}", found(on))),
            None => expected(&value, WHAT),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            expected(&value, WHAT)
        }
    }
}

fn allowed_images(value: Value) -> Result<Json, String> {
    const WHAT: &str = "GetAllowedImagesSettings' answer, with `State` and `ImageCriteria`";
    let lists: fn(&Value) -> bool = |criteria| match criteria {
        Value::Array(all) => all.iter().all(Value::is_object),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            criteria.is_null()
        }
    };
    let settings = typed(
        &value,
        WHAT,
        &[("State", is_text), ("ImageCriteria", lists)],
    )?;
    if settings.get("State").and_then(Value::as_str).is_none() {
        return expected(&value, WHAT);
    }
    Ok(Json(value))
}

/// A list by itself, or in an answer that has it under this name and is whole.
fn listed(value: Value, name: &str, what: &str) -> Result<Vec<Value>, String> {
    let mut fields = match value {
        Value::Array(items) => return Ok(items),
        Value::Object(fields) if fields.contains_key(name) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return expected(&value, what);
        }
    };
    if let Some((more, _)) = fields
        .iter()
        .find(|(name, value)| is_more_to_come(name, value))
    {
        return Err(format!(
            "the list is not whole: `{more}` says that there is more"
        ));
    }
    if let Some(odd) = fields
        .keys()
        .find(|key| *key != name && !is_beside_a_list(key))
    {
        return Err(format!("found `{odd}`: expected {what}"));
    }
    match fields.remove(name) {
        Some(Value::Array(items)) => Ok(items),
        Some(other) => expected(&other, what),
        None => expected(&Value::Object(fields), what),
    }
}

/// The fields of a result that are read.
const RESULT: &[&str] = &[
    "EvalActionName",
    "EvalDecision",
    "EvalResourceName",
    "MissingContextValues",
    "OrganizationsDecisionDetail",
    "ResourceSpecificResults",
];

/// The results for single resources, each with the resource and what is decided of it.
fn of_resources(results: &Value) -> bool {
    let is_whole = |result: &Value| {
        ["EvalResourceName", "EvalResourceDecision"]
            .iter()
            .all(|name| result.get(name).is_some_and(is_named))
    };
    results.is_null()
        || results
            .as_array()
            .is_some_and(|all| all.iter().all(is_whole))
}

/// A text, and not an empty one.
fn is_named(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.is_empty())
}

/// Whether a detail of a decision says what it is there to say, or nothing.
fn has_flag(detail: &Value, name: &str) -> bool {
    match detail {
        Value::Null => true,
        Value::Object(told) if told.is_empty() => true,
        Value::Object(told) => told.get(name).is_some_and(Value::is_boolean),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
    }
}

fn simulated(value: Value) -> Result<Json, String> {
    const WHAT: &str = "a list of EvaluationResults with `EvalActionName` and `EvalDecision`";
    let results = listed(value, "EvaluationResults", WHAT)?;
    for result in &results {
        let told = typed(
            result,
            WHAT,
            &[
                ("EvalActionName", Value::is_string),
                ("EvalDecision", Value::is_string),
                ("EvalResourceName", |name| {
                    name.is_string() || name.is_null()
                }),
                ("MissingContextValues", |names| {
                    names.is_array() || names.is_null()
                }),
                ("OrganizationsDecisionDetail", |detail| {
                    has_flag(detail, "AllowedByOrganizations")
                }),
                ("PermissionsBoundaryDecisionDetail", |detail| {
                    has_flag(detail, "AllowedByPermissionsBoundary")
                }),
                ("ResourceSpecificResults", of_resources),
            ],
        )?;
        if !told.contains_key("EvalActionName") || !told.contains_key("EvalDecision") {
            return expected(result, WHAT);
        }
        let slip = told.keys().find_map(|name| {
            let field = near(name, RESULT).filter(|field| *field != name)?;
            (!told.contains_key(field)).then_some((name, field))
        });
        if let Some((name, field)) = slip {
            return Err(format!("unknown field `{name}`, expected `{field}`"));
        }
    }
    Ok(Json(Value::Array(results)))
}

fn options(value: Value) -> Result<Json, String> {
    const WHAT: &str = "a list of options with `OptionName`";
    let options = listed(value, "Options", WHAT)?;
    for option in &options {
        let told = typed(
            option,
            WHAT,
            &[
                ("OptionName", Value::is_string),
                ("Persistent", is_bool),
                ("Permanent", is_bool),
            ],
        )?;
        if !told.contains_key("OptionName") {
            return expected(option, WHAT);
        }
    }
    Ok(Json(Value::Array(options)))
}

fn moment(value: Value) -> Result<Json, String> {
    match &value {
        Value::Number(number) if number.as_f64().is_some_and(Timestamp::is_seconds) => {
            Ok(Json(value))
        }
        Value::Number(number) => Err(format!(
            "found {number}, which is after the year 9999: expected a time, RFC 3339 or seconds since 1970"
        )),
        Value::String(text) if Timestamp::parse(text).is_some() => Ok(Json(value)),
        Value::String(text) => Err(format!(
            "found `{text}`: expected a time, RFC 3339 or seconds since 1970"
        )),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            expected(&value, "a time, RFC 3339 or seconds since 1970")
        }
    }
}

fn created_by(value: Value) -> Result<Json, String> {
    const WHAT: &str = "an object with `BackupPlanId` and `BackupRuleId`";
    let fields: &[FieldType] = &[
        ("BackupPlanId", is_text),
        ("BackupPlanArn", is_text),
        ("BackupRuleId", is_text),
    ];
    let told = typed(&value, WHAT, fields)?;
    // AWS names all of them, or leaves the whole out where nobody planned it, or what is in it.
    if !told.is_empty()
        && ["BackupPlanId", "BackupRuleId"]
            .iter()
            .any(|name| !told.contains_key(*name))
    {
        return expected(&value, WHAT);
    }
    Ok(Json(value))
}

fn constraints(value: Value) -> Result<Json, String> {
    const WHAT: &str = "an object with `EncryptionContextSubset` or `EncryptionContextEquals`";
    typed(
        &value,
        WHAT,
        &[
            ("EncryptionContextSubset", Value::is_object),
            ("EncryptionContextEquals", Value::is_object),
        ],
    )?;
    Ok(Json(value))
}

fn plan_of(value: Value) -> Result<Box<Json>, String> {
    const WHAT: &str = "an object with `id`, `rule` and `selection`";
    let fields: &[FieldType] = &[
        ("id", Value::is_string),
        ("rule", Value::is_string),
        ("selection", Value::is_string),
    ];
    typed(&value, WHAT, fields)?;
    Ok(Box::new(Json(value)))
}
