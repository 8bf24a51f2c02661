//! What the provider makes of each attribute that is read: a value of another kind was not understood, and is not known.

use serde_json::Value;

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    /// True or false; some versions of the provider write them as texts.
    Switch,
    Number,
    List,
    /// A list or set of texts.
    Texts,
    Map,
    /// True or false by name.
    Switches,
}

#[rustfmt::skip]
const SHAPES: &[(&str, Shape)] = &[
    ("arn",                                 Shape::Text),
    ("assume_role_policy",                  Shape::Text),
    ("aws_service_name",                    Shape::Text),
    ("backup_vault_arn",                    Shape::Text),
    ("backup_vault_name",                   Shape::Text),
    ("bucket",                              Shape::Text),
    ("cluster_identifier",                  Shape::Text),
    ("customer_master_key_spec",            Shape::Text),
    ("encrypted",                           Shape::Switch),
    ("encryption_key_arn",                  Shape::Text),
    ("enabled",                             Shape::Switch),
    ("engine",                              Shape::Text),
    ("engine_version",                      Shape::Text),
    ("global_settings",                     Shape::Map),
    ("grantee_principal",                   Shape::Text),
    ("iam_role_arn",                        Shape::Text),
    ("identifier",                          Shape::Text),
    ("inline_policy",                       Shape::List),
    ("is_enabled",                          Shape::Switch),
    ("key_id",                              Shape::Text),
    ("key_usage",                           Shape::Text),
    ("kms_key_arn",                         Shape::Text),
    ("kms_key_id",                          Shape::Text),
    ("managed_policy_arns",                 Shape::Texts),
    ("max_retention_days",                  Shape::Number),
    ("min_retention_days",                  Shape::Number),
    ("name",                                Shape::Text),
    ("not_resources",                       Shape::Texts),
    ("operations",                          Shape::Texts),
    ("option_group_name",                   Shape::Text),
    ("permissions_boundary",                Shape::Text),
    ("plan_id",                             Shape::Text),
    ("policy",                              Shape::Text),
    ("policy_arn",                          Shape::Text),
    ("region",                              Shape::Text),
    ("resource_type_management_preference", Shape::Switches),
    ("resource_type_opt_in_preference",     Shape::Switches),
    ("resources",                           Shape::Texts),
    ("role",                                Shape::Text),
    ("rule",                                Shape::List),
    ("selection_tag",                       Shape::List),
    ("server_side_encryption",              Shape::List),
    ("storage_encrypted",                   Shape::Switch),
    ("storage_type",                        Shape::Text),
    ("target_key_id",                       Shape::Text),
    ("volume_style",                        Shape::Text),
];

/// What an attribute's value is not, where it is not what the provider makes of it.
pub fn odd(name: &str, value: &Value) -> Option<&'static str> {
    let (_, shape) = SHAPES.iter().find(|(known, _)| *known == name)?;
    let is = match (shape, value) {
        (_, Value::Null) | (Shape::Text, Value::String(_)) | (Shape::Switch, Value::Bool(_)) => {
            true
        }
        (Shape::Switch, Value::String(text)) => matches!(text.as_str(), "true" | "false"),
        (Shape::Number, Value::Number(number)) => number.is_i64(),
        (Shape::List, Value::Array(_)) | (Shape::Map, Value::Object(_)) => true,
        // What is not known is absent from a list, or null in it.
        (Shape::Texts, Value::Array(items)) => {
            items.iter().all(|item| item.is_string() || item.is_null())
        }
        (Shape::Switches, Value::Object(fields)) => fields
            .values()
            .all(|value| value.is_boolean() || value.is_null()),
        (
            Shape::Text
            | Shape::Switch
            | Shape::Number
            | Shape::List
            | Shape::Texts
            | Shape::Map
            | Shape::Switches,
            Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => false,
    };
    (!is).then_some(match shape {
        Shape::Text => "which is not a text",
        Shape::Switch => "which is neither true nor false",
        Shape::Number => "which is not a whole number",
        Shape::List => "which is not a list",
        Shape::Texts => "which is not a list of texts",
        Shape::Map => "which is not a map",
        Shape::Switches => "which is not a map of true and false",
    })
}
