//! The control policies of an account of which nobody read all, as far as a change tells them: what one denies is denied, whatever the
//! others say. They stand in one level, beside a policy of which nothing is known.

use serde_json::{Map, Value, json};

use super::policy_change::{Becomes, Depth, PolicyChange, depth, is_it};
use super::unknown::unknown_within;

/// The field of a policy that tells what it is attached to.
const TARGET: &str = "Target";

/// Whether levels of control policies are such a part.
pub(super) fn is_one(levels: Option<&Value>) -> bool {
    let first = levels.and_then(|levels| levels.pointer("/0/0"));
    first
        .and_then(Value::as_object)
        .is_some_and(|of| of.is_empty())
}

/// Whether what is attached to a target is in force on an account.
pub(super) fn is_on(account: &Map<String, Value>, target: &str) -> bool {
    let is_own = account.get("account").and_then(Value::as_str) == Some(target);
    is_own || matches!(depth(account, Some(target)), Depth::Level(_))
}

/// Lays a change over the part that is known.
pub(super) fn lay(account: &mut Map<String, Value>, field: &str, change: &PolicyChange) {
    let mut known = match account.get_mut(field).and_then(|all| all.pointer_mut("/0")) {
        Some(Value::Array(all)) => std::mem::take(all),
        Some(_) | None => vec![json!({})],
    };
    let is_of = |policy: &Value| is_it(policy, change) == Some(true);
    match &change.becomes {
        Becomes::Stands(target, document) | Becomes::Attached(Some(target), document) => {
            if is_on(account, target) && unknown_within(document).is_none() {
                let mut policy = Map::new();
                for (name, text) in [("Id", &change.id), ("Name", &change.name)] {
                    policy.extend(text.as_ref().map(|text| (name.to_owned(), json!(text))));
                }
                policy.insert("Document".to_owned(), document.clone());
                policy.insert(TARGET.to_owned(), json!(target));
                let policy = Value::Object(policy);
                if !known.contains(&policy) {
                    known.push(policy);
                }
            }
        }
        Becomes::Document(document) => match unknown_within(document) {
            Some(_) => known.retain(|policy| !is_of(policy)),
            None => {
                let all = known.iter_mut().filter(|policy| is_of(policy));
                for policy in all.filter_map(Value::as_object_mut) {
                    policy.insert("Document".to_owned(), document.clone());
                }
            }
        },
        Becomes::Detached(target) => known.retain(|policy| {
            let own = policy.get(TARGET).and_then(Value::as_str);
            !is_of(policy) || target.as_deref().is_some_and(|target| own != Some(target))
        }),
        Becomes::Deleted => known.retain(|policy| !is_of(policy)),
        Becomes::Attached(None, _) | Becomes::AttachedTo(_) => {}
    }
    match known.len() {
        0 | 1 => drop(account.shift_remove(field)),
        _ => drop(account.insert(field.to_owned(), json!([known]))),
    }
}
