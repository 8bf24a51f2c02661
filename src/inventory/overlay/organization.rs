//! What becomes of the policies of the organization. Where each is in force the facts tell: the levels of an account's control
//! policies, and its place in the tree. What they do not tell is unknown.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html> and
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_inheritance_mgmt.html>.

use serde_json::{Map, Value, json};

use super::control_part;
use super::either::{self, is_same_policy};
use super::policy_change::{Becomes, Depth, PolicyChange, PolicyType, depth, is_it, way};
use super::unknown::unknown_within;
use crate::inventory::Inventory;
use crate::inventory::field::Field;
use crate::inventory::frame::Account;
use crate::inventory::items;

/// A field of an account that is unknown after the change: the account, the call that would read it, and why.
pub(super) struct UnknownAccountField {
    pub account: String,
    pub call: &'static str,
    pub why: String,
}

/// Lays the changes over the accounts of an inventory. `may_leave`: the template that says so, where what was read may stand.
pub(super) fn lay(
    all: &mut Map<String, Value>,
    changes: &[PolicyChange],
    may_leave: Option<&String>,
) -> Vec<UnknownAccountField> {
    let mut left = Vec::new();
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    for account in accounts
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        if account.get("organization") == Some(&Value::Null) {
            continue;
        }
        for of in PolicyType::ALL {
            let (field, call) = of.field();
            let mut why = None;
            let read = may_leave.and_then(|_| account.get(field).cloned());
            for change in changes
                .iter()
                .filter(|one| one.of.is_none_or(|is| is == of))
            {
                let was = change
                    .of
                    .is_none()
                    .then(|| account.get(field).cloned())
                    .flatten();
                let laid = match of {
                    PolicyType::Service | PolicyType::Resource => control(account, field, change),
                    PolicyType::Backup | PolicyType::Tag => effective(account, field, of, change),
                };
                match (laid, was) {
                    (Err(text), _) => drop(why.get_or_insert(text)),
                    // A policy of which nobody knows what it is may be this one.
                    (Ok(()), Some(was))
                        if account.get(field) != Some(&was) && !has(&was, change.id.as_deref()) =>
                    {
                        why.get_or_insert_with(|| {
                            format!("{}, a policy of a type that is not known", change.by)
                        });
                    }
                    (Ok(()), _) => {}
                }
            }
            let laid = account.get(field);
            if let (None, Some(file), Some(read)) = (&why, may_leave, read)
                && !laid.is_some_and(|laid| is_same(laid, &read))
            {
                why = Some(either::not_told(field, file));
            }
            let Some(why) = why else { continue };
            account.shift_remove(field);
            if of.is_of_controls() {
                not_simulated(account);
            }
            let account = account.get("account").and_then(Value::as_str);
            left.push(UnknownAccountField {
                account: account.unwrap_or_default().to_owned(),
                call,
                why,
            });
        }
    }
    left
}

/// What of the organization was not read that the changes may change, in words.
pub(super) fn unread(inventory: &Inventory, changes: &[PolicyChange]) -> Vec<String> {
    let changed = |of: PolicyType| {
        let mut all = changes.iter();
        all.any(|change| {
            change.of.is_none_or(|is| is == of) && !matches!(change.becomes, Becomes::Stands(..))
        })
    };
    let control = changed(PolicyType::Service) || changed(PolicyType::Resource);
    let backup = changed(PolicyType::Backup);
    let accounts = items(&inventory.accounts).iter();
    let accounts: Vec<&Account> = accounts
        .filter(|account| !matches!(account.organization, Field::Null))
        .collect();
    if (control || backup) && accounts.is_empty() {
        return vec!["no account of an organization was read".to_owned()];
    }
    let absent = |account: &Account| {
        let levels = matches!(account.service_control_policies, Field::Absent)
            || matches!(account.resource_control_policies, Field::Absent);
        (control && levels) || (backup && matches!(account.backup_policy, Field::Absent))
    };
    let unread = accounts.into_iter().filter(|account| absent(account));
    unread
        .map(|account| format!("those in force on {} were not read", account.account))
        .collect()
}

/// Whether two fields say the same: levels of control policies, or one policy.
fn is_same(one: &Value, other: &Value) -> bool {
    let levels = |all: &Value| -> Option<Vec<Vec<Value>>> {
        let levels = all.as_array()?.iter();
        levels.map(|level| level.as_array().cloned()).collect()
    };
    let document = |policy: &Value| policy.get("Document").cloned().unwrap_or_default();
    let same = |one: &Value, other: &Value| is_same_policy(&document(one), &document(other));
    let same_level = |(one, other): (&Vec<Value>, &Vec<Value>)| {
        let mut there = one.iter();
        one.len() == other.len() && there.all(|one| other.iter().any(|other| same(one, other)))
    };
    match (levels(one), levels(other)) {
        (Some(one), Some(other)) => {
            one.len() == other.len() && one.iter().zip(&other).all(same_level)
        }
        (None, _) | (_, None) => one == other,
    }
}

/// Whether a policy of this id is among those in force.
fn has(levels: &Value, id: Option<&str>) -> bool {
    let levels = levels.as_array().into_iter().flatten();
    let mut all = levels.filter_map(Value::as_array).flatten();
    id.is_some() && all.any(|policy| policy.get("Id").and_then(Value::as_str) == id)
}

/// What the policy simulator said holds for the control policies that it was asked under.
fn not_simulated(account: &mut Map<String, Value>) {
    let roles = account.get_mut("roles").and_then(Value::as_array_mut);
    for role in roles.into_iter().flatten().filter_map(Value::as_object_mut) {
        role.shift_remove("Simulated");
    }
}

/// Lays a change over the control policies of an account, level by level.
fn control(
    account: &mut Map<String, Value>,
    field: &str,
    change: &PolicyChange,
) -> Result<(), String> {
    let is_unread = account.get(field).is_none();
    let is_part = control_part::is_one(account.get(field));
    let told = match &change.becomes {
        Becomes::Attached(target, document) => Some((target.as_deref(), document)),
        Becomes::Stands(target, document) => Some((Some(target.as_str()), document)),
        Becomes::Document(_) | Becomes::Detached(_) | Becomes::AttachedTo(_) | Becomes::Deleted => {
            None
        }
    };
    if let Some((target, document)) = told
        && (is_unread || is_part)
        && may_deny(document)
        && !target.is_some_and(|target| control_part::is_on(account, target))
        && matches!(depth(account, target), Depth::Unknown)
    {
        return Err(format!(
            "{}, of which it is not known whether it is attached above the account: give --inventory FILE with its place in the organization",
            change.by
        ));
    }
    if is_part {
        control_part::lay(account, field, change);
        return Ok(());
    }
    if let Becomes::Stands(target, _) = &change.becomes {
        if is_unread {
            control_part::lay(account, field, change);
        }
        return stands_there(account, field, change, target);
    }
    let by = &change.by;
    let not_told = || format!("{by}, of which the facts do not tell where it is in force");
    let targets: Option<Vec<String>> =
        way(account).map(|way| way.into_iter().map(str::to_owned).collect());
    let to = match &change.becomes {
        Becomes::Attached(target, _) | Becomes::Detached(target) => {
            Some(depth(account, target.as_deref()))
        }
        Becomes::Document(_) | Becomes::AttachedTo(_) | Becomes::Deleted | Becomes::Stands(..) => {
            None
        }
    };
    let Some(Value::Array(levels)) = account.get_mut(field) else {
        if !matches!(to, Some(Depth::No)) {
            not_simulated(account);
        }
        if is_unread {
            control_part::lay(account, field, change);
        }
        return Ok(());
    };
    let count = levels.len();
    let is_told = targets.as_ref().is_some_and(|way| way.len() == count);
    let mut stands = Vec::new();
    for (at, level) in levels.iter_mut().enumerate() {
        for policy in level.as_array_mut().into_iter().flatten() {
            match is_it(policy, change) {
                Some(true) => stands.push((at, policy)),
                Some(false) => {}
                None => return Err(not_told()),
            }
        }
    }
    let is_there = !stands.is_empty();
    let level = match to {
        Some(Depth::No) => return Ok(()),
        Some(Depth::Level(level)) if is_told => Some(level),
        Some(Depth::Level(_) | Depth::Unknown) | None => None,
    };
    match &change.becomes {
        Becomes::Document(document) => {
            for (_, policy) in stands {
                if let Some(why) = unknown_within(document) {
                    return Err(why.to_owned());
                }
                if let Some(policy) = policy.as_object_mut() {
                    policy.insert("Document".to_owned(), document.clone());
                }
            }
        }
        Becomes::Attached(_, document) => {
            if let Some(why) = unknown_within(document) {
                return Err(why.to_owned());
            }
            // What is denied at one level is denied, whichever it is.
            let anywhere = || matches!(to, Some(Depth::Level(_))) && denies_only(document);
            let level = level.or_else(|| count.checked_sub(1).filter(|_| anywhere()));
            let list = level.and_then(|level| levels.get_mut(level)?.as_array_mut());
            let list = list.ok_or_else(not_told)?;
            list.retain(|policy| is_it(policy, change) != Some(true));
            let mut policy = Map::new();
            for (field, text) in [("Id", &change.id), ("Name", &change.name)] {
                if let Some(text) = text {
                    policy.insert(field.to_owned(), json!(text));
                }
            }
            policy.insert("Document".to_owned(), document.clone());
            list.push(Value::Object(policy));
        }
        Becomes::Detached(_) if is_there => {
            let list = level.and_then(|level| levels.get_mut(level)?.as_array_mut());
            let list = list.ok_or_else(not_told)?;
            list.retain(|policy| is_it(policy, change) != Some(true));
        }
        Becomes::Detached(_) => {}
        Becomes::AttachedTo(told) => {
            let targets = targets.filter(|_| is_told);
            let stays = |(at, _): &(usize, &mut Value)| {
                let target = targets.as_ref().and_then(|all| all.get(*at));
                target.is_some_and(|target| told.contains(target))
            };
            if !stands.iter().all(stays) {
                return Err(format!(
                    "{by}, which is attached elsewhere now: whether it stays there can only be told from the deployed template: give --cloudformation-before FILE"
                ));
            }
        }
        Becomes::Deleted => {
            for level in levels.iter_mut().filter_map(Value::as_array_mut) {
                level.retain(|policy| is_it(policy, change) != Some(true));
            }
        }
        Becomes::Stands(..) => {}
    }
    Ok(())
}

/// Whether the facts have a control policy where it stands by the state of a plan; an error where they say that it is not there.
fn stands_there(
    account: &Map<String, Value>,
    field: &str,
    change: &PolicyChange,
    target: &str,
) -> Result<(), String> {
    let levels = account.get(field).and_then(Value::as_array);
    let (Some(levels), Some(way), Depth::Level(at)) =
        (levels, way(account), depth(account, Some(target)))
    else {
        return Ok(());
    };
    let level = levels.get(at).filter(|_| levels.len() == way.len());
    let level = level.and_then(Value::as_array);
    let is_absent = |all: &Vec<Value>| all.iter().all(|one| is_it(one, change) == Some(false));
    if level.is_some_and(is_absent) {
        return Err(not_in_the_facts(change, target));
    }
    Ok(())
}

fn not_in_the_facts(change: &PolicyChange, target: &str) -> String {
    format!(
        "{}, which is attached to {target} by what stands there and not by the facts: read them again",
        change.by
    )
}

/// Whether a policy denies something, or may.
fn may_deny(document: &Value) -> bool {
    let statements = match document.get("Statement") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return true,
    };
    let allows = |one: &Value| one.get("Effect").and_then(Value::as_str) == Some("Allow");
    unknown_within(document).is_some() || !statements.iter().all(allows)
}

/// Whether a policy allows nothing.
fn denies_only(document: &Value) -> bool {
    let statements = match document.get("Statement") {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            return false;
        }
    };
    let mut all = statements.iter();
    all.all(|one| one.get("Effect").and_then(Value::as_str) == Some("Deny"))
}

/// A backup policy where no other is in force: what it adds to what it inherits is all that there is.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html>.
fn of_nothing(policy: &Value) -> Value {
    const APPEND: &str = "@@append";
    const ASSIGN: &str = "@@assign";
    let Value::Object(members) = policy else {
        return policy.clone();
    };
    let is_alone = members.contains_key(APPEND) && !members.contains_key(ASSIGN);
    let each = members.iter().map(|(name, value)| {
        let name = if is_alone && name == APPEND {
            ASSIGN
        } else {
            name.as_str()
        };
        (name.to_owned(), of_nothing(value))
    });
    Value::Object(each.collect())
}

/// Lays a change over what an account's policies of a type come to together. Of more than one that is not worked out.
fn effective(
    account: &mut Map<String, Value>,
    field: &str,
    of: PolicyType,
    change: &PolicyChange,
) -> Result<(), String> {
    let Some(now) = account.get(field) else {
        if let Becomes::Stands(target, _) = &change.becomes
            && of == PolicyType::Backup
            && (control_part::is_on(account, target)
                || matches!(depth(account, Some(target)), Depth::Unknown))
        {
            return Err(format!(
                "{}, a backup policy that is attached to {target}, and the account's was not read: fix it: read what is in force there (organizations:DescribeEffectivePolicy)",
                change.by
            ));
        }
        return Ok(());
    };
    let together = || {
        format!(
            "{}, which is put together with the account's other policies",
            change.by
        )
    };
    let is_none = now.is_null();
    match &change.becomes {
        Becomes::Attached(target, document) => match depth(account, target.as_deref()) {
            Depth::No => Ok(()),
            Depth::Level(_) if is_none && of == PolicyType::Backup => {
                match unknown_within(document) {
                    Some(why) => Err(why.to_owned()),
                    None => {
                        account.insert(field.to_owned(), of_nothing(document));
                        Ok(())
                    }
                }
            }
            Depth::Level(_) => Err(together()),
            // Where it is attached may be what is not known of it.
            Depth::Unknown => Err(unknown_within(document).map_or_else(together, str::to_owned)),
        },
        Becomes::Detached(target) => match depth(account, target.as_deref()) {
            Depth::Level(_) | Depth::Unknown if !is_none => Err(together()),
            Depth::Level(_) | Depth::Unknown | Depth::No => Ok(()),
        },
        Becomes::Document(_) | Becomes::AttachedTo(_) | Becomes::Deleted if !is_none => {
            Err(together())
        }
        Becomes::Document(_) | Becomes::AttachedTo(_) | Becomes::Deleted => Ok(()),
        Becomes::Stands(target, _) => match depth(account, Some(target)) {
            Depth::Level(_) if is_none => Err(not_in_the_facts(change, target)),
            Depth::Level(_) | Depth::Unknown | Depth::No => Ok(()),
        },
    }
}
