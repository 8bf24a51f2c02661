//! What somebody lays over the facts before a plan or a template: what that leaves as it is, it does not take back.

use serde_json::Value;

use super::things::{LISTS, list, list_mut};
use crate::inventory::{Becomes, Overlay, Waiting};

/// The lists of a document and of its accounts, each with the field that tells its things apart.
const FRAME: &[(&str, &str)] = &[
    ("accounts", "account"),
    ("roles", "Arn"),
    ("regions", "region"),
];

/// The fields of an account that policies of the organization decide.
const OF_ORGANIZATION: &[&str] = &[
    "service_control_policies",
    "resource_control_policies",
    "backup_policy",
    "tag_policy",
];

/// Takes out of plans and templates what they leave as it is and an overlay before them says. Each with what it says is there now.
pub fn keep(now: &[Option<Overlay>], then: &mut [Overlay]) {
    for at in 0..then.len() {
        let (before, rest) = then.split_at_mut(at);
        let (Some(own), Some(Some(now))) = (rest.first_mut(), now.get(at)) else {
            continue;
        };
        let asked = before.iter();
        for asked in asked.filter(|one| one.waits_for == Waiting::Overlay) {
            leave(asked, now, own);
        }
    }
}

/// Takes out of one what it leaves as it is and another says.
fn leave(asked: &Overlay, now: &Overlay, own: &mut Overlay) {
    leave_fields(&asked.document, &now.document, &mut own.document, "");
    let mut accounts = list(&asked.document, "accounts").iter();
    let is_of_organization = accounts.any(|account| {
        let mut fields = OF_ORGANIZATION.iter();
        fields.any(|name| account.get(*name).is_some())
    });
    if is_of_organization {
        let stands = |becomes: &Becomes| matches!(becomes, Becomes::Stands(..));
        own.organization.retain(|one| !stands(&one.becomes));
    }
    let text = asked.document.to_string();
    own.policies.retain(|arn, document| {
        now.policies.get(arn) != Some(&*document) || !text.contains(arn.as_str())
    });
}

/// The same of the fields of an object, and of the things in its lists; `key` names it.
fn leave_fields(asked: &Value, now: &Value, own: &mut Value, key: &str) {
    let fields = asked.as_object().into_iter().flatten();
    for (name, value) in fields.filter(|(name, _)| *name != key) {
        let mut lists = FRAME.iter().chain(LISTS);
        if let (Some((_, key)), Value::Array(all)) = (lists.find(|(list, _)| list == name), value) {
            for item in all {
                let is_it = |other: &Value| other.get(*key) == item.get(*key);
                let was = list(now, name).iter().find(|other| is_it(other));
                let is = list_mut(own, name).iter_mut().find(|other| is_it(other));
                if let (Some(was), Some(is)) = (was, is) {
                    leave_fields(item, was, is, key);
                }
            }
        } else if own.get(name).is_some()
            && own.get(name) == now.get(name)
            && let Some(own) = own.as_object_mut()
        {
            own.shift_remove(name);
        }
    }
}
