//! Volumes that are encrypted on no key that anybody names: EC2 takes the account's default key for EBS there, which need not be
//! AWS's own. Which it is stands in the facts, and not in a plan.
//!
//! See <https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html>.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::inventory::Facts;
use crate::inventory::frame::Inventory;
use crate::known::{AccountId, Fact, Region};

/// What stands in place of a key that is to be looked up, with AWS's own key there.
const MARK: &str = "ebs_default";

/// The field of a Region with its default key.
const DEFAULT: &str = "ebs_default_kms_key_id";

/// The account's default key for EBS; `own` is the key that AWS manages there.
#[must_use]
pub fn ebs_default_key(own: &Value) -> Value {
    json!({MARK: own})
}

/// Leaves unknown the default keys in these documents that one of them changes: which volumes are made before that, nobody knows.
/// Each comes after what the same file says of now, where it says anything.
pub fn leave_changed_defaults_open(documents: &mut [(Option<&Value>, &mut Value)]) {
    let all = documents.iter();
    let changed: BTreeSet<Place> = all.flat_map(|(now, then)| changed(*now, then)).collect();
    if !changed.is_empty() {
        for (_, one) in documents {
            look_up(one, |place| {
                changed.contains(place).then(|| {
                    unknown("the account's default key for EBS encryption, which changes, too")
                })
            });
        }
    }
}

/// A document with the keys looked up in the facts that it is laid over.
pub(super) fn settled<'d>(document: &'d Value, base: &Inventory) -> Cow<'d, Value> {
    if !has_mark(document) {
        return Cow::Borrowed(document);
    }
    let facts = Facts::new(base);
    let mut document = document.clone();
    look_up(&mut document, |place| {
        let (account, region) = place;
        let key = match facts.ebs_default_key(*account, region) {
            Fact::Known(Some(key)) => json!(key.as_str()),
            Fact::Known(None) => return Some(Value::Null),
            Fact::Unknown(gap) => unknown(&format!(
                "the account's default key for EBS encryption: {gap}"
            )),
        };
        Some(key)
    });
    Cow::Owned(document)
}

/// A Region of an account.
type Place = (AccountId, Region);

fn unknown(why: &str) -> Value {
    json!({"unknown": why})
}

fn has_mark(document: &Value) -> bool {
    match document {
        Value::Object(fields) => fields.contains_key(MARK) || fields.values().any(has_mark),
        Value::Array(items) => items.iter().any(has_mark),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The places of which a document says another default key than is said of now.
fn changed(now: Option<&Value>, then: &Value) -> BTreeSet<Place> {
    let was = now.map(defaults).unwrap_or_default();
    let is = defaults(then).into_iter();
    is.filter(|(place, key)| was.get(place) != Some(key))
        .map(|(place, _)| place)
        .collect()
}

/// The default keys that a document tells.
fn defaults(document: &Value) -> BTreeMap<Place, &Value> {
    let accounts = document.get("accounts").and_then(Value::as_array);
    let all = accounts.into_iter().flatten().flat_map(|account| {
        let id = account.get("account").and_then(Value::as_str);
        let id = id.and_then(|id| AccountId::parse(id).ok());
        let regions = account.get("regions").and_then(Value::as_array);
        regions.into_iter().flatten().filter_map(move |region| {
            let name = region.get("region")?.as_str()?;
            Some(((id?, Region::new(name)), region.get(DEFAULT)?))
        })
    });
    all.collect()
}

/// Gives the volumes of each place the key there: null for AWS's own, nothing where it stays to be looked up.
fn look_up(document: &mut Value, key_of: impl Fn(&Place) -> Option<Value>) {
    for account in list(document, "accounts") {
        let id = account.get("account").and_then(Value::as_str);
        let Some(id) = id.and_then(|id| AccountId::parse(id).ok()) else {
            continue;
        };
        for region in list(account, "regions") {
            let Some(name) = region.get("region").and_then(Value::as_str) else {
                continue;
            };
            let key = key_of(&(id, Region::new(name)));
            for volume in list(region, "resources") {
                if let Some(on) = volume.get_mut("EncryptionKeyArn")
                    && let Some(own) = on.get(MARK).cloned()
                    && let Some(key) = &key
                {
                    *on = if key.is_null() { own } else { key.clone() };
                }
            }
        }
    }
}

fn list<'d>(of: &'d mut Value, name: &str) -> &'d mut [Value] {
    of.get_mut(name)
        .and_then(Value::as_array_mut)
        .map_or(&mut [], Vec::as_mut_slice)
}
