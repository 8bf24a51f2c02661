//! The lists of a document that is laid over the facts.

use serde_json::Value;

/// The lists of a Region, each with the field that tells its things apart.
pub const LISTS: &[(&str, &str)] = &[
    ("vaults", "BackupVaultArn"),
    ("keys", "Arn"),
    ("resources", "ResourceArn"),
    ("plans", "BackupPlanId"),
];

/// A list of an object; empty where it has none.
pub fn list<'d>(of: &'d Value, name: &str) -> &'d [Value] {
    of.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The same, to be changed.
pub fn list_mut<'d>(of: &'d mut Value, name: &str) -> &'d mut [Value] {
    of.get_mut(name)
        .and_then(Value::as_array_mut)
        .map_or(&mut [], Vec::as_mut_slice)
}
