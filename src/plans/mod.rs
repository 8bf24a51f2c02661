//! Backup plans: from rules, copy actions and selections to the copies that they make.
//!
//! Where a fact that decides whether a resource is taken was not read, it is taken, and the copy says so under its
//! assumptions: a copy too many is seen, one too few is not. Where the resources themselves were not read, that is a gap.

mod condition;
mod may_make;
mod nearest;
mod organization;
mod pattern;
mod reading;
mod refused;
mod rule;
mod schedule;
mod selected;
mod selection;
mod settings;
mod too_many;

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::catalog::goes_into_air_gapped_vault_itself;
use crate::inventory::{self, Facts, Field, Json, MadeBy, PlanReference, Start, Tags};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap, Region};

pub use condition::{Condition, Holds, Operator};
pub use may_make::{PerhapsMade, is_of_own_rule};
pub use nearest::{Miss, Nearest, letters, nearest};
pub use organization::{add_those_of_policies, policies_unread};
pub use pattern::matches;
use reading::{Lost, Reading};
pub use refused::{is_continuous, may_be_tag};

pub use rule::{Kept, Rule, SaidBy, Starts, Target, TargetBy, days_kept, kept_by, said_by};
pub use schedule::Schedule;
pub use selected::{Selected, Taken, settling};
pub use selection::Selection;
use settings::strange_settings;

/// What AWS prints of a plan.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupPlan.html>.
const OF_PLAN: &[&str] = &[
    "BackupPlanName",
    "Rules",
    "AdvancedBackupSettings",
    "ScanSettings",
];

/// One backup plan, as far as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Its id.
    pub id: String,
    /// Its name, where that was read.
    pub name: Option<String>,
    /// The account that it is in.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// Its rules.
    pub rules: Vec<Rule>,
    /// Its selections.
    pub selections: Vec<Selection>,
    /// What of it was not read, or is not as AWS prints it.
    pub unread: Vec<Gap>,
    /// Whether that is of its rules, which may copy more.
    rules_open: bool,
    /// The rules and selections that could not be read.
    lost: Lost,
    /// What of it AWS refuses: with that it takes none of it.
    refused: Option<Gap>,
}

/// The copies that plans make.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// The copies, in the order of their ids, each with an id of its own.
    pub copies: Vec<inventory::Named>,
    /// Where there may be more: what was not read.
    pub gaps: Vec<Gap>,
    /// Those of them that leave the answer open: a plan that was not read, or resources that nobody listed. A list that
    /// is only not said to be whole is not one.
    pub open: Vec<Gap>,
}

/// The ARN of a plan.
#[must_use]
pub fn arn_of(account: AccountId, region: &Region, id: &str) -> String {
    inventory::plan_arn(account, region, id)
}

/// Every plan of the facts, in the order of account, Region and id.
#[must_use]
pub fn plans(facts: &Facts<'_>) -> Vec<Plan> {
    facts
        .plans()
        .into_iter()
        .map(|(account, region, plan)| Plan::read(account, region, plan, facts))
        .collect()
}

/// The copies that these plans make.
#[must_use]
pub fn copies<'p>(plans: impl IntoIterator<Item = &'p Plan>, facts: &Facts<'_>) -> Planned {
    copies_beside(|_| false, plans, facts)
}

/// The copies that these plans make beside others, whose ids are taken. What a plan asks for twice it makes twice: none is
/// left out because it looks like another.
#[must_use]
pub fn copies_beside<'p>(
    is_taken: impl Fn(&str) -> bool,
    plans: impl IntoIterator<Item = &'p Plan>,
    facts: &Facts<'_>,
) -> Planned {
    let mut copies = Vec::new();
    let mut gaps = Vec::new();
    let mut open = Vec::new();
    for plan in plans {
        // Without a rule that copies there is nothing to miss.
        if !plan.may_copy() {
            continue;
        }
        open.extend(plan.unread.iter().cloned());
        let mut all_selected = Vec::new();
        for selection in &plan.selections {
            let mut selected = selection.select(plan.account, &plan.region, facts);
            let unread = selected.unread.take();
            open.extend(plan.disputed(selection, selected.taken.len(), facts));
            if selected.listed {
                gaps.extend(unread);
            } else {
                open.extend(unread);
            }
            all_selected.push((selection, selected.taken));
        }
        for rule in &plan.rules {
            for target in &rule.targets {
                for (selection, taken) in &all_selected {
                    let made = taken
                        .iter()
                        .map(|taken| plan.copy(selection, rule, target, taken, facts));
                    copies.extend(made);
                }
            }
        }
    }
    inventory::tell_apart(&mut copies, is_taken);
    gaps.extend(open.iter().cloned());
    for list in [&mut gaps, &mut open] {
        list.sort();
        list.dedup();
    }
    Planned { copies, gaps, open }
}

impl Plan {
    fn read(
        account: AccountId,
        region: &Region,
        plan: &inventory::Plan,
        facts: &Facts<'_>,
    ) -> Self {
        let mut reading = Reading::of(&plan.id, account, region, facts);
        let body = match &plan.plan {
            Field::Is(Json(body)) => Some(body),
            Field::Null | Field::Absent => None,
        };
        let mut rules: Vec<Rule> = Vec::new();
        let mut refused = None;
        match body.and_then(|body| body.get("Rules")?.as_array()) {
            None => {
                let rules = body.and_then(|body| body.get("Rules")).or(body);
                let gap = reading.misses_in(api_call!("backup:GetBackupPlan"), rules);
                reading.lost.rules.push((None, gap));
            }
            Some(all) => {
                if let Some(what) = refused::of_rules(all) {
                    refused = Some(reading.refused(what, "/BackupPlan/Rules"));
                }
                for (place, rule) in all.iter().enumerate() {
                    rules.extend(Rule::read(place, rule, &mut reading));
                }
            }
        }
        if let Some(body) = body {
            let before = reading.unread.len();
            reading.strange(body, "/BackupPlan", OF_PLAN);
            let strange = reading.unread.get(before..).unwrap_or_default().to_vec();
            let strange = strange.into_iter().map(|gap| (None, gap));
            reading.lost.rules.extend(strange);
            if let Some(name) = refused::of_name(body, "BackupPlanName") {
                let at = format!("/BackupPlan/{}", name.field);
                refused.get_or_insert(reading.refused(name.what, &at));
            }
        }
        let mut of_rules = rules.iter().filter_map(|rule| rule.refused.as_ref());
        let mut refused = refused.or_else(|| of_rules.next().cloned());
        let mut rules_open = !reading.unread.is_empty();
        if let Some(body) = body {
            strange_settings(body, &mut reading);
        }
        let mut selections = Vec::new();
        match &plan.selections {
            Field::Null => {}
            Field::Is(Json(Value::Array(all))) => {
                let is_of_policy = organization::is_made(account, region, &plan.id)
                    || organization::is_listed(account, region, &plan.id);
                // Which of them it takes is not known.
                let too_many = too_many::selections(all);
                let too_many = too_many.map(|what| reading.refused(what, "/Selections"));
                for (place, selection) in all.iter().enumerate() {
                    let selection = Selection::read(place, selection, &mut reading);
                    selections.extend(selection.map(|selection| Selection {
                        is_of_policy,
                        refused: selection.refused.or_else(|| too_many.clone()),
                        ..selection
                    }));
                }
            }
            Field::Is(_) | Field::Absent => {
                let gap = reading.misses(&[
                    api_call!("backup:ListBackupSelections"),
                    api_call!("backup:GetBackupSelection"),
                ]);
                reading.lost.selections.push(gap);
            }
        }
        let Reading {
            mut unread,
            mut lost,
            ..
        } = reading;
        for open in organization::unread(facts, account, region, &plan.id) {
            rules_open |= !open.is_of_selections();
            let gap = open.gap(account);
            if gap.hand() == Some(ByHand::Refused) {
                refused.get_or_insert(gap.clone());
            }
            match open.is_of_selections() {
                true => lost.selections.push(gap.clone()),
                false => lost.rules.push((None, gap.clone())),
            }
            unread.push(gap);
        }
        Self {
            id: plan.id.to_string(),
            name: body
                .and_then(|body| body.get("BackupPlanName")?.as_str())
                .or_else(|| plan.listed_name())
                .map(str::to_owned),
            account,
            region: region.clone(),
            rules,
            selections,
            unread,
            rules_open,
            lost,
            refused,
        }
    }

    /// Whether it is not one that was read, but what AWS Backup makes of a policy of the organization.
    #[must_use]
    pub fn is_made_of_a_policy(&self) -> bool {
        organization::is_made(self.account, &self.region, &self.id)
    }

    /// Whether AWS made it of a policy of the organization, and listed it: such a list has all that policies make.
    #[must_use]
    pub fn is_listed_of_a_policy(&self) -> bool {
        organization::is_listed(self.account, &self.region, &self.id)
    }

    /// Whether a rule of it copies, or may: one that was not read.
    #[must_use]
    pub fn may_copy(&self) -> bool {
        let copies = self.rules.iter().any(|rule| !rule.targets.is_empty());
        copies || self.rules_open
    }

    /// Whether it may copy a resource that nobody listed, of which no more is known than its ARN and its tags.
    #[must_use]
    pub fn may_copy_one(&self, resource: &Arn, tags: Option<&Tags>, facts: &Facts<'_>) -> bool {
        let is_here = resource.account() == Some(self.account)
            && resource.region().as_ref() == Some(&self.region);
        let tags = match tags {
            Some(tags) => Fact::Known(Some(tags)),
            None => Fact::unknown(facts.resource_call(resource)),
        };
        let takes = |one: &Selection| {
            let holds = one.takes_with((resource, &tags), self.account, &self.region, facts);
            holds != Holds::No
        };
        is_here && self.may_copy() && self.selections.iter().any(takes)
    }

    /// The plan of an id in an account and a Region.
    #[must_use]
    pub fn of_id(id: &str, account: AccountId, region: &Region, facts: &Facts<'_>) -> Option<Self> {
        let plan = facts.plan_of_id(id, account, region)?;
        Some(Self::read(account, region, plan, facts))
    }

    /// What is open where `Resources` or tags by themselves would take more than both. One of AWS's pages has both hold, which takes so
    /// many; others, and people who tried it, have either do. The copies that both make are decided.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>,
    /// <https://docs.aws.amazon.com/cli/latest/reference/backup/create-backup-selection.html>,
    /// <https://repost.aws/knowledge-center/backup-assign-resources> and
    /// <https://github.com/hashicorp/terraform-provider-aws/issues/49829>.
    fn disputed(&self, selection: &Selection, taken: usize, facts: &Facts<'_>) -> Option<Gap> {
        let either = selection.either(self.account, &self.region, facts);
        (either > taken).then(|| {
            let what = format!(
                "whether selection `{}` takes what both its `Resources` and its `ListOfTags` ask for ({taken}, as one of AWS's pages has it), or what either does ({either}, as others have it)",
                selection.name
            );
            Gap::not_told(what, self.id.as_str()).within(Some(self.account), Some(&self.region))
        })
    }

    /// Whether a selection of it takes a resource.
    #[must_use]
    pub fn takes(&self, resource: &Arn, facts: &Facts<'_>) -> Holds {
        let unread = !self.lost.selections.is_empty();
        let mut any = if unread {
            Holds::Assumed("not all of its selections were read".to_owned())
        } else {
            Holds::No
        };
        for selection in &self.selections {
            match selection.takes(resource, self.account, &self.region, facts) {
                Holds::Yes => return Holds::Yes,
                open @ (Holds::Assumed(_) | Holds::Open(_)) => any = open,
                Holds::No => {}
            }
        }
        any
    }

    /// The copies that it makes of a resource, each with an id of its own.
    #[must_use]
    pub fn copies_of(&self, resource: &Arn, facts: &Facts<'_>) -> Vec<inventory::Named> {
        let mut copies = Vec::new();
        for selection in &self.selections {
            let holds = selection.takes(resource, self.account, &self.region, facts);
            let Some(taken) = selection.taken(resource.clone(), holds) else {
                continue;
            };
            for rule in &self.rules {
                for target in &rule.targets {
                    copies.push(self.copy(selection, rule, target, &taken, facts));
                }
            }
        }
        inventory::tell_apart(&mut copies, |_| false);
        copies
    }

    /// The copies that it would make of a resource, did each of its selections take it.
    #[must_use]
    pub fn copies_if_taken(&self, resource: &Arn, facts: &Facts<'_>) -> Vec<inventory::Named> {
        let taken = Taken {
            resource: resource.clone(),
            assumptions: Vec::new(),
            open: None,
        };
        let targets = || {
            let rules = self.rules.iter();
            rules.flat_map(|rule| rule.targets.iter().map(move |target| (rule, target)))
        };
        let selections = self.selections.iter();
        selections
            .flat_map(|selection| targets().map(move |of| (selection, of)))
            .map(|(selection, (rule, target))| self.copy(selection, rule, target, &taken, facts))
            .collect()
    }

    /// Whether a rule of it copies to another account than this.
    #[must_use]
    pub fn copies_out_of(&self, account: AccountId) -> bool {
        let mut targets = self.rules.iter().flat_map(|rule| &rule.targets);
        targets.any(|target| target.vault.account() != Some(account))
    }

    /// Its ARN, by which it is told from a plan of the same id in another account or Region.
    #[must_use]
    pub fn arn(&self) -> String {
        arn_of(self.account, &self.region, &self.id)
    }

    /// What people call it.
    #[must_use]
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    fn copy(
        &self,
        selection: &Selection,
        rule: &Rule,
        target: &Target,
        taken: &Taken,
        facts: &Facts<'_>,
    ) -> inventory::Named {
        let role: Fact<Arn> = match &selection.role {
            Some(role) => Fact::Known(role.clone()),
            None => Fact::unknown(selection.role_unknown.clone().unwrap_or_else(|| {
                facts.gap(
                    api_call!("backup:GetBackupSelection"),
                    &self.id,
                    Some(self.account),
                    Some(&self.region),
                )
            })),
        };
        // What AWS makes of a policy of the organization it has not read from there.
        let refused = self.refused.as_ref();
        let refused = refused.filter(|_| self.is_made_of_a_policy());
        let named = inventory::Named {
            id: format!(
                "{}/{}/{}/{}",
                self.id, rule.name, taken.resource, target.vault
            )
            .into(),
            resource: Some(taken.resource.clone()),
            recovery_point: None,
            source_vault: Some(rule.vault.clone()),
            destination_vault: target.vault.clone(),
            role,
            lifecycle: target.lifecycle.clone(),
            start: Start::Scheduled,
            plan: Some(PlanReference {
                id: self.id.clone(),
                rule: rule.name.clone(),
                selection: selection.name.clone(),
                made_by: Some(MadeBy {
                    account: self.account,
                    region: self.region.clone(),
                    rule: Some(rule.place),
                }),
                by_tags: selection.looks_at_tags(),
                name: self.name.clone(),
            }),
            assumptions: taken.assumptions.clone(),
            copy_of: None,
            made: refused
                .or(taken.open.as_ref())
                .map_or(Fact::Known(()), |gap| Fact::unknown(gap.clone())),
        };
        match rule
            .air_gapped_target()
            .filter(|_| target.by == TargetBy::CopyAction)
            // One that is not in the plan's account and Region receives nothing.
            .filter(|vault| {
                vault.account() == Some(self.account)
                    && vault.region().as_ref() == Some(&self.region)
            }) {
            Some(vault) if goes_there_itself(&named, facts) => inventory::Named {
                source_vault: Some(vault.clone()),
                ..named
            },
            Some(_) | None => named,
        }
    }
}

/// Whether the backup itself goes into the logically air-gapped vault that its rule names, so that it is copied from there:
/// that of a type which is encrypted with the vault's key. Of other types a backup in the standard vault comes first, and is
/// what is copied.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>.
fn goes_there_itself(named: &inventory::Named, facts: &Facts<'_>) -> bool {
    let copy = inventory::Copy::new(named.clone(), facts);
    let told = copy.route().kind.agreed(goes_into_air_gapped_vault_itself);
    told == Fact::Known(Some(true))
}
