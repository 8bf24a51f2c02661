//! A copy in two steps: within the account into a vault on a customer managed key, which re-encrypts it, then on.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::format_smolstr;

use super::between::Between;
use super::change::{Change, CopyChange};
use super::command::{change_plan, copies_elsewhere, list_vault, option, region, unless_there};
use super::draft::Draft;
use super::names::{self, VaultPlace};
use super::onwards::{Onwards, TwoJobs};
use super::re_encrypt::{create_key, own_key_policy};
use super::retention::{is_rules_target, placed};
use super::rule_name::rule_name;
use super::vault::facts_of_new;
use super::{NewVault, Parts, RemedyKind, TwoStep};
use crate::catalog::recovery_points::pattern;
use crate::inventory::{Copy, Facts, PlanReference};
use crate::known::{Arn, Fact};

/// The vaults in between that are to be created, each for all copies that go through it.
#[derive(Default)]
pub struct Created(BTreeMap<Arn, Draft>);

impl Created {
    /// The remedies that create them.
    pub fn into_drafts(self) -> impl Iterator<Item = Draft> {
        self.0.into_values()
    }
}

/// A vault in between is created on a key that is shared with all that copies through it go to, unless it is there by then.
fn create(between: &Arn, all: &BTreeSet<Arn>) -> Draft {
    let title = format!(
        "create the vault `{}` on a customer managed key, for copies in two steps",
        between.name()
    );
    let mut draft = Draft::new(RemedyKind::CreateVault, between, title);
    draft.remedy.brief = format_smolstr!("create vault {}", between.name());
    draft.remedy.account = between.account();
    draft.remedy.commands = vec![format_smolstr!(
        "{}",
        unless_there(
            &list_vault(between),
            &format!(
                "{}\naws backup create-backup-vault{} {} --encryption-key-arn \"${{KEY:?}}\"",
                create_key(between, all, "re-encryption of backups on their way out"),
                region(between.region().as_ref()),
                option("--backup-vault-name", between.name()),
            )
        )
    )];
    let key_policy = own_key_policy(between, all);
    let way = CopyChange::Through(between.clone());
    let change = facts_of_new(between, &key_policy, None);
    draft.change = change.map(|change| Change {
        copy: way,
        ..change
    });
    draft.remedy.parts = Parts::Between(Box::new(NewVault {
        vault: between.clone(),
        key_policy,
        access_policy: None,
    }));
    draft.creates = Some(between.clone());
    draft
}

/// The copy goes through a vault within its account, whose key is shared with all that such copies go to: one that is there
/// where the copy goes that way, else a new one. `None` where the source vault is not known.
pub fn draft(
    copy: &Copy,
    share_with: Option<&Arn>,
    of_place: &Between,
    created: &mut Created,
    facts: &Facts<'_>,
) -> Option<Draft> {
    let Fact::Known(source) = &copy.endpoints().source_vault else {
        return None;
    };
    // What a rule sends to its target no copy action does.
    if is_rules_target(copy, facts) {
        return None;
    }
    let account = source.account()?;
    let place = source.region()?;
    let found = match names::between_there(copy, (account, &place), facts) {
        Some(there) => VaultPlace::There(there),
        None => names::place(&of_place.wanted(source)?, facts, |_| false)?,
    };
    let is_there = matches!(found, VaultPlace::There(_));
    let between = found.vault().clone();
    let title = format!(
        "copy in two steps: into the vault `{}` of account {account}{} on a customer managed key, then on to {}",
        between.name(),
        if is_there { ", which is there" } else { "" },
        placed(&copy.endpoints().destination_vault)
    );
    let mut draft = Draft::new(RemedyKind::TwoStepCopy, &copy.id, title);
    draft.remedy.account = Some(account);
    if is_there {
        draft.change = Some(Change {
            copy: CopyChange::Through(between.clone()),
            ..Change::none()
        });
        go_on(&mut draft, TwoJobs::of(copy, source, &between), copy, facts);
        return Some(draft);
    }
    let points = copy
        .route()
        .kind
        .agreed(|kind| pattern(kind, between.partition().as_str(), &place, account));
    draft.remedy.parts = Parts::TwoStep(Box::new(TwoStep {
        between: between.clone(),
        share_with: share_with.cloned(),
        points: points
            .known()
            .flatten()
            .into_iter()
            .map(Into::into)
            .collect(),
        destination: copy.endpoints().destination_vault.clone(),
        resource: copy.resource.clone().known().flatten(),
        recovery_point: copy.transfer.recovery_point.clone(),
        role: copy.endpoints().role.clone().known(),
        lifecycle: copy.lifecycle().clone().known(),
        rule: copy.plan.as_ref().map(|plan| rule_in_words(plan, facts)),
    }));
    let new = created.0.entry(between.clone());
    let new = new.or_insert_with(|| create(&between, of_place.shared_with()));
    draft.change.clone_from(&new.change);
    draft.takes = Some(between.clone());
    go_on(&mut draft, TwoJobs::of(copy, source, &between), copy, facts);
    draft.creates = Some(between);
    Some(draft)
}

fn rule_in_words(plan: &PlanReference, facts: &Facts<'_>) -> String {
    format!(
        "the rule `{}` of the plan `{}`",
        rule_name(plan, facts),
        plan.called()
    )
}

/// The change ends with a copy in two jobs. They copy one recovery point: a rule copies as before until it is changed, and what
/// arrives in the vault in between is copied on by something else.
pub fn go_on(draft: &mut Draft, mut jobs: TwoJobs, copy: &Copy, facts: &Facts<'_>) {
    if let Some(plan) = &copy.plan {
        let called = rule_name(plan, facts);
        let rule = format!(
            "{} copies as before until it is changed",
            rule_in_words(plan, facts)
        );
        let what = format!(
            "{}; what arrives there is to be copied on by a function that its copy jobs call",
            copies_elsewhere(
                &plan.id,
                &called,
                &copy.endpoints().destination_vault,
                jobs.between()
            )
        );
        jobs.rule = Some(change_plan(
            &plan.id,
            copy.endpoints().source_account().known(),
            copy.endpoints().source_region().known().as_ref(),
            &what,
        ));
        draft.remedy.title += &format!(" ({rule})");
        draft.open = Some(rule);
    }
    draft.remedy.onwards = Onwards::TwoJobs(Box::new(jobs));
}
