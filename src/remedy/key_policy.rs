//! Changes to the policies of keys, vaults and roles: one remedy a subject, whatever the checks want of it.

use serde_json::Value;

use super::change::{Change, bare_role};
use super::command::{put_key_policy, put_role_policy, put_vault_policy};
use super::draft::Draft;
use super::narrow::Grammar;
use super::patch::{add_statements, keep_those_of, without_deleted};
use super::statement::{RoleNeed, of_key, of_role, of_vault};
use super::wanted::{Wanted, lift_all};
use super::{Parts, RemedyKind, control_policy, patch};
use crate::inventory::{Extra, Facts, Field, InlinePolicy, Listing, Policy};
use crate::known::{Arn, Fact, HashMap, short_digest};
use crate::verdict::{PolicyOf, Share};

/// The change of one policy, or `None` where it cannot be written.
pub fn draft(of: &PolicyOf, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    match of {
        PolicyOf::Key(key) => of_a_key(key, wanted, facts),
        PolicyOf::Vault(vault) => of_a_vault(vault, wanted, facts),
        PolicyOf::Role(role) => of_a_role(role, wanted, facts),
        PolicyOf::Control { kind, id } => control_policy::draft(*kind, id, wanted, facts),
    }
}

fn of_a_key(key: &Arn, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    let before = policy_value(facts.key_policy(key))?;
    let (lifted, mut added) = lift_all(&before, &wanted.lifts, Grammar::OfResource)?;
    let (lifted, gone, left) = without_deleted(&lifted);
    added.extend(left);
    let statements = of_key(Some(&lifted), &by_principal(&wanted.shares));
    let after = add_statements(Some(&lifted), &statements);
    added.extend(statements);
    keep_those_of(&after, &mut added);
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
        title(&format!("the key {name}"), wanted, "use") + &taken_out(&gone),
    );
    draft.remedy.account = key.account();
    draft.remedy.commands = vec![put_key_policy(key, &after)];
    let after = Policy::from_value(&after).ok();
    draft.change = after
        .clone()
        .map(|policy| Change::none().key_policy(key, policy));
    draft.remedy.before = facts.key_policy(key).known().flatten().cloned();
    draft.remedy.added = added;
    draft.remedy.after = after;
    Some(draft)
}

fn of_a_vault(vault: &Arn, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    let before = match facts.vault_policy(vault) {
        Fact::Known(policy) => policy.map(Policy::to_value),
        Fact::Unknown(_) => return None,
    };
    let (lifted, mut added, gone) = match &before {
        Some(before) => {
            let (after, mut changed) = lift_all(before, &wanted.lifts, Grammar::OfResource)?;
            let (after, gone, left) = without_deleted(&after);
            changed.extend(left);
            (Some(after), changed, gone)
        }
        None => (None, Vec::new(), Vec::new()),
    };
    let mut copiers: Vec<&Arn> = wanted.shares.iter().map(|share| &share.principal).collect();
    copiers.sort_unstable();
    copiers.dedup();
    let statements = of_vault(lifted.as_ref(), &copiers);
    let after = add_statements(lifted.as_ref(), &statements);
    added.extend(statements);
    keep_those_of(&after, &mut added);
    let subject = format!("the vault `{}`", vault.name());
    let mut draft = Draft::new(
        RemedyKind::VaultPolicy,
        vault,
        title(&subject, wanted, "copy into") + &taken_out(&gone),
    );
    draft.remedy.account = vault.account();
    draft.remedy.commands = vec![put_vault_policy(vault, &after)];
    let after = Policy::from_value(&after).ok();
    draft.change = after
        .clone()
        .map(|policy| Change::none().vault_policy(vault, policy));
    draft.remedy.before = facts.vault_policy(vault).known().flatten().cloned();
    draft.remedy.after = after;
    draft.remedy.added = added;
    Some(draft)
}

/// A role gets one more policy of its own; those that it has stay as they are. `None` for a role that AWS alone may change.
fn of_a_role(role: &Arn, wanted: &Wanted, facts: &Facts<'_>) -> Option<Draft> {
    if role.is_role_of_aws() {
        return None;
    }
    facts.role_policies(role).known().flatten()?;
    let needs = role_needs(&wanted.shares);
    let statements = of_role(&needs);
    let after = add_statements(None, &statements);
    let mut inline: Vec<InlinePolicy> = facts.role_inline_policies(role);
    let name = free_policy_name(&after, &inline);
    let mut draft = Draft::new(RemedyKind::RolePolicy, role, let_do(role, &wanted.shares));
    draft.remedy.account = role.account();
    draft.remedy.commands = vec![put_role_policy(role, &name, &after)];
    draft.remedy.parts = Parts::RolePolicy { name: name.clone() };
    let after = Policy::from_value(&after).ok();
    draft.change = after.clone().map(|policy| {
        let mut changed = bare_role(role);
        inline.push(InlinePolicy {
            policy_name: name.as_str().into(),
            document: Field::Is(policy),
            extra: Extra::new(),
        });
        changed.inline_policies = Field::Is(Listing(inline));
        Change::none().role(changed)
    });
    draft.remedy.after = after;
    draft.remedy.added = statements;
    Some(draft)
}

/// The name of a policy that a role gets, by what it says: a policy of the same name is put in the place of the one before. It is
/// none of those that the role has.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>.
fn free_policy_name(policy: &Value, there: &[InlinePolicy]) -> String {
    let taken: Vec<String> = there
        .iter()
        .map(|policy| policy.policy_name.to_string())
        .collect();
    let digest = short_digest(&policy.to_string());
    patch::free_sid(None, &taken, &format!("AllowBackupCopy-{digest}"))
}

/// What a role is let do, for a title.
fn let_do(role: &Arn, shares: &[Share]) -> String {
    const SHOWN: usize = 3;
    let mut actions: Vec<&str> = shares
        .iter()
        .flat_map(|share| &share.actions)
        .copied()
        .collect();
    actions.sort_unstable();
    actions.dedup();
    let shown: Vec<&str> = actions.iter().take(SHOWN).copied().collect();
    let what = match actions.len().checked_sub(SHOWN) {
        None | Some(0) => shown.join(" and "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    };
    let account = role.account();
    let account = account.map_or_else(String::new, |account| format!(" of account {account}"));
    format!("let the role `{}`{account} do {what}", role.name())
}

fn policy_value(policy: Fact<Option<&Policy>>) -> Option<Value> {
    policy.known().flatten().map(Policy::to_value)
}

/// What a role must be allowed: the same on one resource for several vaults once, and then the same on several resources.
fn role_needs(shares: &[Share]) -> Vec<RoleNeed> {
    let mut needs: Vec<RoleNeed> = Vec::new();
    let mut places: HashMap<(&str, &[&str], bool), usize> = HashMap::default();
    for share in shares {
        let resource = share.resource.as_deref().unwrap_or("*");
        let of = (resource, &*share.actions, share.target.is_none());
        let place = *places.entry(of).or_insert(needs.len());
        match needs.get_mut(place) {
            Some(need) => need.targets.extend(share.target.clone()),
            None => needs.push(RoleNeed {
                resources: vec![resource.to_owned()],
                targets: share.target.iter().cloned().collect(),
                actions: share.actions.clone(),
            }),
        }
    }
    let mut joined: Vec<RoleNeed> = Vec::new();
    let mut places: HashMap<(Vec<Arn>, Vec<&str>), usize> = HashMap::default();
    for mut need in needs {
        need.targets.sort_unstable();
        need.targets.dedup();
        let of = (need.targets.clone(), need.actions.clone());
        let place = *places.entry(of).or_insert(joined.len());
        match joined.get_mut(place) {
            Some(same) => same.resources.append(&mut need.resources),
            None => joined.push(need),
        }
    }
    joined
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

/// That principals were taken out, for a title.
pub fn taken_out(gone: &[String]) -> String {
    let mut gone = gone.to_vec();
    gone.sort_unstable();
    gone.dedup();
    if gone.is_empty() {
        return String::new();
    }
    format!(
        "; take {} out, which was deleted: AWS refuses a policy that names it",
        gone.join(" and ")
    )
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
        let targets = wanted.lifts.iter().filter_map(|lift| lift.target.as_ref());
        let mut targets: Vec<String> = targets.map(|to| format!("`{}`", to.name())).collect();
        targets.sort();
        targets.dedup();
        let who = lifting.join(" and ");
        if targets.is_empty() && sharing == lifting {
            parts.clear();
        }
        parts.push(if targets.is_empty() {
            format!("let {who} {verb} {subject} despite its Deny")
        } else {
            let to = targets.join(" and ");
            format!("let {who} copy to {to} despite the Deny of {subject}")
        });
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A role has 10,240 characters of policies: what it may do on many resources is said once.
    #[test]
    fn the_same_on_many_resources_is_one_statement() {
        let role = Arn::parse("arn:aws:iam::111122223333:role/copier").unwrap();
        let share = |resource: &str, actions: &[&'static str], target: Option<&str>| Share {
            policy: PolicyOf::Role(role.clone()),
            principal: role.clone(),
            actions: actions.to_vec(),
            resource: Some(resource.to_owned()),
            target: target.map(|arn| Arn::parse(arn).unwrap()),
        };
        let [one, other] = [
            "arn:aws:backup:us-east-2:444455556666:backup-vault:one",
            "arn:aws:backup:us-east-2:444455556666:backup-vault:other",
        ];
        let from: &[&str] = &["backup:CopyFromBackupVault"];
        let needs = role_needs(&[
            share("volume-1", &["ec2:CreateSnapshot"], None),
            share("volume-2", &["ec2:CreateSnapshot"], None),
            share("volume-3", &["ec2:DeleteSnapshot"], None),
            share("point-1", from, Some(other)),
            share("point-1", from, Some(one)),
            share("point-2", from, Some(one)),
            share("point-3", from, Some(one)),
        ]);
        let statements = of_role(&needs);
        let all: Vec<String> = statements
            .iter()
            .map(|it| format!("{} {}", it["Resource"], it["Condition"]))
            .collect();
        let to = |targets: &str| {
            format!(r#"{{"ForAnyValue:ArnEquals":{{"backup:CopyTargets":{targets}}}}}"#)
        };
        assert_eq!(
            all,
            [
                r#"["volume-1","volume-2"] null"#.to_owned(),
                r#""volume-3" null"#.to_owned(),
                format!(r#""point-1" {}"#, to(&format!(r#"["{one}","{other}"]"#))),
                format!(r#"["point-2","point-3"] {}"#, to(&format!(r#""{one}""#))),
            ]
        );
    }
}
