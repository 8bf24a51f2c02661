#![doc = include_str!("plan_copies_nowhere.md")]

use std::collections::BTreeSet;

use super::reserved_vault::is_reserved;
use super::{Check, MayFail, Run, When};
use crate::catalog::cite;
use crate::inventory::{Facts, VaultType};
use crate::known::{Arn, Fact, Gap, ResourceType};
use crate::plans::{Plan, Rule, Selection, Taken, Target, TargetBy, settling};
use crate::verdict::{Basis, Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "plan-copies-nowhere",
    title: "a plan's copies go nowhere: no such vault, one that takes none, its own vault, or nothing to copy",
    doc: include_str!("plan_copies_nowhere.md"),
    cites: &[
        cite::ASSIGN,
        cite::ASSIGN_JSON,
        cite::BACKUP_POLICY,
        cite::FIELD_SELECTION,
        cite::KC_EFS_VAULT,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Plan(run),
};

/// What is wrong with a plan, what is open, and what was seen.
#[derive(Default)]
struct PlanFindings {
    wrong: Vec<String>,
    open: Vec<Gap>,
    disputed: Vec<String>,
    seen: Vec<Evidence>,
    needs: Vec<Need>,
    inferred: bool,
}

fn run(plan: &Plan, facts: &Facts<'_>) -> Outcome {
    if !plan.may_copy() {
        return Outcome::not_applicable("no rule of the plan copies");
    }
    let copies = plan.rules.iter().any(|rule| !rule.targets.is_empty());
    if let (false, [gap, ..]) = (copies, plan.unread.as_slice()) {
        let message = format!("whether the plan copies anything is not known: {gap}");
        return Outcome::undecided(message, plan.unread.clone());
    }
    let mut found = PlanFindings {
        open: plan.unread.clone(),
        ..PlanFindings::default()
    };
    for rule in &plan.rules {
        for target in &rule.targets {
            found.target(rule, target, facts);
        }
    }
    if plan.selections.is_empty() && plan.unread.is_empty() {
        found.wrong.push("it has no selection".to_owned());
        found
            .seen
            .push(Evidence::at(&plan.id, "/Selections", "is empty"));
    }
    for selection in &plan.selections {
        found.selection(plan, selection, facts);
    }
    found.outcome(plan)
}

/// The type of a resource that a selection names and does not take, as it is switched off in the Region.
fn switched_off(selection: &Selection, plan: &Plan, facts: &Facts<'_>) -> Option<ResourceType> {
    selection.literal().find_map(|resource| {
        let of = facts.resource_type(&resource).known()??;
        let off = facts.opted_in(plan.account, &plan.region, of) == Fact::Known(Some(false));
        off.then(|| of.clone())
    })
}

impl PlanFindings {
    fn target(&mut self, rule: &Rule, target: &Target, facts: &Facts<'_>) {
        let vault = &target.vault;
        if *vault == rule.vault {
            self.wrong.push(format!(
                "rule `{}` copies into its own vault `{}`",
                rule.name,
                vault.name()
            ));
            self.seen.push(Evidence::of(
                vault,
                "is the vault that the rule backs up to",
            ));
            self.inferred = true;
            return;
        }
        if let Some(reserved) = [vault, &rule.vault].into_iter().find(|of| is_reserved(of)) {
            self.wrong.push(format!(
                "rule `{}` copies {} `aws/efs/automatic-backup-vault`, which AWS keeps for EFS's automatic backups",
                rule.name,
                if reserved == vault { "into" } else { "out of" }
            ));
            self.seen.push(Evidence::of(
                reserved,
                "is the vault of EFS's automatic backups",
            ));
            return;
        }
        match facts.vault_exists(vault) {
            Fact::Known(true) if target.by == TargetBy::AirGappedTarget => {
                self.air_gapped(rule, vault, facts);
            }
            Fact::Known(true) => self.seen.push(Evidence::of(vault, "exists")),
            Fact::Unknown(gap) => self.open.push(*gap),
            Fact::Known(false) => {
                self.wrong.push(format!(
                    "rule `{}` copies to a vault that does not exist: `{vault}`",
                    rule.name
                ));
                self.seen.push(Evidence::of(vault, "does not exist"));
                self.needs.push(Need::Vault {
                    vault: vault.clone(),
                });
            }
        }
    }

    fn air_gapped(&mut self, rule: &Rule, vault: &Arn, facts: &Facts<'_>) {
        match facts.vault_type(vault) {
            Fact::Known(Some(VaultType::AirGapped)) => {
                self.seen
                    .push(Evidence::of(vault, "is a logically air-gapped vault"));
            }
            Fact::Known(Some(of @ (VaultType::Standard | VaultType::RestoreAccess))) => {
                self.wrong.push(format!(
                    "rule `{}` names a vault as its logically air-gapped target that is not one: `{vault}`",
                    rule.name
                ));
                let is = format!("is {}", of.as_str());
                self.seen.push(Evidence::at(vault, "/VaultType", is));
            }
            Fact::Known(None) => {}
            Fact::Unknown(gap) => self.open.push(*gap),
        }
    }

    fn selection(&mut self, plan: &Plan, selection: &Selection, facts: &Facts<'_>) {
        let selected = selection.select(plan.account, &plan.region, facts);
        let name = &selection.name;
        let either = selection.either(plan.account, &plan.region, facts);
        if either > selected.taken.len() {
            self.disputed.push(format!(
                "selection `{name}` has `Resources` and `ListOfTags`: AWS's page has both hold, which takes {}; people \
                 have seen either do, which takes {either}",
                selected.taken.len()
            ));
        }
        let either_may = !selection.resources.is_empty() && !selection.list_of_tags.is_empty();
        let assumed = |taken: &Taken| !taken.assumptions.is_empty();
        let none_is_certain = selected.taken.iter().all(assumed);
        match (selected.taken.len(), selected.unread) {
            (_, Some(gap)) if either_may => self.open.push(gap),
            (0, Some(gap)) => self.open.push(gap),
            (0, None) => {
                self.wrong.push(match switched_off(selection, plan, facts) {
                    Some(of) => format!(
                        "selection `{name}` selects nothing: {of} must be switched on in AWS Backup's settings of the Region even \
                         where its ARN is named, and is not"
                    ),
                    None => format!("selection `{name}` selects nothing"),
                });
                self.seen.push(Evidence::at(
                    &plan.id,
                    "/Selections",
                    format!("`{name}` selects none of the resources"),
                ));
            }
            (count, unread) if none_is_certain => {
                let gaps: Vec<Gap> = (selected.taken.iter())
                    .filter_map(|taken| {
                        settling(&taken.resource, plan.account, &plan.region, facts)
                    })
                    .collect();
                if gaps.len() == count || unread.is_some() {
                    self.open.extend(gaps.into_iter().chain(unread));
                } else {
                    let own = format!("selection `{name}`: ");
                    let why = selected.taken.iter().flat_map(|taken| &taken.assumptions);
                    let why: BTreeSet<&str> = why
                        .map(|why| why.strip_prefix(&own).unwrap_or(why))
                        .collect();
                    let why: Vec<&str> = why.into_iter().collect();
                    self.disputed.push(format!(
                        "selection `{name}` selects no resource for certain: {}",
                        why.join("; ")
                    ));
                }
            }
            (count, _) => self.seen.push(Evidence::at(
                &plan.id,
                "/Selections",
                format!("`{name}` takes {count}"),
            )),
        }
    }

    fn outcome(self, plan: &Plan) -> Outcome {
        let named = match &plan.name {
            Some(name) => format!("plan `{name}`"),
            None => format!("plan `{}`", plan.id),
        };
        let outcome = if !self.wrong.is_empty() {
            Outcome::fail(format!("{named}: {}", self.wrong.join("; "))).needs(self.needs)
        } else if !self.open.is_empty() {
            Outcome::undecided(format!("{named}: what it copies was not read"), self.open)
        } else if !self.disputed.is_empty() {
            Outcome::warn(format!("{named}: {}", self.disputed.join("; ")))
        } else {
            Outcome::pass(format!(
                "{named} selects resources, and its copies have vaults to go to"
            ))
        };
        let basis = if self.inferred {
            Basis::Inferred
        } else {
            Basis::Documented
        };
        outcome.saw(self.seen).on(basis)
    }
}
