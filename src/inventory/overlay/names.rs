//! Names in an overlay that are no fields of the frame, or nearly those of AWS's fields: what is meant to change a fact would change
//! nothing.

use serde_json::Value;

use crate::inventory::frame::{Account, CopyEntry, Inventory, RegionFacts};
use crate::inventory::misspelling::near;
use crate::inventory::objects::{
    CopyJob, Key, OptionGroup, Organization, Plan, RecoveryPoint, RegionSettings, Resource, Role,
    Vault,
};
use crate::inventory::read::escape;

use super::unknown::unknown;

/// What the objects are that an overlay holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Of the frame: all their fields are known.
    Frame,
    /// AWS's own: what else they have is theirs.
    Aws,
}

/// What stands under a field: objects with these fields.
#[rustfmt::skip]
const OBJECTS: &[(&str, &[&str], Owner)] = &[
    ("accounts",        Account::FIELDS,        Owner::Frame),
    ("copies",          CopyEntry::FIELDS,      Owner::Frame),
    ("copy_jobs",       CopyJob::FIELDS,        Owner::Aws),
    ("keys",            Key::FIELDS,            Owner::Aws),
    ("option_groups",   OptionGroup::FIELDS,    Owner::Aws),
    ("organization",    Organization::FIELDS,   Owner::Aws),
    ("plans",           Plan::FIELDS,           Owner::Aws),
    ("recovery_points", RecoveryPoint::FIELDS,  Owner::Aws),
    ("region_settings", RegionSettings::FIELDS, Owner::Aws),
    ("regions",         RegionFacts::FIELDS,    Owner::Frame),
    ("resources",       Resource::FIELDS,       Owner::Aws),
    ("roles",           Role::FIELDS,           Owner::Aws),
    ("vaults",          Vault::FIELDS,          Owner::Aws),
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
    walk(document, (Inventory::FIELDS, Owner::Frame), "")
}

fn walk(value: &Value, of: (&'static [&'static str], Owner), at: &str) -> Option<Misspelt> {
    let (fields, owner) = of;
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| walk(item, of, &format!("{at}/{place}"))),
        Value::Object(_) if unknown(value).is_some() => None,
        Value::Object(object) => object.iter().find_map(|(name, inner)| {
            let at = format!("{at}/{}", escape(name));
            if let Some((_, fields, owner)) = OBJECTS.iter().find(|(of, ..)| *of == name) {
                return walk(inner, (fields, *owner), &at);
            }
            if fields.contains(&name.as_str()) {
                return None;
            }
            let meant = near(name, fields);
            let is_meant = meant.is_some_and(|meant| !object.contains_key(meant));
            (owner == Owner::Frame || is_meant).then_some(Misspelt { at, meant })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
