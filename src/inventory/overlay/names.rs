//! Names in an overlay that are no fields of the frame, nearly those of AWS's fields, or those that another call has for them: what
//! is meant to change a fact would change nothing.

use serde_json::Value;

use crate::inventory::frame::{Account, CopyEntry, Inventory, RegionFacts};
use crate::inventory::misspelling::near;
use crate::inventory::objects::{
    CopyJob, Key, OptionGroup, Organization, Plan, RecoveryPoint, RegionSettings, Resource, Role,
    Vault,
};
use crate::inventory::span::escape;

use super::unknown::unknown;

/// Which of the fields of an object are known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KnownFields {
    /// All, of an object of the frame.
    All,
    /// Those that checks read, of an object of AWS's: what else it has is AWS's.
    Asked,
}

/// What stands under a field: objects with these fields.
#[rustfmt::skip]
const OBJECTS: &[Objects] = &[
    ("accounts",        Account::FIELDS,        KnownFields::All),
    ("copies",          CopyEntry::FIELDS,      KnownFields::All),
    ("copy_jobs",       CopyJob::FIELDS,        KnownFields::Asked),
    ("keys",            Key::FIELDS,            KnownFields::Asked),
    ("option_groups",   OptionGroup::FIELDS,    KnownFields::Asked),
    ("organization",    Organization::FIELDS,   KnownFields::Asked),
    ("plans",           Plan::FIELDS,           KnownFields::Asked),
    ("recovery_points", RecoveryPoint::FIELDS,  KnownFields::Asked),
    ("region_settings", RegionSettings::FIELDS, KnownFields::Asked),
    ("regions",         RegionFacts::FIELDS,    KnownFields::All),
    ("resources",       Resource::FIELDS,       KnownFields::Asked),
    ("roles",           Role::FIELDS,           KnownFields::Asked),
    ("vaults",          Vault::FIELDS,          KnownFields::Asked),
];

/// What other calls, CloudFormation or Terraform call a field of an object, by the list that has the object.
#[rustfmt::skip]
const OTHER_WORDS: &[(&str, &[&str], &str)] = &[
    ("keys",            &["KeyPolicy", "PolicyDocument"],                                    "Policy"),
    ("recovery_points", &["KmsKeyId", "KmsKeyArn"],                                          "EncryptionKeyArn"),
    ("resources",       &["KmsKeyId", "KmsKeyArn"],                                          "EncryptionKeyArn"),
    ("resources",       &["StorageEncrypted"],                                               "Encrypted"),
    ("roles",           &["ManagedPolicyArns", "ManagedPolicies"],                           "AttachedPolicies"),
    ("roles",           &["Policies"],                                                       "InlinePolicies"),
    ("vaults",          &["Policy", "BackupVaultPolicy", "PolicyDocument"],                  "AccessPolicy"),
    ("vaults",          &["KmsKeyId", "KmsKeyArn"],                                          "EncryptionKeyArn"),
    ("vaults",          &["LockConfiguration", "ChangeableForDays"],                         "MinRetentionDays"),
];

/// A name that is not one, where it stands, and the one that was meant.
pub struct Misspelt {
    /// A JSON pointer.
    pub at: String,
    /// The field that there is, where one is near.
    pub meant: Option<&'static str>,
}

/// The first name that is no field of the frame, or not the one that a field has here.
#[must_use]
pub fn misspelt(document: &Value) -> Option<Misspelt> {
    walk(document, ("", Inventory::FIELDS, KnownFields::All), "")
}

/// Objects, by the list that has them, with their fields.
type Objects = (&'static str, &'static [&'static str], KnownFields);

fn walk(value: &Value, of: Objects, at: &str) -> Option<Misspelt> {
    let (list, fields, known) = of;
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| walk(item, of, &format!("{at}/{place}"))),
        Value::Object(_) if unknown(value).is_some() => None,
        Value::Object(object) => object.iter().find_map(|(name, inner)| {
            let at = format!("{at}/{}", escape(name));
            if let Some(of) = OBJECTS.iter().find(|(of, ..)| *of == name) {
                return walk(inner, *of, &at);
            }
            if fields.contains(&name.as_str()) {
                return None;
            }
            let meant = near(name, fields).or_else(|| in_other_words(list, name));
            let is_meant = meant.is_some_and(|meant| !object.contains_key(meant));
            (known == KnownFields::All || is_meant).then_some(Misspelt { at, meant })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// What the inventory calls a field that has another name elsewhere.
fn in_other_words(list: &str, name: &str) -> Option<&'static str> {
    let mut all = OTHER_WORDS.iter();
    let (_, _, field) = all.find(|(of, names, _)| *of == list && names.contains(&name))?;
    Some(field)
}
