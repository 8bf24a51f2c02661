//! A control policy of the organization whose Deny lets one role make one copy.

use super::RemedyKind;
use super::change::Change;
use super::command::update_policy;
use super::draft::Draft;
use super::narrow::Grammar;
use super::wanted::{Wanted, lift_all};
use crate::inventory::{ControlPolicy, Facts, Field, Policy, is_plan_of_policy};
use crate::known::{AccountId, Arn};
use crate::verdict::ControlKind;
use smol_str::format_smolstr;

/// The policy narrowed, on every account that it is in force on. `None` where that cannot be written.
pub fn draft(kind: ControlKind, id: &str, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    let holders = facts.holders_of_control_policy(kind == ControlKind::Resource, id);
    let policy = holders
        .iter()
        .flat_map(|(_, levels)| levels.iter().flatten())
        .find(|policy| policy.id.value().is_some_and(|is| **is == *id))?;
    let before = policy.document.value()?.to_value();
    let differs = |other: &ControlPolicy| {
        let text = other.document.value().map(Policy::to_value);
        other.id.value().is_some_and(|is| **is == *id) && text.as_ref() != Some(&before)
    };
    let is_read_twice = holders
        .iter()
        .any(|(_, levels)| levels.iter().flatten().any(differs));
    let (of, grammar, remedy) = match kind {
        ControlKind::Service => (
            "service control policy",
            Grammar::ServiceControl,
            RemedyKind::ServiceControlPolicy,
        ),
        ControlKind::Resource => (
            "resource control policy",
            Grammar::ResourceControl,
            RemedyKind::ResourceControlPolicy,
        ),
    };
    let name = policy.name.value().map_or(id, |name| name);
    let title = format!(
        "narrow the Deny of the {of} `{name}` for {}",
        roles(wanted).join(" and ")
    );
    let mut draft = Draft::new(remedy, id, title);
    draft.remedy.account = holders
        .iter()
        .find_map(|(account, _)| management(*account, facts));
    let lifted = lift_all(&before, &wanted.lifts, grammar);
    let Some((after, changed)) = lifted.filter(|_| !is_read_twice) else {
        let why = if is_read_twice {
            "it was read twice, and reads differently: read it again"
        } else {
            "one of its patterns is for more than the copy takes, and no pattern is for that less one thing: write \
                   its actions and resources out first"
        };
        draft.remedy.title = format!("{} ({why})", draft.remedy.title);
        draft.remedy.commands = vec![format_smolstr!(
            "# by hand, in the management account: {why}"
        )];
        return Some(draft);
    };
    draft.remedy.commands = vec![update_policy(id, &after)];
    let text = Policy::from_value(&after).ok()?;
    let mut change = Change::none();
    for (account, levels) in holders {
        let levels = with(levels, id, &text);
        change = change.account(account, |account| match kind {
            ControlKind::Service => account.service_control_policies = Field::Is(levels),
            ControlKind::Resource => account.resource_control_policies = Field::Is(levels),
        });
    }
    draft.change = Some(change);
    draft.remedy.before = policy.document.value().cloned();
    draft.remedy.after = Some(text);
    draft.remedy.added = changed;
    Some(draft)
}

/// The levels with another text for one policy.
fn with(levels: &[Vec<ControlPolicy>], id: &str, text: &Policy) -> Vec<Vec<ControlPolicy>> {
    let mut levels = levels.to_vec();
    for policy in levels.iter_mut().flatten() {
        if policy.id.value().is_some_and(|is| **is == *id) {
            policy.document = Field::Is(text.clone());
        }
    }
    levels
}

/// The roles that are let through, and where they copy to.
fn roles(wanted: &Wanted) -> Vec<String> {
    let who = |role: &Arn| match role.account() {
        Some(account) => format!("{} of account {account}", role.name()),
        None => role.name().to_owned(),
    };
    let mut roles: Vec<String> = wanted
        .lifts
        .iter()
        .map(|lift| who(&lift.principal))
        .collect();
    roles.sort();
    roles.dedup();
    roles
}

/// The management account of an account's organization, where it is known.
pub fn management(account: AccountId, facts: &Facts<'_>) -> Option<AccountId> {
    let organization = facts.organization(account).known().flatten()?;
    AccountId::parse(organization.master_account_id.value()?).ok()
}

/// The account in which a plan is changed: its own, or the management account where a backup policy of the organization
/// makes it. `None` where that is not known.
pub fn changed_in(plan: &str, account: Option<AccountId>, facts: &Facts<'_>) -> Option<AccountId> {
    if is_plan_of_policy(plan) {
        account.and_then(|account| management(account, facts))
    } else {
        account
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_the_policy_of_that_id_gets_the_text() {
        let policy = |id: &str| ControlPolicy {
            id: Field::Is(id.into()),
            name: Field::Absent,
            document: Field::Absent,
            extra: crate::inventory::Extra::new(),
        };
        let text: Value = json!({"Version": "2012-10-17", "Statement": []});
        let text = Policy::from_value(&text).unwrap();
        let levels = with(
            &[vec![policy("p-1"), policy("p-2")], vec![policy("p-2")]],
            "p-2",
            &text,
        );
        let has_text = |place: &ControlPolicy| place.document.value().is_some();
        let found: Vec<bool> = levels.iter().flatten().map(has_text).collect();
        assert_eq!(found, [false, true, true]);
    }
}
