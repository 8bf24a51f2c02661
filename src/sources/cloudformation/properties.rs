//! What CloudFormation makes of the value of each property that is read: numbers and truths may be texts, and the other way
//! round. What it would not take was not understood, and is not known.

use serde_json::{Map, Value, json};

use crate::inventory::Policy;
use crate::known::near;

use super::template::{is_open, plain, unknown};
use super::text::{Kind, Node};

/// What a property is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
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
const SHAPES: &[(&str, Shape)] = &[
    ("AWSServiceName",              Shape::Text),
    ("AccessPolicy",                Shape::Policy),
    ("AdvancedBackupSettings",      Shape::List),
    ("AliasName",                   Shape::Text),
    ("AssumeRolePolicyDocument",    Shape::Policy),
    ("AvailabilityZone",            Shape::Text),
    ("BackupPlan",                  Shape::Map),
    ("BackupPlanId",                Shape::Text),
    ("BackupPlanName",              Shape::Text),
    ("BackupPlanRule",              Shape::List),
    ("BackupSelection",             Shape::Map),
    ("BackupTarget",                Shape::Text),
    ("BackupVaultName",             Shape::Text),
    ("BucketName",                  Shape::Text),
    ("ChangeableForDays",           Shape::Number),
    ("ClusterIdentifier",           Shape::Text),
    ("Conditions",                  Shape::Map),
    ("CopyActions",                 Shape::List),
    ("DBClusterIdentifier",         Shape::Text),
    ("DBInstanceIdentifier",        Shape::Text),
    ("DBSnapshotIdentifier",        Shape::Text),
    ("DeleteAfterDays",             Shape::Number),
    ("DestinationBackupVaultArn",   Shape::Text),
    ("EnableContinuousBackup",      Shape::Switch),
    ("Enabled",                     Shape::Switch),
    ("Encrypted",                   Shape::Switch),
    ("EncryptionKeyArn",            Shape::Text),
    ("Engine",                      Shape::Text),
    ("EngineVersion",               Shape::Text),
    ("FileSystemType",              Shape::Text),
    ("IamRoleArn",                  Shape::Text),
    ("KMSMasterKeyId",              Shape::Text),
    ("KeyPolicy",                   Shape::Policy),
    ("KeySpec",                     Shape::Text),
    ("KeyUsage",                    Shape::Text),
    ("KmsKeyId",                    Shape::Text),
    ("Lifecycle",                   Shape::Map),
    ("ListOfTags",                  Shape::List),
    ("LockConfiguration",           Shape::Lock),
    ("ManagedPolicyArns",           Shape::Texts),
    ("ManagedPolicyName",           Shape::Text),
    ("MaxRetentionDays",            Shape::Number),
    ("MinRetentionDays",            Shape::Number),
    ("MoveToColdStorageAfterDays",  Shape::Number),
    ("NotResources",                Shape::Texts),
    ("OntapConfiguration",          Shape::Map),
    ("OptionGroupName",             Shape::Text),
    ("Origin",                      Shape::Text),
    ("Path",                        Shape::Text),
    ("PermissionsBoundary",         Shape::Text),
    ("Policies",                    Shape::List),
    ("PolicyDocument",              Shape::Policy),
    ("PolicyName",                  Shape::Text),
    ("Resources",                   Shape::Texts),
    ("RoleName",                    Shape::Text),
    ("Roles",                       Shape::Texts),
    ("RuleName",                    Shape::Text),
    ("SSEEnabled",                  Shape::Switch),
    ("SSESpecification",            Shape::Map),
    ("SelectionName",               Shape::Text),
    ("SnapshotId",                  Shape::Text),
    ("SnapshotIdentifier",          Shape::Text),
    ("SourceDBClusterIdentifier",   Shape::Text),
    ("SourceDBInstanceIdentifier",  Shape::Text),
    ("StorageEncrypted",            Shape::Switch),
    ("StorageType",                 Shape::Text),
    ("TableName",                   Shape::Text),
    ("Tags",                        Shape::List),
    ("TargetBackupVault",           Shape::Text),
    ("TargetKeyId",                 Shape::Text),
    ("TdeCredentialArn",            Shape::Text),
    ("VolumeStyle",                 Shape::Text),
    ("VolumeType",                  Shape::Text),
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
        (Shape::Text, value) => plain(&value).map_or_else(|| not("a text"), |text| json!(text)),
        (Shape::Switch, value) => {
            switch(&value).map_or_else(|| not("true or false"), |on| json!(on))
        }
        (Shape::Number, value) => {
            whole(&value).map_or_else(|| not("a whole number"), |days| json!(days))
        }
        (Shape::Policy, value) => policy(value, at),
        (Shape::Map, Value::Object(fields)) => Value::Object(each(fields, at)),
        (Shape::Lock, Value::Object(fields)) => {
            const KNOWN: &[&str] = &["ChangeableForDays", "MaxRetentionDays", "MinRetentionDays"];
            match fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
                Some(odd) => unknown(format!("{at}, which has `{odd}`")),
                None if !fields.contains_key("MinRetentionDays") => {
                    unknown(format!("{at}, which has no `MinRetentionDays`"))
                }
                None => Value::Object(each(fields, at)),
            }
        }
        (Shape::List, Value::Array(items)) => {
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
        (Shape::Texts, Value::Array(items)) => {
            let items = items.into_iter().map(|item| {
                if is_unknown(&item) {
                    return item;
                }
                plain(&item).map_or_else(|| not("a list of texts"), |text| json!(text))
            });
            Value::Array(items.collect())
        }
        (Shape::List | Shape::Texts, _) => not("a list"),
        (Shape::Map | Shape::Lock, _) => not("an object"),
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
