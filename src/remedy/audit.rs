//! The remedies of what an audit finds of vaults and plans, besides those of copies.

use std::collections::BTreeSet;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::beside::Beside;
use super::change::Change;
use super::command::{backs_up_to, change_plan, copies_elsewhere};
use super::control_policy::changed_in;
use super::draft::Draft;
use super::moved::created;
use super::wanted::Wanted;
use super::{Remedy, RemedyKind, cover, key_policy};
use crate::checks::{Audited, of_vault};
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Arn};
use crate::plans::Plan;
use crate::verdict::{Need, PolicyOf, Status};

/// The name under which the remedies of a plan's checks know it, where a copy's have its id.
#[must_use]
pub fn plan_key(plan: &Plan) -> String {
    format!("plan {}/{}/{}", plan.account, plan.region, plan.id)
}

/// These remedies, and those of the vaults and plans. One that fixes a copy and a vault is one, and says both. `into` gives
/// the copies that go into a vault.
#[must_use]
pub fn with_audited(
    mut remedies: Vec<Remedy>,
    audited: &Audited,
    into: impl Fn(&Arn) -> Vec<Copy>,
    facts: &Facts<'_>,
) -> Vec<Remedy> {
    for (vault, outcomes) in &audited.vaults {
        for (check, outcome) in outcomes {
            let wants =
                |need: &Need| matches!(need, Need::CustomerKeyOnVault { vault: of } if of == vault);
            if outcome.status == Status::Fail && outcome.needed().iter().any(wants) {
                let found = (vault.as_str().into(), check.id);
                instead(&mut remedies, vault, found, audited, &into(vault), facts);
            }
        }
    }
    for (plan, outcomes) in &audited.plans {
        for (check, outcome) in outcomes {
            for need in outcome.needed() {
                let Need::Vault { vault } = need else {
                    continue;
                };
                let made = remedies.iter_mut().find(|remedy| {
                    remedy.kind == RemedyKind::CreateVault && remedy.subject == vault.as_str()
                });
                if let Some(remedy) = made {
                    remedy.checks.push((plan_key(plan).into(), check.id));
                }
            }
        }
    }
    cover::add(&mut remedies, audited, facts);
    remedies
}

/// Another vault takes the place of one on an AWS managed key, with the rules that back up to it.
fn instead(
    remedies: &mut Vec<Remedy>,
    old: &Arn,
    found: (Arc<str>, &'static str),
    audited: &Audited,
    into: &[Copy],
    facts: &Facts<'_>,
) {
    let of_copies = |remedy: &Remedy| {
        remedy.kind == RemedyKind::ChangeDestination && remedy.subject == old.as_str()
    };
    if let Some(at) = remedies.iter().position(of_copies) {
        let ids = remedies.get(at).map(|remedy| remedy.requires.clone());
        let ids = ids.unwrap_or_default();
        for (place, remedy) in remedies.iter_mut().enumerate() {
            if place == at || ids.contains(&remedy.id) {
                remedy.checks.push(found.clone());
            }
        }
        return;
    }
    let into: Vec<&Copy> = into.iter().collect();
    let roles = into.iter();
    let roles = roles.filter_map(|copy| copy.endpoints().role.as_ref().known());
    let roles: Vec<&Arn> = roles.collect();
    let Some(place) = Beside::of(old, &into, &roles, facts) else {
        return;
    };
    let new = place.vault();
    let opens = match &place {
        Beside::Free(new) => match created(new, old, &roles) {
            Some(draft) => Some(draft),
            None => return,
        },
        Beside::There(_) => None,
        Beside::Opened(new, _, shares) => {
            let wanted = Wanted {
                shares: shares.clone(),
                ..Wanted::default()
            };
            key_policy::draft(&PolicyOf::Vault(new.clone()), &wanted, facts)
        }
    };
    let mut drafts: Vec<Draft> = opens
        .into_iter()
        .chain(moves(old, new, audited, facts))
        .collect();
    super::accepted::settle(&mut drafts, facts);
    let (_, of_check) = found;
    // What is moved is moved to a vault that passes: to the new one, or to one that is there.
    let is_created = |draft: &&Draft| draft.remedy.kind == RemedyKind::CreateVault;
    let created = drafts.iter().find(is_created);
    let change = created.map_or_else(|| Some(Change::none()), |draft| draft.change.clone());
    let holds = change.map(|change| {
        let found = of_vault(new, &facts.under(&change.facts));
        let mut found = found.iter();
        found.any(|(check, outcome)| check.id == of_check && outcome.status == Status::Pass)
    });
    let mut requires: Vec<String> = Vec::new();
    let mut open = false;
    for mut draft in drafts {
        open = open || draft.open.is_some();
        draft.remedy.proven = holds.filter(|holds| !holds || !open);
        draft.remedy.id = format!("r{}", remedies.len().saturating_add(1));
        draft.remedy.checks = vec![found.clone()];
        draft.remedy.requires = requires.clone();
        requires.push(draft.remedy.id.clone());
        remedies.push(*draft.remedy);
    }
}

/// What to change in the plans that back up to the old vault, or copy to it. `None` where none of those that were read does.
fn moves(old: &Arn, new: &Arn, audited: &Audited, facts: &Facts<'_>) -> Option<Draft> {
    let mut commands: Vec<SmolStr> = Vec::new();
    let mut accounts: Vec<Option<AccountId>> = Vec::new();
    for (plan, _) in &audited.plans {
        let mut fields = BTreeSet::new();
        for rule in &plan.rules {
            if rule.vault == *old {
                fields.insert(backs_up_to(&plan.id, &rule.name, new));
            }
            if rule.targets.iter().any(|target| target.vault == *old) {
                fields.insert(copies_elsewhere(&plan.id, &rule.name, old, new));
            }
        }
        if !fields.is_empty() {
            let fields: Vec<String> = fields.into_iter().collect();
            commands.push(change_plan(
                &plan.id,
                Some(plan.account),
                Some(&plan.region),
                &fields.join(" and "),
            ));
            accounts.push(changed_in(&plan.id, Some(plan.account), facts));
        }
    }
    if commands.is_empty() {
        return None;
    }
    let title = format!(
        "back up and copy into `{}` instead of into `{}`",
        new.name(),
        old.name()
    );
    let mut draft = Draft::new(RemedyKind::ChangeDestination, old, title);
    draft.remedy.brief = format_smolstr!("move plans to {}", new.name());
    if accounts
        .iter()
        .any(|account| Some(account) != accounts.first())
    {
        commands = accounts
            .iter()
            .zip(commands)
            .map(|(account, command)| match account {
                Some(account) => format_smolstr!("# in account {account}\n{command}"),
                None => command,
            })
            .collect();
    }
    draft.remedy.account = accounts.into_iter().next().flatten();
    draft.remedy.commands = commands;
    Some(draft)
}
