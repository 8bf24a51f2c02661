//! Names in an overlay that are nearly those of fields: what is meant to change a fact would change nothing.

use serde_json::Value;

use crate::inventory::frame::{Account, CopyEntry, Inventory, RegionFacts};
use crate::inventory::misspelling::near;
use crate::inventory::objects::{
    CopyJob, Key, OptionGroup, Organization, Plan, RecoveryPoint, RegionSettings, Resource, Role,
    Vault,
};
use crate::inventory::read::escape;

/// What stands under a field: objects with these fields.
#[rustfmt::skip]
const OBJECTS: &[(&str, &[&str])] = &[
    ("accounts",        Account::FIELDS),
    ("copies",          CopyEntry::FIELDS),
    ("copy_jobs",       CopyJob::FIELDS),
    ("keys",            Key::FIELDS),
    ("option_groups",   OptionGroup::FIELDS),
    ("organization",    Organization::FIELDS),
    ("plans",           Plan::FIELDS),
    ("recovery_points", RecoveryPoint::FIELDS),
    ("region_settings", RegionSettings::FIELDS),
    ("regions",         RegionFacts::FIELDS),
    ("resources",       Resource::FIELDS),
    ("roles",           Role::FIELDS),
    ("vaults",          Vault::FIELDS),
];

/// A name that is not one, where it stands, and the one that was meant.
pub struct Misspelt {
    /// A JSON pointer.
    pub at: String,
    /// The field that there is.
    pub meant: &'static str,
}

/// The first name that is nearly one of a field.
#[must_use]
pub fn misspelt(document: &Value) -> Option<Misspelt> {
    walk(document, Inventory::FIELDS, "")
}

fn walk(value: &Value, fields: &'static [&'static str], at: &str) -> Option<Misspelt> {
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(place, item)| walk(item, fields, &format!("{at}/{place}"))),
        Value::Object(object) => object.iter().find_map(|(name, inner)| {
            let at = format!("{at}/{}", escape(name));
            if let Some((_, fields)) = OBJECTS.iter().find(|(of, _)| *of == name) {
                return walk(inner, fields, &at);
            }
            let meant = near(name, fields).filter(|meant| *meant != name)?;
            (!object.contains_key(meant)).then_some(Misspelt { at, meant })
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}
