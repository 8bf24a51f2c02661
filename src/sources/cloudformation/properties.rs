//! What CloudFormation makes of the value of each property that is read: numbers and truths may be texts, and the other way
//! round. What it would not take was not understood, and is not known.

use serde_json::{Map, Value, json};

use crate::inventory::Policy;
use crate::known::near;

use super::template::{is_open, plain, unknown};
use super::text::{Kind, Node};

/// What a property is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PropertyType {
    Text,
    Switch,
    Number,
    /// A policy document: an object, or its JSON in a text.
    Policy,
    List,
    Texts,
    /// An object, of whose fields each is what its name says.
    Map,
    /// An object that has these fields, and no others.
    Lock,
}

#[rustfmt::skip]
const SHAPES: &[(&str, PropertyType)] = &[
    ("AWSServiceName",              PropertyType::Text),
    ("AccessPolicy",                PropertyType::Policy),
    ("AdvancedBackupSettings",      PropertyType::List),
    ("AliasName",                   PropertyType::Text),
    ("AssumeRolePolicyDocument",    PropertyType::Policy),
    ("AvailabilityZone",            PropertyType::Text),
    ("BackupPlan",                  PropertyType::Map),
    ("BackupPlanId",                PropertyType::Text),
    ("BackupPlanName",              PropertyType::Text),
    ("BackupPlanRule",              PropertyType::List),
    ("BackupSelection",             PropertyType::Map),
    ("BackupTarget",                PropertyType::Text),
    ("BackupVaultName",             PropertyType::Text),
    ("BucketName",                  PropertyType::Text),
    ("ChangeableForDays",           PropertyType::Number),
    ("ClusterIdentifier",           PropertyType::Text),
    ("Conditions",                  PropertyType::Map),
    ("CopyActions",                 PropertyType::List),
    ("DBClusterIdentifier",         PropertyType::Text),
    ("DBInstanceIdentifier",        PropertyType::Text),
    ("DBSnapshotIdentifier",        PropertyType::Text),
    ("DeleteAfterDays",             PropertyType::Number),
    ("DestinationBackupVaultArn",   PropertyType::Text),
    ("EnableContinuousBackup",      PropertyType::Switch),
    ("Enabled",                     PropertyType::Switch),
    ("Encrypted",                   PropertyType::Switch),
    ("EncryptionKeyArn",            PropertyType::Text),
    ("Engine",                      PropertyType::Text),
    ("EngineVersion",               PropertyType::Text),
    ("FileSystemType",              PropertyType::Text),
    ("IamRoleArn",                  PropertyType::Text),
    ("KMSMasterKeyId",              PropertyType::Text),
    ("KeyPolicy",                   PropertyType::Policy),
    ("KeySpec",                     PropertyType::Text),
    ("KeyUsage",                    PropertyType::Text),
    ("KmsKeyId",                    PropertyType::Text),
    ("Lifecycle",                   PropertyType::Map),
    ("ListOfTags",                  PropertyType::List),
    ("LockConfiguration",           PropertyType::Lock),
    ("ManagedPolicyArns",           PropertyType::Texts),
    ("ManagedPolicyName",           PropertyType::Text),
    ("MaxRetentionDays",            PropertyType::Number),
    ("MinRetentionDays",            PropertyType::Number),
    ("MoveToColdStorageAfterDays",  PropertyType::Number),
    ("NotResources",                PropertyType::Texts),
    ("OntapConfiguration",          PropertyType::Map),
    ("OptionGroupName",             PropertyType::Text),
    ("Origin",                      PropertyType::Text),
    ("Path",                        PropertyType::Text),
    ("PermissionsBoundary",         PropertyType::Text),
    ("Policies",                    PropertyType::List),
    ("PolicyDocument",              PropertyType::Policy),
    ("PolicyName",                  PropertyType::Text),
    ("Replicas",                    PropertyType::List),
    ("Resources",                   PropertyType::Texts),
    ("RoleName",                    PropertyType::Text),
    ("Roles",                       PropertyType::Texts),
    ("RuleName",                    PropertyType::Text),
    ("SSEEnabled",                  PropertyType::Switch),
    ("SSESpecification",            PropertyType::Map),
    ("SelectionName",               PropertyType::Text),
    ("SnapshotId",                  PropertyType::Text),
    ("SnapshotIdentifier",          PropertyType::Text),
    ("SourceDBClusterIdentifier",   PropertyType::Text),
    ("SourceDBInstanceIdentifier",  PropertyType::Text),
    ("StorageEncrypted",            PropertyType::Switch),
    ("StorageType",                 PropertyType::Text),
    ("TableName",                   PropertyType::Text),
    ("Tags",                        PropertyType::List),
    ("TargetBackupVault",           PropertyType::Text),
    ("TargetKeyId",                 PropertyType::Text),
    ("TdeCredentialArn",            PropertyType::Text),
    ("VolumeStyle",                 PropertyType::Text),
    ("VolumeType",                  PropertyType::Text),
];

/// Names that CloudFormation gives to other properties, and that are near one of those.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "AvailabilityZoneId", "AvailabilityZones", "BackupVaultTags", "BackupPlanTags", "DBClusterSnapshotIdentifier", "FileSystemTags",
    "KeyName", "KmsKeyArn", "TableId", "Tag", "VolumeId", "Volumes",
];

/// The property that was meant by one that nobody has.
pub fn misspelt(name: &str) -> Option<&'static str> {
    let known = || SHAPES.iter().map(|(known, _)| *known);
    if name.starts_with("Fn::") || OTHERS.contains(&name) || known().any(|known| known == name) {
        return None;
    }
    near::meant(name, known())
}

/// What a property's value comes to, with what CloudFormation would not take unknown. `at` names the property and its place.
pub fn taken(name: &str, value: Value, at: &str) -> Value {
    if is_unknown(&value) {
        return value;
    }
    let Some((_, shape)) = SHAPES.iter().find(|(known, _)| *known == name) else {
        return value;
    };
    let not = |what: &str| unknown(format!("{at}, which is not {what}"));
    match (shape, value) {
        (_, Value::Null) => unknown(format!("{at}, which is null")),
        (PropertyType::Text, value) => {
            plain(&value).map_or_else(|| not("a text"), |text| json!(text))
        }
        (PropertyType::Switch, value) => {
            switch(&value).map_or_else(|| not("true or false"), |on| json!(on))
        }
        (PropertyType::Number, value) => {
            whole(&value).map_or_else(|| not("a whole number"), |days| json!(days))
        }
        (PropertyType::Policy, value) => policy(value, at),
        (PropertyType::Map, Value::Object(fields)) => Value::Object(each(fields, at)),
        (PropertyType::Lock, Value::Object(fields)) => {
            const KNOWN: &[&str] = &["ChangeableForDays", "MaxRetentionDays", "MinRetentionDays"];
            match fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
                Some(odd) => unknown(format!("{at}, which has `{odd}`")),
                None if !fields.contains_key("MinRetentionDays") => {
                    unknown(format!("{at}, which has no `MinRetentionDays`"))
                }
                None => Value::Object(each(fields, at)),
            }
        }
        (PropertyType::List, Value::Array(items)) => {
            let items = items.into_iter().map(|item| match item {
                Value::Object(fields) if !is_unknown(&Value::Object(fields.clone())) => {
                    Value::Object(each(fields, at))
                }
                other @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_)) => other,
            });
            Value::Array(items.collect())
        }
        (PropertyType::Texts, Value::Array(items)) => {
            let items = items.into_iter().map(|item| {
                if is_unknown(&item) {
                    return item;
                }
                plain(&item).map_or_else(|| not("a list of texts"), |text| json!(text))
            });
            Value::Array(items.collect())
        }
        (PropertyType::List | PropertyType::Texts, _) => not("a list"),
        (PropertyType::Map | PropertyType::Lock, _) => not("an object"),
    }
}

fn is_unknown(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.len() == 1 && fields.contains_key("unknown"))
}

fn each(fields: Map<String, Value>, at: &str) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in fields {
        if let Some(meant) = misspelt(&name) {
            let why = format!("{at}, which has `{name}`: did you mean `{meant}`?");
            all.insert(meant.to_owned(), unknown(why));
            continue;
        }
        let at = format!("{at}.{name}");
        let value = taken(&name, value, &at);
        all.insert(name, value);
    }
    all
}

/// True or false as CloudFormation takes them.
fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(on) => Some(*on),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
        Value::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            Some(_) | None => None,
        },
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number, also as a text, and where it is written with a fraction of nothing.
fn whole(value: &Value) -> Option<i64> {
    let text = plain(value).filter(|_| !value.is_boolean())?;
    let text = text.trim();
    text.strip_suffix(".0").unwrap_or(text).parse().ok()
}

fn policy(value: Value, at: &str) -> Value {
    if is_open(&value) {
        return value;
    }
    let document = match value {
        Value::String(text) => match Policy::parse(&text) {
            Ok(_) => serde_json::from_str(&text).unwrap_or(Value::Null),
            Err(error) => return unknown(format!("{at}, which is not a policy document: {error}")),
        },
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => texts(value),
    };
    match Policy::from_value(&document) {
        Ok(_) => document,
        Err(error) => unknown(format!("{at}, which is not a policy document: {error}")),
    }
}

/// A document with its numbers as texts, as an account's is where nobody quotes it.
fn texts(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.to_string()),
        Value::Array(items) => items.into_iter().map(texts).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(fields.map(|(name, value)| (name, texts(value))).collect())
        }
        value @ (Value::Null | Value::Bool(_) | Value::String(_)) => value,
    }
}

/// What is wrong with a resource as a whole: it has no type, or its properties are no object.
pub fn wrong(id: &str, resource: &Node) -> Vec<String> {
    let mut all = Vec::new();
    if resource.get("Type").and_then(Node::text).is_none() {
        all.push(format!("{id} has no `Type`: what it is is not known"));
    }
    if let Some(properties) = resource.get("Properties") {
        if !matches!(properties.kind, Kind::Map(_)) {
            all.push(format!("the `Properties` of {id} are not an object"));
        }
        for (name, _) in properties.fields() {
            if let Some(meant) = misspelt(name) {
                all.push(format!(
                    "{id} has the property `{name}`: did you mean `{meant}`?"
                ));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cloudformation_takes_is_taken() {
        for (name, value, expected) in [
            ("MinRetentionDays", json!("40"), json!(40)),
            ("MinRetentionDays", json!(40.0), json!(40)),
            ("Enabled", json!("False"), json!(false)),
            ("Enabled", json!(0), json!(false)),
            ("Enabled", json!("true"), json!(true)),
            ("EngineVersion", json!(16), json!("16")),
            (
                "LockConfiguration",
                json!({"MinRetentionDays": "7"}),
                json!({"MinRetentionDays": 7}),
            ),
            (
                "BackupPlan",
                json!({"BackupPlanRule": [{"Lifecycle": {"DeleteAfterDays": "35"}}]}),
                json!({"BackupPlanRule": [{"Lifecycle": {"DeleteAfterDays": 35}}]}),
            ),
            (
                "AccessPolicy",
                json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": 111_122_223_333_u64}, "Action": "*", "Resource": "*"}]}),
                json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*", "Resource": "*"}]}),
            ),
        ] {
            assert_eq!(taken(name, value, "at"), expected, "{name}");
        }
    }

    #[test]
    fn what_it_would_not_take_is_not_known() {
        for (name, value) in [
            ("MinRetentionDays", json!("x")),
            ("MinRetentionDays", json!(4.5)),
            ("MinRetentionDays", json!(true)),
            ("MinRetentionDays", Value::Null),
            ("Enabled", json!("maybe")),
            ("Enabled", json!([])),
            ("KeySpec", json!({})),
            ("LockConfiguration", json!([{"MinRetentionDays": 40}])),
            ("LockConfiguration", json!("40")),
            ("LockConfiguration", json!({"MinRetentionDay": 40})),
            ("LockConfiguration", json!({"MaxRetentionDays": 40})),
            ("AccessPolicy", json!([])),
            ("AccessPolicy", json!(5)),
            ("AccessPolicy", json!("{")),
            ("AccessPolicy", json!({"Statment": []})),
            (
                "ManagedPolicyArns",
                json!("arn:aws:iam::aws:policy/AWSDenyAll"),
            ),
            ("Policies", json!({})),
        ] {
            assert!(
                is_unknown(&taken(name, value.clone(), "at")),
                "{name} {value}"
            );
        }
    }

    #[test]
    fn a_property_that_nobody_has_is_told_with_the_one_that_was_meant() {
        assert_eq!(misspelt("AcessPolicy"), Some("AccessPolicy"));
        assert_eq!(misspelt("KeySpecs"), Some("KeySpec"));
        assert_eq!(misspelt("accessPolicy"), Some("AccessPolicy"));
        for fine in [
            "AccessPolicy",
            "AvailabilityZones",
            "MultiAZ",
            "Description",
            "EnableKeyRotation",
        ] {
            assert_eq!(misspelt(fine), None, "{fine}");
        }
    }
}
