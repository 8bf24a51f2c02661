//! The remedies of what an audit finds of vaults and plans, besides those of copies.

use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::command::{backs_up_to, change_plan, copies_elsewhere};
use super::{Remedy, RemedyKind, cover, vault};
use crate::checks::{Audited, of_vault};
use crate::inventory::{Copy, Facts};
use crate::known::Arn;
use crate::plans::Plan;
use crate::verdict::{Need, Status};

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
                let Need::Vault { vault, .. } = need else {
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
    let into: Vec<&Copy> = into.iter().collect();
    let Some((new, mut draft)) = vault::beside(old, &into, facts) else {
        return;
    };
    let same = remedies
        .iter_mut()
        .find(|remedy| remedy.kind == draft.remedy.kind && remedy.subject == draft.remedy.subject);
    if let Some(remedy) = same {
        remedy.checks.push(found);
        return;
    }
    if draft.remedy.kind == RemedyKind::CreateVault {
        draft.remedy.title = format!(
            "create the vault `{}` on a customer managed key, to take the place of `{}`",
            new.name(),
            old.name()
        );
    }
    draft.remedy.commands.extend(moves(old, &new, audited));
    super::accepted::settle(std::slice::from_mut(&mut draft), facts);
    draft.remedy.proven = draft.change.as_ref().map(|change| {
        let changed = facts.under(&change.facts);
        of_vault(&new, &changed)
            .iter()
            .any(|(check, outcome)| check.id == found.1 && outcome.status == Status::Pass)
    });
    if draft.open.is_some() && draft.remedy.proven == Some(true) {
        draft.remedy.proven = None;
    }
    draft.remedy.id = format!("r{}", remedies.len().saturating_add(1));
    draft.remedy.checks = vec![found];
    remedies.push(*draft.remedy);
}

/// What to change in the plans that back up to the old vault, or copy to it.
fn moves(old: &Arn, new: &Arn, audited: &Audited) -> Vec<SmolStr> {
    let mut commands = Vec::new();
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
        }
    }
    commands
}
