//! Changes to the policies of keys, vaults and roles: one remedy a subject, whatever the checks want of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::change::{Change, bare_role};
use super::command::{put_key_policy, put_role_policy, put_vault_policy};
use super::draft::Draft;
use super::patch::{add_statements, lift};
use super::size::{Limited, fit};
use super::statement::{Copier, of_key, of_role, of_vault};
use super::{Parts, RemedyKind, patch};
use crate::inventory::{Facts, Field, InlinePolicy, Listing, Policy};
use crate::known::{Arn, Fact};
use crate::policy::Effect;
use crate::verdict::{Lift, PolicyOf, Share};

/// What is wanted of one policy.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What it must allow.
    pub shares: Vec<Share>,
    /// What it must no longer deny.
    pub lifts: Vec<Lift>,
}

/// The change of one policy, or `None` where it cannot be written.
pub fn draft(of: &PolicyOf, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    match of {
        PolicyOf::Key(key) => of_a_key(key, wanted, facts),
        PolicyOf::Vault(vault) => of_a_vault(vault, wanted, facts),
        PolicyOf::Role(role) => of_a_role(role, wanted, facts),
    }
}

fn of_a_key(key: &Arn, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    let before = policy_value(facts.key_policy(key))?;
    let (lifted, mut added) = lift_all(&before, &wanted.lifts);
    let statements = of_key(Some(&lifted), &by_principal(&wanted.shares));
    let after = add_statements(Some(&lifted), &statements);
    added.extend(statements);
    let name = match facts
        .key_aliases(key)
        .known()
        .flatten()
        .and_then(|aliases| aliases.first())
    {
        Some(alias) => format!("`{}`", alias.trim_start_matches("alias/")),
        None => format!("`{}`", key.name()),
    };
    let mut draft = Draft::new(
        RemedyKind::KeyPolicy,
        key,
        title(&format!("the key {name}"), wanted, "use"),
    );
    draft.remedy.account = key.account();
    draft.remedy.commands = vec![put_key_policy(key, &after)];
    draft.change = Policy::from_value(&after)
        .ok()
        .map(|policy| Change::none().key_policy(key, policy));
    draft.remedy.before = Some(before);
    draft.remedy.added = added;
    draft.remedy.after = Some(after.clone());
    fit(&mut draft, Limited::Key, &after, 0);
    Some(draft)
}

fn of_a_vault(vault: &Arn, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    let before = match facts.vault_policy(vault) {
        Fact::Known(policy) => policy.map(Policy::to_value),
        Fact::Unknown(_) => return None,
    };
    let (lifted, mut added) = match &before {
        Some(before) => {
            let (after, changed) = lift_all(before, &wanted.lifts);
            (Some(after), changed)
        }
        None => (None, Vec::new()),
    };
    let mut copiers: Vec<Copier> = wanted
        .shares
        .iter()
        .map(|share| {
            let organization = organization(&share.principal, facts);
            match organization.filter(|id| speaks_of_organization(vault, id, facts)) {
                Some(id) => Copier::Organization(id),
                None => Copier::Role(share.principal.clone()),
            }
        })
        .collect();
    copiers.sort();
    copiers.dedup();
    let statements = of_vault(lifted.as_ref(), &copiers);
    let after = add_statements(lifted.as_ref(), &statements);
    added.extend(statements);
    let subject = format!("the vault `{}`", vault.name());
    let mut draft = Draft::new(
        RemedyKind::VaultPolicy,
        vault,
        title(&subject, wanted, "copy into"),
    );
    draft.remedy.account = vault.account();
    draft.remedy.commands = vec![put_vault_policy(vault, &after)];
    draft.change = Policy::from_value(&after)
        .ok()
        .map(|policy| Change::none().vault_policy(vault, policy));
    draft.remedy.before = before;
    draft.remedy.after = Some(after);
    draft.remedy.added = added;
    Some(draft)
}

/// A role gets one more policy of its own; those that it has stay as they are.
fn of_a_role(role: &Arn, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    let policies = facts.role_policies(role).known().flatten()?;
    let needs: Vec<(String, Vec<&'static str>)> = wanted
        .shares
        .iter()
        .map(|share| {
            (
                share.resource.clone().unwrap_or_else(|| "*".to_owned()),
                share.actions.clone(),
            )
        })
        .collect();
    let statements = of_role(&needs);
    let taken: Vec<String> = policies
        .identity
        .iter()
        .map(|policy| policy.name.clone())
        .collect();
    let name = patch::free_sid(None, &taken, "AllowBackupCopy");
    let after = add_statements(None, &statements);
    let mut draft = Draft::new(
        RemedyKind::RolePolicy,
        role,
        title(
            &format!("the policies of the role `{}`", role.name()),
            wanted,
            "use",
        ),
    );
    draft.remedy.account = role.account();
    draft.remedy.commands = vec![put_role_policy(role, &name, &after)];
    draft.remedy.parts = Parts::RolePolicy { name: name.clone() };
    draft.change = Policy::from_value(&after).ok().map(|policy| {
        let mut changed = bare_role(role);
        let mut inline: Vec<InlinePolicy> = facts.role_inline_policies(role);
        inline.push(InlinePolicy {
            policy_name: name.as_str().into(),
            document: Field::Is(policy),
            extra: Vec::new(),
        });
        changed.inline_policies = Field::Is(Listing(inline));
        Change::none().role(changed)
    });
    draft.remedy.after = Some(after.clone());
    draft.remedy.added = statements;
    let inline = facts.role_inline_policies(role);
    let documents = inline.iter().filter_map(|policy| policy.document.value());
    let others = documents
        .map(|policy| policy.to_value().to_string().len())
        .sum();
    fit(&mut draft, Limited::Inline, &after, others);
    Some(draft)
}

fn policy_value(policy: Fact<Option<&Policy>>) -> Option<Value> {
    policy.known().flatten().map(Policy::to_value)
}

fn lift_all(before: &Value, lifts: &[Lift]) -> (Value, Vec<Value>) {
    let mut one_by_one: BTreeMap<(usize, &Arn), BTreeSet<&str>> = BTreeMap::new();
    for wanted in lifts {
        for place in &wanted.statements {
            let actions = one_by_one.entry((*place, &wanted.principal)).or_default();
            actions.extend(&wanted.actions);
        }
    }
    let mut after = before.clone();
    let mut changed = Vec::new();
    // Statements that come or go would move the places of those after them, so that the last comes first.
    for ((place, principal), actions) in one_by_one.into_iter().rev() {
        let actions: Vec<&str> = actions.into_iter().collect();
        let (next, more) = lift(&after, place, principal, &actions);
        after = next;
        changed.splice(0..0, more);
    }
    (after, changed)
}

/// What each principal must be allowed, sorted.
fn by_principal(shares: &[Share]) -> Vec<(Arn, Vec<&'static str>)> {
    let mut all: Vec<(Arn, Vec<&'static str>)> = Vec::new();
    for share in shares {
        match all
            .iter_mut()
            .find(|(principal, _)| *principal == share.principal)
        {
            Some((_, actions)) => actions.extend(&share.actions),
            None => all.push((share.principal.clone(), share.actions.clone())),
        }
    }
    for (_, actions) in &mut all {
        actions.sort_unstable();
        actions.dedup();
    }
    all.sort();
    all
}

/// Whether the vault's policy already lets this organization in for something.
fn speaks_of_organization(vault: &Arn, id: &str, facts: &Facts<'_>) -> bool {
    facts
        .vault_policy(vault)
        .known()
        .flatten()
        .is_some_and(|policy| {
            policy.document().statements().iter().any(|statement| {
                statement.effect() == Effect::Allow
                    && statement.conditions().iter().any(|on| {
                        on.key().eq_ignore_ascii_case("aws:PrincipalOrgID")
                            && on.values().any(|value| value == id)
                    })
            })
        })
}

fn organization(principal: &Arn, facts: &Facts<'_>) -> Option<String> {
    facts
        .organization_id(principal.account()?)
        .known()
        .flatten()
        .map(str::to_owned)
}

fn title(subject: &str, wanted: &Wanted, verb: &str) -> String {
    let who = |principal: &Arn| match principal.account() {
        Some(account) => format!("{} of account {account}", principal.name()),
        None => principal.name().to_owned(),
    };
    let mut sharing: Vec<String> = wanted
        .shares
        .iter()
        .map(|share| who(&share.principal))
        .collect();
    sharing.sort();
    sharing.dedup();
    let mut lifting: Vec<String> = wanted
        .lifts
        .iter()
        .map(|lift| who(&lift.principal))
        .collect();
    lifting.sort();
    lifting.dedup();
    let mut parts = Vec::new();
    if !sharing.is_empty() {
        parts.push(format!("let {} {verb} {subject}", sharing.join(" and ")));
    }
    if !lifting.is_empty() {
        parts.push(format!(
            "lift the Deny of {subject} for {}",
            lifting.join(" and ")
        ));
    }
    parts.join("; ")
}
