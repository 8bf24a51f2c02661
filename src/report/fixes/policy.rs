//! A policy before and after, and the difference.

use serde_json::Value;
use similar::TextDiff;

use super::FixFile;
use super::item::{Action, Item};
use crate::quote::json;
use crate::remedy::Parts;
use crate::report::line::pretty;

/// The files of a change that sets a policy.
pub fn files(item: &Item<'_>) -> Vec<FixFile> {
    let (before, after) = policies(item);
    let (before, after) = (before.as_ref(), after.as_ref());
    let mut files = Vec::new();
    if let Some(new) = item.remedy.parts.new_vault()
        && !matches!(item.action, Action::TwoStep(_))
    {
        files.push(FixFile::policy(
            item.file("key-policy.json"),
            &new.key_policy,
        ));
    }
    let Some(after) = after else { return files };
    if let Some(before) = before {
        files.push(FixFile::json(item.file("before.json"), before));
    }
    files.push(FixFile::policy(item.file("after.json"), after));
    files.push(FixFile::new(item.file("diff"), diff(item, before, after)));
    files
}

/// The policy that the change sets, and the one before it.
pub fn policies(item: &Item<'_>) -> (Option<Value>, Option<Value>) {
    match &item.remedy.parts {
        Parts::Vault(new) | Parts::Between(new) => (None, new.access_policy.clone()),
        Parts::None
        | Parts::From(_)
        | Parts::RolePolicy { .. }
        | Parts::AttachedPolicies { .. }
        | Parts::Kept(_)
        | Parts::TwoStep(_) => (item.remedy.policy_before(), item.remedy.policy_after()),
    }
}

fn diff(item: &Item<'_>, before: Option<&Value>, after: &Value) -> String {
    let text = |value: Option<&Value>| {
        value
            .map(|value| json::printable(format!("{}\n", pretty(value))))
            .unwrap_or_default()
    };
    let (old, new) = (text(before), text(Some(after)));
    let from = match before {
        Some(_) => item.file("before.json"),
        None => "/dev/null".to_owned(),
    };
    TextDiff::from_lines(old.as_str(), new.as_str())
        .unified_diff()
        .context_radius(3)
        .header(&from, &item.file("after.json"))
        .to_string()
}
