//! Names in an overlay that are no fields of the frame, or nearly those of AWS's fields: what is meant to change a fact would change
//! nothing.

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
const OBJECTS: &[(&str, &[&str], KnownFields)] = &[
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

/// A name that is not one, where it stands, and the one that was meant.
pub struct Misspelt {
    /// A JSON pointer.
    pub at: String,
    /// The field that there is, where one is near.
    pub meant: Option<&'static str>,
}

/// The first name that is no field of the frame, or nearly one of a field.
#[must_use]
pub fn misspelt(document: &Value) -> Option<Misspelt> {
    walk(document, (Inventory::FIELDS, KnownFields::All), "")
}

fn walk(value: &Value, of: (&'static [&'static str], KnownFields), at: &str) -> Option<Misspelt> {
    let (fields, known) = of;
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| walk(item, of, &format!("{at}/{place}"))),
        Value::Object(_) if unknown(value).is_some() => None,
        Value::Object(object) => object.iter().find_map(|(name, inner)| {
            let at = format!("{at}/{}", escape(name));
            if let Some((_, fields, known)) = OBJECTS.iter().find(|(of, ..)| *of == name) {
                return walk(inner, (fields, *known), &at);
            }
            if fields.contains(&name.as_str()) {
                return None;
            }
            let meant = near(name, fields);
            let is_meant = meant.is_some_and(|meant| !object.contains_key(meant));
            (known == KnownFields::All || is_meant).then_some(Misspelt { at, meant })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
