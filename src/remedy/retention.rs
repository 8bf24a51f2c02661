//! For how long a copy is kept: by its job, by a copy action of its plan, or by the rule itself, whose lifecycle what goes to its
//! logically air-gapped vault has.

use serde_json::Value;
use smol_str::{SmolStr, format_smolstr};

use super::along;
use super::change::{Change, CopyChange};
use super::command::{newest_point, option, region};
use super::control_policy::changed_in;
use super::draft::Draft;
use super::rule_name::rule_name;
use super::{Kept, Parts, RemedyKind};
use crate::catalog::lifecycles::COLD_DAYS;
use crate::catalog::{Support, capabilities};
use crate::inventory::{
    Copy, Extra, Facts, Field, Json, Lifecycle, List, OF_COMMAND_LINE, is_plan_of_policy,
};
use crate::known::{Arn, Fact};
use crate::plans::{SaidBy, said_by};

/// The copy is kept for as long as the destination's lock allows. It moves to cold storage as before, where the lock
/// leaves it the time that it must stay there.
pub fn retention(
    copy: &Copy,
    vault: &Arn,
    (min, max): (Option<i64>, Option<i64>),
    facts: &Facts<'_>,
) -> Draft {
    let now = copy.lifecycle().as_ref().known().and_then(Option::as_ref);
    let days = now.and_then(Lifecycle::days_kept);
    let within = match (days, min, max) {
        (Some(days), Some(min), _) if days < min => min,
        (Some(days), _, Some(max)) if days <= max => days,
        (_, _, Some(max)) => max,
        (Some(days), _, None) => days,
        (None, min, None) => min.unwrap_or(0),
    };
    let cold = now.and_then(moves_after);
    let least = cold.map_or(within, |cold| cold.saturating_add(COLD_DAYS).max(within));
    let moves = !cold.is_some_and(|_| never_moves(copy));
    let (wanted, stays_warm) = if moves && max.is_none_or(|max| least <= max) {
        (least, false)
    } else {
        (within, true)
    };
    let warm = if stays_warm { STAYS_WARM } else { "" };
    let is_raised = days.is_some_and(|days| days < wanted);
    let title = format!(
        "keep {} for {wanted} days{warm}, within what the lock of the vault `{}` allows{}",
        kept(copy, facts),
        vault.name(),
        if is_raised {
            locked_in(vault, facts)
        } else {
            ""
        }
    );
    let cold = if stays_warm {
        Field::Null
    } else {
        now.map_or(Field::Null, |now| {
            now.move_to_cold_storage_after_days.clone()
        })
    };
    keep_for(copy, wanted, cold, title, facts)
}

/// What it costs to keep something for longer in a vault that is locked.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html>.
fn locked_in(vault: &Arn, facts: &Facts<'_>) -> &'static str {
    let date = facts.vault_lock_date(vault);
    let is_for_good = date.is_some_and(|date| facts.now().is_some_and(|now| date <= now));
    if is_for_good {
        "; nobody can change the lock any more: nothing and nobody deletes a copy sooner"
    } else {
        "; while it is locked, nothing and nobody deletes a copy sooner"
    }
}

/// The copy is kept for as long as its move to cold storage asks for; where the destination's lock does not allow so many days, it
/// does not move there.
pub fn lifecycle(copy: &Copy, days: i64, facts: &Facts<'_>) -> Draft {
    let vault = &copy.endpoints().destination_vault;
    let lock = facts.vault_lock(vault).known().flatten();
    let (min, max) = lock.map_or((None, None), |lock| (lock.min, lock.max));
    let now = copy.lifecycle().as_ref().known().and_then(Option::as_ref);
    let kept_now = now.and_then(Lifecycle::days_kept);
    // What the lock asks for, and what cold storage does, is one change.
    let is_too_short = min.is_some_and(|min| kept_now.is_some_and(|kept| kept < min));
    if is_too_short || max.is_some_and(|max| max < days) {
        return retention(copy, vault, (min, max), facts);
    }
    if let Some(kept_now) = kept_now.filter(|_| never_moves(copy)) {
        let title = format!("keep {} for {kept_now} days{STAYS_WARM}", kept(copy, facts));
        return keep_for(copy, kept_now, Field::Null, title, facts);
    }
    let title = format!(
        "keep {} for {days} days, {COLD_DAYS} of them in cold storage",
        kept(copy, facts)
    );
    let cold = now.map_or(Field::Null, |now| {
        now.move_to_cold_storage_after_days.clone()
    });
    keep_for(copy, days, cold, title, facts)
}

/// What is said of a copy that is kept warm.
const STAYS_WARM: &str = " and never move it to cold storage";

/// Whether a copy is of a type that has no cold storage, by whoever starts it: a rule is for whatever its plan takes.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html>.
fn never_moves(copy: &Copy) -> bool {
    let moves = |kind| capabilities(kind).cold_storage != Support::No;
    copy.plan.is_none() && copy.route().kind.agreed(moves).known() == Some(Some(false))
}

/// After how many days a copy moves to cold storage; `None`: never.
fn moves_after(lifecycle: &Lifecycle) -> Option<i64> {
    let cold = lifecycle.move_to_cold_storage_after_days.value().copied();
    cold.filter(|days| *days >= 0)
}

/// Which of several copy actions of its rule to one vault makes the copy, by what stands in it; nothing where there is one.
fn which_action(copy: &Copy, facts: &Facts<'_>) -> String {
    let vault = copy.endpoints().destination_vault.as_str();
    let rule = facts.rule_of(copy.plan.as_ref()).known().flatten();
    let actions = rule.and_then(|rule| rule.get("CopyActions")?.as_array());
    let into = |action: &&Value| action.get("DestinationBackupVaultArn") == Some(&vault.into());
    if actions.into_iter().flatten().filter(into).count() < 2 {
        return String::new();
    }
    let Fact::Known(lifecycle) = copy.lifecycle() else {
        return String::new();
    };
    match lifecycle.as_ref().and_then(Lifecycle::days_kept) {
        Some(days) => format!(" (by the copy action that has {days} days)"),
        None => " (by the copy action without DeleteAfterDays)".to_owned(),
    }
}

/// Where a vault is: `444455556666/eu-west-1`.
fn place(vault: &Arn) -> String {
    let (account, region) = (vault.account(), vault.region());
    let account = account.map(|it| it.to_string()).unwrap_or_default();
    let region = region.map(|it| it.to_string()).unwrap_or_default();
    format!("{account}/{region}")
}

/// A vault with its place: vaults of one name are many.
pub fn placed(vault: &Arn) -> String {
    format!("`{}` ({})", vault.name(), place(vault))
}

/// What of its plan says for how long a copy is kept. `None`: no plan makes it.
fn said(copy: &Copy, facts: &Facts<'_>) -> Option<SaidBy> {
    let plan = copy.plan.as_ref()?;
    let by_action = SaidBy {
        rule: false,
        actions: true,
    };
    let Fact::Known(rule) = facts.backup_rule(plan) else {
        return Some(by_action);
    };
    let vault = &copy.endpoints().destination_vault;
    let kept = copy.lifecycle().as_ref().known().map(Option::as_ref);
    Some(said_by(rule, vault, kept))
}

/// Whether the rule itself says for how long a copy is kept.
pub fn is_said_by_rule(copy: &Copy, facts: &Facts<'_>) -> bool {
    said(copy, facts).is_some_and(|said| said.rule)
}

/// Whether a copy goes where its rule says that its backups go: to the rule's logically air-gapped target, by no copy action.
pub fn is_rules_target(copy: &Copy, facts: &Facts<'_>) -> bool {
    said(copy, facts).is_some_and(|said| said.rule && !said.actions)
}

/// The rule says it otherwise, in its plan and in those that the same backup policy makes. What becomes of all that the rule copies
/// is noted: what it backs up is kept for so long.
pub fn settle_rule(draft: &mut Draft, copies: &[&Copy], facts: &Facts<'_>) {
    let Some(copy) = copies.first() else { return };
    let changed = draft.change.as_ref().and_then(|change| {
        let CopyChange::Lifecycle(lifecycle) = &change.copy else {
            return None;
        };
        let facts = rules_changed(copy, lifecycle, facts)?.facts;
        let copy = change.copy.clone();
        Some(Change { facts, copy })
    });
    draft.change = changed;
    along::settle_rule(draft, copies, facts);
}

fn rules_changed(copy: &Copy, lifecycle: &Lifecycle, facts: &Facts<'_>) -> Option<Change> {
    let plan = copy.plan.as_ref()?;
    let said = said(copy, facts)?;
    let vault = copy.endpoints().destination_vault.as_str();
    let alike = along::plans_alike(copy, facts);
    if alike.is_empty() {
        return None;
    }
    let mut change = Change::none();
    for (account, region, of) in alike {
        let mut changed = of.clone();
        let Field::Is(Json(body)) = &mut changed.plan else {
            return None;
        };
        let rules = body.get_mut("Rules")?.as_array_mut()?;
        let is_it =
            |rule: &Value| rule.get("RuleName").and_then(Value::as_str) == Some(&*plan.rule);
        let at = plan.made_by.as_ref().and_then(|place| place.rule);
        let at = at.filter(|at| rules.get(*at).is_some_and(is_it));
        let at = at.or_else(|| rules.iter().position(is_it))?;
        let rule = rules.get_mut(at)?;
        keep(rule, lifecycle)?;
        if said.actions {
            let actions = rule.get_mut("CopyActions").and_then(Value::as_array_mut);
            for action in actions.into_iter().flatten() {
                if action
                    .get("DestinationBackupVaultArn")
                    .and_then(Value::as_str)
                    == Some(vault)
                {
                    keep(action, lifecycle)?;
                }
            }
        }
        change = change.region(account, region.clone(), |region| {
            region.plans = Field::Is(List(vec![changed]));
        });
    }
    Some(change)
}

/// A rule or a copy action says this of how long its copies are kept.
fn keep(of: &mut Value, lifecycle: &Lifecycle) -> Option<()> {
    let fields = of.as_object_mut()?;
    let kept = fields.entry("Lifecycle").or_insert(Value::Null);
    if !kept.is_object() {
        *kept = Value::Object(serde_json::Map::new());
    }
    let kept = kept.as_object_mut()?;
    for (name, days) in [
        ("DeleteAfterDays", &lifecycle.delete_after_days),
        (
            "MoveToColdStorageAfterDays",
            &lifecycle.move_to_cold_storage_after_days,
        ),
    ] {
        match days.value() {
            Some(days) => drop(kept.insert(name.to_owned(), (*days).into())),
            None => drop(kept.remove(name)),
        }
    }
    Some(())
}

/// What is kept for longer or shorter: all that a rule copies to a vault is kept alike, so that one change fixes it all.
fn kept(copy: &Copy, facts: &Facts<'_>) -> String {
    let Some(plan) = &copy.plan else {
        return match &*copy.id {
            OF_COMMAND_LINE => "the copy".to_owned(),
            id => format!("the copy `{id}`"),
        };
    };
    let of = format!(
        "rule `{}` of the plan `{}`",
        rule_name(plan, facts),
        plan.called()
    );
    let vault = placed(&copy.endpoints().destination_vault);
    match said(copy, facts) {
        Some(SaidBy {
            rule: true,
            actions: false,
        }) => format!("the backups of {of}"),
        Some(SaidBy {
            rule: true,
            actions: true,
        }) => format!("the backups of {of} and their copies in {vault}"),
        Some(SaidBy { rule: false, .. }) | None => {
            format!("the copies of {of} in {vault}{}", which_action(copy, facts))
        }
    }
}

fn keep_for(copy: &Copy, wanted: i64, cold: Field<i64>, title: String, facts: &Facts<'_>) -> Draft {
    let lifecycle = Lifecycle {
        delete_after_days: Field::Is(wanted),
        move_to_cold_storage_after_days: cold,
        extra: Extra::new(),
    };
    let subject = match &copy.plan {
        Some(plan) => {
            let vault = &copy.endpoints().destination_vault;
            let (place, which) = (place(vault), which_action(copy, facts));
            let rule = rule_name(plan, facts);
            format!("{}/{rule}/{place}/{}{which}", plan.id, vault.name())
        }
        None => copy.id.to_string(),
    };
    let mut draft = Draft::new(RemedyKind::ChangeRetention, subject, title);
    draft.remedy.brief = match &copy.plan {
        Some(plan) => {
            format_smolstr!("rule {}: keep {wanted} days", rule_name(plan, facts))
        }
        None => format_smolstr!("keep {wanted} days"),
    };
    let account = copy.endpoints().source_account().known();
    draft.remedy.commands = vec![command(copy, wanted, &lifecycle, facts)];
    draft.remedy.account = match &copy.plan {
        Some(plan) => changed_in(&plan.id, account, facts),
        None => account,
    };
    if let Some(plan) = &copy.plan {
        let said = said(copy, facts);
        draft.remedy.parts = Parts::Kept(Box::new(Kept {
            rule: plan.rule.clone(),
            vault: copy.endpoints().destination_vault.clone(),
            by_rule: said.is_some_and(|said| said.rule),
            by_actions: said.is_none_or(|said| said.actions),
            lifecycle: lifecycle.clone(),
        }));
    }
    draft.change = Some(Change {
        copy: CopyChange::Lifecycle(lifecycle),
        ..Change::none()
    });
    draft
}

/// Where a plan says for how long a copy is kept, in its words or in those of a backup policy.
fn where_said(copy: &Copy, of_policy: bool, facts: &Facts<'_>) -> String {
    let vault = &copy.endpoints().destination_vault;
    let said = said(copy, facts);
    let of_rule = said.is_some_and(|said| said.rule);
    let own = if of_policy { own_account(copy) } else { "" };
    let which = which_action(copy, facts);
    let action = said.is_none_or(|said| said.actions);
    let action = action.then(|| format!("of the copy action to {vault}{which}{own}"));
    let rule = of_rule.then(|| {
        "of the rule itself, which what goes to its logically air-gapped vault has".to_owned()
    });
    let all: Vec<String> = [rule, action].into_iter().flatten().collect();
    all.join(", and ")
}

/// How a backup policy may write the account of a vault, where that is the plan's own.
fn own_account(copy: &Copy) -> &'static str {
    let account = copy.endpoints().destination_vault.account();
    if account.is_some() && copy.endpoints().source_account().known() == account {
        " (the policy may have `$account` for the account)"
    } else {
        ""
    }
}

fn command(copy: &Copy, days: i64, lifecycle: &Lifecycle, facts: &Facts<'_>) -> SmolStr {
    if let Some(plan) = &copy.plan {
        let now = copy.lifecycle().as_ref().known().and_then(Option::as_ref);
        let moved = now.and_then(moves_after).is_some();
        let warm = if moved && moves_after(lifecycle).is_none() {
            ", and take \"MoveToColdStorageAfterDays\" out,"
        } else {
            ""
        };
        let of_policy = is_plan_of_policy(&plan.id);
        let place = where_said(copy, of_policy, facts);
        let what = if of_policy {
            let warm = if warm.is_empty() {
                ""
            } else {
                ", and take \"move_to_cold_storage_after_days\" out,"
            };
            format!(
                "rule {}: set \"delete_after_days\": {{\"@@assign\": \"{days}\"}}{warm} in the \"lifecycle\" {place}",
                rule_name(plan, facts),
            )
        } else {
            format!(
                "rule {}: set \"DeleteAfterDays\": {days}{warm} in the Lifecycle {place}",
                rule_name(plan, facts)
            )
        };
        return super::command::change_plan(
            &plan.id,
            copy.endpoints().source_account().known(),
            copy.endpoints().source_region().known().as_ref(),
            &what,
        );
    }
    let given = |flag: &str, fact: Option<&str>, name: &str| match fact {
        Some(fact) => option(flag, fact),
        None => format!("{flag} \"${name}\""),
    };
    let vault = copy.endpoints().source_vault.as_ref().known();
    let vault = given("--backup-vault-name", vault.map(Arn::name), "SOURCE_VAULT");
    let at = region(copy.endpoints().source_region().known().as_ref());
    let resource = copy.resource.as_ref().known().and_then(Option::as_ref);
    let (look_up, point) = match (&copy.transfer.recovery_point, resource) {
        (Some(point), _) => (
            String::new(),
            option("--recovery-point-arn", point.as_str()),
        ),
        (None, Some(resource)) => (
            format!("POINT=$({})\n", newest_point(&at, &vault, resource)),
            "--recovery-point-arn \"$POINT\"".to_owned(),
        ),
        (None, None) => (
            String::new(),
            "--recovery-point-arn \"$RECOVERY_POINT\"".to_owned(),
        ),
    };
    format_smolstr!(
        "{look_up}aws backup start-copy-job{at} {point} {} {} {}{}",
        vault.replacen("--backup", "--source-backup", 1),
        option(
            "--destination-backup-vault-arn",
            copy.endpoints().destination_vault.as_str()
        ),
        given(
            "--iam-role-arn",
            copy.endpoints().role.as_ref().known().map(Arn::as_str),
            "ROLE"
        ),
        super::command::lifecycle(lifecycle),
    )
}
