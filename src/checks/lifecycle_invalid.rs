#![doc = include_str!("lifecycle_invalid.md")]

use super::retention::Retention;
use super::words::not_read;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::lifecycles::{COLD_DAYS, MOST_DAYS, is_taken};
use crate::catalog::{Support, capabilities, cite};
use crate::inventory::{Copy, Facts, Json, Lifecycle};
use crate::known::{ByHand, Fact, Gap};
use crate::verdict::{Basis, Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "lifecycle-invalid",
    title: "the copy's lifecycle is one that AWS Backup refuses",
    doc: include_str!("lifecycle_invalid.md"),
    cites: &[cite::API_START_COPY_JOB, cite::API_LIFECYCLE],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if let Some(refused) = of_rule(copy, facts) {
        return refused;
    }
    let Some(lifecycle) = known!(copy.lifecycle().as_ref()) else {
        return Outcome::pass("the copy has no lifecycle");
    };
    if let Some(refused) = of_other_fields(copy, lifecycle) {
        return refused;
    }
    let delete = lifecycle.delete_after_days.value().copied();
    let cold = lifecycle.move_to_cold_storage_after_days.value().copied();
    let seen = |name: &str, days: i64| {
        Evidence::at(
            &*copy.id,
            format!("/lifecycle/{name}"),
            format!("is {days}"),
        )
    };
    // -1 is AWS's word for never.
    if let Some(days) = delete.filter(|days| *days == 0 || *days < -1 || *days > MOST_DAYS) {
        return Outcome::fail(format!(
            "the copy would be deleted after {days} days; AWS Backup accepts 1 to {MOST_DAYS}"
        ))
        .by_hand("set DeleteAfterDays within that")
        .saw([seen("DeleteAfterDays", days)]);
    }
    if let Some(days) = cold.filter(|days| *days < -1) {
        return Outcome::fail(format!(
            "the copy would move to cold storage after {days} days"
        ))
        .by_hand("name no fewer than 0 days, or none")
        .saw([seen("MoveToColdStorageAfterDays", days)]);
    }
    if let (Some(delete), Some(cold)) = (
        delete.filter(|days| *days > 0),
        cold.filter(|days| *days >= 0),
    ) && delete < cold.saturating_add(COLD_DAYS)
    {
        return Outcome::fail(format!(
            "the copy would move to cold storage after {cold} days and be deleted after {delete}; what is in cold storage stays there for {COLD_DAYS} days"
        ))
        .saw([seen("DeleteAfterDays", delete), seen("MoveToColdStorageAfterDays", cold)])
        .needs([Need::Lifecycle { copy: copy.id.to_string(), delete_after: cold.saturating_add(COLD_DAYS) }]);
    }
    if let Some(cold) = cold.filter(|days| *days >= 0)
        && let Fact::Known(Retention::TakenOver(days)) = Retention::of(copy, facts)
        && days < cold.saturating_add(COLD_DAYS)
    {
        return taken_over(copy, cold, days).saw([seen("MoveToColdStorageAfterDays", cold)]);
    }
    Outcome::pass("the copy's lifecycle is sound")
}

/// What AWS Backup refuses of the rule's own lifecycle: without the plan there is no backup to copy.
fn of_rule(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    if copy.transfer.recovery_point.is_some() || copy.copy_of.is_some() {
        return None;
    }
    let rule = match facts.backup_rule(copy.plan.as_ref()?) {
        Fact::Known(rule) => rule,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let lifecycle: Lifecycle = serde_json::from_value(rule.get("Lifecycle")?.clone()).ok()?;
    if let Some(refused) = of_other_fields(copy, &lifecycle) {
        return Some(refused);
    }
    let delete = lifecycle.delete_after_days.value().copied();
    let cold = lifecycle.move_to_cold_storage_after_days.value().copied();
    if cold == Some(0) && is_taken(delete, cold) {
        return cold_at_once(copy);
    }
    (!is_taken(delete, cold)).then(|| {
        let days = |days: Option<i64>| days.map_or_else(|| "none".to_owned(), |days| days.to_string());
        Outcome::fail(format!(
            "the rule's own lifecycle is not one that AWS Backup accepts (DeleteAfterDays {}, MoveToColdStorageAfterDays {}): it refuses the \
             plan, and there is no backup to copy",
            days(delete),
            days(cold)
        ))
        .by_hand(&format!(
            "keep the rule's backups for 1 to {MOST_DAYS} days, {COLD_DAYS} of them in cold storage where they move there"
        ))
        .saw([Evidence::of(&*copy.id, "is made of a backup that the rule's Lifecycle keeps")])
    })
}

/// What is in cold storage is not copied from, and no page says whether AWS Backup takes a rule that moves its backups there at once, or
/// whether it copies them before. `None`: backups of the type do not move there.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html>.
fn cold_at_once(copy: &Copy) -> Option<Outcome> {
    let moves = |kind| capabilities(kind).cold_storage != Support::No;
    if copy.route().kind.agreed(moves).known() == Some(Some(false)) {
        return None;
    }
    let what = "whether backups that a rule moves to cold storage after 0 days are copied before, as they are not from there";
    let gap = Gap::not_told(what, copy.id.to_string());
    let seen = Evidence::of(
        &*copy.id,
        "is made of a backup whose rule has MoveToColdStorageAfterDays 0",
    );
    Some(not_read(gap).saw([seen]))
}

/// What else a lifecycle has: AWS Backup prints `DeleteAfterEvent`, and takes none as an input.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Lifecycle.html>.
fn of_other_fields(copy: &Copy, lifecycle: &Lifecycle) -> Option<Outcome> {
    const ON_EVENT: &str = "DeleteAfterEvent";
    const OPT_IN: &str = "OptInToArchiveForSupportedResources";
    let said = |wanted: &str| {
        let mut fields = lifecycle.extra.iter();
        let (_, Json(said)) = fields.find(|(name, _)| &**name == wanted)?;
        Some(said).filter(|said| !said.is_null())
    };
    let at = |name: &str| format!("/lifecycle/{name}");
    if let Some(event) = said(ON_EVENT) {
        let seen = Evidence::at(&*copy.id, at(ON_EVENT), format!("is {event}"));
        // A plan that AWS Backup has taken may be printed with one.
        let outcome = if copy.plan.is_some() {
            let what = "whether AWS Backup takes a plan with `DeleteAfterEvent`, which it prints and does not accept as input";
            let gap = Gap::not_told(what, copy.id.to_string());
            Outcome::undecided(format!("the lifecycle has `{ON_EVENT}`: {what}"), [gap])
        } else {
            Outcome::fail(format!("the lifecycle has `{ON_EVENT}`, which AWS Backup prints and does not accept as input"))
                .by_hand("name `DeleteAfterDays` in its place")
        };
        return Some(outcome.saw([seen]));
    }
    let strange = said(OPT_IN).filter(|said| !said.is_boolean())?;
    let says = format!("say what `{OPT_IN}` {strange} is: a boolean");
    let gap = Gap::by_hand(ByHand::NotUnderstood, says, copy.id.to_string());
    let seen = Evidence::at(&*copy.id, at(OPT_IN), format!("is {strange}"));
    Some(not_read(gap).saw([seen]))
}

/// No page says whether the expiry that the copy takes over counts here.
fn taken_over(copy: &Copy, cold: i64, days: i64) -> Outcome {
    let gap = Gap::by_hand(
        ByHand::Name,
        "name `DeleteAfterDays` in the copy's lifecycle",
        copy.id.to_string(),
    );
    Outcome::undecided(
        format!(
            "the copy moves to cold storage after {cold} days, names no expiry, and takes over its source's, {days} days; what is in cold storage stays there for {COLD_DAYS} days: name one"
        ),
        [gap],
    )
    .on(Basis::Inferred)
}
