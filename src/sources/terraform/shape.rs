//! What the provider makes of each attribute that is read: a value of another kind was not understood, and is not known.

use serde_json::Value;

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AttributeType {
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
const SHAPES: &[(&str, AttributeType)] = &[
    ("arn",                                 AttributeType::Text),
    ("assume_role_policy",                  AttributeType::Text),
    ("aws_service_name",                    AttributeType::Text),
    ("backup_vault_arn",                    AttributeType::Text),
    ("backup_vault_name",                   AttributeType::Text),
    ("bucket",                              AttributeType::Text),
    ("cluster_identifier",                  AttributeType::Text),
    ("customer_master_key_spec",            AttributeType::Text),
    ("encrypted",                           AttributeType::Switch),
    ("encryption_key_arn",                  AttributeType::Text),
    ("enabled",                             AttributeType::Switch),
    ("engine",                              AttributeType::Text),
    ("engine_version",                      AttributeType::Text),
    ("global_settings",                     AttributeType::Map),
    ("grantee_principal",                   AttributeType::Text),
    ("iam_role_arn",                        AttributeType::Text),
    ("identifier",                          AttributeType::Text),
    ("inline_policy",                       AttributeType::List),
    ("is_enabled",                          AttributeType::Switch),
    ("key_id",                              AttributeType::Text),
    ("key_usage",                           AttributeType::Text),
    ("kms_key_arn",                         AttributeType::Text),
    ("kms_key_id",                          AttributeType::Text),
    ("managed_policy_arns",                 AttributeType::Texts),
    ("max_retention_days",                  AttributeType::Number),
    ("min_retention_days",                  AttributeType::Number),
    ("name",                                AttributeType::Text),
    ("not_resources",                       AttributeType::Texts),
    ("operations",                          AttributeType::Texts),
    ("option_group_name",                   AttributeType::Text),
    ("permissions_boundary",                AttributeType::Text),
    ("plan_id",                             AttributeType::Text),
    ("policy",                              AttributeType::Text),
    ("policy_arn",                          AttributeType::Text),
    ("region",                              AttributeType::Text),
    ("resource_type_management_preference", AttributeType::Switches),
    ("resource_type_opt_in_preference",     AttributeType::Switches),
    ("resources",                           AttributeType::Texts),
    ("role",                                AttributeType::Text),
    ("rule",                                AttributeType::List),
    ("selection_tag",                       AttributeType::List),
    ("server_side_encryption",              AttributeType::List),
    ("storage_encrypted",                   AttributeType::Switch),
    ("storage_type",                        AttributeType::Text),
    ("target_key_id",                       AttributeType::Text),
    ("volume_style",                        AttributeType::Text),
];

/// What an attribute's value is not, where it is not what the provider makes of it.
pub fn odd(name: &str, value: &Value) -> Option<&'static str> {
    let (_, shape) = SHAPES.iter().find(|(known, _)| *known == name)?;
    let is = match (shape, value) {
        (_, Value::Null)
        | (AttributeType::Text, Value::String(_))
        | (AttributeType::Switch, Value::Bool(_)) => true,
        (AttributeType::Switch, Value::String(text)) => matches!(text.as_str(), "true" | "false"),
        (AttributeType::Number, Value::Number(number)) => number.is_i64(),
        (AttributeType::List, Value::Array(_)) | (AttributeType::Map, Value::Object(_)) => true,
        // What is not known is absent from a list, or null in it.
        (AttributeType::Texts, Value::Array(items)) => {
            items.iter().all(|item| item.is_string() || item.is_null())
        }
        (AttributeType::Switches, Value::Object(fields)) => fields
            .values()
            .all(|value| value.is_boolean() || value.is_null()),
        (
            AttributeType::Text
            | AttributeType::Switch
            | AttributeType::Number
            | AttributeType::List
            | AttributeType::Texts
            | AttributeType::Map
            | AttributeType::Switches,
            Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => false,
    };
    (!is).then_some(match shape {
        AttributeType::Text => "which is not a text",
        AttributeType::Switch => "which is neither true nor false",
        AttributeType::Number => "which is not a whole number",
        AttributeType::List => "which is not a list",
        AttributeType::Texts => "which is not a list of texts",
        AttributeType::Map => "which is not a map",
        AttributeType::Switches => "which is not a map of true and false",
    })
}
